/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls vmswitchd and says how long it took, from the call to its reply, so that the start of a client does not count.
 *
 *   client create-switch SWITCH [USERS]         USERS is `shared` for a switch that everybody may ask to join
 *   client attach-many SWITCH N NAMESPACE       one AttachMany call of N NICs, every far end in that namespace as e0, e1, …
 *   client attach-detach SWITCH K KIND          K times Attach, then the NIC goes again; medians
 *   client rate SWITCH SECONDS CLIENTS KIND     that many clients attach and detach as fast as they can
 *   client delete-switch SWITCH                 Delete with force
 *   client idle K                               K times Ping and Get, one after another, while nothing else goes on
 *   client churn SWITCH N NAMESPACE             the same while another connection makes and deletes a switch with N ports
 *
 * Prints "NAME MICROSECONDS" lines; of a rate those from one NIC attached and detached to the next, whichever client had it. NAMESPACE is a file
 * such as /run/netns/NAME. KIND is `tap`, or such a file for veth pairs that go there. A tap is detached by closing its descriptors, until the
 * daemon signals that its endpoint has gone; `delete` is what EthernetPort.Delete of one takes. Ping is answered by GDBus's own thread; Get of a
 * property goes through the daemon's main loop, and so says more about it. */
#include "client.h"

#include <stdlib.h>

#define PROBE_PAUSE_MICROSECONDS 1000

static char *
get_switch_path (const char *name)
{
  return g_strconcat (SWITCHES, name, NULL);
}

/* --- switches and NICs --- */

static void
create_switch (GDBusConnection *bus, const char *name, gboolean is_shared)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GVariant) reply = call (
      bus, MANAGER, "org.vmswitch1.Manager", "CreateSwitch",
      g_variant_new_parsed ("(%s, {'Lifetime': <'runtime'>, 'Shared': <%b>}, @a{sv} {})", name, is_shared), NULL, NULL);

  print_time ("create-switch", begin);
}

static void
delete_switch (GDBusConnection *bus, const char *name)
{
  g_autofree char *path = get_switch_path (name);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GVariant) reply = call (bus, path, "org.vmswitch1.Switch", "Delete",
                                     g_variant_new_parsed ("(@a{sv} {'force': <true>},)"), NULL, NULL);

  print_time ("delete-switch", begin);
}

static void
attach_many (GDBusConnection *bus, const char *switch_name, int count, const Kind *kind)
{
  g_autofree char *path = get_switch_path (switch_name);
  g_autoptr (GUnixFDList) descriptors = open_namespace (kind);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) ports = NULL;
  GVariantBuilder nics;
  gint64 begin;

  g_variant_builder_init (&nics, G_VARIANT_TYPE ("aa{sv}"));
  for (int i = 0; i < count; i++)
    g_variant_builder_add_value (&nics, make_nic (kind, switch_name, i));
  begin = g_get_monotonic_time ();
  reply = call (bus, path, "org.vmswitch1.Switch", "AttachMany",
                g_variant_new_parsed ("(%*, @a{sv} {})", g_variant_builder_end (&nics)), descriptors, NULL);
  print_time ("attach-many", begin);
  ports = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (ports), ==, count);
}

static void
attach_detach (GDBusConnection *bus, const char *switch_name, int rounds, const Kind *kind)
{
  g_autoptr (GUnixFDList) namespace = open_namespace (kind);
  g_autoptr (GArray) attach_times = make_times ();
  g_autoptr (GArray) detach_times = make_times ();
  Watch *watch = watch_new ();

  for (int i = 0; i < rounds; i++)
    {
      GVariant *wish = make_nic (kind, switch_name, 100000 + i);
      gint64 begin = g_get_monotonic_time (), time;
      Nic nic = attach (bus, switch_name, wish, namespace);

      add_time (attach_times, begin);
      g_usleep (PAUSE_MICROSECONDS);
      begin = g_get_monotonic_time ();
      time = detach (bus, watch, &nic) - begin;
      g_array_append_val (detach_times, time);
      g_usleep (PAUSE_MICROSECONDS);
    }
  print_quantile ("attach", attach_times, 50);
  print_quantile ("attach-p90", attach_times, 90);
  print_quantile ("detach", detach_times, 50);
  print_quantile ("detach-p90", detach_times, 90);
}

/* Taps whose descriptors are open. */
static void
attach_delete (GDBusConnection *bus, const char *switch_name, int rounds, const Kind *kind)
{
  g_autoptr (GUnixFDList) namespace = open_namespace (kind);
  g_autoptr (GArray) times = make_times ();

  for (int i = 0; i < rounds; i++)
    {
      Nic nic = attach (bus, switch_name, make_nic (kind, switch_name, 200000 + i), namespace);
      gint64 begin;

      g_usleep (PAUSE_MICROSECONDS);
      begin = g_get_monotonic_time ();
      delete_nic (bus, &nic);
      add_time (times, begin);
      g_usleep (PAUSE_MICROSECONDS);
      clear_nic (&nic);
    }
  print_quantile ("delete", times, 50);
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
  gint64 begin = g_get_monotonic_time ();

  pong = call (bus, MANAGER, "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, NULL);
  add_time (probes->ping, begin);

  begin = g_get_monotonic_time ();
  version = call (bus, MANAGER, "org.freedesktop.DBus.Properties", "Get",
                  g_variant_new ("(ss)", "org.vmswitch1.Manager", "Version"), NULL, NULL);
  add_time (probes->get, begin);
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
  return (Probes){ make_times (), make_times () };
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
  const Kind *kind;
  gint done; /* atomic */
} Churn;

static gpointer
run_churn (gpointer data)
{
  Churn *self = data;
  g_autoptr (GDBusConnection) bus = connect_to_bus ();

  create_switch (bus, self->switch_name, FALSE);
  attach_many (bus, self->switch_name, self->count, self->kind);
  delete_switch (bus, self->switch_name);
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

static void
churn (GDBusConnection *bus, const char *switch_name, int count, const Kind *kind)
{
  Churn work = { switch_name, count, kind, FALSE };
  Probes probes = make_probes ();
  GThread *thread = g_thread_new ("churn", run_churn, &work);

  while (!g_atomic_int_get (&work.done))
    probe (bus, &probes);
  g_thread_join (thread);
  print_probes (&probes);
}

static int
run_verb (GDBusConnection *bus, const char *verb, int argc, char **argv)
{
  const char *last = argv[argc - 1];
  Kind kind = { .space = g_str_equal (last, "tap") ? NULL : last };

  if (g_str_equal (verb, "create-switch"))
    create_switch (bus, argv[0], argc == 2 && g_str_equal (last, "shared"));
  else if (g_str_equal (verb, "delete-switch"))
    delete_switch (bus, argv[0]);
  else if (g_str_equal (verb, "idle"))
    idle (bus, atoi (argv[0]));
  else if (argc == 3 && g_str_equal (verb, "attach-many"))
    attach_many (bus, argv[0], atoi (argv[1]), &kind);
  else if (argc == 3 && g_str_equal (verb, "attach-detach"))
    {
      attach_detach (bus, argv[0], atoi (argv[1]), &kind);
      if (!kind.space)
        attach_delete (bus, argv[0], atoi (argv[1]), &kind);
    }
  else if (argc == 4 && g_str_equal (verb, "rate"))
    measure_rate (argv[0], g_ascii_strtod (argv[1], NULL), atoi (argv[2]), &kind);
  else if (argc == 3 && g_str_equal (verb, "churn"))
    churn (bus, argv[0], atoi (argv[1]), &kind);
  else
    return 2;
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GDBusConnection) bus = NULL;

  if (argc < 3)
    {
      g_printerr ("usage: client VERB SWITCH [N] [KIND]\n");
      return 2;
    }
  bus = connect_to_bus ();
  return run_verb (bus, argv[1], argc - 2, argv + 2);
}
