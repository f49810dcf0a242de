// SPDX-License-Identifier: GPL-2.0-or-later
/* Golden plans of taps: making and opening them, and their drift. */
#include "plan/tap_plan.h"

/* --- making --- */

TEST_F (TapPlan, ALoneOneIsDownAndOutOfEveryBridge)
{
  EXPECT_EQ (world.perform ({ tap () }),
             "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 kept\n");
  expect_intact ();
}

TEST_F (TapPlan, IsMadeWithItsQueuesAndItsMtu)
{
  EXPECT_EQ (world.perform ({ Network::add_tap ("vm", VSW_LIFETIME_RUNTIME, nullptr,
                                                VSW_GIVEN_MAC | VSW_GIVEN_QUEUES | VSW_GIVEN_MTU,
                                                [] (VswNic &n) {
                                                  n.mac = mac_of ("02:00:00:00:00:01");
                                                  n.queues = 4;
                                                  n.mtu = 1400;
                                                }) }),
             "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1400 queues 4 vnet-header owner 0 kept\n");
  expect_intact ();
}

TEST_F (TapPlan, AnEmulatedOneHasNoHeader)
{
  EXPECT_EQ (world.perform ({ Network::add_nic ("vm", VSW_NIC_EMULATED, VSW_GIVEN_MAC,
                                                [] (VswNic &n) {
                                                  n.backend = VSW_BACKEND_TAP;
                                                  n.mac = mac_of ("02:00:00:00:00:01");
                                                }) }),
             "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 owner 0 kept\n");
  expect_intact ();
}

TEST_F (TapPlan, IsBornPluggedInWithItsAddresses)
{
  EXPECT_EQ (
      plain (world.perform ({ tap (), Network::add_automatic_port ("lab", "vm"), Network::connect ("lab", "vm", "vm"),
                              vsw_change_add_address ("p-lab-vm", mac_of ("02:00:00:00:00:01")) })),
      "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 kept bridge vsw-lab# up\n"
      "address-add vswp-vm 02:00:00:00:00:01\n");
  expect_intact ();
}

TEST_F (TapPlan, IsMadeAfterTheBridgeOfTheSameRequest)
{
  std::string plan = world.perform ({ tap (), Network::add_switch ("new"), Network::add_automatic_port ("new", "vm"),
                                      Network::connect ("new", "vm", "vm") });
  EXPECT_NE (
      plan.find ("set vsw-new up 1\n"
                 "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 kept bridge vsw-new up\n"),
      std::string::npos)
      << plan;
  expect_intact ();
}

TEST_F (TapPlan, OneThatGoesWithItsDescriptorsIsNeverKept)
{
  Handout box = make_handout ();
  EXPECT_EQ (attach (VSW_LIFETIME_DESCRIPTOR, box.get ()),
             "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 open bridge vsw-lab# up\n");
  EXPECT_EQ (box->n_fds, 1u);
  expect_intact ();
}

TEST_F (TapPlan, OneThatStaysIsKeptAndOpened)
{
  Handout box = make_handout ();
  EXPECT_EQ (attach (VSW_LIFETIME_RUNTIME, box.get ()),
             "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 kept open bridge vsw-lab# up\n");
  EXPECT_EQ (box->n_fds, 1u);
  expect_intact ();
}

TEST_F (TapPlan, ANameThatIsTakenIsAConflict)
{
  VswLink fields = {};
  fields.name = "vswp-vm";
  fields.link_kind = "dummy";
  auto delta = world.must ({ tap () });
  ASSERT_NE (vsw_fake_kernel_foreign_add (world.kernel, VSW_FAKE_HOME, &fields), 0u);
  world.look ();
  g_autoptr (VswPlan) plan = vsw_plan_new (world.model, world.links, delta.get ());
  EXPECT_EQ (World::print (plan), "");
  ASSERT_EQ (plan->findings->len, 1u);
  EXPECT_TRUE (g_str_has_prefix (static_cast<char *> (plan->findings->pdata[0]), "conflict:"));
}

/* --- opening --- */

TEST_F (TapPlan, AKeptOneIsOpenedAndStays)
{
  attach ();
  EXPECT_EQ (open (), "tap-open vswp-vm#\n");
  EXPECT_EQ (world.guests.at ("n-vm")->n_fds, 1u);
  expect_intact ();
  world.dismiss ("n-vm");
  expect_intact ();
  EXPECT_NE (link (), nullptr);
  EXPECT_EQ (open (), "tap-open vswp-vm#\n") << "and again";
}

/* Killed in between, it is still there to be opened again. */
TEST_F (TapPlan, OneThatGoesWithItsDescriptorsIsLetGoLast)
{
  attach (VSW_LIFETIME_DESCRIPTOR);
  EXPECT_TRUE (link ()->tap_is_kept);
  EXPECT_EQ (open (), "tap-open vswp-vm#\n"
                      "--\n"
                      "tap-release vswp-vm#\n");
  EXPECT_FALSE (link ()->tap_is_kept);
  expect_intact ();
  world.dismiss ("n-vm");
  EXPECT_EQ (link (), nullptr);
}

TEST_F (TapPlan, AsManyQueuesAreOpenedAsAreWanted)
{
  world.perform ({ tap (VSW_LIFETIME_PERSISTENT, nullptr, 4) });
  EXPECT_EQ (open (2), "tap-open vswp-vm# queues 2\n");
  EXPECT_EQ (world.guests.at ("n-vm")->n_fds, 2u);
  world.dismiss ("n-vm");
  EXPECT_EQ (open (), "tap-open vswp-vm# queues 4\n");
  EXPECT_EQ (world.guests.at ("n-vm")->n_fds, 4u);
}

TEST_F (TapPlan, OneThatIsMissingIsMadeAndOpenedAtOnce)
{
  attach ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vswp-vm"));
  world.follow ();
  EXPECT_EQ (open (),
             "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 kept open bridge vsw-lab# up\n");
  expect_intact ();
}

TEST_F (TapPlan, OneThatWaitedAndIsMissingIsMadeForItsDescriptors)
{
  attach (VSW_LIFETIME_DESCRIPTOR);
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vswp-vm"));
  world.follow ();
  EXPECT_EQ (open (),
             "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 open bridge vsw-lab# up\n");
  expect_intact ();
}

TEST_F (TapPlan, WhatUndoesTheOpeningClosesIt)
{
  attach (VSW_LIFETIME_DESCRIPTOR);
  std::string shape = world.shape ();
  Handout box = make_handout ();
  auto delta = world.must ({ vsw_change_open ("n-vm", box.get ()) });
  g_autoptr (VswPlan) plan = vsw_plan_new (world.model, world.links, delta.get ());
  ASSERT_TRUE (world.run (plan->ops));
  EXPECT_EQ (box->n_fds, 1u);
  const VswOp *op = static_cast<VswOp *> (plan->ops->pdata[0]);
  ASSERT_NE (op->inverse, nullptr);
  ASSERT_TRUE (vsw_kernel_apply (world.kernel, op->inverse, nullptr));
  EXPECT_EQ (box->n_fds, 0u);
  world.follow ();
  EXPECT_EQ (world.shape (), shape);
}

/* --- plugging --- */

TEST_F (TapPlan, IsPluggedInMovedAndUnpluggedLikeAnyOther)
{
  world.perform ({ tap (), Network::add_port ("lab", "seat"),
                   vsw_change_add_address ("p-lab-seat", mac_of ("02:00:00:00:00:55")) });
  Handout box = make_handout ();
  world.perform ({ vsw_change_open ("n-vm", box.get ()) });
  EXPECT_EQ (plain (world.perform ({ Network::connect ("lab", "seat", "vm") })),
             "set vswp-vm# bridge vsw-lab#\n"
             "address-add vswp-vm# 02:00:00:00:00:55\n"
             "set vswp-vm# up 1\n");
  expect_intact ();
  EXPECT_EQ (plain (world.perform ({ vsw_change_move ("p-lab-seat", "s-dmz") })),
             "address-delete vswp-vm# 02:00:00:00:00:55\n"
             "set vswp-vm# up 0\n"
             "set vswp-vm# bridge vsw-dmz#\n"
             "address-add vswp-vm# 02:00:00:00:00:55\n"
             "set vswp-vm# up 1\n");
  expect_intact ();
  EXPECT_EQ (plain (world.perform ({ vsw_change_disconnect ("p-lab-seat") })),
             "address-delete vswp-vm# 02:00:00:00:00:55\n"
             "set vswp-vm# up 0\n"
             "set vswp-vm# bridge none\n");
  expect_intact ();
}

TEST_F (TapPlan, FollowsTheMtuOfItsSwitch)
{
  attach ();
  VswSwitch fields = *world.get_switch ("lab");
  fields.mtu = 9000;
  g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
  EXPECT_EQ (plain (world.perform ({ vsw_change_modify (draft, VSW_GIVEN_MTU) })), "set vsw-lab# mtu 9000\n"
                                                                                   "set vswp-vm# mtu 9000\n");
  expect_intact ();
}

TEST_F (TapPlan, GoesWithItsPortInOneDeletion)
{
  attach ();
  EXPECT_EQ (plain (world.perform ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) })), "--\n"
                                                                                          "delete vswp-vm#\n");
  expect_intact ();
}

/* --- virtual systems --- */

TEST_F (TapPlan, OfAnEnabledSystemEachSettingIsMadeAndAllGoAtOnce)
{
  auto setting = [] (const char *name, const char *connection, const char *mac) {
    std::string text = mac;
    return Network::add_setting ("web", name, VSW_GIVEN_CONNECTION | VSW_GIVEN_MAC,
                                 [=] (VswSetting &s) { s.connection_id = connection, s.mac = mac_of (text.c_str ()); });
  };
  EXPECT_EQ (
      world.perform ({ Network::add_system ("web", 0, [] (VswSystem &s) { s.head.owner = OWNER; }),
                       setting ("lan", "s-lab", "02:00:00:00:00:01"), setting ("dmz", "s-dmz", "02:00:00:00:00:02") }),
      "");
  static const char made[] =
      "tap-add vswp-web-dmz mac fe:00:00:00:00:02 mtu 1500 vnet-header owner 1000 kept bridge vsw-dmz# up\n"
      "tap-add vswp-web-lan mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 kept bridge vsw-lab# up\n";
  static const char gone[] = "--\n"
                             "delete vswp-web-dmz# vswp-web-lan#\n";
  for (VswSystemState off : { VSW_SYSTEM_SAVED, VSW_SYSTEM_DISABLED })
    {
      EXPECT_EQ (plain (world.perform ({ Network::lead ("web", VSW_SYSTEM_ENABLED) })), made);
      expect_intact ();
      EXPECT_EQ (plain (world.perform ({ Network::lead ("web", off) })), gone);
      expect_intact ();
    }
}

TEST_F (TapPlan, ASettingThatNamesAnotherSwitchMovesItsTap)
{
  world.perform ({ Network::add_system ("web"), Network::add_connected ("web", "lan", "s-lab"),
                   Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_EQ (plain (world.perform ({ world.modify_setting ("web", "lan", VSW_GIVEN_CONNECTION,
                                                           [] (VswSetting &s) { s.connection_id = "s-dmz"; }) })),
             "set vswp-web-lan# up 0\n"
             "set vswp-web-lan# bridge vsw-dmz#\n"
             "set vswp-web-lan# up 1\n");
  expect_intact ();
}

TEST_F (TapPlan, WhatOnlySettingsSayTakesNoOperation)
{
  world.perform ({ Network::add_system ("web"), Network::add_connected ("web", "lan", "s-lab"),
                   Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_EQ (world.perform (
                 { world.modify_setting ("web", "lan", VSW_GIVEN_QUEUES | VSW_GIVEN_MAC,
                                         [] (VswSetting &s) { s.queues = 4, s.mac = mac_of ("02:00:00:00:00:07"); }) }),
             "");
  expect_intact ();
}

/* --- drift --- */

TEST_F (TapPlan, AKeptOneThatIsGoneIsMadeAgain)
{
  for (VswLifetime lifetime : { VSW_LIFETIME_PERSISTENT, VSW_LIFETIME_DESCRIPTOR })
    {
      attach (lifetime);
      ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vswp-vm"));
      world.follow ();
      EXPECT_EQ (plain (world.drift ({ "n-vm" })),
                 "tap-add vswp-vm mac fe:00:00:00:00:01 mtu 1500 vnet-header owner 1000 kept bridge vsw-lab# up\n");
      EXPECT_EQ (world.findings, "port device vswp-vm of endpoint vm was gone\n");
      world.repair ();
      world.perform ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) });
    }
}

/* Nobody could have its descriptors: the object goes too, which is the engine's. */
TEST_F (TapPlan, OneThatWentWithItsDescriptorsIsNotMadeAgain)
{
  Handout box = make_handout ();
  attach (VSW_LIFETIME_DESCRIPTOR, box.get ());
  world.dismiss ("n-vm");
  ASSERT_EQ (link (), nullptr);
  EXPECT_EQ (world.drift ({ "n-vm" }), "");
  EXPECT_EQ (world.findings, "");
  expect_intact ();
  EXPECT_EQ (world.perform ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) }), "");
}

TEST_F (TapPlan, WithItsBridgeItIsPluggedInAgain)
{
  Handout box = make_handout ();
  attach (VSW_LIFETIME_DESCRIPTOR, box.get ());
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vsw-lab"));
  world.follow ();
  std::string plan = plain (world.drift_of_all ());
  EXPECT_NE (plan.find ("set vswp-vm# up 0\n"
                        "set vswp-vm# bridge vsw-lab\n"
                        "set vswp-vm# up 1\n"),
             std::string::npos)
      << plan;
  world.repair ();
  EXPECT_EQ (box->n_fds, 1u) << "the guest keeps its descriptors";
}

TEST_F (TapPlan, OneOfNoObjectIsRemoved)
{
  attach ();
  auto delta = world.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) });
  EXPECT_EQ (plain (world.drift_of_all ()), "--\n"
                                            "delete vswp-vm#\n");
}
