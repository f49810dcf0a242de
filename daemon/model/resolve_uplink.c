/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host: bound to a switch, and let go. */
#include "model/facts.h"
#include "model/resolve.h"

#define DEVICE_PREFIX VSW_DEVICE_PREFIX "x-" /* of a name that no link ever has */

static gboolean
check_bridgeable (VswResolver *self, const VswLink *link, GError **error)
{
  g_autofree char *reason = vsw_facts_not_bridgeable (self->model, self->links, link);
  if (reason[0] == '\0')
    return TRUE;
  g_autofree char *name = vsw_text_escape (link->name);
  g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_BRIDGEABLE, "%s cannot be a port of a switch: %s", name, reason);
  return FALSE;
}

/* Two ways out of one bridge are a loop, sooner or later. */
static gboolean
check_only_one (VswResolver *self, const VswSwitch *target, GError **error)
{
  const VswNic *other = vsw_model_find_uplink_of (self->model, target->head.id);
  if (other == NULL)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "switch %s has %s bound to it already, limit 1",
               target->head.name, other->head.name);
  return FALSE;
}

/* To bridge the NIC that carries the host's addresses cuts the host off. */
static gboolean
check_not_needed (const VswLink *link, const VswChange *change, GError **error)
{
  if (change->force || !vsw_ip_config_has_addresses (change->ip))
    return TRUE;
  g_autofree char *addresses = g_strjoinv (", ", (char **)change->ip->addresses);
  g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE,
               "%s carries the host's addresses %s: they would be cut off; SetupSwitch moves them to the switch, "
               "option drop-addresses takes them away until the NIC is unbound",
               link->name, addresses);
  return FALSE;
}

static VswLink *
get_link (VswResolver *self, const VswChange *change, GError **error)
{
  VswLink *link = vsw_links_get (self->links, change->link);
  if (link == NULL || !vsw_rules_is_external (self->model->rules, link))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no external Ethernet port with the index %u",
                   change->link);
      return NULL;
    }
  return link;
}

static void
put_uplink (VswResolver *self, const VswChange *change, const VswLink *link)
{
  const VswNic *draft = (const VswNic *)change->draft;
  g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (link, change->ip);
  VswNic value = { .head = draft->head,
                   .nic_kind = VSW_NIC_EXTERNAL,
                   .backend = VSW_BACKEND_HARDWARE,
                   .uplink = uplink,
                   .mac = link->mac,
                   .static_mac = TRUE,
                   .queues = 1 };
  value.head.name = link->name;
  vsw_devices_choose (self->model, self->links, DEVICE_PREFIX, value.head.id, value.head.id, value.device);
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_put (self, NULL, new, NULL);
}

gboolean
vsw_resolve_bind (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSwitch *target = vsw_resolver_get_switch (self, change->other_id, error);
  const VswLink *link = target != NULL ? get_link (self, change, error) : NULL;
  const VswValue *draft = change->draft;
  if (link == NULL || !check_bridgeable (self, link, error) || !check_only_one (self, target, error)
      || !check_not_needed (link, change, error)
      || !vsw_resolve_nic_has_room (self, link->name, draft->owner, error)
      || !vsw_resolve_has_room (self, target, link->name, draft->owner, error))
    return FALSE;
  put_uplink (self, change, link);
  return vsw_resolve_plug_new (self, vsw_model_get_nic (self->model, draft->id),
                               vsw_model_get_switch (self->model, change->other_id), error);
}

gboolean
vsw_resolve_unbind (VswResolver *self, const VswChange *change, GError **error)
{
  VswNic *nic = vsw_resolver_get_nic (self, change->id, error);
  const VswSwitch *target = nic != NULL ? vsw_resolver_get_switch (self, change->other_id, error) : NULL;
  if (target == NULL)
    return FALSE;
  if (vsw_model_find_uplink_of (self->model, target->head.id) != nic)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "%s is not bound to switch %s", nic->head.name,
                   target->head.name);
      return FALSE;
    }
  vsw_resolve_drop_nic (self, nic);
  return TRUE;
}

gboolean
vsw_resolve_is_ours (const VswNic *nic, GError **error)
{
  if (nic->nic_kind != VSW_NIC_EXTERNAL)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED,
               "endpoint %s is an external Ethernet port, which is bound to a switch and unbound, and nothing else",
               nic->head.name);
  return FALSE;
}
