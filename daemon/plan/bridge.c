/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/planner.h"

/* Born down; the guard stands before it comes up. */
static void
add_bridge (VswPlanner *self, const VswWish *wish)
{
  if (vsw_planner_is_taken (self, wish))
    return;
  vsw_planner_find (self, wish, "was gone");
  VswDeviceRef device = vsw_device_ref_by_name (wish->device);
  VswOp *op = vsw_op_new (VSW_OP_BRIDGE_ADD, device);
  op->id = g_strdup (wish->owner->id);
  op->mac = wish->mac;
  op->mtu = wish->mtu;
  op->bridge = wish->bridge;
  vsw_planner_push (self, op, vsw_op_delete_new (device));
  /* A kernel without the limit is silent about it until it is set. Whoever asks for one is told; a repair does without. */
  if (wish->bridge.max_learned != 0 && !self->is_drift)
    vsw_planner_push (self, vsw_op_set_new (device, VSW_ATTRIBUTE_MAX_LEARNED, wish->bridge.max_learned), NULL);
  vsw_planner_push (self, vsw_op_new (VSW_OP_GUARD_ADD, device), vsw_op_new (VSW_OP_GUARD_DELETE, device));
  vsw_planner_push (self, vsw_op_set_new (device, VSW_ATTRIBUTE_UP, 1), NULL);
  g_hash_table_add (self->planned, g_strdup (wish->device));
}

void
vsw_planner_keep_switch (VswPlanner *self, const VswSwitch *value)
{
  VswWish wish = vsw_wish_of_bridge (value);
  const VswLink *link = vsw_links_get_device (self->links, value->device);
  if (link == NULL)
    {
      add_bridge (self, &wish);
      return;
    }
  g_hash_table_add (self->kept, GUINT_TO_POINTER (link->index));
  vsw_planner_compare (self, &wish, link);
  vsw_planner_compare_up (self, &wish, link);
}

void
vsw_planner_remove_switch (VswPlanner *self, const VswSwitch *value)
{
  const VswLink *link = vsw_links_get_device (self->links, value->device);
  if (link != NULL)
    vsw_planner_doom (self, link);
  g_ptr_array_add (self->unguarded, g_strdup (value->device));
}
