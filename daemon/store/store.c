/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/store.h"

#include "store/database.h"
#include "store/directory.h"
#include "store/rescue.h"
#include "store/rows.h"

#include <errno.h>
#include <stdlib.h>

struct _VswStore
{
  VswFd state; /* the directory */
  VswFd lock;
  char *path; /* of the database */
  char *session;
  sqlite3 *database;
  VswRows *rows;
  GPtrArray *rescue; /* (nullable) (element-type VswNic) rows that the commit of the change under way takes out */
  guint fault; /* writes and commits until one fails; 0: none does */
};

/* Objects of an earlier boot session, what stands on them, and what was made for them. */
#define GONE_SWITCHES "SELECT id FROM switch WHERE lifetime <> 'persistent'"
#define GONE_SYSTEMS  "SELECT id FROM system WHERE lifetime <> 'persistent'"
#define GONE_NICS     "SELECT id FROM nic WHERE lifetime <> 'persistent' OR setting_id IS NOT NULL"
#define GONE_PORTS                                                                                                     \
  "SELECT id FROM port WHERE lifetime <> 'persistent' OR switch_id IN (" GONE_SWITCHES ") OR made_for IN (" GONE_NICS  \
  ")"

/* Neither does a checkpoint bring back what the reboot would have taken: it would not be there without the changes since, either. */
#define GONE_OLD_NICS "SELECT id FROM old_nic WHERE lifetime <> 'persistent' OR setting_id IS NOT NULL"
#define GONE_OLD_PORTS                                                                                                 \
  "SELECT id FROM old_port WHERE lifetime <> 'persistent' OR made_for IN (" GONE_OLD_NICS ")"                          \
  " OR switch_id IN (SELECT id FROM old_switch WHERE lifetime <> 'persistent')"

/* A port that only had such a NIC in it stays, and so does a setting that only names such a switch or port. No machine runs after
 * a boot, so what was enabled is off; what was saved is saved. */
static const char forget_sql[] =
    "UPDATE setting SET connection_id = NULL WHERE connection_id IN (" GONE_SWITCHES " UNION ALL " GONE_PORTS ");"
    "DELETE FROM setting WHERE lifetime <> 'persistent' OR system_id IN (" GONE_SYSTEMS ");"
    "DELETE FROM system WHERE lifetime <> 'persistent';"
    "UPDATE system SET state = 'disabled', machine_since = 0 WHERE state = 'enabled';"
    "DELETE FROM static_address WHERE port_id IN (" GONE_PORTS ");"
    "DELETE FROM port WHERE id IN (" GONE_PORTS ");"
    "UPDATE port SET nic_id = NULL, connected = 0 WHERE nic_id IN (" GONE_NICS ");"
    "DELETE FROM nic WHERE id IN (" GONE_NICS ");"
    "DELETE FROM switch WHERE id IN (" GONE_SWITCHES ");"
    "DELETE FROM old_static_address WHERE port_id IN (" GONE_OLD_PORTS ");"
    "DELETE FROM old_port WHERE id IN (" GONE_OLD_PORTS ");"
    "DELETE FROM old_nic WHERE id IN (" GONE_OLD_NICS ");"
    "DELETE FROM old_setting WHERE lifetime <> 'persistent';"
    "DELETE FROM old_system WHERE lifetime <> 'persistent';"
    "DELETE FROM old_switch WHERE lifetime <> 'persistent';"
    "UPDATE old_system SET state = 'disabled', machine_since = 0 WHERE state = 'enabled';"
    "UPDATE old_port SET nic_id = NULL, connected = 0 WHERE nic_id NOT NULL"
    " AND nic_id NOT IN (SELECT id FROM nic UNION ALL SELECT id FROM old_nic)";

/* --- life --- */

static char *
get_database_path (const char *directory, GError **error)
{
  /* SQLite refuses a path with a link anywhere in it; only the last component is ours to judge, and that was. */
  g_autofree char *plain = g_canonicalize_filename (directory, NULL);
  char *real = realpath (plain, NULL);
  char *path;

  if (!real)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot find directory %s: %s", directory, g_strerror (errno));
      return NULL;
    }
  path = g_build_filename (real, VSW_DATABASE_FILE, NULL);
  free (real);
  return path;
}

static gboolean
read_session (VswStore *self, const char *runtime_directory, GError **error)
{
  g_auto (VswFd) runtime = vsw_directory_open (runtime_directory, error);

  if (runtime < 0)
    return FALSE;
  self->session = vsw_directory_get_session (runtime, runtime_directory, error);
  return self->session != NULL;
}

/**
 * vsw_store_open:
 * @state_directory: survives a reboot
 * @runtime_directory: emptied by a reboot
 *
 * Takes the state directory for this process and opens the store in it; makes what is missing: either directory (its parent must
 * be there), the database, the session.
 *
 * Errors: STORE, naming the path: a directory or file that is not ours alone, a damaged database, one of a newer version; it is
 * then left as it was. CONFLICT: another daemon has the directory; its pid is named. Thread: main, before the worker runs.
 *
 * Returns: (transfer full): the store
 */
VswStore *
vsw_store_open (const char *state_directory, const char *runtime_directory, GError **error)
{
  g_autoptr (VswStore) self = g_new0 (VswStore, 1);

  self->lock = -1;
  self->state = vsw_directory_open (state_directory, error);
  if (self->state < 0)
    return NULL;
  self->lock = vsw_directory_lock (self->state, state_directory, error);
  if (self->lock < 0 || !read_session (self, runtime_directory, error))
    return NULL;
  self->path = get_database_path (state_directory, error);
  if (!self->path)
    return NULL;
  self->database = vsw_database_open (self->state, self->path, error);
  if (!self->database)
    return NULL;
  self->rows = vsw_rows_new (self->database, self->path, error);
  if (!self->rows)
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * vsw_store_close:
 * @self: (transfer full): a store; a transaction that is open is rolled back
 *
 * Lets the state directory go. Thread: any, when the worker is done with it.
 */
void
vsw_store_close (VswStore *self)
{
  g_clear_pointer (&self->rescue, g_ptr_array_unref);
  g_clear_pointer (&self->rows, vsw_rows_free);
  g_clear_pointer (&self->database, vsw_database_close);
  vsw_fd_close (self->state);
  vsw_fd_close (self->lock);
  g_free (self->path);
  g_free (self->session);
  g_free (self);
}

/* --- loading --- */

/* TRUE: the rows of lifetime runtime and caller are of this boot session. */
static gboolean
is_same_session (VswStore *self, gboolean *ret_same, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM meta WHERE session = '%s'", self->session);
  gint64 count;

  if (!vsw_database_get_number (self->database, self->path, sql, &count, error))
    return FALSE;
  *ret_same = count == 1;
  return TRUE;
}

static gboolean
forget_earlier_session (VswStore *self, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("%s; INSERT OR REPLACE INTO meta (only_row, session) VALUES (1, '%s')",
                                          forget_sql, self->session);

  if (!vsw_store_begin (self, error))
    return FALSE;
  if (vsw_database_run (self->database, self->path, "write to", sql, error)
      && vsw_database_run (self->database, self->path, "commit to", "COMMIT", error))
    return TRUE;
  vsw_store_rollback (self);
  return FALSE;
}

/**
 * vsw_store_load:
 *
 * Reads everything, after forgetting what an earlier boot session left; writes nothing if that has been done.
 *
 * Errors: STORE. Thread: main, before the worker runs, or worker.
 *
 * Returns: (transfer full): pairs of (nothing, value): switches, systems, settings, NICs, ports, checkpoints
 */
VswDelta *
vsw_store_load (VswStore *self, GError **error)
{
  gboolean same;

  if (!is_same_session (self, &same, error) || (!same && !forget_earlier_session (self, error)))
    return NULL;
  return vsw_rows_load (self->rows, error);
}

/* --- one transaction --- */

gboolean
vsw_store_begin (VswStore *self, GError **error)
{
  return vsw_database_run (self->database, self->path, "write to", "BEGIN IMMEDIATE", error);
}

static gboolean
hits_fault (VswStore *self, const char *step, GError **error)
{
  if (self->fault == 0 || --self->fault > 0)
    return FALSE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot %s store %s: injected fault", step, self->path);
  return TRUE;
}

/* SQLite ends the transaction by itself when it runs out of disk or memory: what came after would be on its own. */
static gboolean
check_transaction (VswStore *self, const char *step, GError **error)
{
  if (!sqlite3_get_autocommit (self->database))
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot %s store %s: no transaction is open", step, self->path);
  return FALSE;
}

/**
 * vsw_store_write:
 * @delta: what changes; its pairs may stand in any order
 *
 * Writes it into the open transaction. After a failure only a rollback makes sense.
 *
 * All that goes or changes is deleted first, then all that comes or has changed is inserted: so a name or a NIC may pass from one
 * object to another within one delta, whichever of the two stands first.
 *
 * Errors: STORE. Thread: worker.
 */
gboolean
vsw_store_write (VswStore *self, VswDelta *delta, GError **error)
{
  guint size = vsw_delta_get_size (delta);

  if (!check_transaction (self, "write to", error))
    return FALSE;
  for (guint i = 0; i < size; i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);

      if (pair->before && !vsw_rows_delete (self->rows, pair->before, error))
        return FALSE;
    }
  for (guint i = 0; i < size; i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);

      if (pair->after && !vsw_rows_insert (self->rows, pair->after, error))
        return FALSE;
    }
  if (self->rescue && !vsw_rescue_delete (self->database, self->path, VSW_RESCUE_TABLE, self->rescue, error))
    return FALSE;
  /* After the work: the worst moment, as when the disk fills with the last row. */
  return !hits_fault (self, "write to", error);
}

/**
 * vsw_store_commit:
 *
 * Ends the transaction; what was written is on the disk when this returns TRUE. After a failure nothing of it is there, no
 * rollback is needed, and the store is as usable as before.
 *
 * Errors: STORE. Thread: worker.
 */
gboolean
vsw_store_commit (VswStore *self, GError **error)
{
  if (!check_transaction (self, "commit to", error))
    return FALSE;
  if (!hits_fault (self, "commit to", error)
      && vsw_database_run (self->database, self->path, "commit to", "COMMIT", error))
    {
      g_clear_pointer (&self->rescue, g_ptr_array_unref);
      return TRUE;
    }
  vsw_store_rollback (self);
  return FALSE;
}

/**
 * vsw_store_rollback:
 *
 * Undoes what was written since begin; nothing to do if no transaction is open. Thread: worker.
 */
void
vsw_store_rollback (VswStore *self)
{
  if (!sqlite3_get_autocommit (self->database))
    sqlite3_exec (self->database, "ROLLBACK", NULL, NULL, NULL);
}

/* --- what a change must not lose --- */

/**
 * vsw_store_prepare_rescue:
 * @delta: what is about to change
 *
 * Thread: worker. Errors: STORE.
 */
gboolean
vsw_store_prepare_rescue (VswStore *self, VswDelta *delta, GError **error)
{
  g_autoptr (GPtrArray) nics = vsw_uplinks_list (delta);

  g_clear_pointer (&self->rescue, g_ptr_array_unref);
  if (nics->len == 0)
    return TRUE;
  if (!vsw_store_begin (self, error))
    return FALSE;
  if (!vsw_rescue_write (self->database, self->path, VSW_RESCUE_TABLE, nics, error) || !vsw_store_commit (self, error))
    {
      vsw_store_rollback (self);
      return FALSE;
    }
  self->rescue = g_steal_pointer (&nics);
  return TRUE;
}

/**
 * vsw_store_forget_rescue:
 *
 * What the last change was about is as it was before, or what was loaded has been brought back: there is nothing to rescue. Thread: worker, or
 * main before it runs. Errors: STORE.
 */
gboolean
vsw_store_forget_rescue (VswStore *self, GError **error)
{
  if (!self->rescue)
    return TRUE;
  if (!vsw_store_begin (self, error))
    return FALSE;
  if (vsw_rescue_delete (self->database, self->path, VSW_RESCUE_TABLE, self->rescue, error) && vsw_store_commit (self, error))
    return TRUE;
  vsw_store_rollback (self);
  return FALSE;
}

/**
 * vsw_store_load_rescue:
 *
 * Thread: main, before the worker runs. Errors: STORE.
 */
GPtrArray *
vsw_store_load_rescue (VswStore *self, GError **error)
{
  g_clear_pointer (&self->rescue, g_ptr_array_unref);
  self->rescue = vsw_rescue_read (self->database, self->path, VSW_RESCUE_TABLE, error);
  return self->rescue ? g_ptr_array_ref (self->rescue) : NULL;
}

/* --- what another manager gets back --- */

/**
 * vsw_store_change_loans:
 * @gone: (element-type VswNic): loans that end
 * @begun: (nullable): one that begins
 *
 * In a transaction of its own; it is on the disk when this returns %TRUE. Thread: worker. Errors: STORE.
 */
gboolean
vsw_store_change_loans (VswStore *self, GPtrArray *gone, const VswNic *begun, GError **error)
{
  g_autoptr (GPtrArray) rescue = g_steal_pointer (&self->rescue); /* is no matter of this commit */
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  gboolean fine;

  if (begun != NULL)
    g_ptr_array_add (added, (gpointer)begun);
  fine = vsw_store_begin (self, error)
         && vsw_rescue_delete (self->database, self->path, VSW_LOAN_TABLE, gone, error)
         && vsw_rescue_write (self->database, self->path, VSW_LOAN_TABLE, added, error) && vsw_store_commit (self, error);
  if (!fine)
    vsw_store_rollback (self);
  self->rescue = g_steal_pointer (&rescue);
  return fine;
}

/**
 * vsw_store_load_loans:
 *
 * Thread: main, before the worker runs. Errors: STORE.
 */
GPtrArray *
vsw_store_load_loans (VswStore *self, GError **error)
{
  return vsw_rescue_read (self->database, self->path, VSW_LOAN_TABLE, error);
}

void
vsw_store_set_fault (VswStore *self, guint k)
{
  self->fault = k;
}
