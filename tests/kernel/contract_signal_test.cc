// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of kernel/kernel.h about what is told of others' doings, about what is asked, and about leaving no trace.
#include "kernel/contract_fixture.h"

#include <algorithm>

class Signals : public KernelContract
{
protected:
  bool
  has_event (const std::string &event) const
  {
    return std::find (events.begin (), events.end (), event) != events.end ();
  }
};

TEST_F (Signals, ComeFromTheMainLoopUnasked)
{
  world->add_bridge ("theirs");
  EXPECT_TRUE (is_told ("theirs", [] (const VswLink *link) { return link->is_bridge; }));
  world->remove ("theirs");
  EXPECT_TRUE (is_told_gone ("theirs"));
}

TEST_F (Signals, TellEveryChangeOfAForeignHand)
{
  world->add_bridge ("bridge0");
  world->add_pair ("veth0", "veth1");
  world->rename ("veth0", "renamed0");
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *) { return true; }));
  EXPECT_TRUE (is_told_gone ("veth0"));
  world->set_mac ("renamed0", "0a:00:00:00:00:07");
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *link) { return print_mac (link->mac) == "0a:00:00:00:00:07"; }));
  world->set_mtu ("renamed0", 1333);
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *link) { return link->mtu == 1333; }));
  /* Of a link that is down the kernel tells neither of the next two. */
  world->set_up ("renamed0", true);
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *link) { return bool (link->is_up); }));
  world->set_group ("renamed0", 77);
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *link) { return link->group == 77; }));
  world->set_alias ("renamed0", "hello");
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *link) { return std::string (link->alias) == "hello"; }));
  world->set_bridge ("renamed0", "bridge0");
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *link) { return link->is_port && link->bridge != 0; }));
  world->set_bridge ("renamed0", "");
  EXPECT_TRUE (is_told ("renamed0", [] (const VswLink *link) { return !link->is_port && link->bridge == 0; }));
  world->remove ("veth1");
  EXPECT_TRUE (is_told_gone ("renamed0"));
}

TEST_F (Signals, TellOfAddressesOfTheHost)
{
  world->add_pair ("veth0", "veth1");
  ASSERT_TRUE (is_told ("veth1", [] (const VswLink *) { return true; }));
  EXPECT_FALSE (has_event ("ip veth0"));
  world->add_address ("veth0", "192.0.2.5/24");
  EXPECT_TRUE (wait_until ([&] { return has_event ("ip veth0"); }));
  EXPECT_FALSE (has_event ("ip veth1"));
  events.clear ();
  world->remove_address ("veth0", "192.0.2.5/24");
  world->rename ("veth1", "veth9");
  ASSERT_TRUE (is_told ("veth9", [] (const VswLink *) { return true; }));
  EXPECT_FALSE (has_event ("ip veth0")) << "one that goes is not told";
}

TEST_F (Signals, DeviceOfOursThatWasRenamedKeepsItsIndexAndMark)
{
  apply (Op::bridge ("vsw-lab"));
  Link before = get ("vsw-lab");
  world->rename ("vsw-lab", "mine-now");
  EXPECT_TRUE (is_told ("mine-now", [&] (const VswLink *link) {
    return link->index == before->index && link->group == VSW_GROUP_OURS && std::string (link->alias) == before->alias;
  }));
}

TEST_F (Signals, NameMayHoldAnyBytes)
{
  const std::string bytes = "\xff\xfe", escape = "\x1b[31mred", option = "-x", looks = "br0@if2";

  for (const std::string &name : { bytes, escape, option, looks })
    {
      world->add_pair ("veth0", "veth1");
      world->rename ("veth0", name);
      EXPECT_TRUE (is_told (name, [] (const VswLink *) { return true; }));
      EXPECT_EQ (get (name)->name, name);
      world->remove ("veth1");
      EXPECT_TRUE (is_told_gone (name));
    }
}

TEST_F (Signals, WhatADownLinkHidesComesWithTheNextNews)
{
  world->add_bridge ("theirs");
  world->set_alias ("theirs", "hidden");
  world->set_group ("theirs", 77);
  world->set_mtu ("theirs", 1333);
  EXPECT_TRUE (is_told ("theirs", [] (const VswLink *link) {
    return link->mtu == 1333 && link->group == 77 && std::string (link->alias) == "hidden";
  }));
}

TEST_F (Signals, AliasMayHoldAnyBytes)
{
  world->add_bridge ("theirs");
  world->set_up ("theirs", true);
  world->set_alias ("theirs", "\xff\xfe\x1b[0m");
  EXPECT_TRUE (is_told ("theirs", [] (const VswLink *link) { return std::string (link->alias) == "\xff\xfe\x1b[0m"; }));
}

TEST_F (Signals, ListAfterAnOverrunHasEverything)
{
  world->overrun ();
  ASSERT_TRUE (wait_until ([&] { return has_event ("overrun"); }));
  told = list ();
  vsw_kernel_drain (kernel);
  EXPECT_NE (vsw_links_find_name (told.get (), "storm0"), nullptr);

  events.clear ();
  world->remove ("storm0");
  EXPECT_TRUE (is_told_gone ("storm0"));
  EXPECT_FALSE (has_event ("overrun"));
}

TEST_F (Signals, NothingIsToldTwice)
{
  apply (Op::bridge ("vsw-lab"));
  events.clear ();
  apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_AGEING, 300));
  vsw_kernel_drain (kernel);
  EXPECT_EQ (events, std::vector<std::string>{});
}

/* --- asked --- */

TEST_F (Signals, DescriptionNamesTheDriver)
{
  g_autoptr (GError) error = nullptr;

  apply (Op::veth ("vswp-a", "vswg-a", ""));
  Link link = get ("vswp-a");
  Link described (vsw_kernel_describe (kernel, link.get (), &error));
  ASSERT_NE (described, nullptr) << error->message;
  EXPECT_STREQ (described->driver, "veth");
  EXPECT_EQ (described->speed, G_GUINT64_CONSTANT (10000000000));
  EXPECT_TRUE (described->full_duplex);
  EXPECT_FALSE (described->is_wireless_station);
  EXPECT_STREQ (described->name, link->name);
  EXPECT_EQ (described->index, link->index);
}

TEST_F (Signals, WhatIsGoneIsNotDescribed)
{
  g_autoptr (GError) error = nullptr;

  apply (Op::veth ("vswp-a", "vswg-a", ""));
  Link link = get ("vswp-a");
  apply (Op::remove ({ by_index (link) }));
  EXPECT_EQ (vsw_kernel_describe (kernel, link.get (), &error), nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND));
}

TEST_F (Signals, ProbeIsSortedAndLeavesNothingBehind)
{
  g_autoptr (GError) error = nullptr;
  Links before = list ();
  g_auto (GStrv) first = vsw_kernel_probe (kernel, &error);
  ASSERT_NE (first, nullptr) << error->message;
  g_auto (GStrv) second = vsw_kernel_probe (kernel, &error);
  Links after = list ();

  EXPECT_TRUE (g_strv_equal (first, second));
  EXPECT_TRUE (g_strv_contains (first, "veth"));
  EXPECT_TRUE (std::is_sorted (first, first + g_strv_length (first),
                               [] (const char *a, const char *b) { return g_strcmp0 (a, b) < 0; }));
  g_autoptr (GPtrArray) left = vsw_links_list (before.get ());
  g_autoptr (GPtrArray) right = vsw_links_list (after.get ());
  ASSERT_EQ (left->len, right->len);
  for (guint i = 0; i < left->len; i++)
    EXPECT_TRUE (vsw_link_equal (static_cast<VswLink *> (g_ptr_array_index (left, i)),
                                 static_cast<VswLink *> (g_ptr_array_index (right, i))));
}
