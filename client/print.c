/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/print.h"

#include "client/name.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct _VswTable
{
  guint n_columns;
  GPtrArray *rows; /* (element-type GStrv), the headings first */
};

/**
 * vsw_style_get:
 * @fd: descriptor that will be printed on
 *
 * Finds out what a stream can show: nothing but plain text unless it is a terminal (isatty(3), TIOCGWINSZ of ioctl_tty(2)).
 *
 * Returns: the style. Any thread, after setlocale().
 */
VswStyle
vsw_style_get (int fd)
{
  VswStyle style = { 0 };
  struct winsize size = { 0 };

  if (!isatty (fd))
    return style;
  style.lines = g_get_charset (NULL);
  style.ascii = !style.lines;
  style.width = ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  return style;
}

/**
 * vsw_print_text:
 * @text: a string of the bus (UTF-8)
 * @style: where it goes
 *
 * Escapes what is not printable: control characters, and those that turn the direction of text.
 *
 * Returns: (transfer full): one line. Any thread.
 */
char *
vsw_print_text (const char *text, const VswStyle *style)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n')
        g_string_append (out, "\\n");
      else if (c == '\t')
        g_string_append (out, "\\t");
      else if (c < 0x80 ? g_ascii_isprint ((char)c) : !style->ascii && g_unichar_isprint (c))
        g_string_append_unichar (out, c);
      else if (c < 0x100)
        g_string_append_printf (out, "\\x%02x", c);
      else
        g_string_append_printf (out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }
  return g_string_free (out, FALSE);
}

static char *
print_rate (guint64 rate)
{
  static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s" };
  double number = (double)rate;
  gsize unit = 0;

  if (rate == 0)
    return g_strdup ("unknown");
  while (number >= 1000 && unit + 1 < G_N_ELEMENTS (units))
    {
      number /= 1000;
      unit++;
    }
  return g_strdup_printf ("%g %s", number, units[unit]);
}

/* Times of the bus are microseconds since the epoch; 0 is never. */
static char *
print_time (guint64 timestamp)
{
  g_autoptr (GDateTime) time = NULL;

  if (timestamp == 0)
    return g_strdup ("never");
  time = g_date_time_new_from_unix_local ((gint64)(timestamp / G_USEC_PER_SEC));
  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("unknown");
}

static char *
print_path (const char *path, const VswStyle *style)
{
  g_autofree char *name = NULL;

  if (g_str_equal (path, "/"))
    return g_strdup ("none");
  name = vsw_name_new_from_path (path);
  return vsw_print_text (name, style);
}

static char *
print_list (GVariant *value, const char *separator, const VswStyle *style)
{
  gsize n = g_variant_n_children (value);
  GString *out = g_string_new (n == 0 ? "none" : NULL);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autofree char *text = vsw_print_value ("", child, style);

      g_string_append_printf (out, "%s%s", i > 0 ? separator : "", text);
    }
  return g_string_free (out, FALSE);
}

/**
 * vsw_print_value:
 * @property: name of the property, by which the unit is known; "" if it has none
 * @value: its value
 * @style: where it goes
 *
 * Says a value in words: object paths by name, times as local time, rates with their unit.
 *
 * Returns: (transfer full): one line. Any thread.
 */
char *
vsw_print_value (const char *property, GVariant *value, const VswStyle *style)
{
  g_autoptr (GVariant) inner = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      inner = g_variant_get_variant (value);
      return vsw_print_value (property, inner, style);
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH))
    return print_path (g_variant_get_string (value, NULL), style);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return vsw_print_text (g_variant_get_string (value, NULL), style);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) && g_str_has_suffix (property, "Timestamp"))
    return print_time (g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) && g_str_equal (property, "Speed"))
    return print_rate (g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICT_ENTRY))
    return print_list (value, " ", style);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return print_list (value, ", ", style);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_TUPLE))
    return print_list (value, " ", style);
  return g_variant_print (value, FALSE);
}

/**
 * vsw_print_seconds:
 * @seconds: how many
 *
 * Returns: (transfer full): "1 second", "60 seconds". Any thread.
 */
char *
vsw_print_seconds (guint64 seconds)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " second%s", seconds, seconds == 1 ? "" : "s");
}

/**
 * vsw_table_new:
 * @headings: (array zero-terminated=1): one for each column
 *
 * Begins a table.
 *
 * Returns: (transfer full): the table. Any thread.
 */
VswTable *
vsw_table_new (const char *const *headings)
{
  VswTable *self = g_new0 (VswTable, 1);

  self->n_columns = g_strv_length ((GStrv)headings);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  vsw_table_add (self, headings);
  return self;
}

/**
 * vsw_table_add:
 * @self: a table
 * @cells: (array): as many as there are headings; %NULL is empty; printable text (vsw_print_text())
 *
 * Adds a row. Any thread.
 */
void
vsw_table_add (VswTable *self, const char *const *cells)
{
  char **row = g_new0 (char *, self->n_columns + 1);

  for (guint i = 0; i < self->n_columns; i++)
    row[i] = g_strdup (cells[i] != NULL ? cells[i] : "");
  g_ptr_array_add (self->rows, row);
}

static guint
count_columns (const char *text)
{
  guint n = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      n += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return n;
}

/* On a terminal that is too narrow the last columns are left out, rather than every line broken; never the first two. */
static guint
fit_columns (VswTable *self, const guint *widths, const VswStyle *style)
{
  guint n = self->n_columns;
  guint total = 0;

  for (guint i = 0; i < n; i++)
    total += widths[i] + (i > 0 ? 2 : 0);
  while (style->width > 0 && total > style->width && n > 2)
    total -= widths[--n] + 2;
  return n;
}

/**
 * vsw_table_print:
 * @self: a table
 * @style: where it goes
 *
 * Prints headings and rows, aligned, without trailing blanks.
 *
 * Returns: (transfer full): lines, each with its end. Any thread.
 */
char *
vsw_table_print (VswTable *self, const VswStyle *style)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  GString *out = g_string_new (NULL);
  guint n;

  for (guint r = 0; r < self->rows->len; r++)
    for (guint i = 0; i < self->n_columns; i++)
      widths[i] = MAX (widths[i], count_columns (((char **)self->rows->pdata[r])[i]));
  n = fit_columns (self, widths, style);

  for (guint r = 0; r < self->rows->len; r++)
    {
      char *const *row = self->rows->pdata[r];
      guint blanks = 0;

      for (guint i = 0; i < n; i++)
        {
          if (row[i][0] != '\0')
            {
              g_string_append_printf (out, "%*s%s", (int)blanks, "", row[i]);
              blanks = 0;
            }
          blanks += widths[i] - count_columns (row[i]) + 2;
        }
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

/**
 * vsw_table_free:
 * @self: (transfer full): a table
 *
 * Forgets a table. Any thread.
 */
void
vsw_table_free (VswTable *self)
{
  g_ptr_array_unref (self->rows);
  g_free (self);
}
