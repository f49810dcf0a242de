/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new route of IPv4 comes before all its equals (NLM_F_CREATE alone) or behind them (with NLM_F_APPEND; so do those that come with an address), one of IPv6 and
 * a rule behind them: fib_table_insert() of net/ipv4/fib_trie.c, fib6_add_rt2node() of net/ipv6/ip6_fib.c, fib_nl_newrule() of net/core/fib_rules.c. Routes of IPv6
 * with a gateway are paths of one route and have no order, and the kernel chooses among routers by other things. */
#include "kernel/ip_place.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "kernel/ip_build.h"
#include "kernel/ip_encode.h"

#define MAX_ATTEMPTS 16 /* a dump that changes while it is read is begun again */

typedef struct
{
  VswIpItem *item; /* (owned) (nullable) as it is on the link; NULL: of others */
  VswIpPlace place;
} Entry;

struct _VswIpPlaces
{
  GPtrArray *entries; /* (owned) (element-type Entry) in the order in which they are looked at */
  VswIpLink from, to; /* (unowned) names */
  gboolean is_unsure; /* it changed until the end */
  VswIpKind kind;     /* that is being read */
  GHashTable *groups; /* (owned) GBytes → (element-type Entry) GPtrArray: equals, in order; only while it is read */
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->item);
  g_free (entry);
}

void
vsw_ip_places_free (VswIpPlaces *self)
{
  g_clear_pointer (&self->groups, g_hash_table_unref);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

/* --- reading --- */

static void
append_attribute (GByteArray *key, const VswIpItem *item, int type)
{
  const struct nlattr *attribute = vsw_ip_item_find (item, type);
  guint16 size = attribute != NULL ? (guint16)nla_len (attribute) : 0;

  g_byte_array_append (key, (const guint8 *)&size, sizeof size);
  if (size > 0)
    g_byte_array_append (key, nla_data (attribute), size);
}

/* What equals have in common. (transfer full) */
static GBytes *
make_key (const VswIpItem *item)
{
  GByteArray *key = g_byte_array_new ();
  guint32 priority = vsw_ip_item_get_u32 (item, item->kind == VSW_IP_RULE ? (int)FRA_PRIORITY : (int)RTA_PRIORITY);

  g_byte_array_append (key, (const guint8 *)&item->kind, sizeof item->kind);
  g_byte_array_append (key, (const guint8 *)&priority, sizeof priority);
  g_byte_array_append (key, item->body, 1); /* the family */
  if (item->kind == VSW_IP_ROUTE)
    {
      const struct rtmsg *head = (const struct rtmsg *)item->body;

      g_byte_array_append (key, &head->rtm_dst_len, 4); /* lengths, type of service, table */
      for (gsize i = 0; i < 3; i++)
        append_attribute (key, item, (const int[]){ RTA_DST, RTA_SRC, RTA_TABLE }[i]);
    }
  return g_byte_array_free_to_bytes (key);
}

/* (transfer full) (nullable): NULL: not on that link, or by a next hop, with which it goes and stays in its place. */
static VswIpItem *
get_own (const struct nlmsghdr *message, VswIpKind kind, VswIpLink link)
{
  g_autofree VswIpItem *item =
      kind == VSW_IP_RULE ? vsw_ip_item_from_rule (message, link) : vsw_ip_item_from_placed (message, link);

  if (item != NULL && kind == VSW_IP_ROUTE && vsw_ip_item_find (item, RTA_NH_ID) != NULL)
    return NULL;
  return g_steal_pointer (&item);
}

static void
keep (const struct nlmsghdr *message, gpointer user_data)
{
  VswIpPlaces *self = user_data;
  int type = self->kind == VSW_IP_RULE ? RTM_NEWRULE : RTM_NEWROUTE;
  g_autofree VswIpItem *told = message->nlmsg_type == type ? vsw_ip_wrap (self->kind, message) : NULL;
  g_autofree VswIpItem *there = told != NULL ? get_own (message, self->kind, self->to) : NULL;
  g_autoptr (GBytes) key = NULL;
  GPtrArray *group;
  Entry *entry;

  if (told == NULL || there != NULL)
    return;
  key = make_key (told);
  group = g_hash_table_lookup (self->groups, key);
  if (group == NULL)
    {
      group = g_ptr_array_new ();
      g_hash_table_insert (self->groups, g_steal_pointer (&key), group);
    }
  entry = g_new0 (Entry, 1);
  entry->item = get_own (message, self->kind, self->from);
  g_ptr_array_add (self->entries, entry);
  g_ptr_array_add (group, entry);
}

/* --- judging --- */

static gboolean
is_of_ipv4 (const VswIpItem *item)
{
  return item->body[0] == AF_INET;
}

/* What every link has for itself: whoever sends there says by which one. */
static gboolean
is_link_local (const VswIpItem *route)
{
  const struct nlattr *to = vsw_ip_item_find (route, RTA_DST);
  const guint8 *octets = to != NULL ? nla_data (to) : NULL;

  return octets != NULL && ((octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80) || octets[0] == 0xff);
}

/* Whether it matters who of them comes first. */
static gboolean
has_order (const VswIpItem *item)
{
  const struct rtmsg *head = (const struct rtmsg *)item->body;

  return item->kind == VSW_IP_RULE || is_of_ipv4 (item)
         || (!is_link_local (item) && head->rtm_protocol != RTPROT_RA && vsw_ip_item_find (item, RTA_GATEWAY) == NULL
             && vsw_ip_item_find (item, RTA_MULTIPATH) == NULL);
}

static VswIpPlace
judge (const VswIpItem *item, gboolean any_before, gboolean any_behind)
{
  if (!any_behind || !has_order (item))
    return VSW_IP_PLACE_LAST;
  return item->kind == VSW_IP_ROUTE && is_of_ipv4 (item) && !any_before ? VSW_IP_PLACE_FIRST : VSW_IP_PLACE_LOST;
}

static void
judge_group (gpointer key, gpointer value, gpointer user_data)
{
  const GPtrArray *group = value;
  guint others = 0, before = 0;

  for (guint i = 0; i < group->len; i++)
    others += ((const Entry *)group->pdata[i])->item == NULL;
  for (guint i = 0; i < group->len; i++)
    {
      Entry *entry = group->pdata[i];

      if (entry->item == NULL)
        before++;
      else
        entry->place = judge (entry->item, before > 0, before < others);
    }
}

static void
drop_others (VswIpPlaces *self)
{
  for (guint i = self->entries->len; i-- > 0;)
    if (((const Entry *)self->entries->pdata[i])->item == NULL)
      g_ptr_array_remove_index (self->entries, i);
}

/* ret_changed: set if it has changed while it was read. */
static gboolean
read_kind (VswIpPlaces *self, VswSession *session, VswIpKind kind, int family, gboolean *ret_changed, GError **error)
{
  VswAnswer answer;

  self->kind = kind;
  if (!vsw_socket_read (session->route, vsw_ip_encode_list (kind, family, 0, FALSE), keep, self, &answer, error))
    return FALSE;
  *ret_changed |= answer.code == EINTR;
  return answer.code == EINTR || answer.code == EOPNOTSUPP || answer.code == EAFNOSUPPORT
         || vsw_answer_check (&answer, "read the order of routes and rules", error);
}

static gboolean
read_all (VswIpPlaces *self, VswSession *session, gboolean *ret_changed, GError **error)
{
  *ret_changed = FALSE;
  g_hash_table_remove_all (self->groups);
  g_ptr_array_set_size (self->entries, 0);
  return read_kind (self, session, VSW_IP_ROUTE, AF_INET, ret_changed, error)
         && read_kind (self, session, VSW_IP_ROUTE, AF_INET6, ret_changed, error)
         && read_kind (self, session, VSW_IP_RULE, AF_INET, ret_changed, error)
         && read_kind (self, session, VSW_IP_RULE, AF_INET6, ret_changed, error);
}

VswIpPlaces *
vsw_ip_places_read (VswSession *session, VswIpLink from, VswIpLink to, GError **error)
{
  g_autoptr (VswIpPlaces) self = g_new0 (VswIpPlaces, 1);

  self->from = from;
  self->to = to;
  self->is_unsure = TRUE;
  self->entries = g_ptr_array_new_with_free_func (free_entry);
  self->groups = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                        (GDestroyNotify)g_ptr_array_unref);
  for (guint i = 0; i < MAX_ATTEMPTS && self->is_unsure; i++)
    if (!read_all (self, session, &self->is_unsure, error))
      return NULL;
  g_hash_table_foreach (self->groups, judge_group, NULL);
  g_clear_pointer (&self->groups, g_hash_table_unref);
  drop_others (self);
  return g_steal_pointer (&self);
}

/* --- telling --- */

gboolean
vsw_ip_places_is_unsure (const VswIpPlaces *self)
{
  return self->is_unsure;
}

static const Entry *
find (const VswIpPlaces *self, const VswIpItem *item)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (vsw_ip_item_equal (((const Entry *)self->entries->pdata[i])->item, item))
      return self->entries->pdata[i];
  return NULL;
}

VswIpPlace
vsw_ip_places_get (const VswIpPlaces *self, const VswIpItem *item)
{
  const Entry *entry = item->kind == VSW_IP_ROUTE || item->kind == VSW_IP_RULE ? find (self, item) : NULL;

  return entry != NULL ? entry->place : VSW_IP_PLACE_LAST;
}

void
vsw_ip_places_sort (const VswIpPlaces *self, VswIpSet *items)
{
  g_autoptr (GPtrArray) first = g_ptr_array_new ();

  for (guint i = items->items->len; i-- > 0;)
    if (vsw_ip_places_get (self, items->items->pdata[i]) == VSW_IP_PLACE_FIRST)
      g_ptr_array_add (first, g_ptr_array_steal_index (items->items, i));
  for (guint i = 0; i < first->len; i++)
    g_ptr_array_add (items->items, first->pdata[i]);
}

GPtrArray *
vsw_ip_places_list_networks (const VswIpPlaces *self)
{
  GPtrArray *networks = g_ptr_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];
      const struct rtmsg *head = (const struct rtmsg *)entry->item->body;

      if (entry->place == VSW_IP_PLACE_FIRST && head->rtm_protocol == RTPROT_KERNEL)
        g_ptr_array_add (networks, entry->item);
    }
  return networks;
}

const VswIpItem *
vsw_ip_places_find_lost (const VswIpPlaces *self, VswIpKind kind, const VswIpItem *after)
{
  gboolean is_after = after == NULL;

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];

      if (is_after && entry->item->kind == kind && entry->place == VSW_IP_PLACE_LOST)
        return entry->item;
      is_after |= entry->item == after;
    }
  return NULL;
}
