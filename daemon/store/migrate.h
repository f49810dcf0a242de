/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Brings a database to the newest version: numbered steps, each wholly or not at all, never skipped and never undone.
 *
 * The version is the database's own user_version; a step k makes version k of version k - 1. */
#pragma once

#include "model/error.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* The steps that this daemon knows, first to last. (transfer none) (array zero-terminated=1) */
const char *const *vsw_migrate_get_steps (void);

/* Errors: STORE; the database is then as before, or at a version in between. */
gboolean vsw_migrate (sqlite3 *database, const char *path, const char *const *steps, GError **error);

G_END_DECLS
