/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write down which signals came, in order, as text, so that a test can say exactly which it wants and that there were no others. */
#pragma once

#include <gio/gio.h>

#include <functional>
#include <string>
#include <vector>

/* Signals of a GObject. A line is the signal's name and its parameters as the printer gives them. */
class SignalRecorder
{
public:
  /* Turns the parameters (without the instance) into text. */
  using Printer = std::function<std::string (const std::string &signal, const GValue *parameters, guint n_parameters)>;

  /* Without a printer: numbers, strings and booleans as they are, pointers as '*'. */
  SignalRecorder (gpointer object, const std::vector<std::string> &signals, Printer printer = nullptr);
  ~SignalRecorder ();
  SignalRecorder (const SignalRecorder &) = delete;
  SignalRecorder &operator= (const SignalRecorder &) = delete;

  /* What came since the last take. */
  std::vector<std::string> take ();
  bool has (const std::string &pattern) const;

  std::vector<std::string> lines;

private:
  static void marshal (GClosure *closure, GValue *, guint n, const GValue *values, gpointer, gpointer signal);

  GObject *object; /* (owned) */
  std::vector<gulong> handlers;
  Printer printer;
};

/* Signals of a bus name, below a path. A line is "PATH INTERFACE.SIGNAL (PARAMETERS)", the parameters as g_variant_print gives them. */
class BusRecorder
{
public:
  /* Comes from another connection than those under test, so it sees what everybody sees. `path_namespace` with all below it. */
  BusRecorder (GDBusConnection *connection, const std::string &sender, const std::string &path_namespace);
  ~BusRecorder ();
  BusRecorder (const BusRecorder &) = delete;
  BusRecorder &operator= (const BusRecorder &) = delete;

  std::vector<std::string> take ();
  bool has (const std::string &pattern) const;
  /* How many lines match. */
  guint count (const std::string &pattern) const;

  std::vector<std::string> lines;

private:
  static void record (GDBusConnection *, const char *sender, const char *path, const char *interface,
                      const char *signal, GVariant *parameters, gpointer self);

  GDBusConnection *connection; /* (owned) */
  guint subscription;
  std::string path_namespace;
};
