/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/changes.h"
#include "client/verbs.h"

static GVariant *
new_answer (const char *path, GVariant *pending)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Path", g_variant_new_object_path (path));
  g_variant_builder_add (&builder, "{sv}", "PendingChanges", pending);
  return g_variant_builder_end (&builder);
}

/**
 * vsw_command_system_set_nic:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_changes_decode(), vsw_session_change() and vsw_session_get_property() say
 *
 * `system set-nic SYSTEM/NIC KEY=VALUE…`: all in one call; then says what waits until the system is started the next time. Main
 * thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_system_set_nic (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) pending = NULL;
  g_autofree char *waits = NULL;
  GVariant *changes;
  VswNode *node;

  vsw_session_begin (session, "change NIC %s", session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_SETTING, session->arguments[0], error);
  changes = node != NULL ? vsw_changes_decode (session->tree, node, session->arguments + 1, error) : NULL;
  if (changes == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, "ResourceAllocationSetting", "Modify",
                               g_variant_new ("(@a{sv}a{sv})", changes, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_begin (session, "tell what waits of the change of NIC %s", session->arguments[0]);
  pending = vsw_session_get_property (session, node->path, "ResourceAllocationSetting", "PendingChanges", "as", error);
  if (pending == NULL)
    return FALSE;
  waits = vsw_print_value ("", pending, &session->style);
  if (g_variant_n_children (pending) == 0)
    vsw_session_confirm (session, new_answer (node->path, pending), "changed NIC %s", node->name);
  else
    vsw_session_confirm (session, new_answer (node->path, pending),
                         "changed NIC %s; until its system is started the next time this waits: %s", node->name, waits);
  return TRUE;
}
