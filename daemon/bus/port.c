/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.SwitchPort */
#include "bus/draft.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_PORT;
}

/* --- properties --- */

static GVariant *
get_switch (const VswView *view)
{
  return vsw_variant_new_switch (view->home);
}

static GVariant *
get_connected (const VswView *view)
{
  return g_variant_new_boolean (view->port->nic_id != NULL);
}

static GVariant *
get_endpoint (const VswView *view)
{
  return vsw_variant_new_nic (view->nic);
}

static GVariant *
get_state (const VswView *view)
{
  return g_variant_new_string (vsw_facts_port_state (view->model, view->links, view->port));
}

static const VswPropertyRow properties[] = {
  { "Name", vsw_head_print_name, VSW_EMITS_CONST },
  { "Id", vsw_head_print_id, VSW_EMITS_CONST },
  { "Description", vsw_head_print_description },
  { "Switch", get_switch, VSW_EMITS_CONST },
  { "Connected", get_connected },
  { "Endpoint", get_endpoint },
  { "State", get_state },
  { "Lifetime", vsw_head_print_lifetime, VSW_EMITS_CONST },
  { "OwnerUid", vsw_head_print_owner, VSW_EMITS_CONST },
  { "CreatedTimestamp", vsw_head_print_created, VSW_EMITS_CONST },
};
G_STATIC_ASSERT (G_N_ELEMENTS (properties) <= VSW_TABLE_MAX_PROPERTIES);

/* --- methods --- */

static gboolean
decode_connect (VswRequest *request, const VswView *target, GError **error)
{
  VswView endpoint;

  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error)
      || !vsw_draft_get_nic (request, 0, &endpoint, error))
    return FALSE;

  /* A port of one's own may be on a switch of somebody else's, who may no longer share it. */
  vsw_request_touch (request, &target->home->head);
  vsw_request_add_detail (request, "endpoint", endpoint.nic->head.name);
  vsw_request_add_detail (request, "endpoint-kind", vsw_nic_kind_print (endpoint.nic->nic_kind));
  vsw_request_take_change (request, vsw_change_connect (target->port->head.id, endpoint.nic->head.id));
  return TRUE;
}

static gboolean
decode_disconnect (VswRequest *request, const VswView *target, GError **error)
{
  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  vsw_request_take_change (request, vsw_change_disconnect (target->port->head.id));
  return TRUE;
}

/* Moving is plugging somebody's NIC into a switch: one's own port is not enough. */
static gboolean
decode_move (VswRequest *request, const VswView *target, GError **error)
{
  VswView destination;
  VswChange *change;

  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error)
      || !vsw_request_get_object (request, 0, VSW_VIEW_SWITCH, "switch", &destination, error))
    return FALSE;

  if (target->nic != NULL)
    vsw_request_touch (request, &target->nic->head);

  vsw_request_add_detail (request, "switch", destination.home->head.name);
  change = vsw_change_move (target->port->head.id, destination.home->head.id);
  vsw_change_expect (change, target->port->nic_id);
  vsw_request_take_change (request, change);
  return TRUE;
}

static gboolean
decode_modify (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings changes;
  VswPort draft = *target->port;

  if (!vsw_request_get_settings (request, 0, VSW_KEYS_PORT_CHANGES, &changes, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  if (vsw_settings_has (&changes, VSW_KEY_DESCRIPTION))
    draft.head.description = changes.description;

  g_autoptr (VswPort) value = vsw_port_new (&draft);
  vsw_request_take_change (request, vsw_change_modify (value, vsw_settings_get_given (&changes)));
  return TRUE;
}

static gboolean
decode_delete (VswRequest *request, const VswView *target, GError **error)
{
  return vsw_draft_delete (request, VSW_KIND_PORT, target->port->head.id, error);
}

static const VswMethodRow methods[] = {
  { "Connect", VSW_RUN_CHANGE, FALSE, decode_connect, NULL },
  { "Disconnect", VSW_RUN_CHANGE, FALSE, decode_disconnect, NULL },
  { "Move", VSW_RUN_CHANGE, FALSE, decode_move, NULL },
  { "Modify", VSW_RUN_CHANGE, FALSE, decode_modify, NULL },
  { "Delete", VSW_RUN_CHANGE, FALSE, decode_delete, NULL },
};

const VswTable vsw_port_table = {
  &org_vmswitch1_switch_port_interface,
  is_present,
  properties,
  G_N_ELEMENTS (properties),
  methods,
  G_N_ELEMENTS (methods),
};
