/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_steps.h"

#include <linux/rtnetlink.h>

#include "kernel/ip_encode.h"
#include "kernel/ip_read.h"
#include "kernel/ip_router.h"
#include "kernel/ip_settings.h"
#include "kernel/ip_temporary.h"
#include "kernel/read.h"

VswIpWork *
vsw_ip_work_new (VswSession *session, VswDeviceRef device, const VswIpConfig *ip, GError **error)
{
  g_autoptr (VswIpWork) self = g_new0 (VswIpWork, 1);

  if (ip == NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "what IP is to have is not said");
      return NULL;
    }
  self->wish = vsw_ip_set_decode (ip->bytes, error);
  if (self->wish == NULL)
    return NULL;
  self->device = vsw_read_link (session->route, device, error);
  if (self->device == NULL)
    return NULL;
  self->link = (VswIpLink){ self->device->index, self->device->name };
  self->now = vsw_ip_read (session, self->link, error);
  if (self->now == NULL)
    return NULL;
  vsw_ip_find_other_links (session, self->wish);
  vsw_ip_set_age (self->wish, self->now->taken);
  vsw_ip_retire_temporary (self->wish, self->wish);

  return g_steal_pointer (&self);
}

void
vsw_ip_work_free (VswIpWork *self)
{
  g_clear_pointer (&self->device, vsw_link_unref);
  g_clear_pointer (&self->now, vsw_ip_set_free);
  g_clear_pointer (&self->wish, vsw_ip_set_free);
  g_free (self);
}

void
vsw_ip_work_lose (const VswIpWork *self, const char *format, ...)
{
  g_autofree char *name = vsw_text_escape (self->link.name);
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_warning ("%s does not get back all that it had: %s", name, reason);
  if (self->losses != NULL)
    g_ptr_array_add (self->losses, g_strdup_printf ("device %s: %s", name, reason));
}

/* --- verdicts --- */

static gboolean
is_own (const VswIpWork *self, const VswIpItem *item)
{
  return vsw_ip_settings_is_setting (item) || item->kind == VSW_IP_GROUP
         || vsw_ip_item_is_own_link_local (item, self->device->mac);
}

/* Its address may have gone before it, when the daemon was stopped in between (vsw_ip_delete_networks()). */
static gboolean
is_accounted_for (const VswIpWork *self, const VswIpItem *item)
{
  return is_own (self, item) || vsw_ip_set_find (self->wish, item) != NULL
         || vsw_ip_follows_from_any (item, self->wish->items);
}

gboolean
vsw_ip_work_check_no_more (const VswIpWork *self, GError **error)
{
  for (guint i = 0; i < self->now->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->now->items, i);
      g_autofree char *line = NULL;
      g_autofree char *name = NULL;

      if (is_accounted_for (self, item))
        continue;
      line = vsw_ip_item_print (item, self->device->mac);
      name = vsw_text_escape (self->device->name);
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "%s has by now %s", name, line);
      return FALSE;
    }
  return TRUE;
}

gboolean
vsw_ip_work_can_have (const VswIpWork *self, const VswIpItem *item)
{
  return self->device->is_up
         || (item->kind != VSW_IP_ROUTE && item->kind != VSW_IP_NEXT_HOP && item->kind != VSW_IP_GROUP);
}

/* The same address, though it may have another broadcast address or label: the kernel has each once, as it came first. */
static gboolean
has_address (const VswIpSet *set, const VswIpItem *address)
{
  guint length = ((const struct ifaddrmsg *)address->body)->ifa_prefixlen;
  int type = vsw_ip_item_find (address, IFA_LOCAL) != NULL ? IFA_LOCAL : IFA_ADDRESS;
  const struct nlattr *own = vsw_ip_item_find (address, type);

  for (guint i = 0; own != NULL && i < set->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (set->items, i);

      if (item->kind == VSW_IP_ADDRESS && ((const struct ifaddrmsg *)item->body)->ifa_prefixlen == length
          && vsw_ip_is_within (vsw_ip_item_find (item, type), own, (guint)nla_len (own) * 8))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has (const VswIpSet *set, const VswIpItem *item, gboolean present)
{
  return vsw_ip_set_find (set, item) != NULL || (present && item->kind == VSW_IP_ADDRESS && has_address (set, item));
}

/* A setting that another link of this kernel may not have at all. (nullable) */
static const VswIpItem *
find_setting (const VswIpSet *set, const VswIpItem *like)
{
  for (guint i = 0; i < set->items->len; i++)
    if (vsw_ip_settings_is_same (g_ptr_array_index (set->items, i), like))
      return g_ptr_array_index (set->items, i);
  return NULL;
}

/* The kernel has said that it took them. */
static void
tell_lost_settings (const VswIpWork *self, const VswIpSet *after)
{
  for (guint i = 0; i < self->wish->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->wish->items, i);
      const VswIpItem *there = vsw_ip_settings_is_setting (item) ? find_setting (after, item) : NULL;
      g_autofree char *wished = NULL;

      if (there == NULL || vsw_ip_item_equal (there, item))
        continue;
      wished = vsw_ip_item_print (item, self->device->mac);
      vsw_ip_work_lose (self, "it has not kept %s", wished != NULL ? wished : "a setting");
    }
}

gboolean
vsw_ip_work_check_done (const VswIpWork *self, VswSession *session, const VswIpSet *only, gboolean present,
                        GError **error)
{
  g_autoptr (VswIpSet) after = vsw_ip_read (session, self->link, error);
  const VswIpSet *items = only != NULL ? only : self->wish;

  for (guint i = 0; after != NULL && i < items->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items->items, i);
      g_autofree VswIpItem *aim = present ? vsw_ip_work_aim (self, item) : NULL;
      g_autofree char *line = NULL;

      if (vsw_ip_settings_is_setting (item) || !vsw_ip_work_can_have (self, item)
          || has (after, aim != NULL ? aim : item, present) == present)
        continue;
      line = vsw_ip_item_print (item, self->device->mac);
      g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "%s %s %s after all", self->device->name,
                   present ? "has not got" : "has still got", line);
      return FALSE;
    }
  if (after != NULL && present && !self->keeps)
    tell_lost_settings (self, after);
  return after != NULL;
}

/**
 * vsw_ip_work_aim:
 *
 * Of a default route that the kernel has from a router not all can be said again. Any thread.
 */
VswIpItem *
vsw_ip_work_aim (const VswIpWork *self, const VswIpItem *item)
{
  return vsw_ip_item_is_from_router (item)
             ? vsw_ip_router_aim (item, vsw_ip_settings_get_number6 (self->wish, "ra_defrtr_metric"))
             : vsw_ip_item_new (item->kind, item->body, item->size);
}

/* --- steps --- */

gboolean
vsw_ip_route_is_direct (const VswIpItem *route)
{
  return vsw_ip_item_find (route, RTA_GATEWAY) == NULL && vsw_ip_item_find (route, RTA_VIA) == NULL
         && vsw_ip_item_find (route, RTA_MULTIPATH) == NULL && vsw_ip_item_find (route, RTA_NH_ID) == NULL;
}

/* --- addresses and their networks --- */

static gboolean
is_of_ipv6 (const VswIpItem *item)
{
  return item->kind == VSW_IP_ADDRESS && ((const struct ifaddrmsg *)item->body)->ifa_family == AF_INET6;
}

/* Two addresses of IPv6. */
static gboolean
is_same_network (const VswIpItem *a, const VswIpItem *b)
{
  guint length = ((const struct ifaddrmsg *)a->body)->ifa_prefixlen;

  return ((const struct ifaddrmsg *)b->body)->ifa_prefixlen == length
         && vsw_ip_is_within (vsw_ip_item_find (a, IFA_ADDRESS), vsw_ip_item_find (b, IFA_ADDRESS), length);
}

static gboolean
has_network (const VswIpItem *address)
{
  return is_of_ipv6 (address) && (vsw_ip_item_get_flags (address) & IFA_F_NOPREFIXROUTE) == 0;
}

/* Among these, from that one on. */
static gboolean
has_neighbour (const GPtrArray *items, guint first, const VswIpItem *address)
{
  for (guint i = first; i < items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items, i);

      if (is_of_ipv6 (item) && is_same_network (item, address))
        return TRUE;
    }
  return FALSE;
}

/* In use at once, or as it was while the link was down: whether somebody has it is asked when that comes up. Those of IPv6 that stand behind it have been
 * made before. */
static gboolean
add_address (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, guint place, GError **error)
{
  const VswIpItem *address = g_ptr_array_index (items->items, place);
  gboolean is_first = has_network (address) && !has_neighbour (self->now->items, 0, address)
                      && !has_neighbour (items->items, place + 1, address);

  return vsw_ip_change_add_address (change, address, self->link, self->device->is_up, is_first, error);
}

static gboolean
add_addresses_of (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, int family, GError **error)
{
  for (guint i = 0; i < items->items->len; i++)
    {
      guint place = family == AF_INET6 ? items->items->len - 1 - i : i;
      const VswIpItem *item = g_ptr_array_index (items->items, place);

      if (item->kind == VSW_IP_ADDRESS && item->body[0] == family && !add_address (self, change, items, place, error))
        return FALSE;
    }
  return TRUE;
}

/* IPv4 puts new addresses last, and those of a network that it has already are secondary; IPv6 puts them first (ipv6_link_dev_addr() of
 * net/ipv6/addrconf.c). So they come to stand as they stood. Neighbours last, for which there must be an address. */
gboolean
vsw_ip_add_addresses (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, GError **error)
{
  if (!add_addresses_of (self, change, items, AF_INET, error)
      || !add_addresses_of (self, change, items, AF_INET6, error))
    return FALSE;
  for (guint i = 0; i < items->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items->items, i);

      if (item->kind == VSW_IP_NEIGHBOUR && vsw_ip_set_find (self->now, item) == NULL
          && !vsw_ip_change_add (change, item, self->link, NLM_F_REPLACE, error))
        return FALSE;
    }
  return TRUE;
}

/* From the last, as they were made. */
gboolean
vsw_ip_delete_kind (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, VswIpKind kind, GError **error)
{
  for (guint i = items->items->len; i-- > 0;)
    {
      const VswIpItem *item = g_ptr_array_index (items->items, i);

      if (item->kind == kind && !vsw_ip_change_delete (change, item, self->link, error))
        return FALSE;
    }
  return TRUE;
}

/* What the link gave itself goes too. */
static gboolean
delete_addresses_of (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, int family, GError **error)
{
  guint n = self->now->items->len;

  for (guint i = 0; i < n; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->now->items, family == AF_INET6 ? i : n - 1 - i);
      gboolean goes =
          item->kind == VSW_IP_ADDRESS && item->body[0] == family
          && (vsw_ip_set_find (items, item) != NULL || vsw_ip_item_is_own_link_local (item, self->device->mac));

      if (goes && !vsw_ip_change_delete (change, item, self->link, error))
        return FALSE;
    }
  return TRUE;
}

/* IPv4 from the last: secondary ones, which would go with their primary one or take its place (promote_secondaries), stand behind it. IPv6 from the first:
 * temporary ones, which would go with the one that they are made from, stand before it. So, too, all come to stand as they stood if this is undone. */
gboolean
vsw_ip_delete_addresses (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, GError **error)
{
  return delete_addresses_of (self, change, items, AF_INET, error)
         && delete_addresses_of (self, change, items, AF_INET6, error);
}

/* Whether another address that stays is in the same network. */
static gboolean
keeps_network (const VswIpWork *self, const VswIpItem *address)
{
  for (guint i = 0; i < self->now->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->now->items, i);

      if (is_of_ipv6 (item) && vsw_ip_set_find (self->wish, item) == NULL && is_same_network (item, address))
        return TRUE;
    }
  return FALSE;
}

/* The kernel takes them away with the last address that lives for ever (ipv6_del_addr() of net/ipv6/addrconf.c). If the last one has a lifetime they stay
 * until that is over, and the host looks for its neighbours where it has no address any more. */
void
vsw_ip_delete_networks (const VswIpWork *self, VswSession *session)
{
  for (guint i = 0; i < self->wish->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (self->wish->items, i);
      VswAnswer answer;

      if (has_network (item) && !keeps_network (self, item))
        vsw_socket_request (session->route, vsw_ip_encode_delete_network (item, self->link), &answer, NULL);
    }
}

void
vsw_ip_copy_found (VswIpChange *change, VswIpLink far, VswIpLink link)
{
  g_autoptr (VswIpSet) found = vsw_ip_read_found (change->session, far, NULL);

  for (guint i = 0; found != NULL && i < found->items->len; i++)
    vsw_ip_change_add (change, g_ptr_array_index (found->items, i), link, NLM_F_REPLACE, NULL);
}

void
vsw_ip_delete_found (VswSession *session, VswIpLink link)
{
  g_autoptr (VswIpSet) found = vsw_ip_read_found (session, link, NULL);

  for (guint i = 0; found != NULL && i < found->items->len; i++)
    {
      VswAnswer answer;

      vsw_socket_request (session->route, vsw_ip_encode_delete (g_ptr_array_index (found->items, i), link), &answer,
                          NULL);
    }
}

/* One turn over those that are not done. TRUE: something succeeded. ret_error: what the last one that failed said */
static gboolean
turn (const VswIpSet *items, gboolean direct, gboolean *done, VswIpItemFunc function, gpointer user_data,
      guint *ret_left, GError **ret_error)
{
  gboolean progress = FALSE;

  *ret_left = 0;
  g_clear_error (ret_error);
  for (guint i = 0; i < items->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (items->items, i);
      GError *local = NULL;

      if (item->kind != VSW_IP_ROUTE || vsw_ip_route_is_direct (item) != direct || done[i])
        continue;
      done[i] = function (item, user_data, &local);
      progress |= done[i];
      if (done[i])
        continue;
      (*ret_left)++;
      g_clear_error (ret_error);
      *ret_error = local;
    }
  return progress;
}

gboolean
vsw_ip_for_each_route (const VswIpSet *items, gboolean direct, VswIpItemFunc function, gpointer user_data,
                       GError **error)
{
  g_autofree gboolean *done = g_new0 (gboolean, items->items->len + 1);
  g_autoptr (GError) last = NULL;
  guint left;

  while (turn (items, direct, done, function, user_data, &left, &last) && left > 0)
    ;
  if (left == 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&last));
  return FALSE;
}
