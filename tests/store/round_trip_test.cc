/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was written is what is read, in every field, over any history of deltas. */
#include "fixture.h"

namespace
{

const VswSwitch *
as_switch (const Value &value)
{
  return reinterpret_cast<const VswSwitch *> (value.get ());
}

const VswNic *
as_nic (const Value &value)
{
  return reinterpret_cast<const VswNic *> (value.get ());
}

const VswSystem *
as_system (const Value &value)
{
  return reinterpret_cast<const VswSystem *> (value.get ());
}

const VswSetting *
as_setting (const Value &value)
{
  return reinterpret_cast<const VswSetting *> (value.get ());
}

TEST (Store, IsEmptyAtFirst)
{
  Place place;
  Store store = open_store (place);

  expect_holds (store.get (), {});
}

TEST (Store, KeepsEveryFieldOfEveryKind)
{
  Random random;

  for (int round = 0; round < 50; round++)
    {
      Place place;
      World world;
      Store store = open_store (place);
      g_autoptr (GError) error = nullptr;

      /* of this session, so that no lifetime is forgotten */
      expect_holds (store.get (), {});
      Value on = random.any_switch (1), system = random.any_system (6);
      Value named = random.any_setting (7, as_system (system), on.get ()),
            lone = random.any_setting (8, as_system (system), nullptr);
      Value plugged = random.any_nic (2, as_setting (named)), spare = random.any_nic (3);
      Value port = random.any_port (4, as_switch (on), as_nic (plugged)),
            empty = random.any_port (5, as_switch (on), nullptr);
      Value to_port = random.any_setting (9, as_system (system), empty.get ());
      std::vector<const Value *> all = { &port, &empty, &to_port, &plugged, &spare, &named, &lone, &system, &on };
      add (store.get (), all);
      for (const Value *value : all)
        world[(*value)->id] = copy (*value);
      expect_holds (store.get (), world);
      store.reset ();
      store = open_store (place);
      expect_holds (store.get (), world);
    }
}

TEST (Store, LoadsWhatIsReferredToBeforeWhatRefersToIt)
{
  static const VswKind order[] = { VSW_KIND_SWITCH, VSW_KIND_SYSTEM, VSW_KIND_SETTING,
                                   VSW_KIND_NIC,    VSW_KIND_PORT,   VSW_KIND_CHECKPOINT };
  Place place;
  Store store = open_store (place);
  Value on = keep (plain_switch (9)), nic = keep (plain_nic (5)), port = keep (plain_port (1, plain_switch (9)));
  Value system = keep (plain_system (3)), setting = keep (plain_setting (2, plain_system (3)));
  g_autoptr (VswDelta) all = nullptr;

  Value checkpoint = keep (plain_checkpoint (4));

  add (store.get (), { &checkpoint, &port, &nic, &setting, &system, &on });
  all = vsw_store_load (store.get (), nullptr);
  ASSERT_EQ (vsw_delta_get_size (all), G_N_ELEMENTS (order));
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    EXPECT_EQ (vsw_delta_get (all, i)->after->kind, order[i]) << i;
}

TEST (Store, ForgetsWhatIsRolledBack)
{
  Place place;
  Store store = open_store (place);
  Value on = keep (plain_switch (1));
  g_autoptr (VswDelta) delta = vsw_delta_new ();

  vsw_delta_put (delta, nullptr, on.get (), nullptr);
  ASSERT_TRUE (vsw_store_begin (store.get (), nullptr));
  ASSERT_TRUE (vsw_store_write (store.get (), delta, nullptr));
  vsw_store_rollback (store.get ());
  vsw_store_rollback (store.get ());
  expect_holds (store.get (), {});
}

TEST (Store, ForgetsWhatWasNotCommittedWhenItCloses)
{
  Place place;
  Store store = open_store (place);
  Value on = keep (plain_switch (1));
  g_autoptr (VswDelta) delta = vsw_delta_new ();

  vsw_delta_put (delta, nullptr, on.get (), nullptr);
  ASSERT_TRUE (vsw_store_begin (store.get (), nullptr));
  ASSERT_TRUE (vsw_store_write (store.get (), delta, nullptr));
  store.reset ();
  store = open_store (place);
  expect_holds (store.get (), {});
}

/* Two ports change places, names and NICs within one delta: no order of single updates could do that. */
TEST (Store, LetsObjectsTradeWhatIsUnique)
{
  Place place;
  Store store = open_store (place);
  Value nics[] = { keep (plain_nic (1)), keep (plain_nic (2)) };
  Value switches[] = { keep (plain_switch (1)), keep (plain_switch (2)) };
  VswPort fields[] = { plain_port (1, plain_switch (1)), plain_port (2, plain_switch (2)) };
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) error = nullptr;

  for (int i = 0; i < 2; i++)
    {
      fields[i].head.name = "same";
      fields[i].nic_id = nics[i]->id;
      fields[i].connected = 1;
    }
  Value ports[] = { keep (fields[0]), keep (fields[1]) };
  add (store.get (), { &nics[0], &nics[1], &switches[0], &switches[1], &ports[0], &ports[1] });

  std::swap (fields[0].switch_id, fields[1].switch_id);
  std::swap (fields[0].nic_id, fields[1].nic_id);
  Value after[] = { keep (fields[0]), keep (fields[1]) };
  vsw_delta_put (delta, ports[0].get (), after[0].get (), nullptr);
  vsw_delta_put (delta, ports[1].get (), after[1].get (), nullptr);
  ASSERT_TRUE (commit (store.get (), delta, &error)) << error->message;

  World world;
  for (const Value *value : { &nics[0], &nics[1], &switches[0], &switches[1], &after[0], &after[1] })
    world[(*value)->id] = copy (*value);
  expect_holds (store.get (), world);
}

TEST (Store, RefusesAPortWithoutItsSwitch)
{
  Place place;
  Store store = open_store (place);
  Value port = keep (plain_port (1, plain_switch (1)));
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) error = nullptr;

  vsw_delta_put (delta, nullptr, port.get (), nullptr);
  EXPECT_FALSE (commit (store.get (), delta, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  expect_holds (store.get (), {});
}

TEST (Store, RefusesASettingWithoutItsSystem)
{
  Place place;
  Store store = open_store (place);
  Value setting = keep (plain_setting (1, plain_system (1)));
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) error = nullptr;

  vsw_delta_put (delta, nullptr, setting.get (), nullptr);
  EXPECT_FALSE (commit (store.get (), delta, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  expect_holds (store.get (), {});
}

TEST (Store, RefusesTwoNicsOfOneSetting)
{
  Place place;
  Store store = open_store (place);
  Value system = keep (plain_system (1)), setting = keep (plain_setting (1, plain_system (1)));
  VswNic first = plain_tap (1), second = plain_tap (2);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) error = nullptr;

  first.setting_id = second.setting_id = setting->id;
  for (const Value &value : { keep (first), keep (second) })
    vsw_delta_put (delta, nullptr, value.get (), nullptr);
  for (const Value *value : { &system, &setting })
    vsw_delta_put (delta, nullptr, value->get (), nullptr);
  EXPECT_FALSE (commit (store.get (), delta, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  expect_holds (store.get (), {});
}

TEST (Store, RefusesToChangeWhatItDoesNotHold)
{
  Place place;
  Store store = open_store (place);
  VswSwitch fields = plain_switch (1);
  Value before = keep (fields);
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) error = nullptr;

  fields.mtu = 9000;
  Value after = keep (fields);
  vsw_delta_put (delta, before.get (), after.get (), nullptr);
  EXPECT_FALSE (commit (store.get (), delta, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
  EXPECT_NE (strstr (error->message, fields.head.id), nullptr) << error->message;
  expect_holds (store.get (), {});
}

TEST (Store, RefusesToWriteOutsideATransaction)
{
  Place place;
  Store store = open_store (place);
  Value on = keep (plain_switch (1));
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) write_error = nullptr;
  g_autoptr (GError) commit_error = nullptr;

  vsw_delta_put (delta, nullptr, on.get (), nullptr);
  EXPECT_FALSE (vsw_store_write (store.get (), delta, &write_error));
  EXPECT_TRUE (g_error_matches (write_error, VSW_ERROR, VSW_ERROR_STORE));
  EXPECT_FALSE (vsw_store_commit (store.get (), &commit_error));
  EXPECT_TRUE (g_error_matches (commit_error, VSW_ERROR, VSW_ERROR_STORE));
  expect_holds (store.get (), {});
}

/* --- random histories --- */

struct History
{
  Random random;
  World world;
  int next = 1;

  std::vector<const VswValue *> all (VswKind kind) const;
  const VswValue *pick (VswKind kind);
  bool is_used (const VswValue *value) const;
  Value make (VswKind kind, int number);
  void step (World &after, VswDelta *delta);
};

std::vector<const VswValue *>
History::all (VswKind kind) const
{
  std::vector<const VswValue *> found;

  for (const auto &[id, value] : world)
    if (value->kind == kind)
      found.push_back (value.get ());
  return found;
}

const VswValue *
History::pick (VswKind kind)
{
  std::vector<const VswValue *> found = all (kind);

  return found.empty () ? nullptr : found[random.below (found.size ())];
}

/* Whether something refers to it: then it may change, but not go. */
bool
History::is_used (const VswValue *value) const
{
  const char *id = value->id;

  for (const auto &[other_id, other] : world)
    {
      const VswPort *port = other->kind == VSW_KIND_PORT ? reinterpret_cast<VswPort *> (other.get ()) : nullptr;
      const VswNic *nic = other->kind == VSW_KIND_NIC ? reinterpret_cast<VswNic *> (other.get ()) : nullptr;
      const VswSetting *setting = other->kind == VSW_KIND_SETTING ? as_setting (other) : nullptr;

      if ((port && (g_str_equal (port->switch_id, id) || g_strcmp0 (port->nic_id, id) == 0))
          || (nic && g_strcmp0 (nic->setting_id, id) == 0)
          || (setting && (g_str_equal (setting->system_id, id) || g_strcmp0 (setting->connection_id, id) == 0)))
        return true;
    }
  return false;
}

Value
History::make (VswKind kind, int number)
{
  const VswSwitch *on = reinterpret_cast<const VswSwitch *> (pick (VSW_KIND_SWITCH));
  const VswNic *nic = reinterpret_cast<const VswNic *> (pick (VSW_KIND_NIC));
  const VswSystem *system = reinterpret_cast<const VswSystem *> (pick (VSW_KIND_SYSTEM));
  const VswSetting *setting = reinterpret_cast<const VswSetting *> (pick (VSW_KIND_SETTING));

  if (kind == VSW_KIND_NIC)
    return random.any_nic (number, setting && !is_used (&setting->head) && random.chance (50) ? setting : nullptr);
  if (kind == VSW_KIND_PORT && on)
    return random.any_port (number, on, nic && !is_used (&nic->head) ? nic : nullptr);
  if (kind == VSW_KIND_SETTING && system)
    return random.any_setting (number, system, pick (random.chance (50) ? VSW_KIND_SWITCH : VSW_KIND_PORT));
  if (kind == VSW_KIND_CHECKPOINT)
    return random.any_checkpoint (number);
  if (kind == VSW_KIND_SYSTEM)
    return random.any_system (number);
  return random.any_switch (number);
}

/* One random change: an object comes, changes in every field, or goes. */
void
History::step (World &after, VswDelta *delta)
{
  VswKind kind = static_cast<VswKind> (random.below (VSW_N_KINDS));
  const VswValue *old = random.chance (60) ? pick (kind) : nullptr;
  Value made;

  if (old && (random.chance (40) || is_used (old)))
    {
      made = make (kind, std::stoi (std::string (old->id, 8), nullptr, 16));
      vsw_delta_put (delta, old, made.get (), nullptr);
      after[old->id] = std::move (made);
    }
  else if (old)
    {
      vsw_delta_put (delta, old, nullptr, nullptr);
      after.erase (old->id);
    }
  else
    {
      made = make (kind, next++);
      vsw_delta_put (delta, nullptr, made.get (), nullptr);
      after[made->id] = std::move (made);
    }
}

TEST (Store, FollowsAnyHistory)
{
  Place place;
  History history;
  Store store = open_store (place);

  expect_holds (store.get (), {});
  for (int round = 0; round < 600; round++)
    {
      World after;
      g_autoptr (VswDelta) delta = vsw_delta_new ();
      g_autoptr (GError) error = nullptr;

      for (const auto &[id, value] : history.world)
        after[id] = copy (value);
      history.step (after, delta);
      ASSERT_TRUE (vsw_store_begin (store.get (), &error)) << error->message;
      ASSERT_TRUE (vsw_store_write (store.get (), delta, &error)) << error->message;
      if (history.random.chance (20))
        {
          vsw_store_rollback (store.get ());
          continue;
        }
      ASSERT_TRUE (vsw_store_commit (store.get (), &error)) << error->message;
      history.world = std::move (after);
      if (round % 50 == 0)
        {
          store.reset ();
          store = open_store (place);
        }
      if (round % 10 == 0)
        expect_holds (store.get (), history.world);
    }
  expect_holds (store.get (), history.world);
}

/* --- faults --- */

/* One transaction that makes, changes and deletes. */
VswDelta *
make_rich_delta (Store &store, World &ret_before, World &ret_after)
{
  VswDelta *delta = vsw_delta_new ();
  VswSwitch fields = plain_switch (1);
  Value changed = keep (fields), gone = keep (plain_switch (2)), made = keep (plain_switch (3));

  add (store.get (), { &changed, &gone });
  fields.mtu = 9000;
  Value other = keep (fields);
  vsw_delta_put (delta, changed.get (), other.get (), nullptr);
  vsw_delta_put (delta, gone.get (), nullptr, nullptr);
  vsw_delta_put (delta, nullptr, made.get (), nullptr);
  ret_before[changed->id] = std::move (changed);
  ret_before[gone->id] = std::move (gone);
  ret_after[other->id] = std::move (other);
  ret_after[made->id] = std::move (made);
  return delta;
}

TEST (Store, FailsAtTheChosenStepAndStaysUsable)
{
  guint k = 0;
  bool done = false;

  while (!done)
    {
      Place place;
      Store store = open_store (place);
      World before, after;
      g_autoptr (VswDelta) delta = make_rich_delta (store, before, after);
      g_autoptr (GError) error = nullptr;

      vsw_store_set_fault (store.get (), ++k);
      done = commit (store.get (), delta, &error);
      if (!done)
        {
          EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_STORE));
          expect_holds (store.get (), before);
          g_clear_error (&error);
          ASSERT_TRUE (commit (store.get (), delta, &error)) << error->message;
        }
      expect_holds (store.get (), after);
      store.reset ();
      store = open_store (place);
      expect_holds (store.get (), after);
    }
  EXPECT_EQ (k, 3u) << "one write and one commit: two faults, then none";
}

} // namespace
