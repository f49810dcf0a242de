// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about forwarding tables, counters and the guard.
#include "kernel/contract_fixture.h"

#include <algorithm>

static const char *const guest = "0a:00:00:00:00:01";
static const char *const other = "0a:00:00:00:00:02";

class Forwarding : public KernelContract
{
protected:
  /* A switch with two ports, a and b, that forward. */
  void
  SetUp () override
  {
    KernelContract::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    apply (Op::bridge ("vsw-lab"));
    apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
    for (std::string name : { "a", "b" })
      {
        apply (Op::veth ("vswp-" + name, "vswg-" + name, "vsw-lab"));
        apply (Op::set (by_name ("vswg-" + name), VSW_ATTRIBUTE_IPV6_QUIET, 1));
        apply (Op::set (by_name ("vswg-" + name), VSW_ATTRIBUTE_UP, 1));
        ASSERT_TRUE (is_told ("vswp-" + name, forwards));
      }
    /* The hosts' own chatter, if they managed to say something, is not what these tests are about. */
    wait_until ([] { return false; }, chatter);
    for (const VswForwardingEntry &entry : forwarding ("vsw-lab"))
      if (!entry.is_local)
        apply (Op::delete_address (by_index_of (entry.port), entry.mac));
    events.clear ();
  }

  static bool
  forwards (const VswLink *link)
  {
    return link->port_state == VSW_PORT_STATE_FORWARDING;
  }

  VswDeviceRef
  by_index_of (guint index) const
  {
    VswDeviceRef ref = {};

    ref.index = index;
    return ref;
  }

  VswDeviceRef
  port (const std::string &name)
  {
    return by_index (get ("vswp-" + name));
  }

  void
  learn (const std::string &name, const std::string &mac)
  {
    world->send_from ("vswg-" + name, "vswp-" + name, mac_of (mac));
    ASSERT_TRUE (wait_until ([&] { return has_event ("learned vsw-lab 1"); }));
  }

  bool
  has_event (const std::string &event) const
  {
    return std::find (events.begin (), events.end (), event) != events.end ();
  }

  guint
  count_told () const
  {
    return vsw_links_get_learned (told.get (), vsw_links_find_name (told.get (), "vsw-lab")->index);
  }

  guint
  count_listed ()
  {
    Links now = list ();
    guint count = vsw_links_get_learned (now.get (), vsw_links_find_name (now.get (), "vsw-lab")->index);

    vsw_kernel_drain (kernel);
    return count;
  }

  using Lines = std::vector<std::string>;
#ifdef VSW_CONTRACT_LINUX
  static constexpr int chatter = 50; /* milliseconds */
#else
  static constexpr int chatter = 0;
#endif
};

/* --- static addresses --- */

TEST_F (Forwarding, StaticAddressIsAddedAndDeleted)
{
  VswDeviceRef a = port ("a");

  apply (Op::add_address (a, mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-a static" });
  apply (Op::add_address (a, mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-a static" });
  EXPECT_EQ (count_listed (), 0u);
  apply (Op::delete_address (a, mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{});
  apply (Op::delete_address (a, mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{});
}

TEST_F (Forwarding, PortIsNamedByNameToo)
{
  apply (Op::add_address (by_name ("vswp-a"), mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-a static" });
  apply (Op::delete_address (by_name ("vswp-a"), mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{});
}

TEST_F (Forwarding, StaticAddressStaysWithOnePort)
{
  apply (Op::add_address (port ("a"), mac_of (guest)));
  EXPECT_EQ (refuse (Op::add_address (port ("b"), mac_of (guest))), VSW_ERROR_EXISTS);
  apply (Op::delete_address (port ("b"), mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-a static" });
}

TEST_F (Forwarding, AddressOfADeviceOfTheSwitchIsRefused)
{
  EXPECT_EQ (refuse (Op::add_address (port ("a"), get ("vsw-lab")->mac)), VSW_ERROR_EXISTS);
  EXPECT_EQ (refuse (Op::add_address (port ("a"), get ("vswp-b")->mac)), VSW_ERROR_EXISTS);
}

TEST_F (Forwarding, AddressIsRefusedWhereThereIsNoPort)
{
  Link gone = get ("vswp-b");
  apply (Op::remove ({ by_index (gone) }));

  EXPECT_EQ (refuse (Op::add_address (by_index (gone), mac_of (guest))), VSW_ERROR_NOT_FOUND);
  EXPECT_EQ (refuse (Op::add_address (by_name ("vswp-none"), mac_of (guest))), VSW_ERROR_NOT_FOUND);
  EXPECT_NE (refuse (Op::add_address (by_name ("vswg-a"), mac_of (guest))), -1);
  EXPECT_EQ (refuse (Op::add_address (port ("a"), VswMac{})), VSW_ERROR_INVALID_ARGUMENT);
}

TEST_F (Forwarding, AddressIsGoneWhereThereIsNoPort)
{
  Link gone = get ("vswp-b");

  apply (Op::remove ({ by_index (gone) }));
  apply (Op::delete_address (by_index (gone), mac_of (guest)));
  apply (Op::delete_address (by_name ("vswp-none"), mac_of (guest)));
  apply (Op::delete_address (by_name ("vswg-a"), mac_of (guest)));
}

TEST_F (Forwarding, PortThatLeavesLosesItsStaticAddresses)
{
  VswDeviceRef a = port ("a");

  apply (Op::add_address (a, mac_of (guest)));
  apply (Op::add_address (port ("b"), mac_of (other)));
  apply (Op::set_bridge (a, VswDeviceRef{}));
  apply (Op::set_bridge (a, by_name ("vsw-lab")));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (other) + " at vswp-b static" });
}

TEST_F (Forwarding, PortThatGoesDownKeepsItsStaticAddresses)
{
  apply (Op::add_address (port ("a"), mac_of (guest)));
  apply (Op::set (port ("a"), VSW_ATTRIBUTE_UP, 0));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-a static" });
}

/* --- learned addresses --- */

TEST_F (Forwarding, LearnedAddressIsToldCountedAndListed)
{
  learn ("a", guest);
  EXPECT_EQ (count_told (), 1u);
  EXPECT_EQ (count_listed (), 1u);
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-a" });
}

TEST_F (Forwarding, AddressThatMovesIsOneAddress)
{
  learn ("a", guest);
  world->send_from ("vswg-b", "vswp-b", mac_of (guest));
  EXPECT_TRUE (wait_until ([&] { return addresses ("vsw-lab") == Lines{ std::string (guest) + " at vswp-b" }; }));
  vsw_kernel_drain (kernel);
  EXPECT_EQ (count_told (), 1u);
}

TEST_F (Forwarding, LearnedAddressThatBecomesStaticIsForgotten)
{
  learn ("a", guest);
  events.clear ();
  apply (Op::add_address (port ("b"), mac_of (guest)));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-b static" });
  EXPECT_EQ (count_listed (), 0u);
  EXPECT_EQ (std::count (events.begin (), events.end (), "learned vsw-lab -1"), 1);
}

TEST_F (Forwarding, PortThatGoesDownForgets)
{
  learn ("a", guest);
  world->set_up ("vswp-a", false);
  EXPECT_TRUE (wait_until ([&] { return count_told () == 0; }));
  EXPECT_EQ (addresses ("vsw-lab"), Lines{});
}

TEST_F (Forwarding, PortThatIsDeletedForgets)
{
  learn ("a", guest);
  apply (Op::remove ({ port ("a") }));
  EXPECT_EQ (std::count (events.begin (), events.end (), "learned vsw-lab -1"), 1);
  EXPECT_EQ (count_listed (), 0u);
}

TEST_F (Forwarding, LimitOfLearnedAddressesHolds)
{
  if (!get ("vsw-lab")->has_max_learned)
    GTEST_SKIP () << "this kernel has no limit of learned addresses";
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_MAX_LEARNED, 1));
  learn ("a", guest);
  world->send_from ("vswg-b", "vswp-b", mac_of (other));
  wait_until ([] { return false; }, chatter);
  EXPECT_EQ (addresses ("vsw-lab"), Lines{ std::string (guest) + " at vswp-a" });
  EXPECT_EQ (count_told (), 1u);
}

TEST_F (Forwarding, TableHasTheAddressesOfItsDevices)
{
  std::vector<VswForwardingEntry> entries = forwarding ("vsw-lab");

  for (std::string name : { "vsw-lab", "vswp-a", "vswp-b" })
    {
      Link link = get (name);
      auto found = std::find_if (entries.begin (), entries.end (), [&] (const VswForwardingEntry &entry) {
        return vsw_mac_equal (entry.mac, link->mac) && entry.vlan == 0;
      });

      ASSERT_NE (found, entries.end ()) << name;
      EXPECT_TRUE (found->is_local) << name;
      EXPECT_EQ (found->port, link->is_bridge ? 0 : link->index) << name;
    }
}

TEST_F (Forwarding, TableOfWhatIsNoBridgeIsRefused)
{
  g_autoptr (GError) error = nullptr;
  Link gone = get ("vsw-lab");

  apply (Op::remove ({ by_index (gone) }));
  EXPECT_EQ (vsw_kernel_get_forwarding (kernel, gone->index, &error), nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND)) << (error != nullptr ? error->message : "");
}

/* --- counters --- */

TEST_F (Forwarding, EveryLinkHasCounters)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (GArray) counters = vsw_kernel_get_counters (kernel, &error);
  std::vector<guint> counted, listed;
  Links now = list ();
  g_autoptr (GPtrArray) all = vsw_links_list (now.get ());

  ASSERT_NE (counters, nullptr) << error->message;
  for (guint i = 0; i < counters->len; i++)
    counted.push_back (g_array_index (counters, VswCounters, i).index);
  for (guint i = 0; i < all->len; i++)
    listed.push_back (static_cast<VswLink *> (g_ptr_array_index (all, i))->index);
  std::sort (counted.begin (), counted.end ());
  EXPECT_EQ (counted, listed);
}

/* --- the guard --- */

class Guard : public Forwarding
{
};

TEST_F (Guard, KeepsHostAndBridgeApart)
{
  EXPECT_TRUE (world->is_open ("vsw-lab", "vswg-a"));
  apply (Op::guard (by_name ("vsw-lab")));
  EXPECT_TRUE (world->is_guarded ("vsw-lab", "vswg-a"));
  apply (Op::guard (by_index (get ("vsw-lab"))));
  EXPECT_TRUE (world->is_guarded ("vsw-lab", "vswg-a"));
  apply (Op::unguard ("vsw-lab"));
  EXPECT_TRUE (world->is_open ("vsw-lab", "vswg-a"));
  apply (Op::unguard ("vsw-lab"));
  EXPECT_TRUE (world->is_open ("vsw-lab", "vswg-a"));
}

TEST_F (Guard, IsOnExactlyTheBridgesOfTheReset)
{
  g_autoptr (GPtrArray) bridges = g_ptr_array_new ();
  g_autoptr (GError) error = nullptr;

  apply (Op::bridge ("vsw-two"));
  apply (Op::set (by_name ("vsw-two"), VSW_ATTRIBUTE_UP, 1));
  apply (Op::veth ("vswp-c", "vswg-c", "vsw-two"));
  apply (Op::set (by_name ("vswg-c"), VSW_ATTRIBUTE_UP, 1));
  ASSERT_TRUE (is_told ("vswp-c", forwards));
  apply (Op::guard (by_name ("vsw-lab")));

  g_ptr_array_add (bridges, const_cast<char *> ("vsw-two"));
  ASSERT_TRUE (vsw_kernel_reset_guard (kernel, bridges, &error)) << error->message;
  EXPECT_TRUE (world->is_guarded ("vsw-two", "vswg-c"));
  EXPECT_TRUE (world->is_open ("vsw-lab", "vswg-a"));

  g_ptr_array_set_size (bridges, 0);
  ASSERT_TRUE (vsw_kernel_reset_guard (kernel, bridges, &error)) << error->message;
  EXPECT_TRUE (world->is_open ("vsw-two", "vswg-c"));
}

TEST_F (Guard, IsToldLostWhenSomebodyElseRemovesIt)
{
  apply (Op::guard (by_name ("vsw-lab")));
  apply (Op::unguard ("vsw-lab"));
  apply (Op::guard (by_name ("vsw-lab")));
  wait_until ([] { return false; }, chatter);
  EXPECT_FALSE (has_event ("guard-lost")) << "what we do ourselves is no loss";

  world->lose_guard ();
  EXPECT_TRUE (wait_until ([&] { return has_event ("guard-lost"); }));
  EXPECT_TRUE (world->is_open ("vsw-lab", "vswg-a"));
  apply (Op::guard (by_name ("vsw-lab")));
  EXPECT_TRUE (world->is_guarded ("vsw-lab", "vswg-a"));
}

TEST_F (Guard, IsDeletedAfterItsBridge)
{
  apply (Op::guard (by_name ("vsw-lab")));
  apply (Op::remove ({ by_name ("vsw-lab") }));
  apply (Op::unguard ("vsw-lab"));
  apply (Op::bridge ("vsw-lab"));
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  apply (Op::set_bridge (by_name ("vswp-a"), by_name ("vsw-lab")));
  ASSERT_TRUE (is_told ("vswp-a", forwards));
  EXPECT_TRUE (world->is_open ("vsw-lab", "vswg-a"));
}
