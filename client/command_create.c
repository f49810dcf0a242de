/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/hold.h"
#include "client/name.h"
#include "client/verbs.h"

static gboolean
create_object (VswSession *session, const char *path, const char *interface_name, const char *method, const char *name,
               GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  GVariant *settings = vsw_options_export (session->options, session->verb->options, NULL, error);
  const char *created;

  if (settings == NULL)
    return FALSE;
  answer = vsw_session_change (session, path, interface_name, method,
                               g_variant_new ("(s@a{sv}a{sv})", name, settings, NULL), "(o)", NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o)", &created);
  vsw_session_confirm (session, vsw_session_new_paths ("Path", created, NULL, NULL), "created %s %s",
                       session->verb->noun, session->arguments[0]);
  vsw_hold (session);
  return TRUE;
}

static gboolean
create_port (VswSession *session, GError **error)
{
  g_autofree char *switch_name = NULL;
  g_autofree char *port_name = NULL;
  VswNode *parent;

  if (!vsw_name_split_port (session->arguments[0], &switch_name, &port_name, error))
    return FALSE;
  parent = vsw_session_find (session, VSW_NODE_SWITCH, switch_name, error);
  return parent != NULL && create_object (session, parent->path, "Switch", "CreatePort", port_name, error);
}

/**
 * vsw_command_create:
 * @session: a session
 * @error: as vsw_session_change() says; %VSW_FAILURE_USAGE
 *
 * `create switch NAME`, `create port SWITCH/PORT`, `create endpoint NAME`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_create (VswSession *session, GError **error)
{
  const char *name = session->arguments[0];

  vsw_session_begin (session, "create %s %s", session->verb->noun, name);
  if (g_str_equal (session->verb->noun, "port"))
    return create_port (session, error);
  if (g_str_equal (session->verb->noun, "switch"))
    return create_object (session, VSW_BUS_MANAGER, "Manager", "CreateSwitch", name, error);
  return create_object (session, VSW_BUS_MANAGER, "Manager", "CreateInternalEthernetPort", name, error);
}
