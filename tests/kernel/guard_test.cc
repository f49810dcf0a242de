// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard, with frames. A switch vsw-lab with two ports, behind which are the namespaces of two guests; the host has an address on the bridge
 * device itself and another on a device apart, and would answer for both. */
#include <string>

#include "kernel/guard.h"
#include "kernel/op_maker.h"
#include "support/netns_fixture.h"

namespace
{

class GuardTest : public NetnsTest
{
protected:
  void
  SetUp () override
  {
    g_autoptr (GError) error = nullptr;

    NetnsTest::SetUp ();
    if (IsSkipped ())
      return;
    kernel = vsw_linux_kernel_new (&error);
    ASSERT_NE (kernel, nullptr) << error->message;
    ASSERT_TRUE (vsw_kernel_watch (kernel, context, &error)) << error->message;
    g_signal_connect_swapped (kernel, "guard-lost", G_CALLBACK (count), &losses);
    run_command ("sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv4.ip_forward=1");
    apply (make_bridge ("vsw-lab"));
    apply (make_set ("vsw-lab", VSW_ATTRIBUTE_UP, 1));
    run_command ("ip addr add 10.9.0.254/24 dev vsw-lab; ip link add apart type bridge; ip link set apart up; "
                 "ip addr add 192.0.2.1/24 dev apart");
    add_guest (first, "a", 1);
    add_guest (second, "b", 2);
  }

  void
  TearDown () override
  {
    g_clear_object (&kernel);
    NetnsTest::TearDown ();
  }

  void
  add_guest (const Netns &space, const std::string &name, unsigned number)
  {
    OpPointer op = make_pair (name, number, "vsw-lab");
    VswNamespace fields = {};

    fields.fd = space.dup ();
    op->target = vsw_namespace_new (&fields);
    op->far = vsw_device_ref_by_name ("eth0");
    apply (op);
    space.in ([&] {
      run_command ("ip link set eth0 up; ip addr add 10.9.0." + std::to_string (number)
                   + "/24 dev eth0; ip route add 192.0.2.0/24 dev eth0");
    });
  }

  void
  apply (const OpPointer &op)
  {
    g_autoptr (GError) error = nullptr;

    ASSERT_TRUE (vsw_kernel_apply (kernel, op.get (), &error)) << error->message;
  }

  /* Until the answer comes: who has just asked for a neighbour in vain asks again a second later. */
  bool
  pings_guest (const std::string &address)
  {
    for (int tries = 0; tries < 10; tries++)
      if (try_command ("ping -c1 -W1 -n -q " + address + " >/dev/null 2>&1") == 0)
        return true;
    return false;
  }

  bool
  pings (const Netns &from, const std::string &address)
  {
    bool answered = false;

    from.in ([&] { answered = pings_guest (address); });
    return answered;
  }

  /* Nothing comes back within a time in which much would. */
  void
  expect_no_answer (const Netns &from, const std::string &address)
  {
    from.in (
        [&] { EXPECT_NE (try_command ("ping -c2 -i0.1 -W0.3 -n -q " + address + " >/dev/null 2>&1"), 0) << address; });
  }

  /* Both ways, the addresses on the bridge device, those elsewhere on the host, and frames of no protocol. */
  void
  expect_open ()
  {
    EXPECT_TRUE (pings (first, "10.9.0.254"));
    EXPECT_TRUE (pings (first, "192.0.2.1"));
    EXPECT_TRUE (pings_guest ("10.9.0.2"));
  }

  void
  expect_closed ()
  {
    run_command ("ip neigh flush dev vsw-lab");
    first.in ([] { run_command ("ip neigh flush dev eth0"); });
    expect_no_answer (first, "10.9.0.254");
    expect_no_answer (first, "192.0.2.1");
    EXPECT_NE (try_command ("ping -c2 -i0.1 -W0.3 -n -q 10.9.0.2 >/dev/null 2>&1"), 0);
    expect_no_frame_out ();
    expect_no_frame_in ();
    /* No answer to ARP for any address of the host was ever heard. */
    first.in ([] {
      EXPECT_EQ (run_command ("ip neigh show 10.9.0.254 nud reachable; ip neigh show 192.0.2.1 nud reachable"), "");
    });
  }

  void
  expect_no_frame_out ()
  {
    FrameSocket bridge ("vsw-lab");
    std::string frame = make_frame ("ff:ff:ff:ff:ff:ff", "02:00:00:00:09:00", "from the host");

    first.in ([&] {
      FrameSocket guest ("eth0");
      bridge.send (frame);
      EXPECT_FALSE (guest.receives (frame, 200));
    });
  }

  /* What a packet socket on the bridge device sees is before the guard; so the host's answer is what is waited for: there is none, and its counters
   * of answers stay. */
  void
  expect_no_frame_in ()
  {
    std::string before = run_command ("cat /proc/net/snmp | grep Icmp: | tail -1");

    expect_no_answer (second, "10.9.0.254");
    EXPECT_EQ (run_command ("cat /proc/net/snmp | grep Icmp: | tail -1"), before);
  }

  static void
  count (int *counter)
  {
    ++*counter;
  }

  OpPointer guard_add = make_op (VSW_OP_GUARD_ADD, "vsw-lab");
  OpPointer guard_delete = make_op (VSW_OP_GUARD_DELETE, "vsw-lab");
  Netns first = Netns::make ();
  Netns second = Netns::make ();
  VswKernel *kernel = nullptr; /* (owned) */
  int losses = 0;
};

TEST_F (GuardTest, KeepsTheHostAndTheBridgeApartAndPortsTogether)
{
  expect_open ();
  apply (guard_add);
  expect_closed ();
  EXPECT_TRUE (pings (first, "10.9.0.2"));
  EXPECT_TRUE (pings (second, "10.9.0.1"));
  apply (guard_delete);
  expect_open ();
}

TEST_F (GuardTest, LetsAnInternalPortThrough)
{
  apply (guard_add);
  apply (make_pair ("host", 9, "vsw-lab"));
  run_command (
      "ip addr del 10.9.0.254/24 dev vsw-lab; ip link set vswi-host up; ip addr add 10.9.0.9/24 dev vswi-host");
  EXPECT_TRUE (pings (first, "10.9.0.9"));
  EXPECT_TRUE (pings_guest ("10.9.0.1"));
}

TEST_F (GuardTest, LeavesTheSpanningTreeAlone)
{
  apply (guard_add);
  apply (make_set ("vsw-lab", VSW_ATTRIBUTE_SPANNING_TREE, 1));
  /* A loop: two pairs between the switch and another that speaks the protocol. Only if BPDUs pass is one of them blocked. */
  run_command ("ip link add other type bridge stp_state 1 forward_delay 200; ip link set other up; "
               "for i in 1 2; do ip link add loop$i type veth peer name back$i; "
               "ip link set loop$i master vsw-lab up; ip link set back$i master other up; done");
  EXPECT_TRUE (
      wait_until ([] { return run_command ("bridge link").find ("state blocking") != std::string::npos; }, 20000));
}

TEST_F (GuardTest, IsTheSameWhenAddedTwiceAndGoneWhenDeletedTwice)
{
  apply (guard_add);
  apply (guard_add);
  expect_closed ();
  apply (guard_delete);
  apply (guard_delete);
  EXPECT_EQ (run_command ("nft list ruleset").find ("chain"), std::string::npos);
  EXPECT_TRUE (pings (first, "10.9.0.254"));
}

TEST_F (GuardTest, GoesAwayAlsoAfterItsDevice)
{
  apply (guard_add);
  run_command ("ip link delete vsw-lab");
  apply (guard_delete);
  EXPECT_EQ (run_command ("nft list ruleset").find ("chain"), std::string::npos);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (losses, 0);
}

TEST_F (GuardTest, HoldsWhileTheBridgeIsRenamedAndBack)
{
  apply (guard_add);
  run_command ("ip link set vsw-lab name x; ip link set x name vsw-lab");
  expect_closed ();
}

TEST_F (GuardTest, IsResetToExactlyTheBridgesThatAreNamed)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GPtrArray) bridges = g_ptr_array_new ();

  apply (make_bridge ("vsw-b"));
  apply (make_op (VSW_OP_GUARD_ADD, "vsw-b"));
  g_ptr_array_add (bridges, (gpointer) "vsw-lab");
  ASSERT_TRUE (vsw_kernel_reset_guard (kernel, bridges, &error)) << error->message;
  expect_closed ();
  EXPECT_EQ (run_command ("nft list ruleset").find ("vsw-b"), std::string::npos);
  ASSERT_TRUE (vsw_kernel_reset_guard (kernel, bridges, &error)) << error->message;
  expect_closed ();

  g_ptr_array_set_size (bridges, 0);
  ASSERT_TRUE (vsw_kernel_reset_guard (kernel, bridges, &error)) << error->message;
  EXPECT_EQ (run_command ("nft list ruleset"), "");
}

TEST_F (GuardTest, ChangesNothingWhenOneBridgeOfAResetIsMissing)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GPtrArray) bridges = g_ptr_array_new ();

  apply (guard_add);
  g_ptr_array_add (bridges, (gpointer) "vsw-lab");
  g_ptr_array_add (bridges, (gpointer) "quo\"te");
  ASSERT_FALSE (vsw_kernel_reset_guard (kernel, bridges, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT)) << error->message;
  expect_closed ();
}

TEST_F (GuardTest, SaysWhatNftSaysOnOneLine)
{
  g_autoptr (GError) error = nullptr;
  OpPointer op = make_op (VSW_OP_GUARD_ADD, "missing");

  if (vsw_kernel_apply (kernel, op.get (), &error))
    GTEST_SKIP () << "this kernel hangs chains on devices that are not there yet";
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_KERNEL)) << error->message;
  EXPECT_EQ (strchr (error->message, '\n'), nullptr);
  EXPECT_NE (strstr (error->message, "No such file"), nullptr) << error->message;
}

TEST_F (GuardTest, HearsThatSomebodyElseTookItAway)
{
  const std::string hands[] = { "nft delete chain netdev vmswitch in_vsw-lab", "nft delete table netdev vmswitch",
                                "nft flush ruleset", "nft add rule netdev vmswitch in_vsw-lab accept",
                                "nft 'add chain netdev vmswitch in_vsw-lab { policy accept; }'" };

  for (const std::string &hand : hands)
    {
      apply (guard_add);
      vsw_kernel_drain (kernel);
      settle ();
      losses = 0;
      run_command (hand);
      EXPECT_TRUE (wait_until ([&] { return losses > 0; })) << hand;
      apply (guard_add);
      expect_closed ();
    }
}

TEST_F (GuardTest, SaysNothingOfItsOwnChangesNorOfOtherTables)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GPtrArray) bridges = g_ptr_array_new ();

  g_ptr_array_add (bridges, (gpointer) "vsw-lab");
  for (int i = 0; i < 30; i++)
    {
      apply (guard_add);
      settle ();
      apply (guard_delete);
      ASSERT_TRUE (vsw_kernel_reset_guard (kernel, bridges, &error)) << error->message;
    }
  run_command ("nft add table inet other; nft add chain inet other c; nft delete table inet other; "
               "nft add table inet vmswitch; nft delete table inet vmswitch");
  vsw_kernel_drain (kernel);
  run_command ("sleep 0.05");
  settle ();
  vsw_kernel_drain (kernel);
  EXPECT_EQ (losses, 0);
}

} // namespace
