/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A systemd-machined on the private bus: which machines there are, and of each when it was registered. The real one keeps that over its
 * own restart; here the test gives it to the next. */
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/bus_fixture.h"

class Machined
{
public:
  static constexpr char path[] = "/org/freedesktop/machine1";
  static constexpr char machine_path[] = "/org/freedesktop/machine1/machine";
  static constexpr char interface[] = "org.freedesktop.machine1.Manager";

  /* Name → when it was registered, which is all that tells it from the next one of that name: monotonic, microseconds. */
  using Registered = std::map<std::string, guint64>;

  Machined (PrivateBus *private_bus, const char *own_name = "org.freedesktop.machine1") : bus (private_bus)
  {
    static const GDBusInterfaceVTable vtable = { on_call, nullptr, nullptr, { nullptr } };
    static const GDBusSubtreeVTable subtree = { list_none, describe, find, { nullptr } };

    connection = bus->connect ();
    if (g_dbus_connection_register_object (connection, path, get_info ()->interfaces[0], &vtable, this, nullptr,
                                           nullptr)
            == 0
        || g_dbus_connection_register_subtree (connection, machine_path, &subtree,
                                               G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES, this, nullptr,
                                               nullptr)
               == 0)
      throw std::runtime_error ("no mocked machined");
    if (own_name != nullptr)
      own (own_name);
  }

  ~Machined ()
  {
    if (connection != nullptr)
      bus->disconnect (connection);
  }

  void
  own (const char *name)
  {
    g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                 "RequestName", g_variant_new ("(su)", name, 2u | 1u), nullptr, G_DBUS_CALL_FLAGS_NONE,
                                 -1, nullptr, nullptr);
  }

  void
  emit (const char *signal, const char *machine, const char *to = nullptr)
  {
    g_dbus_connection_emit_signal (connection, to, path, interface, signal,
                                   g_variant_new ("(so)", machine, path_of (machine).c_str ()), nullptr);
    g_dbus_connection_flush_sync (connection, nullptr, nullptr);
  }

  void
  start (const char *machine)
  {
    machines[machine] = static_cast<guint64> (g_get_monotonic_time ());
    emit ("MachineNew", machine);
  }

  void
  stop (const char *machine)
  {
    machines.erase (machine);
    emit ("MachineRemoved", machine);
  }

  /* The bus is gone, and with it the connection. */
  void
  forget ()
  {
    connection = nullptr;
  }

  Registered machines;
  std::vector<std::string> asked;        /* names, in order */
  std::string fails_with;                /* name of an error, for everything */
  bool tells_when = true;                /* false: that fails, and nothing else */
  GDBusConnection *connection = nullptr; /* (unowned) */

private:
  static std::string
  path_of (const std::string &machine)
  {
    return std::string (machine_path) + "/" + machine;
  }

  static GDBusNodeInfo *
  get_info ()
  {
    static GDBusNodeInfo *info = g_dbus_node_info_new_for_xml (
        "<node><interface name='org.freedesktop.machine1.Manager'><method name='GetMachine'>"
        "<arg type='s' direction='in'/><arg type='o' direction='out'/></method></interface>"
        "<interface name='org.freedesktop.machine1.Machine'>"
        "<property name='TimestampMonotonic' type='t' access='read'/></interface></node>",
        nullptr);

    return info;
  }

  static char **
  list_none (GDBusConnection *, const char *, const char *, gpointer)
  {
    return g_new0 (char *, 1);
  }

  static GDBusInterfaceInfo **
  describe (GDBusConnection *, const char *, const char *, const char *, gpointer)
  {
    GDBusInterfaceInfo **list = g_new0 (GDBusInterfaceInfo *, 2);

    list[0] = g_dbus_interface_info_ref (get_info ()->interfaces[1]);
    return list;
  }

  static const GDBusInterfaceVTable *
  find (GDBusConnection *, const char *, const char *, const char *, const char *, gpointer *ret_data, gpointer data)
  {
    static const GDBusInterfaceVTable vtable = { nullptr, on_get, nullptr, { nullptr } };

    *ret_data = data;
    return &vtable;
  }

  static GVariant *
  on_get (GDBusConnection *, const char *, const char *where, const char *, const char *, GError **error, gpointer data)
  {
    auto *self = static_cast<Machined *> (data);
    auto found = self->machines.find (strrchr (where, '/') + 1);

    if (found != self->machines.end () && self->tells_when)
      return g_variant_new_uint64 (found->second);
    g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT, "words");
    return nullptr;
  }

  static void
  on_call (GDBusConnection *, const char *, const char *, const char *, const char *, GVariant *parameters,
           GDBusMethodInvocation *invocation, gpointer data)
  {
    auto *self = static_cast<Machined *> (data);
    const char *name;

    g_variant_get (parameters, "(&s)", &name);
    self->asked.push_back (name);
    if (!self->fails_with.empty ())
      g_dbus_method_invocation_return_dbus_error (invocation, self->fails_with.c_str (), "words");
    else if (self->machines.count (name) == 0)
      g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.machine1.NoSuchMachine", "words");
    else
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", path_of (name).c_str ()));
  }

  PrivateBus *bus;
};
