/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A NIC that is bound gets IP from somebody who knows nothing of switches: it goes where the host has it, whole or not at all. */
#include "engine/uplink_fixture.h"

namespace
{

class Adopt : public UplinkFixture
{
protected:
  void
  begin ()
  {
    set_ip ("eth0", { "address 192.0.2.5/24", "route default via 192.0.2.1", "setting ipv6 accept_ra 2" });
    ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  }

  std::string
  adopt ()
  {
    return apply ({ vsw_change_adopt (nic ("eth0")->head.id) });
  }

  /* All devices are gone but the NIC, which has been given `items` before the service starts. */
  void
  reboot (std::vector<const char *> items)
  {
    stop ();
    g_clear_object (&kernel);
    kernel = vsw_fake_kernel_new ();
    plug ("eth0", first_mac, first_mac, "0000:00:03.0");
    set_ip ("eth0", items);
    start ();
    settle ();
  }

  bool
  has_told_ip (const char *name)
  {
    guint index = link (name)->index, told = 0;
    auto count = +[] (VswEngine *, GPtrArray *touched, gpointer data) { *static_cast<guint *> (data) += touched->len; };
    gulong handler = g_signal_connect (engine, "changed", G_CALLBACK (count), &told);
    vsw_kernel_emit_ip (kernel, index);
    g_signal_handler_disconnect (engine, handler);
    return told > 0;
  }
};

} // namespace

TEST_F (Adopt, AtStartItTakesThePlaceOfWhatTheHostHadBefore)
{
  begin ();
  reboot ({ "address 192.0.2.8/24", "route default via 192.0.2.2" });
  EXPECT_EQ (list_ip ("eth0"), "");
  EXPECT_EQ (list_ip ("vswi-lab-host"), "address 192.0.2.8/24\nroute default via 192.0.2.2");
  EXPECT_TRUE (passes_uplink ());
  EXPECT_EQ (drift (), "");

  reboot ({});
  EXPECT_EQ (list_ip ("vswi-lab-host"), "address 192.0.2.8/24\nroute default via 192.0.2.2") << "and is remembered";
  ASSERT_EQ (apply ({ teardown ("lab") }), "");
  EXPECT_EQ (list_ip ("eth0"), "address 192.0.2.8/24\nroute default via 192.0.2.2");
}

TEST_F (Adopt, AtStartNothingComesOfNothing)
{
  begin ();
  reboot ({ "setting ipv6 accept_ra 0" });
  EXPECT_EQ (list_ip ("vswi-lab-host"), "address 192.0.2.5/24\nroute default via 192.0.2.1\nsetting ipv6 accept_ra 2");
}

TEST_F (Adopt, AtStartOnlyWhatWasDroppedOnceIsDroppedAgain)
{
  set_ip ("eth0", { "address 192.0.2.5/24" });
  ASSERT_EQ (apply ({ bind ("lab", "eth0", TRUE) }), "");
  reboot ({ "address 192.0.2.8/24" });
  EXPECT_EQ (list_ip ("eth0"), "");
  ASSERT_EQ (apply ({ unbind ("lab", "eth0") }), "");
  EXPECT_EQ (list_ip ("eth0"), "address 192.0.2.8/24");

  set_ip ("eth0", {});
  ASSERT_EQ (apply ({ bind ("lab", "eth0") }), "");
  reboot ({ "address 192.0.2.8/24" });
  EXPECT_EQ (list_ip ("eth0"), "address 192.0.2.8/24") << "nobody has said that it may go";
}

TEST_F (Adopt, LaterItFollowsWhatTheHostHas)
{
  begin ();
  vsw_fake_kernel_foreign_add_ip (kernel, "eth0", "address 192.0.2.6/24");
  vsw_fake_kernel_foreign_add_ip (kernel, "eth0", "setting ipv4 arp_notify 1");
  ASSERT_EQ (adopt (), "");
  EXPECT_EQ (list_ip ("eth0"), "setting ipv6 accept_ra 2\nsetting ipv4 arp_notify 1");
  EXPECT_EQ (list_ip ("vswi-lab-host"),
             "address 192.0.2.5/24\nroute default via 192.0.2.1\nsetting ipv6 accept_ra 2\naddress 192.0.2.6/24");
  std::string shape = kernel_state ();
  ASSERT_EQ (adopt (), "");
  EXPECT_EQ (kernel_state (), shape) << "nothing is left to do";
}

TEST_F (Adopt, WhatFailsLosesNothing)
{
  begin ();
  vsw_fake_kernel_foreign_add_ip (kernel, "eth0", "address 192.0.2.6/24");
  settle ();
  for (guint k = 1;; k++)
    {
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      std::string error = adopt ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        {
          EXPECT_EQ (error, "");
          ASSERT_GT (k, 1u);
          break;
        }
      EXPECT_NE (error, "");
      EXPECT_TRUE (passes_uplink ()) << "failed at step " << k;
      EXPECT_NE (list_ip ("vswi-lab-host").find ("192.0.2.5"), std::string::npos);
      EXPECT_NE ((list_ip ("eth0") + list_ip ("vswi-lab-host")).find ("192.0.2.6"), std::string::npos);
    }
  EXPECT_EQ (list_ip ("eth0").find ("192.0.2.6"), std::string::npos);
}

TEST_F (Adopt, OnlyUplinksAreTalkedAbout)
{
  EXPECT_FALSE (has_told_ip ("eth0"));
  begin ();
  EXPECT_TRUE (has_told_ip ("eth0"));
  EXPECT_FALSE (has_told_ip ("vswi-lab-host"));
}
