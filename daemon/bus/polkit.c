/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/polkit.h"

#define POLKIT_NAME      "org.freedesktop.PolicyKit1"
#define POLKIT_PATH      "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"

/* CheckAuthorizationFlags of polkit's D-Bus interface. */
#define ALLOW_USER_INTERACTION 1u

struct _VswPolkit
{
  GObject parent;

  guint timeout;  /* milliseconds */
  guint patience; /* milliseconds */
  guint64 asked;  /* how often: makes cancellation ids */
};

static void implement_gate (VswGateInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VswPolkit, vsw_polkit, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VSW_TYPE_GATE, implement_gate))

static void
vsw_polkit_class_init (VswPolkitClass *class)
{
}

static void
vsw_polkit_init (VswPolkit *self)
{
}

/**
 * vsw_polkit_new:
 * @timeout: milliseconds that polkit has for an answer by itself
 * @patience: milliseconds that it has when it may ask the user
 *
 * Thread: main.
 *
 * Returns: (transfer full): the gate that asks polkit
 */
VswGate *
vsw_polkit_new (guint timeout, guint patience)
{
  VswPolkit *self = g_object_new (VSW_TYPE_POLKIT, NULL);

  self->timeout = timeout;
  self->patience = patience;

  return VSW_GATE (self);
}

typedef struct
{
  GDBusConnection *connection; /* (owned) */
  char *action;                /* (owned) */
  char *cancellation;          /* (owned) */
  gboolean may_interact;
} Check;

static void
free_check (gpointer data)
{
  Check *check = data;

  g_object_unref (check->connection);
  g_free (check->action);
  g_free (check->cancellation);
  g_free (check);
}

/* polkit may still be showing a dialog that nobody waits for. */
static void
forget_question (const Check *check)
{
  g_dbus_connection_call (check->connection, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CancelCheckAuthorization",
                          g_variant_new ("(s)", check->cancellation), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL,
                          NULL, NULL);
}

static void
refuse_unanswered (GTask *task, const Check *check, const GError *failure)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (failure);
  g_autoptr (GError) stripped = g_error_copy (failure);

  g_dbus_error_strip_remote_error (stripped);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    forget_question (check);

  if (remote != NULL && g_str_has_prefix (remote, POLKIT_NAME ".Error."))
    g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "polkit refused to decide on %s: %s",
                             check->action, stripped->message);
  else
    g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "polkit did not answer on %s: %s", check->action,
                             stripped->message);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Check *check = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  gboolean is_authorized;
  gboolean is_challenge;

  if (answer == NULL)
    {
      refuse_unanswered (task, check, error);
      return;
    }

  g_variant_get (answer, "((bba{ss}))", &is_authorized, &is_challenge, NULL);
  if (is_authorized)
    g_task_return_boolean (task, TRUE);
  else if (is_challenge && !check->may_interact)
    g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_AUTHORIZATION_REQUIRED,
                             "polkit would ask the user about %s, and the message does not allow it", check->action);
  else
    g_task_return_new_error (task, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "polkit said no to %s", check->action);
}

static GVariant *
new_subject (const char *sender)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&builder, "{sv}", "name", g_variant_new_string (sender));

  return g_variant_new ("(sa{sv})", "system-bus-name", &builder);
}

static void
ask_async (VswGate *gate, const VswQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer user_data)
{
  VswPolkit *self = VSW_POLKIT (gate);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Check *check = g_new0 (Check, 1);

  check->connection = g_object_ref (question->connection);
  check->action = g_strdup (question->action);
  check->cancellation = g_strdup_printf ("vmswitch-%" G_GUINT64_FORMAT, ++self->asked);
  check->may_interact = question->may_interact;
  g_task_set_task_data (task, check, free_check);
  g_task_set_check_cancellable (task, FALSE);

  g_dbus_connection_call (question->connection, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization",
                          g_variant_new ("(@(sa{sv})s@a{ss}us)", new_subject (question->sender), question->action,
                                         question->details, question->may_interact ? ALLOW_USER_INTERACTION : 0,
                                         check->cancellation),
                          G_VARIANT_TYPE ("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE,
                          question->may_interact ? self->patience : self->timeout, cancellable, on_answer, task);
}

static gboolean
ask_finish (VswGate *gate, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
implement_gate (VswGateInterface *interface)
{
  interface->ask_async = ask_async;
  interface->ask_finish = ask_finish;
}
