/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon's store costs, beside what SQLite and the disk cost alone.
 *
 *   store DIRECTORY N     N NICs and N ports in one transaction, then loaded; one switch in one transaction, K times
 *
 * The floors are in the same directory: plain tables of as many columns, without a check, an index or a reference, in the same journal mode; and
 * one write of a page with fdatasync. Prints "NAME MICROSECONDS" lines. */
#include "store/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS  40
#define COLUMNS 14
#define PAGE    4096

/* A figure of something that did not happen is worth nothing. */
static void
check (gboolean fine)
{
  if (!fine)
    g_error ("the store, SQLite or the disk has failed");
}

static void
print_time (const char *name, gint64 since)
{
  g_print ("%s %" G_GINT64_FORMAT "\n", name, g_get_monotonic_time () - since);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return (left > right) - (left < right);
}

static void
print_median (const char *name, gint64 *times)
{
  qsort (times, ROUNDS, sizeof *times, compare);
  g_print ("%s %" G_GINT64_FORMAT "\n", name, times[ROUNDS / 2]);
}

/* --- the daemon's store --- */

static VswSwitch
make_switch (void)
{
  return (VswSwitch){ .head = { VSW_KIND_SWITCH, "00000000-0000-4000-8000-000000000000", "bench", "",
                                VSW_LIFETIME_RUNTIME, NULL, 0, 1 },
                      .device = "vsw-bench",
                      .mtu = VSW_MTU_DEFAULT,
                      .ageing = VSW_AGEING_DEFAULT };
}

static void
put_pair (VswDelta *delta, const VswSwitch *on, int number)
{
  g_autofree char *nic_id = vsw_id_new ();
  g_autofree char *port_id = vsw_id_new ();
  g_autofree char *name = g_strdup_printf ("nic-%d", number);
  VswNic nic = { .head = { VSW_KIND_NIC, nic_id, name, "", VSW_LIFETIME_RUNTIME, NULL, 0, 1 },
                 .nic_kind = VSW_NIC_SYNTHETIC,
                 .queues = 1 };
  VswPort port = { .head = { VSW_KIND_PORT, port_id, name, "", VSW_LIFETIME_RUNTIME, NULL, 0, 1 },
                   .switch_id = on->head.id,
                   .nic_id = nic_id,
                   .made_for = nic_id,
                   .connected = 1 };
  g_autoptr (VswNic) nic_value = NULL;
  g_autoptr (VswPort) port_value = NULL;

  g_snprintf (nic.device, sizeof nic.device, "vswp-%d", number);
  g_snprintf (nic.peer, sizeof nic.peer, "vswg-%d", number);
  nic_value = vsw_nic_new (&nic);
  port_value = vsw_port_new (&port);
  vsw_delta_put (delta, NULL, nic_value, NULL);
  vsw_delta_put (delta, NULL, port_value, NULL);
}

static void
commit (VswStore *store, VswDelta *delta)
{
  check (vsw_store_begin (store, NULL) && vsw_store_write (store, delta, NULL) && vsw_store_commit (store, NULL));
}

static void
measure_single (VswStore *store)
{
  VswSwitch fields = make_switch ();
  g_autoptr (VswSwitch) old = vsw_switch_new (&fields);
  gint64 times[ROUNDS];

  for (int i = 0; i < ROUNDS; i++)
    {
      g_autoptr (VswDelta) delta = vsw_delta_new ();
      VswSwitch *changed;
      gint64 begin;

      fields.mtu++;
      changed = vsw_switch_new (&fields);
      vsw_delta_put (delta, old, changed, NULL);
      begin = g_get_monotonic_time ();
      commit (store, delta);
      times[i] = g_get_monotonic_time () - begin;
      vsw_value_unref (old);
      old = changed;
    }
  print_median ("commit", times);
}

static void
measure_store (const char *directory, int count)
{
  g_autofree char *state = g_build_filename (directory, "state", NULL);
  g_autofree char *runtime = g_build_filename (directory, "runtime", NULL);
  VswStore *store = vsw_store_open (state, runtime, NULL);
  VswSwitch on = make_switch ();
  g_autoptr (VswSwitch) on_value = vsw_switch_new (&on);
  g_autoptr (VswDelta) first = vsw_delta_new ();
  g_autoptr (VswDelta) many = vsw_delta_new ();
  g_autoptr (VswDelta) empty = NULL;
  g_autoptr (VswDelta) all = NULL;
  gint64 begin;

  check (store != NULL);
  empty = vsw_store_load (store, NULL);
  vsw_delta_put (first, NULL, on_value, NULL);
  commit (store, first);
  for (int i = 0; i < count; i++)
    put_pair (many, &on, i);
  begin = g_get_monotonic_time ();
  commit (store, many);
  print_time ("write", begin);
  measure_single (store);
  vsw_store_close (store);

  begin = g_get_monotonic_time ();
  store = vsw_store_open (state, runtime, NULL);
  check (store != NULL);
  print_time ("open", begin);
  begin = g_get_monotonic_time ();
  all = vsw_store_load (store, NULL);
  print_time ("load", begin);
  check (all != NULL && vsw_delta_get_size (all) == 2 * (guint)count + 1);
  vsw_store_close (store);
}

/* --- SQLite and the disk alone --- */

static void
fill_row (sqlite3_stmt *statement)
{
  g_autofree char *id = vsw_id_new ();

  sqlite3_bind_text (statement, 1, id, -1, SQLITE_STATIC);
  for (int i = 2; i <= COLUMNS; i++)
    sqlite3_bind_text (statement, i, "eight oc", -1, SQLITE_STATIC);
  check (sqlite3_step (statement) == SQLITE_DONE);
  sqlite3_reset (statement);
}

static void
measure_sqlite (const char *directory, int rows)
{
  g_autofree char *path = g_build_filename (directory, "plain.db", NULL);
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 begin, times[ROUNDS];

  check (sqlite3_open (path, &database) == SQLITE_OK);
  check (sqlite3_exec (database,
                       "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                       "CREATE TABLE plain (a, b, c, d, e, f, g, h, i, j, k, l, m, n)",
                       NULL, NULL, NULL)
         == SQLITE_OK);
  check (sqlite3_prepare_v2 (database, "INSERT INTO plain VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &statement, NULL)
         == SQLITE_OK);
  begin = g_get_monotonic_time ();
  sqlite3_exec (database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  for (int i = 0; i < rows; i++)
    fill_row (statement);
  check (sqlite3_exec (database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
  print_time ("plain-write", begin);
  for (int i = 0; i < ROUNDS; i++)
    {
      begin = g_get_monotonic_time ();
      fill_row (statement);
      times[i] = g_get_monotonic_time () - begin;
    }
  print_median ("plain-commit", times);
  sqlite3_finalize (statement);
  sqlite3_close (database);
}

static void
measure_sync (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "page", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  char page[PAGE];
  gint64 times[ROUNDS];

  check (fd >= 0);
  memset (page, 'x', sizeof page);
  for (int i = 0; i < ROUNDS; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      check (write (fd, page, sizeof page) == sizeof page && fdatasync (fd) == 0);
      times[i] = g_get_monotonic_time () - begin;
    }
  print_median ("sync", times);
  close (fd);
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    return 2;
  measure_store (argv[1], atoi (argv[2]));
  measure_sqlite (argv[1], 2 * atoi (argv[2]));
  measure_sync (argv[1]);
  return 0;
}
