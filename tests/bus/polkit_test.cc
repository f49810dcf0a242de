// SPDX-License-Identifier: GPL-2.0-or-later
// The gate that asks polkit, against an authority that says what the test wants.
#include "service_fixture.h"

#include <unistd.h>

#include "bus/polkit.h"

namespace
{

const char lab[] = "/org/vmswitch1/switch/lab";

enum class Answer
{
  yes,
  no,
  challenge,
  error,
  strange,
  silence,
};

class FakePolkit
{
public:
  explicit FakePolkit (GDBusConnection *with) : connection (with)
  {
    static const char xml[] = "<node><interface name='org.freedesktop.PolicyKit1.Authority'>"
                              "<method name='CheckAuthorization'>"
                              "<arg type='(sa{sv})' direction='in'/><arg type='s' direction='in'/>"
                              "<arg type='a{ss}' direction='in'/><arg type='u' direction='in'/>"
                              "<arg type='s' direction='in'/><arg type='(bba{ss})' direction='out'/></method>"
                              "<method name='CancelCheckAuthorization'><arg type='s' direction='in'/></method>"
                              "</interface></node>";
    static const GDBusInterfaceVTable vtable = { on_call, nullptr, nullptr, { nullptr } };
    g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, nullptr);

    registration = g_dbus_connection_register_object (connection, "/org/freedesktop/PolicyKit1/Authority",
                                                      node->interfaces[0], &vtable, this, nullptr, nullptr);
    g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
        connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
        g_variant_new ("(su)", "org.freedesktop.PolicyKit1", 4), nullptr, G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr);
  }

  ~FakePolkit ()
  {
    g_dbus_connection_unregister_object (connection, registration);
    g_clear_object (&silent);
  }

  /* The late answer to the question that was met with silence. */
  void
  answer_late ()
  {
    g_dbus_method_invocation_return_value (g_steal_pointer (&silent),
                                           g_variant_new ("((bba{ss}))", TRUE, FALSE, nullptr));
  }

  Answer answer = Answer::yes;
  std::vector<std::string> questions; /* as g_variant_print has them, without the cancellation id */
  std::vector<std::string> asked;     /* cancellation ids */
  std::vector<std::string> cancelled;

private:
  static void
  on_call (GDBusConnection *, const char *, const char *, const char *, const char *method, GVariant *parameters,
           GDBusMethodInvocation *invocation, gpointer data)
  {
    auto *self = static_cast<FakePolkit *> (data);

    if (g_str_equal (method, "CancelCheckAuthorization"))
      {
        const char *id;

        g_variant_get (parameters, "(&s)", &id);
        self->cancelled.push_back (id);
        g_dbus_method_invocation_return_value (invocation, nullptr);
        return;
      }
    self->check (parameters, invocation);
  }

  void
  check (GVariant *parameters, GDBusMethodInvocation *invocation)
  {
    g_autoptr (GVariant) subject = g_variant_get_child_value (parameters, 0);
    g_autofree char *who = g_variant_print (subject, FALSE);
    const char *action;
    const char *id;
    guint32 flags;

    g_variant_get_child (parameters, 1, "&s", &action);
    g_variant_get_child (parameters, 3, "u", &flags);
    g_variant_get_child (parameters, 4, "&s", &id);
    questions.push_back (std::string (who) + " " + action + " " + std::to_string (flags));
    asked.push_back (id);
    switch (answer)
      {
      case Answer::yes:
      case Answer::no:
      case Answer::challenge:
        g_dbus_method_invocation_return_value (
            invocation, g_variant_new ("((bba{ss}))", answer == Answer::yes, answer == Answer::challenge, nullptr));
        break;
      case Answer::error:
        g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.PolicyKit1.Error.Failed",
                                                    "Action is not registered");
        break;
      case Answer::strange:
        {
          g_autoptr (GDBusMessage) reply =
              g_dbus_message_new_method_reply (g_dbus_method_invocation_get_message (invocation));
          g_dbus_message_set_body (reply, g_variant_new ("(b)", TRUE));
          g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, nullptr, nullptr);
          g_object_unref (invocation);
          break;
        }
      case Answer::silence:
        g_clear_object (&silent);
        silent = invocation;
        break;
      }
  }

  GDBusConnection *connection; /* (unowned) */
  guint registration;
  GDBusMethodInvocation *silent = nullptr; /* (owned) */
};

class Polkit : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    if (geteuid () != 0)
      GTEST_SKIP () << "needs root, to be somebody else";
    ServiceTest::SetUp ();
    start_engine ();
    service = vsw_service_new (engine, "1", bus->address.c_str ());
    g_autoptr (VswGate) impatient = vsw_polkit_new (400, 800);
    vsw_service_set_gate (service, impatient);
    g_signal_connect_swapped (service, "ready", G_CALLBACK (+[] (guint *count) { ++*count; }), &ready);
    vsw_service_start (service);
    ASSERT_TRUE (wait_until ([&] { return ready == 1; }));
    make_switch ("lab");
    alice = connect_as (alice_uid);
  }

  void
  TearDown () override
  {
    polkit.reset ();
    if (bus != nullptr)
      ServiceTest::TearDown ();
  }

  void
  start_polkit (Answer answer)
  {
    polkit = std::make_unique<FakePolkit> (bus->connect ());
    polkit->answer = answer;
  }

  Reply
  modify (bool interactive = false)
  {
    Extra extra;

    extra.interactive = interactive;
    return call (alice, lab, "Switch", "Modify", "({'Description': <'hers'>}, @a{sv} {})", extra);
  }

  void
  expect_refused (const Reply &reply, const char *part)
  {
    EXPECT_EQ (reply.error, "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_NE (reply.text.find (part), std::string::npos) << reply.text;
    EXPECT_EQ (get (lab, "Switch", "Description"), "''");
  }

  std::unique_ptr<FakePolkit> polkit;
  GDBusConnection *alice = nullptr;
};

} // namespace

TEST_F (Polkit, SaysYes)
{
  start_polkit (Answer::yes);
  Reply reply = modify ();

  EXPECT_TRUE (reply.ok ()) << reply.text;
  ASSERT_EQ (polkit->questions.size (), 1u);
  EXPECT_EQ (polkit->questions[0], std::string ("('system-bus-name', {'name': <'")
                                       + g_dbus_connection_get_unique_name (alice)
                                       + "'>}) org.vmswitch1.manage-switches 0");
  EXPECT_EQ (get (lab, "Switch", "Description"), "'hers'");
}

TEST_F (Polkit, IsAskedEachTime)
{
  start_polkit (Answer::yes);
  EXPECT_TRUE (modify ().ok ());
  polkit->answer = Answer::no;
  EXPECT_EQ (modify ().error, "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ (polkit->questions.size (), 2u);
  EXPECT_NE (polkit->asked[0], polkit->asked[1]);
}

TEST_F (Polkit, SaysNo)
{
  start_polkit (Answer::no);
  expect_refused (modify (), "polkit said no to org.vmswitch1.manage-switches");
  expect_refused (modify (true), "polkit said no");
}

TEST_F (Polkit, WouldAskTheUser)
{
  start_polkit (Answer::challenge);
  Reply reply = modify ();
  EXPECT_EQ (reply.error, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired");
  EXPECT_EQ (get (lab, "Switch", "Description"), "''");
}

TEST_F (Polkit, MayAskTheUserIfTheCallerSaysSo)
{
  start_polkit (Answer::challenge);
  expect_refused (modify (true), "polkit said no"); /* nobody to ask, or dismissed */
  EXPECT_EQ (polkit->questions[0].back (), '1');
}

TEST_F (Polkit, Fails)
{
  start_polkit (Answer::error);
  expect_refused (modify (), "polkit refused to decide on org.vmswitch1.manage-switches: Action is not registered");
}

TEST_F (Polkit, AnswersStrangely)
{
  start_polkit (Answer::strange);
  expect_refused (modify (), "polkit did not answer");
}

TEST_F (Polkit, IsNotThere)
{
  expect_refused (modify (), "polkit did not answer");
}

TEST_F (Polkit, IsSilentAndThenTooLate)
{
  start_polkit (Answer::silence);
  expect_refused (modify (), "polkit did not answer");
  EXPECT_TRUE (wait_until ([&] { return polkit->cancelled == polkit->asked; })) << "the question is taken back";
  polkit->answer_late ();
  settle ();
  EXPECT_EQ (get (lab, "Switch", "Description"), "''");

  polkit->answer = Answer::yes;
  EXPECT_TRUE (modify ().ok ()) << "and works again after";
}

TEST_F (Polkit, HasMoreTimeWhenItMayAskTheUser)
{
  start_polkit (Answer::silence);
  gint64 start = g_get_monotonic_time ();
  expect_refused (modify (true), "polkit did not answer");
  EXPECT_GE (g_get_monotonic_time () - start, 700 * 1000);
}

TEST_F (Polkit, DiesOverTheQuestion)
{
  GDBusConnection *mortal = bus->connect ();
  polkit = std::make_unique<FakePolkit> (mortal);
  polkit->answer = Answer::silence;
  Extra interactive;
  interactive.interactive = true;
  auto pending = begin (alice, lab, "Switch", "Modify", "({'Description': <'hers'>}, @a{sv} {})", interactive);
  ASSERT_TRUE (wait_until ([&] { return polkit->asked.size () == 1; }));
  polkit.reset ();
  bus->disconnect (mortal);
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  expect_refused (pending->reply, "polkit did not answer");
}

TEST_F (Polkit, IsToldWhenTheCallerLeaves)
{
  start_polkit (Answer::silence);
  Extra interactive;
  interactive.interactive = true;
  begin (alice, lab, "Switch", "Modify", "({'Description': <'hers'>}, @a{sv} {})", interactive);
  ASSERT_TRUE (wait_until ([&] { return polkit->asked.size () == 1; }));
  leave (alice);
  EXPECT_TRUE (wait_until ([&] { return polkit->cancelled == polkit->asked; }, 600)) << "before any timeout";
  polkit->answer_late ();
  settle ();
  EXPECT_EQ (get (lab, "Switch", "Description"), "''");
}

TEST_F (Polkit, IsNotAskedAboutRoot)
{
  start_polkit (Answer::no);
  EXPECT_TRUE (call (lab, "Switch", "Modify", "({'Description': <'roots'>}, @a{sv} {})").ok ());
  EXPECT_TRUE (polkit->questions.empty ());
}
