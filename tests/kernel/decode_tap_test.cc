// SPDX-License-Identifier: GPL-2.0-or-later
/* What a message says of a tap. */
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

#include <string>
#include <utility>
#include <vector>

#include "kernel/corpus.h"
#include "kernel/decode.h"

namespace
{

/* A device of that kind; attributes as tun_fill_info() puts them. */
nl_msg *
new_tun_message (guint8 type, const std::vector<std::pair<int, guint32> > &numbers, guint8 kept, guint8 many)
{
  struct ifinfomsg header = {};
  nl_msg *message = nlmsg_alloc_simple (RTM_NEWLINK, 0);

  header.ifi_index = 7;
  nlmsg_append (message, &header, sizeof header, NLMSG_ALIGNTO);
  nla_put_string (message, IFLA_IFNAME, "vswp-a");
  nla_put_u32 (message, IFLA_MTU, 1500);
  nlattr *info = nla_nest_start (message, IFLA_LINKINFO);
  nla_put_string (message, IFLA_INFO_KIND, "tun");
  nlattr *data = nla_nest_start (message, IFLA_INFO_DATA);
  nla_put_u8 (message, IFLA_TUN_TYPE, type);
  nla_put_u8 (message, IFLA_TUN_PERSIST, kept);
  nla_put_u8 (message, IFLA_TUN_MULTI_QUEUE, many);
  for (const auto &[attribute, number] : numbers)
    nla_put_u32 (message, attribute, number);
  nla_nest_end (message, data);
  nla_nest_end (message, info);
  return message;
}

TEST (DecodeTap, TellsWhoseATapIsAndWhetherItStays)
{
  nl_msg *message = new_tun_message (IFF_TAP,
                                     { { IFLA_TUN_OWNER, 1000 },
                                       { IFLA_TUN_GROUP, 100 },
                                       { IFLA_TUN_NUM_QUEUES, 3 },
                                       { IFLA_TUN_NUM_DISABLED_QUEUES, 1 } },
                                     1, 1);
  g_autoptr (VswLink) link = vsw_decode_link (nlmsg_hdr (message));

  ASSERT_NE (link, nullptr);
  EXPECT_TRUE (link->is_tap);
  EXPECT_TRUE (link->tap_is_kept);
  EXPECT_EQ (link->tap_owner, 1000u);
  EXPECT_EQ (link->tap_group, 100u);
  EXPECT_EQ (link->tap_queues, 4u);
  EXPECT_TRUE (vsw_decode_has_many_queues (nlmsg_hdr (message)));
  nlmsg_free (message);
}

TEST (DecodeTap, TellsATapOfNobodyFromOneOfRoot)
{
  for (bool has_owner : { false, true })
    {
      std::vector<std::pair<int, guint32> > numbers;
      if (has_owner)
        numbers = { { IFLA_TUN_OWNER, 0 }, { IFLA_TUN_GROUP, 0 } };
      nl_msg *message = new_tun_message (IFF_TAP, numbers, 0, 0);
      g_autoptr (VswLink) link = vsw_decode_link (nlmsg_hdr (message));

      ASSERT_NE (link, nullptr);
      EXPECT_EQ (link->tap_owner, has_owner ? 0 : VSW_TAP_OWNER_NONE);
      EXPECT_EQ (link->tap_group, has_owner ? 0 : VSW_TAP_GROUP_NONE);
      EXPECT_FALSE (link->tap_is_kept);
      EXPECT_EQ (link->tap_queues, 0u);
      EXPECT_FALSE (vsw_decode_has_many_queues (nlmsg_hdr (message)));
      nlmsg_free (message);
    }
}

TEST (DecodeTap, TakesNoTunnelForATap)
{
  nl_msg *message = new_tun_message (IFF_TUN, { { IFLA_TUN_OWNER, 1000 } }, 1, 0);
  g_autoptr (VswLink) link = vsw_decode_link (nlmsg_hdr (message));

  ASSERT_NE (link, nullptr);
  EXPECT_STREQ (link->link_kind, "tun");
  EXPECT_FALSE (link->is_tap);
  EXPECT_FALSE (link->tap_is_kept);
  nlmsg_free (message);
}

TEST (DecodeTap, ReadsTheTapsOfTheCorpus)
{
  std::string text;

  for (const std::string &bytes : read_corpus (VSW_CORPUS, "taps"))
    {
      auto *message = (const nlmsghdr *)bytes.data ();
      g_autoptr (VswLink) link = vsw_decode_link (message);

      ASSERT_NE (link, nullptr);
      if (!g_str_equal (link->link_kind, "tun"))
        continue;
      text += std::string (link->name) + (link->is_tap ? " tap" : "") + (link->tap_is_kept ? " kept" : "") + " owner "
              + std::to_string ((int)link->tap_owner) + " queues " + std::to_string (link->tap_queues)
              + (vsw_decode_has_many_queues (message) ? " of many" : "") + "\n";
    }
  EXPECT_EQ (text, "kept0 tap kept owner 1000 queues 0\n"
                   "many0 tap kept owner -1 queues 0 of many\n"
                   "open0 tap owner 1000 queues 3 of many\n"
                   "tunnel0 owner 0 queues 0\n");
}

} // namespace
