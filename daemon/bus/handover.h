/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has another manager let go of a NIC, and gives it back.
 *
 * What there is to do it with, by manager:
 *   NetworkManager    property Managed of its device, which it takes writes to (polkit action org.freedesktop.NetworkManager.network-control). FALSE
 *                     leaves addresses and routes where they are (it counts the device as removed, and cleans nothing up) and ends its
 *                     DHCP client; TRUE has it assume what it finds. It forgets both when it is started anew.
 *   systemd-networkd  nothing at run time: its links have no such method or property; a .network file with Unmanaged=yes is the only way
 *   a DHCP client     nothing: it is somebody's process
 * Main thread only. */
#pragma once

#include "bus/rival.h"

G_BEGIN_DECLS

#define VSW_HANDOVER_TIMEOUT 5000 /* milliseconds: polkit is asked on the way */

/* Whether such a manager can be had to let go at all. */
gboolean vsw_handover_is_possible (const VswRival *rival);
/* Returns when it has let go: CONFLICT, with its words, if it does not. */
void vsw_handover_take_async (GDBusConnection *connection, const VswRival *rival, const char *nic,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* To NetworkManager, if it is there and knows the NIC; else there is nobody to give it to, which is no error. nic: its name now. */
void vsw_handover_give_back_async (GDBusConnection *connection, const char *nic, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
/* Of both. */
gboolean vsw_handover_finish (GAsyncResult *result, GError **error);

G_END_DECLS
