/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NICs of the host that a change is about, written down before it touches them: if it is cut off, the next start knows what they were.
 * A row is as one of the table nic. Knows no transactions. */
#pragma once

#include "model/nic.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* path: of the database, for messages. Errors: STORE. */
gboolean vsw_rescue_write (sqlite3 *database, const char *path, GPtrArray *nics, GError **error);
gboolean vsw_rescue_delete (sqlite3 *database, const char *path, GPtrArray *nics, GError **error);
/* (transfer full) (element-type VswNic) */
GPtrArray *vsw_rescue_read (sqlite3 *database, const char *path, GError **error);

G_END_DECLS
