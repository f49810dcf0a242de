// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is told what, and when. */
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/linux_fixture.h"

namespace
{

class MonitorTest : public LinuxTest
{
};

TEST_F (MonitorTest, TellsTheLastStateOfAPortWithTheSpanningTreeOffAndOn)
{
  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  apply (make_set ("vswi-a", VSW_ATTRIBUTE_UP, 1));
  vsw_kernel_drain (kernel);
  ASSERT_NE (find ("vswp-a"), nullptr);
  EXPECT_TRUE (wait_until ([&] { return find ("vswp-a")->port_state == VSW_PORT_STATE_FORWARDING; }));

  apply (make_set ("vsw-lab", VSW_ATTRIBUTE_SPANNING_TREE, 1));
  run_command ("ip link set vswp-a nomaster; ip link set vswp-a master vsw-lab");
  vsw_kernel_drain (kernel);
  EXPECT_EQ (find ("vswp-a")->port_state, VSW_PORT_STATE_LISTENING);
  EXPECT_TRUE (wait_until ([&] { return find ("vswp-a")->port_state == VSW_PORT_STATE_LEARNING; }));
  EXPECT_TRUE (wait_until ([&] { return find ("vswp-a")->port_state == VSW_PORT_STATE_FORWARDING; }));
}

TEST_F (MonitorTest, TellsOfDevicesThatAreDown)
{
  apply (make_bridge ("vsw-lab"));
  apply (make_pair ("a", 1, "vsw-lab", false));
  apply (make_set ("vsw-lab", VSW_ATTRIBUTE_AGEING, 77));
  apply (make_set ("vsw-lab", VSW_ATTRIBUTE_MULTICAST_SNOOPING, 1));
  apply (make_set ("vswp-a", VSW_ATTRIBUTE_GROUP, 5));
  apply (make_set ("vswi-a", VSW_ATTRIBUTE_IPV6_QUIET, 1));
  vsw_kernel_drain (kernel);

  ASSERT_NE (find ("vswi-a"), nullptr);
  EXPECT_STREQ (find ("vswi-a")->alias, "vmswitch:vswi-a:id-a");
  EXPECT_EQ (find ("vswi-a")->peer, find ("vswp-a")->index);
  EXPECT_EQ (find ("vsw-lab")->ageing, 77u);
  expect_truth ();
}

TEST_F (MonitorTest, TellsTheEndThatStaysWhenTheOtherGoesAndComes)
{
  Netns other = Netns::make ();

  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  OpPointer place = make_op (VSW_OP_PLACE, "vswi-a");
  VswNamespace fields = {};
  fields.fd = other.dup ();
  place->target = vsw_namespace_new (&fields);
  place->far = vsw_device_ref_by_name ("eth0");
  apply (place);
  expect_truth ();
  EXPECT_TRUE (find ("vswp-a")->peer_elsewhere);
  EXPECT_EQ (gone, std::vector<std::string>{ "vswi-a" });

  int home = open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  std::string path = "/proc/" + std::to_string (getpid ()) + "/fd/" + std::to_string (home);
  other.in ([&] { run_command ("ip link set eth0 netns " + path); });
  close (home);
  expect_truth ();
  EXPECT_FALSE (find ("vswp-a")->peer_elsewhere);
}

TEST_F (MonitorTest, TellsWhatAForeignHandDoes)
{
  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  apply (make_pair ("b", 2, "vsw-lab"));
  apply (make_set ("vswi-a", VSW_ATTRIBUTE_UP, 1));
  run_command (
      "ip link set vswp-a nomaster; ip link set vswp-a name moved; ip link set moved address 02:aa:aa:aa:aa:aa; "
      "ip link set vsw-lab mtu 1400; ip link delete vswi-b; ip link add strange type bridge");
  expect_truth ();
  EXPECT_EQ (find ("vswp-b"), nullptr);
  EXPECT_EQ (find ("moved")->bridge, 0u);
}

TEST_F (MonitorTest, KeepsForeignNamesAsTheyAre)
{
  const std::string name = "\xff\xfe\x1b[31m-x";

  run_command ("ip link add name '" + name + "' type bridge");
  run_command ("ip link set dev '" + name + "' alias '\x80'");
  vsw_kernel_drain (kernel);
  ASSERT_NE (find (name), nullptr);
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswLink) described = vsw_kernel_describe (kernel, find (name), &error);
  ASSERT_NE (described, nullptr) << error->message;
  EXPECT_STREQ (described->driver, "bridge");
  EXPECT_STREQ (described->alias, "\x80");

  OpPointer op = make_delete ({ name });
  ASSERT_FALSE (vsw_kernel_apply (kernel, op.get (), &error));
  EXPECT_TRUE (g_utf8_validate (error->message, -1, nullptr)) << error->message;
}

TEST_F (MonitorTest, BelievesOnlyTheKernel)
{
  make_switch ();
  vsw_kernel_drain (kernel);
  guint before = n_told;

  /* A process sends a notification of its own to every netlink socket there is a port id for. */
  struct
  {
    nlmsghdr header;
    ifinfomsg link;
  } message = {};
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = RTM_DELLINK;
  message.link.ifi_index = (int)find ("vsw-lab")->index;
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int sent = 0;
  for (int other = 3; other < 64; other++)
    {
      sockaddr_nl address = {};
      socklen_t size = sizeof address;

      if (other == fd || getsockname (other, (sockaddr *)&address, &size) != 0 || address.nl_family != AF_NETLINK)
        continue;
      sent += sendto (fd, &message, sizeof message, 0, (sockaddr *)&address, sizeof address) > 0;
    }
  close (fd);
  EXPECT_GT (sent, 0);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (n_told, before);
  EXPECT_NE (find ("vsw-lab"), nullptr);

  /* Nor does an answer go astray. */
  apply (make_set ("vsw-lab", VSW_ATTRIBUTE_AGEING, 60));
}

TEST_F (MonitorTest, CountsLearnedAddressesLikeAList)
{
  run_command ("sysctl -qw net.ipv6.conf.default.disable_ipv6=1"); /* nobody but the test sends */
  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  apply (make_set ("vswi-a", VSW_ATTRIBUTE_UP, 1));
  vsw_kernel_drain (kernel);
  guint bridge = find ("vsw-lab")->index;
  ASSERT_TRUE (wait_until ([&] { return find ("vswp-a")->port_state == VSW_PORT_STATE_FORWARDING; }));
  FrameSocket far ("vswi-a");
  for (int i = 1; i <= 20; i++)
    {
      char text[VSW_MAC_TEXT_SIZE];
      EXPECT_TRUE (far.send (make_frame ("ff:ff:ff:ff:ff:ff", vsw_mac_print (mac_of (0x06, i), text), "x")));
    }

  EXPECT_TRUE (wait_until ([&] { return learned[bridge] >= 20; }));
  vsw_kernel_drain (kernel);
  int heard = learned[bridge];
  g_autoptr (VswLinks) links = list ();
  EXPECT_EQ (vsw_links_get_learned (links, bridge), (guint)heard);

  run_command ("ip link set vswp-a type bridge_slave fdb_flush");
  vsw_kernel_drain (kernel);
  EXPECT_EQ (learned[bridge], 0);
}

TEST_F (MonitorTest, AnswersTheMainLoopInTheMiddleOfAStorm)
{
  run_command ("ip link add storm type bridge");
  vsw_kernel_drain (kernel);
  run_command ("{ i=0; while [ $i -lt 1000 ]; do echo link set storm mtu 1400; echo link set storm mtu 1401; "
               "i=$((i+1)); done; echo link set storm mtu 1402; } | ip -batch -");
  guint before = n_told;

  ASSERT_TRUE (g_main_context_iteration (context, FALSE));
  EXPECT_GT (n_told, before);
  EXPECT_LE (n_told, before + 300);
  EXPECT_TRUE (wait_until ([&] { return find ("storm")->mtu == 1402; }));
  EXPECT_GE (n_told, before + 1000);
  EXPECT_EQ (overruns, 0);
}

TEST_F (MonitorTest, SaysNothingOfItsOwnAccordBetweenAListAndTheDrain)
{
  g_autoptr (GError) error = nullptr;

  make_switch ();
  vsw_kernel_drain (kernel);
  g_autoptr (VswLinks) links = vsw_kernel_list (kernel, &error);
  run_command ("ip link add after type bridge");
  guint before = n_told;
  settle ();
  EXPECT_EQ (n_told, before);
  vsw_kernel_drain (kernel);
  EXPECT_NE (find ("after"), nullptr);

  /* Whoever never drains is told all the same. */
  g_autoptr (VswLinks) again = vsw_kernel_list (kernel, &error);
  run_command ("ip link add later type bridge");
  EXPECT_TRUE (wait_until ([&] { return find ("later") != nullptr; }));
}

} // namespace
