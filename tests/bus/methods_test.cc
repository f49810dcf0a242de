// SPDX-License-Identifier: GPL-2.0-or-later
// Every method does what it says.
#include "service_fixture.h"

#include <unistd.h>

namespace
{

const char manager[] = "/org/vmswitch1/Manager";
const char lab[] = "/org/vmswitch1/switch/lab";
const char web[] = "/org/vmswitch1/switch/lab/port/web";

class Methods : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    start_service ();
    make_switch ("lab");
  }

  bool
  is_device (const std::string &name)
  {
    return vsw_links_find_name (vsw_engine_get_links (engine), name.c_str ()) != nullptr;
  }
};

} // namespace

TEST_F (Methods, CreateSwitchWithEverySetting)
{
  Reply reply = call (manager, "Manager", "CreateSwitch",
                      "('big-1', {'Description': <'words'>, 'Mtu': <uint32 9000>, 'MacAddress': <'02:00:00:00:00:01'>, "
                      "'AgeingSeconds': <uint32 30>, 'MaxLearnedAddresses': <uint32 64>, 'SpanningTree': <true>, "
                      "'MulticastSnooping': <true>, 'Shared': <true>, 'Lifetime': <'runtime'>}, @a{sv} {})");
  const char path[] = "/org/vmswitch1/switch/big_2d1";

  EXPECT_EQ (reply.print (), "('/org/vmswitch1/switch/big_2d1',)") << reply.text;
  EXPECT_EQ (get (path, "Switch", "Name"), "'big-1'");
  EXPECT_EQ (get (path, "Switch", "Description"), "'words'");
  EXPECT_EQ (get (path, "Switch", "Mtu"), "9000");
  EXPECT_EQ (get (path, "Switch", "MacAddress"), "'02:00:00:00:00:01'");
  EXPECT_EQ (get (path, "Switch", "AgeingSeconds"), "30");
  EXPECT_EQ (get (path, "Switch", "MaxLearnedAddresses"), "64");
  EXPECT_EQ (get (path, "Switch", "SpanningTree"), "true");
  EXPECT_EQ (get (path, "Switch", "MulticastSnooping"), "true");
  EXPECT_EQ (get (path, "Switch", "Shared"), "true");
  EXPECT_EQ (get (path, "Switch", "Lifetime"), "'runtime'");
  EXPECT_EQ (get (path, "Switch", "OwnerUid"), "0");
  EXPECT_EQ (get (path, "Switch", "InterfaceName"), "'vsw-big-1'");
  EXPECT_NE (get (path, "Switch", "InterfaceIndex"), "0");
  EXPECT_EQ (get (path, "Switch", "State"), "'ok'");
  EXPECT_TRUE (is_device ("vsw-big-1"));
}

TEST_F (Methods, CreateSwitchWithDefaults)
{
  EXPECT_EQ (get (lab, "Switch", "Description"), "''");
  EXPECT_EQ (get (lab, "Switch", "Mtu"), "1500");
  EXPECT_EQ (get (lab, "Switch", "AgeingSeconds"), "300");
  EXPECT_EQ (get (lab, "Switch", "MaxLearnedAddresses"), "0");
  EXPECT_EQ (get (lab, "Switch", "SpanningTree"), "false");
  EXPECT_EQ (get (lab, "Switch", "MulticastSnooping"), "false");
  EXPECT_EQ (get (lab, "Switch", "Shared"), "false");
  EXPECT_EQ (get (lab, "Switch", "Lifetime"), "'persistent'");
  EXPECT_EQ (get (lab, "Switch", "Kind"), "'private'");
  EXPECT_EQ (get (lab, "Switch", "HostAccess"), "false");
  EXPECT_EQ (get (lab, "Switch", "Ports"), "[]");
}

TEST_F (Methods, CreateInternalEthernetPort)
{
  Reply reply = call (manager, "Manager", "CreateInternalEthernetPort",
                      "('host', {'Description': <'of the host'>, 'Mtu': <uint32 1400>, 'Queues': <uint32 2>, "
                      "'MacAddress': <'02:00:00:00:00:09'>, 'Lifetime': <'runtime'>}, @a{sv} {})");
  const char host[] = "/org/vmswitch1/endpoint/host";

  EXPECT_EQ (reply.print (), "('/org/vmswitch1/endpoint/host',)") << reply.text;
  EXPECT_EQ (get (host, "EthernetPort", "Kind"), "'internal'");
  EXPECT_EQ (get (host, "EthernetPort", "Description"), "'of the host'");
  EXPECT_EQ (get (host, "EthernetPort", "Mtu"), "1400");
  EXPECT_EQ (get (host, "EthernetPort", "MacAddress"), "'02:00:00:00:00:09'");
  EXPECT_EQ (get (host, "EthernetPort", "StaticMacAddress"), "true");
  EXPECT_EQ (get (host, "EthernetPort", "Lifetime"), "'runtime'");
  EXPECT_EQ (get (host, "EthernetPort", "InterfaceName"), "'vswi-host'");
  EXPECT_EQ (get (host, "InternalEthernetPort", "Switch"), "'/'");
  EXPECT_EQ (get (host, "LanEndpoint", "Role"), "'switch'");
  EXPECT_EQ (get (host, "LanEndpoint", "Connected"), "false");
  EXPECT_EQ (get (host, "LanEndpoint", "SwitchPort"), "'/'");
  EXPECT_EQ (get (host, "LanEndpoint", "MaxDataSize"), "1400");
}

TEST_F (Methods, CreatePort)
{
  Reply reply = call (lab, "Switch", "CreatePort",
                      "('web', {'Description': <'for the web'>, 'Lifetime': <'runtime'>}, @a{sv} {})");

  EXPECT_EQ (reply.print (), "('/org/vmswitch1/switch/lab/port/web',)") << reply.text;
  EXPECT_EQ (get (web, "SwitchPort", "Description"), "'for the web'");
  EXPECT_EQ (get (web, "SwitchPort", "Lifetime"), "'runtime'");
  EXPECT_EQ (get (web, "SwitchPort", "Switch"), "'/org/vmswitch1/switch/lab'");
  EXPECT_EQ (get (web, "SwitchPort", "Connected"), "false");
  EXPECT_EQ (get (web, "SwitchPort", "Endpoint"), "'/'");
  EXPECT_EQ (get (web, "SwitchPort", "State"), "'disconnected'");
  EXPECT_EQ (get (lab, "Switch", "Ports"), "['/org/vmswitch1/switch/lab/port/web']");
}

TEST_F (Methods, CreatePortsInOrder)
{
  Reply reply =
      call (lab, "Switch", "CreatePorts", "([{'Name': <'b'>}, {'Name': <'a'>, 'Description': <'second'>}], @a{sv} {})");

  EXPECT_EQ (reply.print (), "(['/org/vmswitch1/switch/lab/port/b', '/org/vmswitch1/switch/lab/port/a'],)")
      << reply.text;
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/a", "SwitchPort", "Description"), "'second'");
}

TEST_F (Methods, CreatePortsAllOrNothing)
{
  make_port ("lab", "c");
  Reply reply = call (lab, "Switch", "CreatePorts", "([{'Name': <'a'>}, {'Name': <'c'>}], @a{sv} {})");

  EXPECT_EQ (reply.print (), "!Error.Exists");
  EXPECT_FALSE (exists ("/org/vmswitch1/switch/lab/port/a"));
}

TEST_F (Methods, PortsAndTheHostsNicLiveAsLongAsTheirSwitchUnlessTold)
{
  const char fleeting[] = "/org/vmswitch1/switch/fleeting";
  call (manager, "Manager", "CreateSwitch", "('fleeting', {'Lifetime': <'runtime'>}, @a{sv} {})");

  EXPECT_EQ (call (fleeting, "Switch", "CreatePort", "('a', @a{sv} {}, @a{sv} {})").error, "");
  EXPECT_EQ (call (fleeting, "Switch", "CreatePorts", "([{'Name': <'b'>}], @a{sv} {})").error, "");
  EXPECT_EQ (call (fleeting, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})").error, "");
  for (const char *port : { "a", "b", "host" })
    EXPECT_EQ (get (std::string (fleeting) + "/port/" + port, "SwitchPort", "Lifetime"), "'runtime'") << port;
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/host", "EthernetPort", "Lifetime"), "'runtime'");

  Reply reply = call (fleeting, "Switch", "CreatePort", "('c', {'Lifetime': <'persistent'>}, @a{sv} {})");
  EXPECT_EQ (reply.error, "org.vmswitch1.Error.InvalidArgument") << reply.text;
}

TEST_F (Methods, ConnectAndDisconnectInternal)
{
  Reply reply = call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");

  EXPECT_EQ (reply.print (), "('/org/vmswitch1/switch/lab/port/host', '/org/vmswitch1/endpoint/host')") << reply.text;
  EXPECT_EQ (get (lab, "Switch", "Kind"), "'internal'");
  EXPECT_EQ (get (lab, "Switch", "HostAccess"), "true");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/host", "InternalEthernetPort", "Switch"), "'/org/vmswitch1/switch/lab'");
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/host", "ActiveConnection", "ForwardingState"), "'forwarding'");
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/host", "ActiveConnection", "InterfaceName"), "'vswp-host'");
  EXPECT_NE (get ("/org/vmswitch1/switch/lab/port/host", "ActiveConnection", "SinceTimestamp"), "0");

  reply = call (lab, "Switch", "DisconnectInternal", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_FALSE (exists ("/org/vmswitch1/endpoint/host"));
  EXPECT_FALSE (exists ("/org/vmswitch1/switch/lab/port/host"));
  EXPECT_EQ (get (lab, "Switch", "Kind"), "'private'");
}

TEST_F (Methods, DisconnectInternalLeavesAPortMadeOnPurpose)
{
  make_port ("lab", "web");
  call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})");
  call (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");
  Reply reply = call (lab, "Switch", "DisconnectInternal", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");

  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_FALSE (exists ("/org/vmswitch1/endpoint/host"));
  EXPECT_EQ (get (web, "SwitchPort", "Connected"), "false");
}

TEST_F (Methods, AttachWithDefaults)
{
  Reply reply = call (lab, "Switch", "Attach", "({'Name': <'vm1'>}, @a{sv} {})");
  const char vm[] = "/org/vmswitch1/endpoint/vm1";

  EXPECT_EQ (reply.print (), "('/org/vmswitch1/switch/lab/port/vm1', "
                             "'/org/vmswitch1/endpoint/vm1', [])")
      << reply.text;
  EXPECT_EQ (get (vm, "EthernetPort", "Kind"), "'synthetic'");
  EXPECT_EQ (get (vm, "EthernetPort", "Lifetime"), "'caller'");
  EXPECT_EQ (get (vm, "EthernetPort", "StaticMacAddress"), "false");
  EXPECT_EQ (get (vm, "EthernetPort", "InterfaceName"), "'vswg-vm1'");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Backend"), "'veth'");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Queues"), "1");
  EXPECT_EQ (get (vm, "SyntheticEthernetPort", "Placed"), "false");
  EXPECT_EQ (get (vm, "LanEndpoint", "Role"), "'vm'");
  EXPECT_EQ (get (vm, "LanEndpoint", "SwitchPort"), "'/org/vmswitch1/switch/lab/port/vm1'");
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/vm1", "SwitchPort", "Lifetime"), "'caller'");
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/vm1", "SwitchPort", "State"), "'no-carrier'");
}

TEST_F (Methods, AttachToAnExistingPort)
{
  make_port ("lab", "web");
  Reply reply = call (lab, "Switch", "Attach",
                      "({'Name': <'vm1'>, 'Kind': <'synthetic'>, 'Backend': <'veth'>, 'Port': <'web'>, 'Description': "
                      "<'first'>, 'MacAddress': <'02:00:00:00:00:07'>, 'Mtu': <uint32 1400>, 'Queues': <uint32 2>, "
                      "'Lifetime': <'persistent'>}, @a{sv} {})");

  EXPECT_EQ (reply.print (), "('/org/vmswitch1/switch/lab/port/web', "
                             "'/org/vmswitch1/endpoint/vm1', [])")
      << reply.text;
  EXPECT_EQ (get (web, "SwitchPort", "Endpoint"), "'/org/vmswitch1/endpoint/vm1'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/vm1", "SyntheticEthernetPort", "Queues"), "2");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/vm1", "EthernetPort", "Description"), "'first'");
}

TEST_F (Methods, AttachManyInOrder)
{
  make_port ("lab", "web");
  Reply reply = call (lab, "Switch", "AttachMany", "([{'Name': <'b'>}, {'Name': <'a'>, 'Port': <'web'>}], @a{sv} {})");

  EXPECT_EQ (reply.print (), "(['/org/vmswitch1/switch/lab/port/b', '/org/vmswitch1/switch/lab/port/web'], "
                             "['/org/vmswitch1/endpoint/b', '/org/vmswitch1/endpoint/a'], [])")
      << reply.text;
}

TEST_F (Methods, AddAndRemoveStaticAddress)
{
  make_port ("lab", "web");
  call (lab, "Switch", "Attach", "({'Name': <'vm1'>, 'Port': <'web'>}, @a{sv} {})");
  std::string arguments = "('02:00:00:00:00:33', objectpath '" + std::string (web) + "', @a{sv} {})";
  Reply reply = call (lab, "Switch", "AddStaticAddress", arguments);
  EXPECT_TRUE (reply.ok ()) << reply.text;

  std::string table = call (lab, "Switch", "GetForwardingTable", "(@a{sv} {},)").print ();
  EXPECT_NE (
      table.find ("'MacAddress': <'02:00:00:00:00:33'>, 'Port': <objectpath "
                  "'/org/vmswitch1/switch/lab/port/web'>, 'InterfaceName': <'vswp-vm1'>, 'Static': <true>, 'Local': "
                  "<false>, 'AgeSeconds': <uint32 0>}"),
      std::string::npos)
      << table;

  reply = call (lab, "Switch", "RemoveStaticAddress", arguments);
  EXPECT_TRUE (reply.ok ()) << reply.text;
  table = call (lab, "Switch", "GetForwardingTable", "(@a{sv} {},)").print ();
  EXPECT_EQ (table.find ("02:00:00:00:00:33"), std::string::npos) << table;
}

TEST_F (Methods, GetForwardingTableWithLearnedAddresses)
{
  VswMac mac = vsw_mac_from_number (0x020000000044);

  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  ASSERT_TRUE (vsw_fake_kernel_learn (kernel, "vswp-host", mac));
  std::string table = call (lab, "Switch", "GetForwardingTable", "(@a{sv} {},)").print ();

  EXPECT_NE (table.find ("'MacAddress': <'02:00:00:00:00:44'>, 'Port': <objectpath "
                         "'/org/vmswitch1/switch/lab/port/host'>, 'InterfaceName': <'vswp-host'>, 'Static': <false>"),
             std::string::npos)
      << table;
  EXPECT_TRUE (wait_until ([&] { return get (lab, "Switch", "LearnedAddresses") == "1"; }));
}

TEST_F (Methods, ModifySwitch)
{
  Reply reply =
      call (lab, "Switch", "Modify",
            "({'Description': <'new'>, 'Mtu': <uint32 9000>, 'AgeingSeconds': <uint32 20>, "
            "'MaxLearnedAddresses': <uint32 10>, 'SpanningTree': <true>, 'MulticastSnooping': <true>, 'Shared': "
            "<true>}, @a{sv} {})");

  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get (lab, "Switch", "Description"), "'new'");
  EXPECT_EQ (get (lab, "Switch", "Mtu"), "9000");
  EXPECT_EQ (get (lab, "Switch", "AgeingSeconds"), "20");
  EXPECT_EQ (get (lab, "Switch", "MaxLearnedAddresses"), "10");
  EXPECT_EQ (get (lab, "Switch", "SpanningTree"), "true");
  EXPECT_EQ (get (lab, "Switch", "MulticastSnooping"), "true");
  EXPECT_EQ (get (lab, "Switch", "Shared"), "true");

  reply = call (lab, "Switch", "Modify", "({'Shared': <false>}, @a{sv} {})");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get (lab, "Switch", "Shared"), "false");
  EXPECT_EQ (get (lab, "Switch", "Description"), "'new'") << "what was not given stays";
}

TEST_F (Methods, DeleteSwitch)
{
  EXPECT_TRUE (call (lab, "Switch", "Delete", "(@a{sv} {},)").ok ());
  EXPECT_FALSE (exists (lab));
  EXPECT_FALSE (is_device ("vsw-lab"));
}

TEST_F (Methods, DeleteSwitchInUseOnlyByForce)
{
  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  Reply reply = call (lab, "Switch", "Delete", "(@a{sv} {},)");

  EXPECT_EQ (reply.print (), "!Error.InUse");
  EXPECT_NE (reply.text.find ("host"), std::string::npos) << reply.text;
  EXPECT_EQ (call (lab, "Switch", "Delete", "({'force': <false>},)").print (), "!Error.InUse");
  EXPECT_TRUE (call (lab, "Switch", "Delete", "({'force': <true>},)").ok ());
  EXPECT_EQ (list (), (std::vector<std::string>{ "/Manager: Manager" }));
}

TEST_F (Methods, ConnectAndDisconnect)
{
  make_port ("lab", "web");
  call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})");
  Reply reply = call (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");

  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get (web, "SwitchPort", "State"), "'forwarding'");
  EXPECT_EQ (get (web, "ActiveConnection", "Endpoint"), "'/org/vmswitch1/endpoint/host'");
  EXPECT_EQ (get (web, "ActiveConnection", "SwitchPort"), "'/org/vmswitch1/switch/lab/port/web'");

  reply = call (web, "SwitchPort", "Disconnect", "(@a{sv} {},)");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get (web, "SwitchPort", "State"), "'disconnected'");
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/host"));
}

TEST_F (Methods, Move)
{
  make_switch ("dmz");
  make_port ("lab", "web");
  std::string id = get (web, "SwitchPort", "Id");
  Reply reply = call (web, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/dmz', @a{sv} {})");

  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_FALSE (exists (web));
  EXPECT_EQ (get ("/org/vmswitch1/switch/dmz/port/web", "SwitchPort", "Id"), id);
  EXPECT_EQ (get (lab, "Switch", "Ports"), "[]");
}

TEST_F (Methods, ModifyPort)
{
  make_port ("lab", "web");
  EXPECT_TRUE (call (web, "SwitchPort", "Modify", "({'Description': <'new'>}, @a{sv} {})").ok ());
  EXPECT_EQ (get (web, "SwitchPort", "Description"), "'new'");
  EXPECT_TRUE (call (web, "SwitchPort", "Modify", "(@a{sv} {}, @a{sv} {})").ok ());
  EXPECT_EQ (get (web, "SwitchPort", "Description"), "'new'");
}

TEST_F (Methods, DeletePort)
{
  make_port ("lab", "web");
  EXPECT_TRUE (call (web, "SwitchPort", "Delete", "(@a{sv} {},)").ok ());
  EXPECT_FALSE (exists (web));
}

TEST_F (Methods, DeletePortInUseOnlyByForce)
{
  make_port ("lab", "web");
  call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})");
  call (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");

  EXPECT_EQ (call (web, "SwitchPort", "Delete", "(@a{sv} {},)").print (), "!Error.InUse");
  EXPECT_TRUE (call (web, "SwitchPort", "Delete", "({'force': <true>},)").ok ());
  EXPECT_FALSE (exists (web));
  EXPECT_TRUE (exists ("/org/vmswitch1/endpoint/host"));
}

TEST_F (Methods, ModifyEthernetPort)
{
  const char host[] = "/org/vmswitch1/endpoint/host";

  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  Reply reply =
      call (host, "EthernetPort", "Modify",
            "({'Description': <'new'>, 'Mtu': <uint32 1300>, 'MacAddress': <'02:00:00:00:00:55'>}, @a{sv} {})");

  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (get (host, "EthernetPort", "Description"), "'new'");
  EXPECT_EQ (get (host, "EthernetPort", "Mtu"), "1300");
  EXPECT_EQ (get (host, "EthernetPort", "MacAddress"), "'02:00:00:00:00:55'");
  EXPECT_EQ (get (host, "LanEndpoint", "MacAddress"), "'02:00:00:00:00:55'");
}

TEST_F (Methods, DeleteEthernetPort)
{
  const char host[] = "/org/vmswitch1/endpoint/host";

  make_port ("lab", "web");
  call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})");
  call (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");

  EXPECT_EQ (call (host, "EthernetPort", "Delete", "(@a{sv} {},)").print (), "!Error.InUse");
  EXPECT_TRUE (call (host, "EthernetPort", "Delete", "({'force': <true>},)").ok ());
  EXPECT_FALSE (exists (host));
  EXPECT_TRUE (exists (web));
}

TEST_F (Methods, GetStatistics)
{
  VswCounters near = { 0, 10, 20, 1, 2, 3, 4, 5, 6, 7 };
  VswCounters far = { 0, 120, 110, 12, 11, 14, 13, 16, 15, 17 };
  const char host[] = "/org/vmswitch1/endpoint/host";

  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  vsw_fake_kernel_set_counters (kernel, "vswp-host", &near);
  vsw_fake_kernel_set_counters (kernel, "vswi-host", &far);
  Reply reply = call (manager, "Manager", "GetStatistics", "(@ao [], @a{sv} {})");

  EXPECT_EQ (
      reply.print (),
      "({'/org/vmswitch1/switch/lab': {'rx-bytes': 10, 'tx-bytes': 20, 'rx-packets': 1, "
      "'tx-packets': 2, 'rx-errors': 3, 'tx-errors': 4, 'rx-dropped': 5, 'tx-dropped': 6, 'multicast': 7}, "
      "'/org/vmswitch1/switch/lab/port/host': {'rx-bytes': 10, 'tx-bytes': 20, 'rx-packets': 1, 'tx-packets': 2, "
      "'rx-errors': 3, 'tx-errors': 4, 'rx-dropped': 5, 'tx-dropped': 6, 'multicast': 7}, "
      "'/org/vmswitch1/endpoint/host': {'rx-bytes': 120, 'tx-bytes': 110, 'rx-packets': 12, 'tx-packets': 11, "
      "'rx-errors': 14, 'tx-errors': 13, 'rx-dropped': 16, 'tx-dropped': 15, 'multicast': 17}},)")
      << reply.text;

  reply = call (manager, "Manager", "GetStatistics", "([objectpath '" + std::string (host) + "'], @a{sv} {})");
  EXPECT_EQ (g_variant_n_children (reply.value.get ()), 1u);
  EXPECT_NE (reply.print ().find (host), std::string::npos);
  EXPECT_EQ (reply.print ().find ("/switch/"), std::string::npos) << reply.print ();
}

TEST_F (Methods, GetStatisticsOfAPlacedNicFromItsOtherEnd)
{
  int space = vsw_fake_kernel_make_namespace (kernel, 0);
  VswCounters near = { 0, 10, 20, 1, 2, 3, 4, 5, 6, 7 };
  Extra extra;

  extra.fds = { space };
  Reply reply = call (root, lab, "Switch", "Attach", "({'Name': <'vm1'>, 'Namespace': <handle 0>}, @a{sv} {})", extra);
  close (space);
  ASSERT_TRUE (reply.ok ()) << reply.text;
  vsw_fake_kernel_set_counters (kernel, "vswp-vm1", &near);
  reply = call (manager, "Manager", "GetStatistics", "([objectpath '/org/vmswitch1/endpoint/vm1'], @a{sv} {})");

  EXPECT_EQ (reply.print (), "({'/org/vmswitch1/endpoint/vm1': {'rx-bytes': 20, 'tx-bytes': 10, "
                             "'rx-packets': 2, 'tx-packets': 1, 'rx-errors': 4, 'tx-errors': 3, 'rx-dropped': 6, "
                             "'tx-dropped': 5, 'multicast': 0}},)")
      << reply.text;
}

TEST_F (Methods, ResolveDevice)
{
  call (lab, "Switch", "ConnectInternal", "('host', {'MacAddress': <'02:00:00:00:00:66'>}, @a{sv} {})");
  std::string index = get ("/org/vmswitch1/endpoint/host", "EthernetPort", "InterfaceIndex");
  std::string bridge_mac = get (lab, "Switch", "MacAddress");
  auto resolve = [&] (const std::string &by) {
    return call (manager, "Manager", "ResolveDevice", "({" + by + "}, @a{sv} {})").print ();
  };

  EXPECT_EQ (resolve ("'InterfaceName': <'vsw-lab'>"), "('/org/vmswitch1/switch/lab',)");
  EXPECT_EQ (resolve ("'InterfaceName': <'vswp-host'>"), "('/org/vmswitch1/endpoint/host',)");
  EXPECT_EQ (resolve ("'InterfaceName': <'vswi-host'>"), "('/org/vmswitch1/endpoint/host',)");
  EXPECT_EQ (resolve ("'InterfaceIndex': <uint32 " + index + ">"), "('/org/vmswitch1/endpoint/host',)");
  EXPECT_EQ (resolve ("'MacAddress': <'02:00:00:00:00:66'>"), "('/org/vmswitch1/endpoint/host',)");
  EXPECT_EQ (resolve ("'MacAddress': <'fe:00:00:00:00:66'>"), "('/org/vmswitch1/endpoint/host',)");
  EXPECT_EQ (resolve ("'MacAddress': <" + bridge_mac + ">"), "('/org/vmswitch1/switch/lab',)");

  EXPECT_EQ (resolve ("'InterfaceName': <'lo'>"), "!Error.NotFound");
  EXPECT_EQ (resolve ("'InterfaceName': <'nothing'>"), "!Error.NotFound");
  EXPECT_EQ (resolve ("'InterfaceIndex': <uint32 4294967295>"), "!Error.NotFound");
  EXPECT_EQ (call (manager, "Manager", "ResolveDevice", "({'InterfaceName': <'nothing'>}, @a{sv} {})").text,
             "no switch or endpoint has a device with InterfaceName 'nothing'");
  EXPECT_EQ (resolve ("'MacAddress': <'02:00:00:00:00:99'>"), "!Error.NotFound");
  EXPECT_EQ (resolve ("'InterfaceName': <'vsw-lab'>, 'InterfaceIndex': <uint32 1>"), "!Error.InvalidArgument");
  EXPECT_EQ (call (manager, "Manager", "ResolveDevice", "(@a{sv} {}, @a{sv} {})").print (), "!Error.InvalidArgument");
}

TEST_F (Methods, ManagerTellsOfItself)
{
  static const char *const capabilities[] = { "bridge", "veth", nullptr };

  EXPECT_EQ (get (manager, "Manager", "Version"), "'1.2.3'");
  EXPECT_EQ (get (manager, "Manager", "Warnings"), "[]");
  EXPECT_EQ (get (manager, "Manager", "Limits"),
             std::string ("{'MaxSwitches': ") + std::to_string (rules.max_switches) + ", 'MaxPortsPerSwitch': "
                 + std::to_string (rules.max_ports) + ", 'MaxEndpoints': " + std::to_string (rules.max_endpoints)
                 + ", 'MaxSystems': " + std::to_string (rules.max_systems) + ", 'MaxSettingsPerSystem': "
                 + std::to_string (rules.max_settings) + ", 'MaxStaticAddressesPerPort': "
                 + std::to_string (rules.max_static_addresses) + ", 'MaxCheckpoints': "
                 + std::to_string (rules.max_checkpoints) + ", 'MaxBatch': " + std::to_string (rules.max_batch)
                 + ", 'MaxSwitchesPerUser': " + std::to_string (rules.max_switches_per_user)
                 + ", 'MaxPortsPerUser': " + std::to_string (rules.max_ports_per_user)
                 + ", 'MaxEndpointsPerUser': " + std::to_string (rules.max_endpoints_per_user)
                 + ", 'MaxSystemsPerUser': " + std::to_string (rules.max_systems_per_user)
                 + ", 'MaxCheckpointsPerUser': " + std::to_string (rules.max_checkpoints_per_user)
                 + ", 'MaxCallsPerUser': " + std::to_string (rules.max_calls_per_user) + "}");
  char first[VSW_MAC_TEXT_SIZE];
  char last[VSW_MAC_TEXT_SIZE];
  EXPECT_EQ (get (manager, "Manager", "DynamicMacRange"), std::string ("('")
                                                              + vsw_mac_print (rules.mac_range.first, first) + "', '"
                                                              + vsw_mac_print (rules.mac_range.last, last) + "')");

  stop_service ();
  vsw_engine_stop (engine);
  g_clear_object (&engine);
  g_clear_pointer (&store, vsw_store_close);
  directories = std::make_unique<StoreDirectories> ();
  g_object_unref (kernel);
  kernel = vsw_fake_kernel_new ();
  vsw_fake_kernel_set_capabilities (kernel, capabilities);
  start_service ();
  EXPECT_EQ (get (manager, "Manager", "Capabilities"), "['bridge', 'veth']");
}
