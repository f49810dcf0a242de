/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/call_state.h"

static void
free_call (VswCall *call)
{
  if (call->is_counted)
    vsw_shares_give_back (call->calls->shares, call->uid);
  g_hash_table_remove (call->calls->running, call);
  vsw_caller_unwatch (call->caller, call->cancellable);

  g_clear_object (&call->fds);
  g_clear_error (&call->error);
  g_clear_pointer (&call->loan, vsw_value_unref);
  g_clear_pointer (&call->subject, vsw_subject_free);
  g_clear_pointer (&call->delta, vsw_delta_unref);
  g_clear_pointer (&call->leftover, vsw_leftover_free);
  g_clear_pointer (&call->request, vsw_request_free);
  g_object_unref (call->cancellable);
  vsw_caller_unref (call->caller);
  g_free (call);
}

GError *
vsw_call_new_stopping_error (void)
{
  return g_error_new (VSW_ERROR, VSW_ERROR_INVALID_STATE, "the service is stopping");
}

void
vsw_call_refuse (VswCall *call, const GError *error)
{
  g_autoptr (GError) stopping = NULL;

  if (call->calls->is_stopping && g_cancellable_is_cancelled (call->cancellable))
    error = stopping = vsw_call_new_stopping_error ();

  vsw_outbox_reply_error (call->calls->outbox, g_steal_pointer (&call->invocation), error);
  free_call (call);
}

gboolean
vsw_call_check_present (VswCall *call, GError **error)
{
  if (!g_cancellable_is_cancelled (call->cancellable))
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "the caller has left the bus");
  return FALSE;
}

static void
on_taken_back (gpointer data)
{
  free_call (data);
}

static void
on_told (gboolean gone, gpointer data)
{
  VswCall *call = data;

  if (gone)
    vsw_leftover_delete (g_steal_pointer (&call->leftover), on_taken_back, call);
  else
    free_call (call);
}

/* Descriptors, too, must not outlive what waits for the bus to say whether somebody got them. */
static void
answer_and_hear (VswCall *call, GVariant *body)
{
  g_autoptr (GUnixFDList) fds = g_steal_pointer (&call->fds);

  g_clear_pointer (&call->request, vsw_request_free);
  vsw_outbox_reply_and_tell (call->calls->outbox, g_steal_pointer (&call->invocation), body, fds, on_told, call);
}

void
vsw_call_answer (VswCall *call, GArray *reading)
{
  g_autoptr (GError) error = NULL;
  GVariant *body = NULL;

  if (call->row->reply != NULL)
    body = call->row->reply (call->request, reading, &error);

  if (error != NULL)
    {
      vsw_call_refuse (call, error);
      return;
    }

  if (call->leftover != NULL)
    {
      answer_and_hear (call, body);
      return;
    }

  vsw_outbox_reply_with_descriptors (call->calls->outbox, g_steal_pointer (&call->invocation), body, call->fds);
  free_call (call);
}
