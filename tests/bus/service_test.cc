// SPDX-License-Identifier: GPL-2.0-or-later
// The life of the service: its name, the bus that goes and comes back, callers that leave, faults below, the end.
#include "service_fixture.h"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace
{

const char manager[] = "/org/vmswitch1/Manager";
const char lab[] = "/org/vmswitch1/switch/lab";
const char vm[] = "/org/vmswitch1/endpoint/vm";

class Service : public ServiceTest
{
protected:
  void
  restart_bus ()
  {
    bus->stop ();
    ASSERT_TRUE (wait_until ([&] { return lost == 1; }));
    bus->disconnect (root);
    bus->start ();
    root = bus->connect ();
    ASSERT_TRUE (wait_until ([&] { return ready == 2; }));
  }

  bool
  has_owner (const char *name)
  {
    g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
        root, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
        g_variant_new ("(s)", name), nullptr, G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr);
    gboolean there;

    g_variant_get (reply, "(b)", &there);
    return there;
  }
};

} // namespace

TEST_F (Service, OwnsTheNameWhenItIsReady)
{
  start_service ();
  EXPECT_EQ (failed, "");
  EXPECT_TRUE (has_owner (VSW_BUS_NAME));
  EXPECT_EQ (list (), (std::vector<std::string>{ "/Manager: Manager" }));
}

TEST_F (Service, FailsWhenTheNameIsTaken)
{
  GDBusConnection *other = bus->connect ();
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      other, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", VSW_BUS_NAME, 0), nullptr, G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr);

  start_service ();
  EXPECT_EQ (ready, 0u);
  EXPECT_NE (failed.find ("the bus name org.vmswitch1 belongs to another process"), std::string::npos) << failed;
}

TEST_F (Service, FailsOnABadAddress)
{
  start_engine ();
  service = vsw_service_new (engine, "1", "nonsense");
  g_signal_connect (service, "failed",
                    G_CALLBACK (+[] (VswService *, const GError *error, std::string *text) { *text = error->message; }),
                    &failed);
  vsw_service_start (service);
  EXPECT_TRUE (wait_until ([&] { return !failed.empty (); }));
  EXPECT_NE (failed.find ("nonsense"), std::string::npos) << failed;
}

TEST_F (Service, WaitsForABusThatIsNotThereYet)
{
  bus->disconnect (root);
  bus->stop ();
  start_engine ();
  service = vsw_service_new (engine, "1", bus->address.c_str ());
  g_signal_connect_swapped (service, "ready", G_CALLBACK (+[] (guint *count) { ++*count; }), &ready);
  vsw_service_start (service);
  EXPECT_FALSE (wait_until ([&] { return ready > 0; }, 300));
  bus->start ();
  EXPECT_TRUE (wait_until ([&] { return ready == 1; }));
  root = bus->connect ();
  EXPECT_TRUE (has_owner (VSW_BUS_NAME));
}

TEST_F (Service, ComesBackWithTheSameObjects)
{
  start_service ();
  make_switch ("lab");
  make_port ("lab", "web");
  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  std::vector<std::string> before = list ();
  std::string kernel_before = print_kernel ();
  std::string id = get (lab, "Switch", "Id");

  restart_bus ();
  EXPECT_EQ (list (), before);
  EXPECT_EQ (get (lab, "Switch", "Id"), id);
  EXPECT_EQ (print_kernel (), kernel_before) << "no device was touched";

  SignalLog log (root);
  EXPECT_TRUE (call (lab, "Switch", "CreatePort", "('new', @a{sv} {}, @a{sv} {})").ok ());
  EXPECT_EQ (log.take ().size (), 3u);
}

TEST_F (Service, KeepsChangesThatHappenWithoutABus)
{
  VswLink fields = {};

  start_service ();
  bus->stop ();
  ASSERT_TRUE (wait_until ([&] { return lost == 1; }));
  fields.name = "eth0";
  fields.link_kind = "";
  ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  settle ();
  bus->disconnect (root);
  bus->start ();
  root = bus->connect ();
  ASSERT_TRUE (wait_until ([&] { return ready == 2; }));
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/eth0"));
}

/* --- callers --- */

TEST_F (Service, TakesBackWhatACallerHeld)
{
  start_service ();
  make_switch ("lab");
  GDBusConnection *guest = bus->connect ();
  ASSERT_TRUE (call (guest, lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (guest, lab, "Switch", "Attach", "({'Name': <'kept'>, 'Lifetime': <'runtime'>}, @a{sv} {})").ok ());
  SignalLog log (root);
  list ();
  bus->disconnect (guest);
  ASSERT_TRUE (wait_until ([&] { return log.lines.size () >= 4; }));
  EXPECT_EQ (log.take_sorted (),
             (std::vector<std::string>{ "changed /switch/lab Switch: -Ports",
                                        "removed /endpoint/vm by /: EthernetPort LanEndpoint SyntheticEthernetPort",
                                        "removed /switch/lab/port/vm by /: SwitchPort",
                                        "removed /switch/lab/port/vm by /switch/lab: SwitchPort" }));
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/kept"));
}

TEST_F (Service, TakesBackWhatWasMadeForACallerThatLeftMeanwhile)
{
  start_service ();
  make_switch ("lab");
  GDBusConnection *guest = bus->connect ();
  vsw_fake_kernel_block (kernel);
  begin (guest, lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})");
  ASSERT_TRUE (wait_blocked ());
  bus->disconnect (guest);
  for (int i = 0; i < 50; i++)
    {
      g_main_context_iteration (context, FALSE);
      g_usleep (1000);
    }
  vsw_fake_kernel_release (kernel);
  ASSERT_TRUE (wait_until ([&] { return vsw_links_find_name (vsw_engine_get_links (engine), "vswp-vm") == nullptr; }));
  EXPECT_TRUE (wait_until ([&] { return !exists (vm); }));
}

TEST_F (Service, TakesBackWhatCallersOfAnotherBusHeld)
{
  start_service ();
  make_switch ("lab");
  GDBusConnection *guest = bus->connect ();
  ASSERT_TRUE (call (guest, lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})").ok ());
  bus->disconnect (guest);
  ASSERT_TRUE (call (root, lab, "Switch", "Attach", "({'Name': <'roots'>}, @a{sv} {})").ok ());
  restart_bus ();
  EXPECT_TRUE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/roots"); }));
}

TEST_F (Service, KeepsWhatCallersHoldWhenItIsRestarted)
{
  start_service ();
  make_switch ("lab");
  GDBusConnection *guest = bus->connect ();
  ASSERT_TRUE (call (guest, lab, "Switch", "Attach", "({'Name': <'gone'>}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (root, lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})").ok ());
  stop_service ();
  bus->disconnect (guest);
  ready = 0;
  start_service ();
  EXPECT_TRUE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/gone"); }));
  EXPECT_TRUE (exists (vm)) << "its caller is still there";
  GDBusConnection *old = root;
  root = bus->connect ();
  bus->disconnect (old);
  EXPECT_TRUE (wait_until ([&] { return !exists (vm); })) << "and is still watched";
}

TEST_F (Service, BelievesOnlyTheBusAboutWhoLeft)
{
  start_service ();
  make_switch ("lab");
  ASSERT_TRUE (call (root, lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})").ok ());
  GDBusConnection *liar = bus->connect ();
  const char *name = g_dbus_connection_get_unique_name (root);

  g_dbus_connection_emit_signal (liar, VSW_BUS_NAME, "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                 "NameOwnerChanged", g_variant_new ("(sss)", name, name, ""), nullptr);
  ASSERT_TRUE (call (liar, manager, "Manager", "GetStatistics", "(@ao [], @a{sv} {})").ok ());
  settle ();
  EXPECT_TRUE (exists (vm));
}

/* --- faults below --- */

TEST_F (Service, TellsWhatTheKernelRefused)
{
  start_service ();
  make_switch ("lab");
  make_port ("lab", "web");
  static const std::vector<std::array<std::string, 4> > calls = {
    { manager, "Manager", "CreateSwitch", "('x', @a{sv} {}, @a{sv} {})" },
    { manager, "Manager", "CreateInternalEthernetPort", "('x', @a{sv} {}, @a{sv} {})" },
    { lab, "Switch", "ConnectInternal", "('x', @a{sv} {}, @a{sv} {})" },
    { lab, "Switch", "Attach", "({'Name': <'x'>}, @a{sv} {})" },
    { lab, "Switch", "AttachMany", "([{'Name': <'x'>}, {'Name': <'y'>}], @a{sv} {})" },
    { lab, "Switch", "Modify", "({'Mtu': <uint32 9000>}, @a{sv} {})" },
    { lab, "Switch", "Modify", "({'AgeingSeconds': <uint32 10>}, @a{sv} {})" },
  };
  std::vector<std::string> before = list ();
  std::string kernel_before = print_kernel ();

  for (const auto &[path, interface, method, arguments] : calls)
    {
      guint struck = vsw_fake_kernel_get_struck (kernel);

      vsw_fake_kernel_set_fault (kernel, 1, VSW_ERROR_KERNEL);
      Reply reply = call (path, interface, method, arguments);
      EXPECT_EQ (reply.print (), "!Error.Kernel") << method;
      EXPECT_GT (reply.text.size (), 10u);
      EXPECT_EQ (vsw_fake_kernel_get_struck (kernel), struck + 1) << "the fault was hit";
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      EXPECT_EQ (list (), before) << method;
      EXPECT_EQ (print_kernel (), kernel_before) << method;
    }
}

TEST_F (Service, TellsWhatTheStoreRefused)
{
  start_service ();
  make_switch ("lab");
  std::vector<std::string> before = list ();

  for (const auto &[path, interface, method, arguments] :
       std::vector<std::array<std::string, 4> >{ { manager, "Manager", "CreateSwitch", "('x', @a{sv} {}, @a{sv} {})" },
                                                 { lab, "Switch", "CreatePort", "('x', @a{sv} {}, @a{sv} {})" },
                                                 { lab, "Switch", "Attach", "({'Name': <'x'>}, @a{sv} {})" },
                                                 { lab, "Switch", "Delete", "(@a{sv} {},)" } })
    {
      vsw_store_set_fault (store, 1);
      EXPECT_EQ (call (path, interface, method, arguments).print (), "!Error.Store") << method;
      vsw_store_set_fault (store, 0);
      EXPECT_EQ (list (), before) << method;
    }
}

TEST_F (Service, TellsWhatCouldNotBeRead)
{
  start_service ();
  make_switch ("lab");
  vsw_fake_kernel_set_read_fault (kernel, 1, VSW_ERROR_KERNEL);
  EXPECT_EQ (call (manager, "Manager", "GetStatistics", "(@ao [], @a{sv} {})").print (), "!Error.Kernel");
  vsw_fake_kernel_set_read_fault (kernel, 1, VSW_ERROR_KERNEL);
  EXPECT_EQ (call (lab, "Switch", "GetForwardingTable", "(@a{sv} {},)").print (), "!Error.Kernel");
  EXPECT_TRUE (call (lab, "Switch", "GetForwardingTable", "(@a{sv} {},)").ok ());
}

TEST_F (Service, AnswersWhileTheKernelIsBusy)
{
  start_service ();
  make_switch ("lab");
  vsw_fake_kernel_block (kernel);
  auto pending = begin (root, lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})");
  ASSERT_TRUE (wait_blocked ());
  EXPECT_EQ (get (lab, "Switch", "Name"), "'lab'");
  EXPECT_FALSE (exists (vm)) << "nobody sees what is not true yet";
  EXPECT_FALSE (pending->done);
  vsw_fake_kernel_release (kernel);
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_TRUE (pending->reply.ok ()) << pending->reply.text;
}

TEST_F (Service, AnswersInTheOrderOfTheChanges)
{
  start_service ();
  make_switch ("lab");
  std::vector<std::shared_ptr<Pending> > pending;

  for (int i = 0; i < 50; i++)
    pending.push_back (begin (root, lab, "Switch", i % 2 == 0 ? "CreatePort" : "Modify",
                              i % 2 == 0 ? "('p" + std::to_string (i) + "', @a{sv} {}, @a{sv} {})"
                                         : "({'Description': <'" + std::to_string (i) + "'>}, @a{sv} {})"));
  ASSERT_TRUE (wait_until (
      [&] { return std::all_of (pending.begin (), pending.end (), [] (const auto &one) { return one->done; }); }));
  for (const auto &one : pending)
    EXPECT_TRUE (one->reply.ok ()) << one->reply.text;
  EXPECT_EQ (get (lab, "Switch", "Description"), "'49'");
}

/* --- the end --- */

TEST_F (Service, FinishesWhatRunsWhenItStops)
{
  start_service ();
  make_switch ("lab");
  auto pending = begin (root, lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})");
  ASSERT_TRUE (wait_until (
      [&] { return vsw_links_find_name (vsw_engine_get_links (engine), "vswp-vm") != nullptr || pending->done; }));
  stop_service ();
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_TRUE (pending->reply.ok ()) << pending->reply.text;
  EXPECT_FALSE (has_owner (VSW_BUS_NAME));
}

TEST_F (Service, RefusesWhatWaitsForPermissionWhenItStops)
{
  if (geteuid () != 0)
    GTEST_SKIP () << "needs root, to be somebody else";
  start_service ();
  make_switch ("lab");
  gate->verdict = Verdict::hold;
  auto pending = begin (connect_as (alice_uid), lab, "Switch", "Delete", "(@a{sv} {},)");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 1; }));
  stop_service ();
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_EQ (pending->reply.print (), "!Error.InvalidState");
  EXPECT_NE (pending->reply.text.find ("stopping"), std::string::npos) << pending->reply.text;
}

TEST_F (Service, MayBeStoppedAtAnyTime)
{
  start_engine ();
  for (int turns = 0; turns < 30; turns++)
    {
      service = vsw_service_new (engine, "1", bus->address.c_str ());
      vsw_service_start (service);
      for (int i = 0; i < turns; i++)
        g_main_context_iteration (context, FALSE);
      stop_service ();
      settle ();
    }
}

TEST_F (Service, ServesAThousandPortsInOneMessage)
{
  std::string entries;

  start_service ();
  make_switch ("lab");
  for (guint i = 0; i < std::min (rules.max_batch, rules.max_ports); i++)
    entries += (i == 0 ? "{'Name': <'n" : ", {'Name': <'n") + std::to_string (i) + "'>}";
  SignalLog log (root);
  Reply reply = call (lab, "Switch", "AttachMany", "([" + entries + "], @a{sv} {})");
  ASSERT_TRUE (reply.ok ()) << reply.text;
  guint n = std::min (rules.max_batch, rules.max_ports);
  EXPECT_EQ (log.lines.size (), 3 * n + 1) << "all of them before the reply";
  EXPECT_EQ (list ().size (), 2 * n + 2);
  EXPECT_EQ (list (lab).size (), n);
  EXPECT_TRUE (call (lab, "Switch", "Delete", "({'force': <true>},)").ok ());
  EXPECT_EQ (list ().size (), 1u);
}
