// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual systems follow their machines, and believe nobody but systemd-machined.
#include "machined_mock.h"
#include "service_fixture.h"

namespace
{

const char manager[] = "/org/vmswitch1/Manager";
const char vm[] = "/org/vmswitch1/system/vm";

const Machined::Registered guest = { { "guest", 1000 } };

class Machines : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    start_service ();
  }

  void
  TearDown () override
  {
    machined.reset ();
    ServiceTest::TearDown ();
  }

  void
  start_machined ()
  {
    machined = std::make_unique<Machined> (bus.get ());
  }

  void
  define (const std::string &options = "{'machine': <'guest'>}")
  {
    ASSERT_TRUE (call (manager, "Manager", "DefineSystem", "('vm', @a{sv} {}, " + options + ")").ok ());
    ASSERT_TRUE (call (vm, "VirtualSystem", "AddResourceSetting", "({'Name': <'net0'>}, @a{sv} {})").ok ());
  }

  void
  enable ()
  {
    ASSERT_TRUE (call (vm, "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})").ok ());
  }

  const VswSystem *
  look ()
  {
    return vsw_model_find_system (vsw_engine_get_model (engine), "vm");
  }

  bool
  wait_seen ()
  {
    return wait_until ([&] { return look ()->machine_since != 0; });
  }

  bool
  wait_disabled ()
  {
    return wait_until ([&] { return look ()->state == VSW_SYSTEM_DISABLED; });
  }

  /* Whatever there is to be said has been, and answered. */
  bool
  stays_enabled ()
  {
    return !wait_until ([&] { return look ()->state != VSW_SYSTEM_ENABLED; }, 300);
  }

  bool
  wait_asked (gsize n)
  {
    return wait_until ([&] { return machined->asked.size () >= n; });
  }

  std::unique_ptr<Machined> machined;
};

} // namespace

TEST_F (Machines, DisableTheirSystemWhenTheyGo)
{
  start_machined ();
  define ();
  machined->machines = { { "guest", 1000 }, { "other", 1000 } };
  enable ();
  ASSERT_TRUE (wait_seen ());

  SignalLog log (root);
  machined->stop ("other");
  EXPECT_TRUE (stays_enabled ());
  EXPECT_EQ (log.take (), std::vector<std::string> ());
  machined->stop ("guest");
  EXPECT_TRUE (wait_disabled ());
  EXPECT_FALSE (exists ("/org/vmswitch1/endpoint/vm_2dnet0"));
  EXPECT_EQ (get (vm, "VirtualSystem", "EnabledState"), "'disabled'");
  EXPECT_TRUE (was_logged ("machine guest has gone*"));
}

TEST_F (Machines, MayComeAfterTheirSystem)
{
  start_machined ();
  define ();
  enable ();
  ASSERT_TRUE (wait_asked (1));
  EXPECT_TRUE (stays_enabled ()) << "one that was never seen cannot go";
  EXPECT_EQ (look ()->machine_since, 0);

  SignalLog log (root);
  machined->start ("guest");
  ASSERT_TRUE (wait_seen ());
  settle ();
  EXPECT_EQ (log.take (), std::vector<std::string> ()) << "nobody needs to know";
  machined->stop ("guest");
  EXPECT_TRUE (wait_disabled ());
}

TEST_F (Machines, ThatAreGoneBeforeWeAskHaveGoneAllTheSame)
{
  start_machined ();
  define ();
  enable ();
  ASSERT_TRUE (wait_asked (1));
  machined->emit ("MachineNew", "guest");
  machined->emit ("MachineRemoved", "guest");
  EXPECT_TRUE (wait_disabled ());
}

TEST_F (Machines, ThatAreStillThereHaveNotGoneWhateverASignalSays)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  gsize before = machined->asked.size ();

  machined->emit ("MachineRemoved", "guest");
  ASSERT_TRUE (wait_asked (before + 1)) << "we ask";
  EXPECT_TRUE (stays_enabled ());
}

/* Stopped for a moment, we hear of it late: there is a machine of that name when we ask. */
TEST_F (Machines, ThatAreReplacedHaveGone)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  EXPECT_EQ (look ()->machine_since, 1000);

  machined->machines["guest"] = 2000;
  machined->emit ("MachineRemoved", "guest");
  machined->emit ("MachineNew", "guest");
  EXPECT_TRUE (wait_disabled ());

  enable ();
  ASSERT_TRUE (wait_seen ()) << "now it is the other one";
  EXPECT_EQ (look ()->machine_since, 2000);
  EXPECT_TRUE (stays_enabled ());
}

TEST_F (Machines, AreFollowedByEveryoneWhoNamesThem)
{
  start_machined ();
  define ();
  ASSERT_TRUE (call (manager, "Manager", "DefineSystem", "('two', @a{sv} {}, {'machine': <'guest'>})").ok ());
  ASSERT_TRUE (call (manager, "Manager", "DefineSystem", "('free', @a{sv} {}, @a{sv} {})").ok ());
  machined->machines = guest;
  enable ();
  for (const char *other : { "/org/vmswitch1/system/two", "/org/vmswitch1/system/free" })
    ASSERT_TRUE (call (other, "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})").ok ());
  ASSERT_TRUE (wait_seen ());
  ASSERT_TRUE (
      wait_until ([&] { return vsw_model_find_system (vsw_engine_get_model (engine), "two")->machine_since != 0; }));

  machined->stop ("guest");
  EXPECT_TRUE (wait_disabled ());
  EXPECT_TRUE (
      wait_until ([&] { return get ("/org/vmswitch1/system/two", "VirtualSystem", "EnabledState") == "'disabled'"; }));
  EXPECT_EQ (get ("/org/vmswitch1/system/free", "VirtualSystem", "EnabledState"), "'enabled'");
}

TEST_F (Machines, AreFollowedFromWhenTheyAreNamed)
{
  start_machined ();
  machined->machines = { { "guest", 1000 }, { "other", 1000 } };
  define ("@a{sv} {}");
  enable ();
  EXPECT_TRUE (machined->asked.empty ());

  ASSERT_TRUE (call (vm, "VirtualSystem", "Modify", "({'Machine': <'guest'>}, @a{sv} {})").ok ());
  ASSERT_TRUE (wait_seen ());
  ASSERT_TRUE (call (vm, "VirtualSystem", "Modify", "({'Machine': <'other'>}, @a{sv} {})").ok ());
  ASSERT_TRUE (wait_seen ());
  machined->stop ("guest");
  EXPECT_TRUE (stays_enabled ());
  ASSERT_TRUE (call (vm, "VirtualSystem", "Modify", "({'Machine': <''>}, @a{sv} {})").ok ());
  machined->stop ("other");
  EXPECT_TRUE (stays_enabled ());
}

TEST_F (Machines, OfTheLastTimeCountForNothing)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  machined->machines.clear (); /* and not a word of it */
  ASSERT_TRUE (call (vm, "VirtualSystem", "RequestStateChange", "('saved', @a{sv} {})").ok ());
  gsize before = machined->asked.size ();
  enable ();
  ASSERT_TRUE (wait_asked (before + 1));
  EXPECT_TRUE (stays_enabled ()) << "not seen since it was enabled again";
}

/* --- machined comes and goes --- */

TEST_F (Machines, AreNobodysBusinessWithoutMachined)
{
  define ();
  enable ();
  EXPECT_TRUE (stays_enabled ());
}

TEST_F (Machines, AreAskedForWhenMachinedComes)
{
  define ();
  enable ();
  start_machined ();
  machined->machines = guest;
  ASSERT_TRUE (wait_seen ());
  EXPECT_EQ (machined->asked, (std::vector<std::string>{ "guest" }));

  machined.reset ();
  EXPECT_TRUE (stays_enabled ()) << "machined has gone, not the machine";
  start_machined ();
  EXPECT_TRUE (wait_disabled ()) << "it went while machined was away";
}

TEST_F (Machines, ThatWentWhileWeWereAwayAreMissedWhenWeAreBack)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  stop_service ();
  machined->machines.clear ();
  start_service ();
  EXPECT_TRUE (wait_disabled ());
}

TEST_F (Machines, ThatWereReplacedWhileWeWereAwayAreMissedWhenWeAreBack)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  stop_service ();
  machined->machines["guest"] = 2000;
  start_service ();
  EXPECT_TRUE (wait_disabled ());
}

/* As a store of an earlier version has it: of those that are there they are taken to be the ones that were seen. */
TEST_F (Machines, ThatWereSeenNobodyKnowsWhichAreThoseThatAreThere)
{
  define ();
  enable ();
  VswSystem fields = *look ();
  fields.machine_since = VSW_MACHINE_SINCE_UNKNOWN;
  g_autoptr (VswSystem) draft = vsw_system_new (&fields);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_ptr_array_add (changes, vsw_change_modify (draft, VSW_GIVEN_MACHINE_SINCE));
  vsw_engine_apply_async (engine, g_steal_pointer (&changes), nullptr, nullptr, nullptr);
  ASSERT_TRUE (wait_seen ());
  stop_service ();
  start_service ();

  start_machined ();
  machined->machines = guest;
  ASSERT_TRUE (wait_until ([&] { return look ()->machine_since == 1000; }));
  EXPECT_EQ (look ()->state, VSW_SYSTEM_ENABLED);
  machined->machines["guest"] = 2000;
  machined->emit ("MachineNew", "guest");
  EXPECT_TRUE (wait_disabled ());
}

TEST_F (Machines, ThatWereNeverSeenAreNotMissedWhenWeAreBack)
{
  start_machined ();
  define ();
  enable ();
  ASSERT_TRUE (wait_asked (1));
  stop_service ();
  start_service ();
  ASSERT_TRUE (wait_asked (2));
  EXPECT_TRUE (stays_enabled ());
}

TEST_F (Machines, AreFollowedOnTheNextBusToo)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  machined->forget ();
  bus->stop ();
  ASSERT_TRUE (wait_until ([&] { return lost == 1; }));
  EXPECT_EQ (look ()->state, VSW_SYSTEM_ENABLED);
  bus->start ();
  start_machined ();
  machined->machines = guest;
  ASSERT_TRUE (wait_until ([&] { return ready == 2; }));
  root = bus->connect ();
  ASSERT_TRUE (wait_asked (1));
  EXPECT_TRUE (stays_enabled ());
  machined->stop ("guest");
  EXPECT_TRUE (wait_disabled ());
}

TEST_F (Machines, AreNotJudgedByOtherErrors)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  for (const char *error : { "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.Failed",
                             "org.freedesktop.machine1.NoSuchImage", "org.freedesktop.DBus.Error.NoReply" })
    {
      gsize before = machined->asked.size ();

      machined->fails_with = error;
      machined->emit ("MachineRemoved", "guest");
      ASSERT_TRUE (wait_asked (before + 1));
      EXPECT_TRUE (stays_enabled ()) << error;
    }
}

TEST_F (Machines, AreAskedForUntilThereIsAnAnswer)
{
  start_machined ();
  define ();
  machined->machines = guest;
  machined->tells_when = false;
  enable ();
  ASSERT_TRUE (wait_asked (2)) << "it is there, but which one is it?";
  machined->tells_when = true;
  ASSERT_TRUE (wait_seen ());

  gsize before = machined->asked.size ();
  machined->fails_with = "org.freedesktop.DBus.Error.NoReply";
  machined->stop ("guest");
  ASSERT_TRUE (wait_asked (before + 1));
  EXPECT_TRUE (stays_enabled ());
  machined->fails_with.clear ();
  EXPECT_TRUE (wait_disabled ());
}

/* --- liars --- */

TEST_F (Machines, AreToldOfByNobodyElse)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  Machined liar (bus.get (), "com.example.Liar");
  std::string us = get_unique_name ();
  gsize before = machined->asked.size ();

  machined->machines.clear (); /* so that asking would have consequences */
  for (const char *to : { static_cast<const char *> (nullptr), us.c_str () })
    for (const char *signal : { "MachineRemoved", "MachineNew" })
      liar.emit (signal, "guest", to);
  g_dbus_connection_emit_signal (
      liar.connection, us.c_str (), "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      g_variant_new ("(sss)", "org.freedesktop.machine1", g_dbus_connection_get_unique_name (machined->connection),
                     g_dbus_connection_get_unique_name (liar.connection)),
      nullptr);
  g_dbus_connection_flush_sync (liar.connection, nullptr, nullptr);
  EXPECT_TRUE (stays_enabled ());
  EXPECT_EQ (machined->asked.size (), before) << "nor does anybody make us ask";
  EXPECT_TRUE (liar.asked.empty ());
}

TEST_F (Machines, AreToldOfOnlyByWhoeverHasTheNameNow)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());

  Machined next (bus.get (), nullptr);
  next.machines = guest;
  next.own ("org.freedesktop.machine1");
  ASSERT_TRUE (wait_until ([&] { return next.asked.size () == 1; })) << "we ask the new one";
  machined->machines.clear ();
  machined->emit ("MachineRemoved", "guest");
  EXPECT_TRUE (stays_enabled ());
  EXPECT_EQ (next.asked.size (), 1u);
  next.stop ("guest");
  EXPECT_TRUE (wait_disabled ());
}

TEST_F (Machines, SurviveNonsense)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  for (GVariant *nonsense : { g_variant_new ("(s)", "guest"), g_variant_new ("(ss)", "guest", "x"),
                              g_variant_new ("(u)", 1u), g_variant_new ("()") })
    g_dbus_connection_emit_signal (machined->connection, nullptr, Machined::path, Machined::interface, "MachineRemoved",
                                   nonsense, nullptr);
  EXPECT_TRUE (stays_enabled ());
}

/* --- failures --- */

TEST_F (Machines, ThatGoAreTriedAgainWhenTheKernelRefuses)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  expect_log (G_LOG_LEVEL_WARNING, "a system cannot follow its machine*");
  vsw_fake_kernel_set_fault (kernel, 1, VSW_ERROR_KERNEL);
  machined->stop ("guest");
  ASSERT_TRUE (wait_until ([&] { return was_logged ("a system cannot follow its machine*"); }));
  EXPECT_EQ (look ()->state, VSW_SYSTEM_ENABLED);
  EXPECT_TRUE (wait_disabled ());
}

TEST_F (Machines, MayGoWhileTheServiceStops)
{
  start_machined ();
  define ();
  machined->machines = guest;
  enable ();
  ASSERT_TRUE (wait_seen ());
  vsw_fake_kernel_block (kernel);
  machined->stop ("guest");
  ASSERT_TRUE (wait_blocked ());
  stop_service ();
  vsw_fake_kernel_release (kernel);
  EXPECT_TRUE (wait_disabled ());
}
