/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/nic.h"

#include "model/head.h"

static const char *const kinds[] = {
  [VSW_NIC_INTERNAL] = "internal",
  [VSW_NIC_SYNTHETIC] = "synthetic",
};
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == VSW_N_NIC_KINDS);

static void
clear_nic (gpointer value)
{
}

static gboolean
equal_nics (gconstpointer value_a, gconstpointer value_b)
{
  const VswNic *a = value_a, *b = value_b;
  return a->nic_kind == b->nic_kind && g_str_equal (a->device, b->device) && g_str_equal (a->peer, b->peer)
         && g_str_equal (a->placed_as, b->placed_as) && vsw_mac_equal (a->mac, b->mac)
         && !a->static_mac == !b->static_mac && a->mtu == b->mtu && a->queues == b->queues;
}

const VswKindRow vsw_nic_row = { "endpoint", clear_nic, equal_nics };

/**
 * vsw_nic_new:
 * @fields: what it says; copied, head.kind is set
 *
 * Makes the value of an Ethernet port of ours. (transfer full) Any thread.
 */
VswNic *
vsw_nic_new (const VswNic *fields)
{
  return vsw_head_new (fields, sizeof *fields, VSW_KIND_NIC);
}

/**
 * vsw_nic_kind_print:
 *
 * The word for a kind of Ethernet port, as in the API. Any thread.
 */
const char *
vsw_nic_kind_print (VswNicKind kind)
{
  g_return_val_if_fail ((guint)kind < VSW_N_NIC_KINDS, "");
  return kinds[kind];
}

/**
 * vsw_nic_kind_decode:
 * @ret_kind: (out): untouched on failure
 *
 * The inverse of vsw_nic_kind_print(). Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_nic_kind_decode (const char *text, VswNicKind *ret_kind, GError **error)
{
  for (guint i = 0; i < VSW_N_NIC_KINDS; i++)
    if (g_str_equal (text, kinds[i]))
      {
        *ret_kind = i;
        return TRUE;
      }
  g_autofree char *escaped = vsw_text_escape (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "kind '%s' is none of internal, synthetic", escaped);
  return FALSE;
}
