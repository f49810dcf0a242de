/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the monitor has told last: links by index, learned addresses by bridge. With it a notification is either news or nothing.
 *
 * Any thread. Never emits, never asks. */
#pragma once

#include "kernel/decode.h"

G_BEGIN_DECLS

typedef struct _VswKnown VswKnown;

VswKnown *vsw_known_new (void);
void vsw_known_free (VswKnown *self);

/* TRUE: that is news. */
gboolean vsw_known_put (VswKnown *self, VswLink *link);
gboolean vsw_known_drop (VswKnown *self, guint index);
/* The link with that state of its port, if that is news, else NULL. (transfer full) */
VswLink *vsw_known_set_port (VswKnown *self, guint index, guint bridge, VswPortState state);
/* 1: learned, -1: forgotten, 0: no news. */
gint vsw_known_note (VswKnown *self, const VswNeighbour *neighbour, gboolean gone);

/* A list instead of everything. Sets the learned counts in it. neighbours: (element-type VswNeighbour) */
void vsw_known_replace (VswKnown *self, VswLinks *links, GArray *neighbours);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswKnown, vsw_known_free)

G_END_DECLS
