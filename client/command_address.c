/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

/**
 * vsw_command_address:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `address add|remove SWITCH/PORT MAC`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_address (VswSession *session, GError **error)
{
  const char *const *words = (const char *const *)session->arguments;
  gboolean add = g_str_equal (session->verb->noun, "add");
  g_autofree char *switch_path = NULL;
  g_autoptr (GVariant) answer = NULL;
  VswNode *port;

  vsw_session_begin (session, add ? "add address %s to port %s" : "remove address %s from port %s", words[1], words[0]);
  port = vsw_session_find (session, VSW_NODE_PORT, words[0], error);
  if (port == NULL)
    return FALSE;
  switch_path = vsw_node_get_string (port, "SwitchPort", "Switch");
  answer = vsw_session_change (session, switch_path, "Switch", add ? "AddStaticAddress" : "RemoveStaticAddress",
                               g_variant_new ("(soa{sv})", words[1], port->path, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", port->path, NULL, NULL),
                       add ? "added address %s to port %s" : "removed address %s from port %s", words[1], port->name);
  return TRUE;
}
