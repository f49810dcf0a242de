/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going back to a checkpoint: everything that it has logged is made as it was.
 *
 * Ports leave first, so that what is deleted takes none of them along; then goes what did not exist; NICs and settings leave, so that
 * addresses may change hands; and all of it comes back from the whole to its parts. */
#include "model/rollback.h"

#include <stdarg.h>

void
vsw_rollback_lose (VswRollback *self, const VswValue *value, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->losses, g_strdup_printf ("%s %s: %s", vsw_kind_print (value->kind), value->name, reason));
}

/* --- what a user without the rights of an administrator may undo --- */

static gboolean
is_owners (const VswRollback *self, const VswValue *value)
{
  return value != NULL && value->owner == self->checkpoint->head.owner;
}

gboolean
vsw_rollback_may_join (const VswRollback *self, const VswSwitch *target)
{
  return self->checkpoint->privileged || is_owners (self, &target->head) || target->shared;
}

/* What is his, or is on a switch of his now. */
static gboolean
may_touch (const VswRollback *self, const VswValue *now)
{
  VswModel *model = self->resolver->model;
  const VswPort *port = NULL;
  if (self->checkpoint->privileged || is_owners (self, now))
    return TRUE;
  if (now->kind == VSW_KIND_PORT)
    port = (const VswPort *)now;
  if (now->kind == VSW_KIND_NIC)
    port = vsw_model_find_port_of_nic (model, now->id);
  return port != NULL && is_owners (self, vsw_model_get (model, port->switch_id));
}

/* Those entries that may be acted on; the others are lost. (transfer container) (element-type VswCheckpointEntry) */
static GPtrArray *
list_entries (VswRollback *self)
{
  GPtrArray *list = g_ptr_array_new ();
  for (gsize i = 0; i < self->checkpoint->n_entries; i++)
    {
      const VswCheckpointEntry *entry = &self->checkpoint->entries[i];
      const VswValue *now = vsw_model_get (self->resolver->model, entry->id);
      const VswValue *one = now != NULL ? now : entry->before;
      /* What is as it was is listed, too: the way back of another may change it. */
      if (one != NULL && may_touch (self, one))
        g_ptr_array_add (list, (gpointer)entry);
      else if (!vsw_value_equal (now, entry->before))
        vsw_rollback_lose (self, one, "it is uid %u's, and uid %u was not asked for an administrator", one->owner,
                           self->checkpoint->head.owner);
    }
  return list;
}

/* --- away --- */

static void
take (VswRollback *self, VswValue *now)
{
  g_hash_table_insert (self->taken, g_strdup (now->id), vsw_value_ref (now));
  vsw_resolver_put (self->resolver, now, NULL, NULL);
}

static void
take_all (VswRollback *self, GPtrArray *entries, VswKind kind)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const VswCheckpointEntry *entry = entries->pdata[i];
      VswValue *now = entry->before != NULL ? vsw_model_get (self->resolver->model, entry->id) : NULL;
      if (now != NULL && now->kind == kind)
        take (self, now);
    }
}

static void
delete_new (VswRollback *self, GPtrArray *entries, VswKind kind)
{
  static gboolean (*const rows[]) (VswResolver * self, const VswChange *change, GError **error) = {
    [VSW_KIND_SWITCH] = vsw_resolve_delete_switch,   [VSW_KIND_PORT] = vsw_resolve_delete_port,
    [VSW_KIND_NIC] = vsw_resolve_delete_nic,         [VSW_KIND_SYSTEM] = vsw_resolve_delete_system,
    [VSW_KIND_SETTING] = vsw_resolve_delete_setting,
  };
  for (guint i = 0; i < entries->len; i++)
    {
      const VswCheckpointEntry *entry = entries->pdata[i];
      VswValue *now = entry->before == NULL ? vsw_model_get (self->resolver->model, entry->id) : NULL;
      if (now == NULL || now->kind != kind)
        continue;
      g_autoptr (VswChange) change = vsw_change_delete (kind, entry->id, TRUE);
      g_autoptr (VswValue) held = vsw_value_ref (now);
      g_autoptr (GError) error = NULL;
      if (!rows[kind](self->resolver, change, &error))
        vsw_rollback_lose (self, held, "%s", error->message);
    }
}

/* --- back --- */

static void
restore (VswRollback *self, const VswValue *target)
{
  switch (target->kind)
    {
    case VSW_KIND_SWITCH:
      vsw_rollback_restore_switch (self, (const VswSwitch *)target);
      return;
    case VSW_KIND_SYSTEM:
      vsw_rollback_restore_system (self, (const VswSystem *)target);
      return;
    case VSW_KIND_SETTING:
      vsw_rollback_restore_setting (self, (const VswSetting *)target);
      return;
    case VSW_KIND_NIC:
      if (((const VswNic *)target)->uplink == NULL)
        vsw_rollback_restore_nic (self, (const VswNic *)target);
      return;
    case VSW_KIND_PORT:
      vsw_rollback_restore_port (self, (const VswPort *)target);
      return;
    case VSW_KIND_CHECKPOINT:
      return;
    }
  g_assert_not_reached ();
}

/* They want the internal NICs that have their addresses to be back. */
static void
restore_uplinks (VswRollback *self, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const VswValue *target = ((const VswCheckpointEntry *)entries->pdata[i])->before;
      if (target != NULL && target->kind == VSW_KIND_NIC && ((const VswNic *)target)->uplink != NULL)
        vsw_rollback_restore_uplink (self, (const VswNic *)target);
    }
}

static void
restore_kind (VswRollback *self, GPtrArray *entries, VswKind kind)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const VswValue *target = ((const VswCheckpointEntry *)entries->pdata[i])->before;
      if (target != NULL && target->kind == kind)
        restore (self, target);
    }
}

static void
restore_all (VswRollback *self, GPtrArray *entries)
{
  restore_kind (self, entries, VSW_KIND_SWITCH);
  restore_kind (self, entries, VSW_KIND_SYSTEM);
  restore_kind (self, entries, VSW_KIND_SETTING);
  restore_kind (self, entries, VSW_KIND_NIC);
  restore_uplinks (self, entries);
  restore_kind (self, entries, VSW_KIND_PORT);
  for (guint i = 0; i < entries->len; i++)
    {
      const VswValue *target = ((const VswCheckpointEntry *)entries->pdata[i])->before;
      if (target != NULL && target->kind == VSW_KIND_SETTING)
        vsw_rollback_settle_setting (self, target->id);
      if (target != NULL && target->kind == VSW_KIND_SYSTEM)
        vsw_rollback_settle_system (self, target->id);
    }
}

gboolean
vsw_resolve_rollback (VswResolver *self, const VswChange *change, GError **error)
{
  static const VswKind order[] = { VSW_KIND_PORT, VSW_KIND_NIC, VSW_KIND_SETTING, VSW_KIND_SYSTEM, VSW_KIND_SWITCH };
  VswCheckpoint *found = vsw_resolver_get_checkpoint (self, change->id, error);
  if (found == NULL)
    return FALSE;
  g_autoptr (VswCheckpoint) checkpoint = vsw_value_ref (found);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, vsw_value_unref);
  VswRollback rollback = { .resolver = self, .change = change, .checkpoint = checkpoint, .taken = taken, .losses = change->losses };
  g_ptr_array_set_size (change->losses, 0); /* of an earlier try */
  vsw_resolver_put (self, checkpoint, NULL, NULL);
  g_autoptr (GPtrArray) entries = list_entries (&rollback);
  vsw_rollback_release_hosts (&rollback, entries);
  take_all (&rollback, entries, VSW_KIND_PORT);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    delete_new (&rollback, entries, order[i]);
  take_all (&rollback, entries, VSW_KIND_NIC);
  take_all (&rollback, entries, VSW_KIND_SETTING);
  restore_all (&rollback, entries);
  return TRUE;
}
