/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/name.h"
#include "client/verbs.h"

/* (nullable): what the options say; a connection is looked up. */
static GVariant *
new_setting (VswSession *session, const char *name, GError **error)
{
  const char *connection = vsw_session_get_option (session, "connection");
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (builder, "{sv}", "Name", g_variant_new_string (name));
  if (connection != NULL)
    {
      const char *path = vsw_tree_find_connection (session->tree, connection, error);

      if (path == NULL)
        return NULL;
      g_variant_builder_add (builder, "{sv}", "Connection", g_variant_new_object_path (path));
    }
  if (vsw_session_get_option (session, "no-automatic-connection") != NULL)
    g_variant_builder_add (builder, "{sv}", "AutomaticConnection", g_variant_new_boolean (FALSE));
  return vsw_options_export (session->options, session->verb->options, g_steal_pointer (&builder), error);
}

/**
 * vsw_command_system_add_nic:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_tree_find_connection() and vsw_session_change() say; %VSW_FAILURE_USAGE
 *
 * `system add-nic SYSTEM/NIC [--connection SWITCH[/PORT]] …`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_system_add_nic (VswSession *session, GError **error)
{
  g_autofree char *system_name = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GVariant) answer = NULL;
  GVariant *setting;
  VswNode *node;
  const char *created;

  vsw_session_begin (session, "add NIC %s", session->arguments[0]);
  if (!vsw_name_split_setting (session->arguments[0], &system_name, &name, error))
    return FALSE;
  node = vsw_session_find (session, VSW_NODE_SYSTEM, system_name, error);
  setting = node != NULL ? new_setting (session, name, error) : NULL;
  if (setting == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, "VirtualSystem", "AddResourceSetting",
                               g_variant_new ("(@a{sv}a{sv})", setting, NULL), "(o)", NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o)", &created);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", created, NULL, NULL), "added NIC %s/%s", system_name,
                       name);
  return TRUE;
}
