/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/changes.h"
#include "client/verbs.h"

/**
 * vsw_command_set:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say; %VSW_FAILURE_USAGE
 *
 * `set switch|port|endpoint|system NAME KEY=VALUE…`, `system set SYSTEM KEY=VALUE…`: all in one call. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_set (VswSession *session, GError **error)
{
  const char *noun = vsw_session_get_noun (session);
  g_autoptr (GVariant) answer = NULL;
  GVariant *changes;
  VswNode *node;

  vsw_session_begin (session, "change %s %s", noun, session->arguments[0]);
  node = vsw_session_find (session, vsw_node_kind_decode (noun), session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  changes = vsw_changes_decode (session->tree, node, session->arguments + 1, error);
  if (changes == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, vsw_node_get_main (node), "Modify",
                               g_variant_new ("(@a{sv}a{sv})", changes, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "changed %s %s", noun,
                       node->name);
  return TRUE;
}
