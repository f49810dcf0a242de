// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says of a tap, and what whoever has it open may have done to it. */
#include "model/network.h"

namespace
{

constexpr guint INDEX = 11;
constexpr guint32 OWNER = 1000;

class TapFacts : public ::testing::Test
{
protected:
  Network net;

  /* A tap of that lifetime, as it should be: `opened` as if somebody had it. */
  void
  furnish (VswLifetime lifetime, bool opened)
  {
    Handout box = make_handout ();
    net.must ({ Network::add_tap ("vm", lifetime, opened ? box.get () : nullptr, 0,
                                  [] (VswNic &n) { n.head.owner = OWNER; }) });
    VswLink tap = {};
    tap.index = INDEX;
    tap.name = "vswp-vm";
    tap.group = VSW_GROUP_OURS;
    tap.is_tap = tap.is_up = TRUE;
    tap.has_carrier = opened;
    tap.hardware_type = 1;
    tap.tap_owner = OWNER;
    tap.tap_group = VSW_TAP_GROUP_NONE;
    tap.tap_is_kept = vsw_nic_is_kept (net.get_nic ("vm"));
    net.put (tap);
    vsw_links_bind (net.links, "vswp-vm", INDEX);
  }

  std::string
  state ()
  {
    return vsw_facts_nic_state (net.model, net.links, net.get_nic ("vm"));
  }
  bool
  is_tampered ()
  {
    return vsw_facts_tap_is_tampered (net.get_nic ("vm"), vsw_links_get (net.links, INDEX));
  }
  std::string
  tampering ()
  {
    g_autofree char *text = vsw_facts_tap_print_tampering (net.get_nic ("vm"), vsw_links_get (net.links, INDEX));
    return text;
  }
};

} // namespace

TEST_F (TapFacts, ATapIsDownWhileNobodyHasItOpen)
{
  furnish (VSW_LIFETIME_PERSISTENT, false);
  EXPECT_EQ (state (), "down");
  net.alter (INDEX, [] (VswLink &l) { l.has_carrier = TRUE; });
  EXPECT_EQ (state (), "ok");
  net.alter (INDEX, [] (VswLink &l) { l.is_up = FALSE; });
  EXPECT_EQ (state (), "no-carrier") << "its near end is down: not plugged in";
}

TEST_F (TapFacts, ATapIsDegradedWithoutItsDevice)
{
  furnish (VSW_LIFETIME_PERSISTENT, true);
  EXPECT_EQ (state (), "ok");
  net.alter (INDEX, [] (VswLink &l) { l.is_tap = FALSE; });
  EXPECT_EQ (state (), "degraded") << "another kind of device";
  g_autoptr (VswLink) gone = vsw_links_drop (net.links, INDEX);
  EXPECT_EQ (state (), "degraded");
}

TEST_F (TapFacts, AnotherOwnerIsTampering)
{
  furnish (VSW_LIFETIME_PERSISTENT, true);
  EXPECT_FALSE (is_tampered ());
  for (guint32 owner : { 0u, 1001u, VSW_TAP_OWNER_NONE })
    {
      net.alter (INDEX, [=] (VswLink &l) { l.tap_owner = owner; });
      EXPECT_TRUE (is_tampered ()) << owner;
      EXPECT_EQ (state (), "degraded") << owner;
    }
}

TEST_F (TapFacts, AGroupIsTampering)
{
  furnish (VSW_LIFETIME_PERSISTENT, true);
  for (guint32 group : { 0u, OWNER })
    {
      net.alter (INDEX, [=] (VswLink &l) { l.tap_group = group; });
      EXPECT_TRUE (is_tampered ()) << group;
      EXPECT_EQ (state (), "degraded") << group;
    }
}

TEST_F (TapFacts, AnotherLinkTypeIsTampering)
{
  furnish (VSW_LIFETIME_PERSISTENT, true);
  for (guint16 type : { 0, 772 })
    {
      net.alter (INDEX, [=] (VswLink &l) { l.hardware_type = type; });
      EXPECT_TRUE (is_tampered ()) << type;
      EXPECT_EQ (state (), "degraded") << type;
    }
}

TEST_F (TapFacts, TamperingIsToldInWords)
{
  furnish (VSW_LIFETIME_PERSISTENT, true);
  EXPECT_EQ (tampering (), "");
  net.alter (INDEX, [] (VswLink &l) { l.tap_group = 7; });
  EXPECT_EQ (tampering (), "belonged to group 7 instead of none");
  net.alter (INDEX, [] (VswLink &l) {
    l.tap_owner = 8;
    l.hardware_type = 772;
    l.tap_is_kept = FALSE;
  });
  EXPECT_EQ (tampering (), "belonged to uid 8 instead of 1000, belonged to group 7 instead of none, "
                           "had link type 772 instead of 1, would have gone with its descriptors");
}

TEST_F (TapFacts, ATapThatIsPluggedInAndDownIsCutOff)
{
  furnish (VSW_LIFETIME_PERSISTENT, true);
  net.must (
      { Network::add_switch ("lab"), Network::add_automatic_port ("lab", "vm"), Network::connect ("lab", "vm", "vm") });
  EXPECT_EQ (state (), "ok");
  net.alter (INDEX, [] (VswLink &l) { l.is_up = l.has_carrier = FALSE; });
  EXPECT_EQ (state (), "degraded");
  net.must ({ vsw_change_disconnect ("p-lab-vm") });
  EXPECT_EQ (state (), "down");
}

TEST_F (TapFacts, AnotherPersistenceIsTampering)
{
  const std::pair<VswLifetime, bool> cases[] = {
    { VSW_LIFETIME_PERSISTENT, false }, { VSW_LIFETIME_PERSISTENT, true }, { VSW_LIFETIME_RUNTIME, true },
    { VSW_LIFETIME_DESCRIPTOR, false }, { VSW_LIFETIME_DESCRIPTOR, true },
  };
  for (const auto &[lifetime, opened] : cases)
    {
      furnish (lifetime, opened);
      EXPECT_FALSE (is_tampered ());
      net.alter (INDEX, [] (VswLink &l) { l.tap_is_kept = !l.tap_is_kept; });
      EXPECT_TRUE (is_tampered ()) << vsw_lifetime_print (lifetime) << opened;
      net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) });
    }
}

TEST_F (TapFacts, WhatIsNoTapIsNotTampered)
{
  net.must ({ Network::add_nic ("pair") });
  VswLink link = {};
  link.index = INDEX;
  link.name = "vswp-pair";
  link.tap_owner = 7;
  net.put (link);
  EXPECT_FALSE (vsw_facts_tap_is_tampered (net.get_nic ("pair"), vsw_links_get (net.links, INDEX)));
  net.alter (INDEX, [] (VswLink &l) { l.is_tap = TRUE; });
  EXPECT_FALSE (vsw_facts_tap_is_tampered (net.get_nic ("pair"), vsw_links_get (net.links, INDEX)));
}

TEST_F (TapFacts, ATapHasNoFarEndHere)
{
  furnish (VSW_LIFETIME_PERSISTENT, true);
  EXPECT_EQ (vsw_facts_get_far_end (net.links, net.get_nic ("vm")), nullptr);
}
