/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checkpoints in the store: old values of every kind come back as they were, leave nothing behind, and are trusted no more than values. */
#include "fixture.h"

#include <filesystem>

#include <sqlite3.h>

namespace
{

constexpr char checkpoint_9[] = "checkpoint 00000009-0000-4000-8000-000000000005: ";

/* A checkpoint of `lab` with an old value of each kind, and one object that is new. */
struct Logged
{
  Logged ()
  {
    VswPort port_fields = plain_port (3, plain_switch (1));
    VswCheckpoint fields = plain_checkpoint (9);

    port_fields.static_addresses = &address;
    port_fields.n_static_addresses = 1;
    old.push_back (keep (plain_switch (1)));
    old.push_back (keep (plain_nic (2)));
    old.push_back (keep (port_fields));
    old.push_back (keep (plain_system (4)));
    old.push_back (keep (plain_setting (5, plain_system (4))));
    for (const Value &value : old)
      entries.push_back ({ value->id, value.get () });
    entries.push_back ({ created.c_str (), nullptr });
    scope = { old[0]->id };
    fields.scope = scope.data ();
    fields.n_scope = scope.size ();
    fields.entries = entries.data ();
    fields.n_entries = entries.size ();
    fields.has_parts = TRUE;
    value = keep (fields);
  }

  VswMac address = { { 2, 0, 0, 0, 0, 9 } };
  std::string created = id_of (VSW_KIND_NIC, 6);
  std::vector<Value> old;
  std::vector<const char *> scope;
  std::vector<VswCheckpointEntry> entries;
  Value value;
};

/* What SQL says of a closed store. */
gint64
ask (const Place &place, const std::string &sql)
{
  sqlite3 *database = nullptr;
  sqlite3_stmt *statement = nullptr;
  gint64 answer = -1;

  EXPECT_EQ (sqlite3_open (place.database ().c_str (), &database), SQLITE_OK);
  EXPECT_EQ (sqlite3_prepare_v2 (database, sql.c_str (), -1, &statement, nullptr), SQLITE_OK)
      << sqlite3_errmsg (database);
  int result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    answer = sqlite3_column_int64 (statement, 0);
  else
    EXPECT_EQ (result, SQLITE_DONE) << sqlite3_errmsg (database);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return answer;
}

TEST (Undo, KeepsOldValuesOfEveryKind)
{
  Place place;
  Logged logged;
  World world;
  Store store = open_store (place);

  expect_holds (store.get (), {});
  add (store.get (), { &logged.value });
  world[logged.value->id] = copy (logged.value);
  expect_holds (store.get (), world);
  store.reset ();
  expect_holds (open_store (place).get (), world);
}

TEST (Undo, TwoCheckpointsMayKeepWhatNoTwoObjectsCanBe)
{
  Place place;
  Logged logged;
  World world;
  VswCheckpoint fields = *reinterpret_cast<VswCheckpoint *> (logged.value.get ()), other = plain_checkpoint (8);

  other.entries = fields.entries;
  other.n_entries = fields.n_entries;
  Value second = keep (other);
  Store store = open_store (place);
  expect_holds (store.get (), {});
  add (store.get (), { &logged.value, &second });
  world[logged.value->id] = copy (logged.value);
  world[second->id] = copy (second);
  expect_holds (store.get (), world);
}

TEST (Undo, LeavesNothingBehind)
{
  Place place;
  Logged logged;
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  Store store = open_store (place);

  add (store.get (), { &logged.value });
  vsw_delta_put (delta, logged.value.get (), nullptr, nullptr);
  ASSERT_TRUE (commit (store.get (), delta));
  store.reset ();
  for (const char *table : { "checkpoint", "checkpoint_scope", "checkpoint_new", "old_switch", "old_nic", "old_port",
                             "old_system", "old_setting", "old_static_address" })
    EXPECT_EQ (ask (place, std::string ("SELECT count (*) FROM ") + table), 0) << table;
}

TEST (Undo, IsWrittenWithTheChangeOrNotAtAll)
{
  Place place;
  Logged logged;
  Value on = keep (plain_switch (1));
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  Store store = open_store (place);

  expect_holds (store.get (), {});
  vsw_delta_put (delta, nullptr, on.get (), nullptr);
  vsw_delta_put (delta, nullptr, logged.value.get (), nullptr);
  for (guint k = 1; k <= 2; k++)
    {
      vsw_store_set_fault (store.get (), k);
      EXPECT_FALSE (commit (store.get (), delta));
      vsw_store_rollback (store.get ());
      vsw_store_set_fault (store.get (), 0);
      expect_holds (store.get (), {});
    }
}

/* --- damage --- */

struct Damage
{
  const char *sql;
  const char *words;
};

class DamagedLog : public testing::TestWithParam<Damage>
{
};

TEST_P (DamagedLog, IsRefusedByName)
{
  Place place;
  Logged logged;
  g_autoptr (GError) error = nullptr;
  Store store = open_store (place);

  expect_holds (store.get (), {});
  add (store.get (), { &logged.value });
  store.reset ();
  ask (place, GetParam ().sql);
  store = open_store (place);
  g_autoptr (VswDelta) all = vsw_store_load (store.get (), &error);
  ASSERT_EQ (all, nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  EXPECT_NE (strstr (error->message, GetParam ().words), nullptr) << error->message;
  EXPECT_NE (strstr (error->message, checkpoint_9), nullptr) << error->message;
}

INSTANTIATE_TEST_SUITE_P (
    Rows, DamagedLog,
    testing::Values (Damage{ "UPDATE old_switch SET mtu = 5", "old value of a switch: MTU out of range" },
                     Damage{ "UPDATE old_switch SET ageing = 0", "ageing time out of range" },
                     Damage{ "UPDATE old_switch SET name = '-x'", "old value of a switch: " },
                     Damage{ "UPDATE old_nic SET mac = x'01'", "old value of a endpoint: MAC address of 1 octets" },
                     Damage{ "UPDATE old_nic SET queues = 99", "queues out of range" },
                     Damage{ "UPDATE old_nic SET kind = 'emulated'", "kind emulated with backend veth" },
                     Damage{ "UPDATE old_setting SET queues = 0", "queues out of range" },
                     Damage{ "UPDATE old_system SET state = 'paused'", "old value of a system: " },
                     Damage{ "UPDATE old_port SET switch_id = NULL", "reference that is no text" },
                     Damage{ "UPDATE checkpoint SET name = 'x7'", "checkpoint without a number" },
                     Damage{ "INSERT INTO checkpoint_new SELECT checkpoint_id, id FROM old_nic",
                             "is twice in its log" }));

TEST (Undo, OfACheckpointThatIsNotThereIsDamage)
{
  Place place;
  Logged logged;
  g_autoptr (GError) error = nullptr;
  Store store = open_store (place);

  expect_holds (store.get (), {});
  add (store.get (), { &logged.value });
  store.reset ();
  ask (place, "UPDATE old_nic SET checkpoint_id = 'x'");
  store = open_store (place);
  g_autoptr (VswDelta) all = vsw_store_load (store.get (), &error);
  ASSERT_EQ (all, nullptr);
  EXPECT_NE (strstr (error->message, "checkpoint x: refers to something that is not there"), nullptr) << error->message;
}

/* --- a reboot --- */

template <typename T>
Value
with_lifetime (T fields, VswLifetime lifetime)
{
  fields.head.lifetime = lifetime;
  fields.head.holder = lifetime == VSW_LIFETIME_CALLER ? "0123 :1.1" : nullptr;
  return keep (fields);
}

TEST (Undo, OutlivesARebootButForWhatTheRebootWouldHaveTaken)
{
  Place place;
  VswCheckpoint fields = plain_checkpoint (9);
  VswSystem enabled = plain_system (4);
  VswPort plugged = plain_port (6, plain_switch (1)), made = plain_port (7, plain_switch (1));
  VswNic of_system = plain_tap (8);
  VswSetting setting = plain_setting (5, enabled);
  Value brief = with_lifetime (plain_nic (2), VSW_LIFETIME_RUNTIME);

  enabled.state = VSW_SYSTEM_ENABLED;
  plugged.nic_id = brief->id;
  plugged.connected = 1;
  of_system.setting_id = setting.head.id;
  Value tap = with_lifetime (of_system, VSW_LIFETIME_DESCRIPTOR);
  made.made_for = tap->id;
  Value kept = keep (plain_switch (1)), called = with_lifetime (plain_switch (3), VSW_LIFETIME_CALLER);
  Value on = keep (enabled), set = keep (setting), port = keep (plugged), lost = keep (made);
  std::vector<VswCheckpointEntry> entries;
  for (const Value *value : { &kept, &called, &brief, &on, &set, &port, &lost, &tap })
    entries.push_back ({ (*value)->id, value->get () });
  fields.entries = entries.data ();
  fields.n_entries = entries.size ();
  Value checkpoint = keep (fields);
  Store store = open_store (place);
  expect_holds (store.get (), {});
  add (store.get (), { &checkpoint });
  store.reset ();
  std::filesystem::remove_all (place.runtime);

  enabled.state = VSW_SYSTEM_DISABLED;
  plugged.nic_id = nullptr;
  plugged.connected = 0;
  Value off = keep (enabled), empty = keep (plugged);
  entries.clear ();
  for (const Value *value : { &kept, &off, &set, &empty })
    entries.push_back ({ (*value)->id, value->get () });
  fields.entries = entries.data ();
  fields.n_entries = entries.size ();
  World after;
  after[checkpoint->id] = keep (fields);
  expect_holds (open_store (place).get (), after);
}

} // namespace
