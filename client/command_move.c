/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

#include <string.h>

/**
 * vsw_command_move:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `move SWITCH/PORT SWITCH`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_move (VswSession *session, GError **error)
{
  const char *const *names = (const char *const *)session->arguments;
  g_autofree char *moved = NULL;
  g_autoptr (GVariant) answer = NULL;
  VswNode *port;
  VswNode *target;

  vsw_session_begin (session, "move port %s to switch %s", names[0], names[1]);
  port = vsw_session_find (session, VSW_NODE_PORT, names[0], error);
  target = port != NULL ? vsw_session_find (session, VSW_NODE_SWITCH, names[1], error) : NULL;
  if (target == NULL)
    return FALSE;
  answer = vsw_session_change (session, port->path, "SwitchPort", "Move",
                               g_variant_new ("(oa{sv})", target->path, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  /* The port is another object now: below its new switch, under its own name. */
  moved = g_strconcat (target->path, "/port", strrchr (port->path, '/'), NULL);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", moved, NULL, NULL), "moved port %s to %s%s", port->name,
                       target->name, strchr (port->name, '/'));
  return TRUE;
}
