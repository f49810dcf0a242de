// SPDX-License-Identifier: GPL-2.0-or-later
/* Golden plans of repairs: foreign hands on the fake kernel, what is found, what is done, and that it helps. */
#include "plan/world.h"

namespace
{

/* Switch "lab" with the internal NIC "host" and the synthetic "vm", and the lone NIC "lone". */
class DriftPlan : public ::testing::Test
{
protected:
  World world;
  std::string intact;

  void
  SetUp () override
  {
    world.perform (
        { Network::add_switch ("lab", VSW_GIVEN_MAC, [] (VswSwitch &s) { s.mac = mac_of ("02:00:00:00:00:aa"); }) });
    add ("host", VSW_NIC_INTERNAL, "02:00:00:00:00:01");
    add ("vm", VSW_NIC_SYNTHETIC, "02:00:00:00:00:02");
    world.perform ({ nic ("lone", VSW_NIC_SYNTHETIC, "02:00:00:00:00:03"),
                     vsw_change_add_address ("p-lab-vm", mac_of ("02:00:00:00:00:55")) });
    intact = world.shape ();
    ASSERT_EQ (world.drift_of_all (), "");
    ASSERT_EQ (world.findings, "");
  }

  static VswChange *
  nic (const char *name, VswNicKind kind, const char *mac)
  {
    return Network::add_nic (name, kind, VSW_GIVEN_MAC, [=] (VswNic &n) { n.mac = mac_of (mac); });
  }

  void
  add (const char *name, VswNicKind kind, const char *mac)
  {
    world.perform (
        { nic (name, kind, mac), Network::add_automatic_port ("lab", name), Network::connect ("lab", name, name) });
  }

  /* What was found and what is done about it; the repair must bring everything back. */
  void
  repaired (std::initializer_list<const char *> ids, const char *findings, const char *plan)
  {
    world.follow ();
    EXPECT_EQ (plain (world.drift (ids)), plan);
    EXPECT_EQ (plain (world.findings), findings);
    EXPECT_EQ (plain (world.drift_of_all ()), plan);
    world.repair ();
    EXPECT_EQ (world.shape (), intact);
  }

  void
  set (const char *device, VswAttribute attribute, guint64 number)
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set (world.kernel, VSW_FAKE_HOME, device, attribute, number));
  }
};

} // namespace

TEST_F (DriftPlan, RebuildsABridgeWithEveryPort)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vsw-lab"));
  repaired ({ "s-lab" },
            "bridge vsw-lab of switch lab was gone\n"
            "port device vswp-host of endpoint host was taken out of vsw-lab\n"
            "port device vswp-vm of endpoint vm was taken out of vsw-lab\n",
            "bridge-add vsw-lab mac 02:00:00:00:00:aa mtu 1500 ageing 300\n"
            "guard-add vsw-lab\n"
            "set vsw-lab up 1\n"
            "set vswp-host# up 0\n"
            "set vswp-host# bridge vsw-lab\n"
            "set vswp-host# up 1\n"
            "set vswp-vm# up 0\n"
            "set vswp-vm# bridge vsw-lab\n"
            "address-add vswp-vm# 02:00:00:00:00:55\n"
            "set vswp-vm# up 1\n");
}

TEST_F (DriftPlan, OfANicAloneMakesTheBridgeThatItNeeds)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vsw-lab"));
  world.follow ();
  std::string plan = world.drift ({ "n-vm" });
  EXPECT_EQ (plan.rfind ("bridge-add vsw-lab", 0), 0u) << plan;
}

TEST_F (DriftPlan, RebuildsAPairAtHome)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vswi-host"));
  repaired (
      { "n-host" }, "port device vswp-host of endpoint host was gone\n",
      "veth-add vswp-host mac fe:00:00:00:00:01 mtu 1500 bridge vsw-lab# up; far vswi-host mac 02:00:00:00:00:01\n"
      "set vswi-host up 1\n");
}

TEST_F (DriftPlan, PutsAPortBack)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (world.kernel, VSW_FAKE_HOME, "vswp-vm", nullptr));
  repaired ({ "p-lab-vm" }, "port device vswp-vm of endpoint vm was taken out of vsw-lab\n",
            "set vswp-vm# up 0\n"
            "set vswp-vm# bridge vsw-lab#\n"
            "address-add vswp-vm# 02:00:00:00:00:55\n"
            "set vswp-vm# up 1\n");
}

TEST_F (DriftPlan, TakesPortsOutOfForeignBridges)
{
  VswLink fields = {};
  fields.name = "br0";
  fields.link_kind = "bridge";
  ASSERT_NE (vsw_fake_kernel_foreign_add (world.kernel, VSW_FAKE_HOME, &fields), 0u);
  intact = world.shape ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (world.kernel, VSW_FAKE_HOME, "vswp-vm", nullptr));
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (world.kernel, VSW_FAKE_HOME, "vswp-vm", "br0"));
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (world.kernel, VSW_FAKE_HOME, "vswp-lone", "br0"));
  repaired ({ "n-lone", "n-vm" },
            "port device vswp-lone of endpoint lone was put into br0 and should be in no bridge\n"
            "port device vswp-vm of endpoint vm was in br0 instead of vsw-lab\n",
            "set vswp-lone# bridge none\n"
            "set vswp-vm# up 0\n"
            "set vswp-vm# bridge vsw-lab#\n"
            "address-add vswp-vm# 02:00:00:00:00:55\n"
            "set vswp-vm# up 1\n");
}

TEST_F (DriftPlan, PutsEveryAttributeOfABridgeBack)
{
  set ("vsw-lab", VSW_ATTRIBUTE_AGEING, 5);
  set ("vsw-lab", VSW_ATTRIBUTE_MAX_LEARNED, 5);
  set ("vsw-lab", VSW_ATTRIBUTE_SPANNING_TREE, 1);
  set ("vsw-lab", VSW_ATTRIBUTE_MULTICAST_SNOOPING, 1);
  set ("vsw-lab", VSW_ATTRIBUTE_MTU, 1400);
  set ("vsw-lab", VSW_ATTRIBUTE_IPV6_QUIET, 0);
  set ("vsw-lab", VSW_ATTRIBUTE_UP, 0);
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_mac (world.kernel, VSW_FAKE_HOME, "vsw-lab", mac_of ("02:00:00:00:00:bb")));
  world.follow ();
  EXPECT_EQ (plain (world.drift ({ "s-lab" })), "set vsw-lab# mac 02:00:00:00:00:aa\n"
                                                "set vsw-lab# ipv6-quiet 1\n"
                                                "set vsw-lab# mtu 1500\n"
                                                "set vsw-lab# ageing 300\n"
                                                "set vsw-lab# max-learned 0\n"
                                                "set vsw-lab# spanning-tree 0\n"
                                                "set vsw-lab# multicast-snooping 0\n"
                                                "set vsw-lab# ageing 300\n"
                                                "set vsw-lab# up 1\n");
  EXPECT_EQ (world.findings,
             "bridge vsw-lab of switch lab had the MAC address 02:00:00:00:00:bb instead of 02:00:00:00:00:aa\n"
             "bridge vsw-lab of switch lab had silence in IPv6 0 instead of 1\n"
             "bridge vsw-lab of switch lab had MTU 1400 instead of 1500\n"
             "bridge vsw-lab of switch lab had ageing time 5 instead of 300\n"
             "bridge vsw-lab of switch lab had limit of learned addresses 5 instead of 0\n"
             "bridge vsw-lab of switch lab had spanning tree 1 instead of 0\n"
             "bridge vsw-lab of switch lab had multicast snooping 1 instead of 0\n"
             "bridge vsw-lab of switch lab was down instead of up\n");
  world.repair ();
}

TEST_F (DriftPlan, LeavesTheAgeingTimeToTheSpanningTreeWhileTheTopologyChanges)
{
  VswSwitch wished = *world.get_switch ("lab");
  wished.spanning_tree = TRUE;
  g_autoptr (VswSwitch) draft = vsw_switch_new (&wished);
  world.perform ({ vsw_change_modify (draft, VSW_GIVEN_SPANNING_TREE) });
  VswLink observed = *vsw_links_find_name (world.links, "vsw-lab");
  observed.ageing = 4;
  observed.topology_changes = TRUE;
  g_autoptr (VswLink) changing = vsw_link_new (&observed);
  g_autoptr (VswLink) before = vsw_links_put (world.links, changing);
  EXPECT_EQ (world.drift ({ "s-lab" }), "");
  observed.topology_changes = FALSE;
  g_autoptr (VswLink) calm = vsw_link_new (&observed);
  g_autoptr (VswLink) changed = vsw_links_put (world.links, calm);
  EXPECT_EQ (plain (world.drift ({ "s-lab" })), "set vsw-lab# ageing 300\n");
}

TEST_F (DriftPlan, PutsNamesAndMarksBack)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_alias (world.kernel, VSW_FAKE_HOME, "vswp-lone", "mine"));
  set ("vswp-lone", VSW_ATTRIBUTE_GROUP, 7);
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (world.kernel, VSW_FAKE_HOME, "vswp-lone", "stolen"));
  repaired ({ "n-lone" },
            "port device vswp-lone of endpoint lone was in link group 0x7 instead of 0x76737731\n"
            "port device vswp-lone of endpoint lone had the alias 'mine' instead of 'vmswitch:vswp-lone:n-lone'\n"
            "port device vswp-lone of endpoint lone was called stolen instead of vswp-lone\n",
            "set stolen# group 0x76737731\n"
            "set stolen# alias 'vmswitch:vswp-lone:n-lone'\n"
            "set stolen# name 'vswp-lone'\n");
}

TEST_F (DriftPlan, KnowsAnUnmarkedEndByItsOtherEndAfterARestart)
{
  for (const char *device : { "vswp-lone", "vswi-host" })
    set (device, VSW_ATTRIBUTE_GROUP, 0);
  world.look ();
  ASSERT_EQ (vsw_links_get_device (world.links, "vswp-lone"), nullptr);
  EXPECT_EQ (plain (world.drift_of_all ()), "set vswi-host# group 0x76737731\n"
                                            "set vswp-lone# group 0x76737731\n");
  world.repair ();
  EXPECT_EQ (world.shape (), intact);
}

TEST_F (DriftPlan, PutsTheFarEndAtHomeBack)
{
  ASSERT_TRUE (
      vsw_fake_kernel_foreign_set_mac (world.kernel, VSW_FAKE_HOME, "vswi-host", mac_of ("02:00:00:00:00:77")));
  set ("vswi-host", VSW_ATTRIBUTE_UP, 0);
  set ("vswg-vm", VSW_ATTRIBUTE_UP, 1);
  repaired ({ "n-host", "n-vm" },
            "far end vswi-host of endpoint host had the MAC address 02:00:00:00:00:77 instead of 02:00:00:00:00:01\n"
            "far end vswi-host of endpoint host was down instead of up\n"
            "far end vswg-vm of endpoint vm was up instead of down\n",
            "set vswi-host# mac 02:00:00:00:00:01\n"
            "set vswi-host# up 1\n"
            "set vswg-vm# up 0\n");
}

TEST_F (DriftPlan, LeavesAFarEndThatIsHomeSpeakIPv6AsItLikes)
{
  set ("vswi-host", VSW_ATTRIBUTE_IPV6_QUIET, 1);
  world.follow ();
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (DriftPlan, RebuildsTheHostsNicThatWasMovedAway)
{
  int space = vsw_fake_kernel_make_namespace (world.kernel, 0);
  intact = world.shape ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_move (world.kernel, VSW_FAKE_HOME, "vswi-host", space, "eth0"));
  repaired (
      { "n-host" }, "port device vswp-host of endpoint host had lost its other end to another namespace\n",
      "delete vswp-host#\n"
      "veth-add vswp-host mac fe:00:00:00:00:01 mtu 1500 bridge vsw-lab# up; far vswi-host mac 02:00:00:00:00:01\n"
      "set vswi-host up 1\n");
}

TEST_F (DriftPlan, LeavesAGuestsNicWhereAnotherHandPutIt)
{
  int space = vsw_fake_kernel_make_namespace (world.kernel, 0);
  ASSERT_TRUE (vsw_fake_kernel_foreign_move (world.kernel, VSW_FAKE_HOME, "vswg-vm", space, "eth0"));
  world.follow ();
  EXPECT_EQ (world.drift ({ "n-vm" }), "");
  EXPECT_EQ (world.findings,
             "far end vswg-vm of endpoint vm was moved to another namespace by another hand, where it is left\n");
}

TEST_F (DriftPlan, RebuildsAPairOfWhichHalfIsLeft)
{
  int space = vsw_fake_kernel_make_namespace (world.kernel, 0);
  intact = world.shape ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_move (world.kernel, VSW_FAKE_HOME, "vswp-vm", space, "x"));
  repaired ({ "n-vm" }, "port device vswp-vm of endpoint vm was gone\n",
            "delete vswg-vm#\n"
            "veth-add vswp-vm mac fe:00:00:00:00:02 mtu 1500 bridge vsw-lab# up; far vswg-vm mac 02:00:00:00:00:02\n"
            "address-add vswp-vm 02:00:00:00:00:55\n");
}

TEST_F (DriftPlan, DoesNotTouchAForeignDeviceThatHasAName)
{
  for (const char *name : { "vsw-lab", "vswp-lone" })
    {
      ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, name));
      VswLink fields = {};
      fields.name = name;
      fields.link_kind = "bridge";
      ASSERT_NE (vsw_fake_kernel_foreign_add (world.kernel, VSW_FAKE_HOME, &fields), 0u);
    }
  world.follow ();
  EXPECT_EQ (world.drift_of_all (), "") << "near ends without a bridge stay where they are";
  EXPECT_EQ (
      plain (std::string (world.findings)).find ("conflict: bridge vsw-lab of switch lab cannot be made, device "), 0u);
  EXPECT_NE (world.findings.find ("conflict: port device vswp-lone of endpoint lone cannot be made, device "),
             std::string::npos);
}

TEST_F (DriftPlan, DoesNotRenameOntoAForeignDevice)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (world.kernel, VSW_FAKE_HOME, "vswp-lone", "stolen"));
  VswLink fields = {};
  fields.name = "vswp-lone";
  fields.link_kind = "bridge";
  ASSERT_NE (vsw_fake_kernel_foreign_add (world.kernel, VSW_FAKE_HOME, &fields), 0u);
  world.follow ();
  EXPECT_EQ (world.drift ({ "n-lone" }), "");
  EXPECT_EQ (world.findings.find ("conflict: port device vswp-lone"), 0u) << world.findings;
}

TEST_F (DriftPlan, RemovesWhatCarriesOurMarkAndBelongsToNothing)
{
  auto delta = world.must (
      { vsw_change_delete (VSW_KIND_SWITCH, "s-lab", TRUE), vsw_change_delete (VSW_KIND_NIC, "n-lone", TRUE) });
  set ("vswp-lone", VSW_ATTRIBUTE_GROUP, VSW_GROUP_DOOMED);
  world.look ();
  EXPECT_EQ (world.drift ({ "s-lab", "n-vm" }), "") << "orphans are a matter of the start";
  EXPECT_EQ (plain (world.drift_of_all ()), "--\n"
                                            "delete vsw-lab# vswp-host# vswp-vm# vswp-lone#\n"
                                            "guard-delete vsw-lab\n");
  EXPECT_NE (world.findings.find ("device vswp-vm carries our mark and belongs to no object"), std::string::npos);
  world.repair ();
  EXPECT_EQ (world.shape ().find ("vsw"), std::string::npos) << world.shape ();
}

TEST_F (DriftPlan, RemovesAMarkedEndWhoseOtherEndIsNot)
{
  auto delta = world.must ({ vsw_change_delete (VSW_KIND_NIC, "n-lone", TRUE) });
  set ("vswp-lone", VSW_ATTRIBUTE_GROUP, 0);
  world.look ();
  EXPECT_EQ (plain (world.drift_of_all ()), "--\n"
                                            "delete vswg-lone#\n");
}

TEST_F (DriftPlan, LeavesForeignDevicesAlone)
{
  VswLink fields = {};
  fields.name = "vsw-look-alike";
  fields.link_kind = "bridge";
  fields.alias = "vmswitch:vsw-lab:s-lab";
  ASSERT_NE (vsw_fake_kernel_foreign_add (world.kernel, VSW_FAKE_HOME, &fields), 0u);
  ASSERT_NE (vsw_fake_kernel_foreign_add_pair (world.kernel, VSW_FAKE_HOME, "vswp-x", VSW_FAKE_HOME, "vswg-x"), 0u);
  world.look ();
  EXPECT_EQ (world.drift_of_all (), "");
  EXPECT_EQ (world.findings, "");
}

TEST_F (DriftPlan, PassesOverIdsOfNothing)
{
  EXPECT_EQ (world.drift ({ "s-none", "n-none", "p-none", "" }), "");
}

TEST_F (DriftPlan, DoesNotCompareWhatTheKernelCannotReport)
{
  world.alter (world.index_of ("vsw-lab"), [] (VswLink &l) { l.has_max_learned = FALSE, l.max_learned = 0; });
  VswSwitch fields = *world.get_switch ("lab");
  fields.max_learned = 9;
  g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
  auto delta = world.must ({ vsw_change_modify (draft, VSW_GIVEN_MAX_LEARNED) });
  EXPECT_EQ (world.drift ({ "s-lab" }), "");
  g_autoptr (VswPlan) asked = vsw_plan_new (world.model, world.links, delta.get ());
  EXPECT_EQ (plain (World::print (asked)), "set vsw-lab# max-learned 9\n")
      << "who asks for it is told that it cannot be";
}

TEST_F (DriftPlan, AfterARebootMakesEverythingAgain)
{
  World fresh;
  g_autoptr (VswDelta) all = vsw_delta_new ();
  for (GHashTable *table :
       { vsw_model_get_switches (world.model), vsw_model_get_nics (world.model), vsw_model_get_ports (world.model) })
    {
      GHashTableIter iter;
      gpointer value;
      g_hash_table_iter_init (&iter, table);
      while (g_hash_table_iter_next (&iter, nullptr, &value))
        vsw_delta_put (all, nullptr, value, nullptr);
    }
  vsw_model_apply (fresh.model, all);
  fresh.repair ();
  EXPECT_EQ (fresh.shape (), intact);
}
