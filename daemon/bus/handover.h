/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has NetworkManager do what a NIC needs that is on its way to a switch, on it, or back.
 *
 * Looks, does the next thing that is not as it should be, and looks again, until all is or the time is over: what NetworkManager says of the NIC
 * decides, not what it answered. Everything is tried once; trying again later is the caller's.
 *
 * What there is to do it with, by manager:
 *   NetworkManager    property Managed of its device, which it takes writes to (polkit action org.freedesktop.NetworkManager.network-control). FALSE
 *                     leaves addresses and routes where they are (it counts the device as removed, and cleans nothing up) and ends its
 *                     DHCP client. It forgets that at the next boot. A profile of ours takes org.freedesktop.NetworkManager.settings.modify.own
 *   systemd-networkd  nothing at run time: its links have no such method or property; a .network file with Unmanaged=yes is the only way
 *   a DHCP client     nothing: it is somebody's process
 * Main thread only. */
#pragma once

#include "model/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define VSW_HANDOVER_TIMEOUT 10000 /* milliseconds: polkit is asked on the way, and a DHCP server */

typedef enum
{
  VSW_HANDOVER_TAKE, /* it lets go of the NIC, and leaves there what it has configured */
  VSW_HANDOVER_KEEP, /* the same of one that is bound, on which it has nothing to leave; and it runs the copy of the profile, if there is to be one */
  VSW_HANDOVER_GIVE_BACK, /* it has the NIC again, with the profile that was active on it */
} VswHandoverWish;

/* What is wished. Copied. */
typedef struct
{
  VswHandoverWish wish;
  const char *nic;      /* (nullable) its name now, raw bytes; NULL: it is not there */
  const char *profile;  /* (nullable) UUID of what was active on it */
  const char *internal; /* (nullable) on KEEP: the NIC that the host has since, raw bytes */
  const char *copy;     /* (nullable) UUID of the copy that belongs there */
  const char *lease;    /* (nullable) what that has to say besides (bus/profile.h) */
  const char *home;     /* (nullable) name of the switch */
} VswHandover;

typedef struct
{
  gboolean has_acted; /* something was not as it should be */
  gboolean is_done;   /* FALSE: it does not know the NIC, yet */
} VswHandoverOutcome;

void vsw_handover_async (GDBusConnection *connection, const VswHandover *wish, guint timeout, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
/* FALSE: CONFLICT, with its words and what a person can do; G_IO_ERROR_CANCELLED. ret_outcome: set in either case */
gboolean vsw_handover_finish (GAsyncResult *result, VswHandoverOutcome *ret_outcome, GError **error);

G_END_DECLS
