// SPDX-License-Identifier: GPL-2.0-or-later
// What a survey finds: the fake and Linux see the same.
#include "kernel/contract_fixture.h"

namespace
{

using Lines = std::vector<std::string>;

struct SurveyUnref
{
  void
  operator() (VswSurvey *survey) const
  {
    vsw_survey_unref (survey);
  }
};

class Survey : public KernelContract
{
protected:
  void
  SetUp () override
  {
    KernelContract::SetUp ();
    if (IsSkipped ())
      return;
    apply (Op::bridge ("vsw-lab"));
    apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
    world->add_pair ("up0", "far0");
  }

  std::unique_ptr<VswSurvey, SurveyUnref>
  look (const std::vector<guint> &indexes)
  {
    g_autoptr (GError) error = nullptr;
    g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (guint));

    g_array_append_vals (list, indexes.data (), (guint)indexes.size ());
    std::unique_ptr<VswSurvey, SurveyUnref> survey (vsw_kernel_get_survey (kernel, list, &error));
    EXPECT_NE (survey, nullptr) << error->message;
    return survey;
  }

  /* What it finds out about that link. */
  VswLinkSurvey
  look_at (const std::string &name, Lines *ret_addresses = nullptr)
  {
    auto survey = look ({ get (name)->index });

    EXPECT_EQ (survey->links->len, 1u);
    VswLinkSurvey found = *static_cast<VswLinkSurvey *> (g_ptr_array_index (survey->links, 0));
    if (ret_addresses != nullptr)
      *ret_addresses = { found.addresses, found.addresses + g_strv_length ((GStrv)found.addresses) };
    found.addresses = nullptr;
    found.client = nullptr;
    return found;
  }

  Lines
  find_drops (const std::vector<guint> &indexes = {})
  {
    auto survey = look (indexes);
    Lines found;

    for (guint i = 0; i < survey->drops->len; i++)
      {
        auto *drop = static_cast<VswDropChain *> (g_ptr_array_index (survey->drops, i));

        found.push_back (std::string (drop->family) + " " + drop->table + " " + drop->chain + " "
                         + std::to_string (drop->frames) + (drop->by_rule ? " by rule" : ""));
      }
    std::sort (found.begin (), found.end ());
    return found;
  }

  bool
  skips_filter ()
  {
    return !world->has_filter (&reason);
  }

  std::string reason;
};

} // namespace

TEST_F (Survey, IsAboutTheLinksThatAreAskedAboutAndThere)
{
  guint lab = get ("vsw-lab")->index, up = get ("up0")->index;
  auto survey = look ({ up, 4242, lab });

  ASSERT_EQ (survey->links->len, 2u);
  EXPECT_EQ (static_cast<VswLinkSurvey *> (g_ptr_array_index (survey->links, 0))->index, up);
  EXPECT_EQ (vsw_survey_find_link (survey.get (), lab)->index, lab);
  EXPECT_EQ (vsw_survey_find_link (survey.get (), 4242), nullptr);
  EXPECT_EQ (look ({})->links->len, 0u);
}

TEST_F (Survey, HasAsManyLinksAsAreAsked)
{
  std::vector<guint> indexes (200, get ("up0")->index);

  EXPECT_EQ (look (indexes)->links->len, 200u);
}

TEST_F (Survey, HasTheAddressesOfTheHost)
{
  Lines addresses;

  world->set_up ("up0", true);
  world->set_up ("far0", true);
  look_at ("up0", &addresses);
  EXPECT_EQ (addresses, Lines{}) << "what a link gives itself is not the host's";
  world->add_address ("up0", "192.0.2.5/24", 0);
  world->add_address ("up0", "2001:db8::5/64", 0);
  EXPECT_FALSE (look_at ("up0", &addresses).has_lease);
  std::sort (addresses.begin (), addresses.end ());
  EXPECT_EQ (addresses, (Lines{ "192.0.2.5/24", "2001:db8::5/64" }));
  look_at ("far0", &addresses);
  EXPECT_EQ (addresses, Lines{});
  world->remove_addresses ("up0");
  look_at ("up0", &addresses);
  EXPECT_EQ (addresses, Lines{});
}

TEST_F (Survey, TellsALeaseByItsLifetime)
{
  world->add_address ("up0", "192.0.2.5/24", 600);
  EXPECT_TRUE (look_at ("up0").has_lease);
  EXPECT_FALSE (look_at ("far0").has_lease);
  world->remove_addresses ("up0");
  EXPECT_FALSE (look_at ("up0").has_lease);
}

TEST_F (Survey, SeesWhoListensOnALinkAlone)
{
  EXPECT_FALSE (look_at ("up0").has_packet_socket);
  world->set_packet_socket ("up0", true);
  EXPECT_TRUE (look_at ("up0").has_packet_socket);
  EXPECT_FALSE (look_at ("far0").has_packet_socket);
  world->set_packet_socket ("up0", false);
  EXPECT_FALSE (look_at ("up0").has_packet_socket);
}

TEST_F (Survey, FindsTheDhcpClientOfALink)
{
  auto find = [&] (const std::string &name) {
    auto survey = look ({ get (name)->index });
    auto *link = static_cast<VswLinkSurvey *> (g_ptr_array_index (survey->links, 0));

    return link->client != nullptr ? link->client + std::string (" ") + std::to_string (link->client_process) : "";
  };

  EXPECT_EQ (find ("up0"), "");
  unsigned process = world->set_client ("up0", true);
  EXPECT_EQ (find ("up0"), "udhcpc " + std::to_string (process));
  EXPECT_EQ (find ("far0"), "");
  EXPECT_EQ (find ("vsw-lab"), "");
  world->add_address ("up0", "192.0.2.5/24", 0);
  apply (Op::set_bridge (by_index (get ("up0")), by_name ("vsw-lab")));
  EXPECT_EQ (find ("up0"), "udhcpc " + std::to_string (process)) << "that has an address";
  world->set_client ("up0", false);
  EXPECT_EQ (find ("up0"), "");
}

TEST_F (Survey, SaysWhereAdvertisementsAreTaken)
{
  world->set_advertisements ("vsw-lab", true);
  EXPECT_TRUE (look_at ("vsw-lab").takes_advertisements);
  world->set_advertisements ("vsw-lab", false);
  EXPECT_FALSE (look_at ("vsw-lab").takes_advertisements);
}

TEST_F (Survey, SaysWhichBridgesAreGuarded)
{
  EXPECT_FALSE (look_at ("vsw-lab").is_guarded);
  apply (Op::guard (by_name ("vsw-lab")));
  EXPECT_TRUE (look_at ("vsw-lab").is_guarded);
  EXPECT_FALSE (look_at ("up0").is_guarded);
  apply (Op::unguard ("vsw-lab"));
  EXPECT_FALSE (look_at ("vsw-lab").is_guarded);
}

TEST_F (Survey, SaysWhatBridgesHandToThePacketFilter)
{
  if (skips_filter ())
    GTEST_SKIP () << reason;
  for (unsigned frames : { 0u, (unsigned)VSW_FRAMES_IPV4, (unsigned)VSW_FRAMES_ARP | VSW_FRAMES_IPV6 })
    {
      world->set_filtered ("", frames);
      world->set_filtered ("vsw-lab", ~frames & VSW_FRAMES_ALL);
      EXPECT_TRUE (look ({})->has_filter);
      EXPECT_EQ (look ({})->filtered, frames);
      EXPECT_EQ (look_at ("vsw-lab").filtered, ~frames & VSW_FRAMES_ALL);
    }
}

TEST_F (Survey, FindsTheChainsThatDropWhatTheySee)
{
  if (skips_filter ())
    GTEST_SKIP () << reason;
  guint lab = get ("vsw-lab")->index;

  world->set_filtered ("", 0);
  world->add_drop ("ip", "filter", "FORWARD");
  world->add_drop ("ip6", "filter6", "FORWARD");
  world->add_drop ("inet", "fw", "forward");
  EXPECT_EQ (find_drops ({ lab }), Lines{}) << "nobody hands them anything";
  world->set_filtered ("", VSW_FRAMES_IPV4);
  EXPECT_EQ (find_drops (), (Lines{ "inet fw forward 1", "ip filter FORWARD 1" }));
  world->set_filtered ("", 0);
  world->set_filtered ("vsw-lab", VSW_FRAMES_IPV6);
  EXPECT_EQ (find_drops (), Lines{}) << "that bridge is not asked about";
  EXPECT_EQ (find_drops ({ lab }), (Lines{ "inet fw forward 2", "ip6 filter6 FORWARD 2" }));
  world->set_filtered ("", VSW_FRAMES_IPV4);
  EXPECT_EQ (find_drops ({ lab }), (Lines{ "inet fw forward 3", "ip filter FORWARD 1", "ip6 filter6 FORWARD 2" }));
  world->remove_drops ();
  EXPECT_EQ (find_drops ({ lab }), Lines{});
}
