// SPDX-License-Identifier: GPL-2.0-or-later
/* Taps: what they may be, and who gets their descriptors when. */
#include "model/network.h"

namespace
{

class TapRules : public ::testing::Test
{
protected:
  Network net;

  const VswPair *
  pair_of (const std::shared_ptr<VswDelta> &delta, const char *id)
  {
    for (guint i = 0; i < vsw_delta_get_size (delta.get ()); i++)
      {
        const VswPair *pair = vsw_delta_get (delta.get (), i);
        if (g_str_equal ((pair->after != nullptr ? pair->after : pair->before)->id, id))
          return pair;
      }
    return nullptr;
  }
};

} // namespace

TEST_F (TapRules, ATapHasOneDevice)
{
  net.must ({ Network::add_tap ("vm") });
  const VswNic *vm = net.get_nic ("vm");
  EXPECT_STREQ (vm->device, "vswp-vm");
  EXPECT_STREQ (vm->peer, "");
  EXPECT_FALSE (vm->opened);
  EXPECT_TRUE (vsw_nic_is_kept (vm));
  EXPECT_TRUE (vsw_nic_has_vnet_header (vm));
}

TEST_F (TapRules, KindsHaveTheBackendsThatSuitThem)
{
  auto make = [this] (VswNicKind kind, VswBackend backend) {
    Answer answer = net.ask ({ Network::add_nic ("x", kind, 0, [=] (VswNic &n) { n.backend = backend; }) });
    if (answer.good)
      net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-x", FALSE) });
    return answer;
  };
  EXPECT_TRUE (make (VSW_NIC_INTERNAL, VSW_BACKEND_VETH).good);
  EXPECT_TRUE (make (VSW_NIC_SYNTHETIC, VSW_BACKEND_VETH).good);
  EXPECT_TRUE (make (VSW_NIC_SYNTHETIC, VSW_BACKEND_TAP).good);
  EXPECT_TRUE (make (VSW_NIC_EMULATED, VSW_BACKEND_TAP).good);
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "kind internal cannot have backend tap",
                  make (VSW_NIC_INTERNAL, VSW_BACKEND_TAP));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "kind emulated cannot have backend veth",
                  make (VSW_NIC_EMULATED, VSW_BACKEND_VETH));
}

TEST_F (TapRules, AnEmulatedOneHasOneQueueAndNoHeader)
{
  auto make = [this] (guint32 queues) {
    return net.ask ({ Network::add_nic ("x" + std::to_string (queues), VSW_NIC_EMULATED, VSW_GIVEN_QUEUES,
                                        [=] (VswNic &n) { n.backend = VSW_BACKEND_TAP, n.queues = queues; }) });
  };
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "2 queues: an endpoint of kind emulated has one", make (2));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "0 queues: an endpoint of kind emulated has one", make (0));
  EXPECT_TRUE (make (1).good);
  EXPECT_FALSE (vsw_nic_has_vnet_header (net.get_nic ("x1")));
}

TEST_F (TapRules, OnlyTheyGoWithTheirDescriptors)
{
  auto brief = [] (VswNic &n) { n.head.lifetime = VSW_LIFETIME_DESCRIPTOR; };
  for (VswNicKind kind : { VSW_NIC_INTERNAL, VSW_NIC_SYNTHETIC })
    expect_refused (VSW_ERROR_INVALID_ARGUMENT, "lifetime descriptor",
                    net.ask ({ Network::add_nic ("x", kind, VSW_GIVEN_LIFETIME, brief) }));
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "lifetime descriptor",
                  net.ask ({ Network::add_switch ("x", VSW_GIVEN_LIFETIME,
                                                  [] (VswSwitch &s) { s.head.lifetime = VSW_LIFETIME_DESCRIPTOR; }) }));
  net.must ({ Network::add_switch ("lab") });
  auto brief_port = [] (VswPort &p) { p.head.lifetime = VSW_LIFETIME_DESCRIPTOR; };
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "lifetime descriptor",
                  net.ask ({ Network::add_port ("lab", "x", VSW_GIVEN_LIFETIME, brief_port) }));
  net.must ({ Network::add_tap ("vm", VSW_LIFETIME_DESCRIPTOR),
              Network::add_port ("lab", "vm", VSW_GIVEN_LIFETIME,
                                 [] (VswPort &p) {
                                   p.head.lifetime = VSW_LIFETIME_DESCRIPTOR;
                                   p.made_for = "n-vm";
                                 }),
              Network::connect ("lab", "vm", "vm") });
}

TEST_F (TapRules, ATapGoesToNoNamespace)
{
  auto target = make_namespace (7);
  expect_refused (
      VSW_ERROR_NOT_SUPPORTED, "is a tap",
      net.ask ({ Network::add_nic (
          "vm", VSW_NIC_SYNTHETIC, 0, [] (VswNic &n) { n.backend = VSW_BACKEND_TAP; }, target.get (), "eth0") }));
  net.must ({ Network::add_tap ("vm") });
  expect_refused (VSW_ERROR_NOT_SUPPORTED, "is a tap", net.ask ({ vsw_change_place ("n-vm", target.get (), "eth0") }));
}

TEST_F (TapRules, OneThatIsHandedOutAtBirthCarriesTheBox)
{
  Handout box = make_handout ();
  auto delta = net.must ({ Network::add_tap ("vm", VSW_LIFETIME_DESCRIPTOR, box.get ()) });
  ASSERT_EQ (vsw_delta_get_size (delta.get ()), 1u);
  EXPECT_EQ (vsw_delta_get (delta.get (), 0)->handout, box.get ());
  EXPECT_TRUE (net.get_nic ("vm")->opened);
  EXPECT_FALSE (vsw_nic_is_kept (net.get_nic ("vm")));
  Handout other = make_handout ();
  net.must ({ Network::add_tap ("kept", VSW_LIFETIME_PERSISTENT, other.get ()) });
  EXPECT_FALSE (net.get_nic ("kept")->opened) << "said only of those that go with their descriptors";
  EXPECT_TRUE (vsw_nic_is_kept (net.get_nic ("kept")));
}

TEST_F (TapRules, OneThatGoesWithItsDescriptorsIsOpenedOnce)
{
  Handout box = make_handout (), again = make_handout ();
  net.must ({ Network::add_tap ("vm", VSW_LIFETIME_DESCRIPTOR) });
  EXPECT_TRUE (vsw_nic_is_kept (net.get_nic ("vm"))) << "it waits";
  auto delta = net.must ({ vsw_change_open ("n-vm", box.get ()) });
  ASSERT_EQ (vsw_delta_get_size (delta.get ()), 1u);
  const VswPair *pair = vsw_delta_get (delta.get (), 0);
  EXPECT_FALSE (((VswNic *)pair->before)->opened);
  EXPECT_TRUE (((VswNic *)pair->after)->opened);
  EXPECT_EQ (pair->handout, box.get ());
  EXPECT_FALSE (vsw_nic_is_kept (net.get_nic ("vm")));
  expect_refused (VSW_ERROR_IN_USE, "descriptors of endpoint vm have been handed out already",
                  net.ask ({ vsw_change_open ("n-vm", again.get ()) }));
}

/* The kernel knows whether somebody has it open. */
TEST_F (TapRules, AKeptOneMayBeOpenedAgainAndAgain)
{
  for (VswLifetime lifetime : { VSW_LIFETIME_PERSISTENT, VSW_LIFETIME_RUNTIME, VSW_LIFETIME_CALLER })
    {
      Network fresh;
      fresh.must ({ Network::add_tap ("vm", lifetime) });
      std::string before = describe (fresh.model);
      for (int i = 0; i < 2; i++)
        {
          Handout box = make_handout ();
          auto delta = fresh.must ({ vsw_change_open ("n-vm", box.get ()) });
          ASSERT_EQ (vsw_delta_get_size (delta.get ()), 1u) << "there is work, although nothing changes";
          EXPECT_EQ (vsw_delta_get (delta.get (), 0)->handout, box.get ());
          EXPECT_EQ (describe (fresh.model), before);
        }
    }
}

TEST_F (TapRules, OpenNeedsATap)
{
  Handout box = make_handout ();
  net.must ({ Network::add_nic ("pair") });
  expect_refused (VSW_ERROR_NOT_SUPPORTED, "endpoint pair is a pair of devices (backend veth)",
                  net.ask ({ vsw_change_open ("n-pair", box.get ()) }));
  expect_refused (VSW_ERROR_NOT_FOUND, "no endpoint", net.ask ({ vsw_change_open ("n-none", box.get ()) }));
}

TEST_F (TapRules, NoMoreQueuesAreHandedOutThanThereAre)
{
  Handout three = make_handout (3), two = make_handout (2), all = make_handout ();
  auto with_queues = [] (VswNic &n) { n.queues = 2; };
  net.must ({ Network::add_tap ("vm", VSW_LIFETIME_PERSISTENT, nullptr, VSW_GIVEN_QUEUES, with_queues) });
  expect_refused (VSW_ERROR_INVALID_ARGUMENT, "3 queues are more than endpoint vm has, limit 2",
                  net.ask ({ vsw_change_open ("n-vm", three.get ()) }));
  net.must ({ vsw_change_open ("n-vm", two.get ()) });
  net.must ({ vsw_change_open ("n-vm", all.get ()) });
  expect_refused (
      VSW_ERROR_INVALID_ARGUMENT, "3 queues are more than endpoint new has, limit 2",
      net.ask ({ Network::add_tap ("new", VSW_LIFETIME_PERSISTENT, three.get (), VSW_GIVEN_QUEUES, with_queues) }));
}

TEST_F (TapRules, WhatIsMadeOpenedAndDeletedInOneRequestIsNothing)
{
  Handout box = make_handout ();
  auto delta = net.must ({ Network::add_tap ("vm", VSW_LIFETIME_DESCRIPTOR), vsw_change_open ("n-vm", box.get ()),
                           vsw_change_delete (VSW_KIND_NIC, "n-vm", FALSE) });
  EXPECT_EQ (vsw_delta_get_size (delta.get ()), 0u);
}

TEST_F (TapRules, WhatIsEnabledMayBeOpenedInTheSameRequest)
{
  net.must (
      { Network::add_system ("web"), Network::add_setting ("web", "lan"), Network::lead ("web", VSW_SYSTEM_ENABLED) });
  Handout box = make_handout ();
  std::string id = net.nic_of ("web", "lan")->head.id;
  auto delta = net.must ({ vsw_change_open (id.c_str (), box.get ()) });
  EXPECT_EQ (pair_of (delta, id.c_str ())->handout, box.get ());
  EXPECT_TRUE (net.nic_of ("web", "lan")->opened);
}

TEST_F (TapRules, APortMadeForOneGoesWithIt)
{
  net.must ({ Network::add_switch ("lab"), Network::add_tap ("vm", VSW_LIFETIME_DESCRIPTOR),
              Network::add_automatic_port ("lab", "vm"), Network::connect ("lab", "vm", "vm") });
  net.must ({ vsw_change_delete (VSW_KIND_NIC, "n-vm", TRUE) });
  EXPECT_EQ (net.get_port ("lab", "vm"), nullptr);
}

/* Nobody's descriptors hold it any more. */
TEST_F (TapRules, APortThatOneLeftToAnotherGoesWithNoDescriptors)
{
  const VswLifetime switches[] = { VSW_LIFETIME_PERSISTENT, VSW_LIFETIME_RUNTIME, VSW_LIFETIME_CALLER };
  const VswLifetime ports[] = { VSW_LIFETIME_RUNTIME, VSW_LIFETIME_RUNTIME, VSW_LIFETIME_CALLER };
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      Network fresh;
      VswLifetime lifetime = switches[i];
      fresh.must ({ Network::add_switch ("lab", VSW_GIVEN_LIFETIME,
                                         [=] (VswSwitch &s) {
                                           s.head.lifetime = lifetime;
                                           s.head.holder = lifetime == VSW_LIFETIME_CALLER ? "guid :1.1" : nullptr;
                                         }),
                    Network::add_system ("web"), Network::add_connected ("web", "lan", "s-lab"),
                    Network::lead ("web", VSW_SYSTEM_ENABLED), Network::add_nic ("other") });
      std::string id = fresh.port_of ("web", "lan")->head.id;
      fresh.must ({ vsw_change_disconnect (id.c_str ()), vsw_change_connect (id.c_str (), "n-other") });
      EXPECT_EQ (vsw_model_get_port (fresh.model, id.c_str ())->head.lifetime, VSW_LIFETIME_DESCRIPTOR);
      fresh.must ({ Network::lead ("web", VSW_SYSTEM_DISABLED) });
      const VswPort *left = vsw_model_get_port (fresh.model, id.c_str ());
      ASSERT_NE (left, nullptr);
      EXPECT_EQ (left->made_for, nullptr);
      EXPECT_STREQ (left->nic_id, "n-other");
      EXPECT_EQ (left->head.lifetime, ports[i]);
      EXPECT_STREQ (left->head.holder, ports[i] == VSW_LIFETIME_CALLER ? "guid :1.1" : nullptr);
    }
}
