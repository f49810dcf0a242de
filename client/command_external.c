/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/external.h"
#include "client/failure.h"
#include "client/verbs.h"

/**
 * vsw_command_external_bind:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_external_find() and vsw_session_change() say
 *
 * `external bind SWITCH NIC [--drop-addresses]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_external_bind (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  VswNode *node;
  VswNode *nic;
  GVariant *options;
  const char *port;

  vsw_session_begin (session, "bind %s to switch %s", session->arguments[1], session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_SWITCH, session->arguments[0], error);
  nic = node != NULL ? vsw_external_find (session, session->arguments[1], error) : NULL;
  options = nic != NULL ? vsw_options_export (session->options, session->verb->options, NULL, error) : NULL;
  if (options == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, "Switch", "BindExternalEthernetPort",
                               g_variant_new ("(o@a{sv})", nic->path, options), "(o)", NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o)", &port);
  vsw_session_confirm (session, vsw_session_new_paths ("Port", port, "Endpoint", nic->path), "bound %s to switch %s",
                       nic->name, node->name);
  return TRUE;
}

/* The path of the switch: the one that is named, or the one that the NIC is bound to. (transfer full) */
static char *
choose_switch (VswSession *session, const VswNode *nic, GError **error)
{
  char *path;

  if (session->n_arguments == 2)
    {
      VswNode *node = vsw_session_find (session, VSW_NODE_SWITCH, session->arguments[0], error);

      return node != NULL ? g_strdup (node->path) : NULL;
    }
  path = vsw_external_get_switch (nic);
  if (path == NULL)
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "it is not bound to a switch");
  return path;
}

/**
 * vsw_command_external_unbind:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_external_find_bound() and vsw_session_change() say; %VSW_FAILURE_CONFLICT if it is bound to none
 *
 * `external unbind [SWITCH] NIC`: a NIC knows its switch; who names one as well makes sure of it. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_external_unbind (VswSession *session, GError **error)
{
  const char *name = session->arguments[session->n_arguments - 1];
  g_autofree char *path = NULL;
  g_autoptr (GVariant) answer = NULL;
  VswNode *nic;
  VswNode *home;

  vsw_session_begin (session, "unbind %s", name);
  nic = vsw_external_find_bound (session, name, error);
  path = nic != NULL ? choose_switch (session, nic, error) : NULL;
  if (path == NULL)
    return FALSE;
  answer = vsw_session_change (session, path, "Switch", "UnbindExternalEthernetPort",
                               g_variant_new ("(oa{sv})", nic->path, NULL), "()", NULL, error);
  if (answer == NULL)
    return FALSE;
  home = vsw_tree_get (session->tree, path);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", nic->path, NULL, NULL), "unbound %s from switch %s",
                       nic->name, home != NULL ? home->name : path);
  return TRUE;
}
