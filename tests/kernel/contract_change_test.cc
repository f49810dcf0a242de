// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about devices that are there: changed, deleted; refused without a trace.
#include "kernel/contract_fixture.h"

class Changes : public KernelContract
{
};

/* --- changes --- */

TEST_F (Changes, EveryAttributeIsSetAndReadBack)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::veth ("vswp-a", "vswg-a", ""));
  VswDeviceRef bridge = by_index (get ("vsw-lab")), port = by_index (get ("vswp-a"));
  bool has_limit = get ("vsw-lab")->has_max_learned;

  for (int again = 0; again < 2; again++) /* the second time nothing is new, and nothing is wrong */
    {
      apply (Op::set (bridge, VSW_ATTRIBUTE_AGEING, 42));
      if (has_limit)
        apply (Op::set (bridge, VSW_ATTRIBUTE_MAX_LEARNED, 7));
      else
        EXPECT_EQ (refuse (Op::set (bridge, VSW_ATTRIBUTE_MAX_LEARNED, 7)), VSW_ERROR_NOT_SUPPORTED);
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
      EXPECT_EQ (lab->max_learned, has_limit ? 7u : 0u);
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

  if (has_limit)
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

TEST_F (Changes, Ipv6GoesBelowItsLeastMtuAndComesBackLoud)
{
  apply (Op::bridge ("vsw-lab"));
  VswDeviceRef bridge = by_name ("vsw-lab");

  EXPECT_TRUE (get ("vsw-lab")->ipv6_quiet);
  apply (Op::set (bridge, VSW_ATTRIBUTE_MTU, 1279));
  EXPECT_TRUE (get ("vsw-lab")->ipv6_quiet);
  apply (Op::set (bridge, VSW_ATTRIBUTE_IPV6_QUIET, 1));

  /* No signal tells of that: whoever raises an MTU has to know. */
  Op raised = Op::set (bridge, VSW_ATTRIBUTE_MTU, 1280);
  ASSERT_TRUE (vsw_kernel_apply (kernel, raised.get (), nullptr));
  vsw_kernel_drain (kernel);
  EXPECT_FALSE (get ("vsw-lab")->ipv6_quiet);
  apply (Op::set (bridge, VSW_ATTRIBUTE_IPV6_QUIET, 1));
  EXPECT_TRUE (get ("vsw-lab")->ipv6_quiet);
  apply (Op::set (bridge, VSW_ATTRIBUTE_MTU, 1500));
  EXPECT_TRUE (get ("vsw-lab")->ipv6_quiet);
}

TEST_F (Changes, BridgeBornWithTheLeastMtuOfIpv6IsQuiet)
{
  Op born = Op::bridge ("vsw-lab");

  born.op.mtu = 1280;
  apply (born);
  Link lab = get ("vsw-lab");
  EXPECT_EQ (lab->mtu, 1280u);
  EXPECT_TRUE (lab->ipv6_quiet);
}

TEST_F (Changes, ChangeOfWhatIsNotThereIsRefused)
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

TEST_F (Changes, ImpossibleValuesAreRefused)
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

TEST_F (Changes, PortMovesFromBridgeToBridgeAndOut)
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

TEST_F (Changes, PortThatCannotMoveStaysWhereItIs)
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

TEST_F (Changes, DeletingOneEndDeletesTheOther)
{
  apply (Op::bridge ("vsw-lab"));
  apply (Op::veth ("vswp-a", "vswg-a", "vsw-lab"));
  apply (Op::remove ({ by_index (get ("vswp-a")) }));
  EXPECT_FALSE (is_there ("vswp-a"));
  EXPECT_FALSE (is_there ("vswg-a"));
  EXPECT_TRUE (is_there ("vsw-lab"));
}

TEST_F (Changes, DeletingABridgeLetsItsPortsGo)
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

TEST_F (Changes, ManyAreDeletedTogether)
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

TEST_F (Changes, WhatIsAbsentIsDeletedAlready)
{
  apply (Op::bridge ("vsw-lab"));
  Link gone = get ("vsw-lab");
  apply (Op::remove ({ by_index (gone) }));
  apply (Op::remove ({ by_index (gone) }));
  apply (Op::remove ({ by_name ("vsw-never") }));
  apply (Op::remove ({}));
  EXPECT_FALSE (is_there ("vsw-lab"));
}

TEST_F (Changes, NewDeviceOfAnOldNameIsNotTakenForTheOldOne)
{
  apply (Op::bridge ("vsw-lab"));
  Link gone = get ("vsw-lab");
  apply (Op::remove ({ by_index (gone) }));
  apply (Op::bridge ("vsw-lab"));
  apply (Op::remove ({ by_index (gone) }));
  EXPECT_TRUE (is_there ("vsw-lab"));
}

TEST_F (Changes, ForeignDeviceIsNeverDeleted)
{
  apply (Op::bridge ("vsw-lab"));
  world->add_bridge ("vsw-look-alike");
  world->set_alias ("vsw-look-alike", "vmswitch:vsw-look-alike:5e5cd1b5-41b6-4f43-9d1b-4f6a0f8f0a01");
  VswDeviceRef ours = by_index (get ("vsw-lab")), theirs = by_index (get ("vsw-look-alike"));

  EXPECT_EQ (refuse (Op::remove ({ theirs })), VSW_ERROR_CONFLICT);
  EXPECT_EQ (refuse (Op::remove ({ ours, theirs })), VSW_ERROR_CONFLICT);
  EXPECT_EQ (refuse (Op::remove ({ by_name ("vsw-look-alike") })), VSW_ERROR_CONFLICT);
}

TEST_F (Changes, ForeignDeviceAmongManyIsNeverDeleted)
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

TEST_F (Changes, StrangerInTheGroupOfTheDoomedIsNotDeletedWithThem)
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
