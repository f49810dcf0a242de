// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_fixture.h"

#include <gio/gunixfdlist.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace
{

constexpr char prefix[] = "org.vmswitch1.";

std::string
shorten (const std::string &text)
{
  for (const char *start : { "/org/vmswitch1", prefix })
    if (text.compare (0, strlen (start), start) == 0)
      return text.substr (strlen (start)).empty () ? "/" : text.substr (strlen (start));
  return text;
}

std::string
list_interfaces (GVariant *names_or_dictionary)
{
  std::vector<std::string> names;
  std::string text;
  bool is_dictionary = g_variant_is_of_type (names_or_dictionary, G_VARIANT_TYPE_DICTIONARY);

  for (gsize i = 0; i < g_variant_n_children (names_or_dictionary); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (names_or_dictionary, i);
      g_autoptr (GVariant) name = is_dictionary ? g_variant_get_child_value (child, 0) : g_variant_ref (child);

      names.push_back (shorten (g_variant_get_string (name, nullptr)));
    }
  std::sort (names.begin (), names.end ());
  for (const std::string &name : names)
    text += (text.empty () ? "" : " ") + name;
  return text;
}

std::string
print_changes (GVariant *parameters)
{
  g_autoptr (GVariant) changed = g_variant_get_child_value (parameters, 1);
  g_autoptr (GVariant) invalidated = g_variant_get_child_value (parameters, 2);
  std::string text;

  for (gsize i = 0; i < g_variant_n_children (changed); i++)
    {
      g_autoptr (GVariant) value = nullptr;
      const char *name;

      g_variant_get_child (changed, i, "{&sv}", &name, &value);
      g_autofree char *printed = g_variant_print (value, FALSE);
      text += std::string (" ") + name + "=" + printed;
    }
  for (gsize i = 0; i < g_variant_n_children (invalidated); i++)
    {
      const char *name;

      g_variant_get_child (invalidated, i, "&s", &name);
      text += std::string (" -") + name;
    }
  return text;
}

} // namespace

std::string
Reply::print () const
{
  if (!ok ())
    return "!" + shorten (error);
  g_autofree char *text = g_variant_print (value.get (), FALSE);
  return text;
}

guint
Reply::count_fds () const
{
  return fds != nullptr ? static_cast<guint> (g_unix_fd_list_get_length (fds.get ())) : 0;
}

/* --- signals --- */

SignalLog::SignalLog (GDBusConnection *from) : connection (G_DBUS_CONNECTION (g_object_ref (from)))
{
  subscription = g_dbus_connection_signal_subscribe (connection, VSW_BUS_NAME, nullptr, nullptr, nullptr, nullptr,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, record, this, nullptr);
}

SignalLog::~SignalLog ()
{
  g_dbus_connection_signal_unsubscribe (connection, subscription);
  g_object_unref (connection);
}

void
SignalLog::record (GDBusConnection *, const char *, const char *path, const char *, const char *signal,
                   GVariant *parameters, gpointer data)
{
  auto *self = static_cast<SignalLog *> (data);
  std::string name = signal;
  g_autoptr (GVariant) first = g_variant_get_child_value (parameters, 0);
  g_autoptr (GVariant) second = g_variant_get_child_value (parameters, 1);
  std::string subject = shorten (g_variant_get_string (first, nullptr));

  if (name == "PropertiesChanged")
    self->lines.push_back ("changed " + shorten (path) + " " + subject + ":" + print_changes (parameters));
  else
    self->lines.push_back ((name == "InterfacesAdded" ? "added " : "removed ") + subject + " by " + shorten (path)
                           + ": " + list_interfaces (second));
}

std::vector<std::string>
SignalLog::take ()
{
  return std::exchange (lines, {});
}

std::vector<std::string>
SignalLog::take_sorted ()
{
  std::vector<std::string> sorted = take ();

  std::sort (sorted.begin (), sorted.end ());
  return sorted;
}

/* --- the service --- */

void
ServiceTest::SetUp ()
{
  GlibTest::SetUp ();
  bus = std::make_unique<PrivateBus> ();
  /* Other users may come to it. */
  std::string socket = bus->address.substr (strlen ("unix:path="));
  g_autofree char *directory = g_path_get_dirname (socket.c_str ());
  chmod (directory, 0755);

  directories = std::make_unique<StoreDirectories> ();
  gate = std::make_unique<FakeGate> ();
  rules = *vsw_rules_get_default ();
  kernel = vsw_fake_kernel_new ();
  root = bus->connect ();
}

void
ServiceTest::TearDown ()
{
  stop_service ();
  if (engine != nullptr)
    vsw_engine_stop (engine);
  settle ();
  g_clear_object (&engine);
  g_clear_pointer (&store, vsw_store_close);
  g_clear_object (&kernel);
  while (!others.empty ())
    leave (others.back ());
  gate.reset ();
  bus.reset ();
  directories.reset ();
  GlibTest::TearDown ();
}

void
ServiceTest::start_engine ()
{
  g_autoptr (GError) error = nullptr;

  store = vsw_store_open (directories->state.c_str (), directories->runtime.c_str (), &error);
  ASSERT_NE (store, nullptr) << error->message;
  engine = vsw_engine_new (kernel, store, &rules);
  ASSERT_TRUE (vsw_engine_start (engine, &error)) << error->message;
}

void
ServiceTest::start_service ()
{
  if (engine == nullptr)
    start_engine ();
  service = vsw_service_new (engine, "1.2.3", bus->address.c_str ());
  if (uses_gate)
    vsw_service_set_gate (service, gate->gate);

  g_signal_connect_swapped (service, "ready", G_CALLBACK (+[] (guint *count) { ++*count; }), &ready);
  g_signal_connect_swapped (service, "lost", G_CALLBACK (+[] (guint *count) { ++*count; }), &lost);
  g_signal_connect (service, "failed",
                    G_CALLBACK (+[] (VswService *, const GError *error, std::string *text) { *text = error->message; }),
                    &failed);
  guint before = ready;
  vsw_service_start (service);
  ASSERT_TRUE (wait_until ([&] { return ready > before || !failed.empty (); }));
}

void
ServiceTest::stop_service ()
{
  if (service == nullptr)
    return;
  vsw_service_stop (service);
  g_signal_handlers_disconnect_matched (service, G_SIGNAL_MATCH_DATA, 0, 0, nullptr, nullptr, &ready);
  g_clear_object (&service);
}

/* --- other users --- */

GDBusConnection *
ServiceTest::connect_as (guint32 uid)
{
  GDBusConnection *connection = nullptr;
  std::string problem;

  /* Credentials belong to a thread; the bus asks the kernel for those of the one that connects. */
  std::thread ([&] {
    g_autoptr (GError) error = nullptr;

    if (syscall (SYS_setresuid, uid, uid, uid) != 0)
      {
        problem = g_strerror (errno);
        return;
      }
    connection = g_dbus_connection_new_for_address_sync (
        bus->address.c_str (),
        static_cast<GDBusConnectionFlags> (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                           | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION),
        nullptr, nullptr, &error);
    if (connection == nullptr)
      problem = error->message;
  }).join ();

  if (connection == nullptr)
    throw std::runtime_error ("no connection as uid " + std::to_string (uid) + ": " + problem);
  others.push_back (connection);
  return connection;
}

void
ServiceTest::leave (GDBusConnection *connection)
{
  others.erase (std::remove (others.begin (), others.end (), connection), others.end ());
  g_dbus_connection_close_sync (connection, nullptr, nullptr);
  g_object_unref (connection);
}

/* --- calls --- */

static GDBusMessage *
new_message (const std::string &path, const std::string &interface, const std::string &method, GVariant *parameters,
             const std::vector<int> &fds, bool interactive)
{
  std::string full = interface.find ("org.") == 0 ? interface : prefix + interface;
  GDBusMessage *message = g_dbus_message_new_method_call (VSW_BUS_NAME, path.c_str (), full.c_str (), method.c_str ());

  g_dbus_message_set_body (message, parameters);
  if (interactive)
    g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
  if (!fds.empty ())
    {
      g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();

      for (int fd : fds)
        g_unix_fd_list_append (list, fd, nullptr);
      g_dbus_message_set_unix_fd_list (message, list);
    }
  return message;
}

static Reply
read_reply (GDBusConnection *from, GAsyncResult *result)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GDBusMessage) answer = g_dbus_connection_send_message_with_reply_finish (from, result, &error);
  Reply reply;

  if (answer != nullptr && g_dbus_message_to_gerror (answer, &error))
    reply.error = g_dbus_message_get_error_name (answer);
  else if (answer == nullptr)
    reply.error = "local: " + std::string (error->message);
  else
    {
      GVariant *body = g_dbus_message_get_body (answer);

      body = body != nullptr ? g_variant_ref (body) : g_variant_ref_sink (g_variant_new_tuple (nullptr, 0));
      reply.value = std::shared_ptr<GVariant> (body, g_variant_unref);
      if (GUnixFDList *fds = g_dbus_message_get_unix_fd_list (answer))
        reply.fds = std::shared_ptr<GUnixFDList> (G_UNIX_FD_LIST (g_object_ref (fds)), g_object_unref);
    }
  if (error != nullptr)
    {
      g_dbus_error_strip_remote_error (error);
      reply.text = error->message;
    }
  return reply;
}

Reply
ServiceTest::call (GDBusConnection *from, const std::string &path, const std::string &interface,
                   const std::string &method, GVariant *parameters, const Extra &extra)
{
  g_autoptr (GDBusMessage) message = new_message (path, interface, method, parameters, extra.fds, extra.interactive);
  g_autoptr (GAsyncResult) result = await ([&] (GAsyncReadyCallback callback, gpointer data) {
    g_dbus_connection_send_message_with_reply (from, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, patience, nullptr,
                                               nullptr, callback, data);
  });

  return read_reply (from, result);
}

static GVariant *
parse (const std::string &text)
{
  g_autoptr (GError) error = nullptr;
  GVariant *value = g_variant_parse (nullptr, text.c_str (), nullptr, nullptr, &error);

  if (value == nullptr)
    throw std::runtime_error ("'" + text + "': " + error->message);
  return value;
}

Reply
ServiceTest::call (GDBusConnection *from, const std::string &path, const std::string &interface,
                   const std::string &method, const std::string &parameters, const Extra &extra)
{
  g_autoptr (GVariant) value = parse (parameters);

  return call (from, path, interface, method, value, extra);
}

Reply
ServiceTest::call (const std::string &path, const std::string &interface, const std::string &method,
                   const std::string &parameters)
{
  return call (root, path, interface, method, parameters);
}

std::shared_ptr<ServiceTest::Pending>
ServiceTest::begin (GDBusConnection *from, const std::string &path, const std::string &interface,
                    const std::string &method, const std::string &parameters, const Extra &extra)
{
  using Slot = std::pair<std::shared_ptr<Pending>, GDBusConnection *>;
  g_autoptr (GVariant) value = parse (parameters);
  g_autoptr (GDBusMessage) message = new_message (path, interface, method, value, extra.fds, extra.interactive);
  auto pending = std::make_shared<Pending> ();

  g_dbus_connection_send_message_with_reply (
      from, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, patience, nullptr, nullptr,
      [] (GObject *source, GAsyncResult *result, gpointer data) {
        std::unique_ptr<Slot> slot (static_cast<Slot *> (data));
        slot->first->reply = read_reply (G_DBUS_CONNECTION (source), result);
        slot->first->done = true;
      },
      new Slot (pending, from));
  return pending;
}

std::string
ServiceTest::get (const std::string &path, const std::string &interface, const std::string &property)
{
  Reply reply = call (root, path, "org.freedesktop.DBus.Properties", "Get",
                      g_variant_new ("(ss)", (prefix + interface).c_str (), property.c_str ()));

  if (!reply.ok ())
    return reply.print ();
  g_autoptr (GVariant) value = nullptr;
  g_variant_get (reply.value.get (), "(v)", &value);
  g_autofree char *text = g_variant_print (value, FALSE);
  return text;
}

std::shared_ptr<GVariant>
ServiceTest::get_managed_objects (const std::string &manager)
{
  Reply reply =
      call (root, manager, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", g_variant_new_tuple (nullptr, 0));

  if (!reply.ok ())
    throw std::runtime_error (reply.print () + " " + reply.text);
  return std::shared_ptr<GVariant> (g_variant_get_child_value (reply.value.get (), 0), g_variant_unref);
}

std::vector<std::string>
ServiceTest::list (const std::string &manager)
{
  std::shared_ptr<GVariant> objects = get_managed_objects (manager);
  std::vector<std::string> lines;

  for (gsize i = 0; i < g_variant_n_children (objects.get ()); i++)
    {
      g_autoptr (GVariant) interfaces = nullptr;
      const char *path;

      g_variant_get_child (objects.get (), i, "{&o@a{sa{sv}}}", &path, &interfaces);
      lines.push_back (shorten (path) + ": " + list_interfaces (interfaces));
    }
  std::sort (lines.begin (), lines.end ());
  return lines;
}

bool
ServiceTest::exists (const std::string &path)
{
  std::shared_ptr<GVariant> objects = get_managed_objects ();
  g_autoptr (GVariant) found = g_variant_lookup_value (objects.get (), path.c_str (), nullptr);

  return found != nullptr;
}

void
ServiceTest::make_switch (const std::string &name, const std::string &settings)
{
  Reply reply = call ("/org/vmswitch1/Manager", "Manager", "CreateSwitch",
                      "('" + name + "', @a{sv} " + settings + ", @a{sv} {})");

  ASSERT_TRUE (reply.ok ()) << reply.error << ": " << reply.text;
}

void
ServiceTest::make_port (const std::string &on, const std::string &name)
{
  Reply reply = call ("/org/vmswitch1/switch/" + on, "Switch", "CreatePort", "('" + name + "', @a{sv} {}, @a{sv} {})");

  ASSERT_TRUE (reply.ok ()) << reply.error << ": " << reply.text;
}

std::string
ServiceTest::get_unique_name ()
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      root, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
      g_variant_new ("(s)", VSW_BUS_NAME), nullptr, G_DBUS_CALL_FLAGS_NONE, -1, nullptr, &error);
  const char *name;

  if (answer == nullptr)
    throw std::runtime_error (error->message);
  g_variant_get (answer, "(&s)", &name);
  return name;
}

bool
ServiceTest::wait_blocked ()
{
  std::atomic<int> answer{ -1 };
  std::thread waiter ([&] { answer = vsw_fake_kernel_wait_blocked (kernel) ? 1 : 0; });

  wait_until ([&] { return answer >= 0; });
  waiter.join ();
  return answer == 1;
}

guint
ServiceTest::count_open ()
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, nullptr);
  guint n = 0;

  while (g_dir_read_name (directory) != nullptr)
    n++;
  return n;
}

std::string
ServiceTest::print_kernel ()
{
  g_autofree char *text = vsw_fake_kernel_print (kernel);

  return text;
}
