/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checkpoints: made, extended, confirmed, and their logs written.
 *
 * The log is written at the end of each request, from its delta: of an object that is covered and not in the log yet, what it was. So what
 * undoes a change is committed with the change. No object is ever in two logs, for then nobody could say what it goes back to: a
 * request that would bring that about is refused. */
#include "model/resolve.h"

VswCheckpoint *
vsw_resolver_get_checkpoint (VswResolver *self, const char *id, GError **error)
{
  VswCheckpoint *value = vsw_model_get_checkpoint (self->model, id);
  if (value == NULL)
    g_set_error_literal (error, VSW_ERROR, VSW_ERROR_NOT_FOUND,
                         "this checkpoint has ended: it was confirmed or rolled back");
  return value;
}

/* --- made --- */

static gboolean
check_duration (gint64 duration, GError **error)
{
  if (duration >= VSW_CHECKPOINT_SECONDS_MIN * G_USEC_PER_SEC
      && duration <= (gint64)VSW_CHECKPOINT_SECONDS_MAX * G_USEC_PER_SEC)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "%" G_GINT64_FORMAT " seconds until it is undone are outside %d to %d", duration / G_USEC_PER_SEC,
               VSW_CHECKPOINT_SECONDS_MIN, VSW_CHECKPOINT_SECONDS_MAX);
  return FALSE;
}

static gboolean
check_room (VswResolver *self, guint32 owner, GError **error)
{
  guint used = g_hash_table_size (self->model->checkpoints), limit = self->model->rules->max_checkpoints;
  if (used >= limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "too many open checkpoints: %u used, limit %u", used,
                   limit);
      return FALSE;
    }
  return vsw_resolve_within_quota (self, VSW_KIND_CHECKPOINT, owner, self->model->rules->max_checkpoints_per_user,
                                   error);
}

static void
set_conflict (const VswValue *value, const VswCheckpoint *holder, GError **error)
{
  g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "%s %s is covered by checkpoint %s of uid %u already",
               vsw_kind_print (value->kind), value->name, holder->head.name, holder->head.owner);
}

static gboolean
check_apart (VswResolver *self, const VswCheckpoint *fields, GError **error)
{
  g_autoptr (GPtrArray) others = vsw_model_list_checkpoints (self->model);
  g_autoptr (GPtrArray) covered = vsw_coverage_list (self->model, fields);
  for (guint i = 0; i < covered->len; i++)
    for (guint j = 0; j < others->len; j++)
      {
        const VswValue *value = vsw_model_get (self->model, covered->pdata[i]);
        if (value == NULL || !vsw_coverage_has (self->model, others->pdata[j], value))
          continue;
        set_conflict (value, others->pdata[j], error);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_scope (VswResolver *self, const VswCheckpoint *draft, GError **error)
{
  if (draft->n_scope == 0)
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the scope names no object");
      return FALSE;
    }
  for (gsize i = 0; i < draft->n_scope; i++)
    {
      const VswValue *value = vsw_model_get (self->model, draft->scope[i]);
      if (value != NULL && value->kind != VSW_KIND_CHECKPOINT)
        continue;
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no object with the id %s", draft->scope[i]);
      return FALSE;
    }
  return TRUE;
}

static void
put_new (VswResolver *self, VswCheckpoint *fields, gint64 duration)
{
  g_autofree char *name = g_strdup_printf ("%" G_GUINT64_FORMAT, self->model->last_checkpoint + 1);
  fields->head.name = name;
  fields->head.description = "";
  fields->head.lifetime = VSW_LIFETIME_PERSISTENT;
  fields->head.holder = NULL;
  fields->deadline = g_get_real_time () + duration;
  g_autoptr (VswCheckpoint) new = vsw_checkpoint_new (fields);
  vsw_resolver_put (self, NULL, new, NULL);
}

gboolean
vsw_resolve_create_checkpoint (VswResolver *self, const VswChange *change, GError **error)
{
  const VswCheckpoint *draft = (const VswCheckpoint *)change->draft;
  VswCheckpoint fields = { .head = draft->head,
                           .has_parts = TRUE,
                           .privileged = draft->privileged,
                           .scope = draft->scope,
                           .n_scope = draft->n_scope };
  if (!check_duration (change->duration, error) || !check_scope (self, draft, error)
      || !check_room (self, draft->head.owner, error) || !check_apart (self, &fields, error))
    return FALSE;
  put_new (self, &fields, change->duration);
  return TRUE;
}

/* --- extended, confirmed --- */

gboolean
vsw_resolve_extend_checkpoint (VswResolver *self, const VswChange *change, GError **error)
{
  const VswCheckpoint *old = vsw_resolver_get_checkpoint (self, change->id, error);
  if (old == NULL)
    return FALSE;
  VswCheckpoint value = *old;
  value.deadline += change->duration;
  if (change->settles)
    value.settling += change->duration;
  else if (!check_duration (change->duration, error)
           || !check_duration (MAX (value.deadline - g_get_real_time (), G_USEC_PER_SEC), error))
    return FALSE;
  g_autoptr (VswCheckpoint) new = vsw_checkpoint_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  return TRUE;
}

gboolean
vsw_resolve_confirm_checkpoint (VswResolver *self, const VswChange *change, GError **error)
{
  const VswCheckpoint *old = vsw_resolver_get_checkpoint (self, change->id, error);
  if (old == NULL)
    return FALSE;
  vsw_resolver_put (self, old, NULL, NULL);
  return TRUE;
}

/* What went with its holder is as if it had never been. */
void
vsw_resolve_forget_holder (VswResolver *self, const VswChange *change)
{
  g_autoptr (GPtrArray) all = vsw_model_list_checkpoints (self->model);
  for (guint i = 0; i < all->len; i++)
    {
      const VswCheckpoint *old = all->pdata[i];
      g_autofree VswCheckpointEntry *entries = g_new (VswCheckpointEntry, old->n_entries + 1);
      for (gsize j = 0; j < old->n_entries; j++)
        {
          entries[j] = old->entries[j];
          if (entries[j].before != NULL && g_strcmp0 (entries[j].before->holder, change->id) == 0)
            entries[j].before = NULL;
        }
      VswCheckpoint value = *old;
      value.entries = entries;
      g_autoptr (VswCheckpoint) new = vsw_checkpoint_new (&value);
      vsw_resolver_put (self, old, new, NULL);
    }
}

/* --- the log --- */

/* Which checkpoint covers each pair of a delta. */
typedef struct
{
  VswResolver *resolver;
  GPtrArray *checkpoints; /* (owned) (element-type VswCheckpoint) open when the changes were done */
  guint n;                /* pairs */
  GPtrArray *holders;     /* (owned) (element-type VswCheckpoint) of each pair, or NULL */
  GPtrArray *renewed;     /* (owned) (element-type VswValue) logged instead of what was before */
} Log;

static gboolean
note_holder (Log *log, guint position, const VswValue *value, gboolean is_lenient, GError **error)
{
  for (guint i = 0; value != NULL && value->kind != VSW_KIND_CHECKPOINT && i < log->checkpoints->len; i++)
    {
      VswCheckpoint *checkpoint = log->checkpoints->pdata[i];
      VswCheckpoint *known = log->holders->pdata[position];
      if (checkpoint == known || !vsw_coverage_has (log->resolver->model, checkpoint, value))
        continue;
      if (known == NULL)
        log->holders->pdata[position] = checkpoint;
      else if (!is_lenient)
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT,
                       "%s %s would be covered by checkpoint %s of uid %u and checkpoint %s of uid %u at once",
                       vsw_kind_print (value->kind), value->name, known->head.name, known->head.owner,
                       checkpoint->head.name, checkpoint->head.owner);
          return FALSE;
        }
    }
  return TRUE;
}

/* Whether a setting has changed for no other reason than that something else did: it names no longer what went, or has followed its NIC. */
static gboolean
is_consequence (const VswSetting *before, const VswSetting *after, const VswPair *other)
{
  if (other->after == NULL)
    return after->connection_id == NULL && g_strcmp0 (other->before->id, before->connection_id) == 0;
  return other->before != NULL && other->after->kind == VSW_KIND_NIC
         && g_strcmp0 (((const VswNic *)other->after)->setting_id, after->head.id) == 0;
}

/* Such a setting belongs to whoever undoes that, unless it has a checkpoint of its own. */
static void
note_settings (Log *log)
{
  VswDelta *delta = log->resolver->delta;
  for (guint i = 0; i < log->n; i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      const VswSetting *before = (const VswSetting *)pair->before, *after = (const VswSetting *)pair->after;
      if (log->holders->pdata[i] != NULL || before == NULL || after == NULL || before->head.kind != VSW_KIND_SETTING)
        continue;
      for (guint j = 0; j < log->n; j++)
        if (is_consequence (before, after, vsw_delta_get (delta, j)))
          log->holders->pdata[i] = log->holders->pdata[j];
    }
}

/* As things are, and as they were: what has left a switch is covered as what has come to it. */
static gboolean
find_holders (Log *log, gboolean is_lenient, GError **error)
{
  VswModel *model = log->resolver->model;
  VswDelta *delta = log->resolver->delta;
  gboolean is_fine = TRUE;
  for (guint i = 0; i < log->n && is_fine; i++)
    is_fine = note_holder (log, i, vsw_delta_get (delta, i)->after, is_lenient, error);
  vsw_model_revert (model, delta);
  for (guint i = 0; i < log->n && is_fine; i++)
    is_fine = note_holder (log, i, vsw_delta_get (delta, i)->before, is_lenient, error);
  vsw_model_apply (model, delta);
  if (is_fine)
    note_settings (log);
  return is_fine;
}

/* Of a NIC of the host that is let go: with what IP had where the host had it. Without the NIC nobody could say that any more. */
static void
append_entry (const Log *log, GArray *entries, const VswPair *pair)
{
  const VswValue *one = pair->before != NULL ? pair->before : pair->after;
  VswCheckpointEntry entry = { .id = one->id, .before = pair->before };
  if (pair->ip != NULL && pair->after == NULL)
    {
      entry.before = (VswValue *)vsw_nic_with_ip ((const VswNic *)pair->before, pair->ip);
      g_ptr_array_add (log->renewed, entry.before);
    }
  g_array_append_val (entries, entry);
}

/* What came since and has gone again needs no undoing: the log of a busy switch stays as long as the switch is large. */
static void
append_known (GArray *entries, VswModel *model, const VswCheckpoint *checkpoint)
{
  for (gsize i = 0; i < checkpoint->n_entries; i++)
    if (checkpoint->entries[i].before != NULL || vsw_model_get (model, checkpoint->entries[i].id) != NULL)
      g_array_append_val (entries, checkpoint->entries[i]);
}

/* What the checkpoint has to log of the delta. */
static void
write_log (const Log *log, const VswCheckpoint *checkpoint)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (VswCheckpointEntry));
  guint n_known;
  append_known (entries, log->resolver->model, checkpoint);
  n_known = entries->len;
  for (guint i = 0; i < log->n; i++)
    {
      const VswPair *pair = vsw_delta_get (log->resolver->delta, i);
      const char *id = (pair->before != NULL ? pair->before : pair->after)->id;
      if (log->holders->pdata[i] == checkpoint && vsw_checkpoint_find (checkpoint, id) == NULL
          && !vsw_value_equal (pair->before, pair->after))
        append_entry (log, entries, pair);
    }
  if (entries->len == n_known && n_known == checkpoint->n_entries)
    return;
  VswCheckpoint value = *checkpoint;
  value.entries = (const VswCheckpointEntry *)(gpointer)entries->data;
  value.n_entries = entries->len;
  g_autoptr (VswCheckpoint) new = vsw_checkpoint_new (&value);
  vsw_resolver_put (log->resolver, checkpoint, new, NULL);
}

/* The request wants a checkpoint of its own: of exactly what it has touched. */
static gboolean
make_own (const Log *log, const VswChange *change, GError **error)
{
  VswResolver *self = log->resolver;
  const VswCheckpoint *draft = (const VswCheckpoint *)change->draft;
  g_autoptr (GPtrArray) scope = g_ptr_array_new ();
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (VswCheckpointEntry));
  for (guint i = 0; i < log->n; i++)
    {
      const VswPair *pair = vsw_delta_get (self->delta, i);
      const VswValue *one = pair->before != NULL ? pair->before : pair->after;
      if (one->kind == VSW_KIND_CHECKPOINT || vsw_value_equal (pair->before, pair->after))
        continue;
      if (log->holders->pdata[i] != NULL)
        {
          set_conflict (one, log->holders->pdata[i], error);
          return FALSE;
        }
      g_ptr_array_add (scope, (gpointer)one->id);
      append_entry (log, entries, pair);
    }
  if (!check_duration (change->duration, error))
    return FALSE;
  /* Nothing changes, so there is nothing to confirm. */
  if (scope->len == 0)
    return TRUE;
  if (!check_room (self, draft->head.owner, error))
    return FALSE;
  VswCheckpoint fields = { .head = draft->head,
                           .privileged = draft->privileged,
                           .scope = (const char *const *)scope->pdata,
                           .n_scope = scope->len,
                           .entries = (const VswCheckpointEntry *)(gpointer)entries->data,
                           .n_entries = entries->len };
  put_new (self, &fields, change->duration);
  return TRUE;
}

static const VswChange *
find_change (GPtrArray *changes, VswChangeKind kind)
{
  for (guint i = 0; i < changes->len; i++)
    if (((const VswChange *)changes->pdata[i])->kind == kind)
      return changes->pdata[i];
  return NULL;
}

static gboolean
is_natural (GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    if (!((const VswChange *)changes->pdata[i])->by_nature)
      return FALSE;
  return TRUE;
}

static void
free_log (Log *log)
{
  g_ptr_array_unref (log->checkpoints);
  g_ptr_array_unref (log->holders);
  g_ptr_array_unref (log->renewed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Log, free_log)

gboolean
vsw_resolve_log (VswResolver *self, GPtrArray *changes, GError **error)
{
  const VswChange *own = find_change (changes, VSW_CHANGE_CONFIRM_WITHIN);
  if (is_natural (changes) || (own == NULL && g_hash_table_size (self->model->checkpoints) == 0))
    return TRUE;
  g_auto (Log) log = { .resolver = self, .n = vsw_delta_get_size (self->delta) };
  log.checkpoints = vsw_model_list_checkpoints (self->model);
  log.holders = g_ptr_array_new ();
  log.renewed = g_ptr_array_new_with_free_func (vsw_value_unref);
  g_ptr_array_set_size (log.holders, log.n);
  g_ptr_array_set_free_func (log.checkpoints, vsw_value_unref);
  for (guint i = 0; i < log.checkpoints->len; i++)
    vsw_value_ref (log.checkpoints->pdata[i]);
  /* What must not fail for the sake of one object takes the first that it finds. */
  if (!find_holders (&log, find_change (changes, VSW_CHANGE_ROLLBACK) != NULL, error))
    return FALSE;
  if (own != NULL && !make_own (&log, own, error))
    return FALSE;
  for (guint i = 0; i < log.checkpoints->len; i++)
    write_log (&log, log.checkpoints->pdata[i]);
  return TRUE;
}
