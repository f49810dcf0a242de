/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/option.h"

#include "client/failure.h"

/**
 * vsw_options_new:
 *
 * Returns: (transfer full) (element-type utf8 GPtrArray): a place for what is given, with nothing in it. Any thread.
 */
GHashTable *
vsw_options_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
}

/**
 * vsw_options_add:
 * @given: from vsw_options_new()
 * @name: of an option
 * @value: what is given with it, "" for a flag
 *
 * Notes that an option is given, perhaps once more. Any thread.
 */
void
vsw_options_add (GHashTable *given, const char *name, const char *value)
{
  GPtrArray *values = g_hash_table_lookup (given, name);

  if (values == NULL)
    {
      values = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (given, g_strdup (name), values);
    }
  g_ptr_array_add (values, g_strdup (value));
}

/**
 * vsw_options_get:
 * @given: what was given
 * @name: of an option
 *
 * Returns: (transfer none) (nullable): what was given last, "" for a flag, or %NULL. Any thread.
 */
const char *
vsw_options_get (GHashTable *given, const char *name)
{
  const GPtrArray *values = vsw_options_get_all (given, name);

  return values != NULL ? values->pdata[values->len - 1] : NULL;
}

/**
 * vsw_options_get_all:
 * @given: what was given
 * @name: of an option
 *
 * Returns: (transfer none) (nullable) (element-type utf8): all that was given, in order; %NULL if nothing was. Any thread.
 */
const GPtrArray *
vsw_options_get_all (GHashTable *given, const char *name)
{
  return g_hash_table_lookup (given, name);
}

static gboolean
store_option (const char *name, const char *value, gpointer given, GError **error)
{
  while (*name == '-')
    name++;
  vsw_options_add (given, g_str_equal (name, "h") ? "help" : name, value != NULL ? value : "");
  return TRUE;
}

/* GLib wants the table that it parses by in a shape of its own. */
static GOptionEntry *
new_entries (const VswOption *options)
{
  GArray *entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (const VswOption *option = options; option->name != NULL; option++)
    {
      GOptionEntry entry = {
        .long_name = option->name,
        .short_name = g_str_equal (option->name, "help") ? 'h' : 0,
        .flags = option->kind == VSW_OPTION_FLAG ? G_OPTION_FLAG_NO_ARG : 0,
        .arg = G_OPTION_ARG_CALLBACK,
        .arg_data = (gpointer)store_option,
        .description = option->text,
        .arg_description = option->argument,
      };

      g_array_append_val (entries, entry);
    }
  return (GOptionEntry *)(gpointer)g_array_free (entries, FALSE);
}

/* GLib passes over the argument in --flag=argument. */
static gboolean
check_flags (const VswOption *options, gboolean only_before, char **words, GError **error)
{
  for (char **word = words + 1; *word != NULL && !g_str_equal (*word, "--"); word++)
    {
      if (only_before && (*word)[0] != '-')
        return TRUE;
      for (const VswOption *option = options; option->name != NULL; option++)
        {
          g_autofree char *wrong = g_strdup_printf ("--%s=", option->name);

          if (option->kind == VSW_OPTION_FLAG && g_str_has_prefix (*word, wrong))
            {
              g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--%s takes no argument", option->name);
              return FALSE;
            }
        }
    }
  return TRUE;
}

/* GLib leaves the `--` that ends the options where a word with a dash follows. */
static void
drop_separator (char **words)
{
  while (*words != NULL && !(g_str_equal (words[0], "--") && words[1] != NULL && words[1][0] == '-'))
    words++;
  if (*words == NULL)
    return;
  g_free (words[0]);
  for (; *words != NULL; words++)
    words[0] = words[1];
}

/**
 * vsw_options_decode:
 * @options: (array zero-terminated=1): those that may be given
 * @only_before: stop at the first word that is no option
 * @arguments: (inout): the words of the command line, the program first; loses the options
 * @error: %VSW_FAILURE_USAGE
 *
 * Takes the options out of a command line.
 *
 * Returns: (transfer full): what was given, as vsw_options_get() tells. Main thread.
 */
GHashTable *
vsw_options_decode (const VswOption *options, gboolean only_before, char ***arguments, GError **error)
{
  g_autoptr (GHashTable) given = vsw_options_new ();
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree GOptionEntry *entries = new_entries (options);
  g_autoptr (GError) wrong = NULL;
  GOptionGroup *group = g_option_group_new ("", "", "", given, NULL);

  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, only_before);
  if (!check_flags (options, only_before, *arguments, error))
    return NULL;
  if (!g_option_context_parse_strv (context, arguments, &wrong))
    {
      g_set_error_literal (error, VSW_FAILURE, VSW_FAILURE_USAGE, wrong->message);
      return NULL;
    }
  if (!only_before)
    drop_separator (*arguments);
  return g_steal_pointer (&given);
}

/**
 * vsw_number_decode:
 * @text: what a user typed
 * @ret_number: (out): the number
 * @error: %VSW_FAILURE_USAGE
 *
 * Reads a decimal number of 32 bits, as D-Bus type `u` holds. Its limits are the service's matter.
 *
 * Returns: whether it is one. Any thread.
 */
gboolean
vsw_number_decode (const char *text, guint32 *ret_number, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "\"%s\" is not a number from 0 to %u", text, G_MAXUINT32);
      return FALSE;
    }
  *ret_number = (guint32)number;
  return TRUE;
}

static GVariant *
encode_option (const VswOption *option, const char *text, GError **error)
{
  guint32 number;

  switch (option->kind)
    {
    case VSW_OPTION_FLAG:
      return g_variant_new_boolean (TRUE);
    case VSW_OPTION_STRING:
      return g_variant_new_string (text);
    case VSW_OPTION_NUMBER:
      if (vsw_number_decode (text, &number, error))
        return g_variant_new_uint32 (number);
      g_prefix_error (error, "--%s: ", option->name);
      return NULL;
    default:
      g_assert_not_reached ();
    }
}

/**
 * vsw_options_export:
 * @given: options by name, from vsw_options_decode()
 * @options: (array zero-terminated=1): the verb's
 * @more: (nullable) (transfer full): a builder of an `a{sv}` to add to
 * @error: %VSW_FAILURE_USAGE
 *
 * Makes the settings of a call from the options that stand for one.
 *
 * Returns: (transfer floating): an `a{sv}`. Any thread.
 */
GVariant *
vsw_options_export (GHashTable *given, const VswOption *options, GVariantBuilder *more, GError **error)
{
  g_autoptr (GVariantBuilder) builder = more != NULL ? more : g_variant_builder_new (G_VARIANT_TYPE_VARDICT);

  for (const VswOption *option = options; option->name != NULL; option++)
    {
      const char *text = vsw_options_get (given, option->name);
      GVariant *value;

      if (text == NULL || option->key == NULL)
        continue;
      value = encode_option (option, text, error);
      if (value == NULL)
        return NULL;
      g_variant_builder_add (builder, "{sv}", option->key, value);
    }
  return g_variant_builder_end (builder);
}
