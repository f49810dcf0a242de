// SPDX-License-Identifier: GPL-2.0-or-later
// Who else manages a NIC, and whether it lets go; what of it stands in the warnings.
#include "bus/handover.h"
#include "bus/rival.h"
#include "manager_mocks.h"
#include "service_fixture.h"

namespace
{

class Rivals : public ServiceTest
{
protected:
  void
  SetUp () override
  {
    ServiceTest::SetUp ();
    start_service ();
    ours = bus->connect ();
    index = add_nic ("eth0");
  }

  void
  TearDown () override
  {
    manager.reset ();
    networkd.reset ();
    ServiceTest::TearDown ();
  }

  guint
  add_nic (const char *name)
  {
    VswLink fields = {};

    fields.name = name;
    fields.mac = { { 0x02, 0, 0, 0, 1, (guint8)name[3] } };
    fields.mtu = 1500;
    fields.is_up = fields.has_carrier = TRUE;
    return vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields);
  }

  struct Free
  {
    void
    operator() (VswRival *rival) const
    {
      vsw_rival_free (rival);
    }
  };

  std::unique_ptr<VswRival, Free>
  find (const char *nic = "eth0", guint timeout = VSW_RIVAL_TIMEOUT, GDBusConnection *connection = nullptr)
  {
    g_autoptr (GError) error = nullptr;
    VswRival *rival = nullptr;
    g_autoptr (GAsyncResult) result = await ([&] (GAsyncReadyCallback callback, gpointer data) {
      vsw_rival_find_async (connection != nullptr ? connection : ours, engine, index, nic, timeout, nullptr, callback,
                            data);
    });

    EXPECT_TRUE (vsw_rival_find_finish (result, &rival, &error)) << error->message;
    return std::unique_ptr<VswRival, Free> (rival);
  }

  /* "" nobody; "?" behind the name of one that is silent. */
  std::string
  name_of (const std::unique_ptr<VswRival, Free> &rival)
  {
    return rival == nullptr ? "" : std::string (rival->name) + (rival->is_silent ? "?" : "");
  }

  /* "" done, else why not. */
  std::string
  hand_over (const VswHandover &wish, guint timeout = 400)
  {
    g_autoptr (GError) error = nullptr;
    g_autoptr (GAsyncResult) result = await ([&] (GAsyncReadyCallback callback, gpointer data) {
      vsw_handover_async (ours, &wish, timeout, nullptr, callback, data);
    });

    if (vsw_handover_finish (result, &outcome, &error))
      return "";
    EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_CONFLICT)) << error->message;
    return error->message;
  }

  std::string
  take (const char *nic = "eth0")
  {
    VswHandover wish = {};

    wish.wish = VSW_HANDOVER_TAKE;
    wish.nic = nic;
    return hand_over (wish);
  }

  std::string
  give_back (const char *nic = "eth0")
  {
    VswHandover wish = {};

    wish.wish = VSW_HANDOVER_GIVE_BACK;
    wish.nic = nic;
    wish.profile = NetworkManager::uuid;
    return hand_over (wish);
  }

  /* Manager.Warnings as the bus has it. */
  std::string
  warnings ()
  {
    return get ("/org/vmswitch1/Manager", "Manager", "Warnings");
  }

  bool
  wait_warning (const std::vector<std::string> &words)
  {
    return wait_until ([&] {
      std::string text = warnings ();

      return std::all_of (words.begin (), words.end (),
                          [&] (const std::string &word) { return text.find (word) != std::string::npos; });
    });
  }

  bool
  wait_no_warning ()
  {
    return wait_until ([&] { return warnings () == "[]"; });
  }

  void
  bind (const char *bridge)
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "eth0", bridge));
  }

  /* Something happens, so that everybody looks. */
  void
  stir ()
  {
    vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_MTU, ++mtu);
  }

  GDBusConnection *ours = nullptr; /* (unowned) */
  guint index = 0;
  guint mtu = 2000;
  VswHandoverOutcome outcome = {};
  std::unique_ptr<NetworkManager> manager;
  std::unique_ptr<Networkd> networkd;
};

} // namespace

/* --- NetworkManager --- */

TEST_F (Rivals, NobodyIsThere)
{
  EXPECT_EQ (name_of (find ()), "");
}

TEST_F (Rivals, NetworkManagerIsNamedWithItsConnection)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  auto rival = find ();

  ASSERT_EQ (name_of (rival), "NetworkManager (connection \"Wired 1\")");
  g_autoptr (GError) error = vsw_rival_new_error (rival.get (), "eth0");
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_CONFLICT));
  EXPECT_STREQ (
      error->message,
      "NIC eth0 is managed by NetworkManager (connection \"Wired 1\"); tell it to leave it alone: nmcli device "
      "set eth0 managed no; for good, with managed=0 for that device in a file of /etc/NetworkManager/conf.d");
  EXPECT_EQ (name_of (find ("eth7")), "") << "another NIC";
}

TEST_F (Rivals, NetworkManagerCountsOnlyWhileItIsAtWork)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  auto &device = manager->properties[NetworkManager::device];

  for (auto [state, counts] :
       { std::pair ("10", false), std::pair ("20", false), std::pair ("30", false), std::pair ("40", true),
         std::pair ("70", true), std::pair ("110", true), std::pair ("120", false) })
    {
      device["State"] = std::string ("uint32 ") + state;
      EXPECT_EQ (name_of (find ()) != "", counts) << state;
    }
  device["State"] = "uint32 100";
  device["Managed"] = "false";
  EXPECT_EQ (name_of (find ()), "");
  device["Managed"] = "true";
  manager->properties[NetworkManager::active]["StateFlags"] = "uint32 0x8c";
  EXPECT_EQ (name_of (find ()), "") << "it only shows what somebody else has done";
}

TEST_F (Rivals, NetworkManagerMayHaveNoConnectionToShow)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  manager->properties[NetworkManager::device]["ActiveConnection"] = "objectpath '/'";
  EXPECT_EQ (name_of (find ()), "NetworkManager");
  manager->properties[NetworkManager::device]["ActiveConnection"] = "objectpath '/gone'";
  EXPECT_EQ (name_of (find ()), "NetworkManager");
  manager->properties[NetworkManager::device]["ActiveConnection"] =
      std::string ("objectpath '") + NetworkManager::active + "'";
  manager->properties[NetworkManager::active]["Id"] = "'a\\x1bb'";
  EXPECT_EQ (name_of (find ()).find ('\x1b'), std::string::npos) << "what it says may be anything";
}

TEST_F (Rivals, WhatIsNotAboutOurNicCountsForNothing)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  manager->properties[NetworkManager::device]["Interface"] = "'wlan0'";
  networkd = std::make_unique<Networkd> (bus.get (), index, "wlan0", "configured");
  EXPECT_EQ (name_of (find ()), "");
}

TEST_F (Rivals, ThatFailAreNoRivals)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  networkd = std::make_unique<Networkd> (bus.get (), index, "eth0", "configured");
  for (const char *error : { "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.UnknownMethod",
                             "org.freedesktop.DBus.Error.NoReply" })
    {
      manager->fails_with = networkd->fails_with = error;
      EXPECT_EQ (name_of (find ()), "") << error;
    }
}

TEST_F (Rivals, ThatDoNotAnswerMayBeRivals)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  manager->is_slow = true;
  auto rival = find ("eth0", 100);

  ASSERT_EQ (name_of (rival), "NetworkManager?");
  g_autoptr (GError) error = vsw_rival_new_error (rival.get (), "eth0");
  EXPECT_NE (std::string (error->message).find ("may be managed by NetworkManager, which does not answer"),
             std::string::npos);
  EXPECT_FALSE (vsw_rival_lets_go (rival.get ()));

  networkd = std::make_unique<Networkd> (bus.get (), index, "eth0", "configured");
  EXPECT_EQ (name_of (find ("eth0", 300)), "systemd-networkd") << "who is certain goes first";
  networkd->is_slow = true;
  manager.reset ();
  EXPECT_EQ (name_of (find ("eth0", 100)), "systemd-networkd?");
}

/* --- systemd-networkd --- */

TEST_F (Rivals, NetworkdCountsOnlyWhereItConfigures)
{
  networkd = std::make_unique<Networkd> (bus.get (), index, "eth0", "unmanaged");
  for (auto [state, counts] :
       { std::pair ("configured", true), std::pair ("configuring", true), std::pair ("failed", true),
         std::pair ("unmanaged", false), std::pair ("pending", false), std::pair ("initialized", false),
         std::pair ("linger", false), std::pair ("", false) })
    {
      networkd->set_state (state);
      EXPECT_EQ (name_of (find ()), counts ? "systemd-networkd" : "") << state;
    }
  networkd->set_state ("configured");
  EXPECT_NE (std::string (find ()->cure).find ("Unmanaged=yes"), std::string::npos);
  networkd->index = index + 1;
  EXPECT_EQ (name_of (find ()), "");
}

/* --- a DHCP client --- */

TEST_F (Rivals, DhcpClientIsKnownByItsLeaseOrItsSocket)
{
  vsw_fake_kernel_add_address (kernel, "eth0", "192.0.2.5/24", FALSE);
  EXPECT_EQ (name_of (find ()), "") << "an address is no program";
  vsw_fake_kernel_add_address (kernel, "eth0", "192.0.2.6/24", TRUE);
  EXPECT_EQ (name_of (find ()), "a DHCP client");
  EXPECT_NE (std::string (find ()->cure).find ("ip address change ADDRESS dev eth0"), std::string::npos)
      << "it may be any of these";
  vsw_fake_kernel_clear_addresses (kernel, "eth0");
  vsw_fake_kernel_add_address (kernel, "eth0", "2001:db8::6/64", FALSE);
  vsw_fake_kernel_add_address (kernel, "eth0", "192.0.2.6/24", TRUE);
  EXPECT_NE (std::string (find ()->cure).find ("dhclient -x eth0"), std::string::npos);
  EXPECT_NE (std::string (find ()->cure)
                 .find ("ip address change 192.0.2.6/24 dev eth0 valid_lft forever preferred_lft forever"),
             std::string::npos);
  vsw_fake_kernel_clear_addresses (kernel, "eth0");
  vsw_fake_kernel_set_packet_socket (kernel, "eth0", TRUE);
  EXPECT_EQ (std::string (find ()->cure).find ("ip address change"), std::string::npos) << "there is none yet";
  EXPECT_EQ (name_of (find ()), "a DHCP client");
  manager = std::make_unique<NetworkManager> (bus.get ());
  EXPECT_EQ (name_of (find ()), "NetworkManager (connection \"Wired 1\")") << "whose client it is";
}

TEST_F (Rivals, DhcpClientThatSleepsIsKnownByItsProcess)
{
  vsw_fake_kernel_add_address (kernel, "eth0", "192.0.2.5/24", FALSE);
  vsw_fake_kernel_set_client (kernel, "eth0", "udhcpc", 812);
  EXPECT_EQ (name_of (find ()), "DHCP client udhcpc (process 812)");
  EXPECT_STREQ (find ()->cure,
                "end it, with: kill 812; and take the NIC out of what starts it, such as /etc/network/interfaces");
  vsw_fake_kernel_set_client (kernel, "eth0", "dhclient", 812);
  EXPECT_NE (std::string (find ()->cure).find ("end it, with: dhclient -x eth0; and"), std::string::npos);
  vsw_fake_kernel_set_client (kernel, "eth0", "dhcpcd", 812);
  EXPECT_NE (std::string (find ()->cure).find ("end it, with: dhcpcd --exit eth0; and"), std::string::npos);
  vsw_fake_kernel_set_client (kernel, "eth0", nullptr, 0);
  EXPECT_EQ (name_of (find ()), "");
}

TEST_F (Rivals, AreFoundAsFarAsTheBusAndTheKernelAnswer)
{
  GDBusConnection *gone = bus->connect ();

  g_dbus_connection_close_sync (gone, nullptr, nullptr);
  vsw_fake_kernel_set_packet_socket (kernel, "eth0", TRUE);
  EXPECT_EQ (name_of (find ("eth0", 1000, gone)), "a DHCP client");
  vsw_fake_kernel_set_survey_fault (kernel, 1, VSW_ERROR_KERNEL);
  EXPECT_EQ (name_of (find ()), "");
  manager = std::make_unique<NetworkManager> (bus.get ());
  EXPECT_NE (name_of (find ()), "");
  EXPECT_EQ (name_of (find ("eth\xff")), "") << "such a name goes over no bus";
}

/* --- handover --- */

TEST_F (Rivals, NetworkManagerLetsGoAndTakesBack)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  ASSERT_TRUE (vsw_rival_lets_go (find ().get ()));
  EXPECT_EQ (take (), "");
  EXPECT_TRUE (outcome.is_done && outcome.has_acted);
  EXPECT_FALSE (manager->manages ());
  EXPECT_EQ (manager->count ("Disconnect"), 0u) << "what it has configured is moved, not taken away";
  EXPECT_EQ (name_of (find ()), "");
  EXPECT_EQ (give_back (), "");
  EXPECT_TRUE (manager->manages ());
  EXPECT_EQ (manager->running (NetworkManager::device), "'Wired 1'");
  EXPECT_EQ (manager->count ("ActivateConnection"), 0u) << "it has done so itself";
}

TEST_F (Rivals, NetworkManagerThatRefusesIsQuoted)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  manager->refuses_writes = true;
  EXPECT_EQ (take (), "NetworkManager does not let go of NIC eth0: words (nmcli device set eth0 managed no)");
  manager->refuses_writes = false;
  manager->is_stubborn = true;
  EXPECT_EQ (take (),
             "NetworkManager does not let go of NIC eth0: it said that it would, and manages it on (nmcli device "
             "set eth0 managed no)");
  manager.reset ();
  EXPECT_NE (take (), "");
}

TEST_F (Rivals, WhatNetworkManagerDoesNotKnowItCannotHandOver)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  for (const char *nic : { "eth7", "eth\xff" })
    {
      EXPECT_EQ (take (nic), "") << nic;
      EXPECT_FALSE (outcome.is_done || outcome.has_acted) << nic;
      EXPECT_EQ (give_back (nic), "") << nic;
      EXPECT_FALSE (outcome.is_done) << nic << ": it may come to know it";
    }
}

TEST_F (Rivals, TheProfileIsActivatedIfNetworkManagerDoesNotDoItItself)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  manager->autoconnects = false;
  ASSERT_EQ (take (), "");
  EXPECT_EQ (give_back (), "");
  EXPECT_EQ (manager->count ("ActivateConnection"), 1u);
  EXPECT_EQ (manager->running (NetworkManager::device), "'Wired 1'");

  /* what somebody else has activated is his wish; what it only shows is nobody's */
  manager->properties[NetworkManager::active]["Uuid"] = "'another'";
  EXPECT_EQ (give_back (), "");
  EXPECT_EQ (manager->count ("ActivateConnection"), 1u);
  manager->properties[NetworkManager::active]["StateFlags"] = "uint32 0x80";
  EXPECT_EQ (give_back (), "");
  EXPECT_EQ (manager->count ("ActivateConnection"), 2u);
}

TEST_F (Rivals, ThatCannotUseTheNicYetSayWhy)
{
  manager = std::make_unique<NetworkManager> (bus.get ());
  manager->autoconnects = manager->activates = false;
  ASSERT_EQ (take (), "");
  EXPECT_NE (give_back ().find ("it has tried, and got nothing"), std::string::npos);
  manager->properties[NetworkManager::device]["State"] = "uint32 20";
  EXPECT_NE (give_back ().find ("as without a cable"), std::string::npos);
  manager->knows_profile = false;
  EXPECT_EQ (give_back (), "") << "there is nothing to activate any more";
}

TEST_F (Rivals, NobodyElseCanBeHadToLetGo)
{
  networkd = std::make_unique<Networkd> (bus.get (), index, "eth0", "configured");
  auto rival = find ();

  ASSERT_NE (rival, nullptr);
  EXPECT_FALSE (vsw_rival_lets_go (rival.get ()));
}

/* --- warnings --- */

TEST_F (Rivals, OfUplinksStandInTheWarnings)
{
  make_switch ("lab");
  manager = std::make_unique<NetworkManager> (bus.get ());
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of switch lab is managed by*");
  stir ();
  settle ();
  EXPECT_EQ (warnings (), "[]") << "it is no uplink";

  bind ("vsw-lab");
  EXPECT_TRUE (wait_warning ({ "uplink-managed", "uplink eth0 of switch lab is managed by NetworkManager", "Wired 1",
                               "nmcli device set eth0 managed no" }));
  manager->properties[NetworkManager::device]["Managed"] = "false";
  stir ();
  EXPECT_TRUE (wait_no_warning ());
}

TEST_F (Rivals, OfUplinksGoWithTheUplink)
{
  make_switch ("lab");
  networkd = std::make_unique<Networkd> (bus.get (), index, "eth0", "configured");
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of switch lab is managed by*");
  bind ("vsw-lab");
  ASSERT_TRUE (wait_warning ({ "systemd-networkd" }));
  bind (nullptr);
  EXPECT_TRUE (wait_no_warning ());
}

TEST_F (Rivals, ThatSayNothingChangeNothing)
{
  make_switch ("lab");
  networkd = std::make_unique<Networkd> (bus.get (), index, "eth0", "configured");
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of switch lab is managed by*");
  bind ("vsw-lab");
  ASSERT_TRUE (wait_warning ({ "systemd-networkd" }));
  networkd->is_slow = true;
  gsize before = networkd->calls.size ();
  stir ();
  ASSERT_TRUE (wait_until ([&] { return networkd->calls.size () > before; }));
  EXPECT_FALSE (wait_until ([&] { return warnings () == "[]"; }, VSW_RIVAL_TIMEOUT + 500));
}

TEST_F (Rivals, AddressesOfTheHostOnAnUplinkAreWarnedOf)
{
  make_switch ("lab");
  expect_log (G_LOG_LEVEL_WARNING, "the host has addresses on eth0*");
  vsw_fake_kernel_add_address (kernel, "eth0", "192.0.2.5/24", FALSE);
  bind ("vsw-lab");
  EXPECT_TRUE (wait_warning ({ "uplink-managed", "the host has addresses on eth0", "switch lab", "192.0.2.5/24",
                               "vmswitchctl connect-internal lab", "ip address flush dev eth0" }));
  vsw_fake_kernel_clear_addresses (kernel, "eth0");
  stir ();
  EXPECT_TRUE (wait_no_warning ());
}
