/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one device of a NIC of backend tap: making it, keeping it as wished, opening it.
 *
 * Whoever holds its descriptors can do more to it than we like (TUNSETOWNER, TUNSETGROUP, TUNSETLINK, TUNSETPERSIST;
 * drivers/net/tun.c) and no capability is needed for that. A tap whose owner, group, link type or keeping is not as wished is claimed
 * back if the kernel lets us, and its port is down until it is. */
#include "plan/planner.h"

static VswOp *
new_op (VswOpKind kind, VswDeviceRef device, const VswNic *value, VswHandout *handout)
{
  VswOp *op = vsw_op_new (kind, device);
  op->queues = value->queues;
  op->owner = value->head.owner;
  op->vnet_header = vsw_nic_has_vnet_header (value);
  op->keeps = vsw_nic_is_kept (value);
  op->handout = handout != NULL ? vsw_handout_ref (handout) : NULL;
  return op;
}

static void
add_tap (VswPlanner *self, const VswNic *value, VswHandout *handout)
{
  VswWish wish = vsw_wish_of_near_end (self->model, value);
  if (vsw_planner_is_taken (self, &wish))
    return;
  vsw_planner_find (self, &wish, "was gone");
  const VswPort *port = vsw_model_find_port_of_nic (self->model, value->head.id);
  VswDeviceRef device = vsw_device_ref_by_name (wish.device);
  VswOp *op = new_op (VSW_OP_TAP_ADD, device, value, handout);
  op->id = g_strdup (value->head.id);
  op->mac = wish.mac;
  op->mtu = wish.mtu;
  op->up = port != NULL && vsw_planner_get_controller (self, port, &op->controller);
  gboolean is_plugged = op->up;
  vsw_planner_push (self, op, vsw_op_delete_new (device));
  if (is_plugged)
    vsw_planner_add_addresses (self, device, port, NULL, TRUE);
}

/* What is handed out is let go only when everything is on disk: killed before, the tap is still there to be opened again. Killed
 * between the two, it goes at the next start: its descriptors went with the daemon. */
static void
open_tap (VswPlanner *self, const VswNic *value, const VswLink *link, VswHandout *handout)
{
  VswDeviceRef device = vsw_device_ref_by_link (link);
  VswOp *op = new_op (VSW_OP_TAP_OPEN, device, value, handout);
  if (handout->wanted > 0)
    op->queues = handout->wanted;
  vsw_planner_push (self, op, new_op (VSW_OP_TAP_CLOSE, device, value, handout));
  if (link->tap_is_kept && !vsw_nic_is_kept (value))
    g_ptr_array_add (self->plan->final, new_op (VSW_OP_TAP_RELEASE, device, value, handout));
}

static void
claim_tap (VswPlanner *self, const VswNic *value, const VswLink *link)
{
  VswWish wish = vsw_wish_of_near_end (self->model, value);
  g_autofree char *found = vsw_facts_tap_print_tampering (value, link);
  vsw_planner_find (self, &wish, "%s", found);
  vsw_planner_push (self, new_op (VSW_OP_TAP_CLAIM, vsw_device_ref_by_link (link), value, NULL), NULL);
}

/* A tap that is handed out by this plan is kept until then. */
static gboolean
is_trusted (const VswNic *value, const VswLink *link, VswHandout *handout)
{
  VswNic now = *value;
  if (handout != NULL)
    now.opened = !link->tap_is_kept;
  return !vsw_facts_tap_is_tampered (&now, link);
}

/* One that goes with its descriptors and is gone is not made again: its object follows it. */
void
vsw_planner_keep_tap (VswPlanner *self, const VswNic *value, const VswPort *was, VswHandout *handout)
{
  const VswLink *link = vsw_planner_get_near_end (self, value);
  if (link == NULL)
    {
      if (handout != NULL || vsw_nic_is_kept (value))
        add_tap (self, value, handout);
      return;
    }
  g_hash_table_add (self->kept, GUINT_TO_POINTER (link->index));
  /* No bridge takes one that carries no Ethernet, and its address is none of ours to compare. */
  if (vsw_facts_is_ethernet (link))
    vsw_planner_plug (self, value, link, was, is_trusted (value, link, handout));
  else
    vsw_planner_quarantine (self, value);
  if (handout != NULL)
    open_tap (self, value, link, handout);
  else if (self->is_drift && vsw_facts_tap_is_tampered (value, link))
    claim_tap (self, value, link);
}

/* Its port goes down, whatever else is wrong with it. */
void
vsw_planner_quarantine (VswPlanner *self, const VswNic *value)
{
  const VswLink *link = vsw_planner_get_near_end (self, value);
  if (link == NULL)
    return;
  g_hash_table_add (self->kept, GUINT_TO_POINTER (link->index));
  if (link->is_up)
    vsw_planner_set (self, link, VSW_ATTRIBUTE_UP, 1, 0);
}
