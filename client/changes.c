/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/changes.h"

#include "client/failure.h"
#include "client/name.h"
#include "client/option.h"

#include <string.h>

static gboolean
decode_boolean (const char *text, gboolean *ret_value)
{
  static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], text))
      {
        *ret_value = i % 2 == 1;
        return TRUE;
      }
  return FALSE;
}

/* `mac` is what options call the address, whichever name an object of that kind has for it. */
static char *
new_property (const VswNode *node, const char *key)
{
  static const char *const macs[] = { "MacAddress", "Address" };

  for (gsize i = 0; g_str_equal (key, "mac") && i < G_N_ELEMENTS (macs); i++)
    {
      g_autoptr (GVariant) present = vsw_node_get (node, vsw_node_get_main (node), macs[i]);

      if (present != NULL)
        return g_strdup (macs[i]);
    }
  return vsw_name_new_property (key);
}

/* The object itself says which properties there are and what type they have: a newer service needs no newer client. */
static GVariant *
decode_value (const VswTree *tree, const VswNode *node, const char *property, const char *text, GError **error)
{
  g_autoptr (GVariant) present = vsw_node_get (node, vsw_node_get_main (node), property);
  gboolean truth;
  guint32 number;

  if (present == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "%s %s has no property %s", vsw_node_kind_print (node->kind),
                   node->name, property);
      return NULL;
    }
  if (g_variant_is_of_type (present, G_VARIANT_TYPE_STRING))
    return g_variant_new_string (text);
  if (g_variant_is_of_type (present, G_VARIANT_TYPE_UINT32))
    {
      if (vsw_number_decode (text, &number, error))
        return g_variant_new_uint32 (number);
      g_prefix_error (error, "%s: ", property);
      return NULL;
    }
  if (g_variant_is_of_type (present, G_VARIANT_TYPE_BOOLEAN))
    {
      if (decode_boolean (text, &truth))
        return g_variant_new_boolean (truth);
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "%s: \"%s\" is neither yes nor no", property, text);
      return NULL;
    }
  if (g_str_equal (property, "Connection"))
    {
      const char *path = vsw_tree_find_connection (tree, text, error);

      return path != NULL ? g_variant_new_object_path (path) : NULL;
    }
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "%s cannot be set", property);
  return NULL;
}

/**
 * vsw_changes_decode:
 * @tree: what there is
 * @node: what shall be changed
 * @words: (array zero-terminated=1): `KEY=VALUE`
 * @error: %VSW_FAILURE_USAGE; as vsw_tree_find_connection() says
 *
 * Makes the changes of a call of `Modify` from what a user types.
 *
 * Returns: (transfer floating) (nullable): an `a{sv}`. Any thread.
 */
GVariant *
vsw_changes_decode (const VswTree *tree, const VswNode *node, char **words, GError **error)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (char **word = words; *word != NULL; word++)
    {
      const char *equals = strchr (*word, '=');
      g_autofree char *key = equals != NULL ? g_strndup (*word, (gsize)(equals - *word)) : NULL;
      g_autofree char *property = NULL;
      GVariant *value;

      if (key == NULL || key[0] == '\0')
        {
          g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "\"%s\" is not KEY=VALUE", *word);
          return NULL;
        }
      property = new_property (node, key);
      value = decode_value (tree, node, property, equals + 1, error);
      if (value == NULL)
        return NULL;
      g_variant_builder_add (builder, "{sv}", property, value);
      if (!g_hash_table_add (seen, g_steal_pointer (&property)))
        {
          g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "%s is given twice", key);
          return NULL;
        }
    }
  return g_variant_builder_end (builder);
}
