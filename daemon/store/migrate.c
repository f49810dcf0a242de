/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/migrate.h"

#include "store/database.h"
#include "store/schema.h"

static const char *const known_steps[] = { VSW_SCHEMA_1, VSW_SCHEMA_2, VSW_SCHEMA_3, VSW_SCHEMA_4,
                                          VSW_SCHEMA_5, VSW_SCHEMA_6, NULL };

const char *const *
vsw_migrate_get_steps (void)
{
  return known_steps;
}

static gboolean
run_step (sqlite3 *database, const char *path, const char *step, guint version, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("BEGIN EXCLUSIVE; %s; PRAGMA user_version = %u; COMMIT", step, version);

  if (vsw_database_run (database, path, "migrate", sql, error))
    return TRUE;
  if (!sqlite3_get_autocommit (database))
    sqlite3_exec (database, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/**
 * vsw_migrate:
 * @database: open, in no transaction
 * @path: its path, for messages
 * @steps: (array zero-terminated=1): SQL of each version, from 1
 *
 * Runs the steps that the database has not had yet, one transaction each.
 *
 * Errors: STORE, also when the database is newer than the last step: then nothing is touched. Thread: any.
 */
gboolean
vsw_migrate (sqlite3 *database, const char *path, const char *const *steps, GError **error)
{
  guint newest = g_strv_length ((char **)steps);
  gint64 version;

  if (!vsw_database_get_number (database, path, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version < 0 || version > newest)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE,
                   "store %s has version %" G_GINT64_FORMAT
                   ", this daemon knows versions up to %u: a newer daemon made it",
                   path, version, newest);
      return FALSE;
    }
  for (guint next = (guint)version + 1; next <= newest; next++)
    if (!run_step (database, path, steps[next - 1], next, error))
      return FALSE;
  return TRUE;
}
