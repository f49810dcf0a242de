/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/uplink.h"

#include <string.h>

enum
{
  PERMANENT,
  BUS_PATH,
  LAST_NAME,
  WAS_UP,
  WAS_MTU,
  IP,
  IP_ADDRESSES,
  IP_ITEMS,
  HOST_ID,
  TAKEN_OVER,
  PROFILE,
  LEASE,
  WAS_PROMISCUOUS,
};

#define MAX_BUS_PATH 4096 /* octets: what no kernel reports is damage */

/* Names are bytes, which need not be text. */
static void
bind_bytes (sqlite3_stmt *statement, int column, const char *bytes)
{
  sqlite3_bind_blob (statement, column + 1, bytes, (int)strlen (bytes), SQLITE_STATIC);
}

static void
bind_lines (sqlite3_stmt *statement, int column, const char *const *lines)
{
  sqlite3_bind_text (statement, column + 1, g_strjoinv ("\n", (char **)lines), -1, g_free);
}

void
vsw_record_bind_uplink (sqlite3_stmt *statement, int column, const VswUplink *self)
{
  if (self == NULL)
    return;
  sqlite3_bind_blob (statement, column + PERMANENT + 1, self->permanent.octets, sizeof self->permanent.octets,
                     SQLITE_STATIC);
  bind_bytes (statement, column + BUS_PATH, self->bus_path);
  bind_bytes (statement, column + LAST_NAME, self->last_name);
  sqlite3_bind_int64 (statement, column + WAS_UP + 1, !!self->was_up);
  sqlite3_bind_int64 (statement, column + WAS_MTU + 1, self->was_mtu);
  sqlite3_bind_text (statement, column + HOST_ID + 1, self->host_id, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, column + TAKEN_OVER + 1, !!self->is_taken_over);
  sqlite3_bind_text (statement, column + PROFILE + 1, self->profile, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, column + LEASE + 1, self->lease, -1, SQLITE_STATIC);
  if (self->was_promiscuous >= 0)
    sqlite3_bind_int (statement, column + WAS_PROMISCUOUS + 1, self->was_promiscuous);
  if (self->ip == NULL)
    return;
  gsize size;
  const void *bytes = g_bytes_get_data (self->ip->bytes, &size);
  sqlite3_bind_blob64 (statement, column + IP + 1, bytes != NULL ? bytes : "", size, SQLITE_STATIC);
  bind_lines (statement, column + IP_ADDRESSES, self->ip->addresses);
  bind_lines (statement, column + IP_ITEMS, self->ip->items);
}

static gboolean
refuse (const char *what, GError **error)
{
  g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "%s that no NIC has", what);
  return FALSE;
}

/* (transfer full) (nullable) NULL: not 1 to `max` bytes (0 is fine if `is_optional`), or one of them is zero */
static char *
read_bytes (sqlite3_stmt *statement, int column, gsize max, gboolean is_optional)
{
  const char *bytes = sqlite3_column_blob (statement, column);
  gsize size = (gsize)sqlite3_column_bytes (statement, column);
  if (size == 0)
    return is_optional ? g_strdup ("") : NULL;
  return size <= max && memchr (bytes, '\0', size) == NULL ? g_strndup (bytes, size) : NULL;
}

/* (transfer full) */
static GStrv
read_lines (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *)sqlite3_column_text (statement, column);
  return g_strsplit (text != NULL ? text : "", "\n", -1);
}

/* (transfer full) (nullable) */
static VswIpConfig *
read_ip (sqlite3_stmt *statement, int column)
{
  if (sqlite3_column_type (statement, column + IP) == SQLITE_NULL)
    return NULL;
  const void *data = sqlite3_column_blob (statement, column + IP);
  g_autoptr (GBytes) bytes = g_bytes_new (data, (gsize)sqlite3_column_bytes (statement, column + IP));
  g_auto (GStrv) addresses = read_lines (statement, column + IP_ADDRESSES);
  g_auto (GStrv) items = read_lines (statement, column + IP_ITEMS);
  return vsw_ip_config_new (bytes, (const char *const *)addresses, (const char *const *)items);
}

gboolean
vsw_record_read_uplink (sqlite3_stmt *statement, int column, VswMac mac, VswUplink **ret_uplink, GError **error)
{
  *ret_uplink = NULL;
  if (sqlite3_column_type (statement, column + LAST_NAME) == SQLITE_NULL)
    return TRUE;
  g_autofree char *bus_path = read_bytes (statement, column + BUS_PATH, MAX_BUS_PATH, TRUE);
  g_autofree char *last_name = read_bytes (statement, column + LAST_NAME, VSW_INTERFACE_SIZE - 1, FALSE);
  VswUplink fields = { .mac = mac, .bus_path = bus_path, .last_name = last_name };
  const void *permanent = sqlite3_column_blob (statement, column + PERMANENT);
  if (sqlite3_column_bytes (statement, column + PERMANENT) != sizeof fields.permanent.octets)
    return refuse ("permanent address", error);
  if (bus_path == NULL)
    return refuse ("bus path", error);
  if (last_name == NULL)
    return refuse ("name", error);
  memcpy (fields.permanent.octets, permanent, sizeof fields.permanent.octets);
  fields.was_up = sqlite3_column_int (statement, column + WAS_UP) != 0;
  fields.was_mtu = (guint32)sqlite3_column_int64 (statement, column + WAS_MTU);
  fields.was_promiscuous = sqlite3_column_type (statement, column + WAS_PROMISCUOUS) != SQLITE_NULL
                               ? sqlite3_column_int (statement, column + WAS_PROMISCUOUS) != 0
                               : -1;
  fields.is_taken_over = sqlite3_column_int (statement, column + TAKEN_OVER) != 0;
  fields.host_id = (const char *)sqlite3_column_text (statement, column + HOST_ID);
  fields.profile = (const char *)sqlite3_column_text (statement, column + PROFILE);
  fields.lease = (const char *)sqlite3_column_text (statement, column + LEASE);
  g_autoptr (VswIpConfig) ip = read_ip (statement, column);
  fields.ip = ip;
  *ret_uplink = vsw_uplink_new (&fields);
  return TRUE;
}
