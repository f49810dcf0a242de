/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/help.h"

/**
 * vsw_command_help:
 * @session: a session
 * @error: %VSW_FAILURE_USAGE
 *
 * `help [COMMAND]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_help (VswSession *session, GError **error)
{
  g_autofree char *text = NULL;

  if (session->json)
    {
      vsw_session_print_json (session, vsw_help_export ());
      return TRUE;
    }
  text = session->n_arguments == 0 ? vsw_help_print ()
                                   : vsw_help_print_verb (session->arguments[0], session->arguments[1]);
  if (text == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "there is no command \"%s\"; see vmswitchctl --help",
                   session->arguments[0]);
      return FALSE;
    }
  vsw_session_print (session, "%s", text);
  return TRUE;
}
