// SPDX-License-Identifier: GPL-2.0-or-later
#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include "client/checkup.h"
#include "support/store_fixture.h"

namespace
{

class Udev : public ::testing::Test
{
protected:
  /* What is found of a device of index 7, whose entry in udev's database this is. */
  std::string
  check (const char *database, const char *index = "7\n")
  {
    g_autoptr (GPtrArray) findings = vsw_findings_new ();
    std::string folder = directory.path + "/run/udev/data", file = folder + "/n7";

    std::string device = directory.path + "/sys/class/net/vsw-lab";

    g_mkdir_with_parents (folder.c_str (), 0700);
    g_mkdir_with_parents (device.c_str (), 0700);
    g_file_set_contents ((device + "/ifindex").c_str (), index, -1, nullptr);
    if (database != nullptr)
      g_file_set_contents (file.c_str (), database, -1, nullptr);
    vsw_checkup_udev (directory.path.c_str (), "vsw-lab", 7, findings);
    g_unlink (file.c_str ());
    if (findings->len == 0)
      return "";
    EXPECT_EQ (findings->len, 1u);
    auto *finding = static_cast<VswFinding *> (g_ptr_array_index (findings, 0));
    EXPECT_NE (std::string (finding->text).find ("vsw-lab"), std::string::npos);
    return finding->code;
  }

  TemporaryDirectory directory;
};

std::string
wrap (const char *text, guint width, guint indent)
{
  g_autofree char *lines = vsw_checkup_wrap (text, width, indent);

  return lines;
}

} // namespace

TEST_F (Udev, MarksOurDevices)
{
  EXPECT_EQ (check ("I:123\nE:ID_NET_DRIVER=bridge\nE:ID_NET_MANAGED_BY=org.vmswitch1\nE:NM_UNMANAGED=1\nV:1\n"), "");
}

TEST_F (Udev, WithoutOurRuleIsFound)
{
  EXPECT_EQ (check ("I:123\nE:ID_NET_DRIVER=bridge\nV:1\n"), "udev-rule-missing");
  EXPECT_EQ (check ("E:ID_NET_MANAGED_BY=org.vmswitch1\n"), "udev-rule-missing");
  EXPECT_EQ (check ("E:ID_NET_MANAGED_BY=io.systemd.Network\nE:NM_UNMANAGED=1\n"), "udev-rule-missing");
}

TEST_F (Udev, ThatHasNotSeenTheDeviceTellsNothing)
{
  EXPECT_EQ (check ("E:ID_NET_DRIVER=igc\n", "8\n"), "") << "number 7 is another device, here";
  EXPECT_EQ (check (nullptr), "");
}

TEST (Wrap, BreaksBetweenWords)
{
  EXPECT_EQ (wrap ("one two three", 80, 2), "  one two three\n");
  EXPECT_EQ (wrap ("one two three", 9, 2), "  one two\n  three\n");
  EXPECT_EQ (wrap ("one two three", 8, 2), "  one\n  two\n  three\n");
  EXPECT_EQ (wrap ("net.bridge.bridge-nf-call-iptables=0 it", 10, 0), "net.bridge.bridge-nf-call-iptables=0\nit\n");
  EXPECT_EQ (wrap ("\u00fc\u00fc \u00fc\u00fc", 5, 0), "\u00fc\u00fc \u00fc\u00fc\n") << "columns, not octets";
}
