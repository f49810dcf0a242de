/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/switch.h"

#include "model/head.h"

static void
clear_switch (gpointer value)
{
}

static gboolean
equal_switches (gconstpointer value_a, gconstpointer value_b)
{
  const VswSwitch *a = value_a, *b = value_b;
  return g_str_equal (a->device, b->device) && vsw_mac_equal (a->mac, b->mac) && a->mtu == b->mtu
         && a->ageing == b->ageing && a->max_learned == b->max_learned && !a->spanning_tree == !b->spanning_tree
         && !a->multicast_snooping == !b->multicast_snooping && !a->shared == !b->shared;
}

const VswKindRow vsw_switch_row = { "switch", clear_switch, equal_switches };

/**
 * vsw_switch_new:
 * @fields: what it says; copied, head.kind is set
 *
 * Makes the value of a switch. (transfer full) Any thread.
 */
VswSwitch *
vsw_switch_new (const VswSwitch *fields)
{
  return vsw_head_new (fields, sizeof *fields, VSW_KIND_SWITCH);
}
