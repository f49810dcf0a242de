/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/failure.h"
#include "client/name.h"
#include "client/verbs.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

#define MANAGER_INTERFACE    "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"

/* What the callbacks share while the loop runs. */
typedef struct
{
  VswSession *session; /* (unowned) */
  GMainLoop *loop;     /* (unowned) */
  char *owner;         /* (owned) (nullable) unique name of the service; NULL while it is away */
  gboolean closed;     /* the bus is gone */
  gboolean broken;     /* nobody reads us any more */
} Monitor;

/* Starts one line: time, what happened, to what. */
static GString *
begin_line (const char *event, const char *path)
{
  GString *line = g_string_new (NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *name = vsw_name_new_from_path (path);

  g_string_append_printf (line, "%s.%06d %-8s %s", time, g_date_time_get_microsecond (now), event, name);
  return line;
}

/* Names of interfaces and properties come from the bus as values do. */
static void
end_line (Monitor *monitor, GString *line)
{
  g_autofree char *raw = g_string_free (line, FALSE);
  g_autofree char *text = vsw_print_text (raw, &monitor->session->style);

  vsw_session_print (monitor->session, "%s\n", text);
}

static void
begin_json (GVariantBuilder *builder, const char *event, const char *path)
{
  g_variant_builder_init (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "Timestamp", g_variant_new_uint64 ((guint64)g_get_real_time ()));
  g_variant_builder_add (builder, "{sv}", "Event", g_variant_new_string (event));
  if (path != NULL)
    g_variant_builder_add (builder, "{sv}", "Path", g_variant_new_object_path (path));
}

/* Each line goes out at once; when it cannot, there is no point in going on. */
static void
flush_line (Monitor *monitor)
{
  if (fflush (stdout) != 0)
    {
      monitor->broken = TRUE;
      g_main_loop_quit (monitor->loop);
    }
}

static void
print_service (Monitor *monitor, gboolean present)
{
  GVariantBuilder builder;

  if (monitor->session->json)
    {
      begin_json (&builder, "service", NULL);
      g_variant_builder_add (&builder, "{sv}", "Present", g_variant_new_boolean (present));
      vsw_session_print_json (monitor->session, g_variant_builder_end (&builder));
    }
  else
    end_line (monitor, begin_line ("service", present ? "is there" : "is not there"));
  flush_line (monitor);
}

static void
print_added (Monitor *monitor, GVariant *parameters)
{
  g_autoptr (GVariant) interfaces = NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  const char *path;
  const char *name;
  GVariant *properties;
  GString *line;
  const char *separator = ": ";

  g_variant_get (parameters, "(&o@a{sa{sv}})", &path, &interfaces);
  if (monitor->session->json)
    {
      begin_json (&builder, "added", path);
      g_variant_builder_add (&builder, "{sv}", "Interfaces", interfaces);
      vsw_session_print_json (monitor->session, g_variant_builder_end (&builder));
      return;
    }
  line = begin_line ("added", path);
  g_variant_iter_init (&iter, interfaces);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &name, &properties))
    {
      if (!g_str_has_prefix (name, VSW_BUS_PREFIX))
        continue;
      g_string_append_printf (line, "%s%s", separator, vsw_name_get_interface (name));
      separator = ", ";
    }
  end_line (monitor, line);
}

static void
print_removed (Monitor *monitor, GVariant *parameters)
{
  g_autoptr (GVariant) interfaces = NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  const char *path;
  const char *name;
  GString *line;
  const char *separator = ": ";

  g_variant_get (parameters, "(&o@as)", &path, &interfaces);
  if (monitor->session->json)
    {
      begin_json (&builder, "removed", path);
      g_variant_builder_add (&builder, "{sv}", "Interfaces", interfaces);
      vsw_session_print_json (monitor->session, g_variant_builder_end (&builder));
      return;
    }
  line = begin_line ("removed", path);
  g_variant_iter_init (&iter, interfaces);
  while (g_variant_iter_next (&iter, "&s", &name))
    {
      if (!g_str_has_prefix (name, VSW_BUS_PREFIX))
        continue;
      g_string_append_printf (line, "%s%s", separator, vsw_name_get_interface (name));
      separator = ", ";
    }
  end_line (monitor, line);
}

static void
print_changed (Monitor *monitor, const char *path, GVariant *parameters)
{
  g_autoptr (GVariant) changed = NULL;
  g_autoptr (GVariant) invalidated = NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  const char *interface_name;
  const char *name;
  GVariant *value;
  GString *line;

  g_variant_get (parameters, "(&s@a{sv}@as)", &interface_name, &changed, &invalidated);
  if (monitor->session->json)
    {
      begin_json (&builder, "changed", path);
      g_variant_builder_add (&builder, "{sv}", "Interface", g_variant_new_string (interface_name));
      g_variant_builder_add (&builder, "{sv}", "Changed", changed);
      g_variant_builder_add (&builder, "{sv}", "Invalidated", invalidated);
      vsw_session_print_json (monitor->session, g_variant_builder_end (&builder));
      return;
    }
  line = begin_line ("changed", path);
  g_string_append_printf (line, ": %s", vsw_name_get_interface (interface_name));
  g_variant_iter_init (&iter, changed);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = vsw_print_value (name, value, &monitor->session->style);

      g_string_append_printf (line, " %s=%s", name, text);
    }
  g_variant_iter_init (&iter, invalidated);
  while (g_variant_iter_next (&iter, "&s", &name))
    g_string_append_printf (line, " %s", name);
  end_line (monitor, line);
}

static void
note_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface_name,
             const char *signal_name, GVariant *parameters, gpointer data)
{
  Monitor *monitor = data;

  /* Anybody on the bus can send such a signal; only the owner of the name is believed. */
  if (monitor->broken || g_strcmp0 (sender, monitor->owner) != 0)
    return;
  if (g_str_equal (interface_name, PROPERTIES_INTERFACE) && g_str_equal (signal_name, "PropertiesChanged")
      && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    print_changed (monitor, path, parameters);
  /* A switch repeats as an object manager of its own what the whole tree says of its ports. */
  else if (g_str_equal (interface_name, MANAGER_INTERFACE) && !g_str_equal (path, VSW_BUS_ROOT))
    return;
  else if (g_str_equal (signal_name, "InterfacesAdded")
           && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oa{sa{sv}})")))
    print_added (monitor, parameters);
  else if (g_str_equal (signal_name, "InterfacesRemoved")
           && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oas)")))
    print_removed (monitor, parameters);
  else
    return;
  flush_line (monitor);
}

static void
note_owner (GDBusConnection *connection, const char *sender, const char *path, const char *interface_name,
            const char *signal_name, GVariant *parameters, gpointer data)
{
  Monitor *monitor = data;
  const char *owner;

  g_variant_get (parameters, "(&s&s&s)", NULL, NULL, &owner);
  g_free (monitor->owner);
  monitor->owner = owner[0] != '\0' ? g_strdup (owner) : NULL;
  print_service (monitor, monitor->owner != NULL);
}

static void
note_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer data)
{
  Monitor *monitor = data;

  monitor->closed = TRUE;
  g_main_loop_quit (monitor->loop);
}

static gboolean
stop_loop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* The service is not started for this: who watches wants to see it come. */
static void
read_owner (Monitor *monitor, GDBusConnection *connection)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
      g_variant_new ("(s)", VSW_BUS_NAME), G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  if (answer != NULL)
    g_variant_get (answer, "(s)", &monitor->owner);
}

static void
run_loop (Monitor *monitor, GDBusConnection *connection)
{
  guint interrupt = g_unix_signal_add (SIGINT, stop_loop, monitor->loop);
  guint terminate = g_unix_signal_add (SIGTERM, stop_loop, monitor->loop);
  gulong closed = g_signal_connect (connection, "closed", G_CALLBACK (note_closed), monitor);
  guint owner = g_dbus_connection_signal_subscribe (connection, "org.freedesktop.DBus", "org.freedesktop.DBus",
                                                    "NameOwnerChanged", "/org/freedesktop/DBus", VSW_BUS_NAME,
                                                    G_DBUS_SIGNAL_FLAGS_NONE, note_owner, monitor, NULL);
  guint signals = g_dbus_connection_signal_subscribe (connection, VSW_BUS_NAME, NULL, NULL, NULL, NULL,
                                                      G_DBUS_SIGNAL_FLAGS_NONE, note_signal, monitor, NULL);

  /* Asked after subscribing: the bus answers in order, so nothing falls between. */
  read_owner (monitor, connection);
  print_service (monitor, monitor->owner != NULL);
  if (!monitor->broken && !g_dbus_connection_is_closed (connection))
    g_main_loop_run (monitor->loop);

  monitor->closed = monitor->closed || g_dbus_connection_is_closed (connection);
  g_dbus_connection_signal_unsubscribe (connection, signals);
  g_dbus_connection_signal_unsubscribe (connection, owner);
  g_signal_handler_disconnect (connection, closed);
  g_source_remove (terminate);
  g_source_remove (interrupt);
}

/**
 * vsw_command_monitor:
 * @session: a session
 * @error: %VSW_FAILURE_UNAVAILABLE when the bus goes
 *
 * `monitor`: one line a signal until interrupted, or until nobody reads. Main thread.
 *
 * Returns: whether it ended because it was told to.
 */
gboolean
vsw_command_monitor (VswSession *session, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Monitor monitor = { .session = session, .loop = loop };
  GDBusConnection *connection = vsw_session_connect (session, error);

  if (connection == NULL)
    return FALSE;
  run_loop (&monitor, connection);
  g_free (monitor.owner);
  if (!monitor.closed)
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_UNAVAILABLE, "the connection to the system bus is lost");
  return FALSE;
}
