/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/call_state.h"

#include "bus/checkpoint.h"
#include "bus/custody.h"
#include "bus/descriptors.h"
#include "bus/leftover.h"
#include "model/log.h"

/* Who changed what: one line a call, however much it made. */
static void
note_change (const VswCall *call, VswDelta *delta)
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
  VswCall *call = data;

  vsw_call_refuse (call, call->error);
}

/* Whether what was done can be told to somebody, with all that belongs to it. */
static gboolean
check_answer (VswCall *call, GError **error)
{
  if (!vsw_caller_is_gone (call->caller))
    return vsw_descriptors_pack (call->request, &call->fds, error);

  g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "the caller has left the bus");
  return FALSE;
}

static GDBusConnection *
get_connection (const VswCall *call)
{
  return g_dbus_method_invocation_get_connection (call->invocation);
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;
  VswEngine *engine = VSW_ENGINE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (VswDelta) delta = vsw_engine_apply_finish (engine, result, &error);

  /* It left while the engine was at work, and nobody released what was not there yet. */
  if (vsw_caller_is_gone (call->caller))
    vsw_engine_release (engine, call->request->holder);

  if (delta == NULL && call->was_taken)
    vsw_custody_give_back (get_connection (call), call->request->custody.name);
  if (delta == NULL)
    {
      vsw_call_refuse (call, error);
      return;
    }

  note_change (call, delta);
  vsw_custody_give_back_released (get_connection (call), delta);
  if (check_answer (call, &call->error))
    vsw_call_answer (call, NULL);
  else if (call->row->is_for_caller)
    vsw_leftover_delete (engine, delta, call->request->holder, on_taken_back, call);
  else
    vsw_call_refuse (call, call->error);
}

static void
on_planned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;
  g_autoptr (GError) error = NULL;

  call->request->steps = vsw_engine_plan_finish (VSW_ENGINE (source), result, &error);
  if (call->request->steps != NULL)
    vsw_call_answer (call, NULL);
  else
    vsw_call_refuse (call, error);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) reading = vsw_engine_read_finish (VSW_ENGINE (source), result, &error);
  VswTurnstile *reads = call->calls->reads;
  g_autoptr (GDBusConnection) connection =
      g_object_ref (g_dbus_method_invocation_get_connection (call->invocation));

  if (reading == NULL)
    vsw_call_refuse (call, error);
  else
    vsw_call_answer (call, reading);
  vsw_turnstile_leave_after (reads, connection);
}

/* Its turn has come, perhaps long after it asked. */
static void
read_kernel (gpointer data)
{
  VswCall *call = data;
  VswTurnstile *reads = call->calls->reads;
  VswEngine *engine = call->calls->scene->engine;
  g_autoptr (GError) error = NULL;

  if (!vsw_call_check_present (call, &error))
    {
      vsw_call_refuse (call, error);
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
change (VswCall *call)
{
  VswEngine *engine = call->calls->scene->engine;
  GPtrArray *changes;

  call->is_allowed = TRUE;
  vsw_checkpoint_guard (call->request);
  changes = g_steal_pointer (&call->request->changes);
  if (call->request->is_dry)
    vsw_engine_plan_async (engine, changes, call->cancellable, on_planned, call);
  else
    vsw_engine_apply_async (engine, changes, call->cancellable, on_applied, call);
}

/* Whoever let go of the NIC gets it back one day. */
static void
on_claimed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;
  GPtrArray *changes = call->request->changes;
  g_autoptr (GError) error = NULL;

  if (!vsw_custody_finish (result, &call->was_taken, &error) || !vsw_call_check_present (call, &error))
    {
      if (call->was_taken)
        vsw_custody_give_back (get_connection (call), call->request->custody.name);
      vsw_call_refuse (call, error);
      return;
    }

  for (guint i = 0; i < changes->len; i++)
    ((VswChange *)g_ptr_array_index (changes, i))->is_taken_over = call->was_taken;
  change (call);
}

void
vsw_call_run (VswCall *call)
{
  switch (call->row->run)
    {
    case VSW_RUN_CHANGE:
      if (call->request->custody.index != 0)
        vsw_custody_async (&call->request->custody, call->request->is_dry, get_connection (call), call->calls->scene->engine,
                         call->cancellable, on_claimed, call);
      else
        change (call);
      return;
    case VSW_RUN_FORWARDING:
    case VSW_RUN_COUNTERS:
      vsw_turnstile_enter (call->calls->reads, g_dbus_method_invocation_get_sender (call->invocation), read_kernel,
                           call);
      return;
    case VSW_RUN_NOTHING:
      vsw_call_answer (call, NULL);
      return;
    }
  g_assert_not_reached ();
}
