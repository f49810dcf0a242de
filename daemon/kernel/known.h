/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the monitor has told last: links by index, learned addresses by bridge. With it a notification is either news or nothing.
 *
 * It also knows what the kernel does not tell. Of a link that is down nobody hears that its alias, its group, its address
 * generation, a setting of the bridge or the owner of the tap changed (netdev_state_change() of net/core/dev.c is silent then), so
 * whoever does that to a link of ours says so here. And no end of a veth pair hears that the other went to another namespace, or
 * came: that follows from what is told of the other. Nor is it told whose a tap is in numbers that mean anything here: that is
 * asked (kernel/inquiry.h).
 *
 * Any thread. Never emits, never asks. */
#pragma once

#include "kernel/decode.h"
#include "plan/op.h"

G_BEGIN_DECLS

typedef struct _VswKnown VswKnown;

VswKnown *vsw_known_new (void);
void vsw_known_free (VswKnown *self);

/* TRUE: that is news. *ret_partner: the other end of the pair, if that is news too, else NULL. (transfer full) */
gboolean vsw_known_put (VswKnown *self, VswLink *link, VswLink **ret_partner);
/* moved_to: the index it has in the namespace that it went to, 0: it is no more. */
void vsw_known_drop (VswKnown *self, const VswLink *link, guint moved_to, VswLink **ret_partner);
/* The link with that state of its port, if that is news, else NULL. (transfer full) */
VswLink *vsw_known_set_port (VswKnown *self, guint index, guint bridge, VswPortState state);
/* 1: learned, -1: forgotten, 0: no news. */
gint vsw_known_note (VswKnown *self, const VswNeighbour *neighbour, gboolean gone);

/* Worker: we set that, and nobody may hear it from the kernel. */
void vsw_known_tell (VswKnown *self, guint index, VswAttribute attribute, guint64 number, const char *text);
/* The same of a tap as it was just read: its marks, whose it is, whether it stays and how many have it open. */
void vsw_known_tell_tap (VswKnown *self, const VswLink *link);
/* Any thread: whose a tap is, owner and group, as it was just read. */
void vsw_known_tell_owner (VswKnown *self, const VswLink *link);
/* Main: the same link with the owner and group that were last said or listed, which are the ones that count (kernel/inquiry.h).
 * *ret_is_doubtful: somebody may have given the tap away, which must be asked. (transfer full) */
VswLink *vsw_known_correct_owner (VswKnown *self, VswLink *link, gboolean *ret_is_doubtful);
/* Main: what was said until `ripen` counts from the `settle` after everything that the kernel told before has been put here.
 * (element-type VswLink) those that it changed. (transfer full) */
void vsw_known_ripen (VswKnown *self);
GPtrArray *vsw_known_settle (VswKnown *self);

/* A list instead of everything. Sets the learned counts in it. neighbours: (element-type VswNeighbour) */
void vsw_known_replace (VswKnown *self, VswLinks *links, GArray *neighbours);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswKnown, vsw_known_free)

G_END_DECLS
