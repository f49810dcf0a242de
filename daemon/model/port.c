/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/port.h"

#include "model/head.h"

#include <string.h>

static void
clear_port (gpointer value)
{
  VswPort *self = value;
  g_free ((char *)self->switch_id);
  g_free ((char *)self->nic_id);
  g_free ((char *)self->made_for);
  g_free ((VswMac *)self->static_addresses);
}

static gboolean
equal_ports (gconstpointer value_a, gconstpointer value_b)
{
  const VswPort *a = value_a, *b = value_b;
  return g_str_equal (a->switch_id, b->switch_id) && g_strcmp0 (a->nic_id, b->nic_id) == 0
         && g_strcmp0 (a->made_for, b->made_for) == 0 && a->connected == b->connected
         && a->n_static_addresses == b->n_static_addresses
         && (a->n_static_addresses == 0
             || memcmp (a->static_addresses, b->static_addresses, a->n_static_addresses * sizeof (VswMac)) == 0);
}

const VswKindRow vsw_port_row = { "port", clear_port, equal_ports };

static int
compare_macs (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (VswMac));
}

/* Ascending and without doubles, whatever the caller's order was: equal sets are equal values. */
static void
copy_addresses (VswPort *self, const VswPort *fields)
{
  gsize n = fields->n_static_addresses;
  self->static_addresses = NULL;
  self->n_static_addresses = 0;
  if (n == 0)
    return;
  VswMac *macs = g_memdup2 (fields->static_addresses, n * sizeof (VswMac));
  qsort (macs, n, sizeof (VswMac), compare_macs);
  gsize kept = 1;
  for (gsize i = 1; i < n; i++)
    if (!vsw_mac_equal (macs[i], macs[kept - 1]))
      macs[kept++] = macs[i];
  self->static_addresses = macs;
  self->n_static_addresses = kept;
}

/**
 * vsw_port_new:
 * @fields: what it says; copied, head.kind is set, the static addresses are put in order
 *
 * Makes the value of a switch port. (transfer full) Any thread.
 */
VswPort *
vsw_port_new (const VswPort *fields)
{
  VswPort *self = vsw_head_new (fields, sizeof *fields, VSW_KIND_PORT);
  self->switch_id = g_strdup (fields->switch_id);
  self->nic_id = g_strdup (fields->nic_id);
  self->made_for = g_strdup (fields->made_for);
  copy_addresses (self, fields);
  return self;
}
