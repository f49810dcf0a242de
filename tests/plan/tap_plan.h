// SPDX-License-Identifier: GPL-2.0-or-later
/* A tap beside two switches. */
#pragma once

#include "plan/world.h"

constexpr guint32 OWNER = 1000;

class TapPlan : public ::testing::Test
{
protected:
  World world;

  void
  SetUp () override
  {
    world.perform ({ Network::add_switch ("lab"), Network::add_switch ("dmz") });
  }

  /* "vm", 02:…:01, of user 1000. */
  static VswChange *
  tap (VswLifetime lifetime = VSW_LIFETIME_PERSISTENT, VswHandout *handout = nullptr, guint32 queues = 1)
  {
    return Network::add_tap ("vm", lifetime, handout, VSW_GIVEN_MAC | VSW_GIVEN_QUEUES, [=] (VswNic &n) {
      n.mac = mac_of ("02:00:00:00:00:01");
      n.queues = queues;
      n.head.owner = OWNER;
    });
  }

  /* The same, plugged into a port made for it. */
  std::string
  attach (VswLifetime lifetime = VSW_LIFETIME_PERSISTENT, VswHandout *handout = nullptr)
  {
    return plain (world.perform (
        { tap (lifetime, handout), Network::add_automatic_port ("lab", "vm"), Network::connect ("lab", "vm", "vm") }));
  }

  std::string
  open (guint wanted = 0)
  {
    Handout box = make_handout (wanted);
    return plain (world.perform ({ vsw_change_open ("n-vm", box.get ()) }));
  }

  VswChange *
  modify (guint given, std::function<void (VswNic &)> edit)
  {
    return world.modify_nic (world.get_nic ("vm"), given, edit);
  }

  const VswLink *
  link ()
  {
    return vsw_links_find_name (world.links, "vswp-vm");
  }

  void
  expect_intact ()
  {
    EXPECT_EQ (world.drift_of_all (), "");
    EXPECT_EQ (world.findings, "");
  }
};
