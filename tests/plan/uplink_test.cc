// SPDX-License-Identifier: GPL-2.0-or-later
/* Golden plans for NICs of the host. "#" after a name: the device exists and is meant by its index. */
#include "plan/world.h"

namespace
{

class UplinkPlan : public ::testing::Test
{
protected:
  void
  SetUp () override
  {
    const char *items[] = { "address 192.0.2.5/24", nullptr };
    VswLink fields = {};
    fields.name = "eth0";
    fields.link_kind = "";
    fields.is_up = fields.has_carrier = TRUE;
    fields.mac = fields.permanent = mac_of ("00:16:3e:00:00:05");
    fields.mtu = 9000;
    ASSERT_NE (vsw_fake_kernel_foreign_add (world.kernel, VSW_FAKE_HOME, &fields), 0u);
    vsw_fake_kernel_foreign_set_ip (world.kernel, "eth0", items);
    world.look ();
    world.perform (
        { Network::add_switch ("lab", VSW_GIVEN_MAC, [] (VswSwitch &s) { s.mac = mac_of ("02:00:00:00:00:aa"); }) });
    before = world.shape ();
  }

  static VswNic *
  draft (const char *id, const char *name)
  {
    VswNic fields = {};
    fields.head.id = id;
    fields.head.name = name;
    fields.head.description = "";
    return vsw_nic_new (&fields);
  }

  /* As the engine does: what the change has to know is asked before it is resolved. */
  VswChange *
  ask (VswChange *change)
  {
    vsw_model_ask (world.model, world.links, change);
    g_autoptr (GList) indexes = change->ips != nullptr ? g_hash_table_get_keys (change->ips) : nullptr;
    for (GList *index = indexes; index != nullptr; index = index->next)
      {
        g_autoptr (VswIpConfig) ip = vsw_kernel_get_ip (world.kernel, GPOINTER_TO_UINT (index->data), nullptr);
        vsw_change_answer (change, GPOINTER_TO_UINT (index->data), ip);
      }
    return change;
  }

  /* What an engine does when the change has become true. */
  void
  bind ()
  {
    VswNic *nic = vsw_model_get_nic (world.model, "n-eth0");
    vsw_links_bind (world.links, nic->device, world.index_of ("eth0"));
  }

  VswChange *
  setup ()
  {
    g_autoptr (VswNic) nic = draft ("n-eth0", "eth0");
    g_autoptr (VswNic) host = draft ("n-host", "host");
    return ask (vsw_change_setup (nic, host, 0, "s-lab", world.index_of ("eth0")));
  }

  World world;
  std::string before;
};

} // namespace

TEST_F (UplinkPlan, BindsWithoutTakingTheNicDown)
{
  g_autoptr (VswNic) nic = draft ("n-eth0", "eth0");
  EXPECT_EQ (plain (world.perform ({ ask (vsw_change_bind (nic, "s-lab", world.index_of ("eth0"), TRUE)) })),
             "ip-take eth0#: address 192.0.2.5/24\n"
             "set eth0# bridge vsw-lab#\n"
             "set eth0# ipv6-quiet 1\n"
             "set eth0# mtu 1500\n");
  bind ();
  EXPECT_EQ (world.drift_of_all (), "");
  EXPECT_EQ (plain (world.perform ({ vsw_change_unbind ("n-eth0", "s-lab") })), "set eth0# bridge none\n"
                                                                               "set eth0# mtu 9000\n"
                                                                               "ip-give eth0#: address 192.0.2.5/24\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

TEST_F (UplinkPlan, MovesTheHostInTheOrderThatLosesNothing)
{
  EXPECT_EQ (
      plain (world.perform ({ setup () })),
      "veth-add vswp-host mac fe:16:3e:00:00:05 mtu 1500 bridge vsw-lab# up; far vswi-host mac 00:16:3e:00:00:05\n"
      "set vswi-host ipv6-quiet 1\n"
      "set vswi-host up 1\n"
      "await vswi-host\n"
      "ip-prepare vswi-host from eth0#: address 192.0.2.5/24\n"
      "divert-add vswp-host to eth0#\n"
      "divert-add eth0# to vswp-host\n"
      "set eth0# bridge vsw-lab#\n"
      "set eth0# ipv6-quiet 1\n"
      "set eth0# mtu 1500\n"
      "host-add vswp-host 00:16:3e:00:00:05\n"
      "ip-move vswi-host from eth0#: address 192.0.2.5/24\n"
      "divert-delete eth0#\n"
      "divert-delete vswp-host\n");
  bind ();
  EXPECT_EQ (world.drift_of_all (), "");
  EXPECT_EQ (plain (world.perform ({ ask (vsw_change_teardown ("s-lab", FALSE)) })),
             "ip-prepare eth0# from vswi-host#: address 192.0.2.5/24\n"
             "divert-add vswp-host# to eth0#\n"
             "divert-add eth0# to vswp-host#\n"
             "host-delete vswp-host# 00:16:3e:00:00:05\n"
             "set eth0# bridge none\n"
             "set eth0# mtu 9000\n"
             "divert-delete eth0#\n"
             "ip-move eth0# from vswi-host#: address 192.0.2.5/24\n"
             "divert-delete vswp-host#\n"
             "--\n"
             "delete vswp-host#\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

/* One that is down can have no routes. */
TEST_F (UplinkPlan, RaisesTheNicBeforeTheHostGoesBackToIt)
{
  world.perform ({ setup () });
  bind ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set (world.kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_UP, 0));
  world.follow ();
  std::string plan = plain (world.perform ({ ask (vsw_change_teardown ("s-lab", FALSE)) }));
  EXPECT_EQ (plan.rfind ("set eth0# up 1\nip-prepare eth0#", 0), 0u) << plan;
}

TEST_F (UplinkPlan, RaisesTheNicBeforeItIsGivenWhatItHad)
{
  world.perform ({ setup () });
  bind ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vswi-host"));
  ASSERT_TRUE (vsw_fake_kernel_foreign_set (world.kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_UP, 0));
  world.follow ();
  EXPECT_EQ (plain (world.perform ({ ask (vsw_change_teardown ("s-lab", FALSE)) })),
             "set eth0# bridge none\n"
             "set eth0# mtu 9000\n"
             "set eth0# up 1\n"
             "ip-give eth0#: address 192.0.2.5/24\n"
             "divert-delete eth0#\n");
}

/* Going down costs it its addresses of IPv6: it has them when it is down. */
TEST_F (UplinkPlan, TakesANicThatIsDownAndGivesItWhenItIsDownAgain)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_set (world.kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_UP, 0));
  world.follow ();
  EXPECT_EQ (
      plain (world.perform ({ setup () })),
      "veth-add vswp-host mac fe:16:3e:00:00:05 mtu 1500 bridge vsw-lab# up; far vswi-host mac 00:16:3e:00:00:05\n"
      "set vswi-host ipv6-quiet 1\n"
      "set vswi-host up 1\n"
      "await vswi-host\n"
      "ip-take eth0# for vswi-host: address 192.0.2.5/24\n"
      "set eth0# bridge vsw-lab#\n"
      "set eth0# ipv6-quiet 1\n"
      "set eth0# mtu 1500\n"
      "set eth0# up 1\n"
      "host-add vswp-host 00:16:3e:00:00:05\n"
      "ip-give vswi-host: address 192.0.2.5/24\n");
  bind ();
  EXPECT_EQ (world.drift_of_all (), "");
  EXPECT_EQ (plain (world.perform ({ ask (vsw_change_teardown ("s-lab", FALSE)) })),
             "ip-take vswi-host#: address 192.0.2.5/24\n"
             "host-delete vswp-host# 00:16:3e:00:00:05\n"
             "set eth0# bridge none\n"
             "set eth0# mtu 9000\n"
             "set eth0# up 0\n"
             "ip-give eth0#: address 192.0.2.5/24\n"
             "--\n"
             "delete vswp-host#\n");
  EXPECT_EQ (world.drift_of_all (), "");
}

/* Who ends that is engine/diversion.c. */
TEST_F (UplinkPlan, LeavesTheHostWiredPastASpanningTree)
{
  const VswSwitch *lab = vsw_model_get_switch (world.model, "s-lab");
  VswSwitch fields = *lab;
  fields.spanning_tree = TRUE;
  g_autoptr (VswSwitch) draft_of_lab = vsw_switch_new (&fields);
  world.perform ({ vsw_change_modify (draft_of_lab, VSW_GIVEN_SPANNING_TREE) });
  std::string plan = plain (world.perform ({ setup () }));
  EXPECT_NE (plan.find ("divert-add eth0# to vswp-host\n"), std::string::npos) << plan;
  EXPECT_EQ (plan.find ("divert-delete"), std::string::npos) << plan;
  bind ();
  EXPECT_EQ (world.drift_of_all (), "");
  plan = plain (world.perform ({ ask (vsw_change_teardown ("s-lab", FALSE)) }));
  EXPECT_NE (plan.find ("divert-delete eth0#\nip-move"), std::string::npos) << plan;
  EXPECT_NE (plan.find ("divert-delete vswp-host#\n--"), std::string::npos) << plan;
}

TEST_F (UplinkPlan, GivesTheHostWhatItLostWithItsNic)
{
  world.perform ({ setup () });
  bind ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (world.kernel, VSW_FAKE_HOME, "vswi-host"));
  world.follow ();
  EXPECT_EQ (
      plain (world.drift ({ "n-host", "n-eth0" })),
      "veth-add vswp-host mac fe:16:3e:00:00:05 mtu 1500 bridge vsw-lab# up; far vswi-host mac 00:16:3e:00:00:05\n"
      "set vswi-host ipv6-quiet 1\n"
      "set vswi-host up 1\n"
      "await vswi-host\n"
      "ip-give vswi-host: address 192.0.2.5/24\n"
      "host-add vswp-host 00:16:3e:00:00:05\n");
}
