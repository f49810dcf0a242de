// SPDX-License-Identifier: GPL-2.0-or-later
/* Taps: what they are made with, and what opening and closing does to them. */
#include <unistd.h>

#include "kernel/contract_taps.h"

namespace
{

TEST_F (Taps, AreMadeWithAllTheyShouldHave)
{
  Op op = Op::tap ("vswp-a", "vsw-lab", owner);
  apply (op);
  Link link = get ("vswp-a");

  EXPECT_TRUE (link->is_tap);
  EXPECT_STREQ (link->link_kind, "tun");
  EXPECT_EQ (link->alias, "vmswitch:vswp-a:" + op.id);
  EXPECT_TRUE (vsw_link_is_marked (link.get ()));
  EXPECT_TRUE (vsw_mac_equal (link->mac, op.op.mac));
  EXPECT_EQ (link->mtu, 1500u);
  EXPECT_TRUE (link->ipv6_quiet);
  EXPECT_EQ (link->bridge, get ("vsw-lab")->index);
  EXPECT_TRUE (link->is_up);
  EXPECT_TRUE (link->tap_is_kept);
  EXPECT_EQ (link->tap_owner, owner);
  EXPECT_EQ (link->tap_group, VSW_TAP_GROUP_NONE);
  EXPECT_EQ (link->tap_queues, 0u);
  EXPECT_TRUE (has_carrier ("vswp-a", false)) << "nobody has it open";
}

TEST_F (Taps, AreMadeUnpluggedAndDown)
{
  Op op = Op::tap ("vswp-a", "", owner, 4);
  op.op.mtu = 9000;
  apply (op);
  Link link = get ("vswp-a");

  EXPECT_FALSE (link->is_up);
  EXPECT_EQ (link->bridge, 0u);
  EXPECT_EQ (link->mtu, 9000u);
  EXPECT_TRUE (link->ipv6_quiet);
  EXPECT_EQ (link->tap_owner, owner);
  EXPECT_TRUE (link->tap_is_kept);
}

TEST_F (Taps, AreHandedOutWithWhatTheirReaderMustKnow)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner);
  apply (op);

  EXPECT_EQ (op.handout->n_fds, 1u);
  EXPECT_TRUE (op.handout->has_vnet_header);
  EXPECT_EQ (op.handout->vnet_header_size, 12u);
  EXPECT_NE (op.handout->offloads & VSW_OFFLOAD_CHECKSUM, 0u);
  EXPECT_STREQ (op.handout->device, "vswp-a");
  EXPECT_FALSE (get ("vswp-a")->tap_is_kept);
  EXPECT_TRUE (has_carrier ("vswp-a", true));
}

TEST_F (Taps, AreHandedOutWithoutHeaderAndOffloads)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner);
  op.op.vnet_header = FALSE;
  apply (op);

  EXPECT_FALSE (op.handout->has_vnet_header);
  EXPECT_EQ (op.handout->vnet_header_size, 0u);
  EXPECT_EQ (op.handout->offloads, 0u);
}

TEST_F (Taps, HaveAsManyDescriptorsAsQueues)
{
  Op all = Op::open_tap ("vswp-a", "vsw-lab", owner, 8);
  apply (all);
  EXPECT_EQ (all.handout->n_fds, 8u);
  EXPECT_EQ (get ("vswp-a")->tap_queues, 8u);

  Op some = Op::open_tap ("vswp-b", "", owner, 8, 3);
  apply (some);
  EXPECT_EQ (some.handout->n_fds, 3u);
  EXPECT_EQ (get ("vswp-b")->tap_queues, 3u);
}

TEST_F (Taps, GoWithTheirLastDescriptor)
{
  for (const char *bridge : { "vsw-lab", "" })
    {
      Op op = Op::open_tap ("vswp-a", bridge, owner, 2);
      apply (op);
      close (op.handout->fds[--op.handout->n_fds]);
      EXPECT_TRUE (is_there ("vswp-a"));
      EXPECT_EQ (get ("vswp-a")->tap_queues, 1u);
      close_all (op);
      EXPECT_TRUE (is_told_gone ("vswp-a")) << bridge;
    }
}

TEST_F (Taps, StayWithoutDescriptorsIfTheyAreKept)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner);
  op.op.keeps = TRUE;
  apply (op);
  EXPECT_TRUE (has_carrier ("vswp-a", true));
  close_all (op);
  EXPECT_TRUE (has_carrier ("vswp-a", false));
  EXPECT_TRUE (is_there ("vswp-a"));
}

TEST_F (Taps, AreNotMadeUnderANameThatIsTaken)
{
  world->add_pair ("own0", "own1");
  apply (Op::veth ("vswp-a", "vswi-a", "vsw-lab"));
  apply (Op::tap ("vswp-b", "vsw-lab", owner));

  for (const char *name : { "own0", "vsw-lab", "vswp-a", "vswp-b" })
    for (guint32 queues : { 1u, 2u })
      {
        Op op = Op::open_tap (name, "vsw-lab", owner, queues);
        EXPECT_EQ (refuse (op), VSW_ERROR_EXISTS) << name;
        EXPECT_EQ (op.handout->n_fds, 0u);
      }
}

TEST_F (Taps, AreNotMadeUnderANameThatIsNone)
{
  for (const char *name : { "a/b", "with space", "tap%d", "." })
    EXPECT_EQ (refuse (Op::tap (name, "vsw-lab", owner)), VSW_ERROR_INVALID_ARGUMENT) << name;
}

TEST_F (Taps, AreMadeWhollyOrNotAtAll)
{
  for (guint32 queues : { 1u, 8u })
    {
      Op no_bridge = Op::open_tap ("vswp-a", "vsw-none", owner, queues);
      EXPECT_EQ (refuse (no_bridge), VSW_ERROR_NOT_FOUND);
      EXPECT_EQ (no_bridge.handout->n_fds, 0u);

      Op bad_mac = Op::tap ("vswp-a", "vsw-lab", owner, queues);
      bad_mac.op.mac = mac_of ("01:00:00:00:00:01");
      EXPECT_EQ (refuse (bad_mac), VSW_ERROR_INVALID_ARGUMENT);

      Op bad_mtu = Op::open_tap ("vswp-a", "vsw-lab", owner, queues);
      bad_mtu.op.mtu = 65535;
      EXPECT_EQ (refuse (bad_mtu), VSW_ERROR_INVALID_ARGUMENT) << "a header has to fit, too";
      EXPECT_EQ (bad_mtu.handout->n_fds, 0u);

      Op gone_bridge = Op::tap ("vswp-a", "", owner, queues);
      gone_bridge.op.controller.index = 4711;
      EXPECT_EQ (refuse (gone_bridge), VSW_ERROR_NOT_FOUND);
    }
}

TEST_F (Taps, AreNotMadePortsOfWhatIsNoBridge)
{
  apply (Op::veth ("vswp-a", "vswi-a", ""));

  EXPECT_EQ (refuse (Op::tap ("vswp-b", "vswi-a", owner)), VSW_ERROR_NOT_SUPPORTED);
}

TEST_F (Taps, AreDeletedWhileSomebodyHasThemOpen)
{
  Op op = Op::open_tap ("vswp-a", "vsw-lab", owner, 2);
  apply (op);
  apply (Op::remove ({ by_name ("vswp-a") }));
  EXPECT_FALSE (is_there ("vswp-a"));
  EXPECT_EQ (op.handout->n_fds, 2u) << "whoever has them has descriptors of nothing";
}

/* --- opening --- */

TEST_F (Taps, AreOpenedAndClosedAndOpenedAgain)
{
  for (guint32 queues : { 1u, 8u })
    {
      std::string name = "vswp-" + std::to_string (queues);
      Op made = Op::tap (name, "vsw-lab", owner, queues);
      apply (made);
      for (int i = 0; i < 2; i++)
        {
          Op open = Op::with_tap (VSW_OP_TAP_OPEN, by_index (get (name)), made);
          apply (open);
          EXPECT_EQ (open.handout->n_fds, queues);
          EXPECT_EQ (open.handout->vnet_header_size, 12u);
          EXPECT_EQ (open.handout->device, name);
          EXPECT_EQ (get (name)->tap_queues, queues > 1 ? queues : 0);
          EXPECT_TRUE (has_carrier (name, true));
          apply_with (VSW_OP_TAP_CLOSE, name, open);
          EXPECT_EQ (open.handout->n_fds, 0u);
          EXPECT_TRUE (has_carrier (name, false));
          EXPECT_EQ (get (name)->tap_queues, 0u);
        }
    }
}

TEST_F (Taps, AreOpenedAndClosedWhileTheyAreDown)
{
  Op made = Op::tap ("vswp-a", "", owner, 2);
  apply (made);
  Op open = Op::with_tap (VSW_OP_TAP_OPEN, by_index (get ("vswp-a")), made);
  apply (open);
  EXPECT_EQ (get ("vswp-a")->tap_queues, 2u);
  apply_with (VSW_OP_TAP_CLOSE, "vswp-a", open);
  EXPECT_EQ (get ("vswp-a")->tap_queues, 0u);
}

TEST_F (Taps, AreOpenedWithFewerQueuesThanTheyMayHave)
{
  Op made = Op::tap ("vswp-a", "vsw-lab", owner, 8);
  apply (made);
  made.op.queues = 1;
  Op open = Op::with_tap (VSW_OP_TAP_OPEN, by_index (get ("vswp-a")), made);
  apply (open);
  EXPECT_EQ (open.handout->n_fds, 1u);
  EXPECT_EQ (get ("vswp-a")->tap_queues, 1u);
}

TEST_F (Taps, AreNotOpenedTwice)
{
  for (guint32 queues : { 1u, 8u })
    {
      std::string name = "vswp-" + std::to_string (queues);
      Op made = Op::tap (name, "vsw-lab", owner, queues);
      apply (made);
      Op open = Op::with_tap (VSW_OP_TAP_OPEN, by_index (get (name)), made);
      apply (open);
      EXPECT_EQ (refuse_with (VSW_OP_TAP_OPEN, name, made), VSW_ERROR_IN_USE);
      apply_with (VSW_OP_TAP_CLOSE, name, open);

      int fd = world->attach_tap (name, queues > 1);
      ASSERT_GE (fd, 0);
      EXPECT_EQ (refuse_with (VSW_OP_TAP_OPEN, name, made), VSW_ERROR_IN_USE) << "somebody else has it";
      close (fd);
    }
}

TEST_F (Taps, AreOpenedOnlyIfTheyAreOurs)
{
  Op made = Op::tap ("vswp-a", "vsw-lab", owner);
  apply (made);
  Link link = get ("vswp-a");
  VswDeviceRef device = by_index (link);
  apply (Op::veth ("vswp-b", "vswi-b", "vsw-lab"));
  EXPECT_EQ (refuse_with (VSW_OP_TAP_OPEN, "vswp-b", made), VSW_ERROR_CONFLICT) << "no tap";

  Op many = made;
  many.op.queues = 2;
  EXPECT_EQ (refuse_with (VSW_OP_TAP_OPEN, "vswp-a", many), VSW_ERROR_INVALID_ARGUMENT) << "it has one queue";

  world->set_group ("vswp-a", 0);
  EXPECT_EQ (refuse (Op::with_tap (VSW_OP_TAP_OPEN, device, made)), VSW_ERROR_CONFLICT) << "not marked";
  world->remove ("vswp-a");
  apply (made);
  EXPECT_EQ (refuse (Op::with_tap (VSW_OP_TAP_OPEN, device, made)), VSW_ERROR_NOT_FOUND) << "another of that name";
}

TEST_F (Taps, AreOpenedUnderWhateverNameTheyHaveNow)
{
  Op made = Op::tap ("vswp-a", "", owner);
  apply (made);
  VswDeviceRef device = by_index (get ("vswp-a"));
  world->rename ("vswp-a", "else0");
  Op open = Op::with_tap (VSW_OP_TAP_OPEN, device, made);
  apply (open);
  EXPECT_EQ (open.handout->n_fds, 1u);
  EXPECT_STREQ (open.handout->device, "else0");
}

/* --- letting go --- */

TEST_F (Taps, GoWithTheirLastDescriptorOnceTheyAreReleased)
{
  for (const char *bridge : { "vsw-lab", "" })
    {
      Op made = Op::tap ("vswp-a", bridge, owner);
      apply (made);
      Op open = Op::with_tap (VSW_OP_TAP_OPEN, by_index (get ("vswp-a")), made);
      apply (open);
      apply_with (VSW_OP_TAP_RELEASE, "vswp-a", open);
      EXPECT_FALSE (get ("vswp-a")->tap_is_kept);
      EXPECT_EQ (open.handout->n_fds, 1u);
      close_all (open);
      EXPECT_TRUE (is_told_gone ("vswp-a")) << bridge;
    }
}

TEST_F (Taps, AreNotReleasedByWhoHasNone)
{
  Op made = Op::tap ("vswp-a", "", owner);
  apply (made);
  Op open = Op::with_tap (VSW_OP_TAP_OPEN, by_index (get ("vswp-a")), made);

  EXPECT_EQ (refuse (Op::with_tap (VSW_OP_TAP_RELEASE, by_index (get ("vswp-a")), open)), VSW_ERROR_INVALID_ARGUMENT);
}

} // namespace
