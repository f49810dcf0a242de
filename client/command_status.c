/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/name.h"
#include "client/verbs.h"

/* How many there are of each kind, and how many are not as wished. */
typedef struct
{
  guint32 switches, ports, connected, endpoints, external, systems, enabled, uplinks, missing, degraded;
} Counts;

static gboolean
is_bound (const VswNode *node)
{
  return vsw_node_is (node, "ExternalEthernetPort", "IsBound");
}

static Counts
count_nodes (const VswTree *tree)
{
  Counts counts = { 0 };

  for (guint i = 0; i < tree->nodes->len; i++)
    {
      const VswNode *node = tree->nodes->pdata[i];
      const char *main_name = vsw_node_get_main (node);
      g_autofree char *state = main_name != NULL ? vsw_node_get_string (node, main_name, "State") : g_strdup ("");
      g_autofree char *enabled = vsw_node_get_string (node, "VirtualSystem", "EnabledState");
      gboolean is_external = vsw_node_has (node, "ExternalEthernetPort");

      counts.switches += node->kind == VSW_NODE_SWITCH;
      counts.ports += node->kind == VSW_NODE_PORT;
      counts.connected += vsw_node_has (node, "ActiveConnection");
      counts.endpoints += node->kind == VSW_NODE_ENDPOINT && !is_external;
      counts.external += is_external;
      counts.systems += node->kind == VSW_NODE_SYSTEM;
      counts.enabled += g_str_equal (enabled, "enabled");
      counts.uplinks += is_bound (node);
      counts.missing += is_bound (node) && g_str_equal (state, "missing");
      counts.degraded += g_str_equal (state, "degraded");
    }
  return counts;
}

static void
print_json (VswSession *session, const VswNode *manager, const Counts *counts)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Manager", vsw_node_export (manager));
  g_variant_builder_add (&builder, "{sv}", "Switches", g_variant_new_uint32 (counts->switches));
  g_variant_builder_add (&builder, "{sv}", "Ports", g_variant_new_uint32 (counts->ports));
  g_variant_builder_add (&builder, "{sv}", "ActiveConnections", g_variant_new_uint32 (counts->connected));
  g_variant_builder_add (&builder, "{sv}", "Endpoints", g_variant_new_uint32 (counts->endpoints));
  g_variant_builder_add (&builder, "{sv}", "ExternalEndpoints", g_variant_new_uint32 (counts->external));
  g_variant_builder_add (&builder, "{sv}", "Uplinks", g_variant_new_uint32 (counts->uplinks));
  g_variant_builder_add (&builder, "{sv}", "MissingUplinks", g_variant_new_uint32 (counts->missing));
  g_variant_builder_add (&builder, "{sv}", "Systems", g_variant_new_uint32 (counts->systems));
  g_variant_builder_add (&builder, "{sv}", "EnabledSystems", g_variant_new_uint32 (counts->enabled));
  g_variant_builder_add (&builder, "{sv}", "Degraded", g_variant_new_uint32 (counts->degraded));
  vsw_session_print_json (session, g_variant_builder_end (&builder));
}

static void
print_property (VswSession *session, const VswNode *manager, const char *property, const char *title)
{
  g_autoptr (GVariant) value = vsw_node_get (manager, "Manager", property);
  g_autofree char *text = value != NULL ? vsw_print_value (property, value, &session->style) : g_strdup ("unknown");

  vsw_session_print (session, "%-14s%s\n", title, text);
}

/* A warning is for people: its text, with its code for those who look it up. */
static void
print_warnings (VswSession *session, const VswNode *manager)
{
  g_autoptr (GVariant) warnings = vsw_node_get (manager, "Manager", "Warnings");
  GVariantIter iter;
  const char *code;
  const char *text;

  if (warnings == NULL || !g_variant_is_of_type (warnings, G_VARIANT_TYPE ("a(ss)"))
      || g_variant_n_children (warnings) == 0)
    {
      vsw_session_print (session, "%-14s%s\n", "Warnings", "none");
      return;
    }
  g_variant_iter_init (&iter, warnings);
  while (g_variant_iter_next (&iter, "(&s&s)", &code, &text))
    {
      g_autofree char *safe_code = vsw_print_text (code, &session->style);
      g_autofree char *safe_text = vsw_print_text (text, &session->style);

      vsw_session_print (session, "%-14s%s (%s)\n", "Warning", safe_text, safe_code);
    }
}

/**
 * vsw_command_status:
 * @session: a session
 * @error: as vsw_session_load() says; %VSW_FAILURE_UNAVAILABLE without a manager
 *
 * `status`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_status (VswSession *session, GError **error)
{
  const VswNode *manager;
  Counts counts;

  vsw_session_begin (session, "read the status");
  if (vsw_session_load (session, error) == NULL)
    return FALSE;
  manager = vsw_tree_get (session->tree, VSW_BUS_MANAGER);
  if (manager == NULL || manager->kind != VSW_NODE_MANAGER)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_UNAVAILABLE, "the service has no %s", VSW_BUS_MANAGER);
      return FALSE;
    }
  counts = count_nodes (session->tree);
  if (session->json)
    {
      print_json (session, manager, &counts);
      return TRUE;
    }
  print_property (session, manager, "Version", "Version");
  vsw_session_print (session, "%-14s%u\n", "Switches", counts.switches);
  vsw_session_print (session, "%-14s%u, connected %u\n", "Ports", counts.ports, counts.connected);
  vsw_session_print (session, "%-14s%u, external %u\n", "Endpoints", counts.endpoints, counts.external);
  vsw_session_print (session, "%-14s%u, missing %u\n", "Uplinks", counts.uplinks, counts.missing);
  vsw_session_print (session, "%-14s%u, enabled %u\n", "Systems", counts.systems, counts.enabled);
  vsw_session_print (session, "%-14s%u\n", "Degraded", counts.degraded);
  print_property (session, manager, "DynamicMacRange", "MAC range");
  print_property (session, manager, "Limits", "Limits");
  print_property (session, manager, "Capabilities", "Capabilities");
  print_warnings (session, manager);
  return TRUE;
}
