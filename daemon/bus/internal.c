/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.InternalEthernetPort */
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_NIC && view->nic->nic_kind == VSW_NIC_INTERNAL;
}

static GVariant *
get_switch (const VswView *view)
{
  return vsw_variant_new_switch (view->home);
}

static const VswPropertyRow properties[] = {
  { "Switch", get_switch },
};

const VswTable vsw_internal_table = {
  &org_vmswitch1_internal_ethernet_port_interface, is_present, properties, G_N_ELEMENTS (properties), NULL, 0,
};
