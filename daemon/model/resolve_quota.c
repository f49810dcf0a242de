/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of ours. One call may want several objects: what it has made so far is not used yet, and what it wants is told in full. */
#include "model/resolve.h"

/* Of what the limit is. */
typedef struct
{
  VswKind kind;
  const guint32 *owner;  /* (nullable) of everybody */
  const char *switch_id; /* (nullable) ports of any */
} Scope;

gboolean
vsw_resolver_has_made (VswResolver *self, const char *id)
{
  for (guint i = 0; i < vsw_delta_get_size (self->delta); i++)
    {
      const VswPair *pair = vsw_delta_get (self->delta, i);
      if (pair->before == NULL && pair->after != NULL && g_str_equal (pair->after->id, id))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_of (const Scope *scope, VswKind kind, guint32 owner, const char *switch_id)
{
  return kind == scope->kind && (scope->owner == NULL || *scope->owner == owner)
         && (scope->switch_id == NULL || g_strcmp0 (scope->switch_id, switch_id) == 0);
}

static const char *
get_switch_id (const VswValue *value)
{
  return value->kind == VSW_KIND_PORT ? ((const VswPort *)value)->switch_id : NULL;
}

static guint
count_made (VswResolver *self, const Scope *scope)
{
  guint n = 0;
  for (guint i = 0; i < vsw_delta_get_size (self->delta); i++)
    {
      const VswPair *pair = vsw_delta_get (self->delta, i);
      const VswValue *made = pair->before == NULL ? pair->after : NULL;
      n += made != NULL && is_of (scope, made->kind, made->owner, get_switch_id (made));
    }
  return n;
}

/* On a switch a setting has a port made for it, on a port none. */
static guint
count_wanted_by_system (VswResolver *self, const Scope *scope, const char *system_id)
{
  const VswSystem *system = vsw_model_get_system (self->model, system_id);
  guint n = 0;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, vsw_model_get_settings_of (self->model, system->head.id));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const VswSetting *setting = value;
      const VswNic *now = vsw_model_find_nic_of_setting (self->model, setting->head.id);
      if (now != NULL && !vsw_resolver_has_made (self, now->head.id))
        continue;
      n += is_of (scope, VSW_KIND_NIC, system->head.owner, NULL);
      n += setting->automatic && setting->connection_id != NULL
           && vsw_model_get_switch (self->model, setting->connection_id) != NULL
           && is_of (scope, VSW_KIND_PORT, system->head.owner, setting->connection_id);
    }
  return n;
}

static guint
count_wanted_by (VswResolver *self, const Scope *scope, const VswChange *change)
{
  if (change->kind == VSW_CHANGE_CREATE)
    return is_of (scope, change->object_kind, change->draft->owner, get_switch_id (change->draft));
  if (change->kind == VSW_CHANGE_STATE && change->state == VSW_SYSTEM_ENABLED)
    return count_wanted_by_system (self, scope, change->id);
  if (change->kind != VSW_CHANGE_BIND && change->kind != VSW_CHANGE_SETUP)
    return 0;
  guint each = change->kind == VSW_CHANGE_SETUP ? 2 : 1;
  return is_of (scope, VSW_KIND_NIC, change->draft->owner, NULL)
                 || is_of (scope, VSW_KIND_PORT, change->draft->owner, change->other_id)
             ? each
             : 0;
}

/* At least what it has made, and the one for which there is no room. */
static guint
count_wanted (VswResolver *self, const Scope *scope, guint made)
{
  guint n = 0;
  for (guint i = 0; i < self->changes->len; i++)
    n += count_wanted_by (self, scope, self->changes->pdata[i]);
  return MAX (n, made + 1);
}

/* "0 used, 4 wanted, limit 3" (transfer full); of a single one "3 used, limit 3". */
static char *
print_excess (VswResolver *self, const Scope *scope, const char *what, guint used, guint limit, gboolean *ret_is_single)
{
  guint made = count_made (self, scope);
  guint wanted = count_wanted (self, scope, made);
  *ret_is_single = wanted == 1;
  if (wanted == 1)
    return g_strdup_printf ("%u %sused, limit %u", used, what, limit);
  return g_strdup_printf ("%u %sused, %u wanted, limit %u", used - made, what, wanted, limit);
}

/* root is whoever administers the host; everybody else has a share. */
gboolean
vsw_resolve_within_quota (VswResolver *self, VswKind kind, guint32 owner, guint32 limit, GError **error)
{
  Scope scope = { kind, &owner, NULL };
  guint used = vsw_model_count_owned (self->model, kind, owner);
  gboolean is_single;
  if (owner == 0 || used < limit)
    return TRUE;
  g_autofree char *excess = print_excess (self, &scope, "", used, limit, &is_single);
  g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "uid %u %s too many %s%s: %s", owner,
               is_single ? "has" : "would have", vsw_kind_print (kind), kind == VSW_KIND_SWITCH ? "es" : "s", excess);
  return FALSE;
}

gboolean
vsw_resolve_within_limit (VswResolver *self, VswKind kind, guint used, guint limit, GError **error)
{
  Scope scope = { kind, NULL, NULL };
  gboolean is_single;
  if (used < limit)
    return TRUE;
  g_autofree char *excess = print_excess (self, &scope, "", used, limit, &is_single);
  g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "too many %s%s: %s", vsw_kind_print (kind),
               kind == VSW_KIND_SWITCH ? "es" : "s", excess);
  return FALSE;
}

gboolean
vsw_resolve_within_switch (VswResolver *self, const VswSwitch *target, GError **error)
{
  Scope scope = { VSW_KIND_PORT, NULL, target->head.id };
  guint used = g_hash_table_size (vsw_model_get_ports_of (self->model, target->head.id));
  guint limit = MIN (self->model->rules->max_ports, VSW_PORTS_CEILING);
  gboolean is_single;
  if (used < limit)
    return TRUE;
  g_autofree char *excess = print_excess (self, &scope, "ports ", used, limit, &is_single);
  g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "switch %s %s: %s", target->head.name,
               is_single ? "is full" : "has not enough room", excess);
  return FALSE;
}
