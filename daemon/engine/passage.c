/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what is for the host would get through a switch, asked before the host goes over to it.
 *
 * As it is in this moment: a firewall that changes later is a standing condition like any other (engine/health.c). */
#include "engine/condition.h"
#include "engine/state.h"

static void
on_survey (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  VswEngine *engine = VSW_ENGINE (source);
  const VswSwitch *home = vsw_model_get_switch (engine->model, g_task_get_task_data (task));
  g_autoptr (GError) local = NULL;
  g_autoptr (VswSurvey) survey = vsw_engine_get_survey_finish (engine, result, &local);
  GError *error = NULL;

  /* Who cannot look says so and goes on: as everywhere, what is not known forbids nothing. */
  if (survey == NULL)
    g_message ("cannot look for a firewall in the way: %s", local->message);
  if (survey == NULL || home == NULL
      || vsw_condition_check_passage (engine->model, engine->links, survey, home, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * vsw_engine_check_passage_async:
 * @self: the engine
 * @switch_id: of a switch that the host is to be reached through
 * @callback: called with the answer: vsw_engine_check_passage_finish()
 * @user_data: for @callback
 *
 * Asks the kernel whether a firewall drops what passes through the switch. Thread: main.
 */
void
vsw_engine_check_passage_async (VswEngine *self, const char *switch_id, GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  const VswSwitch *home = vsw_model_get_switch (self->model, switch_id);
  const VswLink *bridge = home != NULL ? vsw_links_get_device (self->links, home->device) : NULL;

  g_task_set_source_tag (task, vsw_engine_check_passage_async);
  g_task_set_task_data (task, g_strdup (switch_id), g_free);
  if (bridge != NULL)
    {
      vsw_engine_get_survey_async (self, bridge->index, on_survey, task);
      return;
    }
  /* Whoever wants it there finds that out himself. */
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * vsw_engine_check_passage_finish:
 * @self: the engine
 * @result: of vsw_engine_check_passage_async()
 * @error: return location
 *
 * Errors: CONFLICT. Thread: main.
 *
 * Returns: %FALSE if the host would be cut off
 */
gboolean
vsw_engine_check_passage_finish (VswEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
