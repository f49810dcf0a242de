// SPDX-License-Identifier: GPL-2.0-or-later
// Exactly the signals of a change, before its reply, and none else.
#include "service_fixture.h"

#include <algorithm>
#include <unistd.h>

#include "bus/path.h"

namespace
{

const char manager[] = "/org/vmswitch1/Manager";
const char lab[] = "/org/vmswitch1/switch/lab";
const char web[] = "/org/vmswitch1/switch/lab/port/web";

using Lines = std::vector<std::string>;

class Signals : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    start_service ();
    make_switch ("lab");
    log = std::make_unique<SignalLog> (root);
    call (manager, "Manager", "GetStatistics", "(@ao [], @a{sv} {})"); /* the subscription has reached the bus */
  }

  void
  TearDown () override
  {
    log.reset ();
    ServiceTest::TearDown ();
  }

  /* The signals that came before the reply. */
  Lines
  after (const std::string &path, const std::string &interface, const std::string &method, const std::string &arguments)
  {
    log->take ();
    Reply reply = call (path, interface, method, arguments);

    EXPECT_TRUE (reply.ok ()) << method << ": " << reply.text;
    Lines lines = log->take_sorted ();
    expect_silence ();
    return lines;
  }

  /* Nothing follows, also when everybody has had time to say something. */
  void
  expect_silence ()
  {
    for (int i = 0; i < 3; i++)
      call (manager, "Manager", "GetStatistics", "(@ao [], @a{sv} {})");
    EXPECT_EQ (log->take (), Lines ());
  }

  std::unique_ptr<SignalLog> log;
};

} // namespace

TEST_F (Signals, OfANewSwitch)
{
  EXPECT_EQ (after (manager, "Manager", "CreateSwitch", "('dmz', @a{sv} {}, @a{sv} {})"),
             (Lines{ "added /switch/dmz by /: Switch" }));
}

TEST_F (Signals, OfADeletedSwitch)
{
  make_port ("lab", "web");
  EXPECT_EQ (after (lab, "Switch", "Delete", "({'force': <true>},)"),
             (Lines{ "removed /switch/lab by /: Switch", "removed /switch/lab/port/web by /: SwitchPort",
                     "removed /switch/lab/port/web by /switch/lab: SwitchPort" }));
}

TEST_F (Signals, TellPartsBeforeTheWholeWhenTheyGo)
{
  make_port ("lab", "web");
  log->take ();
  call (lab, "Switch", "Delete", "({'force': <true>},)");
  Lines lines = log->take ();

  ASSERT_EQ (lines.size (), 3u);
  EXPECT_EQ (lines[2], "removed /switch/lab by /: Switch");
}

TEST_F (Signals, OfANewPort)
{
  EXPECT_EQ (after (lab, "Switch", "CreatePort", "('web', @a{sv} {}, @a{sv} {})"),
             (Lines{ "added /switch/lab/port/web by /: SwitchPort",
                     "added /switch/lab/port/web by /switch/lab: SwitchPort", "changed /switch/lab Switch: -Ports" }));
}

TEST_F (Signals, OfADeletedPort)
{
  make_port ("lab", "web");
  EXPECT_EQ (after (web, "SwitchPort", "Delete", "(@a{sv} {},)"),
             (Lines{ "changed /switch/lab Switch: -Ports", "removed /switch/lab/port/web by /: SwitchPort",
                     "removed /switch/lab/port/web by /switch/lab: SwitchPort" }));
}

TEST_F (Signals, OfAModification)
{
  make_port ("lab", "web");
  EXPECT_EQ (after (lab, "Switch", "Modify", "({'Description': <'x'>, 'Shared': <true>}, @a{sv} {})"),
             (Lines{ "changed /switch/lab Switch: Description='x' Shared=true" }));
  EXPECT_EQ (after (lab, "Switch", "Modify", "({'AgeingSeconds': <uint32 20>}, @a{sv} {})"),
             (Lines{ "changed /switch/lab Switch: AgeingSeconds=20" }));
  EXPECT_EQ (after (lab, "Switch", "Modify", "({'Mtu': <uint32 9000>}, @a{sv} {})"),
             (Lines{ "changed /switch/lab Switch: Mtu=9000" }));
  EXPECT_EQ (after (web, "SwitchPort", "Modify", "({'Description': <'y'>}, @a{sv} {})"),
             (Lines{ "changed /switch/lab/port/web SwitchPort: Description='y'" }));
}

TEST_F (Signals, OfNothingChanged)
{
  EXPECT_EQ (after (lab, "Switch", "Modify", "({'Mtu': <uint32 1500>, 'Description': <''>}, @a{sv} {})"), Lines ());
  EXPECT_EQ (after (lab, "Switch", "Modify", "(@a{sv} {}, @a{sv} {})"), Lines ());
}

TEST_F (Signals, OfTheMtuOfASwitchReachItsNics)
{
  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  EXPECT_EQ (after (lab, "Switch", "Modify", "({'Mtu': <uint32 9000>}, @a{sv} {})"),
             (Lines{ "changed /endpoint/host EthernetPort: Mtu=9000",
                     "changed /endpoint/host LanEndpoint: MaxDataSize=9000", "changed /switch/lab Switch: Mtu=9000" }));
}

TEST_F (Signals, OfTheHostConnecting)
{
  EXPECT_EQ (after (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})"),
             (Lines{ "added /endpoint/host by /: EthernetPort InternalEthernetPort LanEndpoint",
                     "added /switch/lab/port/host by /: ActiveConnection SwitchPort",
                     "added /switch/lab/port/host by /switch/lab: ActiveConnection SwitchPort",
                     "changed /switch/lab Switch: Kind='internal' HostAccess=true -Ports" }));
  EXPECT_EQ (after (lab, "Switch", "DisconnectInternal", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})"),
             (Lines{ "changed /switch/lab Switch: Kind='private' HostAccess=false -Ports",
                     "removed /endpoint/host by /: EthernetPort InternalEthernetPort LanEndpoint",
                     "removed /switch/lab/port/host by /: ActiveConnection SwitchPort",
                     "removed /switch/lab/port/host by /switch/lab: ActiveConnection SwitchPort" }));
}

TEST_F (Signals, OfConnectingAndDisconnecting)
{
  make_port ("lab", "web");
  call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})");
  Lines lines = after (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})");

  EXPECT_EQ (lines, (Lines{ "added /switch/lab/port/web by /: ActiveConnection",
                            "added /switch/lab/port/web by /switch/lab: ActiveConnection",
                            "changed /endpoint/host EthernetPort: Carrier=true State='ok'",
                            "changed /endpoint/host InternalEthernetPort: Switch='/org/vmswitch1/switch/lab'",
                            "changed /endpoint/host LanEndpoint: Connected=true SwitchPort="
                            "'/org/vmswitch1/switch/lab/port/web'",
                            "changed /switch/lab Switch: Kind='internal' HostAccess=true",
                            "changed /switch/lab/port/web SwitchPort: Connected=true Endpoint="
                            "'/org/vmswitch1/endpoint/host' State='forwarding'" }));

  lines = after (web, "SwitchPort", "Disconnect", "(@a{sv} {},)");
  EXPECT_EQ (lines,
             (Lines{ "changed /endpoint/host EthernetPort: Carrier=false State='no-carrier'",
                     "changed /endpoint/host InternalEthernetPort: Switch='/'",
                     "changed /endpoint/host LanEndpoint: Connected=false SwitchPort='/'",
                     "changed /switch/lab Switch: Kind='private' HostAccess=false",
                     "changed /switch/lab/port/web SwitchPort: Connected=false Endpoint='/' State='disconnected'",
                     "removed /switch/lab/port/web by /: ActiveConnection",
                     "removed /switch/lab/port/web by /switch/lab: ActiveConnection" }));
}

TEST_F (Signals, OfAMove)
{
  make_switch ("dmz");
  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  EXPECT_EQ (after ("/org/vmswitch1/switch/lab/port/host", "SwitchPort", "Move",
                    "(objectpath '/org/vmswitch1/switch/dmz', @a{sv} {})"),
             (Lines{ "added /switch/dmz/port/host by /: ActiveConnection SwitchPort",
                     "added /switch/dmz/port/host by /switch/dmz: ActiveConnection SwitchPort",
                     "changed /endpoint/host InternalEthernetPort: Switch='/org/vmswitch1/switch/dmz'",
                     "changed /endpoint/host LanEndpoint: SwitchPort='/org/vmswitch1/switch/dmz/port/host'",
                     "changed /switch/dmz Switch: Kind='internal' HostAccess=true -Ports",
                     "changed /switch/lab Switch: Kind='private' HostAccess=false -Ports",
                     "removed /switch/lab/port/host by /: ActiveConnection SwitchPort",
                     "removed /switch/lab/port/host by /switch/lab: ActiveConnection SwitchPort" }));
}

TEST_F (Signals, OfAttaching)
{
  EXPECT_EQ (after (lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})"),
             (Lines{ "added /endpoint/vm by /: EthernetPort LanEndpoint SyntheticEthernetPort",
                     "added /switch/lab/port/vm by /: SwitchPort",
                     "added /switch/lab/port/vm by /switch/lab: SwitchPort", "changed /switch/lab Switch: -Ports" }));
}

TEST_F (Signals, OfABatchAreOneEachObject)
{
  std::string entries;

  for (int i = 0; i < 200; i++)
    entries += (i == 0 ? "{'Name': <'n" : ", {'Name': <'n") + std::to_string (i) + "'>}";
  Lines lines = after (lab, "Switch", "AttachMany", "([" + entries + "], @a{sv} {})");

  EXPECT_EQ (lines.size (), 200u * 3 + 1);
  EXPECT_EQ (std::count (lines.begin (), lines.end (), "changed /switch/lab Switch: -Ports"), 1);
  std::sort (lines.begin (), lines.end ());
  EXPECT_EQ (std::adjacent_find (lines.begin (), lines.end ()), lines.end ()) << "nothing is told twice";
}

TEST_F (Signals, OfAFailureAreNone)
{
  log->take ();
  vsw_fake_kernel_set_fault (kernel, 1, VSW_ERROR_KERNEL);
  Reply reply = call (lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})");

  EXPECT_EQ (reply.print (), "!Error.Kernel");
  EXPECT_EQ (log->take (), Lines ());
  expect_silence ();
}

TEST_F (Signals, CarryWhatGetAllSays)
{
  std::vector<std::pair<std::string, std::shared_ptr<GVariant> > > added;
  guint subscription = g_dbus_connection_signal_subscribe (
      root, VSW_BUS_NAME, nullptr, "InterfacesAdded", "/org/vmswitch1", nullptr, G_DBUS_SIGNAL_FLAGS_NONE,
      [] (GDBusConnection *, const char *, const char *, const char *, const char *, GVariant *parameters,
          gpointer data) {
        g_autoptr (GVariant) interfaces = nullptr;
        const char *path;

        g_variant_get (parameters, "(&o@a{sa{sv}})", &path, &interfaces);
        static_cast<decltype (added) *> (data)->push_back (
            { path, std::shared_ptr<GVariant> (g_variant_ref (interfaces), g_variant_unref) });
      },
      &added, nullptr);

  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  g_dbus_connection_signal_unsubscribe (root, subscription);
  std::shared_ptr<GVariant> objects = get_managed_objects ();

  ASSERT_EQ (added.size (), 2u);
  for (const auto &[path, interfaces] : added)
    {
      g_autoptr (GVariant) now = g_variant_lookup_value (objects.get (), path.c_str (), nullptr);

      ASSERT_NE (now, nullptr);
      g_autofree char *was = g_variant_print (interfaces.get (), TRUE);
      g_autofree char *is = g_variant_print (now, TRUE);
      EXPECT_STREQ (was, is);
    }
}

TEST_F (Signals, FollowTheCarrier)
{
  int space = vsw_fake_kernel_make_namespace (kernel, 0);
  Extra extra;

  extra.fds = { space };
  Reply reply = call (root, lab, "Switch", "Attach", "({'Name': <'vm'>, 'Namespace': <handle 0>}, @a{sv} {})", extra);
  ASSERT_TRUE (reply.ok ()) << reply.text;
  log->take ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, space, "eth0", VSW_ATTRIBUTE_UP, 1));
  ASSERT_TRUE (wait_until ([&] { return log->lines.size () >= 4; }));
  EXPECT_EQ (log->take_sorted (), (Lines{ "added /switch/lab/port/vm by /: ActiveConnection",
                                          "added /switch/lab/port/vm by /switch/lab: ActiveConnection",
                                          "changed /endpoint/vm EthernetPort: Carrier=true State='ok'",
                                          "changed /switch/lab/port/vm SwitchPort: State='forwarding'" }));
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/vm", "SyntheticEthernetPort", "Placed"), "true");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/vm", "EthernetPort", "InterfaceName"), "'eth0'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/vm", "EthernetPort", "InterfaceIndex"), "0");

  ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, space, "eth0", VSW_ATTRIBUTE_UP, 0));
  ASSERT_TRUE (wait_until ([&] { return log->lines.size () >= 4; }));
  Lines lines = log->take_sorted ();
  EXPECT_EQ (lines.front (), "changed /endpoint/vm EthernetPort: Carrier=false State='down'");
  EXPECT_EQ (lines.back (), "removed /switch/lab/port/vm by /switch/lab: ActiveConnection");
  close (space);
}

/* --- NICs of the host --- */

namespace
{

guint
add_nic (VswKernel *kernel, const char *name)
{
  VswLink fields = {};

  fields.name = name;
  fields.link_kind = "";
  fields.has_carrier = TRUE;
  fields.driver = "e1000e";
  fields.bus_path = "0000:00:1f.6";
  fields.speed = 1000000000;
  fields.full_duplex = TRUE;
  fields.mac = vsw_mac_from_number (0x00163e000001);
  fields.permanent = vsw_mac_from_number (0x00163e000002);
  return vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields);
}

} // namespace

TEST_F (Signals, OfNicsOfTheHost)
{
  ASSERT_NE (add_nic (kernel, "eth0"), 0u);
  ASSERT_TRUE (wait_until ([&] { return !log->lines.empty (); }));
  EXPECT_EQ (log->lines[0], "added /endpoint/eth0 by /: EthernetPort ExternalEthernetPort");
  EXPECT_TRUE (
      wait_until ([&] { return get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "Speed") == "1000000000"; }));
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "Kind"), "'external'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "FullDuplex"), "true");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "PermanentAddress"), "'00:16:3e:00:00:02'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "State"), "'down'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "Lifetime"), "''");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "ExternalEthernetPort", "Driver"), "'e1000e'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "ExternalEthernetPort", "BusPath"), "'0000:00:1f.6'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "ExternalEthernetPort", "UplinkType"), "'physical'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "ExternalEthernetPort", "IsBound"), "false");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "ExternalEthernetPort", "Bridgeable"), "true");

  log->take ();
  expect_silence ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (kernel, VSW_FAKE_HOME, "eth0", "wan"));
  ASSERT_TRUE (wait_until ([&] { return log->lines.size () >= 2; }));
  EXPECT_EQ (log->take (), (Lines{ "removed /endpoint/eth0 by /: EthernetPort ExternalEthernetPort",
                                   "added /endpoint/wan by /: EthernetPort ExternalEthernetPort" }));
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "wan"));
  ASSERT_TRUE (wait_until ([&] { return !log->lines.empty (); }));
  EXPECT_EQ (log->take (), (Lines{ "removed /endpoint/wan by /: EthernetPort ExternalEthernetPort" }));
}

TEST_F (Signals, OfAnUplinkThatGoes)
{
  const char *nic = "/org/vmswitch1/endpoint/eth0";

  ASSERT_NE (add_nic (kernel, "eth0"), 0u);
  ASSERT_TRUE (wait_until ([&] { return exists (nic); }));
  Reply reply = call (lab, "Switch", "BindExternalEthernetPort", "(objectpath '/org/vmswitch1/endpoint/eth0', @a{sv} {})");
  ASSERT_TRUE (reply.ok ()) << reply.text;

  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of switch lab is missing*");
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "eth0"));
  ASSERT_TRUE (wait_until ([&] { return get (nic, "EthernetPort", "State") == "'missing'"; }));
  EXPECT_EQ (get (lab, "Switch", "State"), "'uplink-missing'");
  EXPECT_EQ (get (nic, "ExternalEthernetPort", "Switch"), std::string ("'") + lab + "'");
  EXPECT_EQ (get (nic, "ExternalEthernetPort", "UplinkType"), "''");
  EXPECT_EQ (get (nic, "ExternalEthernetPort", "Driver"), "''");
  EXPECT_EQ (get (nic, "ExternalEthernetPort", "BusPath"), "'0000:00:1f.6'") << "where it was";
  EXPECT_EQ (get (nic, "ExternalEthernetPort", "NotBridgeableReason"), "'it is not there'");
  EXPECT_EQ (get (nic, "EthernetPort", "InterfaceName"), "''");

  reply = call (lab, "Switch", "UnbindExternalEthernetPort", "(objectpath '/org/vmswitch1/endpoint/eth0', @a{sv} {})");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_FALSE (exists (nic));
}

TEST_F (Signals, OfANicOfTheHostThatMakesWay)
{
  ASSERT_NE (add_nic (kernel, "eth0"), 0u);
  ASSERT_TRUE (
      wait_until ([&] { return get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "Speed") == "1000000000"; }));
  log->take ();

  Reply reply = call (manager, "Manager", "CreateInternalEthernetPort", "('eth0', @a{sv} {}, @a{sv} {})");
  EXPECT_EQ (reply.print (), "('/org/vmswitch1/endpoint/eth0',)") << reply.text;
  EXPECT_EQ (log->take (), (Lines{ "removed /endpoint/eth0 by /: EthernetPort ExternalEthernetPort",
                                   "added /endpoint/eth0_7eexternal by /: EthernetPort ExternalEthernetPort",
                                   "added /endpoint/eth0 by /: EthernetPort InternalEthernetPort LanEndpoint" }));
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0_7eexternal", "EthernetPort", "Name"), "'eth0'");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "Kind"), "'internal'");

  reply = call ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "Delete", "(@a{sv} {},)");
  EXPECT_TRUE (reply.ok ()) << reply.text;
  EXPECT_EQ (log->take (), (Lines{ "removed /endpoint/eth0 by /: EthernetPort InternalEthernetPort LanEndpoint",
                                   "removed /endpoint/eth0_7eexternal by /: EthernetPort ExternalEthernetPort",
                                   "added /endpoint/eth0 by /: EthernetPort ExternalEthernetPort" }));
}

TEST_F (Signals, OfNicsWithAnyName)
{
  for (const char *name : { "-x", "a\xff\x1b[0m", "eth0~external", "e,th@0", "\xc3\xa9th0" })
    {
      g_autofree char *path = vsw_path_new_endpoint (name);
      std::string expected = path;

      if (g_str_has_suffix (name, "~external"))
        expected += "_7eexternal";
      ASSERT_NE (add_nic (kernel, name), 0u) << name;
      ASSERT_TRUE (wait_until ([&] { return exists (expected); })) << expected;
      std::string shown = get (expected, "EthernetPort", "Name");
      EXPECT_TRUE (g_utf8_validate (shown.c_str (), -1, nullptr));
      EXPECT_EQ (shown.find ('\x1b'), std::string::npos) << "it is escaped";
      ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, name));
    }
}

TEST_F (Signals, OfDriftFollowTheTruth)
{
  call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})");
  log->take ();
  expect_log (G_LOG_LEVEL_WARNING, "*");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "vswp-host", nullptr));
  ASSERT_TRUE (wait_until ([&] {
    return std::count (log->lines.begin (), log->lines.end (), "added /switch/lab/port/host by /: ActiveConnection")
           == 1;
  }));
  Lines lines = log->take ();
  EXPECT_EQ (std::count (lines.begin (), lines.end (), "removed /switch/lab/port/host by /: ActiveConnection"), 1);
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/host", "SwitchPort", "State"), "'forwarding'");
}
