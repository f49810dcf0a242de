/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real kernel in a namespace of its own, with everything written down that it tells. */
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kernel/op_maker.h"
#include "support/netns_fixture.h"

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
