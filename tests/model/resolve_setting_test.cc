// SPDX-License-Identifier: GPL-2.0-or-later
/* Settings: what they may say, and the address that each has from birth. */
#include <set>

#include "model/network.h"

namespace
{

class SettingRules : public ::testing::Test
{
protected:
  Network net;

  void
  SetUp () override
  {
    net.must ({ Network::add_switch ("lan"), Network::add_system ("web", VSW_GIVEN_LIFETIME, [] (VswSystem &s) {
                  s.head.owner = 1000;
                  s.head.lifetime = VSW_LIFETIME_CALLER;
                  s.head.holder = "guid :1.1";
                }) });
  }

  static VswChange *
  add_with_mac (const char *name, const char *mac)
  {
    return Network::add_setting ("web", name, VSW_GIVEN_MAC, [=] (VswSetting &s) { s.mac = mac_of (mac); });
  }

  VswChange *
  give_mac (const char *name, const char *mac)
  {
    return net.modify_setting ("web", name, VSW_GIVEN_MAC, [=] (VswSetting &s) { s.mac = mac_of (mac); });
  }

  std::string
  mac_of_setting (const char *name)
  {
    return text_of (net.get_setting ("web", name)->mac);
  }
};

} // namespace

TEST_F (SettingRules, ANewOneHasTheDefaultsAndTheOwnerOfItsSystem)
{
  net.must ({ Network::add_setting ("web", "lan", 0, [] (VswSetting &s) {
    s.head.description = "not given", s.head.owner = 7, s.head.lifetime = VSW_LIFETIME_RUNTIME, s.mtu = 77;
    s.backend = VSW_BACKEND_VETH, s.queues = 7, s.connection_id = "not given";
  }) });
  const VswSetting *lan = net.get_setting ("web", "lan");
  EXPECT_EQ (lan->backend, VSW_BACKEND_TAP);
  EXPECT_EQ (lan->queues, 1u);
  EXPECT_EQ (lan->mtu, 0u);
  EXPECT_TRUE (lan->automatic);
  EXPECT_EQ (lan->connection_id, nullptr);
  EXPECT_FALSE (lan->static_mac);
  EXPECT_FALSE (vsw_mac_is_zero (lan->mac)) << "from birth";
  EXPECT_STREQ (lan->head.description, "");
  EXPECT_EQ (lan->head.owner, 1000u);
  EXPECT_EQ (lan->head.lifetime, VSW_LIFETIME_CALLER);
  EXPECT_EQ (lan->head.holder, nullptr) << "it goes with its system, not by itself";
  EXPECT_EQ (vsw_model_find_setting (net.model, "y-web", "lan"), lan);
}

TEST_F (SettingRules, NamesAreUniqueInOneSystemOnlyAndTheirNumberLimited)
{
  net.rules.max_settings = 2;
  net.must ({ Network::add_system ("db"), Network::add_setting ("web", "lan"), Network::add_setting ("db", "lan") });
  expect_refused (VSW_ERROR_EXISTS, "system web has a setting called lan already",
                  net.ask ({ Network::add_setting ("web", "lan", 0, [] (VswSetting &s) { s.head.id = "other"; }) }));
  net.must ({ Network::add_setting ("web", "dmz") });
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "system web has too many settings: 2 used, limit 2",
                  net.ask ({ Network::add_setting ("web", "san") }));
}

TEST_F (SettingRules, NeedASystem)
{
  expect_refused (VSW_ERROR_NOT_FOUND, "no system", net.ask ({ Network::add_setting ("none", "lan") }));
}

TEST_F (SettingRules, TheNameOfItsEndpointHasToFit)
{
  std::string system (40, 's'), fits (22, 'n'), long_name (23, 'n');
  net.must ({ Network::add_system (system), Network::add_setting (system, fits) });
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, system + "-" + long_name + ", which has 64 characters, limit 63",
                  net.ask ({ Network::add_setting (system, long_name) }));
  net.must ({ Network::lead (system, VSW_SYSTEM_ENABLED) });
  EXPECT_EQ (std::string (net.nic_of (system, fits)->head.name).size (), 63u);
}

TEST_F (SettingRules, KindAndBackendHaveToSuit)
{
  auto make = [this] (VswNicKind kind, VswBackend backend, guint32 queues = 1) {
    return net.ask (
        { Network::add_setting ("web", "x" + std::to_string (g_hash_table_size (vsw_model_get_settings (net.model))),
                                VSW_GIVEN_BACKEND | VSW_GIVEN_QUEUES,
                                [=] (VswSetting &s) { s.nic_kind = kind, s.backend = backend, s.queues = queues; }) });
  };
  EXPECT_TRUE (make (VSW_NIC_SYNTHETIC, VSW_BACKEND_TAP, 8).good);
  EXPECT_TRUE (make (VSW_NIC_SYNTHETIC, VSW_BACKEND_VETH).good);
  EXPECT_TRUE (make (VSW_NIC_EMULATED, VSW_BACKEND_TAP).good);
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "kind emulated cannot have backend veth",
                  make (VSW_NIC_EMULATED, VSW_BACKEND_VETH));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "a setting is of kind synthetic or emulated",
                  make (VSW_NIC_INTERNAL, VSW_BACKEND_VETH));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "9 queues", make (VSW_NIC_SYNTHETIC, VSW_BACKEND_TAP, 9));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "2 queues", make (VSW_NIC_EMULATED, VSW_BACKEND_TAP, 2));
}

TEST_F (SettingRules, AConnectionIsASwitchOrAPortThatStays)
{
  net.furnish ("dmz", { "vm" });
  net.must ({ Network::add_port ("lan", "seat"), Network::add_connected ("web", "a", "s-lan"),
              Network::add_connected ("web", "b", "p-lan-seat") });
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "port vm goes with the endpoint",
                  net.ask ({ Network::add_connected ("web", "c", "p-dmz-vm") }));
  for (const char *id : { "n-vm", "y-web", "t-web-a", "none" })
    expect_refused (VSW_ERROR_NOT_FOUND, std::string ("no switch or port with the id ") + id,
                    net.ask ({ Network::add_connected ("web", "c", id) }));
}

/* --- addresses --- */

TEST_F (SettingRules, AStaticAddressIsThatOfNothingElse)
{
  VswLink device = {};
  device.index = 5;
  device.name = "eth0";
  device.mac = mac_of ("02:00:00:00:00:05");
  net.put (device);
  net.must ({ add_with_mac ("a", "02:00:00:00:00:01"),
              Network::add_nic ("nic", VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC,
                                [] (VswNic &n) { n.mac = mac_of ("02:00:00:00:00:02"); }) });
  EXPECT_TRUE (net.get_setting ("web", "a")->static_mac);
  std::string of_switch = text_of (net.get_switch ("lan")->mac);
  const std::pair<std::string, std::string> all[] = { { "02:00:00:00:00:01", "setting a of system web" },
                                                      { "02:00:00:00:00:02", "endpoint nic" },
                                                      { of_switch, "switch lan" } };
  for (const auto &[taken, holder] : all)
    expect_refused (VSW_ERROR_EXISTS, "MAC address " + taken + " is that of " + holder,
                    net.ask ({ add_with_mac ("b", taken.c_str ()) }));
  expect_refused (VSW_ERROR_EXISTS, "on this host",
                  net.ask ({ add_with_mac ("b", "02:00:00:00:00:05") }));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "multicast", net.ask ({ add_with_mac ("b", "01:00:00:00:00:05") }));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "begins with fe", net.ask ({ add_with_mac ("b", "fe:00:00:00:00:05") }));
}

/* Whether the system runs or not. */
TEST_F (SettingRules, NothingElseTakesTheAddressOfASetting)
{
  net.rules.mac_range = { mac_of ("02:11:00:00:00:00"), mac_of ("02:11:00:00:00:02") };
  net.must ({ add_with_mac ("a", "02:11:00:00:00:01") });
  for (VswSystemState state : { VSW_SYSTEM_ENABLED, VSW_SYSTEM_SAVED })
    {
      auto use = [] (VswNic &n) { n.mac = mac_of ("02:11:00:00:00:01"); };
      expect_refused (VSW_ERROR_EXISTS, "02:11:00:00:00:01",
                      net.ask ({ Network::add_nic ("x", VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC, use) }));
      expect_refused (VSW_ERROR_EXISTS, "02:11:00:00:00:01",
                      net.ask ({ Network::add_switch ("x", VSW_GIVEN_MAC,
                                                      [] (VswSwitch &s) { s.mac = mac_of ("02:11:00:00:00:01"); }) }));
      net.must ({ Network::lead ("web", state) });
    }
  net.must ({ Network::add_nic ("x"), Network::add_setting ("web", "b") });
  EXPECT_EQ ((std::set<std::string>{ text_of (net.get_nic ("x")->mac), mac_of_setting ("b") }),
             (std::set<std::string>{ "02:11:00:00:00:00", "02:11:00:00:00:02" }));
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "3 used, limit 3", net.ask ({ Network::add_setting ("web", "c") }));
  net.must ({ vsw_change_delete (VSW_KIND_SETTING, "t-web-a", FALSE), Network::add_setting ("web", "c") });
  EXPECT_EQ (mac_of_setting ("c"), "02:11:00:00:00:01");
}

/* The NIC of a setting needs no address of its own. */
TEST_F (SettingRules, EnablingTakesNothingFromADryPool)
{
  net.rules.mac_range = { mac_of ("02:11:00:00:00:00"), mac_of ("02:11:00:00:00:00") };
  net.must ({ Network::add_setting ("web", "a") });
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_TRUE (vsw_mac_equal (net.nic_of ("web", "a")->mac, net.get_setting ("web", "a")->mac));
}

TEST_F (SettingRules, AnAddressBecomesStaticAndDynamicAgain)
{
  net.must ({ Network::add_setting ("web", "a") });
  std::string first = mac_of_setting ("a");
  net.must ({ give_mac ("a", "02:00:00:00:00:01") });
  EXPECT_EQ (mac_of_setting ("a"), "02:00:00:00:00:01");
  EXPECT_TRUE (net.get_setting ("web", "a")->static_mac);
  auto make_dynamic = [this] { return net.modify_setting ("web", "a", VSW_GIVEN_DYNAMIC_MAC, [] (VswSetting &) {}); };
  net.must ({ make_dynamic () });
  EXPECT_EQ (mac_of_setting ("a"), first) << "the pool looks from the same place";
  EXPECT_FALSE (net.get_setting ("web", "a")->static_mac);
  std::string before = describe (net.model);
  net.must ({ make_dynamic () });
  EXPECT_EQ (describe (net.model), before);
  net.must ({ give_mac ("a", first.c_str ()) });
  EXPECT_TRUE (net.get_setting ("web", "a")->static_mac) << "its own may be made static";
}

/* The NIC keeps the old one until it is made anew; both are taken meanwhile. */
TEST_F (SettingRules, AnAddressThatWaitsCanBeTakenBack)
{
  net.must ({ add_with_mac ("a", "02:00:00:00:00:01"), Network::lead ("web", VSW_SYSTEM_ENABLED) });
  net.must ({ give_mac ("a", "02:00:00:00:00:02") });
  EXPECT_EQ (text_of (net.nic_of ("web", "a")->mac), "02:00:00:00:00:01");
  for (const char *taken : { "02:00:00:00:00:01", "02:00:00:00:00:02" })
    expect_refused (VSW_ERROR_EXISTS, taken, net.ask ({ add_with_mac ("b", taken) }));
  net.must ({ give_mac ("a", "02:00:00:00:00:01") });
  EXPECT_EQ (mac_of_setting ("a"), "02:00:00:00:00:01");
  net.must ({ add_with_mac ("b", "02:00:00:00:00:02") });
}

/* --- changing and deleting --- */

TEST_F (SettingRules, ModifyChangesWhatIsGivenAndKeepsTheRest)
{
  net.must ({ Network::add_connected ("web", "lan", "s-lan") });
  std::string mac = mac_of_setting ("lan");
  net.must ({ net.modify_setting ("web", "lan", VSW_GIVEN_DESCRIPTION | VSW_GIVEN_MTU, [] (VswSetting &s) {
    s.head.description = "new", s.mtu = 1000, s.queues = 7, s.backend = VSW_BACKEND_VETH, s.connection_id = nullptr;
    s.automatic = FALSE, s.mac = mac_of ("02:00:00:00:00:01"), s.nic_kind = VSW_NIC_EMULATED;
  }) });
  const VswSetting *lan = net.get_setting ("web", "lan");
  EXPECT_STREQ (lan->head.description, "new");
  EXPECT_EQ (lan->mtu, 1000u);
  EXPECT_EQ (lan->queues, 1u);
  EXPECT_EQ (lan->backend, VSW_BACKEND_TAP);
  EXPECT_EQ (lan->nic_kind, VSW_NIC_SYNTHETIC);
  EXPECT_STREQ (lan->connection_id, "s-lan");
  EXPECT_TRUE (lan->automatic);
  EXPECT_EQ (text_of (lan->mac), mac);
  net.must ({ net.modify_setting ("web", "lan",
                                  VSW_GIVEN_QUEUES | VSW_GIVEN_BACKEND | VSW_GIVEN_CONNECTION | VSW_GIVEN_AUTOMATIC,
                                  [] (VswSetting &s) {
                                    s.queues = 4, s.backend = VSW_BACKEND_VETH, s.connection_id = nullptr;
                                    s.automatic = FALSE;
                                  }) });
  lan = net.get_setting ("web", "lan");
  EXPECT_EQ (lan->queues, 4u);
  EXPECT_EQ (lan->backend, VSW_BACKEND_VETH);
  EXPECT_EQ (lan->connection_id, nullptr);
  EXPECT_FALSE (lan->automatic);
}

TEST_F (SettingRules, ModifyRefusesWhatIsFixedOrWrong)
{
  net.must ({ Network::add_setting ("web", "lan") });
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "name and kind of a setting",
                  net.ask ({ net.modify_setting ("web", "lan", VSW_GIVEN_LIFETIME, [] (VswSetting &) {}) }));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 5",
                  net.ask ({ net.modify_setting ("web", "lan", VSW_GIVEN_MTU, [] (VswSetting &s) { s.mtu = 5; }) }));
  expect_refused (VSW_ERROR_NOT_FOUND, "no switch or port",
                  net.ask ({ net.modify_setting ("web", "lan", VSW_GIVEN_CONNECTION,
                                                 [] (VswSetting &s) { s.connection_id = "none"; }) }));
}

TEST_F (SettingRules, OneThatIsAnEndpointIsInUse)
{
  auto remove = [] (gboolean force) { return vsw_change_delete (VSW_KIND_SETTING, "t-web-lan", force); };
  net.must ({ Network::add_connected ("web", "lan", "s-lan"), Network::add_setting ("web", "dmz"),
              Network::lead ("web", VSW_SYSTEM_ENABLED) });
  expect_refused (VSW_ERROR_IN_USE, "setting lan is endpoint web-lan of a running system",
                  net.ask ({ remove (FALSE) }));
  net.must ({ remove (TRUE) });
  EXPECT_EQ (net.get_setting ("web", "lan"), nullptr);
  EXPECT_EQ (vsw_model_find_nic (net.model, "web-lan"), nullptr);
  EXPECT_EQ (g_hash_table_size (vsw_model_get_ports (net.model)), 0u);
  EXPECT_EQ (net.get_system ("web")->state, VSW_SYSTEM_ENABLED);
  net.must ({ vsw_change_delete (VSW_KIND_SETTING, "t-web-dmz", TRUE) });
  EXPECT_EQ (net.get_system ("web")->state, VSW_SYSTEM_DISABLED) << "with its last NIC";
}

TEST_F (SettingRules, OneThatIsNoEndpointGoesWithoutForce)
{
  net.must ({ Network::add_setting ("web", "lan") });
  net.must ({ vsw_change_delete (VSW_KIND_SETTING, "t-web-lan", FALSE) });
  EXPECT_EQ (net.get_setting ("web", "lan"), nullptr);
}

/* --- what a setting names --- */

TEST_F (SettingRules, ASwitchOrPortThatOneNamesIsInUse)
{
  net.must ({ Network::add_port ("lan", "seat"), Network::add_switch ("dmz"),
              Network::add_connected ("web", "a", "p-lan-seat"), Network::add_connected ("web", "b", "s-dmz"),
              Network::add_connected ("web", "c", "s-dmz") });
  expect_refused (VSW_ERROR_IN_USE, "port seat is the connection of setting a of system web",
                  net.ask ({ vsw_change_delete (VSW_KIND_PORT, "p-lan-seat", FALSE) }));
  expect_refused (VSW_ERROR_IN_USE, "switch dmz is the connection of setting b of system web, and of others",
                  net.ask ({ vsw_change_delete (VSW_KIND_SWITCH, "s-dmz", FALSE) }));
  net.must (
      { vsw_change_delete (VSW_KIND_PORT, "p-lan-seat", TRUE), vsw_change_delete (VSW_KIND_SWITCH, "s-dmz", TRUE) });
  for (const char *name : { "a", "b", "c" })
    EXPECT_EQ (net.get_setting ("web", name)->connection_id, nullptr) << name;
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_EQ (net.port_of ("web", "a"), nullptr);
}

/* The ports of a switch go with it. */
TEST_F (SettingRules, OneForgetsAPortThatWentWithItsSwitch)
{
  net.must ({ Network::add_port ("lan", "seat"), Network::add_connected ("web", "a", "p-lan-seat"),
              Network::add_connected ("web", "b", "s-lan"), Network::lead ("web", VSW_SYSTEM_ENABLED) });
  std::string before = describe (net.model);
  auto delta = net.must ({ vsw_change_delete (VSW_KIND_SWITCH, "s-lan", TRUE) });
  for (const char *name : { "a", "b" })
    EXPECT_EQ (net.get_setting ("web", name)->connection_id, nullptr) << name;
  ASSERT_NE (net.nic_of ("web", "a"), nullptr) << "it was plugged into a port that was not made for it";
  EXPECT_EQ (net.port_of ("web", "a"), nullptr);
  EXPECT_EQ (net.nic_of ("web", "b"), nullptr) << "it went with the port that was made for it";
  EXPECT_EQ (net.get_system ("web")->state, VSW_SYSTEM_ENABLED);
  vsw_model_revert (net.model, delta.get ());
  EXPECT_EQ (describe (net.model), before);
}
