/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/verbs.h"

/**
 * vsw_command_disconnect_internal:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say; %VSW_FAILURE_CONFLICT if it is plugged in nowhere or not internal
 *
 * `disconnect-internal ENDPOINT`: asks the switch that it is plugged into. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_disconnect_internal (VswSession *session, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GVariant) answer = NULL;
  VswNode *node;

  vsw_session_begin (session, "disconnect the host's endpoint %s", session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_ENDPOINT, session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  path = vsw_node_get_string (node, "InternalEthernetPort", "Switch");
  if (path[0] == '\0' || g_str_equal (path, "/"))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT,
                   path[0] == '\0' ? "it is not internal" : "it is not connected");
      return FALSE;
    }
  answer = vsw_session_change (session, path, "Switch", "DisconnectInternal",
                               g_variant_new ("(oa{sv})", node->path, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "deleted endpoint %s",
                       node->name);
  return TRUE;
}
