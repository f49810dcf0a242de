/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.LanEndpoint: what can be plugged into a switch port. */
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_NIC || (view->kind == VSW_VIEW_EXTERNAL && view->nic != NULL);
}

static GVariant *
get_role (const VswView *view)
{
  gboolean is_of_host = view->nic->nic_kind == VSW_NIC_INTERNAL || view->nic->nic_kind == VSW_NIC_EXTERNAL;

  return g_variant_new_string (is_of_host ? "switch" : "vm");
}

static GVariant *
get_mac (const VswView *view)
{
  return vsw_variant_new_mac (view->far != NULL ? view->far->mac : view->nic->mac);
}

static GVariant *
get_connected (const VswView *view)
{
  return g_variant_new_boolean (view->port != NULL);
}

static GVariant *
get_port (const VswView *view)
{
  return vsw_variant_new_port (view);
}

static GVariant *
get_max_data_size (const VswView *view)
{
  return g_variant_new_uint32 (vsw_facts_nic_mtu (view->model, view->nic));
}

static const VswPropertyRow properties[] = {
  { "Role", get_role, VSW_EMITS_CONST }, { "MacAddress", get_mac },
  { "Connected", get_connected },        { "SwitchPort", get_port },
  { "MaxDataSize", get_max_data_size },
};

const VswTable vsw_lan_table = {
  &org_vmswitch1_lan_endpoint_interface, is_present, properties, G_N_ELEMENTS (properties), NULL, 0,
};
