/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/verbs.h"

#include "client/name.h"

static const char *const headings[] = { "OBJECT",     "RX-BYTES", "RX-PACKETS", "TX-BYTES",
                                        "TX-PACKETS", "DROPPED",  "ERRORS",     NULL };

static guint64
get_counter (GVariant *counters, const char *name)
{
  guint64 value = 0;

  g_variant_lookup (counters, name, "t", &value);
  return value;
}

static void
add_row (const VswSession *session, VswTable *table, const VswNode *node, GVariant *counters)
{
  g_autofree char *title = g_strdup_printf ("%s %s", vsw_node_kind_print (node->kind), node->name);
  g_autofree char *name = vsw_print_text (title, &session->style);
  guint64 numbers[] = {
    get_counter (counters, "rx-bytes"),
    get_counter (counters, "rx-packets"),
    get_counter (counters, "tx-bytes"),
    get_counter (counters, "tx-packets"),
    get_counter (counters, "rx-dropped") + get_counter (counters, "tx-dropped"),
    get_counter (counters, "rx-errors") + get_counter (counters, "tx-errors"),
  };
  char texts[G_N_ELEMENTS (numbers)][24];
  const char *cells[G_N_ELEMENTS (headings) - 1] = { name };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_snprintf (texts[i], sizeof texts[i], "%" G_GUINT64_FORMAT, numbers[i]);
      cells[i + 1] = texts[i];
    }
  vsw_table_add (table, cells);
}

static void
add_json (GVariantBuilder *builder, const VswNode *node, GVariant *counters)
{
  GVariantIter iter;
  const char *name;
  guint64 value;

  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "Path", g_variant_new_object_path (node->path));
  g_variant_iter_init (&iter, counters);
  while (g_variant_iter_next (&iter, "{&st}", &name, &value))
    g_variant_builder_add (builder, "{sv}", name, g_variant_new_uint64 (value));
  g_variant_builder_close (builder);
}

/* In the order of the tree; an object that came after the tree was read is left out. */
static void
print_statistics (VswSession *session, GVariant *statistics)
{
  g_autoptr (VswTable) table = vsw_table_new (headings);
  g_autoptr (GHashTable) by_path =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_variant_unref);
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("aa{sv}"));
  GVariantIter iter;
  const char *path;
  GVariant *counters;

  g_variant_iter_init (&iter, statistics);
  while (g_variant_iter_next (&iter, "{&o@a{st}}", &path, &counters))
    g_hash_table_insert (by_path, (char *)path, counters);
  for (guint i = 0; i < session->tree->nodes->len; i++)
    {
      const VswNode *node = session->tree->nodes->pdata[i];

      counters = g_hash_table_lookup (by_path, node->path);
      if (counters != NULL && session->json)
        add_json (builder, node, counters);
      else if (counters != NULL)
        add_row (session, table, node, counters);
    }
  if (session->json)
    vsw_session_print_json (session, g_variant_builder_end (builder));
  else
    vsw_session_print_table (session, table);
}

/**
 * vsw_command_stats:
 * @session: a session
 * @error: as vsw_tree_find_any() and vsw_session_read() say
 *
 * `stats [NAME…]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_stats (VswSession *session, GError **error)
{
  g_autoptr (GVariantBuilder) paths = g_variant_builder_new (G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) statistics = NULL;

  vsw_session_begin (session, "read counters");
  if (vsw_session_load (session, error) == NULL)
    return FALSE;
  for (guint i = 0; i < session->n_arguments; i++)
    {
      VswNode *node = vsw_tree_find_any (session->tree, session->arguments[i], error);

      if (node == NULL)
        return FALSE;
      g_variant_builder_add (paths, "o", node->path);
    }
  answer = vsw_session_read (session, VSW_BUS_MANAGER, VSW_BUS_PREFIX "Manager", "GetStatistics",
                             g_variant_new ("(aoa{sv})", paths, NULL), "(a{oa{st}})", error);
  if (answer == NULL)
    return FALSE;
  statistics = g_variant_get_child_value (answer, 0);
  print_statistics (session, statistics);
  return TRUE;
}
