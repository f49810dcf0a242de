/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual systems and their settings, and the NICs that these have become. */
#include "model/index.h"

#include <string.h>

/**
 * vsw_model_get_system:
 *
 * The virtual system of that id. (transfer none) (nullable) Main thread.
 */
VswSystem *
vsw_model_get_system (VswModel *self, const char *id)
{
  return g_hash_table_lookup (self->systems, id);
}

/**
 * vsw_model_get_setting:
 *
 * The resource allocation setting of that id. (transfer none) (nullable) Main thread.
 */
VswSetting *
vsw_model_get_setting (VswModel *self, const char *id)
{
  return g_hash_table_lookup (self->settings, id);
}

/**
 * vsw_model_find_system:
 *
 * The virtual system of that name. (transfer none) (nullable) Main thread.
 */
VswSystem *
vsw_model_find_system (VswModel *self, const char *name)
{
  return g_hash_table_lookup (self->system_names, name);
}

/**
 * vsw_model_find_setting:
 *
 * The setting of that name of that system. (transfer none) (nullable) Main thread.
 */
VswSetting *
vsw_model_find_setting (VswModel *self, const char *system_id, const char *name)
{
  GHashTable *set = vsw_model_get_settings_of (self, system_id);
  return set != NULL ? g_hash_table_lookup (set, name) : NULL;
}

/**
 * vsw_model_find_setting_by_nic_name:
 *
 * The setting whose NIC is or will be called SYSTEM-SETTING; both names may have hyphens. (transfer none) (nullable) Main thread.
 */
VswSetting *
vsw_model_find_setting_by_nic_name (VswModel *self, const char *name)
{
  for (const char *hyphen = strchr (name, '-'); hyphen != NULL; hyphen = strchr (hyphen + 1, '-'))
    {
      g_autofree char *system_name = g_strndup (name, hyphen - name);
      const VswSystem *system = vsw_model_find_system (self, system_name);
      VswSetting *setting = system != NULL ? vsw_model_find_setting (self, system->head.id, hyphen + 1) : NULL;
      if (setting != NULL)
        return setting;
    }
  return NULL;
}

/**
 * vsw_model_find_nic_of_setting:
 *
 * The Ethernet port that the setting has become, while its system is enabled. (transfer none) (nullable) Main thread.
 */
VswNic *
vsw_model_find_nic_of_setting (VswModel *self, const char *setting_id)
{
  return g_hash_table_lookup (self->nic_of_setting, setting_id);
}

/**
 * vsw_model_find_system_of_nic:
 *
 * The virtual system that the Ethernet port is part of. (transfer none) (nullable) Main thread.
 */
VswSystem *
vsw_model_find_system_of_nic (VswModel *self, const VswNic *nic)
{
  VswSetting *setting = nic->setting_id != NULL ? vsw_model_get_setting (self, nic->setting_id) : NULL;
  return setting != NULL ? vsw_model_get_system (self, setting->system_id) : NULL;
}

/**
 * vsw_model_get_systems:
 *
 * Every virtual system, by id. (transfer none) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_systems (VswModel *self)
{
  return self->systems;
}

/**
 * vsw_model_get_settings:
 *
 * Every resource allocation setting, by id. (transfer none) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_settings (VswModel *self)
{
  return self->settings;
}

/**
 * vsw_model_get_settings_of:
 *
 * The settings of that system, by name. (transfer none) (nullable) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_settings_of (VswModel *self, const char *system_id)
{
  return g_hash_table_lookup (self->setting_sets, system_id);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const VswValue *const *)a)->id, (*(const VswValue *const *)b)->id);
}

/**
 * vsw_model_list_settings_on:
 * @connection_id: of a switch or a switch port
 *
 * The settings that name it as their connection, by id. (transfer container) (element-type VswSetting) Main thread.
 */
GPtrArray *
vsw_model_list_settings_on (VswModel *self, const char *connection_id)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTable *set = g_hash_table_lookup (self->connections, connection_id);
  GHashTableIter iter;
  gpointer setting;
  if (set == NULL)
    return list;
  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &setting, NULL))
    g_ptr_array_add (list, setting);
  g_ptr_array_sort (list, compare_ids);
  return list;
}
