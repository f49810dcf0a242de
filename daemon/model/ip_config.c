/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/ip_config.h"

/**
 * vsw_ip_config_new:
 * @bytes: (transfer none): what kernel/ will read again
 * @addresses: (array zero-terminated=1): the host's addresses, as text
 * @items: (array zero-terminated=1): all of it, a line each
 *
 * Makes a value; copies the texts. (transfer full) Any thread.
 */
VswIpConfig *
vsw_ip_config_new (GBytes *bytes, const char *const *addresses, const char *const *items)
{
  VswIpConfig *self = g_atomic_rc_box_new0 (VswIpConfig);
  self->bytes = g_bytes_ref (bytes);
  self->addresses = (const char *const *)g_strdupv ((char **)addresses);
  self->items = (const char *const *)g_strdupv ((char **)items);
  return self;
}

/**
 * vsw_ip_config_ref:
 *
 * Takes a reference. Any thread.
 */
VswIpConfig *
vsw_ip_config_ref (const VswIpConfig *self)
{
  return g_atomic_rc_box_acquire ((VswIpConfig *)self);
}

static void
clear_config (gpointer data)
{
  VswIpConfig *self = data;
  g_bytes_unref (self->bytes);
  g_strfreev ((char **)self->addresses);
  g_strfreev ((char **)self->items);
}

/**
 * vsw_ip_config_unref:
 *
 * Drops a reference. Any thread.
 */
void
vsw_ip_config_unref (VswIpConfig *self)
{
  g_atomic_rc_box_release_full (self, clear_config);
}

/**
 * vsw_ip_config_equal:
 * @a: (nullable): one
 * @b: (nullable): the other
 *
 * Whether both say the same, to the byte. Any thread.
 */
gboolean
vsw_ip_config_equal (const VswIpConfig *a, const VswIpConfig *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_bytes_equal (a->bytes, b->bytes) && g_strv_equal (a->addresses, b->addresses)
         && g_strv_equal (a->items, b->items);
}

/**
 * vsw_ip_config_has_addresses:
 * @self: (nullable): a configuration
 *
 * Whether the host has an address there that others may know it by. Any thread.
 */
gboolean
vsw_ip_config_has_addresses (const VswIpConfig *self)
{
  return self != NULL && self->addresses[0] != NULL;
}
