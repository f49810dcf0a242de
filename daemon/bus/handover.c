/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources: NetworkManager's D-Bus API; what becomes of the configuration, PROP_MANAGED in its src/core/devices/nm-device.c; for networkd,
 * org.freedesktop.network1(5). */
#include "bus/handover.h"

#include "bus/nm.h"
#include "bus/profile.h"
#include "model/name.h"

#include <string.h>

#define POLL 100 /* milliseconds between two looks */

/* What can be tried, each once. */
typedef enum
{
  TRIED_DISCONNECT = 1 << 0,
  TRIED_MANAGED = 1 << 1,
  TRIED_MANAGED_INTERNAL = 1 << 2,
  TRIED_ACTIVATE = 1 << 3,
} Tried;

typedef struct
{
  VswNmTalk talk;
  VswHandoverWish wish;
  char *nic;      /* (owned) (nullable) */
  char *profile;  /* (owned) (nullable) */
  char *internal; /* (owned) (nullable) */
  char *copy;     /* (owned) (nullable) */
  char *lease;    /* (owned) (nullable) */
  char *home;     /* (owned) (nullable) */

  GVariant *settings;  /* (owned) (nullable) of the profile */
  char *profile_path;  /* (owned) (nullable) */
  VswNmDevice *device; /* (owned) (nullable) what was seen last of the NIC that it is about at the moment */
  gboolean is_at_copy; /* that is the internal one */
  guint tried;         /* Tried */
  VswHandoverOutcome outcome;
} Errand;

static void
free_errand (gpointer data)
{
  Errand *errand = data;

  vsw_nm_talk_clear (&errand->talk);
  g_clear_pointer (&errand->device, vsw_nm_device_free);
  g_clear_pointer (&errand->settings, g_variant_unref);
  g_free (errand->profile_path);
  g_free (errand->nic);
  g_free (errand->profile);
  g_free (errand->internal);
  g_free (errand->copy);
  g_free (errand->lease);
  g_free (errand->home);
  g_free (errand);
}

/* --- how it ends: each takes the reference of the task --- */

static void
end (GTask *task, gboolean is_done)
{
  Errand *errand = g_task_get_task_data (task);

  errand->outcome.is_done = is_done;
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* What it does not do, and what a person can do. (transfer full) */
static GError *
new_error (const Errand *errand, const char *words)
{
  g_autofree char *nic = vsw_text_escape (errand->nic != NULL ? errand->nic : "");
  g_autofree char *internal = vsw_text_escape (errand->internal != NULL ? errand->internal : "");

  if (errand->is_at_copy)
    return g_error_new (
        VSW_ERROR, VSW_ERROR_CONFLICT,
        "NetworkManager does not run profile \"%s\" on %s, so that nobody renews what the host got from "
        "the network: %s (nmcli device show %s)",
        vsw_profile_get_id (errand->settings), internal, words, internal);
  if (errand->wish == VSW_HANDOVER_GIVE_BACK)
    return g_error_new (VSW_ERROR, VSW_ERROR_CONFLICT,
                        "NetworkManager does not take back NIC %s: %s (nmcli device set %s managed yes; nmcli "
                        "connection up uuid %s ifname %s)",
                        nic, words, nic, errand->profile != NULL ? errand->profile : "UUID", nic);
  return g_error_new (VSW_ERROR, VSW_ERROR_CONFLICT,
                      "NetworkManager does not let go of NIC %s: %s (nmcli device set %s managed no)", nic, words, nic);
}

/* error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  const Errand *errand = g_task_get_task_data (task);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, error);
  else
    {
      g_dbus_error_strip_remote_error (error);
      g_task_return_error (task, new_error (errand, error->message));
      g_error_free (error);
    }
  g_object_unref (task);
}

static void look (GTask *task);

static gboolean
look_again (gpointer user_data)
{
  look (user_data);
  return G_SOURCE_REMOVE;
}

/* Unless the time is over: then this is how it stands. words: (nullable) NULL: nothing is wrong, it only does not know the NIC */
static void
wait_for (GTask *task, const char *words)
{
  const Errand *errand = g_task_get_task_data (task);

  if (g_get_monotonic_time () > errand->talk.deadline)
    {
      if (words != NULL)
        fail (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, words));
      else
        end (task, FALSE);
      return;
    }

  g_autoptr (GSource) source = g_timeout_source_new (POLL);
  g_source_set_callback (source, look_again, task, NULL);
  g_source_attach (source, g_task_get_context (task));
}

/* --- doing --- */

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer != NULL)
    wait_for (task, "it said that it would, and has not");
  else
    fail (task, g_steal_pointer (&error));
}

/* Nothing may be active any more: that is as good. */
static void
on_disconnected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  look (user_data);
}

static void
set_managed (GTask *task, Tried what, gboolean manages)
{
  Errand *errand = g_task_get_task_data (task);

  errand->tried |= what;
  errand->outcome.has_acted = TRUE;
  vsw_nm_call (&errand->talk, errand->device->path, VSW_NM_PROPERTIES, "Set",
               g_variant_new ("(ssv)", VSW_NM_DEVICE, "Managed", g_variant_new_boolean (manages)), "()", on_done, task);
}

static void
disconnect (GTask *task)
{
  Errand *errand = g_task_get_task_data (task);

  errand->tried |= TRIED_DISCONNECT;
  errand->outcome.has_acted = TRUE;
  vsw_nm_call (&errand->talk, errand->device->path, VSW_NM_DEVICE, "Disconnect", NULL, NULL, on_disconnected, task);
}

static void
activate (GTask *task, const char *profile_path)
{
  Errand *errand = g_task_get_task_data (task);

  errand->tried |= TRIED_ACTIVATE;
  errand->outcome.has_acted = TRUE;
  vsw_nm_call (&errand->talk, VSW_NM_PATH, VSW_NM, "ActivateConnection",
               g_variant_new ("(ooo)", profile_path, errand->device->path, "/"), "(o)", on_done, task);
}

static void
add_copy (GTask *task)
{
  Errand *errand = g_task_get_task_data (task);
  g_autofree char *internal = vsw_text_escape (errand->internal);
  GVariantBuilder options;

  errand->tried |= TRIED_ACTIVATE;
  errand->outcome.has_acted = TRUE;
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "persist", g_variant_new_string ("volatile"));
  vsw_nm_call (
      &errand->talk, VSW_NM_PATH, VSW_NM, "AddAndActivateConnection2",
      g_variant_new ("(@a{sa{sv}}ooa{sv})",
                     vsw_profile_new_copy (errand->settings, errand->copy, errand->lease, errand->home, internal),
                     errand->device->path, "/", &options),
      "(ooa{sv})", on_done, task);
}

/* It may still have one, which has ended on its way. */
static void
on_copy (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) settings = NULL;
  g_autofree char *path = NULL;

  if (!vsw_nm_find_profile_finish (result, &path, &settings, &error))
    fail (task, g_steal_pointer (&error));
  else if (path != NULL)
    activate (task, path);
  else
    add_copy (task);
}

/* --- deciding --- */

/* Nobody but us has anything active there, and not the profile itself. */
static gboolean
runs (const VswNmDevice *device, const char *uuid)
{
  return !device->is_external && g_strcmp0 (device->profile, uuid) == 0;
}

static void
check_copy (GTask *task)
{
  Errand *errand = g_task_get_task_data (task);
  const VswNmDevice *device = errand->device;

  if (device == NULL)
    wait_for (task, NULL);
  else if (!device->is_managed && (errand->tried & TRIED_MANAGED_INTERNAL) == 0)
    set_managed (task, TRIED_MANAGED_INTERNAL, TRUE);
  else if (runs (device, errand->copy) && device->is_activated)
    end (task, TRUE);
  else if (!device->is_managed || device->state < VSW_NM_DISCONNECTED)
    wait_for (task, "it cannot use it yet");
  else if (runs (device, errand->copy))
    wait_for (task, "it has begun to, and waits for the network");
  else if ((errand->tried & TRIED_ACTIVATE) == 0)
    vsw_nm_find_profile_async (&errand->talk, errand->copy, on_copy, task);
  else
    wait_for (task, "it has tried, and got nothing");
}

/* The NIC is left alone. */
static void
go_on_to_copy (GTask *task)
{
  Errand *errand = g_task_get_task_data (task);

  if (errand->wish != VSW_HANDOVER_KEEP || errand->settings == NULL || !vsw_profile_needs_copy (errand->settings))
    {
      end (task, TRUE);
      return;
    }

  errand->is_at_copy = TRUE;
  look (task);
}

static void
check_let_go (GTask *task)
{
  Errand *errand = g_task_get_task_data (task);
  const VswNmDevice *device = errand->device;

  if (device == NULL)
    wait_for (task, NULL);
  else if (!device->is_managed)
    go_on_to_copy (task);
  else if (errand->wish == VSW_HANDOVER_KEEP && device->profile != NULL && !device->is_external
           && (errand->tried & TRIED_DISCONNECT) == 0)
    disconnect (task);
  else if ((errand->tried & TRIED_MANAGED) == 0)
    set_managed (task, TRIED_MANAGED, FALSE);
  else
    wait_for (task, "it said that it would, and manages it on");
}

/* What somebody else has activated there meanwhile is his wish. */
static void
check_taken_back (GTask *task)
{
  Errand *errand = g_task_get_task_data (task);
  const VswNmDevice *device = errand->device;
  gboolean is_active = device != NULL && device->profile != NULL && !device->is_external;

  if (device == NULL)
    wait_for (task, NULL);
  else if (!device->is_managed && (errand->tried & TRIED_MANAGED) == 0)
    set_managed (task, TRIED_MANAGED, TRUE);
  else if (!device->is_managed)
    wait_for (task, "it said that it would, and has not");
  else if (errand->profile_path == NULL || (is_active && (device->is_activated || !runs (device, errand->profile))))
    end (task, TRUE);
  else if (device->state < VSW_NM_DISCONNECTED)
    wait_for (task, "it cannot use it, as without a cable");
  else if (is_active)
    wait_for (task, "it has begun to, and waits for the network");
  else if ((errand->tried & TRIED_ACTIVATE) == 0)
    activate (task, errand->profile_path);
  else
    wait_for (task, "it has tried, and got nothing");
}

static void
on_device (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Errand *errand = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&errand->device, vsw_nm_device_free);
  if (!vsw_nm_look_finish (result, &errand->device, &error))
    fail (task, g_steal_pointer (&error));
  else if (errand->is_at_copy)
    check_copy (task);
  else if (errand->wish == VSW_HANDOVER_GIVE_BACK)
    check_taken_back (task);
  else
    check_let_go (task);
}

static void
look (GTask *task)
{
  const Errand *errand = g_task_get_task_data (task);
  const char *nic = errand->is_at_copy ? errand->internal : errand->nic;

  if (nic != NULL)
    vsw_nm_look_async (&errand->talk, nic, on_device, task);
  else
    go_on_to_copy (task);
}

static void
on_profile (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Errand *errand = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (vsw_nm_find_profile_finish (result, &errand->profile_path, &errand->settings, &error))
    look (task);
  else
    fail (task, g_steal_pointer (&error));
}

/* --- public --- */

/**
 * vsw_handover_async:
 * @connection: the system bus
 * @wish: what is wished
 * @timeout: milliseconds that it may take
 * @cancellable: (nullable): a cancellable
 * @callback: called when it is so, or cannot be: vsw_handover_finish()
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_handover_async (GDBusConnection *connection, const VswHandover *wish, guint timeout, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (connection, cancellable, callback, user_data);
  Errand *errand = g_new0 (Errand, 1);

  g_task_set_source_tag (task, vsw_handover_async);
  g_task_set_task_data (task, errand, free_errand);
  vsw_nm_talk_init (&errand->talk, connection, timeout, cancellable);
  errand->wish = wish->wish;
  errand->nic = g_strdup (wish->nic);
  errand->profile = g_strdup (wish->profile);
  errand->internal = g_strdup (wish->internal);
  errand->copy = g_strdup (wish->copy);
  errand->lease = g_strdup (wish->lease);
  errand->home = g_strdup (wish->home);
  if (errand->profile != NULL && (errand->wish == VSW_HANDOVER_GIVE_BACK || errand->internal != NULL))
    vsw_nm_find_profile_async (&errand->talk, errand->profile, on_profile, task);
  else
    look (task);
}

/**
 * vsw_handover_finish:
 * @result: of vsw_handover_async()
 * @ret_outcome: (out): what came of it
 * @error: return location
 *
 * Errors: CONFLICT, G_IO_ERROR_CANCELLED. Thread: main.
 *
 * Returns: whether NetworkManager has not refused
 */
gboolean
vsw_handover_finish (GAsyncResult *result, VswHandoverOutcome *ret_outcome, GError **error)
{
  const Errand *errand = g_task_get_task_data (G_TASK (result));

  *ret_outcome = errand->outcome;
  return g_task_propagate_boolean (G_TASK (result), error);
}
