/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items as sentences for people: "address 192.0.2.5/24", "route default via 192.0.2.1 table main". The link is not in them. */
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/lwtunnel.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>

#include "kernel/ip_set.h"
#include "kernel/ip_settings.h"

#define ADDRESS_TEXT_SIZE 64

/* data: 16 octets of IPv6, 4 of IPv4 */
static const char *
print_octets (int family, const void *data, char text[ADDRESS_TEXT_SIZE])
{
  struct nl_addr *address = nl_addr_build (family, data, family == AF_INET6 ? 16 : 4);

  g_assert (address != NULL);
  nl_addr2str (address, text, ADDRESS_TEXT_SIZE);
  nl_addr_put (address);
  return text;
}

/* Nothing if the attribute is not there, or too short. */
static void
append_address (GString *text, const char *label, int family, const struct nlattr *attribute)
{
  char address[ADDRESS_TEXT_SIZE];

  if ((family == AF_INET || family == AF_INET6) && attribute != NULL
      && nla_len (attribute) >= (family == AF_INET6 ? 16 : 4))
    g_string_append_printf (text, "%s%s", label, print_octets (family, nla_data (attribute), address));
}

static void
append_prefix (GString *text, const char *label, int family, const struct nlattr *attribute, guint length)
{
  if (attribute == NULL && length == 0)
    return;
  append_address (text, label, family, attribute);
  g_string_append_printf (text, "/%u", length);
}

static void
append_number (GString *text, const char *label, const VswIpItem *item, int type)
{
  if (vsw_ip_item_find (item, type) != NULL)
    g_string_append_printf (text, " %s %u", label, vsw_ip_item_get_u32 (item, type));
}

static void
append_text (GString *text, const char *label, const struct nlattr *attribute)
{
  g_autofree char *bytes = g_strndup (nla_data (attribute), (gsize)nla_len (attribute));
  g_autofree char *escaped = vsw_text_escape (bytes);

  g_string_append_printf (text, " %s %s", label, escaped);
}

static void
append_table (GString *text, guint32 table)
{
  if (table == RT_TABLE_MAIN)
    g_string_append (text, " table main");
  else if (table == RT_TABLE_DEFAULT)
    g_string_append (text, " table default");
  else if (table == RT_TABLE_LOCAL)
    g_string_append (text, " table local");
  else
    g_string_append_printf (text, " table %u", table);
}

/* --- addresses and neighbours --- */

static void
append_lifetime (GString *text, const struct nlattr *attribute)
{
  struct ifa_cacheinfo cache;

  if (attribute == NULL || nla_len (attribute) < (int)sizeof cache)
    return;
  memcpy (&cache, nla_data (attribute), sizeof cache);
  if (cache.ifa_valid != G_MAXUINT32)
    g_string_append_printf (text, " valid %us preferred %us", cache.ifa_valid, cache.ifa_prefered);
}

static void
append_own_address (GString *text, const VswIpItem *item)
{
  const struct ifaddrmsg *head = (const struct ifaddrmsg *)item->body;
  const struct nlattr *address = vsw_ip_item_find (item, IFA_ADDRESS);
  const struct nlattr *local = vsw_ip_item_find (item, IFA_LOCAL);

  append_address (text, "", head->ifa_family, local != NULL ? local : address);
  g_string_append_printf (text, "/%u", head->ifa_prefixlen);
}

static void
print_address (const VswIpItem *item, GString *text)
{
  const struct ifaddrmsg *head = (const struct ifaddrmsg *)item->body;
  const struct nlattr *address = vsw_ip_item_find (item, IFA_ADDRESS);
  const struct nlattr *local = vsw_ip_item_find (item, IFA_LOCAL);
  const struct nlattr *label = vsw_ip_item_find (item, IFA_LABEL);
  guint32 flags = vsw_ip_item_get_flags (item);

  append_own_address (text, item);
  if (address != NULL && local != NULL
      && !(nla_len (address) == nla_len (local)
           && memcmp (nla_data (address), nla_data (local), (gsize)nla_len (local)) == 0))
    append_address (text, " peer ", head->ifa_family, address);
  if (head->ifa_scope == RT_SCOPE_LINK)
    g_string_append (text, " scope link");
  else if (head->ifa_scope == RT_SCOPE_HOST)
    g_string_append (text, " scope host");
  if (label != NULL)
    append_text (text, "label", label);
  append_number (text, "metric", item, IFA_RT_PRIORITY);
  if ((flags & IFA_F_NOPREFIXROUTE) != 0)
    g_string_append (text, " noprefixroute");
  if (head->ifa_family == AF_INET6 && (flags & IFA_F_TEMPORARY) != 0)
    g_string_append (text, " temporary");
  append_lifetime (text, vsw_ip_item_find (item, IFA_CACHEINFO));
}

static void
print_neighbour (const VswIpItem *item, GString *text)
{
  const struct ndmsg *head = (const struct ndmsg *)item->body;
  const struct nlattr *mac = vsw_ip_item_find (item, NDA_LLADDR);

  g_string_append (text, "neighbour");
  append_address (text, " ", head->ndm_family, vsw_ip_item_find (item, NDA_DST));
  if ((head->ndm_flags & NTF_PROXY) != 0)
    g_string_append (text, " proxy");
  for (int i = 0; mac != NULL && i < nla_len (mac); i++)
    g_string_append_printf (text, "%c%02x", i == 0 ? ' ' : ':', ((const guint8 *)nla_data (mac))[i]);
  if ((head->ndm_state & NUD_NOARP) != 0)
    g_string_append (text, " noarp");
}

/* --- routes --- */

static void
append_via (GString *text, int family, const struct nlattr *gateway, const struct nlattr *via)
{
  const struct rtvia *other = via != NULL && nla_len (via) >= (int)sizeof *other + 4 ? nla_data (via) : NULL;
  char address[ADDRESS_TEXT_SIZE];

  append_address (text, " via ", family, gateway);
  if (other != NULL
      && (other->rtvia_family == AF_INET
          || (other->rtvia_family == AF_INET6 && nla_len (via) >= (int)sizeof *other + 16)))
    g_string_append_printf (text, " via %s", print_octets (other->rtvia_family, other->rtvia_addr, address));
}

static void
append_paths (GString *text, int family, const struct nlattr *attribute)
{
  struct rtnexthop *path = nla_data (attribute);
  int rest = nla_len (attribute);

  for (; vsw_ip_path_is_ok (path, rest); rest -= (int)RTNH_ALIGN (path->rtnh_len), path = RTNH_NEXT (path))
    {
      struct nlattr *inside = (struct nlattr *)RTNH_DATA (path);
      int size = (int)path->rtnh_len - (int)sizeof *path;

      g_string_append (text, path->rtnh_ifindex == 0 ? " path here" : " path elsewhere");
      append_via (text, family, nla_find (inside, size, RTA_GATEWAY), nla_find (inside, size, RTA_VIA));
      if (path->rtnh_hops != 0)
        g_string_append_printf (text, " weight %u", path->rtnh_hops + 1u);
    }
}

static const char *
print_type (guint8 type)
{
  static const char *const types[] = {
    [RTN_LOCAL] = "local ",         [RTN_BROADCAST] = "broadcast ", [RTN_ANYCAST] = "anycast ",
    [RTN_MULTICAST] = "multicast ", [RTN_BLACKHOLE] = "blackhole ", [RTN_UNREACHABLE] = "unreachable ",
    [RTN_PROHIBIT] = "prohibit ",   [RTN_THROW] = "throw "
  };

  return type < G_N_ELEMENTS (types) && types[type] != NULL ? types[type] : "";
}

static void
print_route (const VswIpItem *item, GString *text)
{
  const struct rtmsg *head = (const struct rtmsg *)item->body;
  const struct nlattr *destination = vsw_ip_item_find (item, RTA_DST);
  const struct nlattr *table = vsw_ip_item_find (item, RTA_TABLE);
  const struct nlattr *paths = vsw_ip_item_find (item, RTA_MULTIPATH);

  g_string_append_printf (text, "route %s", print_type (head->rtm_type));
  if (head->rtm_dst_len == 0)
    g_string_append (text, head->rtm_family == AF_INET6 ? "::/0" : "default");
  else
    append_prefix (text, "", head->rtm_family, destination, head->rtm_dst_len);
  append_prefix (text, " from ", head->rtm_family, vsw_ip_item_find (item, RTA_SRC), head->rtm_src_len);
  if (head->rtm_tos != 0)
    g_string_append_printf (text, " tos 0x%02x", head->rtm_tos);
  append_via (text, head->rtm_family, vsw_ip_item_find (item, RTA_GATEWAY), vsw_ip_item_find (item, RTA_VIA));
  append_number (text, "by next-hop", item, RTA_NH_ID);
  if (paths != NULL)
    append_paths (text, head->rtm_family, paths);
  append_table (text, table != NULL ? vsw_ip_item_get_u32 (item, RTA_TABLE) : head->rtm_table);
  if (head->rtm_protocol != RTPROT_BOOT)
    g_string_append_printf (text, " proto %u", head->rtm_protocol);
  if (head->rtm_family != AF_INET6 || vsw_ip_item_get_u32 (item, RTA_PRIORITY) != 1024) /* what IPv6 takes for none */
    append_number (text, "metric", item, RTA_PRIORITY);
  append_address (text, " src ", head->rtm_family, vsw_ip_item_find (item, RTA_PREFSRC));
  if ((head->rtm_flags & RTNH_F_ONLINK) != 0)
    g_string_append (text, " onlink");
  if (vsw_ip_item_find (item, RTA_EXPIRES) != NULL)
    g_string_append_printf (text, " expires %us", vsw_ip_item_get_u32 (item, RTA_EXPIRES));
}

static void
print_next_hop (const VswIpItem *item, GString *text)
{
  const struct nhmsg *head = (const struct nhmsg *)item->body;

  g_string_append_printf (text, "next-hop %s%u", item->kind == VSW_IP_GROUP ? "group " : "",
                          vsw_ip_item_get_u32 (item, NHA_ID));
  append_address (text, " via ", head->nh_family, vsw_ip_item_find (item, NHA_GATEWAY));
}

static void
append_name (GString *text, const char *label, const struct nlattr *attribute)
{
  if (attribute == NULL)
    return;
  if (nla_len (attribute) == 0 || *(const char *)nla_data (attribute) == '\0')
    g_string_append_printf (text, " %s", label);
  else
    append_text (text, label, attribute);
}

static void
print_rule (const VswIpItem *item, GString *text)
{
  const struct fib_rule_hdr *head = (const struct fib_rule_hdr *)item->body;
  const struct nlattr *table = vsw_ip_item_find (item, FRA_TABLE);

  g_string_append_printf (text, "rule %u%s", vsw_ip_item_get_u32 (item, FRA_PRIORITY),
                          (head->flags & FIB_RULE_INVERT) != 0 ? " not" : "");
  append_prefix (text, " from ", head->family, vsw_ip_item_find (item, FRA_SRC), head->src_len);
  append_prefix (text, " to ", head->family, vsw_ip_item_find (item, FRA_DST), head->dst_len);
  append_name (text, "iif", vsw_ip_item_find (item, FRA_IIFNAME));
  append_name (text, "oif", vsw_ip_item_find (item, FRA_OIFNAME));
  append_number (text, "fwmark", item, FRA_FWMARK);
  if (head->action == FR_ACT_TO_TBL)
    append_table (text, table != NULL ? vsw_ip_item_get_u32 (item, FRA_TABLE) : head->table);
  else
    g_string_append_printf (text, " action %u", head->action);
  g_string_append (text, head->family == AF_INET6 ? " ipv6" : " ipv4");
}

/* --- settings --- */

static void
print_setting (const VswIpItem *item, GString *text)
{
  g_autofree char *named = g_strndup ((const char *)item->body, item->size);
  g_autofree char *escaped = NULL;
  char token[ADDRESS_TEXT_SIZE];
  VswIpNumber number;

  switch ((int)item->kind)
    {
    case VSW_IP_SETTING4:
      memcpy (&number, item->body, sizeof number);
      g_string_append_printf (
          text, "setting ipv4 %s %u",
          vsw_ip_setting4_get_name (number.number) != NULL ? vsw_ip_setting4_get_name (number.number) : "?",
          number.value);
      break;
    case VSW_IP_SETTING6:
      if (g_str_has_prefix (named, "stable_secret "))
        named[strlen ("stable_secret")] = '\0'; /* a secret */
      escaped = vsw_text_escape (named);
      g_string_append_printf (text, "setting ipv6 %s", escaped);
      break;
    case VSW_IP_TOKEN:
      g_string_append_printf (text, "setting ipv6 token %s", print_octets (AF_INET6, item->body, token));
      break;
    case VSW_IP_GENERATION:
      g_string_append_printf (text, "setting ipv6 addr_gen_mode %u", item->body[0]);
      break;
    }
}

char *
vsw_ip_item_print (const VswIpItem *self, VswMac mac)
{
  GString *text;

  if (self->kind == VSW_IP_OTHER_LINK)
    return NULL;

  text = g_string_new (NULL);
  if (self->kind == VSW_IP_ADDRESS)
    {
      g_string_append (text, vsw_ip_item_is_own_link_local (self, mac) ? "link-local " : "address ");
      print_address (self, text);
    }
  else if (self->kind == VSW_IP_NEIGHBOUR)
    print_neighbour (self, text);
  else if (self->kind == VSW_IP_NEXT_HOP || self->kind == VSW_IP_GROUP)
    print_next_hop (self, text);
  else if (self->kind == VSW_IP_ROUTE)
    print_route (self, text);
  else if (self->kind == VSW_IP_RULE)
    print_rule (self, text);
  else
    print_setting (self, text);
  return g_string_free (text, FALSE);
}

VswIpConfig *
vsw_ip_set_describe (const VswIpSet *self, VswMac mac, const VswIpSet *defaults)
{
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();
  g_autoptr (GBytes) bytes = vsw_ip_set_encode (self);
  g_auto (GStrv) all = NULL;
  g_auto (GStrv) own = NULL;

  for (guint i = 0; i < self->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->items, i);
      g_autofree char *line = NULL;

      if (vsw_ip_settings_is_setting (item) && (defaults == NULL || vsw_ip_set_find (defaults, item) != NULL))
        continue;
      line = vsw_ip_item_print (item, mac);
      if (line != NULL)
        g_strv_builder_add (items, line);
      if (item->kind == VSW_IP_ADDRESS && !vsw_ip_item_is_own_link_local (item, mac))
        {
          GString *address = g_string_new (NULL);

          append_own_address (address, item);
          g_strv_builder_add (addresses, address->str);
          g_string_free (address, TRUE);
        }
    }
  all = g_strv_builder_end (items);
  own = g_strv_builder_end (addresses);
  return vsw_ip_config_new (bytes, (const char *const *)own, (const char *const *)all);
}
