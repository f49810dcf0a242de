/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rows.h"

#include "model/nic.h"
#include "model/port.h"
#include "model/switch.h"
#include "store/database.h"

#include <string.h>

/* Every table of values begins with these columns, in this order. */
#define HEAD   "id, name, description, lifetime, holder, owner, created"
#define N_HEAD 7

enum
{
  HEAD_ID,
  HEAD_NAME,
  HEAD_DESCRIPTION,
  HEAD_LIFETIME,
  HEAD_HOLDER,
  HEAD_OWNER,
  HEAD_CREATED,
};

/* What is particular to a kind: its columns after the head, in the order of the table, and how they are filled and read. */
typedef struct
{
  const char *insert;
  const char *remove;
  const char *list;
  void (*bind) (sqlite3_stmt *statement, const VswValue *value);
  VswValue *(*read) (VswRows *rows, sqlite3_stmt *statement, const VswValue *head, GError **error);
} Kind;

typedef enum
{
  STATEMENT_INSERT,
  STATEMENT_REMOVE,
  STATEMENT_LIST,
} StatementUse;

#define N_USES (STATEMENT_LIST + 1)

struct _VswRows
{
  sqlite3 *database; /* (unowned) */
  char *path;
  sqlite3_stmt *statements[VSW_N_KINDS][N_USES];
  sqlite3_stmt *address_insert;
  sqlite3_stmt *address_remove;
  sqlite3_stmt *address_list; /* of all ports, in the order in which ports are listed */
};

/* --- binding: parameters count from 1, columns from 0 --- */

/* The value outlives the step, so SQLite needs no copy. */
static void
bind_text (sqlite3_stmt *statement, int column, const char *text)
{
  sqlite3_bind_text (statement, column + 1, text, -1, SQLITE_STATIC);
}

static void
bind_number (sqlite3_stmt *statement, int column, gint64 number)
{
  sqlite3_bind_int64 (statement, column + 1, number);
}

static void
bind_mac (sqlite3_stmt *statement, int column, const VswMac *mac)
{
  sqlite3_bind_blob (statement, column + 1, mac->octets, sizeof mac->octets, SQLITE_STATIC);
}

static void
bind_head (sqlite3_stmt *statement, const VswValue *value)
{
  bind_text (statement, HEAD_ID, value->id);
  bind_text (statement, HEAD_NAME, value->name);
  bind_text (statement, HEAD_DESCRIPTION, value->description);
  bind_text (statement, HEAD_LIFETIME, vsw_lifetime_print (value->lifetime));
  bind_text (statement, HEAD_HOLDER, value->holder);
  bind_number (statement, HEAD_OWNER, value->owner);
  bind_number (statement, HEAD_CREATED, value->created);
}

static void
bind_switch (sqlite3_stmt *statement, const VswValue *value)
{
  const VswSwitch *self = (const VswSwitch *)value;

  bind_text (statement, N_HEAD + 0, self->device);
  bind_mac (statement, N_HEAD + 1, &self->mac);
  bind_number (statement, N_HEAD + 2, self->mtu);
  bind_number (statement, N_HEAD + 3, self->ageing);
  bind_number (statement, N_HEAD + 4, self->max_learned);
  bind_number (statement, N_HEAD + 5, !!self->spanning_tree);
  bind_number (statement, N_HEAD + 6, !!self->multicast_snooping);
  bind_number (statement, N_HEAD + 7, !!self->shared);
}

static void
bind_nic (sqlite3_stmt *statement, const VswValue *value)
{
  const VswNic *self = (const VswNic *)value;

  bind_text (statement, N_HEAD + 0, vsw_nic_kind_print (self->nic_kind));
  bind_text (statement, N_HEAD + 1, self->device);
  bind_text (statement, N_HEAD + 2, self->peer);
  bind_text (statement, N_HEAD + 3, self->placed_as);
  bind_mac (statement, N_HEAD + 4, &self->mac);
  bind_number (statement, N_HEAD + 5, !!self->static_mac);
  bind_number (statement, N_HEAD + 6, self->mtu);
  bind_number (statement, N_HEAD + 7, self->queues);
}

static void
bind_port (sqlite3_stmt *statement, const VswValue *value)
{
  const VswPort *self = (const VswPort *)value;

  bind_text (statement, N_HEAD + 0, self->switch_id);
  bind_text (statement, N_HEAD + 1, self->nic_id);
  bind_text (statement, N_HEAD + 2, self->made_for);
  bind_number (statement, N_HEAD + 3, self->connected);
}

/* --- reading --- */

static const char *
get_text (sqlite3_stmt *statement, int column)
{
  return (const char *)sqlite3_column_text (statement, column);
}

static gboolean
read_mac (sqlite3_stmt *statement, int column, VswMac *ret_mac, GError **error)
{
  const void *octets = sqlite3_column_blob (statement, column);

  if (!octets || sqlite3_column_bytes (statement, column) != sizeof ret_mac->octets)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "MAC address of %d octets",
                   sqlite3_column_bytes (statement, column));
      return FALSE;
    }
  memcpy (ret_mac->octets, octets, sizeof ret_mac->octets);
  return TRUE;
}

static gboolean
read_interface (sqlite3_stmt *statement, int column, char ret_name[VSW_INTERFACE_SIZE], GError **error)
{
  const char *text = get_text (statement, column);

  if (!vsw_interface_check (text ? text : "", error))
    return FALSE;
  g_strlcpy (ret_name, text, VSW_INTERFACE_SIZE);
  return TRUE;
}

static gboolean
read_interface_or_none (sqlite3_stmt *statement, int column, char ret_name[VSW_INTERFACE_SIZE], GError **error)
{
  if (sqlite3_column_bytes (statement, column) > 0)
    return read_interface (statement, column, ret_name, error);
  ret_name[0] = '\0';
  return TRUE;
}

static gboolean
check_reference (const char *text, gboolean nullable, GError **error)
{
  if (text ? *text != '\0' && g_utf8_validate (text, -1, NULL) : nullable)
    return TRUE;
  g_set_error_literal (error, VSW_ERROR, VSW_ERROR_STORE, "reference that is no text");
  return FALSE;
}

/* The texts stay in the statement: valid until its next step, which is long enough for the value's `new`, which copies. */
static gboolean
read_head (sqlite3_stmt *statement, VswKind kind, VswValue *ret_head, GError **error)
{
  VswValue head = { .kind = kind };
  const char *lifetime = get_text (statement, HEAD_LIFETIME);

  head.id = get_text (statement, HEAD_ID);
  head.name = get_text (statement, HEAD_NAME);
  head.description = get_text (statement, HEAD_DESCRIPTION);
  head.holder = get_text (statement, HEAD_HOLDER);
  head.owner = (guint32)sqlite3_column_int64 (statement, HEAD_OWNER);
  head.created = sqlite3_column_int64 (statement, HEAD_CREATED);
  if (!check_reference (head.id, FALSE, error) || !vsw_name_check (head.name ? head.name : "", error)
      || !vsw_lifetime_decode (lifetime ? lifetime : "", &head.lifetime, error)
      || !check_reference (head.holder, TRUE, error))
    return FALSE;
  if (!head.description || !vsw_description_check (head.description, error))
    return FALSE;
  *ret_head = head;
  return TRUE;
}

static VswValue *
read_switch (VswRows *rows, sqlite3_stmt *statement, const VswValue *head, GError **error)
{
  VswSwitch fields = { .head = *head };

  if (!read_interface (statement, N_HEAD + 0, fields.device, error)
      || !read_mac (statement, N_HEAD + 1, &fields.mac, error))
    return NULL;
  fields.mtu = (guint32)sqlite3_column_int64 (statement, N_HEAD + 2);
  fields.ageing = (guint32)sqlite3_column_int64 (statement, N_HEAD + 3);
  fields.max_learned = (guint32)sqlite3_column_int64 (statement, N_HEAD + 4);
  fields.spanning_tree = sqlite3_column_int (statement, N_HEAD + 5) != 0;
  fields.multicast_snooping = sqlite3_column_int (statement, N_HEAD + 6) != 0;
  fields.shared = sqlite3_column_int (statement, N_HEAD + 7) != 0;
  return (VswValue *)vsw_switch_new (&fields);
}

static VswValue *
read_nic (VswRows *rows, sqlite3_stmt *statement, const VswValue *head, GError **error)
{
  VswNic fields = { .head = *head };
  const char *kind = get_text (statement, N_HEAD + 0);

  if (!vsw_nic_kind_decode (kind ? kind : "", &fields.nic_kind, error)
      || !read_interface (statement, N_HEAD + 1, fields.device, error)
      || !read_interface_or_none (statement, N_HEAD + 2, fields.peer, error)
      || !read_interface_or_none (statement, N_HEAD + 3, fields.placed_as, error)
      || !read_mac (statement, N_HEAD + 4, &fields.mac, error))
    return NULL;
  fields.static_mac = sqlite3_column_int (statement, N_HEAD + 5) != 0;
  fields.mtu = (guint32)sqlite3_column_int64 (statement, N_HEAD + 6);
  fields.queues = (guint32)sqlite3_column_int64 (statement, N_HEAD + 7);
  return (VswValue *)vsw_nic_new (&fields);
}

/* Steps through the addresses beside the ports, both being in the order of the port's id. */
static gboolean
read_addresses (VswRows *rows, const char *port_id, GArray *addresses, GError **error)
{
  sqlite3_stmt *statement = rows->address_list;
  VswMac mac;

  while (sqlite3_data_count (statement) > 0 && g_strcmp0 (get_text (statement, 0), port_id) == 0)
    {
      if (!read_mac (statement, 1, &mac, error))
        return FALSE;
      g_array_append_val (addresses, mac);
      if (sqlite3_step (statement) == SQLITE_ROW)
        continue;
      break;
    }
  return TRUE;
}

static VswValue *
read_port (VswRows *rows, sqlite3_stmt *statement, const VswValue *head, GError **error)
{
  VswPort fields = { .head = *head };
  g_autoptr (GArray) addresses = g_array_new (FALSE, FALSE, sizeof (VswMac));

  fields.switch_id = get_text (statement, N_HEAD + 0);
  fields.nic_id = get_text (statement, N_HEAD + 1);
  fields.made_for = get_text (statement, N_HEAD + 2);
  fields.connected = sqlite3_column_int64 (statement, N_HEAD + 3);
  if (!check_reference (fields.switch_id, FALSE, error) || !check_reference (fields.nic_id, TRUE, error)
      || !check_reference (fields.made_for, TRUE, error) || !read_addresses (rows, head->id, addresses, error))
    return NULL;
  fields.static_addresses = (const VswMac *)(gpointer)addresses->data;
  fields.n_static_addresses = addresses->len;
  return (VswValue *)vsw_port_new (&fields);
}

/* --- the table of kinds --- */

#define SWITCH_COLUMNS HEAD ", device, mac, mtu, ageing, max_learned, spanning_tree, multicast_snooping, shared"
#define NIC_COLUMNS    HEAD ", kind, device, peer, placed_as, mac, static_mac, mtu, queues"
#define PORT_COLUMNS   HEAD ", switch_id, nic_id, made_for, connected"

static const Kind kinds[VSW_N_KINDS] = {
  [VSW_KIND_SWITCH] = {
    .insert = "INSERT INTO switch (" SWITCH_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    .remove = "DELETE FROM switch WHERE id = ?",
    .list = "SELECT " SWITCH_COLUMNS " FROM switch ORDER BY id",
    .bind = bind_switch,
    .read = read_switch,
  },
  [VSW_KIND_NIC] = {
    .insert = "INSERT INTO nic (" NIC_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    .remove = "DELETE FROM nic WHERE id = ?",
    .list = "SELECT " NIC_COLUMNS " FROM nic ORDER BY id",
    .bind = bind_nic,
    .read = read_nic,
  },
  [VSW_KIND_PORT] = {
    .insert = "INSERT INTO port (" PORT_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?)",
    .remove = "DELETE FROM port WHERE id = ?",
    .list = "SELECT " PORT_COLUMNS " FROM port ORDER BY id",
    .bind = bind_port,
    .read = read_port,
  },
};

/* What a value refers to comes before it. */
static const VswKind load_order[] = { VSW_KIND_SWITCH, VSW_KIND_NIC, VSW_KIND_PORT };
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
    if (!prepare (self, kinds[kind].insert, &self->statements[kind][STATEMENT_INSERT], error)
        || !prepare (self, kinds[kind].remove, &self->statements[kind][STATEMENT_REMOVE], error)
        || !prepare (self, kinds[kind].list, &self->statements[kind][STATEMENT_LIST], error))
      return FALSE;
  return prepare (self, "INSERT INTO static_address (port_id, mac) VALUES (?,?)", &self->address_insert, error)
         && prepare (self, "DELETE FROM static_address WHERE port_id = ?", &self->address_remove, error)
         && prepare (self, "SELECT port_id, mac FROM static_address ORDER BY port_id, mac", &self->address_list, error);
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
  if (!prepare_all (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
vsw_rows_free (VswRows *self)
{
  for (guint kind = 0; kind < VSW_N_KINDS; kind++)
    for (guint use = 0; use < N_USES; use++)
      sqlite3_finalize (self->statements[kind][use]);
  sqlite3_finalize (self->address_insert);
  sqlite3_finalize (self->address_remove);
  sqlite3_finalize (self->address_list);
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
      bind_text (self->address_insert, 0, port->head.id);
      bind_mac (self->address_insert, 1, &port->static_addresses[i]);
      if (!run (self, self->address_insert, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
vsw_rows_insert (VswRows *self, const VswValue *value, GError **error)
{
  sqlite3_stmt *statement = self->statements[value->kind][STATEMENT_INSERT];

  bind_head (statement, value);
  kinds[value->kind].bind (statement, value);
  if (!run (self, statement, error))
    return FALSE;
  return value->kind != VSW_KIND_PORT || insert_addresses (self, (const VswPort *)value, error);
}

static gboolean
delete_addresses (VswRows *self, const VswPort *port, GError **error)
{
  if (port->n_static_addresses == 0)
    return TRUE;
  bind_text (self->address_remove, 0, port->head.id);
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
  bind_text (statement, 0, value->id);
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
  const char *bytes = get_text (statement, HEAD_ID);
  g_autofree char *id = vsw_text_escape (bytes ? bytes : "");

  g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s is damaged: %s %s: %s", self->path, vsw_kind_print (kind),
               id, reason->message);
  return FALSE;
}

static gboolean
load_row (VswRows *self, VswKind kind, sqlite3_stmt *statement, VswDelta *into, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (VswValue) value = NULL;
  VswValue head;

  if (read_head (statement, kind, &head, &reason))
    value = kinds[kind].read (self, statement, &head, &reason);
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

/**
 * vsw_rows_load:
 *
 * Reads everything: switches, then NICs, then ports, each by id.
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
    fine = load_kind (self, load_order[i], all, error);
  if (fine && sqlite3_data_count (self->address_list) > 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "store %s is damaged: static addresses of no port", self->path);
      fine = FALSE;
    }
  sqlite3_reset (self->address_list);
  return fine ? g_steal_pointer (&all) : NULL;
}
