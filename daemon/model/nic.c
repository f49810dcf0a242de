/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/nic.h"

#include "model/head.h"

static const char *const kinds[] = {
  [VSW_NIC_INTERNAL] = "internal",
  [VSW_NIC_SYNTHETIC] = "synthetic",
  [VSW_NIC_EMULATED] = "emulated",
  [VSW_NIC_EXTERNAL] = "external",
};
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == VSW_N_NIC_KINDS);

static const char *const backends[] = {
  [VSW_BACKEND_VETH] = "veth",
  [VSW_BACKEND_TAP] = "tap",
  [VSW_BACKEND_HARDWARE] = "hardware",
};
G_STATIC_ASSERT (G_N_ELEMENTS (backends) == VSW_N_BACKENDS);

static void
clear_nic (gpointer value)
{
  VswNic *self = value;
  g_free ((char *)self->setting_id);
  g_clear_pointer (&self->uplink, vsw_uplink_unref);
}

static gboolean
equal_nics (gconstpointer value_a, gconstpointer value_b)
{
  const VswNic *a = value_a, *b = value_b;
  return a->nic_kind == b->nic_kind && a->backend == b->backend && !a->opened == !b->opened
         && g_strcmp0 (a->setting_id, b->setting_id) == 0 && vsw_uplink_equal (a->uplink, b->uplink) && g_str_equal (a->device, b->device)
         && g_str_equal (a->peer, b->peer) && g_str_equal (a->placed_as, b->placed_as) && vsw_mac_equal (a->mac, b->mac)
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
  VswNic *self = vsw_head_new (fields, sizeof *fields, VSW_KIND_NIC);
  self->setting_id = g_strdup (self->setting_id);
  self->uplink = self->uplink != NULL ? vsw_uplink_ref (self->uplink) : NULL;
  return self;
}

/**
 * vsw_nic_with_ip:
 * @self: a NIC of the host that is bound
 * @ip: what IP has now
 *
 * Any thread.
 *
 * Returns: (transfer full): the same NIC, with that in its uplink
 */
VswNic *
vsw_nic_with_ip (const VswNic *self, const VswIpConfig *ip)
{
  g_autoptr (VswUplink) uplink = vsw_uplink_with_ip (self->uplink, ip);
  VswNic fields = *self;
  fields.uplink = uplink;
  return vsw_nic_new (&fields);
}

/**
 * vsw_nic_new_external:
 * @head: id, description, lifetime, holder, owner and created
 * @uplink: which NIC it is
 * @device: a name that no link has
 *
 * Makes the value of a NIC of the host that is bound. (transfer full) Any thread.
 */
VswNic *
vsw_nic_new_external (const VswValue *head, const VswUplink *uplink, const char *device)
{
  VswNic fields = { .head = *head,
                    .nic_kind = VSW_NIC_EXTERNAL,
                    .backend = VSW_BACKEND_HARDWARE,
                    .uplink = (VswUplink *)uplink,
                    .mac = uplink->mac,
                    .static_mac = TRUE,
                    .queues = 1 };
  fields.head.name = uplink->last_name;
  g_strlcpy (fields.device, device, sizeof fields.device);
  return vsw_nic_new (&fields);
}

/**
 * vsw_nic_is_kept:
 *
 * Whether the kernel is to keep the device when nobody has it open. A tap of lifetime "descriptor" waits, kept, until it is handed
 * out; from then on it goes with the last descriptor. Any thread.
 */
gboolean
vsw_nic_is_kept (const VswNic *self)
{
  return self->backend != VSW_BACKEND_TAP || self->head.lifetime != VSW_LIFETIME_DESCRIPTOR || !self->opened;
}

/**
 * vsw_nic_has_vnet_header:
 *
 * Any thread.
 */
gboolean
vsw_nic_has_vnet_header (const VswNic *self)
{
  return self->backend == VSW_BACKEND_TAP && self->nic_kind == VSW_NIC_SYNTHETIC;
}

/**
 * vsw_backend_print:
 *
 * The word for a backend, as in the API. Any thread.
 */
const char *
vsw_backend_print (VswBackend backend)
{
  g_return_val_if_fail ((guint)backend < VSW_N_BACKENDS, "");
  return backends[backend];
}

/**
 * vsw_backend_decode:
 * @ret_backend: (out): untouched on failure
 *
 * The inverse of vsw_backend_print(). Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_backend_decode (const char *text, VswBackend *ret_backend, GError **error)
{
  for (guint i = 0; i < VSW_N_BACKENDS; i++)
    if (g_str_equal (text, backends[i]))
      {
        *ret_backend = i;
        return TRUE;
      }
  g_autofree char *escaped = vsw_text_excerpt (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "backend '%s' is none of veth, tap, hardware", escaped);
  return FALSE;
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
  g_autofree char *escaped = vsw_text_excerpt (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "kind '%s' is none of internal, synthetic, emulated, external", escaped);
  return FALSE;
}
