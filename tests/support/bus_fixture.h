/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message bus of the test's own: it says yes to everything, and knows no other services. */
#pragma once

#include <gio/gio.h>

#include <string>
#include <vector>

#include "support/store_fixture.h"

class PrivateBus
{
public:
  /* Starts a dbus-daemon; throws if that cannot be. */
  PrivateBus ();
  /* Ends it, and closes every connection that `connect` gave. */
  ~PrivateBus ();
  PrivateBus (const PrivateBus &) = delete;
  PrivateBus &operator= (const PrivateBus &) = delete;

  /* A new connection, its unique name its own; signals come to the thread's default main context. (transfer none) */
  GDBusConnection *connect ();
  /* Closes one of those: its unique name goes. */
  void disconnect (GDBusConnection *connection);
  /* The bus is gone, as when somebody restarts it; `start` brings another one at the same address. */
  void stop ();
  void start ();

  std::string address;

private:
  TemporaryDirectory directory;
  GSubprocess *daemon = nullptr; /* (owned) */
  std::vector<GDBusConnection *> connections;
};
