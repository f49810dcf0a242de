// SPDX-License-Identifier: GPL-2.0-or-later
// Who may have descriptors, whose systems may join what, and how many calls one user may have under way.
#include "authorization_fixture.h"

namespace
{

using Ownership = Authorization;

} // namespace

/* --- taps --- */

TEST_F (Ownership, ToOpenIsTheOwnersAndNobodyElses)
{
  const char tap[] = "/org/vmswitch1/endpoint/tap";
  const char old[] = "/org/vmswitch1/endpoint/old";

  ASSERT_TRUE (call (alice, "/org/vmswitch1/switch/shared", "Switch", "Attach",
                     "({'Name': <'tap'>, 'Backend': <'tap'>, 'Lifetime': <'runtime'>}, @a{sv} {})")
                   .ok ());
  ASSERT_TRUE (call (bob, "/org/vmswitch1/switch/shared", "Switch", "Attach",
                     "({'Name': <'old'>, 'Kind': <'emulated'>, 'Lifetime': <'runtime'>}, @a{sv} {})")
                   .ok ());
  for (const char *path : { tap, old })
    ASSERT_TRUE (wait_until ([&] { return get (path, "EthernetPort", "State") == "'down'"; }));

  EXPECT_EQ (asked (tap, "SyntheticEthernetPort", "Open", "(@a{sv} {},)"), "manage-own");
  EXPECT_EQ (reply.count_fds (), 1u) << reply.text;
  gate->verdict = Verdict::no;
  EXPECT_EQ (asked (old, "EmulatedEthernetPort", "Open", "(@a{sv} {},)"), "open-foreign-endpoint");
  EXPECT_EQ (reply.count_fds (), 0u);
  EXPECT_EQ (gate->questions[0].details["owner"], std::to_string (bob_uid));
  EXPECT_EQ (gate->questions[0].details["endpoint"], "old");
  EXPECT_EQ (get (old, "EthernetPort", "State"), "'down'") << "nobody has opened it";
  EXPECT_EQ (asked (old, "EthernetPort", "Delete", "({'force': <true>},)"), "manage-ports");
  EXPECT_EQ (asked (old, "EthernetPort", "Modify", "({'Mtu': <uint32 1400>}, @a{sv} {})"), "manage-ports");
  EXPECT_EQ (asked ("/org/vmswitch1/switch/shared/port/old", "SwitchPort", "Disconnect", "(@a{sv} {},)"),
             "manage-ports");
  EXPECT_EQ (asked ("/org/vmswitch1/switch/shared/port/old", "SwitchPort", "Move",
                    "(objectpath '/org/vmswitch1/switch/lab', @a{sv} {})"),
             "manage-ports");
}

TEST_F (Ownership, OfTapsIsThatOfTheirSwitch)
{
  for (const char *kind : { "'Backend': <'tap'>", "'Kind': <'emulated'>" })
    {
      std::string nic = std::string ("({'Name': <'n'>, ") + kind + "}, @a{sv} {})";

      EXPECT_EQ (asked (lab, "Switch", "Attach", nic), "attach");
      EXPECT_EQ (gate->questions[0].details["lifetime"], "descriptor");
      reply.fds.reset ();
      ASSERT_TRUE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/n"); }));
      EXPECT_EQ (asked ("/org/vmswitch1/switch/shared", "Switch", "Attach", nic), "attach-shared");
      reply.fds.reset ();
      ASSERT_TRUE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/n"); }));
    }
  asked (
      lab, "Switch", "AttachMany",
      "([{'Name': <'a'>, 'Kind': <'emulated'>}, {'Name': <'b'>}, {'Name': <'c'>, 'Kind': <'emulated'>}], @a{sv} {})");
  EXPECT_EQ (gate->questions[0].details["endpoint-kind"], "emulated,synthetic");
}

/* --- systems --- */

TEST_F (Ownership, OfOnesOwnSystemIsAnotherAction)
{
  ASSERT_TRUE (call (alice, manager, "Manager", "CreateSwitch", "('hers', @a{sv} {}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (alice, "/org/vmswitch1/switch/hers", "Switch", "CreatePort", "('p', @a{sv} {}, @a{sv} {})").ok ());
  define (alice, "<objectpath '/org/vmswitch1/switch/hers'>");

  EXPECT_EQ (asked_to_add (", 'Connection': <objectpath '/org/vmswitch1/switch/hers/port/p'>"), "manage-own");
  EXPECT_EQ (asked_to_go_to ("enabled"), "manage-own");
  EXPECT_EQ (asked ("/org/vmswitch1/endpoint/vm_2dnet0", "SyntheticEthernetPort", "Open", "(@a{sv} {},)"),
             "manage-own");
  EXPECT_EQ (gate->questions[0].details["system"], "vm");
  EXPECT_EQ (asked_to_go_to ("saved"), "manage-own");
  EXPECT_EQ (asked (vm, "VirtualSystem", "Modify", "({'Description': <'x'>}, @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Modify", "({'Queues': <uint32 2>}, @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Modify", "({'Connection': <objectpath '/'>}, @a{sv} {})"),
             "manage-own");
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Remove", "(@a{sv} {},)"), "manage-own");
  EXPECT_EQ (asked (vm, "VirtualSystem", "Delete", "({'force': <true>},)"), "manage-own");
  EXPECT_TRUE (reply.ok ()) << reply.text;
}

TEST_F (Ownership, ToEnableIsToJoinWhateverItIsPluggedInto)
{
  struct Case
  {
    std::string connection;
    const char *action;
  };
  make_port ("shared", "roots");
  ASSERT_TRUE (call (alice, manager, "Manager", "CreateSwitch", "('hers', @a{sv} {}, @a{sv} {})").ok ());
  const Case cases[] = {
    { "<objectpath '/'>", "manage-own" },
    { "<objectpath '/org/vmswitch1/switch/hers'>", "manage-own" },
    { on_shared, "attach-shared" },
    { on_lab, "manage-systems" },
    { "<objectpath '/org/vmswitch1/switch/lab/port/web'>", "manage-systems" },
    { "<objectpath '/org/vmswitch1/switch/shared/port/roots'>", "manage-systems" }, /* shared, but not that port */
  };

  for (const Case &row : cases)
    {
      define (alice, "<objectpath '/'>");
      EXPECT_EQ (asked_to_add (", 'Connection': " + row.connection), row.action) << row.connection;
      EXPECT_EQ (
          asked (net0, "ResourceAllocationSetting", "Modify", "({'Connection': " + row.connection + "}, @a{sv} {})"),
          row.action)
          << row.connection;
      ASSERT_TRUE (
          call ("/org/vmswitch1/system/vm/setting/more", "ResourceAllocationSetting", "Remove", "(@a{sv} {},)").ok ());
      EXPECT_EQ (asked_to_go_to ("enabled"), row.action) << row.connection;
      EXPECT_TRUE (reply.ok ()) << reply.text;
      EXPECT_EQ (asked_to_go_to ("saved"), "manage-own");
      EXPECT_EQ (asked_to_go_to ("enabled"), row.action) << "each time";
      EXPECT_EQ (asked_to_go_to ("disabled"), "manage-own");
      EXPECT_EQ (asked (vm, "VirtualSystem", "Delete", "(@a{sv} {},)"), "manage-own");
      EXPECT_TRUE (reply.ok ()) << reply.text;
    }
}

TEST_F (Ownership, ToEnableIsThatOfTheStrictestConnection)
{
  define (alice, on_shared);
  EXPECT_EQ (asked_to_go_to ("enabled"), "attach-shared");
  ASSERT_EQ (asked_to_go_to ("disabled"), "manage-own");
  ASSERT_TRUE (call (root, vm, "VirtualSystem", "AddResourceSetting",
                     std::string ("({'Name': <'more'>, 'Connection': ") + on_lab + "}, @a{sv} {})")
                   .ok ());
  EXPECT_EQ (asked_to_go_to ("enabled"), "manage-systems") << "root has put one on lab, yet it is hers to enable";
  EXPECT_EQ (gate->questions[0].details["switch"], "lab,shared");
  EXPECT_EQ (gate->questions[0].details["system"], "vm");
  ASSERT_EQ (asked_to_go_to ("disabled"), "manage-own");

  ASSERT_TRUE (call (root, "/org/vmswitch1/system/vm/setting/more", "ResourceAllocationSetting", "Modify",
                     "({'AutomaticConnection': <false>}, @a{sv} {})")
                   .ok ());
  EXPECT_EQ (asked_to_go_to ("enabled"), "attach-shared") << "what is not plugged in joins nothing";
  ASSERT_EQ (asked_to_go_to ("disabled"), "manage-own");
  ASSERT_TRUE (call ("/org/vmswitch1/switch/shared", "Switch", "Modify", "({'Shared': <false>}, @a{sv} {})").ok ());
  gate->verdict = Verdict::no;
  EXPECT_EQ (asked_to_go_to ("enabled"), "manage-systems") << "it is not shared any more";
  EXPECT_EQ (get (vm, "VirtualSystem", "EnabledState"), "'disabled'");
}

TEST_F (Ownership, ToBePluggedInAgainIsToJoin)
{
  const char *on = "({'AutomaticConnection': <true>}, @a{sv} {})";
  define (alice, on_shared);
  ASSERT_TRUE (
      call (alice, net0, "ResourceAllocationSetting", "Modify", "({'AutomaticConnection': <false>}, @a{sv} {})").ok ());
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Modify", on), "attach-shared");
  ASSERT_TRUE (call ("/org/vmswitch1/switch/shared", "Switch", "Modify", "({'Shared': <false>}, @a{sv} {})").ok ());
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Modify", on), "manage-systems")
      << "or a system is enabled with it while that is under way, and nobody is asked";
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Modify", "({'AutomaticConnection': <false>}, @a{sv} {})"),
             "manage-own");
  ASSERT_TRUE (
      call (alice, net0, "ResourceAllocationSetting", "Modify", "({'Connection': <objectpath '/'>}, @a{sv} {})").ok ());
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Modify", on), "manage-own") << "it names nothing";
}

/* --- while the question is open --- */

TEST_F (Ownership, OfASharedSwitchEndsWithItsBeingShared)
{
  gate->verdict = Verdict::hold;
  auto pending = begin (alice, "/org/vmswitch1/switch/shared", "Switch", "Attach", "({'Name': <'a'>}, @a{sv} {})");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 1; }));
  ASSERT_TRUE (call ("/org/vmswitch1/switch/shared", "Switch", "Modify", "({'Shared': <false>}, @a{sv} {})").ok ());

  gate->release (Verdict::yes);
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_EQ (pending->reply.print (), "!org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_FALSE (exists ("/org/vmswitch1/endpoint/a"));
}

TEST_F (Ownership, ToEnableIsOfTheConnectionsThatWereAskedAbout)
{
  ASSERT_TRUE (call (alice, manager, "Manager", "CreateSwitch", "('hers', @a{sv} {}, @a{sv} {})").ok ());
  define (alice, "<objectpath '/org/vmswitch1/switch/hers'>");
  gate->verdict = Verdict::hold;
  auto pending = begin (alice, vm, "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 1; }));
  ASSERT_TRUE (call (root, net0, "ResourceAllocationSetting", "Modify",
                     std::string ("({'Connection': ") + on_lab + "}, @a{sv} {})")
                   .ok ());

  gate->release (Verdict::yes);
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_EQ (pending->reply.print (), "!org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ (get (vm, "VirtualSystem", "EnabledState"), "'disabled'");
}

TEST_F (Ownership, OutlivesWhatHasNoPartInIt)
{
  gate->verdict = Verdict::hold;
  auto pending = begin (alice, "/org/vmswitch1/switch/shared", "Switch", "Attach", "({'Name': <'a'>}, @a{sv} {})");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 1; }));
  ASSERT_TRUE (call ("/org/vmswitch1/switch/shared", "Switch", "Modify", "({'Mtu': <uint32 1400>}, @a{sv} {})").ok ());

  gate->release (Verdict::yes);
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_TRUE (pending->reply.ok ()) << pending->reply.text;
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/a"));
}

TEST_F (Ownership, OfSomebodyElsesSystemIsTheAdministrators)
{
  define (bob, on_shared);
  gate->verdict = Verdict::no;
  EXPECT_EQ (asked_to_go_to ("enabled"), "manage-systems") << "the switch is shared, the system is his";
  EXPECT_EQ (gate->questions[0].details["owner"], std::to_string (bob_uid));
  EXPECT_EQ (asked_to_add (""), "manage-systems");
  EXPECT_EQ (asked (net0, "ResourceAllocationSetting", "Remove", "({'force': <true>},)"), "manage-systems");
  EXPECT_EQ (asked (vm, "VirtualSystem", "Delete", "({'force': <true>},)"), "manage-systems");
  ASSERT_TRUE (call (root, vm, "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})").ok ());
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/vm_2dnet0", "EthernetPort", "OwnerUid"), std::to_string (bob_uid));
  EXPECT_EQ (asked ("/org/vmswitch1/endpoint/vm_2dnet0", "SyntheticEthernetPort", "Open", "(@a{sv} {},)"),
             "open-foreign-endpoint");
}

/* --- how many calls --- */

TEST_F (Ownership, WaitsForNoMoreCallsOfOneUserThanAllowed)
{
  rules.max_calls_per_user = 3;
  gate->verdict = Verdict::hold;
  auto first = begin (alice, web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})");
  for (int i = 0; i < 2; i++)
    begin (alice, web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 3; }));

  GDBusConnection *again = connect_as (alice_uid);
  for (GDBusConnection *connection : { alice, again })
    {
      Reply refused = call (connection, web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})");
      EXPECT_EQ (refused.print (), "!Error.QuotaExceeded");
      EXPECT_EQ (refused.text, "uid 1 has too many calls under way: 3 used, limit 3");
    }
  EXPECT_TRUE (call (alice, lab, "Switch", "GetForwardingTable", "(@a{sv} {},)").ok ()) << "reading is free";
  EXPECT_TRUE (call (root, web, "SwitchPort", "Modify", "({'Description': <'y'>}, @a{sv} {})").ok ());
  auto of_bob = begin (bob, web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 4; })) << "bob has his own";

  gate->release (Verdict::yes);
  ASSERT_TRUE (wait_until ([&] { return first->done; }));
  auto next = begin (alice, web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 4; })) << "there is room again";
  EXPECT_FALSE (next->done);
  leave (alice);
  ASSERT_TRUE (wait_until ([&] { return gate->cancelled == 3; }));
  for (int i = 0; i < 3; i++)
    begin (again, web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})");
  ASSERT_TRUE (wait_until ([&] { return gate->questions.size () == 8; })) << "whoever leaves waits no more";
}

TEST_F (Ownership, CountsCallsThatFailAtOnceNoLonger)
{
  rules.max_calls_per_user = 1;
  for (int i = 0; i < 5; i++)
    {
      EXPECT_EQ (call (alice, web, "SwitchPort", "Modify", "({'Mtu': <uint32 1>}, @a{sv} {})").print (),
                 "!Error.InvalidArgument");
      EXPECT_TRUE (call (alice, web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})").ok ());
    }
}
