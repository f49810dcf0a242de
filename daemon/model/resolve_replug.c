/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ports and what was plugged into them, on the way back to a checkpoint. */
#include "model/rollback.h"

/* (transfer none) (nullable) */
static const VswPort *
get_taken (const VswRollback *self, const char *id)
{
  return g_hash_table_lookup (self->taken, id);
}

/* NULL: what was plugged into @port, a port on @home, can be so again; else why it cannot. */
static const char *
find_obstacle (VswRollback *self, const VswPort *port, const VswSwitch *home)
{
  VswModel *model = self->resolver->model;
  const VswPort *taken = get_taken (self, port->head.id);
  const VswNic *nic = vsw_model_get_nic (model, port->nic_id);
  gboolean was_in =
      taken != NULL && g_strcmp0 (taken->nic_id, port->nic_id) == 0 && g_str_equal (taken->switch_id, port->switch_id);
  if (nic == NULL)
    return "what was plugged in is gone";
  if (vsw_model_find_port_of_nic (model, port->nic_id) != NULL)
    return "what was plugged in is plugged in elsewhere now";
  if (nic->mtu > home->mtu)
    return "what was plugged in has a larger MTU than the switch now";
  if (!was_in && !vsw_rollback_may_join (self, home))
    return "plugging something into it is an administrator's matter now";
  return NULL;
}

static void
put_port (VswRollback *self, const VswPort *fields, const VswSwitch *home)
{
  const VswPort *taken = get_taken (self, fields->head.id);
  const char *obstacle = fields->nic_id != NULL ? find_obstacle (self, fields, home) : NULL;
  VswPort value = *fields;
  if (obstacle != NULL)
    {
      vsw_rollback_lose (self, &fields->head, "it is empty: %s", obstacle);
      value.nic_id = NULL;
    }
  if (value.nic_id == NULL)
    value.connected = 0;
  else if (taken != NULL && g_strcmp0 (taken->nic_id, value.nic_id) == 0)
    value.connected = taken->connected;
  else
    value.connected = g_get_real_time ();
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self->resolver, NULL, new, NULL);
}

static gboolean
check_port (VswRollback *self, const VswPort *target, const VswSwitch *home)
{
  VswResolver *resolver = self->resolver;
  const VswPort *taken = get_taken (self, target->head.id);
  gboolean comes = taken == NULL || !g_str_equal (taken->switch_id, target->switch_id);
  g_autoptr (GError) error = NULL;
  if (home == NULL)
    vsw_rollback_lose (self, &target->head, "its switch is gone");
  else if (target->made_for != NULL && vsw_model_get_nic (resolver->model, target->made_for) == NULL)
    vsw_rollback_lose (self, &target->head, "the endpoint that it was made for is gone");
  else if (comes && !vsw_rollback_may_join (self, home))
    vsw_rollback_lose (self, &target->head, "a port on switch %s is an administrator's matter now", home->head.name);
  else if (!vsw_resolve_has_room (resolver, home, target->head.name, 0, &error)
           || !vsw_resolve_lifetimes_fit (target->head.lifetime, home, &error)
           || !vsw_resolve_addresses_fit (resolver, target, home, &error))
    vsw_rollback_lose (self, &target->head, "%s", error->message);
  else
    return TRUE;
  return FALSE;
}

/* It stays what it is now, if that can be. */
static void
keep_port (VswRollback *self, const VswPort *taken)
{
  VswResolver *resolver = self->resolver;
  const VswSwitch *home = vsw_model_get_switch (resolver->model, taken->switch_id);
  VswPort value = *taken;
  if (home == NULL || !vsw_resolve_has_room (resolver, home, taken->head.name, 0, NULL)
      || (taken->made_for != NULL && vsw_model_get_nic (resolver->model, taken->made_for) == NULL))
    {
      vsw_rollback_lose (self, &taken->head, "it goes: nor can it be what it is now");
      vsw_resolve_leave_settings (resolver, taken->head.id, TRUE, NULL);
      return;
    }
  if (!vsw_resolve_addresses_fit (resolver, taken, home, NULL))
    value.n_static_addresses = 0;
  put_port (self, &value, home);
}

void
vsw_rollback_restore_port (VswRollback *self, const VswPort *target)
{
  const VswPort *taken = get_taken (self, target->head.id);
  const VswSwitch *home = vsw_model_get_switch (self->resolver->model, target->switch_id);
  if (check_port (self, target, home))
    put_port (self, target, home);
  else if (taken != NULL)
    keep_port (self, taken);
}
