// SPDX-License-Identifier: GPL-2.0-or-later
// NetworkManager is kept to what was agreed, whatever it or we do meanwhile; the service as a whole, with a NetworkManager of ours.
#include <regex>

#include "uplink_service.h"

namespace
{

const char taking_over[] = "(objectpath '/org/vmswitch1/endpoint/eth0', {'take-over': <true>})";
const char copy[] = "'Wired 1 (switch lab)'";

class Custodian : public UplinkService
{
protected:
  void
  SetUp () override
  {
    UplinkService::SetUp ();
    networks = std::make_unique<NetworkManager> (bus.get ());
  }

  void
  bind ()
  {
    Reply reply = call (lab, "Switch", "BindExternalEthernetPort", taking_over);

    ASSERT_TRUE (reply.ok ()) << reply.text;
    ASSERT_FALSE (networks->manages ());
  }

  void
  unbind ()
  {
    ASSERT_TRUE (call (lab, "Switch", "UnbindExternalEthernetPort", to_eth0).ok ());
  }

  void
  setup ()
  {
    const char *items[] = { "address 192.0.2.5/24", "route default via 192.0.2.1", nullptr };

    vsw_fake_kernel_foreign_set_ip (kernel, "eth0", items);
    Reply reply =
        call (manager, "Manager", "SetupSwitch",
              "(objectpath '/org/vmswitch1/switch/lab', objectpath '/org/vmswitch1/endpoint/eth0', @a{sv} {}, "
              "{'take-over': <true>})");
    ASSERT_TRUE (reply.ok ()) << reply.text;
    std::string checkpoint = std::regex_replace (reply.print (), std::regex (".*'(/[^']*/checkpoint/[0-9]+)'.*"), "$1");
    ASSERT_TRUE (call (checkpoint, "Checkpoint", "Confirm", "(@a{sv} {},)").ok ()) << checkpoint;
  }

  /* NetworkManager has it back, and the store knows. */
  bool
  is_given_back ()
  {
    return wait_until ([&] {
      return networks->manages () && networks->running (NetworkManager::device) == "'Wired 1'" && count_loans () == 0;
    });
  }

  guint
  count_loans ()
  {
    return g_hash_table_size (vsw_engine_get_loans (engine));
  }

  std::string
  warnings ()
  {
    return get (manager, "Manager", "Warnings");
  }

};

} // namespace

TEST_F (Custodian, ABoundNicIsALoanUntilItIsBack)
{
  bind ();
  EXPECT_EQ (count_loans (), 1u);
  unbind ();
  EXPECT_TRUE (is_given_back ());
}

TEST_F (Custodian, WhoManagesABoundNicAgainIsToldAgain)
{
  bind ();
  networks->set_managed (true);
  EXPECT_TRUE (wait_until ([&] { return !networks->manages (); }));
  EXPECT_EQ (networks->count ("Disconnect"), 1u) << "what it has configured there is nobody's";
  unbind ();
  EXPECT_TRUE (is_given_back ());
}

TEST_F (Custodian, WhoComesLaterIsTold)
{
  bind ();
  networks.reset ();
  networks = std::make_unique<NetworkManager> (bus.get ());
  ASSERT_TRUE (networks->manages ()) << "it has forgotten";
  EXPECT_TRUE (wait_until ([&] { return !networks->manages (); }));
}

TEST_F (Custodian, IsOwedWhileNetworkManagerIsAway)
{
  bind ();
  networks.reset ();
  unbind ();
  EXPECT_EQ (count_loans (), 1u);

  networks = std::make_unique<NetworkManager> (bus.get ());
  networks->set_managed (false);
  EXPECT_TRUE (is_given_back ());
}

TEST_F (Custodian, TheCopyOfALivingProfileRunsBeforeTheAnswer)
{
  networks->set_method ("auto");
  networks->add_internal ("vswi-lab");
  setup ();
  EXPECT_EQ (networks->running (NetworkManager::internal), copy);
  EXPECT_NE (networks->added.find ("'dhcp-client-id': <'01:02:03'>"), std::string::npos) << networks->added;
  EXPECT_FALSE (networks->manages ());
  ASSERT_TRUE (
      call (manager, "Manager", "TeardownSwitch", "(objectpath '/org/vmswitch1/switch/lab', @a{sv} {})").ok ());
  EXPECT_TRUE (is_given_back ());
}

/* It cleans a device without addresses when it comes to it, which takes it a moment. */
TEST_F (Custodian, HasLookedAtTheInternalNicBeforeThatHasAnything)
{
  std::vector<std::string> seen;
  int step = 0;

  networks->finds_new = false;
  g_autoptr (GSource) steps = g_timeout_source_new (100);
  const std::function<gboolean ()> go_on = [&] () -> gboolean {
    std::string now = print_kernel ();
    if (now.find ("vswi-lab") == std::string::npos)
      return G_SOURCE_CONTINUE;
    g_auto (GStrv) items = vsw_fake_kernel_list_ip (kernel, "vswi-lab");
    seen.push_back (items[0] != nullptr ? items[0] : "");
    networks->add_internal ("vswi-lab", true);
    if (step++ == 0)
      networks->properties[NetworkManager::internal]["State"] = "uint32 20";
    return step < 2 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  };
  g_source_set_callback (
      steps, [] (gpointer data) { return (*static_cast<const std::function<gboolean ()> *> (data)) (); },
      const_cast<std::function<gboolean ()> *> (&go_on), nullptr);
  g_source_attach (steps, context);
  setup ();
  EXPECT_EQ (seen, (std::vector<std::string>{ "", "" }));
  g_auto (GStrv) items = vsw_fake_kernel_list_ip (kernel, "vswi-lab");
  EXPECT_STREQ (items[0], "address 192.0.2.5/24");
}

TEST_F (Custodian, AProfileThatStaysAsItIsNeedsNoCopy)
{
  networks->add_internal ("vswi-lab");
  setup ();
  EXPECT_EQ (networks->added, "");
  EXPECT_EQ (networks->running (NetworkManager::internal), "");
}

TEST_F (Custodian, ACopyThatHasGoneIsMadeAgain)
{
  networks->set_method ("auto");
  networks->add_internal ("vswi-lab");
  setup ();
  networks.reset ();
  networks = std::make_unique<NetworkManager> (bus.get ());
  networks->set_method ("auto");
  networks->add_internal ("vswi-lab");
  EXPECT_TRUE (
      wait_until ([&] { return networks->running (NetworkManager::internal) == copy && !networks->manages (); }));
}

TEST_F (Custodian, WhatNobodyCouldGoOnWithIsNotTaken)
{
  networks->set_method ("auto", "802-3-ethernet", ", '802-1x': {'identity': <'me'>}");
  Reply reply = call (lab, "Switch", "BindExternalEthernetPort", taking_over);

  EXPECT_EQ (reply.print (), "!Error.Conflict");
  EXPECT_NE (reply.text.find ("802.1X"), std::string::npos) << reply.text;
  networks->knows_profile = false;
  reply = call (lab, "Switch", "BindExternalEthernetPort", taking_over);
  EXPECT_NE (reply.text.find ("does not say what it has on NIC eth0"), std::string::npos) << reply.text;
  EXPECT_TRUE (networks->manages ());
  EXPECT_EQ (networks->count ("Set Managed false") + count_loans (), 0u);
}

TEST_F (Custodian, WhoDoesNotDoItStandsInTheWarningsUntilHeDoes)
{
  bind ();
  expect_log (G_LOG_LEVEL_WARNING, "NetworkManager does not let go of NIC eth0*");
  networks->refuses_writes = true;
  networks->set_managed (true);
  EXPECT_TRUE (wait_until ([&] {
    std::string text = warnings ();
    return text.find ("network-manager") != std::string::npos
           && text.find ("nmcli device set eth0 managed no") != std::string::npos;
  })) << warnings ();
  networks->refuses_writes = false;
  EXPECT_TRUE (wait_until ([&] { return !networks->manages () && warnings () == "[]"; })) << warnings ();
}

/* Between what is noted and what is done. */
TEST_F (Custodian, WhatNobodyWaitsForAnyMoreIsGivenBack)
{
  GDBusConnection *other = bus->connect ();

  networks->is_stubborn = true;
  begin (other, lab, "Switch", "BindExternalEthernetPort", taking_over);
  ASSERT_TRUE (wait_until ([&] { return networks->count ("Set Managed false") == 1; }));
  EXPECT_EQ (count_loans (), 1u);
  g_dbus_connection_close_sync (other, nullptr, nullptr);
  EXPECT_TRUE (is_given_back ());
  networks->is_stubborn = false;
  bind ();
}
