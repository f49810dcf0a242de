/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/steps.h"

#include <string.h>

#define ITEMS     ": " /* between what is done and what with */
#define SEPARATOR "; " /* between the items */

/* A step of IP carries all that a NIC has, which can be dozens of addresses and routes: each of them gets a line. */
static const char *
find_items (const char *step)
{
  return g_str_has_prefix (step, "ip-") ? strstr (step, ITEMS) : NULL;
}

static void
print_step (GString *out, guint number, int width, const char *step, const VswStyle *style)
{
  const char *items = find_items (step);
  g_autofree char *head = items != NULL ? g_strndup (step, (gsize)(items - step) + 1) : g_strdup (step);
  g_autofree char *text = vsw_print_text (head, style);
  g_auto (GStrv) list = items != NULL ? g_strsplit (items + strlen (ITEMS), SEPARATOR, -1) : NULL;

  g_string_append_printf (out, "%*u. %s\n", width, number, text);
  for (char **item = list; item != NULL && *item != NULL; item++)
    {
      g_autofree char *line = vsw_print_text (*item, style);

      g_string_append_printf (out, "%*s%s\n", width + 4, "", line);
    }
}

/**
 * vsw_steps_print:
 * @steps: (array zero-terminated=1): the answer of a dry run
 * @style: where it goes
 *
 * Numbers the steps, one a line; what one moves or takes stands below it, one a line. Any thread.
 *
 * Returns: (transfer full): lines, each with its end
 */
char *
vsw_steps_print (const char *const *steps, const VswStyle *style)
{
  GString *out = g_string_new (NULL);
  guint n = g_strv_length ((GStrv)steps);
  g_autofree char *last = g_strdup_printf ("%u", n);

  for (guint i = 0; i < n; i++)
    print_step (out, i + 1, (int)strlen (last), steps[i], style);
  return g_string_free (out, FALSE);
}
