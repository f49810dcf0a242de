/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations as text: for the log, for the messages of errors, and for golden plans. */
#include "plan/op.h"

#define DEVICES_PRINTED 16 /* of one deletion; the rest is counted */

typedef enum
{
  FORM_NUMBER,
  FORM_HEX,
  FORM_MAC,
  FORM_TEXT,
  FORM_DEVICE,
} Form;

static const struct
{
  const char *name;
  Form form;
} attributes[] = {
  [VSW_ATTRIBUTE_UP] = { "up", FORM_NUMBER },
  [VSW_ATTRIBUTE_MTU] = { "mtu", FORM_NUMBER },
  [VSW_ATTRIBUTE_PROMISCUOUS] = { "promiscuous", FORM_NUMBER },
  [VSW_ATTRIBUTE_MAC] = { "mac", FORM_MAC },
  [VSW_ATTRIBUTE_NAME] = { "name", FORM_TEXT },
  [VSW_ATTRIBUTE_GROUP] = { "group", FORM_HEX },
  [VSW_ATTRIBUTE_ALIAS] = { "alias", FORM_TEXT },
  [VSW_ATTRIBUTE_IPV6_QUIET] = { "ipv6-quiet", FORM_NUMBER },
  [VSW_ATTRIBUTE_CONTROLLER] = { "bridge", FORM_DEVICE },
  [VSW_ATTRIBUTE_AGEING] = { "ageing", FORM_NUMBER },
  [VSW_ATTRIBUTE_MAX_LEARNED] = { "max-learned", FORM_NUMBER },
  [VSW_ATTRIBUTE_SPANNING_TREE] = { "spanning-tree", FORM_NUMBER },
  [VSW_ATTRIBUTE_MULTICAST_SNOOPING] = { "multicast-snooping", FORM_NUMBER },
};
G_STATIC_ASSERT (G_N_ELEMENTS (attributes) == VSW_N_ATTRIBUTES);

/**
 * vsw_attribute_print:
 *
 * The word for an attribute. (transfer none) Any thread.
 */
const char *
vsw_attribute_print (VswAttribute attribute)
{
  g_return_val_if_fail ((guint)attribute < VSW_N_ATTRIBUTES, "");
  return attributes[attribute].name;
}

/* "NAME#INDEX" where the index counts, "NAME" where the name does, "none". */
static void
append_device (GString *text, const VswDeviceRef *device)
{
  if (device->index == 0 && device->name[0] == '\0')
    {
      g_string_append (text, "none");
      return;
    }
  g_autofree char *name = vsw_text_escape (device->name);
  g_string_append (text, name);
  if (device->index != 0)
    g_string_append_printf (text, "#%u", device->index);
}

static void
append_mac (GString *text, VswMac mac)
{
  char buffer[VSW_MAC_TEXT_SIZE];
  g_string_append (text, vsw_mac_print (mac, buffer));
}

static void
append_bridge (GString *text, const VswOp *op)
{
  g_string_append (text, " mac ");
  append_mac (text, op->mac);
  g_string_append_printf (text, " mtu %u ageing %u", op->mtu, op->bridge.ageing);
  if (op->bridge.max_learned != 0)
    g_string_append_printf (text, " max-learned %u", op->bridge.max_learned);
  if (op->bridge.spanning_tree)
    g_string_append (text, " spanning-tree");
  if (op->bridge.multicast_snooping)
    g_string_append (text, " multicast-snooping");
}

static void
append_controller (GString *text, const VswOp *op)
{
  if (op->controller.index == 0 && op->controller.name[0] == '\0')
    return;
  g_string_append (text, " bridge ");
  append_device (text, &op->controller);
}

static void
append_queues (GString *text, const VswOp *op)
{
  if (op->queues > 1)
    g_string_append_printf (text, " queues %u", op->queues);
}

static void
append_veth (GString *text, const VswOp *op)
{
  g_string_append (text, " mac ");
  append_mac (text, op->mac);
  g_string_append_printf (text, " mtu %u", op->mtu);
  append_queues (text, op);
  append_controller (text, op);
  g_string_append (text, op->up ? " up; far " : "; far ");
  append_device (text, &op->far);
  g_string_append (text, " mac ");
  append_mac (text, op->far_mac);
  if (op->target != NULL)
    g_string_append_printf (text, " in namespace %" G_GUINT64_FORMAT, op->target->inode);
}

/* What TAP_ADD and TAP_CLAIM say of a tap. */
static void
append_ownership (GString *text, const VswOp *op)
{
  g_string_append_printf (text, " owner %u", op->owner);
  if (op->keeps)
    g_string_append (text, " kept");
}

static void
append_tap (GString *text, const VswOp *op)
{
  g_string_append (text, " mac ");
  append_mac (text, op->mac);
  g_string_append_printf (text, " mtu %u", op->mtu);
  append_queues (text, op);
  if (op->vnet_header)
    g_string_append (text, " vnet-header");
  append_ownership (text, op);
  if (op->handout != NULL)
    g_string_append (text, " open");
  append_controller (text, op);
  if (op->up)
    g_string_append (text, " up");
}

static void
append_value (GString *text, const VswOp *op)
{
  g_string_append_printf (text, " %s ", vsw_attribute_print (op->attribute));
  g_autofree char *escaped = NULL;
  switch (attributes[op->attribute].form)
    {
    case FORM_NUMBER:
      g_string_append_printf (text, "%" G_GUINT64_FORMAT, op->number);
      break;
    case FORM_HEX:
      g_string_append_printf (text, "0x%" G_GINT64_MODIFIER "x", op->number);
      break;
    case FORM_MAC:
      append_mac (text, op->mac);
      break;
    case FORM_TEXT:
      escaped = vsw_text_escape (op->text != NULL ? op->text : "");
      g_string_append_printf (text, "'%s'", escaped);
      break;
    case FORM_DEVICE:
      append_device (text, &op->controller);
      break;
    }
}

static void
append_place (GString *text, const VswOp *op)
{
  g_autofree char *name = vsw_text_escape (op->far.name);
  g_string_append_printf (text, " in namespace %" G_GUINT64_FORMAT " as %s", op->target != NULL ? op->target->inode : 0,
                          name);
}

static void
append_address (GString *text, const VswOp *op)
{
  g_string_append_c (text, ' ');
  append_mac (text, op->mac);
}

/* Where it comes from or goes to, and how much it is. */
static void
append_ip (GString *text, const VswOp *op)
{
  if (op->far.index != 0 || op->far.name[0] != '\0')
    {
      g_string_append (text, op->kind == VSW_OP_DIVERT_ADD ? " to " : op->kind == VSW_OP_IP_TAKE ? " for " : " from ");
      append_device (text, &op->far);
    }
  if (op->keeps)
    g_string_append (text, " keeping settings");
  for (guint i = 0; op->ip != NULL && op->ip->items[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? ": " : "; ", op->ip->items[i]);
}

static void
append_devices (GString *text, const VswOp *op)
{
  guint n = op->devices != NULL ? op->devices->len : 0;
  for (guint i = 0; i < n && i < DEVICES_PRINTED; i++)
    {
      g_string_append_c (text, ' ');
      append_device (text, &g_array_index (op->devices, VswDeviceRef, i));
    }
  if (n > DEVICES_PRINTED)
    g_string_append_printf (text, " and %u more", n - DEVICES_PRINTED);
}

static void
append_nothing (GString *text, const VswOp *op)
{
}

static const struct
{
  const char *name;
  gboolean has_device;
  void (*append) (GString *text, const VswOp *op);
} kinds[] = {
  [VSW_OP_BRIDGE_ADD] = { "bridge-add", TRUE, append_bridge },
  [VSW_OP_VETH_ADD] = { "veth-add", TRUE, append_veth },
  [VSW_OP_TAP_ADD] = { "tap-add", TRUE, append_tap },
  [VSW_OP_TAP_OPEN] = { "tap-open", TRUE, append_queues },
  [VSW_OP_TAP_CLOSE] = { "tap-close", TRUE, append_nothing },
  [VSW_OP_TAP_RELEASE] = { "tap-release", TRUE, append_nothing },
  [VSW_OP_TAP_CLAIM] = { "tap-claim", TRUE, append_ownership },
  [VSW_OP_SET] = { "set", TRUE, append_value },
  [VSW_OP_PLACE] = { "place", TRUE, append_place },
  [VSW_OP_ADDRESS_ADD] = { "address-add", TRUE, append_address },
  [VSW_OP_ADDRESS_DELETE] = { "address-delete", TRUE, append_address },
  [VSW_OP_GUARD_ADD] = { "guard-add", TRUE, append_nothing },
  [VSW_OP_GUARD_DELETE] = { "guard-delete", TRUE, append_nothing },
  [VSW_OP_IP_PREPARE] = { "ip-prepare", TRUE, append_ip },
  [VSW_OP_IP_FORGET] = { "ip-forget", TRUE, append_ip },
  [VSW_OP_IP_MOVE] = { "ip-move", TRUE, append_ip },
  [VSW_OP_IP_TAKE] = { "ip-take", TRUE, append_ip },
  [VSW_OP_IP_GIVE] = { "ip-give", TRUE, append_ip },
  [VSW_OP_DIVERT_ADD] = { "divert-add", TRUE, append_ip },
  [VSW_OP_DIVERT_DELETE] = { "divert-delete", TRUE, append_nothing },
  [VSW_OP_HOST_ADD] = { "host-add", TRUE, append_address },
  [VSW_OP_HOST_DELETE] = { "host-delete", TRUE, append_address },
  [VSW_OP_AWAIT] = { "await", TRUE, append_nothing },
  [VSW_OP_DELETE] = { "delete", FALSE, append_devices },
};
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == VSW_OP_DELETE + 1);

/**
 * vsw_op_print:
 *
 * An operation in one line, without its inverse. Devices that are meant by index have it behind their name. (transfer full) Any thread.
 */
char *
vsw_op_print (const VswOp *self)
{
  GString *text = g_string_new (kinds[self->kind].name);
  if (kinds[self->kind].has_device)
    {
      g_string_append_c (text, ' ');
      append_device (text, &self->device);
    }
  kinds[self->kind].append (text, self);
  return g_string_free (text, FALSE);
}
