/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a NIC of the host is known by and was, as columns of its row. Only binds and reads; steps no statement. */
#pragma once

#include "model/uplink.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define VSW_UPLINK_COLUMNS "permanent, bus_path, last_name, was_up, was_mtu, ip, ip_addresses, ip_items, host_id, taken_over, profile, " \
  "lease, was_promiscuous"

/* self: (nullable): every column is NULL then; must live until the statement was reset. `column`: the first of them, from 0 */
void vsw_record_bind_uplink (sqlite3_stmt *statement, int column, const VswUplink *self);
/* mac: that of the NIC. ret_uplink: (transfer full) (nullable): NULL where the columns are. Errors: STORE. */
gboolean vsw_record_read_uplink (sqlite3_stmt *statement, int column, VswMac mac, VswUplink **ret_uplink,
                                 GError **error);

G_END_DECLS
