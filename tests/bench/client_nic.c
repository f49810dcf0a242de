/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <fcntl.h>
#include <unistd.h>

/* --- making --- */

GVariant *
make_nic (const Kind *kind, const char *switch_name, int number)
{
  g_autofree char *name = g_strdup_printf ("%s-%d", switch_name, number);
  g_autofree char *interface = g_strdup_printf ("e%d", number);

  if (!kind->space)
    return g_variant_new_parsed ("{'Name': <%s>, 'Backend': <'tap'>}", name);
  return g_variant_new_parsed ("{'Name': <%s>, 'Lifetime': <'runtime'>, 'Namespace': <%h>, 'InterfaceName': <%s>}",
                               name, 0, interface);
}

/* One descriptor, named by every NIC of a call; none for taps. */
GUnixFDList *
open_namespace (const Kind *kind)
{
  g_autoptr (GError) error = NULL;
  GUnixFDList *list = g_unix_fd_list_new ();
  int fd;

  if (!kind->space)
    return list;
  fd = open (kind->space, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || g_unix_fd_list_append (list, fd, &error) < 0)
    g_error ("%s: cannot be opened and sent", kind->space);
  close (fd);
  return list;
}

Nic
attach (GDBusConnection *bus, const char *switch_name, GVariant *wish, GUnixFDList *space)
{
  g_autofree char *path = g_strconcat (SWITCHES, switch_name, NULL);
  Nic nic = { 0 };
  g_autoptr (GVariant) made = call (bus, path, "org.vmswitch1.Switch", "Attach",
                                    g_variant_new_parsed ("(%*, @a{sv} {})", wish), space, &nic.descriptors);

  g_variant_get_child (made, 1, "o", &nic.endpoint);
  return nic;
}

void
clear_nic (Nic *nic)
{
  g_clear_pointer (&nic->endpoint, g_free);
  g_clear_object (&nic->descriptors);
}

/* --- who has gone --- */

struct _Watch
{
  GDBusConnection *bus; /* (owned) */
  GMutex lock;          /* of what follows */
  GCond changed;
  GHashTable *gone; /* (owned): object path, when */
};

/* Runs on GDBus's own thread. */
static GDBusMessage *
hear (GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  Watch *self = user_data;
  gint64 now = g_get_monotonic_time ();
  const char *endpoint;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_SIGNAL
      || g_strcmp0 (g_dbus_message_get_member (message), "InterfacesRemoved") != 0)
    return message;

  g_variant_get_child (g_dbus_message_get_body (message), 0, "&o", &endpoint);
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->gone, g_strdup (endpoint), g_memdup2 (&now, sizeof now));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return message;
}

Watch *
watch_new (void)
{
  Watch *self = g_new0 (Watch, 1);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  self->bus = connect_to_bus ();
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_dbus_connection_add_filter (self->bus, hear, self, NULL);
  reply = g_dbus_connection_call_sync (
      self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch",
      g_variant_new ("(s)", "type='signal',sender='" NAME "',path='" ROOT "',member='InterfacesRemoved'"), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  if (!reply)
    g_error ("no signals: %s", error->message);
  return self;
}

static gint64
wait_gone (Watch *self, const char *endpoint)
{
  gint64 *when, time;

  g_mutex_lock (&self->lock);
  while (!(when = g_hash_table_lookup (self->gone, endpoint)))
    g_cond_wait (&self->changed, &self->lock);
  time = *when;
  g_hash_table_remove (self->gone, endpoint);
  g_mutex_unlock (&self->lock);
  return time;
}

/* --- unmaking --- */

void
delete_nic (GDBusConnection *bus, const Nic *nic)
{
  g_autoptr (GVariant) reply = call (bus, nic->endpoint, "org.vmswitch1.EthernetPort", "Delete",
                                     g_variant_new_parsed ("(@a{sv} {'force': <true>},)"), NULL, NULL);
}

static gpointer
run_close (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

gint64
detach (GDBusConnection *bus, Watch *watch, Nic *nic)
{
  gint64 time;

  if (nic->descriptors && g_unix_fd_list_get_length (nic->descriptors) > 0)
    {
      g_thread_unref (g_thread_new ("close", run_close, g_steal_pointer (&nic->descriptors)));
      time = wait_gone (watch, nic->endpoint);
    }
  else
    {
      delete_nic (bus, nic);
      time = g_get_monotonic_time ();
    }
  clear_nic (nic);
  return time;
}
