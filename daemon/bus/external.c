/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.ExternalEthernetPort */
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_EXTERNAL;
}

static GVariant *
get_is_bound (const VswView *view)
{
  return g_variant_new_boolean (view->home != NULL);
}

static GVariant *
get_switch (const VswView *view)
{
  return vsw_variant_new_switch (view->home);
}

/* Of one that is missing nobody can tell. */
static GVariant *
get_uplink_type (const VswView *view)
{
  return g_variant_new_string (
      view->link != NULL ? vsw_rules_get_uplink_type (vsw_model_get_rules (view->model), view->link) : "");
}

static GVariant *
get_driver (const VswView *view)
{
  return vsw_variant_new_bytes (view->link != NULL ? view->link->driver : "");
}

/* Of one that is missing: where it was. */
static GVariant *
get_bus_path (const VswView *view)
{
  return vsw_variant_new_bytes (view->link != NULL ? view->link->bus_path : view->nic->uplink->bus_path);
}

/* (transfer full) */
static char *
print_reason (const VswView *view)
{
  if (view->link == NULL)
    return g_strdup ("it is not there");

  return vsw_facts_not_bridgeable (view->model, view->links, view->link);
}

static GVariant *
get_reason (const VswView *view)
{
  return g_variant_new_take_string (print_reason (view));
}

static GVariant *
get_bridgeable (const VswView *view)
{
  g_autofree char *reason = print_reason (view);

  return g_variant_new_boolean (reason[0] == '\0');
}

static const VswPropertyRow properties[] = {
  { "IsBound", get_is_bound },           { "Switch", get_switch },
  { "UplinkType", get_uplink_type },     { "Driver", get_driver },
  { "BusPath", get_bus_path },           { "Bridgeable", get_bridgeable },
  { "NotBridgeableReason", get_reason },
};

const VswTable vsw_external_table = {
  &org_vmswitch1_external_ethernet_port_interface, is_present, properties, G_N_ELEMENTS (properties), NULL, 0,
};
