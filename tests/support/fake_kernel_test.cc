// SPDX-License-Identifier: GPL-2.0-or-later
// What the fake kernel offers beyond the contract: faults, delays, foreign hands, and a print that shows every difference.
#include "support/fake_kernel.h"

#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "support/glib_fixture.h"

class FakeKernel : public GlibTest
{
protected:
  void
  SetUp () override
  {
    GlibTest::SetUp ();
    kernel = vsw_fake_kernel_new ();
    g_signal_connect (kernel, "link", G_CALLBACK (on_link), this);
    g_signal_connect_swapped (kernel, "overrun", G_CALLBACK (on_overrun), this);
    g_signal_connect_swapped (kernel, "guard-lost", G_CALLBACK (on_guard_lost), this);
    ASSERT_TRUE (vsw_kernel_watch (kernel, context, nullptr));
  }

  void
  TearDown () override
  {
    g_clear_object (&kernel);
    GlibTest::TearDown ();
  }

  static void
  on_link (VswKernel *, VswLink *link, gboolean gone, gpointer self)
  {
    static_cast<FakeKernel *> (self)->events.push_back ((gone ? "-" : "+") + std::string (link->name));
  }

  static void
  on_overrun (gpointer self)
  {
    static_cast<FakeKernel *> (self)->events.push_back ("overrun");
  }

  static void
  on_guard_lost (gpointer self)
  {
    static_cast<FakeKernel *> (self)->events.push_back ("guard-lost");
  }

  /* -1: it worked; else the code */
  int
  set_up (const char *name, bool is_up)
  {
    g_autoptr (GError) error = nullptr;
    VswOp op = {};

    op.kind = VSW_OP_SET;
    op.attribute = VSW_ATTRIBUTE_UP;
    op.number = is_up;
    g_strlcpy (op.device.name, name, sizeof op.device.name);
    return vsw_kernel_apply (kernel, &op, &error) ? -1 : error->code;
  }

  /* A tap of user 1000, up; its only descriptor, the caller's to close. -1: refused */
  int
  add_tap (const char *name, GError **error = nullptr)
  {
    g_autoptr (VswHandout) handout = vsw_handout_new (0);
    VswOp op = {};
    guint n = 0;

    op.kind = VSW_OP_TAP_ADD;
    g_strlcpy (op.device.name, name, sizeof op.device.name);
    op.mac = { { 0xfe, 1, 2, 3, 4, 5 } };
    op.mtu = 1500;
    op.queues = 1;
    op.owner = 1000;
    op.up = TRUE;
    op.handout = handout;
    if (!vsw_kernel_apply (kernel, &op, error))
      return -1;
    g_autofree int *fds = vsw_handout_steal (handout, &n);
    return fds[0];
  }

  void
  add_nic (const char *name)
  {
    VswLink fields = {};

    fields.name = name;
    fields.mac = fields.permanent = { { 0, 1, 2, 3, 4, 5 } };
    fields.driver = "e1000e";
    fields.bus_path = "0000:00:1f.6";
    fields.speed = 1000000000;
    fields.is_up = fields.has_carrier = TRUE;
    ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  }

  std::string
  print ()
  {
    g_autofree char *text = vsw_fake_kernel_print (kernel);

    return text;
  }

  VswKernel *kernel = nullptr; /* (owned) */
  std::vector<std::string> events;
};

TEST_F (FakeKernel, FailsTheStepItWasToldTo)
{
  std::string before = print ();

  vsw_fake_kernel_set_fault (kernel, 2, VSW_ERROR_KERNEL);
  EXPECT_EQ (set_up ("lo", false), -1);
  std::string after = print ();
  EXPECT_EQ (set_up ("lo", true), VSW_ERROR_KERNEL);
  EXPECT_EQ (print (), after);
  EXPECT_EQ (set_up ("lo", true), -1);
  EXPECT_EQ (print (), before);
  EXPECT_EQ (vsw_fake_kernel_get_applied (kernel), 3u);
  EXPECT_EQ (vsw_fake_kernel_get_struck (kernel), 1u);
}

TEST_F (FakeKernel, GoesOnFailingIfToldTo)
{
  vsw_fake_kernel_set_lasting_fault (kernel, 1, VSW_ERROR_CONFLICT);
  EXPECT_EQ (set_up ("lo", false), VSW_ERROR_CONFLICT);
  EXPECT_EQ (set_up ("lo", false), VSW_ERROR_CONFLICT);
  vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
  EXPECT_EQ (set_up ("lo", false), -1);
  EXPECT_EQ (vsw_fake_kernel_get_applied (kernel), 1u);
}

TEST_F (FakeKernel, FailsAReadIfToldTo)
{
  g_autoptr (GError) error = nullptr;

  vsw_fake_kernel_set_read_fault (kernel, 1, VSW_ERROR_KERNEL);
  EXPECT_EQ (vsw_kernel_list (kernel, &error), nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_KERNEL));
  g_autoptr (VswLinks) links = vsw_kernel_list (kernel, nullptr);
  EXPECT_NE (links, nullptr);
}

TEST_F (FakeKernel, WaitsInsideACallUntilReleased)
{
  int verdict = 99;

  vsw_fake_kernel_block (kernel);
  std::thread worker ([&] { verdict = set_up ("lo", false); });
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  EXPECT_NE (print ().find ("\"lo\" #1 hardware mac 00:00:00:00:00:00 mtu 65536 up"), std::string::npos) << print ();
  vsw_fake_kernel_release (kernel);
  worker.join ();
  EXPECT_EQ (verdict, -1);
  EXPECT_NE (print ().find (" down"), std::string::npos);
}

TEST_F (FakeKernel, TellsFromAnotherThreadOnTheMainContext)
{
  std::thread ([this] { set_up ("lo", false); }).join ();
  EXPECT_TRUE (events.empty ());
  EXPECT_TRUE (wait_until ([this] { return events == std::vector<std::string>{ "+lo" }; }));
}

TEST_F (FakeKernel, TellsNothingUnaskedForAMomentAfterAList)
{
  g_autoptr (VswLinks) links = vsw_kernel_list (kernel, nullptr);

  add_nic ("eth0");
  settle ();
  EXPECT_TRUE (events.empty ());
  vsw_kernel_drain (kernel);
  EXPECT_EQ (events, std::vector<std::string>{ "+eth0" });

  g_autoptr (VswLinks) again = vsw_kernel_list (kernel, nullptr);
  vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "eth0");
  EXPECT_TRUE (wait_until ([this] { return events.back () == "-eth0"; }));
}

TEST_F (FakeKernel, HardwareLosesItsCarrierWithItsCable)
{
  add_nic ("eth0");
  EXPECT_NE (print ().find ("mtu 1500 up carrier"), std::string::npos) << print ();
  vsw_fake_kernel_foreign_set_cable (kernel, "eth0", FALSE);
  EXPECT_EQ (print ().find ("mtu 1500 up carrier"), std::string::npos) << print ();
}

TEST_F (FakeKernel, TapIsToldGoneWithItsLastDescriptorWithoutBeingAsked)
{
  int fd = add_tap ("tap0");
  int copy = dup (fd);

  vsw_kernel_drain (kernel);
  close (fd);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (events.back (), "+tap0") << "somebody still has it";
  close (copy);
  EXPECT_TRUE (wait_until ([this] { return events.back () == "-tap0"; }));
}

TEST_F (FakeKernel, TapOpenedByAnotherThreadIsWatchedToo)
{
  int fd = -1;

  std::thread ([&] { fd = add_tap ("tap0"); }).join ();
  std::thread closer ([fd] {
    g_usleep (30000);
    close (fd);
  });
  EXPECT_TRUE (wait_until ([this] { return !events.empty () && events.back () == "-tap0"; }));
  closer.join ();
}

TEST_F (FakeKernel, TapObeysItsHolderAndNobodyElse)
{
  int fd = add_tap ("tap0");

  EXPECT_EQ (vsw_fake_kernel_foreign_open_tap (kernel, "tap0", 1000), -1) << "it has one queue";
  EXPECT_TRUE (vsw_fake_kernel_foreign_keep_tap (kernel, "tap0", TRUE));
  EXPECT_TRUE (vsw_fake_kernel_foreign_own_tap (kernel, "tap0", 1001));
  EXPECT_TRUE (vsw_fake_kernel_foreign_set_tap_carrier (kernel, "tap0", FALSE));
  EXPECT_NE (print ().find (" up ours"), std::string::npos) << print ();
  EXPECT_NE (print ().find ("owner 1001 kept open 1"), std::string::npos) << print ();

  close (fd);
  EXPECT_NE (print ().find ("owner 1001 kept open 0"), std::string::npos) << print ();
  EXPECT_FALSE (vsw_fake_kernel_foreign_keep_tap (kernel, "tap0", FALSE)) << "nobody holds it";
  EXPECT_EQ (vsw_fake_kernel_foreign_open_tap (kernel, "tap0", 1000), -1) << "not his any more";
  int his = vsw_fake_kernel_foreign_open_tap (kernel, "tap0", 1001);
  EXPECT_GE (his, 0);
  EXPECT_TRUE (vsw_fake_kernel_foreign_keep_tap (kernel, "tap0", FALSE));
  close (his);
  EXPECT_EQ (print ().find ("tap0"), std::string::npos) << print ();
}

TEST_F (FakeKernel, HasNoTapsIfToldSo)
{
  g_autoptr (GError) error = nullptr;
  std::string before = print ();

  vsw_fake_kernel_set_without_taps (kernel);
  EXPECT_EQ (add_tap ("tap0", &error), -1);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED));
  EXPECT_EQ (print (), before);
  g_auto (GStrv) names = vsw_kernel_probe (kernel, nullptr);
  EXPECT_FALSE (g_strv_contains (names, "tap") || g_strv_contains (names, "tap-queues"));
}

TEST_F (FakeKernel, ForeignTapIsOneFromTheBeginning)
{
  VswLink fields = {};

  fields.name = "tap0";
  fields.link_kind = "tun";
  fields.is_tap = fields.tap_is_kept = TRUE;
  fields.tap_owner = 1000;
  ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  EXPECT_NE (print ().find ("owner 1000 kept open 0"), std::string::npos) << print ();
}

TEST_F (FakeKernel, DeafEarsMissWhatHappensAndSaySo)
{
  vsw_fake_kernel_set_deaf (kernel, TRUE);
  add_nic ("eth0");
  vsw_fake_kernel_set_deaf (kernel, FALSE);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (events, (std::vector<std::string>{ "overrun", "guard-lost" }));
}

TEST_F (FakeKernel, DeadNamespaceTakesItsDevicesAndNamesNothing)
{
  g_autoptr (GError) error = nullptr;
  int space = vsw_fake_kernel_make_namespace (kernel, 1000);

  ASSERT_NE (vsw_fake_kernel_foreign_add_pair (kernel, VSW_FAKE_HOME, "near", space, "far"), 0u);
  vsw_kernel_drain (kernel);
  vsw_fake_kernel_kill_namespace (kernel, space);
  vsw_kernel_drain (kernel);
  EXPECT_EQ (events.back (), "-near");
  EXPECT_EQ (vsw_kernel_inspect (kernel, space, 1000, &error), nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT));
}

TEST_F (FakeKernel, NamespaceBelowTheCallersIsHis)
{
  int his = vsw_fake_kernel_make_namespace (kernel, 1000);
  int nested = vsw_fake_kernel_make_nested_namespace (kernel, 100000, his);
  g_autoptr (VswNamespace) seen = vsw_kernel_inspect (kernel, dup (nested), 1000, nullptr);
  g_autoptr (VswNamespace) by_other = vsw_kernel_inspect (kernel, nested, 1001, nullptr);

  EXPECT_EQ (seen->owner, 1000u);
  EXPECT_EQ (by_other->owner, 100000u);
  close (his);
}

TEST_F (FakeKernel, PrintShowsEveryDifferenceAndNothingElse)
{
  std::string before = print ();

  add_nic ("eth0");
  EXPECT_NE (print (), before);
  g_autofree char *shape = vsw_fake_kernel_print_shape (kernel);
  vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "eth0");
  EXPECT_EQ (print (), before);
  add_nic ("eth0"); /* another one: it has another index */
  g_autofree char *again = vsw_fake_kernel_print_shape (kernel);
  EXPECT_STREQ (shape, again);
}
