/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a checkpoint has logged of an object, made true again as far as the world outside its scope allows.
 *
 * Not taken back is what the kernel or a guest has: whether descriptors were handed out, and in which namespace a NIC is. */
#include "model/rollback.h"

/* (transfer none) (nullable) */
static gconstpointer
get_taken (const VswRollback *self, const char *id)
{
  return g_hash_table_lookup (self->taken, id);
}

/* --- addresses and devices --- */

static gboolean
is_of_foreign_link (VswLinks *links, VswMac mac)
{
  if (!vsw_links_has_mac (links, mac))
    return FALSE;
  g_autoptr (GPtrArray) list = vsw_links_list (links);
  for (guint i = 0; i < list->len; i++)
    {
      const VswLink *link = list->pdata[i];
      if (vsw_mac_equal (link->mac, mac) && vsw_links_get_bound (links, link->index) == NULL)
        return TRUE;
    }
  return FALSE;
}

/* n_own: how many values of the model have it that may. */
static gboolean
is_taken (VswRollback *self, VswMac mac, guint n_own)
{
  gint64 number = vsw_mac_to_number (mac);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->resolver->model->macs, &number));
  return count > n_own || is_of_foreign_link (self->resolver->links, mac);
}

static void
lose_mac (VswRollback *self, const VswValue *value, VswMac mac)
{
  char text[VSW_MAC_TEXT_SIZE];
  vsw_rollback_lose (self, value, "another has MAC address %s now", vsw_mac_print (mac, text));
}

/* --- switches --- */

/* Of a NIC that will be another in a moment: what it will be. */
static guint32
get_future_mtu (VswRollback *self, const char *nic_id)
{
  const VswCheckpointEntry *entry = vsw_checkpoint_find (self->checkpoint, nic_id);
  const VswNic *nic = entry != NULL && entry->before != NULL ? (const VswNic *)entry->before
                                                             : vsw_model_get_nic (self->resolver->model, nic_id);
  return nic != NULL ? nic->mtu : 0;
}

/* The name of a NIC on it that asks for more; those that come back are not on it yet. */
static const VswPort *
find_larger (VswRollback *self, const char *switch_id, guint32 mtu)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, vsw_model_get_ports_of (self->resolver->model, switch_id));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const VswPort *port = value;
      if (port->nic_id != NULL && get_future_mtu (self, port->nic_id) > mtu)
        return port;
    }
  return NULL;
}

static void
restore_changed_switch (VswRollback *self, const VswSwitch *now, const VswSwitch *target)
{
  const VswPort *larger = target->mtu < now->mtu ? find_larger (self, now->head.id, target->mtu) : NULL;
  VswSwitch value = *target;
  if (larger != NULL)
    {
      vsw_rollback_lose (self, &target->head, "its MTU stays %u: port %s asks for more than %u", now->mtu,
                         larger->head.name, target->mtu);
      value.mtu = now->mtu;
    }
  g_autoptr (VswSwitch) new = vsw_switch_new (&value);
  vsw_resolver_put (self->resolver, now, new, NULL);
}

void
vsw_rollback_restore_switch (VswRollback *self, const VswSwitch *target)
{
  VswModel *model = self->resolver->model;
  const VswSwitch *now = vsw_model_get_switch (model, target->head.id);
  VswSwitch value = *target;
  if (now != NULL)
    restore_changed_switch (self, now, target);
  else if (vsw_model_find_switch (model, target->head.name) != NULL)
    vsw_rollback_lose (self, &target->head, "there is another of that name now");
  else if (is_taken (self, target->mac, 0))
    lose_mac (self, &target->head, target->mac);
  else
    {
      vsw_devices_keep (model, self->resolver->links, VSW_DEVICE_PREFIX "-", &value.head, value.device);
      g_autoptr (VswSwitch) new = vsw_switch_new (&value);
      vsw_resolver_put (self->resolver, NULL, new, NULL);
    }
}

/* --- systems and settings --- */

void
vsw_rollback_restore_system (VswRollback *self, const VswSystem *target)
{
  VswModel *model = self->resolver->model;
  const VswSystem *now = vsw_model_get_system (model, target->head.id);
  VswSystem value = *target;
  if (now == NULL && vsw_model_find_system (model, target->head.name) != NULL)
    {
      vsw_rollback_lose (self, &target->head, "there is another of that name now");
      return;
    }
  gboolean is_followed = now != NULL && value.state == VSW_SYSTEM_ENABLED && g_str_equal (now->machine, value.machine);
  value.machine_since = is_followed ? now->machine_since : 0;
  g_autoptr (VswSystem) new = vsw_system_new (&value);
  vsw_resolver_put (self->resolver, now, new, NULL);
}

/* SYSTEM-SETTING, by another NIC or for one. */
static gboolean
is_nic_name_taken (VswModel *model, const VswSetting *target)
{
  const VswSystem *system = vsw_model_get_system (model, target->system_id);
  g_autofree char *name = g_strdup_printf ("%s-%s", system->head.name, target->head.name);
  const VswNic *nic = vsw_model_find_nic (model, name);
  return (nic != NULL && g_strcmp0 (nic->setting_id, target->head.id) != 0)
         || vsw_model_find_setting_by_nic_name (model, name) != NULL;
}

static gboolean
check_setting (VswRollback *self, const VswSetting *target)
{
  VswModel *model = self->resolver->model;
  const VswSetting *taken = get_taken (self, target->head.id);
  const VswNic *nic = vsw_model_find_nic_of_setting (model, target->head.id);
  guint n_own = nic != NULL && vsw_mac_equal (nic->mac, target->mac);
  if (vsw_model_get_system (model, target->system_id) == NULL)
    vsw_rollback_lose (self, &target->head, "its system is gone");
  else if (taken == NULL && vsw_model_find_setting (model, target->system_id, target->head.name) != NULL)
    vsw_rollback_lose (self, &target->head, "there is another of that name now");
  else if (taken == NULL && is_nic_name_taken (model, target))
    vsw_rollback_lose (self, &target->head, "there is another endpoint of the name that its own would have");
  else if ((taken == NULL || !vsw_mac_equal (taken->mac, target->mac)) && is_taken (self, target->mac, n_own))
    lose_mac (self, &target->head, target->mac);
  else
    return TRUE;
  return FALSE;
}

void
vsw_rollback_restore_setting (VswRollback *self, const VswSetting *target)
{
  const VswSetting *taken = get_taken (self, target->head.id);
  if (check_setting (self, target))
    vsw_resolver_put (self->resolver, NULL, target, NULL);
  else if (taken != NULL)
    vsw_resolver_put (self->resolver, NULL, taken, NULL);
}

void
vsw_rollback_settle_setting (VswRollback *self, const char *id)
{
  VswModel *model = self->resolver->model;
  const VswSetting *now = vsw_model_get_setting (model, id);
  const char *connection = now != NULL ? now->connection_id : NULL;
  if (connection == NULL || vsw_model_get_switch (model, connection) != NULL
      || vsw_model_get_port (model, connection) != NULL)
    return;
  vsw_rollback_lose (self, &now->head, "what it was to be plugged into is gone");
  VswSetting value = *now;
  value.connection_id = NULL;
  g_autoptr (VswSetting) new = vsw_setting_new (&value);
  vsw_resolver_put (self->resolver, now, new, NULL);
}

static gboolean
has_nic (VswModel *model, const char *system_id)
{
  GHashTableIter iter;
  gpointer setting;
  g_hash_table_iter_init (&iter, vsw_model_get_settings_of (model, system_id));
  while (g_hash_table_iter_next (&iter, NULL, &setting))
    if (vsw_model_find_nic_of_setting (model, ((const VswValue *)setting)->id) != NULL)
      return TRUE;
  return FALSE;
}

/* Its state and its NICs say the same: a machine whose NICs could not come back is off, one that has some is on. */
void
vsw_rollback_settle_system (VswRollback *self, const char *id)
{
  VswModel *model = self->resolver->model;
  const VswSystem *now = vsw_model_get_system (model, id);
  if (now == NULL)
    return;
  gboolean is_on = now->state == VSW_SYSTEM_ENABLED, has_any = has_nic (model, id);
  guint n_settings = g_hash_table_size (vsw_model_get_settings_of (model, id));
  if (is_on == has_any || (is_on && n_settings == 0))
    return;
  VswSystem value = *now;
  value.state = has_any ? VSW_SYSTEM_ENABLED : VSW_SYSTEM_DISABLED;
  value.machine_since = 0;
  vsw_rollback_lose (self, &now->head, "it is %s, not %s", vsw_system_state_print (value.state),
                     vsw_system_state_print (now->state));
  g_autoptr (VswSystem) new = vsw_system_new (&value);
  vsw_resolver_put (self->resolver, now, new, NULL);
}

/* --- NICs --- */

static guint
count_own_macs (VswRollback *self, const VswNic *target)
{
  const VswSetting *setting =
      target->setting_id != NULL ? vsw_model_get_setting (self->resolver->model, target->setting_id) : NULL;
  return setting != NULL && vsw_mac_equal (setting->mac, target->mac);
}

/* It was changed: what cannot be as it was stays as it is. */
static void
restore_changed_nic (VswRollback *self, const VswNic *taken, const VswNic *target)
{
  VswModel *model = self->resolver->model;
  const VswPort *port = vsw_model_find_port_of_nic (model, target->head.id);
  const VswSwitch *parent = port != NULL ? vsw_model_get_switch (model, port->switch_id) : NULL;
  gboolean is_other = !vsw_mac_equal (taken->mac, target->mac);
  VswNic value = *target;
  value.opened = taken->opened;
  g_strlcpy (value.placed_as, taken->placed_as, sizeof value.placed_as);
  g_strlcpy (value.device, taken->device, sizeof value.device);
  g_strlcpy (value.peer, taken->peer, sizeof value.peer);
  if (is_other && taken->placed_as[0] != '\0')
    vsw_rollback_lose (self, &target->head, "its MAC address cannot be changed in another namespace");
  else if (is_other && is_taken (self, target->mac, count_own_macs (self, target)))
    lose_mac (self, &target->head, target->mac);
  else
    is_other = FALSE;
  if (is_other)
    {
      value.mac = taken->mac;
      value.static_mac = taken->static_mac;
    }
  if (parent != NULL && value.mtu > parent->mtu)
    {
      vsw_rollback_lose (self, &target->head, "its MTU stays: %u is more than switch %s has", value.mtu,
                         parent->head.name);
      value.mtu = taken->mtu;
    }
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_put (self->resolver, NULL, new, NULL);
}

/* A machine that was started anew since has others. */
static gboolean
check_setting_of (VswRollback *self, const VswNic *target)
{
  VswModel *model = self->resolver->model;
  if (target->setting_id == NULL)
    return TRUE;
  const VswSetting *setting = vsw_model_get_setting (model, target->setting_id);
  const VswSystem *system = setting != NULL ? vsw_model_get_system (model, setting->system_id) : NULL;
  if (system == NULL || system->state != VSW_SYSTEM_ENABLED)
    vsw_rollback_lose (self, &target->head, "its system is %s", system == NULL ? "gone" : "off");
  else if (vsw_model_find_nic_of_setting (model, target->setting_id) != NULL)
    vsw_rollback_lose (self, &target->head, "its system was started again since");
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_gone_nic (VswRollback *self, const VswNic *target)
{
  if (!vsw_nic_is_kept (target))
    vsw_rollback_lose (self, &target->head, "it went with its descriptors");
  else if (vsw_model_find_nic (self->resolver->model, target->head.name) != NULL)
    vsw_rollback_lose (self, &target->head, "there is another of that name now");
  else if (target->setting_id == NULL
           && vsw_model_find_setting_by_nic_name (self->resolver->model, target->head.name) != NULL)
    vsw_rollback_lose (self, &target->head, "its name is kept for a setting now");
  else if (!vsw_rollback_has_uplink_for (self, target->head.id)
           && is_taken (self, target->mac, count_own_macs (self, target)))
    lose_mac (self, &target->head, target->mac);
  else
    return check_setting_of (self, target);
  return FALSE;
}

void
vsw_rollback_restore_nic (VswRollback *self, const VswNic *target)
{
  const VswNic *taken = get_taken (self, target->head.id);
  VswNic value = *target;
  if (taken != NULL)
    {
      restore_changed_nic (self, taken, target);
      return;
    }
  if (!check_gone_nic (self, target))
    return;
  if (value.placed_as[0] != '\0')
    vsw_rollback_lose (self, &target->head, "it is back, but no longer in the namespace where it was %s",
                       value.placed_as);
  value.placed_as[0] = '\0';
  vsw_resolve_revive_nic (self->resolver, &value);
}
