/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SetupSwitch and TeardownSwitch: what the host is reached by passes to an internal NIC and back, whole or not at all. */
#include "engine/uplink_fixture.h"

namespace
{

class Hosting : public UplinkFixture
{
protected:
  void
  SetUp () override
  {
    UplinkFixture::SetUp ();
    set_ip ("eth0", { "address 192.0.2.5/24", "address 2001:db8::5/64", "route default via 192.0.2.1",
                      "rule 100 from all iif LINK lookup 100" });
    before = kernel_state ();
  }

  static constexpr char everything[] = "address 192.0.2.5/24\naddress 2001:db8::5/64\nroute default via 192.0.2.1\n"
                                       "rule 100 from all iif LINK lookup 100";

  static constexpr char claimed[] = "static 00:1b:21:00:00:01 at \"vswp-lab-host\"";

  void cut_off_everywhere (const std::string &own);

  std::string before;
};

} // namespace

TEST_F (Hosting, MovesEverythingToTheInternalNicAndBack)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  EXPECT_EQ (list_ip ("eth0"), "");
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);
  EXPECT_TRUE (vsw_mac_equal (link ("vswi-lab-host")->mac, first_mac)) << "the host is known by the NIC's address";
  EXPECT_TRUE (passes_uplink ());
  EXPECT_EQ (kind_of ("lab"), "external");
  EXPECT_EQ (drift (), "");
  EXPECT_NE (kernel_state ().find (claimed), std::string::npos) << kernel_state ();
  EXPECT_EQ (kernel_state ().find ("divert"), std::string::npos) << kernel_state ();

  ASSERT_EQ (apply ({ teardown ("lab") }), "");
  EXPECT_EQ (kernel_state (), before);
  EXPECT_EQ (nic ("lab-host"), nullptr);
  EXPECT_EQ (nic ("eth0"), nullptr);
  EXPECT_EQ (drift (), "");
}

/* NetworkManager, say, cleans a new device that has no address when it comes to it. */
TEST_F (Hosting, GivesANewNicNothingBeforeOthersHaveLookedAtIt)
{
  std::vector<GTask *> questions;

  vsw_engine_set_onlookers (
      engine,
      [] (VswEngine *, const char *device, GTask *task, gpointer data) {
        EXPECT_STREQ (device, "vswi-lab-host");
        static_cast<std::vector<GTask *> *> (data)->push_back (task);
      },
      &questions);
  const auto answer = [&] {
    wait ([&] { return !questions.empty (); }, "a question");
    EXPECT_EQ (list_ip ("vswi-lab-host"), "");
    g_task_return_boolean (questions[0], TRUE);
    g_clear_object (&questions[0]);
    questions.clear ();
  };

  int before_it = answered;
  send ({ setup ("lab", "eth0") });
  answer ();
  wait ([&] { return answered > before_it; }, "an answer");
  EXPECT_EQ (last_error, "");
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);

  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "vswi-lab-host"));
  answer ();
  wait ([&] { return list_ip ("vswi-lab-host") == everything; }, "the repair");

  /* Whoever stops meanwhile waits for nobody. */
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "vswi-lab-host"));
  wait ([&] { return !questions.empty (); }, "a question");
  vsw_engine_stop (engine);
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);
  g_task_return_boolean (questions[0], TRUE);
  g_clear_object (&questions[0]);
  settle ();
}

TEST_F (Hosting, BringsBackWhatTheHostHasByThen)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  vsw_fake_kernel_foreign_add_ip (kernel, "vswi-lab-host", "address 192.0.2.6/24");
  restart ();
  ASSERT_EQ (apply ({ teardown ("lab") }), "");
  EXPECT_EQ (list_ip ("eth0"), "address 192.0.2.5/24\naddress 2001:db8::5/64\naddress 192.0.2.6/24\n"
                               "route default via 192.0.2.1\nrule 100 from all iif LINK lookup 100");
}

TEST_F (Hosting, SurvivesARestart)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  std::string during = kernel_state ();
  restart ();
  EXPECT_EQ (kernel_state (), during);
}

TEST_F (Hosting, GivesTheHostItsAddressesAgainWhenTheInternalNicIsMadeAnew)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "vswi-lab-host"));
  wait ([&] { return link ("vswi-lab-host") == nullptr; }, "the harm");
  wait ([&] { return link ("vswi-lab-host") != nullptr; }, "the repair");
  settle ();
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);
  EXPECT_NE (kernel_state ().find (claimed), std::string::npos) << kernel_state ();
}

TEST_F (Hosting, ClaimsFramesForTheHostAgain)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  std::string during = kernel_state ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_address (kernel, "vswp-lab-host", first_mac, FALSE));
  wait ([&] { return kernel_state () != during; }, "the harm");
  wait ([&] { return kernel_state () == during; }, "the repair");
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "eth0", nullptr));
  wait ([&] { return link ("eth0")->bridge == 0; }, "the harm");
  wait ([&] { return passes_uplink (); }, "the repair");
  settle ();
  EXPECT_EQ (kernel_state (), during);
}

TEST_F (Hosting, IsUndoneByNothingElse)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  std::string during = kernel_state ();
  VswModel *model = vsw_engine_get_model (engine);
  VswPort *uplink = vsw_model_find_port_of_nic (model, "id-eth0");
  VswPort *host = vsw_model_find_port_of_nic (model, "id-lab-host");
  std::string uplink_port = uplink->head.id, host_port = host->head.id;
  VswNic other = {};
  other.head = head (VSW_KIND_NIC, "lab-host", VSW_LIFETIME_PERSISTENT, nullptr);
  other.mac = second_mac;
  g_autoptr (VswNic) draft = vsw_nic_new (&other);

  const std::vector<std::function<VswChange *()>> attempts = {
    [&] { return unbind ("lab", "eth0"); },
    [&] { return vsw_change_delete (VSW_KIND_NIC, "id-eth0", TRUE); },
    [&] { return vsw_change_delete (VSW_KIND_NIC, "id-lab-host", TRUE); },
    [&] { return vsw_change_delete (VSW_KIND_PORT, uplink_port.c_str (), TRUE); },
    [&] { return vsw_change_delete (VSW_KIND_PORT, host_port.c_str (), TRUE); },
    [&] { return vsw_change_delete (VSW_KIND_SWITCH, "id-lab", TRUE); },
    [&] { return vsw_change_disconnect (host_port.c_str ()); },
    [&] { return vsw_change_modify (draft, VSW_GIVEN_MAC); },
  };
  for (size_t i = 0; i < attempts.size (); i++)
    {
      EXPECT_NE (apply ({ attempts[i] () }), "") << i;
      EXPECT_EQ (last_code, VSW_ERROR_IN_USE) << i << ": " << last_error;
      EXPECT_NE (last_error.find ("TeardownSwitch"), std::string::npos) << i << ": " << last_error;
    }
  ASSERT_EQ (apply ({ new_switch ("spare") }), "");
  EXPECT_NE (apply ({ vsw_change_move (host_port.c_str (), "id-spare") }), "");
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_SWITCH, "id-spare", FALSE) }), "");
  EXPECT_EQ (kernel_state (), during);
}

/* Below 1280 octets the kernel takes IPv6 away, and nothing would bring it back. */
TEST_F (Hosting, KeepsAnMtuThatIpv6CanLiveWith)
{
  VswSwitch lab = {};
  VswNic host = {};
  lab.head = head (VSW_KIND_SWITCH, "lab", VSW_LIFETIME_PERSISTENT, nullptr);
  host.head = head (VSW_KIND_NIC, "lab-host", VSW_LIFETIME_PERSISTENT, nullptr);
  lab.mtu = host.mtu = 1279;
  g_autoptr (VswSwitch) small = vsw_switch_new (&lab);
  g_autoptr (VswNic) small_host = vsw_nic_new (&host);
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  for (VswChange *change : { vsw_change_modify (small, VSW_GIVEN_MTU), vsw_change_modify (small_host, VSW_GIVEN_MTU) })
    {
      EXPECT_NE (apply ({ change }), "");
      EXPECT_EQ (last_code, VSW_ERROR_INVALID_ARGUMENT) << last_error;
      EXPECT_NE (last_error.find ("2001:db8::5/64"), std::string::npos) << last_error;
    }
  ASSERT_EQ (apply ({ teardown ("lab") }), "");
  ASSERT_EQ (apply ({ vsw_change_modify (small, VSW_GIVEN_MTU) }), "");
  EXPECT_NE (apply ({ setup ("lab", "eth0") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_INVALID_ARGUMENT) << last_error;
}

TEST_F (Hosting, CannotMoveBackToANicThatIsMissing)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  unplug ("eth0");
  wait ([&] { return state_of_switch ("lab") == "uplink-missing"; }, "it to be missed");
  EXPECT_NE (apply ({ teardown ("lab") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_INVALID_STATE) << last_error;
  EXPECT_EQ (list_ip ("vswi-lab-host"), everything);
  EXPECT_EQ (apply ({ teardown ("lab", TRUE) }), "");
  EXPECT_EQ (nic ("lab-host"), nullptr);
}

TEST_F (Hosting, IsRefusedWhereItMakesNoSense)
{
  EXPECT_NE (apply ({ teardown ("lab") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_INVALID_STATE) << last_error;
  ASSERT_EQ (apply ({ new_switch ("mine", VSW_LIFETIME_CALLER, "guid :1.1") }), "");
  EXPECT_NE (apply ({ setup ("mine", "eth0") }), "");
  EXPECT_EQ (last_code, VSW_ERROR_INVALID_STATE) << last_error;
  ASSERT_EQ (apply ({ vsw_change_delete (VSW_KIND_SWITCH, "id-mine", FALSE) }), "");
  EXPECT_EQ (kernel_state (), before);
}

/* The daemon dies after step k: nothing is undone, nothing is committed. */
void
Hosting::cut_off_everywhere (const std::string &own)
{
  std::string shape = kernel_shape ();
  for (guint k = 1;; k++)
    {
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_lasting_fault (kernel, k, VSW_ERROR_KERNEL);
      apply ({ setup ("lab", "eth0") });
      settle ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        {
          ASSERT_GT (k, 6u);
          break;
        }
      restart ();
      ASSERT_EQ (kernel_shape (), shape) << "cut off at step " << k;
      ASSERT_EQ (list_ip ("eth0"), own) << "cut off at step " << k;
    }

  std::string during = kernel_shape ();
  for (guint k = 1;; k++)
    {
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_lasting_fault (kernel, k, VSW_ERROR_KERNEL);
      apply ({ teardown ("lab") });
      settle ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      restart ();
      if (nic ("eth0") == nullptr)
        {
          ASSERT_GT (k, 4u);
          break;
        }
      ASSERT_GT (vsw_fake_kernel_get_struck (kernel), struck);
      ASSERT_EQ (kernel_shape (), during) << "cut off at step " << k;
      ASSERT_EQ (list_ip ("vswi-lab-host"), own) << "cut off at step " << k;
    }
  EXPECT_EQ (kernel_shape (), shape);
}

TEST_F (Hosting, ThatWasCutOffIsAllOrNothing)
{
  cut_off_everywhere (everything);
}

/* --- a NIC that is down --- */

class HostingDown : public Hosting
{
protected:
  void
  SetUp () override
  {
    Hosting::SetUp ();
    ASSERT_TRUE (vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "eth0", VSW_ATTRIBUTE_UP, 0));
    set_ip ("eth0", { "address 192.0.2.5/24", "address 2001:db8::5/64" });
    wait ([&] { return !link ("eth0")->is_up; }, "it to be down");
    before = kernel_state ();
  }

  static constexpr char own[] = "address 192.0.2.5/24\naddress 2001:db8::5/64";
};

TEST_F (HostingDown, HasItsAddressesAfterwards)
{
  ASSERT_EQ (apply ({ setup ("lab", "eth0") }), "");
  EXPECT_EQ (list_ip ("vswi-lab-host"), own);
  EXPECT_TRUE (passes_uplink ());
  EXPECT_EQ (drift (), "");
  ASSERT_EQ (apply ({ teardown ("lab") }), "");
  EXPECT_EQ (kernel_state (), before);
}

TEST_F (HostingDown, HasThemAfterAFailure)
{
  for (guint k = 1;; k++)
    {
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      std::string failure = apply ({ setup ("lab", "eth0") });
      settle ();
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        {
          ASSERT_GT (k, 6u);
          break;
        }
      ASSERT_NE (failure, "");
      ASSERT_EQ (kernel_state (), before) << "failed at step " << k;
    }
}

TEST_F (HostingDown, ThatWasCutOffIsAllOrNothing)
{
  cut_off_everywhere (own);
}
