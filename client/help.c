/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/help.h"

#include "client/failure.h"

#define INDENT 2
#define SPACE  3

static char *
print_usage (const VswVerb *verb)
{
  return g_strconcat (verb->name, verb->noun != NULL ? " " : "", verb->noun != NULL ? verb->noun : "",
                      verb->arguments[0] != '\0' ? " " : "", verb->arguments, NULL);
}

static void
print_line (GString *out, const char *left, const char *right, guint width)
{
  g_string_append_printf (out, "%*s%s%*s%s\n", INDENT, "", left, (int)(width - (guint)g_utf8_strlen (left, -1) + SPACE),
                          "", right);
}

static void
print_options (GString *out, const VswOption *options)
{
  guint width = 0;

  for (int round = 0; round < 2; round++)
    for (const VswOption *option = options; option->name != NULL; option++)
      {
        g_autofree char *left = g_strconcat ("--", option->name, option->argument != NULL ? " " : "",
                                             option->argument != NULL ? option->argument : "", NULL);

        if (round == 0)
          width = MAX (width, (guint)g_utf8_strlen (left, -1));
        else
          print_line (out, left, option->text, width);
      }
}

/**
 * vsw_help_print:
 *
 * Prints the help of the whole program.
 *
 * Returns: (transfer full): lines. Any thread.
 */
char *
vsw_help_print (void)
{
  GString *out =
      g_string_new ("Usage: vmswitchctl [OPTION...] COMMAND\n\nControls virtual switches: asks and changes the "
                    "service org.vmswitch1.\n\nCommands:\n");
  guint width = 0;

  for (int round = 0; round < 2; round++)
    for (const VswVerb *verb = vsw_verbs; verb->name != NULL; verb++)
      {
        g_autofree char *usage = print_usage (verb);

        if (round == 0)
          width = MAX (width, (guint)g_utf8_strlen (usage, -1));
        else
          print_line (out, usage, verb->text, width);
      }
  g_string_append (out, "\nOptions:\n");
  print_options (out, vsw_global_options);
  g_string_append (
      out, "\nObjects go by name: a switch SWITCH, a port SWITCH/PORT, an endpoint ENDPOINT,\na system SYSTEM and "
           "its NIC SYSTEM/NIC; object paths are taken too.\n\nExit status:\n");
  for (int status = 0; vsw_failure_print (status) != NULL; status++)
    g_string_append_printf (out, "  %d   %s\n", status, vsw_failure_print (status));
  g_string_append (out, "\nMore: vmswitchctl COMMAND --help, vmswitchctl(1)\n");
  return g_string_free (out, FALSE);
}

static void
print_verb (GString *out, const VswVerb *verb)
{
  g_autofree char *usage = print_usage (verb);

  g_string_append_printf (out, "Usage: vmswitchctl %s%s\n\n%s.\n", usage,
                          verb->options[0].name != NULL && !verb->has_command ? " [OPTION...]" : "", verb->text);
  if (verb->more != NULL)
    g_string_append_printf (out, "%s\n", verb->more);
  if (verb->options[0].name != NULL)
    {
      g_string_append (out, "\nOptions:\n");
      print_options (out, verb->options);
    }
}

/**
 * vsw_help_print_verb:
 * @name: a verb
 * @noun: (nullable): its noun; %NULL: all that the verb has
 *
 * Prints the help of a verb.
 *
 * Returns: (transfer full) (nullable): lines, or %NULL if there is no such verb. Any thread.
 */
char *
vsw_help_print_verb (const char *name, const char *noun)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const VswVerb *verb = vsw_verbs; verb->name != NULL; verb++)
    {
      if (!g_str_equal (verb->name, name) || (noun != NULL && g_strcmp0 (verb->noun, noun) != 0))
        continue;
      if (out->len > 0)
        g_string_append_c (out, '\n');
      print_verb (out, verb);
    }
  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static GVariant *
export_options (const VswOption *options)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (const VswOption *option = options; option->name != NULL; option++)
    {
      g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&list, "{sv}", "Name", g_variant_new_string (option->name));
      g_variant_builder_add (&list, "{sv}", "Argument",
                             g_variant_new_string (option->argument != NULL ? option->argument : ""));
      g_variant_builder_add (&list, "{sv}", "Text", g_variant_new_string (option->text));
      g_variant_builder_close (&list);
    }
  return g_variant_builder_end (&list);
}

/**
 * vsw_help_export:
 *
 * Shapes the table of verbs for JSON.
 *
 * Returns: (transfer floating): an `a{sv}`. Any thread.
 */
GVariant *
vsw_help_export (void)
{
  GVariantBuilder builder;
  GVariantBuilder verbs;

  g_variant_builder_init (&verbs, G_VARIANT_TYPE ("aa{sv}"));
  for (const VswVerb *verb = vsw_verbs; verb->name != NULL; verb++)
    {
      g_variant_builder_open (&verbs, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&verbs, "{sv}", "Name", g_variant_new_string (verb->name));
      g_variant_builder_add (&verbs, "{sv}", "Noun", g_variant_new_string (verb->noun != NULL ? verb->noun : ""));
      g_variant_builder_add (&verbs, "{sv}", "Arguments", g_variant_new_string (verb->arguments));
      g_variant_builder_add (&verbs, "{sv}", "Text", g_variant_new_string (verb->text));
      g_variant_builder_add (&verbs, "{sv}", "Options", export_options (verb->options));
      g_variant_builder_close (&verbs);
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Commands", g_variant_builder_end (&verbs));
  g_variant_builder_add (&builder, "{sv}", "Options", export_options (vsw_global_options));
  return g_variant_builder_end (&builder);
}
