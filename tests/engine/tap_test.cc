/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects follow their taps, and taps that their holders change are kept from doing harm. */
#include "engine/engine_fixture.h"

namespace
{

class Tap : public EngineFixture
{
protected:
  void
  SetUp () override
  {
    EngineFixture::SetUp ();
    ASSERT_EQ (apply ({ new_switch ("lab") }), "");
  }

  /* A NIC of that name with a port made for it, its descriptors in a handout. */
  VswHandout *
  attach (const std::string &name, guint32 queues = 1)
  {
    VswHandout *handout = vsw_handout_new (0);
    std::string nic_id = id (name);
    EXPECT_EQ (apply ({ new_tap (name, handout, VSW_LIFETIME_DESCRIPTOR, queues, 1000),
                        new_port ("lab", name + "-port", nic_id.c_str (), VSW_LIFETIME_DESCRIPTOR),
                        connect (name + "-port", name) }),
               "");
    return handout;
  }

  VswHandout *
  open (const std::string &nic_id)
  {
    VswHandout *handout = vsw_handout_new (0);
    EXPECT_EQ (apply ({ vsw_change_open (nic_id.c_str (), handout) }), "");
    return handout;
  }

  void
  make_system ()
  {
    ASSERT_EQ (apply ({ new_system ("vm"), new_setting ("vm", "net0", "lab"), new_setting ("vm", "net1", "lab"),
                        request_state ("vm", VSW_SYSTEM_ENABLED) }),
               "");
  }

  bool
  has_warning (const char *code, const char *part = "")
  {
    GPtrArray *warnings = vsw_engine_get_warnings (engine);
    for (guint i = 0; i < warnings->len; i++)
      {
        auto *warning = static_cast<VswWarning *> (g_ptr_array_index (warnings, i));
        if (g_str_equal (warning->code, code) && strstr (warning->text, part) != nullptr)
          return true;
      }
    return false;
  }

  std::string
  state_of_nic (const std::string &name)
  {
    return vsw_facts_nic_state (vsw_engine_get_model (engine), vsw_engine_get_links (engine), nic (name));
  }
};

TEST_F (Tap, PassesFramesWhenItsCallerHasItsDescriptor)
{
  g_autoptr (VswHandout) handout = attach ("guest");

  EXPECT_EQ (handout->n_fds, 1u);
  EXPECT_TRUE (handout->has_vnet_header);
  EXPECT_TRUE (passes ("guest-port"));
  EXPECT_EQ (state_of_nic ("guest"), "ok");
  EXPECT_EQ (device ("vswp-guest")->tap_owner, 1000u);
  EXPECT_FALSE (device ("vswp-guest")->tap_is_kept);
}

TEST_F (Tap, TakesItsObjectsAlongWithItsLastDescriptor)
{
  VswHandout *handout = attach ("guest", 2);
  std::string before = kernel_shape ();

  ASSERT_EQ (handout->n_fds, 2u);
  close (handout->fds[0]);
  handout->fds[0] = handout->fds[1];
  handout->n_fds = 1;
  settle ();
  ASSERT_NE (nic ("guest"), nullptr) << "one descriptor is still open";

  vsw_handout_unref (handout);
  wait ([&] { return nic ("guest") == nullptr; }, "the NIC to go");
  EXPECT_EQ (vsw_model_get_port (vsw_engine_get_model (engine), "id-guest-port"), nullptr);
  EXPECT_EQ (device ("vswp-guest"), nullptr);
  EXPECT_TRUE (has_changed ("id-guest-port"));
  restart ();
  EXPECT_EQ (nic ("guest"), nullptr);
}

TEST_F (Tap, LeavesAPortThatWasNotMadeForIt)
{
  g_autoptr (VswHandout) handout = vsw_handout_new (0);
  ASSERT_EQ (apply ({ new_port ("lab", "web"), new_tap ("guest", handout), connect ("web", "guest") }), "");

  vsw_handout_close (handout);
  wait ([&] { return nic ("guest") == nullptr; }, "the NIC to go");
  VswPort *port = vsw_model_get_port (vsw_engine_get_model (engine), "id-web");
  ASSERT_NE (port, nullptr);
  EXPECT_EQ (port->nic_id, nullptr);
}

TEST_F (Tap, StaysWithoutDescriptorsWhenItsLifetimeIsAnother)
{
  g_autoptr (VswHandout) handout = vsw_handout_new (0);
  ASSERT_EQ (apply ({ new_tap ("guest", handout, VSW_LIFETIME_RUNTIME), new_port ("lab", "port", "id-guest"),
                      connect ("port", "guest") }),
             "");
  EXPECT_TRUE (passes ("port"));

  vsw_handout_close (handout);
  wait ([&] { return !passes ("port"); }, "the carrier to go");
  ASSERT_NE (device ("vswp-guest"), nullptr);
  EXPECT_EQ (state_of_nic ("guest"), "down");

  g_autoptr (VswHandout) again = open ("id-guest");
  wait ([&] { return passes ("port"); }, "the carrier to come back");
}

TEST_F (Tap, IsOpenedOnceWhenItGoesWithItsDescriptors)
{
  make_system ();
  VswNic *first = nic ("vm-net0");
  ASSERT_NE (first, nullptr);
  EXPECT_TRUE (device (first->device)->tap_is_kept);
  EXPECT_EQ (state_of_nic ("vm-net0"), "down");

  std::string nic_id = first->head.id;
  g_autoptr (VswHandout) handout = open (nic_id);
  EXPECT_EQ (handout->n_fds, 1u);
  EXPECT_FALSE (device (nic ("vm-net0")->device)->tap_is_kept);
  EXPECT_EQ (state_of_nic ("vm-net0"), "ok");

  g_autoptr (VswHandout) second = vsw_handout_new (0);
  EXPECT_NE (apply ({ vsw_change_open (nic_id.c_str (), second) }), "");
  EXPECT_EQ (last_code, VSW_ERROR_IN_USE);
  EXPECT_EQ (second->n_fds, 0u);
}

TEST_F (Tap, WaitsAcrossARestartToBeOpened)
{
  make_system ();
  std::string before = model_state ();

  restart ();
  EXPECT_EQ (model_state (), before);
  EXPECT_EQ (state_of ("vm"), "enabled");
  std::string nic_id = nic ("vm-net1")->head.id;
  g_autoptr (VswHandout) handout = open (nic_id);
  EXPECT_EQ (handout->n_fds, 1u);
}

TEST_F (Tap, IsMadeAgainWhenAnotherHandDeletesItBeforeItIsOpened)
{
  make_system ();

  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, nic ("vm-net0")->device));
  wait ([&] { return device (nic ("vm-net0")->device) != nullptr; }, "the tap to come back");
  settle ();
  EXPECT_EQ (state_of ("vm"), "enabled");
  EXPECT_TRUE (device (nic ("vm-net0")->device)->tap_is_kept);
}

TEST_F (Tap, DisablesItsSystemWithTheLastOne)
{
  make_system ();
  std::string first = nic ("vm-net0")->head.id, second = nic ("vm-net1")->head.id;
  VswHandout *handouts[] = { open (first), open (second) };

  vsw_handout_unref (handouts[0]);
  wait ([&] { return nic ("vm-net0") == nullptr; }, "the first NIC to go");
  EXPECT_EQ (state_of ("vm"), "enabled");

  vsw_handout_unref (handouts[1]);
  wait ([&] { return nic ("vm-net1") == nullptr; }, "the second NIC to go");
  EXPECT_EQ (state_of ("vm"), "disabled");
  EXPECT_EQ (g_hash_table_size (vsw_model_get_ports_of (vsw_engine_get_model (engine), "id-lab")), 0u);

  ASSERT_EQ (apply ({ request_state ("vm", VSW_SYSTEM_ENABLED) }), "");
  EXPECT_NE (nic ("vm-net0"), nullptr);
}

TEST_F (Tap, ThatIsGoneAtTheStartIsForgottenWithItsSystem)
{
  make_system ();
  std::string first = nic ("vm-net0")->head.id, second = nic ("vm-net1")->head.id;
  VswHandout *handouts[] = { open (first), open (second) };

  stop ();
  vsw_handout_close (handouts[0]);
  vsw_handout_close (handouts[1]);
  start ();
  EXPECT_EQ (nic ("vm-net0"), nullptr);
  EXPECT_EQ (nic ("vm-net1"), nullptr);
  EXPECT_EQ (state_of ("vm"), "disabled");
  EXPECT_EQ (device ("vswp-vm-net0"), nullptr);
  restart ();
  EXPECT_EQ (state_of ("vm"), "disabled");
  vsw_handout_unref (handouts[0]);
  vsw_handout_unref (handouts[1]);
}

/* What a crash between the commit and the release leaves, too: handed out, kept, and in nobody's hands. */
TEST_F (Tap, ThatItsHolderMadeStayIsTakenAwayWhenHeHasGone)
{
  g_autoptr (VswHandout) handout = attach ("guest");

  stop ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_keep_tap (kernel, "vswp-guest", TRUE));
  vsw_handout_close (handout);
  start ();
  wait ([&] { return nic ("guest") == nullptr; }, "the NIC to go");
  EXPECT_EQ (vsw_links_find_name (vsw_engine_get_links (engine), "vswp-guest"), nullptr);
}

TEST_F (Tap, OfAnotherOwnerIsCutOffUntilItIsGivenBack)
{
  g_autoptr (VswHandout) handout = attach ("guest");

  ASSERT_TRUE (vsw_fake_kernel_foreign_own_tap (kernel, "vswp-guest", 1001));
  wait ([&] { return !passes ("guest-port"); }, "the port to go down");
  wait ([&] { return has_warning ("tap-tampered"); }, "the warning");
  EXPECT_EQ (state_of_nic ("guest"), "degraded");
  EXPECT_FALSE (device ("vswp-guest")->is_up);
  ASSERT_NE (nic ("guest"), nullptr);

  vsw_handout_close (handout);
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_NIC, "id-guest", TRUE) }), "") << "an ordinary change is not in the way";
  settle ();
  EXPECT_EQ (vsw_links_find_name (vsw_engine_get_links (engine), "vswp-guest"), nullptr);
  EXPECT_FALSE (has_warning ("tap-tampered"));
}

/* The kernel tells nothing of a device that is down. */
TEST_F (Tap, ThatItsHolderMadeStayGoesSoonAfterHim)
{
  g_autoptr (VswHandout) handout = attach ("guest");

  ASSERT_TRUE (vsw_fake_kernel_foreign_keep_tap (kernel, "vswp-guest", TRUE));
  wait ([&] { return has_warning ("tap-tampered"); }, "the warning");
  settle ();
  EXPECT_FALSE (device ("vswp-guest")->is_up);

  vsw_handout_close (handout);
  gint64 start = g_get_monotonic_time ();
  wait ([&] { return nic ("guest") == nullptr; }, "the NIC to go");
  EXPECT_LT (g_get_monotonic_time () - start, 3 * G_USEC_PER_SEC);
  EXPECT_EQ (vsw_links_find_name (vsw_engine_get_links (engine), "vswp-guest"), nullptr);
  EXPECT_FALSE (has_warning ("tap-tampered"));
}

TEST_F (Tap, OfAGroupIsCutOffUntilItsHolderHasGone)
{
  g_autoptr (VswHandout) handout = attach ("guest");

  ASSERT_TRUE (vsw_fake_kernel_foreign_group_tap (kernel, "vswp-guest", 1001));
  wait ([&] { return !passes ("guest-port"); }, "the port to go down");
  wait ([&] { return has_warning ("tap-tampered", "group 1001"); }, "the warning");
  EXPECT_EQ (state_of_nic ("guest"), "degraded");

  vsw_handout_close (handout);
  wait ([&] { return nic ("guest") == nullptr; }, "the NIC to go");
  EXPECT_FALSE (has_warning ("tap-tampered"));
}

TEST_F (Tap, ThatCarriesNoEthernetIsPluggedInWhenItDoesAgain)
{
  g_autoptr (VswHandout) handout = attach ("guest");

  ASSERT_EQ (apply ({ vsw_change_disconnect ("id-guest-port") }), "");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_tap_type (kernel, "vswp-guest", 772));
  wait ([&] { return has_warning ("tap-tampered", "link type 772"); }, "the warning");
  EXPECT_EQ (state_of_nic ("guest"), "degraded");
  ASSERT_EQ (apply ({ vsw_change_connect ("id-guest-port", "id-guest") }), "");
  EXPECT_FALSE (passes ("guest-port"));

  ASSERT_TRUE (vsw_fake_kernel_foreign_set_tap_type (kernel, "vswp-guest", 1));
  wait ([&] { return passes ("guest-port"); }, "the port to pass frames");
  EXPECT_FALSE (has_warning ("tap-tampered"));
  EXPECT_EQ (state_of_nic ("guest"), "ok");
}

/* This the kernel tells also of a device that is down. */
TEST_F (Tap, WhoseLinkTypeGoesToAndFroIsLookedAtOnceASecond)
{
  g_autoptr (VswHandout) handout = attach ("guest");
  guint told = 0;

  ASSERT_EQ (apply ({ vsw_change_disconnect ("id-guest-port") }), "");
  gulong handler = g_signal_connect_swapped (engine, "changed", G_CALLBACK (+[] (guint *n, GPtrArray *touched) {
                                               *n += g_ptr_array_find_with_equal_func (touched, VSW_ENGINE_MANAGER_KEY,
                                                                                       g_str_equal, nullptr);
                                             }),
                                             &told);
  gint64 start = g_get_monotonic_time ();
  for (int i = 0; i < 20; i++)
    {
      ASSERT_TRUE (vsw_fake_kernel_foreign_set_tap_type (kernel, "vswp-guest", i % 2 == 0 ? 772 : 1));
      settle ();
    }
  g_signal_handler_disconnect (engine, handler);
  EXPECT_LE (told, 2 + 2 * (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
}

TEST_F (Tap, WhoseAddressIsChangedWithoutEndIsCutOff)
{
  g_autoptr (VswHandout) handout = attach ("guest");

  for (int i = 0; i < 200 && !has_warning ("drift-fight"); i++)
    {
      VswMac mac = { { 2, 0, 0, 0, 1, (guint8)i } };
      vsw_fake_kernel_foreign_set_mac (kernel, VSW_FAKE_HOME, "vswp-guest", mac);
      settle ();
    }
  EXPECT_TRUE (has_warning ("drift-fight"));
  settle ();
  EXPECT_FALSE (device ("vswp-guest")->is_up);
  EXPECT_FALSE (passes ("guest-port"));
  EXPECT_EQ (state_of_nic ("guest"), "degraded");

  /* No pause of repairs is in the way of its end. */
  vsw_handout_close (handout);
  gint64 start = g_get_monotonic_time ();
  wait ([&] { return nic ("guest") == nullptr; }, "the NIC to go");
  EXPECT_LT (g_get_monotonic_time () - start, 3 * G_USEC_PER_SEC);
  EXPECT_FALSE (has_warning ("drift-fight"));
}

TEST_F (Tap, KeepsItsDescriptorsWhenItsPortMoves)
{
  g_autoptr (VswHandout) handout = attach ("guest");
  guint index = device ("vswp-guest")->index;

  ASSERT_EQ (apply ({ new_switch ("other"), vsw_change_move ("id-guest-port", "id-other") }), "");
  EXPECT_EQ (device ("vswp-guest")->index, index);
  EXPECT_TRUE (passes ("guest-port"));
}

TEST_F (Tap, OfACallerThatHasGoneLeavesNothing)
{
  std::string before = kernel_shape ();
  {
    g_autoptr (VswHandout) handout = attach ("guest");
  }
  wait ([&] { return nic ("guest") == nullptr; }, "the NIC to go");
  settle ();
  EXPECT_EQ (kernel_shape (), before);
}

} // namespace
