/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/path.h"

#include <string.h>

#define PORTS    "port"
#define SETTINGS "setting"

/**
 * vsw_path_escape:
 * @name: any bytes
 *
 * Makes one element of an object path of a name: letters and digits stay, but a digit not in first place; every other byte
 * becomes `_` and two lower-case hexadecimal digits; no byte at all becomes `_`.
 *
 * Thread: any. Source: sd_bus_path_encode(3).
 *
 * Returns: (transfer full): the element
 */
char *
vsw_path_escape (const char *name)
{
  GString *element = g_string_sized_new (strlen (name) + 8);

  if (name[0] == '\0')
    g_string_append_c (element, '_');

  for (const char *at = name; *at != '\0'; at++)
    {
      if (g_ascii_isalpha (*at) || (g_ascii_isdigit (*at) && at != name))
        g_string_append_c (element, *at);
      else
        g_string_append_printf (element, "_%02x", (guint8)*at);
    }

  return g_string_free (element, FALSE);
}

static int
read_hex (char digit)
{
  /* Only what escape writes: one name, one path. */
  return g_ascii_isupper (digit) ? -1 : g_ascii_xdigit_value (digit);
}

static gboolean
append_escaped (GString *name, const char *digits)
{
  int high = read_hex (digits[0]);
  int low = high < 0 ? -1 : read_hex (digits[1]);

  if (low < 0 || (high == 0 && low == 0))
    return FALSE;

  g_string_append_c (name, (char)(high << 4 | low));
  return TRUE;
}

/**
 * vsw_path_unescape:
 * @element: one element of an object path
 *
 * The name that @element stands for. Accepts only what vsw_path_escape() writes, so that each object has one path.
 *
 * Thread: any.
 *
 * Returns: (transfer full) (nullable): the name, or %NULL if there is none
 */
char *
vsw_path_unescape (const char *element)
{
  g_autoptr (GString) name = g_string_sized_new (strlen (element));
  g_autofree char *again = NULL;

  if (strcmp (element, "_") == 0)
    return g_strdup ("");

  for (const char *at = element; *at != '\0'; at++)
    {
      if (*at != '_')
        g_string_append_c (name, *at);
      else if (append_escaped (name, at + 1))
        at += 2;
      else
        return NULL;
    }

  again = vsw_path_escape (name->str);
  if (strcmp (again, element) != 0)
    return NULL;

  return g_strdup (name->str);
}

static char *
append_element (const char *parent, const char *name)
{
  g_autofree char *element = vsw_path_escape (name);

  return g_strconcat (parent, "/", element, NULL);
}

/**
 * vsw_path_new_switch:
 * @name: name of a switch
 *
 * The path of a switch. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/switch/NAME`
 */
char *
vsw_path_new_switch (const char *name)
{
  return append_element (VSW_PATH_SWITCHES, name);
}

/**
 * vsw_path_new_ports:
 * @switch_name: name of a switch
 *
 * The path below which the ports of a switch are. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/switch/NAME/port`
 */
char *
vsw_path_new_ports (const char *switch_name)
{
  g_autofree char *parent = vsw_path_new_switch (switch_name);

  return g_strconcat (parent, "/" PORTS, NULL);
}

/**
 * vsw_path_new_port:
 * @switch_name: name of a switch
 * @name: name of a port of it
 *
 * The path of a switch port. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/switch/NAME/port/NAME`
 */
char *
vsw_path_new_port (const char *switch_name, const char *name)
{
  g_autofree char *parent = vsw_path_new_ports (switch_name);

  return append_element (parent, name);
}

/**
 * vsw_path_new_endpoint:
 * @name: name of an endpoint, or of a device of the host (any bytes)
 *
 * The path of an endpoint. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/endpoint/NAME`
 */
char *
vsw_path_new_endpoint (const char *name)
{
  return append_element (VSW_PATH_ENDPOINTS, name);
}

/**
 * vsw_path_new_system:
 * @name: name of a virtual system
 *
 * The path of a virtual system. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/system/NAME`
 */
char *
vsw_path_new_system (const char *name)
{
  return append_element (VSW_PATH_SYSTEMS, name);
}

/**
 * vsw_path_new_checkpoint:
 * @number: number of a checkpoint
 *
 * The path of a checkpoint. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/checkpoint/NUMBER`
 */
char *
vsw_path_new_checkpoint (const char *number)
{
  return g_strconcat (VSW_PATH_CHECKPOINTS "/", number, NULL);
}

/**
 * vsw_path_new_settings:
 * @system_name: name of a virtual system
 *
 * The path below which the settings of a system are. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/system/NAME/setting`
 */
char *
vsw_path_new_settings (const char *system_name)
{
  g_autofree char *parent = vsw_path_new_system (system_name);

  return g_strconcat (parent, "/" SETTINGS, NULL);
}

/**
 * vsw_path_new_setting:
 * @system_name: name of a virtual system
 * @name: name of a setting of it
 *
 * The path of a setting. Thread: any.
 *
 * Returns: (transfer full): `/org/vmswitch1/system/NAME/setting/NAME`
 */
char *
vsw_path_new_setting (const char *system_name, const char *name)
{
  g_autofree char *parent = vsw_path_new_settings (system_name);

  return append_element (parent, name);
}

/* --- decoding --- */

/* Where objects are: below `root` those of `kind`, and of each that has parts, below `parts`, those of `part_kind`. */
static const struct
{
  const char *root;
  VswPathKind kind;
  const char *parts; /* (nullable) */
  VswPathKind part_kind;
} places[] = {
  { VSW_PATH_SWITCHES "/", VSW_PATH_KIND_SWITCH, PORTS, VSW_PATH_KIND_PORT },
  { VSW_PATH_ENDPOINTS "/", VSW_PATH_KIND_ENDPOINT, NULL, VSW_PATH_KIND_OTHER },
  { VSW_PATH_SYSTEMS "/", VSW_PATH_KIND_SYSTEM, SETTINGS, VSW_PATH_KIND_SETTING },
};

static VswPath
decode_one (VswPathKind kind, const char *element)
{
  VswPath path = { VSW_PATH_KIND_OTHER, NULL, NULL };

  path.name = vsw_path_unescape (element);
  if (path.name != NULL)
    path.kind = kind;

  return path;
}

static VswPath
decode_part (VswPathKind kind, const char *parent, const char *element)
{
  VswPath path = decode_one (kind, element);

  path.parent = vsw_path_unescape (parent);
  if (path.parent == NULL)
    path.kind = VSW_PATH_KIND_OTHER;

  return path;
}

/* A number is an element of a path as it is: unlike a name it needs no escaping, though it begins with a digit. */
static VswPath
decode_number (const char *element)
{
  VswPath path = { VSW_PATH_KIND_OTHER, NULL, NULL };

  if (element[0] == '\0' || strspn (element, "0123456789") != strlen (element))
    return path;

  path.kind = VSW_PATH_KIND_CHECKPOINT;
  path.name = g_strdup (element);
  return path;
}

/**
 * vsw_path_decode:
 * @path: an object path
 *
 * Tells what @path names by its shape; whether that exists is another question. Thread: any.
 *
 * Returns: kind and names; clear it with vsw_path_clear()
 */
VswPath
vsw_path_decode (const char *path)
{
  VswPath none = { VSW_PATH_KIND_OTHER, NULL, NULL };

  if (strcmp (path, VSW_PATH_MANAGER) == 0)
    none.kind = VSW_PATH_KIND_MANAGER;
  if (g_str_has_prefix (path, VSW_PATH_CHECKPOINTS "/"))
    return decode_number (path + strlen (VSW_PATH_CHECKPOINTS "/"));

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_str_has_prefix (path, places[i].root))
      {
        g_auto (GStrv) elements = g_strsplit (path + strlen (places[i].root), "/", 4);
        guint n = g_strv_length (elements);

        if (n == 1)
          return decode_one (places[i].kind, elements[0]);
        if (n == 3 && g_strcmp0 (elements[1], places[i].parts) == 0)
          return decode_part (places[i].part_kind, elements[0], elements[2]);
      }

  return none;
}

void
vsw_path_clear (VswPath *self)
{
  g_clear_pointer (&self->parent, g_free);
  g_clear_pointer (&self->name, g_free);
  self->kind = VSW_PATH_KIND_OTHER;
}
