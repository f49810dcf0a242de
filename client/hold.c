/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/hold.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

static gboolean
stop_loop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
note_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer loop)
{
  g_main_loop_quit (loop);
}

/**
 * vsw_hold:
 * @session: of a command that has made something and said so
 *
 * Stays as long as what was made is to stay. Main thread.
 */
void
vsw_hold (VswSession *session)
{
  g_autoptr (GMainLoop) loop = NULL;
  guint interrupt;
  guint terminate;
  gulong closed;

  if (g_strcmp0 (vsw_session_get_option (session, "lifetime"), "caller") != 0)
    return;

  loop = g_main_loop_new (NULL, FALSE);
  interrupt = g_unix_signal_add (SIGINT, stop_loop, loop);
  terminate = g_unix_signal_add (SIGTERM, stop_loop, loop);
  closed = g_signal_connect (session->connection, "closed", G_CALLBACK (note_closed), loop);
  fflush (stdout);
  if (!g_dbus_connection_is_closed (session->connection))
    g_main_loop_run (loop);
  g_signal_handler_disconnect (session->connection, closed);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}
