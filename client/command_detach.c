/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/verbs.h"

/* "" if it is not part of one */
static char *
get_system (const VswNode *node)
{
  return vsw_node_get_string (
      node, vsw_node_has (node, "EmulatedEthernetPort") ? "EmulatedEthernetPort" : "SyntheticEthernetPort",
      "VirtualSystem");
}

/**
 * vsw_command_detach:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say; %VSW_FAILURE_CONFLICT if it was not attached
 *
 * `detach ENDPOINT`: the NIC goes, plugged in or not, with the port that was made for it. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_detach (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  GVariantBuilder options;
  g_autofree char *system_path = NULL;
  const VswNode *system;
  VswNode *node;

  vsw_session_begin (session, "detach endpoint %s", session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_ENDPOINT, session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  if (!vsw_node_has (node, "SyntheticEthernetPort") && !vsw_node_has (node, "EmulatedEthernetPort"))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "it is not a guest's NIC");
      return FALSE;
    }
  /* Forced, the service would take it out of a running machine. */
  system_path = get_system (node);
  system = vsw_tree_get (session->tree, system_path);
  if (system != NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "it was not attached: it is part of system %s",
                   system->name);
      return FALSE;
    }
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "force", g_variant_new_boolean (TRUE));
  answer = vsw_session_change (session, node->path, "EthernetPort", "Delete", g_variant_new ("(a{sv})", &options), "()",
                               NULL, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "detached endpoint %s",
                       node->name);
  return TRUE;
}
