// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the real kernel shows of IP on links: that all of it comes back as it was, in the words of ip(8). */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <regex>
#include <sstream>

#include "kernel/ip_fixture.h"
#include "kernel/ip_set.h"

namespace
{

class IpTest : public IpLinuxTest
{
protected:
  void
  SetUp () override
  {
    LinuxTest::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    run_command ("ip link add eth0 address 02:00:00:00:00:05 type veth peer name wire0");
    run_command ("ip link add eth1 type veth peer name wire1; ip link set eth1 up; ip link set wire1 up");
    run_command ("ip link set wire0 up; ip link set eth0 up");
    run_command ("ip link add nic address 02:00:00:00:00:05 type veth peer name port");
    run_command ("ip link set nic addrgenmode none; ip link set port up; ip link set nic up");
    run_command ("ip address add 198.18.1.1/24 dev eth1");
    settle ();
  }

  /* Everything that ip(8) shows, sorted, without what counts down. */
  static std::string
  show ()
  {
    static const std::string strip = " | jq -S -c '.[] | walk (if type == \"object\" then del (.valid_life_time, "
                                     ".preferred_life_time, .expires, .valid_lft, .preferred_lft) else . end)' | sort";
    std::string text;

    for (std::string what : { "address show", "-4 route show table all", "-6 route show table all", "-4 rule show",
                              "-6 rule show", "neighbour show nud permanent", "neighbour show nud noarp",
                              "neighbour show proxy", "-6 neighbour show proxy", "nexthop show", "link show" })
      text += "== " + what + "\n" + run_command ("{ ip -d -j " + what + strip + " || true; } | sed /33:33:/d");
    for (std::string family : { "ipv4", "ipv6" })
      text += run_command ("cd /proc/sys/net/" + family + "/conf && grep -r . eth0 2>/dev/null | sort");
    return text;
  }

  /* The lines that one has and the other has not. */
  static std::string
  compare (const std::string &before, const std::string &after)
  {
    auto split = [] (const std::string &text) {
      std::istringstream stream (text);
      std::vector<std::string> lines;
      for (std::string line; std::getline (stream, line);)
        lines.push_back (line);
      std::sort (lines.begin (), lines.end ());
      return lines;
    };
    std::vector<std::string> a = split (before), b = split (after), gone, come;
    std::string text;

    std::set_difference (a.begin (), a.end (), b.begin (), b.end (), std::back_inserter (gone));
    std::set_difference (b.begin (), b.end (), a.begin (), a.end (), std::back_inserter (come));
    for (const std::string &line : gone)
      text += "- " + line + "\n";
    for (const std::string &line : come)
      text += "+ " + line + "\n";
    return text;
  }

  /* IPv4 routes in the order in which they are looked up. */
  static std::string
  show_order ()
  {
    return run_command ("ip -4 route show table all; ip -4 address show | grep -v valid_lft");
  }

  guint
  index_of (const std::string &name)
  {
    return (guint)std::stoi (
        run_command ("cat /sys/class/net/" + name + "/ifindex 2>/dev/null || ip -o link show " + name));
  }

  VswDeviceRef
  ref (const std::string &name)
  {
    std::string line = run_command ("ip -o link show " + name);
    VswDeviceRef device = vsw_device_ref_by_name (name.c_str ());

    device.index = (guint)std::stoi (line);
    return device;
  }

  /* With indexes, as a plan names links that are there. */
  OpPointer
  make_ip (VswOpKind kind, const std::string &device, const VswIpConfig *ip, const std::string &far = "")
  {
    OpPointer op = make_op (kind, device);

    op->device = ref (device);
    op->ip = vsw_ip_config_ref (ip);
    if (!far.empty ())
      op->far = ref (far);
    return op;
  }

  static std::string
  items (const VswIpConfig *ip)
  {
    std::string text;

    for (const char *const *item = ip->items; *item != nullptr; item++)
      text += std::string (*item) + "\n";
    return std::regex_replace (text, std::regex ("[0-9]+s( |\n)"), "N$1");
  }

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

/* --- verifying --- */

/* The bytes of a configuration with another value of a setting of IPv6. */
VswIpConfig *
with_setting (const VswIpConfig *ip, const std::string &name, const std::string &value)
{
  g_autoptr (VswIpSet) set = vsw_ip_set_decode (ip->bytes, nullptr);
  std::string text = name + " " + value;
  const char *const none[] = { nullptr };

  for (guint i = 0; i < set->items->len; i++)
    {
      auto *item = static_cast<VswIpItem *> (set->items->pdata[i]);
      if (item->kind != VSW_IP_SETTING6 || std::string ((const char *)item->body, item->size).rfind (name + " ", 0) != 0)
        continue;
      g_free (item);
      set->items->pdata[i] = vsw_ip_item_new (VSW_IP_SETTING6, text.data (), text.size ());
    }
  g_autoptr (GBytes) bytes = vsw_ip_set_encode (set);
  return vsw_ip_config_new (bytes, none, none);
}

/* What the kernel says that it took is asked for. */
TEST_F (IpTest, SaysWhichSettingIsNotKept)
{
  g_autoptr (VswIpConfig) ip = get ("eth0");
  g_autoptr (VswIpConfig) odd = with_setting (ip, "hop_limit", "0x3d");
  OpPointer op = make_ip (VSW_OP_IP_GIVE, "eth0", odd);

  expect_log (G_LOG_LEVEL_WARNING, "*it has not kept *hop_limit*0x3d*");
  apply (op);
  EXPECT_EQ (op->losses->len, 1u);
  op = make_ip (VSW_OP_IP_GIVE, "eth0", ip);
  apply (op);
  EXPECT_EQ (op->losses->len, 0u);
}

/* --- places --- */

/* The host goes on to send by the NIC that it sent by, not by another one on the same network. */
TEST_F (IpTest, KeepsItsPlaceAmongEqualsOfOthers)
{
  run_command ("set -e; ip address add 192.0.2.5/24 dev eth0; ip address add 192.0.2.7/24 dev eth1\n"
               "ip route add default via 192.0.2.1 dev eth0 metric 100\n"
               "ip route append default via 192.0.2.2 dev eth0 metric 100\n"
               "ip route append default via 192.0.2.1 dev eth1 metric 100\n"
               "ip route append default via 192.0.2.3 dev eth1 metric 100\n"
               "ip route add 10.0.0.0/8 via 192.0.2.1 dev eth1; ip route append 10.0.0.0/8 via 192.0.2.1 dev eth0\n"
               "ip route append 10.0.0.0/8 via 192.0.2.2 dev eth0");
  const char routes[] = "ip -4 route show table main";
  std::string before = run_command (routes);
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_PREPARE, "nic", ip, "eth0"));
  EXPECT_EQ (run_command ("ip route get 192.0.2.200 | grep -c 'dev eth0'"), "1\n") << "nothing leaves by it yet";
  apply (make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"));
  EXPECT_EQ (run_command (routes), std::regex_replace (before, std::regex ("eth0"), "nic"));
  g_autoptr (VswIpConfig) moved = get ("nic");
  apply (make_ip (VSW_OP_IP_PREPARE, "eth0", moved, "nic"));
  apply (make_ip (VSW_OP_IP_MOVE, "eth0", moved, "nic"));
  EXPECT_EQ (run_command (routes), before);
}

TEST_F (IpTest, SaysThatAPlaceIsLost)
{
  run_command ("set -e; ip address add 192.0.2.5/24 dev eth0; ip address add 192.0.2.7/24 dev eth1\n"
               "ip route add 10.0.0.0/8 via 192.0.2.1 dev eth1; ip route append 10.0.0.0/8 via 192.0.2.1 dev eth0\n"
               "ip route append 10.0.0.0/8 via 192.0.2.2 dev eth1");
  g_autoptr (VswIpConfig) ip = get ("eth0");
  OpPointer op = make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0");

  expect_log (G_LOG_LEVEL_WARNING, "*route 10.0.0.0/8 via 192.0.2.1*stands behind its equals of others by now");
  apply (op);
  EXPECT_EQ (op->losses->len, 1u);
}

/* What rules decide is decided by their order. */
TEST_F (IpTest, RefusesToChangeWhatRulesDecide)
{
  run_command ("set -e; ip address add 192.0.2.5/24 dev eth0\n"
               "ip rule add iif eth1 table 99 priority 900; ip rule add iif eth0 table 100 priority 900");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_PREPARE, "nic", ip, "eth0"));
  apply (make_ip (VSW_OP_IP_FORGET, "nic", ip));
  run_command ("ip rule add from 192.0.2.9 table 101 priority 900");
  std::string before = show ();
  refuse (make_ip (VSW_OP_IP_PREPARE, "nic", ip, "eth0"), VSW_ERROR_CONFLICT);
  EXPECT_EQ (compare (before, show ()), "");
}

/* --- routers --- */

class RouterTest : public IpTest
{
protected:
  void
  SetUp () override
  {
    IpTest::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    for (std::string device : { "eth0", "nic" })
      run_command ("cd /proc/sys/net/ipv6/conf/" + device + " && echo 2 > accept_ra");
  }

  /* What a router says at the other end of a NIC, which hears it in this moment. */
  static void
  say (const std::string &device, unsigned lifetime)
  {
    const uint8_t low = (uint8_t)lifetime, high = (uint8_t)(lifetime >> 8);
    const uint8_t message[] = { 134, 0, 0, 0, 64, 0, high, low, 0, 0, 0, 0, 0, 0, 0, 0, /* and 2001:db8:5::/64 */
                                3, 4, 64, 0xc0, 0, 0, high, low, 0, 0, high, low, 0, 0, 0, 0,
                                0x20, 1, 0xd, 0xb8, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    int fd = socket (AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), hops = 255;
    sockaddr_in6 to = {};

    to.sin6_family = AF_INET6;
    to.sin6_scope_id = if_nametoindex (device.c_str ());
    inet_pton (AF_INET6, "ff02::1", &to.sin6_addr);
    setsockopt (fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops);
    EXPECT_EQ (sendto (fd, message, sizeof message, 0, (sockaddr *)&to, sizeof to), (ssize_t)sizeof message)
        << g_strerror (errno);
    close (fd);
    g_usleep (20000);
  }

  static std::string
  defaults ()
  {
    return std::regex_replace (run_command ("ip -6 route show default"), std::regex ("via fe80::[^ ]*|expires [0-9]*sec|hoplimit [0-9]* "),
                               "");
  }
};

/* What was learned from a router is looked after by the kernel wherever it is: it goes with the router, and there is never another one. */
TEST_F (RouterTest, RulesItsRouteWhereverThatIs)
{
  say ("wire0", 1800);
  std::string before = defaults ();
  ASSERT_EQ (before, "default  dev eth0 proto ra metric 1024  pref medium\n");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"));
  EXPECT_EQ (defaults (), "default  dev nic metric 1025  pref medium\n");
  g_autoptr (VswIpConfig) moved = get ("nic");
  apply (make_ip (VSW_OP_IP_PREPARE, "eth0", moved, "nic"));
  apply (make_ip (VSW_OP_IP_MOVE, "eth0", moved, "nic"));
  EXPECT_EQ (defaults (), "default  dev eth0 metric 1025  pref medium\n");
  say ("wire0", 1800);
  EXPECT_EQ (defaults (), before);
  say ("wire0", 0);
  EXPECT_EQ (defaults (), "");
}

TEST_F (RouterTest, WithdrawsARouteThatWasGiven)
{
  say ("wire0", 1800);
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip));
  ASSERT_EQ (defaults (), "");
  apply (make_ip (VSW_OP_IP_GIVE, "eth0", ip));
  EXPECT_EQ (defaults (), "default  dev eth0 metric 1025  pref medium\n");
  say ("wire0", 0);
  EXPECT_EQ (defaults (), "");
}

/* It has spoken between the question what there is and the move. */
TEST_F (RouterTest, MaySpeakMeanwhile)
{
  say ("wire0", 1800);
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip));
  apply (make_ip (VSW_OP_IP_GIVE, "eth0", ip));
  g_autoptr (VswIpConfig) given = get ("eth0");
  say ("wire0", 1800);
  apply (make_ip (VSW_OP_IP_MOVE, "nic", given, "eth0"));
  EXPECT_EQ (defaults (), "default  dev nic metric 1025  pref medium\n");
}

/* Only the kernel makes them. What moves lives on for the connections that are bound to it, and is over some day, however often the host moves. */
TEST_F (RouterTest, GivesTemporaryAddressesThatDoNotMultiply)
{
  const std::string list = "ip -6 -o address show scope global | grep 2001:db8:5: ";

  run_command ("echo 2 > /proc/sys/net/ipv6/conf/eth0/use_tempaddr");
  say ("wire0", 1800);
  settle ();
  std::string first = run_command (list + "| grep -w temporary | grep -o '2001[^/]*'");
  ASSERT_NE (first, "");
  first.pop_back ();
  for (int i = 0; i < 12; i++)
    {
      std::string from = i % 2 == 0 ? "eth0" : "nic", to = i % 2 == 0 ? "nic" : "eth0";
      g_autoptr (VswIpConfig) ip = get (from);

      apply (make_ip (VSW_OP_IP_PREPARE, to, ip, from));
      apply (make_ip (VSW_OP_IP_MOVE, to, ip, from));
      if (i == 0)
        {
          std::string still = run_command (list + "| grep -F " + first);
          EXPECT_NE (still.find (" nic "), std::string::npos) << still;
          EXPECT_NE (still.find (" deprecated "), std::string::npos) << still;
        }
      settle ();
      EXPECT_EQ (run_command (list + "| grep -cw temporary"), "1\n") << i << "\n" << run_command (list);
    }
  /* the one that they come from, a temporary one, and those of the last moves */
  EXPECT_LE (std::stoi (run_command (list + "| grep -w eth0 | grep -Evc 'valid_lft (60|[1-5]?[0-9])sec'")), 7) << run_command (list);
}

/* One that somebody else made is nobody's but his. */
TEST_F (RouterTest, IsNotPretended)
{
  run_command ("ip -6 route add default via fe80::1 dev eth0 metric 1024");
  std::string before = run_command ("ip -6 -d route show default");
  g_autoptr (VswIpConfig) ip = get ("eth0");

  apply (make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"));
  apply (make_ip (VSW_OP_IP_MOVE, "eth0", ip, "nic"));
  EXPECT_EQ (run_command ("ip -6 -d route show default"), before);
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
  /* The operation is stopped at its k-th request, and done again: for some k all along the way. */
  void
  die_everywhere (const std::function<OpPointer ()> &make, const std::function<void ()> &undo)
  {
    OpPointer op = make ();
    std::string before = show ();

    apply (op);
    std::string after = show ();
    undo ();
    ASSERT_EQ (compare (before, show ()), "");
    for (int k = 1;; k += stride)
      {
        bool died = apply_up_to (make ().get (), k, true) == Fate::killed;

        apply (make ());
        ASSERT_EQ (compare (after, show ()), "") << "killed at " << k;
        undo ();
        ASSERT_EQ (compare (before, show ()), "") << "killed at " << k;
        if (!died)
          break;
        n_deaths++;
      }
  }

  /* One of its requests is not heard: then all is as it was, or it could be done without. */
  void
  fail_everywhere (const std::function<OpPointer ()> &make, const std::function<void ()> &undo)
  {
    std::string before = show ();

    for (int k = 2;; k += stride)
      {
        Fate fate = apply_up_to (make ().get (), k, false);

        if (fate != Fate::refused)
          undo ();
        ASSERT_EQ (compare (before, show ()), "") << "not heard at " << k;
        if (fate == Fate::done)
          break;
        n_failures += fate == Fate::refused;
      }
  }

  void
  configure_little ()
  {
    run_command ("set -e\n"
                 "ip address add 192.0.2.5/24 brd + dev eth0\n"
                 "ip address add 192.0.2.6/24 dev eth0 valid_lft 3600 preferred_lft 1800\n"
                 "ip address add 2001:db8::5/64 dev eth0\n"
                 "ip route add default via 192.0.2.1\n"
                 "ip -6 route add default via 2001:db8::1\n"
                 "ip rule add iif eth0 table 100 priority 1000\n"
                 "ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0\n"
                 "echo 1 > /proc/sys/net/ipv6/conf/eth0/proxy_ndp\n"
                 "echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_ignore\n"
                 "echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra\n");
    settle ();
  }

  static constexpr int stride = 13; /* one of that many requests */
  int n_deaths = 0;
  int n_failures = 0;
};

TEST_F (DeathTest, MovesAllTheSame)
{
  configure_little ();
  g_autoptr (VswIpConfig) ip = get ("eth0");

  die_everywhere ([&] { return make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0"); },
                  [&] {
                    apply (make_ip (VSW_OP_IP_MOVE, "eth0", ip, "nic"));
                    run_command ("ip link set nic addrgenmode none; ip link set eth0 addrgenmode eui64");
                    run_command ("echo 0 > /proc/sys/net/ipv6/conf/nic/proxy_ndp");
                  });
  EXPECT_GT (n_deaths, 1);
}

#ifdef __x86_64__
TEST_F (DeathTest, MovesWhollyOrNotAtAll)
{
  configure_little ();
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
