/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "kernel/ip_encode.h"
#include "kernel/ip_place.h"
#include "kernel/ip_read.h"
#include "kernel/ip_settings.h"
#include "kernel/ip_steps.h"
#include "kernel/read.h"

/**
 * vsw_ip_get:
 *
 * What IP has on that link now. Its settings are all in the bytes, and those that differ from a new link's in the sentences. (transfer full) Worker.
 * Errors: NOT_FOUND, KERNEL. rtnetlink(7).
 */
VswIpConfig *
vsw_ip_get (VswSession *session, guint index, GError **error)
{
  g_autoptr (VswLink) link = vsw_read_link (session->route, (VswDeviceRef){ .index = index }, error);
  g_autoptr (VswIpSet) set = link != NULL ? vsw_ip_read (session, (VswIpLink){ index, link->name }, error) : NULL;
  g_autoptr (VswIpSet) defaults = set != NULL ? vsw_ip_settings_read_defaults () : NULL;

  return set != NULL ? vsw_ip_set_describe (set, link->mac, defaults) : NULL;
}

/* All is well, or nothing has happened. */
static gboolean
end (VswIpChange *change, gboolean ok)
{
  if (!ok)
    vsw_ip_change_revert (change);
  return ok;
}

/* --- prepare and forget --- */

static gboolean
has_ipv6 (const VswIpSet *set)
{
  for (guint i = 0; i < set->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (set->items, i);

      if (item->kind == VSW_IP_ADDRESS && item->body[0] == AF_INET6)
        return TRUE;
    }
  return FALSE;
}

/* Addresses of IPv6 are refused where there is no IPv6. */
static gboolean
turn_ipv6_on (VswSession *session, const VswIpWork *work, GError **error)
{
  static const char on[] = "disable_ipv6 0";
  g_autoptr (VswIpSet) wish = vsw_ip_set_new ();

  if (!has_ipv6 (work->wish))
    return TRUE;
  vsw_ip_set_add (wish, vsw_ip_item_new (VSW_IP_SETTING6, on, strlen (on)));
  return vsw_ip_settings_apply (session, work->link, wish, VSW_IP_SETTINGS_ALL, error);
}

/* A new rule comes behind those of the same priority, and what it decides would be decided by them. Whoever goes back to the NIC must get there; he is told then
 * (vsw_ip_move()). */
static gboolean
check_rules (VswSession *session, const VswLink *far, VswIpLink link, GError **error)
{
  VswIpLink from = { far->index, far->name };
  g_autoptr (VswIpPlaces) places = NULL;
  g_autofree char *text = NULL;
  const VswIpItem *rule;

  if (vsw_link_is_marked (far))
    return TRUE;
  places = vsw_ip_places_read (session, from, link, error);
  if (places == NULL)
    return FALSE;
  if (vsw_ip_places_is_unsure (places))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT,
                   "the order of routes and rules goes on changing while it is read: try again when it has settled");
      return FALSE;
    }
  rule = vsw_ip_places_find_lost (places, VSW_IP_RULE, NULL);
  if (rule == NULL)
    return TRUE;
  text = vsw_ip_item_print (rule, far->mac);
  g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT,
               "%s of %s stands before another one of the same priority, and would come to stand behind it: give it a "
               "priority of its own",
               text, from.name);
  return FALSE;
}

/**
 * vsw_ip_prepare:
 *
 * VSW_OP_IP_PREPARE. Addresses, which are in use at once, and neighbours made by hand; the check of source addresses is loosened where it would
 * drop what comes while answers still leave by `far`. The settings follow with vsw_ip_move(). Routes to the addresses' own networks stand behind those of
 * `far`, so nothing leaves by the device of its own accord (answers to echo requests of IPv6 do,
 * which go back where they came from: icmpv6_echo_reply() of net/ipv6/icmp.c). Worker. Errors: NOT_FOUND, CONFLICT (a rule cannot keep its place, or nobody can say),
 * INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_ip_prepare (VswSession *session, const VswOp *op, GError **error)
{
  g_autoptr (VswIpWork) work = vsw_ip_work_new (session, op->device, op->ip, error);
  g_autoptr (VswLink) far = vsw_read_link (session->route, op->far, NULL);
  g_autoptr (VswIpChange) change = vsw_ip_change_new (session);

  if (work == NULL || (far != NULL && !check_rules (session, far, work->link, error))
      || !vsw_ip_change_keep_settings (change, work->link, error)
      || !end (change, turn_ipv6_on (session, work, error) && vsw_ip_settings_loosen (session, work->link, error)
                           && vsw_ip_add_addresses (work, change, work->wish, error)))
    return FALSE;
  vsw_ip_wait_for_addresses (work, session, work->wish);
  if (far != NULL)
    vsw_ip_copy_found (change, (VswIpLink){ far->index, far->name }, work->link);
  return TRUE;
}

/**
 * vsw_ip_forget:
 *
 * VSW_OP_IP_FORGET. A device that is gone has forgotten. Worker. Errors: INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_ip_forget (VswSession *session, const VswOp *op, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (VswIpWork) work = vsw_ip_work_new (session, op->device, op->ip, &local);
  g_autoptr (VswIpChange) change = vsw_ip_change_new (session);

  if (work == NULL && g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    return TRUE;
  if (work == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }

  if (!end (change, vsw_ip_delete_kind (work, change, work->wish, VSW_IP_NEIGHBOUR, error)
                        && vsw_ip_delete_addresses (work, change, work->wish, error)
                        && vsw_ip_settings_tighten (session, work->link, error)))
    return FALSE;
  vsw_ip_delete_found (session, work->link);
  return TRUE;
}

/* --- take --- */

typedef struct
{
  const VswIpWork *work;
  VswIpChange *change;
  VswIpItem *refused; /* (unowned) the last route that could not be made */
} Step;

/* One that leaves by other links as well stays without this one. */
static gboolean
take_route (const VswIpItem *item, gpointer user_data, GError **error)
{
  Step *step = user_data;
  VswIpLink link = step->work->link;
  const struct rtmsg *head = (const struct rtmsg *)item->body;
  g_autofree VswIpItem *others = vsw_ip_item_part (item, FALSE);
  g_autofree VswIpItem *ours = vsw_ip_item_part (item, TRUE);

  const VswIpItem *there = vsw_ip_set_find (step->work->now, item);

  if (there == NULL)
    return TRUE;
  if (others == NULL)
    return vsw_ip_change_delete (step->change, there, link, error);
  return head->rtm_family == AF_INET6 ? vsw_ip_change_delete (step->change, ours, link, error)
                                      : vsw_ip_change_replace (step->change, item, link, others, link, error);
}

static gboolean
take (VswIpWork *work, VswIpChange *change, GError **error)
{
  Step step = { work, change, NULL };

  return vsw_ip_delete_kind (work, change, work->wish, VSW_IP_RULE, error)
         && vsw_ip_for_each_route (work->wish, FALSE, take_route, &step, error)
         && vsw_ip_for_each_route (work->wish, TRUE, take_route, &step, error)
         && vsw_ip_delete_kind (work, change, work->wish, VSW_IP_NEXT_HOP, error)
         && vsw_ip_delete_kind (work, change, work->wish, VSW_IP_NEIGHBOUR, error)
         && vsw_ip_change_quiet (change, work->link, work->now, error)
         && vsw_ip_delete_addresses (work, change, work->wish, error)
         && vsw_ip_work_check_done (work, change->session, NULL, FALSE, error);
}

/**
 * vsw_ip_take:
 *
 * VSW_OP_IP_TAKE. What of it is not there any more is no error. The link's own settings stay, but for the address generation of IPv6. Worker.
 * Errors: NOT_FOUND, CONFLICT (it has more; a rule could not have its place at `far`), INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_ip_take (VswSession *session, const VswOp *op, GError **error)
{
  g_autoptr (VswIpWork) work = vsw_ip_work_new (session, op->device, op->ip, error);
  gboolean has_far = op->far.index != 0 || op->far.name[0] != '\0';
  g_autoptr (VswLink) far = has_far ? vsw_read_link (session->route, op->far, NULL) : NULL;
  g_autoptr (VswIpChange) change = vsw_ip_change_new (session);

  if (work == NULL || !vsw_ip_work_check_no_more (work, error)
      || (far != NULL && !check_rules (session, work->device, (VswIpLink){ far->index, far->name }, error))
      || !end (change, take (work, change, error)))
    return FALSE;
  vsw_ip_delete_networks (work, session);
  return TRUE;
}

/* --- give --- */

/* The host is not to lose all that it had for the sake of what leads nowhere any more: a gateway that was reached by an address whose lifetime is over,
 * another link that is not there. FALSE: it is something else, and an error. */
static gboolean
do_without (VswIpWork *work, const VswIpChange *change, VswIpItem *item, GError *local, GError **error)
{
  if (!vsw_ip_change_leads_nowhere (change))
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  vsw_ip_work_lose (work, "%s", local->message);
  g_error_free (local);
  g_ptr_array_remove (work->wish->items, item);
  return TRUE;
}

static gboolean
give_route (const VswIpItem *item, gpointer user_data, GError **error)
{
  Step *step = user_data;
  g_autofree VswIpItem *aim = vsw_ip_work_aim (step->work, item);
  g_autofree VswIpItem *others = vsw_ip_item_part (item, FALSE);
  gboolean is_made;

  if (vsw_ip_set_find (step->work->now, aim) != NULL)
    return TRUE;
  if (others == NULL)
    is_made = vsw_ip_change_add (step->change, aim, step->work->link, NLM_F_APPEND, error);
  else
    is_made = vsw_ip_change_replace (step->change, others, step->work->link, aim, step->work->link, error);
  if (!is_made)
    step->refused = (VswIpItem *)item;
  return is_made;
}

static gboolean
give_routes (VswIpWork *work, VswIpChange *change, gboolean direct, GError **error)
{
  Step step = { work, change, NULL };
  GError *local = NULL;

  while (!vsw_ip_for_each_route (work->wish, direct, give_route, &step, &local))
    if (!do_without (work, change, step.refused, g_steal_pointer (&local), error))
      return FALSE;
  return TRUE;
}

static gboolean
give_kind (VswIpWork *work, VswIpChange *change, VswIpKind kind, int flags, GError **error)
{
  guint i = 0;

  while (i < work->wish->items->len)
    {
      VswIpItem *item = g_ptr_array_index (work->wish->items, i);
      GError *local = NULL;

      if (item->kind != kind || vsw_ip_set_find (work->now, item) != NULL
          || vsw_ip_change_add (change, item, work->link, flags, &local))
        i++;
      else if (!do_without (work, change, item, local, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
settle_addresses (const VswIpWork *work, VswIpChange *change, GError **error)
{
  for (guint i = 0; i < work->wish->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (work->wish->items, i);

      if (item->kind == VSW_IP_ADDRESS && !vsw_ip_change_settle (change, item, NULL, work->link, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
give (VswIpWork *work, VswIpChange *change, GError **error)
{
  VswSession *session = change->session;

  return vsw_ip_settings_apply (session, work->link, work->wish, VSW_IP_SETTINGS_FIRST, error)
         && vsw_ip_add_addresses (work, change, work->wish, error) && give_routes (work, change, TRUE, error)
         && give_kind (work, change, VSW_IP_NEXT_HOP, NLM_F_EXCL, error)
         && give_kind (work, change, VSW_IP_GROUP, NLM_F_REPLACE, error) && give_routes (work, change, FALSE, error)
         && give_kind (work, change, VSW_IP_RULE, NLM_F_EXCL, error) && settle_addresses (work, change, error)
         && vsw_ip_settings_apply (session, work->link, work->wish, VSW_IP_SETTINGS_ALL, error)
         && vsw_ip_work_check_done (work, session, NULL, TRUE, error);
}

/* Told, so that nobody believes that the host has its routes again. */
static void
leave_out_what_needs_up (VswIpWork *work)
{
  for (guint i = work->wish->items->len; i-- > 0;)
    {
      VswIpItem *item = g_ptr_array_index (work->wish->items, i);
      g_autofree char *text = NULL;

      if (vsw_ip_work_can_have (work, item))
        continue;
      text = vsw_ip_item_print (item, work->device->mac);
      vsw_ip_work_lose (work, "%s wants it to be up", text);
      g_ptr_array_remove_index (work->wish->items, i);
    }
}

/* Addresses and routes whose time has passed since it was taken down. */
static void
tell_what_is_over (const VswIpWork *work, const VswIpConfig *ip)
{
  g_autoptr (VswIpSet) all = vsw_ip_set_decode (ip->bytes, NULL);

  for (guint i = 0; all != NULL && i < all->items->len; i++)
    {
      VswIpItem *item = g_ptr_array_index (all->items, i);
      g_autofree VswIpItem *aged = vsw_ip_item_age (item, (guint64)MAX (work->now->taken - all->taken, 0));
      g_autofree char *text = aged == NULL ? vsw_ip_item_print (item, work->device->mac) : NULL;

      if (text != NULL)
        vsw_ip_work_lose (work, "the lifetime of %s is over", text);
    }
}

/**
 * vsw_ip_give:
 *
 * VSW_OP_IP_GIVE. Lifetimes count from when it was taken down. A device that is down gets what a device that is down can have: it would have lost its
 * routes and next hops too, had they stayed. What it cannot have, and what leads elsewhere and is refused, is told and left out. Worker. Errors:
 * NOT_FOUND, INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_ip_give (VswSession *session, const VswOp *op, GError **error)
{
  g_autoptr (VswIpWork) work = vsw_ip_work_new (session, op->device, op->ip, error);
  g_autoptr (VswIpChange) change = vsw_ip_change_new (session);

  if (work == NULL || !vsw_ip_change_keep_settings (change, work->link, error))
    return FALSE;
  work->losses = op->losses;
  leave_out_what_needs_up (work);
  if (!end (change, give (work, change, error)))
    return FALSE;
  tell_what_is_over (work, op->ip);
  return TRUE;
}
