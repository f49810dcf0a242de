/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells of addresses, neighbours, rules and next hops, turned into what it takes. */
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "kernel/ip_build.h"

/* What a caller may ask for; the others are the kernel's findings. */
#define KEPT_FLAGS                                                                                                     \
  (IFA_F_NODAD | IFA_F_OPTIMISTIC | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

/* --- addresses --- */

static void
put_label (GByteArray *body, const struct nlattr *attribute, const char *name)
{
  g_autofree char *label = g_strndup (nla_data (attribute), (gsize)nla_len (attribute));
  gsize size = strlen (name);

  if (g_str_equal (label, name))
    return; /* what it has without one */
  if (strncmp (label, name, size) == 0 && label[size] == ':')
    {
      g_autofree char *relative = g_strconcat ("%", label + size, NULL);

      vsw_ip_put (body, IFA_LABEL, relative, strlen (relative) + 1);
    }
  else
    vsw_ip_put (body, IFA_LABEL, label, strlen (label) + 1);
}

static void
put_lifetime (GByteArray *body, const struct nlattr *attribute)
{
  struct ifa_cacheinfo cache = { 0 };

  memcpy (&cache, nla_data (attribute), MIN (sizeof cache, (gsize)nla_len (attribute)));
  cache.cstamp = cache.tstamp = 0;
  vsw_ip_put (body, IFA_CACHEINFO, &cache, sizeof cache);
}

VswIpItem *
vsw_ip_item_from_address (const struct nlmsghdr *message, VswIpLink link)
{
  g_autofree VswIpItem *told = vsw_ip_wrap (VSW_IP_ADDRESS, message);
  struct ifaddrmsg *head = told != NULL ? (struct ifaddrmsg *)told->body : NULL;
  GByteArray *body;
  guint32 flags;
  int rest;

  if (message->nlmsg_type != RTM_NEWADDR || head == NULL || head->ifa_index != link.index)
    return NULL;

  flags = vsw_ip_item_get_flags (told);
  /* Bit 0 is IFA_F_SECONDARY in IPv4, which follows from the order, and IFA_F_TEMPORARY in IPv6. */
  flags &= KEPT_FLAGS | (head->ifa_family == AF_INET6 ? IFA_F_TEMPORARY : 0);
  head->ifa_index = 0;
  head->ifa_flags = 0;
  body = vsw_ip_begin (head, sizeof *head);
  for (struct nlattr *a = vsw_ip_first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    switch (nla_type (a))
      {
      case IFA_ADDRESS:
      case IFA_LOCAL:
      case IFA_BROADCAST:
      case IFA_RT_PRIORITY:
      case IFA_PROTO:
        vsw_ip_put_copy (body, a);
        break;
      case IFA_LABEL:
        put_label (body, a, link.name);
        break;
      case IFA_CACHEINFO:
        put_lifetime (body, a);
        break;
      default:
        break;
      }
  vsw_ip_put (body, IFA_FLAGS, &flags, sizeof flags);
  return vsw_ip_end (VSW_IP_ADDRESS, body);
}

/* --- neighbours --- */

static gboolean
is_group_address (const struct nlattr *destination, const struct nlattr *mac)
{
  const guint8 *octets = destination != NULL ? nla_data (destination) : NULL;

  if (mac == NULL || nla_len (mac) == 0 || (*(const guint8 *)nla_data (mac) & 1) != 0)
    return TRUE; /* a broadcast address of IPv4 among them */
  if (destination == NULL)
    return TRUE;
  return nla_len (destination) == 16 ? octets[0] == 0xff : nla_len (destination) != 4 || octets[0] >= 224;
}

static gboolean
is_made_by_hand (const VswIpItem *told)
{
  const struct ndmsg *head = (const struct ndmsg *)told->body;

  if ((head->ndm_flags & NTF_PROXY) != 0 || (head->ndm_state & NUD_PERMANENT) != 0)
    return TRUE;
  return (head->ndm_state & NUD_NOARP) != 0
         && !is_group_address (vsw_ip_item_find (told, NDA_DST), vsw_ip_item_find (told, NDA_LLADDR));
}

/**
 * vsw_ip_item_from_neighbour:
 * @dynamic: one that the kernel found itself is wanted, and none made by hand
 *
 * Such a one is an item that is in no configuration: it is taken along as long as it is fresh. Any thread. net/core/neighbour.c.
 */
VswIpItem *
vsw_ip_item_from_neighbour (const struct nlmsghdr *message, VswIpLink link, gboolean dynamic)
{
  g_autofree VswIpItem *told = vsw_ip_wrap (VSW_IP_NEIGHBOUR, message);
  struct ndmsg *head = told != NULL ? (struct ndmsg *)told->body : NULL;
  guint16 found = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;
  GByteArray *body;
  int rest;

  if (message->nlmsg_type != RTM_NEWNEIGH || head == NULL || head->ndm_ifindex != (int)link.index
      || (head->ndm_family != AF_INET && head->ndm_family != AF_INET6) || vsw_ip_item_find (told, NDA_DST) == NULL)
    return NULL;
  if (dynamic ? (head->ndm_state & found) == 0 || (head->ndm_flags & NTF_PROXY) != 0 : !is_made_by_hand (told))
    return NULL;

  head->ndm_ifindex = 0;
  if (dynamic)
    head->ndm_state = (head->ndm_state & NUD_REACHABLE) != 0 ? NUD_REACHABLE : NUD_STALE;
  body = vsw_ip_begin (head, sizeof *head);
  for (struct nlattr *a = vsw_ip_first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == NDA_DST || nla_type (a) == NDA_LLADDR || nla_type (a) == NDA_PROTOCOL)
      vsw_ip_put_copy (body, a);
  return vsw_ip_end (VSW_IP_NEIGHBOUR, body);
}

/* --- rules --- */

/* FALSE: it names another, or none. */
static gboolean
put_name (GByteArray *body, const struct nlattr *attribute, const char *name)
{
  g_autofree char *text = g_strndup (nla_data (attribute), (gsize)nla_len (attribute));
  gboolean is_ours = g_str_equal (text, name);

  vsw_ip_put (body, attribute->nla_type, is_ours ? "" : text, is_ours ? 1 : strlen (text) + 1);
  return is_ours;
}

VswIpItem *
vsw_ip_item_from_rule (const struct nlmsghdr *message, VswIpLink link)
{
  g_autofree VswIpItem *told = vsw_ip_wrap (VSW_IP_RULE, message);
  struct fib_rule_hdr *head = told != NULL ? (struct fib_rule_hdr *)told->body : NULL;
  gboolean is_ours = FALSE;
  GByteArray *body;
  int rest;

  if (message->nlmsg_type != RTM_NEWRULE || head == NULL || (head->family != AF_INET && head->family != AF_INET6))
    return NULL;

  head->flags &= FIB_RULE_INVERT;
  body = vsw_ip_begin (head, sizeof *head);
  for (struct nlattr *a = vsw_ip_first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == FRA_IIFNAME || nla_type (a) == FRA_OIFNAME)
      is_ours |= put_name (body, a, link.name);
    else if (nla_type (a) != FRA_PAD)
      vsw_ip_put_copy (body, a);
  if (is_ours)
    return vsw_ip_end (VSW_IP_RULE, body);

  g_byte_array_unref (body);
  return NULL;
}

/* --- next hops and routes --- */

VswIpItem *
vsw_ip_item_from_next_hop (const struct nlmsghdr *message, VswIpLink link)
{
  g_autofree VswIpItem *told = vsw_ip_wrap (VSW_IP_NEXT_HOP, message);
  struct nhmsg *head = told != NULL ? (struct nhmsg *)told->body : NULL;
  const guint32 none = 0;
  GByteArray *body;
  int rest;

  if (message->nlmsg_type != RTM_NEWNEXTHOP || head == NULL || vsw_ip_item_get_u32 (told, NHA_OIF) != link.index)
    return NULL;

  head->nh_scope = 0; /* found by the kernel, refused of others */
  head->nh_flags &= RTNH_F_ONLINK;
  body = vsw_ip_begin (head, sizeof *head);
  for (struct nlattr *a = vsw_ip_first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == NHA_OIF)
      vsw_ip_put (body, NHA_OIF, &none, sizeof none);
    else if (nla_type (a) == NHA_ID || nla_type (a) == NHA_GATEWAY || nla_type (a) == NHA_ENCAP_TYPE
             || nla_type (a) == NHA_ENCAP)
      vsw_ip_put_copy (body, a);
  return vsw_ip_end (VSW_IP_NEXT_HOP, body);
}

static void
put_resilience (GByteArray *body, const struct nlattr *attribute)
{
  GByteArray *nested = g_byte_array_new ();
  struct nlattr *a;
  int rest;

  nla_for_each_nested (a, attribute, rest) if (nla_type (a) >= NHA_RES_GROUP_BUCKETS
                                               && nla_type (a) <= NHA_RES_GROUP_UNBALANCED_TIMER)
      vsw_ip_put_copy (nested, a);
  vsw_ip_put (body, NHA_RES_GROUP | NLA_F_NESTED, nested->data, nested->len);
  g_byte_array_unref (nested);
}

VswIpItem *
vsw_ip_item_from_group (const struct nlmsghdr *message)
{
  g_autofree VswIpItem *told = vsw_ip_wrap (VSW_IP_GROUP, message);
  struct nhmsg *head = told != NULL ? (struct nhmsg *)told->body : NULL;
  GByteArray *body;
  int rest;

  if (message->nlmsg_type != RTM_NEWNEXTHOP || head == NULL || vsw_ip_item_find (told, NHA_GROUP) == NULL)
    return NULL;

  head->nh_scope = 0;
  head->nh_flags = 0;
  body = vsw_ip_begin (head, sizeof *head);
  for (struct nlattr *a = vsw_ip_first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == NHA_RES_GROUP)
      put_resilience (body, a);
    else if (nla_type (a) == NHA_ID || nla_type (a) == NHA_GROUP || nla_type (a) == NHA_GROUP_TYPE)
      vsw_ip_put_copy (body, a);
  return vsw_ip_end (VSW_IP_GROUP, body);
}
