/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

/**
 * vsw_command_system_remove_nic:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `system remove-nic SYSTEM/NIC [--force]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_system_remove_nic (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  GVariant *options;
  VswNode *node;

  vsw_session_begin (session, "remove NIC %s", session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_SETTING, session->arguments[0], error);
  options = node != NULL ? vsw_options_export (session->options, session->verb->options, NULL, error) : NULL;
  if (options == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, "ResourceAllocationSetting", "Remove",
                               g_variant_new ("(@a{sv})", options), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "removed NIC %s", node->name);
  return TRUE;
}
