/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object tree, served from the model: nothing is exported object by object.
 *
 * A few registrations stand for everything: the root's ObjectManager, the manager, and a subtree each for switches, endpoints and the ports of
 * one switch. Introspection lists what is there, so that `busctl tree` reads like the network. */
#pragma once

#include "bus/call.h"
#include "bus/outbox.h"
#include "bus/view.h"

G_BEGIN_DECLS

typedef struct _VswTree VswTree;

/* All must outlive it. Follows the engine's switches; make it before the publisher, so that an object can be asked when it is told of. */
VswTree *vsw_tree_new (const VswScene *scene, VswCalls *calls, VswOutbox *outbox);
void vsw_tree_free (VswTree *self);

/* Serves on that connection until `unregister`. */
gboolean vsw_tree_register (VswTree *self, GDBusConnection *connection, GError **error);
void vsw_tree_unregister (VswTree *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswTree, vsw_tree_free)

G_END_DECLS
