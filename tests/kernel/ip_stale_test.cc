// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel no longer takes of what a link had: it is left out and told, the rest comes back, and nothing is changed by finding out. */
#include "kernel/ip_fixture.h"

namespace
{

class IpStale : public IpLinuxTest
{
protected:
  /* eth0 is the NIC, vswi-h an internal one of ours. */
  void
  SetUp () override
  {
    LinuxTest::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    run_command ("ip link add eth0 address 02:00:00:00:00:05 type veth peer name wire0");
    run_command ("ip link set wire0 up; ip link set eth0 up");
    apply (make_pair ("h", 0x06, ""));
    apply (make_set ("vswi-h", VSW_ATTRIBUTE_IPV6_QUIET, 1));
    run_command ("ip link set vswp-h up; ip link set vswi-h up");
    settle ();
  }

  /* What it says that it could not do. */
  std::string
  apply_and_lose (const OpPointer &op, guint n)
  {
    std::string text;

    for (guint i = 0; i < n; i++)
      expect_log (G_LOG_LEVEL_WARNING, "eth0 does not get back all that it had: *");
    apply (op);
    for (guint i = 0; i < op->losses->len; i++)
      text += std::string (text.empty () ? "" : "; ") + (const char *)op->losses->pdata[i];
    return text;
  }

  static std::string
  routes (const std::string &device)
  {
    return run_command ("{ ip route show dev " + device + "; ip -6 route show dev " + device
                        + "; } | grep -v -e proto.kernel -e ^fe80 || true");
  }
};

TEST_F (IpStale, IsLeftOutAndTold)
{
  run_command ("ip address add 192.0.2.5/24 dev eth0; ip route add default via 192.0.2.1");
  run_command ("ip address add 198.51.100.5/24 dev eth0 valid_lft 1 preferred_lft 1");
  run_command ("ip route add 10.0.0.0/8 via 198.51.100.1; ip route add 10.1.0.0/16 via 192.0.2.2");
  run_command ("ip nexthop add id 9 via 198.51.100.1 dev eth0; ip route add 10.2.0.0/16 nhid 9");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip));
  g_usleep (2 * G_USEC_PER_SEC);
  std::string lost = apply_and_lose (make_ip (VSW_OP_IP_GIVE, "eth0", ip), 4);
  EXPECT_EQ (routes ("eth0"), "default via 192.0.2.1 \n10.1.0.0/16 via 192.0.2.2 \n");
  EXPECT_NE (lost.find ("route 10.0.0.0/8"), std::string::npos) << lost;
  EXPECT_NE (lost.find ("10.2.0.0/16"), std::string::npos) << lost;
  EXPECT_NE (lost.find ("the lifetime of address 198.51.100.5/24"), std::string::npos) << lost;
  EXPECT_EQ (lost.find ("192.0.2"), std::string::npos) << lost;
}

TEST_F (IpStale, IsLeftBehindAndTold)
{
  run_command ("ip address add 192.0.2.5/24 dev eth0; ip route add default via 192.0.2.1");
  run_command ("ip -6 address add 2001:db8::5/64 dev eth0 nodad; ip -6 address add 2001:db8:1::5/64 dev eth0 nodad");
  run_command ("ip -6 route add default via 2001:db8::1; ip -6 route add 2001:db8:77::/48 via 2001:db8:1::1");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  EXPECT_EQ (apply_and_lose (make_ip (VSW_OP_IP_MOVE, "vswi-h", ip, "eth0"), 0), "");
  run_command ("ip -6 address delete 2001:db8::5/64 dev vswi-h");
  g_autoptr (VswIpConfig) moved = get ("vswi-h");
  ASSERT_NE (routes ("vswi-h").find ("2001:db8::1"), std::string::npos) << "the kernel lets it stand";
  std::string lost = apply_and_lose (make_ip (VSW_OP_IP_MOVE, "eth0", moved, "vswi-h"), 1);
  EXPECT_NE (lost.find ("route ::/0 via 2001:db8::1"), std::string::npos) << lost;
  EXPECT_EQ (lost.find (';'), std::string::npos) << lost;
  EXPECT_EQ (routes ("eth0").find ("via 2001:db8::1 "), std::string::npos);
  EXPECT_NE (routes ("eth0").find ("default via 192.0.2.1"), std::string::npos);
  EXPECT_NE (routes ("eth0").find ("2001:db8:77::/48 via 2001:db8:1::1"), std::string::npos);
}

/* With one of a group's next hops the group stays behind, and no route by it can be said to be where the rest is. Some go on by the others; the rest is told. */
TEST_F (IpStale, LeavesGroupsBehind)
{
  if (try_command ("ip nexthop add id 1 dev eth0 && ip nexthop delete id 1") != 0)
    GTEST_SKIP () << "no next hops";
  run_command (
      "set -e; ip address add 192.0.2.5/24 dev eth0; ip address add 198.51.100.5/24 dev eth0\n"
      "ip address add 203.0.113.5/24 dev eth0\n"
      "ip nexthop add id 7 via 203.0.113.1 dev eth0; ip nexthop add id 8 via 192.0.2.1 dev eth0\n"
      "ip nexthop add id 9 via 198.51.100.1 dev eth0\n"
      "ip nexthop add id 20 group 8/9; ip nexthop add id 21 group 9; ip nexthop add id 22 group 8\n"
      "ip nexthop add id 23 group 7/9\n"
      "ip route add 10.8.0.0/16 nhid 8; ip route add 10.9.0.0/16 nhid 9; ip route add 10.20.0.0/16 nhid 20\n"
      "ip route add 10.21.0.0/16 nhid 21; ip route add 10.22.0.0/16 nhid 22; ip route add 10.23.0.0/16 nhid 23");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_MOVE, "vswi-h", ip, "eth0"));
  run_command ("ip address delete 198.51.100.5/24 dev vswi-h; ip address delete 203.0.113.5/24 dev vswi-h");
  g_autoptr (VswIpConfig) moved = get ("vswi-h");
  ASSERT_NE (run_command ("ip -4 route show | grep 'nhid 20'"), "") << "the kernel lets it stand";
  std::string lost = apply_and_lose (make_ip (VSW_OP_IP_MOVE, "eth0", moved, "vswi-h"), 5);
  for (const char *gone : { "10.9.0.0/16", "10.21.0.0/16", "10.23.0.0/16" })
    EXPECT_NE (lost.find (std::string ("route ") + gone), std::string::npos) << gone << ": " << lost;
  for (const char *left : { "10.8.0.0/16", "10.20.0.0/16", "10.22.0.0/16" })
    EXPECT_EQ (lost.find (left), std::string::npos) << left << ": " << lost;

  run_command ("ip link delete vswi-h");
  std::string after = run_command ("ip -4 route show | grep -o '^10[^ ]*'");
  EXPECT_EQ (after, "10.8.0.0/16\n10.20.0.0/16\n10.22.0.0/16\n");
}

/* Whoever goes back must get there, and is told that others come first by now. */
TEST_F (IpStale, HasLostItsPlace)
{
  run_command ("ip address add 192.0.2.5/24 dev eth0; ip rule add iif eth0 table 100 priority 900");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_PREPARE, "vswi-h", ip, "eth0"));
  apply (make_ip (VSW_OP_IP_MOVE, "vswi-h", ip, "eth0"));
  run_command ("ip rule add from 192.0.2.9 table 101 priority 900");
  g_autoptr (VswIpConfig) moved = get ("vswi-h");
  apply (make_ip (VSW_OP_IP_PREPARE, "eth0", moved, "vswi-h"));
  std::string lost = apply_and_lose (make_ip (VSW_OP_IP_MOVE, "eth0", moved, "vswi-h"), 1);
  EXPECT_NE (lost.find ("rule 900"), std::string::npos) << lost;
}

/* Another link's route to the same destination is not touched; and what is on a NIC that is not ours is not left behind. */
TEST_F (IpStale, IsFoundOutWithoutHarm)
{
  run_command ("ip link add eth1 type veth peer name wire1; ip link set wire1 up; ip link set eth1 up");
  run_command ("ip address add 192.0.2.6/24 dev eth1; ip route add 10.0.0.0/8 via 192.0.2.1 dev eth1");
  run_command ("ip -6 address add 2001:db8::5/64 dev eth0 nodad; ip -6 route add default via 2001:db8::1");
  run_command ("ip route append 10.0.0.0/8 dev eth0");
  run_command ("ip -6 address delete 2001:db8::5/64 dev eth0");
  std::string there = routes ("eth1"), here = routes ("eth0");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  refuse (make_ip (VSW_OP_IP_MOVE, "vswi-h", ip, "eth0"), VSW_ERROR_KERNEL);
  EXPECT_EQ (routes ("eth0"), here);
  EXPECT_EQ (routes ("eth1"), there);
}

} // namespace
