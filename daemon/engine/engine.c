/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/state.h"

G_DEFINE_FINAL_TYPE (VswEngine, vsw_engine, G_TYPE_OBJECT)

static void
vsw_engine_dispose (GObject *object)
{
  VswEngine *self = VSW_ENGINE (object);

  if (self->worker != NULL)
    vsw_engine_stop (self);

  G_OBJECT_CLASS (vsw_engine_parent_class)->dispose (object);
}

static void
vsw_engine_finalize (GObject *object)
{
  VswEngine *self = VSW_ENGINE (object);

  vsw_engine_clear_health (self);
  vsw_engine_clear_checkpoints (self);
  vsw_engine_clear_loans (self);
  g_clear_pointer (&self->absences, g_hash_table_unref);
  vsw_engine_clear_diversions (self);
  vsw_engine_clear_repair (self);
  vsw_engine_clear_onlookers (self);
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->since);
  g_hash_table_unref (self->described);
  vsw_links_free (self->links);
  vsw_model_free (self->model);
  g_strfreev (self->capabilities);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (vsw_engine_parent_class)->finalize (object);
}

static void
vsw_engine_class_init (VswEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = vsw_engine_dispose;
  object_class->finalize = vsw_engine_finalize;

  g_signal_new ("changing", VSW_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  g_signal_new ("changed", VSW_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

static void
vsw_engine_init (VswEngine *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->links = vsw_links_new ();
  self->pending = g_hash_table_new_full (NULL, NULL, NULL, vsw_engine_free_pending);
  self->held = g_hash_table_new_full (NULL, NULL, NULL, vsw_engine_free_pending);
  self->since = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->described = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->turns);
  vsw_engine_init_repair (self);
  vsw_engine_init_health (self);
  vsw_engine_init_checkpoints (self);
  vsw_engine_init_loans (self);
  self->absences = vsw_engine_new_absences ();
  vsw_engine_init_diversions (self);
}

/**
 * vsw_engine_new:
 * @kernel: (transfer none): the kernel
 * @store: (transfer none): the store, open
 * @rules: the limits of this installation
 *
 * Makes an engine that knows nothing yet: vsw_engine_start() comes next. Thread: main, whose thread-default context it keeps.
 *
 * Returns: (transfer full): the engine
 */
VswEngine *
vsw_engine_new (VswKernel *kernel, VswStore *store, const VswRules *rules)
{
  VswEngine *self = g_object_new (VSW_TYPE_ENGINE, NULL);

  self->kernel = kernel;
  self->store = store;
  self->model = vsw_model_new (rules);
  vsw_engine_init_onlookers (self);
  self->worker = vsw_worker_new (self->context);

  return self;
}

/**
 * vsw_engine_stop:
 * @self: the engine
 *
 * Lets the running turn end, tells whoever waits that the service stops, and ends the worker. Nothing in the kernel changes: switches
 * and ports outlive the daemon. Thread: main; blocks as long as the running turn does.
 */
void
vsw_engine_stop (VswEngine *self)
{
  if (self->is_stopped)
    return;

  self->is_stopped = TRUE;
  g_signal_handlers_disconnect_by_data (self->kernel, self);
  vsw_engine_stop_checkpoints (self);
  vsw_engine_stop_diversions (self);
  vsw_engine_clear_turns (self);
  vsw_engine_stop_health (self);
  vsw_engine_stop_onlookers (self);
  g_clear_pointer (&self->worker, vsw_worker_free);
  vsw_kernel_set_await (self->kernel, NULL, NULL);

  /* The job that was running has put its end on our context. */
  while ((self->turn != NULL || vsw_engine_is_looking (self)) && g_main_context_iteration (self->context, FALSE))
    continue;
  if (self->settle_source != NULL)
    {
      g_source_destroy (self->settle_source);
      g_clear_pointer (&self->settle_source, g_source_unref);
    }
  g_hash_table_remove_all (self->fights);
  g_hash_table_remove_all (self->sieges);
}

/* --- requests --- */

static void
end_plan (VswEngine *engine, VswDelta *delta, const VswPlan *plan, const GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, vsw_plan_list_steps (plan), (GDestroyNotify)g_strfreev);
}

static void
end_apply (VswEngine *engine, VswDelta *delta, const VswPlan *plan, const GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, vsw_delta_ref (delta), (GDestroyNotify)vsw_delta_unref);
}

/* Puts a request into the queue, if there still is one. */
static void
push_request (VswEngine *self, GPtrArray *changes, gboolean is_dry, GCancellable *cancellable, GTask *task)
{
  if (!self->is_stopped)
    {
      vsw_engine_push_changes (self, changes, is_dry, cancellable, is_dry ? end_plan : end_apply, task);
      return;
    }

  g_ptr_array_unref (changes);
  g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_INVALID_STATE, "the service is stopping");
  g_object_unref (task);
}

/**
 * vsw_engine_apply_async:
 * @self: the engine
 * @changes: (transfer full) (element-type VswChange): what is asked, in order, all or nothing
 * @cancellable: (nullable): honoured while the request waits, not once it has begun
 * @callback: called when it has become true, or has not
 * @user_data: for @callback
 *
 * Asks for a change. Thread: main.
 */
void
vsw_engine_apply_async (VswEngine *self, GPtrArray *changes, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, vsw_engine_apply_async);
  push_request (self, changes, FALSE, cancellable, task);
}

/**
 * vsw_engine_plan_async:
 * @self: the engine
 * @changes: (transfer full) (element-type VswChange): what would be asked
 * @cancellable: (nullable): honoured while the request waits
 * @callback: called with what would be done: vsw_engine_plan_finish()
 * @user_data: for @callback
 *
 * Asks what a change would do, and does nothing. It takes its turn as any request does. Thread: main.
 */
void
vsw_engine_plan_async (VswEngine *self, GPtrArray *changes, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, vsw_engine_plan_async);
  push_request (self, changes, TRUE, cancellable, task);
}

/**
 * vsw_engine_plan_finish:
 * @self: the engine
 * @result: of vsw_engine_plan_async()
 * @error: return location
 *
 * Errors: those of vsw_engine_apply_finish() that a change has before anything is done. Thread: main.
 *
 * Returns: (transfer full): operations, a line each, in order
 */
GStrv
vsw_engine_plan_finish (VswEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * vsw_engine_apply_finish:
 * @self: the engine
 * @result: of vsw_engine_apply_async()
 * @error: return location
 *
 * Errors: every code but NOT_BRIDGEABLE, ROLLED_BACK and those of authorization; G_IO_ERROR_CANCELLED. Thread: main.
 *
 * Returns: (transfer full): the delta that has become true; NULL on error, and then nothing has changed
 */
VswDelta *
vsw_engine_apply_finish (VswEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- reads --- */

typedef struct
{
  GTask *task;    /* (owned) */
  guint bridge;   /* index; 0: counters are asked for */
  GArray *answer; /* (owned) (nullable) */
  GError *error;  /* (owned) (nullable) */
} Reading;

static void
run_reading (gpointer data)
{
  Reading *job = data;
  VswEngine *engine = g_task_get_source_object (job->task);

  if (job->bridge != 0)
    job->answer = vsw_kernel_get_forwarding (engine->kernel, job->bridge, &job->error);
  else
    job->answer = vsw_kernel_get_counters (engine->kernel, &job->error);
}

static void
finish_reading (gpointer data)
{
  Reading *job = data;

  if (job->answer != NULL)
    g_task_return_pointer (job->task, job->answer, (GDestroyNotify)g_array_unref);
  else
    g_task_return_error (job->task, job->error);
  g_object_unref (job->task);
  g_free (job);
}

static void
push_reading (VswEngine *self, GTask *task, guint bridge)
{
  Reading *job = g_new0 (Reading, 1);

  job->task = task;
  job->bridge = bridge;
  vsw_worker_push (self->worker, run_reading, finish_reading, job);
}

/**
 * vsw_engine_get_forwarding_async:
 * @self: the engine
 * @switch_id: whose table
 * @callback: called with the answer: vsw_engine_read_finish()
 * @user_data: for @callback
 *
 * Reads the forwarding table of a switch. Thread: main.
 */
void
vsw_engine_get_forwarding_async (VswEngine *self, const char *switch_id, GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  VswSwitch *value = vsw_model_get_switch (self->model, switch_id);
  VswLink *bridge = value != NULL ? vsw_links_get_device (self->links, value->device) : NULL;

  if (bridge == NULL || self->is_stopped)
    {
      g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_INVALID_STATE, "switch %s has no bridge device now",
                               value != NULL ? value->head.name : switch_id);
      g_object_unref (task);
      return;
    }

  push_reading (self, task, bridge->index);
}

/**
 * vsw_engine_get_counters_async:
 * @self: the engine
 * @callback: called with the answer: vsw_engine_read_finish()
 * @user_data: for @callback
 *
 * Reads the counters of every link. Thread: main.
 */
void
vsw_engine_get_counters_async (VswEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  if (self->is_stopped)
    {
      g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_INVALID_STATE, "the service is stopping");
      g_object_unref (task);
      return;
    }

  push_reading (self, task, 0);
}

/**
 * vsw_engine_read_finish:
 * @self: the engine
 * @result: of one of the reads
 * @error: return location
 *
 * Errors: KERNEL, INVALID_STATE. Thread: main.
 *
 * Returns: (transfer full): VswForwardingEntry or VswCounters
 */
GArray *
vsw_engine_read_finish (VswEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

VswNamespace *
vsw_engine_inspect (VswEngine *self, int fd, guint32 caller, GError **error)
{
  return vsw_kernel_inspect (self->kernel, fd, caller, error);
}

/* --- what is now --- */

VswModel *
vsw_engine_get_model (VswEngine *self)
{
  return self->model;
}

VswLinks *
vsw_engine_get_links (VswEngine *self)
{
  return self->links;
}

const char *const *
vsw_engine_get_capabilities (VswEngine *self)
{
  return (const char *const *)self->capabilities;
}

GPtrArray *
vsw_engine_get_warnings (VswEngine *self)
{
  return self->warnings;
}

gint64
vsw_engine_get_connected_since (VswEngine *self, const char *port_id)
{
  gint64 *since = g_hash_table_lookup (self->since, port_id);

  return since != NULL ? *since : 0;
}
