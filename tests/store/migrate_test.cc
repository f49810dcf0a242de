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

TEST (Migrate, OpensVersion1ToWhatItMeant)
{
  Place place;

  /* The session that the file was written in, so that nothing of it is forgotten. */
  ASSERT_EQ (mkdir (place.state.c_str (), 0700), 0);
  ASSERT_EQ (mkdir (place.runtime.c_str (), 0700), 0);
  write_bytes (place.runtime + "/session", "11111111-1111-4111-8111-111111111111\n");
  write_bytes (place.database (), read_bytes (VSW_TEST_DATA "/version-1.db"));
  expect_holds (open_store (place).get (), make_version_1 ());
}

} // namespace
