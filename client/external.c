/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/external.h"

#include "client/failure.h"

/* What a user may call a NIC, the surest first. A bound one keeps the name that it was bound under, and may be called
 * otherwise by the kernel since. */
typedef enum
{
  BY_NAME_OR_PATH,
  BY_INTERFACE,
  N_WAYS,
} Way;

static gboolean
fits (const VswNode *node, const char *name, Way way)
{
  g_autofree char *known = way == BY_INTERFACE ? vsw_node_get_string (node, "EthernetPort", "InterfaceName")
                                               : vsw_node_get_string (node, "EthernetPort", "Name");

  return g_str_equal (known, name) || (way == BY_NAME_OR_PATH && g_str_equal (node->path, name));
}

static VswNode *
find (const VswTree *tree, const char *name)
{
  for (int way = 0; way < N_WAYS; way++)
    for (guint i = 0; i < tree->nodes->len; i++)
      {
        VswNode *node = tree->nodes->pdata[i];

        if (vsw_node_has (node, "ExternalEthernetPort") && fits (node, name, (Way)way))
          return node;
      }
  return NULL;
}

/**
 * vsw_external_find:
 * @session: a session
 * @name: name, name of the device or object path
 * @error: %VSW_FAILURE_NOT_FOUND; %VSW_FAILURE_CONFLICT if it is an endpoint of another kind; as vsw_session_load() says
 *
 * Finds the NIC of the host that an argument names. Main thread.
 *
 * Returns: (transfer none): the object
 */
VswNode *
vsw_external_find (VswSession *session, const char *name, GError **error)
{
  const VswTree *tree = vsw_session_load (session, error);
  VswNode *node = tree != NULL ? find (tree, name) : NULL;

  if (tree == NULL || node != NULL)
    return node;
  if (vsw_tree_find (tree, VSW_NODE_ENDPOINT, name, NULL) != NULL)
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_CONFLICT,
                 "%s is not a NIC that a switch may have as its uplink; those are: vmswitchctl external list", name);
  else
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_NOT_FOUND,
                 "the host has no NIC \"%s\" for a switch; what it has: vmswitchctl external list", name);
  return NULL;
}

/**
 * vsw_external_get_switch:
 * @self: a NIC of the host
 *
 * Returns: (transfer full) (nullable): path of the switch that it is bound to, or %NULL. Any thread.
 */
char *
vsw_external_get_switch (const VswNode *self)
{
  g_autofree char *path = vsw_node_get_string (self, "ExternalEthernetPort", "Switch");

  return path[0] == '\0' || g_str_equal (path, "/") ? NULL : g_steal_pointer (&path);
}
