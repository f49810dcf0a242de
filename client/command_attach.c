/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/hold.h"
#include "client/name.h"
#include "client/netns.h"
#include "client/verbs.h"

#include <unistd.h>

#define DEFAULT_INTERFACE "eth0"

/* What the NIC is called: as told, or after the place where it goes. */
static char *
new_nic_name (const VswSession *session, GError **error)
{
  const char *netns = vsw_session_get_option (session, "netns");
  const char *interface_name = vsw_session_get_option (session, "interface");
  g_autofree char *word = NULL;

  if (session->n_arguments == 2)
    return g_strdup (session->arguments[1]);
  if (netns == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "without --netns the NIC needs a NAME");
      return NULL;
    }
  word = vsw_netns_print (netns);
  return g_strdup_printf ("%s-%s", word, interface_name != NULL ? interface_name : DEFAULT_INTERFACE);
}

static gboolean
check_lifetime (const VswSession *session, GError **error)
{
  if (g_strcmp0 (vsw_session_get_option (session, "lifetime"), "descriptor") != 0)
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE,
               "the NIC would go with the descriptors when this command ends; see vmswitchctl run");
  return FALSE;
}

/* (transfer full) (nullable): the descriptor goes into @fds. */
static GVariant *
new_settings (const VswSession *session, const char *name, GUnixFDList *fds, GError **error)
{
  const char *netns = vsw_session_get_option (session, "netns");
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (builder, "{sv}", "Name", g_variant_new_string (name));
  /* The service's default is `caller`, of a tap `descriptor`, and this program is gone as soon as it has answered. */
  if (vsw_session_get_option (session, "lifetime") == NULL)
    g_variant_builder_add (builder, "{sv}", "Lifetime", g_variant_new_string ("runtime"));
  if (netns != NULL)
    {
      int fd = vsw_netns_open (netns, error);
      int handle;

      if (fd < 0)
        return NULL;
      handle = g_unix_fd_list_append (fds, fd, error);
      close (fd);
      if (handle < 0)
        return NULL;
      g_variant_builder_add (builder, "{sv}", "Namespace", g_variant_new_handle (handle));
    }
  return vsw_options_export (session->options, session->verb->options, g_steal_pointer (&builder), error);
}

/**
 * vsw_command_attach:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_netns_open() and vsw_session_change() say; %VSW_FAILURE_USAGE
 *
 * `attach SWITCH [NAME] [--netns NETNS] …`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_attach (VswSession *session, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *port_name = NULL;
  VswNode *node;
  const char *port;
  const char *endpoint;

  vsw_session_begin (session, "attach to switch %s", session->arguments[0]);
  name = new_nic_name (session, error);
  settings = name != NULL && check_lifetime (session, error) ? new_settings (session, name, fds, error) : NULL;
  if (settings == NULL)
    return FALSE;
  vsw_session_begin (session, "attach %s to switch %s", name, session->arguments[0]);
  g_variant_ref_sink (settings);
  node = vsw_session_find (session, VSW_NODE_SWITCH, session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  answer = vsw_session_change (session, node->path, "Switch", "Attach", g_variant_new ("(@a{sv}a{sv})", settings, NULL),
                               "(ooah)", fds, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&o&oah)", &port, &endpoint, NULL);
  port_name = vsw_name_new_from_path (port);
  vsw_session_confirm (session, vsw_session_new_paths ("Port", port, "Endpoint", endpoint),
                       "attached endpoint %s to %s", name, port_name);
  vsw_hold (session);
  return TRUE;
}
