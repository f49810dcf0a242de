/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who else manages a NIC of the host: NetworkManager, systemd-networkd, or a DHCP client on its own.
 *
 * Everybody is asked at the same time, by the NIC's name and index, with one deadline for all; nobody is started for it. Who has a bus name and
 * does not answer in time may be the manager, and is reported as such. Never changes anything: that is bus/handover.h. Main thread only. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

#define VSW_RIVAL_TIMEOUT 2000 /* milliseconds that all of them have together */

typedef enum
{
  VSW_RIVAL_NETWORK_MANAGER,
  VSW_RIVAL_NETWORKD,
  VSW_RIVAL_DHCP_CLIENT,
} VswRivalKind;

typedef struct
{
  VswRivalKind kind;
  gboolean is_silent; /* it has not answered, so nobody knows */
  char *name;         /* (owned) "NetworkManager (connection "Wired 1")", "systemd-networkd", "DHCP client udhcpc (process 812)" */
  char *cure;         /* (owned) what makes it leave the NIC alone: "run: nmcli device set eth0 managed no" */
  char *object;       /* (owned) (nullable) the NIC, as NetworkManager has it: an object path */
} VswRival;

/* connection: (nullable) there is no bus, so only programs without one are found. index, nic: of the NIC now; nic: raw bytes. */
void vsw_rival_find_async (GDBusConnection *connection, VswEngine *engine, guint index, const char *nic, guint timeout,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* TRUE: *ret_rival is who it is, or NULL: nobody. */
gboolean vsw_rival_find_finish (GAsyncResult *result, VswRival **ret_rival, GError **error);
void vsw_rival_free (VswRival *self);
/* VSW_ERROR_CONFLICT with the words for whoever wanted the NIC. (transfer full) */
GError *vsw_rival_new_error (const VswRival *self, const char *nic);

/* Whether such a manager can be had to let go at all: bus/handover.h. */
gboolean vsw_rival_lets_go (const VswRival *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswRival, vsw_rival_free)

G_END_DECLS
