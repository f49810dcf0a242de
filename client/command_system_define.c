/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/hold.h"
#include "client/name.h"
#include "client/verbs.h"

/**
 * vsw_command_system_define:
 * @session: a session
 * @error: as vsw_session_change() says
 *
 * `system define NAME [--machine NAME] …`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_system_define (VswSession *session, GError **error)
{
  const char *name = session->arguments[0];
  const char *machine = vsw_session_get_option (session, "machine");
  GVariant *settings = vsw_options_export (session->options, session->verb->options, NULL, error);
  g_autoptr (GVariant) answer = NULL;
  GVariantBuilder options;
  const char *created;

  vsw_session_begin (session, "define system %s", name);
  if (settings == NULL)
    return FALSE;
  /* Not a setting: whom the system follows is between the caller and systemd-machined. */
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (machine != NULL)
    g_variant_builder_add (&options, "{sv}", "machine", g_variant_new_string (machine));
  answer = vsw_session_change (session, VSW_BUS_MANAGER, "Manager", "DefineSystem",
                               g_variant_new ("(s@a{sv}a{sv})", name, settings, &options), "(o)", NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o)", &created);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", created, NULL, NULL), "defined system %s", name);
  vsw_hold (session);
  return TRUE;
}
