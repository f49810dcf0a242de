// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the real kernel shows of IP on links: that all of it comes back as it was, in the words of ip(8). */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "kernel/ip_host_fixture.h"
#include "support/arbitrary.h"

namespace
{

class IpTest : public IpHostTest
{
protected:
  /* A bit of everything. */
  static void
  configure ()
  {
    run_command ("set -e\n"
                 "ip address add 192.0.2.5/24 brd + dev eth0\n"
                 "ip address add 192.0.2.6/24 dev eth0 label eth0:1\n"
                 "ip address add 192.0.2.7/24 dev eth0 metric 300 valid_lft 3600 preferred_lft 1800\n"
                 "ip address add 198.51.100.1/24 dev eth0 noprefixroute scope link\n"
                 "ip address add 203.0.113.1 peer 203.0.113.2 dev eth0\n"
                 "ip address add 2001:db8::5/64 dev eth0\n"
                 "ip address add 2001:db8::6/64 dev eth0 nodad\n"
                 "ip address add 2001:db8:1::5/64 dev eth0 noprefixroute valid_lft 3600 preferred_lft 1800\n"
                 "ip address add 2001:db8:2::5/128 dev eth0 metric 77\n"
                 "ip address add fe80::5/64 dev eth0\n");
    settle ();
    run_command ("set -e\n"
                 "ip route add default via 192.0.2.1 src 192.0.2.6 metric 100 proto dhcp mtu 1400\n"
                 "ip route add default via 192.0.2.2 metric 200\n"
                 "ip route add 198.51.100.0/24 dev eth0 proto kernel scope link src 198.51.100.1 metric 100\n"
                 "ip route add 10.0.0.0/8 via 192.0.2.9 table 100\n"
                 "ip route add 10.1.0.0/16 tos 0x10 via 192.0.2.9\n"
                 "ip route add 10.2.0.1 dev eth0 scope link\n"
                 "ip route add 10.3.0.0/16 via 10.2.0.1\n"
                 "ip route add 10.4.0.0/16 via 172.16.0.1 dev eth0 onlink\n"
                 "ip route add 10.5.0.0/16 nexthop via 192.0.2.1 weight 3 nexthop via 198.18.1.9 weight 2\n"
                 "ip route add 10.6.0.0/16 via inet6 fe80::1 dev eth0\n"
                 "ip route add default via fe80::1 dev eth0 proto ra metric 1024 expires 900 pref high\n"
                 "ip route add 2001:db8:1::/64 dev eth0 proto kernel metric 100 expires 3600\n"
                 "ip route add 2001:db8:10::/48 via 2001:db8::1 src 2001:db8::6\n"
                 "ip route add 2001:db8:11::/48 dev eth0\n"
                 "ip route add 2001:db8:12::/48 nexthop via 2001:db8::1 weight 2 nexthop via 2001:db8::2\n"
                 "ip -6 route add 2001:db8:13::/48 dev eth0 table 100\n"
                 "ip rule add iif eth0 table 100 priority 1000\n"
                 "ip rule add oif eth0 fwmark 7 table 101 priority 1001\n"
                 "ip rule add not from 10.0.0.0/8 iif eth0 prohibit priority 40000\n"
                 "ip -6 rule add iif eth0 to 2001:db8:20::/48 table 100 priority 1003\n"
                 "ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0\n"
                 "ip neighbour add 192.0.2.10 lladdr 02:00:00:00:00:0a dev eth0 nud noarp\n"
                 "ip neighbour add 2001:db8::9 lladdr 02:00:00:00:00:09 dev eth0\n"
                 "ip neighbour add proxy 192.0.2.99 dev eth0\n"
                 "ip neighbour add proxy 2001:db8::99 dev eth0\n");
    run_command ("set -e\n"
                 "cd /proc/sys/net\n"
                 "echo 0 > ipv6/conf/eth0/accept_ra\n"
                 "echo 1 > ipv4/conf/eth0/forwarding\n"
                 "echo 1 > ipv4/conf/eth0/rp_filter\n"
                 "echo 1 > ipv4/conf/eth0/arp_ignore\n"
                 "echo 1 > ipv6/conf/eth0/proxy_ndp\n"
                 "echo 5 > ipv6/conf/eth0/dad_transmits\n");
  }

  static bool
  has_next_hops ()
  {
    return try_command ("ip nexthop add id 1 dev eth1 && ip nexthop delete id 1") == 0;
  }

  static void
  configure_next_hops ()
  {
    run_command ("set -e\n"
                 "ip nexthop add id 10 via 192.0.2.1 dev eth0\n"
                 "ip nexthop add id 11 via 2001:db8::a dev eth0\n"
                 "ip nexthop add id 12 via 198.18.1.9 dev eth1\n"
                 "ip nexthop add id 20 group 10/12\n"
                 "ip nexthop add id 21 group 10\n"
                 "ip route add 10.10.0.0/16 nhid 10\n"
                 "ip route add 10.20.0.0/16 nhid 20\n"
                 "ip route add 10.21.0.0/16 nhid 21\n"
                 "ip -6 route add 2001:db8:30::/48 nhid 11\n");
  }
};

TEST_F (IpTest, TakesAndGivesToTheByte)
{
  configure ();
  if (has_next_hops ())
    configure_next_hops ();
  std::string before = show (), order = show_order ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip));
  EXPECT_EQ (run_command ("ip -o address show dev eth0"), "");
  EXPECT_EQ (run_command ("ip route show dev eth0 table all | grep -v ^multicast; ip rule show iif eth0; ip -6 "
                          "neighbour show nud permanent dev eth0"),
             "");
  apply (make_ip (VSW_OP_IP_GIVE, "eth0", ip));
  EXPECT_EQ (compare (before, show ()), "");
  EXPECT_EQ (show_order (), order);
}

TEST_F (IpTest, MovesThereAndBackToTheByte)
{
  configure ();
  if (has_next_hops ())
    configure_next_hops ();
  std::string before = show (), order = show_order ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_PREPARE, "nic", ip, "eth0"));
  apply (make_ip (VSW_OP_IP_FORGET, "nic", ip));
  EXPECT_EQ (compare (before, show ()), "");
  apply (make_ip (VSW_OP_IP_PREPARE, "nic", ip, "eth0"));
  apply (make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"));
  EXPECT_EQ (run_command ("ip -o address show dev eth0"), "");
  EXPECT_EQ (run_command ("ip route show dev eth0 table all | grep -v ^multicast; ip rule show iif eth0"), "");

  g_autoptr (VswIpConfig) moved = get ("nic");
  EXPECT_EQ (items (moved), items (ip));
  apply (make_ip (VSW_OP_IP_PREPARE, "eth0", moved, "nic"));
  apply (make_ip (VSW_OP_IP_MOVE, "eth0", moved, "nic"));
  EXPECT_EQ (compare (before, show ()), "");
  EXPECT_EQ (show_order (), order);
}

/* A rule that forbids everything else: no gateway can be checked any more, so the move ends in the middle. */
TEST_F (IpTest, ThatCannotMoveStays)
{
  configure ();
  run_command ("ip rule add not from 10.0.0.0/8 iif eth0 prohibit priority 900");
  std::string before = show (), order = show_order ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  refuse (make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"), VSW_ERROR_KERNEL);
  EXPECT_EQ (compare (before, show ()), "");
  EXPECT_EQ (show_order (), order);
}

/* --- a daemon that dies --- */

enum class Fate
{
  done, /* before it came to that */
  killed,
  refused, /* the operation failed */
};

/* At the entry of that call: it is not made. */
bool
make_no_call (pid_t child)
{
#ifdef __x86_64__
  user_regs_struct registers = {};

  ptrace (PTRACE_GETREGS, child, nullptr, &registers);
  registers.orig_rax = ~0ull;
  return ptrace (PTRACE_SETREGS, child, nullptr, &registers) == 0;
#else
  return false;
#endif
}

/* A process of its own does the operation. When it is about to ask the kernel for the k-th time, counted from 1 after everything is opened, it is killed, or that one
 * time not heard. */
Fate
apply_up_to (const VswOp *op, int k, bool kills)
{
  pid_t child = fork ();

  if (child == 0)
    {
      VswKernel *kernel = vsw_linux_kernel_new (nullptr);

      ptrace (PTRACE_TRACEME, 0, nullptr, nullptr);
      raise (SIGSTOP);
      _exit (kernel != nullptr && vsw_kernel_apply (kernel, op, nullptr) ? 0 : 1);
    }
  int status = 0;
  waitpid (child, &status, 0);
  ptrace (PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  while (ptrace (PTRACE_SYSCALL, child, nullptr, nullptr) == 0 && waitpid (child, &status, 0) == child
         && WIFSTOPPED (status))
    {
      __ptrace_syscall_info info = {};

      if (WSTOPSIG (status) != (SIGTRAP | 0x80))
        continue;
      ptrace (PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
      if (info.op != PTRACE_SYSCALL_INFO_ENTRY
          || (info.entry.nr != SYS_sendmsg && (!kills || info.entry.nr != SYS_write)) || --k != 0)
        continue;
      if (kills)
        {
          kill (child, SIGKILL);
          waitpid (child, &status, 0);
          return Fate::killed;
        }
      EXPECT_TRUE (make_no_call (child));
    }
  EXPECT_TRUE (WIFEXITED (status)) << status;
  EXPECT_TRUE (k <= 0 || WEXITSTATUS (status) == 0) << "it failed, and nobody made it";
  return k > 0 ? Fate::done : WEXITSTATUS (status) == 0 ? Fate::killed : Fate::refused;
}

class DeathTest : public IpTest
{
protected:
  /* Where it begins: other requests in every run, so that in the course of time it is each of them. */
  int
  choose_first (int least)
  {
    return (int)random.number ((guint64)least, (guint64)(least + stride - 1));
  }

  /* The operation is stopped at its k-th request, and done again: for some k all along the way. */
  void
  die_everywhere (const std::function<OpPointer ()> &make, const std::function<void ()> &undo)
  {
    OpPointer op = make ();
    std::string before = show (), order = show_order ();

    apply (op);
    std::string after = show (), other_order = show_order ();
    undo ();
    ASSERT_EQ (compare (before, show ()), "");
    for (int k = choose_first (1);; k += stride)
      {
        bool died = apply_up_to (make ().get (), k, true) == Fate::killed;

        apply (make ());
        ASSERT_EQ (compare (after, show ()), "") << "killed at " << k;
        ASSERT_EQ (show_order (), other_order) << "killed at " << k;
        undo ();
        ASSERT_EQ (compare (before, show ()), "") << "killed at " << k;
        ASSERT_EQ (show_order (), order) << "killed at " << k;
        if (!died)
          {
            printf ("  %d deaths among fewer than %d requests, one in %d\n", n_deaths, k, stride);
            break;
          }
        n_deaths++;
      }
  }

  /* One of its requests is not heard: then all is as it was, or it could be done without. */
  void
  fail_everywhere (const std::function<OpPointer ()> &make, const std::function<void ()> &undo)
  {
    std::string before = show (), order = show_order ();

    for (int k = choose_first (2);; k += stride)
      {
        Fate fate = apply_up_to (make ().get (), k, false);

        if (fate != Fate::refused)
          undo ();
        ASSERT_EQ (compare (before, show ()), "") << "not heard at " << k;
        ASSERT_EQ (show_order (), order) << "not heard at " << k;
        if (fate == Fate::done)
          {
            printf ("  %d not heard among fewer than %d requests, one in %d\n", n_failures, k, stride);
            break;
          }
        n_failures++;
      }
  }

  void
  configure_little ()
  {
    run_command ("set -e\n"
                 "ip address add 192.0.2.5/24 brd + dev eth0\n"
                 "ip address add 192.0.2.6/24 dev eth0 valid_lft 3600 preferred_lft 1800\n"
                 "ip address add 2001:db8::5/64 dev eth0\n"
                 "ip address add 2001:db8::6/64 dev eth0 valid_lft 3600 preferred_lft 1800\n"
                 "ip address add 2001:db8:1::6/64 dev eth0 valid_lft 3600 preferred_lft 1800\n"
                 "ip route add default via 192.0.2.1\n"
                 "ip -6 route add default via 2001:db8::1\n"
                 "ip rule add iif eth0 table 100 priority 1000\n"
                 "ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0\n"
                 "echo 1 > /proc/sys/net/ipv6/conf/eth0/proxy_ndp\n"
                 "echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_ignore\n"
                 "echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra\n");
    settle ();
  }

  /* Another NIC on the same network, behind which nothing may come to stand. */
  void
  configure_equals ()
  {
    run_command ("ip address add 192.0.2.7/24 dev eth1; ip route append default via 192.0.2.1 dev eth1");
  }

  /* One of that many requests; VSW_TEST_STRIDE=1 tries each. */
  const int stride = std::getenv ("VSW_TEST_STRIDE") != nullptr ? std::atoi (std::getenv ("VSW_TEST_STRIDE")) : 13;
  Arbitrary random;
  int n_deaths = 0;
  int n_failures = 0;
};

TEST_F (DeathTest, MovesAllTheSame)
{
  configure_little ();
  configure_equals ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  die_everywhere ([&] { return make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"); },
                  [&] {
                    apply (make_ip (VSW_OP_IP_MOVE, "eth0", ip, "nic"));
                    run_command ("ip link set nic addrgenmode none; ip link set eth0 addrgenmode eui64");
                    run_command ("echo 0 > /proc/sys/net/ipv6/conf/nic/proxy_ndp");
                  });
  EXPECT_GT (n_deaths, 1);
}

/* The kernel leaves it behind when the last address of a network has a lifetime, and who was to take it away died. */
TEST_F (IpTest, TakesTheRouteToTheOwnNetworkAlongAfterItsAddress)
{
  const std::string left = "ip -6 route append 2001:db8:1::/64 dev eth0 proto kernel metric 256 expires 3600";

  run_command ("ip address add 2001:db8:1::6/64 dev eth0 valid_lft 3600 preferred_lft 1800");
  settle ();
  g_autoptr (VswIpConfig) ip = get ("eth0");
  for (bool moves : { false, true })
    {
      OpPointer op = moves ? make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0") : make_ip (VSW_OP_IP_TAKE, "eth0", ip);

      apply (op);
      run_command (left);
      apply (op);
      EXPECT_EQ (run_command ("ip -6 route show dev eth0"), "");
      if (!moves)
        apply (make_ip (VSW_OP_IP_GIVE, "eth0", ip));
    }
}

#ifdef __x86_64__
TEST_F (DeathTest, MovesWhollyOrNotAtAll)
{
  configure_little ();
  configure_equals ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  fail_everywhere ([&] { return make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"); },
                   [&] {
                     apply (make_ip (VSW_OP_IP_MOVE, "eth0", ip, "nic"));
                     run_command ("ip link set nic addrgenmode none; ip link set eth0 addrgenmode eui64");
                     run_command ("echo 0 > /proc/sys/net/ipv6/conf/nic/proxy_ndp");
                   });
  EXPECT_GT (n_failures, 1);
}

TEST_F (DeathTest, TakesWhollyOrNotAtAll)
{
  configure_little ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  fail_everywhere ([&] { return make_ip (VSW_OP_IP_TAKE, "eth0", ip); },
                   [&] { apply (make_ip (VSW_OP_IP_GIVE, "eth0", ip)); });
  EXPECT_GT (n_failures, 0);
}

TEST_F (DeathTest, GivesWhollyOrNotAtAll)
{
  configure_little ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip));
  fail_everywhere ([&] { return make_ip (VSW_OP_IP_GIVE, "eth0", ip); },
                   [&] { apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip)); });
  EXPECT_GT (n_failures, 0);
}
#endif

TEST_F (DeathTest, TakesAllTheSame)
{
  configure_little ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  die_everywhere ([&] { return make_ip (VSW_OP_IP_TAKE, "eth0", ip); },
                  [&] { apply (make_ip (VSW_OP_IP_GIVE, "eth0", ip)); });
  EXPECT_GT (n_deaths, 1);
}

TEST_F (DeathTest, GivesAllTheSame)
{
  configure_little ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip));
  die_everywhere ([&] { return make_ip (VSW_OP_IP_GIVE, "eth0", ip); },
                  [&] { apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip)); });
  EXPECT_GT (n_deaths, 1);
}

} // namespace
