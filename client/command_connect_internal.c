/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/hold.h"
#include "client/verbs.h"

/**
 * vsw_command_connect_internal:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say; %VSW_FAILURE_USAGE
 *
 * `connect-internal SWITCH [NAME]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_connect_internal (VswSession *session, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) answer = NULL;
  GVariant *settings;
  VswNode *node;
  const char *port;
  const char *endpoint;

  vsw_session_begin (session, "connect the host to switch %s", session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_SWITCH, session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  settings = vsw_options_export (session->options, session->verb->options, NULL, error);
  if (settings == NULL)
    return FALSE;
  name = session->n_arguments == 2 ? g_strdup (session->arguments[1]) : g_strconcat (node->name, "-host", NULL);
  answer = vsw_session_change (session, node->path, "Switch", "ConnectInternal",
                               g_variant_new ("(s@a{sv}a{sv})", name, settings, NULL), "(oo)", NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o&o)", &port, &endpoint);
  vsw_session_confirm (session, vsw_session_new_paths ("Port", port, "Endpoint", endpoint),
                       "connected the host to switch %s: port %s/%s, endpoint %s", node->name, node->name, name, name);
  vsw_hold (session);
  return TRUE;
}
