/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.EmulatedEthernetPort */
#include "bus/open.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_NIC && view->nic->nic_kind == VSW_NIC_EMULATED;
}

static GVariant *
get_system (const VswView *view)
{
  return vsw_variant_new_system (view->system);
}

static const VswPropertyRow properties[] = {
  { "VirtualSystem", get_system, VSW_EMITS_CONST },
};

static const VswMethodRow methods[] = {
  { "Open", VSW_RUN_CHANGE, FALSE, vsw_open_decode, vsw_open_reply },
};

const VswTable vsw_emulated_table = {
  &org_vmswitch1_emulated_ethernet_port_interface,
  is_present,
  properties,
  G_N_ELEMENTS (properties),
  methods,
  G_N_ELEMENTS (methods),
};
