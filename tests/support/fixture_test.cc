// SPDX-License-Identifier: GPL-2.0-or-later
// The tools of the tests do what the tests trust them to.
#include <gtest/gtest-spi.h>

#include "support/arbitrary.h"
#include "support/bus_fixture.h"
#include "support/glib_fixture.h"
#include "support/netns_fixture.h"
#include "support/recorder.h"

class Fixtures : public GlibTest
{
};

TEST_F (Fixtures, AsynchronousCallBecomesAValue)
{
  g_autoptr (GAsyncResult) result = await ([] (GAsyncReadyCallback callback, gpointer data) {
    g_autoptr (GTask) task = g_task_new (nullptr, nullptr, callback, data);

    g_task_return_int (task, 42);
  });
  EXPECT_EQ (g_task_propagate_int (G_TASK (result), nullptr), 42);
}

TEST_F (Fixtures, AnswerThatDoesNotComeIsAnError)
{
  GTask *kept = nullptr;

  EXPECT_THROW (await ([&] (GAsyncReadyCallback callback,
                            gpointer data) { kept = g_task_new (nullptr, nullptr, callback, data); },
                       10),
                std::runtime_error);
  g_task_return_int (kept, 1); /* late, and harmless */
  g_object_unref (kept);
  settle ();
}

static void
warn ()
{
  g_warning ("something of %s is wrong", "ours");
}

TEST_F (Fixtures, UnexpectedWarningFailsTheTest)
{
  EXPECT_NONFATAL_FAILURE (warn (), "logged unexpectedly: something of ours is wrong");
}

TEST_F (Fixtures, ExpectedWarningIsTaken)
{
  expect_log (G_LOG_LEVEL_WARNING, "*ours*");
  warn ();
  EXPECT_TRUE (was_logged ("something of*"));
  EXPECT_FALSE (was_logged ("something else"));
}

TEST_F (Fixtures, RecorderKeepsSignalsInOrder)
{
  g_autoptr (GCancellable) object = g_cancellable_new ();
  SignalRecorder recorder (object, { "cancelled" });

  g_cancellable_cancel (object);
  EXPECT_EQ (recorder.take (), std::vector<std::string>{ "cancelled" });
  EXPECT_TRUE (recorder.lines.empty ());
}

TEST_F (Fixtures, BusCarriesSignalsBetweenConnectionsAndOutlivesARestart)
{
  PrivateBus bus;
  GDBusConnection *speaker = bus.connect (), *listener = bus.connect ();
  BusRecorder recorder (listener, g_dbus_connection_get_unique_name (speaker), "/org/vmswitch1");

  ASSERT_TRUE (g_dbus_connection_emit_signal (speaker, nullptr, "/org/vmswitch1", "org.vmswitch1.Test", "Said",
                                              g_variant_new ("(u)", 7), nullptr));
  ASSERT_TRUE (g_dbus_connection_emit_signal (speaker, nullptr, "/org/other", "org.vmswitch1.Test", "Said",
                                              g_variant_new ("(u)", 8), nullptr));
  ASSERT_TRUE (g_dbus_connection_emit_signal (speaker, nullptr, "/org/vmswitch1/a", "org.vmswitch1.Test", "Said",
                                              g_variant_new ("(u)", 9), nullptr));
  ASSERT_TRUE (wait_until ([&] { return recorder.lines.size () == 2; }));
  EXPECT_EQ (recorder.take (), (std::vector<std::string>{ "/org/vmswitch1 org.vmswitch1.Test.Said (7,)",
                                                          "/org/vmswitch1/a org.vmswitch1.Test.Said (9,)" }));

  bus.stop ();
  ASSERT_TRUE (wait_until ([&] { return g_dbus_connection_is_closed (speaker); }));
  bus.start ();
  EXPECT_NE (g_dbus_connection_get_unique_name (bus.connect ()), nullptr);
}

TEST_F (Fixtures, SameSeedGivesTheSameValues)
{
  Arbitrary one (7), two (7), three (8);

  EXPECT_EQ (one.name (), two.name ());
  EXPECT_TRUE (vsw_mac_equal (one.mac (), two.mac ()));
  EXPECT_NE (one.name (), three.name ());
}

TEST_F (Fixtures, ArbitraryValuesAreLegal)
{
  Arbitrary any;

  for (int i = 0; i < 2000; i++)
    {
      g_autoptr (GError) error = nullptr;

      EXPECT_TRUE (vsw_name_check (any.name ().c_str (), &error)) << error->message;
      EXPECT_TRUE (vsw_interface_check (any.interface_name ().c_str (), &error)) << error->message;
      EXPECT_TRUE (vsw_description_check (any.description ().c_str (), &error)) << error->message;
      EXPECT_TRUE (vsw_mac_is_unicast (any.mac ()));
    }
}

TEST_F (Fixtures, ArbitraryChangesAreMostlyAccepted)
{
  Arbitrary any;
  g_autoptr (VswModel) model = vsw_model_new (vsw_rules_get_default ());
  g_autoptr (VswLinks) links = vsw_links_new ();
  int accepted = 0;

  for (int i = 0; i < 500; i++)
    {
      g_autoptr (GPtrArray) changes = any.changes (model, 1);
      g_autoptr (VswDelta) delta = nullptr;
      g_autoptr (GError) error = nullptr;

      accepted += vsw_model_resolve (model, links, changes, &delta, &error);
    }
  EXPECT_GT (accepted, 200);
  EXPECT_GT (g_hash_table_size (vsw_model_get_ports (model)), 0u);
}

class Spaces : public NetnsTest
{
};

TEST_F (Spaces, TestIsAloneInItsNamespace)
{
  EXPECT_EQ (run_command ("ip -o link show | wc -l"), "1\n");
}

TEST_F (Spaces, FramesPassBetweenEnds)
{
  run_command ("ip link add one0 type veth peer name two0 && ip link set one0 up && ip link set two0 up");
  FrameSocket a ("one0"), b ("two0");
  std::string frame = make_frame ("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01", "hello");

  /* The kernel may take a second to see that there is a carrier, and drops frames until then. */
  bool has_come = false;
  for (int tries = 0; tries < 100 && !has_come; tries++)
    {
      ASSERT_TRUE (a.send (frame));
      has_come = b.receives (frame, 100);
    }
  EXPECT_TRUE (has_come);
  EXPECT_FALSE (a.receives (frame, 10));
}

TEST_F (Spaces, OtherNamespaceIsAnother)
{
  Netns other = Netns::make ();

  other.in ([] { run_command ("ip link add only-there type bridge"); });
  EXPECT_NE (try_command ("ip link show only-there"), 0);
}
