/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/call_state.h"

#include "bus/checkpoint.h"

#include <string.h>

/* --- what is asked --- */

static gboolean
find_target (VswCall *call, VswView *ret_view, GError **error)
{
  const char *path = g_dbus_method_invocation_get_object_path (call->invocation);

  if (vsw_view_find (call->calls->scene, path, ret_view) && call->table->is_present (ret_view))
    return TRUE;

  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT, "there is no object at '%.256s' any more", path);
  return FALSE;
}

static GUnixFDList *
get_descriptors (VswCall *call)
{
  return g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (call->invocation));
}

static gboolean
check_descriptors (VswCall *call, GError **error)
{
  GUnixFDList *fds = get_descriptors (call);

  if (fds == NULL || g_unix_fd_list_get_length (fds) == 0 || call->row->takes_descriptors)
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "method %s takes no descriptors", call->row->name);
  return FALSE;
}

static gboolean
decode (VswCall *call, GError **error)
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
check_again (VswCall *call, GError **error)
{
  const GDBusMethodInfo *method = g_dbus_method_invocation_get_method_info (call->invocation);
  g_autoptr (VswRequest) asked = g_steal_pointer (&call->request);
  VswDemand demand;

  if (!decode (call, error) || !vsw_gate_choose (method, call->request, &demand, error))
    return FALSE;
  if (strcmp (demand.action, call->demand.action) != 0 || g_strcmp0 (demand.further, call->demand.further) != 0
      || !g_string_equal (asked->touched, call->request->touched))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED,
                   "what %s acts on has changed since permission was asked for; call it again", call->row->name);
      return FALSE;
    }

  return TRUE;
}

static void
ask (VswCall *call, const char *action, GAsyncReadyCallback on_verdict)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (call->invocation);
  g_autoptr (GVariant) details = g_variant_ref_sink (vsw_request_print_details (call->request));
  VswQuestion question = { 0 };

  question.connection = g_dbus_method_invocation_get_connection (call->invocation);
  question.sender = g_dbus_method_invocation_get_sender (call->invocation);
  question.action = action;
  question.details = details;
  question.may_interact =
      (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;

  vsw_gate_ask_async (call->calls->gate, &question, call->cancellable, on_verdict, call);
}

static void
on_last_verdict (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (vsw_gate_ask_finish (VSW_GATE (source), result, &error) && vsw_call_check_present (call, &error)
      && check_again (call, &error))
    vsw_call_run (call);
  else
    vsw_call_refuse (call, error);
}

static void
on_first_verdict (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (vsw_gate_ask_finish (VSW_GATE (source), result, &error) && vsw_call_check_present (call, &error))
    ask (call, call->demand.further, on_last_verdict);
  else
    vsw_call_refuse (call, error);
}

/* What only reads does not wait in the engine's queue. */
static gboolean
count_call (VswCall *call, GError **error)
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
  VswCall *call = user_data;
  const GDBusMethodInfo *method = g_dbus_method_invocation_get_method_info (call->invocation);
  g_autoptr (GError) error = NULL;
  VswDemand *demand = &call->demand;

  if (!vsw_call_check_present (call, &error) || !count_call (call, &error) || !decode (call, &error)
      || !vsw_gate_choose (method, call->request, demand, &error))
    vsw_call_refuse (call, error);
  else if (strcmp (demand->action, VSW_GATE_OPEN) == 0)
    vsw_call_run (call);
  else
    ask (call, demand->action, demand->further != NULL ? on_first_verdict : on_last_verdict);
}

/* --- the beginning --- */

/* GDBus has looked the method up in the same interfaces that our tables are of. */
static VswCall *
new_call (VswCalls *self, GDBusMethodInvocation *invocation)
{
  VswCall *call = g_new0 (VswCall, 1);

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
  VswCall *call = NULL;

  if (self->is_stopping)
    {
      error = vsw_call_new_stopping_error ();
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
      VswCall *call = key;

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
