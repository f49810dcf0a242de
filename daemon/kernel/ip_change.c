/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/ip_change.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>

#include "kernel/ip_encode.h"
#include "kernel/ip_router.h"
#include "kernel/ip_settings.h"

/* A request, or a route that the kernel has from a router, which is none of netlink's. */
struct _VswIpUndo
{
  struct nl_msg *message; /* (owned) (nullable) */
  VswIpItem *route;       /* (owned) (nullable) */
  VswIpLink link;         /* name: (owned) */
};

static void
free_undo (gpointer data)
{
  VswIpUndo *undo = data;

  g_clear_pointer (&undo->message, nlmsg_free);
  g_free (undo->route);
  g_free ((char *)undo->link.name);
  g_free (undo);
}

/* message: (transfer full); place: after how many of the others it is put back last */
static void
undo_by_at (VswIpChange *self, guint place, struct nl_msg *message)
{
  VswIpUndo *undo = g_new0 (VswIpUndo, 1);

  undo->message = message;
  g_ptr_array_insert (self->undo, (gint)place, undo);
}

/* message: (transfer full) */
static void
undo_by (VswIpChange *self, struct nl_msg *message)
{
  undo_by_at (self, self->undo->len, message);
}

static void
undo_by_route (VswIpChange *self, const VswIpItem *route, VswIpLink link)
{
  VswIpUndo *undo = g_new0 (VswIpUndo, 1);

  undo->route = vsw_ip_router_aim (route, -1);
  undo->link = (VswIpLink){ link.index, g_strdup (link.name) };
  g_ptr_array_add (self->undo, undo);
}

VswIpChange *
vsw_ip_change_new (VswSession *session)
{
  VswIpChange *self = g_new0 (VswIpChange, 1);

  self->session = session;
  self->undo = g_ptr_array_new_with_free_func (free_undo);
  self->quieted = g_array_new (FALSE, FALSE, sizeof (VswIpNumber));
  return self;
}

void
vsw_ip_change_free (VswIpChange *self)
{
  g_clear_pointer (&self->before, vsw_ip_set_free);
  g_ptr_array_unref (self->undo);
  g_array_unref (self->quieted);
  g_free ((char *)self->link.name);
  g_free (self);
}

static gboolean
is_gone (int code)
{
  return code == ENOENT || code == ESRCH || code == EADDRNOTAVAIL;
}

/* Of every four kinds of messages of rtnetlink the second unmakes. */
static gboolean
is_deletion (struct nl_msg *message)
{
  return (nlmsg_hdr (message)->nlmsg_type & 3) == (RTM_DELADDR & 3);
}

static gboolean
put_back (VswIpChange *self, VswIpUndo *undo, GError **error)
{
  gboolean deletes = undo->message != NULL && is_deletion (undo->message);
  VswAnswer answer = { 0 };

  if (undo->route != NULL)
    answer.code = vsw_ip_router_add (undo->route, undo->link);
  else if (!vsw_socket_request (self->session->route, g_steal_pointer (&undo->message), &answer, error))
    return FALSE;
  return answer.code == EEXIST || (deletes && is_gone (answer.code))
         || vsw_answer_check (&answer, "put back what IP had", error);
}

void
vsw_ip_change_revert (VswIpChange *self)
{
  while (self->undo->len > 0)
    {
      g_autoptr (GError) error = NULL;

      if (!put_back (self, g_ptr_array_index (self->undo, self->undo->len - 1), &error))
        g_warning ("after a change of what IP has that failed: %s", error->message);
      g_ptr_array_set_size (self->undo, (gint)self->undo->len - 1);
    }
  for (guint i = 0; i < self->quieted->len; i++)
    {
      const VswIpNumber *link = &g_array_index (self->quieted, VswIpNumber, i);

      vsw_ip_settings_set_generation (self->session, link->number, (guint8)link->value, NULL);
    }
  if (self->before != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!vsw_ip_settings_apply (self->session, self->link, self->before, VSW_IP_SETTINGS_ALL, &error))
        g_warning ("after a change of what IP has that failed: %s", error->message);
    }
}

/* inverse: (transfer full) (nullable) */
static gboolean
request (VswIpChange *self, struct nl_msg *message, struct nl_msg *inverse, const char *verb, const VswIpItem *item,
         VswIpLink link, GError **error)
{
  g_autofree char *what = vsw_ip_item_print (item, (VswMac){ { 0 } });
  g_autofree char *name = vsw_text_escape (link.name);
  g_autofree char *step = g_strdup_printf ("%s %s of %s", verb, what, name);
  gboolean ok;
  VswAnswer answer = { 0 };

  if (!vsw_socket_request (self->session->route, message, &answer, error))
    ok = FALSE;
  else if (answer.code == 0 && inverse != NULL)
    {
      undo_by (self, inverse);
      return TRUE;
    }
  else
    ok = vsw_answer_check (&answer, step, error);
  self->refusal = answer.code;
  if (inverse != NULL)
    nlmsg_free (inverse);
  return ok;
}

/* As above, content with `is_fine`. */
static gboolean
request_at_most (VswIpChange *self, struct nl_msg *message, struct nl_msg *inverse, const char *verb,
                 const VswIpItem *item, VswIpLink link, VswError fine, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (request (self, message, inverse, verb, item, link, &local) || g_error_matches (local, VSW_ERROR, (gint)fine))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
leads_nowhere (int code)
{
  return code == EHOSTUNREACH || code == ENETUNREACH || code == ENETDOWN || code == ENODEV || code == ENOENT
         || code == EINVAL;
}

gboolean
vsw_ip_change_leads_nowhere (const VswIpChange *self)
{
  return leads_nowhere (self->refusal);
}

/* The way out is looked at before whether it is there already, which it is (ip6_route_add() of net/ipv6/route.c, fib_table_insert() of net/ipv4/fib_trie.c,
 * rtm_new_nexthop() of net/ipv4/nexthop.c). */
gboolean
vsw_ip_change_is_dead (VswIpChange *self, const VswIpItem *item, VswIpLink link)
{
  VswAnswer answer = { 0 };

  if (!vsw_socket_request (self->session->route, vsw_ip_encode_add (item, link, NLM_F_CREATE | NLM_F_EXCL), &answer,
                           NULL))
    return FALSE;
  if (answer.code == 0) /* it went in this moment, and is back */
    undo_by (self, vsw_ip_encode_delete (item, link));
  return leads_nowhere (answer.code);
}

static gboolean
add_by_router (VswIpChange *self, const VswIpItem *route, VswIpLink link, GError **error)
{
  g_autofree char *what = vsw_ip_item_print (route, (VswMac){ { 0 } });
  g_autofree char *name = vsw_text_escape (link.name);
  g_autofree char *step = g_strdup_printf ("make %s of %s", what, name);

  self->refusal = vsw_ip_router_add (route, link);
  if (self->refusal == EEXIST)
    return TRUE;
  if (self->refusal != 0)
    {
      vsw_errno_set_error (self->refusal, step, NULL, error);
      return FALSE;
    }
  undo_by (self, vsw_ip_encode_delete (route, link));
  return TRUE;
}

gboolean
vsw_ip_change_add (VswIpChange *self, const VswIpItem *item, VswIpLink link, int flags, GError **error)
{
  if (vsw_ip_item_is_from_router (item))
    return add_by_router (self, item, link, error);
  return request_at_most (self, vsw_ip_encode_add (item, link, NLM_F_CREATE | flags), vsw_ip_encode_delete (item, link),
                          "make", item, link, VSW_ERROR_EXISTS, error);
}

gboolean
vsw_ip_change_add_address (VswIpChange *self, const VswIpItem *address, VswIpLink link, gboolean at_once,
                           gboolean is_first, GError **error)
{
  guint before = self->undo->len;
  struct nl_msg *message = at_once ? vsw_ip_encode_add_at_once (address, link)
                                   : vsw_ip_encode_add (address, link, NLM_F_CREATE | NLM_F_EXCL);

  if (!request_at_most (self, message, vsw_ip_encode_delete (address, link), "make", address, link, VSW_ERROR_EXISTS,
                        error))
    return FALSE;
  if (is_first && self->undo->len > before)
    undo_by_at (self, before, vsw_ip_encode_delete_network (address, link));
  return TRUE;
}

static int
get_undelete_flags (VswIpKind kind)
{
  if (kind == VSW_IP_ROUTE)
    return NLM_F_CREATE | NLM_F_APPEND;
  return kind == VSW_IP_GROUP || kind == VSW_IP_NEIGHBOUR ? NLM_F_CREATE | NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL;
}

/* inverse: (transfer full) */
static gboolean delete (VswIpChange *self, const VswIpItem *item, VswIpLink link, struct nl_msg *inverse,
                        GError **error)
{
  g_autofree char *what = vsw_ip_item_print (item, (VswMac){ { 0 } });
  g_autofree char *name = vsw_text_escape (link.name);
  g_autofree char *step = g_strdup_printf ("take %s off %s", what, name);
  VswAnswer answer;

  if (!vsw_socket_request (self->session->route, vsw_ip_encode_delete (item, link), &answer, error))
    {
      nlmsg_free (inverse);
      return FALSE;
    }
  if (answer.code != 0)
    {
      nlmsg_free (inverse);
      return is_gone (answer.code) || vsw_answer_check (&answer, step, error);
    }

  if (vsw_ip_item_is_from_router (item))
    {
      nlmsg_free (inverse);
      undo_by_route (self, item, link);
      return TRUE;
    }
  /* put back with its last flags: they come first in the way back, the address itself after them */
  if (item->kind == VSW_IP_ADDRESS)
    undo_by (self, vsw_ip_encode_add (item, link, NLM_F_REPLACE));
  undo_by (self, inverse);
  return TRUE;
}

gboolean
vsw_ip_change_delete (VswIpChange *self, const VswIpItem *item, VswIpLink link, GError **error)
{
  return delete (self, item, link,
                 item->kind == VSW_IP_ADDRESS ? vsw_ip_encode_add_at_once (item, link)
                                              : vsw_ip_encode_add (item, link, get_undelete_flags (item->kind)),
                 error);
}

gboolean
vsw_ip_change_delete_first (VswIpChange *self, const VswIpItem *route, VswIpLink link, GError **error)
{
  return delete (self, route, link, vsw_ip_encode_add (route, link, NLM_F_CREATE), error);
}

void
vsw_ip_change_keep_first (VswIpChange *self, const VswIpItem *route, VswIpLink link)
{
  undo_by (self, vsw_ip_encode_add (route, link, NLM_F_CREATE));
  undo_by (self, vsw_ip_encode_delete (route, link));
}

gboolean
vsw_ip_change_replace (VswIpChange *self, const VswIpItem *old, VswIpLink old_link, const VswIpItem *item,
                       VswIpLink link, GError **error)
{
  return request (self, vsw_ip_encode_add (item, link, NLM_F_CREATE | NLM_F_REPLACE),
                  vsw_ip_encode_add (old, old_link, NLM_F_CREATE | NLM_F_REPLACE), "change to", item, link, error);
}

/* IPv4 knows no such flags, and its lifetimes are right from the start. */
gboolean
vsw_ip_change_settle (VswIpChange *self, const VswIpItem *address, const VswIpItem *wished, VswIpLink link,
                      GError **error)
{
  guint32 flags = vsw_ip_item_get_flags (wished != NULL ? wished : address);

  if (((const struct ifaddrmsg *)address->body)->ifa_family != AF_INET6)
    return TRUE;
  return request (self, vsw_ip_encode_settle (address, flags, link), NULL, "settle", address, link, error);
}

gboolean
vsw_ip_change_renew (VswIpChange *self, const VswIpItem *address, VswIpLink link, GError **error)
{
  return request (self, vsw_ip_encode_add (address, link, NLM_F_REPLACE), NULL, "renew", address, link, error);
}

gboolean
vsw_ip_change_keep_settings (VswIpChange *self, VswIpLink link, GError **error)
{
  g_assert (self->before == NULL);
  self->link = (VswIpLink){ link.index, g_strdup (link.name) };
  self->before = vsw_ip_set_new ();
  return vsw_ip_settings_read (self->session, link, self->before, error);
}

gboolean
vsw_ip_change_loosen (VswIpChange *self, VswIpLink link, const VswIpSet *now, GError **error)
{
  for (guint i = 0; i < now->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (now->items, i);
      VswIpNumber before;

      memcpy (&before, item->body, MIN (item->size, sizeof before));
      if (item->kind != VSW_IP_SETTING4 || before.number != IPV4_DEVCONF_RP_FILTER)
        continue;
      if (!vsw_ip_settings_loosen (self->session, link, error))
        return FALSE;
      undo_by (self, vsw_ip_encode_setting4 (link.index, &before, 1));
    }
  return TRUE;
}

gboolean
vsw_ip_change_quiet (VswIpChange *self, VswIpLink link, const VswIpSet *now, GError **error)
{
  for (guint i = 0; i < now->items->len; i++)
    {
      const VswIpItem *item = g_ptr_array_index (now->items, i);
      VswIpNumber before = { link.index, item->body[0] };

      if (item->kind != VSW_IP_GENERATION || item->body[0] == IN6_ADDR_GEN_MODE_NONE)
        continue;
      if (!vsw_ip_settings_set_generation (self->session, link.index, IN6_ADDR_GEN_MODE_NONE, error))
        return FALSE;
      g_array_append_val (self->quieted, before);
    }
  return TRUE;
}
