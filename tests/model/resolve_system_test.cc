// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual systems: the states they go through, and what comes and goes with each. */
#include <map>
#include <set>

#include "model/network.h"

namespace
{

class SystemRules : public ::testing::Test
{
protected:
  Network net;

  VswChange *
  modify (const char *name, guint given, std::function<void (VswSystem &)> edit)
  {
    VswSystem fields = *net.get_system (name);
    edit (fields);
    g_autoptr (VswSystem) draft = vsw_system_new (&fields);
    return vsw_change_modify (draft, given);
  }

  /* A system "web" with the settings "dmz" and "lan" on switches of those names. */
  void
  furnish ()
  {
    net.must ({ Network::add_switch ("lan"), Network::add_switch ("dmz"), Network::add_system ("web"),
                Network::add_connected ("web", "lan", "s-lan"), Network::add_connected ("web", "dmz", "s-dmz") });
  }

  VswSystemState
  state ()
  {
    return net.get_system ("web")->state;
  }

  guint
  count_nics ()
  {
    return g_hash_table_size (vsw_model_get_nics (net.model));
  }
  guint
  count_ports ()
  {
    return g_hash_table_size (vsw_model_get_ports (net.model));
  }
};

} // namespace

TEST_F (SystemRules, ANewOneIsDisabledAndFollowsNoMachine)
{
  net.must ({ Network::add_system ("web", 0, [] (VswSystem &s) {
    s.state = VSW_SYSTEM_ENABLED, s.machine = "not given", s.machine_since = 7, s.head.description = "not given";
    s.head.owner = 1000;
  }) });
  const VswSystem *web = net.get_system ("web");
  EXPECT_EQ (web->state, VSW_SYSTEM_DISABLED);
  EXPECT_STREQ (web->machine, "");
  EXPECT_EQ (web->machine_since, 0);
  EXPECT_STREQ (web->head.description, "");
  EXPECT_EQ (web->head.owner, 1000u);
  EXPECT_EQ (vsw_model_find_system (net.model, "web"), web);
  net.must ({ Network::add_system ("db", VSW_GIVEN_MACHINE | VSW_GIVEN_DESCRIPTION,
                                   [] (VswSystem &s) { s.machine = "qemu-1-db", s.head.description = "data"; }) });
  EXPECT_STREQ (net.get_system ("db")->machine, "qemu-1-db");
  EXPECT_STREQ (net.get_system ("db")->head.description, "data");
}

TEST_F (SystemRules, NamesAreUniqueAndTheirNumberLimited)
{
  net.rules.max_systems = 2;
  net.must ({ Network::add_system ("web") });
  expect_refused (VSW_ERROR_EXISTS, "system called web already",
                  net.ask ({ Network::add_system ("web", 0, [] (VswSystem &s) { s.head.id = "other"; }) }));
  net.must ({ Network::add_system ("db") });
  expect_refused (VSW_ERROR_QUOTA_EXCEEDED, "too many systems: 2 used, limit 2",
                  net.ask ({ Network::add_system ("mail") }));
}

TEST_F (SystemRules, ALifetimeThatOnlyTapsHaveIsRefused)
{
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "lifetime descriptor",
                  net.ask ({ Network::add_system ("web", VSW_GIVEN_LIFETIME,
                                                  [] (VswSystem &s) { s.head.lifetime = VSW_LIFETIME_DESCRIPTOR; }) }));
}

TEST_F (SystemRules, StatesLeadOnlyWhereTheyMay)
{
  static const std::map<VswSystemState, std::set<VswSystemState> > allowed = {
    { VSW_SYSTEM_DISABLED, { VSW_SYSTEM_ENABLED } },
    { VSW_SYSTEM_ENABLED, { VSW_SYSTEM_DISABLED, VSW_SYSTEM_SAVED } },
    { VSW_SYSTEM_SAVED, { VSW_SYSTEM_DISABLED, VSW_SYSTEM_ENABLED } },
  };
  for (int from = 0; from < VSW_N_SYSTEM_STATES; from++)
    for (int to = 0; to < VSW_N_SYSTEM_STATES; to++)
      {
        auto source = static_cast<VswSystemState> (from), target = static_cast<VswSystemState> (to);
        Network fresh;
        fresh.must ({ Network::add_system ("web"), Network::add_setting ("web", "lan") });
        if (source != VSW_SYSTEM_DISABLED)
          fresh.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
        if (source == VSW_SYSTEM_SAVED)
          fresh.must ({ Network::lead ("web", VSW_SYSTEM_SAVED) });
        std::string before = describe (fresh.model);
        Answer answer = fresh.ask ({ Network::lead ("web", target) });
        if (allowed.at (source).count (target) > 0)
          {
            EXPECT_TRUE (answer.good) << answer.message;
            EXPECT_EQ (fresh.get_system ("web")->state, target);
            EXPECT_EQ (fresh.nic_of ("web", "lan") != nullptr, target == VSW_SYSTEM_ENABLED);
            continue;
          }
        expect_refused (VSW_ERROR_INVALID_STATE,
                        std::string ("system web is ") + vsw_system_state_print (source)
                            + (from == to
                                   ? " already"
                                   : std::string (", which does not lead to ") + vsw_system_state_print (target)),
                        answer);
        EXPECT_EQ (describe (fresh.model), before);
      }
}

TEST_F (SystemRules, AStateOfNoSystemIsNotFound)
{
  expect_refused (VSW_ERROR_NOT_FOUND, "no system", net.ask ({ Network::lead ("web", VSW_SYSTEM_ENABLED) }));
}

TEST_F (SystemRules, EnablingMakesANicAndAPortOfEachSetting)
{
  furnish ();
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  for (const char *name : { "lan", "dmz" })
    {
      const VswNic *nic = net.nic_of ("web", name);
      ASSERT_NE (nic, nullptr);
      EXPECT_EQ (nic->head.name, std::string ("web-") + name);
      EXPECT_EQ (vsw_model_find_system_of_nic (net.model, nic), net.get_system ("web"));
      const VswPort *port = net.port_of ("web", name);
      ASSERT_NE (port, nullptr);
      EXPECT_EQ (port->switch_id, std::string ("s-") + name);
      EXPECT_STREQ (port->made_for, nic->head.id);
      EXPECT_STREQ (port->head.name, nic->head.name);
      EXPECT_EQ (port->head.lifetime, VSW_LIFETIME_DESCRIPTOR);
    }
  EXPECT_EQ (count_nics (), 2u);
  EXPECT_EQ (count_ports (), 2u);
}

TEST_F (SystemRules, ASystemWithoutSettingsMayBeEnabled)
{
  net.must ({ Network::add_system ("web") });
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  net.must ({ Network::lead ("web", VSW_SYSTEM_DISABLED) });
}

TEST_F (SystemRules, WhatIsOffHasNoNicsAndNoPortsOfItsOwn)
{
  furnish ();
  for (VswSystemState off : { VSW_SYSTEM_SAVED, VSW_SYSTEM_DISABLED })
    {
      net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
      net.must ({ Network::lead ("web", off) });
      EXPECT_EQ (state (), off);
      EXPECT_EQ (count_nics (), 0u);
      EXPECT_EQ (count_ports (), 0u);
      EXPECT_NE (net.get_setting ("web", "lan"), nullptr);
    }
}

TEST_F (SystemRules, SavedAndBackGivesTheSameAddressesAndPlaces)
{
  furnish ();
  net.must ({ Network::add_port ("lan", "seat"),
              Network::add_setting ("web", "own", VSW_GIVEN_CONNECTION | VSW_GIVEN_MAC, [] (VswSetting &s) {
                s.connection_id = "p-lan-seat", s.mac = mac_of ("02:00:00:00:00:77");
              }) });
  auto describe_nics = [this] {
    std::string text;
    for (const char *name : { "dmz", "lan", "own" })
      text += net.nic_of ("web", name)->head.name + std::string (" ") + text_of (net.nic_of ("web", name)->mac) + " in "
              + net.port_of ("web", name)->head.name + " of " + net.port_of ("web", name)->switch_id + "\n";
    return text;
  };
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  std::string first = describe_nics ();
  for (VswSystemState off : { VSW_SYSTEM_SAVED, VSW_SYSTEM_DISABLED })
    {
      net.must ({ Network::lead ("web", off) });
      EXPECT_EQ (net.get_port ("lan", "seat")->nic_id, nullptr);
      net.must ({ Network::add_nic ("other"), Network::lead ("web", VSW_SYSTEM_ENABLED) });
      EXPECT_EQ (describe_nics (), first);
      net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-other", FALSE) });
    }
  EXPECT_STREQ (net.port_of ("web", "own")->head.id, "p-lan-seat");
  EXPECT_EQ (text_of (net.nic_of ("web", "own")->mac), "02:00:00:00:00:77");
}

/* Whichever of them it is that cannot be had. */
TEST_F (SystemRules, AFailingNicLeavesNothing)
{
  constexpr int N = 4;
  for (int k = 0; k < N; k++)
    {
      Network fresh;
      fresh.must ({ Network::add_switch ("lan"), Network::add_system ("web") });
      for (int i = 0; i < N; i++)
        fresh.must ({ Network::add_connected ("web", "n" + std::to_string (i), "s-lan") });
      std::string name = "web-n" + std::to_string (k);
      fresh.must ({ Network::add_port ("lan", name) });
      std::string before = describe (fresh.model);
      expect_refused (VSW_ERROR_EXISTS, "setting n" + std::to_string (k) + ": switch lan has a port called " + name,
                      fresh.ask ({ Network::lead ("web", VSW_SYSTEM_ENABLED) }));
      EXPECT_EQ (describe (fresh.model), before);
      fresh.must ({ vsw_change_delete (VSW_KIND_PORT, ("p-lan-" + name).c_str (), FALSE) });
      fresh.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
      EXPECT_EQ (g_hash_table_size (vsw_model_get_nics (fresh.model)), (guint)N);
    }
}

TEST_F (SystemRules, WithItsLastNicItIsDisabled)
{
  furnish ();
  net.must ({ modify ("web", VSW_GIVEN_MACHINE, [] (VswSystem &s) { s.machine = "qemu-1-web"; }) });
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED),
              modify ("web", VSW_GIVEN_MACHINE_SINCE, [] (VswSystem &s) { s.machine_since = 7; }) });
  auto delete_nic = [this] (const char *setting, gboolean force) {
    return vsw_change_delete (VSW_KIND_NIC, net.nic_of ("web", setting)->head.id, force);
  };
  expect_refused (VSW_ERROR_IN_USE, "endpoint web-lan is part of system web, which is enabled",
                  net.ask ({ delete_nic ("lan", FALSE) }));
  net.must ({ delete_nic ("lan", TRUE) });
  EXPECT_EQ (state (), VSW_SYSTEM_ENABLED);
  EXPECT_EQ (count_ports (), 1u);
  net.must ({ delete_nic ("dmz", TRUE) });
  EXPECT_EQ (state (), VSW_SYSTEM_DISABLED);
  EXPECT_EQ (count_ports (), 0u);
  EXPECT_EQ (net.get_system ("web")->machine_since, 0);
  EXPECT_STREQ (net.get_system ("web")->machine, "qemu-1-web");
}

/* As when a hypervisor ends: both taps at once. */
TEST_F (SystemRules, AllNicsGoneInOneRequestDisableIt)
{
  furnish ();
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  std::string before = describe (net.model);
  auto delta = net.must ({ vsw_change_delete (VSW_KIND_NIC, net.nic_of ("web", "lan")->head.id, TRUE),
                           vsw_change_delete (VSW_KIND_NIC, net.nic_of ("web", "dmz")->head.id, TRUE) });
  EXPECT_EQ (state (), VSW_SYSTEM_DISABLED);
  vsw_model_revert (net.model, delta.get ());
  EXPECT_EQ (describe (net.model), before);
}

/* What a machine has besides does not keep it alive; without any tap, each of its NICs does. */
TEST_F (SystemRules, WithItsLastTapItsPairsOfDevicesGoToo)
{
  furnish ();
  for (const char *name : { "box", "jar" })
    net.must ({ Network::add_setting ("web", name, VSW_GIVEN_BACKEND, [] (VswSetting &s) { s.backend = VSW_BACKEND_VETH; }) });
  auto take = [this] (const char *setting) {
    net.must ({ vsw_change_delete (VSW_KIND_NIC, net.nic_of ("web", setting)->head.id, TRUE) });
  };

  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  take ("box");
  take ("lan");
  EXPECT_EQ (state (), VSW_SYSTEM_ENABLED);
  take ("dmz");
  EXPECT_EQ (state (), VSW_SYSTEM_DISABLED);
  EXPECT_EQ (count_nics (), 0u) << "jar has gone with the machine";

  net.must ({ vsw_change_delete (VSW_KIND_SETTING, "t-web-lan", FALSE),
              vsw_change_delete (VSW_KIND_SETTING, "t-web-dmz", FALSE), Network::lead ("web", VSW_SYSTEM_ENABLED) });
  take ("box");
  EXPECT_EQ (state (), VSW_SYSTEM_ENABLED);
  take ("jar");
  EXPECT_EQ (state (), VSW_SYSTEM_DISABLED);
}

TEST_F (SystemRules, AnEnabledOneIsInUse)
{
  furnish ();
  auto remove = [] (gboolean force) { return vsw_change_delete (VSW_KIND_SYSTEM, "y-web", force); };
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  expect_refused (VSW_ERROR_IN_USE, "system web is enabled", net.ask ({ remove (FALSE) }));
  std::string before = describe (net.model);
  auto delta = net.must ({ remove (TRUE) });
  EXPECT_EQ (net.get_system ("web"), nullptr);
  EXPECT_EQ (net.get_setting ("web", "lan"), nullptr);
  EXPECT_EQ (vsw_model_get_settings_of (net.model, "y-web"), nullptr);
  EXPECT_EQ (count_nics (), 0u);
  EXPECT_EQ (count_ports (), 0u);
  vsw_model_revert (net.model, delta.get ());
  EXPECT_EQ (describe (net.model), before);
}

TEST_F (SystemRules, OneThatIsOffGoesWithoutForceAndWithItsSettings)
{
  for (VswSystemState off : { VSW_SYSTEM_SAVED, VSW_SYSTEM_DISABLED })
    {
      Network fresh;
      fresh.must ({ Network::add_system ("web"), Network::add_setting ("web", "lan") });
      fresh.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED), Network::lead ("web", off) });
      fresh.must ({ vsw_change_delete (VSW_KIND_SYSTEM, "y-web", FALSE) });
      EXPECT_EQ (describe (fresh.model), "");
    }
}

TEST_F (SystemRules, ModifyChangesDescriptionAndMachineAlone)
{
  furnish ();
  net.must ({ modify ("web", VSW_GIVEN_DESCRIPTION | VSW_GIVEN_MACHINE, [] (VswSystem &s) {
    s.head.description = "front", s.machine = "a", s.state = VSW_SYSTEM_SAVED, s.head.name = "no", s.head.owner = 7;
  }) });
  const VswSystem *web = net.get_system ("web");
  EXPECT_STREQ (web->head.description, "front");
  EXPECT_STREQ (web->machine, "a");
  EXPECT_STREQ (web->head.name, "web");
  EXPECT_EQ (web->state, VSW_SYSTEM_DISABLED);
  EXPECT_EQ (web->head.owner, 0u);
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "nothing but description and machine",
                  net.ask ({ modify ("web", VSW_GIVEN_LIFETIME, [] (VswSystem &) {}) }));
}

TEST_F (SystemRules, AMachineIsSeenOnlyOfAnEnabledOneThatFollowsIt)
{
  auto see = [this] { return modify ("web", VSW_GIVEN_MACHINE_SINCE, [] (VswSystem &s) { s.machine_since = 7; }); };
  furnish ();
  net.must ({ see () });
  EXPECT_EQ (net.get_system ("web")->machine_since, 0) << "disabled";
  net.must ({ Network::lead ("web", VSW_SYSTEM_ENABLED) });
  net.must ({ see () });
  EXPECT_EQ (net.get_system ("web")->machine_since, 0) << "no machine";
  auto follow = [this] (const char *machine) {
    return modify ("web", VSW_GIVEN_MACHINE, [=] (VswSystem &s) { s.machine = machine; });
  };
  net.must ({ follow ("a") });
  net.must ({ see () });
  EXPECT_EQ (net.get_system ("web")->machine_since, 7);
  net.must ({ follow ("a") });
  EXPECT_EQ (net.get_system ("web")->machine_since, 7) << "the same one, said again";
  net.must ({ follow ("b") });
  EXPECT_EQ (net.get_system ("web")->machine_since, 0) << "another machine";
  net.must ({ modify ("web", VSW_GIVEN_MACHINE_SINCE, [] (VswSystem &s) { s.machine_since = 7, s.machine = "a"; }) });
  EXPECT_EQ (net.get_system ("web")->machine_since, 0) << "seen of the one that was followed before";
  net.must ({ see () });
  for (VswSystemState off : { VSW_SYSTEM_SAVED, VSW_SYSTEM_ENABLED, VSW_SYSTEM_DISABLED })
    {
      net.must ({ Network::lead ("web", off) });
      EXPECT_EQ (net.get_system ("web")->machine_since, 0) << vsw_system_state_print (off);
    }
}

/* A request that makes a whole system run, and the delta that it comes to. */
TEST_F (SystemRules, OneRequestMayMakeAndEnableIt)
{
  net.must ({ Network::add_switch ("lan") });
  std::string before = describe (net.model);
  auto delta = net.must ({ Network::add_system ("web"), Network::add_connected ("web", "lan", "s-lan"),
                           Network::lead ("web", VSW_SYSTEM_ENABLED) });
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 4u) << "system, setting, NIC, port";
  EXPECT_EQ (((VswSystem *)vsw_delta_get (delta.get (), 0)->after)->state, VSW_SYSTEM_ENABLED);
  std::string after = describe (net.model);
  vsw_model_revert (net.model, delta.get ());
  EXPECT_EQ (describe (net.model), before);
  vsw_model_apply (net.model, delta.get ());
  EXPECT_EQ (describe (net.model), after);
}
