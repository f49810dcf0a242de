/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request makes the device with its mark of ownership, the link group, so that a crash leaves nothing anonymous. What that request cannot
 * carry (alias, address generation) comes in a second one, to the index that the kernel echoed: a name could be somebody else's by now.
 * If the second fails, the device goes again. */
#include "kernel/create.h"

#include <errno.h>

#include "kernel/encode.h"
#include "kernel/read.h"
#include "model/switch.h"

/* --- the bridge that a port goes to --- */

static void
remember_bridge (VswSession *session, const char *name, guint index)
{
  session->last_bridge.index = index;
  g_strlcpy (session->last_bridge.name, name, sizeof session->last_bridge.name);
}

/**
 * vsw_find_bridge:
 * @bridge: index 0 and no name: none
 *
 * Worker. Errors: NOT_FOUND, KERNEL.
 */
gboolean
vsw_find_bridge (VswSession *session, VswDeviceRef bridge, guint *ret_index, GError **error)
{
  g_autoptr (VswLink) link = NULL;

  if (bridge.index != 0 || bridge.name[0] == '\0')
    {
      *ret_index = bridge.index;
      return TRUE;
    }
  /* An index is never used twice, so what is remembered is that bridge or nothing. */
  if (session->last_bridge.index != 0 && g_str_equal (session->last_bridge.name, bridge.name))
    {
      *ret_index = session->last_bridge.index;
      return TRUE;
    }

  link = vsw_read_link (session->route, bridge, error);
  if (link == NULL)
    return FALSE;

  remember_bridge (session, bridge.name, link->index);
  *ret_index = link->index;
  return TRUE;
}

/* --- creating --- */

/* What the kernel echoes of the device that our request made. */
static void
keep_echo (const struct nlmsghdr *message, gpointer user_data)
{
  VswLink **link = user_data;
  VswLink *echo = vsw_decode_link (message);

  if (echo == NULL)
    return;
  g_clear_pointer (link, vsw_link_unref);
  *link = echo;
}

/**
 * vsw_create_delete_again:
 *
 * Deletes what was begun and cannot be finished. That it is left over is told in the log. Worker.
 */
void
vsw_create_delete_again (VswSession *session, guint index)
{
  VswAnswer answer;
  g_autoptr (GError) error = NULL;

  if (!vsw_socket_request (session->route, vsw_encode_delete (index), &answer, &error))
    g_warning ("device with index %u may be left over: %s", index, error->message);
  else if (answer.code != 0 && answer.code != ENODEV)
    g_warning ("device with index %u is left over: %s", index, g_strerror (answer.code));
}

/* Sends the create request (transfer full) and says what it made; older kernels (before 6.2) echo nothing. */
static VswLink *
create (VswSession *session, struct nl_msg *message, const char *name, const char *step, GError **error)
{
  g_autoptr (VswLink) link = NULL;
  VswAnswer answer;

  if (!vsw_socket_read (session->route, message, keep_echo, &link, &answer, error))
    return NULL;
  if (!vsw_answer_check (&answer, step, error))
    return NULL;
  if (link == NULL)
    link = vsw_read_link (session->route, vsw_device_ref_by_name (name), error);

  return g_steal_pointer (&link);
}

/**
 * vsw_create_send_all:
 * @messages: (transfer full): one to three
 *
 * Sends messages that must all succeed. Worker. Errors: see vsw_answer_check().
 */
gboolean
vsw_create_send_all (VswSession *session, struct nl_msg **messages, guint n, const char *step, GError **error)
{
  VswAnswer answers[3];
  gboolean sent;

  g_assert (n <= G_N_ELEMENTS (answers));
  sent = vsw_socket_exchange (session->route, messages, n, answers, NULL, NULL, error);
  for (guint i = 0; i < n; i++)
    nlmsg_free (messages[i]);
  for (guint i = 0; sent && i < n; i++)
    sent = vsw_answer_check (&answers[i], step, error);

  return sent;
}

static char *
make_alias (const char *device, const char *id)
{
  return vsw_link_alias_new (device, id != NULL ? id : "");
}

/* A bridge follows the least MTU of its ports until its own was changed (br_mtu_auto_adjust, net/bridge/br_if.c). What it was born with is no change, nor is
 * setting it to what it is: so it is born with another one. Never with one below 1280 octets if it has IPv6 afterwards: it would not keep quiet
 * (NETDEV_CHANGEMTU in addrconf_notify(), net/ipv6/addrconf.c). */
static guint32
pick_other_mtu (guint32 mtu)
{
  if (mtu == 0)
    return 0;
  return mtu < VSW_MTU_MAX ? mtu + 1 : mtu - 1;
}

/**
 * vsw_create_bridge:
 *
 * VSW_OP_BRIDGE_ADD. Worker. Errors: EXISTS, INVALID_ARGUMENT, NOT_SUPPORTED, KERNEL.
 */
gboolean
vsw_create_bridge (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *step = g_strdup_printf ("create bridge %s", op->device.name);
  g_autofree char *alias = make_alias (op->device.name, op->id);
  struct nl_msg *message = vsw_encode_bridge_add (op->device.name, op->mac, pick_other_mtu (op->mtu), &op->bridge);
  g_autoptr (VswLink) link = create (session, message, op->device.name, step, error);
  struct nl_msg *messages[2];
  guint n = 0;

  if (link == NULL)
    return FALSE;

  messages[n++] = vsw_encode_mark (link->index, alias, !link->ipv6_quiet);
  if (op->mtu != 0)
    messages[n++] = vsw_encode_set ((VswDeviceRef){ .index = link->index }, VSW_ATTRIBUTE_MTU, op->mtu);
  if (!vsw_create_send_all (session, messages, n, step, error))
    {
      vsw_create_delete_again (session, link->index);
      return FALSE;
    }

  vsw_session_tell (session, link->index, VSW_ATTRIBUTE_ALIAS, 0, alias);
  vsw_session_tell (session, link->index, VSW_ATTRIBUTE_IPV6_QUIET, 1, NULL);
  remember_bridge (session, op->device.name, link->index);
  return TRUE;
}

/* A near end whose far end is born out of our hands comes up only when it is quiet: its carrier may be there at once. */
static gboolean
mark_veth (VswSession *session, const VswOp *op, const VswLink *link, const char *step, GError **error)
{
  g_autofree char *alias = make_alias (op->device.name, op->id);
  g_autofree char *far_alias = make_alias (op->far.name, op->id);
  VswDeviceRef near_end = { .index = link->index };
  struct nl_msg *messages[2];
  guint n = 0;

  messages[n++] = vsw_encode_mark (link->index, alias, !link->ipv6_quiet);
  if (op->target == NULL)
    messages[n++] = vsw_encode_set_alias ((VswDeviceRef){ .index = link->peer }, far_alias);
  else if (op->up)
    messages[n++] = vsw_encode_set (near_end, VSW_ATTRIBUTE_UP, 1);

  if (!vsw_create_send_all (session, messages, n, step, error))
    return FALSE;

  vsw_session_tell (session, link->index, VSW_ATTRIBUTE_ALIAS, 0, alias);
  vsw_session_tell (session, link->index, VSW_ATTRIBUTE_IPV6_QUIET, 1, NULL);
  if (op->target == NULL)
    vsw_session_tell (session, link->peer, VSW_ATTRIBUTE_ALIAS, 0, far_alias);
  return TRUE;
}

/* The kernel says that a name is taken, but not which. */
static void
say_which_is_taken (VswSession *session, const VswOp *op, GError **error)
{
  g_autoptr (VswLink) near_end = NULL;

  if (op->target == NULL || error == NULL || !g_error_matches (*error, VSW_ERROR, VSW_ERROR_EXISTS))
    return;

  near_end = vsw_read_link (session->route, vsw_device_ref_by_name (op->device.name), NULL);
  if (near_end != NULL)
    return;

  g_clear_error (error);
  g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "the target namespace has an interface %s already", op->far.name);
}

/**
 * vsw_create_veth:
 *
 * VSW_OP_VETH_ADD. Worker. Errors: EXISTS, NOT_FOUND, INVALID_ARGUMENT, NOT_SUPPORTED, KERNEL.
 */
gboolean
vsw_create_veth (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *step = g_strdup_printf ("create veth pair %s and %s", op->device.name, op->far.name);
  gboolean here = op->target == NULL;
  VswVethEnd near_end = { .name = op->device.name,
                          .mac = op->mac,
                          .mtu = op->mtu,
                          .group = VSW_GROUP_OURS,
                          .queues = MAX (op->queues, 1),
                          .up = op->up && here,
                          .space = -1 };
  VswVethEnd far_end = { .name = op->far.name,
                         .mac = op->far_mac,
                         .mtu = op->mtu,
                         .group = here ? VSW_GROUP_OURS : 0,
                         .queues = MAX (op->queues, 1),
                         .space = here ? -1 : op->target->fd };
  g_autoptr (VswLink) link = NULL;

  if (!vsw_find_bridge (session, op->controller, &near_end.bridge, error))
    return FALSE;

  link = create (session, vsw_encode_veth_add (&near_end, &far_end), op->device.name, step, error);
  if (link == NULL)
    {
      session->last_bridge = (VswDeviceRef){ 0 };
      say_which_is_taken (session, op, error);
      return FALSE;
    }
  if (!mark_veth (session, op, link, step, error))
    {
      vsw_create_delete_again (session, link->index);
      return FALSE;
    }

  return TRUE;
}
