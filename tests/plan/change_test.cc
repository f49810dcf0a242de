// SPDX-License-Identifier: GPL-2.0-or-later
/* Golden plans of changes. "#" after a name: the device exists and is meant by its index. */
#include "plan/world.h"

namespace
{

class ChangePlan : public ::testing::Test
{
protected:
  World world;

  static std::function<void (VswNic &)>
  mac (const char *text)
  {
    return [=] (VswNic &n) { n.mac = mac_of (text); };
  }

  /* Switch "lab", 02:…:aa. */
  std::string
  add_lab ()
  {
    return world.perform (
        { Network::add_switch ("lab", VSW_GIVEN_MAC, [] (VswSwitch &s) { s.mac = mac_of ("02:00:00:00:00:aa"); }) });
  }

  /* Endpoint "web", 02:…:01, in the automatic port "web" of lab. */
  std::string
  add_web (VswNicKind kind = VSW_NIC_SYNTHETIC)
  {
    return world.perform ({ Network::add_nic ("web", kind, VSW_GIVEN_MAC, mac ("02:00:00:00:00:01")),
                            Network::add_automatic_port ("lab", "web"), Network::connect ("lab", "web", "web") });
  }

  VswChange *
  modify_switch (guint given, std::function<void (VswSwitch &)> edit)
  {
    VswSwitch fields = *world.get_switch ("lab");
    edit (fields);
    g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
    return vsw_change_modify (draft, given);
  }

  VswChange *
  modify_nic (guint given, std::function<void (VswNic &)> edit)
  {
    VswNic fields = *world.get_nic ("web");
    edit (fields);
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    return vsw_change_modify (draft, given);
  }

  static VswChange *
  add_address (const char *text)
  {
    return vsw_change_add_address ("p-lab-web", mac_of (text));
  }
};

} // namespace

TEST_F (ChangePlan, MakesTheBridgeDownThenGuardsItThenSetsItUp)
{
  EXPECT_EQ (add_lab (), "bridge-add vsw-lab mac 02:00:00:00:00:aa mtu 1500 ageing 300\n"
                         "guard-add vsw-lab\n"
                         "set vsw-lab up 1\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, MakesTheBridgeBeforeItsPorts)
{
  EXPECT_EQ (
      world.perform (
          { Network::add_nic ("web", VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC, mac ("02:00:00:00:00:01")),
            Network::add_switch ("lab", VSW_GIVEN_MAC, [] (VswSwitch &s) { s.mac = mac_of ("02:00:00:00:00:aa"); }),
            Network::add_port ("lab", "p"), Network::connect ("lab", "p", "web") }),
      "bridge-add vsw-lab mac 02:00:00:00:00:aa mtu 1500 ageing 300\n"
      "guard-add vsw-lab\n"
      "set vsw-lab up 1\n"
      "veth-add vswp-web mac fe:00:00:00:00:01 mtu 1500 bridge vsw-lab up; far vswg-web mac 02:00:00:00:00:01\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, BirthsANearEndPluggedInAndUp)
{
  add_lab ();
  EXPECT_EQ (
      plain (add_web ()),
      "veth-add vswp-web mac fe:00:00:00:00:01 mtu 1500 bridge vsw-lab# up; far vswg-web mac 02:00:00:00:00:01\n");
}

TEST_F (ChangePlan, SetsAnInternalFarEndUpLastAfterTheAddresses)
{
  add_lab ();
  EXPECT_EQ (
      plain (world.perform ({ Network::add_nic ("host", VSW_NIC_INTERNAL, VSW_GIVEN_MAC, mac ("02:00:00:00:00:02")),
                              Network::add_automatic_port ("lab", "host"), Network::connect ("lab", "host", "host"),
                              vsw_change_add_address ("p-lab-host", mac_of ("02:00:00:00:00:02")) })),
      "veth-add vswp-host mac fe:00:00:00:00:02 mtu 1500 bridge vsw-lab# up; far vswi-host mac 02:00:00:00:00:02\n"
      "address-add vswp-host 02:00:00:00:00:02\n"
      "set vswi-host up 1\n");
}

TEST_F (ChangePlan, LeavesALoneNicDownAndOutOfEveryBridge)
{
  EXPECT_EQ (
      world.perform ({ Network::add_nic ("web", VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC | VSW_GIVEN_MTU | VSW_GIVEN_QUEUES,
                                         [] (VswNic &n) {
                                           n.mac = mac_of ("02:00:00:00:00:01");
                                           n.mtu = 1400;
                                           n.queues = 4;
                                         }) }),
      "veth-add vswp-web mac fe:00:00:00:00:01 mtu 1400 queues 4; far vswg-web mac 02:00:00:00:00:01\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, OpensATapWithoutTouchingItsPort)
{
  g_autoptr (VswHandout) handout = vsw_handout_new (0);

  add_lab ();
  world.perform ({ Network::add_nic ("web", VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC,
                                     [] (VswNic &n) {
                                       n.backend = VSW_BACKEND_TAP;
                                       n.head.lifetime = VSW_LIFETIME_DESCRIPTOR;
                                       n.mac = mac_of ("02:00:00:00:00:01");
                                     }),
                   Network::add_port ("lab", "p"), Network::connect ("lab", "p", "web") });
  std::string plan = plain (world.perform ({ vsw_change_open ("n-web", handout) }));
  EXPECT_EQ (plan.find ("tap-open vswp-web"), 0u) << plan;
  EXPECT_NE (plan.find ("tap-release vswp-web"), std::string::npos) << plan;
  EXPECT_EQ (plan.find (" up "), std::string::npos) << "it is not tampered with while it is let go: " << plan;
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, BirthsTheFarEndInItsNamespace)
{
  add_lab ();
  int fd = vsw_fake_kernel_make_namespace (world.kernel, 0);
  g_autoptr (VswNamespace) target = vsw_kernel_inspect (world.kernel, fd, 0, nullptr);
  ASSERT_NE (target, nullptr);
  std::string inode = std::to_string (target->inode);
  EXPECT_EQ (
      plain (world.perform (
          { Network::add_nic ("web", VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC, mac ("02:00:00:00:00:01"), target, "eth0"),
            Network::add_automatic_port ("lab", "web"), Network::connect ("lab", "web", "web") })),
      "veth-add vswp-web mac fe:00:00:00:00:01 mtu 1500 bridge vsw-lab# up; far eth0 mac 02:00:00:00:00:01 in "
      "namespace "
          + inode + "\n");
  EXPECT_EQ (world.drift_of_all (), "");
  EXPECT_EQ (world.findings, "");
}

TEST_F (ChangePlan, PlacesAFarEndLastBecauseNothingBringsItBack)
{
  add_lab ();
  add_web ();
  int fd = vsw_fake_kernel_make_namespace (world.kernel, 0);
  g_autoptr (VswNamespace) target = vsw_kernel_inspect (world.kernel, fd, 0, nullptr);
  EXPECT_EQ (plain (world.perform ({ modify_nic (VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1400; }),
                                     vsw_change_place ("n-web", target, "eth0") })),
             "set vswp-web# mtu 1400\n"
             "set vswg-web# mtu 1400\n"
             "--\n"
             "place vswg-web# in namespace "
                 + std::to_string (target->inode) + " as eth0\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, PlugsInDownThenUp)
{
  add_lab ();
  world.perform ({ Network::add_nic ("web"), Network::add_port ("lab", "web"), add_address ("02:00:00:00:00:05") });
  EXPECT_EQ (plain (world.perform ({ Network::connect ("lab", "web", "web") })),
             "set vswp-web# bridge vsw-lab#\n"
             "address-add vswp-web# 02:00:00:00:00:05\n"
             "set vswp-web# up 1\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, UnplugsInReverse)
{
  add_lab ();
  add_web ();
  world.perform ({ add_address ("02:00:00:00:00:05") });
  EXPECT_EQ (plain (world.perform ({ vsw_change_disconnect ("p-lab-web") })),
             "address-delete vswp-web# 02:00:00:00:00:05\n"
             "set vswp-web# up 0\n"
             "set vswp-web# bridge none\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, MovesWithoutRecreatingAnything)
{
  add_lab ();
  add_web ();
  world.perform ({ add_address ("02:00:00:00:00:05"),
                   Network::add_switch ("jumbo", VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 9000; }) });
  guint index = world.index_of ("vswp-web");
  EXPECT_EQ (plain (world.perform ({ vsw_change_move ("p-lab-web", "s-jumbo") })),
             "address-delete vswp-web# 02:00:00:00:00:05\n"
             "set vswp-web# up 0\n"
             "set vswp-web# bridge vsw-jumbo#\n"
             "set vswp-web# mtu 9000\n"
             "address-add vswp-web# 02:00:00:00:00:05\n"
             "set vswp-web# up 1\n"
             "set vswg-web# mtu 9000\n");
  EXPECT_EQ (world.index_of ("vswp-web"), index);
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, ChangesABridgeByOneOperationAnAttribute)
{
  add_lab ();
  EXPECT_EQ (plain (world.perform ({ modify_switch (VSW_GIVEN_AGEING | VSW_GIVEN_MAX_LEARNED | VSW_GIVEN_SPANNING_TREE
                                                        | VSW_GIVEN_MULTICAST_SNOOPING,
                                                    [] (VswSwitch &s) {
                                                      s.ageing = 20, s.max_learned = 7;
                                                      s.spanning_tree = s.multicast_snooping = TRUE;
                                                    }) })),
             "set vsw-lab# ageing 20\n"
             "set vsw-lab# max-learned 7\n"
             "set vsw-lab# spanning-tree 1\n"
             "set vsw-lab# multicast-snooping 1\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

/* The kernel may have shortened it, and has not said so. */
TEST_F (ChangePlan, PutsTheAgeingTimeBackWhenTheSpanningTreeGoes)
{
  add_lab ();
  world.perform ({ modify_switch (VSW_GIVEN_SPANNING_TREE, [] (VswSwitch &s) { s.spanning_tree = TRUE; }) });
  EXPECT_EQ (plain (world.perform (
                 { modify_switch (VSW_GIVEN_SPANNING_TREE, [] (VswSwitch &s) { s.spanning_tree = FALSE; }) })),
             "set vsw-lab# spanning-tree 0\n"
             "set vsw-lab# ageing 300\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

/* Below 1280 octets the kernel takes IPv6 away, and gives it back loud. */
TEST_F (ChangePlan, IsQuietAgainBeforeIPv6ComesBackWithTheMtu)
{
  add_lab ();
  add_web ();
  EXPECT_EQ (plain (world.perform ({ modify_switch (VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 576; }) })),
             "set vsw-lab# up 0\n"
             "set vsw-lab# ipv6-quiet 1\n"
             "set vsw-lab# mtu 576\n"
             "set vsw-lab# up 1\n"
             "set vswp-web# up 0\n"
             "set vswp-web# ipv6-quiet 1\n"
             "set vswp-web# mtu 576\n"
             "set vswp-web# up 1\n"
             "set vswg-web# mtu 576\n");
  EXPECT_EQ (world.drift_of_all (), "");
  EXPECT_EQ (plain (world.perform ({ modify_switch (VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 1280; }) })),
             "set vsw-lab# up 0\n"
             "set vsw-lab# mtu 1280\n"
             "set vsw-lab# ipv6-quiet 1\n"
             "set vsw-lab# up 1\n"
             "set vswp-web# up 0\n"
             "set vswp-web# mtu 1280\n"
             "set vswp-web# ipv6-quiet 1\n"
             "set vswp-web# up 1\n"
             "set vswg-web# mtu 1280\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, TakesConnectedNicsAlongToANewMtu)
{
  add_lab ();
  add_web ();
  world.perform ({ Network::add_nic ("own", VSW_NIC_SYNTHETIC, VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1000; }),
                   Network::add_automatic_port ("lab", "own"), Network::connect ("lab", "own", "own"),
                   Network::add_nic ("lone") });
  EXPECT_EQ (plain (world.perform ({ modify_switch (VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 4000; }) })),
             "set vsw-lab# mtu 4000\n"
             "set vswp-web# mtu 4000\n"
             "set vswg-web# mtu 4000\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, GivesANewAddressToBothEnds)
{
  add_lab ();
  add_web ();
  EXPECT_EQ (plain (world.perform ({ modify_nic (VSW_GIVEN_MAC, mac ("02:00:00:00:00:09")) })),
             "set vswp-web# mac fe:00:00:00:00:09\n"
             "set vswg-web# mac 02:00:00:00:00:09\n");
}

TEST_F (ChangePlan, HasNothingToDoForADescription)
{
  add_lab ();
  add_web ();
  EXPECT_EQ (world.perform ({ modify_switch (VSW_GIVEN_DESCRIPTION, [] (VswSwitch &s) { s.head.description = "x"; }),
                              modify_nic (VSW_GIVEN_DESCRIPTION, [] (VswNic &n) { n.head.description = "x"; }) }),
             "");
}

TEST_F (ChangePlan, ChangesStaticAddressesOneByOne)
{
  add_lab ();
  add_web ();
  world.perform ({ add_address ("02:00:00:00:00:05") });
  EXPECT_EQ (plain (world.perform ({ vsw_change_remove_address ("p-lab-web", mac_of ("02:00:00:00:00:05")),
                                     add_address ("02:00:00:00:00:06") })),
             "address-delete vswp-web# 02:00:00:00:00:05\n"
             "address-add vswp-web# 02:00:00:00:00:06\n");
}

TEST_F (ChangePlan, LetsAnAddressPassFromPortToPort)
{
  add_lab ();
  add_web ();
  world.perform ({ Network::add_nic ("b"), Network::add_automatic_port ("lab", "b"), Network::connect ("lab", "b", "b"),
                   add_address ("02:00:00:00:00:05") });
  /* b is touched first, and yet gives way to the deletion. */
  EXPECT_EQ (plain (world.perform ({ vsw_change_add_address ("p-lab-b", mac_of ("02:00:00:00:00:07")),
                                     vsw_change_remove_address ("p-lab-web", mac_of ("02:00:00:00:00:05")),
                                     vsw_change_add_address ("p-lab-b", mac_of ("02:00:00:00:00:05")) })),
             "address-delete vswp-web# 02:00:00:00:00:05\n"
             "address-add vswp-b# 02:00:00:00:00:05\n"
             "address-add vswp-b# 02:00:00:00:00:07\n");
  EXPECT_EQ (
      plain (world.perform ({ vsw_change_delete (VSW_KIND_NIC, "n-b", FALSE), add_address ("02:00:00:00:00:07") })),
      "address-delete vswp-b# 02:00:00:00:00:05\n"
      "address-delete vswp-b# 02:00:00:00:00:07\n"
      "address-add vswp-web# 02:00:00:00:00:07\n"
      "--\n"
      "delete vswp-b#\n");
}

TEST_F (ChangePlan, DeletesEverythingAtOnceAndGuardsLast)
{
  add_lab ();
  add_web ();
  world.perform ({ Network::add_nic ("b"), Network::add_automatic_port ("lab", "b"), Network::connect ("lab", "b", "b"),
                   Network::add_port ("lab", "manual"), Network::add_nic ("guest"),
                   Network::connect ("lab", "manual", "guest") });
  EXPECT_EQ (plain (world.perform ({ vsw_change_delete (VSW_KIND_SWITCH, "s-lab", TRUE) })),
             "set vswp-guest# up 0\n"
             "set vswp-guest# bridge none\n"
             "--\n"
             "delete vswp-b# vswp-web# vsw-lab#\n"
             "guard-delete vsw-lab\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (ChangePlan, PutsRightWhatAForeignHandDidToTheSameDevices)
{
  add_lab ();
  ASSERT_TRUE (
      vsw_fake_kernel_foreign_set (world.kernel, VSW_FAKE_HOME, "vsw-lab", VSW_ATTRIBUTE_MULTICAST_SNOOPING, 1));
  world.follow ();
  EXPECT_EQ (plain (world.perform ({ modify_switch (VSW_GIVEN_AGEING, [] (VswSwitch &s) { s.ageing = 20; }) })),
             "set vsw-lab# ageing 20\n"
             "set vsw-lab# multicast-snooping 0\n");
}

TEST_F (ChangePlan, PlugsIntoABridgeThatHasToBeMadeAgain)
{
  add_lab ();
  add_web ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vsw-lab"));
  world.follow ();
  std::string plan =
      plain (world.perform ({ Network::add_nic ("b", VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC, mac ("02:00:00:00:00:02")),
                              Network::add_automatic_port ("lab", "b"), Network::connect ("lab", "b", "b") }));
  EXPECT_EQ (plan.rfind ("bridge-add vsw-lab ", 0), 0u) << plan;
  EXPECT_NE (plan.find ("veth-add vswp-b mac fe:00:00:00:00:02 mtu 1500 bridge vsw-lab up"), std::string::npos) << plan;
  EXPECT_NE (plan.find ("set vswp-web# bridge vsw-lab\n"), std::string::npos)
      << "and its other port comes back: " << plan;
  EXPECT_EQ (world.drift_of_all (), "");
}

/* --- undoing --- */

TEST_F (ChangePlan, IsUndoneByWhatWasObserved)
{
  add_lab ();
  add_web ();
  world.perform ({ add_address ("02:00:00:00:00:05"),
                   Network::add_switch ("jumbo", VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 9000; }) });
  std::string before = world.shape ();
  auto delta = world.must ({ vsw_change_move ("p-lab-web", "s-jumbo") });
  g_autoptr (VswPlan) plan = vsw_plan_new (world.model, world.links, delta.get ());
  ASSERT_TRUE (world.run (plan->ops));
  ASSERT_NE (world.shape (), before);
  std::string undone;
  for (guint i = plan->ops->len; i > 0; i--)
    {
      const VswOp *inverse = static_cast<VswOp *> (plan->ops->pdata[i - 1])->inverse;
      ASSERT_NE (inverse, nullptr);
      g_autofree char *text = vsw_op_print (inverse);
      undone += std::string (text) + "\n";
    }
  EXPECT_EQ (plain (undone), "set vswg-web# mtu 1500\n"
                             "set vswp-web# up 0\n"
                             "address-delete vswp-web# 02:00:00:00:00:05\n"
                             "set vswp-web# mtu 1500\n"
                             "set vswp-web# bridge vsw-lab#\n"
                             "set vswp-web# up 1\n"
                             "address-add vswp-web# 02:00:00:00:00:05\n");
}

TEST_F (ChangePlan, OfSomethingNewIsUndoneByDeletingIt)
{
  auto delta = world.must ({ Network::add_switch ("lab"), Network::add_nic ("web") });
  g_autoptr (VswPlan) plan = vsw_plan_new (world.model, world.links, delta.get ());
  std::string undone;
  for (guint i = plan->ops->len; i > 0; i--)
    {
      const VswOp *inverse = static_cast<VswOp *> (plan->ops->pdata[i - 1])->inverse;
      g_autofree char *text = inverse != nullptr ? vsw_op_print (inverse) : g_strdup ("nothing");
      undone += std::string (text) + "\n";
    }
  EXPECT_EQ (undone, "delete vswp-web\n"
                     "nothing\n"
                     "guard-delete vsw-lab\n"
                     "delete vsw-lab\n");
}
