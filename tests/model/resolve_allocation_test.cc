// SPDX-License-Identifier: GPL-2.0-or-later
/* What settings become, and how that follows them while the system runs. */
#include <vector>

#include "model/network.h"

namespace
{

class AllocationRules : public ::testing::Test
{
protected:
  Network net;

  void
  SetUp () override
  {
    auto with_mtu = [] (VswSwitch &s) { s.mtu = 9000; };
    net.must ({ Network::add_switch ("lan"), Network::add_switch ("dmz"),
                Network::add_switch ("jumbo", VSW_GIVEN_MTU, with_mtu), Network::add_port ("dmz", "seat"),
                Network::add_system ("web", 0, [] (VswSystem &s) { s.head.owner = 1000; }) });
  }

  /* A running system with one setting on switch "lan". */
  void
  run (guint given = 0, std::function<void (VswSetting &)> fill = nullptr)
  {
    net.must ({ Network::add_setting ("web", "nic", given | VSW_GIVEN_CONNECTION,
                                      [&] (VswSetting &s) {
                                        s.connection_id = "s-lan";
                                        if (fill)
                                          fill (s);
                                      }),
                Network::lead ("web", VSW_SYSTEM_ENABLED) });
  }

  VswChange *
  to (const char *connection_id)
  {
    return net.modify_setting ("web", "nic", VSW_GIVEN_CONNECTION,
                               [=] (VswSetting &s) { s.connection_id = connection_id; });
  }

  std::vector<std::string>
  pending ()
  {
    g_autoptr (GPtrArray) names = vsw_facts_list_pending (net.model, net.get_setting ("web", "nic"));
    std::vector<std::string> list;
    for (guint i = 0; i < names->len; i++)
      list.push_back (static_cast<const char *> (names->pdata[i]));
    return list;
  }
};

using Names = std::vector<std::string>;

} // namespace

TEST_F (AllocationRules, TheNicIsWhatTheSettingSays)
{
  net.must (
      { Network::add_setting ("web", "a", VSW_GIVEN_QUEUES | VSW_GIVEN_MTU | VSW_GIVEN_MAC | VSW_GIVEN_DESCRIPTION,
                              [] (VswSetting &s) {
                                s.queues = 4, s.mtu = 1400, s.mac = mac_of ("02:00:00:00:00:01");
                                s.head.description = "front";
                              }),
        Network::add_setting ("web", "b", VSW_GIVEN_BACKEND, [] (VswSetting &s) { s.backend = VSW_BACKEND_VETH; }),
        Network::add_setting ("web", "c", 0, [] (VswSetting &s) { s.nic_kind = VSW_NIC_EMULATED; }),
        Network::lead ("web", VSW_SYSTEM_ENABLED) });
  const VswNic *a = net.nic_of ("web", "a"), *b = net.nic_of ("web", "b"), *c = net.nic_of ("web", "c");
  EXPECT_EQ (a->backend, VSW_BACKEND_TAP);
  EXPECT_EQ (a->nic_kind, VSW_NIC_SYNTHETIC);
  EXPECT_EQ (a->queues, 4u);
  EXPECT_EQ (a->mtu, 1400u);
  EXPECT_EQ (text_of (a->mac), "02:00:00:00:00:01");
  EXPECT_TRUE (a->static_mac);
  EXPECT_STREQ (a->head.description, "front");
  EXPECT_STREQ (a->peer, "");
  EXPECT_EQ (b->backend, VSW_BACKEND_VETH);
  EXPECT_STREQ (b->peer, "vswg-web-b");
  EXPECT_EQ (c->nic_kind, VSW_NIC_EMULATED);
  for (const VswNic *nic : { a, b, c })
    {
      EXPECT_EQ (nic->head.owner, 1000u) << nic->head.name;
      EXPECT_FALSE (nic->opened) << nic->head.name;
      EXPECT_EQ (nic->head.lifetime, nic->backend == VSW_BACKEND_TAP ? VSW_LIFETIME_DESCRIPTOR : VSW_LIFETIME_RUNTIME);
      EXPECT_TRUE (vsw_nic_is_kept (nic)) << "it waits until it is opened";
    }
}

TEST_F (AllocationRules, OnlyWhatIsAutomaticIsPluggedIn)
{
  net.must ({ Network::add_setting ("web", "off", VSW_GIVEN_CONNECTION | VSW_GIVEN_AUTOMATIC,
                                    [] (VswSetting &s) { s.connection_id = "s-lan", s.automatic = FALSE; }),
              Network::add_setting ("web", "none"), Network::add_connected ("web", "seat", "p-dmz-seat"),
              Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_EQ (net.port_of ("web", "off"), nullptr);
  EXPECT_EQ (net.port_of ("web", "none"), nullptr);
  EXPECT_STREQ (net.port_of ("web", "seat")->head.id, "p-dmz-seat");
  EXPECT_EQ (net.port_of ("web", "seat")->made_for, nullptr);
}

TEST_F (AllocationRules, APortThatIsTakenIsInUse)
{
  net.must ({ Network::add_nic ("other"), Network::connect ("dmz", "seat", "other"),
              Network::add_connected ("web", "a", "p-dmz-seat") });
  std::string before = describe (net.model);
  expect_refused (VSW_ERROR_IN_USE, "setting a: port seat is connected to endpoint other already",
                  net.ask ({ Network::lead ("web", VSW_SYSTEM_ENABLED) }));
  EXPECT_EQ (describe (net.model), before);
}

TEST_F (AllocationRules, AnMtuThatDoesNotFitIsRefusedWhenTheSystemIsEnabled)
{
  net.must ({ Network::add_setting ("web", "a", VSW_GIVEN_CONNECTION | VSW_GIVEN_MTU,
                                    [] (VswSetting &s) { s.connection_id = "s-lan", s.mtu = 9000; }) });
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "setting a: MTU 9000",
                  net.ask ({ Network::lead ("web", VSW_SYSTEM_ENABLED) }));
}

TEST_F (AllocationRules, ASettingOfARunningSystemBecomesANicAtOnce)
{
  run ();
  net.must ({ Network::add_connected ("web", "more", "s-dmz") });
  ASSERT_NE (net.nic_of ("web", "more"), nullptr);
  EXPECT_STREQ (net.port_of ("web", "more")->switch_id, "s-dmz");
  net.must ({ Network::add_nic ("web-third") });
  std::string before = describe (net.model);
  expect_refused (VSW_ERROR_EXISTS, "endpoint called web-third", net.ask ({ Network::add_setting ("web", "third") }));
  EXPECT_EQ (describe (net.model), before);
}

/* --- following --- */

TEST_F (AllocationRules, ToAnotherSwitchItsPortMovesAndStaysTheSame)
{
  run ();
  std::string port = net.port_of ("web", "nic")->head.id, nic = net.nic_of ("web", "nic")->head.id;
  gint64 connected = net.port_of ("web", "nic")->connected;
  auto delta = net.must ({ to ("s-dmz") });
  EXPECT_STREQ (net.port_of ("web", "nic")->head.id, port.c_str ());
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-dmz");
  EXPECT_EQ (net.port_of ("web", "nic")->connected, connected);
  EXPECT_STREQ (net.nic_of ("web", "nic")->head.id, nic.c_str ());
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 2u) << "setting and port; the NIC is left alone";
  EXPECT_EQ (pending (), Names{});
}

TEST_F (AllocationRules, ToAPortItsOwnOneGoes)
{
  run ();
  std::string port = net.port_of ("web", "nic")->head.id;
  net.must ({ to ("p-dmz-seat") });
  EXPECT_STREQ (net.port_of ("web", "nic")->head.id, "p-dmz-seat");
  EXPECT_EQ (vsw_model_get_port (net.model, port.c_str ()), nullptr);
  net.must ({ to ("s-lan") });
  EXPECT_EQ (net.get_port ("dmz", "seat")->nic_id, nullptr);
  EXPECT_STREQ (net.port_of ("web", "nic")->made_for, net.nic_of ("web", "nic")->head.id);
}

TEST_F (AllocationRules, ToNoneItIsUnplugged)
{
  run ();
  net.must ({ to (nullptr) });
  ASSERT_NE (net.nic_of ("web", "nic"), nullptr);
  EXPECT_EQ (net.port_of ("web", "nic"), nullptr);
  EXPECT_EQ (g_hash_table_size (vsw_model_get_ports_of (net.model, "s-lan")), 0u);
  net.must ({ to ("s-dmz") });
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-dmz");
}

/* Somebody has unplugged it, or plugged it in elsewhere by hand: the setting is what counts when it changes. */
TEST_F (AllocationRules, FromWhereverItIsItGoesWhereTheSettingSays)
{
  for (bool elsewhere : { false, true })
    {
      run ();
      std::string own = net.port_of ("web", "nic")->head.id, nic = net.nic_of ("web", "nic")->head.id;
      net.must ({ vsw_change_disconnect (own.c_str ()) });
      if (elsewhere)
        net.must ({ vsw_change_connect ("p-dmz-seat", nic.c_str ()) });
      net.must ({ to ("s-jumbo") });
      EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-jumbo");
      EXPECT_EQ (net.get_port ("dmz", "seat")->nic_id, nullptr);
      EXPECT_EQ (vsw_model_get_port (net.model, own.c_str ()), nullptr);
      net.must (
          { Network::lead ("web", VSW_SYSTEM_DISABLED), vsw_change_delete (VSW_KIND_SETTING, "t-web-nic", FALSE) });
    }
}

TEST_F (AllocationRules, WhatDoesNotGoThereIsRefusedWholly)
{
  run ();
  net.must ({ Network::add_nic ("other"), Network::connect ("dmz", "seat", "other"),
              Network::add_port ("jumbo", "web-nic") });
  std::string before = describe (net.model);
  expect_refused (VSW_ERROR_IN_USE, "port seat is connected", net.ask ({ to ("p-dmz-seat") }));
  expect_refused (VSW_ERROR_EXISTS, "port called web-nic", net.ask ({ to ("s-jumbo") }));
  EXPECT_EQ (describe (net.model), before);
}

TEST_F (AllocationRules, WhatIsNotAutomaticStaysWhereItIs)
{
  run (VSW_GIVEN_AUTOMATIC, [] (VswSetting &s) { s.automatic = FALSE; });
  EXPECT_EQ (net.port_of ("web", "nic"), nullptr);
  net.must ({ to ("s-dmz") });
  EXPECT_EQ (net.port_of ("web", "nic"), nullptr);
  net.must ({ vsw_change_connect ("p-dmz-seat", net.nic_of ("web", "nic")->head.id) });
  net.must ({ to (nullptr) });
  EXPECT_STREQ (net.port_of ("web", "nic")->head.id, "p-dmz-seat");
  net.must ({ net.modify_setting ("web", "nic", VSW_GIVEN_CONNECTION | VSW_GIVEN_AUTOMATIC,
                                  [] (VswSetting &s) { s.connection_id = "s-lan", s.automatic = TRUE; }) });
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-lan");
}

TEST_F (AllocationRules, TheMtuFollowsAtOnceWithinThatOfTheSwitch)
{
  auto with_mtu = [this] (guint32 mtu) {
    return net.modify_setting ("web", "nic", VSW_GIVEN_MTU, [=] (VswSetting &s) { s.mtu = mtu; });
  };
  run ();
  net.must ({ with_mtu (1400) });
  EXPECT_EQ (net.nic_of ("web", "nic")->mtu, 1400u);
  std::string before = describe (net.model);
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "limit 1500", net.ask ({ with_mtu (1501) }));
  EXPECT_EQ (describe (net.model), before);
  net.must ({ with_mtu (0) });
  EXPECT_EQ (net.nic_of ("web", "nic")->mtu, 0u);
  EXPECT_EQ (pending (), Names{});
}

/* With the place: only what comes of both has to fit. */
TEST_F (AllocationRules, MtuAndPlaceMayChangeTogether)
{
  auto both = [this] (const char *connection_id, guint32 mtu) {
    return net.modify_setting ("web", "nic", VSW_GIVEN_CONNECTION | VSW_GIVEN_MTU,
                               [=] (VswSetting &s) { s.connection_id = connection_id, s.mtu = mtu; });
  };
  run ();
  net.must ({ both ("s-jumbo", 9000) });
  EXPECT_EQ (net.nic_of ("web", "nic")->mtu, 9000u);
  net.must ({ both ("s-lan", 1500) });
  EXPECT_EQ (net.nic_of ("web", "nic")->mtu, 1500u);
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-lan");
  net.must ({ both ("s-jumbo", 9000) });
  net.must ({ both ("p-dmz-seat", 0) });
  EXPECT_EQ (net.nic_of ("web", "nic")->mtu, 0u);
  std::string before = describe (net.model);
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "limit 1500", net.ask ({ both ("s-lan", 9000) }));
  EXPECT_EQ (describe (net.model), before);
}

TEST_F (AllocationRules, TheRestWaitsUntilTheSystemIsEnabledAgain)
{
  run ();
  std::string nic = net.nic_of ("web", "nic")->head.id, before = text_of (net.nic_of ("web", "nic")->mac);
  net.must ({ net.modify_setting ("web", "nic", VSW_GIVEN_MAC,
                                  [] (VswSetting &s) { s.mac = mac_of ("02:00:00:00:00:01"); }) });
  EXPECT_EQ (pending (), Names{ "Address" });
  net.must ({ net.modify_setting ("web", "nic", VSW_GIVEN_QUEUES, [] (VswSetting &s) { s.queues = 2; }) });
  net.must (
      { net.modify_setting ("web", "nic", VSW_GIVEN_BACKEND, [] (VswSetting &s) { s.backend = VSW_BACKEND_VETH; }) });
  EXPECT_EQ (pending (), (Names{ "Address", "Backend", "Queues" }));
  EXPECT_STREQ (net.nic_of ("web", "nic")->head.id, nic.c_str ());
  EXPECT_EQ (text_of (net.nic_of ("web", "nic")->mac), before);
  net.must ({ Network::lead ("web", VSW_SYSTEM_SAVED) });
  EXPECT_EQ (pending (), Names{}) << "nothing to wait for while there is no NIC";
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_EQ (pending (), Names{});
  EXPECT_EQ (text_of (net.nic_of ("web", "nic")->mac), "02:00:00:00:00:01");
  EXPECT_EQ (net.nic_of ("web", "nic")->queues, 2u);
  EXPECT_EQ (net.nic_of ("web", "nic")->backend, VSW_BACKEND_VETH);
}

TEST_F (AllocationRules, WhoChoseAnAddressThatStaysIsToldAtOnce)
{
  run ();
  VswMac own = net.nic_of ("web", "nic")->mac;
  EXPECT_FALSE (net.nic_of ("web", "nic")->static_mac);
  net.must ({ net.modify_setting ("web", "nic", VSW_GIVEN_MAC, [=] (VswSetting &s) { s.mac = own; }) });
  EXPECT_TRUE (net.nic_of ("web", "nic")->static_mac);
  EXPECT_EQ (pending (), Names{});
}

/* Whatever is changed of the NIC itself is changed of what it comes back as. */
TEST_F (AllocationRules, TheSettingFollowsItsNic)
{
  run ();
  VswMac own = net.get_setting ("web", "nic")->mac;
  auto change = [this] (guint given, std::function<void (VswNic &)> fill) {
    net.must ({ net.modify_nic (net.nic_of ("web", "nic"), given, fill) });
  };
  change (VSW_GIVEN_MAC | VSW_GIVEN_MTU | VSW_GIVEN_DESCRIPTION, [] (VswNic &n) {
    n.mac = mac_of ("02:00:00:00:00:01"), n.mtu = 1400, n.head.description = "by hand";
  });
  EXPECT_EQ (pending (), Names{});
  const VswSetting *setting = net.get_setting ("web", "nic");
  EXPECT_EQ (text_of (setting->mac), "02:00:00:00:00:01");
  EXPECT_TRUE (setting->static_mac);
  EXPECT_EQ (setting->mtu, 1400u);
  EXPECT_STREQ (setting->head.description, "by hand");
  change (VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1300; });
  EXPECT_EQ (text_of (net.get_setting ("web", "nic")->mac), "02:00:00:00:00:01") << "what was not said stays";
  change (VSW_GIVEN_MAC, [=] (VswNic &n) { n.mac = own; });
  EXPECT_EQ (text_of (net.get_setting ("web", "nic")->mac), text_of (own));
}

TEST_F (AllocationRules, TheDescriptionFollowsAtOnce)
{
  run ();
  net.must ({ net.modify_setting ("web", "nic", VSW_GIVEN_DESCRIPTION,
                                  [] (VswSetting &s) { s.head.description = "two"; }) });
  EXPECT_STREQ (net.nic_of ("web", "nic")->head.description, "two");
}

TEST_F (AllocationRules, ToBePluggedInItIsPluggedInAtOnce)
{
  run (VSW_GIVEN_AUTOMATIC, [] (VswSetting &s) { s.automatic = FALSE; });
  net.must (
      { net.modify_setting ("web", "nic", VSW_GIVEN_AUTOMATIC, [] (VswSetting &s) { s.automatic = TRUE; }) });
  ASSERT_NE (net.port_of ("web", "nic"), nullptr);
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-lan");
}

/* What names no place asks for none. */
TEST_F (AllocationRules, WithoutAPlaceToBePluggedInItStaysWhereItIs)
{
  net.must ({ Network::add_setting ("web", "nic"), Network::lead ("web", VSW_SYSTEM_ENABLED) });
  net.must ({ vsw_change_connect ("p-dmz-seat", net.nic_of ("web", "nic")->head.id) });
  net.must (
      { net.modify_setting ("web", "nic", VSW_GIVEN_AUTOMATIC, [] (VswSetting &s) { s.automatic = TRUE; }) });
  ASSERT_NE (net.port_of ("web", "nic"), nullptr);
  EXPECT_STREQ (net.port_of ("web", "nic")->head.id, "p-dmz-seat");
}

/* The setting says it already; but whoever says it again means the NIC. */
TEST_F (AllocationRules, WhereItIsSaidToBeItGoesAgain)
{
  run ();
  std::string nic = net.nic_of ("web", "nic")->head.id;
  net.must ({ vsw_change_disconnect (net.port_of ("web", "nic")->head.id) });
  EXPECT_EQ (pending (), Names{ "Connection" });
  net.must ({ to ("s-lan") });
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-lan");
  EXPECT_EQ (pending (), Names{});
  net.must ({ vsw_change_disconnect (net.port_of ("web", "nic")->head.id),
              vsw_change_connect ("p-dmz-seat", nic.c_str ()) });
  EXPECT_EQ (pending (), Names{ "Connection" });
  net.must ({ net.modify_setting ("web", "nic", VSW_GIVEN_MTU, [] (VswSetting &s) { s.mtu = 1400; }) });
  EXPECT_STREQ (net.port_of ("web", "nic")->head.id, "p-dmz-seat") << "nothing was said of the connection";
  net.must ({ to ("s-lan") });
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-lan");
}

TEST_F (AllocationRules, WhatIsSavedComesBackAsItWas)
{
  run ();
  std::string nic = net.nic_of ("web", "nic")->head.id;
  auto again = [this] (VswSystemState off) {
    net.must ({ Network::lead ("web", off) });
    net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  };

  net.must ({ vsw_change_move (net.port_of ("web", "nic")->head.id, "s-dmz") });
  again (VSW_SYSTEM_DISABLED);
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-lan") << "off, it was no more than its setting";
  net.must ({ vsw_change_move (net.port_of ("web", "nic")->head.id, "s-dmz") });
  again (VSW_SYSTEM_SAVED);
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-dmz");
  EXPECT_STREQ (net.get_setting ("web", "nic")->connection_id, "s-dmz");

  nic = net.nic_of ("web", "nic")->head.id;
  net.must ({ vsw_change_disconnect (net.port_of ("web", "nic")->head.id),
              vsw_change_connect ("p-dmz-seat", nic.c_str ()) });
  again (VSW_SYSTEM_SAVED);
  EXPECT_STREQ (net.port_of ("web", "nic")->head.id, "p-dmz-seat");

  net.must ({ vsw_change_disconnect ("p-dmz-seat") });
  again (VSW_SYSTEM_SAVED);
  EXPECT_EQ (net.port_of ("web", "nic"), nullptr);
  EXPECT_FALSE (net.get_setting ("web", "nic")->automatic);
  EXPECT_STREQ (net.get_setting ("web", "nic")->connection_id, "p-dmz-seat") << "where it is plugged in again";
}

TEST_F (AllocationRules, WhatNothingWasDoneToIsSavedAsItIs)
{
  run ();
  net.must ({ Network::add_setting ("web", "none") });
  net.must ({ Network::lead ("web", VSW_SYSTEM_SAVED) });
  EXPECT_TRUE (net.get_setting ("web", "none")->automatic);
  EXPECT_STREQ (net.get_setting ("web", "nic")->connection_id, "s-lan");
  EXPECT_TRUE (net.get_setting ("web", "nic")->automatic);
}

/* --- names and addresses that are kept --- */

TEST_F (AllocationRules, NobodyTakesTheNameThatANicWillHave)
{
  net.must ({ Network::add_setting ("web", "nic") });
  std::string before = describe (net.model);
  expect_refused (VSW_ERROR_EXISTS, "endpoint name web-nic is kept for setting nic of system web",
                  net.ask ({ Network::add_nic ("web-nic") }));
  net.must ({ Network::add_system ("web-nic"), Network::add_setting ("web-nic", "a") });
  before = describe (net.model);
  expect_refused (VSW_ERROR_EXISTS, "endpoint name web-nic-a is kept for setting a of system web-nic",
                  net.ask ({ Network::add_setting ("web", "nic-a", 0, [] (VswSetting &s) { s.head.id = "t-own"; }) }));
  EXPECT_EQ (describe (net.model), before);
  net.must ({ Network::add_nic ("web-other") });
  expect_refused (VSW_ERROR_EXISTS, "there is an endpoint called web-other already",
                  net.ask ({ Network::add_setting ("web", "other") }));
  net.must ({ Network::add_nic ("web-"), Network::add_nic ("nic"), Network::add_nic ("x-web-nic"),
              Network::lead ("web", VSW_SYSTEM_ENABLED), Network::lead ("web-nic", VSW_SYSTEM_ENABLED) });
}

TEST_F (AllocationRules, AnAddressThatADeviceOfTheHostHasComeToHaveIsRefused)
{
  run (VSW_GIVEN_MAC, [] (VswSetting &s) { s.mac = mac_of ("02:00:00:00:00:01"); });
  net.must ({ Network::lead ("web", VSW_SYSTEM_SAVED) });
  VswLink foreign = {};
  foreign.index = 77;
  foreign.mac = mac_of ("02:00:00:00:00:01");
  foreign.name = "foreign0";
  net.put (foreign);
  std::string before = describe (net.model);
  expect_refused (VSW_ERROR_EXISTS, "setting nic: MAC address 02:00:00:00:00:01 is by now that of device foreign0",
                  net.ask ({ Network::lead ("web", VSW_SYSTEM_ENABLED) }));
  EXPECT_EQ (describe (net.model), before);
}

/* The same NIC and port, whatever was changed meanwhile in the settings of a system that is off. */
TEST_F (AllocationRules, NothingFollowsWhileTheSystemIsOff)
{
  run ();
  net.must ({ Network::lead ("web", VSW_SYSTEM_SAVED) });
  auto delta = net.must ({ to ("s-dmz") });
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 1u);
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_STREQ (net.port_of ("web", "nic")->switch_id, "s-dmz");
}
