/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/name.h"

#include "client/failure.h"

#include <string.h>

/* Undoes the escaping of one path element: `_2d` is `-`, a lone `_` the empty text (sd_bus_path_encode(3)). */
static char *
decode_label (const char *label)
{
  GString *text = g_string_new (NULL);

  if (g_str_equal (label, "_"))
    return g_string_free (text, FALSE);
  for (const char *p = label; *p != '\0'; p++)
    {
      if (*p == '_' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]))
        {
          g_string_append_c (text, (char)(g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2])));
          p += 2;
        }
      else
        g_string_append_c (text, *p);
    }
  return g_string_free (text, FALSE);
}

/**
 * vsw_name_new_from_path:
 * @path: an object path of the service
 *
 * Says what object a path means, with its kind before its name: "switch lab", "port lab/web", "endpoint eth0". A path of
 * another shape is shown as it is.
 *
 * Returns: (transfer full): the text. Any thread.
 */
char *
vsw_name_new_from_path (const char *path)
{
  g_auto (GStrv) labels = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  guint n;

  if (g_str_equal (path, VSW_BUS_MANAGER))
    return g_strdup ("manager");
  if (!g_str_has_prefix (path, VSW_BUS_ROOT "/"))
    return g_strdup (path);

  labels = g_strsplit (path + strlen (VSW_BUS_ROOT "/"), "/", -1);
  n = g_strv_length (labels);
  first = n >= 2 ? decode_label (labels[1]) : NULL;
  second = n == 4 ? decode_label (labels[3]) : NULL;
  if (n == 2 && g_utf8_validate (first, -1, NULL))
    return g_strdup_printf ("%s %s", labels[0], first);
  if (n == 4 && g_utf8_validate (first, -1, NULL) && g_utf8_validate (second, -1, NULL))
    return g_strdup_printf ("%s %s/%s", labels[2], first, second);
  return g_strdup (path);
}

/**
 * vsw_name_new_property:
 * @key: `ageing-seconds`, or `AgeingSeconds` already
 *
 * Makes the name of a property on the bus from what a user types.
 *
 * Returns: (transfer full): the name. Any thread.
 */
char *
vsw_name_new_property (const char *key)
{
  GString *name = g_string_new (NULL);
  gboolean upper = TRUE;

  for (const char *p = key; *p != '\0'; p++)
    {
      if (*p == '-')
        upper = TRUE;
      else
        {
          g_string_append_c (name, upper ? g_ascii_toupper (*p) : *p);
          upper = FALSE;
        }
    }
  return g_string_free (name, FALSE);
}

/**
 * vsw_name_clean:
 * @word: any bytes
 *
 * Makes a word that can begin an object's name: what no name may hold becomes `-`, or `n` in front.
 *
 * Returns: (transfer full): the word, as long as @word. Any thread.
 */
char *
vsw_name_clean (const char *word)
{
  char *name = g_strdup (word);

  for (char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && (p == name || strchr ("._-", *p) == NULL))
      *p = p == name ? 'n' : '-';
  return name;
}

/**
 * vsw_name_get_interface:
 * @interface_name: name of a D-Bus interface
 *
 * Shortens the name of an interface of ours: `Switch` for `org.vmswitch1.Switch`.
 *
 * Returns: (transfer none): the name without our prefix, or @interface_name. Any thread.
 */
const char *
vsw_name_get_interface (const char *interface_name)
{
  return g_str_has_prefix (interface_name, VSW_BUS_PREFIX) ? interface_name + strlen (VSW_BUS_PREFIX) : interface_name;
}

/* No name holds a slash, so there is one way to take a pair of them apart. */
static gboolean
split_pair (const char *name, char **ret_first, char **ret_second)
{
  const char *slash = strchr (name, '/');

  if (slash == NULL || slash == name || slash[1] == '\0' || strchr (slash + 1, '/') != NULL)
    return FALSE;
  *ret_first = g_strndup (name, (gsize)(slash - name));
  *ret_second = g_strdup (slash + 1);
  return TRUE;
}

/**
 * vsw_name_split_port:
 * @name: `SWITCH/PORT`
 * @ret_switch: (out): name of the switch
 * @ret_port: (out): name of the port on it
 * @error: %VSW_FAILURE_USAGE
 *
 * Takes the name of a port apart.
 *
 * Returns: whether it is one. Any thread.
 */
gboolean
vsw_name_split_port (const char *name, char **ret_switch, char **ret_port, GError **error)
{
  if (split_pair (name, ret_switch, ret_port))
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "\"%s\" is not a port: it is named SWITCH/PORT", name);
  return FALSE;
}

/**
 * vsw_name_split_setting:
 * @name: `SYSTEM/NIC`
 * @ret_system: (out): name of the system
 * @ret_nic: (out): name of the setting in it
 * @error: %VSW_FAILURE_USAGE
 *
 * Takes the name of a setting apart.
 *
 * Returns: whether it is one. Any thread.
 */
gboolean
vsw_name_split_setting (const char *name, char **ret_system, char **ret_nic, GError **error)
{
  if (split_pair (name, ret_system, ret_nic))
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "\"%s\" is not a NIC of a system: it is named SYSTEM/NIC", name);
  return FALSE;
}
