/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

GDBusConnection *
connect_to_bus (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  GDBusConnection *bus = NULL;

  if (address)
    bus = g_dbus_connection_new_for_address_sync (
        address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
        NULL, &error);
  if (!bus)
    g_error ("no bus: %s", error->message);
  return bus;
}

GVariant *
call (GDBusConnection *bus, const char *path, const char *interface, const char *method, GVariant *parameters,
      GUnixFDList *descriptors, GUnixFDList **ret_descriptors)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply = g_dbus_connection_call_with_unix_fd_list_sync (bus, NAME, path, interface, method, parameters, NULL,
                                                                   G_DBUS_CALL_FLAGS_NONE, G_MAXINT, descriptors,
                                                                   ret_descriptors, NULL, &error);

  if (!reply)
    g_error ("%s of %s: %s", method, path, error->message);
  return reply;
}

/* --- times --- */

GArray *
make_times (void)
{
  return g_array_new (FALSE, FALSE, sizeof (gint64));
}

void
add_time (GArray *times, gint64 since)
{
  gint64 time = g_get_monotonic_time () - since;

  g_array_append_val (times, time);
}

void
print_time (const char *name, gint64 since)
{
  g_print ("%s %" G_GINT64_FORMAT "\n", name, g_get_monotonic_time () - since);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return (left > right) - (left < right);
}

void
print_quantile (const char *name, GArray *times, guint percent)
{
  g_array_sort (times, compare);
  g_print ("%s %" G_GINT64_FORMAT "\n", name,
           g_array_index (times, gint64, MIN (times->len * percent / 100, times->len - 1)));
}
