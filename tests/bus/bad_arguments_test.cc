// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever is wrong with a call is told by name, and nothing has changed.
#include "service_fixture.h"

#include <map>

namespace
{

const char manager[] = "/org/vmswitch1/Manager";
const char lab[] = "/org/vmswitch1/switch/lab";
const char web[] = "/org/vmswitch1/switch/lab/port/web";
const char host[] = "/org/vmswitch1/endpoint/host";
const char vm[] = "/org/vmswitch1/endpoint/vm";
const char tap[] = "/org/vmswitch1/endpoint/tap";
const char old[] = "/org/vmswitch1/endpoint/old";
const char eth0[] = "/org/vmswitch1/endpoint/eth0";
const char guest_system[] = "/org/vmswitch1/system/sys";
const char setting[] = "/org/vmswitch1/system/sys/setting/net0";

/* Where a dictionary goes: '@' stands for it. */
struct Place
{
  std::string path;
  std::string interface;
  std::string method;
  std::string arguments;
  std::vector<std::string> keys; /* that it takes */
};

const std::vector<std::string> switch_changes = {
  "Description", "Mtu", "AgeingSeconds", "MaxLearnedAddresses", "SpanningTree", "MulticastSnooping", "Shared"
};
const std::vector<std::string> nic_settings = { "Description", "MacAddress", "Mtu", "Queues", "Lifetime" };

const std::vector<std::string> setting_changes = { "Description", "Address", "Connection", "AutomaticConnection",
                                                   "Backend",     "Queues",  "Mtu" };

std::vector<std::string>
plus (std::vector<std::string> keys, const std::vector<std::string> &more)
{
  keys.insert (keys.end (), more.begin (), more.end ());
  return keys;
}

std::vector<Place>
list_places ()
{
  std::string port = std::string ("objectpath '") + web + "'";
  std::string nic = std::string ("objectpath '") + host + "'";

  return {
    { manager, "Manager", "CreateSwitch", "('x', @, @a{sv} {})", plus (switch_changes, { "MacAddress", "Lifetime" }) },
    { manager, "Manager", "CreateSwitch", "('x', @a{sv} {}, @)", {} },
    { manager, "Manager", "CreateInternalEthernetPort", "('x', @, @a{sv} {})", nic_settings },
    { manager, "Manager", "CreateInternalEthernetPort", "('x', @a{sv} {}, @)", {} },
    { manager, "Manager", "GetStatistics", "(@ao [], @)", {} },
    { manager, "Manager", "ResolveDevice", "(@, @a{sv} {})", { "InterfaceName", "InterfaceIndex", "MacAddress" } },
    { manager, "Manager", "ResolveDevice", "({'InterfaceName': <'vsw-lab'>}, @)", {} },
    { lab, "Switch", "CreatePort", "('x', @, @a{sv} {})", { "Description", "Lifetime" } },
    { lab, "Switch", "CreatePort", "('x', @a{sv} {}, @)", {} },
    { lab, "Switch", "CreatePorts", "([{'Name': <'x'>}, @], @a{sv} {})", { "Name", "Description", "Lifetime" } },
    { lab, "Switch", "CreatePorts", "([{'Name': <'x'>}], @)", {} },
    { lab, "Switch", "ConnectInternal", "('x', @, @a{sv} {})", nic_settings },
    { lab, "Switch", "ConnectInternal", "('x', @a{sv} {}, @)", {} },
    { lab, "Switch", "DisconnectInternal", "(" + nic + ", @)", {} },
    { lab, "Switch", "Attach", "(@, @a{sv} {})",
      plus (nic_settings, { "Name", "Kind", "Backend", "Port", "Namespace", "InterfaceName" }) },
    { lab, "Switch", "Attach", "({'Name': <'x'>}, @)", {} },
    { lab, "Switch", "AttachMany", "([{'Name': <'x'>}, @], @a{sv} {})",
      plus (nic_settings, { "Name", "Kind", "Backend", "Port", "Namespace", "InterfaceName" }) },
    { lab, "Switch", "AttachMany", "([{'Name': <'x'>}], @)", {} },
    { lab, "Switch", "GetForwardingTable", "(@,)", {} },
    { lab, "Switch", "AddStaticAddress", "('02:00:00:00:00:01', " + port + ", @)", {} },
    { lab, "Switch", "RemoveStaticAddress", "('02:00:00:00:00:01', " + port + ", @)", {} },
    { lab, "Switch", "Modify", "(@, @a{sv} {})", switch_changes },
    { lab, "Switch", "Modify", "(@a{sv} {}, @)", {} },
    { lab, "Switch", "Delete", "(@,)", { "force" } },
    { web, "SwitchPort", "Connect", "(" + nic + ", @)", {} },
    { web, "SwitchPort", "Disconnect", "(@,)", {} },
    { web, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/dmz', @)", {} },
    { web, "SwitchPort", "Modify", "(@, @a{sv} {})", { "Description" } },
    { web, "SwitchPort", "Modify", "(@a{sv} {}, @)", {} },
    { web, "SwitchPort", "Delete", "(@,)", { "force" } },
    { host, "EthernetPort", "Modify", "(@, @a{sv} {})", { "Description", "Mtu", "MacAddress" } },
    { host, "EthernetPort", "Modify", "(@a{sv} {}, @)", {} },
    { host, "EthernetPort", "Delete", "(@,)", { "force" } },
    { vm, "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'eth0', @)", {} },
    { tap, "SyntheticEthernetPort", "Open", "(@,)", { "queues" } },
    { old, "EmulatedEthernetPort", "Open", "(@,)", { "queues" } },
    { manager, "Manager", "DefineSystem", "('x', @, @a{sv} {})", { "Description", "Lifetime" } },
    { manager, "Manager", "DefineSystem", "('x', @a{sv} {}, @)", { "machine" } },
    { guest_system, "VirtualSystem", "AddResourceSetting", "(@, @a{sv} {})",
      plus (setting_changes, { "Name", "ResourceSubType" }) },
    { guest_system, "VirtualSystem", "AddResourceSetting", "({'Name': <'x'>}, @)", {} },
    { guest_system, "VirtualSystem", "RequestStateChange", "('enabled', @)", {} },
    { guest_system, "VirtualSystem", "Modify", "(@, @a{sv} {})", { "Description", "Machine" } },
    { guest_system, "VirtualSystem", "Modify", "(@a{sv} {}, @)", {} },
    { guest_system, "VirtualSystem", "Delete", "(@,)", { "force" } },
    { setting, "ResourceAllocationSetting", "Modify", "(@, @a{sv} {})", setting_changes },
    { setting, "ResourceAllocationSetting", "Modify", "(@a{sv} {}, @)", {} },
    { setting, "ResourceAllocationSetting", "Remove", "(@,)", { "force" } },
  };
}

/* Every key that any method takes, with its type and values that are out of range. */
struct Key
{
  std::string type;
  std::string good;
  std::vector<std::string> bad;
};

const std::map<std::string, Key> all_keys = {
  { "Name",
    { "s", "'y'", { "''", "'-x'", "'a b'", "'.x'", "'" + std::string (64, 'x') + "'", "'a/b'", "'\xc3\xa9'" } } },
  { "Description", { "s", "'y'", { "'" + std::string (257, 'x') + "'", "'a\\nb'", "'\\u001b[0m'" } } },
  { "Mtu", { "u", "uint32 1400", { "uint32 67", "uint32 65536", "uint32 4294967295" } } },
  { "MacAddress",
    { "s",
      "'02:00:00:00:00:77'",
      { "''", "'02:00:00:00:00'", "'02:00:00:00:00:77:88'", "'02-00-00-00-00-77'", "'0g:00:00:00:00:77'",
        "'00:00:00:00:00:00'", "'01:00:00:00:00:77'", "'ff:ff:ff:ff:ff:ff'" } } },
  { "AgeingSeconds", { "u", "uint32 20", { "uint32 0", "uint32 1000001", "uint32 4294967295" } } },
  { "MaxLearnedAddresses", { "u", "uint32 20", {} } },
  { "SpanningTree", { "b", "true", {} } },
  { "MulticastSnooping", { "b", "true", {} } },
  { "Shared", { "b", "true", {} } },
  { "Lifetime", { "s", "'runtime'", { "''", "'forever'", "'Persistent'" } } },
  { "Queues", { "u", "uint32 2", { "uint32 0", "uint32 9", "uint32 4294967295" } } },
  { "Kind", { "s", "'synthetic'", { "''", "'internal'", "'external'", "'Synthetic'" } } },
  { "ResourceSubType", { "s", "'synthetic'", { "''", "'internal'", "'tap'" } } },
  { "Backend", { "s", "'veth'", { "''", "'macvtap'", "'TAP'" } } },
  { "Address",
    { "s",
      "'02:00:00:00:00:77'",
      { "'02:00:00:00:00'", "'02-00-00-00-00-77'", "'00:00:00:00:00:00'", "'01:00:00:00:00:77'",
        "'ff:ff:ff:ff:ff:ff'" } } },
  { "Connection", { "o", "objectpath '/'", {} } },
  { "AutomaticConnection", { "b", "true", {} } },
  { "Machine", { "s", "'m'", { "'a/b'", "'.m'", "'" + std::string (65, 'x') + "'", "'\\u001b'" } } },
  { "machine", { "s", "'m'", { "'a/b'", "'-m'", "'" + std::string (65, 'x') + "'" } } },
  { "queues", { "u", "uint32 1", { "uint32 0", "uint32 9", "uint32 4294967295" } } },
  { "Port", { "s", "'web'", { "''", "'-x'", "'a/b'" } } },
  { "Namespace",
    { "h", "handle 0", { "handle 0", "handle -1", "handle 1", "handle 2147483647", "handle -2147483648" } } },
  { "InterfaceName", { "s", "'eth1'", { "''" } } },
  { "InterfaceIndex", { "u", "uint32 1", {} } },
  { "force", { "b", "true", {} } },
};

bool
contains (const std::string &text, const std::string &part)
{
  return text.find (part) != std::string::npos;
}

class BadArguments : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    VswLink fields = {};

    ServiceTest::SetUp ();
    fields.name = "eth0";
    fields.link_kind = "";
    fields.mac = vsw_mac_from_number (0x00163e000001);
    ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
    start_service ();
    make_switch ("lab");
    make_switch ("dmz");
    make_port ("lab", "web");
    ASSERT_TRUE (call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})").ok ());
    ASSERT_TRUE (call (lab, "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})").ok ());
    for (const char *nic : { "'Name': <'tap'>, 'Backend': <'tap'>", "'Name': <'old'>, 'Kind': <'emulated'>" })
      ASSERT_TRUE (
          call (lab, "Switch", "Attach", std::string ("({") + nic + ", 'Lifetime': <'runtime'>}, @a{sv} {})").ok ());
    for (const char *path : { tap, old })
      ASSERT_TRUE (wait_until ([&] { return get (path, "EthernetPort", "State") == "'down'"; })) << "it is closed";
    ASSERT_TRUE (call (manager, "Manager", "DefineSystem", "('sys', @a{sv} {}, @a{sv} {})").ok ());
    ASSERT_TRUE (call (guest_system, "VirtualSystem", "AddResourceSetting", "({'Name': <'net0'>}, @a{sv} {})").ok ());
    settle ();
    before = print_kernel ();
    objects = get_managed_objects ();
    signals = std::make_unique<SignalLog> (root);
    gate->verdict = Verdict::no; /* root is never asked; nobody may get that far anyway */
  }

  void
  TearDown () override
  {
    signals.reset ();
    objects.reset ();
    ServiceTest::TearDown ();
  }

  void
  expect_nothing_changed ()
  {
    std::shared_ptr<GVariant> after = get_managed_objects ();

    EXPECT_EQ (print_kernel (), before);
    EXPECT_EQ (g_variant_n_children (after.get ()), g_variant_n_children (objects.get ()));
    EXPECT_EQ (signals->take (), std::vector<std::string> ());
  }

  Reply
  fill (const Place &place, const std::string &dictionary)
  {
    std::string arguments = place.arguments;
    std::size_t at = 0;

    /* The '@' that no type follows. */
    while ((at = arguments.find ('@', at)) != std::string::npos && at + 1 < arguments.size ()
           && arguments[at + 1] == 'a')
      at++;
    arguments.replace (at, 1, dictionary);
    return call (place.path, place.interface, place.method, arguments);
  }

  std::string before;
  std::shared_ptr<GVariant> objects;
  std::unique_ptr<SignalLog> signals;
};

/* What else the entry of a method needs, to be wrong in one thing only. */
std::string
add_needed (const Place &place, const std::string &key, const std::string &text)
{
  bool wants_name =
      contains (place.method, "Attach") || place.method == "CreatePorts" || place.method == "AddResourceSetting";
  std::string entry = "'" + key + "': <" + text + ">";

  if (wants_name && place.keys.size () > 0 && key != "Name")
    entry = "'Name': <'y'>, " + entry;
  return "{" + entry + "}";
}

} // namespace

TEST_F (BadArguments, RefuseUnknownKeysEverywhere)
{
  for (const Place &place : list_places ())
    for (const auto &[key, what] : all_keys)
      {
        if (std::find (place.keys.begin (), place.keys.end (), key) != place.keys.end ())
          continue;
        Reply reply = fill (place, add_needed (place, key, what.good));
        EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << place.method << " " << key;
        EXPECT_TRUE (contains (reply.text, "'" + key + "'")) << place.method << ": " << reply.text;
      }
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseWrongTypesEverywhere)
{
  static const char *const values[] = { "true", "uint32 1", "'x'", "handle 0", "1", "uint64 1", "['x']", "<'x'>" };

  for (const Place &place : list_places ())
    for (const std::string &key : place.keys)
      for (const char *value : values)
        {
          g_autoptr (GVariant) sample = g_variant_ref_sink (g_variant_new_parsed (value));
          const Key &what = all_keys.at (key);

          if (what.type == g_variant_get_type_string (sample))
            continue;
          Reply reply = fill (place, add_needed (place, key, value));
          EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << place.method << " " << key << " " << value;
          EXPECT_TRUE (contains (reply.text, "'" + key + "'") && contains (reply.text, "'" + what.type + "'"))
              << place.method << ": " << reply.text;
        }
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseValuesOutOfRangeEverywhere)
{
  for (const Place &place : list_places ())
    for (const std::string &key : place.keys)
      for (const std::string &value : all_keys.at (key).bad)
        {
          Reply reply = fill (place, add_needed (place, key, value));
          if (place.method == "ResolveDevice" && reply.print () == "!Error.NotFound")
            continue; /* an address that nobody can have is a question like any other */
          EXPECT_EQ (reply.print (), "!Error.InvalidArgument")
              << place.method << " " << key << " " << value << " " << reply.text;
          EXPECT_GT (reply.text.size (), 10u);
        }
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseBadNamesEverywhere)
{
  for (const std::string &name : all_keys.at ("Name").bad)
    {
      std::string rest = "(" + name + ", @a{sv} {}, @a{sv} {})";

      EXPECT_EQ (call (manager, "Manager", "CreateSwitch", rest).print (), "!Error.InvalidArgument") << name;
      EXPECT_EQ (call (manager, "Manager", "CreateInternalEthernetPort", rest).print (), "!Error.InvalidArgument");
      EXPECT_EQ (call (lab, "Switch", "CreatePort", rest).print (), "!Error.InvalidArgument") << name;
      EXPECT_EQ (call (lab, "Switch", "ConnectInternal", rest).print (), "!Error.InvalidArgument") << name;
      EXPECT_EQ (call (manager, "Manager", "DefineSystem", rest).print (), "!Error.InvalidArgument") << name;
    }
  for (const char *name : { "''", "'a b'", "'0123456789abcdef'", "'a/b'", "'.'", "'..'" })
    {
      Reply reply =
          call (vm, "SyntheticEthernetPort", "MoveToNamespace", std::string ("(handle 0, ") + name + ", @a{sv} {})");
      EXPECT_EQ (reply.print (), "!Error.InvalidArgument") << name;
      EXPECT_TRUE (contains (reply.text, "name")) << reply.text;
    }
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseBadAddressesInArguments)
{
  for (const std::string &mac : all_keys.at ("MacAddress").bad)
    for (const char *method : { "AddStaticAddress", "RemoveStaticAddress" })
      {
        Reply reply = call (lab, "Switch", method, "(" + mac + ", objectpath '" + web + "', @a{sv} {})");
        EXPECT_TRUE (reply.print () == "!Error.InvalidArgument"
                     || (std::string (method) == "RemoveStaticAddress" && reply.print () == "!Error.NotFound"))
            << method << mac << reply.print ();
      }
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseStaleAndWrongPaths)
{
  static const std::vector<std::string> switches = { "/", web, host, manager, "/org/vmswitch1/switch/gone", "/com/x" };
  static const std::vector<std::string> ports = { "/", lab, host, "/org/vmswitch1/switch/lab/port/gone",
                                                  "/org/vmswitch1/switch/lab/port" };
  static const std::vector<std::string> nics = { "/", lab, web, "/org/vmswitch1/endpoint/gone", manager };
  auto expect_not_found = [&] (const Reply &reply, const std::string &path) {
    EXPECT_EQ (reply.print (), "!Error.NotFound") << path;
    EXPECT_TRUE (contains (reply.text, "'" + path + "'")) << reply.text;
  };

  for (const std::string &path : switches)
    expect_not_found (call (web, "SwitchPort", "Move", "(objectpath '" + path + "', @a{sv} {})"), path);
  for (const std::string &path : ports)
    for (const char *method : { "AddStaticAddress", "RemoveStaticAddress" })
      expect_not_found (call (lab, "Switch", method, "('02:00:00:00:00:01', objectpath '" + path + "', @a{sv} {})"),
                        path);
  for (const std::string &path : nics)
    {
      expect_not_found (call (web, "SwitchPort", "Connect", "(objectpath '" + path + "', @a{sv} {})"), path);
      expect_not_found (call (lab, "Switch", "DisconnectInternal", "(objectpath '" + path + "', @a{sv} {})"), path);
    }
  expect_not_found (
      call (manager, "Manager", "GetStatistics", "([objectpath '/org/vmswitch1/endpoint/gone'], @a{sv} {})"),
      "/org/vmswitch1/endpoint/gone");
  EXPECT_EQ (call (manager, "Manager", "GetStatistics", "([objectpath '/org/vmswitch1/Manager'], @a{sv} {})").print (),
             "!Error.InvalidArgument");
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseWhatDoesNotFit)
{
  auto expect = [&] (const Reply &reply, const char *error, const char *part) {
    EXPECT_EQ (reply.print (), std::string ("!Error.") + error) << reply.text;
    EXPECT_TRUE (contains (reply.text, part)) << reply.text;
  };

  expect (call (manager, "Manager", "CreateSwitch", "('lab', @a{sv} {}, @a{sv} {})"), "Exists", "lab");
  expect (call (lab, "Switch", "CreatePort", "('web', @a{sv} {}, @a{sv} {})"), "Exists", "web");
  expect (call (manager, "Manager", "CreateInternalEthernetPort", "('host', @a{sv} {}, @a{sv} {})"), "Exists", "host");
  expect (call (lab, "Switch", "ConnectInternal", "('web', @a{sv} {}, @a{sv} {})"), "Exists", "web");
  expect (call (lab, "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})"), "Exists", "host");
  expect (call (lab, "Switch", "Attach", "({'Name': <'web'>}, @a{sv} {})"), "Exists", "web");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'Port': <'gone'>}, @a{sv} {})"), "NotFound", "gone");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'Port': <'vm'>}, @a{sv} {})"), "InUse", "vm");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'Kind': <'emulated'>, 'Backend': <'veth'>}, @a{sv} {})"),
          "InvalidArgument", "emulated");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'Kind': <'internal'>}, @a{sv} {})"), "InvalidArgument",
          "'internal'");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'Lifetime': <'descriptor'>}, @a{sv} {})"), "InvalidArgument",
          "descriptor");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'Lifetime': <'foo'>}, @a{sv} {})"), "InvalidArgument",
          "lifetime 'foo' is none of persistent, runtime, caller, descriptor");
  Reply unknown = call (manager, "Manager", "DefineSystem", "('y', {'Lifetime': <'foo'>}, @a{sv} {})");
  EXPECT_EQ (unknown.text, "key 'Lifetime': lifetime 'foo' is none of persistent, runtime, caller");
  expect (call (lab, "Switch", "CreatePort", "('y', {'Lifetime': <'descriptor'>}, @a{sv} {})"), "InvalidArgument",
          "descriptor");
  expect (call (manager, "Manager", "CreateSwitch", "('y', {'Lifetime': <'descriptor'>}, @a{sv} {})"),
          "InvalidArgument", "descriptor");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'InterfaceName': <'eth0'>}, @a{sv} {})"), "InvalidArgument",
          "'Namespace'");
  expect (call (lab, "Switch", "Attach", "({'Description': <'y'>}, @a{sv} {})"), "InvalidArgument", "'Name'");
  expect (call (lab, "Switch", "Attach", "({'Name': <'y'>, 'Mtu': <uint32 1501>}, @a{sv} {})"), "InvalidArgument",
          "1500");
  expect (call (lab, "Switch", "CreatePorts", "(@aa{sv} [], @a{sv} {})"), "InvalidArgument", "empty");
  expect (call (lab, "Switch", "AttachMany", "(@aa{sv} [], @a{sv} {})"), "InvalidArgument", "empty");
  expect (call (lab, "Switch", "CreatePorts", "([{'Name': <'a'>}, {'Name': <'a'>}], @a{sv} {})"), "Exists", "a");
  expect (call (web, "SwitchPort", "Disconnect", "(@a{sv} {},)"), "InvalidState", "web");
  expect (call (web, "SwitchPort", "Connect", "(objectpath '/org/vmswitch1/endpoint/vm', @a{sv} {})"), "InUse", "vm");
  expect (call (web, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/lab', @a{sv} {})"), "InvalidState",
          "lab");
  expect (call (lab, "Switch", "DisconnectInternal", "(objectpath '/org/vmswitch1/endpoint/vm', @a{sv} {})"),
          "InvalidArgument", "synthetic");
  expect (call (lab, "Switch", "DisconnectInternal", "(objectpath '/org/vmswitch1/endpoint/host', @a{sv} {})"),
          "InvalidState", "host");
  expect (call ("/org/vmswitch1/switch/dmz", "Switch", "AddStaticAddress",
                "('02:00:00:00:00:01', objectpath '" + std::string (web) + "', @a{sv} {})"),
          "InvalidArgument", "dmz");
  expect (call (lab, "Switch", "RemoveStaticAddress",
                "('02:00:00:00:00:01', objectpath '" + std::string (web) + "', @a{sv} {})"),
          "NotFound", "02:00:00:00:00:01");
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseToTouchTheHostsNics)
{
  std::string path = std::string ("(objectpath '") + eth0 + "', @a{sv} {})";

  EXPECT_EQ (call (eth0, "EthernetPort", "Modify", "({'Mtu': <uint32 1400>}, @a{sv} {})").print (),
             "!Error.InvalidState");
  EXPECT_EQ (call (eth0, "EthernetPort", "Delete", "({'force': <true>},)").print (), "!Error.InvalidState");
  Reply connected = call (web, "SwitchPort", "Connect", path);
  EXPECT_EQ (connected.print (), "!Error.InvalidArgument");
  EXPECT_EQ (connected.text.find ("eth0 is an external Ethernet port: "), 0u) << connected.text;
  EXPECT_EQ (call (lab, "Switch", "DisconnectInternal", path).print (), "!Error.InvalidArgument");
  EXPECT_EQ (call (eth0, "SyntheticEthernetPort", "MoveToNamespace", "(handle 0, 'x', @a{sv} {})").print (),
             "!org.freedesktop.DBus.Error.UnknownMethod");
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseMoreThanTheLimits)
{
  std::string entries;

  for (guint i = 0; i <= rules.max_batch; i++)
    entries += (i == 0 ? "{'Name': <'n" : ", {'Name': <'n") + std::to_string (i) + "'>}";
  for (const char *method : { "CreatePorts", "AttachMany" })
    {
      Reply reply = call (lab, "Switch", method, "([" + entries + "], @a{sv} {})");
      EXPECT_EQ (reply.print (), "!Error.QuotaExceeded") << method;
      EXPECT_TRUE (contains (reply.text, std::to_string (rules.max_batch + 1))
                   && contains (reply.text, std::to_string (rules.max_batch)))
          << reply.text;
    }
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseToSetAnyProperty)
{
  auto set = [&] (const std::string &path, const std::string &interface, const std::string &property) {
    return call (root, path, "org.freedesktop.DBus.Properties", "Set",
                 g_variant_new ("(ssv)", ("org.vmswitch1." + interface).c_str (), property.c_str (),
                                g_variant_new_uint32 (1400)));
  };

  for (const auto &[path, interface] :
       std::vector<std::pair<std::string, std::string> >{ { lab, "Switch" },
                                                          { web, "SwitchPort" },
                                                          { host, "EthernetPort" },
                                                          { eth0, "EthernetPort" },
                                                          { guest_system, "VirtualSystem" },
                                                          { setting, "ResourceAllocationSetting" } })
    {
      Reply reply = set (path, interface, "Mtu");
      EXPECT_EQ (reply.error, "org.freedesktop.DBus.Error.PropertyReadOnly");
      EXPECT_TRUE (contains (reply.text, "call Modify of org.vmswitch1." + interface + " with key 'Mtu'"))
          << reply.text;
    }
  EXPECT_EQ (set (manager, "Manager", "Version").error, "org.freedesktop.DBus.Error.PropertyReadOnly");
  EXPECT_EQ (set (host, "LanEndpoint", "MaxDataSize").error, "org.freedesktop.DBus.Error.PropertyReadOnly");
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseWrongSignatures)
{
  EXPECT_EQ (call (lab, "Switch", "Delete", "()").error, "org.freedesktop.DBus.Error.InvalidArgs");
  EXPECT_EQ (call (lab, "Switch", "Modify", "(@a{ss} {}, @a{sv} {})").error, "org.freedesktop.DBus.Error.InvalidArgs");
  EXPECT_EQ (call (lab, "Switch", "Nothing", "()").error, "org.freedesktop.DBus.Error.UnknownMethod");
  expect_nothing_changed ();
}

TEST_F (BadArguments, RefuseObjectsThatAreNotThere)
{
  for (const char *path : { "/org/vmswitch1/switch/gone", "/org/vmswitch1/switch/lab/port/gone",
                            "/org/vmswitch1/switch/gone/port/web", "/org/vmswitch1/endpoint/gone", "/org/vmswitch1/x",
                            "/org/vmswitch1/switch/_6cab", "/org/vmswitch1/system/gone",
                            "/org/vmswitch1/system/sys/setting/gone", "/org/vmswitch1/system/gone/setting/net0" })
    for (const auto &[interface, method] :
         std::vector<std::pair<std::string, std::string> >{ { "Switch", "Delete" },
                                                            { "SwitchPort", "Delete" },
                                                            { "EthernetPort", "Delete" },
                                                            { "VirtualSystem", "Delete" },
                                                            { "ResourceAllocationSetting", "Remove" } })
      {
        Reply reply = call (path, interface, method, "(@a{sv} {},)");
        EXPECT_TRUE (reply.error == "org.freedesktop.DBus.Error.UnknownMethod"
                     || reply.error == "org.freedesktop.DBus.Error.UnknownObject")
            << path << " " << reply.error;
      }
  expect_nothing_changed ();
}
