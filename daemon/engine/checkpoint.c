/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clocks of checkpoints.
 *
 * A deadline is kept as the time of day, for it has to outlive the daemon and the boot session. While we run it is counted on the monotonic
 * clock, so that setting the time of day neither undoes anything early nor keeps it for ever; a later deadline is added to what is left.
 * What was left is read off the time of day once, at the start, and is never more than the whole time granted: a
 * clock that was set back meanwhile cannot make it longer. One that was set forward ends it early, and to go back is the
 * safe side. A suspended host stands still, and with it the monotonic clock.
 *
 * While a port that has changed waits for its carrier or for the spanning tree, nobody can reach anything and thus confirm: that time is
 * given back when it is over, or when the deadline comes, VSW_CHECKPOINT_SETTLING_MAX of it in all.
 *
 * The end is a turn of the queue like any other, and so is a confirmation: whichever comes second finds no checkpoint. */
#include "engine/state.h"

#define RETRY_PAUSE  (2 * G_USEC_PER_SEC) /* after a rollback that failed; twice as long after each further one, up to */
#define RETRY_MAX    (64 * G_USEC_PER_SEC)

typedef struct
{
  char *id;         /* (owned) */
  gint64 deadline;  /* as the value has it when `ends` was found */
  gint64 ends;      /* monotonic, microseconds */
  gint64 unsettled; /* monotonic: since when ports settle; 0: they have */
  gint64 owed;      /* microseconds that they took and that have not been given back */
  gboolean is_busy; /* a turn for it is in the queue */
  gboolean is_wish; /* that turn is a rollback of model and store alone */
  guint failures;   /* rollbacks that failed */
  char *warning;    /* (owned) (nullable) text in `warnings` */
} Clock;

static void
free_clock (gpointer data)
{
  Clock *clock = data;

  g_free (clock->id);
  g_free (clock->warning);
  g_free (clock);
}

void
vsw_engine_init_checkpoints (VswEngine *engine)
{
  engine->clocks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_clock);
  engine->undone = vsw_engine_new_undone ();
}

void
vsw_engine_stop_checkpoints (VswEngine *engine)
{
  if (engine->clock_source != NULL)
    g_source_destroy (engine->clock_source);
  g_clear_pointer (&engine->clock_source, g_source_unref);
}

void
vsw_engine_clear_checkpoints (VswEngine *engine)
{
  vsw_engine_stop_checkpoints (engine);
  g_clear_pointer (&engine->clocks, g_hash_table_unref);
  g_clear_pointer (&engine->undone, g_ptr_array_unref);
}

gint64
vsw_engine_get_now (VswEngine *engine)
{
  return g_get_monotonic_time () + engine->passed;
}

/* --- what became of it --- */

static const VswCheckpoint *
find_ended (VswDelta *delta, const char *id)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);

      if (pair->after == NULL && pair->before->kind == VSW_KIND_CHECKPOINT && g_str_equal (pair->before->id, id))
        return (const VswCheckpoint *)pair->before;
    }

  return NULL;
}

/* What the kernel did not take back. */
static void
add_losses (const VswPlan *plan, GPtrArray *losses)
{
  for (guint i = 0; i < plan->ops->len; i++)
    {
      const VswOp *op = g_ptr_array_index (plan->ops, i);

      for (guint j = 0; op->losses != NULL && j < op->losses->len; j++)
        g_ptr_array_add (losses, g_strdup (g_ptr_array_index (op->losses, j)));
    }
}

/* Of a request that has become true: if it was a rollback, what it did and what it could not. */
void
vsw_engine_note_rollback (VswEngine *engine, GPtrArray *changes, const VswPlan *plan, VswDelta *delta)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const VswChange *change = g_ptr_array_index (changes, i);
      const VswCheckpoint *ended = change->kind == VSW_CHANGE_ROLLBACK ? find_ended (delta, change->id) : NULL;
      guint n;

      if (ended == NULL)
        continue;

      n = vsw_delta_get_size (delta) - 1;
      vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_CHECKPOINT, NULL, "checkpoint %s of uid %u was rolled back: %u object%s",
               ended->head.name, ended->head.owner, n, n == 1 ? "" : "s");
      add_losses (plan, change->losses);
      if (change->losses->len > 0)
        vsw_engine_note_losses (engine, ended, change->losses);
    }
}

/* --- the end of the time --- */

static GPtrArray *
new_rollback (const char *id)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (changes, vsw_change_rollback (id, losses));

  return changes;
}

/* What a NIC of the host is to be again no repair knows. */
static gboolean
can_be_wished (VswEngine *engine, const char *id)
{
  const VswCheckpoint *value = vsw_model_get_checkpoint (engine->model, id);

  return value != NULL && !vsw_model_has_uplinks (engine->model, value);
}

static void
note_failure (VswEngine *engine, Clock *clock, const GError *error)
{
  const VswCheckpoint *value = vsw_model_get_checkpoint (engine->model, clock->id);
  gint64 pause = MIN (RETRY_PAUSE << MIN (clock->failures, 10), RETRY_MAX);
  g_autofree char *text = NULL;

  if (value == NULL)
    return;

  clock->failures++;
  clock->ends = vsw_engine_get_now (engine) + pause;
  text = g_strdup_printf ("checkpoint %s was not confirmed and cannot be rolled back: %s. This is tried again.",
                          value->head.name, error->message);
  vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_CHECKPOINT, NULL, "%s", text);
  vsw_engine_set_warning (engine, &clock->warning, "rollback-failed", text);
}

static void
end_rollback (VswEngine *engine, VswDelta *delta, const VswPlan *plan, const GError *error, gpointer data)
{
  g_autofree char *id = data;
  Clock *clock = g_hash_table_lookup (engine->clocks, id);

  if (engine->is_stopped || clock == NULL)
    return;

  clock->is_busy = FALSE;
  /* Where the kernel refuses one thing, the wish goes back all the same, and the repair does what can be done. */
  if (error != NULL && g_error_matches (error, VSW_ERROR, VSW_ERROR_KERNEL) && !clock->is_wish
      && can_be_wished (engine, id))
    {
      clock->is_busy = clock->is_wish = TRUE;
      vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_CHECKPOINT, NULL, "a checkpoint cannot be rolled back at once: %s",
               error->message);
      vsw_engine_push_wish (engine, new_rollback (id), end_rollback, g_strdup (id));
      return;
    }
  if (error != NULL)
    note_failure (engine, clock, error);
  vsw_engine_follow_checkpoints (engine);
}

static void
roll_back (VswEngine *engine, Clock *clock)
{
  clock->is_busy = TRUE;
  clock->is_wish = FALSE;
  vsw_engine_push_changes (engine, new_rollback (clock->id), FALSE, NULL, end_rollback, g_strdup (clock->id));
}

/* --- settling --- */

static gboolean
settles (VswEngine *engine, const char *port_id)
{
  const VswPort *port = vsw_model_get_port (engine->model, port_id);

  return port != NULL && vsw_facts_port_settles (engine->model, engine->links, port);
}

static gboolean
has_settling_port (VswEngine *engine, const char *switch_id)
{
  GHashTable *ports = vsw_model_get_ports_of (engine->model, switch_id);
  GHashTableIter iter;
  gpointer port;

  if (ports == NULL)
    return FALSE;

  g_hash_table_iter_init (&iter, ports);
  while (g_hash_table_iter_next (&iter, NULL, &port))
    if (vsw_facts_port_settles (engine->model, engine->links, port))
      return TRUE;

  return FALSE;
}

/* Of what has changed: a port, or any port of a switch. */
static gboolean
is_settling (VswEngine *engine, const VswCheckpoint *value)
{
  for (gsize i = 0; i < value->n_entries; i++)
    if (settles (engine, value->entries[i].id) || has_settling_port (engine, value->entries[i].id))
      return TRUE;

  return FALSE;
}

static void
end_extension (VswEngine *engine, VswDelta *delta, const VswPlan *plan, const GError *error, gpointer data)
{
  g_autofree char *id = data;
  Clock *clock = g_hash_table_lookup (engine->clocks, id);

  if (engine->is_stopped || clock == NULL)
    return;

  clock->is_busy = FALSE;
  if (error != NULL)
    g_warning ("cannot give a checkpoint the time back that its ports took: %s", error->message);
  vsw_engine_follow_checkpoints (engine);
}

/* FALSE: there is nothing to give back. */
static gboolean
give_back (VswEngine *engine, Clock *clock, const VswCheckpoint *value)
{
  gint64 duration = MIN (clock->owed, VSW_CHECKPOINT_SETTLING_MAX - value->settling);
  GPtrArray *changes = NULL;

  clock->owed = 0;
  if (duration <= 0)
    return FALSE;

  clock->is_busy = TRUE;
  changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_ptr_array_add (changes, vsw_change_extend (clock->id, duration, TRUE));
  vsw_engine_push_changes (engine, changes, FALSE, NULL, end_extension, g_strdup (clock->id));

  return TRUE;
}

static void
watch_settling (VswEngine *engine, Clock *clock, const VswCheckpoint *value, gint64 now)
{
  gboolean is_unsettled = is_settling (engine, value);

  if (clock->unsettled != 0)
    clock->owed += now - clock->unsettled;
  clock->unsettled = is_unsettled ? now : 0;
}

/* --- all clocks --- */

static void
follow_value (VswEngine *engine, const VswCheckpoint *value)
{
  Clock *clock = g_hash_table_lookup (engine->clocks, value->head.id);

  if (clock == NULL)
    {
      clock = g_new0 (Clock, 1);
      clock->id = g_strdup (value->head.id);
      clock->deadline = value->deadline;
      clock->ends = vsw_engine_get_now (engine) + vsw_engine_get_time_left (value);
      g_hash_table_insert (engine->clocks, clock->id, clock);
    }
  clock->ends += value->deadline - clock->deadline;
  clock->deadline = value->deadline;
}

static void
drop_ended (VswEngine *engine)
{
  GHashTableIter iter;
  gpointer data;

  g_hash_table_iter_init (&iter, engine->clocks);
  while (g_hash_table_iter_next (&iter, NULL, &data))
    {
      Clock *clock = data;

      if (vsw_model_get_checkpoint (engine->model, clock->id) != NULL)
        continue;
      vsw_engine_set_warning (engine, &clock->warning, NULL, NULL);
      g_hash_table_iter_remove (&iter);
    }
}

/* Does what its time has come for. Returns when to look again, monotonic. */
static gint64
look_at (VswEngine *engine, const VswCheckpoint *value)
{
  Clock *clock = g_hash_table_lookup (engine->clocks, value->head.id);
  gint64 now = vsw_engine_get_now (engine);

  if (clock->is_busy)
    return G_MAXINT64;

  watch_settling (engine, clock, value, now);
  if ((clock->unsettled == 0 || clock->ends <= now) && give_back (engine, clock, value))
    return G_MAXINT64;
  if (clock->ends > now)
    return clock->ends;

  roll_back (engine, clock);
  return G_MAXINT64;
}

static gboolean
on_time (gpointer user_data)
{
  VswEngine *engine = user_data;

  g_clear_pointer (&engine->clock_source, g_source_unref);
  vsw_engine_follow_checkpoints (engine);

  return G_SOURCE_REMOVE;
}

static void
arm (VswEngine *engine, gint64 at)
{
  gint64 left = MAX (at - vsw_engine_get_now (engine), 0);

  vsw_engine_stop_checkpoints (engine);
  if (at == G_MAXINT64)
    return;

  /* Rounded up: never before its time. */
  engine->clock_source = g_timeout_source_new (MIN ((left + 999) / 1000, G_MAXINT));
  g_source_set_callback (engine->clock_source, on_time, engine, NULL);
  g_source_attach (engine->clock_source, engine->context);
}

static gint64
look_at_all (VswEngine *engine)
{
  g_autoptr (GPtrArray) values = NULL;
  gint64 next = G_MAXINT64;

  drop_ended (engine);
  values = vsw_model_list_checkpoints (engine->model);
  for (guint i = 0; i < values->len; i++)
    follow_value (engine, g_ptr_array_index (values, i));
  for (guint i = 0; i < values->len; i++)
    next = MIN (next, look_at (engine, g_ptr_array_index (values, i)));

  return next;
}

/* The model or the links are others, or time has passed. */
void
vsw_engine_follow_checkpoints (VswEngine *engine)
{
  gint64 next = G_MAXINT64;

  /* A turn that is refused at once brings us here again while we are looking. */
  engine->is_looked_at_again = TRUE;
  if (engine->is_stopped || engine->is_looking)
    return;

  engine->is_looking = TRUE;
  while (engine->is_looked_at_again)
    {
      engine->is_looked_at_again = FALSE;
      next = look_at_all (engine);
    }
  engine->is_looking = FALSE;
  arm (engine, next);
}

/* Microseconds. Of one that we did not make ourselves, after a start. */
gint64
vsw_engine_get_time_left (const VswCheckpoint *value)
{
  return CLAMP (value->deadline - g_get_real_time (), 0, MAX (value->deadline - value->head.created, 0));
}

void
vsw_engine_pass_time (VswEngine *self, gint64 microseconds)
{
  self->passed += microseconds;
  vsw_engine_follow_diversions (self);
  vsw_engine_follow_checkpoints (self);
}
