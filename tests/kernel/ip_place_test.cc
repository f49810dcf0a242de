// SPDX-License-Identifier: GPL-2.0-or-later
/* What moves stands where it stood: among routes and rules of others, under routers that go on to say what is so, with the settings that it had. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/ip_host_fixture.h"
#include "kernel/ip_set.h"

namespace
{

/* Of how many dumps of rules the kernel is heard to say that they changed meanwhile, after how many of which it does not. */
unsigned n_steady, n_changing;

}

extern "C" ssize_t
recvmsg (int fd, msghdr *header, int flags)
{
  ssize_t size = syscall (SYS_recvmsg, fd, header, flags);
  auto *message = static_cast<nlmsghdr *> (header->msg_iov[0].iov_base);

  if (size < (ssize_t)sizeof *message || message->nlmsg_type != RTM_NEWRULE
      || (message->nlmsg_flags & NLM_F_MULTI) == 0)
    return size;
  if (n_steady > 0)
    n_steady--;
  else if (n_changing > 0)
    {
      n_changing--;
      message->nlmsg_flags |= NLM_F_DUMP_INTR;
    }
  return size;
}

namespace
{

class PlaceTest : public IpHostTest
{
};

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
      if (item->kind != VSW_IP_SETTING6
          || std::string ((const char *)item->body, item->size).rfind (name + " ", 0) != 0)
        continue;
      g_free (item);
      set->items->pdata[i] = vsw_ip_item_new (VSW_IP_SETTING6, text.data (), text.size ());
    }
  g_autoptr (GBytes) bytes = vsw_ip_set_encode (set);
  return vsw_ip_config_new (bytes, none, none);
}

/* What the kernel says that it took is asked for. */
TEST_F (PlaceTest, SaysWhichSettingIsNotKept)
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
TEST_F (PlaceTest, KeepsItsPlaceAmongEqualsOfOthers)
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

TEST_F (PlaceTest, SaysThatAPlaceIsLost)
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
TEST_F (PlaceTest, RefusesToChangeWhatRulesDecide)
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

/* Nor by a NIC that is down, from which they are taken to be given to another one; to be nowhere is not to stand behind. */
TEST_F (PlaceTest, RefusesToTakeRulesFromTheirPlace)
{
  run_command ("set -e; ip address add 192.0.2.5/24 dev eth0; ip link set eth0 down\n"
               "ip rule add iif eth0 table 100 priority 900; ip rule add from 192.0.2.9 table 101 priority 900");
  g_autoptr (VswIpConfig) ip = get ("eth0");
  std::string before = show ();

  refuse (make_ip (VSW_OP_IP_TAKE, "eth0", ip, "nic"), VSW_ERROR_CONFLICT);
  EXPECT_EQ (compare (before, show ()), "");
  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip));
  apply (make_ip (VSW_OP_IP_GIVE, "eth0", ip));
  apply (make_ip (VSW_OP_IP_TAKE, "eth0", ip, "nic"));
}

/* Of IPv4 and of IPv6: first what is on the two links, then the order, sixteen times. */
TEST_F (PlaceTest, RefusesWhatGoesOnChanging)
{
  run_command ("ip address add 192.0.2.5/24 dev eth0");
  g_autoptr (VswIpConfig) ip = get ("eth0");
  std::string before = show ();

  n_steady = 2, n_changing = 32;
  refuse (make_ip (VSW_OP_IP_PREPARE, "nic", ip, "eth0"), VSW_ERROR_CONFLICT);
  EXPECT_EQ (n_changing, 0u);
  EXPECT_EQ (compare (before, show ()), "");
  n_steady = 2, n_changing = 30;
  apply (make_ip (VSW_OP_IP_PREPARE, "nic", ip, "eth0"));
  EXPECT_EQ (n_changing, 0u);
}

TEST_F (PlaceTest, SaysThatPlacesMayBeLost)
{
  run_command ("ip address add 192.0.2.5/24 dev eth0");
  g_autoptr (VswIpConfig) ip = get ("eth0");
  OpPointer op = make_ip (VSW_OP_IP_MOVE, "nic", ip, "eth0");

  n_steady = 4, n_changing = 32;
  expect_log (G_LOG_LEVEL_WARNING, "*may stand behind their equals of others by now*");
  apply (op);
  EXPECT_EQ (n_changing, 0u);
  EXPECT_EQ (op->losses->len, 1u);
}

/* --- routers --- */

class RouterTest : public IpHostTest
{
protected:
  void
  SetUp () override
  {
    IpHostTest::SetUp ();
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
    const uint8_t message[] = {
      134,  0, 0,   0,    64, 0, high, low, 0, 0, 0,    0,   0, 0, 0, 0, /* and 2001:db8:5::/64 */
      3,    4, 64,  0xc0, 0,  0, high, low, 0, 0, high, low, 0, 0, 0, 0,
      0x20, 1, 0xd, 0xb8, 0,  5, 0,    0,   0, 0, 0,    0,   0, 0, 0, 0
    };
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
    return std::regex_replace (run_command ("ip -6 route show default"),
                               std::regex ("via fe80::[^ ]*|expires [0-9]*sec|hoplimit [0-9]* "), "");
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
  EXPECT_LE (std::stoi (run_command (list + "| grep -w eth0 | grep -Evc 'valid_lft (60|[1-5]?[0-9])sec'")), 7)
      << run_command (list);
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

} // namespace
