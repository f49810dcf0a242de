/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How one interface of the bus is told from the model: a row a property, a row a method.
 *
 * Names, signatures, documentation and polkit actions are in the XML and come from there as GDBusInterfaceInfo; the rows stand in the
 * same order. A getter never fails: what is not known is an empty value. A decoder makes changes of arguments and does nothing
 * else; from there on all methods are the same code (bus/call.c). tests/bus holds the tables to the XML. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

/* As org.freedesktop.DBus.Property.EmitsChangedSignal says. */
typedef enum
{
  VSW_EMITS_VALUE,
  VSW_EMITS_CONST,       /* it never changes */
  VSW_EMITS_INVALIDATES, /* changes are told without the value, and noticed by `get_version` */
  VSW_EMITS_NOTHING,
} VswEmits;

typedef struct
{
  const char *name;
  GVariant *(*get) (const VswView *view); /* (floating) */
  VswEmits emits;
  guint64 (*get_version) (const VswView *view);
} VswPropertyRow;

/* What a method does once it is decoded and allowed. */
typedef enum
{
  VSW_RUN_CHANGE,     /* applies the changes */
  VSW_RUN_FORWARDING, /* reads the forwarding table of `id` */
  VSW_RUN_COUNTERS,   /* reads all counters */
  VSW_RUN_NOTHING,    /* the reply is known at once */
} VswRun;

typedef struct
{
  const char *name;
  VswRun run;
  gboolean takes_descriptors;
  gboolean (*decode) (VswRequest *request, const VswView *target, GError **error);
  GVariant *(*reply) (VswRequest *request, GArray *reading, GError **error); /* (floating); NULL: no values */
  gboolean is_for_caller; /* what it made goes again if the caller has left before the answer */
} VswMethodRow;

typedef struct
{
  const GDBusInterfaceInfo *info;
  gboolean (*is_present) (const VswView *view);
  const VswPropertyRow *properties;
  gsize n_properties;
  const VswMethodRow *methods;
  gsize n_methods;
} VswTable;

extern const VswTable vsw_manager_table;
extern const VswTable vsw_switch_table;
extern const VswTable vsw_port_table;
extern const VswTable vsw_connection_table;
extern const VswTable vsw_ethernet_table;
extern const VswTable vsw_external_table;
extern const VswTable vsw_internal_table;
extern const VswTable vsw_synthetic_table;
extern const VswTable vsw_emulated_table;
extern const VswTable vsw_lan_table;
extern const VswTable vsw_system_table;
extern const VswTable vsw_setting_table;
extern const VswTable vsw_checkpoint_table;

#define VSW_N_TABLES 13
#define VSW_TABLE_MAX_PROPERTIES 24

const VswTable *vsw_table_get (guint position);
const VswTable *vsw_table_find (const char *interface_name);
const VswPropertyRow *vsw_table_find_property (const VswTable *self, const char *name);
const VswMethodRow *vsw_table_find_method (const VswTable *self, const char *name);

/* Everything an object has now: (floating) a{sv} and a{sa{sv}}. */
GVariant *vsw_table_print (const VswTable *self, const VswView *view);
GVariant *vsw_table_print_all (const VswView *view);

/* getters that tables share (head.c): (floating) */
GVariant *vsw_head_print_name (const VswView *view);
GVariant *vsw_head_print_id (const VswView *view);
GVariant *vsw_head_print_description (const VswView *view);
GVariant *vsw_head_print_lifetime (const VswView *view);
GVariant *vsw_head_print_owner (const VswView *view);
GVariant *vsw_head_print_created (const VswView *view);

/* for getters: (floating) */
GVariant *vsw_variant_new_mac (VswMac mac);          /* "" for the zero address */
GVariant *vsw_variant_new_bytes (const char *bytes); /* text of unknown encoding, escaped */
GVariant *vsw_variant_new_switch (const VswSwitch *value); /* (nullable): "/" */
GVariant *vsw_variant_new_port (const VswView *view);      /* the port of the view, or "/" */
GVariant *vsw_variant_new_nic (const VswNic *value);       /* (nullable): "/" */
GVariant *vsw_variant_new_system (const VswSystem *value); /* (nullable): "/" */
/* For vsw_view_list…(): adds the path of each object to a GVariantBuilder of `ao`. */
void vsw_variant_append_path (const VswView *view, gpointer builder);

G_END_DECLS
