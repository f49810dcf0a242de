/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources: NetworkManager's D-Bus API; what becomes of the configuration, PROP_MANAGED in its src/core/devices/nm-device.c; for networkd,
 * org.freedesktop.network1(5). */
#include "bus/handover.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define NM         "org.freedesktop.NetworkManager"
#define NM_PATH    "/org/freedesktop/NetworkManager"
#define NM_DEVICE  NM ".Device"
#define POLL       50 /* milliseconds between two looks whether it has let go */

typedef struct
{
  GDBusConnection *connection; /* (owned) */
  char *object;                /* (owned) (nullable) the NIC there */
  char *text;                  /* (owned) the NIC for people */
  gboolean manages;            /* what is wished */
  gint64 deadline;             /* monotonic, microseconds */
} Errand;

static void
free_errand (gpointer data)
{
  Errand *errand = data;

  g_object_unref (errand->connection);
  g_free (errand->object);
  g_free (errand->text);
  g_free (errand);
}

static void
call (GTask *task, const char *path, const char *interface, const char *method, GVariant *parameters, const char *reply,
      GAsyncReadyCallback callback)
{
  Errand *errand = g_task_get_task_data (task);
  gint64 left = (errand->deadline - g_get_monotonic_time ()) / 1000;

  g_dbus_connection_call (errand->connection, NM, path, interface, method, parameters, G_VARIANT_TYPE (reply),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, (int)MAX (left, 1), g_task_get_cancellable (task), callback,
                          task);
}

/* (transfer full) both */
static void
fail (GTask *task, GError *error)
{
  const Errand *errand = g_task_get_task_data (task);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  g_dbus_error_strip_remote_error (error);
  g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_CONFLICT, "NetworkManager does not %s NIC %s: %s",
                           errand->manages ? "take back" : "let go of", errand->text, error->message);
  g_error_free (error);
  g_object_unref (task);
}

static void check_state (GTask *task);

static gboolean
check_again (gpointer user_data)
{
  check_state (user_data);
  return G_SOURCE_REMOVE;
}

/* Its answer to the write comes before it has done it: Managed is what its state says, which changes in its own time. */
static void
on_state (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Errand *errand = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) value = NULL;

  if (answer == NULL)
    {
      fail (task, g_steal_pointer (&error));
      return;
    }

  g_variant_get (answer, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && !g_variant_get_boolean (value))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else if (g_get_monotonic_time () > errand->deadline)
    fail (task, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "it said that it would, and manages it on"));
  else
    {
      g_autoptr (GSource) source_again = g_timeout_source_new (POLL);

      g_source_set_callback (source_again, check_again, task, NULL);
      g_source_attach (source_again, g_task_get_context (task));
    }
}

static void
check_state (GTask *task)
{
  const Errand *errand = g_task_get_task_data (task);

  call (task, errand->object, PROPERTIES, "Get", g_variant_new ("(ss)", NM_DEVICE, "Managed"), "(v)", on_state);
}

static void
on_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  const Errand *errand = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    fail (task, g_steal_pointer (&error));
  else if (!errand->manages)
    check_state (task);
  else
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

static void
set_managed (GTask *task)
{
  const Errand *errand = g_task_get_task_data (task);

  call (task, errand->object, PROPERTIES, "Set",
        g_variant_new ("(ssv)", NM_DEVICE, "Managed", g_variant_new_boolean (errand->manages)), "()", on_set);
}

static GTask *
new_task (GDBusConnection *connection, const char *nic, gboolean manages, GCancellable *cancellable,
          GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (connection, cancellable, callback, user_data);
  Errand *errand = g_new0 (Errand, 1);

  errand->connection = g_object_ref (connection);
  errand->text = vsw_text_escape (nic);
  errand->manages = manages;
  errand->deadline = g_get_monotonic_time () + VSW_HANDOVER_TIMEOUT * 1000;
  g_task_set_task_data (task, errand, free_errand);
  return task;
}

/**
 * vsw_handover_is_possible:
 * @rival: who manages a NIC
 *
 * Thread: main.
 *
 * Returns: whether it can be told to let go
 */
gboolean
vsw_handover_is_possible (const VswRival *rival)
{
  return rival->kind == VSW_RIVAL_NETWORK_MANAGER && rival->object != NULL;
}

/**
 * vsw_handover_take_async:
 * @connection: the system bus
 * @rival: who manages the NIC, just found: one that vsw_handover_is_possible() of
 * @nic: its name, raw bytes
 * @cancellable: (nullable): a cancellable
 * @callback: called when it has let go, or does not: vsw_handover_finish()
 * @user_data: for @callback
 *
 * Whoever calls has taken down before what IP has on the NIC. Thread: main.
 */
void
vsw_handover_take_async (GDBusConnection *connection, const VswRival *rival, const char *nic, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = new_task (connection, nic, FALSE, cancellable, callback, user_data);
  Errand *errand = g_task_get_task_data (task);

  if (!vsw_handover_is_possible (rival))
    {
      g_task_return_error (task, vsw_rival_new_error (rival, nic));
      g_object_unref (task);
      return;
    }

  errand->object = g_strdup (rival->object);
  set_managed (task);
}

static void
on_device (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Errand *errand = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer != NULL)
    {
      g_variant_get (answer, "(o)", &errand->object);
      set_managed (task);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
           || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    fail (task, g_steal_pointer (&error));
  else
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

/**
 * vsw_handover_give_back_async:
 * @connection: the system bus
 * @nic: its name now, raw bytes
 * @cancellable: (nullable): a cancellable
 * @callback: called when it is done: vsw_handover_finish()
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_handover_give_back_async (GDBusConnection *connection, const char *nic, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = new_task (connection, nic, TRUE, cancellable, callback, user_data);

  if (g_utf8_validate (nic, -1, NULL))
    call (task, NM_PATH, NM, "GetDeviceByIpIface", g_variant_new ("(s)", nic), "(o)", on_device);
  else
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

/**
 * vsw_handover_finish:
 * @result: of one of the above
 * @error: return location
 *
 * Errors: CONFLICT, G_IO_ERROR_CANCELLED. Thread: main.
 *
 * Returns: whether it is done
 */
gboolean
vsw_handover_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
