// SPDX-License-Identifier: GPL-2.0-or-later
// What the log tells of requests that have become true: who deleted switch lab?
#include "uplink_service.h"

namespace
{

const char delete_all[] = "({'force': <true>},)";

class ChangeLog : public UplinkService
{
protected:
  static constexpr char vm[] = "/org/vmswitch1/system/vm";

  void
  make_system ()
  {
    const char *setting = "({'Name': <'net0'>, 'Connection': <objectpath '/org/vmswitch1/switch/lab'>}, @a{sv} {})";
    ASSERT_TRUE (call (manager, "Manager", "DefineSystem", "('vm', @a{sv} {}, @a{sv} {})").ok ());
    ASSERT_TRUE (call (vm, "VirtualSystem", "AddResourceSetting", setting).ok ());
  }
};

} // namespace

TEST_F (ChangeLog, NamesTheSwitchThatWasDeletedAndNotAPartOfIt)
{
  make_port ("lab", "web");
  make_system ();
  ASSERT_TRUE (call (vm, "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})").ok ());
  ASSERT_TRUE (call (lab, "Switch", "Delete", delete_all).ok ());
  EXPECT_TRUE (was_logged ("Delete by uid 0: switch lab and 5 more", "lab"));
}

TEST_F (ChangeLog, NamesTheSystemAndItsSettings)
{
  make_system ();
  EXPECT_TRUE (was_logged ("DefineSystem by uid 0: system vm", "vm"));
  EXPECT_TRUE (was_logged ("AddResourceSetting by uid 0: system vm, setting net0", "vm"));
  ASSERT_TRUE (call (std::string (vm) + "/setting/net0", "ResourceAllocationSetting", "Modify",
                     "({'Mtu': <uint32 1400>}, @a{sv} {})")
                   .ok ());
  EXPECT_TRUE (was_logged ("Modify by uid 0: setting net0 of system vm", "net0"));
  ASSERT_TRUE (call (vm, "VirtualSystem", "Delete", delete_all).ok ());
  EXPECT_TRUE (was_logged ("Delete by uid 0: system vm and 1 more", "vm"));
}

TEST_F (ChangeLog, NamesTheSwitchOfAPort)
{
  make_port ("lab", "web");
  EXPECT_TRUE (was_logged ("CreatePort by uid 0: switch lab, port web", "lab"));
  ASSERT_TRUE (call ("/org/vmswitch1/switch/lab/port/web", "SwitchPort", "Delete", "(@a{sv} {},)").ok ());
  EXPECT_TRUE (was_logged ("Delete by uid 0: port web of switch lab", "web"));
}

TEST_F (ChangeLog, NamesSwitchAndNicOfABinding)
{
  ASSERT_TRUE (call (lab, "Switch", "BindExternalEthernetPort", to_eth0).ok ());
  EXPECT_TRUE (was_logged ("BindExternalEthernetPort by uid 0: switch lab, endpoint eth0 and 1 more", "lab"));
  ASSERT_TRUE (call (lab, "Switch", "UnbindExternalEthernetPort", to_eth0).ok ());
  EXPECT_TRUE (was_logged ("UnbindExternalEthernetPort by uid 0: switch lab, endpoint eth0 and 1 more", "lab"));
}

TEST_F (ChangeLog, NamesSwitchAndNicOfASetupWithItsCheckpointAmongTheOthers)
{
  ASSERT_TRUE (call (manager, "Manager", "SetupSwitch",
                     "(objectpath '/org/vmswitch1/switch/lab', objectpath '/org/vmswitch1/endpoint/eth0', "
                     "{'Name': <'host'>}, @a{sv} {})")
                   .ok ());
  EXPECT_TRUE (was_logged ("SetupSwitch by uid 0: switch lab, endpoint eth0, endpoint host and 3 more", "lab"));
  ASSERT_TRUE (call ("/org/vmswitch1/checkpoint/1", "Checkpoint", "Rollback", "(@a{sv} {},)").ok ());
  EXPECT_TRUE (was_logged ("Rollback by uid 0: checkpoint 1 and 4 more", "1"));
}

TEST_F (ChangeLog, NamesACheckpointByTheNumberThatItGot)
{
  ASSERT_TRUE (call (manager, "Manager", "CreateCheckpoint", "([objectpath '/org/vmswitch1/switch/lab'], uint32 60, @a{sv} {})").ok ());
  EXPECT_TRUE (was_logged ("CreateCheckpoint by uid 0: checkpoint 1", "1"));
}

TEST_F (ChangeLog, CountsWhatIsManyInOneLine)
{
  ASSERT_TRUE (call (lab, "Switch", "CreatePorts",
                     "([{'Name': <'a'>}, {'Name': <'b'>}, {'Name': <'c'>}, {'Name': <'d'>}], @a{sv} {})")
                   .ok ());
  EXPECT_TRUE (was_logged ("CreatePorts by uid 0: switch lab, port a, port b and 2 more", "lab"));
}
