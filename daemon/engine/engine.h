/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a change happen wholly or not at all, and keeps the kernel to what was wished.
 *
 * Main thread only; it owns the model, the links and the one worker. Requests are taken one after another; each is resolved when its turn comes.
 * The model changes only when kernel and store have: whoever reads it sees what is true.
 *
 * Signals, on the main thread:
 *   changing (GPtrArray *touched)  the objects of these keys are about to change: look at them now, as they were
 *   changed (GPtrArray *touched)   now they have
 * Keys are ids of switches, ports and NICs, "link:INDEX" for a link that no value stands for (an external NIC), and "manager" for what
 * belongs to the service itself (warnings). The signals of a request come before its result. */
#pragma once

#include <gio/gio.h>

#include "model/facts.h"
#include "model/model.h"
#include "model/survey.h"

G_BEGIN_DECLS

typedef struct _VswKernel VswKernel;
typedef struct _VswStore VswStore;

#define VSW_TYPE_ENGINE (vsw_engine_get_type ())
G_DECLARE_FINAL_TYPE (VswEngine, vsw_engine, VSW, ENGINE, GObject)

#define VSW_ENGINE_LINK_KEY    "link:"
#define VSW_ENGINE_MANAGER_KEY "manager"

/* A standing condition on this host that harms the switches. */
typedef struct
{
  const char *code; /* (owned) "drift-fight", … as in Manager.Warnings */
  const char *text; /* (owned) cause and cure */
} VswWarning;

/* (transfer none) for both ports; they must outlive the engine. */
VswEngine *vsw_engine_new (VswKernel *kernel, VswStore *store, const VswRules *rules);
/* Blocking, once, before the bus: loads the store, lists the links, repairs, deletes orphans. */
gboolean vsw_engine_start (VswEngine *self, GError **error);
/* Blocking: waits for the transaction that is running, refuses the others. */
void vsw_engine_stop (VswEngine *self);

/* Finds out whether whoever else configures devices of this host has looked at that one, which is new. task: (transfer full) returns TRUE when he has, or there
 * is nobody. Main. */
typedef void (*VswEngineLookFunc) (VswEngine *self, const char *device, GTask *task, gpointer user_data);
void vsw_engine_set_onlookers (VswEngine *self, VswEngineLookFunc look, gpointer user_data);

/* changes: (transfer full) (element-type VswChange). The result is the delta that has become true. */
void vsw_engine_apply_async (VswEngine *self, GPtrArray *changes, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
VswDelta *vsw_engine_apply_finish (VswEngine *self, GAsyncResult *result, GError **error);

/* What that would do, an operation a line, in order; nothing is done. (transfer full) */
void vsw_engine_plan_async (VswEngine *self, GPtrArray *changes, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);
GStrv vsw_engine_plan_finish (VswEngine *self, GAsyncResult *result, GError **error);

/* Reads that ask the kernel; they take their turn on the worker. */
/* (element-type VswForwardingEntry), model/reading.h */
void vsw_engine_get_forwarding_async (VswEngine *self, const char *switch_id, GAsyncReadyCallback callback,
                                      gpointer user_data);
/* (element-type VswCounters), model/reading.h */
void vsw_engine_get_counters_async (VswEngine *self, GAsyncReadyCallback callback, gpointer user_data);
GArray *vsw_engine_read_finish (VswEngine *self, GAsyncResult *result, GError **error);

/* What is on that link of the host now: (transfer full) VswSurvey, model/survey.h */
void vsw_engine_get_survey_async (VswEngine *self, guint index, GAsyncReadyCallback callback, gpointer user_data);
VswSurvey *vsw_engine_get_survey_finish (VswEngine *self, GAsyncResult *result, GError **error);

/* Whether the host could be reached through that switch: CONFLICT if a firewall would drop its frames there. */
void vsw_engine_check_passage_async (VswEngine *self, const char *switch_id, GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean vsw_engine_check_passage_finish (VswEngine *self, GAsyncResult *result, GError **error);

/* NICs of the host that another manager has let go of for us, bound or not, until it has them back. loan: one of kind external; earlier ones of
 * the same NIC end. They outlive us. */
void vsw_engine_lend_async (VswEngine *self, VswNic *loan, GAsyncReadyCallback callback, gpointer user_data);
void vsw_engine_repay_async (VswEngine *self, const char *id, GAsyncReadyCallback callback, gpointer user_data);
gboolean vsw_engine_loan_finish (VswEngine *self, GAsyncResult *result, GError **error);
GHashTable *vsw_engine_get_loans (VswEngine *self); /* id → VswNic */

/* Takes the descriptor, also on failure. `caller`: uid. */
VswNamespace *vsw_engine_inspect (VswEngine *self, int fd, guint32 caller, GError **error);
/* Tests: to the clocks of checkpoints it is that much later. */
void vsw_engine_pass_time (VswEngine *self, gint64 microseconds);
/* That bus connection is gone: what it held goes. `holder` as in VswValue. */
void vsw_engine_release (VswEngine *self, const char *holder);

/* what is now; (transfer none), valid until the main loop runs again */
VswModel *vsw_engine_get_model (VswEngine *self);
VswLinks *vsw_engine_get_links (VswEngine *self);
const char *const *vsw_engine_get_capabilities (VswEngine *self);
GPtrArray *vsw_engine_get_warnings (VswEngine *self); /* (element-type VswWarning) */
/* How often the host is looked at for what harms the switches, when nothing happens; half a minute unless told. */
void vsw_engine_set_interval (VswEngine *self, guint milliseconds);
/* Somebody else has found a standing condition, of that code about that subject; text: cause and cure, NULL: it is over. */
void vsw_engine_set_condition (VswEngine *self, const char *code, const char *subject, const char *text);
/* When frames began to pass on that port, microseconds since the epoch; 0: they do not. */
gint64 vsw_engine_get_connected_since (VswEngine *self, const char *port_id);

G_END_DECLS
