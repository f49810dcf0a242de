/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every object of ours has, and the one way in which all of them are held.
 *
 * Values are immutable and atomically reference-counted, so they may cross threads. To change one, copy
 * the struct on the stack, change a field and call the type's `new` with it, which copies everything. */
#pragma once

#include "model/name.h"

G_BEGIN_DECLS

typedef enum
{
  VSW_KIND_SWITCH,
  VSW_KIND_PORT,
  VSW_KIND_NIC,
  VSW_KIND_SYSTEM,
  VSW_KIND_SETTING,
  VSW_KIND_CHECKPOINT,
} VswKind;

#define VSW_N_KINDS (VSW_KIND_CHECKPOINT + 1)

/* How long an object lives. The order is the order of the table in lifetime names. */
typedef enum
{
  VSW_LIFETIME_PERSISTENT, /* until deleted, across reboots */
  VSW_LIFETIME_RUNTIME,    /* until deleted or reboot */
  VSW_LIFETIME_CALLER,     /* until the bus connection that made it goes */
  VSW_LIFETIME_DESCRIPTOR, /* until the last open descriptor of its tap is closed; only of taps, and of ports made for one */
} VswLifetime;

#define VSW_N_LIFETIMES (VSW_LIFETIME_DESCRIPTOR + 1)

/* The head of every value: its first member. */
typedef struct
{
  VswKind kind;
  const char *id;          /* (owned) UUID, lower case */
  const char *name;        /* (owned) 1 to 63 of A-Z a-z 0-9 . _ - */
  const char *description; /* (owned) UTF-8, up to 256 characters, "" if none */
  VswLifetime lifetime;
  const char *holder; /* (owned) (nullable) "GUID UNIQUE-NAME" of the bus connection, only with lifetime caller */
  guint32 owner;      /* uid */
  gint64 created;     /* microseconds since the epoch */
} VswValue;

/* hold */
gpointer vsw_value_ref (gconstpointer value);
void vsw_value_unref (gpointer value);
gboolean vsw_value_equal (gconstpointer a, gconstpointer b);

/* lifetimes as text: "persistent", "runtime", "caller", "descriptor" */
const char *vsw_lifetime_print (VswLifetime lifetime);
gboolean vsw_lifetime_decode (const char *text, VswLifetime *ret_lifetime, GError **error);

/* kinds as text, for messages: "switch", "port", "endpoint", "system", "setting", "checkpoint" */
const char *vsw_kind_print (VswKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswValue, vsw_value_unref)

G_END_DECLS
