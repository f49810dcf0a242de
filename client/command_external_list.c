/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/external.h"
#include "client/verbs.h"

/* The last ones go first where a terminal is narrow: an address helps nobody choose. */
static const char *const headings[] = { "NAME", "SWITCH", "STATE", "SPEED",     "DRIVER",
                                        "BUS",  "TYPE",   "MAC",   "PERMANENT", NULL };

/* (transfer container) (element-type VswNode): in the order of the tree. */
static GPtrArray *
find_all (const VswTree *tree)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < tree->nodes->len; i++)
    if (vsw_node_has (tree->nodes->pdata[i], "ExternalEthernetPort"))
      g_ptr_array_add (found, tree->nodes->pdata[i]);
  return found;
}

/* A property as one cell. */
static char *
print_cell (const VswSession *session, const VswNode *node, const char *interface_name, const char *property)
{
  g_autofree char *text = vsw_node_get_string (node, interface_name, property);

  return vsw_print_text (text, &session->style);
}

/* Where it is bound, whether it can be, or that it cannot: the reason stands below. */
static char *
print_switch (const VswSession *session, const VswNode *node)
{
  g_autofree char *path = vsw_external_get_switch (node);
  const VswNode *home = path != NULL ? vsw_tree_get (session->tree, path) : NULL;

  if (path != NULL)
    return vsw_print_text (home != NULL ? home->name : path, &session->style);
  return g_strdup (vsw_node_is (node, "ExternalEthernetPort", "Bridgeable") ? "none" : "cannot");
}

/* Duplex is a matter of those that have a speed. */
static char *
print_speed (const VswSession *session, const VswNode *node)
{
  g_autoptr (GVariant) speed = vsw_node_get (node, "EthernetPort", "Speed");
  g_autofree char *rate = speed != NULL ? vsw_print_value ("Speed", speed, &session->style) : g_strdup ("");

  if (speed == NULL || !g_variant_is_of_type (speed, G_VARIANT_TYPE_UINT64) || g_variant_get_uint64 (speed) == 0)
    return g_strdup ("unknown");
  return g_strconcat (rate, vsw_node_is (node, "EthernetPort", "FullDuplex") ? " full" : " half", NULL);
}

/* What the hardware came with, where somebody gave it another. */
static char *
print_permanent (const VswSession *session, const VswNode *node, const char *mac)
{
  g_autofree char *permanent = print_cell (session, node, "EthernetPort", "PermanentAddress");

  return g_strdup (g_str_equal (permanent, mac) ? "" : permanent);
}

static void
add_row (const VswSession *session, VswTable *table, const VswNode *node)
{
  g_autofree char *name = vsw_external_print_name (session->tree, node, &session->style);
  g_autofree char *home = print_switch (session, node);
  g_autofree char *state = print_cell (session, node, "EthernetPort", "State");
  g_autofree char *speed = print_speed (session, node);
  g_autofree char *driver = print_cell (session, node, "ExternalEthernetPort", "Driver");
  g_autofree char *bus = print_cell (session, node, "ExternalEthernetPort", "BusPath");
  g_autofree char *type = print_cell (session, node, "ExternalEthernetPort", "UplinkType");
  g_autofree char *mac = print_cell (session, node, "EthernetPort", "MacAddress");
  g_autofree char *permanent = print_permanent (session, node, mac);

  vsw_table_add (table, (const char *const[]){ name, home, state, speed, driver, bus, type, mac, permanent });
}

/* Sentences are too long for a cell. Of a NIC that is bound, the switch says it all, unless the NIC goes by another name now. */
static void
print_remarks (VswSession *session, const VswNode *node)
{
  g_autofree char *name = vsw_external_print_name (session->tree, node, &session->style);
  g_autofree char *home = vsw_external_get_switch (node);
  g_autofree char *reason = print_cell (session, node, "ExternalEthernetPort", "NotBridgeableReason");
  g_autofree char *device = print_cell (session, node, "EthernetPort", "InterfaceName");

  if (home == NULL && reason[0] != '\0')
    vsw_session_print (session, "%s cannot be an uplink: %s\n", name, reason);
  if (home != NULL && device[0] != '\0' && !g_str_equal (device, node->name))
    vsw_session_print (session, "%s is called %s now\n", name, device);
}

static void
print_table (VswSession *session, const GPtrArray *found)
{
  g_autoptr (VswTable) table = vsw_table_new (headings);

  for (guint i = 0; i < found->len; i++)
    add_row (session, table, found->pdata[i]);
  vsw_session_print_table (session, table);
  for (guint i = 0; i < found->len; i++)
    print_remarks (session, found->pdata[i]);
}

static void
print_json (VswSession *session, const GPtrArray *found)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < found->len; i++)
    g_variant_builder_add_value (&builder, vsw_node_export (found->pdata[i]));
  vsw_session_print_json (session, g_variant_builder_end (&builder));
}

/**
 * vsw_command_external_list:
 * @session: a session
 * @error: as vsw_session_load() says
 *
 * `external list`, `list external`: the NICs of the host that a switch may have as its uplink. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_external_list (VswSession *session, GError **error)
{
  g_autoptr (GPtrArray) found = NULL;

  if (vsw_session_load (session, error) == NULL)
    return FALSE;
  found = find_all (session->tree);
  if (session->json)
    print_json (session, found);
  else if (!session->quiet)
    print_table (session, found);
  for (guint i = 0; i < found->len && session->quiet && !session->json; i++)
    {
      g_autofree char *name = vsw_external_print_name (session->tree, found->pdata[i], &session->style);

      vsw_session_print (session, "%s\n", name);
    }
  return TRUE;
}
