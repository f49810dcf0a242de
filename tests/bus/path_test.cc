// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "bus/path.h"

namespace
{

std::string
take (char *text)
{
  std::string copy = text != nullptr ? text : "(null)";

  g_free (text);
  return copy;
}

std::string
describe (const char *text)
{
  g_auto (VswPath) path = vsw_path_decode (text);
  static const char *const kinds[] = { "other", "manager", "switch", "port", "endpoint", "system", "setting" };
  std::string description = kinds[path.kind];

  if (path.kind == VSW_PATH_KIND_OTHER)
    return description;
  if (path.parent != nullptr)
    description += std::string (" ") + path.parent;
  if (path.name != nullptr)
    description += std::string (" ") + path.name;
  return description;
}

} // namespace

TEST (Path, EscapesAsSystemdDoes)
{
  EXPECT_EQ (take (vsw_path_escape ("lab")), "lab");
  EXPECT_EQ (take (vsw_path_escape ("vm1-net0")), "vm1_2dnet0");
  EXPECT_EQ (take (vsw_path_escape ("1st.floor_2")), "_31st_2efloor_5f2");
  EXPECT_EQ (take (vsw_path_escape ("")), "_");
  EXPECT_EQ (take (vsw_path_escape ("eth0~external")), "eth0_7eexternal");
}

TEST (Path, CarriesAnyBytes)
{
  EXPECT_EQ (take (vsw_path_escape ("\xff\x1b[0m")), "_ff_1b_5b0m");
  EXPECT_EQ (take (vsw_path_unescape ("_ff_1b_5b0m")), "\xff\x1b[0m");
}

TEST (Path, ComesBackFromEveryName)
{
  const char *given = g_getenv ("VSW_TEST_SEED");
  guint64 seed = given != nullptr ? g_ascii_strtoull (given, nullptr, 10) : std::random_device () ();
  std::mt19937_64 random (seed);

  RecordProperty ("seed", std::to_string (seed));
  for (int i = 0; i < 2000; i++)
    {
      std::string name (random () % 64, '\0');

      for (char &byte : name)
        byte = static_cast<char> (1 + random () % 255);
      std::string element = take (vsw_path_escape (name.c_str ()));
      ASSERT_TRUE (g_variant_is_object_path (("/" + element).c_str ())) << "seed " << seed;
      ASSERT_EQ (take (vsw_path_unescape (element.c_str ())), name) << "seed " << seed;
    }
}

TEST (Path, HasOneSpellingForEachName)
{
  for (const char *element : { "_6cab", "_2D", "a_", "a_2", "a_zz", "_00", "1a", "a-b", "_5F" })
    EXPECT_EQ (vsw_path_unescape (element), nullptr) << element;
}

TEST (Path, TellsObjectsByTheirShape)
{
  EXPECT_EQ (describe ("/org/vmswitch1/Manager"), "manager");
  EXPECT_EQ (describe ("/org/vmswitch1/switch/lab"), "switch lab");
  EXPECT_EQ (describe ("/org/vmswitch1/switch/lab/port/web_2d1"), "port lab web-1");
  EXPECT_EQ (describe ("/org/vmswitch1/endpoint/eth0"), "endpoint eth0");
  EXPECT_EQ (describe ("/org/vmswitch1/system/vm1"), "system vm1");
  EXPECT_EQ (describe ("/org/vmswitch1/system/vm_2d1/setting/net_2e0"), "setting vm-1 net.0");
}

TEST (Path, KnowsNothingElse)
{
  for (const char *path :
       { "/", "/org", "/org/vmswitch1", "/org/vmswitch1/switch", "/org/vmswitch1/endpoint",
         "/org/vmswitch1/switch/lab/port", "/org/vmswitch1/switch/lab/port/a/b", "/org/vmswitch1/switch/lab/porT/a",
         "/org/vmswitch1/endpoint/a/b", "/org/vmswitch1/Manager/x", "/org/vmswitch2/switch/lab",
         "/org/vmswitch1/switch/_6cab", "/org/vmswitch1/switch/_zz/port/a", "/org/vmswitch1/system",
         "/org/vmswitch1/system/vm1/port/net0", "/org/vmswitch1/system/vm1/setting", "/org/vmswitch1/system/_zz/setting/a",
         "/org/vmswitch1/switch/lab/setting/a", "/org/vmswitch1/endpoint/a/port/b", "/org/vmswitch1/system/vm1/setting/a/b" })
    EXPECT_EQ (describe (path), "other") << path;
}
