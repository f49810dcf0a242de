/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/index.h"

static void
free_port_set (gpointer set)
{
  VswPortSet *self = set;
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->addresses);
  g_free (self);
}

/**
 * vsw_model_new:
 * @rules: limits and choices; must outlive the model
 *
 * Makes a model without objects. (transfer full) Main thread.
 */
VswModel *
vsw_model_new (const VswRules *rules)
{
  VswModel *self = g_new0 (VswModel, 1);
  self->rules = rules;
  self->switches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, vsw_value_unref);
  self->nics = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, vsw_value_unref);
  self->ports = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, vsw_value_unref);
  self->switch_names = g_hash_table_new (g_str_hash, g_str_equal);
  self->nic_names = g_hash_table_new (g_str_hash, g_str_equal);
  self->port_sets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_port_set);
  self->port_of_nic = g_hash_table_new (g_str_hash, g_str_equal);
  self->made_for = g_hash_table_new (g_str_hash, g_str_equal);
  self->devices = g_hash_table_new (g_str_hash, g_str_equal);
  self->uplinks = g_hash_table_new (g_str_hash, g_str_equal);
  self->macs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->systems = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, vsw_value_unref);
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, vsw_value_unref);
  self->system_names = g_hash_table_new (g_str_hash, g_str_equal);
  self->setting_sets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  self->nic_of_setting = g_hash_table_new (g_str_hash, g_str_equal);
  self->connections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  self->checkpoints = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, vsw_value_unref);
  self->checkpoint_names = g_hash_table_new (g_str_hash, g_str_equal);
  self->owned = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  return self;
}

/**
 * vsw_model_free:
 *
 * Frees the model and drops its references. Main thread.
 */
void
vsw_model_free (VswModel *self)
{
  g_hash_table_unref (self->switch_names);
  g_hash_table_unref (self->nic_names);
  g_hash_table_unref (self->port_sets);
  g_hash_table_unref (self->port_of_nic);
  g_hash_table_unref (self->made_for);
  g_hash_table_unref (self->devices);
  g_hash_table_unref (self->uplinks);
  g_hash_table_unref (self->macs);
  g_hash_table_unref (self->system_names);
  g_hash_table_unref (self->setting_sets);
  g_hash_table_unref (self->nic_of_setting);
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->owned);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->checkpoint_names);
  g_hash_table_unref (self->checkpoints);
  g_hash_table_unref (self->settings);
  g_hash_table_unref (self->systems);
  g_hash_table_unref (self->ports);
  g_hash_table_unref (self->nics);
  g_hash_table_unref (self->switches);
  g_free (self);
}

/**
 * vsw_model_get_rules:
 *
 * The limits and choices that hold. (transfer none) Main thread.
 */
const VswRules *
vsw_model_get_rules (VswModel *self)
{
  return self->rules;
}

/* --- change --- */

/* The references between values say in which order they may come and go. */
static const VswKind order[] = { VSW_KIND_SWITCH, VSW_KIND_SYSTEM, VSW_KIND_SETTING,
                                 VSW_KIND_NIC,    VSW_KIND_PORT,   VSW_KIND_CHECKPOINT };
G_STATIC_ASSERT (G_N_ELEMENTS (order) == VSW_N_KINDS);

static void
remove_all (VswModel *self, VswDelta *delta, VswKind kind, gboolean inverse)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      const VswValue *old = inverse ? pair->after : pair->before;
      if (old != NULL && old->kind == kind)
        vsw_model_remove_value (self, old->id);
    }
}

static void
add_all (VswModel *self, VswDelta *delta, VswKind kind, gboolean inverse)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      VswValue *new = inverse ? pair->before : pair->after;
      if (new != NULL &&new->kind == kind)
        vsw_model_add_value (self, new);
    }
}

/* First everything old goes, then everything new comes: within a request names and NICs may have passed from one object to another. */
static void
change (VswModel *self, VswDelta *delta, gboolean inverse)
{
  for (guint i = G_N_ELEMENTS (order); i > 0; i--)
    remove_all (self, delta, order[i - 1], inverse);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    add_all (self, delta, order[i], inverse);
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      vsw_model_settle (self, inverse ? pair->after : pair->before, inverse ? pair->before : pair->after);
    }
}

/**
 * vsw_model_apply:
 * @delta: a delta against what the model holds now
 *
 * Makes it so. Main thread.
 */
void
vsw_model_apply (VswModel *self, VswDelta *delta)
{
  change (self, delta, FALSE);
}

/**
 * vsw_model_revert:
 * @delta: the delta that was applied last
 *
 * Makes it as it was before. Main thread.
 */
void
vsw_model_revert (VswModel *self, VswDelta *delta)
{
  change (self, delta, TRUE);
}

/* --- find --- */

/**
 * vsw_model_get:
 *
 * The object of that id, of whatever kind. (transfer none) (nullable) Main thread.
 */
VswValue *
vsw_model_get (VswModel *self, const char *id)
{
  GHashTable *const tables[] = { self->switches, self->nics,     self->ports,
                                 self->systems,  self->settings, self->checkpoints };
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      VswValue *value = g_hash_table_lookup (tables[i], id);
      if (value != NULL)
        return value;
    }
  return NULL;
}

/**
 * vsw_model_get_switch:
 *
 * The switch of that id. (transfer none) (nullable) Main thread.
 */
VswSwitch *
vsw_model_get_switch (VswModel *self, const char *id)
{
  return g_hash_table_lookup (self->switches, id);
}

/**
 * vsw_model_get_port:
 *
 * The port of that id. (transfer none) (nullable) Main thread.
 */
VswPort *
vsw_model_get_port (VswModel *self, const char *id)
{
  return g_hash_table_lookup (self->ports, id);
}

/**
 * vsw_model_get_nic:
 *
 * The Ethernet port of that id. (transfer none) (nullable) Main thread.
 */
VswNic *
vsw_model_get_nic (VswModel *self, const char *id)
{
  return g_hash_table_lookup (self->nics, id);
}

/**
 * vsw_model_find_switch:
 *
 * The switch of that name. (transfer none) (nullable) Main thread.
 */
VswSwitch *
vsw_model_find_switch (VswModel *self, const char *name)
{
  return g_hash_table_lookup (self->switch_names, name);
}

/**
 * vsw_model_find_port:
 *
 * The port of that name on that switch. (transfer none) (nullable) Main thread.
 */
VswPort *
vsw_model_find_port (VswModel *self, const char *switch_id, const char *name)
{
  VswPortSet *set = vsw_model_get_port_set (self, switch_id);
  return set != NULL ? g_hash_table_lookup (set->by_name, name) : NULL;
}

/**
 * vsw_model_find_nic:
 *
 * The Ethernet port of that name. (transfer none) (nullable) Main thread.
 */
VswNic *
vsw_model_find_nic (VswModel *self, const char *name)
{
  return g_hash_table_lookup (self->nic_names, name);
}

/**
 * vsw_model_find_port_of_nic:
 *
 * The switch port that the NIC is plugged into. (transfer none) (nullable) Main thread.
 */
VswPort *
vsw_model_find_port_of_nic (VswModel *self, const char *nic_id)
{
  return g_hash_table_lookup (self->port_of_nic, nic_id);
}

/**
 * vsw_model_find_device:
 *
 * The value that a kernel device of that model name belongs to: a switch, or a NIC for either of its ends. (transfer none)
 * (nullable) Main thread.
 */
VswValue *
vsw_model_find_device (VswModel *self, const char *device)
{
  return g_hash_table_lookup (self->devices, device);
}

/* --- list --- */

/**
 * vsw_model_get_switches:
 *
 * Every switch, by id. (transfer none) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_switches (VswModel *self)
{
  return self->switches;
}

/**
 * vsw_model_get_nics:
 *
 * Every Ethernet port of ours, by id. (transfer none) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_nics (VswModel *self)
{
  return self->nics;
}

/**
 * vsw_model_get_ports:
 *
 * Every switch port, by id. (transfer none) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_ports (VswModel *self)
{
  return self->ports;
}

/**
 * vsw_model_get_ports_of:
 *
 * The ports of that switch, by name. (transfer none) (nullable) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_ports_of (VswModel *self, const char *switch_id)
{
  VswPortSet *set = vsw_model_get_port_set (self, switch_id);
  return set != NULL ? set->by_name : NULL;
}

/**
 * vsw_model_get_ports_version:
 *
 * A number that grows whenever a port is added to that switch or taken from it; 0 if there is no such switch. Main thread.
 */
guint64
vsw_model_get_ports_version (VswModel *self, const char *switch_id)
{
  VswPortSet *set = vsw_model_get_port_set (self, switch_id);
  return set != NULL ? set->version : 0;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

/**
 * vsw_model_list_held:
 * @holder: as in #VswValue
 *
 * The ids of everything that goes with that bus connection, in order of id. (transfer full) (element-type utf8) Main thread.
 */
GPtrArray *
vsw_model_list_held (VswModel *self, const char *holder)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  GHashTable *ids = g_hash_table_lookup (self->held, holder);
  if (ids == NULL)
    return list;
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (list, g_strdup (id));
  g_ptr_array_sort (list, compare_texts);
  return list;
}
