// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/arbitrary.h"

#include <cstdio>
#include <cstdlib>

namespace
{

guint64
next_seed ()
{
  static const char *const given = std::getenv ("VSW_TEST_SEED");
  static guint64 next = given != nullptr ? std::strtoull (given, nullptr, 10) : std::random_device{}();

  return next++;
}

std::vector<std::string>
get_ids (GHashTable *values)
{
  std::set<std::string> sorted; /* by id: the order of a hash table would not follow the seed */
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &id, nullptr))
    sorted.insert (static_cast<const char *> (id));
  return { sorted.begin (), sorted.end () };
}

} // namespace

Arbitrary::Arbitrary () : Arbitrary (next_seed ())
{
  std::printf ("VSW_TEST_SEED=%" G_GUINT64_FORMAT "\n", seed);
}

Arbitrary::Arbitrary (guint64 from) : seed (from), engine (from)
{
}

guint64
Arbitrary::number (guint64 first, guint64 last)
{
  return std::uniform_int_distribution<guint64> (first, last) (engine);
}

bool
Arbitrary::chance (guint percent)
{
  return number (1, 100) <= percent;
}

std::string
Arbitrary::name ()
{
  static const std::string heads = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  static const std::string rest = heads + "._-";
  std::string text;

  do
    {
      guint64 length = chance (20) ? number (12, VSW_NAME_MAX) : number (1, 12);

      text = heads[number (0, heads.size () - 1)];
      while (text.size () < length)
        text += rest[number (0, rest.size () - 1)];
    }
  while (!names.insert (text).second);
  return text;
}

std::string
Arbitrary::interface_name ()
{
  std::string text = "eth";

  while (text.size () < number (4, VSW_INTERFACE_SIZE - 1))
    text += static_cast<char> ('0' + number (0, 9));
  return text;
}

std::string
Arbitrary::description ()
{
  static const std::vector<std::string> letters = { "a",    "Z", " ",  "ä",  "ß",  "ж", "漢",
                                                    "🖧", "'", "\"", "\\", "%s", ";" };
  std::string text;

  for (guint64 left = chance (10) ? 128 : number (0, 12); left > 0; left--)
    text += pick (letters);
  return text;
}

VswMac
Arbitrary::mac ()
{
  guint64 octets;

  do
    octets = (number (0, G_GUINT64_CONSTANT (0xffffffffffff)) & ~G_GUINT64_CONSTANT (0x010000000000))
             | G_GUINT64_CONSTANT (0x020000000000);
  while (!macs.insert (octets).second);
  return vsw_mac_from_number (octets);
}

guint32
Arbitrary::mtu ()
{
  return chance (50) ? 1500 : static_cast<guint32> (number (1280, 9000));
}

/* A UUID of version 4, from the seed. */
std::string
Arbitrary::id ()
{
  g_autofree char *text =
      g_strdup_printf ("%08x-%04x-4%03x-a%03x-%012" G_GINT64_MODIFIER "x", static_cast<guint> (number (0, 0xffffffff)),
                       static_cast<guint> (number (0, 0xffff)), static_cast<guint> (number (0, 0xfff)),
                       static_cast<guint> (number (0, 0xfff)), number (0, G_GUINT64_CONSTANT (0xffffffffffff)));
  return text;
}

VswValue
Arbitrary::head (VswKind kind)
{
  VswValue value = {};

  kept = { id (), name (), description (), "0123456789abcdef0123456789abcdef :1." + std::to_string (number (1, 9)) };
  value.kind = kind;
  value.id = kept[0].c_str ();
  value.name = kept[1].c_str ();
  value.description = kept[2].c_str ();
  value.lifetime = static_cast<VswLifetime> (number (0, VSW_LIFETIME_DESCRIPTOR - 1));
  value.holder = value.lifetime == VSW_LIFETIME_CALLER ? kept[3].c_str () : nullptr;
  value.created = static_cast<gint64> (number (1, G_GUINT64_CONSTANT (2000000000000000)));
  return value;
}

VswChange *
Arbitrary::create_switch (guint32 owner)
{
  VswSwitch draft = {};
  guint given = VSW_GIVEN_DESCRIPTION | VSW_GIVEN_LIFETIME | VSW_GIVEN_MTU | VSW_GIVEN_AGEING | VSW_GIVEN_MAX_LEARNED
                | VSW_GIVEN_SPANNING_TREE | VSW_GIVEN_MULTICAST_SNOOPING | VSW_GIVEN_SHARED;

  draft.head = head (VSW_KIND_SWITCH);
  draft.head.owner = owner;
  draft.mtu = mtu ();
  draft.ageing = static_cast<guint32> (number (VSW_AGEING_MIN, 3600));
  draft.max_learned = chance (50) ? 0 : static_cast<guint32> (number (1, 1000));
  draft.spanning_tree = chance (20);
  draft.multicast_snooping = chance (20);
  draft.shared = chance (30);
  if (chance (30))
    {
      draft.mac = mac ();
      given |= VSW_GIVEN_MAC;
    }
  g_autoptr (VswSwitch) value = vsw_switch_new (&draft);
  return vsw_change_create (value, given, nullptr, nullptr);
}

VswChange *
Arbitrary::create_port (const std::string &switch_id, guint32 owner)
{
  VswPort draft = {};

  draft.head = head (VSW_KIND_PORT);
  draft.head.owner = owner;
  draft.switch_id = switch_id.c_str ();
  g_autoptr (VswPort) value = vsw_port_new (&draft);
  return vsw_change_create (value, VSW_GIVEN_DESCRIPTION | VSW_GIVEN_LIFETIME, nullptr, nullptr);
}

VswChange *
Arbitrary::create_nic (guint32 owner)
{
  VswNic draft = {};
  guint given = VSW_GIVEN_DESCRIPTION | VSW_GIVEN_LIFETIME | VSW_GIVEN_QUEUES;
  bool hand_out = false;

  draft.head = head (VSW_KIND_NIC);
  draft.head.owner = owner;
  draft.nic_kind = static_cast<VswNicKind> (number (0, VSW_N_NIC_KINDS - 1));
  if (draft.nic_kind == VSW_NIC_EMULATED || (draft.nic_kind == VSW_NIC_SYNTHETIC && chance (50)))
    draft.backend = VSW_BACKEND_TAP;
  draft.queues = draft.nic_kind == VSW_NIC_EMULATED ? 1 : static_cast<guint32> (number (1, VSW_QUEUES_MAX));
  if (draft.backend == VSW_BACKEND_TAP)
    {
      if (chance (30))
        draft.head.lifetime = VSW_LIFETIME_DESCRIPTOR, draft.head.holder = nullptr;
      hand_out = chance (50);
    }
  if (chance (40))
    {
      draft.mac = mac ();
      given |= VSW_GIVEN_MAC;
    }
  if (chance (20))
    {
      draft.mtu = mtu ();
      given |= VSW_GIVEN_MTU;
    }
  g_autoptr (VswNic) value = vsw_nic_new (&draft);
  VswChange *change = vsw_change_create (value, given, nullptr, nullptr);
  g_autoptr (VswHandout) handout = vsw_handout_new (static_cast<guint> (number (0, draft.queues)));
  if (hand_out)
    vsw_change_hand_out (change, handout);
  return change;
}

std::string
Arbitrary::machine ()
{
  return chance (50) ? "" : chance (50) ? "qemu-" + std::to_string (number (1, 99)) + "-web_2.example" : "a";
}

VswChange *
Arbitrary::create_system (guint32 owner)
{
  VswSystem draft = {};
  std::string text = machine ();

  draft.head = head (VSW_KIND_SYSTEM);
  draft.head.owner = owner;
  draft.machine = text.c_str ();
  g_autoptr (VswSystem) value = vsw_system_new (&draft);
  return vsw_change_create (value, VSW_GIVEN_DESCRIPTION | VSW_GIVEN_LIFETIME | VSW_GIVEN_MACHINE, nullptr, nullptr);
}

VswChange *
Arbitrary::create_setting (const std::string &system_id, const std::vector<std::string> &connections)
{
  VswSetting draft = {};
  guint given = VSW_GIVEN_DESCRIPTION | VSW_GIVEN_BACKEND | VSW_GIVEN_QUEUES | VSW_GIVEN_AUTOMATIC;
  std::string connection;

  draft.head = head (VSW_KIND_SETTING);
  draft.head.lifetime = VSW_LIFETIME_PERSISTENT, draft.head.holder = nullptr;
  draft.system_id = system_id.c_str ();
  draft.nic_kind = chance (70) ? VSW_NIC_SYNTHETIC : VSW_NIC_EMULATED;
  draft.backend = draft.nic_kind == VSW_NIC_EMULATED || chance (70) ? VSW_BACKEND_TAP : VSW_BACKEND_VETH;
  draft.queues = draft.nic_kind == VSW_NIC_EMULATED ? 1 : static_cast<guint32> (number (1, VSW_QUEUES_MAX));
  draft.automatic = chance (80);
  if (!connections.empty () && chance (80))
    {
      connection = pick (connections);
      draft.connection_id = connection.c_str ();
      given |= VSW_GIVEN_CONNECTION;
    }
  if (chance (30))
    {
      draft.mac = mac ();
      given |= VSW_GIVEN_MAC;
    }
  if (chance (20))
    {
      draft.mtu = mtu ();
      given |= VSW_GIVEN_MTU;
    }
  g_autoptr (VswSetting) value = vsw_setting_new (&draft);
  return vsw_change_create (value, given, nullptr, nullptr);
}

VswChange *
Arbitrary::modify_setting (const VswSetting *old, const std::vector<std::string> &connections)
{
  static const guint changeable = VSW_GIVEN_DESCRIPTION | VSW_GIVEN_MTU | VSW_GIVEN_QUEUES | VSW_GIVEN_BACKEND
                                  | VSW_GIVEN_CONNECTION | VSW_GIVEN_AUTOMATIC | VSW_GIVEN_MAC | VSW_GIVEN_DYNAMIC_MAC;
  VswSetting draft = *old;
  std::string text = description (), connection = connections.empty () ? "" : pick (connections);
  guint given = static_cast<guint> (number (0, VSW_GIVEN_DYNAMIC_MAC * 2 - 1)) & changeable;

  draft.head.description = text.c_str ();
  draft.mtu = chance (50) ? 0 : mtu ();
  draft.queues = old->nic_kind == VSW_NIC_EMULATED ? 1 : static_cast<guint32> (number (1, VSW_QUEUES_MAX));
  draft.backend = old->nic_kind == VSW_NIC_EMULATED || chance (70) ? VSW_BACKEND_TAP : VSW_BACKEND_VETH;
  draft.connection_id = chance (30) || connection.empty () ? nullptr : connection.c_str ();
  draft.automatic = chance (80);
  draft.mac = mac ();
  g_autoptr (VswSetting) changed = vsw_setting_new (&draft);
  return vsw_change_modify (changed, given);
}

VswChange *
Arbitrary::change_system (VswModel *model, guint32 owner, const std::vector<std::string> &connections)
{
  std::vector<std::string> systems = get_ids (vsw_model_get_systems (model));
  std::vector<std::string> settings = get_ids (vsw_model_get_settings (model));

  if (systems.empty () || chance (10))
    return create_system (owner);
  VswSystem *system = vsw_model_get_system (model, pick (systems).c_str ());
  switch (number (0, 7))
    {
    case 0:
    case 1:
      return create_setting (system->head.id, connections);
    case 2:
      if (!settings.empty ())
        return modify_setting (vsw_model_get_setting (model, pick (settings).c_str ()), connections);
      break;
    case 3:
      if (!settings.empty () && chance (40))
        return vsw_change_delete (VSW_KIND_SETTING, pick (settings).c_str (), chance (50));
      break;
    case 4:
      if (chance (20))
        return vsw_change_delete (VSW_KIND_SYSTEM, system->head.id, chance (50));
      return modify (system);
    default:
      break;
    }
  return vsw_change_state (system->head.id, static_cast<VswSystemState> (number (0, VSW_N_SYSTEM_STATES - 1)));
}

VswChange *
Arbitrary::modify (gconstpointer value)
{
  const auto *old = static_cast<const VswValue *> (value);
  std::string text = description ();

  if (old->kind == VSW_KIND_SWITCH)
    {
      VswSwitch draft = *static_cast<const VswSwitch *> (value);

      draft.head.description = text.c_str ();
      draft.mtu = mtu ();
      draft.ageing = static_cast<guint32> (number (VSW_AGEING_MIN, 3600));
      draft.spanning_tree = chance (50);
      draft.multicast_snooping = chance (50);
      draft.max_learned = static_cast<guint32> (number (0, 100));
      g_autoptr (VswSwitch) changed = vsw_switch_new (&draft);
      return vsw_change_modify (changed, static_cast<guint> (number (1, VSW_GIVEN_SHARED * 2 - 1)) & ~VSW_GIVEN_MAC);
    }
  if (old->kind == VSW_KIND_NIC)
    {
      VswNic draft = *static_cast<const VswNic *> (value);

      draft.head.description = text.c_str ();
      draft.mtu = mtu ();
      draft.mac = mac ();
      g_autoptr (VswNic) changed = vsw_nic_new (&draft);
      return vsw_change_modify (changed, static_cast<guint> (number (1, VSW_GIVEN_MAC * 2 - 1)));
    }
  if (old->kind == VSW_KIND_SYSTEM)
    {
      VswSystem draft = *static_cast<const VswSystem *> (value);
      std::string other = machine ();

      draft.head.description = text.c_str ();
      draft.machine = other.c_str ();
      draft.machine_since = number (0, 2);
      g_autoptr (VswSystem) changed = vsw_system_new (&draft);
      return vsw_change_modify (changed, (chance (50) ? VSW_GIVEN_DESCRIPTION : 0)
                                             | (chance (50) ? VSW_GIVEN_MACHINE : 0)
                                             | (chance (50) ? VSW_GIVEN_MACHINE_SINCE : 0));
    }
  VswPort draft = *static_cast<const VswPort *> (value);
  draft.head.description = text.c_str ();
  g_autoptr (VswPort) changed = vsw_port_new (&draft);
  return vsw_change_modify (changed, VSW_GIVEN_DESCRIPTION);
}

VswChange *
Arbitrary::open (VswModel *model, const std::vector<std::string> &nics)
{
  g_autoptr (VswHandout) handout = vsw_handout_new (static_cast<guint> (number (0, 2)));
  std::vector<std::string> taps;

  for (const std::string &id : nics)
    if (vsw_model_get_nic (model, id.c_str ())->backend == VSW_BACKEND_TAP)
      taps.push_back (id);
  return vsw_change_open (pick (taps.empty () || chance (10) ? nics : taps).c_str (), handout);
}

VswChange *
Arbitrary::change (VswModel *model, guint32 owner)
{
  std::vector<std::string> switches, ports, nics;

  if (model != nullptr)
    {
      switches = get_ids (vsw_model_get_switches (model));
      ports = get_ids (vsw_model_get_ports (model));
      nics = get_ids (vsw_model_get_nics (model));
    }
  switch (number (0, 18))
    {
    case 0:
    case 1:
      if (!switches.empty ())
        return create_port (pick (switches), owner);
      break;
    case 2:
    case 3:
      return create_nic (owner);
    case 4:
    case 5:
      if (!ports.empty () && !nics.empty ())
        return vsw_change_connect (pick (ports).c_str (), pick (nics).c_str ());
      break;
    case 6:
      if (!ports.empty ())
        return vsw_change_disconnect (pick (ports).c_str ());
      break;
    case 7:
      if (!ports.empty ())
        return vsw_change_move (pick (ports).c_str (), pick (switches).c_str ());
      break;
    case 8:
      if (!ports.empty ())
        return vsw_change_add_address (pick (ports).c_str (), mac ());
      break;
    case 9:
      if (!ports.empty ())
        {
          VswPort *port = vsw_model_get_port (model, pick (ports).c_str ());

          if (port->n_static_addresses > 0)
            return vsw_change_remove_address (port->head.id,
                                              port->static_addresses[number (0, port->n_static_addresses - 1)]);
        }
      break;
    case 10:
      {
        std::vector<std::string> all = switches;

        all.insert (all.end (), ports.begin (), ports.end ());
        all.insert (all.end (), nics.begin (), nics.end ());
        if (all.empty ())
          break;
        VswValue *value = vsw_model_get (model, pick (all).c_str ());
        return chance (60) ? modify (value) : vsw_change_delete (value->kind, value->id, chance (50));
      }
    case 11:
    case 18:
      if (!nics.empty ())
        return open (model, nics);
      break;
    case 12:
    case 13:
    case 14:
    case 15:
    case 16:
      if (model != nullptr)
        {
          std::vector<std::string> connections = switches;

          connections.insert (connections.end (), ports.begin (), ports.end ());
          return change_system (model, owner, connections);
        }
      return create_system (owner);
    default:
      break;
    }
  return create_switch (owner);
}

GPtrArray *
Arbitrary::changes (VswModel *model, guint most, guint32 owner)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (reinterpret_cast<GDestroyNotify> (vsw_change_free));

  for (guint64 left = number (1, most); left > 0; left--)
    g_ptr_array_add (list, change (model, owner));
  return list;
}
