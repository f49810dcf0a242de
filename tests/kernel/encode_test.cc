// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages as bytes, printed as trees of attributes so that a golden one can be read: "3:7673772d6c616200" is IFLA_IFNAME "vsw-lab". */
#include <gtest/gtest.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>

#include <set>
#include <sstream>
#include <string>

#include "kernel/encode.h"

namespace
{

std::string
hex (const void *data, size_t size)
{
  std::string text;
  char octet[3];

  for (size_t i = 0; i < size; i++)
    {
      g_snprintf (octet, sizeof octet, "%02x", ((const guint8 *)data)[i]);
      text += octet;
    }
  return text;
}

/* Which attributes of rtnetlink hold others, by the path to them; and those that begin with a header of their own. */
const std::set<std::string> nests = { "/18", "/18/2", "/18/2/1", "/26", "/26/10" };

std::string
print_attributes (const void *data, int size, const std::string &path)
{
  std::ostringstream text;
  const nlattr *attribute;
  int rest;

  nla_for_each_attr (attribute, (nlattr *)data, size, rest)
  {
    std::string here = path + "/" + std::to_string (nla_type (attribute));
    auto *inner = (const guint8 *)nla_data (attribute);
    int length = nla_len (attribute);
    bool is_peer = here == "/18/2/1" && length > 16;

    text << (text.str ().empty () ? "" : " ") << nla_type (attribute) << ":";
    if (here == "/18/2/1" && !is_peer)
      text << hex (inner, length);
    else if (is_peer)
      text << "{" << hex (inner, 16) << " " << print_attributes (inner + 16, length - 16, here) << "}";
    else if (nests.count (here) != 0)
      text << "{" << print_attributes (inner, length, here) << "}";
    else
      text << hex (inner, length);
  }
  EXPECT_EQ (rest, 0) << "octets left over in " << path;
  return text.str ();
}

/* "TYPE FLAGS head=HEX attributes"; takes the message. */
std::string
print (nl_msg *message, size_t head)
{
  nlmsghdr *header = nlmsg_hdr (message);
  std::ostringstream text;

  text << header->nlmsg_type << " " << std::hex << header->nlmsg_flags << std::dec << " "
       << hex (nlmsg_data (header), head) << " "
       << print_attributes (nlmsg_attrdata (header, (int)head), nlmsg_attrlen (header, (int)head), "");
  nlmsg_free (message);
  return text.str ();
}

constexpr size_t link_head = sizeof (ifinfomsg);
constexpr VswMac mac = { { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } };
constexpr VswMac near_mac = { { 0xfe, 0x11, 0x22, 0x33, 0x44, 0x55 } };

VswVethEnd
make_end (const char *name, VswMac address)
{
  VswVethEnd end = {};

  end.name = name;
  end.mac = address;
  end.queues = 1;
  end.space = -1;
  return end;
}

TEST (Encode, MakesABridgeInOneRequest)
{
  VswBridgeSettings settings = {};
  settings.ageing = 300;
  settings.spanning_tree = TRUE;

  EXPECT_EQ (print (vsw_encode_bridge_add ("vsw-lab", mac, 1500, &settings), link_head),
             "16 608 00000000000000000000000000000000 "
             "3:7673772d6c616200 1:021122334455 4:dc050000 27:31777376 "
             "18:{1:62726964676500 2:{1:00000000 5:01000000 4:30750000 23:00}}");
}

TEST (Encode, AsksForALimitOfLearnedAddressesOnlyIfThereIsOne)
{
  VswBridgeSettings settings = {};
  settings.max_learned = 4096;

  EXPECT_EQ (print (vsw_encode_bridge_add ("vsw-lab", mac, 0, &settings), link_head),
             "16 608 00000000000000000000000000000000 "
             "3:7673772d6c616200 1:021122334455 27:31777376 "
             "18:{1:62726964676500 2:{1:00000000 5:00000000 4:00000000 23:00 49:00100000}}");
}

TEST (Encode, MakesBothEndsOfAPairInOneRequest)
{
  VswVethEnd near_end = make_end ("vswp-web", near_mac);
  VswVethEnd far_end = make_end ("vswi-web", mac);

  near_end.mtu = far_end.mtu = 9000;
  near_end.group = far_end.group = VSW_GROUP_OURS;
  near_end.bridge = 7;
  near_end.up = TRUE;
  EXPECT_EQ (print (vsw_encode_veth_add (&near_end, &far_end), link_head),
             "16 608 00000000000000000100000001000000 "
             "3:767377702d77656200 1:fe1122334455 4:28230000 27:31777376 31:01000000 32:01000000 10:07000000 "
             "18:{1:7665746800 2:{1:{00000000000000000000000000000000 "
             "3:767377692d77656200 1:021122334455 4:28230000 27:31777376 31:01000000 32:01000000}}}");
}

TEST (Encode, GivesAFarEndToANamespaceWithoutOurMark)
{
  VswVethEnd near_end = make_end ("vswp-web", near_mac);
  VswVethEnd far_end = make_end ("eth0", mac);

  near_end.group = VSW_GROUP_OURS;
  far_end.space = 9;
  EXPECT_EQ (print (vsw_encode_veth_add (&near_end, &far_end), link_head),
             "16 608 00000000000000000000000000000000 "
             "3:767377702d77656200 1:fe1122334455 27:31777376 31:01000000 32:01000000 "
             "18:{1:7665746800 2:{1:{00000000000000000000000000000000 "
             "3:6574683000 1:021122334455 31:01000000 32:01000000 28:09000000}}}");
}

TEST (Encode, MarksByIndexNeverByName)
{
  EXPECT_EQ (print (vsw_encode_mark (5, "vmswitch:a:b", TRUE), link_head),
             "19 0 00000000050000000000000000000000 20:766d7377697463683a613a62 26:{10:{8:01}}");
  EXPECT_EQ (print (vsw_encode_mark (5, "x", FALSE), link_head), "19 0 00000000050000000000000000000000 20:78");
}

TEST (Encode, ShapesWhatWasMadeWithoutAMessageByIndex)
{
  EXPECT_EQ (print (vsw_encode_shape (5, mac, 1400, "vmswitch:a:b"), link_head),
             "19 0 00000000050000000000000000000000 1:021122334455 4:78050000 27:31777376 20:766d7377697463683a613a62");
  EXPECT_EQ (print (vsw_encode_shape (5, mac, 0, "x"), link_head),
             "19 0 00000000050000000000000000000000 1:021122334455 27:31777376 20:78");
}

TEST (Encode, ChangesOneAttributeARequest)
{
  VswDeviceRef five = {};
  five.index = 5;
  const std::string head5 = "00000000050000000000000000000000 ";
  const std::pair<VswAttribute, std::string> cases[] = {
    { VSW_ATTRIBUTE_UP, "19 0 00000000050000000100000001000000 " },
    { VSW_ATTRIBUTE_PROMISCUOUS, "19 0 00000000050000000001000000010000 " },
    { VSW_ATTRIBUTE_MTU, "19 0 " + head5 + "4:01000000" },
    { VSW_ATTRIBUTE_GROUP, "19 0 " + head5 + "27:01000000" },
    { VSW_ATTRIBUTE_IPV6_QUIET, "19 0 " + head5 + "26:{10:{8:01}}" },
    { VSW_ATTRIBUTE_CONTROLLER, "19 0 " + head5 + "10:01000000" },
    { VSW_ATTRIBUTE_AGEING, "16 0 " + head5 + "18:{1:62726964676500 2:{4:64000000}}" },
    { VSW_ATTRIBUTE_MAX_LEARNED, "16 0 " + head5 + "18:{1:62726964676500 2:{49:01000000}}" },
    { VSW_ATTRIBUTE_SPANNING_TREE, "16 0 " + head5 + "18:{1:62726964676500 2:{5:01000000}}" },
    { VSW_ATTRIBUTE_MULTICAST_SNOOPING, "16 0 " + head5 + "18:{1:62726964676500 2:{23:01}}" },
  };

  for (const auto &[attribute, golden] : cases)
    EXPECT_EQ (print (vsw_encode_set (five, attribute, 1), link_head), golden);
  EXPECT_EQ (print (vsw_encode_set (five, VSW_ATTRIBUTE_UP, 0), link_head), "19 0 00000000050000000000000001000000 ");
}

TEST (Encode, NamesALinkByNameWhereItHasNoIndexYet)
{
  EXPECT_EQ (print (vsw_encode_set (vsw_device_ref_by_name ("a"), VSW_ATTRIBUTE_MTU, 1500), link_head),
             "19 0 00000000000000000000000000000000 3:6100 4:dc050000");
}

TEST (Encode, NeverCreatesByChanging)
{
  nl_msg *message = vsw_encode_set (vsw_device_ref_by_name ("a"), VSW_ATTRIBUTE_AGEING, 1);

  EXPECT_EQ (nlmsg_hdr (message)->nlmsg_flags & NLM_F_CREATE, 0);
  nlmsg_free (message);
}

TEST (Encode, PlacesUnderANewNameWithoutGroupAndAlias)
{
  EXPECT_EQ (print (vsw_encode_place (5, 9, "eth0"), link_head),
             "19 0 00000000050000000000000000000000 28:09000000 3:6574683000 27:00000000 20:");
}

TEST (Encode, DeletesOneOrAGroup)
{
  EXPECT_EQ (print (vsw_encode_delete (5), link_head), "17 0 00000000050000000000000000000000 ");
  EXPECT_EQ (print (vsw_encode_delete_group (VSW_GROUP_DOOMED), link_head),
             "17 0 00000000000000000000000000000000 27:32777376");
}

TEST (Encode, MakesStaticAddressesOfTheBridge)
{
  /* family 7 (AF_BRIDGE), index 5, state 0x40 (NUD_NOARP), flags 4 (NTF_MASTER) */
  EXPECT_EQ (print (vsw_encode_address_add (5, mac, FALSE), sizeof (ndmsg)),
             "28 600 070000000500000040000400 2:021122334455");
  EXPECT_EQ (print (vsw_encode_address_add (5, mac, TRUE), sizeof (ndmsg)),
             "28 500 070000000500000040000400 2:021122334455");
  EXPECT_EQ (print (vsw_encode_address_delete (5, mac), sizeof (ndmsg)),
             "29 0 070000000500000000000400 2:021122334455");
  EXPECT_EQ (print (vsw_encode_list_addresses (7), sizeof (ndmsg)), "30 300 070000000000000000000000 9:07000000");
}

TEST (Encode, ReadsWithoutStatistics)
{
  VswDeviceRef five = {};
  five.index = 5;

  EXPECT_EQ (print (vsw_encode_get_link (five), link_head), "18 0 00000000050000000000000000000000 29:08000000");
  EXPECT_EQ (print (vsw_encode_list_links (), link_head), "18 300 00000000000000000000000000000000 29:08000000");
  EXPECT_EQ (print (vsw_encode_list_counters (), sizeof (if_stats_msg)), "94 300 000000000000000001000000 ");
  EXPECT_EQ (print (vsw_encode_get_link_in (3, "eth0"), link_head),
             "18 0 00000000000000000000000000000000 3:6574683000 46:03000000");
}

} // namespace
