// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about devices: made, changed, deleted; refused without a trace.
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
  EXPECT_TRUE (link->has_max_learned);
  EXPECT_EQ (link->max_learned, 12u);
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

/* --- changes --- */

TEST_F (Devices, EveryAttributeIsSetAndReadBack)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::veth ("vswp-a", "vswg-a", ""));
  VswDeviceRef bridge = by_index (get ("vsw-lab")), port = by_index (get ("vswp-a"));

  for (int again = 0; again < 2; again++) /* the second time nothing is new, and nothing is wrong */
    {
      apply (Op::set (bridge, VSW_ATTRIBUTE_AGEING, 42));
      apply (Op::set (bridge, VSW_ATTRIBUTE_MAX_LEARNED, 7));
      apply (Op::set (bridge, VSW_ATTRIBUTE_SPANNING_TREE, 1));
      apply (Op::set (bridge, VSW_ATTRIBUTE_MULTICAST_SNOOPING, 1));
      apply (Op::set (bridge, VSW_ATTRIBUTE_UP, 1));
      apply (Op::set (port, VSW_ATTRIBUTE_MTU, 1300));
      apply (Op::set (port, VSW_ATTRIBUTE_GROUP, 5));
      apply (Op::set (port, VSW_ATTRIBUTE_IPV6_QUIET, 0));
      apply (Op::set_mac (port, mac_of ("fe:12:34:56:78:9a")));
      apply (Op::set_text (port, VSW_ATTRIBUTE_ALIAS, "something else"));
      apply (Op::set_text (port, VSW_ATTRIBUTE_NAME, "vswp-b"));
      apply (Op::set_bridge (port, bridge));

      Link lab = get ("vsw-lab"), link = get ("vswp-b");
      EXPECT_EQ (lab->ageing, 42u);
      EXPECT_EQ (lab->max_learned, 7u);
      EXPECT_TRUE (lab->spanning_tree);
      EXPECT_TRUE (lab->multicast_snooping);
      EXPECT_TRUE (lab->is_up);
      EXPECT_EQ (link->index, port.index);
      EXPECT_EQ (link->mtu, 1300u);
      EXPECT_EQ (link->group, 5u);
      EXPECT_FALSE (link->ipv6_quiet);
      EXPECT_EQ (print_mac (link->mac), "fe:12:34:56:78:9a");
      EXPECT_STREQ (link->alias, "something else");
      EXPECT_EQ (link->bridge, bridge.index);
    }

  apply (Op::set (bridge, VSW_ATTRIBUTE_MAX_LEARNED, 0));
  apply (Op::set (bridge, VSW_ATTRIBUTE_SPANNING_TREE, 0));
  apply (Op::set (bridge, VSW_ATTRIBUTE_MULTICAST_SNOOPING, 0));
  apply (Op::set (bridge, VSW_ATTRIBUTE_UP, 0));
  apply (Op::set_mac (bridge, mac_of ("82:12:34:56:78:9a")));
  apply (Op::set (port, VSW_ATTRIBUTE_IPV6_QUIET, 1));
  apply (Op::set_text (port, VSW_ATTRIBUTE_ALIAS, ""));
  Link lab = get ("vsw-lab"), link = get ("vswp-b");
  EXPECT_EQ (lab->max_learned, 0u);
  EXPECT_FALSE (lab->spanning_tree);
  EXPECT_FALSE (lab->multicast_snooping);
  EXPECT_FALSE (lab->is_up);
  EXPECT_EQ (print_mac (lab->mac), "82:12:34:56:78:9a");
  EXPECT_TRUE (link->ipv6_quiet);
  EXPECT_STREQ (link->alias, "");
}

TEST_F (Devices, ChangeOfWhatIsNotThereIsRefused)
{
  apply (Op::bridge ("vsw-lab"));
  Link gone = get ("vsw-lab");
  apply (Op::remove ({ by_index (gone) }));
  apply (Op::bridge ("vsw-lab")); /* of that name, but not that one */
  Link here = get ("vsw-lab");

  EXPECT_EQ (refuse (Op::set (by_index (gone), VSW_ATTRIBUTE_UP, 1)), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (refuse (Op::set (by_index (gone), VSW_ATTRIBUTE_MTU, 1400)), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (refuse (Op::set_text (by_index (gone), VSW_ATTRIBUTE_NAME, "vsw-new")), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (refuse (Op::set_mac (by_name ("vsw-none"), here->mac)), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (refuse (Op::set_bridge (by_name ("vsw-none"), by_index (here))), VSW_ERROR_NOT_FOUND);
}

TEST_F (Devices, ImpossibleValuesAreRefused)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  VswDeviceRef bridge = by_index (get ("vsw-lab")), port = by_index (get ("vswp-a"));

  EXPECT_EQ (refuse (Op::set (port, VSW_ATTRIBUTE_MTU, 67)), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (Op::set (port, VSW_ATTRIBUTE_MTU, 65536)), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (Op::set (bridge, VSW_ATTRIBUTE_MTU, 67)), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (Op::set_mac (port, mac_of ("ff:ff:ff:ff:ff:ff"))), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (Op::set_mac (port, VswMac{})), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (Op::set_text (port, VSW_ATTRIBUTE_NAME, "vswg-a")), VSW_ERROR_EXISTS);
  EXPECT_EQ (refuse (Op::set_text (port, VSW_ATTRIBUTE_NAME, "sixteen-letters!")), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (Op::set_text (port, VSW_ATTRIBUTE_NAME, "with/slash")), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ (refuse (Op::set (port, VSW_ATTRIBUTE_AGEING, 300)), VSW_ERROR_NOT_SUPPORTED);
}

TEST_F (Devices, PortMovesFromBridgeToBridgeAndOut)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::bridge ("vsw-two"));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  Link port = get ("vswp-a");

  apply (Op::set_bridge (by_index (port), by_name ("vsw-two")));
  EXPECT_EQ (get ("vswp-a")->bridge, get ("vsw-two")->index);
  EXPECT_EQ (get ("vswp-a")->index, port->index);
  EXPECT_TRUE (get ("vswp-a")->is_up);

  apply (Op::set_bridge (by_index (port), VswDeviceRef{}));
  EXPECT_EQ (get ("vswp-a")->bridge, 0u);
  EXPECT_FALSE (get ("vswp-a")->is_port);
}

TEST_F (Devices, PortThatCannotMoveStaysWhereItIs)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  VswDeviceRef port = by_index (get ("vswp-a"));

  apply (Op::add_address (port, mac_of ("02:00:00:00:00:99")));
  EXPECT_EQ (refuse (Op::set_bridge (port, by_name ("vswg-a"))), VSW_ERROR_NOT_SUPPORTED);
  EXPECT_EQ (refuse (Op::set_bridge (port, by_name ("lo"))), VSW_ERROR_NOT_SUPPORTED);
  EXPECT_EQ (refuse (Op::set_bridge (port, by_name ("vsw-gone"))), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (get ("vswp-a")->bridge, get ("vsw-lab")->index);
}

/* --- deleting --- */

TEST_F (Devices, DeletingOneEndDeletesTheOther)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  apply (Op::remove ({ by_index (get ("vswp-a")) }));
  EXPECT_FALSE (is_there ("vswp-a"));
  EXPECT_FALSE (is_there ("vswg-a"));
  EXPECT_TRUE (is_there ("vsw-lab"));
}

TEST_F (Devices, DeletingABridgeLetsItsPortsGo)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  world->add_pair ("their0", "their1");
  world->set_bridge ("their0", "vsw-lab");
  apply (Op::remove ({ by_name ("vsw-lab") }));
  EXPECT_FALSE (is_there ("vsw-lab"));
  EXPECT_EQ (get ("vswp-a")->bridge, 0u);
  EXPECT_EQ (get ("their0")->bridge, 0u);
}

TEST_F (Devices, ManyAreDeletedTogether)
{
  std::vector<VswDeviceRef> devices;

  apply (Op::bridge ("vsw-lab"));
  apply (Op::bridge ("vsw-other"));
  apply (Op::veth ("vswp-stays", "vswg-stays", "vsw-other"));
  devices.push_back (by_index (get ("vsw-lab")));
  for (int i = 0; i < 60; i++)
    {
      std::string number = std::to_string (i);

      apply (Op::veth ("vswp-" + number, "vswg-" + number, "vsw-lab"));
      devices.push_back (by_index (get ("vswp-" + number)));
    }
  devices.push_back (by_name ("vsw-absent"));
  apply (Op::remove (devices));
  EXPECT_FALSE (is_there ("vsw-lab"));
  EXPECT_FALSE (is_there ("vswp-0"));
  EXPECT_FALSE (is_there ("vswg-59"));
  EXPECT_TRUE (is_there ("vswp-stays"));
  EXPECT_EQ (get ("vswp-stays")->group, VSW_GROUP_OURS);
}

TEST_F (Devices, WhatIsAbsentIsDeletedAlready)
{
  apply (Op::bridge ("vsw-lab"));
  Link gone = get ("vsw-lab");
  apply (Op::remove ({ by_index (gone) }));
  apply (Op::remove ({ by_index (gone) }));
  apply (Op::remove ({ by_name ("vsw-never") }));
  apply (Op::remove ({}));
  EXPECT_FALSE (is_there ("vsw-lab"));
}

TEST_F (Devices, NewDeviceOfAnOldNameIsNotTakenForTheOldOne)
{
  apply (Op::bridge ("vsw-lab"));
  Link gone = get ("vsw-lab");
  apply (Op::remove ({ by_index (gone) }));
  apply (Op::bridge ("vsw-lab"));
  apply (Op::remove ({ by_index (gone) }));
  EXPECT_TRUE (is_there ("vsw-lab"));
}

TEST_F (Devices, ForeignDeviceIsNeverDeleted)
{
  apply (Op::bridge ("vsw-lab"));
  world->add_bridge ("vsw-look-alike");
  world->set_alias ("vsw-look-alike", "vmswitch:vsw-look-alike:5e5cd1b5-41b6-4f43-9d1b-4f6a0f8f0a01");
  VswDeviceRef ours = by_index (get ("vsw-lab")), theirs = by_index (get ("vsw-look-alike"));

  EXPECT_EQ (refuse (Op::remove ({ theirs })), VSW_ERROR_CONFLICT);
  EXPECT_EQ (refuse (Op::remove ({ ours, theirs })), VSW_ERROR_CONFLICT);
  EXPECT_EQ (refuse (Op::remove ({ by_name ("vsw-look-alike") })), VSW_ERROR_CONFLICT);
}

TEST_F (Devices, ForeignDeviceAmongManyIsNeverDeleted)
{
  std::vector<VswDeviceRef> devices;

  for (int i = 0; i < 60; i++)
    {
      std::string number = std::to_string (i);

      apply (Op::veth ("vswp-" + number, "vswg-" + number, ""));
      devices.push_back (by_name ("vswp-" + number));
    }
  world->add_bridge ("theirs");
  devices.push_back (by_name ("theirs"));
  EXPECT_EQ (refuse (Op::remove (devices)), VSW_ERROR_CONFLICT);
}

TEST_F (Devices, StrangerInTheGroupOfTheDoomedIsNotDeletedWithThem)
{
  std::vector<VswDeviceRef> devices;

  world->add_bridge ("stranger");
  world->set_up ("stranger", true);
  world->set_group ("stranger", VSW_GROUP_DOOMED);
  for (int i = 0; i < 60; i++)
    {
      std::string number = std::to_string (i);

      apply (Op::veth ("vswp-" + number, "vswg-" + number, ""));
      devices.push_back (by_name ("vswp-" + number));
    }
  apply (Op::remove (devices));
  EXPECT_FALSE (is_there ("vswp-59"));
  EXPECT_TRUE (is_there ("stranger"));
}
