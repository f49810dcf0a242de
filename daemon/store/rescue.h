/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host that must not be forgotten whatever happens, in tables whose rows are as those of the table nic. Knows no transactions.
 *
 * rescue: those that a change is about, written down before it touches them: if it is cut off, the next start knows what they were.
 * loan: those that another manager has let go of, written down before it does, until it has them back. */
#pragma once

#include "model/nic.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define VSW_RESCUE_TABLE "rescue"
#define VSW_LOAN_TABLE   "loan"

/* path: of the database, for messages. table: one of the above. Errors: STORE. */
gboolean vsw_rescue_write (sqlite3 *database, const char *path, const char *table, GPtrArray *nics, GError **error);
gboolean vsw_rescue_delete (sqlite3 *database, const char *path, const char *table, GPtrArray *nics, GError **error);
/* (transfer full) (element-type VswNic) */
GPtrArray *vsw_rescue_read (sqlite3 *database, const char *path, const char *table, GError **error);

G_END_DECLS
