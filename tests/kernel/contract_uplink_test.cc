// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about an uplink whose frames are the host's.
#include "kernel/contract_fixture.h"

static const char *const host = "02:00:00:00:00:05";

class Uplink : public KernelContract
{
protected:
  using Lines = std::vector<std::string>;

  /* eth0, which has the host's address, and a switch with a port h, at whose other end that address is too. */
  void
  SetUp () override
  {
    KernelContract::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    world->add_pair ("eth0", "eth0-far");
    world->set_mac ("eth0", host);
    for (std::string name : { "eth0", "eth0-far" })
      world->set_up (name, true);
    apply (Op::bridge ("vsw-lab"));
    apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
    apply (Op::veth ("vswp-h", "vswp-h-far", "vsw-lab"));
    apply (Op::set (by_name ("vswp-h-far"), VSW_ATTRIBUTE_IPV6_QUIET, 1));
    apply (Op::set (by_name ("vswp-h-far"), VSW_ATTRIBUTE_UP, 1));
    ASSERT_TRUE (
        is_told ("vswp-h", [] (const VswLink *link) { return link->port_state == VSW_PORT_STATE_FORWARDING; }));
  }

  void
  enslave ()
  {
    apply (Op::set_bridge (by_index (get ("eth0")), by_name ("vsw-lab")));
    ASSERT_TRUE (is_told ("eth0", [] (const VswLink *link) { return link->port_state == VSW_PORT_STATE_FORWARDING; }));
  }

  Lines
  where (const std::string &mac)
  {
    Lines lines;

    for (const VswForwardingEntry &entry : forwarding ("vsw-lab"))
      if (print_mac (entry.mac) == mac && entry.vlan == 0)
        {
          VswLink *port = vsw_links_get (told.get (), entry.port);

          lines.push_back (std::string (port != nullptr ? port->name : "bridge") + (entry.is_local ? " local" : "")
                           + (entry.is_static ? " static" : ""));
        }
    return lines;
  }
};

/* --- settings --- */

TEST_F (Uplink, IsPromiscuousAsItWasSetAndNotAsItsBridgeHasIt)
{
  VswDeviceRef eth0 = by_index (get ("eth0"));

  EXPECT_FALSE (get ("eth0")->is_promiscuous);
  enslave ();
  EXPECT_FALSE (get ("eth0")->is_promiscuous);
  apply (Op::set (eth0, VSW_ATTRIBUTE_PROMISCUOUS, 1));
  EXPECT_TRUE (get ("eth0")->is_promiscuous);
  EXPECT_TRUE (is_told ("eth0", [] (const VswLink *link) { return link->is_promiscuous; }));
  apply (Op::set_bridge (eth0, VswDeviceRef{}));
  EXPECT_TRUE (get ("eth0")->is_promiscuous);
  world->set_up ("eth0", false);
  apply (Op::set (eth0, VSW_ATTRIBUTE_PROMISCUOUS, 0));
  EXPECT_TRUE (is_told ("eth0", [] (const VswLink *link) { return !link->is_promiscuous; })) << "also of one that is down";
  EXPECT_FALSE (get ("eth0")->is_promiscuous);
}

/* --- diversion --- */

TEST_F (Uplink, IsDiverted)
{
  VswDeviceRef eth0 = by_index (get ("eth0")), port = by_index (get ("vswp-h"));

  EXPECT_FALSE (world->is_diverted ("eth0", "vswp-h"));
  apply (Op::divert (eth0, port));
  EXPECT_TRUE (world->is_diverted ("eth0", "vswp-h"));
  apply (Op::divert (eth0, port));
  EXPECT_TRUE (world->is_diverted ("eth0", "vswp-h"));
  apply (Op::undivert (eth0));
  EXPECT_FALSE (world->is_diverted ("eth0", "vswp-h"));
  apply (Op::undivert (eth0));
  apply (Op::undivert (by_name ("none")));
}

TEST_F (Uplink, IsDivertedElsewhere)
{
  VswDeviceRef eth0 = by_index (get ("eth0"));

  apply (Op::veth ("vswp-i", "vswp-i-far", ""));
  apply (Op::set (by_name ("vswp-i-far"), VSW_ATTRIBUTE_UP, 1));
  apply (Op::divert (eth0, by_name ("vswp-h")));
  apply (Op::divert (eth0, by_name ("vswp-i")));
  EXPECT_TRUE (world->is_diverted ("eth0", "vswp-i"));
  apply (Op::undivert (eth0));
  EXPECT_FALSE (world->is_diverted ("eth0", "vswp-i"));
}

TEST_F (Uplink, IsNotDivertedToWhatIsNotThere)
{
  EXPECT_EQ (refuse (Op::divert (by_index (get ("eth0")), by_name ("none"))), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (refuse (Op::divert (by_name ("none"), by_index (get ("vswp-h")))), VSW_ERROR_NOT_FOUND);
}

/* --- the host's address --- */

TEST_F (Uplink, LeavesItsAddressToTheHost)
{
  VswDeviceRef port = by_index (get ("vswp-h"));

  enslave ();
  EXPECT_EQ (where (host), Lines{ "eth0 local" });
  apply (Op::host (port, mac_of (host)));
  EXPECT_EQ (where (host), Lines{ "vswp-h static" });
  apply (Op::host (port, mac_of (host)));
  EXPECT_EQ (where (host), Lines{ "vswp-h static" });
  apply (Op::add_address (port, mac_of (host)));
  EXPECT_EQ (where (host), Lines{ "vswp-h static" });
  apply (Op::unhost (port, mac_of (host)));
  EXPECT_EQ (where (host), Lines{ "eth0 local" });
  apply (Op::unhost (port, mac_of (host)));
  EXPECT_EQ (where (host), Lines{ "eth0 local" });
}

TEST_F (Uplink, ThatJoinsTakesItsAddress)
{
  apply (Op::host (by_name ("vswp-h"), mac_of (host)));
  EXPECT_EQ (where (host), Lines{ "vswp-h static" });
  enslave ();
  EXPECT_EQ (where (host), Lines{ "eth0 local" });
  apply (Op::host (by_name ("vswp-h"), mac_of (host)));
  EXPECT_EQ (where (host), Lines{ "vswp-h static" });
}

TEST_F (Uplink, ThatLeavesLeavesTheHostItsAddress)
{
  enslave ();
  apply (Op::host (by_name ("vswp-h"), mac_of (host)));
  apply (Op::set_bridge (by_index (get ("eth0")), VswDeviceRef{}));
  EXPECT_EQ (where (host), Lines{ "vswp-h static" });
  apply (Op::unhost (by_name ("vswp-h"), mac_of (host)));
  EXPECT_EQ (where (host), Lines{});
}

TEST_F (Uplink, AddressOfTheBridgeIsTheHostsToo)
{
  std::string own = print_mac (get ("vsw-lab")->mac);

  EXPECT_EQ (where (own), Lines{ "bridge local" });
  apply (Op::host (by_name ("vswp-h"), mac_of (own)));
  EXPECT_EQ (where (own), Lines{ "vswp-h static" });
  apply (Op::unhost (by_name ("vswp-h"), mac_of (own)));
  EXPECT_EQ (where (own), Lines{ "bridge local" });
}

TEST_F (Uplink, HostIsRefusedWhereThereIsNoPort)
{
  EXPECT_EQ (refuse (Op::host (by_name ("none"), mac_of (host))), VSW_ERROR_NOT_FOUND);
  EXPECT_NE (refuse (Op::host (by_name ("vswp-h-far"), mac_of (host))), -1);
  EXPECT_EQ (refuse (Op::host (by_name ("vswp-h"), VswMac{})), VSW_ERROR_INVALID_ARGUMENT);
  apply (Op::unhost (by_name ("none"), mac_of (host)));
  apply (Op::unhost (by_name ("vswp-h-far"), mac_of (host)));
}
