/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What belongs to a checkpoint: what its scope names, what it has logged, and what is on or made for those.
 *
 * A switch stands for its ports and what is plugged into them, a system for its settings and what they have become; a NIC and the port
 * that was made for it for one another. That a NIC is plugged in is said by the port: who wants to have that undone names the port or the
 * switch. */
#include "model/resolve.h"

static gboolean
is_named (const VswCheckpoint *self, const char *id)
{
  return id != NULL && vsw_checkpoint_names (self, id);
}

static gboolean
has_setting (const VswCheckpoint *self, const VswSetting *setting)
{
  return setting != NULL && (is_named (self, setting->head.id) || is_named (self, setting->system_id));
}

static gboolean
has_made_setting (VswModel *model, const VswCheckpoint *self, const VswNic *nic)
{
  return nic->setting_id != NULL && has_setting (self, vsw_model_get_setting (model, nic->setting_id));
}

/* It was plugged into a port that has changed since: it was in the scope, and is not to leave it by being unplugged or moved away. */
static gboolean
was_plugged_in (const VswCheckpoint *self, const char *nic_id)
{
  for (gsize i = 0; i < self->n_entries; i++)
    {
      const VswValue *before = self->entries[i].before;
      if (before != NULL && before->kind == VSW_KIND_PORT && g_strcmp0 (((const VswPort *)before)->nic_id, nic_id) == 0
          && is_named (self, ((const VswPort *)before)->switch_id))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_nic (VswModel *model, const VswCheckpoint *self, const VswNic *nic)
{
  const VswPort *port = vsw_model_find_port_of_nic (model, nic->head.id);
  const VswPort *made = vsw_model_find_made_for (model, nic->head.id);
  return (port != NULL && is_named (self, port->switch_id)) || (made != NULL && is_named (self, made->head.id))
         || has_made_setting (model, self, nic) || was_plugged_in (self, nic->head.id);
}

static gboolean
has_port (VswModel *model, const VswCheckpoint *self, const VswPort *port)
{
  const VswNic *nic = port->made_for != NULL ? vsw_model_get_nic (model, port->made_for) : NULL;
  return is_named (self, port->switch_id) || is_named (self, port->made_for)
         || (nic != NULL && has_made_setting (model, self, nic));
}

/* Whether the checkpoint covers @value, which is in the model. */
gboolean
vsw_coverage_has (VswModel *model, const VswCheckpoint *checkpoint, const VswValue *value)
{
  if (is_named (checkpoint, value->id) || vsw_checkpoint_find (checkpoint, value->id) != NULL)
    return TRUE;
  if (!checkpoint->has_parts)
    return FALSE;
  switch (value->kind)
    {
    case VSW_KIND_PORT:
      return has_port (model, checkpoint, (const VswPort *)value);
    case VSW_KIND_NIC:
      return has_nic (model, checkpoint, (const VswNic *)value);
    case VSW_KIND_SETTING:
      return has_setting (checkpoint, (const VswSetting *)value);
    case VSW_KIND_SWITCH:
    case VSW_KIND_SYSTEM:
    case VSW_KIND_CHECKPOINT:
      return FALSE;
    }
  g_assert_not_reached ();
}

/* --- listing --- */

static void
add (GHashTable *ids, const char *id)
{
  if (id != NULL)
    g_hash_table_add (ids, g_strdup (id));
}

static void
add_nic (GHashTable *ids, VswModel *model, const char *nic_id)
{
  const VswPort *made = vsw_model_find_made_for (model, nic_id);
  add (ids, nic_id);
  if (made != NULL)
    add (ids, made->head.id);
}

static void
add_setting (GHashTable *ids, VswModel *model, const char *setting_id)
{
  const VswNic *nic = vsw_model_find_nic_of_setting (model, setting_id);
  add (ids, setting_id);
  if (nic != NULL)
    add_nic (ids, model, nic->head.id);
}

static void
add_ports_of (GHashTable *ids, VswModel *model, const char *switch_id)
{
  GHashTableIter iter;
  gpointer port;
  g_hash_table_iter_init (&iter, vsw_model_get_ports_of (model, switch_id));
  while (g_hash_table_iter_next (&iter, NULL, &port))
    {
      add (ids, ((const VswPort *)port)->head.id);
      add (ids, ((const VswPort *)port)->nic_id);
    }
}

static void
add_settings_of (GHashTable *ids, VswModel *model, const char *system_id)
{
  GHashTableIter iter;
  gpointer setting;
  g_hash_table_iter_init (&iter, vsw_model_get_settings_of (model, system_id));
  while (g_hash_table_iter_next (&iter, NULL, &setting))
    add_setting (ids, model, ((const VswValue *)setting)->id);
}

static void
add_parts (GHashTable *ids, VswModel *model, const VswValue *value)
{
  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      add_ports_of (ids, model, value->id);
      return;
    case VSW_KIND_PORT:
      add (ids, ((const VswPort *)value)->made_for);
      return;
    case VSW_KIND_NIC:
      add_nic (ids, model, value->id);
      return;
    case VSW_KIND_SYSTEM:
      add_settings_of (ids, model, value->id);
      return;
    case VSW_KIND_SETTING:
      add_setting (ids, model, value->id);
      return;
    case VSW_KIND_CHECKPOINT:
      return;
    }
  g_assert_not_reached ();
}

GPtrArray *
vsw_coverage_list (VswModel *model, const VswCheckpoint *checkpoint)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;
  for (gsize i = 0; i < checkpoint->n_entries; i++)
    add (ids, checkpoint->entries[i].id);
  for (gsize i = 0; i < checkpoint->n_scope; i++)
    {
      const VswValue *value = vsw_model_get (model, checkpoint->scope[i]);
      add (ids, checkpoint->scope[i]);
      if (value != NULL && checkpoint->has_parts)
        add_parts (ids, model, value);
    }
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (list, g_strdup (id));
  return list;
}
