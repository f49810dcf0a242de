/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/name.h"
#include "client/verbs.h"

/**
 * vsw_command_capabilities:
 * @session: a session
 * @error: as vsw_session_read() says; %VSW_FAILURE_UNAVAILABLE if the answer is not a list
 *
 * `capabilities`: one a line. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_capabilities (VswSession *session, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) value = NULL;
  GVariantIter iter;
  const char *word;

  vsw_session_begin (session, "read the capabilities");
  answer = vsw_session_read (session, VSW_BUS_MANAGER, "org.freedesktop.DBus.Properties", "Get",
                             g_variant_new ("(ss)", VSW_BUS_PREFIX "Manager", "Capabilities"), "(v)", error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(v)", &value);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_UNAVAILABLE, "the service answered with a %s",
                   g_variant_get_type_string (value));
      return FALSE;
    }
  if (session->json)
    {
      vsw_session_print_json (session, value);
      return TRUE;
    }
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "&s", &word))
    {
      g_autofree char *text = vsw_print_text (word, &session->style);

      vsw_session_print (session, "%s\n", text);
    }
  return TRUE;
}
