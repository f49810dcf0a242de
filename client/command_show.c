/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/name.h"
#include "client/verbs.h"

#include <string.h>

#define KEY_COLUMNS 25

static void
print_properties (VswSession *session, GVariant *properties, int indent)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *key = vsw_print_text (name, &session->style);
      g_autofree char *text = vsw_print_value (name, value, &session->style);

      if (text[0] == '\0')
        vsw_session_print (session, "%*s%s\n", indent, "", key);
      else
        vsw_session_print (session, "%*s%-*s%s\n", indent, "", KEY_COLUMNS - indent, key, text);
    }
}

static void
print_node (VswSession *session, const VswNode *node)
{
  g_autofree char *name = vsw_print_text (node->name, &session->style);
  const char *main_name = vsw_node_get_main (node);
  GVariantIter iter;
  const char *interface_name;
  GVariant *properties;

  if (node->kind == VSW_NODE_MANAGER)
    vsw_session_print (session, "manager\n");
  else
    vsw_session_print (session, "%s %s\n", vsw_node_kind_print (node->kind), name);
  vsw_session_print (session, "  %-*s%s\n", KEY_COLUMNS - 2, "Path", node->path);

  /* The main interface first, then what the object is besides. */
  for (int round = 0; round < 2; round++)
    {
      g_variant_iter_init (&iter, node->interfaces);
      while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &interface_name, &properties))
        {
          g_autofree char *short_name = vsw_print_text (vsw_name_get_interface (interface_name), &session->style);
          gboolean is_main = g_strcmp0 (short_name, main_name) == 0;

          if (!g_str_has_prefix (interface_name, VSW_BUS_PREFIX) || is_main != (round == 0))
            continue;
          if (!is_main)
            vsw_session_print (session, "  %s\n", short_name);
          print_properties (session, properties, is_main ? 2 : 4);
        }
    }
}

/* (transfer container) (element-type VswNode): the settings of a system; of anything else, nothing. */
static GPtrArray *
find_settings (const VswTree *tree, const VswNode *system)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; system->kind == VSW_NODE_SYSTEM && i < tree->nodes->len; i++)
    {
      VswNode *node = tree->nodes->pdata[i];
      g_autofree char *owner = vsw_node_get_string (node, "ResourceAllocationSetting", "VirtualSystem");

      if (g_str_equal (owner, system->path))
        g_ptr_array_add (found, node);
    }
  return found;
}

/* A system is nothing without its settings. */
static GVariant *
export_node (const VswTree *tree, const VswNode *node)
{
  g_autoptr (GPtrArray) settings = find_settings (tree, node);
  g_autoptr (GVariant) value = g_variant_ref_sink (vsw_node_export (node));
  GVariantBuilder list;
  GVariantBuilder builder;
  GVariantIter iter;
  GVariant *entry;

  if (node->kind != VSW_NODE_SYSTEM)
    return g_steal_pointer (&value);
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < settings->len; i++)
    g_variant_builder_add_value (&list, vsw_node_export (settings->pdata[i]));
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_loop (&iter, "@{sv}", &entry))
    g_variant_builder_add_value (&builder, entry);
  g_variant_builder_add (&builder, "{sv}", "Settings", g_variant_builder_end (&list));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
print_with_settings (VswSession *session, const VswNode *node)
{
  g_autoptr (GPtrArray) settings = find_settings (session->tree, node);

  print_node (session, node);
  for (guint i = 0; i < settings->len; i++)
    {
      vsw_session_print (session, "\n");
      print_node (session, settings->pdata[i]);
    }
}

static VswNode *
find_node (VswSession *session, const char *name, GError **error)
{
  const char *noun = vsw_session_get_noun (session);

  if (noun == NULL || session->n_arguments == 0)
    return vsw_tree_find_any (session->tree, name, error);
  return vsw_tree_find (session->tree, vsw_node_kind_decode (noun), name, error);
}

/**
 * vsw_command_show:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_tree_find_any() and vsw_session_load() say
 *
 * `show NAME…`, `show switch|port|endpoint|system|setting NAME…`, `system show SYSTEM…`, `show manager`: all objects are found
 * before the first is printed; a system is followed by its settings. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_show (VswSession *session, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  GVariantBuilder builder;

  if (vsw_session_load (session, error) == NULL)
    return FALSE;
  for (guint i = 0; i < MAX (session->n_arguments, 1); i++)
    {
      const char *name = session->n_arguments > 0 ? session->arguments[i] : "manager";
      VswNode *node = find_node (session, name, error);

      if (node == NULL)
        return FALSE;
      g_ptr_array_add (found, node);
    }
  if (session->json)
    {
      g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
      for (guint i = 0; i < found->len; i++)
        {
          g_autoptr (GVariant) value = export_node (session->tree, found->pdata[i]);

          g_variant_builder_add_value (&builder, value);
        }
      vsw_session_print_json (session, g_variant_builder_end (&builder));
      return TRUE;
    }
  for (guint i = 0; i < found->len; i++)
    {
      if (i > 0)
        vsw_session_print (session, "\n");
      print_with_settings (session, found->pdata[i]);
    }
  return TRUE;
}
