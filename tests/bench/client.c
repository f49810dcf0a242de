/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls vmswitchd and says how long it took, from the call to its reply, so that the start of a client does not count.
 *
 *   client create-switch SWITCH
 *   client attach-many SWITCH N NAMESPACE       one AttachMany call of N NICs, every far end in that namespace as e0, e1, …
 *   client attach-detach SWITCH K NAMESPACE     K times Attach, then Delete of what came; medians
 *   client delete-switch SWITCH                 Delete with force
 *   client idle K                               K times Ping and Get, one after another, while nothing else goes on
 *   client churn SWITCH N NAMESPACE             the same while another connection makes and deletes a switch with N ports
 *
 * Prints "NAME MICROSECONDS" lines. NAMESPACE is a file such as /run/netns/NAME. Ping is answered by GDBus's own thread; Get
 * of a property goes through the daemon's main loop, and so says more about it. */
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME     "org.vmswitch1"
#define MANAGER  "/org/vmswitch1/Manager"
#define SWITCHES "/org/vmswitch1/switch/"

#define PAUSE_MICROSECONDS       25000 /* as in floor.c */
#define PROBE_PAUSE_MICROSECONDS 1000

static GDBusConnection *
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

/* Ends the program on any failure: a figure of something that did not happen is worth nothing. (transfer full) */
static GVariant *
call (GDBusConnection *bus, const char *path, const char *interface, const char *method, GVariant *parameters,
      GUnixFDList *descriptors)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply =
      g_dbus_connection_call_with_unix_fd_list_sync (bus, NAME, path, interface, method, parameters, NULL,
                                                     G_DBUS_CALL_FLAGS_NONE, G_MAXINT, descriptors, NULL, NULL, &error);

  if (!reply)
    g_error ("%s of %s: %s", method, path, error->message);
  return reply;
}

static char *
get_switch_path (const char *name)
{
  return g_strconcat (SWITCHES, name, NULL);
}

static void
print_time (const char *name, gint64 since)
{
  g_print ("%s %" G_GINT64_FORMAT "\n", name, g_get_monotonic_time () - since);
}

/* --- switches and NICs --- */

static void
create_switch (GDBusConnection *bus, const char *name)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GVariant) reply =
      call (bus, MANAGER, "org.vmswitch1.Manager", "CreateSwitch",
            g_variant_new_parsed ("(%s, @a{sv} {'Lifetime': <'runtime'>}, @a{sv} {})", name), NULL);

  print_time ("create-switch", begin);
}

static void
delete_switch (GDBusConnection *bus, const char *name)
{
  g_autofree char *path = get_switch_path (name);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GVariant) reply =
      call (bus, path, "org.vmswitch1.Switch", "Delete", g_variant_new_parsed ("(@a{sv} {'force': <true>},)"), NULL);

  print_time ("delete-switch", begin);
}

/* One descriptor, named by every NIC of a call. */
static GUnixFDList *
open_namespace (const char *file)
{
  g_autoptr (GError) error = NULL;
  GUnixFDList *list = g_unix_fd_list_new ();
  int fd = open (file, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || g_unix_fd_list_append (list, fd, &error) < 0)
    g_error ("%s: cannot be opened and sent", file);
  close (fd);
  return list;
}

static GVariant *
make_nic (const char *switch_name, int number)
{
  g_autofree char *name = g_strdup_printf ("%s-%d", switch_name, number);
  g_autofree char *interface = g_strdup_printf ("e%d", number);

  return g_variant_new_parsed ("{'Name': <%s>, 'Lifetime': <'runtime'>, 'Namespace': <%h>, 'InterfaceName': <%s>}",
                               name, 0, interface);
}

static void
attach_many (GDBusConnection *bus, const char *switch_name, int count, const char *namespace)
{
  g_autofree char *path = get_switch_path (switch_name);
  g_autoptr (GUnixFDList) descriptors = open_namespace (namespace);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) ports = NULL;
  GVariantBuilder nics;
  gint64 begin;

  g_variant_builder_init (&nics, G_VARIANT_TYPE ("aa{sv}"));
  for (int i = 0; i < count; i++)
    g_variant_builder_add_value (&nics, make_nic (switch_name, i));
  begin = g_get_monotonic_time ();
  reply = call (bus, path, "org.vmswitch1.Switch", "AttachMany",
                g_variant_new_parsed ("(%*, @a{sv} {})", g_variant_builder_end (&nics)), descriptors);
  print_time ("attach-many", begin);
  ports = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (ports), ==, count);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return (left > right) - (left < right);
}

static void
print_quantile (const char *name, GArray *times, guint percent)
{
  g_array_sort (times, compare);
  g_print ("%s %" G_GINT64_FORMAT "\n", name,
           g_array_index (times, gint64, MIN (times->len * percent / 100, times->len - 1)));
}

static void
attach_detach (GDBusConnection *bus, const char *switch_name, int rounds, const char *namespace)
{
  g_autofree char *path = get_switch_path (switch_name);
  g_autoptr (GUnixFDList) descriptors = open_namespace (namespace);
  g_autoptr (GArray) attach = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) detach = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (int i = 0; i < rounds; i++)
    {
      g_autoptr (GVariant) made = NULL;
      g_autoptr (GVariant) deleted = NULL;
      const char *endpoint;
      gint64 begin = g_get_monotonic_time (), time;

      made = call (bus, path, "org.vmswitch1.Switch", "Attach",
                   g_variant_new_parsed ("(%*, @a{sv} {})", make_nic (switch_name, 100000 + i)), descriptors);
      time = g_get_monotonic_time () - begin;
      g_array_append_val (attach, time);
      g_usleep (PAUSE_MICROSECONDS);

      g_variant_get_child (made, 1, "&o", &endpoint);
      begin = g_get_monotonic_time ();
      deleted = call (bus, endpoint, "org.vmswitch1.EthernetPort", "Delete",
                      g_variant_new_parsed ("(@a{sv} {'force': <true>},)"), NULL);
      time = g_get_monotonic_time () - begin;
      g_array_append_val (detach, time);
      g_usleep (PAUSE_MICROSECONDS);
    }
  print_quantile ("attach", attach, 50);
  print_quantile ("attach-p90", attach, 90);
  print_quantile ("detach", detach, 50);
  print_quantile ("detach-p90", detach, 90);
}

/* --- how soon the daemon answers --- */

typedef struct
{
  GArray *ping; /* (owned) (element-type gint64) microseconds */
  GArray *get;  /* (owned) (element-type gint64) microseconds */
} Probes;

static void
probe (GDBusConnection *bus, Probes *probes)
{
  g_autoptr (GVariant) pong = NULL;
  g_autoptr (GVariant) version = NULL;
  gint64 begin = g_get_monotonic_time (), time;

  pong = call (bus, MANAGER, "org.freedesktop.DBus.Peer", "Ping", NULL, NULL);
  time = g_get_monotonic_time () - begin;
  g_array_append_val (probes->ping, time);

  begin = g_get_monotonic_time ();
  version = call (bus, MANAGER, "org.freedesktop.DBus.Properties", "Get",
                  g_variant_new ("(ss)", "org.vmswitch1.Manager", "Version"), NULL);
  time = g_get_monotonic_time () - begin;
  g_array_append_val (probes->get, time);
  g_usleep (PROBE_PAUSE_MICROSECONDS);
}

static void
print_probes (Probes *probes)
{
  print_quantile ("ping-p50", probes->ping, 50);
  print_quantile ("ping-p99", probes->ping, 99);
  print_quantile ("ping-max", probes->ping, 100);
  print_quantile ("get-p50", probes->get, 50);
  print_quantile ("get-p99", probes->get, 99);
  print_quantile ("get-max", probes->get, 100);
  g_print ("probes %u\n", probes->get->len);
  g_array_unref (probes->ping);
  g_array_unref (probes->get);
}

static Probes
make_probes (void)
{
  return (Probes){ g_array_new (FALSE, FALSE, sizeof (gint64)), g_array_new (FALSE, FALSE, sizeof (gint64)) };
}

static void
idle (GDBusConnection *bus, int count)
{
  Probes probes = make_probes ();

  for (int i = 0; i < count; i++)
    probe (bus, &probes);
  print_probes (&probes);
}

typedef struct
{
  const char *switch_name;
  int count;
  const char *namespace;
  gint done; /* atomic */
} Churn;

static gpointer
run_churn (gpointer data)
{
  Churn *self = data;
  g_autoptr (GDBusConnection) bus = connect_to_bus ();

  create_switch (bus, self->switch_name);
  attach_many (bus, self->switch_name, self->count, self->namespace);
  delete_switch (bus, self->switch_name);
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

static void
churn (GDBusConnection *bus, const char *switch_name, int count, const char *namespace)
{
  Churn work = { switch_name, count, namespace, FALSE };
  Probes probes = make_probes ();
  GThread *thread = g_thread_new ("churn", run_churn, &work);

  while (!g_atomic_int_get (&work.done))
    probe (bus, &probes);
  g_thread_join (thread);
  print_probes (&probes);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDBusConnection) bus = NULL;
  const char *verb = argc > 1 ? argv[1] : "";

  if (argc < 3)
    {
      g_printerr ("usage: client VERB SWITCH [N NAMESPACE]\n");
      return 2;
    }
  bus = connect_to_bus ();
  if (g_str_equal (verb, "create-switch"))
    create_switch (bus, argv[2]);
  else if (g_str_equal (verb, "delete-switch"))
    delete_switch (bus, argv[2]);
  else if (g_str_equal (verb, "idle"))
    idle (bus, atoi (argv[2]));
  else if (argc == 5 && g_str_equal (verb, "attach-many"))
    attach_many (bus, argv[2], atoi (argv[3]), argv[4]);
  else if (argc == 5 && g_str_equal (verb, "attach-detach"))
    attach_detach (bus, argv[2], atoi (argv[3]), argv[4]);
  else if (argc == 5 && g_str_equal (verb, "churn"))
    churn (bus, argv[2], atoi (argv[3]), argv[4]);
  else
    return 2;
  return 0;
}
