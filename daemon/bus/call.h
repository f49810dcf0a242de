/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Method calls, from the message to the reply: who calls, what, may it, do it, answer.
 *
 * From the decoder on all methods are the same code. A call whose caller leaves is given up as long as it waits; once the engine
 * has begun it ends one way or the other. Each call gets exactly one answer. Main thread only. */
#pragma once

#include "bus/caller.h"
#include "bus/gate.h"
#include "bus/outbox.h"

G_BEGIN_DECLS

typedef struct _VswCalls VswCalls;

/* All but the gate (which is referenced) must outlive it. */
VswCalls *vsw_calls_new (const VswScene *scene, VswGate *gate, VswCallers *callers, VswOutbox *outbox);
/* No call may be running. */
void vsw_calls_free (VswCalls *self);

/* A method of one of our interfaces was called. (transfer full) */
void vsw_calls_take (VswCalls *self, GDBusMethodInvocation *invocation);
/* New calls are refused from now on, and so are those that wait for permission. */
void vsw_calls_stop (VswCalls *self);
guint vsw_calls_count (VswCalls *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswCalls, vsw_calls_free)

G_END_DECLS
