/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/planner.h"

void
vsw_planner_push (VswPlanner *self, VswOp *op, VswOp *inverse)
{
  op->inverse = inverse;
  g_ptr_array_add (self->plan->ops, op);
}

/* One number of one link that exists; undone by what it was. */
void
vsw_planner_set (VswPlanner *self, const VswLink *link, VswAttribute attribute, guint64 old, guint64 new)
{
  VswDeviceRef device = vsw_device_ref_by_link (link);
  vsw_planner_push (self, vsw_op_set_new (device, attribute, new), vsw_op_set_new (device, attribute, old));
}

void
vsw_planner_doom (VswPlanner *self, const VswLink *link)
{
  VswDeviceRef device = vsw_device_ref_by_link (link);
  g_array_append_val (self->doomed, device);
  g_hash_table_add (self->kept, GUINT_TO_POINTER (link->index)); /* dealt with: no orphan any more */
}

/* A finding begins with the device and whose it is. In a change there are none: what differs is what was wished. */
void
vsw_planner_find (VswPlanner *self, const VswWish *wish, const char *format, ...)
{
  if (!self->is_drift)
    return;
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *found = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (self->plan->findings,
                   g_strdup_printf ("%s %s of %s %s %s", wish->what, wish->device, vsw_kind_print (wish->owner->kind),
                                    wish->owner->name, found));
}

/* Whether a device that is not ours has the name that ours should get: it is left alone, and the conflict is said in every plan. */
gboolean
vsw_planner_is_taken (VswPlanner *self, const VswWish *wish)
{
  const VswLink *other = vsw_links_find_name (self->links, wish->device);
  if (other == NULL)
    return FALSE;
  g_ptr_array_add (self->plan->findings,
                   g_strdup_printf ("conflict: %s %s of %s %s cannot be made, device %u has its name", wish->what,
                                    wish->device, vsw_kind_print (wish->owner->kind), wish->owner->name, other->index));
  return TRUE;
}
