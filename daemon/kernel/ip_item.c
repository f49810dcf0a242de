/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_build.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

VswIpItem *
vsw_ip_item_new (VswIpKind kind, gconstpointer body, gsize size)
{
  VswIpItem *self = g_malloc0 (sizeof *self + size);

  self->kind = kind;
  self->size = (guint32)size;
  if (size > 0)
    memcpy (self->body, body, size);
  return self;
}

gsize
vsw_ip_item_get_head_size (VswIpKind kind)
{
  switch (kind)
    {
    case VSW_IP_SETTING4:
      return sizeof (VswIpNumber);
    case VSW_IP_ADDRESS:
      return sizeof (struct ifaddrmsg);
    case VSW_IP_NEIGHBOUR:
      return sizeof (struct ndmsg);
    case VSW_IP_NEXT_HOP:
    case VSW_IP_GROUP:
      return sizeof (struct nhmsg);
    case VSW_IP_ROUTE:
      return sizeof (struct rtmsg);
    case VSW_IP_RULE:
      return sizeof (struct fib_rule_hdr);
    case VSW_IP_TOKEN:
      return 16;
    case VSW_IP_GENERATION:
      return 1;
    case VSW_IP_OTHER_LINK:
      return sizeof (guint32);
    case VSW_IP_SETTING6:
      break;
    }
  return 0;
}

gboolean
vsw_ip_item_is_whole (const VswIpItem *self)
{
  return self->size >= vsw_ip_item_get_head_size (self->kind);
}

/* --- attributes --- */

struct nlattr *
vsw_ip_item_find (const VswIpItem *self, int type)
{
  int rest;

  for (struct nlattr *a = vsw_ip_first (self, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == type)
      return a;
  return NULL;
}

static guint32
read_u32 (const struct nlattr *attribute)
{
  guint32 value = 0;

  if (attribute != NULL && nla_len (attribute) >= (int)sizeof value)
    memcpy (&value, nla_data (attribute), sizeof value);
  return value;
}

guint32
vsw_ip_item_get_u32 (const VswIpItem *self, int type)
{
  return read_u32 (vsw_ip_item_find (self, type));
}

guint32
vsw_ip_item_get_flags (const VswIpItem *self)
{
  const struct nlattr *flags = vsw_ip_item_find (self, IFA_FLAGS);

  return flags != NULL ? read_u32 (flags) : ((const struct ifaddrmsg *)self->body)->ifa_flags;
}

gboolean
vsw_ip_is_within (const struct nlattr *a, const struct nlattr *b, guint length)
{
  guint octets = length / 8, bits = length % 8;
  const guint8 *left, *right;

  if (a == NULL || b == NULL || nla_len (a) != nla_len (b) || (guint)nla_len (a) * 8 < length)
    return FALSE;
  left = nla_data (a);
  right = nla_data (b);
  return memcmp (left, right, octets) == 0 && (bits == 0 || (left[octets] ^ right[octets]) >> (8 - bits) == 0);
}

/* --- comparing --- */

gboolean
vsw_ip_item_is_from_router (const VswIpItem *self)
{
  return self->kind == VSW_IP_ROUTE && (((const struct rtmsg *)self->body)->rtm_flags & VSW_IP_FROM_ROUTER) != 0;
}

static gboolean
is_passing (const VswIpItem *self, int type)
{
  if (vsw_ip_item_is_from_router (self)) /* the kernel has one from a router, whatever it has made of it lately */
    return type != RTA_GATEWAY && type != RTA_OIF && type != RTA_TABLE;
  if (self->kind == VSW_IP_ADDRESS) /* who made it cannot be said to every kernel */
    return type == IFA_CACHEINFO || type == IFA_PROTO || type == IFA_FLAGS;
  return self->kind == VSW_IP_ROUTE && type == RTA_EXPIRES;
}

/* (transfer full) */
static VswIpItem *
make_lasting (const VswIpItem *self)
{
  GByteArray *body;
  int rest;

  if (self->kind != VSW_IP_ADDRESS && self->kind != VSW_IP_ROUTE)
    return vsw_ip_item_new (self->kind, self->body, self->size);

  body = vsw_ip_begin (self->body, vsw_ip_item_get_head_size (self->kind));
  for (struct nlattr *a = vsw_ip_first (self, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (!is_passing (self, nla_type (a)))
      vsw_ip_put_copy (body, a);
  if (vsw_ip_item_is_from_router (self))
    ((struct rtmsg *)body->data)->rtm_protocol = RTPROT_RA;
  if (self->kind == VSW_IP_ADDRESS)
    {
      guint32 flags = vsw_ip_item_get_flags (self) & (IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN | IFA_F_HOMEADDRESS);

      vsw_ip_put (body, IFA_FLAGS, &flags, sizeof flags);
    }
  return vsw_ip_end (self->kind, body);
}

gboolean
vsw_ip_item_equal (const VswIpItem *a, const VswIpItem *b)
{
  g_autofree VswIpItem *left = NULL;
  g_autofree VswIpItem *right = NULL;

  if (a->kind != b->kind)
    return FALSE;
  left = make_lasting (a);
  right = make_lasting (b);
  return left->size == right->size && memcmp (left->body, right->body, left->size) == 0;
}

/* FALSE: over. */
static gboolean
age_number (guint32 *number, guint64 seconds)
{
  if (*number == G_MAXUINT32)
    return TRUE;
  if (*number <= seconds)
    {
      *number = 0;
      return FALSE;
    }
  *number -= (guint32)seconds;
  return TRUE;
}

VswIpItem *
vsw_ip_item_age (const VswIpItem *self, guint64 seconds)
{
  g_autofree VswIpItem *aged = vsw_ip_item_new (self->kind, self->body, self->size);
  struct nlattr *attribute = NULL;

  if (self->kind == VSW_IP_ADDRESS)
    attribute = vsw_ip_item_find (aged, IFA_CACHEINFO);
  else if (self->kind == VSW_IP_ROUTE)
    attribute = vsw_ip_item_find (aged, RTA_EXPIRES);
  if (attribute == NULL)
    return g_steal_pointer (&aged);

  if (self->kind == VSW_IP_ADDRESS && nla_len (attribute) >= (int)sizeof (struct ifa_cacheinfo))
    {
      struct ifa_cacheinfo *cache = nla_data (attribute);

      age_number (&cache->ifa_prefered, seconds);
      return age_number (&cache->ifa_valid, seconds) ? g_steal_pointer (&aged) : NULL;
    }
  if (self->kind == VSW_IP_ROUTE && nla_len (attribute) >= (int)sizeof (guint32))
    return age_number (nla_data (attribute), seconds) ? g_steal_pointer (&aged) : NULL;
  return g_steal_pointer (&aged);
}

/* --- link-local addresses --- */

/* Appendix A of RFC 4291. */
static gboolean
is_eui64 (const guint8 *address, VswMac mac)
{
  const guint8 *o = mac.octets;
  const guint8 expected[] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, o[0] ^ 2, o[1], o[2], 0xff, 0xfe, o[3], o[4], o[5] };

  return memcmp (address, expected, sizeof expected) == 0;
}

gboolean
vsw_ip_item_is_own_link_local (const VswIpItem *self, VswMac mac)
{
  const struct nlattr *address = vsw_ip_item_find (self, IFA_ADDRESS);
  const struct nlattr *proto = vsw_ip_item_find (self, IFA_PROTO);
  const guint8 *octets;

  if (self->kind != VSW_IP_ADDRESS || ((const struct ifaddrmsg *)self->body)->ifa_family != AF_INET6 || address == NULL
      || nla_len (address) != 16)
    return FALSE;
  octets = nla_data (address);
  if (octets[0] != 0xfe || (octets[1] & 0xc0) != 0x80)
    return FALSE;
  if (proto != NULL && nla_len (proto) >= 1 && *(const guint8 *)nla_data (proto) == IFAPROT_KERNEL_LL)
    return TRUE;
  return is_eui64 (octets, mac); /* kernels before 5.18 do not say, and before 6.3 nobody can make them */
}
