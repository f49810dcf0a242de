// SPDX-License-Identifier: GPL-2.0-or-later
/* Taps: what their holders can do to them, and how they are claimed back. */
#include <linux/if_arp.h>
#include <unistd.h>

#include "kernel/contract_taps.h"

namespace
{

TEST_F (Taps, AreToldToBeKeptOrGivenAwayByTheirHolder)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner);
  apply (op);
  world->keep_tap (op.handout->fds[0], "vswp-a", true);
  EXPECT_TRUE (is_told ("vswp-a", [] (const VswLink *link) { return link->tap_is_kept; }));
  if (owner == 0)
    return;
  world->own_tap (op.handout->fds[0], "vswp-a", owner + 1);
  EXPECT_TRUE (is_told ("vswp-a", [this] (const VswLink *link) { return link->tap_owner == owner + 1; }));
}

TEST_F (Taps, AreToldToBeGivenToAGroupByTheirHolder)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner);
  apply (op);
  world->group_tap (op.handout->fds[0], "vswp-a", owner);
  EXPECT_TRUE (is_told ("vswp-a", [this] (const VswLink *link) { return link->tap_group == owner; }));
  EXPECT_EQ (get ("vswp-a")->tap_group, owner);
  EXPECT_EQ (get ("vswp-a")->tap_owner, owner);
}

TEST_F (Taps, AreToldToCarryNoEthernetByTheirHolderOnlyWhileTheyAreDownAndInNoBridge)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner);
  apply (op);
  EXPECT_FALSE (world->set_tap_type (op.handout->fds[0], "vswp-a", ARPHRD_LOOPBACK)) << "up";
  apply (Op::set (by_name ("vswp-a"), VSW_ATTRIBUTE_UP, 0));
  EXPECT_FALSE (world->set_tap_type (op.handout->fds[0], "vswp-a", ARPHRD_LOOPBACK)) << "in a bridge";
  apply (Op::set_bridge (by_name ("vswp-a"), {}));
  EXPECT_TRUE (world->set_tap_type (op.handout->fds[0], "vswp-a", ARPHRD_LOOPBACK));
  EXPECT_TRUE (is_told ("vswp-a", [] (const VswLink *link) {
    return link->hardware_type == ARPHRD_LOOPBACK && vsw_mac_is_zero (link->mac);
  }));
  EXPECT_EQ (refuse (Op::set_bridge (by_name ("vswp-a"), by_name ("vsw-lab"))), VSW_ERROR_INVALID_ARGUMENT);
  EXPECT_TRUE (world->set_tap_type (op.handout->fds[0], "vswp-a", ARPHRD_ETHER));
  EXPECT_TRUE (is_told ("vswp-a", [&op] (const VswLink *link) {
    return link->hardware_type == ARPHRD_ETHER && vsw_mac_equal (link->mac, op.op.mac);
  }));
  apply (Op::set_bridge (by_name ("vswp-a"), by_name ("vsw-lab")));
}

/* So whoever wants to know that the holder of a tap that is down has gone must try. */
TEST_F (Taps, AreNotToldToBeOpenedOrClosedByOthersWhileTheyAreDown)
{
  Op op = Op::open_tap ("vswp-a", "", owner, 2);
  op.op.keeps = TRUE;
  apply (op);
  close (op.handout->fds[--op.handout->n_fds]);
  int fd = world->attach_tap ("vswp-a", true);
  close_all (op);
  ASSERT_GE (fd, 0);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (vsw_links_find_name (told.get (), "vswp-a")->tap_queues, 2u) << "as it was told last";
  EXPECT_EQ (get ("vswp-a")->tap_queues, 1u);
  close (fd);
}

TEST_F (Taps, AreToldToHaveNoCarrierWhenTheirHolderSwitchesItOff)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner);
  apply (op);
  EXPECT_TRUE (has_carrier ("vswp-a", true));
  world->set_tap_carrier (op.handout->fds[0], "vswp-a", false);
  EXPECT_TRUE (has_carrier ("vswp-a", false));
  world->set_tap_carrier (op.handout->fds[0], "vswp-a", true);
  EXPECT_TRUE (has_carrier ("vswp-a", true));
}

TEST_F (Taps, AreNotClaimedWhileTheyAreHeld)
{
  for (guint32 queues : { 1u, 8u })
    {
      std::string name = "vswp-" + std::to_string (queues);
      Op op = Op::open_tap (name, "vsw-lab", owner, queues);
      apply (op);
      world->keep_tap (op.handout->fds[0], name, true);
      EXPECT_EQ (refuse_with (VSW_OP_TAP_CLAIM, name, op), VSW_ERROR_IN_USE);
      EXPECT_TRUE (get (name)->tap_is_kept);
    }
}

TEST_F (Taps, AreGoneWhenTheyAreClaimedAndNotToBeKept)
{
  for (guint32 queues : { 1u, 8u })
    for (const char *bridge : { "vsw-lab", "" })
      {
        Op op = Op::open_tap ("vswp-a", bridge, owner, queues);
        apply (op);
        tamper_and_leave (op, "vswp-a");
        ASSERT_TRUE (is_there ("vswp-a"));
        apply_with (VSW_OP_TAP_CLAIM, "vswp-a", op);
        EXPECT_FALSE (is_there ("vswp-a"));
      }
}

TEST_F (Taps, AreAsWishedWhenTheyAreClaimedAndToBeKept)
{
  for (guint32 queues : { 1u, 8u })
    for (const char *bridge : { "vsw-lab", "" })
      {
        std::string name = std::string ("vswp-") + (bridge[0] != '\0' ? "up" : "down") + std::to_string (queues);
        Op made = Op::tap (name, bridge, owner, queues);
        apply (made);
        int fd = world->attach_tap (name, queues > 1);
        ASSERT_GE (fd, 0);
        world->own_tap (fd, name, owner + (owner != 0 ? 1 : 0));
        close (fd);
        EXPECT_EQ (get (name)->tap_owner, owner + (owner != 0 ? 1 : 0));
        Link before = get (name);
        apply_with (VSW_OP_TAP_CLAIM, name, made);
        Link after = get (name);
        EXPECT_EQ (after->tap_owner, owner);
        EXPECT_TRUE (after->tap_is_kept);
        EXPECT_EQ (after->tap_queues, 0u);
        EXPECT_EQ (after->index, before->index);
        EXPECT_EQ (after->bridge, before->bridge);
        EXPECT_TRUE (has_carrier (name, false));
      }
}

TEST_F (Taps, CarryEthernetAgainWhenTheyAreClaimed)
{
  for (guint32 queues : { 1u, 8u })
    {
      std::string name = "vswp-" + std::to_string (queues);
      Op made = Op::tap (name, "", owner, queues);
      apply (made);
      int fd = world->attach_tap (name, queues > 1);
      ASSERT_GE (fd, 0);
      EXPECT_TRUE (world->set_tap_type (fd, name, ARPHRD_LOOPBACK));
      close (fd);
      apply_with (VSW_OP_TAP_CLAIM, name, made);
      Link link = get (name);
      EXPECT_EQ (link->hardware_type, ARPHRD_ETHER);
      EXPECT_TRUE (vsw_mac_equal (link->mac, made.op.mac));
      EXPECT_TRUE (link->tap_is_kept);
    }
}

/* No holder of theirs can take them from their group, nor can we. */
TEST_F (Taps, OfAGroupAreGoneWhenTheyAreClaimed)
{
  for (guint32 queues : { 1u, 8u })
    for (const char *bridge : { "vsw-lab", "" })
      {
        Op made = Op::tap ("vswp-a", bridge, owner, queues);
        apply (made);
        int fd = world->attach_tap ("vswp-a", queues > 1);
        ASSERT_GE (fd, 0);
        world->group_tap (fd, "vswp-a", owner);
        close (fd);
        ASSERT_TRUE (is_there ("vswp-a"));
        apply_with (VSW_OP_TAP_CLAIM, "vswp-a", made);
        EXPECT_FALSE (is_there ("vswp-a"));
      }
}

TEST_F (Taps, AreNotClaimedIfTheyAreNotOurs)
{
  Op made = Op::tap ("vswp-a", "vsw-lab", owner);
  apply (made);
  world->set_group ("vswp-a", 0);
  EXPECT_EQ (refuse_with (VSW_OP_TAP_CLAIM, "vswp-a", made), VSW_ERROR_CONFLICT);
}

} // namespace
