// SPDX-License-Identifier: GPL-2.0-or-later
// The object tree, as clients look at it.
#include "service_fixture.h"

#include <algorithm>
#include <set>

namespace
{

class Tree : public ServiceTest
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
    make_switch ("port");
    make_port ("lab", "web-1");
    make_port ("port", "port");
    ASSERT_TRUE (
        call ("/org/vmswitch1/switch/lab", "Switch", "ConnectInternal", "('host', @a{sv} {}, @a{sv} {})").ok ());
    ASSERT_TRUE (call ("/org/vmswitch1/switch/lab", "Switch", "Attach", "({'Name': <'vm'>}, @a{sv} {})").ok ());
    for (const char *system : { "vm-1", "setting" })
      ASSERT_TRUE (call ("/org/vmswitch1/Manager", "Manager", "DefineSystem",
                         std::string ("('") + system + "', @a{sv} {}, @a{sv} {})")
                       .ok ());
    for (const char *system : { "vm_2d1", "setting" })
      ASSERT_TRUE (call (std::string ("/org/vmswitch1/system/") + system, "VirtualSystem", "AddResourceSetting",
                         "({'Name': <'setting'>, 'ResourceSubType': <'emulated'>}, @a{sv} {})")
                       .ok ());
    ASSERT_TRUE (
        call ("/org/vmswitch1/system/vm_2d1", "VirtualSystem", "RequestStateChange", "('enabled', @a{sv} {})").ok ());
  }

  std::string
  introspect (const std::string &path)
  {
    Reply reply =
        call (root, path, "org.freedesktop.DBus.Introspectable", "Introspect", g_variant_new_tuple (nullptr, 0));
    const char *xml;

    if (!reply.ok ())
      return reply.print ();
    g_variant_get (reply.value.get (), "(&s)", &xml);
    return xml;
  }

  /* Every path that can be reached by walking, with its interfaces of ours. */
  void
  walk (const std::string &path, std::vector<std::string> &ret_lines)
  {
    g_autoptr (GError) error = nullptr;
    g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspect (path).c_str (), &error);
    std::set<std::string> children;
    std::string line = path + ":";

    ASSERT_NE (node, nullptr) << path << ": " << error->message;
    std::set<std::string> interfaces;
    for (GDBusInterfaceInfo **one = node->interfaces; one != nullptr && *one != nullptr; one++)
      EXPECT_TRUE (interfaces.insert ((*one)->name).second) << path << " has " << (*one)->name << " twice";
    for (const std::string &name : interfaces)
      if (name.find ("vmswitch1") != std::string::npos || name.find ("ObjectManager") != std::string::npos)
        line += " " + name.substr (name.rfind ('.') + 1);
    ret_lines.push_back (line);
    for (GDBusNodeInfo **one = node->nodes; one != nullptr && *one != nullptr; one++)
      {
        EXPECT_TRUE (children.insert ((*one)->path).second) << path << " has child " << (*one)->path << " twice";
        walk ((path == "/" ? "" : path) + "/" + (*one)->path, ret_lines);
      }
  }
};

const std::vector<std::string> everything = {
  "/:",
  "/org/vmswitch1/Manager: Manager",
  "/org/vmswitch1/checkpoint:",
  "/org/vmswitch1/endpoint/eth0: EthernetPort ExternalEthernetPort",
  "/org/vmswitch1/endpoint/host: EthernetPort InternalEthernetPort LanEndpoint",
  "/org/vmswitch1/endpoint/vm: EthernetPort LanEndpoint SyntheticEthernetPort",
  "/org/vmswitch1/endpoint/vm_2d1_2dsetting: EmulatedEthernetPort EthernetPort LanEndpoint",
  "/org/vmswitch1/endpoint:",
  "/org/vmswitch1/switch/lab/port/host: ActiveConnection SwitchPort",
  "/org/vmswitch1/switch/lab/port/vm: SwitchPort",
  "/org/vmswitch1/switch/lab/port/web_2d1: SwitchPort",
  "/org/vmswitch1/switch/lab/port:",
  "/org/vmswitch1/switch/lab: ObjectManager Switch",
  "/org/vmswitch1/switch/port/port/port: SwitchPort",
  "/org/vmswitch1/switch/port/port:",
  "/org/vmswitch1/switch/port: ObjectManager Switch",
  "/org/vmswitch1/switch:",
  "/org/vmswitch1/system/setting/setting/setting: ResourceAllocationSetting",
  "/org/vmswitch1/system/setting/setting:",
  "/org/vmswitch1/system/setting: VirtualSystem",
  "/org/vmswitch1/system/vm_2d1/setting/setting: ResourceAllocationSetting",
  "/org/vmswitch1/system/vm_2d1/setting:",
  "/org/vmswitch1/system/vm_2d1: VirtualSystem",
  "/org/vmswitch1/system:",
  "/org/vmswitch1: ObjectManager",
  "/org:",
};

} // namespace

TEST_F (Tree, ReadsLikeTheNetwork)
{
  std::vector<std::string> lines;

  walk ("/", lines);
  std::sort (lines.begin (), lines.end ());
  EXPECT_EQ (lines, everything);
}

TEST_F (Tree, ShowsBusctlEveryObject)
{
  std::string address = "--address=" + bus->address;
  g_autoptr (GError) error = nullptr;
  g_autoptr (GSubprocess) busctl = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "busctl", address.c_str (),
                                                     "tree", "--list", "org.vmswitch1", nullptr);
  ASSERT_NE (busctl, nullptr) << error->message;
  g_autoptr (GAsyncResult) result = await ([&] (GAsyncReadyCallback callback, gpointer data) {
    g_subprocess_communicate_utf8_async (busctl, nullptr, nullptr, callback, data);
  });
  g_autofree char *output = nullptr;
  ASSERT_TRUE (g_subprocess_communicate_utf8_finish (busctl, result, &output, nullptr, &error)) << error->message;

  std::string text = std::string ("\n") + output;
  for (const std::string &line : everything)
    EXPECT_NE (text.find ("\n" + line.substr (0, line.find (':')) + "\n"), std::string::npos) << line << text;
}

TEST_F (Tree, ListsOneSwitchByItself)
{
  EXPECT_EQ (list ("/org/vmswitch1/switch/lab"),
             (std::vector<std::string>{ "/switch/lab/port/host: ActiveConnection SwitchPort",
                                        "/switch/lab/port/vm: SwitchPort", "/switch/lab/port/web_2d1: SwitchPort" }));
}

TEST_F (Tree, ListsTheSameAsGetAll)
{
  std::shared_ptr<GVariant> objects = get_managed_objects ();

  EXPECT_EQ (list ().size (), 15u);
  for (gsize i = 0; i < g_variant_n_children (objects.get ()); i++)
    {
      g_autoptr (GVariant) interfaces = nullptr;
      const char *path;

      g_variant_get_child (objects.get (), i, "{&o@a{sa{sv}}}", &path, &interfaces);
      for (gsize j = 0; j < g_variant_n_children (interfaces); j++)
        {
          g_autoptr (GVariant) listed = nullptr;
          const char *interface;

          g_variant_get_child (interfaces, j, "{&s@a{sv}}", &interface, &listed);
          Reply reply =
              call (root, path, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", interface));
          ASSERT_TRUE (reply.ok ()) << reply.text;
          g_autoptr (GVariant) got = g_variant_get_child_value (reply.value.get (), 0);
          ASSERT_EQ (g_variant_n_children (got), g_variant_n_children (listed)) << path << " " << interface;
          for (gsize k = 0; k < g_variant_n_children (got); k++)
            {
              g_autoptr (GVariant) value = nullptr;
              const char *name;

              g_variant_get_child (got, k, "{&sv}", &name, &value);
              g_autoptr (GVariant) same = g_variant_lookup_value (listed, name, nullptr);
              ASSERT_NE (same, nullptr) << path << " " << interface << "." << name;
              EXPECT_TRUE (g_variant_equal (value, same)) << path << " " << interface << "." << name;
            }
        }
    }
}

TEST_F (Tree, HidesInterfacesThatAnObjectHasNot)
{
  EXPECT_EQ (get ("/org/vmswitch1/switch/lab/port/web_2d1", "ActiveConnection", "Endpoint"),
             "!org.freedesktop.DBus.Error.InvalidArgs");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "LanEndpoint", "Role"), "!org.freedesktop.DBus.Error.InvalidArgs");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/eth0", "EthernetPort", "Nothing"),
             "!org.freedesktop.DBus.Error.InvalidArgs");
}

TEST_F (Tree, ForgetsASwitchThatIsDeleted)
{
  EXPECT_TRUE (call ("/org/vmswitch1/switch/port", "Switch", "Delete", "({'force': <true>},)").ok ());
  std::vector<std::string> lines;
  walk ("/org/vmswitch1/switch", lines);
  for (const std::string &line : lines)
    EXPECT_EQ (line.find ("/switch/port"), std::string::npos) << line;

  make_switch ("port");
  make_port ("port", "again");
  EXPECT_EQ (get ("/org/vmswitch1/switch/port/port/again", "SwitchPort", "Name"), "'again'");
}

TEST_F (Tree, AnswersPingAndPeer)
{
  for (const char *path : { "/", "/org/vmswitch1", "/org/vmswitch1/switch/lab", "/org/vmswitch1/endpoint/vm" })
    EXPECT_TRUE (call (root, path, "org.freedesktop.DBus.Peer", "Ping", g_variant_new_tuple (nullptr, 0)).ok ())
        << path;
}
