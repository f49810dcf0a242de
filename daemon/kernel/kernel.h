/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The port to the kernel. linux.c is the real one, tests/support/fake_kernel.c the other; the same contract tests run on both.
 *
 * Worker calls block for as long as the kernel takes and are made by one thread at a time. Main calls never block. An operation has happened
 * wholly when `apply` returns TRUE and not at all when it returns FALSE (exception: VSW_OP_DELETE may have deleted some; the caller lists again).
 * When `apply` returns, the notifications of what it did are already waiting: the next `drain` on the main thread emits them all.
 * A list and the signals fit together when the list is taken in first and drained after: from the beginning of `list` until that drain (or for a
 * tenth of a second) nothing is emitted of one's own accord, so what comes then is what the list may not have.
 *
 * Signals, on the main thread, from the main loop or from `drain`:
 *   link (VswLink *link, gboolean gone)   a link of our namespace is new, changed or gone
 *   learned (guint bridge, gint change)   that bridge learned (1) or forgot (-1) an address
 *   address (guint port)                  a static forwarding entry came or went at that bridge port
 *   ip (guint link)                       that link of our namespace has got an address of IPv4, or of IPv6 that it has not given to itself
 *   overrun ()                            notifications were lost: list again
 *   guard-lost ()                         somebody removed our guard: add it again for every bridge */
#pragma once

#include <glib-object.h>

#include "model/link.h"
#include "model/reading.h"
#include "model/survey.h"
#include "plan/op.h"

G_BEGIN_DECLS

#define VSW_TYPE_KERNEL (vsw_kernel_get_type ())
G_DECLARE_INTERFACE (VswKernel, vsw_kernel, VSW, KERNEL, GObject)

/* Returns when whoever else configures devices of this host has looked at that one, or after a time. Worker; may block. */
typedef void (*VswKernelAwaitFunc) (const char *device, gpointer user_data);

struct _VswKernelInterface
{
  GTypeInterface parent;

  /* worker */
  gboolean (*apply) (VswKernel *self, const VswOp *op, GError **error);
  VswLinks *(*list) (VswKernel *self, GError **error);
  gboolean (*reset_guard) (VswKernel *self, GPtrArray *bridges, GError **error);
  VswLink *(*describe) (VswKernel *self, VswLink *link, GError **error);
  VswIpConfig *(*get_ip) (VswKernel *self, guint index, GError **error);
  GArray *(*get_forwarding) (VswKernel *self, guint bridge, GError **error);
  GArray *(*get_counters) (VswKernel *self, GError **error);
  VswSurvey *(*get_survey) (VswKernel *self, GArray *indexes, GError **error);
  GStrv (*probe) (VswKernel *self, GError **error);

  /* main */
  gboolean (*watch) (VswKernel *self, GMainContext *context, GError **error);
  void (*drain) (VswKernel *self);
  VswNamespace *(*inspect) (VswKernel *self, int fd, guint32 caller, GError **error);
};

/* Who does VSW_OP_AWAIT; nobody: there is nobody to wait for. Before the first, or after the last call of the worker. Main. */
void vsw_kernel_set_await (VswKernel *self, VswKernelAwaitFunc func, gpointer user_data);

/* worker: */
/* Does one operation. Errors: KERNEL, EXISTS, NOT_FOUND, NOT_SUPPORTED, IN_USE, CONFLICT, INVALID_ARGUMENT. */
gboolean vsw_kernel_apply (VswKernel *self, const VswOp *op, GError **error);
/* Every link of our namespace, with learned counts of the bridges; no bindings, no hardware details. */
VswLinks *vsw_kernel_list (VswKernel *self, GError **error);
/* The guard exactly for these bridges (element-type utf8), in one step, whatever was there. */
gboolean vsw_kernel_reset_guard (VswKernel *self, GPtrArray *bridges, GError **error);
/* A copy of the link with driver, bus path, speed, duplex and wireless filled in. */
VswLink *vsw_kernel_describe (VswKernel *self, VswLink *link, GError **error);
/* What IP has on that link now. (transfer full) NOT_FOUND if there is no such link. */
VswIpConfig *vsw_kernel_get_ip (VswKernel *self, guint index, GError **error);
/* (element-type VswForwardingEntry) */
GArray *vsw_kernel_get_forwarding (VswKernel *self, guint bridge, GError **error);
/* (element-type VswCounters) of every link. */
GArray *vsw_kernel_get_counters (VswKernel *self, GError **error);
/* What around us could harm switches, and those links (element-type guint) in particular. (transfer full) Costs a millisecond or two. */
VswSurvey *vsw_kernel_get_survey (VswKernel *self, GArray *indexes, GError **error);
/* What this kernel can enforce, tried out, not assumed. Names as in Manager.Capabilities, sorted. Leaves nothing behind. */
GStrv vsw_kernel_probe (VswKernel *self, GError **error);

/* main: */
/* Begins to emit signals, on that context. Called once, before the first list. */
gboolean vsw_kernel_watch (VswKernel *self, GMainContext *context, GError **error);
/* Emits what is waiting, now. */
void vsw_kernel_drain (VswKernel *self);
/* Takes the descriptor (also on failure), says what it is. `caller`: uid whose namespaces count as owned. Refuses what is no
 * network namespace, O_PATH descriptors, and our own namespace: INVALID_ARGUMENT with the reason. */
VswNamespace *vsw_kernel_inspect (VswKernel *self, int fd, guint32 caller, GError **error);

/* for implementations */
void vsw_kernel_emit_link (VswKernel *self, VswLink *link, gboolean gone);
void vsw_kernel_emit_learned (VswKernel *self, guint bridge, gint change);
void vsw_kernel_emit_address (VswKernel *self, guint port);
void vsw_kernel_emit_ip (VswKernel *self, guint link);
void vsw_kernel_emit_overrun (VswKernel *self);
void vsw_kernel_emit_guard_lost (VswKernel *self);

G_END_DECLS
