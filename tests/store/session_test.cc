/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reboot takes with it, and what not. A reboot is: the runtime directory is empty. */
#include "fixture.h"

#include <filesystem>

namespace
{

Value
with_lifetime (VswSwitch fields, VswLifetime lifetime)
{
  fields.head.lifetime = lifetime;
  fields.head.holder = lifetime == VSW_LIFETIME_CALLER ? "0123 :1.1" : nullptr;
  return keep (fields);
}

Value
with_lifetime (VswNic fields, VswLifetime lifetime)
{
  fields.head.lifetime = lifetime;
  fields.head.holder = lifetime == VSW_LIFETIME_CALLER ? "0123 :1.1" : nullptr;
  return keep (fields);
}

/* What is left of `values` after a reboot. */
World
reboot (const std::vector<const Value *> &values)
{
  Place place;
  Store store = open_store (place);
  World before, after;

  expect_holds (store.get (), {});
  add (store.get (), values);
  for (const Value *value : values)
    before[(*value)->id] = copy (*value);
  store.reset ();
  store = open_store (place);
  expect_holds (store.get (), before);
  store.reset ();

  std::filesystem::remove_all (place.runtime);
  store = open_store (place);
  after = load_world (store.get ());
  store.reset ();
  store = open_store (place);
  expect_holds (store.get (), after);
  return after;
}

TEST (Session, OnlyPersistentObjectsOutliveIt)
{
  Value kept = keep (plain_switch (1)), kept_nic = keep (plain_nic (1));
  Value runtime = with_lifetime (plain_switch (2), VSW_LIFETIME_RUNTIME);
  Value caller = with_lifetime (plain_switch (3), VSW_LIFETIME_CALLER);
  Value runtime_nic = with_lifetime (plain_nic (2), VSW_LIFETIME_RUNTIME);
  Value caller_nic = with_lifetime (plain_nic (3), VSW_LIFETIME_CALLER);
  World left = reboot ({ &kept, &kept_nic, &runtime, &caller, &runtime_nic, &caller_nic });

  EXPECT_EQ (left.size (), 2u);
  EXPECT_EQ (left.count (kept->id), 1u);
  EXPECT_EQ (left.count (kept_nic->id), 1u);
}

TEST (Session, APersistentPortLosesTheNicThatWent)
{
  VswPort fields = plain_port (1, plain_switch (1));
  VswMac address = { { 2, 0, 0, 0, 0, 9 } };
  Value on = keep (plain_switch (1)), nic = with_lifetime (plain_nic (1), VSW_LIFETIME_CALLER);
  World left;

  fields.nic_id = nic->id;
  fields.connected = 7;
  fields.static_addresses = &address;
  fields.n_static_addresses = 1;
  Value port = keep (fields);
  left = reboot ({ &on, &nic, &port });
  fields.nic_id = nullptr;
  fields.connected = 0;
  Value empty = keep (fields);
  ASSERT_EQ (left.size (), 2u);
  ASSERT_EQ (left.count (port->id), 1u);
  EXPECT_TRUE (vsw_value_equal (left[port->id].get (), empty.get ()));
}

TEST (Session, APortGoesWithTheSwitchItIsOnAndWithTheNicItWasMadeFor)
{
  Value on = keep (plain_switch (1)), brief = with_lifetime (plain_switch (2), VSW_LIFETIME_RUNTIME);
  Value nic = with_lifetime (plain_nic (1), VSW_LIFETIME_RUNTIME), other = keep (plain_nic (2));
  VswPort made = plain_port (1, plain_switch (1)), on_brief = plain_port (2, plain_switch (2));
  VswMac address = { { 2, 0, 0, 0, 0, 9 } };

  made.made_for = nic->id;
  made.static_addresses = on_brief.static_addresses = &address;
  made.n_static_addresses = on_brief.n_static_addresses = 1;
  on_brief.nic_id = other->id;
  on_brief.connected = 1;
  Value ports[] = { keep (made), keep (on_brief) };
  World left = reboot ({ &on, &brief, &nic, &other, &ports[0], &ports[1] });

  EXPECT_EQ (left.size (), 2u);
  EXPECT_EQ (left.count (on->id), 1u);
  EXPECT_EQ (left.count (other->id), 1u);
}

TEST (Session, ARestartWithinItWritesNothing)
{
  Place place;
  Value on = with_lifetime (plain_switch (1), VSW_LIFETIME_RUNTIME);
  Store store = open_store (place);
  std::string bytes;

  expect_holds (store.get (), {});
  add (store.get (), { &on });
  store.reset ();
  bytes = read_bytes (place.database ());
  store = open_store (place);
  EXPECT_EQ (load_world (store.get ()).size (), 1u);
  EXPECT_FALSE (std::filesystem::exists (place.database () + "-wal")
                && std::filesystem::file_size (place.database () + "-wal") > 0);
  store.reset ();
  EXPECT_EQ (read_bytes (place.database ()), bytes);
}

TEST (Session, AFileThatNamesNoneIsRefused)
{
  for (const char *text :
       { "", "x", "11111111-1111-4111-8111-1111111111112\n", "'; DROP TABLE port; --xxxxxxxxxxxxxxx\n" })
    {
      Place place;

      open_store (place).reset ();
      write_bytes (place.runtime + "/session", text);
      EXPECT_NE (refuse_store (place).find (place.runtime + "/session"), std::string::npos);
    }
}

} // namespace
