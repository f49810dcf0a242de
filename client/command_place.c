/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/netns.h"
#include "client/verbs.h"

#include <unistd.h>

/**
 * vsw_command_place:
 * @session: a session
 * @error: as vsw_tree_find(), vsw_netns_open() and vsw_session_change() say; %VSW_FAILURE_USAGE, %VSW_FAILURE_CONFLICT
 *
 * `place ENDPOINT --netns NETNS [--interface NAME]`. Main thread.
 *
 * Returns: whether it was done.
 */
gboolean
vsw_command_place (VswSession *session, GError **error)
{
  const char *netns = vsw_session_get_option (session, "netns");
  const char *interface_name = vsw_session_get_option (session, "interface");
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) answer = NULL;
  VswNode *node;
  int fd;
  int handle;

  vsw_session_begin (session, "place endpoint %s", session->arguments[0]);
  if (netns == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--netns is missing");
      return FALSE;
    }
  node = vsw_session_find (session, VSW_NODE_ENDPOINT, session->arguments[0], error);
  if (node == NULL)
    return FALSE;
  if (vsw_node_has (node, "EmulatedEthernetPort"))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "it is a tap, and has no far end; see vmswitchctl run");
      return FALSE;
    }
  if (!vsw_node_has (node, "SyntheticEthernetPort"))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT, "it is not a guest's NIC");
      return FALSE;
    }
  fd = vsw_netns_open (netns, error);
  if (fd < 0)
    return FALSE;
  handle = g_unix_fd_list_append (fds, fd, error);
  close (fd);
  if (handle < 0)
    return FALSE;
  answer = vsw_session_change (
      session, node->path, "SyntheticEthernetPort", "MoveToNamespace",
      g_variant_new ("(hsa{sv})", handle, interface_name != NULL ? interface_name : "eth0", NULL), "()", fds, error);
  if (answer == NULL)
    return FALSE;
  vsw_session_confirm (session, vsw_session_new_paths ("Path", node->path, NULL, NULL), "placed endpoint %s in %s",
                       node->name, netns);
  return TRUE;
}
