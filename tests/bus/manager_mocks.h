/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A NetworkManager and a systemd-networkd on the private bus, as far as we ask them. */
#pragma once

#include <algorithm>
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
  bool refuses_writes = false;

protected:
  /* NULL: there is no such thing */
  virtual GVariant *call (const std::string &path, const std::string &method, GVariant *parameters) = 0;
  virtual void
  follow_write (const std::string &, const std::string &)
  {
  }

  /* It says that a property has changed. */
  void
  tell (const std::string &path, const char *interface, const char *name)
  {
    g_autofree char *text =
        g_strdup_printf ("('%s', {'%s': <%s>}, @as [])", interface, name, properties[path][name].c_str ());

    g_dbus_connection_emit_signal (connection, nullptr, path.c_str (), "org.freedesktop.DBus.Properties",
                                   "PropertiesChanged", g_variant_new_parsed (text), nullptr);
  }

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
  on_call (GDBusConnection *, const char *, const char *path, const char *, const char *method, GVariant *parameters,
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
    answer = self->fails_with.empty () ? self->call (path, method, parameters) : nullptr;
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
    if (!self->fails_with.empty () || self->refuses_writes)
      {
        g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, "words");
        return FALSE;
      }
    if (!self->is_stubborn)
      {
        self->properties[path][name] = text;
        self->follow_write (path, name);
      }
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
  static constexpr const char *internal = "/org/freedesktop/NetworkManager/Devices/3";
  static constexpr const char *active = "/org/freedesktop/NetworkManager/ActiveConnection/1";
  static constexpr const char *uuid = "11111111-2222-3333-4444-555555555555";

  /* That NIC, managed and activated, by a connection "Wired 1". */
  explicit NetworkManager (PrivateBus *bus, const std::string &nic = "eth0")
      : MockService (bus, "org.freedesktop.NetworkManager"), interface (nic)
  {
    add ("/org/freedesktop/NetworkManager",
         "<node><interface name='org.freedesktop.NetworkManager'><method name='GetDeviceByIpIface'>"
         "<arg type='s' direction='in'/><arg type='o' direction='out'/></method><method name='ActivateConnection'>"
         "<arg type='o' direction='in'/><arg type='o' direction='in'/><arg type='o' direction='in'/>"
         "<arg type='o' direction='out'/></method><method name='AddAndActivateConnection2'>"
         "<arg type='a{sa{sv}}' direction='in'/><arg type='o' direction='in'/><arg type='o' direction='in'/>"
         "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/><arg type='o' direction='out'/>"
         "<arg type='a{sv}' direction='out'/></method></interface></node>");
    add ("/org/freedesktop/NetworkManager/Settings",
         "<node><interface name='org.freedesktop.NetworkManager.Settings'><method name='GetConnectionByUuid'>"
         "<arg type='s' direction='in'/><arg type='o' direction='out'/></method></interface></node>");
    for (const char *path : { profile, copy })
      add (path,
           "<node><interface name='org.freedesktop.NetworkManager.Settings.Connection'><method name='GetSettings'>"
           "<arg type='a{sa{sv}}' direction='out'/></method></interface></node>");
    add_device (device, nic);
    add_device (internal, "");
    for (const char *path : { active, copy_active })
      add (path, "<node><interface name='org.freedesktop.NetworkManager.Connection.Active'>"
                 "<property name='Id' type='s' access='read'/><property name='Uuid' type='s' access='read'/>"
                 "<property name='State' type='u' access='read'/><property name='StateFlags' type='u' access='read'/>"
                 "<property name='Connection' type='o' access='read'/></interface></node>");
    add (lease, "<node><interface name='org.freedesktop.NetworkManager.DHCP4Config'>"
                "<property name='Options' type='a{sv}' access='read'/></interface></node>");
    properties[lease]["Options"] = "{'dhcp_client_identifier': <'01:02:03'>}";
    set_active (device, active, "Wired 1", uuid, profile);
    properties[device]["Dhcp4Config"] = std::string ("objectpath '") + lease + "'";
    set_method ("manual");
  }

  /* The profile, as text: connection.type, ipv4.method and more. */
  void
  set_method (const std::string &method, const std::string &type = "802-3-ethernet", const std::string &more = "")
  {
    settings = "{'connection': {'id': <'Wired 1'>, 'uuid': <'" + std::string (uuid) + "'>, 'type': <'" + type
               + "'>, 'interface-name': <'eth0'>, 'zone': <'home'>, 'timestamp': <uint64 1>}, '802-3-ethernet': "
                 "{'mac-address': <@ay [0x02]>}, 'ipv4': {'method': <'"
               + method + "'>, 'route-metric': <@x 7>}, 'ipv6': {'method': <'disabled'>}" + more + "}";
  }

  /* It knows the internal NIC now, and manages it or not. */
  void
  add_internal (const std::string &nic, bool manages = false)
  {
    properties[internal]["Interface"] = "'" + nic + "'";
    internal_name = nic;
    properties[internal]["Managed"] = manages ? "true" : "false";
    properties[internal]["State"] = manages ? "uint32 30" : "uint32 10";
  }

  /* Somebody else tells it so. */
  void
  set_managed (bool manages)
  {
    properties[device]["Managed"] = manages ? "true" : "false";
    follow_write (device, "Managed");
  }

  bool
  manages (const char *path = device)
  {
    return properties[path]["Managed"] == "true";
  }

  /* What is active there: "" nothing. */
  std::string
  running (const char *path)
  {
    const std::string &text = properties[path]["ActiveConnection"];

    return text.find (copy_active) != std::string::npos ? properties[copy_active]["Id"]
           : text.find (active) != std::string::npos    ? properties[active]["Id"]
                                                        : "";
  }

  guint
  count (const std::string &name)
  {
    return (guint)std::count (calls.begin (), calls.end (), name);
  }

  std::string interface;
  std::string settings;
  std::string added;        /* the settings of the profile that was added last */
  bool autoconnects = true; /* what it may manage it activates */
  bool activates = true;    /* what it is told to */
  bool knows_profile = true;
  bool finds_new = true;    /* internal NICs that nobody has told it of */
  std::string refuses = ""; /* the one method that fails */

protected:
  GVariant *
  call (const std::string &path, const std::string &method, GVariant *parameters) override
  {
    const char *text = nullptr;

    if (method == refuses)
      return nullptr;
    if (method == "GetDeviceByIpIface")
      {
        g_variant_get (parameters, "(&s)", &text);
        return interface == text ? g_variant_new ("(o)", device)
               : internal_name == text || (finds_new && g_str_has_prefix (text, "vswi-"))
                   ? g_variant_new ("(o)", internal)
                   : nullptr;
      }
    if (method == "GetConnectionByUuid")
      {
        g_variant_get (parameters, "(&s)", &text);
        return knows_profile && std::string (uuid) == text ? g_variant_new ("(o)", profile) : nullptr;
      }
    if (method == "GetSettings")
      return path == profile ? g_variant_new ("(@a{sa{sv}})", g_variant_new_parsed (settings.c_str ())) : nullptr;
    if (method == "ActivateConnection")
      {
        if (activates)
          set_active (device, active, "Wired 1", uuid, profile);
        return g_variant_new ("(o)", active);
      }
    if (method == "AddAndActivateConnection2")
      return add_copy (parameters);
    set_idle (path.c_str (), "uint32 30");
    return g_variant_new ("()");
  }

  void
  follow_write (const std::string &path, const std::string &) override
  {
    if (!manages (path.c_str ()))
      set_idle (path.c_str (), "uint32 10");
    else if (path == device && autoconnects)
      set_active (device, active, "Wired 1", uuid, profile);
    else
      set_idle (path.c_str (), "uint32 30");
    tell (path, "org.freedesktop.NetworkManager.Device", "Managed");
  }

private:
  static constexpr const char *profile = "/org/freedesktop/NetworkManager/Settings/1";
  static constexpr const char *copy = "/org/freedesktop/NetworkManager/Settings/2";
  static constexpr const char *copy_active = "/org/freedesktop/NetworkManager/ActiveConnection/2";
  static constexpr const char *lease = "/org/freedesktop/NetworkManager/DHCP4Config/1";

  void
  add_device (const char *path, const std::string &nic)
  {
    add (path, "<node><interface name='org.freedesktop.NetworkManager.Device'>"
               "<property name='Interface' type='s' access='read'/>"
               "<property name='Managed' type='b' access='readwrite'/>"
               "<property name='State' type='u' access='read'/><property name='Dhcp4Config' type='o' access='read'/>"
               "<property name='ActiveConnection' type='o' access='read'/><method name='Disconnect'/>"
               "</interface></node>");
    properties[path] = { { "Interface", "'" + nic + "'" },
                         { "Managed", "true" },
                         { "State", "uint32 30" },
                         { "Dhcp4Config", "objectpath '/'" },
                         { "ActiveConnection", "objectpath '/'" } };
  }

  void
  set_active (const char *path, const char *as, const std::string &id, const std::string &its_uuid,
              const char *connection)
  {
    properties[path]["State"] = "uint32 100";
    properties[path]["ActiveConnection"] = std::string ("objectpath '") + as + "'";
    properties[as] = { { "Id", "'" + id + "'" },
                       { "Uuid", "'" + its_uuid + "'" },
                       { "State", "uint32 2" },
                       { "StateFlags", "uint32 12" },
                       { "Connection", std::string ("objectpath '") + connection + "'" } };
  }

  void
  set_idle (const char *path, const char *state)
  {
    properties[path]["State"] = state;
    properties[path]["ActiveConnection"] = "objectpath '/'";
  }

  GVariant *
  add_copy (GVariant *parameters)
  {
    g_autoptr (GVariant) values = g_variant_get_child_value (parameters, 0);
    g_autoptr (GVariant) connection = g_variant_lookup_value (values, "connection", G_VARIANT_TYPE_VARDICT);
    g_autofree char *text = g_variant_print (values, TRUE);
    const char *id = "";
    const char *its_uuid = "";

    added = text;
    g_variant_lookup (connection, "id", "&s", &id);
    g_variant_lookup (connection, "uuid", "&s", &its_uuid);
    if (activates)
      set_active (internal, copy_active, id, its_uuid, copy);
    return g_variant_new ("(ooa{sv})", copy, copy_active, nullptr);
  }

  std::string internal_name = "-";
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
  call (const std::string &, const std::string &, GVariant *parameters) override
  {
    gint32 asked;

    g_variant_get (parameters, "(i)", &asked);
    return (guint)asked == index ? g_variant_new ("(so)", nic.c_str (), link) : nullptr;
  }
};
