/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/undo.h"

#include "model/port.h"
#include "store/database.h"
#include "store/record.h"
#include "store/sound.h"

/* Of every kind that has old values. */
typedef enum
{
  STATEMENT_KEEP,
  STATEMENT_KEPT,
  STATEMENT_FORGET,
} StatementUse;

#define N_USES (STATEMENT_FORGET + 1)

/* The two lists of ids, and the addresses of old ports. */
typedef enum
{
  LIST_SCOPE,
  LIST_NEW,
  LIST_ADDRESS,
} List;

#define N_LISTS (LIST_ADDRESS + 1)

static const char *const list_sql[N_LISTS][N_USES] = {
  [LIST_SCOPE] = { "INSERT INTO checkpoint_scope (object_id, checkpoint_id) VALUES (?,?)",
                   "SELECT object_id FROM checkpoint_scope WHERE checkpoint_id = ? ORDER BY object_id",
                   "DELETE FROM checkpoint_scope WHERE checkpoint_id = ?" },
  [LIST_NEW] = { "INSERT INTO checkpoint_new (object_id, checkpoint_id) VALUES (?,?)",
                 "SELECT object_id FROM checkpoint_new WHERE checkpoint_id = ? ORDER BY object_id",
                 "DELETE FROM checkpoint_new WHERE checkpoint_id = ?" },
  [LIST_ADDRESS] = { "INSERT INTO old_static_address (port_id, mac, checkpoint_id) VALUES (?,?,?)",
                     "SELECT port_id, mac FROM old_static_address WHERE port_id = ? AND checkpoint_id = ? ORDER BY mac",
                     "DELETE FROM old_static_address WHERE checkpoint_id = ?" },
};

struct _VswUndo
{
  sqlite3 *database; /* (unowned) */
  char *path;
  sqlite3_stmt *values[VSW_N_KINDS][N_USES]; /* NULL of kinds without old values */
  sqlite3_stmt *lists[N_LISTS][N_USES];
};

/* --- life --- */

static gboolean
prepare (VswUndo *self, const char *sql, sqlite3_stmt **ret_statement, GError **error)
{
  if (!sql || sqlite3_prepare_v3 (self->database, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL) == SQLITE_OK)
    return TRUE;
  vsw_database_set_error (self->database, self->path, "read", error);
  return FALSE;
}

/**
 * vsw_undo_new:
 * @database: (transfer none): a database of the newest version; outlives this
 * @path: its path, for messages
 *
 * Prepares every statement.
 *
 * Errors: STORE, when the tables are not what they should be: also when old values have other columns than values. Thread: any.
 */
VswUndo *
vsw_undo_new (sqlite3 *database, const char *path, GError **error)
{
  g_autoptr (VswUndo) self = g_new0 (VswUndo, 1);
  gboolean fine = TRUE;

  self->database = database;
  self->path = g_strdup (path);
  for (guint kind = 0; kind < VSW_N_KINDS && fine; kind++)
    {
      const VswRecordSql *sql = vsw_record_get_sql (kind);

      fine = prepare (self, sql->keep, &self->values[kind][STATEMENT_KEEP], error)
             && prepare (self, sql->kept, &self->values[kind][STATEMENT_KEPT], error)
             && prepare (self, sql->forget, &self->values[kind][STATEMENT_FORGET], error);
    }
  for (guint list = 0; list < N_LISTS; list++)
    for (guint use = 0; use < N_USES && fine; use++)
      fine = prepare (self, list_sql[list][use], &self->lists[list][use], error);
  return fine ? g_steal_pointer (&self) : NULL;
}

void
vsw_undo_free (VswUndo *self)
{
  for (guint kind = 0; kind < VSW_N_KINDS; kind++)
    for (guint use = 0; use < N_USES; use++)
      sqlite3_finalize (self->values[kind][use]);
  for (guint list = 0; list < N_LISTS; list++)
    for (guint use = 0; use < N_USES; use++)
      sqlite3_finalize (self->lists[list][use]);
  g_free (self->path);
  g_free (self);
}

/* --- writing --- */

/* One step of a statement that gives no rows; its last parameter is the checkpoint. */
static gboolean
run (VswUndo *self, sqlite3_stmt *statement, const char *checkpoint_id, GError **error)
{
  gboolean done;

  vsw_record_bind_checkpoint (statement, checkpoint_id);
  done = sqlite3_step (statement) == SQLITE_DONE;
  if (!done)
    vsw_database_set_error (self->database, self->path, "write to", error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return done;
}

static gboolean
insert_id (VswUndo *self, List list, const char *id, const char *checkpoint_id, GError **error)
{
  vsw_record_bind_id (self->lists[list][STATEMENT_KEEP], id);
  return run (self, self->lists[list][STATEMENT_KEEP], checkpoint_id, error);
}

static gboolean
insert_addresses (VswUndo *self, const VswPort *port, const char *checkpoint_id, GError **error)
{
  sqlite3_stmt *statement = self->lists[LIST_ADDRESS][STATEMENT_KEEP];

  for (gsize i = 0; i < port->n_static_addresses; i++)
    {
      vsw_record_bind_address (statement, port->head.id, &port->static_addresses[i]);
      if (!run (self, statement, checkpoint_id, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
insert_old (VswUndo *self, const VswValue *old, const char *checkpoint_id, GError **error)
{
  sqlite3_stmt *statement = self->values[old->kind][STATEMENT_KEEP];

  vsw_record_bind (statement, old);
  if (!run (self, statement, checkpoint_id, error))
    return FALSE;
  return old->kind != VSW_KIND_PORT || insert_addresses (self, (const VswPort *)old, checkpoint_id, error);
}

/**
 * vsw_undo_insert:
 * @value: a checkpoint
 *
 * Writes its scope and its log. Errors: STORE. Thread: worker.
 */
gboolean
vsw_undo_insert (VswUndo *self, const VswCheckpoint *value, GError **error)
{
  const char *id = value->head.id;

  for (gsize i = 0; i < value->n_scope; i++)
    if (!insert_id (self, LIST_SCOPE, value->scope[i], id, error))
      return FALSE;
  for (gsize i = 0; i < value->n_entries; i++)
    {
      const VswCheckpointEntry *entry = &value->entries[i];

      if (!(entry->before ? insert_old (self, entry->before, id, error)
                          : insert_id (self, LIST_NEW, entry->id, id, error)))
        return FALSE;
    }
  return TRUE;
}

/**
 * vsw_undo_delete:
 *
 * Deletes scope and log of that checkpoint. Errors: STORE. Thread: worker.
 */
gboolean
vsw_undo_delete (VswUndo *self, const char *checkpoint_id, GError **error)
{
  for (guint list = 0; list < N_LISTS; list++)
    if (!run (self, self->lists[list][STATEMENT_FORGET], checkpoint_id, error))
      return FALSE;
  for (guint kind = 0; kind < VSW_N_KINDS; kind++)
    if (self->values[kind][STATEMENT_FORGET] && !run (self, self->values[kind][STATEMENT_FORGET], checkpoint_id, error))
      return FALSE;
  return TRUE;
}

/* --- loading --- */

/* What one checkpoint is put together from. */
typedef struct
{
  VswUndo *undo;
  const char *id;
  GPtrArray *scope;   /* (owned) (element-type utf8) */
  GPtrArray *created; /* (owned) (element-type utf8) */
  GPtrArray *values;  /* (owned) (element-type VswValue) */
  GArray *addresses;  /* (owned) (element-type VswMac) of the port in hand */
} Loading;

static void
clear_loading (Loading *self)
{
  g_ptr_array_unref (self->scope);
  g_ptr_array_unref (self->created);
  g_ptr_array_unref (self->values);
  g_array_unref (self->addresses);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loading, clear_loading)

static gboolean
end_rows (Loading *self, sqlite3_stmt *statement, int result, gboolean fine, GError **error)
{
  if (fine && result != SQLITE_DONE)
    {
      vsw_database_set_error (self->undo->database, self->undo->path, "read", error);
      fine = FALSE;
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return fine;
}

static gboolean
load_ids (Loading *self, List list, GPtrArray *into, GError **error)
{
  sqlite3_stmt *statement = self->undo->lists[list][STATEMENT_KEPT];
  int result;

  vsw_record_bind_checkpoint (statement, self->id);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (into, g_strdup (vsw_record_get_id (statement)));
  return end_rows (self, statement, result, TRUE, error);
}

static gboolean
load_addresses (Loading *self, const char *port_id, GError **error)
{
  sqlite3_stmt *statement = self->undo->lists[LIST_ADDRESS][STATEMENT_KEPT];
  gboolean fine = TRUE;
  VswMac mac;
  int result;

  g_array_set_size (self->addresses, 0);
  vsw_record_bind_id (statement, port_id);
  vsw_record_bind_checkpoint (statement, self->id);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW && fine)
    {
      fine = vsw_record_read_address (statement, &mac, error);
      if (fine)
        g_array_append_val (self->addresses, mac);
    }
  return end_rows (self, statement, result, fine, error);
}

static gboolean
load_value (Loading *self, VswKind kind, sqlite3_stmt *statement, GError **error)
{
  const char *id = vsw_record_get_id (statement);
  g_autoptr (VswValue) value = NULL;

  if (kind != VSW_KIND_PORT || load_addresses (self, id ? id : "", error))
    value = vsw_record_read (kind, statement, self->addresses, error);
  if (value && vsw_sound_check_numbers (value, error))
    {
      g_ptr_array_add (self->values, g_steal_pointer (&value));
      return TRUE;
    }
  g_prefix_error (error, "old value of a %s: ", vsw_kind_print (kind));
  return FALSE;
}

static gboolean
load_values (Loading *self, VswKind kind, GError **error)
{
  sqlite3_stmt *statement = self->undo->values[kind][STATEMENT_KEPT];
  gboolean fine = TRUE;
  int result;

  if (!statement)
    return TRUE;
  vsw_record_bind_checkpoint (statement, self->id);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW && fine)
    fine = load_value (self, kind, statement, error);
  return end_rows (self, statement, result, fine, error);
}

/* An object is in the log once, whether it has an old value or is new. */
static VswCheckpoint *
assemble (const Loading *self, const VswCheckpoint *bare, GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (VswCheckpointEntry));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  VswCheckpoint fields = *bare;

  for (guint i = 0; i < self->values->len + self->created->len; i++)
    {
      VswValue *old = i < self->values->len ? g_ptr_array_index (self->values, i) : NULL;
      VswCheckpointEntry entry = { old ? old->id : g_ptr_array_index (self->created, i - self->values->len), old };

      g_array_append_val (entries, entry);
      if (g_hash_table_add (seen, (gpointer)entry.id))
        continue;
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "object %s is twice in its log", entry.id);
      return NULL;
    }
  fields.scope = (const char *const *)self->scope->pdata;
  fields.n_scope = self->scope->len;
  fields.entries = (const VswCheckpointEntry *)(gpointer)entries->data;
  fields.n_entries = entries->len;
  return vsw_checkpoint_new (&fields);
}

/**
 * vsw_undo_load:
 * @bare: a checkpoint as its own row says it
 *
 * Reads its scope and its log. Errors: STORE, INVALID_ARGUMENT, saying what is wrong. Thread: any.
 *
 * Returns: (transfer full): the whole checkpoint
 */
VswCheckpoint *
vsw_undo_load (VswUndo *self, const VswCheckpoint *bare, GError **error)
{
  g_auto (Loading) loading = { .undo = self, .id = bare->head.id };
  gboolean fine = TRUE;

  loading.scope = g_ptr_array_new_with_free_func (g_free);
  loading.created = g_ptr_array_new_with_free_func (g_free);
  loading.values = g_ptr_array_new_with_free_func (vsw_value_unref);
  loading.addresses = g_array_new (FALSE, FALSE, sizeof (VswMac));
  fine = load_ids (&loading, LIST_SCOPE, loading.scope, error) && load_ids (&loading, LIST_NEW, loading.created, error);
  for (guint kind = 0; kind < VSW_N_KINDS && fine; kind++)
    fine = load_values (&loading, kind, error);
  return fine ? assemble (&loading, bare, error) : NULL;
}
