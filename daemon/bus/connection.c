/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.ActiveConnection: there exactly while frames can pass. */
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_PORT && vsw_facts_get_connection (view->model, view->links, view->port) != NULL;
}

static GVariant *
get_endpoint (const VswView *view)
{
  return vsw_variant_new_nic (view->nic);
}

static GVariant *
get_port (const VswView *view)
{
  return vsw_variant_new_port (view);
}

static GVariant *
get_interface_name (const VswView *view)
{
  VswLink *link = vsw_facts_get_connection (view->model, view->links, view->port);

  return vsw_variant_new_bytes (link != NULL ? link->name : "");
}

static GVariant *
get_forwarding_state (const VswView *view)
{
  VswLink *link = vsw_facts_get_connection (view->model, view->links, view->port);

  return g_variant_new_string (link != NULL ? vsw_port_state_print (link->port_state) : "");
}

static GVariant *
get_since (const VswView *view)
{
  return g_variant_new_uint64 (vsw_engine_get_connected_since (view->scene->engine, view->port->head.id));
}

static const VswPropertyRow properties[] = {
  { "Endpoint", get_endpoint },
  { "SwitchPort", get_port, VSW_EMITS_CONST },
  { "InterfaceName", get_interface_name },
  { "ForwardingState", get_forwarding_state },
  { "SinceTimestamp", get_since },
};

const VswTable vsw_connection_table = {
  &org_vmswitch1_active_connection_interface, is_present, properties, G_N_ELEMENTS (properties), NULL, 0,
};
