/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/custodian_state.h"

#include "bus/handover.h"
#include "bus/nm.h"

#define QUIET    300   /* milliseconds from something that happened to the look at it */
#define INTERVAL 30000 /* milliseconds between two looks when nothing happens */

/* --- when --- */

static void
end_waiting (VswCustodian *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    if (!g_task_get_completed (g_ptr_array_index (waiting, i)))
      g_task_return_boolean (g_ptr_array_index (waiting, i), TRUE);
}

void
vsw_custodian_go_on (VswCustodian *self)
{
  gint64 next = vsw_custodian_attend (self);

  if (g_hash_table_size (self->cases) > 0)
    vsw_alarm_set (self->alarm, MIN (next, vsw_alarm_later (INTERVAL)));
  if (vsw_custodian_is_idle (self))
    end_waiting (self);
}

static void
look (gpointer user_data)
{
  VswCustodian *self = user_data;
  GHashTableIter iter;
  gpointer one;

  g_hash_table_iter_init (&iter, self->cases);
  while (g_hash_table_iter_next (&iter, NULL, &one))
    ((VswCase *)one)->is_due = TRUE;
  vsw_custodian_go_on (self);
}

/* What is under way may be about what was; what was tried in vain may help now. */
static void
begin_anew (VswCustodian *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->cases);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswCase *one = value;

      vsw_case_stop (one);
      one->not_before = 0;
      one->pace = 0;
    }
  vsw_alarm_set (self->alarm, 0);
}

/* What we have said ourselves is no reason to look. */
static void
on_changed (VswEngine *engine, GPtrArray *touched, VswCustodian *self)
{
  for (guint i = 0; i < touched->len; i++)
    if (!g_str_equal (g_ptr_array_index (touched, i), VSW_ENGINE_MANAGER_KEY))
      {
        vsw_alarm_set (self->alarm, vsw_alarm_later (QUIET));
        return;
      }
}

/* --- NetworkManager --- */

static void
on_device_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                   const char *member, GVariant *parameters, gpointer user_data)
{
  static const char *const telling[] = { "Managed", "State", "ActiveConnection", "Interface" };
  VswCustodian *self = user_data;
  gboolean tells = FALSE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  g_autoptr (GVariant) properties = g_variant_get_child_value (parameters, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (telling) && !tells; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (properties, telling[i], NULL);

      tells = value != NULL;
    }
  if (tells)
    vsw_alarm_set (self->alarm, vsw_alarm_later (QUIET));
}

static void
on_device_added (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                 const char *member, GVariant *parameters, gpointer user_data)
{
  VswCustodian *self = user_data;

  vsw_alarm_set (self->alarm, vsw_alarm_later (QUIET));
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  VswCustodian *self = user_data;

  self->is_there = TRUE;
  begin_anew (self);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  VswCustodian *self = user_data;

  self->is_there = FALSE;
  begin_anew (self);
}

static void
let_go (VswCustodian *self)
{
  if (self->connection == NULL)
    return;

  g_bus_unwatch_name (self->watch);
  g_dbus_connection_signal_unsubscribe (self->connection, self->devices);
  g_dbus_connection_signal_unsubscribe (self->connection, self->added);
  g_clear_object (&self->connection);
  self->is_there = FALSE;
}

/* --- public --- */

/**
 * vsw_custodian_new:
 * @engine: whose loans they are
 *
 * Thread: main.
 *
 * Returns: (transfer full): the custodian, with nobody to talk to yet
 */
VswCustodian *
vsw_custodian_new (VswEngine *engine)
{
  VswCustodian *self = g_new0 (VswCustodian, 1);

  self->engine = g_object_ref (engine);
  self->life = g_cancellable_new ();
  self->alarm = vsw_alarm_new (look, self);
  self->cases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, vsw_case_free);
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->lent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->changed = g_signal_connect (engine, "changed", G_CALLBACK (on_changed), self);
  vsw_alarm_set (self->alarm, 0);

  return self;
}

/**
 * vsw_custodian_free:
 * @self: (transfer full): a custodian
 *
 * What it has said goes with the engine's other warnings. Thread: main.
 */
void
vsw_custodian_free (VswCustodian *self)
{
  g_signal_handler_disconnect (self->engine, self->changed);
  g_cancellable_cancel (self->life);
  let_go (self);
  end_waiting (self);
  vsw_alarm_free (self->alarm);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->cases);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->lent);
  g_object_unref (self->life);
  g_object_unref (self->engine);
  g_free (self);
}

/**
 * vsw_custodian_set_connection:
 * @self: a custodian
 * @connection: (nullable): the bus that NetworkManager may be on; %NULL: it is gone
 *
 * Thread: main.
 */
void
vsw_custodian_set_connection (VswCustodian *self, GDBusConnection *connection)
{
  let_go (self);
  begin_anew (self);
  if (connection == NULL)
    return;

  self->connection = g_object_ref (connection);
  self->devices =
      g_dbus_connection_signal_subscribe (connection, VSW_NM, VSW_NM_PROPERTIES, "PropertiesChanged", NULL,
                                          VSW_NM_DEVICE, G_DBUS_SIGNAL_FLAGS_NONE, on_device_changed, self, NULL);
  self->added = g_dbus_connection_signal_subscribe (connection, VSW_NM, VSW_NM, "DeviceAdded", VSW_NM_PATH, NULL,
                                                    G_DBUS_SIGNAL_FLAGS_NONE, on_device_added, self, NULL);
  self->watch = g_bus_watch_name_on_connection (connection, VSW_NM, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
                                                on_vanished, self, NULL);
}

/**
 * vsw_custodian_hold:
 * @self: a custodian
 * @loan: that is about to be noted
 *
 * What is under way with an earlier loan of the same NIC ends. Thread: main.
 */
void
vsw_custodian_hold (VswCustodian *self, const VswNic *loan)
{
  const VswNic *earlier = vsw_custodian_find_loan (self, loan);

  g_hash_table_replace (self->held, g_strdup (loan->head.id), earlier != NULL ? g_strdup (earlier->head.id) : NULL);
  if (earlier != NULL)
    vsw_case_stop (vsw_custodian_get_case (self, earlier->head.id));
}

/**
 * vsw_custodian_release:
 * @self: a custodian
 * @id: of a loan that is held
 *
 * Thread: main.
 */
void
vsw_custodian_release (VswCustodian *self, const char *id)
{
  g_hash_table_remove (self->held, id);
  vsw_alarm_set (self->alarm, 0);
}

static gboolean
on_impatience (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_get_completed (task))
    g_task_return_boolean (task, FALSE);
  return G_SOURCE_REMOVE;
}

static void
end_source (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

/**
 * vsw_custodian_settle_async:
 * @self: a custodian
 * @callback: called when NetworkManager has followed what has become true, or after VSW_CUSTODIAN_PATIENCE
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_custodian_settle_async (VswCustodian *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self->engine, NULL, callback, user_data);
  GSource *source = g_timeout_source_new (VSW_CUSTODIAN_PATIENCE);

  g_task_set_source_tag (task, vsw_custodian_settle_async);
  g_task_set_task_data (task, source, end_source);
  g_source_set_callback (source, on_impatience, task, NULL);
  g_source_attach (source, g_task_get_context (task));
  g_ptr_array_add (self->waiting, task);
  begin_anew (self);
  look (self);
}
