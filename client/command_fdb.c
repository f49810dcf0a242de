/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

#include "client/name.h"

static const char *const headings[] = { "MAC", "PORT", "KIND", "AGE", "DEVICE", NULL };

static void
add_entry (const VswSession *session, VswTable *table, GVariant *entry)
{
  const char *mac = "";
  const char *path = "/";
  const char *device = "";
  gboolean is_static = FALSE;
  gboolean is_local = FALSE;
  guint32 age = 0;
  VswNode *port;
  g_autofree char *port_text = NULL;
  g_autofree char *device_text = NULL;
  g_autofree char *mac_text = NULL;
  g_autofree char *age_text = NULL;

  g_variant_lookup (entry, "MacAddress", "&s", &mac);
  g_variant_lookup (entry, "Port", "&o", &path);
  g_variant_lookup (entry, "InterfaceName", "&s", &device);
  g_variant_lookup (entry, "Static", "b", &is_static);
  g_variant_lookup (entry, "Local", "b", &is_local);
  g_variant_lookup (entry, "AgeSeconds", "u", &age);

  port = vsw_tree_get (session->tree, path);
  mac_text = vsw_print_text (mac, &session->style);
  port_text = vsw_print_text (port != NULL ? port->name : "-", &session->style);
  device_text = vsw_print_text (device, &session->style);
  age_text = is_static || is_local ? g_strdup ("-") : g_strdup_printf ("%us", age);
  vsw_table_add (table, (const char *const[]){ mac_text, port_text,
                                               is_local    ? "local"
                                               : is_static ? "static"
                                                           : "learned",
                                               age_text, device_text });
}

/**
 * vsw_command_fdb:
 * @session: a session
 * @error: as vsw_tree_find() and vsw_session_read() say
 *
 * `fdb SWITCH`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_fdb (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) entries = NULL;
  g_autoptr (VswTable) table = vsw_table_new (headings);
  VswNode *node;

  vsw_session_begin (session, "read the forwarding table of switch %s", session->arguments[0]);
  node = vsw_session_find (session, VSW_NODE_SWITCH, session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  answer = vsw_session_read (session, node->path, VSW_BUS_PREFIX "Switch", "GetForwardingTable",
                             g_variant_new ("(a{sv})", NULL), "(aa{sv})", error);
  if (answer == NULL)
    return FALSE;
  entries = g_variant_get_child_value (answer, 0);
  if (session->json)
    {
      vsw_session_print_json (session, entries);
      return TRUE;
    }
  for (gsize i = 0; i < g_variant_n_children (entries); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);

      add_entry (session, table, entry);
    }
  vsw_session_print_table (session, table);
  return TRUE;
}
