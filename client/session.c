/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/session.h"

#include "client/agent.h"
#include "client/call.h"
#include "client/failure.h"
#include "client/guard.h"
#include "client/json.h"
#include "client/name.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define CALL_TIMEOUT_MSEC (120 * 1000) /* deleting a thousand ports is a matter of seconds */

/**
 * vsw_session_new:
 * @verb: (transfer none): what is to be done
 * @arguments: (transfer full): the words behind verb and noun
 * @options: (transfer full): what was given
 *
 * Begins a run.
 *
 * Returns: (transfer full): the session. Main thread.
 */
VswSession *
vsw_session_new (const VswVerb *verb, char **arguments, GHashTable *options)
{
  VswSession *self = g_new0 (VswSession, 1);

  self->verb = verb;
  self->arguments = arguments;
  self->n_arguments = g_strv_length (arguments);
  self->options = options;
  self->json = g_hash_table_contains (options, "json");
  self->quiet = g_hash_table_contains (options, "quiet");
  self->ask = !g_hash_table_contains (options, "no-ask-password");
  self->style = vsw_style_get (STDOUT_FILENO);
  return self;
}

/**
 * vsw_session_free:
 * @self: (transfer full): a session
 *
 * Ends a run. Main thread.
 */
void
vsw_session_free (VswSession *self)
{
  g_clear_pointer (&self->tree, vsw_tree_free);
  g_clear_object (&self->connection);
  g_hash_table_unref (self->options);
  g_strfreev (self->arguments);
  g_strfreev (self->command);
  g_free (self->deed);
  g_free (self->checkpoint);
  g_free (self);
}

/**
 * vsw_session_get_option:
 * @self: a session
 * @name: of an option
 *
 * Returns: (transfer none) (nullable): what was given, "" for a flag, or %NULL. Main thread.
 */
const char *
vsw_session_get_option (const VswSession *self, const char *name)
{
  return vsw_options_get (self->options, name);
}

/**
 * vsw_session_get_noun:
 * @self: a session
 *
 * Says what kind of object the verb is about: `show port` and `system show` differ in where they say it.
 *
 * Returns: (transfer none) (nullable): "port", as vsw_node_kind_decode() takes it; %NULL for a verb of any kind. Main thread.
 */
const char *
vsw_session_get_noun (const VswSession *self)
{
  return g_str_equal (self->verb->name, "system") || g_str_equal (self->verb->name, "checkpoint") ? self->verb->name
                                                                                                  : self->verb->noun;
}

/**
 * vsw_session_begin:
 * @self: a session
 * @format: what is done now, such as "create switch lab"
 *
 * Says what an error that follows could not do. Main thread.
 */
void
vsw_session_begin (VswSession *self, const char *format, ...)
{
  va_list args;

  g_free (self->deed);
  va_start (args, format);
  self->deed = g_strdup_vprintf (format, args);
  va_end (args);
}

/* GDBus makes a thread with the connection. It must not be the one that a Ctrl-C ends the process in: client/agent.c
 * has to restore the terminal first. */
static GDBusConnection *
open_connection (GError **error)
{
  sigset_t all;
  sigset_t before;
  GDBusConnection *connection;

  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &before);
  connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return connection;
}

/**
 * vsw_session_connect:
 * @self: a session
 * @error: %VSW_FAILURE_UNAVAILABLE
 *
 * Connects to the system bus.
 *
 * Returns: (transfer none): the connection. Main thread.
 */
GDBusConnection *
vsw_session_connect (VswSession *self, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (self->connection != NULL)
    return self->connection;
  self->connection = open_connection (&wrong);
  if (self->connection == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_UNAVAILABLE, "cannot connect to the system bus: %s", wrong->message);
      return NULL;
    }
  /* Losing the bus is an error to report, not a signal to die of. */
  g_dbus_connection_set_exit_on_close (self->connection, FALSE);
  return self->connection;
}

static GVariant *
call_service (VswSession *self, const char *path, const char *interface_name, const char *method, GVariant *arguments,
              const char *reply, GUnixFDList *fds, GUnixFDList **ret_fds, GDBusCallFlags flags, int timeout,
              GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);
  GDBusConnection *connection = vsw_session_connect (self, error);

  return connection != NULL ? vsw_call_service (connection, path, interface_name, method, sunk, reply, fds, ret_fds,
                                                flags, timeout, error)
                            : NULL;
}

/**
 * vsw_session_read:
 * @self: a session
 * @path: object path
 * @interface_name: full name of the interface
 * @method: name of the method
 * @arguments: (transfer floating): its arguments
 * @reply: type of the answer
 * @error: as vsw_call_service() says
 *
 * Calls a method that changes nothing.
 *
 * Returns: (transfer full): the answer. Main thread.
 */
GVariant *
vsw_session_read (VswSession *self, const char *path, const char *interface_name, const char *method,
                  GVariant *arguments, const char *reply, GError **error)
{
  return call_service (self, path, interface_name, method, arguments, reply, NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                       CALL_TIMEOUT_MSEC, error);
}

/**
 * vsw_session_get_property:
 * @self: a session
 * @path: object path
 * @interface_name: short name of the interface
 * @property: name of a property
 * @type: its type
 * @error: as vsw_call_service() says; %VSW_FAILURE_OTHER if it is of another type
 *
 * Reads a property as it is now; the tree has what was before a change.
 *
 * Returns: (transfer full): its value. Main thread.
 */
GVariant *
vsw_session_get_property (VswSession *self, const char *path, const char *interface_name, const char *property,
                          const char *type, GError **error)
{
  g_autofree char *interface = g_strconcat (VSW_BUS_PREFIX, interface_name, NULL);
  g_autoptr (GVariant) answer = vsw_session_read (self, path, "org.freedesktop.DBus.Properties", "Get",
                                                  g_variant_new ("(ss)", interface, property), "(v)", error);
  g_autoptr (GVariant) value = NULL;

  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    return g_steal_pointer (&value);
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER, "the service has a %s of an unknown type", property);
  return NULL;
}

/* The options are the last argument of every method. (transfer full) */
static GVariant *
add_confirm_within (VswSession *self, GVariant *arguments)
{
  gsize n = g_variant_n_children (arguments);
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, n - 1);
  g_auto (GVariantBuilder) all = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_TUPLE);
  GVariantIter iter;
  GVariant *entry;

  for (gsize i = 0; i + 1 < n; i++)
    {
      g_autoptr (GVariant) argument = g_variant_get_child_value (arguments, i);

      g_variant_builder_add_value (&all, argument);
    }
  g_variant_builder_open (&all, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, options);
  while (g_variant_iter_loop (&iter, "@{sv}", &entry))
    g_variant_builder_add_value (&all, entry);
  g_variant_builder_add (&all, "{sv}", "confirm-within", g_variant_new_uint32 (self->confirm_within));
  g_variant_builder_close (&all);
  self->guarded_since = g_get_real_time ();
  return g_variant_ref_sink (g_variant_builder_end (&all));
}

/**
 * vsw_session_change_with_fds:
 * @self: a session
 * @path: object path
 * @interface_name: short name of the interface
 * @method: name of the method
 * @arguments: (transfer floating): its arguments
 * @reply: type of the answer
 * @fds: (nullable): descriptors that the arguments refer to
 * @ret_fds: (out) (optional) (nullable) (transfer full): descriptors that the answer refers to
 * @error: as vsw_call_service() says
 *
 * Calls a method that polkit may want to ask about, with --confirm-within among its options if that was given: on a terminal there is an agent meanwhile, and the call waits for the
 * user as long as it takes. Without one the message forbids questions, so that nothing hangs.
 *
 * Returns: (transfer full): the answer. Main thread.
 */
GVariant *
vsw_session_change_with_fds (VswSession *self, const char *path, const char *interface_name, const char *method,
                             GVariant *arguments, const char *reply, GUnixFDList *fds, GUnixFDList **ret_fds,
                             GError **error)
{
  g_autoptr (GVariant) plain = g_variant_ref_sink (arguments);
  g_autoptr (GVariant) sunk =
      self->confirm_within > 0 && !self->is_guarding ? add_confirm_within (self, plain) : g_variant_ref (plain);
  g_autofree char *interface = g_strconcat (VSW_BUS_PREFIX, interface_name, NULL);
  g_autoptr (VswAgent) agent = NULL;
  g_autoptr (GError) no_agent = NULL;
  gboolean interactive = self->ask && vsw_agent_has_terminal ();

  /* A desktop may have an agent of its own, so the call may ask even if ours cannot. */
  if (interactive && getuid () != 0)
    {
      agent = vsw_agent_open (&no_agent);
      if (agent == NULL)
        g_debug ("%s", no_agent->message);
    }
  return call_service (self, path, interface, method, sunk, reply, fds, ret_fds,
                       interactive ? G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION : G_DBUS_CALL_FLAGS_NONE,
                       interactive ? G_MAXINT : CALL_TIMEOUT_MSEC, error);
}

/**
 * vsw_session_change:
 * @self: a session
 * @path: object path
 * @interface_name: short name of the interface
 * @method: name of the method
 * @arguments: (transfer floating): its arguments
 * @reply: type of the answer
 * @fds: (nullable): descriptors that the arguments refer to
 * @error: as vsw_call_service() says
 *
 * vsw_session_change_with_fds() for the many methods that answer without descriptors.
 *
 * Returns: (transfer full): the answer. Main thread.
 */
GVariant *
vsw_session_change (VswSession *self, const char *path, const char *interface_name, const char *method,
                    GVariant *arguments, const char *reply, GUnixFDList *fds, GError **error)
{
  return vsw_session_change_with_fds (self, path, interface_name, method, arguments, reply, fds, NULL, error);
}

/**
 * vsw_session_load:
 * @self: a session
 * @error: as vsw_call_service() says
 *
 * Asks the service what it has, once.
 *
 * Returns: (transfer none): the tree. Main thread.
 */
VswTree *
vsw_session_load (VswSession *self, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) objects = NULL;

  if (self->tree != NULL)
    return self->tree;
  answer = vsw_session_read (self, VSW_BUS_ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
                             g_variant_new ("()"), "(a{oa{sa{sv}}})", error);
  if (answer == NULL)
    return NULL;
  objects = g_variant_get_child_value (answer, 0);
  self->tree = vsw_tree_new (objects);
  return self->tree;
}

/**
 * vsw_session_forget:
 * @self: a session
 *
 * Makes vsw_session_load() ask again, because something changed. What was found before is gone. Main thread.
 */
void
vsw_session_forget (VswSession *self)
{
  g_clear_pointer (&self->tree, vsw_tree_free);
}

/**
 * vsw_session_find:
 * @self: a session
 * @kind: what it must be
 * @name: name or object path
 * @error: as vsw_tree_find() and vsw_session_load() say
 *
 * Finds the object that an argument names.
 *
 * Returns: (transfer none): the object. Main thread.
 */
VswNode *
vsw_session_find (VswSession *self, VswNodeKind kind, const char *name, GError **error)
{
  VswTree *tree = vsw_session_load (self, error);

  return tree != NULL ? vsw_tree_find (tree, kind, name, error) : NULL;
}

/**
 * vsw_session_print:
 * @self: a session
 * @format: text; what comes from the bus in it must have passed vsw_print_text()
 *
 * Prints on standard output. Whether that worked is found out at the end (client/main.c). Main thread.
 */
void
vsw_session_print (VswSession *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stdout, format, args);
  va_end (args);
}

/**
 * vsw_session_print_table:
 * @self: a session
 * @table: a table
 *
 * Prints a table. Main thread.
 */
void
vsw_session_print_table (VswSession *self, VswTable *table)
{
  g_autofree char *text = vsw_table_print (table, &self->style);

  fputs (text, stdout);
}

/**
 * vsw_session_print_json:
 * @self: a session
 * @value: (transfer floating): what to print
 *
 * Prints a value as one line of JSON. Main thread.
 */
void
vsw_session_print_json (VswSession *self, GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autofree char *text = vsw_json_print (sunk);

  fputs (text, stdout);
  fputc ('\n', stdout);
}

/* With --confirm-within programs are told what to confirm. (transfer full) */
static GVariant *
add_checkpoint (VswSession *self, GVariant *json)
{
  const char *checkpoint = g_variant_is_of_type (json, G_VARIANT_TYPE_VARDICT) ? vsw_guard_find (self) : NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  GVariant *entry;

  if (checkpoint == NULL)
    return g_variant_ref (json);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, json);
  while (g_variant_iter_loop (&iter, "@{sv}", &entry))
    g_variant_builder_add_value (&builder, entry);
  g_variant_builder_add (&builder, "{sv}", "Checkpoint", g_variant_new_object_path (checkpoint));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * vsw_session_confirm:
 * @self: a session
 * @json: (transfer floating): the answer for programs
 * @format: the answer for people, without a line end
 *
 * Says that something was done: for programs always, for people unless --quiet. Main thread.
 */
void
vsw_session_confirm (VswSession *self, GVariant *json, const char *format, ...)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (json);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list args;

  if (self->json)
    {
      g_autoptr (GVariant) all = add_checkpoint (self, sunk);

      vsw_session_print_json (self, all);
      return;
    }
  if (self->quiet)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = vsw_print_text (text, &self->style);
  vsw_session_print (self, "%s\n", line);
}

/**
 * vsw_session_new_paths:
 * @first_key: such as "Path"
 * @first: an object path
 * @second_key: (nullable): such as "Endpoint"
 * @second: (nullable): an object path
 *
 * Shapes the answer of what made or changed objects.
 *
 * Returns: (transfer floating): an `a{sv}`. Any thread.
 */
GVariant *
vsw_session_new_paths (const char *first_key, const char *first, const char *second_key, const char *second)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", first_key, g_variant_new_object_path (first));
  if (second_key != NULL)
    g_variant_builder_add (&builder, "{sv}", second_key, g_variant_new_object_path (second));
  return g_variant_builder_end (&builder);
}
