/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/facts.h"
#include "model/resolve.h"

#define BACKEND(backend) (1u << (backend))

/* One row a kind: what its far end is called at home if it is a device, whether that can be given away, what it may be made of, and
 * how many queues it may have. */
static const struct
{
  const char *far_prefix;
  gboolean can_be_placed;
  guint backends;
  guint32 max_queues;
} kinds[] = {
  [VSW_NIC_INTERNAL] = { VSW_DEVICE_PREFIX "i-", FALSE, BACKEND (VSW_BACKEND_VETH), VSW_QUEUES_MAX },
  [VSW_NIC_SYNTHETIC] = { VSW_DEVICE_PREFIX "g-", TRUE, BACKEND (VSW_BACKEND_VETH) | BACKEND (VSW_BACKEND_TAP),
                          VSW_QUEUES_MAX },
  [VSW_NIC_EMULATED] = { NULL, FALSE, BACKEND (VSW_BACKEND_TAP), 1 },
  [VSW_NIC_EXTERNAL] = { NULL, FALSE, 0, 1 }, /* bound, not made: resolve_uplink.c */
};
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == VSW_N_NIC_KINDS);

#define NEAR_PREFIX VSW_DEVICE_PREFIX "p-"

gboolean
vsw_resolve_mtu_fits (const VswNic *nic, guint32 mtu, const char *switch_name, GError **error)
{
  if (nic->mtu <= mtu)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "MTU %u of endpoint %s is larger than that of switch %s, limit %u", nic->mtu, nic->head.name,
               switch_name, mtu);
  return FALSE;
}

gboolean
vsw_resolve_nic_numbers (guint32 mtu, guint32 queues, VswNicKind kind, GError **error)
{
  guint32 limit = kinds[kind].max_queues;
  if (mtu != 0 && (mtu < VSW_MTU_MIN || mtu > VSW_MTU_MAX))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "MTU %u is outside %d to %d octets", mtu, VSW_MTU_MIN,
                   VSW_MTU_MAX);
      return FALSE;
    }
  if (queues >= 1 && queues <= limit)
    return TRUE;
  if (limit == 1)
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                 "%u queues: an endpoint of kind %s has one, no more and no less", queues, vsw_nic_kind_print (kind));
  else
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%u queues are outside 1 to %u", queues, limit);
  return FALSE;
}

gboolean
vsw_resolve_backend_fits (VswNicKind kind, VswBackend backend, GError **error)
{
  if (kinds[kind].backends & BACKEND (backend))
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "an endpoint of kind %s cannot have backend %s",
               vsw_nic_kind_print (kind), vsw_backend_print (backend));
  return FALSE;
}

static gboolean
check_numbers (const VswNic *value, GError **error)
{
  return vsw_resolve_nic_numbers (value->mtu, value->queues, value->nic_kind, error);
}

static gboolean
check_lifetime (const VswNic *value, GError **error)
{
  return value->backend == VSW_BACKEND_TAP || vsw_resolve_lifetime_is_plain (value->head.lifetime, error);
}

static gboolean
check_placeable (const VswNic *nic, GError **error)
{
  if (nic->backend != VSW_BACKEND_VETH)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED,
                   "endpoint %s is a tap, whose descriptors are handed out; only one with backend veth can be given to "
                   "a namespace",
                   nic->head.name);
      return FALSE;
    }
  if (!kinds[nic->nic_kind].can_be_placed)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED,
                   "endpoint %s is %s, only a synthetic one can be given to a namespace", nic->head.name,
                   vsw_nic_kind_print (nic->nic_kind));
      return FALSE;
    }
  return TRUE;
}

/* A setting keeps the name of its NIC while there is none: otherwise anybody could keep somebody else's system from being enabled. Of two
 * settings of a store from before that was so, the first to be enabled has it. */
gboolean
vsw_resolve_nic_name_is_free (VswResolver *self, const char *name, const char *setting_id, GError **error)
{
  const VswSetting *other = setting_id == NULL ? vsw_model_find_setting_by_nic_name (self->model, name) : NULL;
  const VswNic *nic = vsw_model_find_nic (self->model, name);
  if (nic != NULL && vsw_resolver_has_made (self, nic->head.id))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "this call names an endpoint %s twice", name);
      return FALSE;
    }
  if (nic != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "there is an endpoint called %s already", name);
      return FALSE;
    }
  if (other != NULL)
    {
      const VswSystem *system = vsw_model_get_system (self->model, other->system_id);
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS,
                   "endpoint name %s is kept for setting %s of system %s", name, other->head.name, system->head.name);
      return FALSE;
    }
  return TRUE;
}

gboolean
vsw_resolve_nic_has_room (VswResolver *self, const char *name, const char *setting_id, guint32 owner, GError **error)
{
  if (!vsw_resolve_nic_name_is_free (self, name, setting_id, error))
    return FALSE;
  const VswRules *rules = self->model->rules;
  return vsw_resolve_within_limit (self, VSW_KIND_NIC, g_hash_table_size (self->model->nics), rules->max_endpoints, error)
         && vsw_resolve_within_quota (self, VSW_KIND_NIC, owner, rules->max_endpoints_per_user, error);
}

static gboolean
choose_mac (VswResolver *self, VswNic *value, const VswNic *draft, guint given, GError **error)
{
  if (!(given & VSW_GIVEN_MAC))
    return vsw_pool_take (self->model, self->links, value->head.id, &value->mac, error);
  if (!vsw_pool_check_static (self->model, self->links, draft->mac, error))
    return FALSE;
  value->mac = draft->mac;
  value->static_mac = TRUE;
  return TRUE;
}

void
vsw_resolve_put_nic (VswResolver *self, VswNic *fields, VswNamespace *target, VswHandout *handout)
{
  const char *id = fields->head.id, *name = fields->head.name;
  vsw_devices_choose (self->model, self->links, NEAR_PREFIX, name, id, fields->device);
  if (fields->backend == VSW_BACKEND_VETH)
    vsw_devices_choose (self->model, self->links, kinds[fields->nic_kind].far_prefix, name, id, fields->peer);
  fields->opened = handout != NULL && fields->head.lifetime == VSW_LIFETIME_DESCRIPTOR;
  g_autoptr (VswNic) new = vsw_nic_new (fields);
  if (handout != NULL)
    vsw_resolver_hand_out (self, NULL, new, handout);
  else
    vsw_resolver_put (self, NULL, new, target);
}

void
vsw_resolve_revive_nic (VswResolver *self, VswNic *fields)
{
  vsw_devices_keep (self->model, self->links, NEAR_PREFIX, &fields->head, fields->device);
  if (fields->backend == VSW_BACKEND_VETH)
    vsw_devices_keep (self->model, self->links, kinds[fields->nic_kind].far_prefix, &fields->head, fields->peer);
  g_autoptr (VswNic) new = vsw_nic_new (fields);
  vsw_resolver_put (self, NULL, new, NULL);
}

gboolean
vsw_resolve_create_nic (VswResolver *self, const VswChange *change, GError **error)
{
  const VswNic *draft = (const VswNic *)change->draft;
  VswNic value = { .head = draft->head, .nic_kind = draft->nic_kind, .backend = draft->backend, .queues = 1 };
  if (!(change->given & VSW_GIVEN_DESCRIPTION))
    value.head.description = "";
  if (change->given & VSW_GIVEN_MTU)
    value.mtu = draft->mtu;
  if (change->given & VSW_GIVEN_QUEUES)
    value.queues = draft->queues;
  if (!vsw_resolve_nic_has_room (self, value.head.name, NULL, value.head.owner, error)
      || !vsw_resolve_backend_fits (value.nic_kind, value.backend, error) || !check_lifetime (&value, error)
      || !check_numbers (&value, error)
      || (change->handout != NULL && !vsw_resolve_queues_fit (&value, change->handout->wanted, error))
      || (change->target != NULL && !check_placeable (&value, error))
      || !choose_mac (self, &value, draft, change->given, error))
    return FALSE;
  if (change->target != NULL)
    g_strlcpy (value.placed_as, change->interface, sizeof value.placed_as);
  vsw_resolve_put_nic (self, &value, change->target, change->handout);
  return TRUE;
}

static gboolean
modify_mac (VswResolver *self, VswNic *value, VswMac mac, GError **error)
{
  if (value->placed_as[0] != '\0')
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE,
                   "the MAC address of endpoint %s cannot be changed while it is in another namespace as %s",
                   value->head.name, value->placed_as);
      return FALSE;
    }
  if (!vsw_mac_equal (mac, value->mac) && !vsw_resolve_is_not_hosting (self, value->head.id, error))
    return FALSE;
  const VswSetting *setting = value->setting_id != NULL ? vsw_model_get_setting (self->model, value->setting_id) : NULL;
  gboolean is_own = vsw_mac_equal (mac, value->mac) || (setting != NULL && vsw_mac_equal (mac, setting->mac));
  if (!is_own && !vsw_pool_check_static (self->model, self->links, mac, error))
    return FALSE;
  value->mac = mac;
  value->static_mac = TRUE;
  return TRUE;
}

gboolean
vsw_resolve_modify_nic (VswResolver *self, const VswChange *change, GError **error)
{
  const VswNic *old = vsw_resolver_get_nic (self, change->id, error);
  if (old == NULL || !vsw_resolve_is_ours (self, old, error))
    return FALSE;
  if (change->given & ~(VSW_GIVEN_DESCRIPTION | VSW_GIVEN_MTU | VSW_GIVEN_MAC))
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                           "nothing but description, MTU and MAC address of an endpoint can be changed");
      return FALSE;
    }
  const VswNic *draft = (const VswNic *)change->draft;
  VswNic value = *old;
  if (change->given & VSW_GIVEN_DESCRIPTION)
    value.head.description = draft->head.description;
  if (change->given & VSW_GIVEN_MTU)
    value.mtu = draft->mtu;
  const VswPort *port = vsw_model_find_port_of_nic (self->model, value.head.id);
  const VswSwitch *parent = port != NULL ? vsw_model_get_switch (self->model, port->switch_id) : NULL;
  if (!check_numbers (&value, error)
      || (parent != NULL && !vsw_resolve_mtu_fits (&value, parent->mtu, parent->head.name, error))
      || !vsw_resolve_mtu_serves_host (self, &value, vsw_facts_nic_mtu (self->model, &value), error)
      || ((change->given & VSW_GIVEN_MAC) && !modify_mac (self, &value, draft->mac, error)))
    return FALSE;
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  vsw_resolve_be_followed (self, new, change->given);
  return TRUE;
}

/* It was made for a NIC that has left it to another: a port like any other, and no longer one that goes with descriptors. */
static void
adopt_port (VswResolver *self, const VswPort *port)
{
  const VswSwitch *parent = vsw_model_get_switch (self->model, port->switch_id);
  VswPort value = *port;
  value.made_for = NULL;
  if (value.head.lifetime == VSW_LIFETIME_DESCRIPTOR)
    {
      value.head.lifetime = MAX (VSW_LIFETIME_RUNTIME, parent->head.lifetime);
      value.head.holder = value.head.lifetime == VSW_LIFETIME_CALLER ? parent->head.holder : NULL;
    }
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, port, new, NULL);
}

void
vsw_resolve_leave_port (VswResolver *self, const char *nic_id)
{
  VswPort *port = vsw_model_find_port_of_nic (self->model, nic_id);
  VswPort *made_for = vsw_model_find_made_for (self->model, nic_id);
  if (made_for != NULL && (made_for->nic_id == NULL || made_for == port))
    {
      if (made_for == port)
        port = NULL;
      vsw_resolver_put (self, made_for, NULL, NULL);
    }
  else if (made_for != NULL)
    adopt_port (self, made_for);
  if (port == NULL)
    return;
  VswPort value = *port;
  value.nic_id = NULL;
  value.connected = 0;
  g_autoptr (VswPort) new = vsw_port_new (&value);
  vsw_resolver_put (self, port, new, NULL);
}

void
vsw_resolve_drop_nic (VswResolver *self, VswNic *nic)
{
  g_autoptr (VswNic) held = vsw_value_ref (nic);
  const VswSystem *system = vsw_model_find_system_of_nic (self->model, held);
  g_autofree char *system_id = system != NULL ? g_strdup (system->head.id) : NULL;
  vsw_resolve_leave_port (self, held->head.id);
  vsw_resolver_put (self, held, NULL, NULL);
  if (system_id != NULL)
    vsw_resolve_settle_system (self, system_id, held->backend);
}

static gboolean
check_unused (VswResolver *self, const VswNic *nic, GError **error)
{
  const VswPort *port = vsw_model_find_port_of_nic (self->model, nic->head.id);
  const VswSystem *system = vsw_model_find_system_of_nic (self->model, nic);
  if (system != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "endpoint %s is part of system %s, which is %s", nic->head.name,
                   system->head.name, vsw_system_state_print (system->state));
      return FALSE;
    }
  if (port != NULL && g_strcmp0 (port->made_for, nic->head.id) != 0)
    {
      const VswSwitch *parent = vsw_model_get_switch (self->model, port->switch_id);
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "endpoint %s is connected to port %s of switch %s",
                   nic->head.name, port->head.name, parent->head.name);
      return FALSE;
    }
  return TRUE;
}

gboolean
vsw_resolve_delete_nic (VswResolver *self, const VswChange *change, GError **error)
{
  VswNic *found = vsw_resolver_get_nic (self, change->id, error);
  if (found == NULL || !vsw_resolve_is_not_hosting (self, change->id, error) || (!change->force && (!vsw_resolve_is_ours (self, found, error) || !check_unused (self, found, error))))
    return FALSE;
  vsw_resolve_drop_nic (self, found);
  return TRUE;
}

gboolean
vsw_resolve_place (VswResolver *self, const VswChange *change, GError **error)
{
  const VswNic *old = vsw_resolver_get_nic (self, change->id, error);
  if (old == NULL || !check_placeable (old, error))
    return FALSE;
  if (old->placed_as[0] != '\0')
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "endpoint %s is in another namespace already, as %s",
                   old->head.name, old->placed_as);
      return FALSE;
    }
  VswNic value = *old;
  g_strlcpy (value.placed_as, change->interface, sizeof value.placed_as);
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_put (self, old, new, change->target);
  return TRUE;
}
