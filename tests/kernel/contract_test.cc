// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about devices: how they are born, and what follows from what they are.
#include "kernel/contract_fixture.h"

#include <net/if_arp.h>

class Devices : public KernelContract
{
};

TEST_F (Devices, LoopbackIsListed)
{
  Link lo = get ("lo");

  EXPECT_TRUE (lo->is_loopback);
  EXPECT_EQ (lo->hardware_type, ARPHRD_LOOPBACK);
  EXPECT_TRUE (lo->is_up);
  EXPECT_STREQ (lo->link_kind, "");
  EXPECT_FALSE (vsw_link_is_marked (lo.get ()));
}

/* --- bridges --- */

TEST_F (Devices, BridgeIsBornAsAsked)
{
  Op op = Op::bridge ("vsw-lab");
  op.op.mac = mac_of ("82:00:00:00:00:01");
  op.op.mtu = 9000;
  op.op.bridge.ageing = 77;
  op.op.bridge.max_learned = 12;
  op.op.bridge.spanning_tree = TRUE;
  op.op.bridge.multicast_snooping = TRUE;
  apply (op);

  Link link = get ("vsw-lab");
  EXPECT_TRUE (link->is_bridge);
  EXPECT_STREQ (link->link_kind, "bridge");
  EXPECT_EQ (link->group, VSW_GROUP_OURS);
  EXPECT_EQ (std::string (link->alias), "vmswitch:vsw-lab:" + op.id);
  EXPECT_EQ (print_mac (link->mac), "82:00:00:00:00:01");
  EXPECT_TRUE (vsw_mac_is_zero (link->permanent));
  EXPECT_EQ (link->mtu, 9000u);
  EXPECT_EQ (link->ageing, 77u);
  EXPECT_EQ (link->max_learned, link->has_max_learned ? 12u : 0u); /* Linux before 6.7 leaves it out without a word */
  EXPECT_TRUE (link->spanning_tree);
  EXPECT_TRUE (link->multicast_snooping);
  EXPECT_TRUE (link->ipv6_quiet);
  EXPECT_FALSE (link->is_up);
  EXPECT_FALSE (link->has_carrier);
  EXPECT_FALSE (link->is_port);
  EXPECT_EQ (link->hardware_type, ARPHRD_ETHER);
}

TEST_F (Devices, BridgeWithoutLimitHasNone)
{
  apply (Op::bridge ("vsw-lab"));

  Link link = get ("vsw-lab");
  EXPECT_EQ (link->max_learned, 0u);
  EXPECT_FALSE (link->spanning_tree);
  EXPECT_FALSE (link->multicast_snooping);
}

TEST_F (Devices, BridgeWhoseNameIsTakenIsRefused)
{
  world->add_pair ("vsw-lab", "far0");
  EXPECT_EQ (refuse (Op::bridge ("vsw-lab")), VSW_ERROR_EXISTS);
  EXPECT_STREQ (get ("vsw-lab")->link_kind, "veth");
}

TEST_F (Devices, BridgeWithImpossibleValuesIsRefused)
{
  Op small = Op::bridge ("vsw-lab"), large = Op::bridge ("vsw-lab"), group = Op::bridge ("vsw-lab");

  small.op.mtu = 67;
  large.op.mtu = 65536;
  group.op.mac = mac_of ("83:00:00:00:00:01");
  EXPECT_EQ (refuse (small), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (large), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (group), VSW_ERROR_INVALID_ARGUMENT);
}

TEST_F (Devices, BridgeKeepsItsMacAndMtuWhateverItsPortsHave)
{
  Op bridge = Op::bridge ("vsw-lab"), small = Op::veth ("vswp-a", "vswg-a", "vsw-lab");

  bridge.op.mtu = 9000;
  small.op.mtu = 1280;
  small.op.mac = mac_of ("02:00:00:00:00:01");
  apply (bridge);
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  apply (small);
  EXPECT_EQ (get ("vsw-lab")->mtu, 9000u);
  EXPECT_TRUE (vsw_mac_equal (get ("vsw-lab")->mac, bridge.op.mac));
  apply (Op::remove ({ by_name ("vswp-a") }));
  EXPECT_EQ (get ("vsw-lab")->mtu, 9000u);
  EXPECT_TRUE (vsw_mac_equal (get ("vsw-lab")->mac, bridge.op.mac));
}

TEST_F (Devices, BridgeKeepsAnMtuThatWasSetWhateverItsPortsHave)
{
  Op small = Op::veth ("vswp-a", "vswg-a", "vsw-lab");

  small.op.mtu = 1280;
  apply (Op::bridge ("vsw-lab"));
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_MTU, 4000));
  apply (small);
  EXPECT_EQ (get ("vsw-lab")->mtu, 4000u);
}

/* --- pairs --- */

TEST_F (Devices, PairIsBornOnItsBridge)
{
  Op op = Op::veth ("vswp-web", "vswg-web", "vsw-lab");
  op.op.mac = mac_of ("fe:00:00:00:00:01");
  op.op.far_mac = mac_of ("02:00:00:00:00:01");
  op.op.mtu = 1400;
  op.op.queues = 2;
  apply (Op::bridge ("vsw-lab"));
  apply (op);

  Link bridge = get ("vsw-lab"), near = get ("vswp-web"), far = get ("vswg-web");
  EXPECT_STREQ (near->link_kind, "veth");
  EXPECT_EQ (near->group, VSW_GROUP_OURS);
  EXPECT_EQ (std::string (near->alias), "vmswitch:vswp-web:" + op.id);
  EXPECT_EQ (print_mac (near->mac), "fe:00:00:00:00:01");
  EXPECT_EQ (near->mtu, 1400u);
  EXPECT_TRUE (near->ipv6_quiet);
  EXPECT_TRUE (near->is_up);
  EXPECT_TRUE (near->is_port);
  EXPECT_EQ (near->bridge, bridge->index);
  EXPECT_EQ (near->peer, far->index);
  EXPECT_FALSE (near->peer_elsewhere);
  EXPECT_EQ (far->group, VSW_GROUP_OURS);
  EXPECT_EQ (std::string (far->alias), "vmswitch:vswg-web:" + op.id);
  EXPECT_EQ (print_mac (far->mac), "02:00:00:00:00:01");
  EXPECT_EQ (far->mtu, 1400u);
  EXPECT_FALSE (far->ipv6_quiet);
  EXPECT_FALSE (far->is_up);
  EXPECT_FALSE (far->is_port);
  EXPECT_EQ (far->bridge, 0u);
  EXPECT_EQ (far->peer, near->index);
}

TEST_F (Devices, PairIsBornUnpluggedAndDownIfAsked)
{
  Op op = Op::veth ("vswp-web", "vswg-web", "");

  op.op.up = FALSE;
  apply (op);
  EXPECT_FALSE (get ("vswp-web")->is_up);
  EXPECT_EQ (get ("vswp-web")->bridge, 0u);
}

TEST_F (Devices, PairIsBornOnABridgeNamedByIndex)
{
  apply (Op::bridge ("vsw-lab"));
  Op op = Op::veth ("vswp-web", "vswg-web", "");
  op.op.controller = by_index (get ("vsw-lab"));
  apply (op);
  EXPECT_EQ (get ("vswp-web")->bridge, get ("vsw-lab")->index);
}

TEST_F (Devices, PairThatCannotBeIsRefusedWhole)
{
  apply (Op::bridge ("vsw-lab"));
  world->add_pair ("taken", "other");
  EXPECT_EQ (refuse (Op::veth ("taken", "vswg-a", "vsw-lab")), VSW_ERROR_EXISTS);
  EXPECT_EQ (refuse (Op::veth ("vswp-a", "taken", "vsw-lab")), VSW_ERROR_EXISTS);
  EXPECT_EQ (refuse (Op::veth ("vswp-a", "vswg-a", "vsw-gone")), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (refuse (Op::veth ("vswp-a", "vswg-a", "taken")), VSW_ERROR_NOT_SUPPORTED);

  Op same = Op::veth ("vswp-a", "vswp-a", "vsw-lab"), small = Op::veth ("vswp-a", "vswg-a", "vsw-lab"), group = small;
  small.op.mtu = 67;
  group.op.far_mac = mac_of ("03:00:00:00:00:01");
  EXPECT_EQ (refuse (same), VSW_ERROR_EXISTS);
  EXPECT_EQ (refuse (small), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (group), VSW_ERROR_INVALID_ARGUMENT);
}

TEST_F (Devices, PairIsRefusedOnABridgeThatWasDeletedAndMadeAgainElsewhere)
{
  apply (Op::bridge ("vsw-lab"));
  Link first = get ("vsw-lab");
  apply (Op::remove ({ by_index (first) }));
  apply (Op::bridge ("vsw-lab"));

  Op stale = Op::veth ("vswp-a", "vswg-a", "");
  stale.op.controller = by_index (first);
  EXPECT_NE (refuse (stale), -1);
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  EXPECT_EQ (get ("vswp-a")->bridge, get ("vsw-lab")->index);
}

TEST_F (Devices, FullBridgeTakesNoMore)
{
  apply (Op::bridge ("vsw-lab"));
  for (int i = 0; i < 1023; i++)
    {
      g_autoptr (GError) error = nullptr;
      std::string number = std::to_string (i);

      ASSERT_TRUE (vsw_kernel_apply (kernel, Op::veth ("vswp-" + number, "vswg-" + number, "vsw-lab").get (), &error))
          << error->message;
    }
  EXPECT_EQ (refuse (Op::veth ("vswp-more", "vswg-more", "vsw-lab")), VSW_ERROR_KERNEL);
  EXPECT_FALSE (is_there ("vswg-more"));
}

/* --- carriers and port states --- */

static bool
has_carrier (const VswLink *link)
{
  return link->has_carrier;
}

static bool
has_none (const VswLink *link)
{
  return !link->has_carrier;
}

static bool
forwards (const VswLink *link)
{
  return link->port_state == VSW_PORT_STATE_FORWARDING;
}

static bool
is_disabled (const VswLink *link)
{
  return link->port_state == VSW_PORT_STATE_DISABLED;
}

TEST_F (Devices, PortForwardsExactlyWhileBothEndsAndTheBridgeAreUp)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  EXPECT_FALSE (get ("vswp-a")->has_carrier);
  EXPECT_TRUE (is_told ("vswp-a", is_disabled));

  apply (Op::set (by_name ("vswg-a"), VSW_ATTRIBUTE_UP, 1));
  EXPECT_TRUE (is_told ("vswp-a", has_carrier));
  EXPECT_TRUE (is_told ("vswg-a", has_carrier));
  EXPECT_TRUE (is_told ("vswp-a", forwards));
  EXPECT_TRUE (is_told ("vsw-lab", has_carrier));

  world->set_up ("vswg-a", false);
  EXPECT_TRUE (is_told ("vswp-a", has_none));
  EXPECT_TRUE (is_told ("vswp-a", is_disabled));
  EXPECT_TRUE (is_told ("vsw-lab", has_none));

  world->set_up ("vswg-a", true);
  EXPECT_TRUE (is_told ("vswp-a", forwards));
  apply (Op::set (by_name ("vswp-a"), VSW_ATTRIBUTE_UP, 0));
  EXPECT_TRUE (is_told ("vswp-a", is_disabled));
  EXPECT_TRUE (is_told ("vswg-a", has_none));
}

TEST_F (Devices, BridgeThatGoesDownDisablesItsPorts)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  apply (Op::set (by_name ("vswg-a"), VSW_ATTRIBUTE_UP, 1));
  ASSERT_TRUE (is_told ("vswp-a", forwards));

  world->set_up ("vsw-lab", false);
  EXPECT_TRUE (is_told ("vswp-a", is_disabled));
  EXPECT_TRUE (is_told ("vswp-a", has_carrier));
  world->set_up ("vsw-lab", true);
  EXPECT_TRUE (is_told ("vswp-a", forwards));
}

TEST_F (Devices, PortOfASpanningTreeListensFirst)
{
  Op bridge = Op::bridge ("vsw-lab");

  bridge.op.bridge.spanning_tree = TRUE;
  apply (bridge);
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  apply (Op::set (by_name ("vswg-a"), VSW_ATTRIBUTE_UP, 1));
  EXPECT_TRUE (is_told ("vswp-a", [] (const VswLink *link) { return link->port_state == VSW_PORT_STATE_LISTENING; }));
}

TEST_F (Devices, PortThatComesForwardsBeforeASpanningTreeIsTurnedOn)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  apply (Op::set (by_name ("vswg-a"), VSW_ATTRIBUTE_UP, 1));
  ASSERT_TRUE (is_told ("vswp-a", forwards));
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_SPANNING_TREE, 1));
  EXPECT_EQ (get ("vswp-a")->port_state, VSW_PORT_STATE_FORWARDING);
}
