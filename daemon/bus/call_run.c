/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/call_state.h"

#include "bus/checkpoint.h"
#include "bus/custodian.h"
#include "bus/custody.h"
#include "bus/descriptors.h"
#include "model/log.h"

/* Who changed what: one line a call, however much it made. */
static void
note_change (const VswCall *call)
{
  g_autofree char *name = NULL;
  g_autofree char *text = vsw_subject_print (call->subject, call->delta, &name);

  if (text != NULL)
    vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_CHANGE, name, "%s by uid %u: %s", call->row->name, call->request->uid, text);
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

static void
conclude (VswCall *call)
{
  if (call->delta != NULL && call->row->is_for_caller)
    call->leftover = vsw_leftover_new (call->calls->scene->engine, call->delta, call->request->holder);

  if (call->delta == NULL)
    vsw_call_refuse (call, call->error);
  else if (check_answer (call, &call->error))
    vsw_call_answer (call, NULL);
  else if (call->leftover != NULL)
    vsw_leftover_delete (g_steal_pointer (&call->leftover), on_taken_back, call);
  else
    vsw_call_refuse (call, call->error);
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  conclude (user_data);
}

/* Whoever is told that it is done finds NetworkManager done with it, too: what it does then would cut him off after he has said that all is well. */
static void
settle (VswCall *call)
{
  VswCustodian *custodian = call->calls->scene->custodian;
  g_autoptr (GPtrArray) nics = call->delta != NULL ? vsw_uplinks_list (call->delta) : NULL;

  if (call->loan != NULL)
    vsw_custodian_release (custodian, call->loan->head.id);
  if (call->loan != NULL || (nics != NULL && nics->len > 0))
    vsw_custodian_settle_async (custodian, on_settled, call);
  else
    conclude (call);
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;
  VswEngine *engine = VSW_ENGINE (source);

  call->delta = vsw_engine_apply_finish (engine, result, &call->error);

  /* It left while the engine was at work, and nobody released what was not there yet. */
  if (vsw_caller_is_gone (call->caller))
    vsw_engine_release (engine, call->request->holder);

  if (call->delta != NULL)
    note_change (call);
  settle (call);
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
  const VswScene *scene = call->calls->scene;
  VswEngine *engine = scene->engine;
  GPtrArray *changes;
  VswView target;
  gboolean is_there;

  call->is_allowed = TRUE;
  is_there = vsw_view_find (scene, g_dbus_method_invocation_get_object_path (call->invocation), &target);
  call->subject =
      vsw_subject_new (vsw_engine_get_model (engine), is_there ? &target : NULL, call->request->changes);
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

  if (!vsw_custody_finish (result, &call->loan, &call->error) || !vsw_call_check_present (call, &call->error))
    {
      settle (call);
      return;
    }

  for (guint i = 0; call->loan != NULL && i < changes->len; i++)
    ((VswChange *)g_ptr_array_index (changes, i))->loan = vsw_uplink_ref (call->loan->uplink);
  change (call);
}

static void
claim (VswCall *call)
{
  if (call->request->custody.index != 0)
    vsw_custody_async (call->request, g_dbus_method_invocation_get_connection (call->invocation), call->cancellable,
                       on_claimed, call);
  else
    change (call);
}

/* Before anybody lets go of anything. */
static void
on_passage (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswCall *call = user_data;

  if (vsw_engine_check_passage_finish (VSW_ENGINE (source), result, &call->error)
      && vsw_call_check_present (call, &call->error))
    claim (call);
  else
    settle (call);
}

void
vsw_call_run (VswCall *call)
{
  switch (call->row->run)
    {
    case VSW_RUN_CHANGE:
      if (call->request->passage_id != NULL)
        vsw_engine_check_passage_async (call->calls->scene->engine, call->request->passage_id, on_passage, call);
      else
        claim (call);
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
