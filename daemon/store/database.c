/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/database.h"

#include "model/name.h"
#include "store/directory.h"
#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_SUFFIX ".new"

/* These change nothing in the file. EXCLUSIVE: nobody else looks in between, so there is no shared memory file either. */
#define CAUTION "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"

/* For a file that is known to be good. FULL: a commit is on the disk when it returns. */
#define SETTINGS "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"

/* SQLite's words on one line. They quote the file, and so may hold any bytes. (transfer full) */
static char *
describe (const char *words)
{
  g_autofree char *line = g_strdelimit (g_strdup (words), "\n", ' ');

  return vsw_text_escape (line);
}

/**
 * vsw_database_set_error:
 * @self: (nullable): the database whose last call failed
 * @path: its path
 * @step: what could not be done, a verb
 *
 * Puts SQLite's last result into words: STORE, with its own text and, where the system said no, the system's.
 *
 * Thread: that of the call which failed. Source: sqlite.org/rescode.html.
 */
void
vsw_database_set_error (sqlite3 *self, const char *path, const char *step, GError **error)
{
  int code = self ? sqlite3_extended_errcode (self) : SQLITE_NOMEM;
  int system = self ? sqlite3_system_errno (self) : 0;
  int primary = code & 0xff;
  g_autofree char *text = describe (self ? sqlite3_errmsg (self) : sqlite3_errstr (code));

  if (primary == SQLITE_FULL || (primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT)))
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot %s store %s, disk full: %s", step, path, text);
  else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s is damaged: %s", path, text);
  else if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && system != 0)
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot %s store %s: %s: %s", step, path, text,
                 g_strerror (system));
  else
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot %s store %s: %s", step, path, text);
}

gboolean
vsw_database_run (sqlite3 *self, const char *path, const char *step, const char *sql, GError **error)
{
  if (sqlite3_exec (self, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  vsw_database_set_error (self, path, step, error);
  return FALSE;
}

/* The first column of the one row that `sql` gives. */
gboolean
vsw_database_get_number (sqlite3 *self, const char *path, const char *sql, gint64 *ret_number, GError **error)
{
  sqlite3_stmt *statement = NULL;
  gboolean found;

  found = sqlite3_prepare_v2 (self, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW;
  if (found)
    *ret_number = sqlite3_column_int64 (statement, 0);
  else
    vsw_database_set_error (self, path, "read", error);
  sqlite3_finalize (statement);
  return found;
}

/* NULL: the file is whole. */
static char *
find_damage (sqlite3 *self)
{
  sqlite3_stmt *statement = NULL;
  char *damage = NULL;

  if (sqlite3_prepare_v2 (self, "PRAGMA quick_check (1)", -1, &statement, NULL) != SQLITE_OK
      || sqlite3_step (statement) != SQLITE_ROW)
    damage = describe (sqlite3_errmsg (self));
  else if (g_strcmp0 ((const char *)sqlite3_column_text (statement, 0), "ok") != 0)
    damage = g_strdup ((const char *)sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return damage;
}

static gboolean
check_kind (sqlite3 *self, const char *path, GError **error)
{
  g_autofree char *damage = NULL;
  gint64 application;

  if (!vsw_database_get_number (self, path, "PRAGMA application_id", &application, error))
    return FALSE;
  if (application != VSW_DATABASE_APPLICATION)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE,
                   "%s is not a store of vmswitch: its application id is %" G_GINT64_FORMAT, path, application);
      return FALSE;
    }
  damage = find_damage (self);
  if (damage)
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s is damaged: %s", path, damage);
  return damage == NULL;
}

void
vsw_database_close (sqlite3 *self)
{
  sqlite3_close_v2 (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, vsw_database_close)

static sqlite3 *
connect_to (const char *path, GError **error)
{
  g_autoptr (sqlite3) self = NULL;

  if (sqlite3_open_v2 (path, &self,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL)
      != SQLITE_OK)
    {
      vsw_database_set_error (self, path, "open", error);
      return NULL;
    }
  sqlite3_busy_timeout (self, 0);
  /* Until the file has been found good, closing it must not write to it. */
  sqlite3_db_config (self, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (!vsw_database_run (self, path, "open", CAUTION, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
accept_database (sqlite3 *self, const char *path, GError **error)
{
  sqlite3_db_config (self, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  return vsw_database_run (self, path, "open", SETTINGS, error);
}

static sqlite3 *
open_existing (const char *path, GError **error)
{
  g_autoptr (sqlite3) self = connect_to (path, error);

  if (!self || !check_kind (self, path, error) || !vsw_migrate (self, path, vsw_migrate_get_steps (), error)
      || !accept_database (self, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* Of a first start that was cut off: nobody was ever told of what is in it. */
static void
remove_unfinished (int directory)
{
  unlinkat (directory, VSW_DATABASE_FILE NEW_SUFFIX, 0);
  unlinkat (directory, VSW_DATABASE_FILE NEW_SUFFIX "-journal", 0);
  unlinkat (directory, VSW_DATABASE_FILE NEW_SUFFIX "-wal", 0);
  unlinkat (directory, VSW_DATABASE_FILE NEW_SUFFIX "-shm", 0);
}

/* Made aside and renamed when it is whole: so an empty file in its place was never ours, and is refused as damaged. */
static gboolean
make_new (int directory, const char *path, GError **error)
{
  g_autofree char *aside = g_strconcat (path, NEW_SUFFIX, NULL);
  g_auto (VswFd) fd = -1;
  g_autoptr (sqlite3) database = NULL;

  remove_unfinished (directory);
  fd = openat (directory, VSW_DATABASE_FILE NEW_SUFFIX, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot make store %s: %s", path, g_strerror (errno));
      return FALSE;
    }
  database = connect_to (aside, error);
  if (!database || !vsw_migrate (database, aside, vsw_migrate_get_steps (), error)
      || !accept_database (database, aside, error))
    return FALSE;
  g_clear_pointer (&database, vsw_database_close);
  if (renameat (directory, VSW_DATABASE_FILE NEW_SUFFIX, directory, VSW_DATABASE_FILE) < 0 || fsync (directory) < 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot make store %s: %s", path, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

/* ret_there: there is a file of that name. FALSE: something is there that must not be opened. */
static gboolean
check_file (int directory, const char *path, const char *name, gboolean *ret_there, GError **error)
{
  struct stat facts;

  *ret_there = fstatat (directory, name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
  if (!*ret_there && errno != ENOENT)
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "cannot look at store %s: %s", path, g_strerror (errno));
  else if (*ret_there && S_ISLNK (facts.st_mode))
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s: %s is a symbolic link", path, name);
  else if (*ret_there && !S_ISREG (facts.st_mode))
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s: %s is not a plain file", path, name);
  else if (*ret_there && facts.st_uid != geteuid ())
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE,
                 "store %s: %s belongs to uid %u, not to uid %u that the daemon runs as", path, name, facts.st_uid,
                 geteuid ());
  else if (*ret_there && facts.st_size == 0 && g_str_equal (name, VSW_DATABASE_FILE))
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s is damaged: the file is empty", path);
  else
    return TRUE;
  return FALSE;
}

/**
 * vsw_database_open:
 * @directory: the directory it lies in, checked to be ours alone
 * @path: its path through no symbolic link; ends in VSW_DATABASE_FILE
 *
 * Opens the database and brings it to the newest version; makes it if there is none.
 *
 * Errors: STORE. Thread: any; the connection may then move to another thread, and be used by one at a time.
 *
 * Returns: (transfer full): a connection, for vsw_database_close()
 */
sqlite3 *
vsw_database_open (int directory, const char *path, GError **error)
{
  gboolean there, log_there;

  if (!check_file (directory, path, VSW_DATABASE_FILE, &there, error)
      || !check_file (directory, path, VSW_DATABASE_FILE "-wal", &log_there, error))
    return NULL;
  if (!there && log_there)
    {
      /* SQLite would play that log into a new and empty file. */
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE,
                   "store %s is gone, but its log %s-wal is there: put the store back", path, path);
      return NULL;
    }
  if (!there && !make_new (directory, path, error))
    return NULL;
  return open_existing (path, error);
}
