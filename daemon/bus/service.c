/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/service.h"

#include "bus/call.h"
#include "bus/custodian.h"
#include "bus/holder.h"
#include "bus/machined.h"
#include "bus/onlooker.h"
#include "bus/outbox.h"
#include "bus/polkit.h"
#include "bus/publish.h"
#include "bus/received.h"
#include "bus/refusal.h"
#include "bus/tree.h"
#include "bus/uplinks.h"

#define RETRY_MIN 100  /* milliseconds */
#define RETRY_MAX 5000 /* milliseconds */

#define BUS           "org.freedesktop.DBus"
#define BUS_PATH      "/org/freedesktop/DBus"
#define NO_QUEUE      4u /* DBUS_NAME_FLAG_DO_NOT_QUEUE */
#define PRIMARY_OWNER 1u /* DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER */

struct _VswService
{
  GObject parent;

  VswScene scene;          /* (owned) its fields */
  char *version;           /* (owned) */
  char *address;           /* (owned) (nullable) */
  VswGate *gate;           /* (owned) */
  VswOutbox *outbox;       /* (owned) */
  VswCallers *callers;     /* (owned) */
  VswCalls *calls;         /* (owned) while started */
  VswTree *tree;           /* (owned) while started */
  VswPublisher *publisher; /* (owned) while started */
  VswMachined *machined;   /* (owned) while started */
  VswUplinks *uplinks;     /* (owned) while started */
  VswOnlooker *onlooker;   /* (owned) while started */
  GMainContext *context;   /* (owned) */

  GCancellable *cancellable;   /* (owned) of what is under way to the bus; cancelled by `stop` */
  GDBusConnection *connection; /* (owned) (nullable) */
  gulong closed;
  guint owner_changed; /* subscription */
  GSource *retry;      /* (owned) (nullable) */
  guint delay;         /* milliseconds until the next retry */
};

enum
{
  READY,
  LOST,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (VswService, vsw_service, G_TYPE_OBJECT)

static void
clear_retry (VswService *self)
{
  if (self->retry == NULL)
    return;

  g_source_destroy (self->retry);
  g_clear_pointer (&self->retry, g_source_unref);
}

/* --- losing the bus --- */

static void
let_go (VswService *self)
{
  if (self->connection == NULL)
    return;

  g_signal_handler_disconnect (self->connection, self->closed);
  g_dbus_connection_signal_unsubscribe (self->connection, self->owner_changed);
  vsw_machined_set_connection (self->machined, NULL);
  vsw_uplinks_set_connection (self->uplinks, NULL);
  vsw_onlooker_set_connection (self->onlooker, NULL);
  vsw_custodian_set_connection (self->scene.custodian, NULL);
  vsw_tree_unregister (self->tree);
  vsw_outbox_set_connection (self->outbox, NULL);
  vsw_callers_forget_all (self->callers);
  g_clear_object (&self->connection);
}

static void
fail (VswService *self, GError *error)
{
  let_go (self);
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void connect_to_bus (VswService *self);

static gboolean
on_retry (gpointer user_data)
{
  VswService *self = user_data;

  clear_retry (self);
  connect_to_bus (self);

  return G_SOURCE_REMOVE;
}

static void
plan_retry (VswService *self)
{
  clear_retry (self);
  self->retry = g_timeout_source_new (self->delay);
  g_source_set_callback (self->retry, on_retry, self, NULL);
  g_source_attach (self->retry, self->context);
  self->delay = MIN (self->delay * 2, RETRY_MAX);
}

static void
on_closed (GDBusConnection *connection, gboolean by_remote, GError *error, VswService *self)
{
  g_message ("the bus is gone: %s", error != NULL ? error->message : "closed");
  let_go (self);
  g_signal_emit (self, signals[LOST], 0);
  if (!g_cancellable_is_cancelled (self->cancellable))
    plan_retry (self);
}

/* --- callers that leave --- */

static void
on_owner_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                  const char *member, GVariant *parameters, gpointer user_data)
{
  VswService *self = user_data;
  g_autofree char *holder = NULL;
  const char *name;
  const char *after;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    return;

  g_variant_get (parameters, "(&s&s&s)", &name, NULL, &after);
  if (name[0] != ':' || after[0] != '\0')
    return;

  holder = g_strdup_printf ("%s %s", g_dbus_connection_get_guid (connection), name);
  vsw_callers_forget (self->callers, name);
  vsw_engine_release (self->scene.engine, holder);
}

/* --- taking the name --- */

static GError *
new_name_error (const GError *error)
{
  if (error == NULL)
    return g_error_new (VSW_ERROR, VSW_ERROR_CONFLICT, "the bus name %s belongs to another process", VSW_BUS_NAME);

  return g_error_new (VSW_ERROR, VSW_ERROR_CONFLICT, "the bus refuses us the name %s: %s", VSW_BUS_NAME,
                      error->message);
}

static void
on_name (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (VswService) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 answer = 0;

  /* The connection was lost meanwhile: that is dealt with elsewhere. */
  if (self->connection != G_DBUS_CONNECTION (source) || g_dbus_connection_is_closed (self->connection)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &answer);
  if (answer != PRIMARY_OWNER)
    {
      g_autoptr (GError) refused = new_name_error (error);

      fail (self, refused);
      return;
    }

  self->delay = RETRY_MIN;
  g_signal_emit (self, signals[READY], 0);
}

static void
request_name (VswService *self)
{
  g_dbus_connection_call (self->connection, BUS, BUS_PATH, BUS, "RequestName",
                          g_variant_new ("(su)", VSW_BUS_NAME, NO_QUEUE), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_name, g_object_ref (self));
}

/* --- finding the bus --- */

static void
take_connection (VswService *self, GDBusConnection *connection)
{
  g_autoptr (GError) error = NULL;

  self->connection = g_object_ref (connection);
  self->closed = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  self->owner_changed = g_dbus_connection_signal_subscribe (connection, BUS, BUS, "NameOwnerChanged", BUS_PATH, NULL,
                                                            G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, self, NULL);
  vsw_refusal_install (connection);
  if (!vsw_tree_register (self->tree, connection, &error))
    {
      fail (self, error);
      return;
    }

  vsw_outbox_set_connection (self->outbox, connection);
  vsw_holder_release_absent (self->scene.engine, connection, self->cancellable);
  vsw_machined_set_connection (self->machined, connection);
  vsw_uplinks_set_connection (self->uplinks, connection);
  vsw_onlooker_set_connection (self->onlooker, connection);
  vsw_custodian_set_connection (self->scene.custodian, connection);
  request_name (self);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (VswService) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;

  if (connection == NULL || g_dbus_connection_is_closed (connection))
    {
      if (self->delay == RETRY_MAX)
        g_message ("there is no bus yet: %s", error != NULL ? error->message : "closed at once");
      plan_retry (self);
      return;
    }

  vsw_received_watch (connection);
  take_connection (self, connection);
}

static void
connect_to_bus (VswService *self)
{
  g_dbus_connection_new_for_address (
      self->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, self->cancellable, on_connected, g_object_ref (self));
}

/* --- public --- */

/**
 * vsw_service_new:
 * @engine: what is served
 * @version: of the program, for Manager.Version
 * @address: (nullable): of the bus; %NULL: the system bus, or what DBUS_SYSTEM_BUS_ADDRESS says
 *
 * Makes a service that is not on the bus yet. Works in the thread-default main context of the caller. Thread: main.
 *
 * Returns: (transfer full): the service
 */
VswService *
vsw_service_new (VswEngine *engine, const char *version, const char *address)
{
  VswService *self = g_object_new (VSW_TYPE_SERVICE, NULL);

  self->version = g_strdup (version);
  self->address = g_strdup (address);
  self->scene.engine = g_object_ref (engine);
  self->scene.version = self->version;
  self->gate = vsw_polkit_new (VSW_POLKIT_TIMEOUT, VSW_POLKIT_PATIENCE);

  return self;
}

/**
 * vsw_service_set_gate:
 * @self: a service that has not been started
 * @gate: who decides, instead of polkit
 *
 * Thread: main.
 */
void
vsw_service_set_gate (VswService *self, VswGate *gate)
{
  g_return_if_fail (self->calls == NULL);

  g_set_object (&self->gate, gate);
}

/* Later, so that whoever starts us is told in its own main loop. */
static gboolean
fail_on_address (gpointer user_data)
{
  VswService *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->address == NULL)
    g_set_error (&error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the address of the system bus is not known");
  else if (!g_dbus_is_supported_address (self->address, &error))
    g_prefix_error (&error, "bus address '%s': ", self->address);
  fail (self, error);

  return G_SOURCE_REMOVE;
}

/**
 * vsw_service_start:
 * @self: a service
 *
 * Goes to the bus; `ready` or `failed` follows. A bus that is not there yet is waited for. Thread: main.
 */
void
vsw_service_start (VswService *self)
{
  g_return_if_fail (self->calls == NULL);

  self->scene.custodian = vsw_custodian_new (self->scene.engine);
  self->calls = vsw_calls_new (&self->scene, self->gate, self->callers, self->outbox);
  self->tree = vsw_tree_new (&self->scene, self->calls, self->outbox);
  self->publisher = vsw_publisher_new (&self->scene, self->outbox);
  self->machined = vsw_machined_new (self->scene.engine);
  self->uplinks = vsw_uplinks_new (self->scene.engine);
  self->onlooker = vsw_onlooker_new (self->scene.engine);

  if (self->address == NULL)
    self->address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);
  if (self->address == NULL || !g_dbus_is_supported_address (self->address, NULL))
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_callback (source, fail_on_address, g_object_ref (self), g_object_unref);
      g_source_attach (source, self->context);
      return;
    }

  connect_to_bus (self);
}

/**
 * vsw_service_stop:
 * @self: a service
 *
 * Leaves the bus: what is new, or still waits for permission, is refused; what runs comes to its end and is answered. Runs the
 * main context meanwhile. The engine must still be at work. Thread: main.
 */
void
vsw_service_stop (VswService *self)
{
  if (self->calls == NULL)
    return;

  vsw_calls_stop (self->calls);
  while (vsw_calls_count (self->calls) > 0)
    g_main_context_iteration (self->context, TRUE);

  g_cancellable_cancel (self->cancellable);
  clear_retry (self);
  if (self->connection != NULL)
    {
      g_autoptr (GDBusConnection) connection = g_object_ref (self->connection);

      vsw_outbox_flush (self->outbox);
      let_go (self);
      g_dbus_connection_flush_sync (connection, NULL, NULL);
      g_dbus_connection_close_sync (connection, NULL, NULL);
    }

  g_clear_pointer (&self->uplinks, vsw_uplinks_free);
  g_clear_pointer (&self->onlooker, vsw_onlooker_free);
  g_clear_pointer (&self->machined, vsw_machined_free);
  g_clear_pointer (&self->publisher, vsw_publisher_free);
  g_clear_pointer (&self->tree, vsw_tree_free);
  g_clear_pointer (&self->calls, vsw_calls_free);
  g_clear_pointer (&self->scene.custodian, vsw_custodian_free);
}

/* --- GObject --- */

static void
vsw_service_dispose (GObject *object)
{
  VswService *self = VSW_SERVICE (object);

  vsw_service_stop (self);
  clear_retry (self);

  G_OBJECT_CLASS (vsw_service_parent_class)->dispose (object);
}

static void
vsw_service_finalize (GObject *object)
{
  VswService *self = VSW_SERVICE (object);

  vsw_callers_free (self->callers);
  vsw_outbox_free (self->outbox);
  g_object_unref (self->cancellable);
  g_object_unref (self->gate);
  g_object_unref (self->scene.engine);
  g_main_context_unref (self->context);
  g_free (self->address);
  g_free (self->version);

  G_OBJECT_CLASS (vsw_service_parent_class)->finalize (object);
}

static void
vsw_service_class_init (VswServiceClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = vsw_service_dispose;
  object_class->finalize = vsw_service_finalize;

  signals[READY] = g_signal_new ("ready", VSW_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LOST] = g_signal_new ("lost", VSW_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] =
      g_signal_new ("failed", VSW_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vsw_service_init (VswService *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  self->outbox = vsw_outbox_new ();
  self->callers = vsw_callers_new ();
  self->delay = RETRY_MIN;
}
