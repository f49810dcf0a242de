/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many NICs a second several clients attach and detach, each with a connection and a thread of its own, and never more than one NIC. */
#include "client.h"

typedef struct
{
  const char *switch_name;
  const Kind *kind;
  Watch *watch; /* (nullable) */
  gint64 end;
  int number;     /* of this client */
  GArray *attach; /* (owned) (element-type gint64) */
  GThread *thread;
} Client;

#define NUMBERS_A_CLIENT 100000

static gpointer
run_client (gpointer data)
{
  Client *self = data;
  g_autoptr (GDBusConnection) bus = connect_to_bus ();
  g_autoptr (GUnixFDList) namespace = open_namespace (self->kind);

  do
    {
      int number = (self->number + 1) * NUMBERS_A_CLIENT + self->attach->len;
      gint64 begin = g_get_monotonic_time ();
      Nic nic = attach (bus, self->switch_name, make_nic (self->kind, self->switch_name, number), namespace);

      add_time (self->attach, begin);
      detach (bus, self->watch, &nic);
    }
  while (g_get_monotonic_time () < self->end);
  return NULL;
}

void
measure_rate (const char *switch_name, double seconds, int n_clients, const Kind *kind)
{
  g_autofree Client *clients = g_new0 (Client, n_clients);
  Watch *watch = kind->space ? NULL : watch_new (); /* to the end of the program */
  g_autoptr (GArray) attach = make_times ();
  gint64 begin = g_get_monotonic_time (), took;

  for (int i = 0; i < n_clients; i++)
    {
      clients[i] = (Client){ switch_name, kind, watch, begin + (gint64)(seconds * 1e6), i, make_times (), NULL };
      clients[i].thread = g_thread_new ("client", run_client, &clients[i]);
    }
  for (int i = 0; i < n_clients; i++)
    {
      g_thread_join (clients[i].thread);
      g_array_append_vals (attach, clients[i].attach->data, clients[i].attach->len);
      g_array_unref (clients[i].attach);
    }
  took = g_get_monotonic_time () - begin;
  g_print ("cycle %" G_GINT64_FORMAT "\n", took / attach->len);
  print_quantile ("attach", attach, 50);
  print_quantile ("attach-p99", attach, 99);
}
