/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/op.h"

/**
 * vsw_device_ref_by_name:
 * @name: of a device that an earlier operation of the plan creates
 *
 * Names a device by name. Any thread.
 */
VswDeviceRef
vsw_device_ref_by_name (const char *name)
{
  VswDeviceRef ref = { 0 };
  g_strlcpy (ref.name, name, sizeof ref.name);
  return ref;
}

/**
 * vsw_device_ref_by_link:
 * @link: a device that exists
 *
 * Names a device by its index. The name, as it is now, goes along for messages: raw bytes. Any thread.
 */
VswDeviceRef
vsw_device_ref_by_link (const VswLink *link)
{
  VswDeviceRef ref = vsw_device_ref_by_name (link->name);
  ref.index = link->index;
  return ref;
}

/**
 * vsw_op_new:
 *
 * Makes an operation on a device, without an inverse; the caller fills in the rest. (transfer full) Any thread.
 */
VswOp *
vsw_op_new (VswOpKind kind, VswDeviceRef device)
{
  VswOp *self = g_new0 (VswOp, 1);
  self->kind = kind;
  self->device = device;
  if (kind == VSW_OP_IP_MOVE || kind == VSW_OP_IP_GIVE)
    self->losses = g_ptr_array_new_with_free_func (g_free);
  if (kind == VSW_OP_DELETE)
    self->devices = g_array_new (FALSE, FALSE, sizeof (VswDeviceRef));
  return self;
}

/**
 * vsw_op_set_new:
 * @number: the value; for attributes that are no number the caller fills in theirs
 *
 * Makes the operation that changes one attribute of one link. (transfer full) Any thread.
 */
VswOp *
vsw_op_set_new (VswDeviceRef device, VswAttribute attribute, guint64 number)
{
  VswOp *self = vsw_op_new (VSW_OP_SET, device);
  self->attribute = attribute;
  self->number = number;
  return self;
}

/**
 * vsw_op_delete_new:
 *
 * Makes the operation that deletes one device; more may be appended to its devices. (transfer full) Any thread.
 */
VswOp *
vsw_op_delete_new (VswDeviceRef device)
{
  VswOp *self = vsw_op_new (VSW_OP_DELETE, device);
  g_array_append_val (self->devices, device);
  return self;
}

/**
 * vsw_op_free:
 *
 * Frees an operation with its inverse. Any thread.
 */
void
vsw_op_free (VswOp *self)
{
  g_free ((char *)self->id);
  g_free ((char *)self->text);
  g_clear_pointer (&self->target, vsw_namespace_unref);
  g_clear_pointer (&self->handout, vsw_handout_unref);
  g_clear_pointer (&self->ip, vsw_ip_config_unref);
  g_clear_pointer (&self->losses, g_ptr_array_unref);
  g_clear_pointer (&self->devices, g_array_unref);
  g_clear_pointer (&self->inverse, vsw_op_free);
  g_free (self);
}
