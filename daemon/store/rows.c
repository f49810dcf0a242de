/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rows.h"

#include "model/port.h"
#include "store/database.h"
#include "store/record.h"
#include "store/undo.h"

typedef enum
{
  STATEMENT_INSERT,
  STATEMENT_REMOVE,
  STATEMENT_LIST,
  STATEMENT_LOST, /* of a kind that refers to nothing: NULL */
} StatementUse;

#define N_USES (STATEMENT_LOST + 1)

struct _VswRows
{
  sqlite3 *database; /* (unowned) */
  char *path;
  sqlite3_stmt *statements[VSW_N_KINDS][N_USES];
  sqlite3_stmt *address_insert;
  sqlite3_stmt *address_remove;
  sqlite3_stmt *address_list; /* of all ports, in the order in which ports are listed */
  GArray *addresses;          /* (element-type VswMac) of the port in hand */
  VswUndo *undo;              /* scopes and logs of checkpoints */
};

/* What a value refers to comes before it. */
static const VswKind load_order[] = { VSW_KIND_SWITCH, VSW_KIND_SYSTEM, VSW_KIND_SETTING,
                                      VSW_KIND_NIC,    VSW_KIND_PORT,   VSW_KIND_CHECKPOINT };
G_STATIC_ASSERT (G_N_ELEMENTS (load_order) == VSW_N_KINDS);

/* --- life --- */

static gboolean
prepare (VswRows *self, const char *sql, sqlite3_stmt **ret_statement, GError **error)
{
  if (sqlite3_prepare_v3 (self->database, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL) == SQLITE_OK)
    return TRUE;
  vsw_database_set_error (self->database, self->path, "read", error);
  return FALSE;
}

static gboolean
prepare_all (VswRows *self, GError **error)
{
  for (guint kind = 0; kind < VSW_N_KINDS; kind++)
    {
      const VswRecordSql *sql = vsw_record_get_sql (kind);

      if (!prepare (self, sql->insert, &self->statements[kind][STATEMENT_INSERT], error)
          || !prepare (self, sql->remove, &self->statements[kind][STATEMENT_REMOVE], error)
          || !prepare (self, sql->list, &self->statements[kind][STATEMENT_LIST], error)
          || (sql->lost && !prepare (self, sql->lost, &self->statements[kind][STATEMENT_LOST], error)))
        return FALSE;
    }
  return prepare (self, VSW_ADDRESS_INSERT, &self->address_insert, error)
         && prepare (self, VSW_ADDRESS_REMOVE, &self->address_remove, error)
         && prepare (self, VSW_ADDRESS_LIST, &self->address_list, error);
}

/**
 * vsw_rows_new:
 * @database: (transfer none): a database of the newest version; outlives this
 * @path: its path, for messages
 *
 * Prepares every statement.
 *
 * Errors: STORE, when the tables are not what they should be. Thread: any.
 */
VswRows *
vsw_rows_new (sqlite3 *database, const char *path, GError **error)
{
  g_autoptr (VswRows) self = g_new0 (VswRows, 1);

  self->database = database;
  self->path = g_strdup (path);
  self->addresses = g_array_new (FALSE, FALSE, sizeof (VswMac));
  if (!prepare_all (self, error))
    return NULL;
  self->undo = vsw_undo_new (database, path, error);
  if (!self->undo)
    return NULL;
  return g_steal_pointer (&self);
}

void
vsw_rows_free (VswRows *self)
{
  for (guint kind = 0; kind < VSW_N_KINDS; kind++)
    for (guint use = 0; use < N_USES; use++)
      sqlite3_finalize (self->statements[kind][use]);
  g_clear_pointer (&self->undo, vsw_undo_free);
  sqlite3_finalize (self->address_insert);
  sqlite3_finalize (self->address_remove);
  sqlite3_finalize (self->address_list);
  g_array_unref (self->addresses);
  g_free (self->path);
  g_free (self);
}

/* --- writing --- */

/* One step of a statement that gives no rows. */
static gboolean
run (VswRows *self, sqlite3_stmt *statement, GError **error)
{
  gboolean done = sqlite3_step (statement) == SQLITE_DONE;

  if (!done)
    vsw_database_set_error (self->database, self->path, "write to", error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return done;
}

static gboolean
insert_addresses (VswRows *self, const VswPort *port, GError **error)
{
  for (gsize i = 0; i < port->n_static_addresses; i++)
    {
      vsw_record_bind_address (self->address_insert, port->head.id, &port->static_addresses[i]);
      if (!run (self, self->address_insert, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
vsw_rows_insert (VswRows *self, const VswValue *value, GError **error)
{
  sqlite3_stmt *statement = self->statements[value->kind][STATEMENT_INSERT];

  vsw_record_bind (statement, value);
  if (!run (self, statement, error))
    return FALSE;
  if (value->kind == VSW_KIND_CHECKPOINT)
    return vsw_undo_insert (self->undo, (const VswCheckpoint *)value, error);
  return value->kind != VSW_KIND_PORT || insert_addresses (self, (const VswPort *)value, error);
}

static gboolean
delete_addresses (VswRows *self, const VswPort *port, GError **error)
{
  if (port->n_static_addresses == 0)
    return TRUE;
  vsw_record_bind_id (self->address_remove, port->head.id);
  return run (self, self->address_remove, error);
}

/**
 * vsw_rows_delete:
 * @value: a value as it is stored
 *
 * Deletes its row.
 *
 * Errors: STORE, also when there is no such row: then store and model have parted, and going on would hide it. Thread: worker.
 */
gboolean
vsw_rows_delete (VswRows *self, const VswValue *value, GError **error)
{
  sqlite3_stmt *statement = self->statements[value->kind][STATEMENT_REMOVE];

  if (value->kind == VSW_KIND_PORT && !delete_addresses (self, (const VswPort *)value, error))
    return FALSE;
  if (value->kind == VSW_KIND_CHECKPOINT && !vsw_undo_delete (self->undo, value->id, error))
    return FALSE;
  vsw_record_bind_id (statement, value->id);
  if (!run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database) == 1)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s has no %s %s", self->path, vsw_kind_print (value->kind),
               value->id);
  return FALSE;
}

/* --- loading --- */

static gboolean
set_damaged (VswRows *self, sqlite3_stmt *statement, VswKind kind, const GError *reason, GError **error)
{
  const char *bytes = vsw_record_get_id (statement);
  g_autofree char *id = vsw_text_escape (bytes ? bytes : "");

  g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s is damaged: %s %s: %s", self->path, vsw_kind_print (kind),
               id, reason->message);
  return FALSE;
}

/* Steps through the addresses beside the ports, both being in the order of the port's id. */
static gboolean
read_addresses (VswRows *rows, const char *port_id, GArray *addresses, GError **error)
{
  sqlite3_stmt *statement = rows->address_list;
  VswMac mac;

  g_array_set_size (addresses, 0);
  while (sqlite3_data_count (statement) > 0 && g_strcmp0 (vsw_record_get_id (statement), port_id) == 0)
    {
      if (!vsw_record_read_address (statement, &mac, error))
        return FALSE;
      g_array_append_val (addresses, mac);
      sqlite3_step (statement);
    }
  return TRUE;
}

static gboolean
load_row (VswRows *self, VswKind kind, sqlite3_stmt *statement, VswDelta *into, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (VswValue) value = NULL;

  if (kind != VSW_KIND_PORT || read_addresses (self, vsw_record_get_id (statement), self->addresses, &reason))
    value = vsw_record_read (kind, statement, self->addresses, &reason);
  if (value && kind == VSW_KIND_CHECKPOINT)
    {
      g_autoptr (VswValue) bare = g_steal_pointer (&value);

      value = (VswValue *)vsw_undo_load (self->undo, (const VswCheckpoint *)bare, &reason);
    }
  if (!value)
    return set_damaged (self, statement, kind, reason, error);
  vsw_delta_put (into, NULL, value, NULL);
  return TRUE;
}

static gboolean
load_kind (VswRows *self, VswKind kind, VswDelta *into, GError **error)
{
  sqlite3_stmt *statement = self->statements[kind][STATEMENT_LIST];
  gboolean fine = TRUE;
  int result;

  while ((result = sqlite3_step (statement)) == SQLITE_ROW && fine)
    fine = load_row (self, kind, statement, into, error);
  if (fine && result != SQLITE_DONE)
    {
      vsw_database_set_error (self->database, self->path, "read", error);
      fine = FALSE;
    }
  sqlite3_reset (statement);
  return fine;
}

/* Whether everything that rows of that kind refer to is there: SQLite watches that only as it writes. */
static gboolean
check_references (VswRows *self, VswKind kind, GError **error)
{
  sqlite3_stmt *statement = self->statements[kind][STATEMENT_LOST];
  g_autoptr (GError) reason = NULL;
  int result = statement ? sqlite3_step (statement) : SQLITE_DONE;

  if (result == SQLITE_ROW)
    {
      g_set_error_literal (&reason, VSW_ERROR, VSW_ERROR_STORE, "refers to something that is not there");
      set_damaged (self, statement, kind, reason, error);
    }
  else if (result != SQLITE_DONE)
    vsw_database_set_error (self->database, self->path, "read", error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

/**
 * vsw_rows_load:
 *
 * Reads everything: switches, then systems, settings, NICs, ports, checkpoints, each by id.
 *
 * Errors: STORE, naming the row that is damaged. Thread: any.
 *
 * Returns: (transfer full): pairs of (nothing, value)
 */
VswDelta *
vsw_rows_load (VswRows *self, GError **error)
{
  g_autoptr (VswDelta) all = vsw_delta_new ();
  gboolean fine = TRUE;

  sqlite3_step (self->address_list);
  for (guint i = 0; i < G_N_ELEMENTS (load_order) && fine; i++)
    fine = load_kind (self, load_order[i], all, error) && check_references (self, load_order[i], error);
  if (fine && sqlite3_data_count (self->address_list) > 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s is damaged: static addresses of no port", self->path);
      fine = FALSE;
    }
  sqlite3_reset (self->address_list);
  return fine ? g_steal_pointer (&all) : NULL;
}
