/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

static const struct
{
  const char *noun;
  const char *state;
  const char *done;
} deeds[] = {
  { "start", "enabled", "started" },
  { "save", "saved", "saved" },
  { "stop", "disabled", "stopped" },
};

/**
 * vsw_command_system_state:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `system start|save|stop SYSTEM`: returns when the system is in its new state. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_system_state (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  VswNode *node;
  gsize deed = 0;

  while (!g_str_equal (deeds[deed].noun, session->verb->noun))
    g_assert (++deed < G_N_ELEMENTS (deeds));
  vsw_session_begin (session, "%s system %s", deeds[deed].noun, session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_SYSTEM, session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, "VirtualSystem", "RequestStateChange",
                               g_variant_new ("(sa{sv})", deeds[deed].state, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "%s system %s",
                       deeds[deed].done, node->name);
  return TRUE;
}
