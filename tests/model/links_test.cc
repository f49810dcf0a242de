// SPDX-License-Identifier: GPL-2.0-or-later
#include <vector>

#include "model/network.h"

namespace
{

VswLink
fields_of (guint index, const char *name, const char *mac = "02:00:00:00:00:01")
{
  VswLink fields = {};
  fields.index = index;
  fields.name = name;
  fields.mac = mac_of (mac);
  return fields;
}

class Links : public ::testing::Test
{
protected:
  Network net;
  VswLinks *links = net.links;

  std::string
  name_at (guint index)
  {
    VswLink *link = vsw_links_get (links, index);
    return link != nullptr ? link->name : "";
  }
};

} // namespace

TEST_F (Links, AreFoundByIndexNameAndMac)
{
  net.put (fields_of (2, "eth0", "02:00:00:00:00:01"));
  net.put (fields_of (3, "eth1", "02:00:00:00:00:02"));
  EXPECT_EQ (name_at (2), "eth0");
  EXPECT_EQ (vsw_links_find_name (links, "eth1")->index, 3u);
  EXPECT_TRUE (vsw_links_has_mac (links, mac_of ("02:00:00:00:00:02")));
  EXPECT_FALSE (vsw_links_has_mac (links, mac_of ("02:00:00:00:00:03")));
  EXPECT_EQ (vsw_links_find_name (links, "eth2"), nullptr);
  EXPECT_EQ (vsw_links_get (links, 4), nullptr);
}

TEST_F (Links, FollowRenamesAndNewAddresses)
{
  net.put (fields_of (2, "eth0", "02:00:00:00:00:01"));
  net.put (fields_of (2, "lan0", "02:00:00:00:00:09"));
  EXPECT_EQ (vsw_links_find_name (links, "eth0"), nullptr);
  EXPECT_EQ (vsw_links_find_name (links, "lan0")->index, 2u);
  EXPECT_FALSE (vsw_links_has_mac (links, mac_of ("02:00:00:00:00:01")));
  EXPECT_TRUE (vsw_links_has_mac (links, mac_of ("02:00:00:00:00:09")));
}

TEST_F (Links, LeaveANameToTheLaterOneWhenTwoHaveItForAMoment)
{
  net.put (fields_of (2, "a"));
  net.put (fields_of (3, "b"));
  net.put (fields_of (3, "a"));
  net.put (fields_of (2, "c"));
  EXPECT_EQ (vsw_links_find_name (links, "a")->index, 3u);
  EXPECT_EQ (vsw_links_find_name (links, "c")->index, 2u);
}

TEST_F (Links, CountHowManyHaveAnAddress)
{
  net.put (fields_of (2, "eth0", "02:00:00:00:00:01"));
  net.put (fields_of (3, "eth0.5", "02:00:00:00:00:01"));
  g_autoptr (VswLink) gone = vsw_links_drop (links, 2);
  EXPECT_TRUE (vsw_links_has_mac (links, mac_of ("02:00:00:00:00:01")));
  g_autoptr (VswLink) last = vsw_links_drop (links, 3);
  EXPECT_FALSE (vsw_links_has_mac (links, mac_of ("02:00:00:00:00:01")));
  EXPECT_FALSE (vsw_links_has_mac (links, mac_of ("00:00:00:00:00:00")));
}

TEST_F (Links, GiveBackWhatWasReplacedOrDropped)
{
  net.put (fields_of (2, "eth0"));
  VswLink changed = fields_of (2, "lan0");
  g_autoptr (VswLink) link = vsw_link_new (&changed);
  g_autoptr (VswLink) old = vsw_links_put (links, link);
  EXPECT_STREQ (old->name, "eth0");
  g_autoptr (VswLink) dropped = vsw_links_drop (links, 2);
  EXPECT_EQ (dropped, link);
  EXPECT_EQ (vsw_links_drop (links, 2), nullptr);
}

TEST_F (Links, AreListedByIndex)
{
  for (guint index : { 7u, 3u, 5u })
    net.put (fields_of (index, std::to_string (index).c_str ()));
  g_autoptr (GPtrArray) list = vsw_links_list (links);
  ASSERT_EQ (list->len, 3u);
  EXPECT_EQ (((VswLink *)list->pdata[0])->index, 3u);
  EXPECT_EQ (((VswLink *)list->pdata[2])->index, 7u);
}

TEST_F (Links, KeepABindingThroughEveryChangeUntilTheLinkIsGone)
{
  net.put (fields_of (2, "vswp-web"));
  vsw_links_bind (links, "vswp-web", 2);
  net.put (fields_of (2, "stolen", "02:00:00:00:00:09"));
  EXPECT_EQ (vsw_links_get_device (links, "vswp-web")->index, 2u);
  EXPECT_STREQ (vsw_links_get_bound (links, 2), "vswp-web");
  g_autoptr (VswLink) gone = vsw_links_drop (links, 2);
  EXPECT_EQ (vsw_links_get_device (links, "vswp-web"), nullptr);
  EXPECT_EQ (vsw_links_get_bound (links, 2), nullptr);
}

TEST_F (Links, BindOneDeviceToOneLink)
{
  net.put (fields_of (2, "a"));
  net.put (fields_of (3, "b"));
  vsw_links_bind (links, "x", 2);
  vsw_links_bind (links, "x", 2);
  vsw_links_bind (links, "x", 3);
  EXPECT_EQ (vsw_links_get_bound (links, 2), nullptr);
  EXPECT_EQ (vsw_links_get_device (links, "x")->index, 3u);
  vsw_links_bind (links, "y", 3);
  EXPECT_EQ (vsw_links_get_device (links, "x"), nullptr);
  EXPECT_STREQ (vsw_links_get_bound (links, 3), "y");
  vsw_links_unbind (links, "y");
  vsw_links_unbind (links, "y");
  EXPECT_EQ (vsw_links_get_bound (links, 3), nullptr);
}

TEST_F (Links, AreCopiedWithBindingsAndLearnedCounts)
{
  net.put (fields_of (2, "vsw-lab"));
  vsw_links_bind (links, "vsw-lab", 2);
  vsw_links_set_learned (links, 2, 17);
  g_autoptr (VswLinks) copy = vsw_links_copy (links);
  g_autoptr (VswLink) gone = vsw_links_drop (links, 2);
  EXPECT_EQ (vsw_links_get_learned (links, 2), 0u);
  EXPECT_EQ (vsw_links_get_device (copy, "vsw-lab")->index, 2u);
  EXPECT_EQ (vsw_links_get_learned (copy, 2), 17u);
  EXPECT_EQ (vsw_links_find_name (copy, "vsw-lab")->index, 2u);
  EXPECT_TRUE (vsw_links_has_mac (copy, mac_of ("02:00:00:00:00:01")));
}

TEST (Link, EqualsOnlyWhatSaysTheSame)
{
  const std::vector<std::function<void (VswLink &)> > edits = {
    [] (VswLink &l) { l.index = 9; },
    [] (VswLink &l) { l.name = "x"; },
    [] (VswLink &l) { l.link_kind = "x"; },
    [] (VswLink &l) { l.alias = "x"; },
    [] (VswLink &l) { l.hardware_type = 9; },
    [] (VswLink &l) { l.is_loopback = TRUE; },
    [] (VswLink &l) { l.is_up = TRUE; },
    [] (VswLink &l) { l.has_carrier = TRUE; },
    [] (VswLink &l) { l.is_promiscuous = TRUE; },
    [] (VswLink &l) { l.group = 9; },
    [] (VswLink &l) { l.bridge = 9; },
    [] (VswLink &l) { l.peer = 9; },
    [] (VswLink &l) { l.peer_elsewhere = TRUE; },
    [] (VswLink &l) { l.mtu = 9; },
    [] (VswLink &l) { l.mac.octets[5] = 9; },
    [] (VswLink &l) { l.permanent.octets[5] = 9; },
    [] (VswLink &l) { l.ipv6_quiet = TRUE; },
    [] (VswLink &l) { l.is_bridge = TRUE; },
    [] (VswLink &l) { l.ageing = 9; },
    [] (VswLink &l) { l.spanning_tree = TRUE; },
    [] (VswLink &l) { l.multicast_snooping = TRUE; },
    [] (VswLink &l) { l.has_max_learned = TRUE; },
    [] (VswLink &l) { l.max_learned = 9; },
    [] (VswLink &l) { l.is_port = TRUE; },
    [] (VswLink &l) { l.port_state = VSW_PORT_STATE_BLOCKING; },
    [] (VswLink &l) { l.driver = "x"; },
    [] (VswLink &l) { l.bus_path = "x"; },
    [] (VswLink &l) { l.speed = 9; },
    [] (VswLink &l) { l.full_duplex = TRUE; },
    [] (VswLink &l) { l.is_wireless_station = TRUE; },
  };
  VswLink fields = fields_of (2, "eth0");
  g_autoptr (VswLink) link = vsw_link_new (&fields), same = vsw_link_new (&fields);
  EXPECT_TRUE (vsw_link_equal (link, same));
  for (gsize i = 0; i < edits.size (); i++)
    {
      VswLink edited = fields;
      edits[i](edited);
      g_autoptr (VswLink) other = vsw_link_new (&edited);
      EXPECT_FALSE (vsw_link_equal (link, other)) << i;
    }
}

namespace
{

/* "-": it claims nothing */
std::string
claim_of (guint group, const char *name, const char *alias)
{
  VswLink fields = fields_of (2, name);
  fields.group = group;
  fields.alias = alias;
  g_autoptr (VswLink) link = vsw_link_new (&fields);
  char device[VSW_INTERFACE_SIZE];
  const char *claim = vsw_link_get_claim (link, device);
  return claim != nullptr ? claim : "-";
}

} // namespace

TEST (Link, ClaimsADeviceByAliasElseByName)
{
  EXPECT_EQ (claim_of (VSW_GROUP_OURS, "stolen", "vmswitch:vswp-web:n-web"), "vswp-web");
  EXPECT_EQ (claim_of (VSW_GROUP_DOOMED, "vswp-web", ""), "vswp-web");
  for (const char *alias :
       { "uplink", "vmswitch:", "vmswitch:vswp-web", "vmswitch::id", "vmswitch:1234567890123456:id" })
    EXPECT_EQ (claim_of (VSW_GROUP_OURS, "vswp-x", alias), "vswp-x") << alias;
  g_autofree char *alias = vsw_link_alias_new ("123456789012345", "id");
  EXPECT_EQ (claim_of (VSW_GROUP_OURS, "x", alias), "123456789012345");
}

TEST (Link, ThatIsNotMarkedClaimsNothing)
{
  EXPECT_EQ (claim_of (0, "vswp-web", "vmswitch:vswp-web:n-web"), "-");
}
