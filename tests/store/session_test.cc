/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reboot takes with it, and what not. A reboot is: the runtime directory is empty. */
#include "fixture.h"

#include <filesystem>

namespace
{

template <typename T>
Value
with_lifetime (T fields, VswLifetime lifetime)
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

TEST (Session, TapsThatGoWithTheirDescriptorsGo)
{
  VswPort made = plain_port (1, plain_switch (1)), used = plain_port (2, plain_switch (1));
  Value on = keep (plain_switch (1)), tap = with_lifetime (plain_tap (1), VSW_LIFETIME_DESCRIPTOR);
  Value other = with_lifetime (plain_tap (2), VSW_LIFETIME_DESCRIPTOR), kept = keep (plain_tap (3));

  made.nic_id = made.made_for = tap->id;
  made.connected = used.connected = 1;
  used.nic_id = other->id;
  Value ports[] = { with_lifetime (made, VSW_LIFETIME_DESCRIPTOR), keep (used) };
  World left = reboot ({ &on, &tap, &other, &kept, &ports[0], &ports[1] });

  EXPECT_EQ (left.size (), 3u);
  EXPECT_EQ (left.count (on->id), 1u);
  EXPECT_EQ (left.count (kept->id), 1u);
  ASSERT_EQ (left.count (ports[1]->id), 1u);
  EXPECT_EQ (reinterpret_cast<VswPort *> (left[ports[1]->id].get ())->nic_id, nullptr);
}

/* No machine runs after a boot. */
TEST (Session, SystemsThatWereEnabledAreOffAndTheirNicsGone)
{
  VswSystem enabled = plain_system (1), saved = plain_system (2), disabled = plain_system (3);
  VswSetting setting = plain_setting (1, enabled);
  VswNic tap = plain_tap (1), veth = plain_nic (2);
  VswPort port = plain_port (1, plain_switch (1));
  Value on = keep (plain_switch (1)), first = keep (setting), second = keep (plain_setting (2, enabled));

  enabled.state = VSW_SYSTEM_ENABLED;
  enabled.machine = saved.machine = "web";
  enabled.machine_since = 7;
  saved.state = VSW_SYSTEM_SAVED;
  tap.setting_id = first->id;
  veth.setting_id = second->id;
  Value nics[] = { with_lifetime (tap, VSW_LIFETIME_DESCRIPTOR), with_lifetime (veth, VSW_LIFETIME_RUNTIME) };
  port.nic_id = port.made_for = nics[0]->id;
  port.connected = 1;
  Value made = with_lifetime (port, VSW_LIFETIME_DESCRIPTOR);
  Value systems[] = { keep (enabled), keep (saved), keep (disabled) };
  World left = reboot ({ &on, &first, &second, &nics[0], &nics[1], &made, &systems[0], &systems[1], &systems[2] });

  enabled.state = VSW_SYSTEM_DISABLED;
  enabled.machine_since = 0;
  Value off = keep (enabled);
  ASSERT_EQ (left.size (), 6u);
  EXPECT_TRUE (vsw_value_equal (left[off->id].get (), off.get ()));
  EXPECT_TRUE (vsw_value_equal (left[systems[1]->id].get (), systems[1].get ()));
  EXPECT_TRUE (vsw_value_equal (left[systems[2]->id].get (), systems[2].get ()));
  EXPECT_TRUE (vsw_value_equal (left[first->id].get (), first.get ()));
  EXPECT_TRUE (vsw_value_equal (left[second->id].get (), second.get ()));
  EXPECT_EQ (left.count (on->id), 1u);
}

TEST (Session, SettingsGoWithTheirSystem)
{
  VswSystem brief = plain_system (1), held = plain_system (2);
  VswSetting of_brief = plain_setting (1, brief), of_held = plain_setting (2, held);
  VswNic tap = plain_tap (1);

  brief.state = held.state = VSW_SYSTEM_ENABLED;
  of_held.head.lifetime = VSW_LIFETIME_CALLER; /* and no holder: it goes with its system */
  Value systems[] = { with_lifetime (brief, VSW_LIFETIME_RUNTIME), with_lifetime (held, VSW_LIFETIME_CALLER) };
  Value settings[] = { with_lifetime (of_brief, VSW_LIFETIME_RUNTIME), keep (of_held) };
  tap.setting_id = settings[1]->id;
  Value nic = with_lifetime (tap, VSW_LIFETIME_DESCRIPTOR);

  EXPECT_EQ (reboot ({ &systems[0], &systems[1], &settings[0], &settings[1], &nic }).size (), 0u);
}

TEST (Session, ASettingForgetsTheSwitchOrPortThatWent)
{
  VswSystem system = plain_system (1);
  VswSetting settings[] = { plain_setting (1, system), plain_setting (2, system), plain_setting (3, system),
                            plain_setting (4, system), plain_setting (5, system) };
  Value on = keep (plain_switch (1)), brief = with_lifetime (plain_switch (2), VSW_LIFETIME_RUNTIME);
  Value port = keep (plain_port (1, plain_switch (1)));
  Value gone = with_lifetime (plain_port (2, plain_switch (1)), VSW_LIFETIME_RUNTIME);
  Value on_brief = with_lifetime (plain_port (3, plain_switch (2)), VSW_LIFETIME_RUNTIME);
  const VswValue *named[] = { on.get (), port.get (), brief.get (), gone.get (), on_brief.get () };
  std::vector<Value> values;
  std::vector<const Value *> all = { &on, &brief, &port, &gone, &on_brief };

  values.push_back (keep (system));
  for (int i = 0; i < 5; i++)
    {
      settings[i].connection_id = named[i]->id;
      values.push_back (keep (settings[i]));
    }
  for (const Value &value : values)
    all.push_back (&value);
  World left = reboot (all);
  ASSERT_EQ (left.size (), 8u);
  for (int i = 0; i < 5; i++)
    {
      settings[i].connection_id = i < 2 ? named[i]->id : nullptr;
      Value wanted = keep (settings[i]);

      EXPECT_TRUE (vsw_value_equal (left[wanted->id].get (), wanted.get ())) << i;
    }
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
