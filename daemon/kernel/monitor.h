/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hears what the kernel tells and turns it into the signals of VswKernel, on one main context, a bounded piece at a time.
 *
 * Owes its callers that the last VswLink told of a link is true as soon as everything waiting has been read: a state of a bridge port that only a message of AF_BRIDGE
 * carries is joined to what is known of the link. Says nothing twice: a message that changes nothing is no signal.
 *
 * A list that the worker reads and the signals must not contradict each other, so nothing is emitted of one's own accord while a list is read, and
 * from then on until `drain`, or for a moment: take the list in, then drain. */
#pragma once

#include "kernel/guard.h"
#include "kernel/kernel.h"
#include "kernel/known.h"

G_BEGIN_DECLS

typedef struct _VswMonitor VswMonitor;

/* Main. kernel, guard, known: (unowned), they outlive it. Opens its sockets in the network namespace of the calling thread. */
VswMonitor *
vsw_monitor_new (VswKernel *kernel, VswGuard *guard, VswKnown *known, GMainContext *context, GError **error);
void vsw_monitor_free (VswMonitor *self);
void vsw_monitor_drain (VswMonitor *self);

/* Worker: around reading a list. `has_kept_silence`: nothing was emitted since `hold`, so the list contradicts no signal. */
void vsw_monitor_hold (VswMonitor *self);
gboolean vsw_monitor_has_kept_silence (VswMonitor *self);
void vsw_monitor_release (VswMonitor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswMonitor, vsw_monitor_free)

G_END_DECLS
