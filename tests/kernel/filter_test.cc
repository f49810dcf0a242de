// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of a frame of ours in the rules of others, as nft and iptables-nft write them; and bytes about the host, cut and garbled. */
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>

#include <random>

#include "kernel/decode_host.h"
#include "kernel/edge_message.h"
#include "kernel/filter.h"
#include "support/netns_fixture.h"

namespace
{

using Lines = std::vector<std::string>;

class FilterTest : public NetnsTest
{
protected:
  void
  SetUp () override
  {
    g_autoptr (GError) error = nullptr;

    NetnsTest::SetUp ();
    if (IsSkipped ())
      return;
    socket = vsw_socket_open (NETLINK_NETFILTER, &error);
    ASSERT_NE (socket, nullptr) << error->message;
  }

  void
  TearDown () override
  {
    g_clear_pointer (&socket, vsw_socket_close);
    NetnsTest::TearDown ();
  }

  /* "FAMILY TABLE CHAIN", sorted, with " rule" behind if it is not the policy. */
  Lines
  find (guint frames = VSW_FRAMES_ALL)
  {
    g_autoptr (GError) error = nullptr;
    g_autoptr (VswSurvey) survey = vsw_survey_new ();
    Lines found;

    EXPECT_TRUE (vsw_filter_read (socket, frames, survey, &error)) << error->message;
    for (guint i = 0; i < survey->drops->len; i++)
      {
        auto *drop = static_cast<VswDropChain *> (g_ptr_array_index (survey->drops, i));

        found.push_back (std::string (drop->family) + " " + drop->table + " " + drop->chain
                         + (drop->by_rule ? " rule" : ""));
      }
    std::sort (found.begin (), found.end ());
    return found;
  }

  /* On one line, where nft wants each brace ended. */
  static void
  nft (const std::string &text)
  {
    std::string ended;

    for (char c : text)
      ended += c == '}' ? std::string ("};") : std::string (1, c);
    run_command ("nft '" + ended + "'");
  }

  /* Table `t` of family ip with a chain `f` at the forward hook, and what else is said in it. */
  static void
  load (const std::string &policy, const std::string &rules, const std::string &more = "")
  {
    nft ("flush ruleset; table ip t { " + more + " chain f { type filter hook forward priority 0; policy " + policy
         + "; " + rules + (rules.empty () ? "" : ";") + " } }");
  }

  VswSocket *socket = nullptr; /* (owned) */
};

const Lines none{};
const Lines by_policy{ "ip t f" };
const Lines by_rule{ "ip t f rule" };

} // namespace

TEST_F (FilterTest, PolicyThatDropsIsFound)
{
  EXPECT_EQ (find (), none);
  load ("accept", "");
  EXPECT_EQ (find (), none);
  load ("drop", "");
  EXPECT_EQ (find (), by_policy);
  EXPECT_EQ (find (VSW_FRAMES_IPV6), none) << "it does not see those";
  load ("drop", "ct state established accept; ip saddr 192.0.2.0/24 accept; iifname \"docker0\" accept");
  EXPECT_EQ (find (), by_policy) << "none of that is about us";
}

TEST_F (FilterTest, OtherHooksAndRegularChainsAreNoMatter)
{
  nft ("table ip t { chain i { type filter hook input priority 0; policy drop; } chain r { drop; } }");
  nft ("table bridge b { chain f { type filter hook forward priority 0; policy drop; } }");
  EXPECT_EQ (find (), none);
}

TEST_F (FilterTest, RuleForAllThatDropsIsFound)
{
  load ("accept", "ct state established accept; drop");
  EXPECT_EQ (find (), by_rule);
  load ("accept", "iifname lo accept; counter; log prefix \"no\"; counter reject with icmp type admin-prohibited");
  EXPECT_EQ (find (), by_rule);
  load ("accept", "tcp dport 25 drop; iifname \"eth0\" drop");
  EXPECT_EQ (find (), none) << "that depends";
  load ("accept", "accept; drop");
  EXPECT_EQ (find (), none) << "nothing comes that far";
}

TEST_F (FilterTest, RuleThatLetsOursPassIsTheCure)
{
  for (const char *rule : { "iifname \"vsw-*\" oifname \"vsw-*\" accept", "oifname \"vsw-*\" counter accept",
                            "iifname \"vsw*\" accept", "accept" })
    {
      load ("drop", std::string ("ct state invalid drop; ") + rule);
      EXPECT_EQ (find (), none) << rule;
    }
  for (const char *rule :
       { "iifname \"vsw-lab\" accept", "iifname \"vswi-*\" accept", "iifname != \"vsw-*\" accept",
         "iifname \"vsw-*\" drop", "iifname \"vsw-*\" tcp dport 80 accept", "iifname \"vsw-*\" oifname \"eth0\" accept",
         "meta mark 0x2d777376 accept", "iifname \"vsw-*\" counter" })
    {
      load ("drop", rule);
      EXPECT_EQ (find (), by_policy) << rule;
    }
}

TEST_F (FilterTest, JumpsAreFollowed)
{
  load ("drop", "jump user", "chain user { iifname \"vsw-*\" accept; }");
  EXPECT_EQ (find (), none);
  load ("accept", "jump deep", "chain deeper { drop; } chain deep { counter jump deeper; }");
  EXPECT_EQ (find (), by_rule);
  load ("drop", "jump user; accept", "chain user { return; drop; }");
  EXPECT_EQ (find (), none) << "it comes back";
  load ("drop", "goto user; accept", "chain user { ct state established accept; }");
  EXPECT_EQ (find (), by_policy) << "it does not";
  load ("accept", "iifname \"eth0\" jump user", "chain user { drop; }");
  EXPECT_EQ (find (), none) << "that depends";
}

TEST_F (FilterTest, ChainOfAllFamiliesIsNamedOnce)
{
  nft ("table inet fw { chain f { type filter hook forward priority 0; policy drop; } }");
  nft ("table ip6 six { chain f { type filter hook forward priority 0; policy drop; } }");
  EXPECT_EQ (find (), (Lines{ "inet fw f", "ip6 six f" }));
  EXPECT_EQ (find (VSW_FRAMES_IPV4), (Lines{ "inet fw f" }));
  EXPECT_EQ (find (VSW_FRAMES_ARP), none);
}

TEST_F (FilterTest, SamePlaceOfAnotherFamilyIsAnotherChain)
{
  nft ("table ip t { chain f { type filter hook forward priority 0; policy drop; } }");
  nft ("table ip6 t { chain f { type filter hook forward priority 0; policy drop; accept; } }");
  EXPECT_EQ (find (), by_policy);
}

/* --- bytes --- */

namespace
{

std::vector<std::string>
capture (int protocol, struct nl_msg *message)
{
  std::vector<std::string> messages;
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswSocket) socket = vsw_socket_open (protocol, &error);
  VswAnswer answer;

  auto keep = [] (const struct nlmsghdr *one, gpointer data) {
    static_cast<std::vector<std::string> *> (data)->emplace_back ((const char *)one, NLMSG_ALIGN (one->nlmsg_len));
  };
  EXPECT_TRUE (vsw_socket_read (socket, message, keep, &messages, &answer, &error)) << error->message;
  return messages;
}

template <typename Head>
struct nl_msg *
dump (int type, Head head)
{
  struct nl_msg *message = nlmsg_alloc_simple (type, NLM_F_DUMP);

  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  return message;
}

void
decode_all (const nlmsghdr *message)
{
  VswLinkSurvey link = {};
  VswHostAddress address;
  VswBaseChain chain;
  VswRuleEffect effect;
  char target[VSW_FILTER_NAME_SIZE];

  vsw_decode_link_survey (message, &link);
  vsw_decode_host_address (message, &address);
  vsw_decode_base_chain (message, &chain);
  vsw_decode_rule (message, "t", "f", &effect, target);
}

} // namespace

TEST_F (FilterTest, NothingIsReadBehindTheEnd)
{
  struct nfgenmsg rules = {};
  struct ifinfomsg links = {};
  struct ifaddrmsg addresses = {};
  std::mt19937 random (7);
  std::vector<std::string> all;

  run_command ("ip link add vsw-lab up type bridge; ip address add 192.0.2.1/24 dev vsw-lab");
  load ("drop", "iifname \"vsw-*\" counter accept; jump user; reject", "chain user { return; }");
  for (const auto &some :
       { capture (NETLINK_NETFILTER, dump (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, rules)),
         capture (NETLINK_NETFILTER, dump (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, rules)),
         capture (NETLINK_ROUTE, dump (RTM_GETLINK, links)), capture (NETLINK_ROUTE, dump (RTM_GETADDR, addresses)) })
    all.insert (all.end (), some.begin (), some.end ());
  ASSERT_GE (all.size (), 8u);

  for (std::string bytes : all)
    {
      EdgeMessage edge (bytes.size ());

      for (size_t size = NLMSG_HDRLEN; size <= bytes.size (); size += NLMSG_ALIGNTO)
        decode_all (edge.place (bytes, size));
      for (int i = 0; i < 2000; i++)
        {
          std::string garbled = bytes;

          for (int n = 0; n < 3; n++)
            garbled[NLMSG_HDRLEN + random () % (garbled.size () - NLMSG_HDRLEN)] = (char)random ();
          decode_all (edge.place (garbled, garbled.size ()));
        }
    }
}

TEST (PacketSocket, CountsOnlyOnOneLink)
{
  gboolean is_for_all = TRUE;

  EXPECT_EQ (vsw_decode_packet_socket ("sk       RefCnt Type Proto  Iface R Rmem   User   Inode", &is_for_all), 0u);
  EXPECT_EQ (vsw_decode_packet_socket ("0000000000000000 3      2    0800   7     1 0      0      20863", &is_for_all), 7u);
  EXPECT_FALSE (is_for_all);
  EXPECT_EQ (vsw_decode_packet_socket ("0000000000000000 3      3    0003   6     1 0      0      20863", &is_for_all), 6u);
  EXPECT_TRUE (is_for_all);
  EXPECT_EQ (vsw_decode_packet_socket ("0000000000000000 3      3    88cc   7     1 0      0      20863", &is_for_all), 0u) << "LLDP";
  EXPECT_EQ (vsw_decode_packet_socket ("0000000000000000 3      2    0800   0     1 0      0      20863", &is_for_all), 0u);
  EXPECT_EQ (vsw_decode_packet_socket ("", &is_for_all), 0u);
  EXPECT_EQ (vsw_decode_packet_socket ("x 3 2 zzzz 7", &is_for_all), 0u);
}
