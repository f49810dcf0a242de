/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scope and the log of checkpoints as rows: old values lie in tables that are shaped as those of the values (record.h). Knows no
 * transactions. */
#pragma once

#include "model/checkpoint.h"

#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _VswUndo VswUndo;

VswUndo *vsw_undo_new (sqlite3 *database, const char *path, GError **error);
void vsw_undo_free (VswUndo *self);

gboolean vsw_undo_insert (VswUndo *self, const VswCheckpoint *value, GError **error);
gboolean vsw_undo_delete (VswUndo *self, const char *checkpoint_id, GError **error);
/* `bare`: as its own row says it. (transfer full) with scope and log */
VswCheckpoint *vsw_undo_load (VswUndo *self, const VswCheckpoint *bare, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswUndo, vsw_undo_free)

G_END_DECLS
