/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual systems and the states they go through:
 *
 *   disabled ──► enabled ──► saved        enabled: each setting is a NIC
 *       ▲         ▲  │         │          saved: no NICs, and the same ones come back
 *       └─────────┼──┴─────────┘
 *                 └── saved
 *
 * What is disabled comes back as its settings say, what is saved as it was: its settings say that from then on. */
#include "model/resolve.h"

static const gboolean leads[VSW_N_SYSTEM_STATES][VSW_N_SYSTEM_STATES] = {
  [VSW_SYSTEM_DISABLED] = { [VSW_SYSTEM_ENABLED] = TRUE },
  [VSW_SYSTEM_ENABLED] = { [VSW_SYSTEM_DISABLED] = TRUE, [VSW_SYSTEM_SAVED] = TRUE },
  [VSW_SYSTEM_SAVED] = { [VSW_SYSTEM_DISABLED] = TRUE, [VSW_SYSTEM_ENABLED] = TRUE },
};

static gboolean
check_room (VswResolver *self, const char *name, guint32 owner, GError **error)
{
  guint used = g_hash_table_size (self->model->systems), limit = self->model->rules->max_systems;
  if (vsw_model_find_system (self->model, name) != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "there is a system called %s already", name);
      return FALSE;
    }
  if (used >= limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "too many systems: %u used, limit %u", used, limit);
      return FALSE;
    }
  return vsw_resolve_within_quota (self, VSW_KIND_SYSTEM, owner, self->model->rules->max_systems_per_user, error);
}

gboolean
vsw_resolve_create_system (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSystem *draft = (const VswSystem *)change->draft;
  VswSystem value = { .head = draft->head, .state = VSW_SYSTEM_DISABLED };
  if (!(change->given & VSW_GIVEN_DESCRIPTION))
    value.head.description = "";
  if (change->given & VSW_GIVEN_MACHINE)
    value.machine = draft->machine;
  if (!vsw_resolve_lifetime_is_plain (value.head.lifetime, error)
      || !check_room (self, value.head.name, value.head.owner, error))
    return FALSE;
  g_autoptr (VswSystem) new = vsw_system_new (&value);
  vsw_resolver_put (self, NULL, new, NULL);
  return TRUE;
}

gboolean
vsw_resolve_modify_system (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSystem *old = vsw_resolver_get_system (self, change->id, error);
  const VswSystem *draft = (const VswSystem *)change->draft;
  if (old == NULL)
    return FALSE;
  if (change->given & ~(VSW_GIVEN_DESCRIPTION | VSW_GIVEN_MACHINE | VSW_GIVEN_MACHINE_SINCE))
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                           "nothing but description and machine of a system can be changed");
      return FALSE;
    }
  VswSystem value = *old;
  if (change->given & VSW_GIVEN_DESCRIPTION)
    value.head.description = draft->head.description;
  if (change->given & VSW_GIVEN_MACHINE && !g_str_equal (draft->machine, old->machine))
    {
      value.machine = draft->machine;
      value.machine_since = 0;
    }
  /* Seen is said only of the machine that is followed now: it may be another one since somebody looked. */
  if (change->given & VSW_GIVEN_MACHINE_SINCE)
    {
      gboolean is_followed =
          value.state == VSW_SYSTEM_ENABLED && value.machine[0] != '\0' && g_str_equal (draft->machine, value.machine);

      value.machine_since = is_followed ? draft->machine_since : 0;
    }
  g_autoptr (VswSystem) new = vsw_system_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const VswValue *const *)a)->name, (*(const VswValue *const *)b)->name);
}

/* (transfer full) (element-type VswSetting), by name */
static GPtrArray *
list_settings (VswResolver *self, const char *system_id)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (vsw_value_unref);
  GHashTableIter iter;
  gpointer setting;
  g_hash_table_iter_init (&iter, vsw_model_get_settings_of (self->model, system_id));
  while (g_hash_table_iter_next (&iter, NULL, &setting))
    g_ptr_array_add (list, vsw_value_ref (setting));
  g_ptr_array_sort (list, compare_names);
  return list;
}

/* --- states --- */

static void
set_state (VswResolver *self, const char *id, VswSystemState state)
{
  const VswSystem *old = vsw_model_get_system (self->model, id);
  VswSystem value = *old;
  value.state = state;
  value.machine_since = 0;
  g_autoptr (VswSystem) new = vsw_system_new (&value);
  vsw_resolver_put (self, old, new, NULL);
}

static gboolean
allocate_all (VswResolver *self, GPtrArray *settings, GError **error)
{
  for (guint i = 0; i < settings->len; i++)
    if (!vsw_resolve_allocate (self, settings->pdata[i], error))
      {
        g_prefix_error (error, "setting %s: ", ((const VswValue *)settings->pdata[i])->name);
        return FALSE;
      }
  return TRUE;
}

static void
remember_all (VswResolver *self, GPtrArray *settings)
{
  for (guint i = 0; i < settings->len; i++)
    vsw_resolve_remember (self, settings->pdata[i]);
}

static void
free_all (VswResolver *self, GPtrArray *settings)
{
  for (guint i = 0; i < settings->len; i++)
    vsw_resolve_free (self, settings->pdata[i]);
}

static gboolean
check_leads (const VswSystem *system, VswSystemState state, GError **error)
{
  const char *from = vsw_system_state_print (system->state);
  if (leads[system->state][state])
    return TRUE;
  if (system->state == state)
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "system %s is %s already", system->head.name, from);
  else
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "system %s is %s, which does not lead to %s",
                 system->head.name, from, vsw_system_state_print (state));
  return FALSE;
}

/* The state first: what then comes and goes belongs to it. */
gboolean
vsw_resolve_state (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSystem *system = vsw_resolver_get_system (self, change->id, error);
  if (system == NULL || !check_leads (system, change->state, error))
    return FALSE;
  g_autoptr (GPtrArray) settings = list_settings (self, system->head.id);
  set_state (self, change->id, change->state);
  if (change->state == VSW_SYSTEM_ENABLED)
    return allocate_all (self, settings, error);
  if (change->state == VSW_SYSTEM_SAVED)
    remember_all (self, settings);
  free_all (self, settings);
  return TRUE;
}

/* Whether a setting of the system is a NIC of that backend now. */
static gboolean
has_nic (VswResolver *self, const char *system_id, VswBackend backend)
{
  GHashTableIter iter;
  gpointer setting;
  g_hash_table_iter_init (&iter, vsw_model_get_settings_of (self->model, system_id));
  while (g_hash_table_iter_next (&iter, NULL, &setting))
    {
      const VswNic *nic = vsw_model_find_nic_of_setting (self->model, ((const VswValue *)setting)->id);
      if (nic != NULL && nic->backend == backend)
        return TRUE;
    }
  return FALSE;
}

/* A machine that had taps has ended when the last of them has gone; its pairs of devices do not outlive it. */
void
vsw_resolve_settle_system (VswResolver *self, const char *system_id, VswBackend gone)
{
  const VswSystem *system = vsw_model_get_system (self->model, system_id);
  if (system == NULL || system->state != VSW_SYSTEM_ENABLED || has_nic (self, system_id, VSW_BACKEND_TAP)
      || (gone != VSW_BACKEND_TAP && has_nic (self, system_id, VSW_BACKEND_VETH)))
    return;
  g_autoptr (GPtrArray) settings = list_settings (self, system_id);
  set_state (self, system_id, VSW_SYSTEM_DISABLED);
  free_all (self, settings);
}

/* --- deleting --- */

gboolean
vsw_resolve_delete_system (VswResolver *self, const VswChange *change, GError **error)
{
  VswSystem *system = vsw_resolver_get_system (self, change->id, error);
  if (system == NULL)
    return FALSE;
  if (system->state == VSW_SYSTEM_ENABLED && !change->force)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "system %s is enabled", system->head.name);
      return FALSE;
    }
  g_autoptr (GPtrArray) settings = list_settings (self, change->id);
  free_all (self, settings);
  for (guint i = 0; i < settings->len; i++)
    vsw_resolver_put (self, settings->pdata[i], NULL, NULL);
  vsw_resolver_put (self, vsw_model_get_system (self->model, change->id), NULL, NULL);
  return TRUE;
}
