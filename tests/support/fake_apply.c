/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_apply.h"

#include <string.h>

#include "support/fake_tap.h"
#include "support/fake_uplink.h"

static FakeLink *
look_up (FakeState *self, const VswDeviceRef *ref)
{
  return ref->index != 0 ? fake_link_get (self->home, ref->index) : fake_link_find (self->home, ref->name);
}

static FakeLink *
find_device (FakeState *self, const VswDeviceRef *ref, GError **error)
{
  FakeLink *link = look_up (self, ref);

  if (link == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "no device %s (index %u)", ref->name, ref->index);
  return link;
}

static gboolean
is_named (const VswDeviceRef *ref)
{
  return ref->index != 0 || ref->name[0] != '\0';
}

static void
mark (FakeState *self, FakeLink *link, const char *id)
{
  g_autofree char *alias = vsw_link_alias_new (link->is.name, id);

  fake_set_alias (self, link, alias);
}

static gboolean
add_bridge (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *link;

  if (!fake_check_name (self->home, op->device.name, error) || !fake_check_mtu (op->mtu, error)
      || !fake_check_mac (op->mac, error))
    return FALSE;
  if (op->bridge.ageing > FAKE_AGEING_MAX)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "this kernel has no such setting of a bridge");
      return FALSE;
    }
  link = fake_link_new (self, self->home, op->device.name, "bridge");
  link->is.group = VSW_GROUP_OURS;
  link->is.mac = op->mac;
  link->is.mtu = op->mtu;
  link->is.ageing = op->bridge.ageing;
  link->is.max_learned = self->knows_max_learned ? op->bridge.max_learned : 0; /* ignored without a word */
  link->is.spanning_tree = op->bridge.spanning_tree;
  link->is.multicast_snooping = op->bridge.multicast_snooping;
  fake_flush (self);
  link->is.ipv6_quiet = TRUE;
  mark (self, link, op->id);
  return TRUE;
}

/* NULL: our own. */
static gboolean
find_target (FakeState *self, const VswNamespace *target, FakeSpace **ret_space, GError **error)
{
  FakeSpace *space = target != NULL ? fake_space_find_inode (self, target->inode) : self->home;

  if (space == NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the namespace is gone");
      return FALSE;
    }
  *ret_space = space;
  return TRUE;
}

static gboolean
check_veth (FakeState *self, const VswOp *op, FakeSpace *space, FakeLink **ret_bridge, GError **error)
{
  FakeLink *bridge = NULL;

  if (!fake_check_name (self->home, op->device.name, error) || !fake_check_name (space, op->far.name, error)
      || !fake_check_mtu (op->mtu, error) || !fake_check_mac (op->mac, error) || !fake_check_mac (op->far_mac, error))
    return FALSE;
  if (space == self->home && strcmp (op->device.name, op->far.name) == 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "both ends are called %s", op->far.name);
      return FALSE;
    }
  if (is_named (&op->controller))
    {
      bridge = find_device (self, &op->controller, error);
      if (bridge == NULL || !fake_check_join (NULL, bridge, error))
        return FALSE;
    }
  *ret_bridge = bridge;
  return TRUE;
}

static FakeLink *
add_end (FakeState *self, FakeSpace *space, const char *name, VswMac mac, const VswOp *op)
{
  FakeLink *link = fake_link_new (self, space, name, "veth");

  link->is.mac = mac;
  link->is.mtu = op->mtu;
  link->is.group = space == self->home ? VSW_GROUP_OURS : 0;
  link->queues = op->queues;
  return link;
}

static gboolean
add_veth (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *bridge, *near, *far;
  FakeSpace *space;

  if (!find_target (self, op->target, &space, error) || !check_veth (self, op, space, &bridge, error))
    return FALSE;
  far = add_end (self, space, op->far.name, op->far_mac, op);
  near = add_end (self, self->home, op->device.name, op->mac, op);
  near->peer = far;
  far->peer = near;
  fake_set_bridge (self, near, bridge, NULL);
  /* Its operational state is unknown at first, so the bridge takes it for able to forward (br_add_if) until the carrier is looked at. */
  near->is.is_up = op->up;
  if (op->up && bridge != NULL && bridge->is.is_up && !bridge->is.spanning_tree)
    near->is.port_state = VSW_PORT_STATE_FORWARDING;
  fake_flush (self);
  fake_set_number (self, near, VSW_ATTRIBUTE_UP, op->up, NULL);
  near->is.ipv6_quiet = TRUE;
  mark (self, near, op->id);
  if (space == self->home)
    mark (self, far, op->id);
  return TRUE;
}

static gboolean
add_tap (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *bridge = NULL;

  if (is_named (&op->controller))
    {
      bridge = find_device (self, &op->controller, error);
      if (bridge == NULL)
        return FALSE;
    }
  return fake_tap_add (self, op, bridge, error);
}

/* The operations on a tap that is there; one that is gone needs no closing. */
static gboolean
work_on_tap (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *link = NULL;

  if (op->kind == VSW_OP_TAP_CLOSE)
    {
      fake_tap_close (self, op);
      return TRUE;
    }

  link = find_device (self, &op->device, error);
  if (link == NULL)
    return FALSE;
  if (op->kind == VSW_OP_TAP_OPEN)
    return fake_tap_open (self, op, link, error);
  return op->kind == VSW_OP_TAP_RELEASE ? fake_tap_release (self, op, link, error)
                                        : fake_tap_claim (self, op, link, error);
}

static gboolean
set_link (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *link = find_device (self, &op->device, error);
  FakeLink *bridge = NULL;

  if (link == NULL)
    return FALSE;
  if (op->attribute == VSW_ATTRIBUTE_MAC)
    return fake_set_mac (self, link, op->mac, error);
  if (op->attribute == VSW_ATTRIBUTE_NAME)
    return fake_set_name (self, link, op->text, error);
  if (op->attribute == VSW_ATTRIBUTE_ALIAS)
    {
      fake_set_alias (self, link, op->text != NULL ? op->text : "");
      return TRUE;
    }
  if (op->attribute != VSW_ATTRIBUTE_CONTROLLER)
    return fake_set_number (self, link, op->attribute, op->number, error);
  if (is_named (&op->controller))
    {
      bridge = find_device (self, &op->controller, error);
      if (bridge == NULL)
        return FALSE;
    }
  return fake_set_bridge (self, link, bridge, error);
}

static gboolean
place (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *link = find_device (self, &op->device, error);
  FakeSpace *space;

  if (link == NULL || !find_target (self, op->target, &space, error))
    return FALSE;
  if ((link->is.group != VSW_GROUP_OURS && link->is.group != VSW_GROUP_DOOMED) || link->peer == NULL
      || link->peer->space != self->home)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "%s is not the end of a pair of ours", link->is.name);
      return FALSE;
    }
  if (!fake_move (self, link, space, op->far.name, error))
    return FALSE;
  link->is.group = 0;
  fake_set_alias (self, link, "");
  return TRUE;
}

/* The address of the bridge, or of one of its ports. */
static gboolean
is_local (const FakeLink *bridge, VswMac mac)
{
  gboolean found = memcmp (&bridge->is.mac, &mac, sizeof mac) == 0;

  for (guint i = 0; i < bridge->ports->len && !found; i++)
    found = memcmp (&((FakeLink *)g_ptr_array_index (bridge->ports, i))->is.mac, &mac, sizeof mac) == 0;
  return found;
}

static gboolean
add_address (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *link = find_device (self, &op->device, error);
  FakeAddress *present;

  if (link == NULL)
    return FALSE;
  if (link->bridge == NULL || !link->bridge->is.is_bridge)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "%s is no bridge port", link->is.name);
      return FALSE;
    }
  if (!fake_check_mac (op->mac, error))
    return FALSE;
  present = fake_find_address (link->bridge, op->mac);
  if (present == NULL ? is_local (link->bridge, op->mac) : present->is_static && present->port != link)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "the bridge has that address elsewhere");
      return FALSE;
    }
  fake_set_address (self, link, op->mac, TRUE);
  return TRUE;
}

/* What is no port any more has no addresses. */
static gboolean
delete_address (FakeState *self, const VswOp *op)
{
  FakeLink *link = look_up (self, &op->device);

  if (link != NULL && link->bridge != NULL && link->bridge->is.is_bridge)
    fake_drop_address (self, link, op->mac);
  return TRUE;
}

static gboolean
add_guard (FakeState *self, const VswOp *op, GError **error)
{
  FakeLink *link = find_device (self, &op->device, error);

  if (link == NULL)
    return FALSE;
  g_hash_table_add (self->guards, g_strdup (link->is.name));
  return TRUE;
}

/* All of them are looked at before the first one goes. */
static gboolean
delete_links (FakeState *self, const VswOp *op, GError **error)
{
  for (guint i = 0; op->devices != NULL && i < op->devices->len; i++)
    {
      FakeLink *link = look_up (self, &g_array_index (op->devices, VswDeviceRef, i));

      if (link == NULL || link->is.group == VSW_GROUP_OURS || link->is.group == VSW_GROUP_DOOMED)
        continue;
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "%s is not ours", link->is.name);
      return FALSE;
    }
  for (guint i = 0; op->devices != NULL && i < op->devices->len; i++)
    {
      FakeLink *link = look_up (self, &g_array_index (op->devices, VswDeviceRef, i));

      if (link == NULL)
        continue;
      link->is.group = VSW_GROUP_DOOMED;
      fake_touch (self, link);
      fake_destroy (self, link);
    }
  return TRUE;
}

gboolean
fake_apply (FakeState *self, const VswOp *op, GError **error)
{
  switch (op->kind)
    {
    case VSW_OP_BRIDGE_ADD:
      return add_bridge (self, op, error);
    case VSW_OP_VETH_ADD:
      return add_veth (self, op, error);
    case VSW_OP_TAP_ADD:
      return add_tap (self, op, error);
    case VSW_OP_TAP_OPEN:
    case VSW_OP_TAP_CLOSE:
    case VSW_OP_TAP_RELEASE:
    case VSW_OP_TAP_CLAIM:
      return work_on_tap (self, op, error);
    case VSW_OP_SET:
      return set_link (self, op, error);
    case VSW_OP_PLACE:
      return place (self, op, error);
    case VSW_OP_ADDRESS_ADD:
      return add_address (self, op, error);
    case VSW_OP_ADDRESS_DELETE:
      return delete_address (self, op);
    case VSW_OP_GUARD_ADD:
      return add_guard (self, op, error);
    case VSW_OP_GUARD_DELETE:
      g_hash_table_remove (self->guards, op->device.name);
      return TRUE;
    case VSW_OP_IP_PREPARE:
    case VSW_OP_IP_FORGET:
    case VSW_OP_IP_MOVE:
    case VSW_OP_IP_TAKE:
    case VSW_OP_IP_GIVE:
    case VSW_OP_DIVERT_ADD:
    case VSW_OP_DIVERT_DELETE:
    case VSW_OP_HOST_ADD:
    case VSW_OP_HOST_DELETE:
      return fake_uplink_apply (self, op, look_up (self, &op->device), look_up (self, &op->far), error);
    case VSW_OP_AWAIT:
      return TRUE; /* vsw_kernel_apply() */
    case VSW_OP_DELETE:
      return delete_links (self, op, error);
    }
  g_return_val_if_reached (FALSE);
}
