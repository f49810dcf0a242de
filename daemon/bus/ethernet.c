/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.EthernetPort: our NICs, and those of the host, which are shown, and can be bound to a switch (switch.c). */
#include "bus/draft.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_NIC || view->kind == VSW_VIEW_EXTERNAL;
}

static gboolean
is_ours (const VswView *view)
{
  return view->kind == VSW_VIEW_NIC;
}

/* --- properties --- */

static GVariant *
get_name (const VswView *view)
{
  return view->nic != NULL ? g_variant_new_string (view->nic->head.name) : vsw_variant_new_bytes (view->link->name);
}

static GVariant *
get_kind (const VswView *view)
{
  return g_variant_new_string (is_ours (view) ? vsw_nic_kind_print (view->nic->nic_kind) : "external");
}

/* The device that stands for the NIC on this host: the far end of a pair, or the tap. NULL: it is elsewhere, or missing. */
static const VswLink *
get_device (const VswView *view)
{
  return is_ours (view) && view->nic->backend == VSW_BACKEND_TAP ? view->link : view->far;
}

static GVariant *
get_interface_name (const VswView *view)
{
  const VswLink *device = get_device (view);

  if (device != NULL)
    return vsw_variant_new_bytes (device->name);

  return vsw_variant_new_bytes (is_ours (view) ? view->nic->placed_as : "");
}

static GVariant *
get_interface_index (const VswView *view)
{
  const VswLink *device = get_device (view);

  return g_variant_new_uint32 (device != NULL ? device->index : 0);
}

/* The address of a tap is that of its switch side: what the guest has is not known, only what it should have. */
static GVariant *
get_mac (const VswView *view)
{
  return vsw_variant_new_mac (view->far != NULL ? view->far->mac : view->nic->mac);
}

static GVariant *
get_static_mac (const VswView *view)
{
  return g_variant_new_boolean (is_ours (view) && view->nic->static_mac);
}

/* Ours are made with the address that was wished for. */
static GVariant *
get_permanent (const VswView *view)
{
  if (is_ours (view))
    return vsw_variant_new_mac (view->nic->mac);

  return vsw_variant_new_mac (view->link != NULL ? view->link->permanent : view->nic->uplink->permanent);
}

static GVariant *
get_mtu (const VswView *view)
{
  if (is_ours (view) || view->link == NULL)
    return g_variant_new_uint32 (vsw_facts_nic_mtu (view->model, view->nic));

  return g_variant_new_uint32 (view->link->mtu);
}

/* Seen from the far end while we see it. A pair has one carrier, and a tap one device. */
static const VswLink *
get_nearest (const VswView *view)
{
  return view->far != NULL ? view->far : view->link;
}

static GVariant *
get_speed (const VswView *view)
{
  const VswLink *link = get_nearest (view);

  return g_variant_new_uint64 (link != NULL ? link->speed : 0);
}

static GVariant *
get_full_duplex (const VswView *view)
{
  const VswLink *link = get_nearest (view);

  return g_variant_new_boolean (link != NULL && link->full_duplex);
}

static GVariant *
get_carrier (const VswView *view)
{
  const VswLink *link = get_nearest (view);

  return g_variant_new_boolean (link != NULL && link->is_up && link->has_carrier);
}

static GVariant *
get_state (const VswView *view)
{
  if (view->nic != NULL)
    return g_variant_new_string (vsw_facts_nic_state (view->model, view->links, view->nic));
  if (!view->link->is_up)
    return g_variant_new_string ("down");

  return g_variant_new_string (view->link->has_carrier ? "ok" : "no-carrier");
}

static const VswPropertyRow properties[] = {
  { "Name", get_name, VSW_EMITS_CONST },
  { "Id", vsw_head_print_id, VSW_EMITS_CONST },
  { "Description", vsw_head_print_description },
  { "Kind", get_kind, VSW_EMITS_CONST },
  { "InterfaceName", get_interface_name },
  { "InterfaceIndex", get_interface_index },
  { "MacAddress", get_mac },
  { "StaticMacAddress", get_static_mac },
  { "PermanentAddress", get_permanent },
  { "Mtu", get_mtu },
  { "Speed", get_speed },
  { "FullDuplex", get_full_duplex },
  { "Carrier", get_carrier },
  { "State", get_state },
  { "Lifetime", vsw_head_print_lifetime, VSW_EMITS_CONST },
  { "OwnerUid", vsw_head_print_owner, VSW_EMITS_CONST },
  { "CreatedTimestamp", vsw_head_print_created, VSW_EMITS_CONST },
};
G_STATIC_ASSERT (G_N_ELEMENTS (properties) <= VSW_TABLE_MAX_PROPERTIES);

/* --- methods --- */

static gboolean
check_ours (const VswView *target, gboolean is_deleted, GError **error)
{
  g_autofree char *name = NULL;

  if (is_ours (target))
    return TRUE;
  if (is_deleted && target->nic != NULL)
    {
      name = vsw_facts_print_binding (target->model, target->nic);
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_IN_USE, name);
      return FALSE;
    }

  name = target->nic != NULL ? g_strdup (target->nic->head.name) : vsw_text_escape (target->link->name);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE,
               "%s is an external Ethernet port: it belongs to the host, which alone %s it", name,
               is_deleted ? "removes" : "configures");
  return FALSE;
}

static gboolean
decode_modify (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings changes;

  if (!vsw_request_get_settings (request, 0, VSW_KEYS_NIC_CHANGES, &changes, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error) || !check_ours (target, FALSE, error))
    return FALSE;

  VswNic draft = vsw_draft_apply_nic (*target->nic, &changes);
  g_autoptr (VswNic) value = vsw_nic_new (&draft);
  vsw_request_take_change (request, vsw_change_modify (value, vsw_settings_get_given (&changes)));
  return TRUE;
}

static gboolean
decode_delete (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings options;

  if (!vsw_request_get_options (request, VSW_KEYS_DELETE, &options, error) || !check_ours (target, TRUE, error))
    return FALSE;

  vsw_request_take_change (request, vsw_change_delete (VSW_KIND_NIC, target->nic->head.id, options.force));
  return TRUE;
}

static const VswMethodRow methods[] = {
  { "Modify", VSW_RUN_CHANGE, FALSE, decode_modify, NULL },
  { "Delete", VSW_RUN_CHANGE, FALSE, decode_delete, NULL },
};

const VswTable vsw_ethernet_table = {
  &org_vmswitch1_ethernet_port_interface,
  is_present,
  properties,
  G_N_ELEMENTS (properties),
  methods,
  G_N_ELEMENTS (methods),
};
