/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/call.h"

#include "client/failure.h"
#include "client/name.h"

/* What a service says that has no such object: GDBus says of a path that nobody answers for that the method does not exist. But
 * an older service says the same of an object that is there. */
static gboolean
is_unknown (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
}

/* Whether the service says that it has no such object now. */
static gboolean
is_gone (GDBusConnection *connection, const char *path, int timeout)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GVariant) object = NULL;

  if (g_str_equal (path, VSW_BUS_ROOT) || g_str_equal (path, VSW_BUS_MANAGER))
    return FALSE;
  answer = g_dbus_connection_call_sync (connection, VSW_BUS_NAME, VSW_BUS_ROOT, "org.freedesktop.DBus.ObjectManager",
                                        "GetManagedObjects", NULL, G_VARIANT_TYPE ("(a{oa{sa{sv}}})"),
                                        G_DBUS_CALL_FLAGS_NONE, timeout, NULL, NULL);
  if (answer == NULL)
    return FALSE;
  objects = g_variant_get_child_value (answer, 0);
  object = g_variant_lookup_value (objects, path, NULL);
  return object == NULL;
}

/**
 * vsw_call_service:
 * @connection: to the bus
 * @path: object path
 * @interface_name: full name of the interface
 * @method: name of the method
 * @arguments: (transfer none): its arguments
 * @reply: type of the answer
 * @fds: (nullable): descriptors that the arguments refer to
 * @ret_fds: (out) (optional) (nullable) (transfer full): descriptors that the answer refers to
 * @flags: of GDBus
 * @timeout: milliseconds
 * @error: %VSW_FAILURE_NOT_FOUND if there is no such object; as vsw_failure_new_from_bus() says
 *
 * Calls a method, and waits for the answer.
 *
 * Returns: (transfer full): the answer. Main thread.
 */
GVariant *
vsw_call_service (GDBusConnection *connection, const char *path, const char *interface_name, const char *method,
                  GVariant *arguments, const char *reply, GUnixFDList *fds, GUnixFDList **ret_fds, GDBusCallFlags flags,
                  int timeout, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  GVariant *answer = g_dbus_connection_call_with_unix_fd_list_sync (connection, VSW_BUS_NAME, path, interface_name,
                                                                    method, arguments, G_VARIANT_TYPE (reply), flags,
                                                                    timeout, fds, ret_fds, NULL, &wrong);

  if (answer != NULL)
    return answer;
  if (is_unknown (wrong) && is_gone (connection, path, timeout))
    {
      g_autofree char *name = vsw_name_new_from_path (path);

      g_set_error (error, VSW_FAILURE, VSW_FAILURE_NOT_FOUND, "%s is not there any more", name);
    }
  else
    g_propagate_error (error, vsw_failure_new_from_bus (wrong));
  return NULL;
}
