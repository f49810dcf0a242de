/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/received.h"

#include <gio/gunixfdlist.h>

static void on_toggled (gpointer data, GObject *list, gboolean is_last);

static gpointer
drop_list (gpointer list)
{
  g_object_remove_toggle_ref (list, on_toggled, NULL);
  return NULL;
}

/* Nobody else has it any more. A thread that cannot be made leaves only the other way. */
static void
on_toggled (gpointer data, GObject *list, gboolean is_last)
{
  GThread *thread;

  if (!is_last)
    return;

  thread = g_thread_try_new ("close", drop_list, list, NULL);
  if (thread == NULL)
    drop_list (list);
  else
    g_thread_unref (thread);
}

/* On the thread of GDBus, before anybody else sees the message. */
static GDBusMessage *
note_message (GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer user_data)
{
  GUnixFDList *list = is_incoming ? g_dbus_message_get_unix_fd_list (message) : NULL;

  if (list != NULL && g_unix_fd_list_get_length (list) > 0)
    g_object_add_toggle_ref (G_OBJECT (list), on_toggled, NULL);

  return message;
}

/**
 * vsw_received_watch:
 * @connection: a connection to the bus
 *
 * Closes what comes in over it on threads of their own. Thread: main.
 */
void
vsw_received_watch (GDBusConnection *connection)
{
  g_dbus_connection_add_filter (connection, note_message, NULL, NULL);
}
