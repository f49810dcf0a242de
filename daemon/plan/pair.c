/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two devices of a NIC of backend veth: making them, keeping them as wished, giving one away, removing them. */
#include "plan/planner.h"

/* The device of that name, or the one that is the other end of `partner`: whoever took its mark off could not take that away. */
static VswLink *
get_end (VswPlanner *self, const char *device, const char *partner)
{
  if (device[0] == '\0')
    return NULL;
  VswLink *link = vsw_links_get_device (self->links, device);
  if (link != NULL)
    return link;
  const VswLink *other = partner[0] != '\0' ? vsw_links_get_device (self->links, partner) : NULL;
  if (other == NULL || other->peer == 0 || other->peer_elsewhere
      || vsw_links_get_bound (self->links, other->peer) != NULL)
    return NULL;
  return vsw_links_get (self->links, other->peer);
}

VswLink *
vsw_planner_get_near_end (VswPlanner *self, const VswNic *value)
{
  return get_end (self, value->device, value->peer);
}

VswLink *
vsw_planner_get_far_end (VswPlanner *self, const VswNic *value)
{
  return get_end (self, value->peer, value->device);
}

/* Half a pair is worth nothing and has a name that is wanted. What it was cannot be brought back. */
static void
delete_half (VswPlanner *self, const VswLink *link)
{
  vsw_planner_push (self, vsw_op_delete_new (vsw_device_ref_by_link (link)), NULL);
  g_hash_table_add (self->kept, GUINT_TO_POINTER (link->index));
}

static gboolean
is_taken (VswPlanner *self, const VswWish *wish, const VswLink *half)
{
  if (half != NULL && g_str_equal (half->name, wish->device))
    return FALSE;
  return vsw_planner_is_taken (self, wish);
}

static VswOp *
new_veth_op (VswPlanner *self, const VswWish *near, const VswWish *far, const VswNic *value, VswNamespace *target)
{
  const VswPort *port = vsw_model_find_port_of_nic (self->model, value->head.id);
  VswOp *op = vsw_op_new (VSW_OP_VETH_ADD, vsw_device_ref_by_name (near->device));
  op->id = g_strdup (value->head.id);
  op->mac = near->mac;
  op->mtu = near->mtu;
  op->queues = value->queues;
  op->up = port != NULL && vsw_planner_get_controller (self, port, &op->controller);
  op->far = vsw_device_ref_by_name (target != NULL ? value->placed_as : far->device);
  op->far_mac = far->mac;
  op->target = target != NULL ? vsw_namespace_ref (target) : NULL;
  return op;
}

/* The one request that makes both ends plugs the near one in; nothing passes before the far one is up.
 * `half`: (nullable) what is left of the old pair. `missing`: what to say about it. */
static void
add_pair (VswPlanner *self, const VswNic *value, VswNamespace *target, const VswLink *half, const char *missing)
{
  VswWish near = vsw_wish_of_near_end (self->model, value), far = vsw_wish_of_far_end (self->model, value);
  if (is_taken (self, &near, half) || (target == NULL && is_taken (self, &far, half)))
    return;
  vsw_planner_find (self, &near, "%s", missing);
  if (half != NULL)
    delete_half (self, half);
  VswOp *op = new_veth_op (self, &near, &far, value, target);
  VswDeviceRef device = op->device;
  gboolean is_plugged = op->up;
  vsw_planner_push (self, op, vsw_op_delete_new (device));
  if (is_plugged)
    vsw_planner_add_addresses (self, device, vsw_model_find_port_of_nic (self->model, value->head.id), NULL, TRUE);
  if (vsw_model_find_uplink_for (self->model, value->head.id) != NULL)
    vsw_planner_push (self, vsw_op_set_new (vsw_device_ref_by_name (far.device), VSW_ATTRIBUTE_IPV6_QUIET, 1), NULL);
  if (far.up && target == NULL)
    vsw_planner_push (self, vsw_op_set_new (vsw_device_ref_by_name (far.device), VSW_ATTRIBUTE_UP, 1), NULL);
  vsw_planner_give_to_host (self, value, vsw_device_ref_by_name (far.device));
}

/* Who was down has no addresses of IPv6, no routes and no next hops any more; without a carrier, no next hops. */
static void
keep_far_end (VswPlanner *self, const VswNic *value, const VswLink *far, const VswLink *near)
{
  VswWish wish = vsw_wish_of_far_end (self->model, value);
  vsw_planner_compare (self, &wish, far);
  vsw_planner_compare_up (self, &wish, far);
  if (!far->is_up || !near->is_up)
    vsw_planner_give_to_host (self, value, vsw_device_ref_by_link (far));
}

/* The host has to have its own NIC; a guest's NIC that somebody moved may be in use where it is, and is left there. */
static gboolean
is_worth_rebuilding (VswPlanner *self, const VswNic *value, const VswLink *near, const VswLink *far,
                     VswNamespace *target)
{
  if (far != NULL || target != NULL || value->placed_as[0] != '\0' || !near->peer_elsewhere)
    return FALSE;
  if (value->nic_kind == VSW_NIC_INTERNAL)
    return self->is_drift;
  VswWish wish = vsw_wish_of_far_end (self->model, value);
  vsw_planner_find (self, &wish, "was moved to another namespace by another hand, where it is left");
  return FALSE;
}

static void
place (VswPlanner *self, const VswNic *value, const VswLink *far, VswNamespace *target)
{
  VswOp *op =
      vsw_op_new (VSW_OP_PLACE, far != NULL ? vsw_device_ref_by_link (far) : vsw_device_ref_by_name (value->peer));
  op->far = vsw_device_ref_by_name (value->placed_as);
  op->target = vsw_namespace_ref (target);
  g_ptr_array_add (self->plan->final, op);
}

void
vsw_planner_keep_nic (VswPlanner *self, const VswNic *value, const VswPort *was, VswNamespace *target)
{
  const VswLink *near = vsw_planner_get_near_end (self, value), *far = vsw_planner_get_far_end (self, value);
  if (near == NULL)
    {
      add_pair (self, value, target, far, "was gone");
      return;
    }
  g_hash_table_add (self->kept, GUINT_TO_POINTER (near->index));
  if (far != NULL)
    g_hash_table_add (self->kept, GUINT_TO_POINTER (far->index));
  if (is_worth_rebuilding (self, value, near, far, target))
    {
      add_pair (self, value, NULL, near, "had lost its other end to another namespace");
      return;
    }
  vsw_planner_plug (self, value, near, was, TRUE);
  if (far != NULL && (value->placed_as[0] == '\0' || target != NULL))
    keep_far_end (self, value, far, near);
  if (target != NULL)
    place (self, value, far, target);
}

/* One end takes the other along. */
void
vsw_planner_remove_nic (VswPlanner *self, const VswNic *value)
{
  const VswLink *near = vsw_planner_get_near_end (self, value), *far = vsw_planner_get_far_end (self, value);
  if (near != NULL)
    vsw_planner_doom (self, near);
  else if (far != NULL)
    vsw_planner_doom (self, far);
}
