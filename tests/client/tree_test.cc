/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, paths and the tree: what a user types finds what he means, and nothing else. */
#include "client/failure.h"
#include "client/name.h"
#include "client/tree.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

std::string
name_of (const char *path)
{
  g_autofree char *name = vsw_name_new_from_path (path);

  return name;
}

TEST (Name, OfAPathIsUnescaped)
{
  EXPECT_EQ (name_of ("/org/vmswitch1/switch/lab"), "switch lab");
  EXPECT_EQ (name_of ("/org/vmswitch1/switch/lab_2d2_2e1"), "switch lab-2.1");
  EXPECT_EQ (name_of ("/org/vmswitch1/switch/lab/port/_31_2dweb"), "port lab/1-web");
  EXPECT_EQ (name_of ("/org/vmswitch1/endpoint/eth0_7eexternal"), "endpoint eth0~external");
  EXPECT_EQ (name_of ("/org/vmswitch1/endpoint/_5f"), "endpoint _");
  EXPECT_EQ (name_of ("/org/vmswitch1/Manager"), "manager");
}

TEST (Name, OfAStrangePathIsThePath)
{
  for (const char *path :
       { "/", "/org/vmswitch1", "/org/example/x", "/org/vmswitch1/a/b/c", "/org/vmswitch1/endpoint/_ff" })
    EXPECT_EQ (name_of (path), path);
}

TEST (Name, OfAPropertyIsTakenInEitherSpelling)
{
  g_autofree char *kebab = vsw_name_new_property ("max-learned-addresses");
  g_autofree char *camel = vsw_name_new_property ("MaxLearnedAddresses");

  EXPECT_STREQ (kebab, "MaxLearnedAddresses");
  EXPECT_STREQ (camel, "MaxLearnedAddresses");
}

TEST (Name, OfAPortHasOneSlash)
{
  g_autofree char *on = nullptr;
  g_autofree char *port = nullptr;

  EXPECT_TRUE (vsw_name_split_port ("lab/web", &on, &port, nullptr));
  EXPECT_STREQ (on, "lab");
  EXPECT_STREQ (port, "web");
  for (const char *wrong : { "", "lab", "/web", "lab/", "a/b/c" })
    {
      g_autoptr (GError) error = nullptr;
      char *unused = nullptr;

      EXPECT_FALSE (vsw_name_split_port (wrong, &unused, &unused, &error)) << wrong;
      EXPECT_TRUE (g_error_matches (error, VSW_FAILURE, VSW_FAILURE_USAGE));
    }
}

TEST (Name, OfASettingHasOneSlash)
{
  g_autofree char *system = nullptr;
  g_autofree char *nic = nullptr;
  g_autoptr (GError) error = nullptr;
  char *unused = nullptr;

  EXPECT_TRUE (vsw_name_split_setting ("vm1/net0", &system, &nic, nullptr));
  EXPECT_STREQ (system, "vm1");
  EXPECT_STREQ (nic, "net0");
  EXPECT_FALSE (vsw_name_split_setting ("vm1", &unused, &unused, &error));
  EXPECT_STREQ (error->message, "\"vm1\" is not a NIC of a system: it is named SYSTEM/NIC");
}

TEST (Name, OfAPathOfASystemIsUnescaped)
{
  EXPECT_EQ (name_of ("/org/vmswitch1/system/vm_2d1"), "system vm-1");
  EXPECT_EQ (name_of ("/org/vmswitch1/system/vm_2d1/setting/net0"), "setting vm-1/net0");
}

TEST (Name, IsMadeOfAnyBytes)
{
  for (auto [word, clean] : { std::pair<const char *, const char *> ("qemu-system-x86_64", "qemu-system-x86_64"),
                              { "my guest", "my-guest" },
                              { "-x", "nx" },
                              { "\xff\xfe", "n-" },
                              { "", "" } })
    {
      g_autofree char *name = vsw_name_clean (word);

      EXPECT_STREQ (name, clean);
    }
}

class Tree : public ::testing::Test
{
protected:
  void
  SetUp () override
  {
    g_autoptr (GVariant) objects = g_variant_ref_sink (g_variant_parse (
        G_VARIANT_TYPE ("a{oa{sa{sv}}}"),
        "{'/org/vmswitch1/endpoint/web': {'org.vmswitch1.LanEndpoint': {'Connected': <true>},"
        "   'org.vmswitch1.EthernetPort': {'Name': <'web'>, 'Mtu': <uint32 1500>}, 'org.freedesktop.DBus.Peer': {}},"
        " '/org/vmswitch1/switch/b/port/web': {'org.vmswitch1.SwitchPort': {'Name': <'web'>,"
        "   'Switch': <objectpath '/org/vmswitch1/switch/b'>}},"
        " '/org/vmswitch1/switch/b/port/web10': {'org.vmswitch1.SwitchPort': {'Name': <'web10'>,"
        "   'Switch': <objectpath '/org/vmswitch1/switch/b'>}},"
        " '/org/vmswitch1/switch/b/port/web9': {'org.vmswitch1.SwitchPort': {'Name': <'web9'>,"
        "   'Switch': <objectpath '/org/vmswitch1/switch/b'>}},"
        " '/org/vmswitch1/switch/b': {'org.vmswitch1.Switch': {'Name': <'b'>}},"
        " '/org/vmswitch1/switch/a': {'org.vmswitch1.Switch': {'Name': <'a'>}},"
        " '/org/vmswitch1/switch/a/port/web9': {'org.vmswitch1.SwitchPort': {'Name': <'web9'>,"
        "   'Switch': <objectpath '/org/vmswitch1/switch/a'>}},"
        " '/org/vmswitch1/endpoint/a': {'org.vmswitch1.EthernetPort': {'Name': <'a'>}},"
        " '/org/vmswitch1/thing': {'org.vmswitch1.Future': {'Name': <'b'>}},"
        " '/org/vmswitch1/Manager': {'org.vmswitch1.Manager': {'Version': <'1'>}}}",
        nullptr, nullptr, nullptr));

    tree = vsw_tree_new (objects);
  }

  void
  TearDown () override
  {
    vsw_tree_free (tree);
  }

  /* Finds anything by name, and tells what came of it. */
  std::string
  find (const char *name)
  {
    g_autoptr (GError) error = nullptr;
    VswNode *node = vsw_tree_find_any (tree, name, &error);

    return node != nullptr ? std::string (node->path) : std::to_string (error->code) + " " + error->message;
  }

  std::string
  find (VswNodeKind kind, const char *name)
  {
    g_autoptr (GError) error = nullptr;
    VswNode *node = vsw_tree_find (tree, kind, name, &error);

    return node != nullptr ? std::string (node->path) : std::to_string (error->code) + " " + error->message;
  }

  VswTree *tree = nullptr;
};

TEST_F (Tree, IsInTheOrderThatPeopleExpect)
{
  std::string order;

  for (guint i = 0; i < tree->nodes->len; i++)
    order += std::string (((VswNode *)tree->nodes->pdata[i])->name) + " ";
  EXPECT_EQ (order, "manager a b a/web9 b/web b/web9 b/web10 a web /org/vmswitch1/thing ");
}

TEST_F (Tree, FindsAnObjectOfAKindByNameOrPath)
{
  EXPECT_EQ (find (VSW_NODE_SWITCH, "b"), "/org/vmswitch1/switch/b");
  EXPECT_EQ (find (VSW_NODE_SWITCH, "/org/vmswitch1/switch/b"), "/org/vmswitch1/switch/b");
  EXPECT_EQ (find (VSW_NODE_PORT, "b/web"), "/org/vmswitch1/switch/b/port/web");
  EXPECT_EQ (find (VSW_NODE_ENDPOINT, "web"), "/org/vmswitch1/endpoint/web");
}

TEST_F (Tree, SaysWhyAnObjectOfAKindIsNotFound)
{
  EXPECT_EQ (find (VSW_NODE_SWITCH, "c"), "3 there is no switch \"c\"");
  EXPECT_EQ (find (VSW_NODE_PORT, "web"), "2 \"web\" is not a port: it is named SWITCH/PORT");
  EXPECT_EQ (find (VSW_NODE_PORT, "a/web"), "3 there is no port \"a/web\"");
  EXPECT_EQ (find (VSW_NODE_PORT, "/org/vmswitch1/switch/b"),
             "2 /org/vmswitch1/switch/b is not a port: it is switch b");
  EXPECT_EQ (find (VSW_NODE_SWITCH, "/x"), "3 there is no object /x");
}

TEST_F (Tree, FindsABareNameOnlyIfItIsUnique)
{
  EXPECT_EQ (find ("web10"), "/org/vmswitch1/switch/b/port/web10");
  EXPECT_EQ (find ("b/web"), "/org/vmswitch1/switch/b/port/web");
  EXPECT_EQ (find ("manager"), "/org/vmswitch1/Manager");
  EXPECT_EQ (find ("/org/vmswitch1/thing"), "/org/vmswitch1/thing");
  EXPECT_EQ (find ("web9"), "2 \"web9\" can be any of: port a/web9, port b/web9");
  EXPECT_EQ (find ("a"), "2 \"a\" can be any of: switch a, endpoint a");
  EXPECT_EQ (find ("none"), "3 there is no switch, port, endpoint or system \"none\"");
}

TEST_F (Tree, PrefersAWholeNameToThatOfAPortWithoutItsSwitch)
{
  EXPECT_EQ (find ("web"), "/org/vmswitch1/endpoint/web");
}

TEST_F (Tree, GivesPropertiesAndEmptinessForTheOthers)
{
  VswNode *node = vsw_tree_get (tree, "/org/vmswitch1/endpoint/web");
  g_autofree char *name = vsw_node_get_string (node, "EthernetPort", "Name");
  g_autofree char *wrong_type = vsw_node_get_string (node, "EthernetPort", "Mtu");
  g_autofree char *missing = vsw_node_get_string (node, "SwitchPort", "Name");

  EXPECT_STREQ (name, "web");
  EXPECT_STREQ (wrong_type, "");
  EXPECT_STREQ (missing, "");
  EXPECT_TRUE (vsw_node_is (node, "LanEndpoint", "Connected"));
  EXPECT_FALSE (vsw_node_is (node, "EthernetPort", "Mtu"));
}

TEST_F (Tree, ShapesAnObjectForJsonWithItsMainInterfaceOnTop)
{
  g_autoptr (GVariant) value =
      g_variant_ref_sink (vsw_node_export (vsw_tree_get (tree, "/org/vmswitch1/endpoint/web")));
  g_autofree char *text = g_variant_print (value, FALSE);

  EXPECT_STREQ (text, "{'Path': <objectpath '/org/vmswitch1/endpoint/web'>, 'Name': <'web'>, 'Mtu': <uint32 1500>, "
                      "'LanEndpoint': <{'Connected': <true>}>}");
}

} // namespace
