/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/external.h"
#include "client/failure.h"
#include "client/guard.h"
#include "client/name.h"
#include "client/steps.h"
#include "client/verbs.h"

static gboolean
is_dry (const VswSession *session)
{
  return vsw_session_get_option (session, "dry-run") != NULL;
}

static void
print_steps (VswSession *session, const char *const *steps)
{
  g_autofree char *text = NULL;

  if (session->json)
    {
      GVariantBuilder builder;

      g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "Steps", g_variant_new_strv (steps, -1));
      vsw_session_print_json (session, g_variant_builder_end (&builder));
      return;
    }
  text = vsw_steps_print (steps, &session->style);
  vsw_session_print (session, "%s", text);
}

static gboolean
check_options (const VswSession *session, GError **error)
{
  if (vsw_session_get_option (session, "keep") == NULL || session->confirm_within == 0)
    return TRUE;
  g_set_error_literal (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--keep does not go with --confirm-within");
  return FALSE;
}

/* Whoever is reached through what has just moved must be able to say that he still is: these wait to be confirmed unasked. */
static gboolean
take_checkpoint (VswSession *session, const char *checkpoint, GError **error)
{
  vsw_guard_take (session, checkpoint);
  return vsw_session_get_option (session, "keep") == NULL || vsw_guard_keep (session, error);
}

static GVariant *
new_setup_options (const VswSession *session)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (is_dry (session))
    g_variant_builder_add (&builder, "{sv}", "dry-run", g_variant_new_boolean (TRUE));
  if (vsw_session_get_option (session, "take-over") != NULL)
    g_variant_builder_add (&builder, "{sv}", "take-over", g_variant_new_boolean (TRUE));
  if (vsw_session_get_option (session, "ignore-firewall") != NULL)
    g_variant_builder_add (&builder, "{sv}", "ignore-firewall", g_variant_new_boolean (TRUE));
  return g_variant_builder_end (&builder);
}

/**
 * vsw_command_setup:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_external_find() and vsw_session_change() say; %VSW_FAILURE_USAGE
 *
 * `setup SWITCH NIC [--name NAME] … [--dry-run]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_setup (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autofree const char **steps = NULL;
  g_autofree char *endpoint = NULL;
  VswNode *node;
  VswNode *nic;
  GVariant *settings;
  const char *internal;
  const char *checkpoint;

  vsw_session_begin (session, "set up switch %s with %s", session->arguments[0], session->arguments[1]);
  if (!check_options (session, error))
    return FALSE;
  node = vsw_session_find (session, VSW_NODE_SWITCH, session->arguments[0], error);
  nic = node != NULL ? vsw_external_find (session, session->arguments[1], error) : NULL;
  settings = nic != NULL ? vsw_options_export (session->options, session->verb->options, NULL, error) : NULL;
  if (settings == NULL)
    return FALSE;
  answer = vsw_session_change (
      session, VSW_BUS_MANAGER, "Manager", "SetupSwitch",
      g_variant_new ("(oo@a{sv}@a{sv})", node->path, nic->path, settings, new_setup_options (session)), "(ooas)", NULL,
      error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o&o^a&s)", &internal, &checkpoint, &steps);
  if (is_dry (session))
    {
      print_steps (session, steps);
      return TRUE;
    }
  if (!take_checkpoint (session, checkpoint, error))
    return FALSE;
  endpoint = vsw_name_new_from_path (internal);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", internal, NULL, NULL),
                       "set up switch %s: the host has moved from %s to %s", node->name, nic->name, endpoint);
  return TRUE;
}

/* (transfer full): what became of the NIC, "" if that is not known. */
static char *
print_return (const VswSession *session, const VswNode *node)
{
  g_autofree char *path = vsw_node_get_string (node, "Switch", "ExternalPort");
  const VswNode *nic = vsw_tree_get (session->tree, path);
  g_autofree char *state = nic != NULL ? vsw_node_get_string (nic, "EthernetPort", "State") : NULL;

  if (nic == NULL)
    return g_strdup ("");
  if (g_str_equal (state, "missing"))
    return g_strdup_printf (", whose NIC %s is missing", nic->name);
  return g_strdup_printf (": the host has moved back to %s", nic->name);
}

/**
 * vsw_command_teardown:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_change() say
 *
 * `teardown SWITCH [--dry-run] [--drop-addresses]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_teardown (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autofree const char **steps = NULL;
  g_autofree char *where = NULL;
  VswNode *node;
  GVariant *options;
  const char *checkpoint;

  vsw_session_begin (session, "tear down switch %s", session->arguments[0]);
  if (!check_options (session, error))
    return FALSE;
  node = vsw_session_find (session, VSW_NODE_SWITCH, session->arguments[0], error);
  options = node != NULL ? vsw_options_export (session->options, session->verb->options, NULL, error) : NULL;
  if (options == NULL)
    return FALSE;
  where = print_return (session, node);
  answer = vsw_session_change (session, VSW_BUS_MANAGER, "Manager", "TeardownSwitch",
                               g_variant_new ("(o@a{sv})", node->path, options), "(oas)", NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o^a&s)", &checkpoint, &steps);
  if (is_dry (session))
    {
      print_steps (session, steps);
      return TRUE;
    }
  if (!take_checkpoint (session, checkpoint, error))
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "tore down switch %s%s",
                       node->name, where);
  return TRUE;
}
