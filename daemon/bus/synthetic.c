/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.SyntheticEthernetPort */
#include "bus/open.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_NIC && view->nic->nic_kind == VSW_NIC_SYNTHETIC;
}

/* --- properties --- */

static GVariant *
get_backend (const VswView *view)
{
  return g_variant_new_string (vsw_backend_print (view->nic->backend));
}

static GVariant *
get_queues (const VswView *view)
{
  return g_variant_new_uint32 (view->nic->queues);
}

static GVariant *
get_placed (const VswView *view)
{
  return g_variant_new_boolean (view->nic->placed_as[0] != '\0');
}

static GVariant *
get_system (const VswView *view)
{
  return vsw_variant_new_system (view->system);
}

static const VswPropertyRow properties[] = {
  { "Backend", get_backend, VSW_EMITS_CONST },
  { "Queues", get_queues, VSW_EMITS_CONST },
  { "Placed", get_placed },
  { "VirtualSystem", get_system, VSW_EMITS_CONST },
};

/* --- methods --- */

static gboolean
decode_move_to_namespace (VswRequest *request, const VswView *target, GError **error)
{
  const char *name = vsw_request_get_text (request, 1);
  VswNamespace *place;
  gint32 handle;

  g_variant_get_child (request->parameters, 0, "h", &handle);
  if (!vsw_interface_check (name, error) || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  place = vsw_request_get_namespace (request, handle, error);
  if (place == NULL)
    return FALSE;

  vsw_request_take_change (request, vsw_change_place (target->nic->head.id, place, name));
  return TRUE;
}

static const VswMethodRow methods[] = {
  { "Open", VSW_RUN_CHANGE, FALSE, vsw_open_decode, vsw_open_reply },
  { "MoveToNamespace", VSW_RUN_CHANGE, TRUE, decode_move_to_namespace, NULL },
};

const VswTable vsw_synthetic_table = {
  &org_vmswitch1_synthetic_ethernet_port_interface,
  is_present,
  properties,
  G_N_ELEMENTS (properties),
  methods,
  G_N_ELEMENTS (methods),
};
