// SPDX-License-Identifier: GPL-2.0-or-later
// Taps: attached or opened, their descriptors arrive, and nobody here keeps one.
#include "service_fixture.h"

#include <unistd.h>

namespace
{

const char manager[] = "/org/vmswitch1/Manager";
const char lab[] = "/org/vmswitch1/switch/lab";
const char vm[] = "/org/vmswitch1/endpoint/vm";
const char vm_port[] = "/org/vmswitch1/switch/lab/port/vm";

bool
contains (const std::string &text, const std::string &part)
{
  return text.find (part) != std::string::npos;
}

class Taps : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    start_service ();
    make_switch ("lab");
    make_port ("lab", "reserved");
    /* A bridge that has had a port is another than one that never had. */
    ASSERT_TRUE (attach ("'Name': <'first'>").ok ());
    ASSERT_TRUE (call ("/org/vmswitch1/endpoint/first", "EthernetPort", "Delete", "(@a{sv} {},)").ok ());
    empty = list ();
    shape = print_shape ();
    open = count_open ();
  }

  Reply
  attach (const std::string &nic)
  {
    return call (lab, "Switch", "Attach", "({" + nic + "}, @a{sv} {})");
  }

  Reply
  open_nic (const std::string &path, const std::string &interface = "SyntheticEthernetPort",
            const std::string &options = "@a{sv} {}")
  {
    return call (path, interface, "Open", "(" + options + ",)");
  }

  std::string
  print_shape ()
  {
    g_autofree char *text = vsw_fake_kernel_print_shape (kernel);
    return text;
  }

  /* What a tap of n queues takes here: the guest's end, and the kernel's in the fake. */
  bool
  wait_held (guint n)
  {
    return wait_until ([&] { return count_open () == open + 2 * n; });
  }

  bool
  wait_nothing_left ()
  {
    return wait_until ([&] { return count_open () == open && list () == empty && print_shape () == shape; });
  }

  std::vector<std::string> empty;
  std::string shape;
  guint open = 0;
};

} // namespace

TEST_F (Taps, AreAttachedWithADescriptorAQueue)
{
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'Queues': <uint32 2>");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.print (), "('/org/vmswitch1/switch/lab/port/vm', '/org/vmswitch1/endpoint/vm', [0, 1])");
  EXPECT_EQ (reply.count_fds (), 2u);
  EXPECT_EQ (get (vm, "EthernetPort", "Kind"), "'synthetic'");
  EXPECT_EQ (get (vm, "EthernetPort", "Lifetime"), "'descriptor'");
  EXPECT_EQ (get (vm, "EthernetPort", "InterfaceName"), "'vswp-vm'");
  EXPECT_NE (get (vm, "EthernetPort", "InterfaceIndex"), "0");
  EXPECT_EQ (get (vm, "EthernetPort", "Carrier"), "true");
  EXPECT_EQ (get (vm, "EthernetPort", "State"), "'ok'");
  EXPECT_EQ (get (vm, "EthernetPort", "Mtu"), "1500");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Backend"), "'tap'");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Queues"), "2");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Placed"), "false");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "VirtualSystem"), "'/'");
  EXPECT_EQ (get (vm, "LanEndpoint", "Role"), "'vm'");
  EXPECT_EQ (get (vm, "LanEndpoint", "SwitchPort"), std::string ("'") + vm_port + "'");
  EXPECT_EQ (get (vm_port, "SwitchPort", "Lifetime"), "'descriptor'");
  EXPECT_EQ (get (vm_port, "SwitchPort", "State"), "'forwarding'");
}

TEST_F (Taps, ShowTheAddressOfTheGuestAndNotOfTheSwitchSide)
{
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'MacAddress': <'02:00:00:00:00:0b'>");
  VswLink *link = vsw_links_find_name (vsw_engine_get_links (engine), "vswp-vm");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  ASSERT_NE (link, nullptr);
  EXPECT_EQ (link->mac.octets[0], 0xfe);
  EXPECT_EQ (get (vm, "EthernetPort", "MacAddress"), "'02:00:00:00:00:0b'");
  EXPECT_EQ (get (vm, "EthernetPort", "PermanentAddress"), "'02:00:00:00:00:0b'");
  EXPECT_EQ (get (vm, "EthernetPort", "StaticMacAddress"), "true");
  EXPECT_EQ (get (vm, "LanEndpoint", "MacAddress"), "'02:00:00:00:00:0b'");
}

TEST_F (Taps, AreWhatEmulatedNicsAre)
{
  Reply reply = attach ("'Name': <'vm'>, 'Kind': <'emulated'>");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.count_fds (), 1u);
  EXPECT_EQ (get (vm, "EthernetPort", "Kind"), "'emulated'");
  EXPECT_EQ (get (vm, "EmulatedEthernetPort", "VirtualSystem"), "'/'");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Backend"), "!org.freedesktop.DBus.Error.InvalidArgs");
}

TEST_F (Taps, AreNotWhatSyntheticNicsAreUnlessTold)
{
  Reply reply = attach ("'Name': <'vm'>");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.count_fds (), 0u);
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Backend"), "'veth'");
  EXPECT_EQ (get (vm, "EthernetPort", "Lifetime"), "'caller'");
}

TEST_F (Taps, GoWithTheirLastDescriptor)
{
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'Queues': <uint32 3>");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  ASSERT_TRUE (wait_held (3)) << "the service has closed its own";
  int kept = g_unix_fd_list_get (reply.fds.get (), 1, nullptr);
  reply.fds.reset ();
  EXPECT_FALSE (wait_until ([&] { return !exists (vm); }, 200)) << "one is still open";
  close (kept);
  EXPECT_TRUE (wait_nothing_left ());
}

TEST_F (Taps, ComeInOneMessageInTheOrderAskedFor)
{
  Reply reply = call (lab, "Switch", "AttachMany",
                      "([{'Name': <'c'>, 'Backend': <'tap'>, 'Queues': <uint32 2>}, {'Name': <'a'>}, "
                      "{'Name': <'b'>, 'Kind': <'emulated'>, 'Port': <'reserved'>}], @a{sv} {})");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.print (),
             "(['/org/vmswitch1/switch/lab/port/c', '/org/vmswitch1/switch/lab/port/a', "
             "'/org/vmswitch1/switch/lab/port/reserved'], ['/org/vmswitch1/endpoint/c', '/org/vmswitch1/endpoint/a', "
             "'/org/vmswitch1/endpoint/b'], [0, 1, 2])");
  ASSERT_EQ (reply.count_fds (), 3u);

  /* Which is whose shows when it is closed. */
  gint n = 0;
  int *fds = g_unix_fd_list_steal_fds (reply.fds.get (), &n);
  close (fds[2]);
  EXPECT_TRUE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/b"); }));
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/reserved", "SwitchPort", "Connected"), "false");
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/c"));
  close (fds[0]);
  close (fds[1]);
  EXPECT_TRUE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/c"); }));
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/a"));
  g_free (fds);
}

TEST_F (Taps, AreNoMoreThanAMessageCarries)
{
  std::string seven = "{'Name': <'a'>, 'Backend': <'tap'>, 'Queues': <uint32 7>}";
  std::string eight = "{'Name': <'b'>, 'Backend': <'tap'>, 'Queues': <uint32 8>}";
  Reply reply = call (lab, "Switch", "AttachMany", "([" + seven + ", " + eight + "], @a{sv} {})");

  EXPECT_EQ (reply.print (), "!Error.InvalidArgument");
  EXPECT_TRUE (contains (reply.text, "15 descriptors") && contains (reply.text, "limit 14")
               && contains (reply.text, "the bus lets 16 through"))
      << reply.text;
  EXPECT_EQ (print_shape (), shape);

  std::string other = "{'Name': <'b'>, 'Backend': <'tap'>, 'Queues': <uint32 7>}, {'Name': <'c'>}";
  reply = call (lab, "Switch", "AttachMany", "([" + seven + ", " + other + "], @a{sv} {})");
  EXPECT_TRUE (reply.ok ()) << reply.text << ": pairs of devices have none";
  EXPECT_EQ (reply.count_fds (), 14u);
  EXPECT_TRUE (wait_held (14));
}

TEST_F (Taps, WithImpossibleQueuesAreRefusedByThat)
{
  for (const char *queues : { "0", "9", "4294967295" })
    {
      Reply reply = attach (std::string ("'Name': <'vm'>, 'Backend': <'tap'>, 'Queues': <uint32 ") + queues + ">");
      EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << queues;
      EXPECT_TRUE (contains (reply.text, std::string (queues) + " queues")) << reply.text;
    }
  EXPECT_EQ (attach ("'Name': <'vm'>, 'Kind': <'emulated'>, 'Queues': <uint32 2>").print (), "!Error.InvalidArgument");
  EXPECT_EQ (attach ("'Name': <'vm'>, 'Kind': <'emulated'>, 'Backend': <'veth'>").print (), "!Error.InvalidArgument");
  EXPECT_TRUE (wait_nothing_left ());
}

TEST_F (Taps, HaveNoPlaceElsewhere)
{
  int space = vsw_fake_kernel_make_namespace (kernel, 0);
  Extra extra;

  extra.fds = { space };
  for (const char *kind : { "'Backend': <'tap'>", "'Kind': <'emulated'>" })
    {
      Reply reply = call (root, lab, "Switch", "Attach",
                          std::string ("({'Name': <'vm'>, 'Namespace': <handle 0>, ") + kind + "}, @a{sv} {})", extra);
      EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << kind;
      EXPECT_TRUE (contains (reply.text, "'Namespace'") && contains (reply.text, "tap")) << reply.text;
    }
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'InterfaceName': <'eth0'>");
  EXPECT_EQ (reply.print (), "!Error.InvalidArgument");
  EXPECT_TRUE (contains (reply.text, "'InterfaceName'")) << reply.text;

  reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>");
  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (
      call (root, vm, "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'eth0', @a{sv} {})", extra).print (),
      "!Error.NotSupported");
  close (space);
}

TEST_F (Taps, OfOtherLifetimesStayAndAreOpenedAgain)
{
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'Lifetime': <'runtime'>, 'Queues': <uint32 4>");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.count_fds (), 4u);
  EXPECT_EQ (open_nic (vm).print (), "!Error.InUse");
  reply.fds.reset ();
  ASSERT_TRUE (wait_until ([&] { return get (vm, "EthernetPort", "State") == "'down'"; }));
  EXPECT_EQ (get (vm, "EthernetPort", "Carrier"), "false");
  EXPECT_EQ (get (vm_port, "SwitchPort", "State"), "'no-carrier'");

  reply = open_nic (vm, "SyntheticEthernetPort", "{'queues': <uint32 3>}");
  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (reply.count_fds (), 3u);
  EXPECT_TRUE (wait_held (3));
  EXPECT_EQ (get (vm, "EthernetPort", "State"), "'ok'");
  EXPECT_EQ (get (vm, "EthernetPort", "Lifetime"), "'runtime'");
}

TEST_F (Taps, TellWhoOpensThemWhatWasSet)
{
  ASSERT_TRUE (attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'Lifetime': <'runtime'>, 'Queues': <uint32 2>, "
                       "'MacAddress': <'02:00:00:00:00:0b'>, 'Mtu': <uint32 1400>")
                   .ok ());
  ASSERT_TRUE (attach ("'Name': <'old'>, 'Kind': <'emulated'>, 'Lifetime': <'runtime'>").ok ());
  ASSERT_TRUE (wait_until ([&] { return get (vm, "EthernetPort", "State") == "'down'"; }));

  EXPECT_EQ (open_nic (vm).print (),
             "([0, 1], {'queues': <uint32 2>, 'vnet-header': <true>, 'vnet-header-size': <uint32 12>, "
             "'offloads': <['checksum', 'tso4', 'tso6', 'tso-ecn']>, 'interface-name': <'vswp-vm'>, "
             "'mac-address': <'02:00:00:00:00:0b'>, 'mtu': <uint32 1400>})");

  Reply reply = open_nic ("/org/vmswitch1/endpoint/old", "EmulatedEthernetPort", "{'queues': <uint32 1>}");
  EXPECT_TRUE (contains (reply.print (), "([0], {'queues': <uint32 1>, 'vnet-header': <false>, "
                                         "'vnet-header-size': <uint32 0>, 'offloads': <@as []>"))
      << reply.print () << reply.text;
}

TEST_F (Taps, AreOpenedOnlyAsFarAsTheyGo)
{
  ASSERT_TRUE (attach ("'Name': <'pair'>").ok ());
  ASSERT_TRUE (attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'Lifetime': <'runtime'>, 'Queues': <uint32 2>").ok ());
  Reply once = attach ("'Name': <'once'>, 'Backend': <'tap'>");
  ASSERT_TRUE (wait_until ([&] { return get (vm, "EthernetPort", "State") == "'down'"; }));
  std::string before = print_kernel ();

  EXPECT_EQ (open_nic ("/org/vmswitch1/endpoint/pair").print (), "!Error.NotSupported");
  EXPECT_EQ (open_nic ("/org/vmswitch1/endpoint/once").print (), "!Error.InUse");
  for (const char *options :
       { "{'queues': <uint32 0>}", "{'queues': <uint32 3>}", "{'queues': <2>}", "{'Queues': <uint32 2>}" })
    {
      Reply reply = open_nic (vm, "SyntheticEthernetPort", options);
      EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << options;
      EXPECT_TRUE (contains (reply.text, "ueues")) << reply.text;
    }
  EXPECT_EQ (print_kernel (), before);
  EXPECT_EQ (get (vm, "EthernetPort", "State"), "'down'");
}

TEST_F (Taps, TellOfThemselvesInSignals)
{
  SignalLog log (root);
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>");

  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (log.take_sorted (),
             (std::vector<std::string>{ "added /endpoint/vm by /: EthernetPort LanEndpoint SyntheticEthernetPort",
                                        "added /switch/lab/port/vm by /: ActiveConnection SwitchPort",
                                        "added /switch/lab/port/vm by /switch/lab: ActiveConnection SwitchPort",
                                        "changed /switch/lab Switch: -Ports" }));
  settle ();
  log.take ();
  reply.fds.reset ();
  ASSERT_TRUE (wait_nothing_left ());
  std::vector<std::string> lines = log.take_sorted ();
  for (const char *line : { "removed /endpoint/vm by /: EthernetPort LanEndpoint SyntheticEthernetPort",
                            "changed /switch/lab Switch: -Ports" })
    EXPECT_NE (std::find (lines.begin (), lines.end (), line), lines.end ()) << line;
}

TEST_F (Taps, AreFoundByTheirDevice)
{
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>, 'MacAddress': <'02:00:00:00:00:0b'>");
  VswLink *link = vsw_links_find_name (vsw_engine_get_links (engine), "vswp-vm");
  char mac[VSW_MAC_TEXT_SIZE];

  ASSERT_NE (link, nullptr);
  for (const std::string &by : { std::string ("'InterfaceName': <'vswp-vm'>"),
                                 "'InterfaceIndex': <uint32 " + std::to_string (link->index) + ">",
                                 std::string ("'MacAddress': <'02:00:00:00:00:0b'>"),
                                 std::string ("'MacAddress': <'") + vsw_mac_print (link->mac, mac) + "'>" })
    EXPECT_EQ (call (manager, "Manager", "ResolveDevice", "({" + by + "}, @a{sv} {})").print (),
               "('/org/vmswitch1/endpoint/vm',)")
        << by;
}

TEST_F (Taps, CountWhatTheGuestReceives)
{
  Reply reply = attach ("'Name': <'vm'>, 'Backend': <'tap'>");
  VswCounters counters = {};

  counters.rx_bytes = 11;
  counters.tx_bytes = 22;
  vsw_fake_kernel_set_counters (kernel, "vswp-vm", &counters);
  Reply statistics = call (manager, "Manager", "GetStatistics",
                           std::string ("([objectpath '") + vm + "', '" + vm_port + "'], @a{sv} {})");
  std::string text = statistics.print ();

  EXPECT_TRUE (contains (text, std::string (vm) + "': {'rx-bytes': 22, 'tx-bytes': 11")) << text;
  EXPECT_TRUE (contains (text, std::string (vm_port) + "': {'rx-bytes': 11, 'tx-bytes': 22")) << text;
}

TEST_F (Taps, LeaveNothingWhenTheKernelRefuses)
{
  guint k = 1;

  for (;; k++)
    {
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      Reply reply = call (lab, "Switch", "AttachMany",
                          "([{'Name': <'a'>, 'Backend': <'tap'>, 'Queues': <uint32 2>}, "
                          "{'Name': <'b'>, 'Kind': <'emulated'>}], @a{sv} {})");
      if (reply.ok ())
        break;
      EXPECT_EQ (reply.print (), "!Error.Kernel") << k << reply.text;
      EXPECT_EQ (reply.count_fds (), 0u);
      EXPECT_TRUE (wait_nothing_left ()) << k;
    }
  EXPECT_GT (k, 2u) << "there was something to fail";
  EXPECT_EQ (vsw_fake_kernel_get_struck (kernel), k - 1);
}

/* --- callers that leave --- */

TEST_F (Taps, LeaveNothingForACallerWhoHasLeft)
{
  if (geteuid () != 0)
    GTEST_SKIP () << "needs root, to be somebody else";
  for (const char *nics :
       { "{'Name': <'a'>, 'Backend': <'tap'>}", "{'Name': <'a'>, 'Backend': <'tap'>, 'Lifetime': <'persistent'>}",
         "{'Name': <'a'>, 'Backend': <'tap'>, 'Lifetime': <'caller'>}", "{'Name': <'a'>, 'Lifetime': <'persistent'>}",
         "{'Name': <'a'>, 'Port': <'reserved'>, 'Lifetime': <'runtime'>}",
         "{'Name': <'a'>, 'Kind': <'emulated'>}, {'Name': <'b'>}, {'Name': <'c'>, 'Lifetime': <'runtime'>}" })
    {
      GDBusConnection *caller = connect_as (alice_uid);
      guint before = count_open ();

      vsw_fake_kernel_block (kernel);
      begin (caller, lab, "Switch", "AttachMany", std::string ("([") + nics + "], @a{sv} {})");
      ASSERT_TRUE (wait_blocked ());
      leave (caller);
      wait_until ([] { return false; }, 50); /* until the bus has told us */
      vsw_fake_kernel_release (kernel);
      settle ();
      EXPECT_TRUE (wait_until ([&] { return list () == empty && print_shape () == shape; })) << nics << print_shape ();
      EXPECT_TRUE (wait_until ([&] { return count_open () < before; })) << nics;
      EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/reserved", "SwitchPort", "Connected"), "false");
    }
}

/* Nobody has told the service yet that he has left; it answers, and only the bus knows that the answer reaches nobody. */
TEST_F (Taps, LeaveNothingForACallerWhoLeavesJustBeforeTheAnswer)
{
  if (geteuid () != 0)
    GTEST_SKIP () << "needs root, to be somebody else";
  for (const char *nic : { "'Backend': <'tap'>, 'Lifetime': <'persistent'>", "'Lifetime': <'persistent'>",
                           "'Port': <'reserved'>, 'Lifetime': <'runtime'>" })
    {
      GDBusConnection *caller = connect_as (alice_uid);

      vsw_fake_kernel_block (kernel);
      begin (caller, lab, "Switch", "Attach", std::string ("({'Name': <'a'>, ") + nic + "}, @a{sv} {})");
      ASSERT_TRUE (wait_blocked ());
      settle ();
      vsw_fake_kernel_release (kernel);
      while (!g_main_context_pending (context)) /* until the engine is done, which the service does not look at yet */
        g_usleep (500);
      leave (caller);
      EXPECT_TRUE (wait_until ([&] { return list () == empty && print_shape () == shape; })) << nic << print_shape ();
    }
}

TEST_F (Taps, StayForACallerWhoLeavesWithTheAnswer)
{
  Reply reply = attach ("'Name': <'a'>, 'Lifetime': <'runtime'>");
  GDBusConnection *caller;

  ASSERT_TRUE (reply.ok ()) << reply.text;
  caller = connect_as (0);
  reply = call (caller, lab, "Switch", "Attach", "({'Name': <'b'>, 'Lifetime': <'runtime'>}, @a{sv} {})");
  leave (caller);
  ASSERT_TRUE (reply.ok ()) << reply.text;
  settle ();
  EXPECT_FALSE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/b"); }, 300));
}

TEST_F (Taps, NeverStayForSomebodyWhoLeavesAtAnyTime)
{
  if (geteuid () != 0)
    GTEST_SKIP () << "needs root, to be somebody else";
  for (int i = 0; i < 40; i++)
    {
      GDBusConnection *somebody = connect_as (alice_uid);

      begin (somebody, lab, "Switch", "Attach",
             "({'Name': <'ghost'>, 'Backend': <'tap'>, 'Queues': <uint32 8>}, @a{sv} {})");
      for (int turn = 0; turn < i; turn++)
        g_main_context_iteration (context, FALSE);
      leave (somebody);
      EXPECT_TRUE (wait_nothing_left ()) << "after " << i << " turns: " << count_open () << " open, were " << open;
    }
}

TEST_F (Taps, GoWhenWhoeverOpensThemHasLeft)
{
  if (geteuid () != 0)
    GTEST_SKIP () << "needs root, to be somebody else";
  GDBusConnection *alice = connect_as (alice_uid);
  ASSERT_TRUE (call (alice, manager, "Manager", "DefineSystem", "('s', @a{sv} {}, @a{sv} {})").ok ());
  ASSERT_TRUE (
      call (alice, "/org/vmswitch1/system/s", "VirtualSystem", "AddResourceSetting", "({'Name': <'n'>}, @a{sv} {})")
          .ok ());
  ASSERT_TRUE (
      call (alice, "/org/vmswitch1/system/s", "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})").ok ());

  vsw_fake_kernel_block (kernel);
  begin (alice, "/org/vmswitch1/endpoint/s_2dn", "SyntheticEthernetPort", "Open", "(@a{sv} {},)");
  ASSERT_TRUE (wait_blocked ());
  leave (alice);
  vsw_fake_kernel_release (kernel);
  EXPECT_TRUE (wait_until ([&] { return !exists ("/org/vmswitch1/endpoint/s_2dn"); }));
  EXPECT_EQ (get ("/org/vmswitch1/system/s", "VirtualSystem", "EnabledState"), "'disabled'");
  EXPECT_TRUE (wait_until ([&] { return print_shape () == shape; }));
}
