/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link that is moved under a name that is taken there moves all the same and keeps its old name (RTM_SETLINK, measured on 6.18). So the name is
 * looked up first, in the target, which needs no more than CAP_NET_ADMIN. If it is taken in the moment between, the pair is beyond our reach: it is deleted and made again at
 * home as it was. */
#include "kernel/place.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "kernel/encode.h"
#include "kernel/read.h"

/* What it takes to make a pair again. */
typedef struct
{
  VswLink *near_end; /* (owned) */
  VswLink *far_end;  /* (owned) */
  GArray *addresses; /* (owned) (element-type VswMac) static forwarding entries at the near end */
  guint32 queues;
} Snapshot;

static void
clear_snapshot (Snapshot *self)
{
  g_clear_pointer (&self->near_end, vsw_link_unref);
  g_clear_pointer (&self->far_end, vsw_link_unref);
  g_clear_pointer (&self->addresses, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Snapshot, clear_snapshot)

/* --- looking --- */

static void
keep_nsid (const struct nlmsghdr *message, gpointer user_data)
{
  gint32 *nsid = user_data;

  vsw_decode_nsid (message, nsid);
}

/* The number that the target has here, given to it if it has none. FALSE: it cannot be had. */
static gboolean
find_nsid (VswSession *session, int space, gint32 *ret_nsid)
{
  VswAnswer answer;

  *ret_nsid = -1;
  if (!vsw_socket_read (session->route, vsw_encode_get_nsid (space), keep_nsid, ret_nsid, &answer, NULL))
    return FALSE;
  if (*ret_nsid >= 0)
    return TRUE;

  if (!vsw_socket_request (session->route, vsw_encode_new_nsid (space), &answer, NULL))
    return FALSE;
  if (!vsw_socket_read (session->route, vsw_encode_get_nsid (space), keep_nsid, ret_nsid, &answer, NULL))
    return FALSE;
  return *ret_nsid >= 0;
}

/* Where the kernel cannot look into another namespace (before 4.20), the move itself tells. */
static gboolean
check_name_is_free (VswSession *session, const VswOp *op, GError **error)
{
  VswAnswer answer;
  gint32 nsid;

  if (!find_nsid (session, op->target->fd, &nsid))
    return TRUE;
  if (!vsw_socket_request (session->route, vsw_encode_get_link_in (nsid, op->far.name), &answer, error))
    return FALSE;
  if (answer.code != 0)
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "the target namespace has an interface %s already", op->far.name);
  return FALSE;
}

static void
keep_queues (const struct nlmsghdr *message, gpointer user_data)
{
  struct nlattr *queues = nlmsg_find_attr ((struct nlmsghdr *)message, sizeof (struct ifinfomsg), IFLA_NUM_TX_QUEUES);

  if (queues != NULL && nla_len (queues) >= (int)sizeof (guint32))
    *(guint32 *)user_data = nla_get_u32 (queues);
}

static gboolean
read_addresses (VswSession *session, Snapshot *snapshot, GError **error)
{
  g_autoptr (GArray) neighbours = NULL;

  snapshot->addresses = g_array_new (FALSE, FALSE, sizeof (VswMac));
  if (!snapshot->near_end->is_port)
    return TRUE;

  neighbours = vsw_read_neighbours (session->route, snapshot->near_end->bridge, error);
  for (guint i = 0; neighbours != NULL && i < neighbours->len; i++)
    {
      const VswForwardingEntry *entry = &g_array_index (neighbours, VswNeighbour, i).entry;

      if (entry->is_static && entry->port == snapshot->near_end->index)
        g_array_append_val (snapshot->addresses, entry->mac);
    }

  return neighbours != NULL;
}

static gboolean
take_snapshot (VswSession *session, const VswOp *op, Snapshot *snapshot, GError **error)
{
  VswDeviceRef near_end = { 0 };
  VswAnswer answer;

  snapshot->far_end = vsw_read_link (session->route, op->device, error);
  if (snapshot->far_end == NULL)
    return FALSE;
  if (!vsw_link_is_marked (snapshot->far_end) || snapshot->far_end->peer == 0 || snapshot->far_end->peer_elsewhere)
    {
      g_autofree char *name = vsw_device_print (op->device);

      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "device %s is not the end of a pair of ours", name);
      return FALSE;
    }

  near_end.index = snapshot->far_end->peer;
  snapshot->near_end = vsw_read_link (session->route, near_end, error);
  snapshot->queues = 1;
  return snapshot->near_end != NULL && read_addresses (session, snapshot, error)
         && vsw_socket_read (session->route, vsw_encode_get_link (near_end), keep_queues, &snapshot->queues, &answer,
                             error);
}

/* --- making it again --- */

/* Sends one message (transfer full) that undoing needs; what fails is told and left to the repair of drift. */
static void
redo (VswSession *session, struct nl_msg *message, const char *step)
{
  VswAnswer answer;
  g_autoptr (GError) error = NULL;

  if (!vsw_socket_request (session->route, message, &answer, &error) || !vsw_answer_check (&answer, step, &error))
    g_warning ("after a move that went wrong: %s", error->message);
}

static VswVethEnd
describe_end (const VswLink *link, guint32 queues)
{
  return (VswVethEnd){
    .name = link->name, .mac = link->mac, .mtu = link->mtu, .group = link->group, .queues = queues, .space = -1
  };
}

static void
mark_again (VswSession *session, const Snapshot *was)
{
  VswDeviceRef near_end = vsw_device_ref_by_name (was->near_end->name);
  VswDeviceRef far_end = vsw_device_ref_by_name (was->far_end->name);
  g_autoptr (VswLink) now = vsw_read_link (session->route, near_end, NULL);

  if (now == NULL)
    return;
  redo (session, vsw_encode_mark (now->index, was->near_end->alias, was->near_end->ipv6_quiet), "mark a device again");
  redo (session, vsw_encode_set_alias (far_end, was->far_end->alias), "mark a device again");
  if (was->far_end->ipv6_quiet && !now->ipv6_quiet)
    redo (session, vsw_encode_set (far_end, VSW_ATTRIBUTE_IPV6_QUIET, 1), "keep a device quiet again");
  vsw_session_tell (session, now->peer, VSW_ATTRIBUTE_ALIAS, 0, was->far_end->alias);
  if (was->near_end->is_up)
    redo (session, vsw_encode_set (near_end, VSW_ATTRIBUTE_UP, 1), "put a device up again");
  if (was->far_end->is_up)
    redo (session, vsw_encode_set (far_end, VSW_ATTRIBUTE_UP, 1), "put a device up again");
  for (guint i = 0; i < was->addresses->len; i++)
    redo (session, vsw_encode_address_add (now->index, g_array_index (was->addresses, VswMac, i), TRUE),
          "add a static address again");
}

static void
make_again (VswSession *session, const Snapshot *was)
{
  VswVethEnd near_end = describe_end (was->near_end, was->queues);
  VswVethEnd far_end = describe_end (was->far_end, was->queues);

  near_end.bridge = was->near_end->bridge;
  redo (session, vsw_encode_delete (was->near_end->index), "delete a pair");
  redo (session, vsw_encode_veth_add (&near_end, &far_end), "make a pair again");
  mark_again (session, was);
}

/* --- placing --- */

/**
 * vsw_place_device:
 *
 * VSW_OP_PLACE. Worker. Errors: EXISTS (the name is taken there), CONFLICT (not ours), NOT_FOUND, INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_place_device (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *name = vsw_device_print (op->device);
  g_autofree char *step = g_strdup_printf ("give device %s away as %s", name, op->far.name);
  g_auto (Snapshot) was = { 0 };
  g_autoptr (VswLink) now = NULL;
  VswDeviceRef far_end = { 0 };
  VswAnswer answer;

  if (!take_snapshot (session, op, &was, error) || !check_name_is_free (session, op, error))
    return FALSE;

  far_end.index = was.far_end->index;
  if (!vsw_socket_request (session->route, vsw_encode_place (far_end.index, op->target->fd, op->far.name), &answer,
                           error))
    return FALSE;
  if (vsw_answer_check (&answer, step, error))
    return TRUE;

  now = vsw_read_link (session->route, far_end, NULL);
  if (now == NULL)
    make_again (session, &was);
  return FALSE;
}
