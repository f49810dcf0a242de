/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/name.h"
#include "client/verbs.h"

static const char *const tree_headings[] = { "NAME", "KIND", "STATE", "DEVICE", "MAC", NULL };
static const char *const switch_headings[] = {
  "NAME", "KIND", "STATE", "PORTS", "UPLINK", "MTU", "DEVICE", "MAC", NULL
};
static const char *const port_headings[] = { "PORT", "STATE", "ENDPOINT", "LIFETIME", NULL };
static const char *const endpoint_headings[] = { "NAME", "KIND", "STATE", "PORT", "DEVICE", "MAC", NULL };
static const char *const system_headings[] = { "NAME", "STATE", "NICS", "MACHINE", "LIFETIME", NULL };
static const char *const setting_headings[] = {
  "NIC", "KIND", "BACKEND", "CONNECTION", "ENDPOINT", "MAC", "WAITS", NULL
};
static const char *const checkpoint_headings[] = { "NUMBER", "LEFT", "OWNER", "CHANGED", "SCOPE", NULL };

/* A property as one cell. */
static char *
print_cell (const VswSession *session, const VswNode *node, const char *interface_name, const char *property)
{
  g_autoptr (GVariant) value = vsw_node_get (node, interface_name, property);

  return value != NULL ? vsw_print_value (property, value, &session->style) : g_strdup ("");
}

static gboolean
is_external (const VswNode *node)
{
  return node->kind == VSW_NODE_ENDPOINT && vsw_node_has (node, "ExternalEthernetPort");
}

/* What is plugged into a port, by name; "" if nothing is. */
static char *
print_endpoint (const VswSession *session, const VswNode *port)
{
  g_autofree char *path = vsw_node_get_string (port, "SwitchPort", "Endpoint");
  VswNode *endpoint = vsw_tree_get (session->tree, path);

  return endpoint != NULL ? vsw_print_text (endpoint->name, &session->style) : g_strdup ("");
}

static char *
print_port (const VswSession *session, const VswNode *endpoint)
{
  g_autofree char *path = vsw_node_get_string (endpoint, "LanEndpoint", "SwitchPort");
  VswNode *port = vsw_tree_get (session->tree, path);

  return port != NULL ? vsw_print_text (port->name, &session->style) : g_strdup ("");
}

/* One line of the tree. @before: the lines drawn in front of it. */
static void
add_line (const VswSession *session, VswTable *table, const VswNode *node, const char *name, const char *before)
{
  const char *main_name = vsw_node_get_main (node);
  gboolean is_port = node->kind == VSW_NODE_PORT;
  g_autofree char *escaped = vsw_print_text (name, &session->style);
  g_autofree char *label = g_strconcat (before, escaped, NULL);
  g_autofree char *kind = is_port ? g_strdup ("port") : print_cell (session, node, main_name, "Kind");
  g_autofree char *state = print_cell (session, node, main_name, "State");
  g_autofree char *device = print_cell (session, node, is_port ? "ActiveConnection" : main_name, "InterfaceName");
  g_autofree char *mac = print_cell (session, node, main_name, "MacAddress");

  vsw_table_add (table, (const char *const[]){ label, kind, state, device, mac });
}

/* A switch port, and below it what is plugged in. */
static void
add_port (const VswSession *session, VswTable *table, const VswNode *port, gboolean last)
{
  gboolean lines = session->style.lines;
  g_autofree char *name = vsw_node_get_string (port, "SwitchPort", "Name");
  g_autofree char *path = vsw_node_get_string (port, "SwitchPort", "Endpoint");
  VswNode *endpoint = vsw_tree_get (session->tree, path);

  add_line (session, table, port, name, !lines ? "  " : last ? "└─ " : "├─ ");
  if (endpoint != NULL)
    add_line (session, table, endpoint, endpoint->name, !lines ? "    " : last ? "   └─ " : "│  └─ ");
}

/* (element-type utf8 GPtrArray): the ports of each switch, the settings of each system, by its path, in the order of the tree */
static GHashTable *
group_children (const VswTree *tree, VswNodeKind kind, const char *property)
{
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);

  for (guint i = 0; i < tree->nodes->len; i++)
    {
      VswNode *node = tree->nodes->pdata[i];
      g_autofree char *owner = NULL;
      GPtrArray *group;

      if (node->kind != kind)
        continue;
      owner = vsw_node_get_string (node, vsw_node_get_main (node), property);
      group = g_hash_table_lookup (groups, owner);
      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_hash_table_insert (groups, g_steal_pointer (&owner), group);
        }
      g_ptr_array_add (group, node);
    }
  return groups;
}

/* Endpoints that hang on no switch, under a title of their own. */
static void
add_others (const VswSession *session, VswTable *table, gboolean external, const char *title)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (guint i = 0; i < session->tree->nodes->len; i++)
    {
      VswNode *node = session->tree->nodes->pdata[i];
      g_autofree char *port = node->kind == VSW_NODE_ENDPOINT ? print_port (session, node) : NULL;

      if (port != NULL && is_external (node) == external && port[0] == '\0')
        g_ptr_array_add (found, node);
    }
  if (found->len > 0)
    vsw_table_add (table, (const char *const[]){ title, NULL, NULL, NULL, NULL });
  for (guint i = 0; i < found->len; i++)
    {
      VswNode *node = found->pdata[i];

      add_line (session, table, node, node->name, !session->style.lines ? "  " : i + 1 == found->len ? "└─ " : "├─ ");
    }
}

/* One line of the tree for a setting: what it is now stands with its port. */
static void
add_setting (const VswSession *session, VswTable *table, const VswNode *setting, gboolean last)
{
  g_autofree char *name = vsw_node_get_string (setting, "ResourceAllocationSetting", "Name");
  g_autofree char *escaped = vsw_print_text (name, &session->style);
  g_autofree char *label = g_strconcat (!session->style.lines ? "  " : last ? "└─ " : "├─ ", escaped, NULL);
  g_autofree char *kind = print_cell (session, setting, "ResourceAllocationSetting", "ResourceSubType");
  g_autofree char *path = vsw_node_get_string (setting, "ResourceAllocationSetting", "EthernetPort");
  const VswNode *endpoint = vsw_tree_get (session->tree, path);
  g_autofree char *state = endpoint != NULL ? print_cell (session, endpoint, "EthernetPort", "State") : NULL;
  g_autofree char *device = endpoint != NULL ? print_cell (session, endpoint, "EthernetPort", "InterfaceName") : NULL;
  g_autofree char *mac = print_cell (session, setting, "ResourceAllocationSetting", "Address");

  vsw_table_add (table, (const char *const[]){ label, kind, state, device, mac });
}

/* Systems with their settings, under a title. */
static void
add_systems (const VswSession *session, VswTable *table)
{
  g_autoptr (GHashTable) groups = group_children (session->tree, VSW_NODE_SETTING, "VirtualSystem");
  gboolean first = TRUE;

  for (guint i = 0; i < session->tree->nodes->len; i++)
    {
      const VswNode *node = session->tree->nodes->pdata[i];
      GPtrArray *settings = node->kind == VSW_NODE_SYSTEM ? g_hash_table_lookup (groups, node->path) : NULL;
      g_autofree char *name = vsw_print_text (node->name, &session->style);
      g_autofree char *state = print_cell (session, node, "VirtualSystem", "EnabledState");

      if (node->kind != VSW_NODE_SYSTEM)
        continue;
      if (first)
        vsw_table_add (table, (const char *const[]){ "(systems)", NULL, NULL, NULL, NULL });
      first = FALSE;
      vsw_table_add (table, (const char *const[]){ name, "system", state, NULL, NULL });
      for (guint j = 0; settings != NULL && j < settings->len; j++)
        add_setting (session, table, settings->pdata[j], j + 1 == settings->len);
    }
}

static void
print_tree (VswSession *session)
{
  g_autoptr (VswTable) table = vsw_table_new (tree_headings);
  g_autoptr (GHashTable) groups = group_children (session->tree, VSW_NODE_PORT, "Switch");

  for (guint i = 0; i < session->tree->nodes->len; i++)
    {
      const VswNode *node = session->tree->nodes->pdata[i];
      GPtrArray *ports = node->kind == VSW_NODE_SWITCH ? g_hash_table_lookup (groups, node->path) : NULL;

      if (node->kind == VSW_NODE_SWITCH)
        add_line (session, table, node, node->name, "");
      for (guint j = 0; ports != NULL && j < ports->len; j++)
        add_port (session, table, ports->pdata[j], j + 1 == ports->len);
    }
  add_systems (session, table);
  add_others (session, table, FALSE, "(unplugged)");
  add_others (session, table, TRUE, "(external)");
  vsw_session_print_table (session, table);
}

static char *
count_ports (const VswSession *session, const VswNode *node)
{
  g_autoptr (GVariant) ports = vsw_node_get (node, "Switch", "Ports");

  return g_strdup_printf ("%" G_GSIZE_FORMAT, ports != NULL ? g_variant_n_children (ports) : 0);
}

/* The object that a property names, as its user types it; "" if there is none. */
static char *
print_target (const VswSession *session, const VswNode *node, const char *property)
{
  g_autofree char *path = vsw_node_get_string (node, vsw_node_get_main (node), property);
  VswNode *target = vsw_tree_get (session->tree, path);

  return target != NULL ? vsw_print_text (target->name, &session->style) : g_strdup ("");
}

static void
add_switch_row (const VswSession *session, VswTable *table, const VswNode *node, const char *name)
{
  g_autofree char *kind = print_cell (session, node, "Switch", "Kind");
  g_autofree char *state = print_cell (session, node, "Switch", "State");
  g_autofree char *ports = count_ports (session, node);
  g_autofree char *uplink = print_target (session, node, "ExternalPort");
  g_autofree char *mtu = print_cell (session, node, "Switch", "Mtu");
  g_autofree char *device = print_cell (session, node, "Switch", "InterfaceName");
  g_autofree char *mac = print_cell (session, node, "Switch", "MacAddress");

  vsw_table_add (table, (const char *const[]){ name, kind, state, ports, uplink, mtu, device, mac });
}

static void
add_port_row (const VswSession *session, VswTable *table, const VswNode *node, const char *name)
{
  g_autofree char *state = print_cell (session, node, "SwitchPort", "State");
  g_autofree char *endpoint = print_endpoint (session, node);
  g_autofree char *lifetime = print_cell (session, node, "SwitchPort", "Lifetime");

  vsw_table_add (table, (const char *const[]){ name, state, endpoint, lifetime });
}

static void
add_endpoint_row (const VswSession *session, VswTable *table, const VswNode *node, const char *name)
{
  g_autofree char *kind = print_cell (session, node, "EthernetPort", "Kind");
  g_autofree char *state = print_cell (session, node, "EthernetPort", "State");
  g_autofree char *port = print_port (session, node);
  g_autofree char *device = print_cell (session, node, "EthernetPort", "InterfaceName");
  g_autofree char *mac = print_cell (session, node, "EthernetPort", "MacAddress");

  vsw_table_add (table, (const char *const[]){ name, kind, state, port, device, mac });
}

static void
add_system_row (const VswSession *session, VswTable *table, const VswNode *node, const char *name)
{
  g_autoptr (GVariant) settings = vsw_node_get (node, "VirtualSystem", "ResourceSettings");
  g_autofree char *state = print_cell (session, node, "VirtualSystem", "EnabledState");
  g_autofree char *nics = g_strdup_printf ("%" G_GSIZE_FORMAT, settings != NULL ? g_variant_n_children (settings) : 0);
  g_autofree char *machine = print_cell (session, node, "VirtualSystem", "Machine");
  g_autofree char *lifetime = print_cell (session, node, "VirtualSystem", "Lifetime");

  vsw_table_add (table, (const char *const[]){ name, state, nics, machine, lifetime });
}

static void
add_setting_row (const VswSession *session, VswTable *table, const VswNode *node, const char *name)
{
  g_autoptr (GVariant) pending = vsw_node_get (node, "ResourceAllocationSetting", "PendingChanges");
  gboolean waits = pending != NULL && g_variant_n_children (pending) > 0;
  g_autofree char *kind = print_cell (session, node, "ResourceAllocationSetting", "ResourceSubType");
  g_autofree char *backend = print_cell (session, node, "ResourceAllocationSetting", "Backend");
  g_autofree char *connection = print_target (session, node, "Connection");
  g_autofree char *endpoint = print_target (session, node, "EthernetPort");
  g_autofree char *mac = print_cell (session, node, "ResourceAllocationSetting", "Address");
  g_autofree char *what = waits ? vsw_print_value ("", pending, &session->style) : NULL;

  vsw_table_add (table, (const char *const[]){ name, kind, backend, connection, endpoint, mac, what });
}

/* The nouns of `list`: which objects they mean, and how a row of theirs looks. */
/* What is left of its time; the service does not wait for whoever looks. */
static char *
print_left (const VswNode *node)
{
  g_autoptr (GVariant) deadline = vsw_node_get (node, "Checkpoint", "DeadlineTimestamp");
  gint64 left;

  if (deadline == NULL || !g_variant_is_of_type (deadline, G_VARIANT_TYPE_UINT64))
    return g_strdup ("");
  left = (gint64)g_variant_get_uint64 (deadline) - g_get_real_time ();
  return g_strdup_printf ("%" G_GINT64_FORMAT " s", MAX ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC, 0));
}

/* What is there goes by its name, what was deleted since by its kind as well: in parentheses. */
static char *
print_scope (const VswSession *session, const VswNode *node)
{
  g_autoptr (GVariant) scope = vsw_node_get (node, "Checkpoint", "Scope");
  g_autoptr (GString) names = g_string_new (NULL);
  GVariantIter iter;
  const char *path;

  if (scope == NULL || !g_variant_is_of_type (scope, G_VARIANT_TYPE_OBJECT_PATH_ARRAY))
    return g_strdup ("");
  g_variant_iter_init (&iter, scope);
  while (g_variant_iter_next (&iter, "&o", &path))
    {
      const VswNode *object = vsw_tree_get (session->tree, path);
      g_autofree char *gone = object == NULL ? vsw_name_new_from_path (path) : NULL;

      g_string_append (names, names->len > 0 ? " " : "");
      g_string_append_printf (names, gone != NULL ? "(%s)" : "%s", gone != NULL ? gone : object->name);
    }
  return vsw_print_text (names->str, &session->style);
}

static void
add_checkpoint_row (const VswSession *session, VswTable *table, const VswNode *node, const char *name)
{
  g_autofree char *left = print_left (node);
  g_autofree char *owner = print_cell (session, node, "Checkpoint", "OwnerUid");
  g_autofree char *objects = print_cell (session, node, "Checkpoint", "ChangedObjects");
  g_autofree char *scope = print_scope (session, node);

  vsw_table_add (table, (const char *const[]){ name, left, owner, objects, scope });
}

static const struct
{
  const char *noun;
  const char *key; /* in JSON, of the list of all */
  VswNodeKind kind;
  const char *const *headings;
  void (*add_row) (const VswSession *session, VswTable *table, const VswNode *node, const char *name);
} lists[] = {
  { "switches", "Switches", VSW_NODE_SWITCH, switch_headings, add_switch_row },
  { "ports", "Ports", VSW_NODE_PORT, port_headings, add_port_row },
  { "endpoints", "Endpoints", VSW_NODE_ENDPOINT, endpoint_headings, add_endpoint_row },
  { "systems", "Systems", VSW_NODE_SYSTEM, system_headings, add_system_row },
  { "settings", "Settings", VSW_NODE_SETTING, setting_headings, add_setting_row },
  { "checkpoints", "Checkpoints", VSW_NODE_CHECKPOINT, checkpoint_headings, add_checkpoint_row },
};

static GPtrArray *
find_nodes (const VswSession *session, gsize list)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < session->tree->nodes->len; i++)
    {
      VswNode *node = session->tree->nodes->pdata[i];

      if (node->kind == lists[list].kind)
        g_ptr_array_add (found, node);
    }
  return found;
}

static GVariant *
export_list (const VswSession *session, gsize list)
{
  g_autoptr (GPtrArray) found = find_nodes (session, list);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < found->len; i++)
    g_variant_builder_add_value (&builder, vsw_node_export (found->pdata[i]));
  return g_variant_builder_end (&builder);
}

static void
print_names (VswSession *session, gsize list)
{
  g_autoptr (GPtrArray) found = find_nodes (session, list);

  for (guint i = 0; i < found->len; i++)
    {
      g_autofree char *name = vsw_print_text (((VswNode *)found->pdata[i])->name, &session->style);

      vsw_session_print (session, "%s\n", name);
    }
}

static void
print_list (VswSession *session, gsize list)
{
  g_autoptr (GPtrArray) found = find_nodes (session, list);
  g_autoptr (VswTable) table = vsw_table_new (lists[list].headings);

  for (guint i = 0; i < found->len; i++)
    {
      const VswNode *node = found->pdata[i];
      g_autofree char *name = vsw_print_text (node->name, &session->style);

      lists[list].add_row (session, table, node, name);
    }
  vsw_session_print_table (session, table);
}

static void
print_all (VswSession *session)
{
  GVariantBuilder builder;

  if (!session->json && !session->quiet)
    {
      print_tree (session);
      return;
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      /* The number of a checkpoint is no name that another command would take. */
      if (session->quiet && !session->json && lists[i].kind == VSW_NODE_CHECKPOINT)
        continue;
      if (session->json)
        g_variant_builder_add (&builder, "{sv}", lists[i].key, export_list (session, i));
      else
        print_names (session, i);
    }
  if (session->json)
    vsw_session_print_json (session, g_variant_builder_end (&builder));
  else
    g_variant_builder_clear (&builder);
}

/**
 * vsw_command_list:
 * @session: a session
 * @error: as vsw_session_load() says
 *
 * `list [switches|ports|endpoints|systems|settings|checkpoints]`, `system list`, `checkpoint list`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_list (VswSession *session, GError **error)
{
  const char *noun = session->verb->noun;

  if (g_str_equal (session->verb->name, "system"))
    noun = "systems";
  else if (g_str_equal (session->verb->name, "checkpoint"))
    noun = "checkpoints";

  if (vsw_session_load (session, error) == NULL)
    return FALSE;
  if (noun == NULL)
    {
      print_all (session);
      return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      if (!g_str_equal (lists[i].noun, noun))
        continue;
      if (session->json)
        vsw_session_print_json (session, export_list (session, i));
      else if (session->quiet)
        print_names (session, i);
      else
        print_list (session, i);
    }
  return TRUE;
}
