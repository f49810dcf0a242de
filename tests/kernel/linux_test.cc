// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the real kernel shows; the promises that the fake keeps too are in the contract tests. */
#include "kernel/linux_fixture.h"

namespace
{

/* --- wholly or not at all --- */

TEST_F (LinuxTest, PutsAPortBackWhenTheNewBridgeIsNone)
{
  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  run_command ("ip link add plain type veth peer name plain2");
  OpPointer op = make_set ("vswp-a", VSW_ATTRIBUTE_CONTROLLER, 0);
  op->controller = vsw_device_ref_by_name ("plain");
  refuse (op, VSW_ERROR_NOT_SUPPORTED);
  expect_truth ();
  EXPECT_EQ (find ("vswp-a")->bridge, find ("vsw-lab")->index);
}

TEST_F (LinuxTest, NeverMarksADeviceThatWasThereBefore)
{
  make_switch ();
  run_command ("ip link add vswp-a type bridge");
  refuse (make_pair ("a", 1, "vsw-lab"), VSW_ERROR_EXISTS);
  refuse (make_bridge ("vswp-a"), VSW_ERROR_EXISTS);
  vsw_kernel_drain (kernel);
  EXPECT_STREQ (find ("vswp-a")->alias, "");
  EXPECT_EQ (find ("vswp-a")->group, 0u);
  EXPECT_EQ (find ("vswi-a"), nullptr);
}

TEST_F (LinuxTest, KeepsTheMtuOfABridgeWhateverItsPortsHave)
{
  for (guint32 mtu : { 68u, 1400u, 1500u, 9000u, 65535u })
    {
      OpPointer bridge = make_bridge ("vsw-lab");

      bridge->mtu = mtu;
      apply (bridge);
      run_command (
          "ip link add p0 type veth peer name p1; ip link add p2 type veth peer name p3; ip link set p0 mtu 1300; "
          "ip link set p0 master vsw-lab; ip link set p2 master vsw-lab; ip link set p2 nomaster");
      expect_truth ();
      EXPECT_EQ (find ("vsw-lab")->mtu, mtu);
      apply (make_delete ({ "vsw-lab" }));
      run_command ("ip link del p0; ip link del p2");
    }
}

TEST_F (LinuxTest, GivesManyQueuesOnlyWhenAsked)
{
  make_switch ();
  OpPointer op = make_pair ("a", 1, "vsw-lab");
  op->queues = 4;
  apply (op);
  apply (make_pair ("b", 2, "vsw-lab"));
  EXPECT_NE (run_command ("ip -d link show vswp-a").find ("numtxqueues 4 numrxqueues 4"), std::string::npos);
  EXPECT_NE (run_command ("ip -d link show vswi-a").find ("numtxqueues 4 numrxqueues 4"), std::string::npos);
  EXPECT_NE (run_command ("ip -d link show vswp-b").find ("numtxqueues 1 numrxqueues 1"), std::string::npos);
}

/* --- IPv6 --- */

TEST_F (LinuxTest, KeepsOurSideWithoutIPv6Addresses)
{
  Netns other = Netns::make ();

  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  apply (make_set ("vswi-a", VSW_ATTRIBUTE_UP, 1));
  OpPointer op = make_pair ("b", 2, "vsw-lab");
  VswNamespace fields = {};
  fields.fd = other.dup ();
  op->target = vsw_namespace_new (&fields);
  op->far = vsw_device_ref_by_name ("eth0");
  apply (op);
  other.in ([] { run_command ("ip link set eth0 up"); });
  EXPECT_TRUE (wait_until ([] { return !run_command ("ip -6 -o addr show dev vswi-a scope link").empty (); }));
  run_command ("sleep 0.3");
  EXPECT_EQ (
      run_command ("ip -6 -o addr show dev vswp-a; ip -6 -o addr show dev vswp-b; ip -6 -o addr show dev vsw-lab"), "");
}

TEST_F (LinuxTest, MarksADeviceThatIsTooSmallForIPv6)
{
  OpPointer bridge = make_bridge ("vsw-lab");
  OpPointer pair = make_pair ("a", 1, "vsw-lab");

  bridge->mtu = pair->mtu = 1000;
  apply (bridge);
  apply (pair);
  apply (make_set ("vswp-a", VSW_ATTRIBUTE_IPV6_QUIET, 1));
  expect_truth ();
  EXPECT_STREQ (find ("vswp-a")->alias, "vmswitch:vswp-a:id-a");
}

/* --- asking --- */

TEST_F (LinuxTest, ProbesWithoutLeavingAnythingBehind)
{
  g_autoptr (GError) error = nullptr;
  g_auto (GStrv) names = vsw_kernel_probe (kernel, &error);

  ASSERT_NE (names, nullptr) << error->message;
  for (const char *wanted : { "bridge", "ipv6-address-generation", "namespace-query", "netdev-guard", "veth" })
    EXPECT_TRUE (g_strv_contains (names, wanted)) << wanted;
  for (guint i = 0; names[i] != nullptr && names[i + 1] != nullptr; i++)
    EXPECT_LT (g_strcmp0 (names[i], names[i + 1]), 0);
  vsw_kernel_drain (kernel);
  EXPECT_TRUE (told.empty ());
  EXPECT_EQ (run_command ("nft list ruleset"), "");
  EXPECT_EQ (guard_losses, 0);
}

TEST_F (LinuxTest, DescribesWhatItCan)
{
  g_autoptr (GError) error = nullptr;

  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  g_autoptr (VswLinks) links = list ();
  g_autoptr (VswLink) port = vsw_kernel_describe (kernel, vsw_links_find_name (links, "vswp-a"), &error);
  g_autoptr (VswLink) loopback = vsw_kernel_describe (kernel, vsw_links_find_name (links, "lo"), &error);

  ASSERT_NE (port, nullptr) << error->message;
  ASSERT_NE (loopback, nullptr) << error->message;
  EXPECT_STREQ (port->driver, "veth");
  EXPECT_EQ (port->speed, 10000000000u);
  EXPECT_TRUE (port->full_duplex);
  EXPECT_FALSE (port->is_wireless_station);
  EXPECT_STREQ (loopback->driver, "");
  EXPECT_EQ (loopback->speed, 0u);
  apply (make_delete ({ "vswp-a" }));
  EXPECT_EQ (vsw_kernel_describe (kernel, port, &error), nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND));
}

TEST_F (LinuxTest, WorksWhereItWasMadeWhateverThreadCalls)
{
  Netns other = Netns::make ();

  other.in ([&] { make_switch (); });
  g_autoptr (VswLinks) links = list ();
  EXPECT_NE (vsw_links_find_name (links, "vsw-lab"), nullptr);
  other.in ([&] { apply (make_delete ({ "vsw-lab" })); });
  vsw_kernel_drain (kernel);
  EXPECT_EQ (find ("vsw-lab"), nullptr);
}

} // namespace
