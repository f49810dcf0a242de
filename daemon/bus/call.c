/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/call.h"

#include <string.h>

#include "bus/checkpoint.h"
#include "bus/descriptors.h"
#include "bus/leftover.h"
#include "bus/share.h"
#include "bus/table.h"
#include "bus/turnstile.h"
#include "model/log.h"

struct _VswCalls
{
  const VswScene *scene; /* (unowned) */
  VswGate *gate;         /* (owned) */
  VswCallers *callers;   /* (unowned) */
  VswOutbox *outbox;     /* (unowned) */
  GHashTable *running;   /* (owned) (element-type Call) (unowned) */
  VswShares *shares;     /* (owned) of those that change something */
  VswTurnstile *reads;   /* (owned) of those that ask the kernel */
  gboolean is_stopping;
};

typedef struct
{
  VswCalls *calls;                   /* (unowned) it lists us */
  GDBusMethodInvocation *invocation; /* (owned) until the answer */
  const VswTable *table;
  const VswMethodRow *row;
  VswCaller *caller;         /* (owned) */
  GCancellable *cancellable; /* (owned) nobody waits for us any more */
  VswRequest *request;       /* (owned) (nullable) once decoded */
  GUnixFDList *fds;          /* (owned) (nullable) what the answer brings along */
  GError *error;             /* (owned) (nullable) why there will be no other answer */
  gboolean is_counted;       /* among the shares of its caller */
  guint32 uid;               /* of whom it is counted; a caller that has left has none */
  const char *action;        /* (unowned) a literal: what was asked for; NULL: nothing */
  gboolean is_allowed;       /* and so it runs to its end */
} Call;

/* --- the end --- */

static void
free_call (Call *call)
{
  if (call->is_counted)
    vsw_shares_give_back (call->calls->shares, call->uid);
  g_hash_table_remove (call->calls->running, call);
  vsw_caller_unwatch (call->caller, call->cancellable);

  g_clear_object (&call->fds);
  g_clear_error (&call->error);
  g_clear_pointer (&call->request, vsw_request_free);
  g_object_unref (call->cancellable);
  vsw_caller_unref (call->caller);
  g_free (call);
}

static GError *
new_stopping_error (void)
{
  return g_error_new (VSW_ERROR, VSW_ERROR_INVALID_STATE, "the service is stopping");
}

static void
refuse (Call *call, const GError *error)
{
  g_autoptr (GError) stopping = NULL;

  if (call->calls->is_stopping && g_cancellable_is_cancelled (call->cancellable))
    error = stopping = new_stopping_error ();

  vsw_outbox_reply_error (call->calls->outbox, g_steal_pointer (&call->invocation), error);
  free_call (call);
}

static gboolean
check_present (Call *call, GError **error)
{
  if (!g_cancellable_is_cancelled (call->cancellable))
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "the caller has left the bus");
  return FALSE;
}

static void
answer (Call *call, GArray *reading)
{
  g_autoptr (GError) error = NULL;
  GVariant *body = NULL;

  if (call->row->reply != NULL)
    body = call->row->reply (call->request, reading, &error);

  if (error != NULL)
    {
      refuse (call, error);
      return;
    }

  vsw_outbox_reply_with_descriptors (call->calls->outbox, g_steal_pointer (&call->invocation), body, call->fds);
  free_call (call);
}

/* --- doing it --- */

/* Who changed what: one line a call, however much it made. */
static void
note_change (const Call *call, VswDelta *delta)
{
  const VswPair *pair = vsw_delta_get_size (delta) > 0 ? vsw_delta_get (delta, 0) : NULL;
  const VswValue *value = pair != NULL ? (pair->after != NULL ? pair->after : pair->before) : NULL;
  guint more = value != NULL ? vsw_delta_get_size (delta) - 1 : 0;
  g_autofree char *rest = more > 0 ? g_strdup_printf (" and %u more", more) : g_strdup ("");
  if (value != NULL)
    vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_CHANGE, value->name, "%s by uid %u: %s %s%s", call->row->name,
             call->request->uid, vsw_kind_print (value->kind), value->name, rest);
}

static void
on_taken_back (gpointer data)
{
  Call *call = data;

  refuse (call, call->error);
}

/* Whether what was done can be told to somebody, with all that belongs to it. */
static gboolean
check_answer (Call *call, GError **error)
{
  if (!vsw_caller_is_gone (call->caller))
    return vsw_descriptors_pack (call->request, &call->fds, error);

  g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "the caller has left the bus");
  return FALSE;
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  VswEngine *engine = VSW_ENGINE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (VswDelta) delta = vsw_engine_apply_finish (engine, result, &error);

  /* It left while the engine was at work, and nobody released what was not there yet. */
  if (vsw_caller_is_gone (call->caller))
    vsw_engine_release (engine, call->request->holder);

  if (delta == NULL)
    {
      refuse (call, error);
      return;
    }

  note_change (call, delta);
  if (check_answer (call, &call->error))
    answer (call, NULL);
  else if (call->row->is_for_caller)
    vsw_leftover_delete (engine, delta, call->request->holder, on_taken_back, call);
  else
    refuse (call, call->error);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) reading = vsw_engine_read_finish (VSW_ENGINE (source), result, &error);
  VswTurnstile *reads = call->calls->reads;
  g_autoptr (GDBusConnection) connection =
      g_object_ref (g_dbus_method_invocation_get_connection (call->invocation));

  if (reading == NULL)
    refuse (call, error);
  else
    answer (call, reading);
  vsw_turnstile_leave_after (reads, connection);
}

/* Its turn has come, perhaps long after it asked. */
static void
read_kernel (gpointer data)
{
  Call *call = data;
  VswTurnstile *reads = call->calls->reads;
  VswEngine *engine = call->calls->scene->engine;
  g_autoptr (GError) error = NULL;

  if (!check_present (call, &error))
    {
      refuse (call, error);
      vsw_turnstile_leave (reads);
      return;
    }

  call->is_allowed = TRUE;
  if (call->row->run == VSW_RUN_FORWARDING)
    vsw_engine_get_forwarding_async (engine, call->request->id, on_read, call);
  else
    vsw_engine_get_counters_async (engine, on_read, call);
}

static void
run (Call *call)
{
  VswEngine *engine = call->calls->scene->engine;

  switch (call->row->run)
    {
    case VSW_RUN_CHANGE:
      call->is_allowed = TRUE;
      vsw_checkpoint_guard (call->request);
      vsw_engine_apply_async (engine, g_steal_pointer (&call->request->changes), call->cancellable, on_applied, call);
      return;
    case VSW_RUN_FORWARDING:
    case VSW_RUN_COUNTERS:
      vsw_turnstile_enter (call->calls->reads, g_dbus_method_invocation_get_sender (call->invocation), read_kernel,
                           call);
      return;
    case VSW_RUN_NOTHING:
      answer (call, NULL);
      return;
    }
  g_assert_not_reached ();
}

/* --- what is asked --- */

static gboolean
find_target (Call *call, VswView *ret_view, GError **error)
{
  const char *path = g_dbus_method_invocation_get_object_path (call->invocation);

  if (vsw_view_find (call->calls->scene, path, ret_view) && call->table->is_present (ret_view))
    return TRUE;

  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT, "there is no object at '%.256s' any more", path);
  return FALSE;
}

static GUnixFDList *
get_descriptors (Call *call)
{
  return g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (call->invocation));
}

static gboolean
check_descriptors (Call *call, GError **error)
{
  GUnixFDList *fds = get_descriptors (call);

  if (fds == NULL || g_unix_fd_list_get_length (fds) == 0 || call->row->takes_descriptors)
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "method %s takes no descriptors", call->row->name);
  return FALSE;
}

static gboolean
decode (Call *call, GError **error)
{
  GDBusConnection *connection = g_dbus_method_invocation_get_connection (call->invocation);
  g_autofree char *holder = g_strdup_printf ("%s %s", g_dbus_connection_get_guid (connection),
                                             g_dbus_method_invocation_get_sender (call->invocation));
  VswView target;

  if (!find_target (call, &target, error) || !check_descriptors (call, error))
    return FALSE;

  call->request = vsw_request_new (&target, call->row->name, g_dbus_method_invocation_get_parameters (call->invocation),
                                   get_descriptors (call), vsw_caller_get_uid (call->caller), holder);
  vsw_checkpoint_expect (call->request, call->invocation);
  return call->row->decode (call->request, &target, error);
}

/* --- may it --- */

/* While somebody thought about his password, a switch may have stopped being shared, or a setting have come to name another one. */
static gboolean
check_again (Call *call, GError **error)
{
  const GDBusMethodInfo *method = g_dbus_method_invocation_get_method_info (call->invocation);
  g_autoptr (VswRequest) asked = g_steal_pointer (&call->request);
  const char *action;

  if (!decode (call, error) || (action = vsw_gate_choose (method, call->request, error)) == NULL)
    return FALSE;
  if (strcmp (action, call->action) != 0 || !g_string_equal (asked->touched, call->request->touched))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED,
                   "what %s acts on has changed since permission was asked for; call it again", call->row->name);
      return FALSE;
    }

  return TRUE;
}

static void
on_verdict (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  if (vsw_gate_ask_finish (VSW_GATE (source), result, &error) && check_present (call, &error)
      && check_again (call, &error))
    run (call);
  else
    refuse (call, error);
}

static void
ask (Call *call, const char *action)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (call->invocation);
  g_autoptr (GVariant) details = g_variant_ref_sink (vsw_request_print_details (call->request));
  VswQuestion question = { 0 };

  call->action = action;
  question.connection = g_dbus_method_invocation_get_connection (call->invocation);
  question.sender = g_dbus_method_invocation_get_sender (call->invocation);
  question.action = action;
  question.details = details;
  question.may_interact =
      (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;

  vsw_gate_ask_async (call->calls->gate, &question, call->cancellable, on_verdict, call);
}

/* What only reads does not wait in the engine's queue. */
static gboolean
count_call (Call *call, GError **error)
{
  const VswRules *rules = vsw_model_get_rules (vsw_engine_get_model (call->calls->scene->engine));

  if (vsw_gate_is_open (g_dbus_method_invocation_get_method_info (call->invocation)))
    return TRUE;

  call->uid = vsw_caller_get_uid (call->caller);
  call->is_counted = vsw_shares_take (call->calls->shares, call->uid, rules->max_calls_per_user, error);
  return call->is_counted;
}

static void
begin (VswCaller *caller, gpointer user_data)
{
  Call *call = user_data;
  const GDBusMethodInfo *method = g_dbus_method_invocation_get_method_info (call->invocation);
  g_autoptr (GError) error = NULL;
  const char *action;

  if (!check_present (call, &error) || !count_call (call, &error) || !decode (call, &error)
      || (action = vsw_gate_choose (method, call->request, &error)) == NULL)
    refuse (call, error);
  else if (g_strcmp0 (action, VSW_GATE_OPEN) == 0)
    run (call);
  else
    ask (call, action);
}

/* --- the beginning --- */

/* GDBus has looked the method up in the same interfaces that our tables are of. */
static Call *
new_call (VswCalls *self, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->calls = self;
  call->invocation = invocation;
  call->table = vsw_table_find (g_dbus_method_invocation_get_interface_name (invocation));
  g_assert (call->table != NULL);
  call->row = vsw_table_find_method (call->table, g_dbus_method_invocation_get_method_name (invocation));
  g_assert (call->row != NULL);
  call->caller = vsw_callers_get (self->callers, g_dbus_method_invocation_get_sender (invocation));
  call->cancellable = g_cancellable_new ();
  vsw_caller_watch (call->caller, call->cancellable);
  g_hash_table_add (self->running, call);

  return call;
}

/**
 * vsw_calls_take:
 * @self: the calls
 * @invocation: (transfer full): a call of a method of one of our interfaces
 *
 * Answers a method call, sooner or later. Thread: main.
 */
void
vsw_calls_take (VswCalls *self, GDBusMethodInvocation *invocation)
{
  g_autoptr (GError) error = NULL;
  Call *call = NULL;

  if (self->is_stopping)
    {
      error = new_stopping_error ();
      vsw_outbox_reply_error (self->outbox, invocation, error);
      return;
    }

  call = new_call (self, invocation);
  if (vsw_gate_is_open (g_dbus_method_invocation_get_method_info (invocation)))
    begin (call->caller, call);
  else
    vsw_caller_identify (call->caller, g_dbus_method_invocation_get_connection (invocation), begin, call);
}

/**
 * vsw_calls_new:
 * @scene: what is acted on
 * @gate: who decides
 * @callers: who calls
 * @outbox: where answers go
 *
 * Thread: main.
 *
 * Returns: (transfer full): no calls yet
 */
VswCalls *
vsw_calls_new (const VswScene *scene, VswGate *gate, VswCallers *callers, VswOutbox *outbox)
{
  VswCalls *self = g_new0 (VswCalls, 1);

  self->scene = scene;
  self->gate = g_object_ref (gate);
  self->callers = callers;
  self->outbox = outbox;
  self->running = g_hash_table_new (NULL, NULL);
  self->shares = vsw_shares_new ();
  self->reads = vsw_turnstile_new (NULL);

  return self;
}

/**
 * vsw_calls_free:
 * @self: (transfer full): the calls; none may be running
 *
 * Thread: main.
 */
void
vsw_calls_free (VswCalls *self)
{
  g_assert (g_hash_table_size (self->running) == 0);

  g_hash_table_unref (self->running);
  vsw_turnstile_free (self->reads);
  vsw_shares_free (self->shares);
  g_object_unref (self->gate);
  g_free (self);
}

/**
 * vsw_calls_stop:
 * @self: the calls
 *
 * Refuses new calls with INVALID_STATE, and those that wait for permission; those that run come to their end. Thread: main.
 */
void
vsw_calls_stop (VswCalls *self)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer key;

  self->is_stopping = TRUE;
  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Call *call = key;

      if (!call->is_allowed)
        g_ptr_array_add (waiting, g_object_ref (call->cancellable));
    }

  /* Cancelling may end calls at once. */
  for (guint i = 0; i < waiting->len; i++)
    g_cancellable_cancel (g_ptr_array_index (waiting, i));
}

/**
 * vsw_calls_count:
 * @self: the calls
 *
 * Thread: main.
 *
 * Returns: how many are running
 */
guint
vsw_calls_count (VswCalls *self)
{
  return g_hash_table_size (self->running);
}
