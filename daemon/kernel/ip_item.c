/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_item.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

/* What a caller may ask for; the others are the kernel's findings. */
#define KEPT_FLAGS                                                                                                     \
  (IFA_F_NODAD | IFA_F_OPTIMISTIC | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

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

static gboolean
has_attributes (VswIpKind kind)
{
  return kind >= VSW_IP_ADDRESS && kind <= VSW_IP_RULE;
}

/* for (struct nlattr *a = first (…); nla_ok (a, rest); a = nla_next (a, &rest)) */
static struct nlattr *
first (const VswIpItem *self, int *ret_rest)
{
  gsize head = NLMSG_ALIGN (vsw_ip_item_get_head_size (self->kind));

  *ret_rest = has_attributes (self->kind) && self->size > head ? (int)(self->size - head) : 0;
  return (struct nlattr *)(self->body + head);
}

struct nlattr *
vsw_ip_item_find (const VswIpItem *self, int type)
{
  int rest;

  for (struct nlattr *a = first (self, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
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

/* --- building --- */

static void
put (GByteArray *body, int type, gconstpointer data, gsize size)
{
  static const guint8 padding[NLA_ALIGNTO];
  struct nlattr head = { .nla_len = (guint16)(NLA_HDRLEN + size), .nla_type = (guint16)type };

  g_byte_array_append (body, (const guint8 *)&head, sizeof head);
  g_byte_array_append (body, data, (guint)size);
  g_byte_array_append (body, padding, (guint)(NLA_ALIGN (size) - size));
}

static void
put_copy (GByteArray *body, const struct nlattr *attribute)
{
  put (body, attribute->nla_type, nla_data (attribute), (gsize)nla_len (attribute));
}

static GByteArray *
begin (gconstpointer head, gsize size)
{
  static const guint8 padding[NLMSG_ALIGNTO];
  GByteArray *body = g_byte_array_new ();

  g_byte_array_append (body, head, (guint)size);
  g_byte_array_append (body, padding, (guint)(NLMSG_ALIGN (size) - size));
  return body;
}

static VswIpItem *
end (VswIpKind kind, GByteArray *body)
{
  VswIpItem *self = vsw_ip_item_new (kind, body->data, body->len);

  g_byte_array_unref (body);
  return self;
}

/* The message as an item, to look for attributes in. (transfer full) (nullable) */
static VswIpItem *
wrap (VswIpKind kind, const struct nlmsghdr *message)
{
  gsize head = vsw_ip_item_get_head_size (kind);

  if (message->nlmsg_len < NLMSG_LENGTH (head))
    return NULL;
  return vsw_ip_item_new (kind, NLMSG_DATA (message), message->nlmsg_len - NLMSG_HDRLEN);
}

/* --- comparing --- */

static gboolean
is_passing (const VswIpItem *self, int type)
{
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

  body = begin (self->body, vsw_ip_item_get_head_size (self->kind));
  for (struct nlattr *a = first (self, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (!is_passing (self, nla_type (a)))
      put_copy (body, a);
  if (self->kind == VSW_IP_ADDRESS)
    {
      guint32 flags = vsw_ip_item_get_flags (self) & (IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN | IFA_F_HOMEADDRESS);

      put (body, IFA_FLAGS, &flags, sizeof flags);
    }
  return end (self->kind, body);
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

      put (body, IFA_LABEL, relative, strlen (relative) + 1);
    }
  else
    put (body, IFA_LABEL, label, strlen (label) + 1);
}

static void
put_lifetime (GByteArray *body, const struct nlattr *attribute)
{
  struct ifa_cacheinfo cache = { 0 };

  memcpy (&cache, nla_data (attribute), MIN (sizeof cache, (gsize)nla_len (attribute)));
  cache.cstamp = cache.tstamp = 0;
  put (body, IFA_CACHEINFO, &cache, sizeof cache);
}

VswIpItem *
vsw_ip_item_from_address (const struct nlmsghdr *message, VswIpLink link)
{
  g_autofree VswIpItem *told = wrap (VSW_IP_ADDRESS, message);
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
  body = begin (head, sizeof *head);
  for (struct nlattr *a = first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    switch (nla_type (a))
      {
      case IFA_ADDRESS:
      case IFA_LOCAL:
      case IFA_BROADCAST:
      case IFA_RT_PRIORITY:
      case IFA_PROTO:
        put_copy (body, a);
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
  put (body, IFA_FLAGS, &flags, sizeof flags);
  return end (VSW_IP_ADDRESS, body);
}

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
  g_autofree VswIpItem *told = wrap (VSW_IP_NEIGHBOUR, message);
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
  body = begin (head, sizeof *head);
  for (struct nlattr *a = first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == NDA_DST || nla_type (a) == NDA_LLADDR || nla_type (a) == NDA_PROTOCOL)
      put_copy (body, a);
  return end (VSW_IP_NEIGHBOUR, body);
}

/* --- rules --- */

/* FALSE: it names another, or none. */
static gboolean
put_name (GByteArray *body, const struct nlattr *attribute, const char *name)
{
  g_autofree char *text = g_strndup (nla_data (attribute), (gsize)nla_len (attribute));
  gboolean is_ours = g_str_equal (text, name);

  put (body, attribute->nla_type, is_ours ? "" : text, is_ours ? 1 : strlen (text) + 1);
  return is_ours;
}

VswIpItem *
vsw_ip_item_from_rule (const struct nlmsghdr *message, VswIpLink link)
{
  g_autofree VswIpItem *told = wrap (VSW_IP_RULE, message);
  struct fib_rule_hdr *head = told != NULL ? (struct fib_rule_hdr *)told->body : NULL;
  gboolean is_ours = FALSE;
  GByteArray *body;
  int rest;

  if (message->nlmsg_type != RTM_NEWRULE || head == NULL || (head->family != AF_INET && head->family != AF_INET6))
    return NULL;

  head->flags &= FIB_RULE_INVERT;
  body = begin (head, sizeof *head);
  for (struct nlattr *a = first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == FRA_IIFNAME || nla_type (a) == FRA_OIFNAME)
      is_ours |= put_name (body, a, link.name);
    else if (nla_type (a) != FRA_PAD)
      put_copy (body, a);
  if (is_ours)
    return end (VSW_IP_RULE, body);

  g_byte_array_unref (body);
  return NULL;
}

/* --- next hops and routes --- */

VswIpItem *
vsw_ip_item_from_next_hop (const struct nlmsghdr *message, VswIpLink link)
{
  g_autofree VswIpItem *told = wrap (VSW_IP_NEXT_HOP, message);
  struct nhmsg *head = told != NULL ? (struct nhmsg *)told->body : NULL;
  const guint32 none = 0;
  GByteArray *body;
  int rest;

  if (message->nlmsg_type != RTM_NEWNEXTHOP || head == NULL || vsw_ip_item_get_u32 (told, NHA_OIF) != link.index)
    return NULL;

  head->nh_scope = 0; /* found by the kernel, refused of others */
  head->nh_flags &= RTNH_F_ONLINK;
  body = begin (head, sizeof *head);
  for (struct nlattr *a = first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == NHA_OIF)
      put (body, NHA_OIF, &none, sizeof none);
    else if (nla_type (a) == NHA_ID || nla_type (a) == NHA_GATEWAY || nla_type (a) == NHA_ENCAP_TYPE
             || nla_type (a) == NHA_ENCAP)
      put_copy (body, a);
  return end (VSW_IP_NEXT_HOP, body);
}

static void
put_resilience (GByteArray *body, const struct nlattr *attribute)
{
  GByteArray *nested = g_byte_array_new ();
  struct nlattr *a;
  int rest;

  nla_for_each_nested (a, attribute, rest) if (nla_type (a) >= NHA_RES_GROUP_BUCKETS
                                               && nla_type (a) <= NHA_RES_GROUP_UNBALANCED_TIMER) put_copy (nested, a);
  put (body, NHA_RES_GROUP | NLA_F_NESTED, nested->data, nested->len);
  g_byte_array_unref (nested);
}

VswIpItem *
vsw_ip_item_from_group (const struct nlmsghdr *message)
{
  g_autofree VswIpItem *told = wrap (VSW_IP_GROUP, message);
  struct nhmsg *head = told != NULL ? (struct nhmsg *)told->body : NULL;
  GByteArray *body;
  int rest;

  if (message->nlmsg_type != RTM_NEWNEXTHOP || head == NULL || vsw_ip_item_find (told, NHA_GROUP) == NULL)
    return NULL;

  head->nh_scope = 0;
  head->nh_flags = 0;
  body = begin (head, sizeof *head);
  for (struct nlattr *a = first (told, &rest); nla_ok (a, rest); a = nla_next (a, &rest))
    if (nla_type (a) == NHA_RES_GROUP)
      put_resilience (body, a);
    else if (nla_type (a) == NHA_ID || nla_type (a) == NHA_GROUP || nla_type (a) == NHA_GROUP_TYPE)
      put_copy (body, a);
  return end (VSW_IP_GROUP, body);
}
