// SPDX-License-Identifier: GPL-2.0-or-later
// The service with the switch `lab` and eth0, a NIC of the host with a cable; and a NetworkManager of ours, for whoever makes one.
#pragma once

#include "manager_mocks.h"
#include "service_fixture.h"

class UplinkService : public ServiceTest
{
protected:
  static constexpr char lab[] = "/org/vmswitch1/switch/lab";
  static constexpr char manager[] = "/org/vmswitch1/Manager";
  static constexpr char to_eth0[] = "(objectpath '/org/vmswitch1/endpoint/eth0', @a{sv} {})";

  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    plug ();
    start_service ();
    make_switch ("lab");
    settle ();
  }

  /* eth0 is there, also again. */
  void
  plug ()
  {
    VswLink fields = {};
    fields.name = "eth0";
    fields.link_kind = "";
    fields.is_up = fields.has_carrier = TRUE;
    fields.bus_path = "0000:00:1f.6";
    fields.mac = fields.permanent = vsw_mac_from_number (0x00163e000001);
    ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  }

  void
  TearDown () override
  {
    networks.reset ();
    ServiceTest::TearDown ();
  }

  std::unique_ptr<NetworkManager> networks;
};
