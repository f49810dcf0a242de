/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/record.h"

#include "model/checkpoint.h"
#include "model/nic.h"
#include "model/port.h"
#include "model/setting.h"
#include "model/switch.h"
#include "model/system.h"
#include "store/sound.h"

#include <string.h>

/* Every table of values begins with these columns, in this order. */
#define HEAD   VSW_HEAD_COLUMNS
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

/* What is particular to a kind: its columns after the head, in the order of its statements. */
typedef struct
{
  VswRecordSql sql;
  void (*bind) (sqlite3_stmt *statement, const VswValue *value);
  VswValue *(*read) (sqlite3_stmt *statement, const VswValue *head, const GArray *addresses, GError **error);
} Record;

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
  bind_text (statement, N_HEAD + 1, vsw_backend_print (self->backend));
  bind_number (statement, N_HEAD + 2, !!self->opened);
  bind_text (statement, N_HEAD + 3, self->setting_id);
  bind_text (statement, N_HEAD + 4, self->device);
  bind_text (statement, N_HEAD + 5, self->peer);
  bind_text (statement, N_HEAD + 6, self->placed_as);
  bind_mac (statement, N_HEAD + 7, &self->mac);
  bind_number (statement, N_HEAD + 8, !!self->static_mac);
  bind_number (statement, N_HEAD + 9, self->mtu);
  bind_number (statement, N_HEAD + 10, self->queues);
  vsw_record_bind_uplink (statement, N_HEAD + 11, self->uplink);
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

static void
bind_system (sqlite3_stmt *statement, const VswValue *value)
{
  const VswSystem *self = (const VswSystem *)value;

  bind_text (statement, N_HEAD + 0, vsw_system_state_print (self->state));
  bind_text (statement, N_HEAD + 1, self->machine);
  bind_number (statement, N_HEAD + 2, self->machine_since);
}

static void
bind_setting (sqlite3_stmt *statement, const VswValue *value)
{
  const VswSetting *self = (const VswSetting *)value;

  bind_text (statement, N_HEAD + 0, self->system_id);
  bind_text (statement, N_HEAD + 1, vsw_nic_kind_print (self->nic_kind));
  bind_text (statement, N_HEAD + 2, vsw_backend_print (self->backend));
  bind_mac (statement, N_HEAD + 3, &self->mac);
  bind_number (statement, N_HEAD + 4, !!self->static_mac);
  bind_number (statement, N_HEAD + 5, self->mtu);
  bind_number (statement, N_HEAD + 6, self->queues);
  bind_number (statement, N_HEAD + 7, !!self->automatic);
  bind_text (statement, N_HEAD + 8, self->connection_id);
}

static void
bind_checkpoint (sqlite3_stmt *statement, const VswValue *value)
{
  const VswCheckpoint *self = (const VswCheckpoint *)value;

  bind_number (statement, N_HEAD + 0, self->deadline);
  bind_number (statement, N_HEAD + 1, self->settling);
  bind_number (statement, N_HEAD + 2, !!self->has_parts);
  bind_number (statement, N_HEAD + 3, !!self->privileged);
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
read_kind (sqlite3_stmt *statement, int column, VswNicKind *ret_kind, GError **error)
{
  const char *text = get_text (statement, column);

  return vsw_nic_kind_decode (text ? text : "", ret_kind, error);
}

static gboolean
read_backend (sqlite3_stmt *statement, int column, VswBackend *ret_backend, GError **error)
{
  const char *text = get_text (statement, column);

  return vsw_backend_decode (text ? text : "", ret_backend, error);
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
read_switch (sqlite3_stmt *statement, const VswValue *head, const GArray *addresses, GError **error)
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
read_nic (sqlite3_stmt *statement, const VswValue *head, const GArray *addresses, GError **error)
{
  VswNic fields = { .head = *head };

  if (!read_kind (statement, N_HEAD + 0, &fields.nic_kind, error)
      || !read_backend (statement, N_HEAD + 1, &fields.backend, error)
      || !read_interface (statement, N_HEAD + 4, fields.device, error)
      || !read_interface_or_none (statement, N_HEAD + 5, fields.peer, error)
      || !read_interface_or_none (statement, N_HEAD + 6, fields.placed_as, error)
      || !read_mac (statement, N_HEAD + 7, &fields.mac, error))
    return NULL;
  fields.opened = sqlite3_column_int (statement, N_HEAD + 2) != 0;
  fields.setting_id = get_text (statement, N_HEAD + 3);
  fields.static_mac = sqlite3_column_int (statement, N_HEAD + 8) != 0;
  fields.mtu = (guint32)sqlite3_column_int64 (statement, N_HEAD + 9);
  fields.queues = (guint32)sqlite3_column_int64 (statement, N_HEAD + 10);
  if (!check_reference (fields.setting_id, TRUE, error)
      || !vsw_record_read_uplink (statement, N_HEAD + 11, fields.mac, &fields.uplink, error))
    return NULL;
  g_autoptr (VswUplink) uplink = fields.uplink;
  return vsw_sound_check (&fields.head, error) ? (VswValue *)vsw_nic_new (&fields) : NULL;
}

static VswValue *
read_port (sqlite3_stmt *statement, const VswValue *head, const GArray *addresses, GError **error)
{
  VswPort fields = { .head = *head };

  fields.switch_id = get_text (statement, N_HEAD + 0);
  fields.nic_id = get_text (statement, N_HEAD + 1);
  fields.made_for = get_text (statement, N_HEAD + 2);
  fields.connected = sqlite3_column_int64 (statement, N_HEAD + 3);
  if (!check_reference (fields.switch_id, FALSE, error) || !check_reference (fields.nic_id, TRUE, error)
      || !check_reference (fields.made_for, TRUE, error))
    return NULL;
  fields.static_addresses = (const VswMac *)(gpointer)addresses->data;
  fields.n_static_addresses = addresses->len;
  return (VswValue *)vsw_port_new (&fields);
}

static VswValue *
read_system (sqlite3_stmt *statement, const VswValue *head, const GArray *addresses, GError **error)
{
  VswSystem fields = { .head = *head };
  const char *state = get_text (statement, N_HEAD + 0);

  fields.machine = get_text (statement, N_HEAD + 1);
  fields.machine_since = sqlite3_column_int64 (statement, N_HEAD + 2);
  if (!vsw_system_state_decode (state ? state : "", &fields.state, error)
      || !vsw_machine_check (fields.machine ? fields.machine : "", error) || !vsw_sound_check (&fields.head, error))
    return NULL;
  return (VswValue *)vsw_system_new (&fields);
}

static VswValue *
read_setting (sqlite3_stmt *statement, const VswValue *head, const GArray *addresses, GError **error)
{
  VswSetting fields = { .head = *head };

  if (!read_kind (statement, N_HEAD + 1, &fields.nic_kind, error)
      || !read_backend (statement, N_HEAD + 2, &fields.backend, error)
      || !read_mac (statement, N_HEAD + 3, &fields.mac, error))
    return NULL;
  fields.system_id = get_text (statement, N_HEAD + 0);
  fields.static_mac = sqlite3_column_int (statement, N_HEAD + 4) != 0;
  fields.mtu = (guint32)sqlite3_column_int64 (statement, N_HEAD + 5);
  fields.queues = (guint32)sqlite3_column_int64 (statement, N_HEAD + 6);
  fields.automatic = sqlite3_column_int (statement, N_HEAD + 7) != 0;
  fields.connection_id = get_text (statement, N_HEAD + 8);
  if (!check_reference (fields.system_id, FALSE, error) || !check_reference (fields.connection_id, TRUE, error)
      || !vsw_sound_check (&fields.head, error))
    return NULL;
  return (VswValue *)vsw_setting_new (&fields);
}

/* Its scope and its log are rows of their own (undo.c). */
static VswValue *
read_checkpoint (sqlite3_stmt *statement, const VswValue *head, const GArray *addresses, GError **error)
{
  VswCheckpoint fields = { .head = *head };

  fields.deadline = sqlite3_column_int64 (statement, N_HEAD + 0);
  fields.settling = sqlite3_column_int64 (statement, N_HEAD + 1);
  fields.has_parts = sqlite3_column_int (statement, N_HEAD + 2) != 0;
  fields.privileged = sqlite3_column_int (statement, N_HEAD + 3) != 0;
  g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&fields);
  if (vsw_checkpoint_get_number (value) > 0)
    return (VswValue *)g_steal_pointer (&value);
  g_set_error_literal (error, VSW_ERROR, VSW_ERROR_STORE, "checkpoint without a number");
  return NULL;
}

/* --- the table of kinds --- */

#define SWITCH_COLUMNS     HEAD ", device, mac, mtu, ageing, max_learned, spanning_tree, multicast_snooping, shared"
#define SYSTEM_COLUMNS     HEAD ", state, machine, machine_since"
#define SETTING_COLUMNS    HEAD ", system_id, kind, backend, mac, static_mac, mtu, queues, automatic, connection_id"
#define PORT_COLUMNS       HEAD ", switch_id, nic_id, made_for, connected"
#define CHECKPOINT_COLUMNS HEAD ", deadline, settling, has_parts, privileged"

/* The statements of a kind, and those of its old values in the logs of checkpoints: the same columns, the checkpoint last. */
#define RECORD_SQL(table, columns, marks)                                                                              \
  .insert = "INSERT INTO " table " (" columns ") VALUES (" marks ")", .remove = "DELETE FROM " table " WHERE id = ?",  \
  .list = "SELECT " columns " FROM " table " ORDER BY id",                                                             \
  .keep = "INSERT INTO old_" table " (" columns ", checkpoint_id) VALUES (" marks ",?)",                               \
  .kept = "SELECT " columns " FROM old_" table " WHERE checkpoint_id = ? ORDER BY id",                                 \
  .forget = "DELETE FROM old_" table " WHERE checkpoint_id = ?"

static const Record records[VSW_N_KINDS] = {
  [VSW_KIND_SWITCH] = {
    .sql = { RECORD_SQL ("switch", SWITCH_COLUMNS, "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?") },
    .bind = bind_switch,
    .read = read_switch,
  },
  [VSW_KIND_NIC] = {
    .sql = { RECORD_SQL ("nic", VSW_NIC_COLUMNS, VSW_NIC_PARAMETERS),
             .lost = "SELECT id FROM nic WHERE setting_id NOT NULL AND setting_id NOT IN (SELECT id FROM setting)" },
    .bind = bind_nic,
    .read = read_nic,
  },
  [VSW_KIND_PORT] = {
    .sql = { RECORD_SQL ("port", PORT_COLUMNS, "?,?,?,?,?,?,?,?,?,?,?"),
             .lost = "SELECT id FROM port WHERE switch_id NOT IN (SELECT id FROM switch)"
                     " OR (nic_id NOT NULL AND nic_id NOT IN (SELECT id FROM nic))" },
    .bind = bind_port,
    .read = read_port,
  },
  [VSW_KIND_SYSTEM] = {
    .sql = { RECORD_SQL ("system", SYSTEM_COLUMNS, "?,?,?,?,?,?,?,?,?,?") },
    .bind = bind_system,
    .read = read_system,
  },
  [VSW_KIND_SETTING] = {
    .sql = { RECORD_SQL ("setting", SETTING_COLUMNS, "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?"),
             .lost = "SELECT id FROM setting WHERE system_id NOT IN (SELECT id FROM system)"
                     " OR (connection_id NOT NULL"
                     "  AND connection_id NOT IN (SELECT id FROM switch UNION ALL SELECT id FROM port))" },
    .bind = bind_setting,
    .read = read_setting,
  },
  [VSW_KIND_CHECKPOINT] = {
    .sql = { .insert = "INSERT INTO checkpoint (" CHECKPOINT_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?)",
             .remove = "DELETE FROM checkpoint WHERE id = ?",
             .list = "SELECT " CHECKPOINT_COLUMNS " FROM checkpoint ORDER BY id",
             .lost = "SELECT checkpoint_id FROM (SELECT checkpoint_id FROM old_switch"
                     " UNION ALL SELECT checkpoint_id FROM old_system UNION ALL SELECT checkpoint_id FROM old_setting"
                     " UNION ALL SELECT checkpoint_id FROM old_nic UNION ALL SELECT checkpoint_id FROM old_port)"
                     " WHERE checkpoint_id IS NULL OR checkpoint_id NOT IN (SELECT id FROM checkpoint)" },
    .bind = bind_checkpoint,
    .read = read_checkpoint,
  },
};

/* --- for rows --- */

const VswRecordSql *
vsw_record_get_sql (VswKind kind)
{
  return &records[kind].sql;
}

void
vsw_record_bind (sqlite3_stmt *statement, const VswValue *value)
{
  bind_head (statement, value);
  records[value->kind].bind (statement, value);
}

/**
 * vsw_record_read:
 * @statement: stands on a row of the list statement of that kind
 * @addresses: (nullable) (element-type VswMac): the static addresses, of a port; ascending
 *
 * Makes the value that the row stands for.
 *
 * Errors: INVALID_ARGUMENT or STORE, saying what is wrong with which field, not in which row. Thread: any.
 *
 * Returns: (transfer full): a value of that kind
 */
VswValue *
vsw_record_read (VswKind kind, sqlite3_stmt *statement, const GArray *addresses, GError **error)
{
  VswValue head;

  if (!read_head (statement, kind, &head, error))
    return NULL;
  return records[kind].read (statement, &head, addresses, error);
}

const char *
vsw_record_get_id (sqlite3_stmt *statement)
{
  return get_text (statement, HEAD_ID);
}

void
vsw_record_bind_id (sqlite3_stmt *statement, const char *id)
{
  bind_text (statement, HEAD_ID, id);
}

void
vsw_record_bind_checkpoint (sqlite3_stmt *statement, const char *checkpoint_id)
{
  bind_text (statement, sqlite3_bind_parameter_count (statement) - 1, checkpoint_id);
}

void
vsw_record_bind_address (sqlite3_stmt *statement, const char *port_id, const VswMac *mac)
{
  bind_text (statement, 0, port_id);
  bind_mac (statement, 1, mac);
}

gboolean
vsw_record_read_address (sqlite3_stmt *statement, VswMac *ret_mac, GError **error)
{
  return read_mac (statement, 1, ret_mac, error);
}
