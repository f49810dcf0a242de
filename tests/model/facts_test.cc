// SPDX-License-Identifier: GPL-2.0-or-later
#include <vector>

#include "model/network.h"

namespace
{

enum : guint
{
  BRIDGE = 10,
  NEAR = 11,
  FAR = 12,
  UPLINK = 13,
};

/* A switch "lab" with the internal NIC "host", all as it should be. */
class Facts : public ::testing::Test
{
protected:
  Network net;

  void
  SetUp () override
  {
    net.furnish ("lab", { "host" }, VSW_NIC_INTERNAL);
    VswLink bridge = {};
    bridge.index = BRIDGE;
    bridge.name = "vsw-lab";
    bridge.group = VSW_GROUP_OURS;
    bridge.is_bridge = bridge.is_up = bridge.has_carrier = TRUE;
    VswLink near = {};
    near.index = NEAR;
    near.name = "vswp-host";
    near.group = VSW_GROUP_OURS;
    near.is_up = near.has_carrier = near.is_port = TRUE;
    near.bridge = BRIDGE;
    near.port_state = VSW_PORT_STATE_FORWARDING;
    VswLink far = {};
    far.index = FAR;
    far.name = "vswi-host";
    far.group = VSW_GROUP_OURS;
    far.is_up = far.has_carrier = TRUE;
    for (const VswLink &link : { bridge, near, far })
      {
        net.put (link);
        vsw_links_bind (net.links, link.name, link.index);
      }
  }

  bool
  connected ()
  {
    return vsw_facts_get_connection (net.model, net.links, net.get_port ("lab", "host")) != nullptr;
  }
  std::string
  port_state ()
  {
    return vsw_facts_port_state (net.model, net.links, net.get_port ("lab", "host"));
  }
  std::string
  nic_state ()
  {
    return vsw_facts_nic_state (net.model, net.links, net.get_nic ("host"));
  }
  std::string
  switch_kind ()
  {
    return vsw_facts_switch_kind (net.model, net.links, net.get_switch ("lab"));
  }
  std::string
  switch_state ()
  {
    return vsw_facts_switch_state (net.model, net.links, net.get_switch ("lab"));
  }
  void
  drop (guint index)
  {
    g_autoptr (VswLink) gone = vsw_links_drop (net.links, index);
  }

  VswLink
  hardware (const char *kind = "")
  {
    VswLink fields = {};
    fields.index = UPLINK;
    fields.name = "eth0";
    fields.link_kind = kind;
    fields.hardware_type = 1;
    return fields;
  }
};

} // namespace

TEST_F (Facts, AConnectionIsThereWhileFramesCanPass)
{
  EXPECT_TRUE (connected ());
  EXPECT_EQ (port_state (), "forwarding");
  EXPECT_EQ (nic_state (), "ok");
  EXPECT_EQ (switch_state (), "ok");
}

TEST_F (Facts, AConnectionIsGoneWithEachOfItsConditions)
{
  const std::vector<std::pair<const char *, std::function<void ()> > > breaks = {
    { "degraded", [this] { net.alter (BRIDGE, [] (VswLink &l) { l.is_up = FALSE; }); } },
    { "degraded", [this] { net.alter (NEAR, [] (VswLink &l) { l.is_up = FALSE; }); } },
    { "no-carrier", [this] { net.alter (NEAR, [] (VswLink &l) { l.has_carrier = FALSE; }); } },
    { "degraded", [this] { net.alter (NEAR, [] (VswLink &l) { l.bridge = 99; }); } },
    { "degraded", [this] { net.alter (NEAR, [] (VswLink &l) { l.bridge = 0, l.is_port = FALSE; }); } },
    { "no-carrier", [this] { net.alter (NEAR, [] (VswLink &l) { l.port_state = VSW_PORT_STATE_DISABLED; }); } },
    { "listening", [this] { net.alter (NEAR, [] (VswLink &l) { l.port_state = VSW_PORT_STATE_LISTENING; }); } },
    { "learning", [this] { net.alter (NEAR, [] (VswLink &l) { l.port_state = VSW_PORT_STATE_LEARNING; }); } },
    { "blocking", [this] { net.alter (NEAR, [] (VswLink &l) { l.port_state = VSW_PORT_STATE_BLOCKING; }); } },
    { "degraded", [this] { drop (NEAR); } },
    { "degraded", [this] { drop (BRIDGE); } },
    { "disconnected", [this] { net.must ({ vsw_change_disconnect ("p-lab-host") }); } },
  };
  g_autoptr (VswLinks) intact = vsw_links_copy (net.links);
  for (const auto &[state, break_it] : breaks)
    {
      vsw_links_free (net.links);
      net.links = vsw_links_copy (intact);
      ASSERT_TRUE (connected ());
      break_it ();
      EXPECT_FALSE (connected ()) << state;
      EXPECT_EQ (port_state (), state);
    }
}

TEST_F (Facts, ASwitchIsDegradedWithoutItsBridge)
{
  net.alter (BRIDGE, [] (VswLink &l) { l.is_up = FALSE; });
  EXPECT_EQ (switch_state (), "degraded");
  drop (BRIDGE);
  EXPECT_EQ (switch_state (), "degraded");
}

TEST_F (Facts, TheKindOfASwitchFollowsFromWhatIsConnected)
{
  EXPECT_EQ (switch_kind (), "internal");
  EXPECT_TRUE (vsw_facts_has_host_access (net.model, net.get_switch ("lab")));
  VswLink uplink = hardware ();
  uplink.bridge = BRIDGE;
  net.put (uplink);
  EXPECT_EQ (switch_kind (), "external");
  net.alter (UPLINK, [] (VswLink &l) { l.bridge = 0; });
  EXPECT_EQ (switch_kind (), "internal");
  auto disconnected = net.must ({ vsw_change_disconnect ("p-lab-host") });
  EXPECT_EQ (switch_kind (), "private");
  EXPECT_FALSE (vsw_facts_has_host_access (net.model, net.get_switch ("lab")));
  vsw_model_revert (net.model, disconnected.get ());
  EXPECT_EQ (switch_kind (), "internal");
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-host", FALSE), Network::add_nic ("guest"),
              Network::add_port ("lab", "guest"), Network::connect ("lab", "guest", "guest") });
  EXPECT_EQ (switch_kind (), "private");
}

TEST_F (Facts, AForeignVirtualDeviceInTheBridgeIsNoUplink)
{
  VswLink tap = hardware ("tun");
  tap.bridge = BRIDGE;
  net.put (tap);
  EXPECT_EQ (switch_kind (), "internal");
}

TEST_F (Facts, TheStateOfANicIsWhatItsUserSees)
{
  net.alter (FAR, [] (VswLink &l) { l.has_carrier = FALSE; });
  EXPECT_EQ (nic_state (), "no-carrier");
  net.alter (FAR, [] (VswLink &l) { l.is_up = FALSE; });
  EXPECT_EQ (nic_state (), "down");
  drop (FAR);
  EXPECT_EQ (nic_state (), "degraded");
  EXPECT_EQ (vsw_facts_get_far_end (net.links, net.get_nic ("host")), nullptr);
}

TEST_F (Facts, TheStateOfAPlacedNicIsReadOffItsNearEnd)
{
  auto target = make_namespace (5);
  net.must ({ Network::add_nic ("vm", VSW_NIC_SYNTHETIC, 0, nullptr, target.get (), "eth0") });
  auto state = [this] { return std::string (vsw_facts_nic_state (net.model, net.links, net.get_nic ("vm"))); };
  EXPECT_EQ (state (), "degraded");
  VswLink near = {};
  near.index = 20;
  near.name = "vswp-vm";
  near.peer_elsewhere = TRUE;
  net.put (near);
  vsw_links_bind (net.links, "vswp-vm", 20);
  EXPECT_EQ (state (), "no-carrier") << "not plugged in";
  net.alter (20, [] (VswLink &l) { l.is_up = TRUE; });
  EXPECT_EQ (state (), "down") << "its user has not set it up";
  net.alter (20, [] (VswLink &l) { l.has_carrier = TRUE; });
  EXPECT_EQ (state (), "ok");
  net.alter (20, [] (VswLink &l) { l.peer_elsewhere = FALSE; });
  EXPECT_EQ (state (), "degraded");
}

TEST_F (Facts, TheMtuOfANicIsItsOwnElseThatOfItsSwitch)
{
  auto mtu = [this] { return vsw_facts_nic_mtu (net.model, net.get_nic ("host")); };
  EXPECT_EQ (mtu (), 1500u);
  g_autoptr (VswSwitch) jumbo = nullptr;
  VswSwitch draft = *net.get_switch ("lab");
  draft.mtu = 9000;
  jumbo = vsw_switch_new (&draft);
  net.must ({ vsw_change_modify (jumbo, VSW_GIVEN_MTU) });
  EXPECT_EQ (mtu (), 9000u);
  VswNic fields = *net.get_nic ("host");
  fields.mtu = 1400;
  g_autoptr (VswNic) small = vsw_nic_new (&fields);
  net.must ({ vsw_change_modify (small, VSW_GIVEN_MTU) });
  EXPECT_EQ (mtu (), 1400u);
  net.must ({ Network::add_nic ("lone") });
  EXPECT_EQ (vsw_facts_nic_mtu (net.model, net.get_nic ("lone")), 1500u);
}

TEST_F (Facts, WhatCannotBeBridgedSaysWhy)
{
  auto reason = [this] (std::function<void (VswLink &)> edit) {
    VswLink fields = hardware ();
    if (edit)
      edit (fields);
    g_autoptr (VswLink) link = vsw_link_new (&fields);
    g_autofree char *text = vsw_facts_not_bridgeable (net.model, net.links, link);
    return std::string (text);
  };
  EXPECT_EQ (reason (nullptr), "");
  EXPECT_NE (reason ([] (VswLink &l) { l.is_loopback = TRUE; }).find ("loopback"), std::string::npos);
  EXPECT_NE (reason ([] (VswLink &l) { l.is_wireless_station = TRUE; }).find ("Wi-Fi"), std::string::npos);
  EXPECT_NE (reason ([] (VswLink &l) { l.hardware_type = 32; }).find ("Ethernet"), std::string::npos);
  EXPECT_NE (reason ([] (VswLink &l) { l.group = VSW_GROUP_OURS; }).find ("vmswitch"), std::string::npos);
  EXPECT_NE (reason ([] (VswLink &l) { l.index = NEAR; }).find ("vmswitch"), std::string::npos)
      << "bound, whatever its mark";
  EXPECT_EQ (reason ([] (VswLink &l) { l.bridge = BRIDGE; }), "port of vsw-lab already");
  EXPECT_EQ (reason ([] (VswLink &l) { l.bridge = 77; }), "port of device 77 already");
  VswLink above = {};
  above.index = 31;
  above.name = "above0";
  above.link_kind = "vlan";
  above.peer = hardware ().index;
  net.put (above);
  EXPECT_EQ (reason (nullptr), "") << "a VLAN takes what is tagged, and no more";
  net.alter (31, [] (VswLink &l) { l.link_kind = "ipvlan"; });
  EXPECT_EQ (reason (nullptr), "above0 takes its frames already (ipvlan)");
  net.alter (31, [] (VswLink &l) { l.peer_elsewhere = TRUE; });
  EXPECT_EQ (reason (nullptr), "") << "it is above another's link of that index";
  VswLink odd = {};
  odd.index = 30;
  odd.name = "br\x1b[0";
  net.put (odd);
  EXPECT_EQ (reason ([] (VswLink &l) { l.bridge = 30; }), "port of br\\x1b[0 already");
}

TEST (Rules, KnowWhatMayBeAnUplink)
{
  struct
  {
    const char *what;
    std::function<void (VswLink &)> edit;
    const char *type; /* "": none */
  } cases[] = {
    { "hardware", [] (VswLink &) {}, "physical" },
    { "on a bus, with a kind", [] (VswLink &l) { l.link_kind = "wwan", l.bus_path = "usb-1"; }, "physical" },
    { "bond", [] (VswLink &l) { l.link_kind = "bond"; }, "bond" },
    { "bond by name", [] (VswLink &l) { l.link_kind = "bond", l.name = "up3"; }, "bond" },
    { "team", [] (VswLink &l) { l.link_kind = "team"; }, "bond" },
    { "vlan", [] (VswLink &l) { l.link_kind = "vlan"; }, "vlan" },
    { "vlan of no Ethernet", [] (VswLink &l) { l.link_kind = "vlan", l.hardware_type = 32; }, "" },
    { "our own bond", [] (VswLink &l) { l.link_kind = "bond", l.group = VSW_GROUP_OURS; }, "" },
    { "bridge", [] (VswLink &l) { l.link_kind = "bridge"; }, "" },
    { "veth", [] (VswLink &l) { l.link_kind = "veth"; }, "" },
    { "veth by name", [] (VswLink &l) { l.link_kind = "veth", l.name = "up3"; }, "other" },
    { "tunnel", [] (VswLink &l) { l.hardware_type = 768; }, "" },
    { "loopback", [] (VswLink &l) { l.is_loopback = TRUE; }, "" },
    { "ours", [] (VswLink &l) { l.group = VSW_GROUP_OURS; }, "" },
    { "ours by name", [] (VswLink &l) { l.group = VSW_GROUP_DOOMED, l.name = "up3"; }, "" },
  };
  static const char *const globs[] = { "nothing", "up?", nullptr };
  VswRules rules = *vsw_rules_get_default ();
  rules.external_interfaces = globs;
  for (const auto &c : cases)
    {
      VswLink fields = {};
      fields.name = "eth0";
      fields.hardware_type = 1;
      c.edit (fields);
      g_autoptr (VswLink) link = vsw_link_new (&fields);
      EXPECT_STREQ (vsw_rules_get_uplink_type (&rules, link), c.type) << c.what;
      EXPECT_EQ (!!vsw_rules_is_external (&rules, link), c.type[0] != '\0') << c.what;
    }
}

TEST (Rules, HaveTheDocumentedDefaults)
{
  const VswRules *rules = vsw_rules_get_default ();
  EXPECT_EQ (rules->max_switches, 1024u);
  EXPECT_EQ (rules->max_ports, 1000u);
  EXPECT_EQ (rules->max_endpoints, 20000u);
  EXPECT_EQ (rules->max_static_addresses, 64u);
  EXPECT_EQ (rules->max_batch, 1000u);
  EXPECT_EQ (rules->max_systems, 4096u);
  EXPECT_EQ (rules->max_settings, 16u);
  EXPECT_EQ (rules->max_switches_per_user, 64u);
  EXPECT_EQ (rules->max_ports_per_user, 256u);
  EXPECT_EQ (rules->max_endpoints_per_user, 256u);
  EXPECT_EQ (rules->max_systems_per_user, 64u);
  EXPECT_EQ (rules->max_calls_per_user, 64u);
  EXPECT_EQ (rules->max_checkpoints, 64u);
  EXPECT_EQ (rules->max_checkpoints_per_user, 8u);
  EXPECT_EQ (text_of (rules->mac_range.first), "52:76:73:00:00:00");
  EXPECT_EQ (text_of (rules->mac_range.last), "52:76:73:ff:ff:ff");
  EXPECT_TRUE (vsw_mac_range_check (rules->mac_range, nullptr));
  EXPECT_EQ (rules->external_interfaces, nullptr);
}
