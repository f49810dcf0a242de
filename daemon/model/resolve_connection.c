/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/resolve.h"

static void
plug (VswResolver *self, const VswPort *port, const char *nic_id)
{
  VswPort value = *port;
  value.nic_id = nic_id;
  value.connected = nic_id != NULL ? g_get_real_time () : 0;
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, port, new, NULL);
}

static gboolean
check_free (VswResolver *self, const VswPort *port, const VswNic *nic, GError **error)
{
  const VswNic *other = port->nic_id != NULL ? vsw_model_get_nic (self->model, port->nic_id) : NULL;
  if (other != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "port %s is connected to endpoint %s already", port->head.name,
                   other->head.name);
      return FALSE;
    }
  const VswPort *elsewhere = vsw_model_find_port_of_nic (self->model, nic->head.id);
  if (elsewhere != NULL)
    {
      const VswSwitch *parent = vsw_model_get_switch (self->model, elsewhere->switch_id);
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "endpoint %s is connected to port %s of switch %s already",
                   nic->head.name, elsewhere->head.name, parent->head.name);
      return FALSE;
    }
  return TRUE;
}

gboolean
vsw_resolve_plug (VswResolver *self, const VswNic *nic, const VswPort *port, GError **error)
{
  const VswSwitch *parent = vsw_model_get_switch (self->model, port->switch_id);
  if (!check_free (self, port, nic, error) || !vsw_resolve_mtu_fits (nic, parent->mtu, parent->head.name, error))
    return FALSE;
  plug (self, port, nic->head.id);
  return TRUE;
}

gboolean
vsw_resolve_plug_new (VswResolver *self, const VswNic *nic, const VswSwitch *target, GError **error)
{
  VswPort value = { .head = nic->head, .switch_id = target->head.id, .made_for = nic->head.id };
  if (!vsw_resolve_has_room (self, target, nic->head.name, nic->head.owner, error)
      || !vsw_resolve_mtu_fits (nic, target->mtu, target->head.name, error))
    return FALSE;
  g_autofree char *id = vsw_id_new ();
  value.head.id = id;
  value.head.description = "";
  if (value.head.lifetime < target->head.lifetime)
    {
      value.head.lifetime = target->head.lifetime;
      value.head.holder = target->head.holder;
    }
  value.nic_id = nic->head.id;
  value.connected = g_get_real_time ();
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, NULL, new, NULL);
  return TRUE;
}

gboolean
vsw_resolve_connect (VswResolver *self, const VswChange *change, GError **error)
{
  const VswPort *port = vsw_resolver_get_port (self, change->id, error);
  const VswNic *nic = port != NULL ? vsw_resolver_get_nic (self, change->other_id, error) : NULL;
  return nic != NULL && vsw_resolve_is_ours (self, nic, error) && vsw_resolve_plug (self, nic, port, error);
}

gboolean
vsw_resolve_disconnect (VswResolver *self, const VswChange *change, GError **error)
{
  const VswPort *port = vsw_resolver_get_port (self, change->id, error);
  if (port == NULL)
    return FALSE;
  if (port->nic_id == NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "nothing is connected to port %s", port->head.name);
      return FALSE;
    }
  if (!vsw_resolve_is_ours (self, vsw_model_get_nic (self->model, port->nic_id), error)
      || !vsw_resolve_is_not_hosting (self, port->nic_id, error))
    return FALSE;
  plug (self, port, NULL);
  return TRUE;
}

static gboolean
check_target (VswResolver *self, const VswPort *port, const VswSwitch *target, GError **error)
{
  if (g_str_equal (port->switch_id, target->head.id))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "port %s is on switch %s already", port->head.name,
                   target->head.name);
      return FALSE;
    }
  const VswNic *nic = port->nic_id != NULL ? vsw_model_get_nic (self->model, port->nic_id) : NULL;
  return (nic == NULL || vsw_resolve_is_ours (self, nic, error)) && vsw_resolve_is_not_hosting (self, port->nic_id, error)
         && vsw_resolve_has_room (self, target, port->head.name, 0, error)
         && vsw_resolve_lifetimes_fit (port->head.lifetime, target, error)
         && (nic == NULL || vsw_resolve_mtu_fits (nic, target->mtu, target->head.name, error))
         && vsw_resolve_addresses_fit (self, port, target, error);
}

/* Whoever allowed it did so for the NIC that was plugged in then. */
static gboolean
check_expected (const VswPort *port, const VswChange *change, GError **error)
{
  if (!change->expects || g_strcmp0 (port->nic_id, change->expected_nic) == 0)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE,
               "what is connected to port %s has changed since the move was asked for", port->head.name);
  return FALSE;
}

gboolean
vsw_resolve_move_port (VswResolver *self, const VswPort *port, const VswSwitch *target, GError **error)
{
  if (!check_target (self, port, target, error))
    return FALSE;
  VswPort value = *port;
  value.switch_id = target->head.id;
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, port, new, NULL);
  return TRUE;
}

gboolean
vsw_resolve_move (VswResolver *self, const VswChange *change, GError **error)
{
  const VswPort *port = vsw_resolver_get_port (self, change->id, error);
  const VswSwitch *target = port != NULL ? vsw_resolver_get_switch (self, change->other_id, error) : NULL;
  return target != NULL && check_expected (port, change, error) && vsw_resolve_move_port (self, port, target, error);
}
