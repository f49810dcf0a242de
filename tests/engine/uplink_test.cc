/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host: bound and let go, known again under whatever name they come, and what they were when a change is cut off. */
#include "engine/uplink_fixture.h"

namespace
{

class Uplink : public UplinkFixture
{
};

} // namespace

TEST_F (Uplink, IsAPortAndThenWhatItWas)
{
  vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_MTU, 1600);
  settle ();
  std::string before = kernel_state ();

  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  EXPECT_TRUE (passes_uplink ());
  EXPECT_EQ (link ("eth0")->mtu, 1500u) << "the switch's";
  EXPECT_TRUE (link ("eth0")->ipv6_quiet);
  EXPECT_STREQ (link ("eth0")->name, "eth0");
  EXPECT_EQ (kind_of ("lab"), "external");
  EXPECT_EQ (drift (), "");

  ASSERT_EQ (apply ({ unbind ("lab", "eth0") }), "");
  EXPECT_EQ (kernel_state (), before);
  EXPECT_EQ (kind_of ("lab"), "internal");
  EXPECT_EQ (nic ("eth0"), nullptr);
  EXPECT_EQ (drift (), "");
}

TEST_F (Uplink, ThatWasDownIsDownAgain)
{
  vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_UP, 0);
  settle ();
  std::string before = kernel_state ();

  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  EXPECT_TRUE (link ("eth0")->is_up);
  ASSERT_EQ (apply ({ unbind ("lab", "eth0") }), "");
  EXPECT_EQ (kernel_state (), before);
}

TEST_F (Uplink, IsPromiscuousAgainAsItWas)
{
  auto set = [&] (bool is_set) {
    vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_PROMISCUOUS, is_set);
    settle ();
  };

  for (bool was : { true, false })
    {
      set (was);
      std::string before = kernel_state ();
      ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
      EXPECT_EQ (link ("eth0")->is_promiscuous, was) << "the bridge sees to it itself";
      set (!was);
      EXPECT_EQ (drift (), "") << "as somebody likes";
      restart ();
      ASSERT_EQ (apply ({ unbind ("lab", "eth0") }), "");
      EXPECT_EQ (kernel_state (), before);
    }
}

TEST_F (Uplink, IsNeverTakenDownWhileItIsBound)
{
  int downs = 0;
  gulong watch = g_signal_connect (kernel, "link", G_CALLBACK (+[] (VswKernel *, VswLink *link, gboolean, int *n) {
                                     *n += g_str_equal (link->name, "eth0") && !link->is_up;
                                   }),
                                   &downs);

  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  ASSERT_EQ (apply ({ unbind ("lab", "eth0") }), "");
  g_signal_handler_disconnect (kernel, watch);
  EXPECT_EQ (downs, 0) << "its link takes seconds to come back";
}

TEST_F (Uplink, WithTheHostsAddressesIsRefusedUnlessTheyMayGo)
{
  set_ip ("eth0", { "address 192.0.2.5/24", "route default via 192.0.2.1" });
  std::string before = kernel_state ();

  EXPECT_NE (apply ({ bind ("lab", "eth0") }).find ("192.0.2.5/24"), std::string::npos) << last_error;
  EXPECT_EQ (last_code, VSW_ERROR_IN_USE);
  EXPECT_EQ (kernel_state (), before);
  EXPECT_EQ (nic ("eth0"), nullptr);

  ASSERT_EQ (apply ({ bind ("lab", "eth0", TRUE) }), "");
  EXPECT_EQ (list_ip ("eth0"), "");
  restart ();
  ASSERT_EQ (apply ({ unbind ("lab", "eth0") }), "");
  EXPECT_EQ (kernel_state (), before) << "the store kept what was taken off";
}

TEST_F (Uplink, ComesBackUnderAnotherName)
{
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (kernel, VSW_FAKE_HOME, "eth0", "enp3s0"));
  wait ([&] { return nic ("enp3s0") != nullptr; }, "the new name");
  EXPECT_EQ (nic ("eth0"), nullptr);
  EXPECT_TRUE (passes_uplink ());

  unplug ("enp3s0");
  wait ([&] { return state_of_switch ("lab") == "uplink-missing"; }, "it to be missed");
  EXPECT_EQ (kind_of ("lab"), "external");
  EXPECT_TRUE (passes ("web")) << "all else works";

  plug ("usb7", first_mac, first_mac, "");
  wait ([&] { return passes_uplink (); }, "it to be bound again");
  wait ([&] { return nic ("usb7") != nullptr; }, "its name");
  EXPECT_EQ (state_of_switch ("lab"), "ok");
}

TEST_F (Uplink, ComesBackWhileNobodyLooked)
{
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  stop ();
  unplug ("eth0");
  plug ("eth9", first_mac, first_mac, "0000:00:09.0");
  start ();
  wait ([&] { return nic ("eth9") != nullptr; }, "its name");
  EXPECT_TRUE (passes_uplink ());
}

TEST_F (Uplink, ComesLate)
{
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  stop ();
  unplug ("eth0");
  start ();
  EXPECT_EQ (state_of_switch ("lab"), "uplink-missing");
  EXPECT_EQ (missed (), "uplink eth0 of switch lab is missing, and guests reach nobody but each other. Plug it in again; if "
                        "it is gone for good: vmswitchctl external unbind eth0.\n");
  EXPECT_EQ (drift (), "");
  plug ("eth0", first_mac, first_mac, "");
  wait ([&] { return passes_uplink (); }, "it to be bound again");
  EXPECT_EQ (missed (), "");
}

TEST_F (Uplink, IsMissedNoMoreWhenItsSwitchGoes)
{
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  unplug ("eth0");
  wait ([&] { return !missed ().empty (); }, "it to be missed");
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_SWITCH, "id-lab", TRUE) }), "");
  EXPECT_EQ (missed (), "");
}

TEST_F (Uplink, IsNotAnotherThatTookItsName)
{
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  unplug ("eth0");
  settle ();
  plug ("eth0", second_mac, second_mac, "0000:00:03.0");
  settle ();
  EXPECT_EQ (link ("eth0")->bridge, 0u) << "a look-alike under its name, in its slot";
  EXPECT_EQ (state_of_switch ("lab"), "uplink-missing");
}

TEST_F (Uplink, WithoutAPermanentAddressIsKnownByAddressAndName)
{
  plug ("virt0", VswMac{}, third_mac, "");
  settle ();
  ASSERT_EQ (apply ({ bind ("lab", "virt0") }), "");
  unplug ("virt0");
  settle ();
  plug ("other", VswMac{}, third_mac, "");
  settle ();
  EXPECT_EQ (link ("other")->bridge, 0u) << "its address alone";
  plug ("virt0", VswMac{}, second_mac, "");
  settle ();
  EXPECT_EQ (link ("virt0")->bridge, 0u) << "its name alone";
  unplug ("virt0");
  settle ();
  plug ("virt0", VswMac{}, third_mac, "");
  wait ([&] { return link ("virt0") != nullptr && link ("virt0")->bridge != 0; }, "both");
}

TEST_F (Uplink, OfSeveralWithOneAddressIsTheOneInItsPlace)
{
  plug ("p1", third_mac, third_mac, "0000:00:05.0");
  plug ("p2", third_mac, third_mac, "0000:00:05.1");
  settle ();
  ASSERT_EQ (apply ({ bind ("lab", "p2") }), "");
  EXPECT_NE (link ("p2")->bridge, 0u);
  EXPECT_EQ (link ("p1")->bridge, 0u);
  restart ();
  EXPECT_NE (link ("p2")->bridge, 0u);
  EXPECT_EQ (link ("p1")->bridge, 0u);
  ASSERT_EQ (apply ({ unbind ("lab", "p2") }), "");
  EXPECT_EQ (link ("p2")->bridge, 0u);
}

TEST_F (Uplink, ThatAnotherHandTakesOutIsPutBack)
{
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "eth0", nullptr));
  wait ([&] { return link ("eth0")->bridge == 0; }, "the harm");
  wait ([&] { return passes_uplink (); }, "the repair");
}

/* Such a comparison is about every port, and the same hand is the reason for it. */
TEST_F (Uplink, ThatIsTakenOutBeforeAddressesAreComparedIsPutBackAfterwards)
{
  set_ip ("eth0", { "address 192.0.2.5/24" });
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  settle ();
  vsw_fake_kernel_block (kernel);
  vsw_kernel_emit_address (kernel, link ("eth0")->index);
  g_usleep (10000); /* the comparison begins before the look at the NIC */
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "eth0", nullptr));
  settle ();
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  EXPECT_EQ (link ("eth0")->bridge, 0u);
  vsw_fake_kernel_release (kernel);
  wait ([&] { return passes_uplink (); }, "the NIC in its bridge");
}

TEST_F (Uplink, IsOneASwitch)
{
  plug ("eth1", second_mac, second_mac, "");
  settle ();
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  EXPECT_NE (apply ({ bind ("lab", "eth1") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_INVALID_STATE) << last_error;
  ASSERT_EQ (apply ({ new_switch ("spare") }), "");
  EXPECT_NE (apply ({ bind ("spare", "eth0") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_IN_USE) << last_error;
  EXPECT_EQ (last_error, "eth0 is the uplink of switch lab: vmswitchctl external unbind eth0 undoes that");
  EXPECT_NE (apply ({ unbind ("spare", "eth0") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_INVALID_STATE) << last_error;
}

TEST_F (Uplink, IsLetGoWithItsSwitch)
{
  set_ip ("eth0", { "address 192.0.2.5/24" });
  ASSERT_EQ (apply ({ bind ("lab", "eth0", TRUE) }), "");
  EXPECT_NE (apply ({ vsw_change_delete (VSW_KIND_SWITCH, "id-lab", FALSE) }), "");
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_SWITCH, "id-lab", TRUE) }), "");
  EXPECT_EQ (link ("eth0")->bridge, 0u);
  EXPECT_EQ (list_ip ("eth0"), "address 192.0.2.5/24");
  EXPECT_NE (vsw_links_find_name (vsw_engine_get_links (engine), "eth0"), nullptr) << "it is not ours to delete";
}

TEST_F (Uplink, ThatWasCutOffIsRescuedByTheNextStart)
{
  set_ip ("eth0", { "address 192.0.2.5/24", "route default via 192.0.2.1" });
  std::string before = kernel_state ();

  /* The daemon dies after step k: nothing is undone, nothing is committed. */
  for (guint k = 1;; k++)
    {
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_lasting_fault (kernel, k, VSW_ERROR_KERNEL);
      apply ({ bind ("lab", "eth0", TRUE) });
      settle ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        {
          ASSERT_GT (k, 3u);
          break;
        }
      restart ();
      ASSERT_EQ (kernel_state (), before) << "cut off at step " << k;
      ASSERT_EQ (nic ("eth0"), nullptr);
    }

  std::string bound = kernel_state ();
  for (guint k = 1;; k++)
    {
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_lasting_fault (kernel, k, VSW_ERROR_KERNEL);
      apply ({ unbind ("lab", "eth0") });
      settle ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        break;
      restart ();
      ASSERT_EQ (kernel_state (), bound) << "cut off at step " << k;
      ASSERT_NE (nic ("eth0"), nullptr);
    }
  EXPECT_EQ (kernel_state (), before);
}

/* --- a spanning tree that holds new ports back --- */

class UplinkBehindATree : public UplinkFixture
{
protected:
  void
  SetUp () override
  {
    UplinkFixture::SetUp ();
    g_autoptr (VswSwitch) draft = spanning (TRUE);
    ASSERT_EQ (apply ({ vsw_change_modify (draft, VSW_GIVEN_SPANNING_TREE) }), "");
    set_ip ("eth0", { "address 192.0.2.5/24" });
    settle ();
  }

  VswSwitch *
  spanning (gboolean is_on)
  {
    VswSwitch fields = {};
    fields.head = head (VSW_KIND_SWITCH, "lab", VSW_LIFETIME_PERSISTENT, nullptr);
    fields.spanning_tree = is_on;
    return vsw_switch_new (&fields);
  }

  /* How many devices are wired to another. */
  size_t
  count_diverted ()
  {
    g_autofree char *text = vsw_fake_kernel_print (kernel);
    size_t n = 0;
    for (const char *place = text; (place = strstr (place, "diverted to ")) != nullptr; place++)
      n++;
    return n;
  }

  void
  wait_until_through ()
  {
    wait ([&] { return count_diverted () == 0; }, "the host to be wired through its switch");
  }
};

TEST_F (UplinkBehindATree, IsWiredToTheHostUntilFramesPass)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  settle ();
  EXPECT_EQ (link ("eth0")->port_state, VSW_PORT_STATE_LISTENING);
  EXPECT_EQ (count_diverted (), 2u);
  vsw_fake_kernel_pass_forward_delay (kernel);
  settle ();
  EXPECT_EQ (link ("eth0")->port_state, VSW_PORT_STATE_LEARNING);
  EXPECT_EQ (count_diverted (), 2u);
  vsw_fake_kernel_pass_forward_delay (kernel);
  wait_until_through ();
  EXPECT_TRUE (passes_uplink ());
}

/* As of a driver that sets its hardware up anew for another MTU. */
TEST_F (UplinkBehindATree, StaysWiredToTheHostWhileItsCarrierIsAwayForAMoment)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_cable (kernel, "eth0", FALSE));
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_engine_pass_time (engine, 5 * G_USEC_PER_SEC);
  settle ();
  EXPECT_EQ (link ("eth0")->port_state, VSW_PORT_STATE_DISABLED);
  EXPECT_EQ (count_diverted (), 2u);
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_cable (kernel, "eth0", TRUE));
  settle ();
  vsw_engine_pass_time (engine, 5 * G_USEC_PER_SEC);
  settle ();
  EXPECT_EQ (link ("eth0")->port_state, VSW_PORT_STATE_LISTENING);
  EXPECT_EQ (count_diverted (), 2u);
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  wait_until_through ();
  EXPECT_TRUE (passes_uplink ());
}

/* Until then the host and the guests of its switch do not hear each other. */
TEST_F (UplinkBehindATree, IsWiredThroughWhenItsCarrierStaysAway)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_cable (kernel, "eth0", FALSE));
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  settle ();
  EXPECT_EQ (count_diverted (), 2u);
  vsw_engine_pass_time (engine, 10 * G_USEC_PER_SEC);
  wait_until_through ();
}

TEST_F (UplinkBehindATree, IsWiredThroughWhenTheTreeIsTurnedOff)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  settle ();
  EXPECT_EQ (count_diverted (), 2u);
  g_autoptr (VswSwitch) draft = spanning (FALSE);
  ASSERT_EQ (apply ({ vsw_change_modify (draft, VSW_GIVEN_SPANNING_TREE) }), "");
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  wait_until_through ();
}

TEST_F (UplinkBehindATree, IsWiredThroughByTheNextStart)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  restart ();
  settle ();
  EXPECT_EQ (count_diverted (), 2u) << "frames do not pass yet";
  stop ();
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  start ();
  wait_until_through ();
}

TEST_F (UplinkBehindATree, IsTriedAgainToBeWiredThrough)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  settle ();
  vsw_fake_kernel_set_fault (kernel, 1, VSW_ERROR_KERNEL);
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  settle ();
  wait ([&] { return count_diverted () == 1; }, "the other one");
  vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_MTU, 1400);
  wait_until_through ();
}

TEST_F (UplinkBehindATree, IsWiredAgainWhenTheWayBackFails)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  vsw_fake_kernel_pass_forward_delay (kernel);
  vsw_fake_kernel_pass_forward_delay (kernel);
  wait_until_through ();
  for (guint k = 1;; k++)
    {
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      std::string failure = apply ({ teardown ("lab") });
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      settle ();
      if (failure == "")
        {
          ASSERT_GT (k, 5u);
          break;
        }
      if (link ("eth0")->port_state != VSW_PORT_STATE_FORWARDING)
        {
          EXPECT_EQ (count_diverted (), 2u) << "failed at step " << k;
          vsw_fake_kernel_pass_forward_delay (kernel);
          vsw_fake_kernel_pass_forward_delay (kernel);
        }
      wait_until_through ();
    }
  EXPECT_EQ (count_diverted (), 0u);
}
