/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/json.h"
#include "client/plug.h"
#include "client/program.h"
#include "client/qemu.h"
#include "client/run_plan.h"
#include "client/verbs.h"

#include <stdio.h>

#define MAX_TRIES  10
#define PAUSE_USEC (100 * 1000)

/* What --print-qemu prints: with placeholders before there are NICs, with values after. On the error stream where the output is
 * the command's. */
static gboolean
print_options (VswSession *session, GPtrArray *plugs, const VswPlaceholders *values, GError **error)
{
  FILE *stream = values != NULL ? stderr : stdout;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < plugs->len; i++)
    {
      const VswPlug *plug = plugs->pdata[i];
      g_auto (GStrv) options = vsw_qemu_new_options (plug->kind, plug->queues, i + 1);

      for (char **option = options; *option != NULL; option++)
        {
          char *word =
              values != NULL ? vsw_placeholder_replace (*option, values, plugs->len, error) : g_strdup (*option);

          if (word == NULL)
            return FALSE;
          g_ptr_array_add (all, word);
          if (!session->json)
            fprintf (stream, "%s%s", word, option[1] != NULL ? " " : "\n");
        }
    }
  if (session->json)
    {
      g_autoptr (GVariant) list =
          g_variant_ref_sink (g_variant_new_strv ((const char *const *)all->pdata, (gssize)all->len));
      g_autofree char *text = vsw_json_print (list);

      fprintf (stream, "%s\n", text);
    }
  fflush (stream);
  return TRUE;
}

/* Does not return if all goes well. */
static void
execute (VswSession *session, GPtrArray *plugs, GError **error)
{
  VswPlaceholders *values = vsw_plug_new_placeholders (plugs);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  gboolean good = TRUE;

  for (char **word = session->command; good && *word != NULL; word++)
    {
      g_ptr_array_add (words, vsw_placeholder_replace (*word, values, plugs->len, error));
      good = words->pdata[words->len - 1] != NULL;
    }
  if (good && vsw_session_get_option (session, "print-qemu") != NULL)
    good = print_options (session, plugs, values, error);
  vsw_plug_free_placeholders (values, plugs->len);
  g_ptr_array_add (words, NULL);
  if (good && vsw_plug_inherit_all (plugs, error))
    vsw_program_execute ((char **)words->pdata, session->pipe_ignored, error);
}

/* Whether the command can be run at all with so many NICs. */
static gboolean
check_command (VswSession *session, guint n_nics, GError **error)
{
  const char *const *command = (const char *const *)session->command;
  gboolean printing = vsw_session_get_option (session, "print-qemu") != NULL;

  return vsw_placeholder_check (command, n_nics, !printing, error) && vsw_program_check (command[0], error);
}

/* Gets the descriptors. A system whose guest has just ended is disabled only when the service has seen all its taps go, a moment
 * later; who starts the guest again at once shall not have to know. */
static VswRunPlan *
obtain_plan (VswSession *session, guint n_nics, GError **error)
{
  for (guint tries = 1;; tries++)
    {
      g_autoptr (GError) wrong = NULL;
      g_autoptr (VswRunPlan) plan = vsw_run_plan_new (session, &wrong);
      gboolean checked = plan != NULL && (n_nics > 0 || check_command (session, plan->plugs->len, &wrong));

      if (checked && vsw_run_plan_obtain (plan, session, &wrong))
        return g_steal_pointer (&plan);
      if (plan != NULL)
        vsw_run_plan_undo (plan, session, &wrong);
      if (!checked || plan->system == NULL || wrong->code != VSW_FAILURE_NOT_FOUND || tries == MAX_TRIES)
        {
          g_propagate_error (error, g_steal_pointer (&wrong));
          return NULL;
        }
      vsw_session_forget (session);
      g_usleep (PAUSE_USEC);
    }
}

/**
 * vsw_command_run:
 * @session: a session
 * @error: as vsw_run_plan_new() and vsw_run_plan_obtain() say; %VSW_FAILURE_USAGE; %VSW_FAILURE_NO_COMMAND or
 *   %VSW_FAILURE_CANNOT_EXECUTE
 *
 * `run [SWITCH] [--nic …]… [--endpoint …]… [--system …] [--print-qemu] [-- COMMAND…]`. The bus connection is closed by becoming
 * the command, and not before, so that a system that was started for it can be stopped again if that fails. Main thread.
 *
 * Returns: whether it was done; if there is a command, only when it was not.
 */
gboolean
vsw_command_run (VswSession *session, GError **error)
{
  gboolean has_command = session->command != NULL && session->command[0] != NULL;
  g_autoptr (VswRunPlan) plan = NULL;
  guint n_nics;

  if (has_command)
    {
      g_autofree char *name = g_filename_display_name (session->command[0]);

      vsw_session_begin (session, "run %s", name);
    }
  else if (vsw_session_get_option (session, "print-qemu") == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "run wants a command behind --, or --print-qemu");
      return FALSE;
    }
  /* Mistakes of the command line are told before anything is asked of the service; how many NICs a system has it must say. */
  if (!vsw_run_plan_count (session, &n_nics, error)
      || (has_command && n_nics > 0 && !check_command (session, n_nics, error)))
    return FALSE;
  if (!has_command)
    {
      plan = vsw_run_plan_new (session, error);
      return plan != NULL && print_options (session, plan->plugs, NULL, error);
    }
  plan = obtain_plan (session, n_nics, error);
  if (plan == NULL)
    return FALSE;
  execute (session, plan->plugs, error);
  vsw_run_plan_undo (plan, session, error);
  return FALSE;
}
