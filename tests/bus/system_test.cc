// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual systems and their settings: every method, every state, and what is told of it.
#include "service_fixture.h"

#include <map>

namespace
{

const char manager[] = "/org/vmswitch1/Manager";
const char lab[] = "/org/vmswitch1/switch/lab";
const char reserved[] = "/org/vmswitch1/switch/lab/port/reserved";
const char vm[] = "/org/vmswitch1/system/vm";
const char net0[] = "/org/vmswitch1/system/vm/setting/net0";
const char net1[] = "/org/vmswitch1/system/vm/setting/net1";
const char vm_net0[] = "/org/vmswitch1/endpoint/vm_2dnet0";
const char vm_net1[] = "/org/vmswitch1/endpoint/vm_2dnet1";

using Lines = std::vector<std::string>;

bool
contains (const std::string &text, const std::string &part)
{
  return text.find (part) != std::string::npos;
}

class Systems : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    start_service ();
    make_switch ("lab");
    make_port ("lab", "reserved");
    log = std::make_unique<SignalLog> (root);
  }

  void
  TearDown () override
  {
    log.reset ();
    ServiceTest::TearDown ();
  }

  Reply
  define (const std::string &name = "vm")
  {
    return call (manager, "Manager", "DefineSystem", "('" + name + "', @a{sv} {}, @a{sv} {})");
  }

  Reply
  add (const std::string &setting)
  {
    return call (vm, "VirtualSystem", "AddResourceSetting", "({" + setting + "}, @a{sv} {})");
  }

  Reply
  modify (const std::string &path, const std::string &changes)
  {
    return call (path, "ResourceAllocationSetting", "Modify", "({" + changes + "}, @a{sv} {})");
  }

  Reply
  request (const std::string &state)
  {
    return call (vm, "VirtualSystem", "RequestStateChange", "('" + state + "', @a{sv} {})");
  }

  /* A system with two NICs: one for a port that stays, one that gets its own. */
  void
  make_system ()
  {
    ASSERT_TRUE (define ().ok ());
    ASSERT_TRUE (add (std::string ("'Name': <'net0'>, 'Connection': <objectpath '") + reserved + "'>").ok ());
    ASSERT_TRUE (add (std::string ("'Name': <'net1'>, 'ResourceSubType': <'emulated'>, 'Connection': <objectpath '")
                      + lab + "'>")
                     .ok ());
    settle ();
    log->take ();
  }

  std::string
  get_setting (const std::string &path, const std::string &property)
  {
    return get (path, "ResourceAllocationSetting", property);
  }

  std::string
  get_system (const std::string &property)
  {
    return get (vm, "VirtualSystem", property);
  }

  /* The signals of one call, sorted. */
  Lines
  after (const Reply &reply)
  {
    EXPECT_TRUE (reply.ok ()) << reply.error << " " << reply.text;
    settle ();
    return log->take_sorted ();
  }

  std::unique_ptr<SignalLog> log;
};

} // namespace

/* --- systems --- */

TEST_F (Systems, AreDefinedWithDefaults)
{
  EXPECT_EQ (define ().print (), "('/org/vmswitch1/system/vm',)");
  EXPECT_EQ (get_system ("Name"), "'vm'");
  EXPECT_EQ (get_system ("Description"), "''");
  EXPECT_EQ (get_system ("EnabledState"), "'disabled'");
  EXPECT_EQ (get_system ("Machine"), "''");
  EXPECT_EQ (get_system ("ResourceSettings"), "[]");
  EXPECT_EQ (get_system ("EthernetPorts"), "[]");
  EXPECT_EQ (get_system ("Lifetime"), "'persistent'");
  EXPECT_EQ (get_system ("OwnerUid"), "0");
  EXPECT_NE (get_system ("CreatedTimestamp"), "0");
  EXPECT_EQ (get_system ("Id").size (), 38u);
}

TEST_F (Systems, AreDefinedWithEverySetting)
{
  Reply reply = call (manager, "Manager", "DefineSystem",
                      "('vm', {'Description': <'words'>, 'Lifetime': <'runtime'>}, {'machine': <'vm.one'>})");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get_system ("Description"), "'words'");
  EXPECT_EQ (get_system ("Lifetime"), "'runtime'");
  EXPECT_EQ (get_system ("Machine"), "'vm.one'");
}

TEST_F (Systems, AreModified)
{
  make_system ();
  EXPECT_EQ (after (call (vm, "VirtualSystem", "Modify", "({'Description': <'x'>, 'Machine': <'m'>}, @a{sv} {})")),
             (Lines{ "changed /system/vm VirtualSystem: Description='x' Machine='m'" }));
  EXPECT_EQ (after (call (vm, "VirtualSystem", "Modify", "({'Machine': <''>}, @a{sv} {})")),
             (Lines{ "changed /system/vm VirtualSystem: Machine=''" }));
}

TEST_F (Systems, TellOfThemselvesInSignals)
{
  EXPECT_EQ (after (define ()), (Lines{ "added /system/vm by /: VirtualSystem" }));
  EXPECT_EQ (after (add ("'Name': <'net0'>")),
             (Lines{ "added /system/vm/setting/net0 by /: ResourceAllocationSetting",
                     "changed /system/vm VirtualSystem: ResourceSettings=['/org/vmswitch1/system/vm/setting/net0']" }));
  EXPECT_EQ (after (call (net0, "ResourceAllocationSetting", "Remove", "(@a{sv} {},)")),
             (Lines{ "changed /system/vm VirtualSystem: ResourceSettings=[]",
                     "removed /system/vm/setting/net0 by /: ResourceAllocationSetting" }));
  EXPECT_EQ (after (call (vm, "VirtualSystem", "Delete", "(@a{sv} {},)")),
             (Lines{ "removed /system/vm by /: VirtualSystem" }));
}

TEST_F (Systems, TellPartsBeforeTheWholeWhenTheyGo)
{
  make_system ();
  ASSERT_TRUE (call (vm, "VirtualSystem", "Delete", "(@a{sv} {},)").ok ());
  settle ();
  Lines lines = log->take ();

  ASSERT_EQ (lines.size (), 3u);
  EXPECT_EQ (lines[2], "removed /system/vm by /: VirtualSystem");
}

TEST_F (Systems, AreDeletedWhileEnabledOnlyByForce)
{
  std::string before = print_kernel ();

  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  EXPECT_EQ (call (vm, "VirtualSystem", "Delete", "(@a{sv} {},)").print (), "!Error.InUse");
  EXPECT_TRUE (exists (vm_net0));
  EXPECT_TRUE (call (vm, "VirtualSystem", "Delete", "({'force': <true>},)").ok ());
  for (const char *path : { vm, net0, net1, vm_net0, vm_net1, "/org/vmswitch1/switch/lab/port/vm_2dnet1" })
    EXPECT_FALSE (exists (path)) << path;
  EXPECT_TRUE (exists (reserved));
}

TEST_F (Systems, AreListedWithTheirSettingsByName)
{
  ASSERT_TRUE (define ().ok ());
  for (const char *name : { "c", "a", "b" })
    ASSERT_TRUE (add (std::string ("'Name': <'") + name + "'>").ok ());
  EXPECT_EQ (get_system ("ResourceSettings"),
             "['/org/vmswitch1/system/vm/setting/a', '/org/vmswitch1/system/vm/setting/b', "
             "'/org/vmswitch1/system/vm/setting/c']");
  Lines lines = list ();
  EXPECT_NE (std::find (lines.begin (), lines.end (), "/system/vm/setting/b: ResourceAllocationSetting"), lines.end ());
}

/* --- settings --- */

TEST_F (Systems, GetSettingsWithDefaults)
{
  ASSERT_TRUE (define ().ok ());
  EXPECT_EQ (add ("'Name': <'net0'>").print (), "('/org/vmswitch1/system/vm/setting/net0',)");
  EXPECT_EQ (get_setting (net0, "Name"), "'net0'");
  EXPECT_EQ (get_setting (net0, "Description"), "''");
  EXPECT_EQ (get_setting (net0, "ResourceSubType"), "'synthetic'");
  EXPECT_EQ (get_setting (net0, "Backend"), "'tap'");
  EXPECT_EQ (get_setting (net0, "StaticMacAddress"), "false");
  EXPECT_EQ (get_setting (net0, "Address").size (), 19u) << "it has one from birth";
  EXPECT_EQ (get_setting (net0, "Connection"), "'/'");
  EXPECT_EQ (get_setting (net0, "AutomaticConnection"), "true");
  EXPECT_EQ (get_setting (net0, "Queues"), "1");
  EXPECT_EQ (get_setting (net0, "Mtu"), "0");
  EXPECT_EQ (get_setting (net0, "PendingChanges"), "[]");
  EXPECT_EQ (get_setting (net0, "VirtualSystem"), std::string ("'") + vm + "'");
  EXPECT_EQ (get_setting (net0, "EthernetPort"), "'/'");
}

TEST_F (Systems, GetSettingsWithEveryKey)
{
  ASSERT_TRUE (define ().ok ());
  Reply reply =
      add (std::string ("'Name': <'net0'>, 'ResourceSubType': <'synthetic'>, 'Backend': <'veth'>, "
                        "'Address': <'02:00:00:00:00:0c'>, 'AutomaticConnection': <false>, 'Queues': <uint32 4>, "
                        "'Mtu': <uint32 1400>, 'Description': <'words'>, 'Connection': <objectpath '")
           + reserved + "'>");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get_setting (net0, "Description"), "'words'");
  EXPECT_EQ (get_setting (net0, "Backend"), "'veth'");
  EXPECT_EQ (get_setting (net0, "Address"), "'02:00:00:00:00:0c'");
  EXPECT_EQ (get_setting (net0, "StaticMacAddress"), "true");
  EXPECT_EQ (get_setting (net0, "Connection"), std::string ("'") + reserved + "'");
  EXPECT_EQ (get_setting (net0, "AutomaticConnection"), "false");
  EXPECT_EQ (get_setting (net0, "Queues"), "4");
  EXPECT_EQ (get_setting (net0, "Mtu"), "1400");
}

TEST_F (Systems, ModifySettingsWhileDisabled)
{
  make_system ();
  EXPECT_EQ (
      after (modify (
          net0, "'Address': <'02:00:00:00:00:0c'>, 'Connection': <objectpath '/'>, 'Queues': <uint32 2>, "
                "'Backend': <'veth'>, 'Mtu': <uint32 1300>, 'AutomaticConnection': <false>, 'Description': <'x'>")),
      (Lines{ "changed /system/vm/setting/net0 ResourceAllocationSetting: Description='x' Backend='veth' "
              "Address='02:00:00:00:00:0c' StaticMacAddress=true Connection='/' AutomaticConnection=false "
              "Queues=2 Mtu=1300" }));
  EXPECT_EQ (get_setting (net0, "PendingChanges"), "[]") << "nothing is there yet";

  ASSERT_TRUE (modify (net0, "'Address': <''>").ok ());
  EXPECT_NE (get_setting (net0, "Address"), "'02:00:00:00:00:0c'");
  EXPECT_EQ (get_setting (net0, "StaticMacAddress"), "false");
  EXPECT_EQ (modify (net0, "'Address': <'00:00:00:00:00:00'>").print (), "!Error.InvalidArgument")
      << "zero is not the same as none";
}

TEST_F (Systems, FollowTheirSettingsLiveWhereTheyCan)
{
  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  settle ();
  log->take ();

  EXPECT_EQ (after (modify (net0, "'Queues': <uint32 2>, 'Address': <'02:00:00:00:00:0c'>, 'Backend': <'veth'>")),
             (Lines{ "changed /system/vm/setting/net0 ResourceAllocationSetting: Backend='veth' "
                     "Address='02:00:00:00:00:0c' StaticMacAddress=true Queues=2 PendingChanges=['Address', 'Backend', "
                     "'Queues']" }));
  EXPECT_EQ (get (vm_net0, "SyntheticEthernetPort", "Queues"), "1");

  Lines lines = after (modify (net0, "'Mtu': <uint32 1300>"));
  EXPECT_NE (std::find (lines.begin (), lines.end (), "changed /endpoint/vm_2dnet0 EthernetPort: Mtu=1300"),
             lines.end ());
  EXPECT_EQ (get_setting (net0, "PendingChanges"), "['Address', 'Backend', 'Queues']");

  make_switch ("dmz");
  ASSERT_TRUE (modify (net0, "'Connection': <objectpath '/org/vmswitch1/switch/dmz'>").ok ());
  EXPECT_EQ (get (vm_net0, "LanEndpoint", "SwitchPort"), "'/org/vmswitch1/switch/dmz/port/vm_2dnet0'");
  EXPECT_EQ (get (reserved, "SwitchPort", "Connected"), "false");

  ASSERT_TRUE (request ("disabled").ok ());
  EXPECT_EQ (get_setting (net0, "PendingChanges"), "[]");
  ASSERT_TRUE (request ("enabled").ok ());
  EXPECT_EQ (get (vm_net0, "SyntheticEthernetPort", "Backend"), "'veth'");
  EXPECT_EQ (get (vm_net0, "SyntheticEthernetPort", "Queues"), "2");
  EXPECT_EQ (get (vm_net0, "EthernetPort", "MacAddress"), "'02:00:00:00:00:0c'");
}

TEST_F (Systems, GetANicAtOnceForASettingAddedWhileEnabled)
{
  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  settle ();
  log->take ();
  Lines lines = after (add (std::string ("'Name': <'more'>, 'Connection': <objectpath '") + lab + "'>"));
  for (const char *line : { "added /endpoint/vm_2dmore by /: EthernetPort LanEndpoint SyntheticEthernetPort",
                            "added /system/vm/setting/more by /: ResourceAllocationSetting" })
    EXPECT_NE (std::find (lines.begin (), lines.end (), line), lines.end ()) << line;
  EXPECT_EQ (get (vm, "VirtualSystem", "EthernetPorts"),
             "['/org/vmswitch1/endpoint/vm_2dmore', '/org/vmswitch1/endpoint/vm_2dnet0', "
             "'/org/vmswitch1/endpoint/vm_2dnet1']");

  EXPECT_EQ (
      call ("/org/vmswitch1/system/vm/setting/more", "ResourceAllocationSetting", "Remove", "(@a{sv} {},)").print (),
      "!Error.InUse");
  EXPECT_TRUE (
      call ("/org/vmswitch1/system/vm/setting/more", "ResourceAllocationSetting", "Remove", "({'force': <true>},)")
          .ok ());
  EXPECT_FALSE (exists ("/org/vmswitch1/endpoint/vm_2dmore"));
  EXPECT_EQ (get_system ("EnabledState"), "'enabled'");
}

TEST_F (Systems, NameTheirConnectionsWhereverTheyAre)
{
  make_system ();
  make_switch ("dmz");
  settle ();
  log->take ();
  Lines lines = after (call (reserved, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/dmz', @a{sv} {})"));
  EXPECT_NE (std::find (lines.begin (), lines.end (),
                        "changed /system/vm/setting/net0 ResourceAllocationSetting: "
                        "Connection='/org/vmswitch1/switch/dmz/port/reserved'"),
             lines.end ());
  EXPECT_EQ (get_setting (net0, "Connection"), "'/org/vmswitch1/switch/dmz/port/reserved'");

  EXPECT_EQ (call ("/org/vmswitch1/switch/dmz/port/reserved", "SwitchPort", "Delete", "(@a{sv} {},)").print (),
             "!Error.InUse");
  lines = after (call ("/org/vmswitch1/switch/dmz/port/reserved", "SwitchPort", "Delete", "({'force': <true>},)"));
  EXPECT_NE (std::find (lines.begin (), lines.end (),
                        "changed /system/vm/setting/net0 ResourceAllocationSetting: Connection='/'"),
             lines.end ());
}

/* --- states --- */

TEST_F (Systems, AreEnabledWithANicForEachSetting)
{
  make_system ();
  Lines lines = after (request ("enabled"));

  for (const char *line :
       { "added /endpoint/vm_2dnet0 by /: EthernetPort LanEndpoint SyntheticEthernetPort",
         "added /endpoint/vm_2dnet1 by /: EmulatedEthernetPort EthernetPort LanEndpoint",
         "added /switch/lab/port/vm_2dnet1 by /: SwitchPort",
         "changed /system/vm VirtualSystem: EnabledState='enabled' EthernetPorts=["
         "'/org/vmswitch1/endpoint/vm_2dnet0', '/org/vmswitch1/endpoint/vm_2dnet1']",
         "changed /system/vm/setting/net0 ResourceAllocationSetting: EthernetPort='/org/vmswitch1/endpoint/vm_2dnet0'",
         "changed /switch/lab/port/reserved SwitchPort: Connected=true Endpoint="
         "'/org/vmswitch1/endpoint/vm_2dnet0' State='no-carrier'" })
    EXPECT_NE (std::find (lines.begin (), lines.end (), line), lines.end ()) << line;
  EXPECT_EQ (get (vm_net0, "SyntheticEthernetPort", "VirtualSystem"), std::string ("'") + vm + "'");
  EXPECT_EQ (get (vm_net1, "EmulatedEthernetPort", "VirtualSystem"), std::string ("'") + vm + "'");
  EXPECT_EQ (get (vm_net0, "EthernetPort", "State"), "'down'") << "nobody has it open";
  EXPECT_EQ (get (vm_net0, "EthernetPort", "Lifetime"), "'descriptor'");
  EXPECT_EQ (get (vm_net0, "EthernetPort", "MacAddress"), get_setting (net0, "Address"));
}

TEST_F (Systems, LeaveNothingWhenTheyAreDisabled)
{
  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  ASSERT_TRUE (request ("disabled").ok ());
  std::string before = print_kernel ();
  std::vector<std::string> objects = list ();

  ASSERT_TRUE (request ("enabled").ok ());
  ASSERT_TRUE (request ("disabled").ok ());
  EXPECT_EQ (print_kernel (), before);
  EXPECT_EQ (list (), objects);
  EXPECT_TRUE (exists (net0));
  EXPECT_TRUE (exists (reserved));
  EXPECT_EQ (get_system ("EthernetPorts"), "[]");
}

TEST_F (Systems, ComeBackFromSavedWithTheSameAddressesOnTheSamePorts)
{
  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  std::string mac0 = get (vm_net0, "EthernetPort", "MacAddress");
  std::string mac1 = get (vm_net1, "EthernetPort", "MacAddress");

  ASSERT_TRUE (request ("saved").ok ());
  EXPECT_EQ (get_system ("EnabledState"), "'saved'");
  EXPECT_FALSE (exists (vm_net0));
  ASSERT_TRUE (request ("enabled").ok ());
  EXPECT_EQ (get (vm_net0, "EthernetPort", "MacAddress"), mac0);
  EXPECT_EQ (get (vm_net1, "EthernetPort", "MacAddress"), mac1);
  EXPECT_EQ (get (vm_net0, "LanEndpoint", "SwitchPort"), std::string ("'") + reserved + "'");
}

TEST_F (Systems, GoFromStateToStateOnlyWhereThatLeads)
{
  static const std::map<std::string, std::vector<std::string> > leads = { { "disabled", { "enabled" } },
                                                                          { "enabled", { "disabled", "saved" } },
                                                                          { "saved", { "disabled", "enabled" } } };
  auto bring_to = [&] (const std::string &state) {
    for (const char *step : { "disabled", "enabled", "saved" })
      if (get_system ("EnabledState") != "'" + state + "'")
        request (step);
    EXPECT_EQ (get_system ("EnabledState"), "'" + state + "'");
  };

  make_system ();
  for (const auto &[from, targets] : leads)
    for (const char *to : { "disabled", "enabled", "saved" })
      {
        bring_to (from);
        Reply reply = request (to);
        bool is_allowed = std::find (targets.begin (), targets.end (), to) != targets.end ();

        EXPECT_EQ (reply.print (), is_allowed ? "()" : "!Error.InvalidState") << from << " to " << to;
        EXPECT_EQ (get_system ("EnabledState"), std::string ("'") + (is_allowed ? to : from) + "'");
      }
  Reply reply = request ("on");
  EXPECT_EQ (reply.print (), "!Error.InvalidArgument");
  EXPECT_TRUE (contains (reply.text, "'on'")) << reply.text;
}

TEST_F (Systems, AreEnabledWhollyOrNotAtAll)
{
  guint k = 1;

  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  ASSERT_TRUE (request ("disabled").ok ());
  settle ();
  log->take ();
  std::string before = print_kernel ();
  for (;; k++)
    {
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      Reply reply = request ("enabled");
      if (reply.ok ())
        break;
      EXPECT_EQ (reply.print (), "!Error.Kernel") << reply.text;
      EXPECT_EQ (get_system ("EnabledState"), "'disabled'");
      EXPECT_EQ (print_kernel (), before) << "failing step " << k;
      EXPECT_EQ (log->take (), Lines ());
    }
  EXPECT_GT (k, 2u);

  vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
  ASSERT_TRUE (request ("disabled").ok ());
  ASSERT_TRUE (call (lab, "Switch", "Attach", "({'Name': <'other'>, 'Port': <'reserved'>}, @a{sv} {})").ok ());
  EXPECT_EQ (request ("enabled").print (), "!Error.InUse");
  EXPECT_FALSE (exists (vm_net1));
}

TEST_F (Systems, HandOutTheDescriptorsOfTheirNicsOnce)
{
  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  guint open = count_open ();
  Reply reply = call (vm_net0, "SyntheticEthernetPort", "Open", "(@a{sv} {},)");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.count_fds (), 1u);
  EXPECT_TRUE (wait_until ([&] { return count_open () == open + 2; })) << "the guest's end and the kernel's";
  EXPECT_TRUE (wait_until ([&] { return get (vm_net0, "EthernetPort", "State") == "'ok'"; }, 3000)) << print_kernel ();
  EXPECT_EQ (get (reserved, "SwitchPort", "State"), "'forwarding'");
  EXPECT_EQ (call (vm_net0, "SyntheticEthernetPort", "Open", "(@a{sv} {},)").print (), "!Error.InUse");
}

TEST_F (Systems, AreDisabledWhenTheirLastNicHasGoneWithItsDescriptors)
{
  make_system ();
  ASSERT_TRUE (request ("enabled").ok ());
  Reply first = call (vm_net0, "SyntheticEthernetPort", "Open", "(@a{sv} {},)");
  Reply second = call (vm_net1, "EmulatedEthernetPort", "Open", "(@a{sv} {},)");
  ASSERT_TRUE (first.ok () && second.ok ()) << first.text << second.text;

  first.fds.reset ();
  ASSERT_TRUE (wait_until ([&] { return !exists (vm_net0); }));
  EXPECT_EQ (get_system ("EnabledState"), "'enabled'");
  EXPECT_EQ (get_setting (net0, "EthernetPort"), "'/'");
  settle ();
  log->take ();
  second.fds.reset ();
  ASSERT_TRUE (wait_until ([&] { return get_system ("EnabledState") == "'disabled'"; }));
  settle ();
  Lines lines = log->take ();
  EXPECT_NE (std::find (lines.begin (), lines.end (),
                        "changed /system/vm VirtualSystem: EnabledState='disabled' EthernetPorts=[]"),
             lines.end ());
  EXPECT_FALSE (exists (vm_net1));
  EXPECT_FALSE (exists ("/org/vmswitch1/switch/lab/port/vm_2dnet1"));
}

TEST_F (Systems, GoWithWhoeverHoldsThem)
{
  GDBusConnection *caller = bus->connect ();

  ASSERT_TRUE (call (caller, manager, "Manager", "DefineSystem", "('vm', {'Lifetime': <'caller'>}, @a{sv} {})").ok ());
  ASSERT_TRUE (add ("'Name': <'net0'>").ok ());
  ASSERT_TRUE (request ("enabled").ok ());
  bus->disconnect (caller);
  EXPECT_TRUE (wait_until ([&] { return !exists (vm) && !exists (net0) && !exists (vm_net0); }));
}

TEST_F (Systems, GoWhenTheirHolderIsNotOnTheBusWeComeTo)
{
  GDBusConnection *caller = bus->connect ();

  ASSERT_TRUE (call (caller, manager, "Manager", "DefineSystem", "('vm', {'Lifetime': <'caller'>}, @a{sv} {})").ok ());
  stop_service ();
  bus->disconnect (caller);
  start_service ();
  EXPECT_TRUE (wait_until ([&] { return !exists (vm); }));
}

/* --- what is wrong --- */

TEST_F (Systems, AreToldWhatDoesNotFit)
{
  make_system ();
  std::string before = print_kernel ();
  auto expect = [&] (const Reply &reply, const char *error, const char *part) {
    EXPECT_EQ (reply.print (), std::string ("!Error.") + error) << reply.text;
    EXPECT_TRUE (contains (reply.text, part)) << reply.text;
  };

  expect (define (), "Exists", "vm");
  expect (call (manager, "Manager", "DefineSystem", "('x', {'Lifetime': <'descriptor'>}, @a{sv} {})"),
          "InvalidArgument", "descriptor");
  expect (call (manager, "Manager", "DefineSystem", "('x', @a{sv} {}, {'machine': <'a/b'>})"), "InvalidArgument",
          "'a/b'");
  expect (add ("'Description': <'x'>"), "InvalidArgument", "'Name'");
  expect (add ("'Name': <'net0'>"), "Exists", "net0");
  expect (add ("'Name': <'x'>, 'ResourceSubType': <'internal'>"), "InvalidArgument", "internal");
  expect (add ("'Name': <'x'>, 'ResourceSubType': <'emulated'>, 'Backend': <'veth'>"), "NotSupported", "veth");
  expect (add ("'Name': <'x'>, 'ResourceSubType': <'emulated'>, 'Queues': <uint32 2>"), "InvalidArgument", "2 queues");
  expect (add ("'Name': <'x'>, 'Address': <" + get_setting (net0, "Address") + ">"), "Exists", "");
  expect (add ("'Name': <'" + std::string (61, 'x') + "'>"), "InvalidArgument", "63");
  for (const char *path :
       { "/org/vmswitch1/switch/gone", "/org/vmswitch1/endpoint/x", "/org/vmswitch1/Manager", vm, net0 })
    {
      expect (add (std::string ("'Name': <'x'>, 'Connection': <objectpath '") + path + "'>"), "NotFound", path);
      expect (modify (net0, std::string ("'Connection': <objectpath '") + path + "'>"), "NotFound", path);
    }
  expect (modify (net0, "'Name': <'y'>"), "InvalidArgument", "'Name'");
  expect (modify (net0, "'ResourceSubType': <'emulated'>"), "InvalidArgument", "'ResourceSubType'");
  expect (modify (net0, "'Address': <" + get_setting (net1, "Address") + ">"), "Exists", "");
  expect (call (vm, "VirtualSystem", "Modify", "({'EnabledState': <'enabled'>}, @a{sv} {})"), "InvalidArgument",
          "'EnabledState'");
  expect (call (manager, "Manager", "GetStatistics", std::string ("([objectpath '") + vm + "'], @a{sv} {})"),
          "InvalidArgument", "no counters");
  expect (call (manager, "Manager", "GetStatistics", std::string ("([objectpath '") + net0 + "'], @a{sv} {})"),
          "InvalidArgument", "no counters");
  EXPECT_EQ (print_kernel (), before);
  EXPECT_EQ (log->take (), Lines ());
}
