/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values whose every free field is random. */
#include "fixture.h"

#include <iostream>

Random::Random ()
{
  const char *given = g_getenv ("VSW_TEST_SEED");
  guint64 seed = given ? g_ascii_strtoull (given, nullptr, 10) : std::random_device{}();

  std::cout << "VSW_TEST_SEED=" << seed << std::endl;
  engine.seed (seed);
}

guint64
Random::number ()
{
  return engine ();
}

guint
Random::below (guint limit)
{
  return number () % limit;
}

bool
Random::chance (guint percent)
{
  return below (100) < percent;
}

std::string
Random::text (guint max_characters)
{
  static const char *const letters[] = { "a", "Z", "0", " ", "-", "'", "\"", "\\", "%", ";", "é", "漢", "😀" };
  std::string result;

  for (guint i = below (max_characters + 1); i > 0; i--)
    result += letters[below (G_N_ELEMENTS (letters))];
  return result;
}

VswMac
Random::mac ()
{
  VswMac mac;

  for (guint8 &octet : mac.octets)
    octet = number ();
  mac.octets[0] &= 0xfe;
  return mac;
}

void
Random::head (VswValue *head, int n_lifetimes)
{
  texts.clear ();
  texts.reserve (8);
  texts.push_back (text (VSW_DESCRIPTION_MAX));
  head->description = texts.back ().c_str ();
  head->lifetime = static_cast<VswLifetime> (below (n_lifetimes));
  if (head->lifetime == VSW_LIFETIME_CALLER)
    head->holder = g_intern_string (("0123456789abcdef0123456789abcdef :1." + std::to_string (below (1000))).c_str ());
  head->owner = chance (20) ? G_MAXUINT32 : below (100000);
  head->created = number () >> 1;
  if (chance (50))
    {
      texts.push_back (std::string (head->name) + "._-");
      texts.back ().append (VSW_NAME_MAX - texts.back ().size (), 'x');
      head->name = texts.back ().c_str ();
    }
}

guint32
Random::mtu ()
{
  return chance (50) ? 0 : VSW_MTU_MIN + below (VSW_MTU_MAX - VSW_MTU_MIN + 1);
}

/* Of a NIC, and not the host's, or of a setting. */
void
Random::make (VswNicKind *kind, VswBackend *backend, guint32 *queues)
{
  *kind = chance (70) ? VSW_NIC_SYNTHETIC : VSW_NIC_EMULATED;
  *backend = *kind == VSW_NIC_EMULATED || chance (50) ? VSW_BACKEND_TAP : VSW_BACKEND_VETH;
  *queues = *kind == VSW_NIC_EMULATED ? 1 : 1 + below (VSW_QUEUES_MAX);
}

Value
Random::any_switch (int number_of)
{
  VswSwitch fields = plain_switch (number_of);

  head (&fields.head, VSW_LIFETIME_DESCRIPTOR);
  fields.mac = mac ();
  fields.mtu = VSW_MTU_MIN + below (VSW_MTU_MAX - VSW_MTU_MIN + 1);
  fields.ageing = VSW_AGEING_MIN + below (VSW_AGEING_MAX);
  fields.max_learned = chance (30) ? G_MAXUINT32 : below (1000);
  fields.spanning_tree = chance (50);
  fields.multicast_snooping = chance (50);
  fields.shared = chance (50);
  return keep (fields);
}

/* Names are bytes that need not be text. */
VswUplink *
Random::any_uplink (const VswMac &address)
{
  const char *no_lines[] = { nullptr };
  const char *lines[] = { "address 192.0.2.5/24", "route default via 192.0.2.1", nullptr };
  g_autoptr (GBytes) bytes = g_bytes_new ("\0\1'\xff", chance (50) ? 4 : 0);
  g_autoptr (VswIpConfig) ip = chance (70) ? vsw_ip_config_new (bytes, chance (50) ? lines : no_lines, lines) : nullptr;
  VswUplink fields = {};

  fields.permanent = chance (50) ? mac () : VswMac{};
  fields.mac = address;
  fields.bus_path = chance (50) ? "0000:00:1f.6" : "";
  fields.last_name = chance (50) ? "\xff'odd" : "eth0";
  fields.was_up = chance (50);
  fields.was_mtu = below (65536);
  fields.was_promiscuous = (int)below (3) - 1;
  fields.ip = ip;
  fields.is_taken_over = chance (50);
  fields.profile = chance (50) ? "00000003-0000-4000-8000-000000000003" : nullptr;
  fields.lease = chance (50) ? "{'ipv4': {'dhcp-client-id': <'01:02'>}}" : nullptr;
  fields.host_id = chance (50) ? "00000002-0000-4000-8000-000000000002" : nullptr;
  return vsw_uplink_new (&fields);
}

Value
Random::any_external (int number_of)
{
  VswNic fields = plain_nic (number_of);

  fields.nic_kind = VSW_NIC_EXTERNAL;
  fields.backend = VSW_BACKEND_HARDWARE;
  fields.peer[0] = '\0';
  head (&fields.head, VSW_LIFETIME_DESCRIPTOR);
  fields.mac = mac ();
  fields.static_mac = TRUE;
  g_autoptr (VswUplink) uplink = any_uplink (fields.mac);
  fields.uplink = uplink;
  return keep (fields);
}

Value
Random::any_nic (int number_of, const VswSetting *of)
{
  if (!of && chance (20))
    return any_external (number_of);
  VswNic fields = plain_nic (number_of);

  make (&fields.nic_kind, &fields.backend, &fields.queues);
  if (!of && fields.backend == VSW_BACKEND_VETH && chance (50))
    fields.nic_kind = VSW_NIC_INTERNAL;
  head (&fields.head, fields.backend == VSW_BACKEND_TAP ? VSW_N_LIFETIMES : VSW_LIFETIME_DESCRIPTOR);
  if (fields.backend == VSW_BACKEND_TAP)
    {
      fields.opened = chance (50);
      fields.peer[0] = '\0';
    }
  else if (chance (50))
    g_strlcpy (fields.placed_as, "abcdefghijklmno", sizeof fields.placed_as);
  fields.setting_id = of ? of->head.id : nullptr;
  fields.mac = mac ();
  fields.static_mac = chance (50);
  fields.mtu = mtu ();
  return keep (fields);
}

Value
Random::any_port (int number_of, const VswSwitch *on, const VswNic *plugged)
{
  VswPort fields = plain_port (number_of, *on);
  VswMac addresses[5] = {};
  guint64 address = below (1000);

  head (&fields.head, VSW_N_LIFETIMES);
  if (plugged)
    {
      fields.nic_id = plugged->head.id;
      fields.made_for = chance (50) ? plugged->head.id : nullptr;
      fields.connected = 1 + (number () >> 2);
    }
  fields.n_static_addresses = below (G_N_ELEMENTS (addresses) + 1);
  for (gsize i = 0; i < fields.n_static_addresses; i++)
    addresses[i] = vsw_mac_from_number (address += 1 + (G_GUINT64_CONSTANT (1) << below (40)));
  fields.static_addresses = addresses;
  return keep (fields);
}

Value
Random::any_system (int number_of)
{
  VswSystem fields = plain_system (number_of);

  head (&fields.head, VSW_LIFETIME_DESCRIPTOR);
  fields.state = static_cast<VswSystemState> (below (VSW_N_SYSTEM_STATES));
  fields.machine = chance (50) ? "" : chance (50) ? "qemu-1-web_2.example" : "a";
  if (fields.state == VSW_SYSTEM_ENABLED && *fields.machine && chance (50))
    fields.machine_since = chance (50) ? VSW_MACHINE_SINCE_UNKNOWN : G_MAXINT64;
  return keep (fields);
}

Value
Random::any_setting (int number_of, const VswSystem *of, const VswValue *connection)
{
  VswSetting fields = plain_setting (number_of, *of);

  head (&fields.head, VSW_LIFETIME_DESCRIPTOR);
  make (&fields.nic_kind, &fields.backend, &fields.queues);
  fields.mac = mac ();
  fields.static_mac = chance (50);
  fields.mtu = mtu ();
  fields.automatic = chance (50);
  fields.connection_id = connection ? connection->id : nullptr;
  return keep (fields);
}

Value
Random::any_checkpoint (int number_of)
{
  VswCheckpoint fields = plain_checkpoint (number_of);
  std::vector<Value> old;
  std::vector<VswCheckpointEntry> entries;
  std::vector<std::string> added;
  std::vector<const char *> scope;
  VswSwitch on = plain_switch (500);
  VswNic nic = plain_nic (500);
  VswSystem system = plain_system (500);

  for (int i = below (6); i > 0; i--)
    {
      int of = 600 + i;

      switch (below (5))
        {
        case 0:
          old.push_back (any_switch (of));
          break;
        case 1:
          old.push_back (any_nic (of));
          break;
        case 2:
          old.push_back (any_port (of, &on, chance (50) ? &nic : nullptr));
          break;
        case 3:
          old.push_back (any_system (of));
          break;
        default:
          old.push_back (any_setting (of, &system, chance (50) ? &on.head : nullptr));
        }
    }
  for (int i = below (4); i > 0; i--)
    added.push_back (id_of (VSW_KIND_NIC, 700 + i));
  for (const Value &value : old)
    entries.push_back ({ value->id, value.get () });
  for (const std::string &id : added)
    entries.push_back ({ id.c_str (), nullptr });
  for (const VswCheckpointEntry &entry : entries)
    if (chance (50))
      scope.push_back (entry.id);
  fields.head.owner = below (100000);
  fields.head.created = number () >> 1;
  fields.deadline = number () >> 1;
  fields.settling = below (60000000);
  fields.has_parts = chance (50);
  fields.privileged = chance (50);
  fields.scope = scope.data ();
  fields.n_scope = scope.size ();
  fields.entries = entries.data ();
  fields.n_entries = entries.size ();
  return keep (fields);
}
