/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the indexes of the model follow its values. Each value is taken out of every index it is in and put into those it belongs to: nothing
 * here knows what changed in it. */
#include "model/index.h"

/* --- counted addresses, holders --- */

static void
count_mac (VswModel *self, VswMac mac, int step)
{
  gint64 number = vsw_mac_to_number (mac);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->macs, &number)) + step;
  if (count == 0)
    g_hash_table_remove (self->macs, &number);
  else
    g_hash_table_insert (self->macs, g_memdup2 (&number, sizeof number), GUINT_TO_POINTER (count));
}

/* Of whom and of what. */
static gint64
print_owner (VswKind kind, guint32 owner)
{
  return ((gint64)owner << 8) | kind;
}

static void
count_owned (VswModel *self, const VswValue *value, int step)
{
  gint64 number = print_owner (value->kind, value->owner);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->owned, &number)) + step;
  if (count == 0)
    g_hash_table_remove (self->owned, &number);
  else
    g_hash_table_insert (self->owned, g_memdup2 (&number, sizeof number), GUINT_TO_POINTER (count));
}

static void
hold (VswModel *self, const VswValue *value)
{
  if (value->holder == NULL)
    return;
  GHashTable *ids = g_hash_table_lookup (self->held, value->holder);
  if (ids == NULL)
    {
      ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->held, g_strdup (value->holder), ids);
    }
  g_hash_table_add (ids, g_strdup (value->id));
}

static void
release (VswModel *self, const VswValue *value)
{
  GHashTable *ids = value->holder != NULL ? g_hash_table_lookup (self->held, value->holder) : NULL;
  if (ids == NULL)
    return;
  g_hash_table_remove (ids, value->id);
  if (g_hash_table_size (ids) == 0)
    g_hash_table_remove (self->held, value->holder);
}

/* Removes the entry only if it is this value's. */
static void
forget (GHashTable *table, const char *key, gconstpointer value)
{
  if (key != NULL && g_hash_table_lookup (table, key) == value)
    g_hash_table_remove (table, key);
}

/* --- the ports of a switch --- */

/* Made with the first that needs it: in a delta a port may stand before its switch. */
static VswPortSet *
ensure_port_set (VswModel *self, const char *switch_id)
{
  VswPortSet *set = g_hash_table_lookup (self->port_sets, switch_id);
  if (set == NULL)
    {
      set = g_new0 (VswPortSet, 1);
      set->by_name = g_hash_table_new (g_str_hash, g_str_equal);
      set->addresses = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      set->version = ++self->version;
      g_hash_table_insert (self->port_sets, g_strdup (switch_id), set);
    }
  return set;
}

static gboolean
has_nic (VswModel *self, const VswPort *port, VswNicKind kind)
{
  const VswNic *nic = port->nic_id != NULL ? vsw_model_get_nic (self, port->nic_id) : NULL;
  return nic != NULL && nic->nic_kind == kind;
}

static void
add_to_set (VswModel *self, VswPort *port)
{
  VswPortSet *set = ensure_port_set (self, port->switch_id);
  g_hash_table_replace (set->by_name, (gpointer)port->head.name, port);
  for (gsize i = 0; i < port->n_static_addresses; i++)
    {
      gint64 number = vsw_mac_to_number (port->static_addresses[i]);
      g_hash_table_insert (set->addresses, g_memdup2 (&number, sizeof number), port);
    }
  set->n_internal += has_nic (self, port, VSW_NIC_INTERNAL);
  if (has_nic (self, port, VSW_NIC_EXTERNAL))
    set->uplink = port;
}

static void
remove_from_set (VswModel *self, VswPort *port)
{
  VswPortSet *set = ensure_port_set (self, port->switch_id);
  forget (set->by_name, port->head.name, port);
  for (gsize i = 0; i < port->n_static_addresses; i++)
    {
      gint64 number = vsw_mac_to_number (port->static_addresses[i]);
      if (g_hash_table_lookup (set->addresses, &number) == port)
        g_hash_table_remove (set->addresses, &number);
    }
  set->n_internal -= has_nic (self, port, VSW_NIC_INTERNAL);
  if (set->uplink == port)
    set->uplink = NULL;
}

/* --- kinds --- */

static void
add_switch (VswModel *self, VswSwitch *value)
{
  g_hash_table_replace (self->switch_names, (gpointer)value->head.name, value);
  g_hash_table_replace (self->devices, value->device, value);
  count_mac (self, value->mac, 1);
  ensure_port_set (self, value->head.id);
  g_hash_table_replace (self->switches, (gpointer)value->head.id, vsw_value_ref (value));
}

static void
remove_switch (VswModel *self, VswSwitch *value)
{
  forget (self->switch_names, value->head.name, value);
  forget (self->devices, value->device, value);
  count_mac (self, value->mac, -1);
  g_hash_table_remove (self->switches, value->head.id);
}

static void
add_nic (VswModel *self, VswNic *value)
{
  g_hash_table_replace (self->nic_names, (gpointer)value->head.name, value);
  g_hash_table_replace (self->devices, value->device, value);
  if (value->peer[0] != '\0')
    g_hash_table_replace (self->devices, value->peer, value);
  if (value->setting_id != NULL)
    g_hash_table_replace (self->nic_of_setting, (gpointer)value->setting_id, value);
  if (value->uplink != NULL)
    g_hash_table_replace (self->uplinks, (gpointer)value->head.id, value);
  count_mac (self, value->mac, 1);
  g_hash_table_replace (self->nics, (gpointer)value->head.id, vsw_value_ref (value));
}

static void
remove_nic (VswModel *self, VswNic *value)
{
  forget (self->nic_names, value->head.name, value);
  forget (self->devices, value->device, value);
  forget (self->devices, value->peer, value);
  forget (self->nic_of_setting, value->setting_id, value);
  forget (self->uplinks, value->head.id, value);
  count_mac (self, value->mac, -1);
  g_hash_table_remove (self->nics, value->head.id);
}

static void
add_port (VswModel *self, VswPort *value)
{
  add_to_set (self, value);
  if (value->nic_id != NULL)
    g_hash_table_replace (self->port_of_nic, (gpointer)value->nic_id, value);
  if (value->made_for != NULL)
    g_hash_table_replace (self->made_for, (gpointer)value->made_for, value);
  g_hash_table_replace (self->ports, (gpointer)value->head.id, vsw_value_ref (value));
}

static void
remove_port (VswModel *self, VswPort *value)
{
  remove_from_set (self, value);
  forget (self->port_of_nic, value->nic_id, value);
  forget (self->made_for, value->made_for, value);
  g_hash_table_remove (self->ports, value->head.id);
}

static void
add_system (VswModel *self, VswSystem *value)
{
  g_hash_table_replace (self->system_names, (gpointer)value->head.name, value);
  if (g_hash_table_lookup (self->setting_sets, value->head.id) == NULL)
    g_hash_table_insert (self->setting_sets, g_strdup (value->head.id), g_hash_table_new (g_str_hash, g_str_equal));
  g_hash_table_replace (self->systems, (gpointer)value->head.id, vsw_value_ref (value));
}

static void
remove_system (VswModel *self, VswSystem *value)
{
  forget (self->system_names, value->head.name, value);
  g_hash_table_remove (self->systems, value->head.id);
}

static void
connect_setting (VswModel *self, VswSetting *value)
{
  if (value->connection_id == NULL)
    return;
  GHashTable *set = g_hash_table_lookup (self->connections, value->connection_id);
  if (set == NULL)
    {
      set = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (self->connections, g_strdup (value->connection_id), set);
    }
  g_hash_table_add (set, value);
}

static void
disconnect_setting (VswModel *self, VswSetting *value)
{
  GHashTable *set = value->connection_id != NULL ? g_hash_table_lookup (self->connections, value->connection_id) : NULL;
  if (set == NULL)
    return;
  g_hash_table_remove (set, value);
  if (g_hash_table_size (set) == 0)
    g_hash_table_remove (self->connections, value->connection_id);
}

/* Its system is there: a delta puts systems before their settings. */
static void
add_setting (VswModel *self, VswSetting *value)
{
  GHashTable *set = g_hash_table_lookup (self->setting_sets, value->system_id);
  g_hash_table_replace (set, (gpointer)value->head.name, value);
  connect_setting (self, value);
  count_mac (self, value->mac, 1);
  g_hash_table_replace (self->settings, (gpointer)value->head.id, vsw_value_ref (value));
}

static void
remove_setting (VswModel *self, VswSetting *value)
{
  forget (g_hash_table_lookup (self->setting_sets, value->system_id), value->head.name, value);
  disconnect_setting (self, value);
  count_mac (self, value->mac, -1);
  g_hash_table_remove (self->settings, value->head.id);
}

/* A number that was taken is never given again while the service runs: who confirms late must not hit another one. */
static void
add_checkpoint (VswModel *self, VswCheckpoint *value)
{
  self->last_checkpoint = MAX (self->last_checkpoint, vsw_checkpoint_get_number (value));
  g_hash_table_replace (self->checkpoint_names, (gpointer)value->head.name, value);
  g_hash_table_replace (self->checkpoints, (gpointer)value->head.id, vsw_value_ref (value));
}

static void
remove_checkpoint (VswModel *self, VswCheckpoint *value)
{
  forget (self->checkpoint_names, value->head.name, value);
  g_hash_table_remove (self->checkpoints, value->head.id);
}

/* Puts a value into every index. What it refers to must be there. */
void
vsw_model_add_value (VswModel *self, VswValue *value)
{
  hold (self, value);
  count_owned (self, value, 1);
  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      add_switch (self, (VswSwitch *)value);
      break;
    case VSW_KIND_PORT:
      add_port (self, (VswPort *)value);
      break;
    case VSW_KIND_NIC:
      add_nic (self, (VswNic *)value);
      break;
    case VSW_KIND_SYSTEM:
      add_system (self, (VswSystem *)value);
      break;
    case VSW_KIND_SETTING:
      add_setting (self, (VswSetting *)value);
      break;
    case VSW_KIND_CHECKPOINT:
      add_checkpoint (self, (VswCheckpoint *)value);
      break;
    }
}

/* Takes the value of that id out of every index. What refers to it must be gone. */
void
vsw_model_remove_value (VswModel *self, const char *id)
{
  g_autoptr (VswValue) value = vsw_value_ref (vsw_model_get (self, id));
  release (self, value);
  count_owned (self, value, -1);
  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      remove_switch (self, (VswSwitch *)value);
      break;
    case VSW_KIND_PORT:
      remove_port (self, (VswPort *)value);
      break;
    case VSW_KIND_NIC:
      remove_nic (self, (VswNic *)value);
      break;
    case VSW_KIND_SYSTEM:
      remove_system (self, (VswSystem *)value);
      break;
    case VSW_KIND_SETTING:
      remove_setting (self, (VswSetting *)value);
      break;
    case VSW_KIND_CHECKPOINT:
      remove_checkpoint (self, (VswCheckpoint *)value);
      break;
    }
}

static void
note_ports (VswModel *self, const char *switch_id)
{
  VswPortSet *set = vsw_model_get_port_set (self, switch_id);
  if (set != NULL)
    set->version = ++self->version;
}

/* What can be said only when old and new are both known: whether the set of ports of a switch is another, and that a
 * switch or a system is gone. After the indexes have followed. */
void
vsw_model_settle (VswModel *self, gconstpointer before, gconstpointer after)
{
  const VswValue *one = after != NULL ? after : before;
  if (one->kind == VSW_KIND_SWITCH && after == NULL)
    g_hash_table_remove (self->port_sets, one->id);
  if (one->kind == VSW_KIND_SYSTEM && after == NULL)
    g_hash_table_remove (self->setting_sets, one->id);
  if (one->kind != VSW_KIND_PORT)
    return;
  const VswPort *old = before, *new = after;
  if (old != NULL && new != NULL && g_str_equal (old->switch_id, new->switch_id))
    return;
  if (old != NULL)
    note_ports (self, old->switch_id);
  if (new != NULL)
    note_ports (self, new->switch_id);
}

void
vsw_model_replace (VswModel *self, gconstpointer before, gconstpointer after)
{
  if (before != NULL)
    vsw_model_remove_value (self, ((const VswValue *)before)->id);
  if (after != NULL)
    vsw_model_add_value (self, (VswValue *)after);
  vsw_model_settle (self, before, after);
}

/* --- questions of the resolvers --- */

VswPortSet *
vsw_model_get_port_set (VswModel *self, const char *switch_id)
{
  return g_hash_table_lookup (self->port_sets, switch_id);
}

VswPort *
vsw_model_find_made_for (VswModel *self, const char *nic_id)
{
  return g_hash_table_lookup (self->made_for, nic_id);
}

gboolean
vsw_model_has_mac (VswModel *self, VswMac mac)
{
  gint64 number = vsw_mac_to_number (mac);
  return g_hash_table_contains (self->macs, &number);
}

VswPort *
vsw_port_set_find_address (VswPortSet *self, VswMac mac)
{
  gint64 number = vsw_mac_to_number (mac);
  return g_hash_table_lookup (self->addresses, &number);
}

guint
vsw_model_count_owned (VswModel *self, VswKind kind, guint32 owner)
{
  gint64 number = print_owner (kind, owner);
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->owned, &number));
}
