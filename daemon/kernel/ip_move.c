/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The move from one link to another while frames flow.
 *
 * First the new link gets all that may be on two links at once; then whatever sends changes over, one route at a time, each in its place or with the
 * new one there before the old one goes; last the old link loses its addresses, and with them the routes to their own networks, behind which
 * those of the new link have been standing. At no moment is there no route, and at no moment is an address nobody's, so sockets and routes that are bound
 * to an address stay.
 *
 * IPv4 keeps several routes of one destination and metric in the order of their coming and takes the first; NLM_F_REPLACE changes the first, whoever's it
 * is (fib_table_insert() of net/ipv4/fib_trie.c). So the new one is put before or behind all of them, where the old one stands, then the old one goes. IPv6 makes one route of several paths out of those
 * with a gateway (fib6_add_rt2node() of net/ipv6/ip6_fib.c): appended, two paths would share the frames. There NLM_F_REPLACE changes all paths at once, and
 * cannot hit another's; but those without a gateway, and those that came from a router, are appended like those of IPv4. */
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "kernel/ip.h"
#include "kernel/ip_encode.h"
#include "kernel/ip_place.h"
#include "kernel/ip_read.h"
#include "kernel/ip_settings.h"
#include "kernel/ip_steps.h"
#include "kernel/ip_temporary.h"

typedef struct
{
  VswSession *session;
  VswIpWork *work;  /* the device */
  VswIpWork *far;   /* where it comes from */
  VswIpSet *moving; /* what is on `far` of what is wished, as it is there now */
  VswIpPlaces *places;
  VswIpChange *change;
  gboolean keeps;     /* settings of the device are its own */
  VswIpItem *refused; /* (unowned) the last route that could not be moved */
} Move;

/* (transfer full) */
static VswIpSet *
intersect (const VswIpSet *now, const VswIpSet *wish)
{
  VswIpSet *both = vsw_ip_set_new ();

  both->taken = now->taken;
  for (guint i = 0; i < now->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (now->items, i);

      if (!vsw_ip_settings_is_setting (item) && vsw_ip_set_find (wish, item) != NULL)
        vsw_ip_set_add (both, vsw_ip_item_new (item->kind, item->body, item->size));
    }
  return both;
}

/* --- what leads nowhere --- */

/* Whoever goes back to the NIC must get there. What is reached by an address that is gone stays behind, on a link that goes: IPv6 and next hops let such a
 * route stand, but nobody can make it anew, not even where it is. */
static gboolean
leave_behind (Move *self, VswIpItem *item, const GError *error)
{
  if (!vsw_link_is_marked (self->far->device) || !vsw_ip_change_leads_nowhere (self->change)
      || !vsw_ip_change_is_dead (self->change, item, self->far->link))
    return FALSE;
  vsw_ip_work_lose (self->work, "%s", error->message);
  g_ptr_array_remove (self->moving->items, item);
  return TRUE;
}

/* --- what sends --- */

static gboolean
is_replaced (const VswIpItem *route)
{
  const struct rtmsg *head = (const struct rtmsg *)route->body;

  return head->rtm_family == AF_INET6 && head->rtm_protocol != RTPROT_RA && !vsw_ip_item_is_from_router (route)
         && !vsw_ip_route_is_direct (route);
}

static gboolean
stands_first (const Move *self, const VswIpItem *item)
{
  return vsw_ip_places_get (self->places, item) == VSW_IP_PLACE_FIRST;
}

/* Those that come with an address stand last. Still nothing leaves by them. */
static gboolean
move_networks (Move *self, GError **error)
{
  g_autoptr (GPtrArray) networks = vsw_ip_places_list_networks (self->places);

  for (guint i = networks->len; i-- > 0;)
    {
      const VswIpItem *network = g_ptr_array_index (networks, i);

      if (vsw_ip_set_find (self->moving, network) == NULL
          && (!vsw_ip_change_delete (self->change, network, self->work->link, error)
              || !vsw_ip_change_add (self->change, network, self->work->link, 0, error)))
        return FALSE;
    }
  return TRUE;
}

static void
tell_lost_places (const Move *self)
{
  static const VswIpKind kinds[] = { VSW_IP_ROUTE, VSW_IP_RULE };

  if (vsw_ip_places_is_unsure (self->places))
    vsw_ip_work_lose (self->work,
                      "routes and rules may stand behind their equals of others by now, whose order went on "
                      "changing while it was read");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (const VswIpItem *item = NULL; (item = vsw_ip_places_find_lost (self->places, kinds[i], item)) != NULL;)
      {
        g_autofree char *text = vsw_ip_item_print (item, self->work->device->mac);

        vsw_ip_work_lose (self->work, "%s stands behind its equals of others by now", text);
      }
}

static gboolean
move_route (const VswIpItem *item, gpointer user_data, GError **error)
{
  Move *self = user_data;
  g_autofree VswIpItem *aim = vsw_ip_work_aim (self->work, item);
  gboolean is_moved;

  if (vsw_ip_item_find (item, RTA_NH_ID) != NULL)
    return TRUE; /* it follows its next hop */
  if (is_replaced (item))
    is_moved = vsw_ip_change_replace (self->change, item, self->far->link, aim, self->work->link, error);
  else
    is_moved =
        vsw_ip_change_add (self->change, aim, self->work->link, stands_first (self, item) ? 0 : NLM_F_APPEND, error);
  if (!is_moved)
    self->refused = (VswIpItem *)item;
  return is_moved;
}

static gboolean
move_routes (Move *self, gboolean direct, GError **error)
{
  GError *local = NULL;

  while (!vsw_ip_for_each_route (self->moving, direct, move_route, self, &local))
    {
      if (!leave_behind (self, self->refused, local))
        {
          g_propagate_error (error, local);
          return FALSE;
        }
      g_clear_error (&local);
    }
  return TRUE;
}

static gboolean
has_number (const GArray *numbers, guint32 number)
{
  for (guint i = 0; i < numbers->len; i++)
    if (g_array_index (numbers, guint32, i) == number)
      return TRUE;
  return FALSE;
}

/* How many of a group's next hops are among those; ret_all: of how many. */
static guint
count_members (const VswIpItem *group, const GArray *next_hops, guint *ret_all)
{
  const struct nlattr *attribute = vsw_ip_item_find (group, NHA_GROUP);
  guint n = 0;

  *ret_all = attribute != NULL ? (guint)nla_len (attribute) / (guint)sizeof (struct nexthop_grp) : 0;
  for (guint i = 0; i < *ret_all; i++)
    {
      struct nexthop_grp member;

      memcpy (&member, (const guint8 *)nla_data (attribute) + i * sizeof member, sizeof member);
      n += has_number (next_hops, member.id);
    }
  return n;
}

/* By that next hop or group. is_lost: there is nothing else by which they go on */
static void
leave_routes_behind (Move *self, guint32 id, gboolean is_lost)
{
  for (guint i = self->moving->items->len; i-- > 0;)
    {
      const VswIpItem *item = g_ptr_array_index (self->moving->items, i);
      g_autofree char *text = NULL;

      if (item->kind != VSW_IP_ROUTE || vsw_ip_item_find (item, RTA_NH_ID) == NULL
          || vsw_ip_item_get_u32 (item, RTA_NH_ID) != id)
        continue;
      text = is_lost ? vsw_ip_item_print (item, self->work->device->mac) : NULL;
      if (text != NULL)
        vsw_ip_work_lose (self->work, "%s goes with the next hop that stays behind", text);
      g_ptr_array_remove_index (self->moving->items, i);
    }
}

/* A group of which some are on one link and some on the other is on neither, nor are the routes by it (is_by_ours() of ip_read.c). Those go on by what has
 * moved, unless that is nothing. */
static void
leave_groups_behind (Move *self, const GArray *next_hops)
{
  for (guint i = 0; i < self->moving->items->len;)
    {
      const VswIpItem *item = g_ptr_array_index (self->moving->items, i);
      guint all = 0, left = item->kind == VSW_IP_GROUP ? count_members (item, next_hops, &all) : 0;
      guint32 id = left > 0 ? vsw_ip_item_get_u32 (item, NHA_ID) : 0;

      if (left == 0)
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index (self->moving->items, i);
      leave_routes_behind (self, id, left == all);
      i = 0;
    }
}

static gboolean
move_next_hops (Move *self, GError **error)
{
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint i = 0;

  while (i < self->moving->items->len)
    {
      VswIpItem *item = g_ptr_array_index (self->moving->items, i);
      guint32 id = item->kind == VSW_IP_NEXT_HOP ? vsw_ip_item_get_u32 (item, NHA_ID) : 0;
      g_autoptr (GError) local = NULL;

      if (item->kind != VSW_IP_NEXT_HOP
          || vsw_ip_change_replace (self->change, item, self->far->link, item, self->work->link, &local))
        i++;
      else if (leave_behind (self, item, local))
        g_array_append_val (left, id);
      else
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  for (i = 0; i < left->len; i++)
    leave_routes_behind (self, g_array_index (left, guint32, i), TRUE);
  leave_groups_behind (self, left);
  return TRUE;
}

static gboolean
drop_routes (Move *self, GError **error)
{
  for (guint i = self->moving->items->len; i-- > 0;)
    {
      const VswIpItem *item = g_ptr_array_index (self->moving->items, i);

      if (item->kind != VSW_IP_ROUTE || is_replaced (item) || vsw_ip_item_find (item, RTA_NH_ID) != NULL)
        continue;
      if (!(stands_first (self, item) ? vsw_ip_change_delete_first : vsw_ip_change_delete) (self->change, item,
                                                                                            self->far->link, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
move_rules (Move *self, GError **error)
{
  for (guint i = 0; i < self->moving->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->moving->items, i);

      if (item->kind == VSW_IP_RULE && !vsw_ip_change_add (self->change, item, self->work->link, NLM_F_EXCL, error))
        return FALSE;
    }
  return vsw_ip_delete_kind (self->far, self->change, self->moving, VSW_IP_RULE, error);
}

static gboolean
move_senders (Move *self, GError **error)
{
  return move_networks (self, error) && move_routes (self, TRUE, error) && move_next_hops (self, error)
         && move_routes (self, FALSE, error) && drop_routes (self, error) && move_rules (self, error);
}

/* --- addresses --- */

/* Where the host has had an address before, a lease of it that comes later counts. */
static gboolean
renew (Move *self, GError **error)
{
  for (guint i = 0; self->keeps && i < self->moving->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->moving->items, i);

      if (item->kind == VSW_IP_ADDRESS && !vsw_ip_change_renew (self->change, item, self->work->link, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
settle (Move *self, GError **error)
{
  for (guint i = 0; i < self->moving->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->moving->items, i);

      /* It may be on the way there, or half back: what it is to be is what was written down. */
      if (item->kind == VSW_IP_ADDRESS
          && !vsw_ip_change_settle (self->change, item, vsw_ip_set_find (self->work->wish, item), self->work->link,
                                    error))
        return FALSE;
    }
  /* and those that came over before the daemon was stopped in the middle */
  for (guint i = 0; i < self->work->wish->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->work->wish->items, i);

      if (item->kind == VSW_IP_ADDRESS && vsw_ip_set_find (self->moving, item) == NULL
          && vsw_ip_set_find (self->work->now, item) != NULL
          && !vsw_ip_change_settle (self->change, item, NULL, self->work->link, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
leave (Move *self, GError **error)
{
  g_autoptr (GPtrArray) networks = vsw_ip_places_list_networks (self->places);

  for (guint i = 0; i < networks->len; i++)
    if (vsw_ip_set_find (self->moving, networks->pdata[i]) == NULL)
      vsw_ip_change_keep_first (self->change, networks->pdata[i], self->far->link);
  return vsw_ip_change_quiet (self->change, self->far->link, self->far->now, error)
         && vsw_ip_delete_kind (self->far, self->change, self->moving, VSW_IP_NEIGHBOUR, error)
         && vsw_ip_delete_addresses (self->far, self->change, self->moving, error);
}

static gboolean
apply_settings (Move *self, VswIpSettingsStage stage, GError **error)
{
  return self->keeps || vsw_ip_settings_apply (self->session, self->work->link, self->work->wish, stage, error);
}

static gboolean
move (Move *self, GError **error)
{
  VswIpLink link = self->work->link;

  if (!apply_settings (self, VSW_IP_SETTINGS_FIRST, error)
      || !vsw_ip_change_loosen (self->change, self->far->link, self->far->now, error)
      || !vsw_ip_add_addresses (self->work, self->change, self->moving, error))
    return FALSE;
  vsw_ip_wait_for_addresses (self->work, self->session, self->moving);
  vsw_ip_copy_found (self->change, self->far->link, link);
  if (!move_senders (self, error) || !leave (self, error) || !renew (self, error) || !settle (self, error)
      || !apply_settings (self, VSW_IP_SETTINGS_ALL, error)
      || !vsw_ip_work_check_done (self->work, self->session, self->moving, TRUE, error)
      || !vsw_ip_work_check_done (self->far, self->session, self->moving, FALSE, error))
    return FALSE;
  tell_lost_places (self);
  vsw_ip_delete_networks (self->far, self->session);
  vsw_ip_delete_found (self->session, self->far->link);
  return TRUE;
}

/**
 * vsw_ip_move:
 *
 * VSW_OP_IP_MOVE. Lifetimes are those that the addresses have on `far` in that moment. After it was stopped anywhere, the same again does the rest;
 * what is on neither link stays so. Worker. Errors: NOT_FOUND, CONFLICT, INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_ip_move (VswSession *session, const VswOp *op, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean is_named = op->far.index != 0 || op->far.name[0] != '\0';
  g_autoptr (VswIpWork) far = is_named ? vsw_ip_work_new (session, op->far, op->ip, &local) : NULL;
  g_autoptr (VswIpWork) work = NULL;
  g_autoptr (VswIpSet) moving = NULL;
  g_autoptr (VswIpPlaces) places = NULL;
  g_autoptr (VswIpChange) change = vsw_ip_change_new (session);
  Move self = { .session = session, .far = far, .change = change, .keeps = op->keeps };

  if (!is_named || g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    return vsw_ip_give (session, op, error);
  if (far == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  work = vsw_ip_work_new (session, op->device, op->ip, error);
  if (work == NULL || !vsw_ip_work_check_no_more (far, error)
      || !vsw_ip_change_keep_settings (change, work->link, error))
    return FALSE;

  places = vsw_ip_places_read (session, far->link, work->link, error);
  if (places == NULL)
    return FALSE;
  moving = intersect (far->now, work->wish);
  vsw_ip_retire_temporary (moving, work->wish);
  vsw_ip_places_sort (places, moving);
  self.places = places;
  self.work = work;
  self.moving = moving;
  work->losses = op->losses;
  work->keeps = op->keeps;
  if (move (&self, error))
    return TRUE;
  vsw_ip_change_revert (change);
  return FALSE;
}
