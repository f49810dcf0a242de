/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_read.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "kernel/ip_encode.h"
#include "kernel/ip_router.h"
#include "kernel/ip_settings.h"
#include "kernel/read.h"

#define MAX_ATTEMPTS 16  /* a dump that changes while it is read is begun again */

typedef struct
{
  VswIpLink link;
  VswIpKind kind;
  gboolean found;    /* of neighbours: those that the kernel found */
  GPtrArray *items;  /* (element-type VswIpItem) */
  GPtrArray *groups; /* (element-type VswIpItem) groups of next hops, ours or not */
} Reading;

static void
keep (const struct nlmsghdr *message, gpointer user_data)
{
  Reading *self = user_data;
  VswIpItem *item = NULL;

  switch ((int)self->kind)
    {
    case VSW_IP_ADDRESS:
      item = vsw_ip_item_from_address (message, self->link);
      break;
    case VSW_IP_NEIGHBOUR:
      item = vsw_ip_item_from_neighbour (message, self->link, self->found);
      break;
    case VSW_IP_NEXT_HOP:
      item = vsw_ip_item_from_group (message);
      if (item != NULL)
        {
          g_ptr_array_add (self->groups, item);
          return;
        }
      item = vsw_ip_item_from_next_hop (message, self->link);
      break;
    case VSW_IP_ROUTE:
      item = vsw_ip_item_from_route (message, self->link);
      break;
    case VSW_IP_RULE:
      item = vsw_ip_item_from_rule (message, self->link);
      break;
    }
  if (item != NULL)
    g_ptr_array_add (self->items, item);
}

/* Adds to reading->items. Kernels without that family or kind have nothing of it. */
static gboolean
dump (VswSession *session, Reading *reading, int family, gboolean proxies, GError **error)
{
  guint before = reading->items->len;
  VswAnswer answer = { .code = EINTR };

  for (guint i = 0; i < MAX_ATTEMPTS && answer.code == EINTR; i++)
    {
      g_ptr_array_set_size (reading->items, (gint)before);
      g_ptr_array_set_size (reading->groups, 0);
      if (!vsw_socket_read (session->route, vsw_ip_encode_list (reading->kind, family, reading->link.index, proxies),
                            keep, reading, &answer, error))
        return FALSE;
    }
  return answer.code == EOPNOTSUPP || answer.code == EAFNOSUPPORT || answer.code == ENODEV
         || vsw_answer_check (&answer, "read what IP has on a device", error);
}

static gboolean
dump_both (VswSession *session, Reading *reading, VswIpKind kind, gboolean proxies, GError **error)
{
  reading->kind = kind;
  return dump (session, reading, AF_INET, proxies, error) && dump (session, reading, AF_INET6, proxies, error);
}

static int
compare_bodies (gconstpointer a, gconstpointer b)
{
  const VswIpItem *left = *(const VswIpItem *const *)a, *right = *(const VswIpItem *const *)b;
  int difference = memcmp (left->body, right->body, MIN (left->size, right->size));

  return difference != 0 ? difference : (int)left->size - (int)right->size;
}

/* The kernel keeps them by hash, differently at every link: sorted, so that the same has the same bytes. */
static gboolean
read_neighbours (VswSession *session, Reading *reading, GError **error)
{
  guint before = reading->items->len;

  if (!dump_both (session, reading, VSW_IP_NEIGHBOUR, FALSE, error)
      || !dump_both (session, reading, VSW_IP_NEIGHBOUR, TRUE, error))
    return FALSE;
  if (reading->items->len > before)
    qsort (reading->items->pdata + before, reading->items->len - before, sizeof (gpointer), compare_bodies);
  return TRUE;
}

/* --- routes to the addresses' own networks --- */

/* fib_add_ifaddr() of net/ipv4/fib_frontend.c, inet6_addr_add() of net/ipv6/addrconf.c. */
static gboolean
follows_from (const VswIpItem *route, const VswIpItem *address)
{
  const struct rtmsg *to = (const struct rtmsg *)route->body;
  const struct ifaddrmsg *own = (const struct ifaddrmsg *)address->body;
  const struct nlattr *destination = vsw_ip_item_find (route, RTA_DST);
  const struct nlattr *local = vsw_ip_item_find (address, IFA_LOCAL);
  guint32 metric = vsw_ip_item_get_u32 (address, IFA_RT_PRIORITY);

  if (own->ifa_family != to->rtm_family || (vsw_ip_item_get_flags (address) & IFA_F_NOPREFIXROUTE) != 0)
    return FALSE;
  if (own->ifa_family == AF_INET6 && metric == 0)
    metric = VSW_IP_METRIC6;
  if (metric != vsw_ip_item_get_u32 (route, RTA_PRIORITY))
    return FALSE;
  if (own->ifa_family == AF_INET6 && to->rtm_dst_len == 128 && local != NULL)
    return vsw_ip_is_within (destination, local, 128);
  if (own->ifa_family == AF_INET && !vsw_ip_is_within (vsw_ip_item_find (route, RTA_PREFSRC), local, 32))
    return FALSE;
  return to->rtm_dst_len == own->ifa_prefixlen
         && vsw_ip_is_within (destination, vsw_ip_item_find (address, IFA_ADDRESS), own->ifa_prefixlen);
}

gboolean
vsw_ip_follows_from_any (const VswIpItem *route, const GPtrArray *items)
{
  const struct rtmsg *to = (const struct rtmsg *)route->body;

  if (route->kind != VSW_IP_ROUTE || to->rtm_protocol != RTPROT_KERNEL || vsw_ip_item_find (route, RTA_GATEWAY) != NULL
      || vsw_ip_item_find (route, RTA_MULTIPATH) != NULL || vsw_ip_item_find (route, RTA_NH_ID) != NULL)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items, i);

      if (item->kind == VSW_IP_ADDRESS && follows_from (route, item))
        return TRUE;
    }
  return FALSE;
}

/* --- next hops --- */

static gboolean
has_number (GPtrArray *items, VswIpKind kind, guint32 id)
{
  for (guint i = 0; i < items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items, i);

      if (item->kind == kind && vsw_ip_item_get_u32 (item, NHA_ID) == id)
        return TRUE;
    }
  return FALSE;
}

/* How many of a group's next hops are on the link; ret_all: of how many. */
static guint
count_members (const VswIpItem *group, GPtrArray *items, guint *ret_all)
{
  const struct nlattr *attribute = vsw_ip_item_find (group, NHA_GROUP);
  const guint8 *data = nla_data (attribute);
  guint n = 0;

  *ret_all = (guint)nla_len (attribute) / sizeof (struct nexthop_grp);
  for (guint i = 0; i < *ret_all; i++)
    {
      struct nexthop_grp member;

      memcpy (&member, data + i * sizeof member, sizeof member);
      n += has_number (items, VSW_IP_NEXT_HOP, member.id);
    }
  return n;
}

static gboolean
read_next_hops (VswSession *session, Reading *reading, GError **error)
{
  reading->kind = VSW_IP_NEXT_HOP;
  if (!dump (session, reading, AF_UNSPEC, FALSE, error))
    return FALSE;
  for (guint i = reading->groups->len; i-- > 0;)
    {
      guint all;

      if (count_members (g_ptr_array_index (reading->groups, i), reading->items, &all) > 0)
        g_ptr_array_add (reading->items, g_ptr_array_steal_index (reading->groups, i));
    }
  return TRUE;
}

/* Routes by next hops go where those go; by a group, only if all of it is on the link. */
static gboolean
is_by_ours (const VswIpItem *route, GPtrArray *items)
{
  guint32 id = vsw_ip_item_get_u32 (route, RTA_NH_ID);

  if (has_number (items, VSW_IP_NEXT_HOP, id))
    return TRUE;
  for (guint i = 0; i < items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items, i);
      guint all;

      if (item->kind == VSW_IP_GROUP && vsw_ip_item_get_u32 (item, NHA_ID) == id)
        return count_members (item, items, &all) == all;
    }
  return FALSE;
}

static gboolean
read_routes (VswSession *session, Reading *reading, GError **error)
{
  guint before = reading->items->len;

  if (!dump_both (session, reading, VSW_IP_ROUTE, FALSE, error))
    return FALSE;
  for (guint i = reading->items->len; i-- > before;)
    {
      const VswIpItem *route = g_ptr_array_index (reading->items, i);
      gboolean by_object = vsw_ip_item_find (route, RTA_NH_ID) != NULL;

      if (vsw_ip_follows_from_any (route, reading->items) || (by_object && !is_by_ours (route, reading->items)))
        g_ptr_array_remove_index (reading->items, i);
    }
  vsw_ip_router_mark (reading->items, before, reading->link);
  return TRUE;
}

/* --- other links --- */

static void
add_other_link (VswSession *session, VswIpSet *set, guint32 index)
{
  g_autoptr (VswLink) link = vsw_read_link (session->route, (VswDeviceRef){ .index = index }, NULL);
  g_autoptr (GByteArray) body = g_byte_array_new ();

  if (link == NULL)
    return;
  g_byte_array_append (body, (const guint8 *)&index, sizeof index);
  g_byte_array_append (body, (const guint8 *)link->name, (guint)strlen (link->name));
  vsw_ip_set_add (set, vsw_ip_item_new (VSW_IP_OTHER_LINK, body->data, body->len));
}

/* Calls it for every path of a route that is not by the link itself. */
static void
for_each_other_path (VswIpSet *set, void (*function) (struct rtnexthop *path, gpointer data), gpointer data)
{
  for (guint i = 0; i < set->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (set->items, i);
      const struct nlattr *paths = item->kind == VSW_IP_ROUTE ? vsw_ip_item_find (item, RTA_MULTIPATH) : NULL;
      struct rtnexthop *path = paths != NULL ? nla_data (paths) : NULL;
      int rest = paths != NULL ? nla_len (paths) : 0;

      for (; path != NULL && vsw_ip_path_is_ok (path, rest);
           rest -= (int)RTNH_ALIGN (path->rtnh_len), path = RTNH_NEXT (path))
        if (path->rtnh_ifindex != 0)
          function (path, data);
    }
}

static void
keep_index (struct rtnexthop *path, gpointer data)
{
  g_hash_table_add (data, GUINT_TO_POINTER ((guint)path->rtnh_ifindex));
}

static void
add_other_links (VswSession *session, VswIpSet *set)
{
  g_autoptr (GHashTable) indexes = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key;

  for_each_other_path (set, keep_index, indexes);
  g_hash_table_iter_init (&iter, indexes);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    add_other_link (session, set, GPOINTER_TO_UINT (key));
}

static void
replace_index (struct rtnexthop *path, gpointer data)
{
  gpointer index = g_hash_table_lookup (data, GUINT_TO_POINTER ((guint)path->rtnh_ifindex));

  if (index != NULL)
    path->rtnh_ifindex = GPOINTER_TO_INT (index);
}

void
vsw_ip_find_other_links (VswSession *session, VswIpSet *set)
{
  g_autoptr (GHashTable) indexes = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < set->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (set->items, i);
      g_autofree char *name = NULL;
      g_autoptr (VswLink) link = NULL;
      guint32 index;

      if (item->kind != VSW_IP_OTHER_LINK)
        continue;
      memcpy (&index, item->body, sizeof index);
      name = g_strndup ((const char *)item->body + sizeof index, item->size - sizeof index);
      link = vsw_read_link (session->route, vsw_device_ref_by_name (name), NULL);
      if (link != NULL)
        g_hash_table_insert (indexes, GUINT_TO_POINTER (index), GUINT_TO_POINTER (link->index));
    }
  for_each_other_path (set, replace_index, indexes);
}

/* --- all of it --- */

VswIpSet *
vsw_ip_read (VswSession *session, VswIpLink link, GError **error)
{
  g_autoptr (VswIpSet) set = vsw_ip_set_new ();
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (g_free);
  Reading reading = { .link = link, .items = set->items, .groups = groups };

  set->taken = g_get_real_time () / G_USEC_PER_SEC;
  if (!vsw_ip_settings_read (session, link, set, error) || !dump_both (session, &reading, VSW_IP_ADDRESS, FALSE, error)
      || !read_neighbours (session, &reading, error) || !read_next_hops (session, &reading, error)
      || !read_routes (session, &reading, error) || !dump_both (session, &reading, VSW_IP_RULE, FALSE, error))
    return NULL;
  add_other_links (session, set);
  return g_steal_pointer (&set);
}

VswIpSet *
vsw_ip_read_found (VswSession *session, VswIpLink link, GError **error)
{
  g_autoptr (VswIpSet) set = vsw_ip_set_new ();
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (g_free);
  Reading reading = { .link = link, .found = TRUE, .items = set->items, .groups = groups };

  if (!dump_both (session, &reading, VSW_IP_NEIGHBOUR, FALSE, error))
    return NULL;
  return g_steal_pointer (&set);
}
