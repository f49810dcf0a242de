/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the client share: calls that end the program when they fail, because a figure of something that did not happen is worth
 * nothing, and NICs of either kind. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

#define NAME     "org.vmswitch1"
#define ROOT     "/org/vmswitch1"
#define MANAGER  "/org/vmswitch1/Manager"
#define SWITCHES "/org/vmswitch1/switch/"

#define PAUSE_MICROSECONDS 25000 /* as in floor.h */

GDBusConnection *connect_to_bus (void);
/* (transfer full): the reply; and what came with it, if ret_descriptors is not NULL */
GVariant *call (GDBusConnection *bus, const char *path, const char *interface, const char *method, GVariant *parameters,
                GUnixFDList *descriptors, GUnixFDList **ret_descriptors);

GArray *make_times (void);
void add_time (GArray *times, gint64 since);
void print_time (const char *name, gint64 since);
void print_quantile (const char *name, GArray *times, guint percent);

/* What a NIC is made of. */
typedef struct
{
  const char *space; /* (nullable): file of the one where the far end of a veth pair goes. NULL: a tap */
} Kind;

/* Somebody who hears which endpoints have gone. */
typedef struct _Watch Watch;

typedef struct
{
  char *endpoint;           /* (owned): object path */
  GUnixFDList *descriptors; /* (owned): of a tap */
} Nic;

GVariant *make_nic (const Kind *kind, const char *switch_name, int number);
GUnixFDList *open_namespace (const Kind *kind);
Nic attach (GDBusConnection *bus, const char *switch_name, GVariant *wish, GUnixFDList *space);
/* EthernetPort.Delete. */
void delete_nic (GDBusConnection *bus, const Nic *nic);
/* A NIC goes as its kind has it: veth pairs by EthernetPort.Delete; a tap with its last descriptor, which is when the daemon has signalled
 * it. The kernel sleeps over closing that descriptor, so it is closed on another thread. Returns when. (microseconds) */
gint64 detach (GDBusConnection *bus, Watch *watch, Nic *nic);
void clear_nic (Nic *nic);

Watch *watch_new (void);

void measure_rate (const char *switch_name, double seconds, int clients, const Kind *kind);

G_END_DECLS
