/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rescue.h"

#include "store/database.h"
#include "store/record.h"

/* One statement for each of them. */
static gboolean
run_for_each (sqlite3 *database, const char *path, const char *sql, GPtrArray *nics,
              void (*bind) (sqlite3_stmt *statement, const VswValue *value), GError **error)
{
  sqlite3_stmt *statement = NULL;
  gboolean fine = sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK;
  for (guint i = 0; i < nics->len && fine; i++)
    {
      bind (statement, nics->pdata[i]);
      fine = sqlite3_step (statement) == SQLITE_DONE;
      fine = sqlite3_reset (statement) == SQLITE_OK && fine;
      sqlite3_clear_bindings (statement);
    }
  if (!fine)
    vsw_database_set_error (database, path, "write to", error);
  sqlite3_finalize (statement);
  return fine;
}

gboolean
vsw_rescue_write (sqlite3 *database, const char *path, const char *table, GPtrArray *nics, GError **error)
{
  g_autofree char *sql =
      g_strconcat ("INSERT OR REPLACE INTO ", table, " (" VSW_NIC_COLUMNS ") VALUES (" VSW_NIC_PARAMETERS ")", NULL);
  return run_for_each (database, path, sql, nics, vsw_record_bind, error);
}

static void
bind_id (sqlite3_stmt *statement, const VswValue *value)
{
  vsw_record_bind_id (statement, value->id);
}

gboolean
vsw_rescue_delete (sqlite3 *database, const char *path, const char *table, GPtrArray *nics, GError **error)
{
  g_autofree char *sql = g_strconcat ("DELETE FROM ", table, " WHERE id = ?", NULL);
  return run_for_each (database, path, sql, nics, bind_id, error);
}

static gboolean
read_all (sqlite3 *database, sqlite3_stmt *statement, const char *path, const char *table, GPtrArray *nics, GError **error)
{
  int result;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      VswValue *nic = vsw_record_read (VSW_KIND_NIC, statement, NULL, error);
      if (nic == NULL)
        {
          g_prefix_error (error, "store %s is damaged: %s: ", path, table);
          return FALSE;
        }
      g_ptr_array_add (nics, nic);
    }
  if (result != SQLITE_DONE)
    vsw_database_set_error (database, path, "read", error);
  return result == SQLITE_DONE;
}

GPtrArray *
vsw_rescue_read (sqlite3 *database, const char *path, const char *table, GError **error)
{
  g_autofree char *sql = g_strconcat ("SELECT " VSW_NIC_COLUMNS " FROM ", table, " ORDER BY id", NULL);
  g_autoptr (GPtrArray) nics = g_ptr_array_new_with_free_func (vsw_value_unref);
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      vsw_database_set_error (database, path, "read", error);
      return NULL;
    }
  gboolean fine = read_all (database, statement, path, table, nics, error);
  sqlite3_finalize (statement);
  return fine ? g_steal_pointer (&nics) : NULL;
}
