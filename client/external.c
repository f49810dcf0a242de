/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/external.h"

#include "client/failure.h"

typedef enum
{
  BY_PATH,
  BY_DEVICE,
  BY_NAME,
} Way;

typedef struct
{
  Way way;
  gboolean only_bound;
} Try;

/* What a user may call a NIC, the surest first. A bound one keeps the name that it was bound under. It may be called otherwise by the
 * kernel since, or be missing, and another device have its name: that one's object has the same name then. So who binds means the
 * device, and who unbinds what was bound. */
static const Try bind_tries[] = { { BY_PATH, FALSE }, { BY_DEVICE, FALSE }, { BY_NAME, FALSE } };
static const Try unbind_tries[] = { { BY_PATH, FALSE }, { BY_NAME, TRUE }, { BY_DEVICE, TRUE }, { BY_DEVICE, FALSE } };

static gboolean
fits (const VswNode *node, const char *name, const Try *try)
{
  g_autofree char *known = NULL;

  if (!vsw_node_has (node, "ExternalEthernetPort")
      || (try->only_bound && !vsw_node_is (node, "ExternalEthernetPort", "IsBound")))
    return FALSE;
  if (try->way == BY_PATH)
    return g_str_equal (node->path, name);
  known = vsw_node_get_string (node, "EthernetPort", try->way == BY_DEVICE ? "InterfaceName" : "Name");
  return g_str_equal (known, name);
}

static VswNode *
find (const VswTree *tree, const char *name, const Try *tries, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (guint j = 0; j < tree->nodes->len; j++)
      if (fits (tree->nodes->pdata[j], name, &tries[i]))
        return tree->nodes->pdata[j];
  return NULL;
}

static VswNode *
find_or_say (VswSession *session, const char *name, const Try *tries, gsize n, GError **error)
{
  const VswTree *tree = vsw_session_load (session, error);
  VswNode *node = tree != NULL ? find (tree, name, tries, n) : NULL;

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
 * vsw_external_find:
 * @session: a session
 * @name: name of the device, name or object path
 * @error: %VSW_FAILURE_NOT_FOUND; %VSW_FAILURE_CONFLICT if it is an endpoint of another kind; as vsw_session_load() says
 *
 * Finds the NIC of the host that is to be bound. Main thread.
 *
 * Returns: (transfer none): the object
 */
VswNode *
vsw_external_find (VswSession *session, const char *name, GError **error)
{
  return find_or_say (session, name, bind_tries, G_N_ELEMENTS (bind_tries), error);
}

/**
 * vsw_external_find_bound:
 * @session: a session
 * @name: name, name of the device or object path
 * @error: as vsw_external_find() says
 *
 * Finds the NIC of the host that is to be unbound; if none of that name is bound, another one, so that this can be said. Main thread.
 *
 * Returns: (transfer none): the object
 */
VswNode *
vsw_external_find_bound (VswSession *session, const char *name, GError **error)
{
  return find_or_say (session, name, unbind_tries, G_N_ELEMENTS (unbind_tries), error);
}

/**
 * vsw_external_print_name:
 * @tree: where it is from
 * @self: a NIC of the host
 * @style: where it goes
 *
 * Tells what it can be called so that no other is meant: its name, or its object path where another NIC of the host has that name.
 *
 * Returns: (transfer full): the text. Any thread.
 */
char *
vsw_external_print_name (const VswTree *tree, const VswNode *self, const VswStyle *style)
{
  guint n = 0;

  for (guint i = 0; i < tree->nodes->len; i++)
    if (fits (tree->nodes->pdata[i], self->name, &(Try){ BY_NAME, FALSE }))
      n++;
  return vsw_print_text (n > 1 ? self->path : self->name, style);
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
