/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NetworkManager, as far as we ask it: what it has made of a NIC, and what a profile of it says.
 *
 * It is never started for a question. All that one errand asks has one deadline. Changes nothing but what `call` is told to. Main thread only. */
#pragma once

#include "model/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define VSW_NM            "org.freedesktop.NetworkManager"
#define VSW_NM_PATH       "/org/freedesktop/NetworkManager"
#define VSW_NM_DEVICE     VSW_NM ".Device"
#define VSW_NM_PROPERTIES "org.freedesktop.DBus.Properties"

/* NMDeviceState */
#define VSW_NM_UNMANAGED    10u /* it leaves it alone; and one that it has just seen, for a moment */
#define VSW_NM_DISCONNECTED 30u /* from here on it can be told to activate something */
#define VSW_NM_PREPARE      40u /* from here to DEACTIVATING a connection has the device */
#define VSW_NM_DEACTIVATING 110u

/* Whom to ask, and until when. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  GCancellable *cancellable;   /* (owned) (nullable) */
  gint64 deadline;             /* monotonic, microseconds */
} VswNmTalk;

/* A NIC as it has it, at one moment. */
typedef struct
{
  char *path; /* (owned) */
  gboolean is_managed;
  guint state;           /* NMDeviceState */
  char *profile;         /* (owned) (nullable) UUID of what is active on it; NULL: nothing is */
  char *profile_path;    /* (owned) (nullable) */
  gboolean is_external;  /* that only shows what somebody else has configured */
  gboolean is_activated; /* and is done with it; else it is on the way */
  char *dhcp4;           /* (owned) (nullable) object paths of what it got */
  char *dhcp6;           /* (owned) (nullable) */
  char *ip6;             /* (owned) (nullable) */
} VswNmDevice;

void vsw_nm_talk_init (VswNmTalk *self, GDBusConnection *connection, guint timeout, GCancellable *cancellable);
void vsw_nm_talk_clear (VswNmTalk *self);
/* reply: (nullable) the type that the answer must have. */
void vsw_nm_call (const VswNmTalk *self, const char *path, const char *interface, const char *method,
                  GVariant *parameters, const char *reply, GAsyncReadyCallback callback, gpointer user_data);

/* nic: its name now, raw bytes. *ret_device: (transfer full) (nullable) NULL: it knows no such NIC. */
void vsw_nm_look_async (const VswNmTalk *self, const char *nic, GAsyncReadyCallback callback, gpointer user_data);
gboolean vsw_nm_look_finish (GAsyncResult *result, VswNmDevice **ret_device, GError **error);
void vsw_nm_device_free (VswNmDevice *self);

/* *ret_path, *ret_settings: (transfer full) (nullable) NULL: there is no such profile. The settings are a{sa{sv}}, without secrets. */
void
vsw_nm_find_profile_async (const VswNmTalk *self, const char *uuid, GAsyncReadyCallback callback, gpointer user_data);
gboolean vsw_nm_find_profile_finish (GAsyncResult *result, char **ret_path, GVariant **ret_settings, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswNmDevice, vsw_nm_device_free)

G_END_DECLS
