/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plugging near ends that exist into bridges and out of them, with the static addresses that go along.
 *
 * In: down, into the bridge, addresses, up. Out: addresses, down, out. A move is out and in at once, and the carrier that goes
 * and comes tells the guest. A NIC of the host stays up meanwhile (plan/uplink.c),
 * and so does what the host is reached through. */
#include "plan/planner.h"

static gboolean
has_address (const VswPort *port, VswMac mac)
{
  for (gsize i = 0; port != NULL && i < port->n_static_addresses; i++)
    if (vsw_mac_equal (port->static_addresses[i], mac))
      return TRUE;
  return FALSE;
}

static VswOp *
new_address_op (VswOpKind kind, VswDeviceRef device, VswMac mac)
{
  VswOp *op = vsw_op_new (kind, device);
  op->mac = mac;
  return op;
}

/* `except` has them already. On a device that this plan makes there is nothing to undo: it goes with them. */
void
vsw_planner_add_addresses (VswPlanner *self, VswDeviceRef device, const VswPort *port, const VswPort *except,
                           gboolean is_new)
{
  for (gsize i = 0; i < port->n_static_addresses; i++)
    {
      VswMac mac = port->static_addresses[i];
      if (!has_address (except, mac))
        vsw_planner_push (self, new_address_op (VSW_OP_ADDRESS_ADD, device, mac),
                          is_new ? NULL : new_address_op (VSW_OP_ADDRESS_DELETE, device, mac));
    }
}

/* The bridge of the port's switch, if it is there or will be. */
gboolean
vsw_planner_get_controller (VswPlanner *self, const VswPort *port, VswDeviceRef *ret_bridge)
{
  const VswSwitch *parent = vsw_model_get_switch (self->model, port->switch_id);
  const VswLink *link = parent != NULL ? vsw_links_get_device (self->links, parent->device) : NULL;
  if (link != NULL)
    *ret_bridge = vsw_device_ref_by_link (link);
  else if (parent != NULL && g_hash_table_contains (self->planned, parent->device))
    *ret_bridge = vsw_device_ref_by_name (parent->device);
  else
    return FALSE;
  return TRUE;
}

/* Where a near end is to be plugged in: "none" without a port. FALSE: the bridge is not there and will not be. */
static gboolean
get_destination (VswPlanner *self, const VswPort *port, VswDeviceRef *ret_bridge)
{
  *ret_bridge = (VswDeviceRef){ 0 };
  return port == NULL || vsw_planner_get_controller (self, port, ret_bridge);
}

static gboolean
is_there (const VswLink *near, VswDeviceRef bridge)
{
  gboolean is_planned = bridge.index == 0 && bridge.name[0] != '\0';
  return near->bridge == bridge.index && !is_planned;
}

void
vsw_planner_delete_addresses (VswPlanner *self, const VswLink *near, const VswPort *was, const VswPort *port)
{
  if (was == NULL || near->bridge == 0)
    return;
  VswDeviceRef bridge;
  const VswPort *keeping = !get_destination (self, port, &bridge) || is_there (near, bridge) ? port : NULL;
  VswDeviceRef device = vsw_device_ref_by_link (near);
  for (gsize i = 0; i < was->n_static_addresses; i++)
    {
      VswMac mac = was->static_addresses[i];
      if (!has_address (keeping, mac))
        vsw_planner_push (self, new_address_op (VSW_OP_ADDRESS_DELETE, device, mac),
                          new_address_op (VSW_OP_ADDRESS_ADD, device, mac));
    }
}

static VswOp *
new_controller_op (const VswLink *near, VswDeviceRef bridge)
{
  VswOp *op = vsw_op_set_new (vsw_device_ref_by_link (near), VSW_ATTRIBUTE_CONTROLLER, 0);
  op->controller = bridge;
  return op;
}

static VswDeviceRef
get_current (VswPlanner *self, const VswLink *near)
{
  const VswLink *link = near->bridge != 0 ? vsw_links_get (self->links, near->bridge) : NULL;
  return link != NULL ? vsw_device_ref_by_link (link) : (VswDeviceRef){ .index = near->bridge };
}

static void
find_elsewhere (VswPlanner *self, const VswWish *wish, VswDeviceRef found, VswDeviceRef wished)
{
  g_autofree char *found_name = vsw_text_escape (found.name);
  g_autofree char *wished_name = vsw_text_escape (wished.name);
  if (found.index == 0)
    vsw_planner_find (self, wish, "was taken out of %s", wished_name);
  else if (wished.index == 0 && wished.name[0] == '\0')
    vsw_planner_find (self, wish, "was put into %s and should be in no bridge", found_name);
  else
    vsw_planner_find (self, wish, "was in %s instead of %s", found_name, wished_name);
}

void
vsw_planner_unplug (VswPlanner *self, const VswLink *near)
{
  VswOp *back = new_controller_op (near, get_current (self, near));
  vsw_planner_push (self, new_controller_op (near, (VswDeviceRef){ 0 }), back);
}

/* Down for a moment, it would cost the other end its next hops (nexthop_flush_dev(), net/ipv4/nexthop.c), and the host its way out. */
static gboolean
serves_host (VswPlanner *self, const VswWish *wish)
{
  return vsw_model_find_uplink_for (self->model, wish->owner->id) != NULL;
}

static void
move (VswPlanner *self, const VswWish *wish, const VswLink *near, const VswPort *port, VswDeviceRef bridge)
{
  VswDeviceRef current = get_current (self, near);
  find_elsewhere (self, wish, current, bridge);
  gboolean stays_up = near->is_up && (wish->is_foreign || serves_host (self, wish));
  if (near->is_up && !stays_up)
    vsw_planner_set (self, near, VSW_ATTRIBUTE_UP, 1, 0);
  vsw_planner_push (self, new_controller_op (near, bridge), new_controller_op (near, current));
  VswLink moved = *near;
  moved.is_up = stays_up;
  vsw_planner_compare (self, wish, &moved);
  if (port == NULL)
    return;
  vsw_planner_add_addresses (self, vsw_device_ref_by_link (near), port, NULL, FALSE);
  if (wish->up && !stays_up)
    vsw_planner_set (self, near, VSW_ATTRIBUTE_UP, 0, 1);
}

/* A near end whose bridge cannot be had is left where it is; one that is not trusted is down wherever it is. */
void
vsw_planner_plug (VswPlanner *self, const VswNic *value, const VswLink *near, const VswPort *was, gboolean is_trusted)
{
  VswWish wish = vsw_wish_of_near_end (self->model, value);
  const VswPort *port = vsw_model_find_port_of_nic (self->model, value->head.id);
  wish.up = wish.up && is_trusted;
  VswDeviceRef bridge;
  gboolean is_reachable = get_destination (self, port, &bridge);
  if (is_reachable && !is_there (near, bridge))
    {
      move (self, &wish, near, port, bridge);
      return;
    }
  vsw_planner_compare (self, &wish, near);
  if (is_reachable && port != NULL && !self->is_drift)
    vsw_planner_add_addresses (self, vsw_device_ref_by_link (near), port, was, FALSE);
  if (!is_trusted)
    vsw_planner_quarantine (self, value);
  else if (is_reachable)
    vsw_planner_compare_up (self, &wish, near);
}
