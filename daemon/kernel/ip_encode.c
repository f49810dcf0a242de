/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_encode.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

static struct nl_msg *
new_message (int type, int flags, const void *head, gsize size, gsize room)
{
  struct nl_msg *message = nlmsg_alloc_size (NLMSG_SPACE (size) + room + 64);
  struct nlmsghdr *header;
  int result;

  g_assert (message != NULL);
  header = nlmsg_hdr (message);
  header->nlmsg_type = (guint16)type;
  header->nlmsg_flags = (guint16)flags;
  result = nlmsg_append (message, (void *)head, size, NLMSG_ALIGNTO);
  g_assert (result == 0);

  return message;
}

static void
put (struct nl_msg *message, int type, const void *data, gsize size)
{
  int result = nla_put (message, type, (int)size, data);

  g_assert (result == 0);
}

static struct nlattr *
begin (struct nl_msg *message, int type)
{
  struct nlattr *nest = nla_nest_start (message, type);

  g_assert (nest != NULL);
  return nest;
}

/* --- read --- */

struct nl_msg *
vsw_ip_encode_list (VswIpKind kind, int family, guint index, gboolean proxies)
{
  struct ifaddrmsg address = { .ifa_family = (guint8)family, .ifa_index = index };
  struct ndmsg neighbour = { .ndm_family = (guint8)family, .ndm_flags = proxies ? NTF_PROXY : 0 };
  struct nhmsg next_hop = { .nh_family = AF_UNSPEC };
  struct rtmsg route = { .rtm_family = (guint8)family };
  struct fib_rule_hdr rule = { .family = (guint8)family };
  struct nl_msg *message;

  switch ((int)kind)
    {
    case VSW_IP_ADDRESS:
      return new_message (RTM_GETADDR, NLM_F_DUMP, &address, sizeof address, 0);
    case VSW_IP_NEIGHBOUR:
      message = new_message (RTM_GETNEIGH, NLM_F_DUMP, &neighbour, sizeof neighbour, 64);
      put (message, NDA_IFINDEX, &index, sizeof index);
      return message;
    case VSW_IP_NEXT_HOP:
      return new_message (RTM_GETNEXTHOP, NLM_F_DUMP, &next_hop, sizeof next_hop, 0);
    case VSW_IP_ROUTE:
      message = new_message (RTM_GETROUTE, NLM_F_DUMP, &route, sizeof route, 64);
      if (index != 0)
        put (message, RTA_OIF, &index, sizeof index);
      return message;
    case VSW_IP_RULE:
      return new_message (RTM_GETRULE, NLM_F_DUMP, &rule, sizeof rule, 0);
    }
  g_assert_not_reached ();
}

struct nl_msg *
vsw_ip_encode_get_settings (guint index)
{
  struct ifinfomsg head = { .ifi_index = (int)index };
  guint32 mask = RTEXT_FILTER_SKIP_STATS;
  struct nl_msg *message = new_message (RTM_GETLINK, 0, &head, sizeof head, 64);

  put (message, IFLA_EXT_MASK, &mask, sizeof mask);
  return message;
}

/* --- placeholders filled in --- */

static void
put_paths (struct nl_msg *message, const struct nlattr *attribute, guint index)
{
  g_autofree guint8 *copy = g_memdup2 (nla_data (attribute), (gsize)nla_len (attribute));
  struct rtnexthop *path = (struct rtnexthop *)copy;
  int rest = nla_len (attribute);

  for (; vsw_ip_path_is_ok (path, rest); rest -= (int)RTNH_ALIGN (path->rtnh_len), path = RTNH_NEXT (path))
    if (path->rtnh_ifindex == 0)
      path->rtnh_ifindex = (int)index;
  put (message, RTA_MULTIPATH, copy, (gsize)nla_len (attribute));
}

static void
put_text (struct nl_msg *message, const struct nlattr *attribute, VswIpLink link, char placeholder)
{
  g_autofree char *text = g_strndup (nla_data (attribute), (gsize)nla_len (attribute));
  g_autofree char *full =
      text[0] != placeholder ? g_strdup (text) : g_strconcat (link.name, placeholder != '\0' ? text + 1 : "", NULL);

  put (message, attribute->nla_type, full, strlen (full) + 1);
}

static gboolean
is_link_index (const VswIpItem *item, int type)
{
  return (item->kind == VSW_IP_ROUTE && type == RTA_OIF) || (item->kind == VSW_IP_NEXT_HOP && type == NHA_OIF);
}

static void
put_attribute (struct nl_msg *message, const VswIpItem *item, const struct nlattr *attribute, VswIpLink link)
{
  int type = nla_type (attribute);

  if (is_link_index (item, type))
    put (message, type, &link.index, sizeof link.index);
  else if (item->kind == VSW_IP_ROUTE && type == RTA_MULTIPATH)
    put_paths (message, attribute, link.index);
  else if (item->kind == VSW_IP_RULE && (type == FRA_IIFNAME || type == FRA_OIFNAME))
    put_text (message, attribute, link, '\0');
  else if (item->kind == VSW_IP_ADDRESS && type == IFA_LABEL)
    put_text (message, attribute, link, '%');
  else
    put (message, attribute->nla_type, nla_data (attribute), (gsize)nla_len (attribute));
}

static struct nl_msg *
encode (int type, int flags, const VswIpItem *item, VswIpLink link, int skipped)
{
  gsize head = vsw_ip_item_get_head_size (item->kind);
  gsize start = NLMSG_ALIGN (head);
  struct nl_msg *message = new_message (type, flags, item->body, head, 2 * (gsize)item->size + 256);
  int rest = item->size > start ? (int)(item->size - start) : 0;

  if (item->kind == VSW_IP_ADDRESS)
    ((struct ifaddrmsg *)nlmsg_data (nlmsg_hdr (message)))->ifa_index = link.index;
  if (item->kind == VSW_IP_ROUTE)
    ((struct rtmsg *)nlmsg_data (nlmsg_hdr (message)))->rtm_flags &= ~(unsigned int)VSW_IP_FROM_ROUTER;
  if (item->kind == VSW_IP_NEIGHBOUR)
    ((struct ndmsg *)nlmsg_data (nlmsg_hdr (message)))->ndm_ifindex = (int)link.index;
  for (const struct nlattr *a = (const struct nlattr *)(item->body + start); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) != skipped)
      put_attribute (message, item, a, link);
  return message;
}

static int
get_type (VswIpKind kind, gboolean is_new)
{
  switch ((int)kind)
    {
    case VSW_IP_ADDRESS:
      return is_new ? RTM_NEWADDR : RTM_DELADDR;
    case VSW_IP_NEIGHBOUR:
      return is_new ? RTM_NEWNEIGH : RTM_DELNEIGH;
    case VSW_IP_NEXT_HOP:
    case VSW_IP_GROUP:
      return is_new ? RTM_NEWNEXTHOP : RTM_DELNEXTHOP;
    case VSW_IP_ROUTE:
      return is_new ? RTM_NEWROUTE : RTM_DELROUTE;
    case VSW_IP_RULE:
      return is_new ? RTM_NEWRULE : RTM_DELRULE;
    }
  g_assert_not_reached ();
}

struct nl_msg *
vsw_ip_encode_add (const VswIpItem *item, VswIpLink link, int flags)
{
  return encode (get_type (item->kind, TRUE), flags, item, link, -1);
}

struct nl_msg *
vsw_ip_encode_delete_network (const VswIpItem *address, VswIpLink link)
{
  const struct ifaddrmsg *own = (const struct ifaddrmsg *)address->body;
  const struct nlattr *network = vsw_ip_item_find (address, IFA_ADDRESS);
  struct rtmsg route = { .rtm_family = AF_INET6,
                         .rtm_dst_len = own->ifa_prefixlen,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_KERNEL,
                         .rtm_type = RTN_UNICAST };
  struct nl_msg *message = new_message (RTM_DELROUTE, 0, &route, sizeof route, 64);
  guint32 metric = vsw_ip_item_get_u32 (address, IFA_RT_PRIORITY);

  if (metric == 0)
    metric = VSW_IP_METRIC6;
  if (network != NULL)
    put (message, RTA_DST, nla_data (network), (gsize)nla_len (network));
  put (message, RTA_PRIORITY, &metric, sizeof metric);
  put (message, RTA_OIF, &link.index, sizeof link.index);
  return message;
}

struct nl_msg *
vsw_ip_encode_add_at_once (const VswIpItem *address, VswIpLink link)
{
  guint32 flags = vsw_ip_item_get_flags (address);
  struct nl_msg *message = encode (RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address, link, IFA_FLAGS);

  if (((const struct ifaddrmsg *)address->body)->ifa_family == AF_INET6)
    flags |= IFA_F_NODAD;
  put (message, IFA_FLAGS, &flags, sizeof flags);
  return message;
}

struct nl_msg *
vsw_ip_encode_settle (const VswIpItem *address, guint32 flags, VswIpLink link)
{
  struct nl_msg *message = encode (RTM_NEWADDR, NLM_F_REPLACE, address, link, IFA_FLAGS);

  put (message, IFA_FLAGS, &flags, sizeof flags);
  return message;
}

/* A next hop is known by its number alone: nothing else may come along (rtm_get_nexthop of net/ipv4/nexthop.c). */
struct nl_msg *
vsw_ip_encode_delete (const VswIpItem *item, VswIpLink link)
{
  struct nhmsg head = { .nh_family = AF_UNSPEC };
  struct nl_msg *message;
  guint32 id;

  if (item->kind != VSW_IP_NEXT_HOP && item->kind != VSW_IP_GROUP)
    return encode (get_type (item->kind, FALSE), 0, item, link, item->kind == VSW_IP_ROUTE ? RTA_EXPIRES : -1);

  id = vsw_ip_item_get_u32 (item, NHA_ID);
  message = new_message (RTM_DELNEXTHOP, 0, &head, sizeof head, 64);
  put (message, NHA_ID, &id, sizeof id);
  return message;
}

/* --- paths --- */

VswIpItem *
vsw_ip_item_part (const VswIpItem *route, gboolean ours)
{
  const struct nlattr *paths = vsw_ip_item_find (route, RTA_MULTIPATH);
  g_autofree guint8 *copy = paths != NULL ? g_memdup2 (nla_data (paths), (gsize)nla_len (paths)) : NULL;
  struct rtnexthop *path = (struct rtnexthop *)copy;
  int rest = paths != NULL ? nla_len (paths) : 0;
  VswIpItem *part = NULL;
  GByteArray *kept = g_byte_array_new ();

  for (; vsw_ip_path_is_ok (path, rest); rest -= (int)RTNH_ALIGN (path->rtnh_len), path = RTNH_NEXT (path))
    if ((path->rtnh_ifindex == 0) == ours)
      g_byte_array_append (kept, (const guint8 *)path, (guint)MIN ((int)RTNH_ALIGN (path->rtnh_len), rest));
  if (kept->len > 0)
    {
      gsize size = (gsize)((const guint8 *)paths - route->body);
      struct nlattr head = { .nla_len = (guint16)(NLA_HDRLEN + kept->len), .nla_type = paths->nla_type };
      gsize tail = size + NLA_ALIGN (paths->nla_len);
      GByteArray *body = g_byte_array_new ();

      g_byte_array_append (body, route->body, (guint)size);
      g_byte_array_append (body, (const guint8 *)&head, sizeof head);
      g_byte_array_append (body, kept->data, kept->len);
      g_byte_array_set_size (body, (guint)NLA_ALIGN (body->len));
      if (tail < route->size)
        g_byte_array_append (body, route->body + tail, (guint)(route->size - tail));
      part = vsw_ip_item_new (VSW_IP_ROUTE, body->data, body->len);
      g_byte_array_unref (body);
    }
  g_byte_array_unref (kept);
  return part;
}

/* --- settings --- */

static struct nl_msg *
new_setting (guint index, int family, struct nlattr **ret_nests)
{
  struct ifinfomsg head = { .ifi_index = (int)index };
  struct nl_msg *message = new_message (RTM_SETLINK, 0, &head, sizeof head, 4096);

  ret_nests[0] = begin (message, IFLA_AF_SPEC);
  ret_nests[1] = begin (message, family);
  return message;
}

/* inet_set_link_af() of net/ipv4/devinet.c: every setting an attribute of its number. */
struct nl_msg *
vsw_ip_encode_setting4 (guint index, const VswIpNumber *settings, guint n)
{
  struct nlattr *nests[3];
  struct nl_msg *message = new_setting (index, AF_INET, nests);

  nests[2] = begin (message, IFLA_INET_CONF);
  for (guint i = 0; i < n; i++)
    put (message, (int)settings[i].number, &settings[i].value, sizeof settings[i].value);
  for (guint i = G_N_ELEMENTS (nests); i-- > 0;)
    nla_nest_end (message, nests[i]);
  return message;
}

static struct nl_msg *
new_setting6 (guint index, int type, const void *data, gsize size)
{
  struct nlattr *nests[2];
  struct nl_msg *message = new_setting (index, AF_INET6, nests);

  put (message, type, data, size);
  for (guint i = G_N_ELEMENTS (nests); i-- > 0;)
    nla_nest_end (message, nests[i]);
  return message;
}

/* It sets the mode and makes no address, unlike the file in /proc (inet6_set_link_af() of net/ipv6/addrconf.c). */
struct nl_msg *
vsw_ip_encode_generation (guint index, guint8 mode)
{
  return new_setting6 (index, IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof mode);
}

struct nl_msg *
vsw_ip_encode_token (guint index, const guint8 *token)
{
  return new_setting6 (index, IFLA_INET6_TOKEN, token, 16);
}
