/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Old files open as what they were written to mean; steps run once, in order, wholly. */
#include "fixture.h"
#include "store/database.h"
#include "store/migrate.h"

#include <sys/stat.h>

namespace
{

struct CloseDatabase
{
  void
  operator() (sqlite3 *database) const
  {
    sqlite3_close (database);
  }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Database
open_memory ()
{
  sqlite3 *database = nullptr;

  EXPECT_EQ (sqlite3_open (":memory:", &database), SQLITE_OK);
  return Database (database);
}

gint64
number_of (const Database &database, const char *sql)
{
  gint64 number = -1;

  EXPECT_TRUE (vsw_database_get_number (database.get (), "memory", sql, &number, nullptr)) << sql;
  return number;
}

TEST (Migrate, RunsOnlyTheStepsThatAreMissing)
{
  static const char *const first[] = { "CREATE TABLE a (x); INSERT INTO a VALUES (1)", nullptr };
  static const char *const both[] = { first[0], "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1", nullptr };
  Database database = open_memory ();

  ASSERT_TRUE (vsw_migrate (database.get (), "memory", first, nullptr));
  EXPECT_EQ (number_of (database, "PRAGMA user_version"), 1);
  ASSERT_TRUE (vsw_migrate (database.get (), "memory", both, nullptr));
  ASSERT_TRUE (vsw_migrate (database.get (), "memory", both, nullptr));
  EXPECT_EQ (number_of (database, "PRAGMA user_version"), 2);
  EXPECT_EQ (number_of (database, "SELECT count (*) FROM a"), 1);
  EXPECT_EQ (number_of (database, "SELECT y FROM a"), 2);
}

TEST (Migrate, LeavesTheOldVersionWhenAStepFails)
{
  static const char *const steps[] = { "CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)", nullptr };
  Database database = open_memory ();
  g_autoptr (GError) error = nullptr;

  EXPECT_FALSE (vsw_migrate (database.get (), "memory", steps, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  EXPECT_EQ (number_of (database, "PRAGMA user_version"), 1);
  EXPECT_EQ (number_of (database, "SELECT count (*) FROM sqlite_master WHERE name = 'b'"), 0);
}

TEST (Migrate, SetsTheApplicationId)
{
  Database database = open_memory ();

  ASSERT_TRUE (vsw_migrate (database.get (), "memory", vsw_migrate_get_steps (), nullptr));
  EXPECT_EQ (number_of (database, "PRAGMA application_id"), VSW_DATABASE_APPLICATION);
}

/* Every version that was ever released has a file in data/: a new step comes with the file of the version before it. */
TEST (Migrate, HasAnOldFileOfEveryVersion)
{
  for (guint version = 1; version <= g_strv_length ((char **)vsw_migrate_get_steps ()); version++)
    {
      g_autofree char *path = g_strdup_printf (VSW_TEST_DATA "/version-%u.db", version);

      EXPECT_NE (read_bytes (path), "") << path;
    }
}

/* The values of data/version-1.sql. */
World
make_version_1 ()
{
  VswSwitch on = plain_switch (1);
  VswNic host = plain_nic (2), guest = plain_nic (3);
  VswPort used = plain_port (4, on), spare = plain_port (5, on);
  VswMac addresses[] = { { { 2, 0, 0, 0, 0, 0x10 } }, { { 2, 0, 0, 0, 0, 0x11 } } };
  World world;

  on = { { VSW_KIND_SWITCH, on.head.id, "lab", "the lab's switch", VSW_LIFETIME_PERSISTENT, nullptr, 0,
           1700000000000000 },
         "vsw-lab",
         { { 2, 0, 0, 0, 0, 1 } },
         9000,
         60,
         1000,
         TRUE,
         FALSE,
         TRUE };
  host = { { VSW_KIND_NIC, host.head.id, "lab-host", "", VSW_LIFETIME_PERSISTENT, nullptr, 1000, 1700000000000001 },
           VSW_NIC_INTERNAL,
           VSW_BACKEND_VETH,
           FALSE,
           nullptr,
           "vswp-lab-host",
           "vswi-lab-host",
           "",
           { { 2, 0, 0, 0, 0, 2 } },
           TRUE,
           0,
           1 };
  guest = { { VSW_KIND_NIC, guest.head.id, "guest", "é", VSW_LIFETIME_CALLER, "0123456789abcdef :1.5", 1000,
              1700000000000002 },
            VSW_NIC_SYNTHETIC,
            VSW_BACKEND_VETH,
            FALSE,
            nullptr,
            "vswp-guest",
            "vswg-guest",
            "eth0",
            { { 2, 0, 0, 0, 0, 3 } },
            FALSE,
            1400,
            4 };
  used = { { VSW_KIND_PORT, used.head.id, "lab-host", "", VSW_LIFETIME_PERSISTENT, nullptr, 1000, 1700000000000003 },
           on.head.id,
           host.head.id,
           host.head.id,
           1700000000000004,
           nullptr,
           0 };
  spare = { { VSW_KIND_PORT, spare.head.id, "spare", "free", VSW_LIFETIME_RUNTIME, nullptr, 0, 1700000000000005 },
            on.head.id,
            nullptr,
            nullptr,
            0,
            addresses,
            2 };
  for (const Value &value : { keep (on), keep (host), keep (guest), keep (used), keep (spare) })
    world[value->id] = copy (value);
  return world;
}

/* The values of data/version-2.sql: those of version 1, and what is new. */
World
make_version_2 ()
{
  World world = make_version_1 ();
  VswSystem web = plain_system (6), old = plain_system (7);
  VswSetting lan = plain_setting (8, web), dmz = plain_setting (9, web);
  VswNic made = plain_nic (10), tap = plain_nic (11);
  VswPort port = plain_port (12, plain_switch (1));

  web = { { VSW_KIND_SYSTEM, web.head.id, "web", "serves", VSW_LIFETIME_PERSISTENT, nullptr, 1000, 1700000000000006 },
          VSW_SYSTEM_ENABLED,
          "qemu-1-web",
          VSW_MACHINE_SINCE_UNKNOWN };
  old = { { VSW_KIND_SYSTEM, old.head.id, "old", "", VSW_LIFETIME_CALLER, "0123456789abcdef :1.5", 0,
            1700000000000007 },
          VSW_SYSTEM_SAVED,
          "",
          0 };
  lan = { { VSW_KIND_SETTING, lan.head.id, "lan", "inside", VSW_LIFETIME_PERSISTENT, nullptr, 1000, 1700000000000008 },
          web.head.id,
          VSW_NIC_SYNTHETIC,
          VSW_BACKEND_TAP,
          { { 2, 0, 0, 0, 0, 4 } },
          TRUE,
          1400,
          4,
          TRUE,
          port.switch_id };
  dmz = { { VSW_KIND_SETTING, dmz.head.id, "dmz", "", VSW_LIFETIME_PERSISTENT, nullptr, 1000, 1700000000000009 },
          web.head.id,
          VSW_NIC_EMULATED,
          VSW_BACKEND_TAP,
          { { 2, 0, 0, 0, 0, 5 } },
          FALSE,
          0,
          1,
          FALSE,
          nullptr };
  made = { { VSW_KIND_NIC, made.head.id, "web-lan", "inside", VSW_LIFETIME_DESCRIPTOR, nullptr, 1000,
             1700000000000010 },
           VSW_NIC_SYNTHETIC,
           VSW_BACKEND_TAP,
           TRUE,
           lan.head.id,
           "vswp-web-lan",
           "",
           "",
           { { 2, 0, 0, 0, 0, 4 } },
           TRUE,
           1400,
           4 };
  tap = { { VSW_KIND_NIC, tap.head.id, "tap", "", VSW_LIFETIME_PERSISTENT, nullptr, 0, 1700000000000011 },
          VSW_NIC_EMULATED,
          VSW_BACKEND_TAP,
          FALSE,
          nullptr,
          "vswp-tap",
          "",
          "",
          { { 2, 0, 0, 0, 0, 6 } },
          FALSE,
          0,
          1 };
  port = { { VSW_KIND_PORT, port.head.id, "web-lan", "", VSW_LIFETIME_DESCRIPTOR, nullptr, 1000, 1700000000000012 },
           port.switch_id,
           made.head.id,
           made.head.id,
           1700000000000013,
           nullptr,
           0 };
  for (const Value &value : { keep (web), keep (old), keep (lan), keep (dmz), keep (made), keep (tap), keep (port) })
    world[value->id] = copy (value);
  return world;
}

/* The values of data/version-3.sql: those of version 2, and what is new. */
World
make_version_3 ()
{
  World world = make_version_2 ();
  VswNic fields = plain_nic (15);
  VswPort port = plain_port (16, plain_switch (1));
  std::string host = id_of (VSW_KIND_NIC, 2);
  const char *addresses[] = { "192.0.2.5/24", nullptr };
  const char *items[] = { "address 192.0.2.5/24", "route default via 192.0.2.1", nullptr };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\1\0\xff", 3);
  g_autoptr (VswIpConfig) ip = vsw_ip_config_new (bytes, addresses, items);
  VswUplink known = {};

  known.permanent = { { 0, 0x1b, 0x21, 0, 0, 2 } };
  known.mac = { { 0, 0x1b, 0x21, 0, 0, 1 } };
  known.bus_path = "0000:00:03.0";
  known.last_name = "eth0";
  known.was_up = known.is_taken_over = TRUE;
  known.was_mtu = 9000;
  known.was_promiscuous = -1;
  known.ip = ip;
  known.host_id = host.c_str ();
  g_autoptr (VswUplink) uplink = vsw_uplink_new (&known);
  fields = { { VSW_KIND_NIC, fields.head.id, "eth0", "", VSW_LIFETIME_PERSISTENT, nullptr, 0, 1700000000000016 },
             VSW_NIC_EXTERNAL,
             VSW_BACKEND_HARDWARE,
             FALSE,
             nullptr,
             "vswx-0000000f",
             "",
             "",
             known.mac,
             TRUE,
             0,
             1,
             uplink };
  port = { { VSW_KIND_PORT, port.head.id, "eth0", "", VSW_LIFETIME_PERSISTENT, nullptr, 0, 1700000000000017 },
           port.switch_id,
           fields.head.id,
           fields.head.id,
           1700000000000018,
           nullptr,
           0 };
  for (const Value &value : { keep (fields), keep (port) })
    world[value->id] = copy (value);
  return world;
}

/* The values of data/version-4.sql: those of version 2, and what is new. */
World
make_version_4 ()
{
  World world = make_version_3 ();
  std::string nic_id = id_of (VSW_KIND_NIC, 15);
  VswNic nic = *reinterpret_cast<const VswNic *> (world[nic_id].get ());
  VswCheckpoint fields = plain_checkpoint (13);
  VswSwitch on = plain_switch (1);
  VswPort gone = plain_port (14, on);
  VswMac address = { { 2, 0, 0, 0, 0, 7 } };
  std::string created = id_of (VSW_KIND_PORT, 12);

  g_autoptr (VswUplink) lent = vsw_uplink_with_loan (nic.uplink, "00000015-0000-4000-8000-000000000001",
                                                     "{'ipv4': {'dhcp-client-id': <'01:02'>}}");
  nic.uplink = lent;
  world[nic_id] = keep (nic);
  on = { { VSW_KIND_SWITCH, on.head.id, "lab", "before", VSW_LIFETIME_PERSISTENT, nullptr, 0, 1700000000000000 },
         "vsw-lab",
         { { 2, 0, 0, 0, 0, 1 } },
         1500,
         60,
         1000,
         TRUE,
         FALSE,
         TRUE };
  gone = { { VSW_KIND_PORT, gone.head.id, "gone", "", VSW_LIFETIME_PERSISTENT, nullptr, 0, 1700000000000015 },
           gone.switch_id,
           nullptr,
           nullptr,
           0,
           &address,
           1 };
  Value old_switch = keep (on), old_port = keep (gone);
  const char *scope[] = { old_switch->id };
  VswCheckpointEntry entries[] = { { old_switch->id, old_switch.get () },
                                   { old_port->id, old_port.get () },
                                   { created.c_str (), nullptr } };
  fields.head = {
    VSW_KIND_CHECKPOINT, fields.head.id, "7", "", VSW_LIFETIME_PERSISTENT, nullptr, 1000, 1700000000000014
  };
  fields.deadline = 1700000060000014;
  fields.settling = 5000000;
  fields.has_parts = fields.privileged = TRUE;
  fields.scope = scope;
  fields.n_scope = G_N_ELEMENTS (scope);
  fields.entries = entries;
  fields.n_entries = G_N_ELEMENTS (entries);
  Value checkpoint = keep (fields);
  world[checkpoint->id] = copy (checkpoint);
  return world;
}

/* The values of data/version-5.sql: those of version 4, and which machine it was that was seen. */
World
make_version_5 ()
{
  World world = make_version_4 ();
  std::string id = id_of (VSW_KIND_SYSTEM, 6);
  VswSystem web = *reinterpret_cast<const VswSystem *> (world[id].get ());

  web.machine_since = 86400000007;
  world[id] = keep (web);
  return world;
}

/* The values of data/version-6.sql: those of version 5, and that the NIC of the host was promiscuous. */
World
make_version_6 ()
{
  World world = make_version_5 ();
  std::string nic_id = id_of (VSW_KIND_NIC, 15);
  VswNic nic = *reinterpret_cast<const VswNic *> (world[nic_id].get ());
  VswUplink known = *nic.uplink;

  known.was_promiscuous = 1;
  g_autoptr (VswUplink) uplink = vsw_uplink_new (&known);
  nic.uplink = uplink;
  world[nic_id] = keep (nic);
  return world;
}

/* In the session that the files were written in, so that nothing of them is forgotten. */
void
put_version (const Place &place, int version)
{
  ASSERT_EQ (mkdir (place.state.c_str (), 0700), 0);
  ASSERT_EQ (mkdir (place.runtime.c_str (), 0700), 0);
  write_bytes (place.runtime + "/session", "11111111-1111-4111-8111-111111111111\n");
  write_bytes (place.database (), read_bytes (VSW_TEST_DATA "/version-" + std::to_string (version) + ".db"));
}

TEST (Migrate, OpensVersion1ToWhatItMeant)
{
  Place place;

  put_version (place, 1);
  expect_holds (open_store (place).get (), make_version_1 ());
}

TEST (Migrate, OpensVersion2ToWhatItMeant)
{
  Place place;

  put_version (place, 2);
  expect_holds (open_store (place).get (), make_version_2 ());
}

TEST (Migrate, OpensVersion3ToWhatItMeant)
{
  Place place;

  put_version (place, 3);
  Store store = open_store (place);
  expect_holds (store.get (), make_version_3 ());
  g_autoptr (GPtrArray) rescue = vsw_store_load_rescue (store.get (), nullptr);
  ASSERT_NE (rescue, nullptr);
  ASSERT_EQ (rescue->len, 1u);
  EXPECT_TRUE (vsw_value_equal (rescue->pdata[0], make_version_3 ()[id_of (VSW_KIND_NIC, 15)].get ()));
}

TEST (Migrate, OpensVersion4ToWhatItMeant)
{
  Place place;

  put_version (place, 4);
  Store store = open_store (place);
  expect_holds (store.get (), make_version_4 ());
  g_autoptr (GPtrArray) loans = vsw_store_load_loans (store.get (), nullptr);
  ASSERT_NE (loans, nullptr);
  ASSERT_EQ (loans->len, 1u);
  EXPECT_TRUE (vsw_value_equal (loans->pdata[0], make_version_4 ()[id_of (VSW_KIND_NIC, 15)].get ()));
}

TEST (Migrate, OpensVersion5ToWhatItMeant)
{
  Place place;

  put_version (place, 5);
  expect_holds (open_store (place).get (), make_version_5 ());
}

TEST (Migrate, OpensVersion6ToWhatItMeant)
{
  Place place;

  put_version (place, 6);
  Store store = open_store (place);
  expect_holds (store.get (), make_version_6 ());
  g_autoptr (GPtrArray) loans = vsw_store_load_loans (store.get (), nullptr);
  ASSERT_NE (loans, nullptr);
  ASSERT_EQ (loans->len, 1u);
  EXPECT_TRUE (vsw_value_equal (loans->pdata[0], make_version_6 ()[id_of (VSW_KIND_NIC, 15)].get ()));
}

/* Whoever changes the columns of a kind has to change those of its old values. */
TEST (Migrate, KeepsTheColumnsOfOldValuesThoseOfValues)
{
  Database database = open_memory ();

  ASSERT_TRUE (vsw_migrate (database.get (), "memory", vsw_migrate_get_steps (), nullptr));
  for (const char *kind : { "switch", "system", "setting", "nic", "port" })
    {
      std::string columns =
          std::string ("SELECT name FROM pragma_table_info ('") + kind + "') UNION ALL SELECT 'checkpoint_id'";
      std::string old = std::string ("SELECT name FROM pragma_table_info ('old_") + kind + "')";
      std::string differ = "SELECT count (*) FROM (SELECT * FROM (" + columns + " EXCEPT " + old
                           + ") UNION ALL SELECT * FROM (" + old + " EXCEPT SELECT * FROM (" + columns + ")))";

      EXPECT_EQ (number_of (database, differ.c_str ()), 0) << kind;
    }
}

/* A store that was migrated is a store like any other: it takes what is new, and its references are watched. */
TEST (Migrate, GoesOnAfterVersion1)
{
  Place place;
  World world = make_version_1 ();
  VswNic fields = plain_tap (20);
  VswSystem running = plain_system (21);
  g_autoptr (VswDelta) orphan = vsw_delta_new ();
  g_autoptr (VswDelta) bare = vsw_delta_new ();

  put_version (place, 1);
  Store store = open_store (place);
  expect_holds (store.get (), world);
  fields.head.lifetime = VSW_LIFETIME_DESCRIPTOR;
  std::string setting_id = id_of (VSW_KIND_SETTING, 22);
  fields.setting_id = setting_id.c_str ();
  Value tap = keep (fields), system = keep (running), setting = keep (plain_setting (22, running));
  add (store.get (), { &tap, &setting, &system });
  for (const Value *value : { &tap, &system, &setting })
    world[(*value)->id] = copy (*value);
  store.reset ();
  store = open_store (place);
  expect_holds (store.get (), world);

  vsw_delta_put (orphan, world[id_of (VSW_KIND_NIC, 2)].get (), nullptr, nullptr);
  EXPECT_FALSE (commit (store.get (), orphan)) << "a NIC that is plugged in";
  vsw_delta_put (bare, world[id_of (VSW_KIND_PORT, 5)].get (), nullptr, nullptr);
  EXPECT_TRUE (commit (store.get (), bare)) << "a port with static addresses";
  world.erase (id_of (VSW_KIND_PORT, 5));
  expect_holds (store.get (), world);
}

} // namespace
