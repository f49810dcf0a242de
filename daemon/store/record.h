/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One value as the columns of one row, and back: a table of kinds.
 *
 * Trusts nothing that it reads: a text that model/ would not take from a caller is damage. Only binds and reads columns; steps no statement. */
#pragma once

#include "model/mac.h"
#include "model/value.h"
#include "store/uplink.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define VSW_HEAD_COLUMNS "id, name, description, lifetime, holder, owner, created"
#define VSW_NIC_COLUMNS                                                                                                \
  VSW_HEAD_COLUMNS ", kind, backend, opened, setting_id, device, peer, placed_as, mac, static_mac, mtu, queues, "      \
  VSW_UPLINK_COLUMNS
#define VSW_NIC_PARAMETERS "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?"

/* The statements of a kind. */
typedef struct
{
  const char *insert; /* parameters: every column */
  const char *remove; /* parameter: id */
  const char *list;   /* every column, by id */
  const char *keep;   /* (nullable) of its old values: parameters: every column, the checkpoint */
  const char *kept;   /* (nullable) parameter: the checkpoint; every column, by id */
  const char *forget; /* (nullable) parameter: the checkpoint */
  const char *lost;   /* (nullable) id of each row that refers to one that is not there */
} VswRecordSql;

const VswRecordSql *vsw_record_get_sql (VswKind kind);

/* `value` must live until the statement was reset. */
void vsw_record_bind (sqlite3_stmt *statement, const VswValue *value);
/* addresses: (element-type VswMac) (nullable): the static addresses, of a port. (transfer full) */
VswValue *vsw_record_read (VswKind kind, sqlite3_stmt *statement, const GArray *addresses, GError **error);
/* The first column of every row and the parameter of `remove`. */
const char *vsw_record_get_id (sqlite3_stmt *statement);
void vsw_record_bind_id (sqlite3_stmt *statement, const char *id);

/* The last parameter of `keep`, `kept` and `forget`. */
void vsw_record_bind_checkpoint (sqlite3_stmt *statement, const char *checkpoint_id);

/* One static address: id of the port, MAC address. */
#define VSW_ADDRESS_INSERT "INSERT INTO static_address (port_id, mac) VALUES (?,?)"
#define VSW_ADDRESS_REMOVE "DELETE FROM static_address WHERE port_id = ?"
#define VSW_ADDRESS_LIST   "SELECT port_id, mac FROM static_address ORDER BY port_id, mac"
void vsw_record_bind_address (sqlite3_stmt *statement, const char *port_id, const VswMac *mac);
gboolean vsw_record_read_address (sqlite3_stmt *statement, VswMac *ret_mac, GError **error);

G_END_DECLS
