/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host: bound to a switch, and let go. */
#include "model/facts.h"
#include "model/resolve.h"

#define DEVICE_PREFIX "#" /* of a name that no link is ever found by: uplinks are known by what they are */

static gboolean
check_bridgeable (VswResolver *self, const VswLink *link, GError **error)
{
  const char *device = vsw_links_get_bound (self->links, link->index);
  const VswValue *bound = device != NULL ? vsw_model_find_device (self->model, device) : NULL;
  if (bound != NULL && bound->kind == VSW_KIND_NIC && !vsw_resolve_is_ours (self, (const VswNic *)bound, error))
    return FALSE;
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
  const VswIpConfig *ip = vsw_change_get_ip (change, change->link);
  if (change->force || !vsw_ip_config_has_addresses (ip))
    return TRUE;
  g_autofree char *addresses = g_strjoinv (", ", (char **)ip->addresses);
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

/* What has to be true of every NIC of the host that is to be a port of that switch. */
static VswLink *
check_bindable (VswResolver *self, const VswChange *change, const VswSwitch *target, GError **error)
{
  VswLink *link = get_link (self, change, error);
  guint32 owner = change->draft->owner;
  if (link == NULL || !check_bridgeable (self, link, error) || !check_only_one (self, target, error)
      || !vsw_resolve_nic_has_room (self, link->name, NULL, owner, error)
      || !vsw_resolve_has_room (self, target, link->name, owner, error))
    return NULL;
  return link;
}

/* The NIC, and a port that it is plugged into. */
static gboolean
put_uplink (VswResolver *self, const VswChange *change, const VswLink *link, GError **error)
{
  const char *host_id = change->host != NULL ? change->host->id : NULL;
  g_autoptr (VswUplink) uplink = vsw_uplink_new_of_link (link, vsw_change_get_ip (change, link->index), host_id);
  g_autoptr (VswUplink) taken =
      change->loan != NULL ? vsw_uplink_with_loan (uplink, change->loan->profile, change->loan->lease) : NULL;
  char device[VSW_INTERFACE_SIZE];
  vsw_devices_choose (self->model, self->links, DEVICE_PREFIX, change->draft->id, change->draft->id, device);
  g_autoptr (VswNic) new = vsw_nic_new_external (change->draft, taken != NULL ? taken : uplink, device);
  vsw_resolver_put (self, NULL, new, NULL);
  return vsw_resolve_plug_new (self, new, vsw_model_get_switch (self->model, change->other_id), error);
}

gboolean
vsw_resolve_bind (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSwitch *target = vsw_resolver_get_switch (self, change->other_id, error);
  const VswLink *link = target != NULL ? check_bindable (self, change, target, error) : NULL;
  return link != NULL && check_not_needed (link, change, error) && put_uplink (self, change, link, error);
}

static gboolean
check_bound (VswResolver *self, const VswNic *nic, const VswSwitch *target, GError **error)
{
  if (vsw_model_find_uplink_of (self->model, target->head.id) == nic)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "%s is not bound to switch %s", nic->head.name,
               target->head.name);
  return FALSE;
}

gboolean
vsw_resolve_unbind (VswResolver *self, const VswChange *change, GError **error)
{
  VswNic *nic = vsw_resolver_get_nic (self, change->id, error);
  const VswSwitch *target = nic != NULL ? vsw_resolver_get_switch (self, change->other_id, error) : NULL;
  if (target == NULL || !check_bound (self, nic, target, error)
      || !vsw_resolve_is_not_hosting (self, nic->head.id, error))
    return FALSE;
  vsw_resolve_drop_nic (self, nic);
  return TRUE;
}

/* --- with the host --- */

/* The addresses must not go with whoever asked for it. */
static gboolean
check_lasting (const VswSwitch *target, GError **error)
{
  if (target->head.lifetime != VSW_LIFETIME_CALLER)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE,
               "switch %s goes with the connection of its caller, and the host's addresses must not", target->head.name);
  return FALSE;
}

#define IPV6_MTU_MIN 1280

static gboolean
check_mtu (const VswIpConfig *ip, const char *name, guint32 mtu, GError **error)
{
  for (gsize i = 0; ip != NULL && mtu < IPV6_MTU_MIN && ip->addresses[i] != NULL; i++)
    if (strchr (ip->addresses[i], ':') != NULL)
      {
        g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                     "with MTU %u endpoint %s cannot have the host's address %s: IPv6 wants %d octets", mtu, name,
                     ip->addresses[i], IPV6_MTU_MIN);
        return FALSE;
      }
  return TRUE;
}

/* Where IPv6 comes or goes the port device is down for a moment (plan/compare.c), and next hops of the host do not live through that. */
static gboolean
check_crossing (const VswNic *nic, guint32 now, guint32 mtu, GError **error)
{
  if ((now < IPV6_MTU_MIN) == (mtu < IPV6_MTU_MIN))
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE,
               "MTU %u and %u of endpoint %s are on different sides of %d octets, where its connection is cut for a "
               "moment, and the host is reached through it: TeardownSwitch first",
               now, mtu, nic->head.name, IPV6_MTU_MIN);
  return FALSE;
}

gboolean
vsw_resolve_mtu_serves_host (VswResolver *self, const VswNic *nic, guint32 mtu, GError **error)
{
  const VswNic *now = vsw_model_get_nic (self->model, nic->head.id);
  const VswNic *uplink = vsw_model_find_uplink_for (self->model, nic->head.id);
  return uplink == NULL
         || (check_mtu (uplink->uplink->ip, nic->head.name, mtu, error)
             && check_crossing (nic, vsw_facts_nic_mtu (self->model, now), mtu, error));
}

/* The host is known on the network by the address of the NIC: the internal one has the same. */
static gboolean
put_host (VswResolver *self, const VswChange *change, const VswSwitch *target, const VswLink *link, GError **error)
{
  const VswNic *draft = (const VswNic *)change->host;
  VswNic value = { .head = draft->head,
                   .nic_kind = VSW_NIC_INTERNAL,
                   .backend = VSW_BACKEND_VETH,
                   .mac = link->mac,
                   .static_mac = TRUE,
                   .mtu = change->given & VSW_GIVEN_MTU ? draft->mtu : 0,
                   .queues = change->given & VSW_GIVEN_QUEUES ? draft->queues : 1 };
  if (!vsw_resolve_nic_has_room (self, value.head.name, NULL, value.head.owner, error)
      || !vsw_resolve_nic_numbers (value.mtu, value.queues, value.nic_kind, error)
      || !vsw_resolve_mtu_fits (&value, target->mtu, target->head.name, error)
      || !check_mtu (vsw_change_get_ip (change, link->index), value.head.name, value.mtu != 0 ? value.mtu : target->mtu,
                     error))
    return FALSE;
  vsw_resolve_put_nic (self, &value, NULL, NULL);
  return vsw_resolve_plug_new (self, vsw_model_get_nic (self->model, draft->head.id),
                               vsw_model_get_switch (self->model, change->other_id), error);
}

static gboolean
check_names (const VswChange *change, const VswLink *link, GError **error)
{
  if (!g_str_equal (change->host->name, link->name))
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "the internal endpoint cannot be called %s, as the NIC is",
               link->name);
  return FALSE;
}

gboolean
vsw_resolve_setup (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSwitch *target = vsw_resolver_get_switch (self, change->other_id, error);
  const VswLink *link = target != NULL ? check_bindable (self, change, target, error) : NULL;
  return link != NULL && check_lasting (target, error) && check_names (change, link, error)
         && put_host (self, change, target, link, error) && put_uplink (self, change, link, error);
}

/* Without the NIC there is nowhere to move to. */
static gboolean
check_there (VswResolver *self, const VswNic *nic, const VswChange *change, GError **error)
{
  if (change->force || vsw_links_get_device (self->links, nic->device) != NULL)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE,
               "%s is not there, so the host's addresses cannot move back to it; option drop-addresses lets them go",
               nic->head.name);
  return FALSE;
}

void
vsw_resolve_drop_hosting (VswResolver *self, const VswChange *change, VswNic *uplink, VswNic *host)
{
  g_autoptr (VswNic) held = vsw_value_ref (uplink);
  g_autoptr (VswNic) held_host = vsw_value_ref (host);
  const VswLink *end = vsw_links_get_device (self->links, held_host->peer);
  const VswIpConfig *ip = end != NULL ? vsw_change_get_ip (change, end->index) : NULL;
  vsw_resolve_drop_nic (self, held);
  if (ip != NULL)
    vsw_delta_put_ip (self->delta, held, NULL, ip);
  vsw_resolve_drop_nic (self, held_host);
}

gboolean
vsw_resolve_teardown (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSwitch *target = vsw_resolver_get_switch (self, change->id, error);
  VswNic *uplink = target != NULL ? vsw_model_find_uplink_of (self->model, target->head.id) : NULL;
  VswNic *host = uplink != NULL && uplink->uplink->host_id != NULL
                     ? vsw_model_get_nic (self->model, uplink->uplink->host_id)
                     : NULL;
  if (target == NULL)
    return FALSE;
  if (host == NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE,
                   uplink == NULL ? "switch %s has no NIC bound to it" : "switch %s was not set up, its NIC was only bound",
                   target->head.name);
      return FALSE;
    }
  if (!check_there (self, uplink, change, error))
    return FALSE;
  vsw_resolve_drop_hosting (self, change, uplink, host);
  return TRUE;
}

/* --- what comes later --- */

/* A host that has its own by now keeps it; else, as after a reboot, what whoever configures the host has put on the NIC is what it has. One that
 * is up by then was meant to be, whatever it was when it was bound. */
static VswNic *
renew (VswResolver *self, VswNic *nic, const VswLink *link, const VswIpConfig *ip)
{
  const VswNic *host = nic->uplink->host_id != NULL ? vsw_model_get_nic (self->model, nic->uplink->host_id) : NULL;
  if (host != NULL && vsw_links_get_device (self->links, host->peer) != NULL)
    return vsw_value_ref (nic);
  VswUplink fields = *nic->uplink;
  fields.ip = (VswIpConfig *)ip;
  fields.was_up = fields.was_up || link->is_up;
  g_autoptr (VswUplink) uplink = vsw_uplink_new (&fields);
  VswNic value = *nic;
  value.uplink = uplink;
  return vsw_nic_new (&value);
}

/* What was taken off it once, with consent, is taken off again. */
static gboolean
may_be_taken (const VswUplink *uplink)
{
  return uplink->host_id != NULL || (uplink->ip != NULL && vsw_ip_config_has_addresses (uplink->ip));
}

gboolean
vsw_resolve_adopt (VswResolver *self, const VswChange *change, GError **error)
{
  VswNic *nic = vsw_resolver_get_nic (self, change->id, error);
  if (nic == NULL)
    return FALSE;
  const VswLink *link = vsw_links_get_device (self->links, nic->device);
  const VswIpConfig *ip = link != NULL ? vsw_change_get_ip (change, link->index) : NULL;
  if (ip == NULL || !vsw_ip_config_has_addresses (ip) || !may_be_taken (nic->uplink))
    return TRUE;
  g_autoptr (VswNic) after = renew (self, nic, link, ip);
  vsw_resolver_take_ip (self, nic, after, ip);
  return TRUE;
}

/* --- what others may not do to them --- */

gboolean
vsw_resolve_is_not_hosting (VswResolver *self, const char *nic_id, GError **error)
{
  const VswNic *nic = nic_id != NULL ? vsw_model_get_nic (self->model, nic_id) : NULL;
  const VswNic *uplink = nic != NULL && nic->uplink == NULL ? vsw_model_find_uplink_for (self->model, nic_id) : nic;
  if (uplink == NULL || uplink->uplink == NULL || uplink->uplink->host_id == NULL)
    return TRUE;
  const VswNic *host = vsw_model_get_nic (self->model, uplink->uplink->host_id);
  const VswPort *port = vsw_model_find_port_of_nic (self->model, uplink->head.id);
  const VswSwitch *parent = port != NULL ? vsw_model_get_switch (self->model, port->switch_id) : NULL;
  if (vsw_links_get_device (self->links, uplink->device) == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE,
                 "the host is reached through endpoint %s since SetupSwitch, and %s, which would have its addresses "
                 "back, is not there: TeardownSwitch of switch %s with option drop-addresses lets them go",
                 host != NULL ? host->head.name : "", uplink->head.name, parent != NULL ? parent->head.name : "");
  else
    g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE,
                 "the host is reached through endpoint %s since SetupSwitch: TeardownSwitch of switch %s gives %s back",
                 host != NULL ? host->head.name : "", parent != NULL ? parent->head.name : "", uplink->head.name);
  return FALSE;
}

gboolean
vsw_resolve_is_ours (VswResolver *self, const VswNic *nic, GError **error)
{
  if (nic->nic_kind != VSW_NIC_EXTERNAL)
    return TRUE;
  g_autofree char *binding = vsw_facts_print_binding (self->model, nic);
  g_set_error_literal (error, VSW_ERROR, VSW_ERROR_IN_USE, binding);
  return FALSE;
}
