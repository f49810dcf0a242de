// SPDX-License-Identifier: GPL-2.0-or-later
#include <set>

#include "model/network.h"

namespace
{

class NicRules : public ::testing::Test
{
protected:
  Network net;

  void
  refused (int code, const char *part, const Answer &answer)
  {
    EXPECT_EQ (answer.code, code) << answer.message;
    EXPECT_NE (answer.message.find (part), std::string::npos) << answer.message;
  }

  VswChange *
  modify (const char *name, guint given, std::function<void (VswNic &)> edit)
  {
    VswNic fields = *net.get_nic (name);
    edit (fields);
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    return vsw_change_modify (draft, given);
  }

  static VswChange *
  add_with_mac (const char *name, const char *mac)
  {
    return Network::add_nic (name, VSW_NIC_SYNTHETIC, VSW_GIVEN_MAC, [=] (VswNic &n) { n.mac = mac_of (mac); });
  }

  void
  put_device (guint index, const char *name, const char *mac)
  {
    VswLink fields = {};
    fields.index = index;
    fields.name = name;
    fields.mac = mac_of (mac);
    net.put (fields);
  }
};

} // namespace

TEST_F (NicRules, ANewOneHasTheDefaults)
{
  net.must ({ Network::add_nic ("vm"), Network::add_nic ("host", VSW_NIC_INTERNAL) });
  const VswNic *vm = net.get_nic ("vm"), *host = net.get_nic ("host");
  EXPECT_EQ (vm->mtu, 0u);
  EXPECT_EQ (vm->queues, 1u);
  EXPECT_FALSE (vm->static_mac);
  EXPECT_STREQ (vm->device, "vswp-vm");
  EXPECT_STREQ (vm->peer, "vswg-vm");
  EXPECT_STREQ (vm->placed_as, "");
  EXPECT_STREQ (host->device, "vswp-host");
  EXPECT_STREQ (host->peer, "vswi-host");
  for (const char *device : { "vswp-vm", "vswg-vm" })
    EXPECT_EQ ((gpointer)vsw_model_find_device (net.model, device), (gpointer)vm);
}

TEST_F (NicRules, DeviceNamesOfBothEndsFitAndAreFree)
{
  put_device (5, "vswg-half", "02:00:00:00:00:01");
  net.must ({ Network::add_nic ("ten-chars-"), Network::add_nic ("eleven-chr-"), Network::add_nic ("half") });
  EXPECT_STREQ (net.get_nic ("ten-chars-")->device, "vswp-ten-chars-");
  std::string near = net.get_nic ("eleven-chr-")->device, far = net.get_nic ("eleven-chr-")->peer;
  EXPECT_EQ (near.size (), 13u);
  EXPECT_EQ (near.substr (5), far.substr (5)) << "both from the same hash";
  EXPECT_STREQ (net.get_nic ("half")->device, "vswp-half");
  EXPECT_STRNE (net.get_nic ("half")->peer, "vswg-half");
}

TEST_F (NicRules, NamesAreUnique)
{
  net.must ({ Network::add_nic ("vm") });
  refused (VSW_ERROR_EXISTS, "endpoint called vm",
           net.ask ({ Network::add_nic ("vm", VSW_NIC_INTERNAL, 0, [] (VswNic &n) { n.head.id = "other"; }) }));
}

TEST_F (NicRules, TheNumberIsLimited)
{
  net.rules.max_endpoints = 1;
  net.must ({ Network::add_nic ("a") });
  refused (VSW_ERROR_QUOTA_EXCEEDED, "1 used, limit 1", net.ask ({ Network::add_nic ("b") }));
}

TEST_F (NicRules, NumbersHaveBounds)
{
  int n = 0;
  auto with_mtu = [&] (guint32 mtu) {
    return net.ask ({ Network::add_nic ("m" + std::to_string (n++), VSW_NIC_SYNTHETIC, VSW_GIVEN_MTU,
                                        [=] (VswNic &v) { v.mtu = mtu; }) });
  };
  auto with_queues = [&] (guint32 queues) {
    return net.ask ({ Network::add_nic ("m" + std::to_string (n++), VSW_NIC_SYNTHETIC, VSW_GIVEN_QUEUES,
                                        [=] (VswNic &v) { v.queues = queues; }) });
  };
  EXPECT_TRUE (with_mtu (0).good) << "that of the switch";
  refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 67 is outside 68 to 65535", with_mtu (67));
  EXPECT_TRUE (with_mtu (68).good);
  EXPECT_TRUE (with_mtu (65535).good);
  refused (VSW_ERROR_INVALID_ARGUMENT, "65536", with_mtu (65536));
  refused (VSW_ERROR_INVALID_ARGUMENT, "0 queues are outside 1 to 8", with_queues (0));
  EXPECT_TRUE (with_queues (1).good);
  EXPECT_TRUE (with_queues (8).good);
  refused (VSW_ERROR_INVALID_ARGUMENT, "9 queues", with_queues (9));
}

TEST_F (NicRules, AStaticAddressHasToBeFreeAndUnicast)
{
  put_device (5, "eth0", "02:00:00:00:00:05");
  net.must ({ Network::add_switch ("lab"), add_with_mac ("a", "02:00:00:00:00:01") });
  EXPECT_TRUE (net.get_nic ("a")->static_mac);
  refused (VSW_ERROR_INVALID_ARGUMENT, "zero", net.ask ({ add_with_mac ("b", "00:00:00:00:00:00") }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "multicast", net.ask ({ add_with_mac ("b", "03:00:00:00:00:01") }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "begins with fe", net.ask ({ add_with_mac ("b", "fe:00:00:00:00:01") }));
  refused (VSW_ERROR_EXISTS, "02:00:00:00:00:01 is that of endpoint a",
           net.ask ({ add_with_mac ("b", "02:00:00:00:00:01") }));
  refused (VSW_ERROR_EXISTS, "that of device eth0 on this host", net.ask ({ add_with_mac ("b", "02:00:00:00:00:05") }));
  std::string of_switch = text_of (net.get_switch ("lab")->mac);
  refused (VSW_ERROR_EXISTS, "that of switch lab", net.ask ({ add_with_mac ("b", of_switch.c_str ()) }));
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-a", FALSE) });
  net.must ({ add_with_mac ("b", "02:00:00:00:00:01") });
}

TEST_F (NicRules, DynamicAddressesAreOfTheRangeAndDifferent)
{
  net.rules.mac_range = { mac_of ("02:11:00:00:00:00"), mac_of ("02:11:00:00:00:ff") };
  std::set<std::string> seen;
  for (int i = 0; i < 256; i++)
    {
      std::string name = "n" + std::to_string (i);
      net.must ({ Network::add_nic (name) });
      std::string mac = text_of (net.get_nic (name)->mac);
      EXPECT_EQ (mac.substr (0, 15), "02:11:00:00:00:");
      EXPECT_TRUE (seen.insert (mac).second) << mac;
    }
  refused (VSW_ERROR_QUOTA_EXCEEDED, "256 used, limit 256", net.ask ({ Network::add_nic ("more") }));
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-n7", FALSE) });
  net.must ({ Network::add_nic ("more") });
}

TEST_F (NicRules, DynamicAddressesAvoidEveryOneSeen)
{
  net.rules.mac_range = { mac_of ("02:11:00:00:00:00"), mac_of ("02:11:00:00:00:03") };
  put_device (5, "eth0", "02:11:00:00:00:00");
  net.must ({ Network::add_switch ("lab", VSW_GIVEN_MAC, [] (VswSwitch &s) { s.mac = mac_of ("02:11:00:00:00:01"); }),
              add_with_mac ("a", "02:11:00:00:00:03") });
  net.must ({ Network::add_nic ("b") });
  EXPECT_EQ (text_of (net.get_nic ("b")->mac), "02:11:00:00:00:02");
  refused (VSW_ERROR_QUOTA_EXCEEDED, "limit 4", net.ask ({ Network::add_nic ("c") }));
}

TEST_F (NicRules, ModifyChangesWhatIsGivenAndKeepsTheRest)
{
  net.must ({ Network::add_nic ("vm") });
  std::string mac = text_of (net.get_nic ("vm")->mac);
  net.must ({ modify ("vm", VSW_GIVEN_MTU | VSW_GIVEN_DESCRIPTION, [] (VswNic &n) {
    n.mtu = 1000, n.head.description = "new", n.mac = {}, n.queues = 7, n.head.name = "no", n.device[0] = 'x';
  }) });
  const VswNic *vm = net.get_nic ("vm");
  EXPECT_EQ (vm->mtu, 1000u);
  EXPECT_STREQ (vm->head.description, "new");
  EXPECT_EQ (text_of (vm->mac), mac);
  EXPECT_FALSE (vm->static_mac);
  EXPECT_EQ (vm->queues, 1u);
  EXPECT_STREQ (vm->head.name, "vm");
  EXPECT_STREQ (vm->device, "vswp-vm");
}

TEST_F (NicRules, ModifyRefusesWhatIsFixed)
{
  net.must ({ Network::add_nic ("vm") });
  refused (VSW_ERROR_INVALID_ARGUMENT, "nothing but", net.ask ({ modify ("vm", VSW_GIVEN_QUEUES, [] (VswNic &) {}) }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "nothing but",
           net.ask ({ modify ("vm", VSW_GIVEN_LIFETIME, [] (VswNic &) {}) }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 5",
           net.ask ({ modify ("vm", VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 5; }) }));
}

TEST_F (NicRules, ModifyKeepsTheMtuWithinThatOfTheSwitch)
{
  net.furnish ("lab", { "vm" });
  refused (VSW_ERROR_INVALID_ARGUMENT, "limit 1500",
           net.ask ({ modify ("vm", VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1501; }) }));
  net.must ({ modify ("vm", VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1500; }) });
  net.must ({ modify ("vm", VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 0; }) });
}

TEST_F (NicRules, ANewAddressIsStaticAndTheOldOneFree)
{
  put_device (5, "vswg-vm", "02:00:00:00:00:05");
  net.must ({ Network::add_nic ("vm"), add_with_mac ("other", "02:00:00:00:00:01") });
  std::string old = text_of (net.get_nic ("vm")->mac);
  auto to = [this] (const char *mac) {
    return modify ("vm", VSW_GIVEN_MAC, [=] (VswNic &n) { n.mac = mac_of (mac); });
  };
  refused (VSW_ERROR_EXISTS, "02:00:00:00:00:01", net.ask ({ to ("02:00:00:00:00:01") }));
  refused (VSW_ERROR_EXISTS, "device", net.ask ({ to ("02:00:00:00:00:05") }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "multicast", net.ask ({ to ("01:00:00:00:00:00") }));
  net.must ({ to ("02:00:00:00:00:02") });
  EXPECT_TRUE (net.get_nic ("vm")->static_mac);
  net.must ({ add_with_mac ("third", old.c_str ()) });
  net.must ({ to ("02:00:00:00:00:02") });
}

TEST_F (NicRules, ItsOwnAddressMayBeMadeStaticWhileTheDeviceHasIt)
{
  net.must ({ Network::add_nic ("vm") });
  std::string own = text_of (net.get_nic ("vm")->mac);
  put_device (5, "vswg-vm", own.c_str ());
  net.must ({ modify ("vm", VSW_GIVEN_MAC, [] (VswNic &) {}) });
  EXPECT_TRUE (net.get_nic ("vm")->static_mac);
}

/* --- placing --- */

TEST_F (NicRules, IsPlacedOnceAndKeepsItsAddressThere)
{
  auto target = make_namespace (5);
  net.must ({ Network::add_nic ("vm") });
  auto delta = net.must ({ vsw_change_place ("n-vm", target.get (), "eth0") });
  EXPECT_STREQ (net.get_nic ("vm")->placed_as, "eth0");
  EXPECT_STREQ (net.get_nic ("vm")->peer, "vswg-vm") << "its name at home is kept";
  ASSERT_EQ (vsw_delta_get_size (delta.get ()), 1u);
  EXPECT_EQ (vsw_delta_get (delta.get (), 0)->target, target.get ());
  refused (VSW_ERROR_INVALID_STATE, "already, as eth0", net.ask ({ vsw_change_place ("n-vm", target.get (), "eth1") }));
  refused (VSW_ERROR_INVALID_STATE, "another namespace as eth0",
           net.ask ({ modify ("vm", VSW_GIVEN_MAC, [] (VswNic &n) { n.mac = mac_of ("02:00:00:00:00:01"); }) }));
  net.must ({ modify ("vm", VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1000; }) });
}

TEST_F (NicRules, IsBornInANamespace)
{
  auto target = make_namespace (5);
  auto delta = net.must ({ Network::add_nic ("vm", VSW_NIC_SYNTHETIC, 0, nullptr, target.get (), "net0") });
  EXPECT_STREQ (net.get_nic ("vm")->placed_as, "net0");
  EXPECT_EQ (vsw_delta_get (delta.get (), 0)->target, target.get ());
}

TEST_F (NicRules, AnInternalOneStaysOnTheHost)
{
  auto target = make_namespace (5);
  net.must ({ Network::add_nic ("host", VSW_NIC_INTERNAL) });
  refused (VSW_ERROR_NOT_SUPPORTED, "host is internal",
           net.ask ({ vsw_change_place ("n-host", target.get (), "eth0") }));
  refused (VSW_ERROR_NOT_SUPPORTED, "internal",
           net.ask ({ Network::add_nic ("b", VSW_NIC_INTERNAL, 0, nullptr, target.get (), "eth0") }));
  refused (VSW_ERROR_NOT_FOUND, "n-none", net.ask ({ vsw_change_place ("n-none", target.get (), "eth0") }));
}

/* --- deleting --- */

TEST_F (NicRules, DeleteOfAConnectedOneIsInUse)
{
  net.must ({ Network::add_switch ("lab"), Network::add_port ("lab", "web"), Network::add_nic ("vm"),
              Network::connect ("lab", "web", "vm") });
  refused (VSW_ERROR_IN_USE, "endpoint vm is connected to port web of switch lab",
           net.ask ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) }));
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", TRUE) });
  EXPECT_EQ (net.get_nic ("vm"), nullptr);
  ASSERT_NE (net.get_port ("lab", "web"), nullptr) << "an administrator made it";
  EXPECT_EQ (net.get_port ("lab", "web")->nic_id, nullptr);
  EXPECT_EQ (net.get_port ("lab", "web")->connected, 0);
  refused (VSW_ERROR_NOT_FOUND, "n-vm", net.ask ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) }));
}

TEST_F (NicRules, AnAutomaticPortGoesWithItWithoutForce)
{
  net.furnish ("lab", { "vm" });
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) });
  EXPECT_EQ (net.get_port ("lab", "vm"), nullptr);
}

TEST_F (NicRules, AnAutomaticPortGoesAlsoWhenItWasUnplugged)
{
  net.furnish ("lab", { "vm" });
  net.must ({ vsw_change_disconnect ("p-lab-vm") });
  net.must ({ Network::add_port ("lab", "other"), Network::connect ("lab", "other", "vm") });
  refused (VSW_ERROR_IN_USE, "port other", net.ask ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) }));
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", TRUE) });
  EXPECT_EQ (net.get_port ("lab", "vm"), nullptr);
  ASSERT_NE (net.get_port ("lab", "other"), nullptr);
  EXPECT_EQ (net.get_port ("lab", "other")->nic_id, nullptr);
}

TEST_F (NicRules, AnAutomaticPortThatHoldsAnotherStays)
{
  net.furnish ("lab", { "vm" });
  net.must (
      { vsw_change_disconnect ("p-lab-vm"), Network::add_nic ("guest"), Network::connect ("lab", "vm", "guest") });
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) });
  ASSERT_NE (net.get_port ("lab", "vm"), nullptr);
  EXPECT_STREQ (net.get_port ("lab", "vm")->nic_id, "n-guest");
  EXPECT_EQ (net.get_port ("lab", "vm")->made_for, nullptr);
}

TEST_F (NicRules, APersistentPortMayHoldOneThatGoesWithItsCaller)
{
  net.must ({ Network::add_switch ("lab"), Network::add_port ("lab", "web"),
              Network::add_nic ("vm", VSW_NIC_SYNTHETIC, VSW_GIVEN_LIFETIME,
                                [] (VswNic &n) {
                                  n.head.lifetime = VSW_LIFETIME_CALLER;
                                  n.head.holder = "guid :1.5";
                                }),
              Network::connect ("lab", "web", "vm") });
  g_autoptr (GPtrArray) held = vsw_model_list_held (net.model, "guid :1.5");
  ASSERT_EQ (held->len, 1u);
  EXPECT_STREQ ((const char *)held->pdata[0], "n-vm");
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", TRUE) });
  EXPECT_EQ (net.get_port ("lab", "web")->nic_id, nullptr);
  g_autoptr (GPtrArray) none = vsw_model_list_held (net.model, "guid :1.5");
  EXPECT_EQ (none->len, 0u);
}
