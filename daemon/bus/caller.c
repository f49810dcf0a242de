/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/caller.h"

#define UNKNOWN_UID G_MAXUINT32
#define TIMEOUT     10000 /* milliseconds that the bus has to tell a uid */

typedef struct
{
  VswCallerFunc func;
  gpointer user_data;
} Waiter;

struct _VswCaller
{
  gatomicrefcount references;
  char *name; /* (owned) unique name on the bus */
  guint32 uid;
  gboolean is_gone;
  gboolean is_asked;  /* the bus has not answered yet */
  GArray *waiters;    /* (owned) (element-type Waiter) */
  GPtrArray *watched; /* (owned) (element-type GCancellable) */
};

struct _VswCallers
{
  GHashTable *by_name; /* (owned) name (of the caller) → VswCaller */
};

/* --- one --- */

static VswCaller *
new_caller (const char *name)
{
  VswCaller *self = g_new0 (VswCaller, 1);

  g_atomic_ref_count_init (&self->references);
  self->name = g_strdup (name);
  self->uid = UNKNOWN_UID;
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

/**
 * vsw_caller_ref:
 * @self: a caller
 *
 * Thread: main.
 *
 * Returns: (transfer full): @self
 */
VswCaller *
vsw_caller_ref (VswCaller *self)
{
  g_atomic_ref_count_inc (&self->references);

  return self;
}

/**
 * vsw_caller_unref:
 * @self: (transfer full): a caller
 *
 * Thread: main.
 */
void
vsw_caller_unref (VswCaller *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;

  g_ptr_array_unref (self->watched);
  g_array_unref (self->waiters);
  g_free (self->name);
  g_free (self);
}

/**
 * vsw_caller_get_uid:
 * @self: a caller
 *
 * Thread: main.
 *
 * Returns: its uid; %G_MAXUINT32 while that is unknown
 */
guint32
vsw_caller_get_uid (VswCaller *self)
{
  return self->uid;
}

/**
 * vsw_caller_is_gone:
 * @self: a caller
 *
 * Thread: main.
 *
 * Returns: whether it has left the bus
 */
gboolean
vsw_caller_is_gone (VswCaller *self)
{
  return self->is_gone;
}

/**
 * vsw_caller_watch:
 * @self: a caller
 * @cancellable: is cancelled when it leaves the bus
 *
 * Thread: main.
 */
void
vsw_caller_watch (VswCaller *self, GCancellable *cancellable)
{
  g_ptr_array_add (self->watched, g_object_ref (cancellable));
}

/**
 * vsw_caller_unwatch:
 * @self: a caller
 * @cancellable: one that vsw_caller_watch() was called with
 *
 * Thread: main.
 */
void
vsw_caller_unwatch (VswCaller *self, GCancellable *cancellable)
{
  g_ptr_array_remove_fast (self->watched, cancellable);
}

static void
call_waiters (VswCaller *self)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->func (self, waiter->user_data);
    }
}

static void
on_uid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (VswCaller) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  self->is_asked = FALSE;
  if (reply != NULL && !self->is_gone)
    g_variant_get (reply, "(u)", &self->uid);
  else
    g_debug ("the uid of %s is not known: %s", self->name, error != NULL ? error->message : "it has left");

  call_waiters (self);
}

/**
 * vsw_caller_identify:
 * @self: a caller
 * @connection: the connection that it called over
 * @func: called once, when the uid is known or cannot be known
 * @user_data: for @func
 *
 * Asks the bus for the uid of a caller, unless that is known. Thread: main.
 */
void
vsw_caller_identify (VswCaller *self, GDBusConnection *connection, VswCallerFunc func, gpointer user_data)
{
  Waiter waiter = { func, user_data };

  if (self->uid != UNKNOWN_UID || self->is_gone)
    {
      func (self, user_data);
      return;
    }

  g_array_append_val (self->waiters, waiter);
  if (self->is_asked)
    return;

  self->is_asked = TRUE;
  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetConnectionUnixUser", g_variant_new ("(s)", self->name), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, TIMEOUT, NULL, on_uid, vsw_caller_ref (self));
}

/* --- all of them --- */

/**
 * vsw_callers_new:
 *
 * Thread: main.
 *
 * Returns: (transfer full): nobody yet
 */
VswCallers *
vsw_callers_new (void)
{
  VswCallers *self = g_new0 (VswCallers, 1);

  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)vsw_caller_unref);

  return self;
}

/**
 * vsw_callers_free:
 * @self: (transfer full): the callers
 *
 * Thread: main.
 */
void
vsw_callers_free (VswCallers *self)
{
  vsw_callers_forget_all (self);
  g_hash_table_unref (self->by_name);
  g_free (self);
}

/**
 * vsw_callers_get:
 * @self: the callers
 * @name: unique name of the sender of a message that has just come
 *
 * Thread: main.
 *
 * Returns: (transfer full): that caller
 */
VswCaller *
vsw_callers_get (VswCallers *self, const char *name)
{
  VswCaller *caller = g_hash_table_lookup (self->by_name, name);

  if (caller == NULL)
    {
      caller = new_caller (name);
      g_hash_table_insert (self->by_name, caller->name, caller);
    }

  return vsw_caller_ref (caller);
}

static void
leave (VswCaller *caller)
{
  g_autoptr (GPtrArray) watched = g_steal_pointer (&caller->watched);

  caller->watched = g_ptr_array_new_with_free_func (g_object_unref);
  caller->is_gone = TRUE;
  caller->uid = UNKNOWN_UID;
  for (guint i = 0; i < watched->len; i++)
    g_cancellable_cancel (g_ptr_array_index (watched, i));
}

/**
 * vsw_callers_forget:
 * @self: the callers
 * @name: a unique name that is no longer on the bus
 *
 * Thread: main.
 */
void
vsw_callers_forget (VswCallers *self, const char *name)
{
  gpointer caller;

  if (!g_hash_table_steal_extended (self->by_name, name, NULL, &caller))
    return;

  leave (caller);
  vsw_caller_unref (caller);
}

/**
 * vsw_callers_forget_all:
 * @self: the callers
 *
 * The bus is gone, and everybody with it. Thread: main.
 */
void
vsw_callers_forget_all (VswCallers *self)
{
  g_autoptr (GHashTable) gone = g_steal_pointer (&self->by_name);
  GHashTableIter iter;
  gpointer caller;

  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)vsw_caller_unref);
  g_hash_table_iter_init (&iter, gone);
  while (g_hash_table_iter_next (&iter, NULL, &caller))
    leave (caller);
}
