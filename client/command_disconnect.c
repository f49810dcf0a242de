/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

/**
 * vsw_command_disconnect:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `disconnect SWITCH/PORT`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_disconnect (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  VswNode *port;

  vsw_session_begin (session, "disconnect port %s", session->arguments[0]);
  port = vsw_session_find (session, VSW_NODE_PORT, session->arguments[0], error);
  if (port == NULL)
    return FALSE;
  answer = vsw_session_change (session, port->path, "SwitchPort", "Disconnect", g_variant_new ("(a{sv})", NULL), "()",
                               NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", port->path, NULL, NULL), "disconnected port %s",
                       port->name);
  return TRUE;
}
