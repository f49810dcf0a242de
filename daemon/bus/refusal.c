/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/refusal.h"

#include "bus/publish.h"
#include "bus/table.h"

#include <string.h>

/* GDBus would say no more than "not writable", before anybody of us is asked. So it is answered here. */
static GDBusMessage *
new_refusal (GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  const char *interface;
  const char *property;
  const VswTable *table;

  g_variant_get (body, "(&s&sv)", &interface, &property, NULL);
  table = vsw_table_find (interface);
  if (table != NULL && vsw_table_find_method (table, "Modify") != NULL)
    return g_dbus_message_new_method_error (message, "org.freedesktop.DBus.Error.PropertyReadOnly",
                                            "no property is writable: call Modify of %s with key '%s'", interface,
                                            property);

  return g_dbus_message_new_method_error (message, "org.freedesktop.DBus.Error.PropertyReadOnly",
                                          "no property is writable, and %s has no Modify", interface);
}

static gboolean
is_set (GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);

  return g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL
         && g_strcmp0 (g_dbus_message_get_interface (message), VSW_PROPERTIES_INTERFACE) == 0
         && g_strcmp0 (g_dbus_message_get_member (message), "Set") == 0 && body != NULL
         && g_variant_is_of_type (body, G_VARIANT_TYPE ("(ssv)"));
}

/* In GDBus's own thread: looks at the message and at constants only. */
static GDBusMessage *
filter_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  g_autoptr (GDBusMessage) refusal = NULL;

  if (!incoming || !is_set (message))
    return message;

  refusal = new_refusal (message);
  g_dbus_connection_send_message (connection, refusal, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);

  return NULL;
}

/**
 * vsw_refusal_install:
 * @connection: a new connection
 *
 * Answers every attempt to set a property, as long as the connection lives. Thread: main.
 */
void
vsw_refusal_install (GDBusConnection *connection)
{
  g_dbus_connection_add_filter (connection, filter_message, NULL, NULL);
}
