/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing out the descriptors of a tap. */
#include "model/resolve.h"

/* Descriptors of one that goes with them are handed out once: whoever has them may pass them on, and a second set would take frames
 * away from the first. Of a kept one the kernel knows whether somebody has it open. */
static gboolean
check_closed (const VswNic *nic, GError **error)
{
  if (vsw_nic_is_kept (nic) || !nic->opened)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "the descriptors of endpoint %s have been handed out already",
               nic->head.name);
  return FALSE;
}

gboolean
vsw_resolve_queues_fit (const VswNic *nic, guint wanted, GError **error)
{
  if (wanted <= nic->queues)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%u queues are more than endpoint %s has, limit %u", wanted,
               nic->head.name, nic->queues);
  return FALSE;
}

gboolean
vsw_resolve_open (VswResolver *self, const VswChange *change, GError **error)
{
  const VswNic *old = vsw_resolver_get_nic (self, change->id, error);
  if (old == NULL)
    return FALSE;
  if (old->backend != VSW_BACKEND_TAP)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED,
                   "endpoint %s is a pair of devices (backend %s), which has no descriptors", old->head.name,
                   vsw_backend_print (old->backend));
      return FALSE;
    }
  if (!check_closed (old, error) || !vsw_resolve_queues_fit (old, change->handout->wanted, error))
    return FALSE;
  VswNic value = *old;
  value.opened = value.head.lifetime == VSW_LIFETIME_DESCRIPTOR;
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_hand_out (self, old, new, change->handout);
  return TRUE;
}
