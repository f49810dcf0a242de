/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/json.h"

#include <math.h>

static void print_value (GString *out, GVariant *value);

static void
print_character (GString *out, gunichar c)
{
  if (c == '"' || c == '\\')
    g_string_append_printf (out, "\\%c", (char)c);
  else if (c == '\n')
    g_string_append (out, "\\n");
  else if (c == '\t')
    g_string_append (out, "\\t");
  else if (g_unichar_isprint (c))
    g_string_append_unichar (out, c);
  else if (c < 0x10000)
    g_string_append_printf (out, "\\u%04x", c);
  else
    /* RFC 8259 section 7: beyond the basic plane as a surrogate pair. */
    g_string_append_printf (out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
}

static void
print_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    print_character (out, g_utf8_get_char (p));
  g_string_append_c (out, '"');
}

static void
print_double (GString *out, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  /* JSON has no word for infinity. */
  g_string_append (out, isfinite (number) ? g_ascii_dtostr (buffer, sizeof buffer, number) : "null");
}

/* Keys of JSON objects are strings; other keys of the bus (numbers) are printed as their text. */
static void
print_key (GString *out, GVariant *key)
{
  g_autofree char *text = NULL;

  if (g_variant_is_of_type (key, G_VARIANT_TYPE_STRING) || g_variant_is_of_type (key, G_VARIANT_TYPE_OBJECT_PATH)
      || g_variant_is_of_type (key, G_VARIANT_TYPE_SIGNATURE))
    {
      print_string (out, g_variant_get_string (key, NULL));
      return;
    }
  text = g_variant_print (key, FALSE);
  print_string (out, text);
}

static void
print_container (GString *out, GVariant *value, char open, char close)
{
  gsize n = g_variant_n_children (value);

  g_string_append_c (out, open);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (i > 0)
        g_string_append_c (out, ',');
      if (open == '{')
        {
          g_autoptr (GVariant) key = g_variant_get_child_value (child, 0);
          g_autoptr (GVariant) entry = g_variant_get_child_value (child, 1);

          print_key (out, key);
          g_string_append_c (out, ':');
          print_value (out, entry);
        }
      else
        print_value (out, child);
    }
  g_string_append_c (out, close);
}

static void
print_inner (GString *out, GVariant *value)
{
  g_autoptr (GVariant) inner = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    inner = g_variant_get_variant (value);
  else
    inner = g_variant_get_maybe (value);

  if (inner == NULL)
    g_string_append (out, "null");
  else
    print_value (out, inner);
}

static void
print_value (GString *out, GVariant *value)
{
  g_autofree char *number = NULL;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      g_string_append (out, g_variant_get_boolean (value) ? "true" : "false");
      return;
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      print_string (out, g_variant_get_string (value, NULL));
      return;
    case G_VARIANT_CLASS_BYTE:
      g_string_append_printf (out, "%u", g_variant_get_byte (value));
      return;
    case G_VARIANT_CLASS_DOUBLE:
      print_double (out, g_variant_get_double (value));
      return;
    case G_VARIANT_CLASS_VARIANT:
    case G_VARIANT_CLASS_MAYBE:
      print_inner (out, value);
      return;
    case G_VARIANT_CLASS_ARRAY:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
        print_container (out, value, '{', '}');
      else
        print_container (out, value, '[', ']');
      return;
    case G_VARIANT_CLASS_TUPLE:
    case G_VARIANT_CLASS_DICT_ENTRY:
      print_container (out, value, '[', ']');
      return;
    case G_VARIANT_CLASS_INT16:
    case G_VARIANT_CLASS_UINT16:
    case G_VARIANT_CLASS_INT32:
    case G_VARIANT_CLASS_UINT32:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_UINT64:
    case G_VARIANT_CLASS_HANDLE:
      /* Without type annotation GVariant's text of an integer is the JSON number. */
      number = g_variant_print (value, FALSE);
      g_string_append (out, number);
      return;
    default:
      g_assert_not_reached ();
    }
}

/**
 * vsw_json_print:
 * @value: a value of any type
 *
 * Prints a value as one line of JSON. Dictionaries become objects in their own order, variants what they hold.
 *
 * Returns: (transfer full): the text, without a line end. Any thread.
 */
char *
vsw_json_print (GVariant *value)
{
  GString *out = g_string_new (NULL);

  print_value (out, value);
  return g_string_free (out, FALSE);
}
