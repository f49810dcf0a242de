// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/network.h"

namespace
{

class SwitchRules : public ::testing::Test
{
protected:
  Network net;

  VswChange *
  modify (const char *name, guint given, std::function<void (VswSwitch &)> edit)
  {
    VswSwitch fields = *net.get_switch (name);
    edit (fields);
    g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
    return vsw_change_modify (draft, given);
  }

  void
  refused (int code, const char *part, const Answer &answer)
  {
    EXPECT_EQ (answer.code, code) << answer.message;
    EXPECT_NE (answer.message.find (part), std::string::npos) << answer.message;
  }
};

} // namespace

TEST_F (SwitchRules, ANewOneHasTheDefaults)
{
  net.must ({ Network::add_switch ("lab") });
  const VswSwitch *lab = net.get_switch ("lab");
  EXPECT_EQ (lab->mtu, 1500u);
  EXPECT_EQ (lab->ageing, 300u);
  EXPECT_EQ (lab->max_learned, 0u);
  EXPECT_FALSE (lab->spanning_tree || lab->multicast_snooping || lab->shared);
  EXPECT_STREQ (lab->device, "vsw-lab");
  EXPECT_EQ (text_of (lab->mac), text_of (vsw_mac_from_seed ("s-lab")));
  EXPECT_EQ (vsw_model_find_switch (net.model, "lab"), lab);
  EXPECT_EQ ((gpointer)vsw_model_find_device (net.model, "vsw-lab"), (gpointer)lab);
}

TEST_F (SwitchRules, ANewOneTakesOnlyWhatWasGiven)
{
  auto fill = [] (VswSwitch &s) {
    s.head.description = "text";
    s.mtu = 9000, s.ageing = 10, s.max_learned = 5, s.spanning_tree = s.multicast_snooping = s.shared = TRUE;
    s.mac = mac_of ("02:00:00:00:00:01");
  };
  net.must ({ Network::add_switch ("none", 0, fill), Network::add_switch ("all", ~0u, fill) });
  const VswSwitch *none = net.get_switch ("none"), *all = net.get_switch ("all");
  EXPECT_EQ (none->mtu, 1500u);
  EXPECT_STREQ (none->head.description, "");
  EXPECT_FALSE (none->shared);
  EXPECT_EQ (all->mtu, 9000u);
  EXPECT_EQ (all->ageing, 10u);
  EXPECT_EQ (all->max_learned, 5u);
  EXPECT_TRUE (all->spanning_tree && all->multicast_snooping && all->shared);
  EXPECT_EQ (text_of (all->mac), "02:00:00:00:00:01");
  EXPECT_STREQ (all->head.description, "text");
}

TEST_F (SwitchRules, NamesAreUnique)
{
  net.must ({ Network::add_switch ("lab") });
  Answer answer = net.ask ({ Network::add_switch ("lab", 0, [] (VswSwitch &s) { s.head.id = "other"; }) });
  refused (VSW_ERROR_EXISTS, "lab", answer);
}

TEST_F (SwitchRules, TheNumberIsLimited)
{
  net.rules.max_switches = 2;
  net.must ({ Network::add_switch ("a"), Network::add_switch ("b") });
  refused (VSW_ERROR_QUOTA_EXCEEDED, "2 used, limit 2", net.ask ({ Network::add_switch ("c") }));
  net.must ({ vsw_change_delete (VSW_KIND_SWITCH, "s-a", FALSE) });
  net.must ({ Network::add_switch ("c") });
}

TEST_F (SwitchRules, NumbersHaveBounds)
{
  int n = 0;
  auto create_mtu = [&] (guint32 mtu) {
    return net.ask (
        { Network::add_switch ("m" + std::to_string (n++), VSW_GIVEN_MTU, [=] (VswSwitch &s) { s.mtu = mtu; }) });
  };
  auto create_ageing = [&] (guint32 ageing) {
    return net.ask ({ Network::add_switch ("m" + std::to_string (n++), VSW_GIVEN_AGEING,
                                           [=] (VswSwitch &s) { s.ageing = ageing; }) });
  };
  refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 67 is outside 68 to 65535", create_mtu (67));
  EXPECT_TRUE (create_mtu (68).good);
  EXPECT_TRUE (create_mtu (65535).good);
  refused (VSW_ERROR_INVALID_ARGUMENT, "65536", create_mtu (65536));
  refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 0", create_mtu (0));
  refused (VSW_ERROR_INVALID_ARGUMENT, "ageing time 0 is outside 1 to 1000000", create_ageing (0));
  EXPECT_TRUE (create_ageing (1).good);
  EXPECT_TRUE (create_ageing (1000000).good);
  refused (VSW_ERROR_INVALID_ARGUMENT, "1000001", create_ageing (1000001));
}

TEST_F (SwitchRules, AnAddressHasToBeFreeAndUnicast)
{
  auto create = [&] (const char *name, const char *mac) {
    return net.ask ({ Network::add_switch (name, VSW_GIVEN_MAC, [=] (VswSwitch &s) { s.mac = mac_of (mac); }) });
  };
  refused (VSW_ERROR_INVALID_ARGUMENT, "zero", create ("a", "00:00:00:00:00:00"));
  refused (VSW_ERROR_INVALID_ARGUMENT, "multicast", create ("a", "01:00:00:00:00:01"));
  refused (VSW_ERROR_INVALID_ARGUMENT, "fe", create ("a", "fe:00:00:00:00:01"));
  EXPECT_TRUE (create ("a", "02:00:00:00:00:01").good);
  refused (VSW_ERROR_EXISTS, "02:00:00:00:00:01", create ("b", "02:00:00:00:00:01"));
}

TEST_F (SwitchRules, ADerivedAddressAvoidsTakenOnes)
{
  VswLink other = {};
  other.index = 5;
  other.name = "eth0";
  other.mac = vsw_mac_from_seed ("s-lab");
  net.put (other);
  net.must ({ Network::add_switch ("lab") });
  EXPECT_NE (text_of (net.get_switch ("lab")->mac), text_of (other.mac));
}

TEST_F (SwitchRules, DeviceNamesFitAndAreFree)
{
  VswLink other = {};
  other.index = 5;
  other.name = "vsw-taken";
  net.put (other);
  net.must (
      { Network::add_switch ("elevenchars"), Network::add_switch ("twelve-chars"), Network::add_switch ("taken") });
  EXPECT_STREQ (net.get_switch ("elevenchars")->device, "vsw-elevenchars");
  for (const char *name : { "twelve-chars", "taken" })
    {
      std::string device = net.get_switch (name)->device;
      EXPECT_EQ (device.size (), 12u) << device;
      EXPECT_EQ (device.find_first_not_of ("0123456789abcdef", 4), std::string::npos) << device;
    }
}

TEST_F (SwitchRules, AHashedDeviceNameIsSaltedUntilFree)
{
  net.must ({ Network::add_switch ("a-name-too-long") });
  std::string hashed = net.get_switch ("a-name-too-long")->device;
  Network other;
  VswLink squatter = {};
  squatter.index = 5;
  squatter.name = hashed.c_str ();
  other.put (squatter);
  other.must ({ Network::add_switch ("a-name-too-long") });
  EXPECT_NE (hashed, other.get_switch ("a-name-too-long")->device);
}

TEST_F (SwitchRules, ModifyChangesWhatIsGivenAndKeepsTheRest)
{
  net.must ({ Network::add_switch ("lab", VSW_GIVEN_MTU | VSW_GIVEN_DESCRIPTION, [] (VswSwitch &s) {
    s.mtu = 4000;
    s.head.description = "old";
  }) });
  std::string mac = text_of (net.get_switch ("lab")->mac);
  auto delta = net.must ({ modify ("lab", VSW_GIVEN_AGEING | VSW_GIVEN_SHARED, [] (VswSwitch &s) {
    s.mtu = 77, s.ageing = 20, s.shared = TRUE, s.head.description = "no", s.head.name = "no", s.mac = {};
  }) });
  const VswSwitch *lab = net.get_switch ("lab");
  EXPECT_EQ (lab->mtu, 4000u);
  EXPECT_EQ (lab->ageing, 20u);
  EXPECT_TRUE (lab->shared);
  EXPECT_STREQ (lab->head.description, "old");
  EXPECT_STREQ (lab->head.name, "lab");
  EXPECT_EQ (text_of (lab->mac), mac);
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 1u);
}

TEST_F (SwitchRules, ModifyRefusesWhatIsFixed)
{
  net.must ({ Network::add_switch ("lab") });
  auto nothing = [] (VswSwitch &) {};
  refused (VSW_ERROR_INVALID_ARGUMENT, "MAC", net.ask ({ modify ("lab", VSW_GIVEN_MAC, nothing) }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "lifetime", net.ask ({ modify ("lab", VSW_GIVEN_LIFETIME, nothing) }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "queues", net.ask ({ modify ("lab", VSW_GIVEN_QUEUES, nothing) }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 1",
           net.ask ({ modify ("lab", VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 1; }) }));
  VswChange *stale = modify ("lab", VSW_GIVEN_MTU, nothing);
  net.must ({ vsw_change_delete (VSW_KIND_SWITCH, "s-lab", FALSE) });
  refused (VSW_ERROR_NOT_FOUND, "s-lab", net.ask ({ stale }));
}

TEST_F (SwitchRules, ModifyThatChangesNothingIsAnEmptyDelta)
{
  net.must ({ Network::add_switch ("lab") });
  auto delta = net.must (
      { modify ("lab", ~0u & ~(VSW_GIVEN_MAC | VSW_GIVEN_LIFETIME | VSW_GIVEN_QUEUES), [] (VswSwitch &) {}) });
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 0u);
}

TEST_F (SwitchRules, TheMtuCannotSinkBelowThatOfAConnectedNic)
{
  net.must ({ Network::add_switch ("lab"), Network::add_port ("lab", "web"),
              Network::add_nic ("web", VSW_NIC_SYNTHETIC, VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1400; }),
              Network::connect ("lab", "web", "web") });
  refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 1400 of endpoint web is larger than that of switch lab, limit 1399",
           net.ask ({ modify ("lab", VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 1399; }) }));
  net.must ({ modify ("lab", VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 1400; }) });
}

TEST_F (SwitchRules, OneWithPortsIsInUseAndNamesAFew)
{
  net.must ({ Network::add_switch ("lab"), Network::add_port ("lab", "b") });
  refused (VSW_ERROR_IN_USE, "switch lab has 1 port: b",
           net.ask ({ vsw_change_delete (VSW_KIND_SWITCH, "s-lab", FALSE) }));
  for (const char *name : { "a", "d", "c", "e" })
    net.must ({ Network::add_port ("lab", name) });
  refused (VSW_ERROR_IN_USE, "switch lab has 5 ports: a, b, c and 2 more",
           net.ask ({ vsw_change_delete (VSW_KIND_SWITCH, "s-lab", FALSE) }));
}

TEST_F (SwitchRules, ForceTakesPortsAndTheirNicsAlongAndUnplugsOthers)
{
  net.furnish ("lab", { "auto" });
  net.must ({ Network::add_port ("lab", "manual"), Network::add_port ("lab", "empty"), Network::add_nic ("guest"),
              Network::connect ("lab", "manual", "guest") });
  auto delta = net.must ({ vsw_change_delete (VSW_KIND_SWITCH, "s-lab", TRUE) });
  EXPECT_EQ (net.get_switch ("lab"), nullptr);
  EXPECT_EQ (net.get_nic ("auto"), nullptr);
  ASSERT_NE (net.get_nic ("guest"), nullptr);
  EXPECT_EQ (vsw_model_find_port_of_nic (net.model, "n-guest"), nullptr);
  EXPECT_EQ (g_hash_table_size (vsw_model_get_ports (net.model)), 0u);
  EXPECT_EQ (vsw_model_get_ports_of (net.model, "s-lab"), nullptr);
  EXPECT_EQ (vsw_model_get_ports_version (net.model, "s-lab"), 0u);
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 5u);
}
