/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A NetworkManager and a systemd-networkd on the private bus, as far as we ask them. */
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/bus_fixture.h"

/* One service with some objects: methods are answered by `call`, properties are in `properties`. */
class MockService
{
public:
  MockService (PrivateBus *private_bus, const char *name) : bus (private_bus), connection (bus->connect ())
  {
    if (name != nullptr)
      g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                   "RequestName", g_variant_new ("(su)", name, 4u), nullptr, G_DBUS_CALL_FLAGS_NONE, -1,
                                   nullptr, nullptr);
  }

  virtual ~MockService ()
  {
    for (GDBusMethodInvocation *invocation : kept)
      g_object_unref (invocation);
    bus->disconnect (connection);
  }

  std::vector<std::string> calls;                                        /* names of methods, and "Set NAME" */
  std::map<std::string, std::map<std::string, std::string> > properties; /* path → name → value as text */
  std::string fails_with;   /* name of an error, for every method and write */
  bool is_slow = false;     /* never answers a method */
  bool is_stubborn = false; /* takes writes, and does nothing */

protected:
  virtual GVariant *call (const std::string &method, GVariant *parameters) = 0; /* NULL: there is no such thing */

  void
  add (const std::string &path, const char *xml)
  {
    static const GDBusInterfaceVTable vtable = { on_call, on_get, on_set, { nullptr } };
    g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, nullptr);

    if (info == nullptr
        || g_dbus_connection_register_object (connection, path.c_str (), info->interfaces[0], &vtable, this, nullptr,
                                              nullptr)
               == 0)
      throw std::runtime_error ("no mock at " + path);
  }

private:
  static void
  on_call (GDBusConnection *, const char *, const char *, const char *, const char *method, GVariant *parameters,
           GDBusMethodInvocation *invocation, gpointer data)
  {
    auto *self = static_cast<MockService *> (data);
    GVariant *answer;

    self->calls.push_back (method);
    if (self->is_slow)
      {
        self->kept.push_back (invocation);
        return;
      }
    answer = self->fails_with.empty () ? self->call (method, parameters) : nullptr;
    if (answer != nullptr)
      g_dbus_method_invocation_return_value (invocation, answer);
    else
      g_dbus_method_invocation_return_dbus_error (
          invocation, self->fails_with.empty () ? "org.example.UnknownDevice" : self->fails_with.c_str (), "words");
  }

  static GVariant *
  on_get (GDBusConnection *, const char *, const char *path, const char *, const char *name, GError **, gpointer data)
  {
    return g_variant_new_parsed (static_cast<MockService *> (data)->properties[path][name].c_str ());
  }

  static gboolean
  on_set (GDBusConnection *, const char *, const char *path, const char *, const char *name, GVariant *value,
          GError **error, gpointer data)
  {
    auto *self = static_cast<MockService *> (data);
    g_autofree char *text = g_variant_print (value, TRUE);

    self->calls.push_back (std::string ("Set ") + name + " " + text);
    if (!self->fails_with.empty ())
      {
        g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, "words");
        return FALSE;
      }
    if (!self->is_stubborn)
      self->properties[path][name] = text;
    return TRUE;
  }

  PrivateBus *bus;
  GDBusConnection *connection; /* (unowned) */
  std::vector<GDBusMethodInvocation *> kept;
};

class NetworkManager : public MockService
{
public:
  static constexpr const char *device = "/org/freedesktop/NetworkManager/Devices/2";
  static constexpr const char *active = "/org/freedesktop/NetworkManager/ActiveConnection/1";

  /* That NIC, managed and activated, by a connection "Wired 1". */
  explicit NetworkManager (PrivateBus *bus, const std::string &nic = "eth0")
      : MockService (bus, "org.freedesktop.NetworkManager"), interface (nic)
  {
    add ("/org/freedesktop/NetworkManager",
         "<node><interface name='org.freedesktop.NetworkManager'><method name='GetDeviceByIpIface'>"
         "<arg type='s' direction='in'/><arg type='o' direction='out'/></method></interface></node>");
    add (device,
         "<node><interface name='org.freedesktop.NetworkManager.Device'>"
         "<property name='Interface' type='s' access='read'/><property name='Managed' type='b' access='readwrite'/>"
         "<property name='State' type='u' access='read'/>"
         "<property name='ActiveConnection' type='o' access='read'/></interface></node>");
    add (active, "<node><interface name='org.freedesktop.NetworkManager.Connection.Active'>"
                 "<property name='Id' type='s' access='read'/><property name='StateFlags' type='u' access='read'/>"
                 "</interface></node>");
    properties[device] = { { "Interface", "'" + nic + "'" },
                           { "Managed", "true" },
                           { "State", "uint32 100" },
                           { "ActiveConnection", std::string ("objectpath '") + active + "'" } };
    properties[active] = { { "Id", "'Wired 1'" }, { "StateFlags", "uint32 12" } };
  }

  std::string interface;

protected:
  GVariant *
  call (const std::string &, GVariant *parameters) override
  {
    const char *name;

    g_variant_get (parameters, "(&s)", &name);
    return interface == name ? g_variant_new ("(o)", device) : nullptr;
  }
};

class Networkd : public MockService
{
public:
  static constexpr const char *link = "/org/freedesktop/network1/link/_32";

  Networkd (PrivateBus *bus, guint index, const std::string &nic, const std::string &state)
      : MockService (bus, "org.freedesktop.network1"), index (index), nic (nic)
  {
    add ("/org/freedesktop/network1",
         "<node><interface name='org.freedesktop.network1.Manager'><method name='GetLinkByIndex'>"
         "<arg type='i' direction='in'/><arg type='s' direction='out'/><arg type='o' direction='out'/></method>"
         "</interface></node>");
    add (link, "<node><interface name='org.freedesktop.network1.Link'>"
               "<property name='AdministrativeState' type='s' access='read'/></interface></node>");
    set_state (state);
  }

  void
  set_state (const std::string &state)
  {
    properties[link] = { { "AdministrativeState", "'" + state + "'" } };
  }

  guint index;
  std::string nic;

protected:
  GVariant *
  call (const std::string &, GVariant *parameters) override
  {
    gint32 asked;

    g_variant_get (parameters, "(i)", &asked);
    return (guint)asked == index ? g_variant_new ("(so)", nic.c_str (), link) : nullptr;
  }
};
