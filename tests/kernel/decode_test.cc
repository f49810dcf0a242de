// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes into values: what the kernel of this machine says, and a corpus of what kernels have said, cut and garbled in every way. */
#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

#include "kernel/corpus.h"
#include "kernel/decode.h"
#include "kernel/edge_message.h"
#include "kernel/encode.h"
#include "kernel/socket.h"
#include "support/netns_fixture.h"

namespace
{

/* --- messages --- */

void
decode_all (const nlmsghdr *message)
{
  g_autoptr (VswLink) link = vsw_decode_link (message);
  VswNeighbour neighbour;
  VswCounters counters;
  VswPortState state;
  guint index, bridge;
  guint32 generation = 0;
  gint32 nsid;

  if (link != nullptr)
    {
      EXPECT_NE (link->index, 0u);
      EXPECT_NE (link->name, nullptr);
      EXPECT_LE (link->port_state, VSW_PORT_STATE_BLOCKING);
    }
  if (vsw_decode_port (message, &index, &bridge, &state))
    {
      EXPECT_LE (state, VSW_PORT_STATE_BLOCKING);
    }
  if (vsw_decode_neighbour (message, &neighbour) && vsw_neighbour_is_learned (&neighbour))
    {
      EXPECT_NE (neighbour.bridge, 0u);
    }
  vsw_decode_counters (message, &counters);
  vsw_decode_nsid (message, &nsid);
  vsw_decode_new_index (message);
  vsw_decode_has_many_queues (message);
  vsw_decode_rules (message, "vmswitch", &generation);
}

const std::vector<std::string> corpus = {
  "links", "taps", "ports", "neighbours", "counters", "notifications", "rules"
};

/* --- garbling --- */

guint
choose_seed ()
{
  const char *text = g_getenv ("VSW_TEST_SEED");
  guint seed = text != nullptr ? (guint)strtoul (text, nullptr, 10) : std::random_device () ();

  printf ("VSW_TEST_SEED=%u\n", seed);
  return seed;
}

TEST (Decode, ReadsNothingBeyondAMessageThatIsCutAnywhere)
{
  size_t n = 0;

  for (const std::string &name : corpus)
    for (const std::string &bytes : read_corpus (VSW_CORPUS, name))
      {
        EdgeMessage edge (bytes.size ());

        for (size_t size = NLMSG_HDRLEN; size <= bytes.size (); size += NLMSG_ALIGNTO, n++)
          decode_all (edge.place (bytes, size));
      }
  EXPECT_GT (n, 1000u);
}

TEST (Decode, ReadsNothingBeyondAMessageThatIsGarbled)
{
  std::mt19937 random (choose_seed ());

  for (const std::string &name : corpus)
    for (const std::string &bytes : read_corpus (VSW_CORPUS, name))
      {
        EdgeMessage edge (bytes.size ());

        for (int round = 0; round < 400; round++)
          {
            std::string garbled = bytes;
            int changes = 1 + (int)(random () % 8);

            for (int i = 0; i < changes; i++)
              {
                size_t at = sizeof (guint32) + random () % (garbled.size () - sizeof (guint32));

                /* Half of them are lengths and types that are nearly right. */
                garbled[at] = (char)(random () % 2 ? random () : garbled[at] + (int)(random () % 5) - 2);
              }
            decode_all (edge.place (garbled, garbled.size ()));
          }
      }
}

TEST (Decode, TakesTheLengthOfAnAttributeForNoMoreThanItIs)
{
  /* A name attribute that claims to be longer than the message. */
  nl_msg *message = nlmsg_alloc_simple (RTM_NEWLINK, 0);
  ifinfomsg head = {};
  guint32 mtu = 1500;

  head.ifi_index = 3;
  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  nla_put (message, IFLA_MTU, sizeof mtu, &mtu);
  nla_put (message, IFLA_IFNAME, 4, "abc");
  auto *name = nlmsg_find_attr (nlmsg_hdr (message), sizeof head, IFLA_IFNAME);
  name->nla_len = 4000;
  std::string bytes ((const char *)nlmsg_hdr (message), nlmsg_hdr (message)->nlmsg_len);
  EdgeMessage edge (bytes.size ());

  EXPECT_EQ (vsw_decode_link (edge.place (bytes, bytes.size ())), nullptr);
  nlmsg_free (message);
}

TEST (Decode, KeepsNamesThatAreNoText)
{
  nl_msg *message = nlmsg_alloc_simple (RTM_NEWLINK, 0);
  ifinfomsg head = {};
  guint32 mtu = 1500;

  head.ifi_index = 3;
  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  nla_put (message, IFLA_MTU, sizeof mtu, &mtu);
  nla_put (message, IFLA_IFNAME, 4, "\xff\xfe\x1b"); /* its zero is the fourth */
  nla_put (message, IFLA_IFALIAS, 3, "\x80\n\x1b");  /* none */
  g_autoptr (VswLink) link = vsw_decode_link (nlmsg_hdr (message));

  ASSERT_NE (link, nullptr);
  EXPECT_STREQ (link->name, "\xff\xfe\x1b");
  EXPECT_STREQ (link->alias, "\x80\n\x1b");
  nlmsg_free (message);
}

TEST (Decode, TakesAWirelessEventForNoLink)
{
  nl_msg *message = nlmsg_alloc_simple (RTM_NEWLINK, 0);
  ifinfomsg head = {};

  head.ifi_index = 3;
  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  nla_put (message, IFLA_IFNAME, 6, "wlan0");
  nla_put (message, IFLA_WIRELESS, 8, "12345678");
  EXPECT_EQ (vsw_decode_link (nlmsg_hdr (message)), nullptr);
  nlmsg_free (message);
}

TEST (Decode, TakesAPortThatLeavesItsBridgeForNoLinkThatIsGone)
{
  nl_msg *message = nlmsg_alloc_simple (RTM_DELLINK, 0);
  ifinfomsg head = {};
  guint32 mtu = 1500;

  head.ifi_family = AF_BRIDGE;
  head.ifi_index = 3;
  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  nla_put (message, IFLA_IFNAME, 5, "vswp");
  nla_put (message, IFLA_MTU, sizeof mtu, &mtu);
  EXPECT_EQ (vsw_decode_link (nlmsg_hdr (message)), nullptr);
  nlmsg_free (message);
}

/* --- rules --- */

nl_msg *
new_rules_message (int kind, int family, const char *table)
{
  nl_msg *message = nlmsg_alloc_simple (NFNL_SUBSYS_NFTABLES << 8 | kind, 0);
  nfgenmsg head = {};

  head.nfgen_family = (guint8)family;
  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  nla_put_string (message, NFTA_TABLE_NAME, table);
  return message;
}

VswRulesNews
decode_rules (nl_msg *message)
{
  guint32 generation;
  VswRulesNews news = vsw_decode_rules (nlmsg_hdr (message), "vmswitch", &generation);

  nlmsg_free (message);
  return news;
}

TEST (Decode, KnowsWhoseRulesAreTouched)
{
  EXPECT_EQ (decode_rules (new_rules_message (NFT_MSG_DELCHAIN, 5, "vmswitch")), VSW_RULES_TOUCHED);
  EXPECT_EQ (decode_rules (new_rules_message (NFT_MSG_DELTABLE, 5, "vmswitch")), VSW_RULES_TOUCHED);
  EXPECT_EQ (decode_rules (new_rules_message (NFT_MSG_NEWRULE, 5, "vmswitch")), VSW_RULES_TOUCHED);
  EXPECT_EQ (decode_rules (new_rules_message (NFT_MSG_DELCHAIN, 5, "vmswitch2")), VSW_RULES_OTHER);
  EXPECT_EQ (decode_rules (new_rules_message (NFT_MSG_DELCHAIN, 5, "vmswitc")), VSW_RULES_OTHER);
  EXPECT_EQ (decode_rules (new_rules_message (NFT_MSG_DELCHAIN, 2, "vmswitch")), VSW_RULES_OTHER);
  EXPECT_EQ (decode_rules (new_rules_message (NFT_MSG_NEWSET, 5, "vmswitch")), VSW_RULES_OTHER);
}

/* --- what this kernel says --- */

class DecodeLive : public NetnsTest
{
protected:
  void
  SetUp () override
  {
    NetnsTest::SetUp ();
    if (IsSkipped ())
      return;
    run_command (
        "ip link add br0 address 02:00:00:00:00:01 mtu 1400 group 77 type bridge ageing_time 12000 mcast_snooping 0; "
        "ip link set br0 up alias 'a bridge'; "
        "ip link add p0 address fe:00:00:00:00:02 type veth peer name g0; "
        "ip link set p0 master br0 up addrgenmode none; ip link set br0 mtu 1400; ip link set g0 up; "
        "bridge fdb add 02:00:00:00:00:05 dev p0 master static");
  }

  static void
  keep (const nlmsghdr *message, gpointer user_data)
  {
    ((std::string *)user_data)->append ((const char *)message, NLMSG_ALIGN (message->nlmsg_len));
  }

  std::string
  ask (nl_msg *request)
  {
    g_autoptr (GError) error = nullptr;
    g_autoptr (VswSocket) socket = vsw_socket_open (NETLINK_ROUTE, &error);
    std::string bytes;
    VswAnswer answer;

    EXPECT_TRUE (vsw_socket_read (socket, request, keep, &bytes, &answer, &error));
    EXPECT_EQ (answer.code, 0) << answer.text;
    return bytes;
  }

  VswLink *
  find (const std::string &name)
  {
    for (const std::string &message : split (ask (vsw_encode_list_links ())))
      {
        VswLink *link = vsw_decode_link ((const nlmsghdr *)message.data ());

        if (link != nullptr && name == link->name)
          return link;
        g_clear_pointer (&link, vsw_link_unref);
      }
    ADD_FAILURE () << "no " << name;
    return nullptr;
  }
};

TEST (Decode, TellsThatTheSpanningTreeShortensTheAgeingTime)
{
  for (guint32 state : { 0u, 1u })
    {
      struct ifinfomsg header = {};
      nl_msg *message = nlmsg_alloc_simple (RTM_NEWLINK, 0);

      header.ifi_index = 7;
      nlmsg_append (message, &header, sizeof header, NLMSG_ALIGNTO);
      nla_put_string (message, IFLA_IFNAME, "vsw-lab");
      nla_put_u32 (message, IFLA_MTU, 1500);
      nlattr *info = nla_nest_start (message, IFLA_LINKINFO);
      nla_put_string (message, IFLA_INFO_KIND, "bridge");
      nlattr *data = nla_nest_start (message, IFLA_INFO_DATA);
      nla_put_u32 (message, IFLA_BR_AGEING_TIME, 400);
      nla_put_u32 (message, IFLA_BR_STP_STATE, state);
      nla_put_u8 (message, IFLA_BR_TOPOLOGY_CHANGE, 1);
      nla_nest_end (message, data);
      nla_nest_end (message, info);
      g_autoptr (VswLink) link = vsw_decode_link (nlmsg_hdr (message));
      ASSERT_NE (link, nullptr);
      EXPECT_EQ (link->ageing, 4u);
      EXPECT_EQ (link->topology_changes, state == 1) << "it stays set when the spanning tree goes";
      nlmsg_free (message);
    }
}

TEST_F (DecodeLive, ReadsABridge)
{
  g_autoptr (VswLink) link = find ("br0");

  EXPECT_TRUE (link->is_bridge);
  EXPECT_STREQ (link->link_kind, "bridge");
  EXPECT_STREQ (link->alias, "a bridge");
  EXPECT_EQ (link->ageing, 120u);
  EXPECT_EQ (link->mtu, 1400u);
  EXPECT_EQ (link->group, 77u);
  EXPECT_FALSE (link->multicast_snooping);
  EXPECT_FALSE (link->spanning_tree);
  EXPECT_TRUE (link->is_up);
  EXPECT_FALSE (link->is_port);
  EXPECT_FALSE (link->ipv6_quiet);
  EXPECT_EQ (vsw_mac_to_number (link->mac), 0x020000000001u);
}

TEST_F (DecodeLive, ReadsAPort)
{
  g_autoptr (VswLink) bridge = find ("br0");
  g_autoptr (VswLink) far = find ("g0");
  g_autoptr (VswLink) link = nullptr;

  /* The kernel looks at the carrier of a link that has come up a moment later, and only then does the port forward. */
  ASSERT_TRUE (wait_until ([&] {
    g_clear_pointer (&link, vsw_link_unref);
    link = find ("p0");
    return link != nullptr && link->port_state == VSW_PORT_STATE_FORWARDING;
  }));
  EXPECT_TRUE (link->is_port);
  EXPECT_EQ (link->bridge, bridge->index);
  EXPECT_EQ (link->peer, far->index);
  EXPECT_EQ (far->peer, link->index);
  EXPECT_FALSE (link->peer_elsewhere);
  EXPECT_TRUE (link->ipv6_quiet);
  EXPECT_STREQ (link->link_kind, "veth");
  EXPECT_STREQ (link->driver, "");
}

TEST_F (DecodeLive, ReadsTheLoopbackDevice)
{
  g_autoptr (VswLink) link = find ("lo");

  EXPECT_TRUE (link->is_loopback);
  EXPECT_STREQ (link->link_kind, "");
  EXPECT_STREQ (link->bus_path, "");
  EXPECT_EQ (link->peer, 0u);
}

TEST_F (DecodeLive, ReadsForwardingEntries)
{
  g_autoptr (VswLink) bridge = find ("br0");
  g_autoptr (VswLink) port = find ("p0");
  bool has_static = false, has_local = false;

  for (const std::string &message : split (ask (vsw_encode_list_addresses (bridge->index))))
    {
      VswNeighbour neighbour;

      if (!vsw_decode_neighbour ((const nlmsghdr *)message.data (), &neighbour)
          || !vsw_neighbour_is_of_bridge (&neighbour))
        continue;
      EXPECT_EQ (neighbour.bridge, bridge->index);
      if (vsw_mac_to_number (neighbour.entry.mac) == 0x020000000005u)
        has_static = neighbour.entry.is_static && !neighbour.entry.is_local && neighbour.entry.port == port->index
                     && !vsw_neighbour_is_learned (&neighbour);
      if (vsw_mac_to_number (neighbour.entry.mac) == 0x020000000001u)
        has_local = neighbour.entry.is_local && neighbour.entry.port == 0;
    }
  EXPECT_TRUE (has_static);
  EXPECT_TRUE (has_local);
}

TEST_F (DecodeLive, SurvivesItsOwnBytesCutAnywhere)
{
  for (nl_msg *request : { vsw_encode_list_links (), vsw_encode_list_addresses (0), vsw_encode_list_counters () })
    for (const std::string &bytes : split (ask (request)))
      {
        EdgeMessage edge (bytes.size ());

        for (size_t size = NLMSG_HDRLEN; size <= bytes.size (); size += NLMSG_ALIGNTO)
          decode_all (edge.place (bytes, size));
      }
}

} // namespace
