// SPDX-License-Identifier: GPL-2.0-or-later
// NICs of the host on the bus: bound and let go, the host moved and moved back, and what is told of it.
#include <regex>

#include "uplink_service.h"

namespace
{

const char eth0[] = "/org/vmswitch1/endpoint/eth0";

class Uplinks : public UplinkService
{
protected:
  void
  SetUp () override
  {
    UplinkService::SetUp ();
    log = std::make_unique<SignalLog> (root);
  }

  void
  TearDown () override
  {
    log.reset ();
    UplinkService::TearDown ();
  }

  Reply
  setup (const std::string &options = "@a{sv} {}", const std::string &settings = "@a{sv} {}")
  {
    return call (manager, "Manager", "SetupSwitch",
                 "(objectpath '/org/vmswitch1/switch/lab', objectpath '/org/vmswitch1/endpoint/eth0', " + settings + ", "
                     + options + ")");
  }

  Reply
  teardown (const std::string &options = "@a{sv} {}")
  {
    return call (manager, "Manager", "TeardownSwitch", "(objectpath '/org/vmswitch1/switch/lab', " + options + ")");
  }

  void
  confirm (const std::string &path)
  {
    ASSERT_TRUE (call (path, "Checkpoint", "Confirm", "(@a{sv} {},)").ok ()) << path;
  }

  std::string
  warnings ()
  {
    return get (manager, "Manager", "Warnings");
  }

  /* A rollback of a setup cannot go back to a NIC that is missing. */
  void
  leave_set_up ()
  {
    give_address ();
    ASSERT_TRUE (setup ().ok ());
    expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of switch lab is missing*");
    vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "eth0");
    ASSERT_TRUE (wait_until ([&] { return get (lab, "Switch", "State") == "'uplink-missing'"; }));
    for (int i = 0; i < 4; i++)
      expect_log (G_LOG_LEVEL_WARNING, "checkpoint 1 could not bring back *");
    ASSERT_TRUE (call ("/org/vmswitch1/checkpoint/1", "Checkpoint", "Rollback", "(@a{sv} {},)").ok ());

    const std::string text = warnings ();
    const std::string reason = "the host is reached through endpoint lab since SetupSwitch";
    for (const char *object : { "port eth0", "port lab", "endpoint eth0", "endpoint lab" })
      EXPECT_LT (text.find (object), text.find (": " + reason)) << text;
    EXPECT_EQ (text.find (reason), text.rfind (reason)) << text;
  }

  void
  give_address ()
  {
    const char *items[] = { "address 192.0.2.5/24", "route default via 192.0.2.1", nullptr };
    vsw_fake_kernel_foreign_set_ip (kernel, "eth0", items);
  }

  /* What the kernel has, without the carrier of bridges, which follows what their ports have been. */
  std::string
  print_network ()
  {
    return std::regex_replace (print_kernel (), std::regex ("( bridge mac [^\n]*) carrier"), "$1");
  }

  bool
  was_told (const std::string &line)
  {
    return std::find (log->lines.begin (), log->lines.end (), line) != log->lines.end ();
  }

  std::unique_ptr<SignalLog> log;
};

} // namespace

TEST_F (Uplinks, AreTheSameObjectBoundOrNot)
{
  EXPECT_EQ (call (lab, "Switch", "BindExternalEthernetPort", to_eth0).print (),
             "('/org/vmswitch1/switch/lab/port/eth0',)");
  ASSERT_TRUE (wait_until ([&] { return get (lab, "Switch", "Kind") == "'external'"; }));
  EXPECT_TRUE (was_told ("added /endpoint/eth0 by /: LanEndpoint")) << testing::PrintToString (log->lines);
  for (const std::string &line : log->lines)
    {
      EXPECT_EQ (line.find ("removed"), std::string::npos) << line;
      EXPECT_EQ (line.find ("added /endpoint/eth0 by /: EthernetPort"), std::string::npos) << line;
    }
  EXPECT_EQ (get (eth0, "ExternalEthernetPort", "IsBound"), "true");
  EXPECT_EQ (get (eth0, "ExternalEthernetPort", "Switch"), "'/org/vmswitch1/switch/lab'");
  EXPECT_EQ (get (eth0, "LanEndpoint", "SwitchPort"), "'/org/vmswitch1/switch/lab/port/eth0'");
  EXPECT_EQ (get (eth0, "LanEndpoint", "Role"), "'switch'");
  EXPECT_EQ (get (lab, "Switch", "ExternalPort"), std::string ("'") + eth0 + "'");

  log->take ();
  EXPECT_TRUE (call (lab, "Switch", "UnbindExternalEthernetPort", to_eth0).ok ());
  EXPECT_TRUE (wait_until ([&] { return was_told ("removed /endpoint/eth0 by /: LanEndpoint"); }))
      << testing::PrintToString (log->lines);
  for (const std::string &line : log->lines)
    EXPECT_EQ (line.find ("/endpoint/eth0 by /: EthernetPort"), std::string::npos) << line;
  EXPECT_EQ (get (lab, "Switch", "ExternalPort"), "'/'");
  EXPECT_EQ (get (lab, "Switch", "Kind"), "'private'");
}

TEST_F (Uplinks, ThatAreMissingKeepTheirPlace)
{
  ASSERT_TRUE (call (lab, "Switch", "BindExternalEthernetPort", to_eth0).ok ());
  EXPECT_EQ (warnings (), "[]");
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of switch lab is missing*");
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "eth0"));
  ASSERT_TRUE (wait_until ([&] { return get (lab, "Switch", "State") == "'uplink-missing'"; }));
  EXPECT_TRUE (was_logged ("uplink eth0 of switch lab is missing, * vmswitchctl external unbind eth0.", "eth0"));
  EXPECT_EQ (warnings ().find ("[('uplink-missing', 'uplink eth0 of switch lab is missing"), 0u) << warnings ();
  EXPECT_EQ (get (eth0, "EthernetPort", "State"), "'missing'");
  EXPECT_EQ (get (eth0, "EthernetPort", "InterfaceName"), "''");
  EXPECT_EQ (get (eth0, "EthernetPort", "PermanentAddress"), "'00:16:3e:00:00:01'");
  EXPECT_EQ (get (eth0, "ExternalEthernetPort", "BusPath"), "'0000:00:1f.6'");
  EXPECT_EQ (get (eth0, "ExternalEthernetPort", "Bridgeable"), "false");
  EXPECT_EQ (call (lab, "Switch", "BindExternalEthernetPort", to_eth0).print (), "!Error.InUse");
  EXPECT_TRUE (call (lab, "Switch", "UnbindExternalEthernetPort", to_eth0).ok ()) << "it is forgotten";
  EXPECT_FALSE (exists (eth0));
  EXPECT_EQ (warnings (), "[]") << "and nobody misses it";
}

TEST_F (Uplinks, SayHowTheyAreLetGoWhereNothingElseGoes)
{
  const std::string port = "/org/vmswitch1/switch/lab/port/eth0";
  make_switch ("spare");
  ASSERT_TRUE (call (lab, "Switch", "BindExternalEthernetPort", to_eth0).ok ());
  for (const Reply &reply :
       { call ("/org/vmswitch1/switch/spare", "Switch", "BindExternalEthernetPort", to_eth0), setup (),
         call (port, "SwitchPort", "Disconnect", "(@a{sv} {},)"),
         call (port, "SwitchPort", "Move", "(objectpath '/org/vmswitch1/switch/spare', @a{sv} {})"),
         call (eth0, "EthernetPort", "Delete", "({'force': <true>},)") })
    {
      EXPECT_EQ (reply.print (), "!Error.InUse");
      EXPECT_EQ (reply.text, "eth0 is the uplink of switch lab: vmswitchctl external unbind eth0 undoes that");
    }
  Reply modified = call (eth0, "EthernetPort", "Modify", "({'Mtu': <uint32 1400>}, @a{sv} {})");
  EXPECT_EQ (modified.print (), "!Error.InvalidState");
  EXPECT_EQ (modified.text, "eth0 is an external Ethernet port: it belongs to the host, which alone configures it");
}

TEST_F (Uplinks, ThatTheHostMissesAreSaidToBeMissingUntilTheyAreBack)
{
  give_address ();
  ASSERT_TRUE (setup ("@a{sv} {}", "{'Name': <'host'>}").ok ());
  confirm ("/org/vmswitch1/checkpoint/1");
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of switch lab is missing, and the host has its addresses on endpoint host *");
  vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "eth0");
  ASSERT_TRUE (wait_until ([&] { return get (lab, "Switch", "State") == "'uplink-missing'"; }));
  EXPECT_NE (warnings ().find ("vmswitchctl teardown lab --drop-addresses."), std::string::npos) << warnings ();

  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of endpoint eth0 was taken out of vsw-lab");
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of endpoint eth0 had silence in IPv6 0 instead of 1");
  plug ();
  EXPECT_TRUE (wait_until ([&] { return warnings () == "[]"; })) << warnings ();
  EXPECT_TRUE (was_logged ("uplink eth0 of switch lab is back as eth0", "eth0"));
  EXPECT_TRUE (wait_until ([&] { return get (lab, "Switch", "State") == "'ok'" && was_logged ("* had silence *"); }));
}

TEST_F (Uplinks, OfTheHostAreMovedOnlyBySetup)
{
  give_address ();
  std::string before = print_network ();
  Reply reply = call (lab, "Switch", "BindExternalEthernetPort", to_eth0);
  EXPECT_EQ (reply.print (), "!Error.InUse");
  EXPECT_NE (reply.text.find ("192.0.2.5/24"), std::string::npos) << reply.text;

  reply = setup ();
  EXPECT_EQ (reply.print (),
             "('/org/vmswitch1/endpoint/lab', '/org/vmswitch1/checkpoint/1', [])");
  EXPECT_EQ (teardown ().print (), "!Error.Conflict") << "what waits to be confirmed is named";
  confirm ("/org/vmswitch1/checkpoint/1");
  EXPECT_EQ (get ("/org/vmswitch1/endpoint/lab", "EthernetPort", "MacAddress"), "'00:16:3e:00:00:01'");
  EXPECT_EQ (get (lab, "Switch", "HostAccess"), "true");
  EXPECT_EQ (call (lab, "Switch", "Delete", "({'force': <true>},)").print (), "!Error.InUse");

  reply = teardown ();
  EXPECT_EQ (reply.print (), "('/org/vmswitch1/checkpoint/2', [])") << reply.text;
  confirm ("/org/vmswitch1/checkpoint/2");
  EXPECT_EQ (print_network (), before);
}

TEST_F (Uplinks, GoBackWithTheirCheckpoint)
{
  give_address ();
  std::string before = print_network ();
  ASSERT_TRUE (setup ().ok ());
  EXPECT_EQ (call ("/org/vmswitch1/checkpoint/1", "Checkpoint", "Rollback", "(@a{sv} {},)").print (), "([],)");
  EXPECT_EQ (print_network (), before);
  EXPECT_FALSE (exists ("/org/vmswitch1/endpoint/lab"));

  ASSERT_TRUE (setup ().ok ());
  confirm ("/org/vmswitch1/checkpoint/2");
  g_autofree char *during = vsw_fake_kernel_print_shape (kernel);
  ASSERT_TRUE (teardown ().ok ());
  EXPECT_EQ (call ("/org/vmswitch1/checkpoint/3", "Checkpoint", "Rollback", "(@a{sv} {},)").print (), "([],)");
  g_autofree char *after = vsw_fake_kernel_print_shape (kernel);
  EXPECT_STREQ (after, during);
  EXPECT_EQ (get (eth0, "ExternalEthernetPort", "IsBound"), "true");
}

TEST_F (Uplinks, WhatARollbackLeftIsSaidOnceAndUntilItIsGone)
{
  leave_set_up ();
  ASSERT_TRUE (teardown ("{'drop-addresses': <true>}").ok ());
  EXPECT_EQ (warnings (), "[]");
}

TEST_F (Uplinks, WhatARollbackLeftIsSaidUntilTheNicIsBack)
{
  leave_set_up ();
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of endpoint eth0 was taken out of vsw-lab");
  expect_log (G_LOG_LEVEL_WARNING, "uplink eth0 of endpoint eth0 had silence in IPv6 0 instead of 1");
  plug ();
  EXPECT_TRUE (wait_until ([&] { return warnings () == "[]"; })) << warnings ();
  EXPECT_EQ (get (lab, "Switch", "State"), "'ok'");
}

TEST_F (Uplinks, ADryRunDoesNothing)
{
  give_address ();
  std::string before = print_kernel ();
  std::vector<std::string> objects = list ();
  Reply reply = setup ("{'dry-run': <true>}", "{'Name': <'host'>}");
  ASSERT_TRUE (reply.ok ()) << reply.text;
  EXPECT_NE (reply.print ().find ("'veth-add vswp-host "), std::string::npos) << reply.print ();
  EXPECT_NE (reply.print ().find ("ip-move vswi-host from eth0"), std::string::npos) << reply.print ();
  EXPECT_EQ (reply.print ().find ("('/', '/', ["), 0u) << reply.print ();
  EXPECT_EQ (print_kernel (), before);
  EXPECT_EQ (list (), objects);
  EXPECT_EQ (log->take (), std::vector<std::string> ());
  EXPECT_EQ (teardown ("{'dry-run': <true>}").print (), "!Error.InvalidState");
}

TEST_F (Uplinks, AreDoneWithAsTheDryRunSaid)
{
  auto said = [] (const Reply &reply, gsize place) {
    g_autoptr (GVariant) steps = g_variant_get_child_value (reply.value.get (), place);
    std::string text;
    for (gsize i = 0; i < g_variant_n_children (steps); i++)
      {
        const char *step;
        g_variant_get_child (steps, i, "&s", &step);
        if (!g_str_has_prefix (step, "await ")) /* for others, none of the kernel's */
          text += std::string (step) + "\n";
      }
    return text;
  };
  auto done = [this] {
    settle ();
    g_autofree char *text = vsw_fake_kernel_take_journal (kernel);
    return std::string (text);
  };
  give_address ();
  for (int turn = 0; turn < 2; turn++) /* the second time with other indexes */
    {
      Reply reply = setup ("{'dry-run': <true>}");
      ASSERT_TRUE (reply.ok ()) << reply.text;
      std::string steps = said (reply, 2);
      done ();
      ASSERT_TRUE (setup ().ok ());
      EXPECT_EQ (done (), steps);
      confirm ("/org/vmswitch1/checkpoint/" + std::to_string (2 * turn + 1));
      reply = teardown ("{'dry-run': <true>}");
      ASSERT_TRUE (reply.ok ()) << reply.text;
      steps = said (reply, 1);
      done ();
      ASSERT_TRUE (teardown ().ok ());
      EXPECT_EQ (done (), steps);
      confirm ("/org/vmswitch1/checkpoint/" + std::to_string (2 * turn + 2));
    }
}

TEST_F (Uplinks, OfAnotherManagerAreTakenOnlyWithHisLeave)
{
  networks = std::make_unique<NetworkManager> (bus.get ());
  std::string before = print_kernel ();
  Reply reply = call (lab, "Switch", "BindExternalEthernetPort", to_eth0);
  EXPECT_EQ (reply.print (), "!Error.Conflict");
  EXPECT_NE (reply.text.find ("NetworkManager (connection \"Wired 1\")"), std::string::npos) << reply.text;
  EXPECT_NE (reply.text.find ("take-over"), std::string::npos) << reply.text;
  EXPECT_EQ (setup ().print (), "!Error.Conflict");
  EXPECT_EQ (setup ("{'dry-run': <true>}").print (), "!Error.Conflict");
  EXPECT_EQ (print_kernel (), before);

  ASSERT_TRUE (call (lab, "Switch", "BindExternalEthernetPort",
                     "(objectpath '/org/vmswitch1/endpoint/eth0', {'take-over': <true>})")
                   .ok ());
  EXPECT_EQ (networks->properties[NetworkManager::device]["Managed"], "false");
  ASSERT_TRUE (call (lab, "Switch", "UnbindExternalEthernetPort", to_eth0).ok ());
  EXPECT_TRUE (wait_until ([&] { return networks->properties[NetworkManager::device]["Managed"] == "true"; }))
      << "he has it back";
}

/* Docker's FORWARD chain, and bridge netfilter, which it asks for. */
TEST_F (Uplinks, BehindAFirewallThatDropsBridgedFramesCarryTheHostOnlyIfToldSo)
{
  VswDropChain forward = { VSW_FRAMES_IPV4, "ip", "filter", "FORWARD", FALSE };
  VswDropChain forward6 = { VSW_FRAMES_IPV6, "ip6", "filter", "FORWARD", FALSE };

  give_address ();
  vsw_fake_kernel_add_drop (kernel, &forward);
  vsw_fake_kernel_add_drop (kernel, &forward6);
  EXPECT_TRUE (setup ("{'dry-run': <true>}").ok ()) << "it is handed nothing";
  vsw_fake_kernel_set_filtered (kernel, nullptr, VSW_FRAMES_IPV4 | VSW_FRAMES_IPV6);
  std::string before = print_kernel ();
  for (const char *options : { "@a{sv} {}", "{'dry-run': <true>}" })
    {
      Reply reply = setup (options);
      EXPECT_EQ (reply.print (), "!Error.Conflict") << options;
      for (const char *part : { "the host would be cut off on switch lab", "net.bridge.bridge-nf-call-iptables is 1",
                                "chain FORWARD of table ip filter", "its policy",
                                "iptables -I FORWARD -i vsw-+ -o vsw-+ -j ACCEPT", "chain FORWARD of table ip6 filter",
                                "ip6tables -I FORWARD", "; or use option ignore-firewall" })
        EXPECT_NE (reply.text.find (part), std::string::npos) << part << ": " << reply.text;
    }
  EXPECT_EQ (print_kernel (), before);
  EXPECT_TRUE (setup ("{'dry-run': <true>, 'ignore-firewall': <true>}").ok ());
  ASSERT_TRUE (setup ("{'ignore-firewall': <true>}").ok ());
  EXPECT_EQ (get (eth0, "ExternalEthernetPort", "IsBound"), "true");
  EXPECT_EQ (call ("/org/vmswitch1/checkpoint/1", "Checkpoint", "Rollback", "(@a{sv} {},)").print (), "([],)");
  EXPECT_EQ (setup ("{'ignore-firewall': <false>}").print (), "!Error.Conflict");
}

TEST_F (Uplinks, BehindAFirewallOfAnotherBridgeCarryTheHost)
{
  VswDropChain forward = { VSW_FRAMES_IPV4, "ip", "filter", "FORWARD", FALSE };

  make_switch ("other");
  settle ();
  give_address ();
  vsw_fake_kernel_add_drop (kernel, &forward);
  vsw_fake_kernel_set_filtered (kernel, "vsw-other", VSW_FRAMES_IPV4);
  EXPECT_TRUE (setup ("{'dry-run': <true>}").ok ());
  vsw_fake_kernel_set_filtered (kernel, "vsw-lab", VSW_FRAMES_IPV4);
  EXPECT_EQ (setup ("{'dry-run': <true>}").print (), "!Error.Conflict");
}

/* What binding alone makes a port carries nothing of the host. */
TEST_F (Uplinks, BehindAFirewallAreBoundAllTheSame)
{
  VswDropChain forward = { VSW_FRAMES_IPV4, "ip", "filter", "FORWARD", FALSE };

  vsw_fake_kernel_add_drop (kernel, &forward);
  vsw_fake_kernel_set_filtered (kernel, nullptr, VSW_FRAMES_IPV4);
  EXPECT_TRUE (call (lab, "Switch", "BindExternalEthernetPort", to_eth0).ok ());
}

TEST_F (Uplinks, ADryRunSaysWhatAnotherManagerWouldDo)
{
  networks = std::make_unique<NetworkManager> (bus.get ());
  networks->set_method ("auto");
  give_address ();
  std::string before = print_kernel ();
  std::string steps = setup ("{'dry-run': <true>, 'take-over': <true>}", "{'Name': <'host'>}").print ();
  EXPECT_EQ (steps.find ("('/', '/', ['release eth0 by NetworkManager (connection \"Wired 1\")', 'veth-add "), 0u) << steps;
  const std::string last = ", 'activate \"Wired 1 (switch lab)\" by NetworkManager on internal NIC host'])";
  EXPECT_EQ (steps.find (last), steps.size () - last.size ()) << steps;
  EXPECT_EQ (print_kernel (), before);
  EXPECT_EQ (networks->properties[NetworkManager::device]["Managed"], "true");

  networks->set_method ("manual");
  steps = setup ("{'dry-run': <true>, 'take-over': <true>}", "{'Name': <'host'>}").print ();
  EXPECT_NE (steps.find ("['release eth0 "), std::string::npos) << steps;
  EXPECT_EQ (steps.find ("activate"), std::string::npos) << "nothing is left to do: " << steps;

  Reply reply = setup ("{'take-over': <true>}", "{'Name': <'host'>}");
  ASSERT_TRUE (reply.ok ()) << reply.text;
  steps = teardown ("{'dry-run': <true>}").print ();
  const std::string back = std::string (", 'return eth0 to NetworkManager with profile ") + NetworkManager::uuid + "'])";
  EXPECT_EQ (steps.find (back), steps.size () - back.size ()) << steps;
  EXPECT_EQ (networks->properties[NetworkManager::device]["Managed"], "false");
}

TEST_F (Uplinks, ThatCouldNotBeBoundAreGivenBack)
{
  networks = std::make_unique<NetworkManager> (bus.get ());
  vsw_fake_kernel_set_fault (kernel, 1, VSW_ERROR_KERNEL);
  EXPECT_EQ (call (lab, "Switch", "BindExternalEthernetPort",
                   "(objectpath '/org/vmswitch1/endpoint/eth0', {'take-over': <true>})")
                 .print (),
             "!Error.Kernel");
  EXPECT_TRUE (wait_until ([&] { return networks->properties[NetworkManager::device]["Managed"] == "true"; }));
}
