// SPDX-License-Identifier: GPL-2.0-or-later
// How checkpoints are made, what they cover, and what gets into their logs.
#include "model/network.h"

#include <vector>

namespace
{

constexpr gint64 SECOND = G_USEC_PER_SEC;

VswChange *
checkpoint (const std::string &name, const std::vector<std::string> &scope, gint64 duration = 60 * SECOND,
            guint32 owner = 0)
{
  std::vector<const char *> ids;
  for (const std::string &id : scope)
    ids.push_back (id.c_str ());
  VswCheckpoint draft = {};
  std::string id = "k-" + name;
  draft.head.id = id.c_str ();
  draft.head.name = "0";
  draft.head.owner = owner;
  draft.scope = ids.data ();
  draft.n_scope = ids.size ();
  g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&draft);
  VswChange *change = vsw_change_create (value, 0, nullptr, nullptr);
  vsw_change_set_duration (change, duration);
  return change;
}

VswChange *
within (const std::string &name, gint64 duration = 60 * SECOND)
{
  VswCheckpoint draft = {};
  std::string id = "k-" + name;
  draft.head.id = id.c_str ();
  draft.head.name = "0";
  g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&draft);
  return vsw_change_confirm_within (value, duration);
}

class Checkpoints : public ::testing::Test
{
protected:
  void
  SetUp () override
  {
    net.furnish ("lab", { "a", "b" });
    net.must ({ Network::add_switch ("other"), Network::add_nic ("lone") });
    net.must ({ Network::add_system ("web"), Network::add_connected ("web", "lan", "s-other") });
  }

  const VswCheckpoint *
  get (const std::string &name)
  {
    return vsw_model_get_checkpoint (net.model, ("k-" + name).c_str ());
  }

  /* The ids in the log, those of new objects with a plus. */
  std::string
  log (const std::string &name)
  {
    std::string text;
    const VswCheckpoint *value = get (name);
    for (gsize i = 0; i < value->n_entries; i++)
      text += (text.empty () ? "" : " ") + std::string (value->entries[i].before == nullptr ? "+" : "")
              + value->entries[i].id;
    return text;
  }

  VswChange *
  describe (const std::string &name, const char *text)
  {
    VswSwitch fields = *net.get_switch (name);
    fields.head.description = text;
    g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
    return vsw_change_modify (draft, VSW_GIVEN_DESCRIPTION);
  }

  Network net;
};

} // namespace

TEST_F (Checkpoints, AreNumberedAndNoNumberComesTwice)
{
  net.must ({ checkpoint ("x", { "s-lab" }) });
  EXPECT_STREQ (get ("x")->head.name, "1");
  EXPECT_EQ (vsw_model_find_checkpoint (net.model, "1"), get ("x"));
  net.must ({ checkpoint ("y", { "s-other" }) });
  EXPECT_STREQ (get ("y")->head.name, "2");
  net.must ({ vsw_change_delete (VSW_KIND_CHECKPOINT, "k-y", FALSE) });
  net.must ({ checkpoint ("z", { "s-other" }) });
  EXPECT_STREQ (get ("z")->head.name, "3");
  g_autoptr (GPtrArray) all = vsw_model_list_checkpoints (net.model);
  ASSERT_EQ (all->len, 2u);
  EXPECT_EQ (all->pdata[0], get ("x"));
}

TEST_F (Checkpoints, LogAnObjectAsItWasWhenTheyBeganAndOnce)
{
  net.must ({ describe ("lab", "before") });
  net.must ({ checkpoint ("x", { "s-lab" }) });
  EXPECT_EQ (log ("x"), "");
  net.must ({ describe ("lab", "one") });
  net.must ({ describe ("lab", "two") });
  EXPECT_EQ (log ("x"), "s-lab");
  EXPECT_STREQ (vsw_checkpoint_find (get ("x"), "s-lab")->before->description, "before");
}

TEST_F (Checkpoints, OfASwitchCoverWhatIsOnItAndWhatComes)
{
  net.must ({ checkpoint ("x", { "s-lab" }) });
  net.must (
      { Network::add_nic ("new"), Network::add_automatic_port ("lab", "new"), Network::connect ("lab", "new", "new") });
  EXPECT_EQ (log ("x"), "+n-new +p-lab-new");
  net.must ({ net.modify_nic (net.get_nic ("a"), VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1000; }) });
  EXPECT_EQ (log ("x"), "n-a +n-new +p-lab-new");
  net.must ({ vsw_change_move ("p-lab-b", "s-other") });
  net.must ({ net.modify_nic (net.get_nic ("b"), VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1000; }) });
  EXPECT_EQ (log ("x"), "n-a n-b +n-new p-lab-b +p-lab-new")
      << "what was in the scope does not leave it by being moved";
}

TEST_F (Checkpoints, ForgetWhatCameAndHasGoneAgain)
{
  net.must ({ checkpoint ("x", { "s-lab" }) });
  for (int i = 0; i < 3; i++)
    {
      net.must (
          { Network::add_nic ("new"), Network::add_automatic_port ("lab", "new"), Network::connect ("lab", "new", "new") });
      EXPECT_EQ (log ("x"), "+n-new +p-lab-new");
      net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-new", TRUE) });
      EXPECT_EQ (log ("x"), "");
    }
}

TEST_F (Checkpoints, DoNotCoverWhatIsElsewhere)
{
  net.must ({ checkpoint ("x", { "s-lab" }) });
  net.must ({ describe ("other", "x"), Network::add_switch ("third"), Network::add_port ("other", "p"),
              net.modify_nic (net.get_nic ("lone"), VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1000; }) });
  EXPECT_EQ (log ("x"), "");
}

TEST_F (Checkpoints, OfASystemCoverItsSettingsAndWhatTheyBecome)
{
  net.must ({ checkpoint ("x", { "y-web" }) });
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  std::string nic = net.nic_of ("web", "lan")->head.id, port = net.port_of ("web", "lan")->head.id;
  EXPECT_NE (vsw_checkpoint_find (get ("x"), nic.c_str ()), nullptr);
  EXPECT_NE (vsw_checkpoint_find (get ("x"), port.c_str ()), nullptr);
  EXPECT_NE (vsw_checkpoint_find (get ("x"), "y-web"), nullptr);
  net.must (
      { net.modify_setting ("web", "lan", VSW_GIVEN_DESCRIPTION, [] (VswSetting &s) { s.head.description = "x"; }) });
  EXPECT_NE (vsw_checkpoint_find (get ("x"), "t-web-lan"), nullptr);
}

TEST_F (Checkpoints, OfASwitchCoverASettingThatLosesItWithTheSwitch)
{
  net.must ({ checkpoint ("x", { "s-other" }) });
  net.must ({ vsw_change_delete (VSW_KIND_SWITCH, "s-other", TRUE) });
  EXPECT_EQ (log ("x"), "s-other t-web-lan");
}

TEST_F (Checkpoints, OfARequestNameExactlyWhatItTouches)
{
  net.must ({ describe ("lab", "risky"), Network::add_port ("lab", "new"), within ("x") });
  EXPECT_EQ (log ("x"), "+p-lab-new s-lab");
  EXPECT_EQ (get ("x")->n_scope, 2u);
  EXPECT_FALSE (get ("x")->has_parts);
  net.must ({ Network::add_port ("lab", "later") });
  EXPECT_EQ (log ("x"), "+p-lab-new s-lab");
}

TEST_F (Checkpoints, OfARequestThatChangesNothingAreNotMade)
{
  net.must ({ describe ("lab", ""), within ("x") });
  EXPECT_EQ (get ("x"), nullptr);
}

TEST_F (Checkpoints, DoNotLogWhatHappensByItself)
{
  net.must ({ checkpoint ("x", { "s-lab" }) });
  VswChange *end = vsw_change_delete (VSW_KIND_NIC, "n-a", TRUE);
  vsw_change_set_by_nature (end);
  net.must ({ end });
  EXPECT_EQ (log ("x"), "");
}

TEST_F (Checkpoints, ForgetWhatWentWithItsHolder)
{
  net.must ({ Network::add_nic ("his", VSW_NIC_SYNTHETIC, VSW_GIVEN_LIFETIME, [] (VswNic &n) {
    n.head.lifetime = VSW_LIFETIME_CALLER;
    n.head.holder = "guid :1.5";
  }) });
  net.must ({ checkpoint ("x", { "n-his" }) });
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-his", FALSE) });
  EXPECT_TRUE (vsw_model_has_logged (net.model, "guid :1.5"));
  net.must ({ vsw_change_forget_holder ("guid :1.5") });
  EXPECT_FALSE (vsw_model_has_logged (net.model, "guid :1.5"));
  EXPECT_EQ (log ("x"), "+n-his");
}

TEST_F (Checkpoints, NeverOverlap)
{
  net.must ({ checkpoint ("x", { "s-lab" }, 60 * SECOND, 1000) });
  const char *holder = "checkpoint 1 of uid 1000";
  std::string before = ::describe (net.model);
  expect_refused (VSW_ERROR_CONFLICT, holder, net.ask ({ checkpoint ("y", { "s-lab" }) }));
  expect_refused (VSW_ERROR_CONFLICT, holder, net.ask ({ checkpoint ("y", { "p-lab-a" }) }));
  expect_refused (VSW_ERROR_CONFLICT, holder, net.ask ({ checkpoint ("y", { "n-lone", "n-a" }) }));
  expect_refused (VSW_ERROR_CONFLICT, holder, net.ask ({ describe ("lab", "y"), within ("y") }));
  net.must ({ checkpoint ("y", { "s-other" }) });
  expect_refused (VSW_ERROR_CONFLICT, holder, net.ask ({ vsw_change_move ("p-lab-a", "s-other") }));
  net.must ({ vsw_change_delete (VSW_KIND_CHECKPOINT, "k-y", FALSE) });
  EXPECT_EQ (::describe (net.model), before);
}

TEST_F (Checkpoints, AreLimited)
{
  net.rules.max_checkpoints = 2;
  net.rules.max_checkpoints_per_user = 1;
  net.must ({ checkpoint ("x", { "s-lab" }, SECOND, 1000) });
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "1 used, limit 1",
                  net.ask ({ checkpoint ("y", { "s-other" }, SECOND, 1000) }));
  net.must ({ checkpoint ("y", { "s-other" }) });
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "2 used, limit 2", net.ask ({ checkpoint ("z", { "n-lone" }) }));
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "2 used, limit 2", net.ask ({ Network::add_switch ("new"), within ("z") }));
}

TEST_F (Checkpoints, HaveASecondToADay)
{
  for (gint64 duration : { gint64 (0), SECOND - 1, 86401 * SECOND })
    {
      expect_refused (VSW_ERROR_INVALID_ARGUMENT, "1 to 86400", net.ask ({ checkpoint ("x", { "s-lab" }, duration) }));
      expect_refused (VSW_ERROR_INVALID_ARGUMENT, "1 to 86400",
                      net.ask ({ Network::add_switch ("new"), within ("x", duration) }));
    }
  gint64 now = g_get_real_time ();
  net.must ({ checkpoint ("x", { "s-lab" }, 10 * SECOND) });
  EXPECT_GE (get ("x")->deadline, now + 10 * SECOND);
  gint64 deadline = get ("x")->deadline;
  net.must ({ vsw_change_extend ("k-x", 5 * SECOND, FALSE) });
  EXPECT_EQ (get ("x")->deadline, deadline + 5 * SECOND);
  EXPECT_EQ (get ("x")->settling, 0);
  net.must ({ vsw_change_extend ("k-x", 7 * SECOND, TRUE) });
  EXPECT_EQ (get ("x")->deadline, deadline + 12 * SECOND);
  EXPECT_EQ (get ("x")->settling, 7 * SECOND);
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "1 to 86400",
                  net.ask ({ vsw_change_extend ("k-x", 86400 * SECOND, FALSE) }));
}

TEST_F (Checkpoints, ThatHaveEndedAreNotThere)
{
  g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func (g_free);
  net.must ({ checkpoint ("x", { "s-lab" }) });
  net.must ({ vsw_change_delete (VSW_KIND_CHECKPOINT, "k-x", FALSE) });
  expect_refused (VSW_ERROR_NOT_FOUND, "has ended",
                  net.ask ({ vsw_change_delete (VSW_KIND_CHECKPOINT, "k-x", FALSE) }));
  expect_refused (VSW_ERROR_NOT_FOUND, "has ended", net.ask ({ vsw_change_rollback ("k-x", losses) }));
  expect_refused (VSW_ERROR_NOT_FOUND, "has ended", net.ask ({ vsw_change_extend ("k-x", SECOND, FALSE) }));
}

TEST_F (Checkpoints, NameWhatThereIs)
{
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "names no object", net.ask ({ checkpoint ("x", {}) }));
  expect_refused (VSW_ERROR_NOT_FOUND, "s-nobody", net.ask ({ checkpoint ("x", { "s-lab", "s-nobody" }) }));
}
