// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual systems and their settings: every method, and what is told of it.
#include "system_fixture.h"

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
  expect (add ("'Name': <'x'>, 'ResourceSubType': <'emulated'>, 'Backend': <'veth'>"), "InvalidArgument", "veth");
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
