/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One SQLite database file of ours: found whole, of our kind and of a version that we know, or refused as it lies there.
 *
 * Never deletes, empties or repairs a file that it did not make: what cannot be read is left to a human. The one place that
 * translates SQLite's codes into errors. */
#pragma once

#include "model/error.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define VSW_DATABASE_FILE        "store.db"
#define VSW_DATABASE_APPLICATION 0x76737731 /* "vsw1": application_id, as schema/1.sql sets it */

sqlite3 *vsw_database_open (int directory, const char *path, GError **error);
void vsw_database_close (sqlite3 *self);

/* speak; `step` is a verb for the message: "read", "write" */
gboolean vsw_database_run (sqlite3 *self, const char *path, const char *step, const char *sql, GError **error);
gboolean vsw_database_get_number (sqlite3 *self, const char *path, const char *sql, gint64 *ret_number, GError **error);
void vsw_database_set_error (sqlite3 *self, const char *path, const char *step, GError **error);

G_END_DECLS
