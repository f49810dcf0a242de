/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/resolve.h"

#include <string.h>

/* A port cannot outlive its switch. The order of the lifetimes is from the longest to the shortest. */
gboolean
vsw_resolve_lifetimes_fit (VswLifetime port, const VswSwitch *target, GError **error)
{
  if (port >= target->head.lifetime)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "port of lifetime %s would outlive switch %s, whose lifetime is %s", vsw_lifetime_print (port),
               target->head.name, vsw_lifetime_print (target->head.lifetime));
  return FALSE;
}

gboolean
vsw_resolve_has_room (VswResolver *self, const VswSwitch *target, const char *port_name, guint32 owner, GError **error)
{
  const VswPort *other = vsw_model_find_port (self->model, target->head.id, port_name);
  if (other != NULL && vsw_resolver_has_made (self, other->head.id))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "this call names a port %s of switch %s twice", port_name,
                   target->head.name);
      return FALSE;
    }
  if (other != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "switch %s has a port called %s already", target->head.name,
                   port_name);
      return FALSE;
    }
  return vsw_resolve_within_switch (self, target, error)
         && vsw_resolve_within_quota (self, VSW_KIND_PORT, owner, self->model->rules->max_ports_per_user, error);
}

/* Without a lifetime of its own a port lives as long as it may: the default, or as its switch if that is shorter. */
static void
choose_lifetime (VswPort *value, const VswSwitch *parent, guint given)
{
  if ((given & VSW_GIVEN_LIFETIME) || value->head.lifetime >= parent->head.lifetime)
    return;
  value->head.lifetime = parent->head.lifetime;
  value->head.holder = parent->head.holder;
}

gboolean
vsw_resolve_create_port (VswResolver *self, const VswChange *change, GError **error)
{
  const VswPort *draft = (const VswPort *)change->draft;
  const VswSwitch *parent = vsw_resolver_get_switch (self, draft->switch_id, error);
  if (parent == NULL)
    return FALSE;
  VswPort value = { .head = draft->head, .switch_id = draft->switch_id, .made_for = draft->made_for };
  if (!(change->given & VSW_GIVEN_DESCRIPTION))
    value.head.description = "";
  choose_lifetime (&value, parent, change->given);
  if ((value.made_for == NULL && !vsw_resolve_lifetime_is_plain (value.head.lifetime, error))
      || !vsw_resolve_has_room (self, parent, value.head.name, value.head.owner, error)
      || !vsw_resolve_lifetimes_fit (value.head.lifetime, parent, error))
    return FALSE;
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, NULL, new, NULL);
  return TRUE;
}

gboolean
vsw_resolve_modify_port (VswResolver *self, const VswChange *change, GError **error)
{
  const VswPort *old = vsw_resolver_get_port (self, change->id, error);
  if (old == NULL)
    return FALSE;
  if (change->given & ~VSW_GIVEN_DESCRIPTION)
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                           "nothing but the description of a port can be changed");
      return FALSE;
    }
  VswPort value = *old;
  if (change->given & VSW_GIVEN_DESCRIPTION)
    value.head.description = change->draft->description;
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  return TRUE;
}

void
vsw_resolve_drop_port (VswResolver *self, VswPort *port)
{
  g_autoptr (VswPort) held = vsw_value_ref (port);
  VswNic *nic = held->nic_id != NULL ? vsw_model_get_nic (self->model, held->nic_id) : NULL;
  vsw_resolver_put (self, held, NULL, NULL);
  if (nic != NULL && g_strcmp0 (held->made_for, held->nic_id) == 0)
    vsw_resolve_drop_nic (self, nic);
}

gboolean
vsw_resolve_delete_port (VswResolver *self, const VswChange *change, GError **error)
{
  VswPort *port = vsw_resolver_get_port (self, change->id, error);
  if (port == NULL)
    return FALSE;
  const VswNic *nic = port->nic_id != NULL ? vsw_model_get_nic (self->model, port->nic_id) : NULL;
  if (!vsw_resolve_is_not_hosting (self, port->nic_id, error))
    return FALSE;
  if (nic != NULL && !change->force)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "port %s is connected to endpoint %s", port->head.name,
                   nic->head.name);
      return FALSE;
    }
  if (!vsw_resolve_leave_settings (self, port->head.id, change->force, error))
    return FALSE;
  vsw_resolve_drop_port (self, port);
  return TRUE;
}

/* --- static addresses --- */

static gssize
find_address (const VswPort *port, VswMac mac)
{
  for (gsize i = 0; i < port->n_static_addresses; i++)
    if (vsw_mac_equal (port->static_addresses[i], mac))
      return i;
  return -1;
}

/* The forwarding table of a bridge holds an address once (without VLANs), and the bridge's own address is in it. */
static gboolean
check_address_on (VswResolver *self, VswMac mac, const VswSwitch *target, GError **error)
{
  char text[VSW_MAC_TEXT_SIZE];
  vsw_mac_print (mac, text);
  if (vsw_mac_equal (mac, target->mac))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "address %s is that of switch %s itself", text,
                   target->head.name);
      return FALSE;
    }
  VswPort *taken = vsw_port_set_find_address (vsw_model_get_port_set (self->model, target->head.id), mac);
  if (taken != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "address %s is a static one of port %s already", text,
                   taken->head.name);
      return FALSE;
    }
  return TRUE;
}

gboolean
vsw_resolve_addresses_fit (VswResolver *self, const VswPort *port, const VswSwitch *target, GError **error)
{
  for (gsize i = 0; i < port->n_static_addresses; i++)
    if (!check_address_on (self, port->static_addresses[i], target, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_new_address (VswResolver *self, const VswPort *port, VswMac mac, GError **error)
{
  char text[VSW_MAC_TEXT_SIZE];
  guint limit = self->model->rules->max_static_addresses;
  if (!vsw_mac_is_unicast (mac))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "address %s is no unicast address",
                   vsw_mac_print (mac, text));
      return FALSE;
    }
  if (!check_address_on (self, mac, vsw_model_get_switch (self->model, port->switch_id), error))
    return FALSE;
  if (port->n_static_addresses >= limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED,
                   "port %s has too many static addresses: %" G_GSIZE_FORMAT " used, limit %u", port->head.name,
                   port->n_static_addresses, limit);
      return FALSE;
    }
  return TRUE;
}

gboolean
vsw_resolve_add_address (VswResolver *self, const VswChange *change, GError **error)
{
  const VswPort *old = vsw_resolver_get_port (self, change->id, error);
  if (old == NULL || !check_new_address (self, old, change->mac, error))
    return FALSE;
  g_autofree VswMac *macs = g_new (VswMac, old->n_static_addresses + 1);
  for (gsize i = 0; i < old->n_static_addresses; i++)
    macs[i] = old->static_addresses[i];
  macs[old->n_static_addresses] = change->mac;
  VswPort value = *old;
  value.static_addresses = macs;
  value.n_static_addresses++;
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  return TRUE;
}

gboolean
vsw_resolve_remove_address (VswResolver *self, const VswChange *change, GError **error)
{
  const VswPort *old = vsw_resolver_get_port (self, change->id, error);
  if (old == NULL)
    return FALSE;
  gssize position = find_address (old, change->mac);
  if (position < 0)
    {
      char text[VSW_MAC_TEXT_SIZE];
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "port %s has no static address %s", old->head.name,
                   vsw_mac_print (change->mac, text));
      return FALSE;
    }
  g_autofree VswMac *macs = g_memdup2 (old->static_addresses, old->n_static_addresses * sizeof (VswMac));
  macs[position] = macs[old->n_static_addresses - 1]; /* `new` puts them in order */
  VswPort value = *old;
  value.static_addresses = macs;
  value.n_static_addresses--;
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  return TRUE;
}
