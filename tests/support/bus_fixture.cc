// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/bus_fixture.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace
{

void
refuse (const char *what, GError *error)
{
  std::string text = std::string (what) + ": " + (error != nullptr ? error->message : "no reason");

  g_clear_error (&error);
  throw std::runtime_error (text);
}

void
write_configuration (const std::string &path, const std::string &address)
{
  std::ofstream (path) << "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
                          " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                          "<busconfig>\n"
                          "  <listen>"
                       << address
                       << "</listen>\n"
                          "  <auth>EXTERNAL</auth>\n"
                          "  <policy context=\"default\">\n"
                          "    <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
                          "    <allow eavesdrop=\"true\"/>\n"
                          "    <allow own=\"*\"/>\n"
                          "    <allow user=\"*\"/>\n"
                          "  </policy>\n"
                          "  <limit name=\"max_connections_per_user\">1000</limit>\n"
                          "  <limit name=\"max_completed_connections\">1000</limit>\n"
                          "</busconfig>\n";
}

} // namespace

PrivateBus::PrivateBus ()
{
  address = "unix:path=" + directory.below ("bus");
  write_configuration (directory.below ("bus.conf"), address);
  start ();
}

PrivateBus::~PrivateBus ()
{
  while (!connections.empty ())
    disconnect (connections.back ());
  stop ();
}

void
PrivateBus::start ()
{
  GError *error = nullptr;
  std::string option = "--config-file=" + directory.below ("bus.conf");

  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  /* A test that crashes leaves no daemon behind. */
  g_subprocess_launcher_set_child_setup (
      launcher, [] (gpointer) { prctl (PR_SET_PDEATHSIG, SIGKILL); }, nullptr, nullptr);
  daemon = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", "--nofork", "--nopidfile", "--print-address=1",
                                        option.c_str (), nullptr);
  if (daemon == nullptr)
    refuse ("no dbus-daemon", error);
  /* It prints its address when it listens. */
  char answer[256];
  if (g_input_stream_read (g_subprocess_get_stdout_pipe (daemon), answer, sizeof answer, nullptr, &error) <= 0)
    refuse ("dbus-daemon did not begin", error);
}

void
PrivateBus::stop ()
{
  if (daemon == nullptr)
    return;
  g_subprocess_force_exit (daemon);
  g_subprocess_wait (daemon, nullptr, nullptr);
  g_clear_object (&daemon);
}

GDBusConnection *
PrivateBus::connect ()
{
  GError *error = nullptr;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      address.c_str (),
      static_cast<GDBusConnectionFlags> (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                         | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION),
      nullptr, nullptr, &error);

  if (connection == nullptr)
    refuse ("no connection to the bus", error);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  connections.push_back (connection);
  return connection;
}

void
PrivateBus::disconnect (GDBusConnection *connection)
{
  connections.erase (std::remove (connections.begin (), connections.end (), connection), connections.end ());
  g_dbus_connection_close_sync (connection, nullptr, nullptr);
  g_object_unref (connection);
}
