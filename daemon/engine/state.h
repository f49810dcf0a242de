/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of engine/ share and nobody else sees: the engine's own state, and the steps between those files.
 *
 *   engine.c    the object, reads and releases
 *   queue.c     requests: one after another through model, plan and worker
 *   observe.c   what the kernel tells: links, bindings, signals
 *   repair.c    drift: what differs from the wish is brought back
 *   recall.c    NICs whose guest has gone, with its namespace or its last descriptor
 *   siege.c     taps that their holders tamper with
 *   warning.c   what Manager.Warnings says
 *   condition.c, health.c  what else on this host harms the switches
 *   release.c   what a caller that has gone leaves behind
 *   checkpoint.c  what is undone unless somebody confirms in time
 *   undone.c    what of that could not be undone
 *   diversion.c  uplinks that a spanning tree holds back for a while
 *   onlookers.c  others who configure devices, and look at ours first
 *   absence.c   uplinks that are missing
 *   loan.c      NICs that another manager has let go of
 *   start.c     repairs at start
 *   adopt.c     what NICs of the host have been given before it
 *   touch.c     which objects a change can be seen on */
#pragma once

#include "engine/engine.h"
#include "engine/worker.h"
#include "kernel/kernel.h"
#include "model/log.h"
#include "plan/plan.h"
#include "store/store.h"

G_BEGIN_DECLS

/* The keys of the objects that something can be seen on: a set, in no order. (element-type utf8) (owned) */
typedef GHashTable VswKeys;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswKeys, g_hash_table_unref)

/* One turn of the queue: a caller's request, or work of the engine's own. */
typedef struct _VswTurn VswTurn;

/* What the store is told of loans in one turn (loan.c). */
typedef struct _VswLoanChange VswLoanChange;

/* Others who configure devices of the host (onlookers.c). */
typedef struct _VswOnlookers VswOnlookers;

/* Standing conditions of the host, and when they are looked for (health.c). */
typedef struct _VswHealth VswHealth;

struct _VswEngine
{
  GObject parent;

  VswKernel *kernel;     /* (unowned) */
  VswStore *store;       /* (unowned) the worker's while a turn runs */
  VswModel *model;       /* (owned) */
  VswLinks *links;       /* (owned) */
  VswWorker *worker;     /* (owned) */
  GMainContext *context; /* (owned) */
  GStrv capabilities;    /* (owned) */
  gboolean is_stopped;

  /* queue.c */
  GQueue turns;       /* (element-type VswTurn) (owned) waiting */
  VswTurn *turn;      /* (owned) (nullable) running */
  VswKeys *turn_keys; /* (owned) (nullable) objects of the running turn: their links wait for its end */

  /* observe.c */
  GHashTable *pending;    /* (owned) index → VswLink, or NULL: it is gone. Not yet part of `links` */
  GHashTable *held;       /* (owned) the same, of objects that the running turn is about */
  GSource *settle_source; /* (owned) (nullable) */
  GHashTable *since;      /* (owned) port id → gint64*: when frames began to pass */
  GHashTable *described;  /* (owned) index: hardware details asked for and not yet answered */

  /* repair.c, siege.c, warning.c */
  VswKeys *suspects;       /* (owned) ids to look at for drift, when it has become quiet */
  GSource *suspect_source; /* (owned) (nullable) */
  GSource *address_source; /* (owned) (nullable) static addresses are to be looked at */
  gint64 addresses_seen;   /* monotonic, microseconds: when they were last */
  GHashTable *fights;      /* (owned) id → Fight */
  GHashTable *sieges;      /* (owned) id of a NIC → Siege */
  GPtrArray *warnings;     /* (owned) (element-type VswWarning) */
  VswHealth *health;       /* (owned) health.c */
  gboolean guard_is_lost;  /* a repair of the guard waits */
  gboolean list_is_wanted; /* notifications were lost: a list waits */

  /* onlookers.c, absence.c */
  VswOnlookers *onlookers; /* (owned) */
  GHashTable *absences;    /* (owned) id of an uplink → Absence */

  /* loan.c */
  GHashTable *loans; /* (owned) id → VswNic */

  /* diversion.c */
  /* diverted: uplinks that are wired to the host past their bridge, for all we know; and how long their carrier is waited for */
  GHashTable *diverted;      /* (owned) id → gint64* */
  GSource *diversion_source; /* (owned) (nullable) the first of these times */

  /* checkpoint.c */
  GHashTable *clocks;          /* (owned) id of a checkpoint → Clock */
  GSource *clock_source;       /* (owned) (nullable) the next of them */
  GPtrArray *undone;           /* (owned) undone.c */
  gboolean is_looking;         /* at the clocks */
  gboolean is_looked_at_again; /* they are to be looked at once more */
  gint64 passed;               /* microseconds that a test has let pass */
};

/* --- touch.c --- */
VswKeys *vsw_keys_new (void);
void vsw_keys_add (VswKeys *keys, const char *key);
void vsw_keys_add_delta (VswKeys *keys, VswEngine *engine, VswDelta *delta);
void vsw_keys_add_link (VswKeys *keys, VswEngine *engine, const VswLink *before, const VswLink *after);
char *vsw_keys_print_link (const VswLink *link);
VswValue *vsw_keys_find_value (VswEngine *engine, const VswLink *link);
/* (transfer full) the ids among the keys of which there is a switch or NIC: what drift can be looked for */
GPtrArray *vsw_keys_list_repairable (VswKeys *keys, VswModel *model);

/* --- queue.c --- */
typedef void (*VswTurnEnd) (VswEngine *engine, VswDelta *delta, const VswPlan *plan, const GError *error, gpointer data);
/* changes: (transfer full). is_dry: they are resolved and planned, and nothing is done. `end` is called once, on the main thread, with the delta
 * and the plan (both nullable), or the error. */
void vsw_engine_push_changes (VswEngine *engine, GPtrArray *changes, gboolean is_dry, GCancellable *cancellable,
                              VswTurnEnd end, gpointer data);
/* The same, but only model and store change: a repair of everything follows. For what the kernel refused to do at once. */
void vsw_engine_push_wish (VswEngine *engine, GPtrArray *changes, VswTurnEnd end, gpointer data);
/* A turn that brings the devices of these objects (ids, transfer full; NULL: all) back to the wish. */
void vsw_engine_push_repair (VswEngine *engine, GPtrArray *ids);
/* A turn that takes the port of this NIC down. */
void vsw_engine_push_quarantine (VswEngine *engine, const char *nic_id);
/* A turn that claims the tap of this NIC back, and says nothing if that fails. */
void vsw_engine_push_claim (VswEngine *engine, const char *nic_id);
/* A turn that lists all links anew, or puts the guard back. */
void vsw_engine_push_list (VswEngine *engine);
void vsw_engine_push_guard (VswEngine *engine);
/* A turn that compares the static addresses of all ports with the forwarding tables. */
void vsw_engine_push_addresses (VswEngine *engine);
/* A turn that changes what the store knows of loans. loans: must live until `end`. */
void vsw_engine_push_loans (VswEngine *engine, VswLoanChange *loans, VswTurnEnd end, gpointer data);
void vsw_engine_clear_turns (VswEngine *engine);

/* --- observe.c --- */
void vsw_engine_observe (VswEngine *engine);
/* Takes in everything that is pending, together with a delta that has become true (nullable), between `changing` and `changed`. */
void vsw_engine_settle (VswEngine *engine, VswDelta *delta);
/* A list of all links: what differs from what we know becomes pending. */
void vsw_engine_merge_list (VswEngine *engine, VswLinks *listed);
void vsw_engine_let_go (VswEngine *engine);
void vsw_engine_free_pending (gpointer link);
void vsw_engine_bind (VswEngine *engine, const VswLink *link);
void vsw_engine_emit_changing (VswEngine *engine, VswKeys *keys);
void vsw_engine_emit_changed (VswEngine *engine, VswKeys *keys);

/* --- repair.c --- */
/* Looks for drift on these objects a moment later and, where there is some, puts a repair in the queue. */
void vsw_engine_check_drift (VswEngine *engine, VswKeys *keys);
/* The same at once. */
void vsw_engine_check_drift_now (VswEngine *engine, VswKeys *keys);
/* Before a repair is planned: what has become of these NICs (ids; NULL: all) whose far end was with a guest. Returns
 * (transfer full) (nullable) how the wish changes for it; NULL: not at all. */
VswDelta *vsw_engine_recall_nics (VswEngine *engine, GPtrArray *ids);
/* Whether that would change the wish for this one. */
gboolean vsw_engine_is_astray (VswEngine *engine, const VswNic *nic);
/* Another hand has been at static addresses: they are looked at a moment later, at most once a second. */
void vsw_engine_suspect_addresses (VswEngine *engine);
void vsw_engine_log_findings (const VswPlan *plan);
GPtrArray *vsw_engine_list_bridges (VswEngine *engine);
/* Makes and frees what repair.c keeps. */
void vsw_engine_init_repair (VswEngine *engine);
void vsw_engine_clear_repair (VswEngine *engine);

/* --- health.c --- */
/* Looks at once, blocking; the worker is idle. */
void vsw_engine_start_health (VswEngine *engine);
/* Looks a moment later, at most once a second. */
void vsw_engine_suspect_health (VswEngine *engine);
void vsw_engine_stop_health (VswEngine *engine);
gboolean vsw_engine_is_looking (VswEngine *engine);
void vsw_engine_init_health (VswEngine *engine);
void vsw_engine_clear_health (VswEngine *engine);

/* --- siege.c --- */
/* Of a NIC whose tap is tampered with: whether it is to be repaired now, as any other. It is claimed back later by itself. */
gboolean vsw_engine_besiege (VswEngine *engine, const VswNic *nic, const VswLink *link);
/* It was tampered with a moment ago and is looked at in another: until then it stays as it is. */
gboolean vsw_engine_is_besieged (VswEngine *engine, const char *id);
/* It is in order, or gone. */
void vsw_engine_end_siege (VswEngine *engine, const char *id);
GHashTable *vsw_engine_new_sieges (void);

/* --- start.c, adopt.c: blocking, the worker is idle --- */
/* Asks what there is to ask, and resolves: the model has changed. (transfer full) *ret_delta */
gboolean vsw_engine_resolve_now (VswEngine *engine, GPtrArray *changes, VswDelta **ret_delta, GError **error);
gboolean vsw_engine_adopt_all (VswEngine *engine);

/* --- undone.c --- */
GPtrArray *vsw_engine_new_undone (void);
/* losses: (element-type utf8) "KIND NAME: REASON", of a rollback that has become true. */
void vsw_engine_note_losses (VswEngine *engine, const VswCheckpoint *ended, GPtrArray *losses);
/* What is no loss any more is no longer said. */
void vsw_engine_review_losses (VswEngine *engine);

/* --- checkpoint.c --- */
void vsw_engine_init_checkpoints (VswEngine *engine);
void vsw_engine_stop_checkpoints (VswEngine *engine);
void vsw_engine_clear_checkpoints (VswEngine *engine);
void vsw_engine_follow_checkpoints (VswEngine *engine);
/* plan: what was done for them */
void vsw_engine_note_rollback (VswEngine *engine, GPtrArray *changes, const VswPlan *plan, VswDelta *delta);
/* The clock of all deadlines: monotonic, microseconds, with the time that tests have let pass. */
gint64 vsw_engine_get_now (VswEngine *engine);
gint64 vsw_engine_get_time_left (const VswCheckpoint *value);

/* --- diversion.c --- */
void vsw_engine_init_diversions (VswEngine *engine);
void vsw_engine_clear_diversions (VswEngine *engine);
void vsw_engine_start_diversions (VswEngine *engine);
void vsw_engine_stop_diversions (VswEngine *engine);
void vsw_engine_follow_diversions (VswEngine *engine);
/* A turn about this (nullable), or one that puts NICs of the host back, has ended. */
void vsw_engine_note_diversions (VswEngine *engine, VswDelta *delta, gboolean is_rescue);

/* --- onlookers.c --- */
/* Before the worker begins. */
void vsw_engine_init_onlookers (VswEngine *engine);
/* Nobody is waited for any more. */
void vsw_engine_stop_onlookers (VswEngine *engine);
void vsw_engine_clear_onlookers (VswEngine *engine);

/* --- loan.c --- */
void vsw_engine_init_loans (VswEngine *engine);
void vsw_engine_clear_loans (VswEngine *engine);
gboolean vsw_engine_load_loans (VswEngine *engine, GError **error);
/* Worker. */
gboolean vsw_loan_change_write (const VswLoanChange *self, VswStore *store, GError **error);

/* --- absence.c --- */
GHashTable *vsw_engine_new_absences (void);
/* Says which uplinks have gone or come back. */
void vsw_engine_follow_absences (VswEngine *engine);

/* --- warning.c --- */
/* The warning whose text is `current` becomes this one, and `current` its text; text: NULL: there is none. */
void vsw_engine_set_warning (VswEngine *engine, char **current, const char *code, const char *text);
GPtrArray *vsw_engine_new_warnings (void);

G_END_DECLS
