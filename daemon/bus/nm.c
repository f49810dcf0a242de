/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source: NetworkManager's D-Bus API (NMDeviceState, NMActiveConnectionState, NMActivationStateFlags). */
#include "bus/nm.h"

#include <string.h>

#define ACTIVE       VSW_NM ".Connection.Active"
#define SETTINGS     VSW_NM ".Settings"
#define CONNECTION   VSW_NM ".Settings.Connection"
#define IS_ACTIVATED 2u    /* NM_ACTIVE_CONNECTION_STATE_ACTIVATED */
#define IS_LEAVING   3u    /* NM_ACTIVE_CONNECTION_STATE_DEACTIVATING, and DEACTIVATED after it */
#define IS_EXTERNAL  0x80u /* NM_ACTIVATION_STATE_FLAG_EXTERNAL */

#define ANSWER 2000 /* milliseconds that each answer has, however little is left: what is asked last is told, too */

/* --- asking --- */

/**
 * vsw_nm_talk_init:
 * @self: (out caller-allocates): a talk
 * @connection: the system bus
 * @timeout: milliseconds that all of it has; who says nothing at all is waited for a little longer
 * @cancellable: (nullable): a cancellable
 *
 * Thread: main.
 */
void
vsw_nm_talk_init (VswNmTalk *self, GDBusConnection *connection, guint timeout, GCancellable *cancellable)
{
  self->connection = g_object_ref (connection);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->deadline = g_get_monotonic_time () + (gint64)timeout * 1000;
}

void
vsw_nm_talk_clear (VswNmTalk *self)
{
  g_clear_object (&self->connection);
  g_clear_object (&self->cancellable);
}

/**
 * vsw_nm_call:
 * @self: a talk
 * @path: of an object of NetworkManager
 * @interface: its interface
 * @method: its method
 * @parameters: (nullable): floating
 * @reply: (nullable): type of the answer
 * @callback: g_dbus_connection_call_finish()
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_nm_call (const VswNmTalk *self, const char *path, const char *interface, const char *method, GVariant *parameters,
             const char *reply, GAsyncReadyCallback callback, gpointer user_data)
{
  gint64 left = (self->deadline - g_get_monotonic_time ()) / 1000;

  g_dbus_connection_call (self->connection, VSW_NM, path, interface, method, parameters,
                          reply != NULL ? G_VARIANT_TYPE (reply) : NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          (int)MAX (left, ANSWER), self->cancellable, callback, user_data);
}

/* Whether it has answered, with a no: about what is not there, nobody says anything else. */
static gboolean
is_no (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return name != NULL && !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         && !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
         && !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY)
         && !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
}

typedef struct
{
  VswNmTalk talk;
  VswNmDevice *device; /* (owned) (nullable) */
  char *path;          /* (owned) (nullable) */
  GVariant *settings;  /* (owned) (nullable) */
} Question;

static void
free_question (gpointer data)
{
  Question *question = data;

  vsw_nm_talk_clear (&question->talk);
  g_clear_pointer (&question->device, vsw_nm_device_free);
  g_clear_pointer (&question->settings, g_variant_unref);
  g_free (question->path);
  g_free (question);
}

static GTask *
new_task (const VswNmTalk *talk, gpointer tag, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (talk->connection, talk->cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->talk.connection = g_object_ref (talk->connection);
  question->talk.cancellable = talk->cancellable != NULL ? g_object_ref (talk->cancellable) : NULL;
  question->talk.deadline = talk->deadline;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, question, free_question);
  return task;
}

/* The answer, as properties or settings; NULL: the task has come to its end. (transfer full) */
static GVariant *
take_answer (GTask *task, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  Question *question = g_task_get_task_data (task);

  if (answer != NULL)
    return g_variant_get_child_value (answer, 0);

  g_clear_pointer (&question->device, vsw_nm_device_free);
  g_clear_pointer (&question->path, g_free);
  if (is_no (error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
  return NULL;
}

/* --- a NIC --- */

void
vsw_nm_device_free (VswNmDevice *self)
{
  g_free (self->path);
  g_free (self->profile);
  g_free (self->profile_path);
  g_free (self->dhcp4);
  g_free (self->dhcp6);
  g_free (self->ip6);
  g_free (self);
}

/* (transfer full) (nullable) NULL: none */
static char *
get_path (GVariant *properties, const char *name)
{
  const char *path = "/";

  g_variant_lookup (properties, name, "&o", &path);
  return strcmp (path, "/") != 0 ? g_strdup (path) : NULL;
}

/* It may have ended meanwhile: then nothing is active. */
static void
on_active (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  VswNmDevice *device = ((Question *)g_task_get_task_data (task))->device;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) properties = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  guint32 flags = 0;
  guint32 state = 0;

  if (properties != NULL)
    {
      g_variant_lookup (properties, "State", "u", &state);
      g_variant_lookup (properties, "StateFlags", "u", &flags);
      if (state < IS_LEAVING)
        g_variant_lookup (properties, "Uuid", "s", &device->profile);
      device->profile_path = get_path (properties, "Connection");
      device->is_external = (flags & IS_EXTERNAL) != 0;
      device->is_activated = state == IS_ACTIVATED;
    }
  g_task_return_boolean (task, TRUE);
}

static void
on_device_properties (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  VswNmDevice *device = question->device;
  g_autoptr (GVariant) properties = take_answer (task, source, result);

  if (properties == NULL)
    return;

  g_variant_lookup (properties, "Managed", "b", &device->is_managed);
  g_variant_lookup (properties, "State", "u", &device->state);
  device->dhcp4 = get_path (properties, "Dhcp4Config");
  device->dhcp6 = get_path (properties, "Dhcp6Config");
  device->ip6 = get_path (properties, "Ip6Config");
  g_autofree char *active = get_path (properties, "ActiveConnection");
  if (active != NULL)
    vsw_nm_call (&question->talk, active, VSW_NM_PROPERTIES, "GetAll", g_variant_new ("(s)", ACTIVE), "(a{sv})",
                 on_active, g_object_ref (task));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_device (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GVariant) path = take_answer (task, source, result);

  if (path == NULL)
    return;

  question->device = g_new0 (VswNmDevice, 1);
  question->device->path = g_variant_dup_string (path, NULL);
  vsw_nm_call (&question->talk, question->device->path, VSW_NM_PROPERTIES, "GetAll",
               g_variant_new ("(s)", VSW_NM_DEVICE), "(a{sv})", on_device_properties, g_object_ref (task));
}

/**
 * vsw_nm_look_async:
 * @self: a talk
 * @nic: its name now, raw bytes
 * @callback: called with the answer: vsw_nm_look_finish()
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_nm_look_async (const VswNmTalk *self, const char *nic, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = new_task (self, vsw_nm_look_async, callback, user_data);

  /* Names go as text on a bus; what is none has no manager there. */
  if (g_utf8_validate (nic, -1, NULL))
    vsw_nm_call (self, VSW_NM_PATH, VSW_NM, "GetDeviceByIpIface", g_variant_new ("(s)", nic), "(o)", on_device,
                 g_object_ref (task));
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * vsw_nm_look_finish:
 * @result: of vsw_nm_look_async()
 * @ret_device: (out) (nullable): the NIC as it has it; %NULL: it knows none of that name
 * @error: return location
 *
 * Errors: those of the bus: it is not there, or does not answer. Thread: main.
 *
 * Returns: whether it has answered
 */
gboolean
vsw_nm_look_finish (GAsyncResult *result, VswNmDevice **ret_device, GError **error)
{
  Question *question = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  *ret_device = g_steal_pointer (&question->device);
  return TRUE;
}

/* --- a profile --- */

static void
on_settings (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);

  question->settings = take_answer (task, source, result);
  if (question->settings != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
on_profile (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GVariant) path = take_answer (task, source, result);

  if (path == NULL)
    return;

  question->path = g_variant_dup_string (path, NULL);
  vsw_nm_call (&question->talk, question->path, CONNECTION, "GetSettings", NULL, "(a{sa{sv}})", on_settings,
               g_object_ref (task));
}

/**
 * vsw_nm_find_profile_async:
 * @self: a talk
 * @uuid: of a profile
 * @callback: called with the answer: vsw_nm_find_profile_finish()
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_nm_find_profile_async (const VswNmTalk *self, const char *uuid, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = new_task (self, vsw_nm_find_profile_async, callback, user_data);

  vsw_nm_call (self, VSW_NM_PATH "/Settings", SETTINGS, "GetConnectionByUuid", g_variant_new ("(s)", uuid), "(o)",
               on_profile, task);
}

/**
 * vsw_nm_find_profile_finish:
 * @result: of vsw_nm_find_profile_async()
 * @ret_path: (out) (nullable): its object; %NULL: there is none, or none that we may see
 * @ret_settings: (out) (nullable): what it says, a{sa{sv}}
 * @error: return location
 *
 * Errors: those of the bus. Thread: main.
 *
 * Returns: whether it has answered
 */
gboolean
vsw_nm_find_profile_finish (GAsyncResult *result, char **ret_path, GVariant **ret_settings, GError **error)
{
  Question *question = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  *ret_path = g_steal_pointer (&question->path);
  *ret_settings = g_steal_pointer (&question->settings);
  return TRUE;
}
