// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of what IP has on a link: they come back from a store, and may be anything then. No kernel is asked. */
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <random>
#include <string>
#include <vector>

#include "kernel/ip_encode.h"
#include "kernel/ip_set.h"
#include "model/error.h"

namespace
{

using Bytes = std::vector<guint8>;

void
append (Bytes &body, gconstpointer data, size_t size)
{
  auto *octets = static_cast<const guint8 *> (data);

  body.insert (body.end (), octets, octets + size);
  body.resize ((body.size () + 3) & ~size_t{ 3 });
}

void
append_attribute (Bytes &body, int type, const Bytes &data)
{
  nlattr head = { (guint16)(NLA_HDRLEN + data.size ()), (guint16)type };

  append (body, &head, sizeof head);
  append (body, data.data (), data.size ());
}

template <typename T>
Bytes
octets_of (const T &value)
{
  auto *first = reinterpret_cast<const guint8 *> (&value);

  return { first, first + sizeof value };
}

Bytes
address_of (const std::string &text)
{
  Bytes octets (16);

  octets.resize (inet_pton (AF_INET6, text.c_str (), octets.data ()) == 1 ? 16 : 4);
  if (octets.size () == 4)
    inet_pton (AF_INET, text.c_str (), octets.data ());
  return octets;
}

VswIpItem *
make (VswIpKind kind, const Bytes &body)
{
  return vsw_ip_item_new (kind, body.data (), body.size ());
}

VswIpItem *
make_address (guint32 valid, guint32 preferred)
{
  ifaddrmsg head = { AF_INET, 24, 0, 0, 0 };
  ifa_cacheinfo cache = { preferred, valid, 0, 0 };
  Bytes body;

  append (body, &head, sizeof head);
  append_attribute (body, IFA_ADDRESS, address_of ("192.0.2.5"));
  append_attribute (body, IFA_LOCAL, address_of ("192.0.2.5"));
  append_attribute (body, IFA_LABEL, { '%', ':', '1', 0 });
  append_attribute (body, IFA_CACHEINFO, octets_of (cache));
  return make (VSW_IP_ADDRESS, body);
}

VswIpItem *
make_route (guint32 other)
{
  rtmsg head = { AF_INET, 8, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0 };
  Bytes body, paths;

  for (guint32 index : { guint32{ 0 }, other })
    {
      Bytes gateway;
      append_attribute (gateway, RTA_GATEWAY, address_of ("192.0.2.1"));
      rtnexthop path = { (unsigned short)(sizeof path + gateway.size ()), 0, 1, (int)index };
      append (paths, &path, sizeof path);
      append (paths, gateway.data (), gateway.size ());
    }
  append (body, &head, sizeof head);
  append_attribute (body, RTA_DST, address_of ("10.0.0.0"));
  append_attribute (body, RTA_MULTIPATH, paths);
  append_attribute (body, RTA_PRIORITY, octets_of (guint32{ 100 }));
  return make (VSW_IP_ROUTE, body);
}

VswIpSet *
make_set ()
{
  VswIpSet *set = vsw_ip_set_new ();
  VswIpNumber setting = { 1, 1 };
  const std::string text = "accept_ra 2", name = "eth1";
  Bytes other = octets_of (guint32{ 7 });

  set->taken = 1000;
  other.insert (other.end (), name.begin (), name.end ());
  vsw_ip_set_add (set, make (VSW_IP_SETTING4, octets_of (setting)));
  vsw_ip_set_add (set, make (VSW_IP_SETTING6, Bytes (text.begin (), text.end ())));
  vsw_ip_set_add (set, make_address (3600, 1800));
  vsw_ip_set_add (set, make_route (7));
  vsw_ip_set_add (set, make (VSW_IP_GENERATION, { 1 }));
  vsw_ip_set_add (set, make (VSW_IP_OTHER_LINK, other));
  return set;
}

/* Everything that is done with an item without asking the kernel. */
void
use (VswIpSet *set)
{
  VswIpLink link = { 3, "eth0" };

  for (guint i = 0; i < set->items->len; i++)
    {
      auto *item = static_cast<VswIpItem *> (g_ptr_array_index (set->items, i));
      g_autofree char *line = vsw_ip_item_print (item, VswMac{});
      g_autofree VswIpItem *aged = vsw_ip_item_age (item, 10);

      EXPECT_TRUE (vsw_ip_item_equal (item, item));
      vsw_ip_item_is_own_link_local (item, VswMac{});
      if (item->kind < VSW_IP_ADDRESS || item->kind > VSW_IP_RULE)
        continue;
      nlmsg_free (vsw_ip_encode_add (item, link, NLM_F_CREATE));
      nlmsg_free (vsw_ip_encode_delete (item, link));
      if (item->kind == VSW_IP_ADDRESS)
        nlmsg_free (vsw_ip_encode_add_at_once (item, link));
      if (item->kind == VSW_IP_ROUTE)
        {
          g_autofree VswIpItem *ours = vsw_ip_item_part (item, TRUE);
          g_autofree VswIpItem *others = vsw_ip_item_part (item, FALSE);
        }
    }
  g_autoptr (VswIpConfig) ip = vsw_ip_set_describe (set, VswMac{}, nullptr);
}

TEST (IpSet, ComesBack)
{
  g_autoptr (VswIpSet) set = make_set ();
  g_autoptr (GBytes) bytes = vsw_ip_set_encode (set);
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswIpSet) back = vsw_ip_set_decode (bytes, &error);

  ASSERT_NE (back, nullptr) << error->message;
  EXPECT_EQ (back->taken, 1000);
  ASSERT_EQ (back->items->len, set->items->len);
  g_autoptr (GBytes) again = vsw_ip_set_encode (back);
  EXPECT_TRUE (g_bytes_equal (bytes, again));
  use (back);
}

TEST (IpSet, IsToldInSentences)
{
  g_autoptr (VswIpSet) set = make_set ();
  g_autoptr (VswIpSet) none = vsw_ip_set_new ();
  g_autoptr (VswIpConfig) ip = vsw_ip_set_describe (set, VswMac{}, none);
  std::vector<std::string> items (ip->items, ip->items + g_strv_length ((GStrv)ip->items));

  EXPECT_EQ (items, (std::vector<std::string>{
                        "setting ipv4 forwarding 1", "setting ipv6 accept_ra 2",
                        "address 192.0.2.5/24 label %:1 valid 3600s preferred 1800s",
                        "route 10.0.0.0/8 path here via 192.0.2.1 weight 2 path elsewhere via 192.0.2.1 weight 2 "
                        "table main proto 4 metric 100",
                        "setting ipv6 addr_gen_mode 1" }));
  EXPECT_STREQ (ip->addresses[0], "192.0.2.5/24");
  EXPECT_EQ (ip->addresses[1], nullptr);
}

TEST (IpSet, LosesWhatIsOver)
{
  g_autoptr (VswIpSet) set = make_set ();
  guint before = set->items->len;

  vsw_ip_set_age (set, 1000 + 3599);
  EXPECT_EQ (set->items->len, before);
  vsw_ip_set_age (set, 900); /* the clock was set back */
  EXPECT_EQ (set->items->len, before);
  vsw_ip_set_age (set, 901);
  EXPECT_EQ (set->items->len, before - 1);
}

TEST (IpSet, EqualsItselfWhateverItsAge)
{
  g_autofree VswIpItem *young = make_address (3600, 1800);
  g_autofree VswIpItem *old = make_address (5, 0);
  g_autofree VswIpItem *route = make_route (7);
  g_autofree VswIpItem *other = make_route (8);

  EXPECT_TRUE (vsw_ip_item_equal (young, old));
  EXPECT_FALSE (vsw_ip_item_equal (route, other));
  EXPECT_FALSE (vsw_ip_item_equal (young, route));
}

TEST (IpSet, PartsOfARoute)
{
  g_autofree VswIpItem *route = make_route (7);
  g_autofree VswIpItem *ours = vsw_ip_item_part (route, TRUE);
  g_autofree VswIpItem *others = vsw_ip_item_part (route, FALSE);
  g_autofree char *here = vsw_ip_item_print (ours, VswMac{});
  g_autofree char *elsewhere = vsw_ip_item_print (others, VswMac{});

  EXPECT_STREQ (here, "route 10.0.0.0/8 path here via 192.0.2.1 weight 2 table main proto 4 metric 100");
  EXPECT_STREQ (elsewhere, "route 10.0.0.0/8 path elsewhere via 192.0.2.1 weight 2 table main proto 4 metric 100");
  EXPECT_EQ (vsw_ip_item_part (ours, FALSE), nullptr);
}

TEST (IpSet, OfAnotherVersionIsRefused)
{
  for (Bytes head : { Bytes{}, Bytes{ 1 }, Bytes (16, 0), Bytes (64, 0xff), Bytes (16, 1) })
    {
      g_autoptr (GBytes) bytes = g_bytes_new (head.data (), head.size ());
      g_autoptr (GError) error = nullptr;

      EXPECT_EQ (vsw_ip_set_decode (bytes, &error), nullptr);
      EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
    }
}

/* Every end, and sixty thousand wrong octets: refused, or harmless. The sanitizer looks on. */
TEST (IpSet, CanBeAnything)
{
  g_autoptr (VswIpSet) set = make_set ();
  g_autoptr (GBytes) bytes = vsw_ip_set_encode (set);
  gsize size;
  auto *data = static_cast<const guint8 *> (g_bytes_get_data (bytes, &size));
  std::mt19937 random (20261125);
  auto attempt = [] (const Bytes &wrong) {
    g_autoptr (GBytes) copy = g_bytes_new (wrong.data (), wrong.size ());
    g_autoptr (VswIpSet) back = vsw_ip_set_decode (copy, nullptr);

    if (back != nullptr)
      use (back);
  };

  for (gsize end = 0; end < size; end++)
    attempt (Bytes (data, data + end));
  for (int i = 0; i < 20000; i++)
    {
      Bytes wrong (data, data + size);

      for (int j = 0; j < 1 + i % 5; j++)
        wrong[16 + random () % (size - 16)] = (guint8)random ();
      attempt (wrong);
    }
}

} // namespace
