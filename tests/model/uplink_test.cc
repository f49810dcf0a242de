// SPDX-License-Identifier: GPL-2.0-or-later
/* By what a NIC of the host is known. */
#include <vector>

#include "model/network.h"

namespace
{

constexpr VswMac one = { { 0, 0x1b, 0x21, 0, 0, 1 } };
constexpr VswMac two = { { 0, 0x1b, 0x21, 0, 0, 2 } };
constexpr VswMac none = {};

struct Nic
{
  const char *name;
  VswMac permanent;
  VswMac mac;
  const char *bus_path;
};

VswLink *
make (const Nic &nic, guint index = 7)
{
  VswLink fields = {};
  fields.index = index;
  fields.name = nic.name;
  fields.link_kind = fields.alias = fields.driver = "";
  fields.hardware_type = 1;
  fields.permanent = nic.permanent;
  fields.mac = nic.mac;
  fields.bus_path = nic.bus_path;
  return vsw_link_new (&fields);
}

bool
is_known (const Nic &bound, const Nic &now)
{
  g_autoptr (VswLink) was = make (bound), link = make (now);
  g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (was, nullptr, nullptr);
  return vsw_uplink_is (uplink, link);
}

} // namespace

TEST (Uplink, IsKnownByItsPermanentAddressAlone)
{
  const Nic nic = { "eth0", one, one, "0000:00:03.0" };

  EXPECT_TRUE (is_known (nic, nic));
  EXPECT_TRUE (is_known (nic, { "enp3s0", one, two, "0000:00:04.0" })) << "another name, slot and address";
  EXPECT_FALSE (is_known (nic, { "eth0", two, one, "0000:00:03.0" })) << "another card in its slot, under its name";
  EXPECT_FALSE (is_known (nic, { "eth0", none, one, "0000:00:03.0" }));
}

TEST (Uplink, WithoutOneIsKnownByTwoOfThree)
{
  const Nic nic = { "virt0", none, one, "" };

  EXPECT_TRUE (is_known (nic, nic));
  EXPECT_FALSE (is_known (nic, { "other", none, one, "" })) << "its address alone: a VLAN of it has that, too";
  EXPECT_FALSE (is_known (nic, { "virt0", none, two, "" })) << "its name alone";
  EXPECT_FALSE (is_known (nic, { "virt0", one, one, "" })) << "it had no permanent address";
  EXPECT_FALSE (is_known (nic, { "other", none, one, "" })) << "no slot is no slot in common";
  EXPECT_TRUE (is_known ({ "virt0", none, one, "vmbus-1" }, { "other", none, one, "vmbus-1" }));
}

TEST (Uplink, IsNoneOfOurs)
{
  g_autoptr (VswLink) link = make ({ "eth0", one, one, "" });
  g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (link, nullptr, nullptr);
  VswLink fields = *link;

  fields.group = VSW_GROUP_OURS;
  g_autoptr (VswLink) marked = vsw_link_new (&fields);
  EXPECT_FALSE (vsw_uplink_is (uplink, marked));
}

TEST (Uplink, OfSeveralIsTheOneInItsPlaceThenTheOneWithItsName)
{
  g_autoptr (VswLinks) links = vsw_links_new ();
  g_autoptr (VswLink) bound = make ({ "p2", one, one, "0000:00:05.1" });
  g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (bound, nullptr, nullptr);
  g_autoptr (VswLink) other = make ({ "p1", one, one, "0000:00:05.0" }, 2);
  g_autoptr (VswLink) named = make ({ "p2", one, one, "0000:00:05.3" }, 3);
  g_autoptr (VswLink) placed = make ({ "p9", one, one, "0000:00:05.1" }, 4);

  EXPECT_EQ (vsw_uplink_find (uplink, links), nullptr);
  vsw_links_put (links, other);
  EXPECT_EQ (vsw_uplink_find (uplink, links), other);
  vsw_links_put (links, named);
  EXPECT_EQ (vsw_uplink_find (uplink, links), named);
  vsw_links_put (links, placed);
  EXPECT_EQ (vsw_uplink_find (uplink, links), placed);
  vsw_links_bind (links, "somebody", placed->index);
  EXPECT_EQ (vsw_uplink_find (uplink, links), named) << "who is somebody already is not looked at";
}

TEST (Uplink, ValuesAreEqualByWhatTheySay)
{
  const char *lines[] = { "address 192.0.2.5/24", nullptr };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (VswIpConfig) ip = vsw_ip_config_new (bytes, lines, lines);
  g_autoptr (VswLink) link = make ({ "eth0", one, one, "0000:00:03.0" });
  g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (link, ip, "id");
  g_autoptr (VswUplink) same = vsw_uplink_new (uplink);
  const std::vector<std::function<void (VswUplink &)>> edits = {
    [] (VswUplink &u) { u.permanent = two; },     [] (VswUplink &u) { u.mac = two; },
    [] (VswUplink &u) { u.bus_path = ""; },       [] (VswUplink &u) { u.last_name = "eth1"; },
    [] (VswUplink &u) { u.was_up = !u.was_up; },  [] (VswUplink &u) { u.was_mtu++; },
    [] (VswUplink &u) { u.was_promiscuous = 1; }, [] (VswUplink &u) { u.was_promiscuous = -1; },
    [] (VswUplink &u) { u.ip = nullptr; },        [] (VswUplink &u) { u.is_taken_over = TRUE; },
    [] (VswUplink &u) { u.profile = "other"; }, [] (VswUplink &u) { u.lease = "other"; },
    [] (VswUplink &u) { u.host_id = nullptr; },
  };

  EXPECT_TRUE (vsw_uplink_equal (uplink, same));
  EXPECT_FALSE (vsw_uplink_equal (uplink, nullptr));
  for (size_t i = 0; i < edits.size (); i++)
    {
      VswUplink fields = *uplink;
      edits[i](fields);
      g_autoptr (VswUplink) other = vsw_uplink_new (&fields);
      EXPECT_FALSE (vsw_uplink_equal (uplink, other)) << i;
    }
}

TEST (Uplink, TwoAreOfTheSameNicByWhatItIsKnownBy)
{
  auto same = [] (const Nic &a, const Nic &b) {
    g_autoptr (VswLink) first = make (a);
    g_autoptr (VswLink) second = make (b);
    g_autoptr (VswUplink) was = vsw_uplink_new_of_link (first, nullptr, nullptr);
    g_autoptr (VswUplink) is = vsw_uplink_new_of_link (second, nullptr, nullptr);
    EXPECT_EQ (vsw_uplink_is_same (was, is), vsw_uplink_is_same (is, was));
    return !!vsw_uplink_is_same (was, is);
  };

  EXPECT_TRUE (same ({ "eth0", one, one, "0000:00:03.0" }, { "lan0", one, two, "0000:00:04.0" }));
  EXPECT_FALSE (same ({ "eth0", one, one, "0000:00:03.0" }, { "eth0", two, one, "0000:00:03.0" }));
  EXPECT_TRUE (same ({ "virt0", none, one, "" }, { "virt0", none, one, "" }));
  EXPECT_TRUE (same ({ "virt0", none, one, "vmbus-1" }, { "virt1", none, one, "vmbus-1" }));
  EXPECT_FALSE (same ({ "virt0", none, one, "" }, { "virt1", none, one, "" }));
  EXPECT_FALSE (same ({ "virt0", none, one, "" }, { "virt0", none, two, "" }));
  EXPECT_FALSE (same ({ "virt0", none, one, "" }, { "virt0", one, one, "" }));
}
