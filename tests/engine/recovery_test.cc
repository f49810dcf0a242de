/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host on an internal NIC, when not everything goes as it should: it is reached again, and what is lost is told. */
#include "engine/uplink_fixture.h"

namespace
{

class Recovery : public UplinkFixture
{
protected:
  static constexpr char checkpoint[] = "id-checkpoint";
  static constexpr char everything[] = "address 192.0.2.5/24\naddress 2001:db8::5/64\nroute default via 192.0.2.1";

  void
  SetUp () override
  {
    UplinkFixture::SetUp ();
    set_ip ("eth0", { "address 192.0.2.5/24", "address 2001:db8::5/64", "route default via 192.0.2.1" });
  }

  void
  let_the_deadline_pass ()
  {
    vsw_engine_pass_time (engine, 10 * G_USEC_PER_SEC);
    wait ([&] { return vsw_model_get_checkpoint (vsw_engine_get_model (engine), checkpoint) == nullptr; }, "the rollback");
    settle ();
  }

  std::string
  losses ()
  {
    GPtrArray *warnings = vsw_engine_get_warnings (engine);
    for (guint i = 0; i < warnings->len; i++)
      if (g_str_equal (static_cast<VswWarning *> (warnings->pdata[i])->code, "rollback-incomplete"))
        return static_cast<VswWarning *> (warnings->pdata[i])->text;
    return "";
  }

  /* A NIC of a driver without permanent addresses, bound. */
  void
  bind_virtual ()
  {
    plug ("virt0", VswMac{}, third_mac, "");
    settle ();
    ASSERT_EQ (apply ({ bind ("lab", "virt0") }), "");
  }
};

} // namespace

TEST_F (Recovery, SaysWhatTheHostDoesNotGetBack)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0"), confirm_within (10) }), "");
  vsw_fake_kernel_foreign_add_ip (kernel, "vswi-lab-host", "route 10.0.0.0/8 via nowhere");
  let_the_deadline_pass ();
  EXPECT_EQ (list_ip ("eth0"), everything);
  EXPECT_NE (losses ().find ("eth0: cannot make route 10.0.0.0/8 via nowhere"), std::string::npos) << losses ();
}

TEST_F (Recovery, HasNothingToSayWhenAllComesBack)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0"), confirm_within (10) }), "");
  let_the_deadline_pass ();
  EXPECT_EQ (list_ip ("eth0"), everything);
  EXPECT_EQ (losses (), "");
}

TEST_F (Recovery, BringsBackAHostThatWasLetGoWithoutItsNic)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  unplug ("eth0");
  wait ([&] { return state_of_switch ("lab") == "uplink-missing"; }, "it to be missed");
  ASSERT_EQ (apply ({ teardown ("lab", TRUE), confirm_within (10) }), "");
  ASSERT_EQ (nic ("lab-host"), nullptr);
  let_the_deadline_pass ();
  ASSERT_NE (nic ("lab-host"), nullptr) << losses ();
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);
  EXPECT_EQ (losses (), "");

  plug ("eth0", first_mac, first_mac, "0000:00:03.0");
  wait ([&] { return passes_uplink (); }, "the NIC to be bound");
  settle ();
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);
  ASSERT_EQ (apply ({ teardown ("lab") }), "");
  EXPECT_EQ (list_ip ("eth0"), everything);
}

TEST_F (Recovery, GivesTheHostWhatItLosesWhileItsNicIsDown)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  std::string during = kernel_state ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "vswi-lab-host", VSW_ATTRIBUTE_UP, 0));
  ASSERT_NE (list_ip ("vswi-lab-host"), everything) << "the kernel takes it away";
  wait ([&] { return kernel_state () == during; }, "the repair");
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);
}

TEST_F (Recovery, KnowsANicThatWasGivenAnotherAddress)
{
  bind_virtual ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_mac (kernel, VSW_FAKE_HOME, "virt0", second_mac));
  wait ([&] { return vsw_mac_equal (nic ("virt0")->uplink->mac, second_mac); }, "its new address");
  restart ();
  EXPECT_EQ (state_of_switch ("lab"), "ok");
  EXPECT_TRUE (passes_uplink ());
}

TEST_F (Recovery, KnowsANicByItsPlaceThatChangedWhileNobodyLooked)
{
  bind_virtual ();
  stop ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_mac (kernel, VSW_FAKE_HOME, "virt0", second_mac));
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (kernel, VSW_FAKE_HOME, "virt0", "lan"));
  start ();
  settle ();
  ASSERT_NE (nic ("lan"), nullptr) << "its object follows";
  EXPECT_TRUE (passes_uplink ());
  EXPECT_TRUE (vsw_mac_equal (nic ("lan")->uplink->mac, second_mac));
}

TEST_F (Recovery, DoesNotGuessBetweenTwoStrangers)
{
  bind_virtual ();
  stop ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (kernel, VSW_FAKE_HOME, "virt0", "lan"));
  plug ("other", VswMac{}, second_mac, "");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "other", "vsw-lab"));
  start ();
  settle ();
  EXPECT_EQ (nic ("lan"), nullptr);
  EXPECT_EQ (nic ("other"), nullptr);
  EXPECT_FALSE (passes_uplink ());
}

/* Where IPv6 comes or goes with the MTU, the port is down for a moment. */
TEST_F (Recovery, IsNotNeededForAnMtu)
{
  VswSwitch lab = {};
  lab.head = head (VSW_KIND_SWITCH, "lab", VSW_LIFETIME_PERSISTENT, nullptr);
  lab.mtu = 1000;
  g_autoptr (VswSwitch) small = vsw_switch_new (&lab);
  set_ip ("eth0", { "address 192.0.2.5/24", "route default via 192.0.2.1" });
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  EXPECT_NE (apply ({ vsw_change_modify (small, VSW_GIVEN_MTU) }), "");
  EXPECT_EQ (last_code, VSW_ERROR_INVALID_STATE) << last_error;
  EXPECT_NE (last_error.find ("MTU 1500 and 1000"), std::string::npos) << last_error;
}
