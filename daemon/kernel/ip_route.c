/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes as the kernel dumps them, turned into what it takes. fib_dump_info() of net/ipv4/fib_semantics.c, rt6_fill_node() of net/ipv6/route.c. */
#include <linux/rtnetlink.h>

#include "kernel/ip_build.h"

#define CLOCK_TICKS 100 /* USER_HZ a second */
#define KEPT_FLAGS  (RTNH_F_ONLINK | RTNH_F_PERVASIVE)

/* What the kernel finds out about each next hop goes, and so does the link. TRUE: one of them is on the link. */
static gboolean
put_paths (GByteArray *body, const struct nlattr *attribute, guint index)
{
  g_autofree guint8 *copy = g_memdup2 (nla_data (attribute), (gsize)nla_len (attribute));
  struct rtnexthop *path = (struct rtnexthop *)copy;
  int rest = nla_len (attribute);
  gboolean is_ours = FALSE;

  for (; vsw_ip_path_is_ok (path, rest); rest -= (int)RTNH_ALIGN (path->rtnh_len), path = RTNH_NEXT (path))
    {
      path->rtnh_flags &= KEPT_FLAGS;
      if (path->rtnh_ifindex != (int)index)
        continue;
      path->rtnh_ifindex = 0;
      is_ours = TRUE;
    }
  vsw_ip_put (body, RTA_MULTIPATH, copy, (gsize)nla_len (attribute));
  return is_ours;
}

static void
put_expiry (GByteArray *body, const struct nlattr *attribute)
{
  struct rta_cacheinfo cache = { 0 };
  guint32 seconds;

  memcpy (&cache, nla_data (attribute), MIN (sizeof cache, (gsize)nla_len (attribute)));
  if (cache.rta_expires == 0)
    return;
  seconds = cache.rta_expires > 0 ? (guint32)(cache.rta_expires + CLOCK_TICKS - 1) / CLOCK_TICKS : 1;
  vsw_ip_put (body, RTA_EXPIRES, &seconds, sizeof seconds);
}

static gboolean
put_attribute (GByteArray *body, const struct nlattr *attribute, gboolean by_object, guint index)
{
  static const guint32 none = 0;
  int type = nla_type (attribute);

  switch (type)
    {
    case RTA_DST:
    case RTA_SRC:
    case RTA_IIF:
    case RTA_PRIORITY:
    case RTA_PREFSRC:
    case RTA_METRICS:
    case RTA_FLOW:
    case RTA_TABLE:
    case RTA_PREF:
    case RTA_NH_ID:
      vsw_ip_put (body, attribute->nla_type, nla_data (attribute), (gsize)nla_len (attribute));
      return FALSE;
    case RTA_CACHEINFO:
      put_expiry (body, attribute);
      return FALSE;
    case RTA_GATEWAY:
    case RTA_VIA:
    case RTA_ENCAP_TYPE:
    case RTA_ENCAP:
      if (!by_object)
        vsw_ip_put (body, attribute->nla_type, nla_data (attribute), (gsize)nla_len (attribute));
      return FALSE;
    case RTA_OIF:
      if (by_object || nla_len (attribute) < (int)sizeof none
          || memcmp (nla_data (attribute), &index, sizeof index) != 0)
        return FALSE;
      vsw_ip_put (body, RTA_OIF, &none, sizeof none);
      return TRUE;
    case RTA_MULTIPATH:
      return !by_object && put_paths (body, attribute, index);
    default:
      return FALSE;
    }
}

static VswIpItem *
make_route (const struct nlmsghdr *message, VswIpLink link, gboolean (*is_wanted) (const struct rtmsg *head))
{
  g_autofree VswIpItem *told = NULL;
  struct rtmsg *head;
  GByteArray *body;
  gboolean is_ours;
  VswIpItem *made = NULL;
  int rest;

  if (message->nlmsg_type != RTM_NEWROUTE || message->nlmsg_len < NLMSG_LENGTH (sizeof *head))
    return NULL;
  told = vsw_ip_item_new (VSW_IP_ROUTE, NLMSG_DATA (message), message->nlmsg_len - NLMSG_HDRLEN);
  head = (struct rtmsg *)told->body;
  if ((head->rtm_family != AF_INET && head->rtm_family != AF_INET6) || (head->rtm_flags & RTM_F_CLONED) != 0)
    return NULL;
  if (!is_wanted (head))
    return NULL;

  is_ours = vsw_ip_item_find (told, RTA_NH_ID) != NULL;
  head->rtm_flags &= KEPT_FLAGS;
  body = g_byte_array_new ();
  g_byte_array_append (body, told->body, sizeof *head);
  rest = (int)told->size - (int)NLMSG_ALIGN (sizeof *head);
  for (struct nlattr *a = (struct nlattr *)(told->body + NLMSG_ALIGN (sizeof *head)); nla_ok (a, rest);
       a = nla_next (a, &rest))
    is_ours |= put_attribute (body, a, vsw_ip_item_find (told, RTA_NH_ID) != NULL, link.index);
  if (is_ours)
    made = vsw_ip_item_new (VSW_IP_ROUTE, body->data, body->len);
  g_byte_array_unref (body);
  return made;
}

static gboolean
is_configured (const struct rtmsg *head)
{
  return head->rtm_protocol != RTPROT_KERNEL || head->rtm_type == RTN_UNICAST;
}

/**
 * vsw_ip_item_from_route:
 *
 * A route that leaves by that link, alone or among others, or by a next hop object: whether that one is on the link is for the caller to
 * find out. Not what the kernel keeps of the host's own addresses (table local) and of groups. Any thread.
 */
VswIpItem *
vsw_ip_item_from_route (const struct nlmsghdr *message, VswIpLink link)
{
  return make_route (message, link, is_configured);
}

static gboolean
has_a_place (const struct rtmsg *head)
{
  return is_configured (head) || (head->rtm_family == AF_INET && head->rtm_type == RTN_BROADCAST);
}

/**
 * vsw_ip_item_from_placed:
 *
 * As above, and the routes to broadcast addresses of IPv4 that the kernel keeps. They are in no configuration, but they have a place. Any thread.
 */
VswIpItem *
vsw_ip_item_from_placed (const struct nlmsghdr *message, VswIpLink link)
{
  return make_route (message, link, has_a_place);
}
