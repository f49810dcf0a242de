/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as rows and back, by statements that are prepared once. One value is one row (record.h); the static addresses of a port
 * are rows of their own. Knows no transactions. */
#pragma once

#include "model/delta.h"

#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _VswRows VswRows;

VswRows *vsw_rows_new (sqlite3 *database, const char *path, GError **error);
void vsw_rows_free (VswRows *self);

gboolean vsw_rows_insert (VswRows *self, const VswValue *value, GError **error);
gboolean vsw_rows_delete (VswRows *self, const VswValue *value, GError **error);
/* Every row, as (NULL, value). */
VswDelta *vsw_rows_load (VswRows *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswRows, vsw_rows_free)

G_END_DECLS
