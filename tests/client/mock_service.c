/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A service that only looks like vmswitchd: it shows a tree from a file, answers as it is told, and tells what it was asked.
 *
 * mock-service TREE: the tree is the text of an `a{oa{sa{sv}}}`. Every call is checked against introspection/, so that the client
 * cannot drift from the API. Commands on standard input, one a line, each answered by `ok`:
 *     reply METHOD VALUE                            what the method answers from now on
 *     fail METHOD ERROR TEXT                        … or fails with
 *     drop METHOD                                   … or leaves unanswered, by going from the bus
 *     vanish METHOD                                 … or finds its object gone
 *     hand METHOD FILE…                             descriptors of these files go with its answers
 *     after METHOD PATH INTERFACE PROPERTY VALUE    what the tree shows when the method is called the next time
 *     copy PATH NEW                                 another object that is like one
 *     remove PATH                                   the tree has no such object any more
 *     signal PATH INTERFACE NAME VALUE              send a signal
 *     release, own                                  go from the bus, and come back, under the name
 * On standard output besides: `call PATH METHOD PARAMETERS interactive|plain FDS` for each call of an interface of ours. */
#include "introspection/interfaces.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "org.vmswitch1"

extern const GDBusInterfaceInfo org_vmswitch1_ethernet_port_interface;

typedef struct
{
  GMutex lock;         /* calls come in GDBus's thread */
  GVariant *tree;      /* (owned) */
  GHashTable *answers; /* (element-type utf8 utf8) method → the rest of its command */
  GPtrArray *later;    /* (element-type utf8) rests of `after` */
  GHashTable *files;   /* (element-type utf8 utf8) method → files, with blanks between */
} Mock;

static const GDBusInterfaceInfo *
find_interface (const char *name)
{
  static const GDBusInterfaceInfo *const all[] = { &org_vmswitch1_manager_interface,
                                                   &org_vmswitch1_switch_interface,
                                                   &org_vmswitch1_switch_port_interface,
                                                   &org_vmswitch1_ethernet_port_interface,
                                                   &org_vmswitch1_synthetic_ethernet_port_interface,
                                                   &org_vmswitch1_emulated_ethernet_port_interface,
                                                   &org_vmswitch1_virtual_system_interface,
                                                   &org_vmswitch1_resource_allocation_setting_interface,
                                                   &org_vmswitch1_checkpoint_interface };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (g_strcmp0 (all[i]->name, name) == 0)
      return all[i];
  return NULL;
}

static char *
join_signature (GDBusArgInfo **args)
{
  GString *text = g_string_new ("(");

  for (; args != NULL && *args != NULL; args++)
    g_string_append (text, (*args)->signature);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

/* (transfer full): @dict, of strings or paths, with one entry in another way, or without it where @value is %NULL. */
static GVariant *
replace_entry (GVariant *dict, const char *key, GVariant *value)
{
  GVariantBuilder builder;
  GVariantIter iter;
  GVariant *entry;
  gboolean found = FALSE;

  g_variant_builder_init (&builder, g_variant_get_type (dict));
  g_variant_iter_init (&iter, dict);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GVariant) owned = entry;
      g_autoptr (GVariant) old_key = g_variant_get_child_value (entry, 0);

      if (g_str_equal (g_variant_get_string (old_key, NULL), key))
        {
          if (value != NULL)
            g_variant_builder_add_value (&builder, g_variant_new_dict_entry (old_key, value));
          found = TRUE;
        }
      else
        g_variant_builder_add_value (&builder, entry);
    }
  if (!found)
    g_error ("there is no %s to change", key);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* PATH INTERFACE PROPERTY VALUE. Under the lock. */
static void
change_tree (Mock *mock, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = g_variant_parse (NULL, words[3], NULL, NULL, &error);
  g_autoptr (GVariant) interfaces = g_variant_lookup_value (mock->tree, words[0], G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariant) properties =
      interfaces != NULL ? g_variant_lookup_value (interfaces, words[1], G_VARIANT_TYPE_VARDICT) : NULL;
  g_autoptr (GVariant) new_properties = NULL;
  g_autoptr (GVariant) new_interfaces = NULL;
  g_autoptr (GVariant) old_tree = NULL;

  if (value == NULL || properties == NULL)
    g_error ("%s cannot be changed", text);
  new_properties = replace_entry (properties, words[2], g_variant_new_variant (value));
  new_interfaces = replace_entry (interfaces, words[1], new_properties);
  old_tree = mock->tree;
  mock->tree = replace_entry (old_tree, words[0], new_interfaces);
}

/* Under the lock. */
static void
copy_object (Mock *mock, const char *path, const char *new_path)
{
  g_autoptr (GVariant) object = g_variant_lookup_value (mock->tree, path, NULL);
  g_autoptr (GVariant) old_tree = mock->tree;
  GVariantBuilder builder;
  GVariantIter iter;
  GVariant *entry;

  g_variant_builder_init (&builder, g_variant_get_type (old_tree));
  g_variant_iter_init (&iter, old_tree);
  while (g_variant_iter_loop (&iter, "@{oa{sa{sv}}}", &entry))
    g_variant_builder_add_value (&builder, entry);
  g_variant_builder_add (&builder, "{o@a{sa{sv}}}", new_path, object);
  mock->tree = g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Under the lock. */
static void
remove_object (Mock *mock, const char *path)
{
  g_autoptr (GVariant) old_tree = mock->tree;

  mock->tree = replace_entry (old_tree, path, NULL);
}

/* What was ordered with `after`, of this method. */
static void
change_after (Mock *mock, const char *method)
{
  g_autofree char *start = g_strconcat (method, " ", NULL);

  for (guint i = 0; i < mock->later->len;)
    {
      const char *line = mock->later->pdata[i];

      if (!g_str_has_prefix (line, start))
        i++;
      else
        {
          change_tree (mock, line + strlen (start));
          g_ptr_array_remove_index (mock->later, i);
        }
    }
}

/* Descriptors that go with an answer: of files, so that whoever gets them can be seen to have the right ones. */
static GUnixFDList *
open_files (Mock *mock, const char *method)
{
  const char *names = g_hash_table_lookup (mock->files, method);
  g_auto (GStrv) words = names != NULL ? g_strsplit (names, " ", -1) : NULL;
  GUnixFDList *fds = names != NULL ? g_unix_fd_list_new () : NULL;

  for (char **word = words; word != NULL && *word != NULL; word++)
    {
      int fd = open (*word, O_RDWR | O_CLOEXEC);

      if (fd < 0 || g_unix_fd_list_append (fds, fd, NULL) < 0)
        g_error ("%s cannot be opened", *word);
      close (fd);
    }
  return fds;
}

/* `reply METHOD VALUE`, `fail METHOD ERROR TEXT`: what was ordered, or emptiness of the right type. */
static GDBusMessage *
new_ordered (Mock *mock, GDBusMessage *call, const GDBusMethodInfo *info)
{
  const char *order = g_hash_table_lookup (mock->answers, g_dbus_message_get_member (call));
  g_autofree char *type = join_signature (info->out_args);
  g_auto (GStrv) words = order != NULL ? g_strsplit (order, " ", 3) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  GDBusMessage *reply;

  if (words != NULL && g_str_equal (words[0], "fail"))
    return g_dbus_message_new_method_error_literal (call, words[1], words[2]);
  body = g_variant_parse (G_VARIANT_TYPE (type), order != NULL ? order + strlen ("reply ") : "()", NULL, NULL, &error);
  if (body == NULL)
    return g_dbus_message_new_method_error (call, "org.example.BadTest", "no answer for %s: %s",
                                            g_dbus_message_get_member (call), error->message);
  reply = g_dbus_message_new_method_reply (call);
  g_dbus_message_set_body (reply, body);
  fds = open_files (mock, g_dbus_message_get_member (call));
  if (fds != NULL)
    g_dbus_message_set_unix_fd_list (reply, fds);
  return reply;
}

/* (nullable): what GDBus answers for vmswitchd where there is no such object; it does not say UnknownObject. Under the lock. */
static GDBusMessage *
new_absence (Mock *mock, GDBusMessage *call)
{
  const char *path = g_dbus_message_get_path (call);
  g_autoptr (GVariant) object = g_variant_lookup_value (mock->tree, path, NULL);

  if (object != NULL)
    return NULL;
  return g_dbus_message_new_method_error (call, "org.freedesktop.DBus.Error.UnknownMethod",
                                          "Object does not exist at path “%s”", path);
}

static GDBusMessage *
answer_ours (Mock *mock, GDBusConnection *connection, GDBusMessage *call)
{
  const GDBusInterfaceInfo *interface = find_interface (g_dbus_message_get_interface (call));
  const GDBusMethodInfo *info =
      g_dbus_interface_info_lookup_method ((GDBusInterfaceInfo *)interface, g_dbus_message_get_member (call));
  g_autofree char *wanted = info != NULL ? join_signature (info->in_args) : NULL;
  GVariant *body = g_dbus_message_get_body (call);
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (call);
  gboolean asks = (g_dbus_message_get_flags (call) & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  const char *order = g_hash_table_lookup (mock->answers, g_dbus_message_get_member (call));
  g_autofree char *text = body != NULL ? g_variant_print (body, FALSE) : g_strdup ("()");
  GDBusMessage *reply;

  if (info == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE (wanted)))
    return g_dbus_message_new_method_error (call, "org.example.NotInTheApi", "%s %s", g_dbus_message_get_member (call),
                                            text);
  printf ("call %s %s %s %s %d\n", g_dbus_message_get_path (call), g_dbus_message_get_member (call), text,
          asks ? "interactive" : "plain", fds != NULL ? g_unix_fd_list_get_length (fds) : 0);
  fflush (stdout);
  if (g_strcmp0 (order, "drop") == 0)
    _Exit (0);
  if (g_strcmp0 (order, "vanish") == 0)
    remove_object (mock, g_dbus_message_get_path (call));
  reply = new_absence (mock, call);
  if (reply != NULL)
    return reply;
  change_after (mock, g_dbus_message_get_member (call));
  return new_ordered (mock, call, info);
}

/* Properties.Get, from the tree. */
static GDBusMessage *
answer_get (Mock *mock, GDBusMessage *call)
{
  g_autoptr (GVariant) interfaces =
      g_variant_lookup_value (mock->tree, g_dbus_message_get_path (call), G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *interface;
  const char *property;
  GDBusMessage *reply = new_absence (mock, call);

  if (reply != NULL)
    return reply;
  g_variant_get (g_dbus_message_get_body (call), "(&s&s)", &interface, &property);
  properties = interfaces != NULL ? g_variant_lookup_value (interfaces, interface, G_VARIANT_TYPE_VARDICT) : NULL;
  value = properties != NULL ? g_variant_lookup_value (properties, property, NULL) : NULL;
  if (value == NULL)
    return g_dbus_message_new_method_error (call, "org.freedesktop.DBus.Error.InvalidArgs", "No such property “%s”",
                                            property);
  reply = g_dbus_message_new_method_reply (call);
  g_dbus_message_set_body (reply, g_variant_new ("(v)", value));
  return reply;
}

/* What is read is answered from the tree, unless it is to fail. */
static GDBusMessage *
answer_read (Mock *mock, GDBusMessage *call)
{
  const char *member = g_dbus_message_get_member (call);
  const char *order = g_hash_table_lookup (mock->answers, member);
  g_auto (GStrv) words = order != NULL ? g_strsplit (order, " ", 3) : NULL;
  GDBusMessage *reply;

  if (words != NULL && g_str_equal (words[0], "fail"))
    return g_dbus_message_new_method_error_literal (call, words[1], words[2]);
  if (g_str_equal (member, "Get"))
    return answer_get (mock, call);
  reply = g_dbus_message_new_method_reply (call);
  g_dbus_message_set_body (reply, g_variant_new ("(@a{oa{sa{sv}}})", mock->tree));
  return reply;
}

static GDBusMessage *
filter_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  Mock *mock = data;
  g_autoptr (GMutexLocker) locker = NULL;
  g_autoptr (GDBusMessage) reply = NULL;
  const char *member = g_dbus_message_get_member (message);

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  locker = g_mutex_locker_new (&mock->lock);
  if (find_interface (g_dbus_message_get_interface (message)) != NULL)
    reply = answer_ours (mock, connection, message);
  else if (g_strcmp0 (member, "GetManagedObjects") == 0 || g_strcmp0 (member, "Get") == 0)
    reply = answer_read (mock, message);
  else
    return message;
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);
  return NULL;
}

static void
call_bus (GDBusConnection *connection, const char *method, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                   method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  if (answer == NULL)
    g_error ("%s: %s", method, error->message);
}

static void
send_signal (GDBusConnection *connection, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = g_variant_parse (NULL, words[3], NULL, NULL, &error);

  if (body == NULL || !g_dbus_connection_emit_signal (connection, NULL, words[0], words[1], words[2], body, &error))
    g_error ("%s: %s", text, error->message);
  g_dbus_connection_flush_sync (connection, NULL, NULL);
}

static void
obey_line (Mock *mock, GDBusConnection *connection, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);

  if (g_str_equal (words[0], "release"))
    call_bus (connection, "ReleaseName", g_variant_new ("(s)", NAME));
  else if (g_str_equal (words[0], "own"))
    call_bus (connection, "RequestName", g_variant_new ("(su)", NAME, 4));
  else if (g_str_equal (words[0], "signal"))
    send_signal (connection, line + strlen ("signal "));
  else if (g_str_equal (words[0], "copy"))
    {
      g_mutex_lock (&mock->lock);
      copy_object (mock, words[1], words[2]);
      g_mutex_unlock (&mock->lock);
    }
  else if (g_str_equal (words[0], "remove"))
    {
      g_mutex_lock (&mock->lock);
      remove_object (mock, words[1]);
      g_mutex_unlock (&mock->lock);
    }
  else if (g_str_equal (words[0], "after"))
    {
      g_mutex_lock (&mock->lock);
      g_ptr_array_add (mock->later, g_strdup (line + strlen ("after ")));
      g_mutex_unlock (&mock->lock);
    }
  else if (g_str_equal (words[0], "hand"))
    {
      g_mutex_lock (&mock->lock);
      g_hash_table_replace (mock->files, g_strdup (words[1]), g_strdup (words[2]));
      g_mutex_unlock (&mock->lock);
    }
  else
    {
      g_mutex_lock (&mock->lock);
      g_hash_table_replace (mock->answers, g_strdup (words[1]),
                            words[2] != NULL ? g_strdup_printf ("%s %s", words[0], words[2]) : g_strdup (words[0]));
      g_mutex_unlock (&mock->lock);
    }
}

int
main (int argc, char **argv)
{
  static Mock mock;
  g_autofree char *text = NULL;
  const char *start;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  char *line = NULL;
  size_t size = 0;
  ssize_t length;

  if (argc != 2 || !g_file_get_contents (argv[1], &text, NULL, &error))
    g_error ("usage: mock-service TREE");
  /* The text format has no comments; the first line may be one. */
  start = text[0] == '#' ? strchr (text, '\n') : text;
  mock.tree = g_variant_parse (G_VARIANT_TYPE ("a{oa{sa{sv}}}"), start, NULL, NULL, &error);
  if (mock.tree == NULL)
    g_error ("%s: %s", argv[1], error->message);
  mock.answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  mock.later = g_ptr_array_new_with_free_func (g_free);
  mock.files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  if (connection == NULL)
    g_error ("%s", error->message);
  g_dbus_connection_add_filter (connection, filter_message, &mock, NULL);
  call_bus (connection, "RequestName", g_variant_new ("(su)", NAME, 4));
  puts ("ok");
  fflush (stdout);
  while ((length = getline (&line, &size, stdin)) > 0)
    {
      line[length - 1] = '\0';
      obey_line (&mock, connection, line);
      puts ("ok");
      fflush (stdout);
    }
  return 0;
}
