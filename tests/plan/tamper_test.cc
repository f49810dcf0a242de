// SPDX-License-Identifier: GPL-2.0-or-later
/* Golden plans of taps: what their holders do to them, and what is done about that. */
#include "plan/tap_plan.h"

/* Whoever has it open gives it away: frames stop at once, and it is claimed as soon as he lets it go. */
TEST_F (TapPlan, OneThatWasGivenAwayIsDownUntilItIsClaimed)
{
  attach ();
  open ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_own_tap (world.kernel, "vswp-vm", 7));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "set vswp-vm# up 0\n"
                                               "tap-claim vswp-vm# owner 1000 kept\n");
  EXPECT_EQ (world.findings, "port device vswp-vm of endpoint vm belonged to uid 7 instead of 1000\n");
  EXPECT_EQ (plain (world.quarantine ({ "n-vm" })), "set vswp-vm# up 0\n");
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "tap-claim vswp-vm# owner 1000 kept\n");
  world.dismiss ("n-vm");
  g_autoptr (VswPlan) claim = vsw_plan_new_for_drift (world.model, world.links, nullptr);
  world.run (claim);
  EXPECT_EQ (link ()->tap_owner, OWNER);
  EXPECT_FALSE (link ()->is_up);
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "set vswp-vm# up 1\n") << "as it is wished again";
  world.repair ();
}

/* No kernel takes a group away again. */
TEST_F (TapPlan, OneThatWasGivenToAGroupIsDownUntilItIsMadeAnew)
{
  attach ();
  open ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_group_tap (world.kernel, "vswp-vm", 7));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "set vswp-vm# up 0\n"
                                               "tap-claim vswp-vm# owner 1000 kept\n");
  EXPECT_EQ (world.findings, "port device vswp-vm of endpoint vm belonged to group 7 instead of none\n");
  world.dismiss ("n-vm");
  g_autoptr (VswPlan) claim = vsw_plan_new_for_drift (world.model, world.links, nullptr);
  world.run (claim);
  ASSERT_EQ (link (), nullptr);
  world.repair ();
  EXPECT_EQ (link ()->tap_group, VSW_TAP_GROUP_NONE);
}

/* No bridge takes it, and there is no MAC address to compare. */
TEST_F (TapPlan, OneThatCarriesNoEthernetIsPluggedInWhenItIsClaimed)
{
  world.perform ({ tap (), Network::add_automatic_port ("lab", "vm") });
  open ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_tap_type (world.kernel, "vswp-vm", 772));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "tap-claim vswp-vm# owner 1000 kept\n");
  EXPECT_EQ (world.findings, "port device vswp-vm of endpoint vm had link type 772 instead of 1\n");
  EXPECT_EQ (world.perform ({ Network::connect ("lab", "vm", "vm") }), "");
  world.dismiss ("n-vm");
  g_autoptr (VswPlan) claim = vsw_plan_new_for_drift (world.model, world.links, nullptr);
  world.run (claim);
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "set vswp-vm# bridge vsw-lab#\n"
                                               "set vswp-vm# up 1\n");
  world.repair ();
}

TEST_F (TapPlan, OneThatWouldGoWithItsDescriptorsIsClaimed)
{
  attach ();
  open ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_keep_tap (world.kernel, "vswp-vm", FALSE));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "set vswp-vm# up 0\n"
                                               "tap-claim vswp-vm# owner 1000 kept\n");
  EXPECT_EQ (world.findings, "port device vswp-vm of endpoint vm would have gone with its descriptors\n");
  world.dismiss ("n-vm");
  ASSERT_EQ (link (), nullptr);
  world.repair ();
  EXPECT_TRUE (link ()->tap_is_kept);
}

/* It would be left over when its guest ends. */
TEST_F (TapPlan, OneThatWouldStayWithoutItsDescriptorsIsGoneWhenItIsClaimed)
{
  Handout box = make_handout ();
  attach (VSW_LIFETIME_DESCRIPTOR, box.get ());
  ASSERT_TRUE (vsw_fake_kernel_foreign_keep_tap (world.kernel, "vswp-vm", TRUE));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "set vswp-vm# up 0\n"
                                               "tap-claim vswp-vm# owner 1000\n");
  EXPECT_EQ (world.findings, "port device vswp-vm of endpoint vm would have stayed without its descriptors\n");
  world.dismiss ("n-vm");
  ASSERT_NE (link (), nullptr);
  world.repair ();
  EXPECT_EQ (link (), nullptr);
}

/* A caller's request is no time to fight with a guest; that his frames stop is. */
TEST_F (TapPlan, AnOrdinaryChangeClaimsNothing)
{
  attach ();
  open ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_own_tap (world.kernel, "vswp-vm", 7));
  world.follow ();
  EXPECT_EQ (plain (world.perform ({ modify (VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1400; }) })),
             "set vswp-vm# mtu 1400\n"
             "set vswp-vm# up 0\n");
  EXPECT_EQ (plain (world.perform ({ vsw_change_move ("p-lab-vm", "s-dmz") })), "set vswp-vm# bridge vsw-dmz#\n");
  EXPECT_FALSE (link ()->is_up);
  EXPECT_EQ (link ()->tap_owner, 7u);
}

TEST_F (TapPlan, AForeignHandOnADeviceThatIsNotPluggedInChangesNothingButTheOwner)
{
  world.perform ({ tap () });
  open ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_own_tap (world.kernel, "vswp-vm", 7));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "tap-claim vswp-vm# owner 1000 kept\n");
}

TEST_F (TapPlan, WhatAHolderMayDoToTheDeviceIsPutRight)
{
  Handout box = make_handout ();
  attach (VSW_LIFETIME_DESCRIPTOR, box.get ());
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_mac (world.kernel, VSW_FAKE_HOME, "vswp-vm", mac_of ("02:00:00:00:00:99")));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "n-vm" })), "set vswp-vm# mac fe:00:00:00:00:01\n");
  world.repair ();
}

TEST_F (TapPlan, QuarantineTakesDownWhatIsUpAndNothingElse)
{
  attach ();
  world.perform ({ Network::add_tap ("lone"), Network::add_nic ("pair"), Network::add_automatic_port ("lab", "pair"),
                   Network::connect ("lab", "pair", "pair") });
  EXPECT_EQ (plain (world.quarantine ({ "n-vm", "n-lone", "n-none", "n-pair", "s-lab" })), "set vswp-vm# up 0\n"
                                                                                           "set vswp-pair# up 0\n");
  EXPECT_EQ (world.quarantine ({ "n-vm", "n-lone", "n-pair" }), "");
}
