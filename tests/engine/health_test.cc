// SPDX-License-Identifier: GPL-2.0-or-later
// Standing conditions of the host: they are found, said with their cure, and taken back when they are over.
#include "engine_fixture.h"

namespace
{

using Lines = std::vector<std::string>;

class Health : public EngineFixture
{
protected:
  void
  SetUp () override
  {
    EngineFixture::SetUp ();
    make_lab ();
  }

  /* Texts of that code. */
  Lines
  texts (const std::string &code)
  {
    GPtrArray *warnings = vsw_engine_get_warnings (engine);
    Lines found;

    for (guint i = 0; i < warnings->len; i++)
      {
        auto *warning = static_cast<VswWarning *> (g_ptr_array_index (warnings, i));

        if (warning->code == code)
          found.push_back (warning->text);
      }
    std::sort (found.begin (), found.end ());
    return found;
  }

  void
  wait_count (const std::string &code, size_t n)
  {
    wait ([&] { return texts (code).size () == n; }, code.c_str ());
  }

  /* One of these texts has all of these words. */
  static void
  expect_words (const Lines &lines, const Lines &words)
  {
    EXPECT_TRUE (std::any_of (lines.begin (), lines.end (),
                              [&] (const std::string &line) {
                                return std::all_of (words.begin (), words.end (), [&] (const std::string &word) {
                                  return line.find (word) != std::string::npos;
                                });
                              }))
        << ::testing::PrintToString (lines) << " has not " << ::testing::PrintToString (words);
  }

  /* Something happens somewhere. */
  void
  stir ()
  {
    static guint mtu = 1200;

    vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth9", VSW_ATTRIBUTE_MTU, mtu++);
  }

  void
  add_nic (const char *name, guint32 mtu)
  {
    VswLink fields = {};

    fields.name = name;
    fields.mac = { { 0x02, 0, 0, 0, 0, (guint8)name[3] } };
    fields.mtu = mtu;
    fields.is_up = fields.has_carrier = TRUE;
    ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  }

  void
  drop (const char *family, const char *table, const char *chain, guint frames, bool by_rule = false)
  {
    VswDropChain fields = { frames, family, table, chain, by_rule };

    vsw_fake_kernel_add_drop (kernel, &fields);
  }
};

} // namespace

/* --- the firewall --- */

TEST_F (Health, FirewallThatDropsBridgedFramesIsNamedWithItsCure)
{
  add_nic ("eth9", 1500);
  drop ("ip", "filter", "FORWARD", VSW_FRAMES_IPV4);
  stir ();
  settle ();
  EXPECT_EQ (texts ("bridge-netfilter"), Lines{}) << "it is handed nothing";

  changed.clear ();
  vsw_fake_kernel_set_filtered (kernel, nullptr, VSW_FRAMES_IPV4 | VSW_FRAMES_IPV6);
  stir ();
  wait_count ("bridge-netfilter", 1);
  expect_words (texts ("bridge-netfilter"),
                { "frames of IPv4 ", "net.bridge.bridge-nf-call-iptables is 1", "chain FORWARD of table ip filter",
                  "its policy", "iptables -I FORWARD -i vsw-+ -o vsw-+ -j ACCEPT",
                  "sysctl -w net.bridge.bridge-nf-call-iptables=0." });
  EXPECT_EQ (std::count (changed.begin (), changed.end (), "manager"), 1);

  vsw_fake_kernel_clear_drops (kernel);
  stir ();
  wait_count ("bridge-netfilter", 0);
}

TEST_F (Health, EachChainIsAConditionOfItsOwn)
{
  add_nic ("eth9", 1500);
  vsw_fake_kernel_set_filtered (kernel, nullptr, VSW_FRAMES_IPV4);
  vsw_fake_kernel_set_filtered (kernel, "vsw-lab", VSW_FRAMES_IPV4 | VSW_FRAMES_IPV6 | VSW_FRAMES_ARP);
  drop ("ip6", "filter", "FORWARD", VSW_FRAMES_IPV6);
  drop ("inet", "fw",
        "for\x1b"
        "ward",
        VSW_FRAMES_IPV4 | VSW_FRAMES_IPV6, true);
  stir ();
  wait_count ("bridge-netfilter", 2);
  expect_words (texts ("bridge-netfilter"),
                { "frames of IPv6 ", "(nf_call_ip6tables of vsw-lab is 1)", "ip6tables -I FORWARD",
                  "ip link set dev vsw-lab type bridge nf_call_ip6tables 0." });
  expect_words (texts ("bridge-netfilter"),
                { "IPv4 and IPv6", "net.bridge.bridge-nf-call-iptables is 1 and nf_call_ip6tables of vsw-lab is 1",
                  "a rule for all",
                  "nft insert rule inet fw for\\x1bward iifname \"vsw-*\" oifname \"vsw-*\" accept" });
}

TEST_F (Health, IsKnownFromTheFirstMoment)
{
  drop ("ip", "filter", "FORWARD", VSW_FRAMES_IPV4);
  vsw_fake_kernel_set_filtered (kernel, nullptr, VSW_FRAMES_IPV4);
  restart ();
  EXPECT_EQ (texts ("bridge-netfilter").size (), 1u);
}

TEST_F (Health, IsLookedAtFromTimeToTime)
{
  vsw_engine_set_interval (engine, 50);
  guint looks = vsw_fake_kernel_get_surveyed (kernel);
  ASSERT_EQ (apply ({ new_port ("lab", "more") }), "");
  wait ([&] { return vsw_fake_kernel_get_surveyed (kernel) > looks; }, "the look that follows a change");
  /* from then on, the interval counts: it is never quiet for long */
  drop ("ip", "filter", "FORWARD", VSW_FRAMES_IPV4);
  vsw_fake_kernel_set_filtered (kernel, nullptr, VSW_FRAMES_IPV4);
  wait_count ("bridge-netfilter", 1);
  vsw_fake_kernel_set_filtered (kernel, nullptr, 0);
  wait_count ("bridge-netfilter", 0);

  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_SWITCH, id ("lab").c_str (), TRUE) }), "");
  settle ();
  wait ([&] { return !g_main_context_pending (context); }, "quiet");
  guint before = vsw_fake_kernel_get_surveyed (kernel);
  for (int i = 0; i < 300; i++)
    {
      g_main_context_iteration (context, FALSE);
      g_usleep (1000);
    }
  EXPECT_LE (vsw_fake_kernel_get_surveyed (kernel), before + 1) << "without switches there is nothing to harm";
}

TEST_F (Health, GoesWithTheLastSwitch)
{
  drop ("ip", "filter", "FORWARD", VSW_FRAMES_IPV4);
  vsw_fake_kernel_set_filtered (kernel, "vsw-lab", VSW_FRAMES_IPV4);
  restart ();
  ASSERT_EQ (texts ("bridge-netfilter").size (), 1u);
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_SWITCH, id ("lab").c_str (), TRUE) }), "");
  wait_count ("bridge-netfilter", 0);
}

TEST_F (Health, StandsAsItWasWhileTheKernelDoesNotAnswer)
{
  drop ("ip", "filter", "FORWARD", VSW_FRAMES_IPV4);
  vsw_fake_kernel_set_filtered (kernel, nullptr, VSW_FRAMES_IPV4);
  add_nic ("eth9", 1500);
  restart ();
  ASSERT_EQ (texts ("bridge-netfilter").size (), 1u);
  vsw_fake_kernel_clear_drops (kernel);
  vsw_fake_kernel_set_survey_fault (kernel, 1, VSW_ERROR_KERNEL);
  stir ();
  wait ([&] { return vsw_fake_kernel_get_surveyed (kernel) > 0; }, "a look");
  settle ();
  EXPECT_EQ (texts ("bridge-netfilter").size (), 1u);
  vsw_fake_kernel_set_survey_fault (kernel, 0, VSW_ERROR_KERNEL);
  stir ();
  wait_count ("bridge-netfilter", 0);
}

TEST_F (Health, DoesNotStopTheServiceFromStarting)
{
  vsw_fake_kernel_set_survey_fault (kernel, 1, VSW_ERROR_KERNEL);
  restart ();
  EXPECT_EQ (vsw_engine_get_warnings (engine)->len, 0u);
}

/* --- uplinks --- */

TEST_F (Health, UplinkThatIsTooNarrowIsNamed)
{
  add_nic ("eth0", 1400);
  add_nic ("eth1", 1500);
  add_nic ("eth2", 1300);
  for (const char *name : { "eth0", "eth1" })
    ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, name, "vsw-lab"));
  wait_count ("uplink-mtu", 1);
  expect_words (texts ("uplink-mtu"), { "uplink eth0 of switch lab", "1400 octets", "the switch 1500",
                                        "ip link set eth0 mtu 1500", "vmswitchctl set switch lab mtu=1400" });

  ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_MTU, 1450));
  wait ([&] { return texts ("uplink-mtu").size () == 1 && texts ("uplink-mtu")[0].find ("1450") != std::string::npos; },
        "the new number");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_MTU, 9000));
  wait_count ("uplink-mtu", 0);
  ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth1", VSW_ATTRIBUTE_MTU, 68));
  wait_count ("uplink-mtu", 1);
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "eth1", nullptr));
  wait_count ("uplink-mtu", 0);
}

/* --- router advertisements --- */

TEST_F (Health, AdvertisementsThatReachTheHostAreNamed)
{
  add_nic ("eth9", 1500);
  vsw_fake_kernel_set_advertisements (kernel, "vsw-lab", TRUE);
  restart ();
  EXPECT_EQ (texts ("ipv6-router-advertisements"), Lines{}) << "the guard keeps them off";

  vsw_fake_kernel_hide_guard (kernel, TRUE);
  stir ();
  wait_count ("ipv6-router-advertisements", 1);
  expect_words (texts ("ipv6-router-advertisements"),
                { "device vsw-lab of switch lab", "accept_ra", "sysctl net/ipv6/conf/vsw-lab/accept_ra=0" });
  vsw_fake_kernel_set_advertisements (kernel, "vsw-lab", FALSE);
  stir ();
  wait_count ("ipv6-router-advertisements", 0);
}

/* --- what others find --- */

TEST_F (Health, WhatOthersFindStandsUntilTheyTakeItBack)
{
  add_nic ("eth9", 1500);
  vsw_engine_set_condition (engine, "uplink-managed", "eth0", "one");
  vsw_engine_set_condition (engine, "uplink-managed", "eth1", "other");
  EXPECT_EQ (texts ("uplink-managed"), (Lines{ "one", "other" }));
  vsw_engine_set_condition (engine, "uplink-managed", "eth0", "changed");
  stir ();
  wait ([&] { return vsw_fake_kernel_get_surveyed (kernel) > 0; }, "a look");
  settle ();
  EXPECT_EQ (texts ("uplink-managed"), (Lines{ "changed", "other" }));
  vsw_engine_set_condition (engine, "uplink-managed", "eth0", nullptr);
  vsw_engine_set_condition (engine, "uplink-managed", "eth0", nullptr);
  EXPECT_EQ (texts ("uplink-managed"), (Lines{ "other" }));
}
