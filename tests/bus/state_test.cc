// SPDX-License-Identifier: GPL-2.0-or-later
// The states of virtual systems, and how they are left.
#include "system_fixture.h"

#include <map>

namespace
{

using States = Systems;

} // namespace

TEST_F (States, AreEnabledWithANicForEachSetting)
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

TEST_F (States, LeaveNothingWhenTheyAreDisabled)
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

TEST_F (States, ComeBackFromSavedWithTheSameAddressesOnTheSamePorts)
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

TEST_F (States, GoFromStateToStateOnlyWhereThatLeads)
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

TEST_F (States, AreEnabledWhollyOrNotAtAll)
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

TEST_F (States, HandOutTheDescriptorsOfTheirNicsOnce)
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

TEST_F (States, AreDisabledWhenTheirLastNicHasGoneWithItsDescriptors)
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

TEST_F (States, GoWithWhoeverHoldsThem)
{
  GDBusConnection *caller = bus->connect ();

  ASSERT_TRUE (call (caller, manager, "Manager", "DefineSystem", "('vm', {'Lifetime': <'caller'>}, @a{sv} {})").ok ());
  ASSERT_TRUE (add ("'Name': <'net0'>").ok ());
  ASSERT_TRUE (request ("enabled").ok ());
  bus->disconnect (caller);
  EXPECT_TRUE (wait_until ([&] { return !exists (vm) && !exists (net0) && !exists (vm_net0); }));
}

TEST_F (States, GoWhenTheirHolderIsNotOnTheBusWeComeTo)
{
  GDBusConnection *caller = bus->connect ();

  ASSERT_TRUE (call (caller, manager, "Manager", "DefineSystem", "('vm', {'Lifetime': <'caller'>}, @a{sv} {})").ok ());
  stop_service ();
  bus->disconnect (caller);
  start_service ();
  EXPECT_TRUE (wait_until ([&] { return !exists (vm); }));
}
