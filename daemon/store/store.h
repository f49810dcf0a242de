/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wish, on disk: SQLite in the state directory.
 *
 * What was committed is there after kill -9 and after power loss (WAL, synchronous=FULL). One store, one daemon: `open` takes a lock
 * that a second one does not get. Opened on the main thread, then used by the worker alone.
 *
 * Objects of every lifetime are in the same file, beside the name of the boot session; `load` drops those of an earlier session
 * that are not persistent, and the NICs of virtual systems, which are then off. The session is named by a file in the runtime
 * directory, which a reboot empties.
 *
 * What cannot be read, or was made by a newer daemon, is refused and left as it is: never deleted, never rewritten. */
#pragma once

#include "model/delta.h"
#include "model/checkpoint.h"
#include "model/model.h"
#include "model/nic.h"
#include "model/port.h"
#include "model/setting.h"
#include "model/switch.h"
#include "model/system.h"

G_BEGIN_DECLS

typedef struct _VswStore VswStore;

/* Errors: STORE. The message names the path. A state directory that another daemon holds: CONFLICT with its pid. */
VswStore *vsw_store_open (const char *state_directory, const char *runtime_directory, GError **error);
void vsw_store_close (VswStore *self);

/* Everything, as a delta from nothing: switches first, then systems, settings, NICs, ports and checkpoints. */
VswDelta *vsw_store_load (VswStore *self, GError **error);

/* One transaction at a time. Errors: STORE. After a failed write: rollback. A failed commit has rolled back itself. */
gboolean vsw_store_begin (VswStore *self, GError **error);
gboolean vsw_store_write (VswStore *self, VswDelta *delta, GError **error);
gboolean vsw_store_commit (VswStore *self, GError **error);
void vsw_store_rollback (VswStore *self);

/* NICs of the host, written down before a change touches them, in a transaction of its own, and forgotten when it has come to its end: by the
 * commit of that change, or by `forget_rescue`. `prepare_rescue` does nothing for a change that is about none. Errors: STORE. */
gboolean vsw_store_prepare_rescue (VswStore *self, VswDelta *delta, GError **error);
gboolean vsw_store_forget_rescue (VswStore *self, GError **error);
/* What was cut off in the middle. (transfer full) (element-type VswNic) */
GPtrArray *vsw_store_load_rescue (VswStore *self, GError **error);

/* NICs of the host that another manager has let go of for us, until it has them back: whether they are bound or not. Errors: STORE. */
gboolean vsw_store_change_loans (VswStore *self, GPtrArray *gone, const VswNic *begun, GError **error);
/* (transfer full) (element-type VswNic) */
GPtrArray *vsw_store_load_loans (VswStore *self, GError **error);

/* Tests: the k-th following write or commit (counted from 1) fails, a write after its rows were written; 0: none. */
void vsw_store_set_fault (VswStore *self, guint k);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswStore, vsw_store_close)

G_END_DECLS
