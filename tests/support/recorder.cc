// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/recorder.h"

#include <memory>
#include <utility>

namespace
{

struct RecorderClosure
{
  GClosure closure;
  SignalRecorder *recorder;
  std::string *signal; /* (owned) */
};

std::string
print_value (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return g_value_get_string (value) != nullptr ? g_value_get_string (value) : "(null)";
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return g_value_get_boolean (value) ? "true" : "false";
  if (!g_value_type_transformable (G_VALUE_TYPE (value), G_TYPE_STRING) || g_value_fits_pointer (value))
    return "*";
  GValue text = G_VALUE_INIT;
  g_value_init (&text, G_TYPE_STRING);
  g_value_transform (value, &text);
  std::string printed = g_value_get_string (&text);
  g_value_unset (&text);
  return printed;
}

std::string
print_plainly (const std::string &signal, const GValue *parameters, guint n_parameters)
{
  std::string line = signal;

  for (guint i = 0; i < n_parameters; i++)
    line += " " + print_value (&parameters[i]);
  return line;
}

guint
count_matches (const std::vector<std::string> &lines, const std::string &pattern)
{
  guint count = 0;

  for (const std::string &line : lines)
    count += g_pattern_match_simple (pattern.c_str (), line.c_str ()) ? 1 : 0;
  return count;
}

} // namespace

SignalRecorder::SignalRecorder (gpointer instance, const std::vector<std::string> &signals, Printer with)
    : object (G_OBJECT (g_object_ref (instance))), printer (with ? with : print_plainly)
{
  for (const std::string &signal : signals)
    {
      GClosure *closure = g_closure_new_simple (sizeof (RecorderClosure), nullptr);
      auto *own = reinterpret_cast<RecorderClosure *> (closure);

      own->recorder = this;
      own->signal = new std::string (signal);
      g_closure_set_marshal (closure, marshal);
      g_closure_add_finalize_notifier (closure, nullptr, [] (gpointer, GClosure *gone) {
        delete reinterpret_cast<RecorderClosure *> (gone)->signal;
      });
      handlers.push_back (g_signal_connect_closure (object, signal.c_str (), closure, FALSE));
    }
}

SignalRecorder::~SignalRecorder ()
{
  for (gulong handler : handlers)
    g_signal_handler_disconnect (object, handler);
  g_object_unref (object);
}

void
SignalRecorder::marshal (GClosure *closure, GValue *, guint n, const GValue *values, gpointer, gpointer)
{
  auto *own = reinterpret_cast<RecorderClosure *> (closure);

  own->recorder->lines.push_back (own->recorder->printer (*own->signal, values + 1, n - 1));
}

std::vector<std::string>
SignalRecorder::take ()
{
  return std::exchange (lines, {});
}

bool
SignalRecorder::has (const std::string &pattern) const
{
  return count_matches (lines, pattern) > 0;
}

BusRecorder::BusRecorder (GDBusConnection *from, const std::string &sender, const std::string &below)
    : connection (G_DBUS_CONNECTION (g_object_ref (from))), path_namespace (below)
{
  subscription = g_dbus_connection_signal_subscribe (connection, sender.c_str (), nullptr, nullptr, nullptr, nullptr,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, record, this, nullptr);
}

BusRecorder::~BusRecorder ()
{
  g_dbus_connection_signal_unsubscribe (connection, subscription);
  g_object_unref (connection);
}

void
BusRecorder::record (GDBusConnection *, const char *, const char *path, const char *interface, const char *signal,
                     GVariant *parameters, gpointer data)
{
  auto *self = static_cast<BusRecorder *> (data);
  std::string where = path;
  const std::string &below = self->path_namespace;

  if (below != "/" && where != below && where.compare (0, below.size () + 1, below + "/") != 0)
    return;
  g_autofree char *text = g_variant_print (parameters, FALSE);
  self->lines.push_back (where + " " + interface + "." + signal + " " + text);
}

std::vector<std::string>
BusRecorder::take ()
{
  return std::exchange (lines, {});
}

bool
BusRecorder::has (const std::string &pattern) const
{
  return count (pattern) > 0;
}

guint
BusRecorder::count (const std::string &pattern) const
{
  return count_matches (lines, pattern);
}
