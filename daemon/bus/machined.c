/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source: org.freedesktop.machine1(5). */
#include "bus/machined.h"

#include "bus/alarm.h"
#include "model/log.h"

#include <string.h>

#define NAME       "org.freedesktop.machine1"
#define PATH       "/org/freedesktop/machine1"
#define INTERFACE  "org.freedesktop.machine1.Manager"
#define MACHINE    "org.freedesktop.machine1.Machine"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define NO_MACHINE "org.freedesktop.machine1.NoSuchMachine"
#define TIMEOUT    10000 /* milliseconds that machined has for an answer */
#define PACE       5000  /* milliseconds until what failed is tried again */

/* What tells a machine from the next one of its name: when it was registered, by the clock that does not go back until the next boot, after
 * which no system is enabled. machined keeps it over its own restart. The time of day can come twice, and so can the leader's pid; a machine
 * that is started again has the Id that it had, if any. */
#define SINCE "TimestampMonotonic"

struct _VswMachined
{
  VswEngine *engine;  /* (owned) */
  GCancellable *life; /* (owned) cancelled when we go: whoever comes back later finds nobody */
  gulong changed;
  GHashTable *followed; /* (owned) id of a system → (owned) Follower: every enabled system with a machine */
  guint64 serial;       /* of the last question */
  VswAlarm *retry;      /* (owned) */

  GDBusConnection *connection; /* (owned) (nullable) */
  GCancellable *visit;         /* (owned) (nullable) of what is asked over that connection */
  char *owner;                 /* (owned) (nullable) unique name of machined */
  guint watch;                 /* of that name */
  guint signals;               /* subscription, to that owner */
};

/* One time that a system is enabled and follows a machine. */
typedef struct
{
  char *machine;   /* (owned) */
  guint64 serial;  /* of the last question: what is answered to an earlier one is not news */
  gint64 since;    /* as machine_since of the system, which has it a moment later */
  gboolean is_due; /* a question or a change has failed: it is to be tried again */
} Follower;

static void
free_follower (gpointer data)
{
  Follower *follower = data;

  g_free (follower->machine);
  g_free (follower);
}

/* One question about one follower, and what follows from the answer. */
typedef struct
{
  VswMachined *self;   /* (unowned) good while `life` is not cancelled */
  GCancellable *life;  /* (owned) */
  GCancellable *visit; /* (owned) (nullable) */
  char *id;            /* (owned) */
  guint64 serial;
} Errand;

static Errand *
new_errand (VswMachined *self, const char *id, const Follower *follower)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->self = self;
  errand->life = g_object_ref (self->life);
  errand->visit = self->visit != NULL ? g_object_ref (self->visit) : NULL;
  errand->id = g_strdup (id);
  errand->serial = follower->serial;

  return errand;
}

static void
free_errand (Errand *errand)
{
  g_object_unref (errand->life);
  g_clear_object (&errand->visit);
  g_free (errand->id);
  g_free (errand);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, free_errand)

static const VswSystem *
get_system (const Errand *errand)
{
  return vsw_model_get_system (vsw_engine_get_model (errand->self->engine), errand->id);
}

/* NULL: the system has been switched off since, or follows another machine, or the same was asked anew, perhaps of another machined. */
static Follower *
find_follower (const Errand *errand)
{
  if (g_cancellable_is_cancelled (errand->life) || g_cancellable_is_cancelled (errand->visit)
      || get_system (errand) == NULL)
    return NULL;

  Follower *follower = g_hash_table_lookup (errand->self->followed, errand->id);

  return follower != NULL && follower->serial == errand->serial ? follower : NULL;
}

/* --- what follows from an answer --- */

static void
plan_retry (const Errand *errand, Follower *follower)
{
  follower->is_due = TRUE;
  vsw_alarm_set (errand->self->retry, vsw_alarm_later (PACE));
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (VswDelta) delta = vsw_engine_apply_finish (VSW_ENGINE (source), result, &error);

  /* Somebody else was faster: it is off, or gone. */
  if (delta != NULL || g_cancellable_is_cancelled (errand->life)
      || g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_STATE)
      || g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    return;

  g_warning ("a system cannot follow its machine: %s; trying again", error->message);
  Follower *follower = find_follower (errand);
  if (follower != NULL)
    plan_retry (errand, follower);
}

static void
apply (const Errand *errand, const Follower *follower, VswChange *change)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);

  /* It follows the machine, so no checkpoint undoes it. */
  vsw_change_set_by_nature (change);
  g_ptr_array_add (changes, change);
  vsw_engine_apply_async (errand->self->engine, changes, NULL, on_applied,
                          new_errand (errand->self, errand->id, follower));
}

static void
take_absence (const Errand *errand, Follower *follower)
{
  const char *name = get_system (errand)->head.name;

  follower->is_due = FALSE;
  if (follower->since == 0)
    return;

  vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_LOST, name, "machine %s has gone: system %s is disabled", follower->machine,
           name);
  apply (errand, follower, vsw_change_state (errand->id, VSW_SYSTEM_DISABLED));
}

static void
take_presence (const Errand *errand, Follower *follower, gint64 since)
{
  const VswSystem *system = get_system (errand);

  /* Another one: that which was followed has gone, and still has if the system cannot be disabled yet. */
  if (follower->since > VSW_MACHINE_SINCE_UNKNOWN && follower->since != since)
    {
      take_absence (errand, follower);
      return;
    }

  follower->is_due = FALSE;
  follower->since = since;
  if (system->machine_since == since)
    return;

  VswSystem fields = *system;
  fields.machine_since = since;
  g_autoptr (VswSystem) draft = vsw_system_new (&fields);
  apply (errand, follower, vsw_change_modify (draft, VSW_GIVEN_MACHINE_SINCE));
}

/* Neither that it is there nor that it is not: that has to be learnt yet. */
static void
take_silence (const Errand *errand, Follower *follower, const GError *error)
{
  if (!follower->is_due)
    g_message ("systemd-machined does not tell of machine %s: %s; asking again", follower->machine, error->message);
  plan_retry (errand, follower);
}

/* --- asking --- */

static void
on_since (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  Follower *follower = find_follower (errand);
  g_autoptr (GVariant) value = NULL;

  if (follower == NULL)
    return;
  if (answer == NULL)
    {
      take_silence (errand, follower, error);
      return;
    }

  g_variant_get (answer, "(v)", &value);
  guint64 since = g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) ? g_variant_get_uint64 (value) : 0;
  take_presence (errand, follower, (gint64)CLAMP (since, VSW_MACHINE_SINCE_UNKNOWN, G_MAXINT64));
}

static void
on_machine (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree char *remote = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;
  Follower *follower = find_follower (errand);
  const char *path;

  if (follower == NULL)
    return;

  if (answer != NULL)
    {
      follower->since = MAX (follower->since, VSW_MACHINE_SINCE_UNKNOWN);
      g_variant_get (answer, "(&o)", &path);
      g_dbus_connection_call (G_DBUS_CONNECTION (source), errand->self->owner, path, PROPERTIES, "Get",
                              g_variant_new ("(ss)", MACHINE, SINCE), G_VARIANT_TYPE ("(v)"),
                              G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, errand->visit, on_since,
                              new_errand (errand->self, errand->id, follower));
    }
  else if (g_strcmp0 (remote, NO_MACHINE) == 0)
    take_absence (errand, follower);
  else
    take_silence (errand, follower, error);
}

static void
ask (VswMachined *self, const char *id, Follower *follower)
{
  if (self->owner == NULL)
    return;

  follower->serial = ++self->serial;
  g_dbus_connection_call (self->connection, self->owner, PATH, INTERFACE, "GetMachine",
                          g_variant_new ("(s)", follower->machine), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, self->visit, on_machine,
                          new_errand (self, id, follower));
}

static void
ask_all (VswMachined *self)
{
  GHashTableIter iter;
  gpointer id;
  gpointer follower;

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &id, &follower))
    ask (self, id, follower);
}

static void
ask_again (gpointer user_data)
{
  VswMachined *self = user_data;
  GHashTableIter iter;
  gpointer id;
  gpointer value;

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      Follower *follower = value;

      if (follower->is_due)
        ask (self, id, follower);
    }
}

/* --- whom to follow --- */

static void
follow (VswMachined *self, const char *id)
{
  const VswSystem *system = vsw_model_get_system (vsw_engine_get_model (self->engine), id);
  Follower *follower = g_hash_table_lookup (self->followed, id);

  if (system == NULL || system->state != VSW_SYSTEM_ENABLED || system->machine[0] == '\0')
    {
      g_hash_table_remove (self->followed, id);
      return;
    }
  if (follower != NULL && strcmp (follower->machine, system->machine) == 0)
    return;

  follower = g_new0 (Follower, 1);
  follower->machine = g_strdup (system->machine);
  follower->since = system->machine_since;
  g_hash_table_replace (self->followed, g_strdup (id), follower);
  ask (self, id, follower);
}

static void
on_changed (VswEngine *engine, GPtrArray *touched, VswMachined *self)
{
  for (guint i = 0; i < touched->len; i++)
    follow (self, g_ptr_array_index (touched, i));
}

static void
follow_all (VswMachined *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, vsw_model_get_systems (vsw_engine_get_model (self->engine)));
  while (g_hash_table_iter_next (&iter, &id, NULL))
    follow (self, id);
}

/* --- machined --- */

/* A machine has come, or gone: which, says the answer. That it has come is remembered, for it may be gone again before we ask. */
static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *member,
           GVariant *parameters, gpointer user_data)
{
  VswMachined *self = user_data;
  GHashTableIter iter;
  gpointer id;
  gpointer value;
  const char *machine;

  if (g_strcmp0 (sender, self->owner) != 0 || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(so)")))
    return;

  g_variant_get (parameters, "(&s&o)", &machine, NULL);
  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      Follower *follower = value;

      if (strcmp (follower->machine, machine) != 0)
        continue;
      if (strcmp (member, "MachineNew") == 0)
        follower->since = MAX (follower->since, VSW_MACHINE_SINCE_UNKNOWN);
      if (strcmp (member, "MachineNew") == 0 || strcmp (member, "MachineRemoved") == 0)
        ask (self, id, follower);
    }
}

static void
leave (VswMachined *self)
{
  if (self->owner == NULL)
    return;

  g_cancellable_cancel (self->visit);
  g_clear_object (&self->visit);
  g_dbus_connection_signal_unsubscribe (self->connection, self->signals);
  g_clear_pointer (&self->owner, g_free);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  VswMachined *self = user_data;

  leave (self);
  self->owner = g_strdup (owner);
  self->visit = g_cancellable_new ();
  self->signals = g_dbus_connection_signal_subscribe (self->connection, owner, INTERFACE, NULL, PATH, NULL,
                                                      G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  ask_all (self);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  leave (user_data);
}

/* --- public --- */

/**
 * vsw_machined_new:
 * @engine: whose systems follow their machines
 *
 * Thread: main.
 *
 * Returns: (transfer full): nobody to ask yet
 */
VswMachined *
vsw_machined_new (VswEngine *engine)
{
  VswMachined *self = g_new0 (VswMachined, 1);

  self->engine = g_object_ref (engine);
  self->life = g_cancellable_new ();
  self->followed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_follower);
  self->retry = vsw_alarm_new (ask_again, self);
  self->changed = g_signal_connect (engine, "changed", G_CALLBACK (on_changed), self);
  follow_all (self);

  return self;
}

/**
 * vsw_machined_free:
 * @self: (transfer full): a follower of machined
 *
 * Thread: main.
 */
void
vsw_machined_free (VswMachined *self)
{
  vsw_machined_set_connection (self, NULL);
  g_cancellable_cancel (self->life);
  g_object_unref (self->life);
  g_signal_handler_disconnect (self->engine, self->changed);
  vsw_alarm_free (self->retry);
  g_hash_table_unref (self->followed);
  g_object_unref (self->engine);
  g_free (self);
}

/**
 * vsw_machined_set_connection:
 * @self: a follower of machined
 * @connection: (nullable): the bus that machined may be on; %NULL: it is gone
 *
 * Thread: main.
 */
void
vsw_machined_set_connection (VswMachined *self, GDBusConnection *connection)
{
  leave (self);
  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  g_set_object (&self->connection, connection);
  if (connection != NULL)
    self->watch = g_bus_watch_name_on_connection (connection, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
                                                  on_vanished, self, NULL);
}
