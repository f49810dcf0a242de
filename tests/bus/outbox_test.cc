// SPDX-License-Identifier: GPL-2.0-or-later
// What we say leaves in order, and in slices.
#include "bus/outbox.h"

#include <memory>

#include "support/bus_fixture.h"
#include "support/glib_fixture.h"

namespace
{

class Outbox : public GlibTest
{
protected:
  void
  SetUp () override
  {
    GlibTest::SetUp ();
    bus = std::make_unique<PrivateBus> ();
    sender = bus->connect ();
    listener = bus->connect ();
    outbox = vsw_outbox_new ();
    vsw_outbox_set_connection (outbox, sender);
    g_dbus_connection_signal_subscribe (
        listener, g_dbus_connection_get_unique_name (sender), "org.vmswitch1.Test", nullptr, nullptr, nullptr,
        G_DBUS_SIGNAL_FLAGS_NONE,
        [] (GDBusConnection *, const char *, const char *path, const char *, const char *, GVariant *body,
            gpointer data) {
          guint32 number;

          g_variant_get (body, "(u)", &number);
          static_cast<Outbox *> (data)->heard.push_back (std::string (path) + " " + std::to_string (number));
        },
        this, nullptr);
    /* The subscription has reached the bus when an answer comes back. */
    g_autoptr (GVariant) reply =
        g_dbus_connection_call_sync (listener, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                     "GetId", nullptr, nullptr, G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr);
  }

  void
  TearDown () override
  {
    vsw_outbox_free (outbox);
    bus.reset ();
    GlibTest::TearDown ();
  }

  void
  say (guint32 number)
  {
    vsw_outbox_signal (outbox, "/a", nullptr, "org.vmswitch1.Test", "Number", g_variant_new ("(u)", number));
  }

  std::unique_ptr<PrivateBus> bus;
  GDBusConnection *sender = nullptr;
  GDBusConnection *listener = nullptr;
  VswOutbox *outbox = nullptr;
  std::vector<std::string> heard;
};

} // namespace

TEST_F (Outbox, SendsLittleAtOnce)
{
  say (1);
  EXPECT_TRUE (vsw_outbox_is_empty (outbox));
  EXPECT_TRUE (wait_until ([&] { return heard.size () == 1; }));
}

TEST_F (Outbox, SendsMuchInSlicesAndInOrder)
{
  constexpr guint32 n = 20000;
  guint turns = 0;

  for (guint32 i = 0; i < n; i++)
    say (i);
  EXPECT_FALSE (vsw_outbox_is_empty (outbox)) << "20,000 signals do not fit into one slice";
  while (!vsw_outbox_is_empty (outbox))
    {
      g_main_context_iteration (context, TRUE);
      turns++;
    }
  EXPECT_GT (turns, 3u) << "the main loop turned in between";
  ASSERT_TRUE (wait_until ([&] { return heard.size () == n; }));
  for (guint32 i = 0; i < n; i++)
    ASSERT_EQ (heard[i], "/a " + std::to_string (i));
}

TEST_F (Outbox, SaysTheSameFromTwoObjects)
{
  vsw_outbox_signal (outbox, "/a", "/b", "org.vmswitch1.Test", "Number", g_variant_new ("(u)", 7));
  ASSERT_TRUE (wait_until ([&] { return heard.size () == 2; }));
  EXPECT_EQ (heard, (std::vector<std::string>{ "/a 7", "/b 7" }));
}

TEST_F (Outbox, AsksForTheBodyWhenItsTurnComes)
{
  guint32 number = 1;
  guint freed = 0;
  auto make = [] (gpointer data) { return g_variant_new ("(u)", **static_cast<guint32 **> (data)); };
  guint32 *pointer = &number;

  for (guint32 i = 0; i < 20000; i++)
    say (0);
  vsw_outbox_signal_later (outbox, "/later", nullptr, "org.vmswitch1.Test", "Number", make, &pointer, nullptr);
  vsw_outbox_signal_later (
      outbox, "/never", nullptr, "org.vmswitch1.Test", "Number", [] (gpointer) -> GVariant * { return nullptr; },
      &freed, [] (gpointer data) { ++*static_cast<guint *> (data); });
  number = 2;
  say (3);
  ASSERT_TRUE (wait_until ([&] { return heard.size () == 20002; }));
  EXPECT_EQ (heard[20000], "/later 2");
  EXPECT_EQ (heard[20001], "/a 3") << "what has nothing to say any more is silent";
  EXPECT_EQ (freed, 1u);
}

TEST_F (Outbox, ForgetsWhatWaitsWhenTheBusIsGone)
{
  for (guint32 i = 0; i < 20000; i++)
    say (i);
  vsw_outbox_set_connection (outbox, nullptr);
  EXPECT_TRUE (vsw_outbox_is_empty (outbox));
  say (1);
  EXPECT_TRUE (vsw_outbox_is_empty (outbox));
}
