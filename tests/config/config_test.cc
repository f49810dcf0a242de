/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <string>

#include "config.h"

namespace
{

class Config : public ::testing::Test
{
protected:
  void
  SetUp () override
  {
    g_autofree char *name = g_dir_make_tmp ("vmswitch-config-XXXXXX", nullptr);
    folder = name;
    path = folder + "/vmswitch.conf";
  }

  void
  TearDown () override
  {
    vsw_config_free (config);
    for (const std::string &name : { path + ".d/20-b.conf", path + ".d/10-a.conf", path + ".d/note.txt", path })
      g_unlink (name.c_str ());
    g_rmdir ((path + ".d").c_str ());
    g_rmdir (folder.c_str ());
  }

  void
  write (const std::string &name, const std::string &text)
  {
    ASSERT_TRUE (g_file_set_contents (name.c_str (), text.c_str (), -1, nullptr));
  }

  /* Reads the configuration; the error's text if it is refused. */
  std::string
  load ()
  {
    g_autoptr (GError) error = nullptr;
    g_clear_pointer (&config, vsw_config_free);
    config = vsw_config_new (path.c_str (), &error);
    if (config == nullptr)
      {
        config = g_new0 (VswConfig, 1);
        EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
        return error->message;
      }
    return "";
  }

  std::string folder;
  std::string path;
  VswConfig *config = nullptr;
};

TEST_F (Config, HasDefaultsWithoutAFile)
{
  ASSERT_EQ (load (), "");
  EXPECT_EQ (config->rules.max_switches, vsw_rules_get_default ()->max_switches);
  EXPECT_EQ (config->rules.external_interfaces, nullptr);
  EXPECT_EQ (vsw_mac_range_size (config->rules.mac_range), 65536u);
}

TEST_F (Config, TakesEveryKey)
{
  write (path,
         "[vmswitch]\nMaxSwitches=3\nMaxPortsPerSwitch=4\nMaxEndpoints=5\nMaxStaticAddressesPerPort=6\nMaxBatch=7\n"
         "MaxSystems=8\nMaxSettingsPerSystem=9\nMaxSwitchesPerUser=10\nMaxPortsPerUser=11\nMaxEndpointsPerUser=12\n"
         "MaxSystemsPerUser=13\nMaxCallsPerUser=14\nMaxCheckpoints=15\nMaxCheckpointsPerUser=16\n"
         "DynamicMacRange=02:00:00:00:00:00-02:00:00:00:00:ff\nExternalInterfaces=uplink*;wan0\n");
  ASSERT_EQ (load (), "");
  EXPECT_EQ (config->rules.max_switches, 3u);
  EXPECT_EQ (config->rules.max_ports, 4u);
  EXPECT_EQ (config->rules.max_endpoints, 5u);
  EXPECT_EQ (config->rules.max_static_addresses, 6u);
  EXPECT_EQ (config->rules.max_batch, 7u);
  EXPECT_EQ (config->rules.max_systems, 8u);
  EXPECT_EQ (config->rules.max_settings, 9u);
  EXPECT_EQ (config->rules.max_switches_per_user, 10u);
  EXPECT_EQ (config->rules.max_ports_per_user, 11u);
  EXPECT_EQ (config->rules.max_endpoints_per_user, 12u);
  EXPECT_EQ (config->rules.max_systems_per_user, 13u);
  EXPECT_EQ (config->rules.max_calls_per_user, 14u);
  EXPECT_EQ (config->rules.max_checkpoints, 15u);
  EXPECT_EQ (config->rules.max_checkpoints_per_user, 16u);
  EXPECT_EQ (vsw_mac_range_size (config->rules.mac_range), 256u);
  ASSERT_NE (config->rules.external_interfaces, nullptr);
  EXPECT_STREQ (config->rules.external_interfaces[0], "uplink*");
  EXPECT_STREQ (config->rules.external_interfaces[1], "wan0");
  EXPECT_EQ (config->rules.external_interfaces[2], nullptr);
}

TEST_F (Config, LetsTheLastDropInWin)
{
  ASSERT_EQ (g_mkdir ((path + ".d").c_str (), 0700), 0);
  write (path, "[vmswitch]\nMaxSwitches=3\nExternalInterfaces=a\n");
  write (path + ".d/20-b.conf", "[vmswitch]\nMaxSwitches=20\n");
  write (path + ".d/10-a.conf", "[vmswitch]\nMaxSwitches=10\nExternalInterfaces=b\n");
  write (path + ".d/note.txt", "not a key file");
  ASSERT_EQ (load (), "");
  EXPECT_EQ (config->rules.max_switches, 20u);
  EXPECT_STREQ (config->rules.external_interfaces[0], "a");
  EXPECT_STREQ (config->rules.external_interfaces[1], "b");
}

TEST_F (Config, RefusesAGlobThatMeansSomethingElse)
{
  const std::string why = ": must be names of devices, at most 15 characters, in which only * and ? stand for others";
  for (const char *glob : { "eth[", "eth[0-9]", "eth]", "{a,b}", "net/eth0", "eth0:1", "abcdefghijklmnop" })
    {
      write (path, std::string ("[vmswitch]\nExternalInterfaces=uplink?;") + glob + "\n");
      EXPECT_EQ (load (), path + ": ExternalInterfaces=" + glob + why);
    }
  write (path, "[vmswitch]\nExternalInterfaces=abcdefghijklmno;a?c*\n");
  EXPECT_EQ (load (), "");
}

TEST_F (Config, RefusesANumberBeyondItsLimitAndNamesBoth)
{
  write (path, "[vmswitch]\nMaxPortsPerSwitch=1001\n");
  EXPECT_EQ (load (), path + ": MaxPortsPerSwitch=1001: must be a number from 1 to 1000");
}

/* A user may be left with nothing of his own, but must be able to ask. */
TEST_F (Config, TakesNoneForWhatAUserMayHaveButNotForHisCalls)
{
  write (path, "[vmswitch]\nMaxSwitchesPerUser=0\nMaxPortsPerUser=0\nMaxEndpointsPerUser=0\nMaxSystemsPerUser=0\n");
  ASSERT_EQ (load (), "");
  EXPECT_EQ (config->rules.max_switches_per_user, 0u);
  EXPECT_EQ (config->rules.max_ports_per_user, 0u);
  EXPECT_EQ (config->rules.max_endpoints_per_user, 0u);
  EXPECT_EQ (config->rules.max_systems_per_user, 0u);
  write (path, "[vmswitch]\nMaxCallsPerUser=0\n");
  EXPECT_EQ (load (), path + ": MaxCallsPerUser=0: must be a number from 1 to 65536");
}

TEST_F (Config, RefusesWhatIsNoNumber)
{
  write (path, "[vmswitch]\nMaxBatch=many\n");
  EXPECT_EQ (load (), path + ": MaxBatch=many: must be a number from 1 to 1000");
}

TEST_F (Config, RefusesARangeThatIsNone)
{
  write (path, "[vmswitch]\nDynamicMacRange=02:00:00:00:00:00\n");
  EXPECT_NE (load ().find ("DynamicMacRange=02:00:00:00:00:00: must be FIRST-LAST"), std::string::npos);
}

TEST_F (Config, RefusesARangeThatRunsBackwards)
{
  write (path, "[vmswitch]\nDynamicMacRange=02:00:00:00:00:02-02:00:00:00:00:01\n");
  EXPECT_NE (load ().find ("DynamicMacRange"), std::string::npos);
}

TEST_F (Config, RefusesWhatIsNoKeyFile)
{
  write (path, "MaxSwitches\n");
  EXPECT_NE (load ().find (path), std::string::npos);
}

} // namespace
