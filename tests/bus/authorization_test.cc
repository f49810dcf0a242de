// SPDX-License-Identifier: GPL-2.0-or-later
// Who may do what: the action that is asked for, what polkit's rules are told, and that no means no.
#include "authorization_fixture.h"

#include <set>

#include "bus/table.h"

namespace
{

/* One good call of each method that changes something, by somebody who owns nothing. */
struct Row
{
  const char *path;
  const char *interface;
  const char *method;
  const char *arguments;
  const char *action;
};

const Row rows[] = {
  { manager, "Manager", "CreateSwitch", "('x', @a{sv} {}, @a{sv} {})", "manage-switches" },
  { manager, "Manager", "CreateInternalEthernetPort", "('x', @a{sv} {}, @a{sv} {})", "connect-internal" },
  { lab, "Switch", "CreatePort", "('x', @a{sv} {}, @a{sv} {})", "manage-ports" },
  { lab, "Switch", "CreatePorts", "([{'Name': <'x'>}], @a{sv} {})", "manage-ports" },
  { lab, "Switch", "ConnectInternal", "('x', @a{sv} {}, @a{sv} {})", "connect-internal" },
  { "/org/vmswitch1/switch/shared", "Switch", "DisconnectInternal",
    "(objectpath '/org/vmswitch1/endpoint/in', @a{sv} {})", "connect-internal" },
  { lab, "Switch", "BindExternalEthernetPort", "(objectpath '/org/vmswitch1/endpoint/free0', @a{sv} {})",
    "bind-external" },
  { lab, "Switch", "UnbindExternalEthernetPort", "(objectpath '/org/vmswitch1/endpoint/bound0', @a{sv} {})",
    "bind-external" },
  { manager, "Manager", "SetupSwitch",
    "(objectpath '/org/vmswitch1/switch/lab', objectpath '/org/vmswitch1/endpoint/free0', @a{sv} {}, @a{sv} {})",
    "bind-external" },
  { manager, "Manager", "TeardownSwitch", "(objectpath '/org/vmswitch1/switch/lab', @a{sv} {})", "bind-external" },
  { lab, "Switch", "Attach", "({'Name': <'x'>}, @a{sv} {})", "attach" },
  { lab, "Switch", "AttachMany", "([{'Name': <'x'>}], @a{sv} {})", "attach" },
  { lab, "Switch", "AddStaticAddress",
    "('02:00:00:00:00:01', objectpath '/org/vmswitch1/switch/lab/port/web', @a{sv} {})", "manage-ports" },
  { lab, "Switch", "RemoveStaticAddress",
    "('02:00:00:00:00:01', objectpath '/org/vmswitch1/switch/lab/port/web', @a{sv} {})", "manage-ports" },
  { lab, "Switch", "Modify", "({'Description': <'x'>}, @a{sv} {})", "manage-switches" },
  { lab, "Switch", "Delete", "({'force': <true>},)", "manage-switches" },
  { web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})", "manage-ports" },
  { web, "SwitchPort", "Disconnect", "(@a{sv} {},)", "manage-ports" },
  { web, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/shared', @a{sv} {})", "manage-ports" },
  { web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})", "manage-ports" },
  { web, "SwitchPort", "Delete", "(@a{sv} {},)", "manage-ports" },
  { "/org/vmswitch1/endpoint/host", "EthernetPort", "Modify", "({'Description': <'x'>}, @a{sv} {})", "manage-ports" },
  { "/org/vmswitch1/endpoint/host", "EthernetPort", "Delete", "(@a{sv} {},)", "manage-ports" },
  { "/org/vmswitch1/endpoint/guest", "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'eth0', @a{sv} {})",
    "attach" },
  { "/org/vmswitch1/endpoint/tap", "SyntheticEthernetPort", "Open", "(@a{sv} {},)", "open-foreign-endpoint" },
  { "/org/vmswitch1/endpoint/old", "EmulatedEthernetPort", "Open", "(@a{sv} {},)", "open-foreign-endpoint" },
  { manager, "Manager", "DefineSystem", "('x', @a{sv} {}, @a{sv} {})", "manage-systems" },
  { vm, "VirtualSystem", "AddResourceSetting", "({'Name': <'x'>}, @a{sv} {})", "manage-systems" },
  { vm, "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})", "manage-systems" },
  { vm, "VirtualSystem", "Modify", "({'Description': <'x'>}, @a{sv} {})", "manage-systems" },
  { vm, "VirtualSystem", "Delete", "({'force': <true>},)", "manage-systems" },
  { net0, "ResourceAllocationSetting", "Modify", "({'Description': <'x'>}, @a{sv} {})", "manage-systems" },
  { manager, "Manager", "CreateCheckpoint", "([objectpath '/org/vmswitch1/system/vm'], uint32 60, @a{sv} {})",
    "manage-checkpoints" },
  { checkpoint, "Checkpoint", "Confirm", "(@a{sv} {},)", "manage-checkpoints" },
  { checkpoint, "Checkpoint", "Rollback", "(@a{sv} {},)", "manage-checkpoints" },
  { checkpoint, "Checkpoint", "Extend", "(uint32 10, @a{sv} {})", "manage-checkpoints" },
  { net0, "ResourceAllocationSetting", "Remove", "({'force': <true>},)", "manage-systems" },
};

} // namespace

TEST_F (Authorization, IsAskedForByEveryMethodThatChangesSomething)
{
  std::set<std::string> covered;

  ASSERT_TRUE (
      call ("/org/vmswitch1/switch/shared", "Switch", "ConnectInternal", "('in', @a{sv} {}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (lab, "Switch", "Attach", "({'Name': <'guest'>}, @a{sv} {})").ok ());
  for (const char *nic : { "'Name': <'tap'>, 'Backend': <'tap'>", "'Name': <'old'>, 'Kind': <'emulated'>" })
    ASSERT_TRUE (
        call (lab, "Switch", "Attach", std::string ("({") + nic + ", 'Lifetime': <'runtime'>}, @a{sv} {})").ok ());
  for (const char *tap : { "tap", "old" })
    ASSERT_TRUE (wait_until ([&] {
      return get (std::string ("/org/vmswitch1/endpoint/") + tap, "EthernetPort", "State") == "'down'";
    })) << "its descriptors are closed";
  define (root, on_lab);
  for (const char *name : { "free0", "bound0" })
    {
      VswLink fields = {};
      fields.name = name;
      fields.link_kind = "";
      ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
    }
  settle ();
  ASSERT_TRUE (call (lab, "Switch", "BindExternalEthernetPort", "(objectpath '/org/vmswitch1/endpoint/bound0', @a{sv} {})").ok ());
  ASSERT_TRUE (
      call (manager, "Manager", "CreateCheckpoint", std::string ("([objectpath '") + lab + "'], uint32 600, @a{sv} {})")
          .ok ());
  settle ();
  std::string kernel_before = print_kernel ();
  std::vector<std::string> before = list ();
  SignalLog log (root);

  for (const Row &row : rows)
    for (Verdict verdict : { Verdict::no, Verdict::challenge })
      {
        int space = vsw_fake_kernel_make_namespace (kernel, alice_uid);
        Extra extra;

        if (std::string (row.method) == "MoveToNamespace")
          extra.fds = { space };
        kernel_before = print_kernel ();
        gate->verdict = verdict;
        EXPECT_EQ (asked (row.path, row.interface, row.method, row.arguments, extra), row.action) << row.method;
        EXPECT_EQ (reply.error, verdict == Verdict::no ? "org.freedesktop.DBus.Error.AccessDenied"
                                                       : "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired")
            << row.method << ": " << reply.text;
        EXPECT_EQ (gate->questions[0].details["verb"], row.method);
        EXPECT_EQ (gate->questions[0].details["caller-uid"], std::to_string (alice_uid));
        EXPECT_EQ (print_kernel (), kernel_before) << row.method;
        covered.insert (std::string (row.interface) + "." + row.method);
        close (space);
      }
  EXPECT_EQ (list (), before);
  EXPECT_EQ (log.take (), std::vector<std::string> ());

  /* A new method without a row here fails. */
  for (guint i = 0; i < VSW_N_TABLES; i++)
    for (gsize j = 0; j < vsw_table_get (i)->n_methods; j++)
      if (vsw_table_get (i)->methods[j].run == VSW_RUN_CHANGE)
        {
          std::string interface = vsw_table_get (i)->info->name;

          EXPECT_EQ (
              covered.count (interface.substr (interface.rfind ('.') + 1) + "." + vsw_table_get (i)->methods[j].name),
              1u)
              << vsw_table_get (i)->methods[j].name;
        }
}

TEST_F (Authorization, LetsEverybodyRead)
{
  gate->verdict = Verdict::no;
  EXPECT_EQ (asked (manager, "Manager", "GetStatistics", "(@ao [], @a{sv} {})"), "");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (asked (manager, "Manager", "ResolveDevice", "({'InterfaceName': <'vsw-lab'>}, @a{sv} {})"), "");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (asked (lab, "Switch", "GetForwardingTable", "(@a{sv} {},)"), "");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_TRUE (call (alice, "/org/vmswitch1", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
                     g_variant_new_tuple (nullptr, 0))
                   .ok ());
}

TEST_F (Authorization, DoesNotAskAboutRoot)
{
  gate->verdict = Verdict::no;
  EXPECT_TRUE (call (web, "SwitchPort", "Modify", "({'Description': <'x'>}, @a{sv} {})").ok ());
  EXPECT_TRUE (gate->questions.empty ());
}

TEST_F (Authorization, LooksAtArgumentsBeforeItAsks)
{
  EXPECT_EQ (asked (manager, "Manager", "CreateSwitch", "('x', {'Mtu': <'1'>}, @a{sv} {})"), "");
  EXPECT_EQ (reply.print (), "!Error.InvalidArgument");
  EXPECT_EQ (asked (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/gone', @a{sv} {})"), "");
  EXPECT_EQ (reply.print (), "!Error.NotFound");
}

TEST_F (Authorization, MakesTheCallerTheOwner)
{
  EXPECT_EQ (asked (manager, "Manager", "CreateSwitch", "('hers', @a{sv} {}, @a{sv} {})"), "manage-switches");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get ("/org/vmswitch1/switch/hers", "Switch", "OwnerUid"), std::to_string (alice_uid));
}

TEST_F (Authorization, OfOnesOwnIsAnotherAction)
{
  const char hers[] = "/org/vmswitch1/switch/hers";
  const char port[] = "/org/vmswitch1/switch/hers/port/p";
  const char nic[] = "/org/vmswitch1/endpoint/n";

  ASSERT_TRUE (call (alice, manager, "Manager", "CreateSwitch", "('hers', @a{sv} {}, @a{sv} {})").ok ());
  EXPECT_EQ (asked (hers, "Switch", "CreatePort", "('p', @a{sv} {}, @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (hers, "Switch", "CreatePorts", "([{'Name': <'q'>}], @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (hers, "Switch", "Attach", "({'Name': <'n'>, 'Port': <'p'>}, @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (hers, "Switch", "Modify", "({'Description': <'x'>}, @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (nic, "EthernetPort", "Modify", "({'Description': <'x'>}, @a{sv} {})"), "manage-own");
  EXPECT_EQ (asked (hers, "Switch", "AddStaticAddress",
                    "('02:00:00:00:00:01', objectpath '" + std::string (port) + "', @a{sv} {})"),
             "manage-own");
  EXPECT_EQ (asked (port, "SwitchPort", "Disconnect", "(@a{sv} {},)"), "manage-own");
  EXPECT_EQ (asked (port, "SwitchPort", "Connect", "(objectpath '" + std::string (nic) + "', @a{sv} {})"),
             "manage-own");
  EXPECT_EQ (asked (hers, "Switch", "ConnectInternal", "('i', @a{sv} {}, @a{sv} {})"), "connect-internal")
      << "the switch is hers, the host is not";
  EXPECT_EQ (asked (hers, "Switch", "DisconnectInternal", "(objectpath '/org/vmswitch1/endpoint/i', @a{sv} {})"),
             "manage-own");
  EXPECT_EQ (asked (nic, "EthernetPort", "Delete", "({'force': <true>},)"), "manage-own");
  EXPECT_EQ (asked (hers, "Switch", "Delete", "({'force': <true>},)"), "manage-own");
  EXPECT_TRUE (reply.ok ()) << reply.text;
}

TEST_F (Authorization, NeedsEverythingToBeOnesOwn)
{
  const char hers[] = "/org/vmswitch1/switch/hers";

  ASSERT_TRUE (call (alice, manager, "Manager", "CreateSwitch", "('hers', @a{sv} {}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (alice, hers, "Switch", "CreatePort", "('p', @a{sv} {}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (root, hers, "Switch", "CreatePort", "('roots', @a{sv} {}, @a{sv} {})").ok ());
  gate->verdict = Verdict::no;

  EXPECT_EQ (asked ("/org/vmswitch1/switch/hers/port/p", "SwitchPort", "Connect",
                    "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})"),
             "manage-ports")
      << "her port, not her NIC";
  EXPECT_EQ (asked (hers, "Switch", "AddStaticAddress",
                    "('02:00:00:00:00:01', objectpath '/org/vmswitch1/switch/hers/port/roots', @a{sv} {})"),
             "manage-ports")
      << "her switch, not her port";
  EXPECT_EQ (asked (hers, "Switch", "Attach", "({'Name': <'n'>, 'Port': <'roots'>}, @a{sv} {})"), "attach")
      << "her switch, not her port";
  EXPECT_EQ (asked (hers, "Switch", "AttachMany", "([{'Name': <'n'>}, {'Name': <'m'>, 'Port': <'roots'>}], @a{sv} {})"),
             "attach");
  EXPECT_EQ (asked (hers, "Switch", "Modify", "({'Description': <'x'>}, @a{sv} {})"), "manage-own");

  gate->questions.clear ();
  EXPECT_EQ (call (bob, hers, "Switch", "Modify", "({'Description': <'x'>}, @a{sv} {})").error,
             "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ (gate->questions[0].action, "org.vmswitch1.manage-switches") << "bob owns nothing of hers";
  EXPECT_EQ (gate->questions[0].details["owner"], std::to_string (alice_uid));
}

TEST_F (Authorization, ToMoveTakesBothEnds)
{
  const char port[] = "/org/vmswitch1/switch/hers/port/p";

  ASSERT_TRUE (call (alice, manager, "Manager", "CreateSwitch", "('hers', @a{sv} {}, @a{sv} {})").ok ());
  ASSERT_TRUE (call (alice, "/org/vmswitch1/switch/hers", "Switch", "CreatePort", "('p', @a{sv} {}, @a{sv} {})").ok ());
  gate->verdict = Verdict::no;
  EXPECT_EQ (asked (port, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/lab', @a{sv} {})"), "manage-ports");
  EXPECT_EQ (asked (port, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/shared', @a{sv} {})"),
             "attach-shared")
      << "whoever moves there attaches there";
  EXPECT_EQ (gate->questions[0].details["switch"], "hers,shared");

  ASSERT_TRUE (
      call (root, port, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})").ok ());
  EXPECT_EQ (asked (port, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/shared', @a{sv} {})"),
             "manage-ports")
      << "somebody else's NIC is plugged in";
}

TEST_F (Authorization, OfSharedSwitchesIsAnotherAction)
{
  const char shared[] = "/org/vmswitch1/switch/shared";

  EXPECT_EQ (asked (shared, "Switch", "Attach", "({'Name': <'n'>}, @a{sv} {})"), "attach-shared");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (asked (shared, "Switch", "AttachMany", "([{'Name': <'m'>}], @a{sv} {})"), "attach-shared");
  EXPECT_EQ (asked (shared, "Switch", "CreatePort", "('p', @a{sv} {}, @a{sv} {})"), "manage-ports");
  make_port ("shared", "reserved");
  EXPECT_EQ (asked (shared, "Switch", "Attach", "({'Name': <'k'>, 'Port': <'reserved'>}, @a{sv} {})"), "attach")
      << "somebody else's port";
  EXPECT_EQ (asked (shared, "Switch", "Modify", "({'Shared': <false>}, @a{sv} {})"), "manage-switches");
  EXPECT_EQ (asked (shared, "Switch", "Attach", "({'Name': <'l'>}, @a{sv} {})"), "attach");
}

TEST_F (Authorization, TellsRulesWhatItIsAbout)
{
  gate->verdict = Verdict::no;
  asked (lab, "Switch", "Attach", "({'Name': <'vm1'>}, @a{sv} {})");
  EXPECT_EQ (gate->questions[0].details,
             (std::map<std::string, std::string>{ { "verb", "Attach" },
                                                  { "switch", "lab" },
                                                  { "switch-kind", "private" },
                                                  { "port", "vm1" },
                                                  { "endpoint", "vm1" },
                                                  { "endpoint-kind", "synthetic" },
                                                  { "owner", "0" },
                                                  { "caller-uid", std::to_string (alice_uid) },
                                                  { "lifetime", "caller" } }));
  asked (lab, "Switch", "AttachMany", "([{'Name': <'a'>}, {'Name': <'b'>, 'Lifetime': <'runtime'>}], @a{sv} {})");
  EXPECT_EQ (gate->questions[0].details["endpoint"], "a,b");
  EXPECT_EQ (gate->questions[0].details["port"], "a,b");
  EXPECT_EQ (gate->questions[0].details["lifetime"], "caller,runtime");

  asked (manager, "Manager", "CreateSwitch", "('x', @a{sv} {}, @a{sv} {})");
  EXPECT_EQ (gate->questions[0].details,
             (std::map<std::string, std::string>{ { "verb", "CreateSwitch" },
                                                  { "switch", "x" },
                                                  { "caller-uid", std::to_string (alice_uid) },
                                                  { "lifetime", "persistent" } }));
  asked (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");
  EXPECT_EQ (gate->questions[0].details,
             (std::map<std::string, std::string>{ { "verb", "Connect" },
                                                  { "switch", "lab" },
                                                  { "switch-kind", "private" },
                                                  { "port", "web" },
                                                  { "endpoint", "host" },
                                                  { "endpoint-kind", "internal" },
                                                  { "owner", "0" },
                                                  { "caller-uid", std::to_string (alice_uid) },
                                                  { "lifetime", "persistent" } }));
}

TEST_F (Authorization, PassesOnThatTheUserMayBeAsked)
{
  Extra interactive;

  interactive.interactive = true;
  asked (web, "SwitchPort", "Delete", "(@a{sv} {},)", interactive);
  EXPECT_TRUE (gate->questions[0].may_interact);
  make_port ("lab", "web");
  asked (web, "SwitchPort", "Delete", "(@a{sv} {},)");
  EXPECT_FALSE (gate->questions[0].may_interact);
}

TEST_F (Authorization, WaitsWithoutHoldingUpOthers)
{
  gate->verdict = Verdict::hold;
  auto pending = begin (alice, web, "SwitchPort", "Delete", "(@a{sv} {},)");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 1; }));
  EXPECT_TRUE (call (lab, "Switch", "CreatePort", "('other', @a{sv} {}, @a{sv} {})").ok ());
  EXPECT_FALSE (pending->done);

  gate->release (Verdict::yes);
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_TRUE (pending->reply.ok ()) << pending->reply.text;
  EXPECT_FALSE (exists (web));
}

TEST_F (Authorization, OfAnObjectIsNotForItsSuccessor)
{
  gate->verdict = Verdict::hold;
  auto pending = begin (alice, web, "SwitchPort", "Delete", "(@a{sv} {},)");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 1; }));
  ASSERT_TRUE (call (web, "SwitchPort", "Delete", "(@a{sv} {},)").ok ());
  make_port ("lab", "web");

  gate->release (Verdict::yes);
  ASSERT_TRUE (wait_until ([&] { return pending->done; }));
  EXPECT_EQ (pending->reply.print (), "!org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_TRUE (exists (web)) << "the new one under the old name";
}

TEST_F (Authorization, IsGivenUpWhenTheCallerLeaves)
{
  gate->verdict = Verdict::hold;
  begin (alice, web, "SwitchPort", "Delete", "(@a{sv} {},)");
  ASSERT_TRUE (wait_until ([&] { return gate->held.size () == 1; }));
  leave (alice);
  EXPECT_TRUE (wait_until ([&] { return gate->cancelled == 1; }));
  settle ();
  EXPECT_TRUE (exists (web));
}

TEST_F (Authorization, NeverComesToAnythingForSomebodyWhoHasLeft)
{
  std::vector<std::string> before = list ();

  for (int i = 0; i < 40; i++)
    {
      GDBusConnection *somebody = connect_as (alice_uid);

      begin (somebody, lab, "Switch", "Attach", "({'Name': <'ghost'>}, @a{sv} {})");
      for (int turn = 0; turn < i; turn++)
        g_main_context_iteration (context, FALSE);
      leave (somebody);
      EXPECT_TRUE (wait_until ([&] { return list () == before; })) << "after " << i << " turns";
    }
}

TEST_F (Authorization, IsDeniedWithoutAnAnnotation)
{
  VswView view;
  VswScene scene = { engine, "1" };
  GDBusMethodInfo method = {};
  VswDemand demand;

  method.ref_count = -1;
  method.name = const_cast<char *> ("Secret");
  ASSERT_TRUE (vsw_view_find (&scene, lab, &view));
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new_tuple (nullptr, 0));
  for (guint32 uid : { 0u, alice_uid })
    {
      g_autoptr (GError) error = nullptr;
      g_autoptr (VswRequest) request = vsw_request_new (&view, "Secret", nothing, nullptr, uid, "x :1.1");

      EXPECT_FALSE (vsw_gate_choose (&method, request, &demand, &error));
      EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED));
      EXPECT_FALSE (vsw_gate_is_open (&method));
    }
}

TEST_F (Authorization, IsDeniedToAnUnknownUid)
{
  VswView view;
  VswScene scene = { engine, "1" };
  const VswTable *table = vsw_table_find ("org.vmswitch1.Switch");
  const GDBusMethodInfo *method =
      g_dbus_interface_info_lookup_method (const_cast<GDBusInterfaceInfo *> (table->info), "Delete");
  g_autoptr (GError) error = nullptr;
  VswDemand demand;

  ASSERT_TRUE (vsw_view_find (&scene, lab, &view));
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new_tuple (nullptr, 0));
  g_autoptr (VswRequest) request = vsw_request_new (&view, "Delete", nothing, nullptr, VSW_GATE_UNKNOWN_UID, "x :1.1");
  EXPECT_FALSE (vsw_gate_choose (method, request, &demand, &error));
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED));
}
