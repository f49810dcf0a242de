// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the real kernel shows: who is told what, what is deleted and what is not, what it costs. The promises that the fake keeps too
 * are in contract_test.cc. */
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "kernel/op_maker.h"
#include "kernel/socket.h"
#include "support/netns_fixture.h"

namespace
{

class LinuxTest : public NetnsTest
{
protected:
  void
  SetUp () override
  {
    g_autoptr (GError) error = nullptr;

    NetnsTest::SetUp ();
    if (IsSkipped ())
      return;
    run_command ("sysctl -qw net.ipv6.conf.default.accept_dad=0");
    kernel = vsw_linux_kernel_new (&error);
    ASSERT_NE (kernel, nullptr) << error->message;
    witness = vsw_linux_kernel_new (&error);
    ASSERT_NE (witness, nullptr) << error->message;
    ASSERT_TRUE (vsw_kernel_watch (kernel, context, &error)) << error->message;
    g_signal_connect (kernel, "link", G_CALLBACK (on_link), this);
    g_signal_connect (kernel, "learned", G_CALLBACK (on_learned), this);
    g_signal_connect (kernel, "overrun", G_CALLBACK (on_overrun), this);
    g_signal_connect (kernel, "guard-lost", G_CALLBACK (on_guard_lost), this);
  }

  void
  TearDown () override
  {
    g_clear_object (&kernel);
    g_clear_object (&witness);
    for (auto &[index, link] : told)
      vsw_link_unref (link);
    told.clear ();
    NetnsTest::TearDown ();
  }

  void
  apply (const OpPointer &op)
  {
    g_autoptr (GError) error = nullptr;

    ASSERT_TRUE (vsw_kernel_apply (kernel, op.get (), &error)) << error->message;
    EXPECT_EQ (error, nullptr);
  }

  void
  refuse (const OpPointer &op, VswError code)
  {
    g_autoptr (GError) error = nullptr;

    ASSERT_FALSE (vsw_kernel_apply (kernel, op.get (), &error));
    EXPECT_TRUE (g_error_matches (error, VSW_ERROR, code)) << error->message;
  }

  void
  make_switch (const std::string &device = "vsw-lab")
  {
    apply (make_bridge (device));
    apply (make_set (device, VSW_ATTRIBUTE_UP, 1));
  }

  /* The link that was told last under that name; NULL if it is gone. */
  VswLink *
  find (const std::string &name)
  {
    for (auto &[index, link] : told)
      if (name == link->name)
        return link;
    return nullptr;
  }

  VswLinks *
  list ()
  {
    g_autoptr (GError) error = nullptr;
    VswLinks *links = vsw_kernel_list (kernel, &error);

    EXPECT_NE (links, nullptr) << error->message;
    vsw_kernel_drain (kernel);
    return links;
  }

  /* What was told agrees with what a list says, link by link; carriers take their time, and may change between the two. */
  void
  expect_truth ()
  {
    std::string lies;

    EXPECT_TRUE (wait_until ([&] { return (lies = find_lies ()).empty (); }, 2000)) << lies;
  }

  std::string
  find_lies ()
  {
    std::string lies;

    /* Asked through another one, so that this one does not learn from the list what it should have been told. */
    g_autoptr (GError) error = nullptr;
    g_autoptr (VswLinks) links = vsw_kernel_list (witness, &error);
    g_autoptr (GPtrArray) array = vsw_links_list (links);
    vsw_kernel_drain (kernel);
    for (guint i = 0; i < array->len; i++)
      {
        auto *link = (VswLink *)array->pdata[i];

        if (link->is_loopback)
          continue;
        if (told.count (link->index) == 0)
          lies += std::string (link->name) + " was never told of; ";
        else if (!vsw_link_equal (told[link->index], link))
          lies += std::string (link->name) + ": " + difference (told[link->index], link) + "; ";
      }
    if (told.size () + 1 != array->len)
      lies += "there are as many as " + std::to_string (array->len - 1);
    return lies;
  }

  static std::string
  difference (const VswLink *a, const VswLink *b)
  {
    std::string text;

    if (a->is_up != b->is_up || a->has_carrier != b->has_carrier)
      text += "up or carrier ";
    if (a->is_port != b->is_port || a->port_state != b->port_state || a->bridge != b->bridge)
      text += "port (" + std::to_string (a->port_state) + ", " + std::to_string (b->port_state) + ") ";
    if (a->peer != b->peer || a->peer_elsewhere != b->peer_elsewhere)
      text += "peer ";
    if (!g_str_equal (a->alias, b->alias))
      text += std::string ("alias '") + a->alias + "' '" + b->alias + "' ";
    if (a->ipv6_quiet != b->ipv6_quiet)
      text += "quiet ";
    if (a->group != b->group)
      text += "group ";
    return text.empty () ? "something else" : text;
  }

  static void
  on_link (VswKernel *, VswLink *link, gboolean gone, LinuxTest *self)
  {
    auto found = self->told.find (link->index);

    self->n_told++;
    if (found != self->told.end ())
      {
        vsw_link_unref (found->second);
        self->told.erase (found);
      }
    if (gone)
      self->gone.push_back (link->name);
    else
      self->told[link->index] = vsw_link_ref (link);
  }

  static void
  on_learned (VswKernel *, guint bridge, gint change, LinuxTest *self)
  {
    self->learned[bridge] += change;
  }

  static void
  on_overrun (VswKernel *, LinuxTest *self)
  {
    self->overruns++;
  }

  static void
  on_guard_lost (VswKernel *, LinuxTest *self)
  {
    self->guard_losses++;
  }

  VswKernel *kernel = nullptr;  /* (owned) */
  VswKernel *witness = nullptr; /* (owned) tells what is true, and hears nothing */
  std::map<guint, VswLink *> told;
  std::vector<std::string> gone;
  std::map<guint, int> learned;
  guint n_told = 0;
  int overruns = 0;
  int guard_losses = 0;
};

/* --- telling the truth --- */

TEST_F (LinuxTest, TellsTheLastStateOfAPortWithTheSpanningTreeOffAndOn)
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

TEST_F (LinuxTest, TellsOfDevicesThatAreDown)
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

TEST_F (LinuxTest, TellsTheEndThatStaysWhenTheOtherGoesAndComes)
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

TEST_F (LinuxTest, TellsWhatAForeignHandDoes)
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

TEST_F (LinuxTest, KeepsForeignNamesAsTheyAre)
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

TEST_F (LinuxTest, BelievesOnlyTheKernel)
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

TEST_F (LinuxTest, CountsLearnedAddressesLikeAList)
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

TEST_F (LinuxTest, AnswersTheMainLoopInTheMiddleOfAStorm)
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

TEST_F (LinuxTest, SaysNothingOfItsOwnAccordBetweenAListAndTheDrain)
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

/* --- deleting --- */

TEST_F (LinuxTest, DeletesHundredsFasterThanOneByOneAndNothingElse)
{
  constexpr int n = 300;
  std::vector<std::string> devices;

  make_switch ();
  run_command ("ip link add bystander group 1987278641 type bridge; ip link add stranger type bridge");
  for (int i = 0; i < n; i++)
    {
      std::string name = std::to_string (i);

      apply (make_pair (name, i + 1, "vsw-lab"));
      devices.push_back ("vswp-" + name);
    }
  devices.push_back ("vsw-lab");
  devices.push_back ("absent");
  vsw_kernel_drain (kernel);

  gint64 start = g_get_monotonic_time ();
  apply (make_delete (devices));
  gint64 took = g_get_monotonic_time () - start;
  vsw_kernel_drain (kernel);
  EXPECT_EQ (told.size (), 2u);
  EXPECT_NE (find ("bystander"), nullptr);
  EXPECT_NE (find ("stranger"), nullptr);
  /* One by one each costs 16 ms of the kernel's. */
  EXPECT_LT (took, n * 8000);
}

TEST_F (LinuxTest, AnswersADeleteBeforeTheKernelDoes)
{
  make_switch ();
  gint64 best = G_MAXINT64;
  for (int i = 0; i < 8; i++)
    {
      apply (make_pair ("a", 1, "vsw-lab"));
      gint64 start = g_get_monotonic_time ();
      apply (make_delete ({ "vswp-a" }));
      best = MIN (best, g_get_monotonic_time () - start);
      vsw_kernel_drain (kernel);
      EXPECT_EQ (find ("vswp-a"), nullptr);
      EXPECT_EQ (find ("vswi-a"), nullptr);
    }
  EXPECT_LT (best, 8000);
}

TEST_F (LinuxTest, DeletesNothingThatIsNotOurs)
{
  run_command ("ip link add vswp-x type bridge");
  refuse (make_delete ({ "vswp-x" }), VSW_ERROR_CONFLICT);
  refuse (make_delete ({ "vswp-x", "a", "b", "c", "d", "e", "f" }), VSW_ERROR_CONFLICT);
  refuse (make_delete ({ "lo" }), VSW_ERROR_CONFLICT);
  apply (make_delete ({ "gone", "too" }));
  apply (make_delete ({}));
  run_command ("ip link show vswp-x");
}

TEST_F (LinuxTest, DeletesNoStrangerThatIsInTheDoomedGroup)
{
  std::vector<std::string> devices;

  run_command ("ip link add squatter group 1987278642 type bridge");
  make_switch ();
  for (int i = 0; i < 10; i++)
    {
      apply (make_pair (std::to_string (i), i + 1, "vsw-lab"));
      devices.push_back ("vswp-" + std::to_string (i));
    }
  apply (make_delete (devices));
  vsw_kernel_drain (kernel);
  EXPECT_EQ (told.size (), 2u);
  run_command ("ip link show squatter");
}

TEST_F (LinuxTest, DeletesLinksOfOursThatSomebodyRenamed)
{
  make_switch ();
  apply (make_pair ("a", 1, "vsw-lab"));
  vsw_kernel_drain (kernel);
  OpPointer op = make_op (VSW_OP_DELETE, "");
  VswDeviceRef ref = vsw_device_ref_by_link (find ("vswp-a"));
  g_array_append_val (op->devices, ref);
  run_command ("ip link set vswp-a name other; ip link add vswp-a type bridge");
  apply (op);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (find ("other"), nullptr);
  EXPECT_NE (find ("vswp-a"), nullptr);
}

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
