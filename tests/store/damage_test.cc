/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are not what they should be: refused with their path, and not one byte of them changed. */
#include "fixture.h"

#include <filesystem>

#include <sqlite3.h>

namespace
{

/* A store with some of everything, closed. */
std::string
make_store (const Place &place)
{
  Store store = open_store (place);
  VswPort fields = plain_port (3, plain_switch (1));
  VswMac address = { { 2, 0, 0, 0, 0, 9 } };
  Value on = keep (plain_switch (1)), nic = keep (plain_nic (2));

  expect_holds (store.get (), {});
  fields.nic_id = nic->id;
  fields.connected = 1;
  fields.static_addresses = &address;
  fields.n_static_addresses = 1;
  Value port = keep (fields);
  VswSystem running = plain_system (4);
  VswSetting first = plain_setting (5, running);
  VswNic tap = plain_tap (6);
  first.connection_id = on->id;
  tap.setting_id = first.head.id;
  Value system = keep (running), setting = keep (first), made = keep (tap);
  add (store.get (), { &on, &nic, &port, &system, &setting, &made });
  for (int number = 10; number < 60; number++)
    {
      Value other = keep (plain_switch (number));

      add (store.get (), { &other });
    }
  store.reset ();
  return read_bytes (place.database ());
}

void
run_sql (const Place &place, const char *sql)
{
  sqlite3 *database = nullptr;
  char *message = nullptr;

  ASSERT_EQ (sqlite3_open (place.database ().c_str (), &database), SQLITE_OK);
  EXPECT_EQ (sqlite3_exec (database, sql, nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close (database);
}

/* Opens and loads: either fine, or STORE with the path in it and the file untouched. TRUE: it was refused. */
bool
is_refused_cleanly (const Place &place, const std::string &bytes)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswDelta) all = nullptr;
  Store store (place.open (&error));

  if (store)
    all = vsw_store_load (store.get (), &error);
  if (all)
    return false;
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  EXPECT_NE (strstr (error->message, place.database ().c_str ()), nullptr) << error->message;
  EXPECT_TRUE (g_utf8_validate (error->message, -1, nullptr));
  store.reset ();
  EXPECT_EQ (read_bytes (place.database ()), bytes) << "a refused file has changed";
  return true;
}

TEST (Damage, AnEmptyFileIsRefused)
{
  Place place;

  make_store (place);
  write_bytes (place.database (), "");
  EXPECT_TRUE (is_refused_cleanly (place, ""));
}

TEST (Damage, ZeroesAreRefused)
{
  Place place;
  std::string bytes (make_store (place).size (), '\0');

  write_bytes (place.database (), bytes);
  EXPECT_TRUE (is_refused_cleanly (place, bytes));
}

TEST (Damage, TextIsRefused)
{
  Place place;
  std::string bytes (5000, 'x');

  make_store (place);
  write_bytes (place.database (), bytes);
  EXPECT_TRUE (is_refused_cleanly (place, bytes));
}

TEST (Damage, AFileThatWasCutIsRefused)
{
  Place place;
  const std::string whole = make_store (place);

  for (size_t size = 512; size < whole.size (); size += 512)
    {
      write_bytes (place.database (), whole.substr (0, size));
      /* What is missing of the last page SQLite takes for zeros, which it may have been. */
      bool is_whole = whole.size () - size < 4096 && whole.find_first_not_of ('\0', size) == std::string::npos;
      EXPECT_NE (is_refused_cleanly (place, whole.substr (0, size)), is_whole) << size;
    }
}

TEST (Damage, NoFlippedByteDoesHarm)
{
  Place place;
  Random random;
  const std::string whole = make_store (place);
  int refused = 0, tried = 0;

  for (size_t at = 0; at < whole.size (); at += 1 + random.below (200))
    {
      std::string bytes = whole;

      bytes[at] ^= 1 + random.below (255);
      write_bytes (place.database (), bytes);
      refused += is_refused_cleanly (place, bytes);
      std::filesystem::remove (place.database () + "-wal");
      tried++;
    }
  EXPECT_GT (refused, tried / 20) << "of " << tried;
}

TEST (Damage, ALostPageIsRefused)
{
  Place place;
  const std::string whole = make_store (place);

  for (size_t page = 1; page * 4096 < whole.size (); page++)
    {
      std::string bytes = whole;

      bytes.replace (page * 4096, 4096, 4096, '\xa5');
      write_bytes (place.database (), bytes);
      EXPECT_TRUE (is_refused_cleanly (place, bytes)) << page;
    }
}

class BadRow : public testing::TestWithParam<const char *>
{
};

/* Rows that pass every check of the tables, or slipped past them, but that no caller could have made. */
TEST_P (BadRow, IsRefused)
{
  Place place;

  make_store (place);
  run_sql (place, "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF");
  run_sql (place,
           (std::string ("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; ") + GetParam ()).c_str ());
  EXPECT_TRUE (is_refused_cleanly (place, read_bytes (place.database ())));
}

INSTANTIATE_TEST_SUITE_P (
    Rows, BadRow,
    testing::Values ("UPDATE switch SET name = '-x' WHERE name = 'n1'", "UPDATE switch SET mtu = 5",
                     "UPDATE switch SET device = 'a/b' WHERE name = 'n1'",
                     "UPDATE switch SET device = 'aaaaaaaaaaaaaaaaaaaa' WHERE name = 'n1'",
                     "UPDATE switch SET description = CAST (x'ff' AS TEXT)", "UPDATE switch SET lifetime = 'forever'",
                     "UPDATE nic SET kind = 'quantum'", "UPDATE nic SET mac = x'0102'",
                     "UPDATE nic SET holder = CAST (x'ff' AS TEXT), lifetime = 'caller'",
                     "UPDATE nic SET queues = 1000000", "UPDATE port SET switch_id = CAST (x'ff' AS TEXT)",
                     "UPDATE static_address SET port_id = 'zzz'", "UPDATE static_address SET port_id = '0'",
                     "UPDATE nic SET backend = 'rope'", "UPDATE nic SET lifetime = 'descriptor' WHERE backend = 'veth'",
                     "UPDATE system SET state = 'paused'", "UPDATE system SET lifetime = 'descriptor'",
                     "UPDATE system SET machine_since = -1", "UPDATE setting SET kind = 'internal'",
                     "UPDATE setting SET mac = x'01'", "UPDATE setting SET queues = 0",
                     "UPDATE setting SET lifetime = 'descriptor'"));

struct Misfit
{
  const char *sql;
  const char *words; /* which row, and why */
};

class MisfitRow : public testing::TestWithParam<Misfit>
{
};

/* Rows that the tables take, each column by itself being fine. */
TEST_P (MisfitRow, IsRefusedByName)
{
  Place place;
  g_autoptr (GError) error = nullptr;

  make_store (place);
  run_sql (place, GetParam ().sql);
  std::string bytes = read_bytes (place.database ());
  EXPECT_TRUE (is_refused_cleanly (place, bytes));
  Store store = open_store (place);
  g_autoptr (VswDelta) all = vsw_store_load (store.get (), &error);
  ASSERT_EQ (all, nullptr);
  EXPECT_NE (strstr (error->message, GetParam ().words), nullptr) << error->message;
}

#define NIC_2     "endpoint 00000002-0000-4000-8000-000000000002: "
#define TAP_6     "endpoint 00000006-0000-4000-8000-000000000002: "
#define PORT_3    "port 00000003-0000-4000-8000-000000000001: "
#define SYSTEM_4  "system 00000004-0000-4000-8000-000000000003: "
#define SETTING_5 "setting 00000005-0000-4000-8000-000000000004: "

INSTANTIATE_TEST_SUITE_P (
    Rows, MisfitRow,
    testing::Values (
        Misfit{ "UPDATE nic SET kind = 'emulated' WHERE backend = 'veth'", NIC_2 "kind emulated with backend veth" },
        Misfit{ "UPDATE nic SET kind = 'internal' WHERE backend = 'tap'", TAP_6 "kind internal with backend tap" },
        Misfit{ "UPDATE nic SET kind = 'emulated', queues = 2 WHERE backend = 'tap'", TAP_6 "kind emulated with more" },
        Misfit{ "UPDATE nic SET opened = 1 WHERE backend = 'veth'", NIC_2 "veth whose descriptors" },
        Misfit{ "UPDATE nic SET lifetime = 'descriptor' WHERE backend = 'veth'", NIC_2 "veth of lifetime descriptor" },
        Misfit{ "UPDATE nic SET peer = '' WHERE backend = 'veth'", NIC_2 "veth without a peer" },
        Misfit{ "UPDATE nic SET peer = 'vswg-6' WHERE backend = 'tap'", TAP_6 "tap with a peer" },
        Misfit{ "UPDATE nic SET placed_as = 'eth0' WHERE backend = 'tap'", TAP_6 "tap in another namespace" },
        Misfit{ "UPDATE nic SET setting_id = NULL WHERE backend = 'tap'; UPDATE nic SET kind = 'internal',"
                " setting_id = '00000005-0000-4000-8000-000000000004' WHERE backend = 'veth'",
                NIC_2 "internal endpoint of a virtual system" },
        Misfit{ "UPDATE nic SET setting_id = 'x' WHERE backend = 'tap'", TAP_6 "refers to something" },
        Misfit{ "UPDATE port SET switch_id = 'x'", PORT_3 "refers to something" },
        Misfit{ "UPDATE port SET nic_id = 'x'", PORT_3 "refers to something" },
        Misfit{ "UPDATE system SET machine = '-web'", SYSTEM_4 "machine '-web' is no name" },
        Misfit{ "UPDATE system SET machine_since = 7, machine = 'web'", SYSTEM_4 "machine seen" },
        Misfit{ "UPDATE system SET machine_since = 7, state = 'enabled'", SYSTEM_4 "machine seen" },
        Misfit{ "UPDATE setting SET kind = 'emulated', backend = 'veth'", SETTING_5 "kind emulated with backend veth" },
        Misfit{ "UPDATE setting SET kind = 'emulated', queues = 4", SETTING_5 "kind emulated with more" },
        Misfit{ "UPDATE setting SET system_id = 'x'", SETTING_5 "refers to something" },
        Misfit{ "UPDATE setting SET connection_id = 'x'", SETTING_5 "refers to something" }));

TEST (Damage, AnotherProgramsDatabaseIsRefused)
{
  Place place;

  make_store (place);
  run_sql (place, "PRAGMA application_id = 5");
  EXPECT_TRUE (is_refused_cleanly (place, read_bytes (place.database ())));
}

TEST (Damage, ATableThatIsMissingIsRefused)
{
  Place place;

  make_store (place);
  run_sql (place, "DROP TABLE static_address");
  EXPECT_TRUE (is_refused_cleanly (place, read_bytes (place.database ())));
}

TEST (Damage, AStoreOfANewerDaemonIsRefusedAndSaysSo)
{
  Place place;

  make_store (place);
  run_sql (place, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 1000");
  std::string bytes = read_bytes (place.database ());
  std::string message = refuse_store (place);
  EXPECT_NE (message.find ("version 1000"), std::string::npos) << message;
  EXPECT_NE (message.find (place.database ()), std::string::npos) << message;
  EXPECT_EQ (read_bytes (place.database ()), bytes);
}

} // namespace
