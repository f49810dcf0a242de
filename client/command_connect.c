/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

/**
 * vsw_command_connect:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `connect SWITCH/PORT ENDPOINT`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_connect (VswSession *session, GError **error)
{
  const char *const *names = (const char *const *)session->arguments;
  g_autoptr (GVariant) answer = NULL;
  VswNode *port;
  VswNode *endpoint;

  vsw_session_begin (session, "connect port %s to endpoint %s", names[0], names[1]);
  port = vsw_session_find (session, VSW_NODE_PORT, names[0], error);
  endpoint = port != NULL ? vsw_session_find (session, VSW_NODE_ENDPOINT, names[1], error) : NULL;
  if (endpoint == NULL)
    return FALSE;
  answer = vsw_session_change (session, port->path, "SwitchPort", "Connect",
                               g_variant_new ("(oa{sv})", endpoint->path, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Port", port->path, "Endpoint", endpoint->path),
                       "connected port %s to endpoint %s", port->name, endpoint->name);
  return TRUE;
}
