// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <linux/neighbour.h>

#include <string>

#include "kernel/known.h"

namespace
{

VswLink *
make_link (guint index, const char *kind = "veth", guint peer = 0, bool is_up = true)
{
  VswLink fields = {};
  std::string name = "dev" + std::to_string (index);

  fields.index = index;
  fields.name = name.c_str ();
  fields.link_kind = kind;
  fields.alias = fields.driver = fields.bus_path = "";
  fields.peer = peer;
  fields.is_up = is_up;
  return vsw_link_new (&fields);
}

class KnownTest : public ::testing::Test
{
protected:
  ~KnownTest () override
  {
    g_clear_pointer (&partner, vsw_link_unref);
    vsw_known_free (known);
  }

  /* Whether that was news; (transfer full) */
  bool
  put (VswLink *link)
  {
    g_clear_pointer (&partner, vsw_link_unref);
    bool is_news = vsw_known_put (known, link, &partner);

    vsw_link_unref (link);
    return is_news;
  }

  /* What settles, as the new link; NULL if nothing or more than one. */
  VswLink *
  settle_one ()
  {
    vsw_known_ripen (known);
    g_autoptr (GPtrArray) changed = vsw_known_settle (known);

    return changed->len == 1 ? vsw_link_ref ((VswLink *)changed->pdata[0]) : nullptr;
  }

  VswNeighbour
  make_neighbour (guint bridge, guint port, guint8 last, guint16 state = NUD_REACHABLE)
  {
    VswNeighbour neighbour = {};

    neighbour.bridge = bridge;
    neighbour.state = state;
    neighbour.entry.port = port;
    neighbour.entry.mac.octets[5] = last;
    neighbour.entry.is_static = (state & NUD_NOARP) != 0;
    neighbour.entry.is_local = (state & NUD_PERMANENT) != 0;
    return neighbour;
  }

  gint
  note (const VswNeighbour &neighbour, bool gone = false)
  {
    return vsw_known_note (known, &neighbour, gone);
  }

  VswKnown *known = vsw_known_new ();
  VswLink *partner = nullptr; /* (owned) */
};

TEST_F (KnownTest, SaysNothingTwice)
{
  EXPECT_TRUE (put (make_link (3)));
  EXPECT_FALSE (put (make_link (3)));
  EXPECT_TRUE (put (make_link (3, "veth", 0, false)));
}

TEST_F (KnownTest, JoinsTheStateOfAPortToItsLink)
{
  put (make_link (3));
  g_autoptr (VswLink) link = vsw_known_set_port (known, 3, 9, VSW_PORT_STATE_FORWARDING);
  g_autoptr (VswLink) again = vsw_known_set_port (known, 3, 9, VSW_PORT_STATE_FORWARDING);
  g_autoptr (VswLink) unknown = vsw_known_set_port (known, 4, 9, VSW_PORT_STATE_FORWARDING);

  ASSERT_NE (link, nullptr);
  EXPECT_EQ (link->port_state, VSW_PORT_STATE_FORWARDING);
  EXPECT_EQ (link->bridge, 9u);
  EXPECT_TRUE (link->is_port);
  EXPECT_EQ (again, nullptr);
  EXPECT_EQ (unknown, nullptr);
}

TEST_F (KnownTest, InfersThatTheOtherEndHasItsPartner)
{
  put (make_link (3));
  put (make_link (4, "veth", 3));

  ASSERT_NE (partner, nullptr);
  EXPECT_EQ (partner->index, 3u);
  EXPECT_EQ (partner->peer, 4u);
}

TEST_F (KnownTest, InfersThatTheOtherEndWentElsewhere)
{
  put (make_link (3, "veth", 4));
  put (make_link (4, "veth", 3));
  g_autoptr (VswLink) going = make_link (4, "veth", 3);
  g_autoptr (VswLink) left = nullptr;

  vsw_known_drop (known, going, 77, &left);
  ASSERT_NE (left, nullptr);
  EXPECT_EQ (left->index, 3u);
  EXPECT_TRUE (left->peer_elsewhere);
  EXPECT_EQ (left->peer, 77u);
}

TEST_F (KnownTest, InfersNothingFromAnEndThatIsNoMore)
{
  put (make_link (3, "veth", 4));
  put (make_link (4, "veth", 3));
  g_autoptr (VswLink) going = make_link (4, "veth", 3);
  g_autoptr (VswLink) left = nullptr;

  vsw_known_drop (known, going, 0, &left);
  EXPECT_EQ (left, nullptr);
}

TEST_F (KnownTest, InfersNothingForWhatOnlyLiesUnderAnother)
{
  put (make_link (3, "", 0));
  put (make_link (4, "macvlan", 3));

  EXPECT_EQ (partner, nullptr);
}

TEST_F (KnownTest, TellsWhatTheKernelDoesNotTellOfALinkThatIsDown)
{
  put (make_link (3, "veth", 0, false));
  vsw_known_tell (known, 3, VSW_ATTRIBUTE_ALIAS, 0, "ours");
  g_autoptr (VswLink) link = settle_one ();

  ASSERT_NE (link, nullptr);
  EXPECT_STREQ (link->alias, "ours");
  EXPECT_FALSE (put (vsw_link_ref (link)));
}

TEST_F (KnownTest, SettlesWhatIsSaidOfATapAndNothingElseOfIt)
{
  put (make_link (3, "tun", 0, false));
  VswLink fields = {};
  fields.index = 3;
  fields.group = 5;
  fields.alias = "ours";
  fields.ipv6_quiet = fields.is_tap = fields.tap_is_kept = TRUE;
  fields.tap_owner = 1000;
  fields.tap_queues = 2;
  fields.mtu = 9000;
  g_autoptr (VswLink) said = vsw_link_new (&fields);
  vsw_known_tell_tap (known, said);
  g_autoptr (VswLink) link = settle_one ();

  ASSERT_NE (link, nullptr);
  EXPECT_TRUE (link->tap_is_kept);
  EXPECT_EQ (link->tap_owner, 1000u);
  EXPECT_EQ (link->tap_queues, 2u);
  EXPECT_EQ (link->group, 5u);
  EXPECT_TRUE (link->ipv6_quiet);
  EXPECT_STREQ (link->alias, "ours");
  EXPECT_STREQ (link->name, "dev3");
  EXPECT_EQ (link->mtu, 0u) << "the kernel tells that itself";

  vsw_known_tell_tap (known, said);
  EXPECT_EQ (settle_one (), nullptr) << "no news";
}

TEST_F (KnownTest, LeavesTapsThatAreUpToTheKernel)
{
  put (make_link (3, "tun", 0, true));
  VswLink fields = {};
  fields.index = 3;
  fields.tap_is_kept = TRUE;
  g_autoptr (VswLink) said = vsw_link_new (&fields);
  vsw_known_tell_tap (known, said);

  EXPECT_EQ (settle_one (), nullptr);
}

VswLink *
make_tap (guint index, guint32 owner, bool is_up, bool is_kept = false, guint32 group = VSW_TAP_GROUP_NONE)
{
  VswLink fields = {};

  fields.index = index;
  fields.name = "tap0";
  fields.link_kind = "tun";
  fields.group = VSW_GROUP_OURS;
  fields.is_tap = TRUE;
  fields.tap_owner = owner;
  fields.tap_group = group;
  fields.tap_is_kept = is_kept;
  fields.is_up = is_up;
  return vsw_link_new (&fields);
}

TEST_F (KnownTest, BelievesNoNotificationWhoseATapIs)
{
  g_autoptr (VswLink) born = make_tap (3, 1000, true);
  gboolean is_doubtful = FALSE;
  g_autoptr (VswLink) first = vsw_known_correct_owner (known, born, &is_doubtful);
  EXPECT_EQ (first->tap_owner, VSW_TAP_OWNER_NONE) << "nobody has asked yet";
  EXPECT_TRUE (is_doubtful);
  put (vsw_link_ref (first));

  vsw_known_tell_owner (known, born);
  g_autoptr (VswLink) asked = settle_one ();
  ASSERT_NE (asked, nullptr);
  EXPECT_EQ (asked->tap_owner, 1000u) << "also of one that is up";

  g_autoptr (VswLink) by_container = make_tap (3, 0, true, true);
  g_autoptr (VswLink) corrected = vsw_known_correct_owner (known, by_container, &is_doubtful);
  EXPECT_EQ (corrected->tap_owner, 1000u);
  EXPECT_TRUE (corrected->tap_is_kept);
  EXPECT_TRUE (is_doubtful);
}

TEST_F (KnownTest, BelievesNoNotificationOfWhichGroupATapIs)
{
  gboolean is_doubtful = FALSE;
  put (make_tap (3, 1000, true));

  g_autoptr (VswLink) by_container = make_tap (3, 1000, true, false, 0);
  g_autoptr (VswLink) corrected = vsw_known_correct_owner (known, by_container, &is_doubtful);
  EXPECT_EQ (corrected->tap_group, VSW_TAP_GROUP_NONE);
  EXPECT_TRUE (is_doubtful);
  put (vsw_link_ref (corrected));

  g_autoptr (VswLink) asked = make_tap (3, 1000, true, false, 100000);
  vsw_known_tell_owner (known, asked);
  g_autoptr (VswLink) settled = settle_one ();
  ASSERT_NE (settled, nullptr);
  EXPECT_EQ (settled->tap_group, 100000u);
}

TEST_F (KnownTest, DoubtsAMessageAboutATapThatSaysNothingNew)
{
  gboolean is_doubtful = FALSE;
  put (make_tap (3, 1000, true));

  g_autoptr (VswLink) same = make_tap (3, 1000, true);
  g_autoptr (VswLink) corrected = vsw_known_correct_owner (known, same, &is_doubtful);
  EXPECT_TRUE (is_doubtful) << "it may be user 1000 of another user namespace";

  g_autoptr (VswLink) news = make_tap (3, 1000, true, true);
  g_autoptr (VswLink) taken = vsw_known_correct_owner (known, news, &is_doubtful);
  EXPECT_FALSE (is_doubtful);

  g_autoptr (VswLink) other = make_link (4);
  g_autoptr (VswLink) untouched = vsw_known_correct_owner (known, other, &is_doubtful);
  EXPECT_FALSE (is_doubtful);
  EXPECT_TRUE (vsw_link_equal (untouched, other));
}

TEST_F (KnownTest, LeavesLinksThatAreUpToTheKernel)
{
  put (make_link (3, "veth", 0, true));
  vsw_known_tell (known, 3, VSW_ATTRIBUTE_GROUP, 5, nullptr);
  vsw_known_tell (known, 8, VSW_ATTRIBUTE_GROUP, 5, nullptr);

  EXPECT_EQ (settle_one (), nullptr);
}

TEST_F (KnownTest, SettlesOnlyWhatWasSaidBeforeItRipened)
{
  put (make_link (3, "veth", 0, false));
  vsw_known_ripen (known);
  vsw_known_tell (known, 3, VSW_ATTRIBUTE_GROUP, 5, nullptr);
  g_autoptr (GPtrArray) changed = vsw_known_settle (known);
  g_autoptr (VswLink) link = settle_one ();

  EXPECT_EQ (changed->len, 0u);
  ASSERT_NE (link, nullptr);
  EXPECT_EQ (link->group, 5u);
}

TEST_F (KnownTest, CountsAnAddressOnceWhereverItMoves)
{
  EXPECT_EQ (note (make_neighbour (9, 3, 1)), 1);
  EXPECT_EQ (note (make_neighbour (9, 4, 1)), 0);
  EXPECT_EQ (note (make_neighbour (8, 4, 1)), 1);
  EXPECT_EQ (note (make_neighbour (9, 4, 1), true), -1);
  EXPECT_EQ (note (make_neighbour (9, 4, 1), true), 0);
}

TEST_F (KnownTest, CountsNoStaticAndNoOwnAddress)
{
  EXPECT_EQ (note (make_neighbour (9, 3, 1, NUD_NOARP)), 0);
  EXPECT_EQ (note (make_neighbour (9, 3, 2, NUD_PERMANENT)), 0);
  EXPECT_EQ (note (make_neighbour (0, 3, 3)), 0);
}

TEST_F (KnownTest, ForgetsALearnedAddressThatBecomesStatic)
{
  EXPECT_EQ (note (make_neighbour (9, 3, 1)), 1);
  EXPECT_EQ (note (make_neighbour (9, 3, 1, NUD_NOARP)), -1);
  EXPECT_EQ (note (make_neighbour (9, 3, 1, NUD_NOARP), true), 0);
}

TEST_F (KnownTest, GoesOnFromAList)
{
  g_autoptr (VswLinks) links = vsw_links_new ();
  g_autoptr (VswLink) bridge = make_link (9, "bridge");
  g_autoptr (GArray) neighbours = g_array_new (FALSE, FALSE, sizeof (VswNeighbour));
  VswNeighbour listed = make_neighbour (9, 3, 1);

  g_autoptr (VswLink) before = vsw_links_put (links, bridge);
  g_array_append_val (neighbours, listed);
  put (make_link (3));
  note (make_neighbour (9, 3, 7));
  vsw_known_tell (known, 9, VSW_ATTRIBUTE_GROUP, 5, nullptr);
  vsw_known_replace (known, links, neighbours);

  EXPECT_EQ (vsw_links_get_learned (links, 9), 1u);
  EXPECT_EQ (note (listed), 0);
  EXPECT_EQ (note (make_neighbour (9, 3, 7)), 1);
  EXPECT_FALSE (put (make_link (9, "bridge")));
  EXPECT_TRUE (put (make_link (3)));
  EXPECT_EQ (settle_one (), nullptr);
}

} // namespace
