// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/network.h"

namespace
{

class PortRules : public ::testing::Test
{
protected:
  Network net;

  void
  SetUp () override
  {
    net.must ({ Network::add_switch ("lab"), Network::add_switch ("spare"), Network::add_port ("lab", "web"),
                Network::add_nic ("vm") });
  }

  void
  refused (int code, const char *part, const Answer &answer)
  {
    EXPECT_EQ (answer.code, code) << answer.message;
    EXPECT_NE (answer.message.find (part), std::string::npos) << answer.message;
  }

  static VswChange *
  move (const char *port, const char *target)
  {
    return vsw_change_move (port, target);
  }

  static VswChange *
  add_address (const char *mac, const char *port = "p-lab-web")
  {
    return vsw_change_add_address (port, mac_of (mac));
  }

  static std::function<void (VswPort &)>
  living (VswLifetime lifetime)
  {
    return [=] (VswPort &p) { p.head.lifetime = lifetime; };
  }

  static VswChange *
  add_switch_living (const char *name, VswLifetime lifetime)
  {
    return Network::add_switch (name, VSW_GIVEN_LIFETIME, [=] (VswSwitch &s) {
      s.head.lifetime = lifetime;
      s.head.holder = lifetime == VSW_LIFETIME_CALLER ? "guid :1.7" : nullptr;
    });
  }
};

} // namespace

TEST_F (PortRules, NamesAreUniqueOnOneSwitchOnly)
{
  refused (VSW_ERROR_EXISTS, "switch lab has a port called web already",
           net.ask ({ Network::add_port ("lab", "web", 0, [] (VswPort &p) { p.head.id = "other"; }) }));
  net.must ({ Network::add_port ("spare", "web") });
}

TEST_F (PortRules, NeedASwitch)
{
  refused (VSW_ERROR_NOT_FOUND, "s-none", net.ask ({ Network::add_port ("none", "web") }));
}

TEST_F (PortRules, TheNumberOnASwitchIsLimited)
{
  net.rules.max_ports = 2;
  net.must ({ Network::add_port ("lab", "b") });
  refused (VSW_ERROR_QUOTA_EXCEEDED, "2 ports used, limit 2", net.ask ({ Network::add_port ("lab", "c") }));
  net.must ({ Network::add_port ("spare", "c") });
}

TEST_F (PortRules, NoConfigurationLiftsTheCeiling)
{
  net.rules.max_ports = 5000;
  net.rules.max_batch = 5000;
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  for (int i = 1; i < VSW_PORTS_CEILING; i++)
    g_ptr_array_add (changes, Network::add_port ("lab", "p" + std::to_string (i)));
  EXPECT_TRUE (net.ask (changes).good);
  refused (VSW_ERROR_QUOTA_EXCEEDED, "1000 ports used, limit 1000", net.ask ({ Network::add_port ("lab", "more") }));
}

TEST_F (PortRules, CannotOutliveTheirSwitch)
{
  net.must ({ add_switch_living ("run", VSW_LIFETIME_RUNTIME), add_switch_living ("call", VSW_LIFETIME_CALLER) });
  refused (VSW_ERROR_INVALID_ARGUMENT,
           "port of lifetime persistent would outlive switch run, whose lifetime is runtime",
           net.ask ({ Network::add_port ("run", "a", VSW_GIVEN_LIFETIME, living (VSW_LIFETIME_PERSISTENT)) }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "runtime",
           net.ask ({ Network::add_port ("call", "a", VSW_GIVEN_LIFETIME, living (VSW_LIFETIME_RUNTIME)) }));
  net.must ({ Network::add_port ("run", "a", VSW_GIVEN_LIFETIME, living (VSW_LIFETIME_RUNTIME)),
              Network::add_port ("run", "b", VSW_GIVEN_LIFETIME, living (VSW_LIFETIME_CALLER)) });
}

TEST_F (PortRules, WithoutALifetimeOfTheirOwnTheyLiveAsLongAsTheyMay)
{
  net.must ({ add_switch_living ("run", VSW_LIFETIME_RUNTIME), add_switch_living ("call", VSW_LIFETIME_CALLER) });
  net.must ({ Network::add_port ("lab", "a"), Network::add_port ("run", "a"), Network::add_port ("call", "a") });
  EXPECT_EQ (net.get_port ("lab", "a")->head.lifetime, VSW_LIFETIME_PERSISTENT);
  EXPECT_EQ (net.get_port ("run", "a")->head.lifetime, VSW_LIFETIME_RUNTIME);
  EXPECT_EQ (net.get_port ("call", "a")->head.lifetime, VSW_LIFETIME_CALLER);
  EXPECT_STREQ (net.get_port ("call", "a")->head.holder, "guid :1.7");
}

TEST_F (PortRules, ModifyChangesTheDescriptionAlone)
{
  VswPort fields = *net.get_port ("lab", "web");
  fields.head.description = "new";
  g_autoptr (VswPort) draft = vsw_port_new (&fields);
  net.must ({ vsw_change_modify (draft, VSW_GIVEN_DESCRIPTION) });
  EXPECT_STREQ (net.get_port ("lab", "web")->head.description, "new");
  refused (VSW_ERROR_INVALID_ARGUMENT, "description", net.ask ({ vsw_change_modify (draft, VSW_GIVEN_LIFETIME) }));
}

/* --- connections --- */

TEST_F (PortRules, ConnectNotesWhen)
{
  gint64 before = g_get_real_time ();
  net.must ({ Network::connect ("lab", "web", "vm") });
  const VswPort *port = net.get_port ("lab", "web");
  EXPECT_STREQ (port->nic_id, "n-vm");
  EXPECT_GE (port->connected, before);
  EXPECT_LE (port->connected, g_get_real_time ());
  EXPECT_EQ (vsw_model_find_port_of_nic (net.model, "n-vm"), port);
  net.must ({ vsw_change_disconnect ("p-lab-web") });
  EXPECT_EQ (net.get_port ("lab", "web")->nic_id, nullptr);
  EXPECT_EQ (net.get_port ("lab", "web")->connected, 0);
}

TEST_F (PortRules, ConnectNeedsBothToBeFree)
{
  net.must ({ Network::connect ("lab", "web", "vm"), Network::add_port ("lab", "b"), Network::add_nic ("other") });
  refused (VSW_ERROR_IN_USE, "port web is connected to endpoint vm already",
           net.ask ({ Network::connect ("lab", "web", "other") }));
  refused (VSW_ERROR_IN_USE, "port web is connected to endpoint vm already",
           net.ask ({ Network::connect ("lab", "web", "vm") }));
  refused (VSW_ERROR_IN_USE, "endpoint vm is connected to port web of switch lab already",
           net.ask ({ Network::connect ("lab", "b", "vm") }));
}

TEST_F (PortRules, ConnectNeedsBothToBeThere)
{
  refused (VSW_ERROR_NOT_FOUND, "p-lab-none", net.ask ({ Network::connect ("lab", "none", "vm") }));
  refused (VSW_ERROR_NOT_FOUND, "n-none", net.ask ({ Network::connect ("lab", "web", "none") }));
}

TEST_F (PortRules, ConnectNeedsAnMtuThatTheSwitchHas)
{
  auto nic = [] (const char *name, guint32 mtu) {
    return Network::add_nic (name, VSW_NIC_SYNTHETIC, VSW_GIVEN_MTU, [=] (VswNic &n) { n.mtu = mtu; });
  };
  net.must ({ nic ("large", 1501), nic ("equal", 1500) });
  refused (VSW_ERROR_INVALID_ARGUMENT, "MTU 1501 of endpoint large is larger than that of switch lab, limit 1500",
           net.ask ({ Network::connect ("lab", "web", "large") }));
  net.must ({ Network::connect ("lab", "web", "equal") });
}

TEST_F (PortRules, DisconnectNeedsSomethingToUnplug)
{
  refused (VSW_ERROR_INVALID_STATE, "nothing is connected to port web",
           net.ask ({ vsw_change_disconnect ("p-lab-web") }));
  refused (VSW_ERROR_NOT_FOUND, "p-none", net.ask ({ vsw_change_disconnect ("p-none") }));
}

TEST_F (PortRules, MoveKeepsWhatIsPluggedIn)
{
  net.must ({ Network::connect ("lab", "web", "vm"), add_address ("02:00:00:00:00:01") });
  gint64 connected = net.get_port ("lab", "web")->connected;
  net.must ({ move ("p-lab-web", "s-spare") });
  const VswPort *port = vsw_model_find_port (net.model, "s-spare", "web");
  ASSERT_NE (port, nullptr);
  EXPECT_STREQ (port->head.id, "p-lab-web");
  EXPECT_STREQ (port->nic_id, "n-vm");
  EXPECT_EQ (port->connected, connected);
  EXPECT_EQ (port->n_static_addresses, 1u);
  EXPECT_EQ (vsw_model_find_port (net.model, "s-lab", "web"), nullptr);
}

TEST_F (PortRules, MoveIsGoodOnlyForTheEndpointThatItWasAllowedFor)
{
  VswChange *change = move ("p-lab-web", "s-spare");
  vsw_change_expect (change, nullptr);
  net.must ({ Network::connect ("lab", "web", "vm") });
  refused (VSW_ERROR_INVALID_STATE, "what is connected to port web has changed", net.ask ({ change }));

  change = move ("p-lab-web", "s-spare");
  vsw_change_expect (change, "n-vm");
  net.must ({ change });
}

TEST_F (PortRules, MoveIsRefusedForEachReason)
{
  net.must ({ Network::connect ("lab", "web", "vm") });
  refused (VSW_ERROR_INVALID_STATE, "is on switch lab already", net.ask ({ move ("p-lab-web", "s-lab") }));
  refused (VSW_ERROR_NOT_FOUND, "s-none", net.ask ({ move ("p-lab-web", "s-none") }));
  refused (VSW_ERROR_NOT_FOUND, "p-none", net.ask ({ move ("p-none", "s-spare") }));

  auto taken = net.must ({ Network::add_port ("spare", "web") });
  refused (VSW_ERROR_EXISTS, "switch spare has a port called web already", net.ask ({ move ("p-lab-web", "s-spare") }));
  vsw_model_revert (net.model, taken.get ());

  net.must ({ Network::add_port ("spare", "x") });
  net.rules.max_ports = 1;
  refused (VSW_ERROR_QUOTA_EXCEEDED, "1 ports used, limit 1", net.ask ({ move ("p-lab-web", "s-spare") }));
  net.rules.max_ports = 1000;

  net.must ({ add_switch_living ("run", VSW_LIFETIME_RUNTIME) });
  refused (VSW_ERROR_INVALID_ARGUMENT, "outlive", net.ask ({ move ("p-lab-web", "s-run") }));

  net.must ({ Network::add_switch ("small", VSW_GIVEN_MTU, [] (VswSwitch &s) { s.mtu = 1000; }),
              Network::add_port ("lab", "big"),
              Network::add_nic ("big", VSW_NIC_SYNTHETIC, VSW_GIVEN_MTU, [] (VswNic &n) { n.mtu = 1001; }),
              Network::connect ("lab", "big", "big") });
  refused (VSW_ERROR_INVALID_ARGUMENT, "limit 1000", net.ask ({ move ("p-lab-big", "s-small") }));
  net.must ({ move ("p-lab-web", "s-small") });

  net.must ({ add_address ("02:00:00:00:00:01"), add_address ("02:00:00:00:00:01", "p-spare-x") });
  refused (VSW_ERROR_EXISTS, "static one of port x", net.ask ({ move ("p-lab-web", "s-spare") }));
}

/* --- deleting --- */

TEST_F (PortRules, DeleteOfAConnectedOneIsInUse)
{
  net.must ({ Network::connect ("lab", "web", "vm") });
  refused (VSW_ERROR_IN_USE, "port web is connected to endpoint vm",
           net.ask ({ vsw_change_delete (VSW_KIND_PORT, "p-lab-web", FALSE) }));
  net.must ({ vsw_change_delete (VSW_KIND_PORT, "p-lab-web", TRUE) });
  EXPECT_EQ (net.get_port ("lab", "web"), nullptr);
  ASSERT_NE (net.get_nic ("vm"), nullptr) << "it was not made for that port";
  EXPECT_EQ (vsw_model_find_port_of_nic (net.model, "n-vm"), nullptr);
}

TEST_F (PortRules, DeleteOfAFreeOneNeedsNoForce)
{
  net.must ({ vsw_change_delete (VSW_KIND_PORT, "p-lab-web", FALSE) });
  EXPECT_EQ (net.get_port ("lab", "web"), nullptr);
  refused (VSW_ERROR_NOT_FOUND, "p-lab-web", net.ask ({ vsw_change_delete (VSW_KIND_PORT, "p-lab-web", FALSE) }));
}

TEST_F (PortRules, AnAutomaticOneTakesItsNicAlong)
{
  net.furnish ("third", { "auto" });
  refused (VSW_ERROR_IN_USE, "endpoint auto", net.ask ({ vsw_change_delete (VSW_KIND_PORT, "p-third-auto", FALSE) }));
  net.must ({ vsw_change_delete (VSW_KIND_PORT, "p-third-auto", TRUE) });
  EXPECT_EQ (net.get_nic ("auto"), nullptr);
}

/* --- static addresses --- */

TEST_F (PortRules, StaticAddressesComeAndGo)
{
  net.must ({ add_address ("02:00:00:00:00:02"), add_address ("02:00:00:00:00:01") });
  const VswPort *port = net.get_port ("lab", "web");
  ASSERT_EQ (port->n_static_addresses, 2u);
  EXPECT_EQ (text_of (port->static_addresses[0]), "02:00:00:00:00:01");
  net.must ({ vsw_change_remove_address ("p-lab-web", mac_of ("02:00:00:00:00:01")) });
  port = net.get_port ("lab", "web");
  ASSERT_EQ (port->n_static_addresses, 1u);
  EXPECT_EQ (text_of (port->static_addresses[0]), "02:00:00:00:00:02");
  net.must ({ vsw_change_remove_address ("p-lab-web", mac_of ("02:00:00:00:00:02")) });
  EXPECT_EQ (net.get_port ("lab", "web")->n_static_addresses, 0u);
}

TEST_F (PortRules, StaticAddressesAreUnicastAndOnceOnASwitch)
{
  refused (VSW_ERROR_INVALID_ARGUMENT, "unicast", net.ask ({ add_address ("01:00:5e:00:00:01") }));
  refused (VSW_ERROR_INVALID_ARGUMENT, "unicast", net.ask ({ add_address ("00:00:00:00:00:00") }));
  net.must ({ add_address ("02:00:00:00:00:01"), Network::add_port ("lab", "b") });
  refused (VSW_ERROR_EXISTS, "02:00:00:00:00:01 is a static one of port web",
           net.ask ({ add_address ("02:00:00:00:00:01") }));
  refused (VSW_ERROR_EXISTS, "of port web", net.ask ({ add_address ("02:00:00:00:00:01", "p-lab-b") }));
  std::string own = text_of (net.get_switch ("lab")->mac);
  refused (VSW_ERROR_EXISTS, "switch lab itself", net.ask ({ add_address (own.c_str ()) }));
  refused (VSW_ERROR_NOT_FOUND, "p-none", net.ask ({ add_address ("02:00:00:00:00:09", "p-none") }));
}

TEST_F (PortRules, StaticAddressesAreLimited)
{
  net.rules.max_static_addresses = 2;
  net.must ({ add_address ("02:00:00:00:00:01"), add_address ("02:00:00:00:00:02") });
  refused (VSW_ERROR_QUOTA_EXCEEDED, "2 used, limit 2", net.ask ({ add_address ("02:00:00:00:00:03") }));
}

TEST_F (PortRules, AStaticAddressThatIsNotThereCannotGo)
{
  refused (VSW_ERROR_NOT_FOUND, "port web has no static address 02:00:00:00:00:01",
           net.ask ({ vsw_change_remove_address ("p-lab-web", mac_of ("02:00:00:00:00:01")) }));
  refused (VSW_ERROR_NOT_FOUND, "p-none",
           net.ask ({ vsw_change_remove_address ("p-none", mac_of ("02:00:00:00:00:01")) }));
}

TEST_F (PortRules, TheVersionGrowsWithTheSetAlone)
{
  guint64 first = vsw_model_get_ports_version (net.model, "s-lab"),
          other = vsw_model_get_ports_version (net.model, "s-spare");
  net.must ({ Network::connect ("lab", "web", "vm"), add_address ("02:00:00:00:00:01") });
  EXPECT_EQ (vsw_model_get_ports_version (net.model, "s-lab"), first);
  auto delta = net.must ({ Network::add_port ("lab", "b") });
  guint64 second = vsw_model_get_ports_version (net.model, "s-lab");
  EXPECT_GT (second, first);
  EXPECT_EQ (vsw_model_get_ports_version (net.model, "s-spare"), other);
  vsw_model_revert (net.model, delta.get ());
  EXPECT_GT (vsw_model_get_ports_version (net.model, "s-lab"), second);
  guint64 third = vsw_model_get_ports_version (net.model, "s-lab");
  net.must ({ move ("p-lab-web", "s-spare") });
  EXPECT_GT (vsw_model_get_ports_version (net.model, "s-lab"), third);
  EXPECT_GT (vsw_model_get_ports_version (net.model, "s-spare"), other);
}
