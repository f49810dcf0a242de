/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- values --- */

Value
copy (const Value &value)
{
  return Value (static_cast<VswValue *> (vsw_value_ref (value.get ())));
}

Value
keep (const VswSwitch &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_switch_new (&fields)));
}

Value
keep (const VswNic &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_nic_new (&fields)));
}

Value
keep (const VswPort &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_port_new (&fields)));
}

Value
keep (const VswSystem &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_system_new (&fields)));
}

Value
keep (const VswSetting &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_setting_new (&fields)));
}

std::string
id_of (VswKind kind, int number)
{
  char text[37];

  g_snprintf (text, sizeof text, "%08x-0000-4000-8000-%012x", number, kind);
  return text;
}

/* Interned: the plain values below borrow their texts for good. */
static const char *
intern (const std::string &text)
{
  return g_intern_string (text.c_str ());
}

static void
set_head (VswValue *head, VswKind kind, int number)
{
  head->kind = kind;
  head->id = intern (id_of (kind, number));
  head->name = intern ("n" + std::to_string (number));
  head->description = "";
  head->lifetime = VSW_LIFETIME_PERSISTENT;
  head->created = 1;
}

VswSwitch
plain_switch (int number)
{
  VswSwitch fields = {};

  set_head (&fields.head, VSW_KIND_SWITCH, number);
  g_snprintf (fields.device, sizeof fields.device, "vsw-%x", number);
  fields.mac = { { 2, 0, 0, 0, 0, 1 } };
  fields.mtu = VSW_MTU_DEFAULT;
  fields.ageing = VSW_AGEING_DEFAULT;
  return fields;
}

VswNic
plain_nic (int number)
{
  VswNic fields = {};

  set_head (&fields.head, VSW_KIND_NIC, number);
  fields.nic_kind = VSW_NIC_SYNTHETIC;
  g_snprintf (fields.device, sizeof fields.device, "vswp-%x", number);
  g_snprintf (fields.peer, sizeof fields.peer, "vswg-%x", number);
  fields.mac = { { 2, 0, 0, 0, 0, 2 } };
  fields.queues = 1;
  return fields;
}

VswNic
plain_tap (int number)
{
  VswNic fields = plain_nic (number);

  fields.backend = VSW_BACKEND_TAP;
  fields.peer[0] = '\0';
  return fields;
}

VswPort
plain_port (int number, const VswSwitch &on)
{
  VswPort fields = {};

  set_head (&fields.head, VSW_KIND_PORT, number);
  fields.switch_id = on.head.id;
  return fields;
}

VswSystem
plain_system (int number)
{
  VswSystem fields = {};

  set_head (&fields.head, VSW_KIND_SYSTEM, number);
  fields.machine = "";
  return fields;
}

VswSetting
plain_setting (int number, const VswSystem &of)
{
  VswSetting fields = {};

  set_head (&fields.head, VSW_KIND_SETTING, number);
  fields.system_id = of.head.id;
  fields.nic_kind = VSW_NIC_SYNTHETIC;
  fields.backend = VSW_BACKEND_TAP;
  fields.mac = { { 2, 0, 0, 0, 0, 3 } };
  fields.queues = 1;
  return fields;
}

/* --- random --- */

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
    head->holder = intern ("0123456789abcdef0123456789abcdef :1." + std::to_string (below (1000)));
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
  g_autoptr (GBytes) bytes = g_bytes_new (chance (50) ? "\0\1'\xff" : "", chance (50) ? 4 : 0);
  g_autoptr (VswIpConfig) ip = chance (70) ? vsw_ip_config_new (bytes, chance (50) ? lines : no_lines, lines) : nullptr;
  VswUplink fields = { chance (50) ? mac () : VswMac{},
                       address,
                       chance (50) ? "0000:00:1f.6" : "",
                       chance (50) ? "\xff'odd" : "eth0",
                       chance (50),
                       below (65536),
                       ip };
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
  fields.machine_seen = fields.state == VSW_SYSTEM_ENABLED && *fields.machine && chance (50);
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

/* --- stores --- */

Place::Place ()
{
  g_autofree char *made = g_dir_make_tmp ("vsw-store-XXXXXX", nullptr);

  root = made;
  state = root + "/state";
  runtime = root + "/runtime";
}

Place::~Place ()
{
  std::error_code ignored;

  std::filesystem::remove_all (root, ignored);
}

VswStore *
Place::open (GError **error) const
{
  return vsw_store_open (state.c_str (), runtime.c_str (), error);
}

std::string
Place::database () const
{
  return state + "/store.db";
}

Store
open_store (const Place &place)
{
  g_autoptr (GError) error = nullptr;
  Store store (place.open (&error));

  EXPECT_NE (store, nullptr) << (error ? error->message : "no error either");
  return store;
}

std::string
refuse_store (const Place &place, int code)
{
  g_autoptr (GError) error = nullptr;
  Store store (place.open (&error));

  EXPECT_EQ (store, nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, code)) << (error ? error->message : "no error");
  return error ? error->message : "";
}

bool
commit (VswStore *store, VswDelta *delta, GError **error)
{
  if (!vsw_store_begin (store, error))
    return false;
  if (vsw_store_write (store, delta, error))
    return vsw_store_commit (store, error);
  vsw_store_rollback (store);
  return false;
}

void
add (VswStore *store, const std::vector<const Value *> &values)
{
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) error = nullptr;

  for (const Value *value : values)
    vsw_delta_put (delta, nullptr, value->get (), nullptr);
  ASSERT_TRUE (commit (store, delta, &error)) << error->message;
}

World
load_world (VswStore *store)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswDelta) all = vsw_store_load (store, &error);
  World world;

  EXPECT_NE (all, nullptr) << error->message;
  for (guint i = 0; all && i < vsw_delta_get_size (all); i++)
    {
      const VswPair *pair = vsw_delta_get (all, i);

      EXPECT_EQ (pair->before, nullptr);
      world[pair->after->id] = Value (static_cast<VswValue *> (vsw_value_ref (pair->after)));
    }
  return world;
}

void
expect_holds (VswStore *store, const World &world)
{
  World found = load_world (store);

  EXPECT_EQ (found.size (), world.size ());
  for (const auto &[id, value] : world)
    {
      auto other = found.find (id);

      ASSERT_NE (other, found.end ()) << vsw_kind_print (value->kind) << " " << id << " is lost";
      EXPECT_TRUE (vsw_value_equal (value.get (), other->second.get ())) << vsw_kind_print (value->kind) << " " << id;
    }
}

std::string
read_bytes (const std::string &path)
{
  std::ifstream file (path, std::ios::binary);

  return std::string (std::istreambuf_iterator<char> (file), {});
}

void
write_bytes (const std::string &path, const std::string &bytes)
{
  std::ofstream file (path, std::ios::binary | std::ios::trunc);

  file.write (bytes.data (), bytes.size ());
}

bool
in_private_mounts (void (*body) (const Place &place), const Place &place)
{
  constexpr int cannot = 77;
  pid_t child;
  int status;

  std::cout.flush ();
  child = fork ();
  if (child == 0)
    {
      if (geteuid () != 0 || unshare (CLONE_NEWNS) < 0
          || mount (nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        _exit (cannot);
      body (place);
      std::cout.flush ();
      fflush (stdout);
      _exit (testing::Test::HasFailure () ? 1 : 0);
    }
  EXPECT_EQ (waitpid (child, &status, 0), child);
  EXPECT_TRUE (WIFEXITED (status));
  EXPECT_TRUE (WEXITSTATUS (status) == 0 || WEXITSTATUS (status) == cannot) << "the child has failed, see above";
  return WEXITSTATUS (status) != cannot;
}
