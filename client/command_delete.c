/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

/**
 * vsw_command_delete:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `delete switch|port|endpoint|system NAME [--force]`, `system delete SYSTEM [--force]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_delete (VswSession *session, GError **error)
{
  const char *noun = vsw_session_get_noun (session);
  g_autoptr (GVariant) answer = NULL;
  GVariant *options;
  VswNode *node;

  vsw_session_begin (session, "delete %s %s", noun, session->arguments[0]);
  node = vsw_session_find (session, vsw_node_kind_decode (noun), session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  options = vsw_options_export (session->options, session->verb->options, NULL, error);
  if (options == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, vsw_node_get_main (node), "Delete",
                               g_variant_new ("(@a{sv})", options), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "deleted %s %s", noun,
                       node->name);
  return TRUE;
}
