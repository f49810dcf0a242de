/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTM_SETLINK applies attribute after attribute and undoes nothing; even one attribute may be several steps inside (a port leaves its bridge
 * before the new one refuses it). So those that can end half-way are read before, and after an error read again and put back. */
#include "kernel/set.h"

#include <errno.h>

#include "kernel/create.h"
#include "kernel/encode.h"
#include "kernel/read.h"

static gboolean
can_end_half_way (VswAttribute attribute)
{
  return attribute == VSW_ATTRIBUTE_CONTROLLER || attribute == VSW_ATTRIBUTE_MAC || attribute == VSW_ATTRIBUTE_MTU
         || attribute == VSW_ATTRIBUTE_NAME;
}

/* The request for the operation; a new message (transfer full). */
static struct nl_msg *
encode (const VswOp *op, const VswLink *before, guint bridge)
{
  switch (op->attribute)
    {
    case VSW_ATTRIBUTE_MAC:
      return vsw_encode_set_mac (op->device, op->mac);
    case VSW_ATTRIBUTE_NAME:
      return vsw_encode_set_name (before->index, op->text);
    case VSW_ATTRIBUTE_ALIAS:
      return vsw_encode_set_alias (op->device, op->text != NULL ? op->text : "");
    case VSW_ATTRIBUTE_CONTROLLER:
      return vsw_encode_set (op->device, op->attribute, bridge);
    case VSW_ATTRIBUTE_UP:
    case VSW_ATTRIBUTE_MTU:
    case VSW_ATTRIBUTE_PROMISCUOUS:
    case VSW_ATTRIBUTE_GROUP:
    case VSW_ATTRIBUTE_IPV6_QUIET:
    case VSW_ATTRIBUTE_AGEING:
    case VSW_ATTRIBUTE_MAX_LEARNED:
    case VSW_ATTRIBUTE_SPANNING_TREE:
    case VSW_ATTRIBUTE_MULTICAST_SNOOPING:
      return vsw_encode_set (op->device, op->attribute, op->number);
    }
  g_assert_not_reached ();
}

static void
put_back_one (VswSession *session, struct nl_msg *message, const char *what)
{
  VswAnswer answer;
  g_autoptr (GError) error = NULL;

  if (!vsw_socket_request (session->route, message, &answer, &error) || !vsw_answer_check (&answer, what, &error))
    g_warning ("after a refused change: %s", error->message);
}

/* A port that leaves its bridge loses its static addresses, also when it comes back. addresses: (nullable) (element-type VswMac) */
static void
put_port_back (VswSession *session, const VswLink *before, GArray *addresses)
{
  VswDeviceRef device = { .index = before->index };

  put_back_one (session, vsw_encode_set (device, VSW_ATTRIBUTE_CONTROLLER, before->bridge), "put a port back");
  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    put_back_one (session, vsw_encode_address_add (before->index, g_array_index (addresses, VswMac, i), TRUE),
                  "put a static address back");
}

/* Undo works from what is, not from what was asked. */
static void
put_back (VswSession *session, const VswLink *before, GArray *addresses)
{
  VswDeviceRef device = { .index = before->index };
  g_autoptr (VswLink) now = vsw_read_link (session->route, device, NULL);

  if (now == NULL)
    return;
  if (!g_str_equal (now->name, before->name))
    put_back_one (session, vsw_encode_set_name (before->index, before->name), "put a name back");
  if (!vsw_mac_equal (now->mac, before->mac))
    put_back_one (session, vsw_encode_set_mac (device, before->mac), "put a MAC address back");
  if (now->mtu != before->mtu)
    put_back_one (session, vsw_encode_set (device, VSW_ATTRIBUTE_MTU, before->mtu), "put an MTU back");
  if (now->bridge != before->bridge)
    put_port_back (session, before, addresses);
  if (now->is_up != before->is_up)
    put_back_one (session, vsw_encode_set (device, VSW_ATTRIBUTE_UP, before->is_up), "put a device up again");
}

/* Kernels before 6.9 rename no device that is up: down, rename, up. */
static gboolean
rename_downed (VswSession *session, const VswOp *op, const VswLink *before, VswAnswer *answer, GError **error)
{
  VswDeviceRef device = { .index = before->index };

  if (!vsw_socket_request (session->route, vsw_encode_set (device, VSW_ATTRIBUTE_UP, 0), answer, error))
    return FALSE;
  if (answer->code == 0 && !vsw_socket_request (session->route, encode (op, before, 0), answer, error))
    return FALSE;
  if (answer->code != 0)
    return TRUE;

  return vsw_socket_request (session->route, vsw_encode_set (device, VSW_ATTRIBUTE_UP, 1), answer, error);
}

/* A device without IPv6 has nothing to keep quiet. */
static gboolean
is_done_anyway (const VswOp *op, const VswAnswer *answer)
{
  return op->attribute == VSW_ATTRIBUTE_IPV6_QUIET && answer->code == EAFNOSUPPORT;
}

/* A kernel without the limit takes it without a word: what rtnetlink does not know of a kind of device it leaves out (rtnl_newlink(),
 * nla_parse_nested_deprecated()). Linux before 6.7. */
static gboolean
check_known (VswSession *session, const VswOp *op, const char *step, GError **error)
{
  g_autoptr (VswLink) link = NULL;

  if (op->attribute != VSW_ATTRIBUTE_MAX_LEARNED)
    return TRUE;

  link = vsw_read_link (session->route, op->device, error);
  if (link == NULL)
    return FALSE;
  if (link->is_bridge && !link->has_max_learned)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "cannot %s: this kernel has no limit of learned addresses",
                   step);
      return FALSE;
    }
  return TRUE;
}

static void
tell (VswSession *session, const VswOp *op)
{
  g_autoptr (VswLink) link = NULL;
  guint index = op->device.index;

  if (op->attribute == VSW_ATTRIBUTE_UP || can_end_half_way (op->attribute))
    return; /* the kernel tells these itself */
  if (index == 0)
    {
      link = vsw_read_link (session->route, op->device, NULL);
      index = link != NULL ? link->index : 0;
    }
  vsw_session_tell (session, index, op->attribute, op->number, op->text);
}

/**
 * vsw_set_attribute:
 *
 * VSW_OP_SET. Worker. Errors: NOT_FOUND, EXISTS, INVALID_ARGUMENT, NOT_SUPPORTED, KERNEL.
 */
gboolean
vsw_set_attribute (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *name = vsw_device_print (op->device);
  g_autofree char *step = g_strdup_printf ("set %s of %s", vsw_attribute_print (op->attribute), name);
  g_autoptr (VswLink) before = NULL;
  g_autoptr (GArray) addresses = NULL;
  VswAnswer answer;
  guint bridge = 0;

  if (!check_known (session, op, step, error)
      || (op->attribute == VSW_ATTRIBUTE_CONTROLLER && !vsw_find_bridge (session, op->controller, &bridge, error)))
    return FALSE;
  if (can_end_half_way (op->attribute))
    {
      before = vsw_read_link (session->route, op->device, error);
      if (before == NULL)
        return FALSE;
    }
  if (op->attribute == VSW_ATTRIBUTE_CONTROLLER && bridge != 0 && bridge != before->bridge)
    {
      addresses = vsw_read_static_addresses (session->route, before, error);
      if (addresses == NULL)
        return FALSE;
    }
  if (op->attribute == VSW_ATTRIBUTE_NAME)
    session->last_bridge = (VswDeviceRef){ 0 };

  if (!vsw_socket_request (session->route, encode (op, before, bridge), &answer, error))
    return FALSE;
  if (answer.code == EBUSY && op->attribute == VSW_ATTRIBUTE_NAME && before->is_up
      && !rename_downed (session, op, before, &answer, error))
    return FALSE;
  if (is_done_anyway (op, &answer))
    return TRUE;
  if (answer.code == EBUSY && bridge != 0 && answer.text[0] == '\0')
    g_strlcpy (answer.text, "another device takes its frames already, as a macvlan or ipvlan on it does", sizeof answer.text);
  if (vsw_answer_check (&answer, step, error))
    {
      tell (session, op);
      return TRUE;
    }

  if (before != NULL)
    put_back (session, before, addresses);
  if (op->attribute == VSW_ATTRIBUTE_CONTROLLER)
    session->last_bridge = (VswDeviceRef){ 0 };
  return FALSE;
}
