/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/name.h"
#include "client/verbs.h"

#include <string.h>

static const struct
{
  const char *word;
  const char *key;
} ways[] = { { "interface", "InterfaceName" }, { "index", "InterfaceIndex" }, { "mac", "MacAddress" } };

/* As it looks: digits are an index, five colons a MAC address (too long for the name of an interface). */
static const char *
guess_way (const char *text)
{
  if (text[0] != '\0' && strspn (text, "0123456789") == strlen (text))
    return "index";
  return strlen (text) == 17 && text[2] == ':' && strspn (text, "0123456789abcdefABCDEF:") == 17 ? "mac" : "interface";
}

static const char *
get_key (const VswSession *session, GError **error)
{
  const char *way = vsw_session_get_option (session, "by");

  if (way == NULL)
    way = guess_way (session->arguments[0]);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_str_equal (ways[i].word, way))
      return ways[i].key;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--by: \"%s\" is not one of: interface, index, mac", way);
  return NULL;
}

/**
 * vsw_command_resolve:
 * @session: a session
 * @error: as vsw_session_read() says; %VSW_FAILURE_USAGE
 *
 * `resolve INTERFACE|INDEX|MAC`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_resolve (VswSession *session, GError **error)
{
  const char *text = session->arguments[0];
  g_autofree char *name = NULL;
  g_autofree char *escaped = NULL;
  g_autoptr (GVariant) answer = NULL;
  GVariantBuilder by;
  guint32 number;
  const char *key;
  const char *path;

  vsw_session_begin (session, "resolve %s", text);
  key = get_key (session, error);
  if (key == NULL || (g_str_equal (key, "InterfaceIndex") && !vsw_number_decode (text, &number, error)))
    return FALSE;
  g_variant_builder_init (&by, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&by, "{sv}", key,
                         g_str_equal (key, "InterfaceIndex") ? g_variant_new_uint32 (number)
                                                             : g_variant_new_string (text));
  answer = vsw_session_read (session, VSW_BUS_MANAGER, VSW_BUS_PREFIX "Manager", "ResolveDevice",
                             g_variant_new ("(a{sv}a{sv})", &by, NULL), "(o)", error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o)", &path);
  if (session->json)
    {
      vsw_session_print_json (session, vsw_session_new_paths ("Path", path, NULL, NULL));
      return TRUE;
    }
  name = vsw_name_new_from_path (path);
  escaped = vsw_print_text (name, &session->style);
  vsw_session_print (session, "%s\n", escaped);
  return TRUE;
}
