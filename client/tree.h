/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service has, as it was at one moment: the answer of GetManagedObjects as a small model.
 *
 * Owes: every object that the service listed, in the order people expect (switches, ports, endpoints, systems, settings, checkpoints,
 * each by name, `web2` before `web10`), and finding one by what a user types: a name, or an object path.
 * Never guesses: a name that fits more than one object is an error that lists them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  VSW_NODE_MANAGER,
  VSW_NODE_SWITCH,
  VSW_NODE_PORT,
  VSW_NODE_ENDPOINT,
  VSW_NODE_SYSTEM,
  VSW_NODE_SETTING,
  VSW_NODE_CHECKPOINT,
  VSW_NODE_OTHER, /* of a newer service */
} VswNodeKind;

/* One object. */
typedef struct
{
  VswNodeKind kind;
  char *path;
  char *name; /* as a user types it: "lab", "lab/web", "eth0", "vm1", "vm1/net0", "3" */
  char *key;  /* that it is sorted by: ports follow the order of their switches, settings that of their systems */
  GVariant *interfaces; /* a{sa{sv}} */
} VswNode;

typedef struct
{
  GPtrArray *nodes;    /* (element-type VswNode) */
  GHashTable *by_path; /* (element-type utf8 VswNode) */
} VswTree;

VswTree *vsw_tree_new (GVariant *objects);
void vsw_tree_free (VswTree *self);

/* get, find */
VswNode *vsw_tree_get (const VswTree *self, const char *path);
VswNode *vsw_tree_find (const VswTree *self, VswNodeKind kind, const char *name, GError **error);
const char *vsw_tree_find_connection (const VswTree *self, const char *text, GError **error);
VswNode *vsw_tree_find_any (const VswTree *self, const char *name, GError **error);

/* of one object; interfaces by their short name: "SwitchPort" */
const char *vsw_node_kind_print (VswNodeKind kind);
VswNodeKind vsw_node_kind_decode (const char *noun);
const char *vsw_node_get_main (const VswNode *self);
gboolean vsw_node_has (const VswNode *self, const char *interface_name);
GVariant *vsw_node_get (const VswNode *self, const char *interface_name, const char *property);
char *vsw_node_get_string (const VswNode *self, const char *interface_name, const char *property);
gboolean vsw_node_is (const VswNode *self, const char *interface_name, const char *property);
GVariant *vsw_node_export (const VswNode *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswTree, vsw_tree_free)

G_END_DECLS
