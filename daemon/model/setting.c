/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/setting.h"

#include "model/head.h"

static void
clear_setting (gpointer value)
{
  VswSetting *self = value;
  g_free ((char *)self->system_id);
  g_free ((char *)self->connection_id);
}

static gboolean
equal_settings (gconstpointer value_a, gconstpointer value_b)
{
  const VswSetting *a = value_a, *b = value_b;
  return g_str_equal (a->system_id, b->system_id) && a->nic_kind == b->nic_kind && a->backend == b->backend
         && vsw_mac_equal (a->mac, b->mac) && !a->static_mac == !b->static_mac && a->mtu == b->mtu
         && a->queues == b->queues && !a->automatic == !b->automatic
         && g_strcmp0 (a->connection_id, b->connection_id) == 0;
}

const VswKindRow vsw_setting_row = { "setting", clear_setting, equal_settings };

/**
 * vsw_setting_new:
 * @fields: what it says; copied, head.kind is set
 *
 * Makes the value of a resource allocation setting. (transfer full) Any thread.
 */
VswSetting *
vsw_setting_new (const VswSetting *fields)
{
  VswSetting *self = vsw_head_new (fields, sizeof *fields, VSW_KIND_SETTING);
  self->system_id = g_strdup (self->system_id);
  self->connection_id = g_strdup (self->connection_id);
  return self;
}
