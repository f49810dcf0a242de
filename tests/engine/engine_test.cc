/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <algorithm>
#include <thread>

#include "engine/engine_fixture.h"

namespace
{

class Engine : public EngineFixture
{
};

/* --- requests --- */

TEST_F (Engine, ChangesTheModelOnlyWhenTheKernelHas)
{
  vsw_fake_kernel_block (kernel);
  send ({ new_switch ("lab") });
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  EXPECT_EQ (vsw_model_find_switch (vsw_engine_get_model (engine), "lab"), nullptr);
  vsw_fake_kernel_release (kernel);
  wait ([&] { return answered == 1; }, "the answer");
  EXPECT_EQ (last_error, "");
  EXPECT_NE (vsw_model_find_switch (vsw_engine_get_model (engine), "lab"), nullptr);
}

TEST_F (Engine, ResolvesARequestWhenItsTurnComes)
{
  vsw_fake_kernel_block (kernel);
  send ({ new_switch ("lab") });
  send ({ new_switch ("lab") });
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  vsw_fake_kernel_release (kernel);
  wait ([&] { return answered == 2; }, "both answers");
  EXPECT_EQ (last_code, VSW_ERROR_EXISTS);
}

TEST_F (Engine, AnswersAThousandRefusalsWithoutPilingThemUp)
{
  ASSERT_EQ (apply ({ new_switch ("lab") }), "");
  int before = answered;
  for (int i = 0; i < 5000; i++)
    send ({ vsw_change_delete (VSW_KIND_SWITCH, "nobody", FALSE) });
  wait ([&] { return answered == before + 5000; }, "all answers");
  EXPECT_EQ (last_code, VSW_ERROR_NOT_FOUND);
}

TEST_F (Engine, ForgetsACancelledRequestThatWaits)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  vsw_fake_kernel_block (kernel);
  send ({ new_switch ("lab") });
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_ptr_array_add (list, new_switch ("other"));
  vsw_engine_apply_async (engine, list, cancellable, on_applied, this);
  g_cancellable_cancel (cancellable);
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  vsw_fake_kernel_release (kernel);
  wait ([&] { return answered == 2; }, "both answers");
  EXPECT_NE (last_error, "");
  EXPECT_EQ (vsw_model_find_switch (vsw_engine_get_model (engine), "other"), nullptr);
}

TEST_F (Engine, TellsWhatChangedBeforeItAnswers)
{
  make_lab ();
  for (const char *key : { "id-lab", "id-web", "id-host" })
    EXPECT_TRUE (has_changed (key)) << key;
  EXPECT_TRUE (passes ("web"));
  EXPECT_GT (vsw_engine_get_connected_since (engine, "id-web"), 0);
}

TEST_F (Engine, GuardsEverySwitch)
{
  make_lab ();
  EXPECT_TRUE (vsw_fake_kernel_is_guarded (kernel, "vsw-lab"));
  vsw_fake_kernel_lose_guard (kernel);
  settle ();
  EXPECT_TRUE (vsw_fake_kernel_is_guarded (kernel, "vsw-lab"));
}

TEST_F (Engine, StopsWithoutTouchingTheKernel)
{
  make_lab ();
  const std::string before = kernel_state ();
  stop ();
  EXPECT_EQ (kernel_state (), before);
}

/* --- start --- */

TEST_F (Engine, StopsEvenWhenTheLastChangeBreaks)
{
  const guint struck = vsw_fake_kernel_get_struck (kernel);
  vsw_store_set_fault (store, 2);                          /* the commit */
  vsw_fake_kernel_set_fault (kernel, 4, VSW_ERROR_KERNEL); /* the first step back */
  vsw_fake_kernel_block (kernel);
  send ({ new_switch ("lab") });
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  std::thread releaser ([this] {
    g_usleep (50000);
    vsw_fake_kernel_release (kernel);
  });
  vsw_engine_stop (engine);
  releaser.join ();
  EXPECT_EQ (vsw_fake_kernel_get_struck (kernel), struck + 1);
  vsw_store_set_fault (store, 0);
  restart ();
  EXPECT_EQ (device ("vsw-lab"), nullptr);
}

TEST_F (Engine, StartsAgainWithoutWritingAnything)
{
  make_lab ();
  const std::string kernel_before = kernel_state ();
  const std::string model_before = model_state ();
  vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
  restart ();
  settle ();
  EXPECT_EQ (vsw_fake_kernel_get_applied (kernel), 0u);
  EXPECT_EQ (kernel_state (), kernel_before);
  EXPECT_EQ (model_state (), model_before);
  EXPECT_TRUE (passes ("web"));
}

TEST_F (Engine, RebuildsEverythingAfterAReboot)
{
  make_lab ();
  const std::string shape = kernel_shape ();
  stop ();
  g_clear_object (&kernel);
  kernel = vsw_fake_kernel_new ();
  start ();
  EXPECT_EQ (kernel_shape (), shape);
  EXPECT_TRUE (passes ("web"));
}

TEST_F (Engine, RemovesMarkedDevicesThatNobodyStandsFor)
{
  make_lab ();
  const std::string before = kernel_shape ();
  stop ();
  VswLink fields = {};
  fields.name = "vsw-orphan";
  fields.link_kind = "bridge";
  fields.alias = "";
  fields.driver = fields.bus_path = "";
  fields.group = VSW_GROUP_OURS;
  fields.mac = VswMac{ { 2, 0, 0, 0, 0, 5 } };
  ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  start ();
  EXPECT_EQ (kernel_shape (), before);
}

TEST_F (Engine, LeavesAForeignLookAlikeAlone)
{
  make_lab ();
  stop ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "vsw-lab"));
  VswLink fields = {};
  fields.name = "vsw-lab";
  fields.link_kind = "bridge";
  fields.alias = "";
  fields.driver = fields.bus_path = "";
  fields.mac = VswMac{ { 2, 0, 0, 0, 0, 5 } };
  guint index = vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields);
  ASSERT_NE (index, 0u);
  start ();
  settle ();
  VswLink *link = vsw_links_find_name (vsw_engine_get_links (engine), "vsw-lab");
  ASSERT_NE (link, nullptr);
  EXPECT_EQ (link->index, index);
  EXPECT_EQ (link->group, 0u);
  EXPECT_EQ (device ("vsw-lab"), nullptr);
  EXPECT_STREQ (vsw_facts_switch_state (vsw_engine_get_model (engine), vsw_engine_get_links (engine),
                                        vsw_model_find_switch (vsw_engine_get_model (engine), "lab")),
                "degraded");
}

/* --- drift --- */

class Drift : public EngineFixture
{
protected:
  void
  SetUp () override
  {
    EngineFixture::SetUp ();
    make_lab ();
    shape = kernel_shape ();
    changed.clear ();
  }

  std::string shape;
};

TEST_F (Drift, OfADeletedBridgeIsRebuiltWithItsPorts)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "vsw-lab"));
  wait ([&] { return !passes ("web"); }, "the connection to go");
  wait ([&] { return passes ("web"); }, "the connection to come back");
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
  EXPECT_TRUE (has_changed ("id-web"));
  EXPECT_TRUE (has_changed ("id-lab"));
}

TEST_F (Drift, OfADeletedNicIsRebuilt)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "vswi-host"));
  wait ([&] { return !passes ("web"); }, "the connection to go");
  wait ([&] { return passes ("web"); }, "the connection to come back");
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
}

TEST_F (Drift, OfARenamedDeviceIsNamedBack)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (kernel, VSW_FAKE_HOME, "vswp-host", "eth7"));
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
  EXPECT_TRUE (passes ("web"));
}

TEST_F (Drift, OfAPortTakenOutIsPluggedBack)
{
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "vswp-host", nullptr));
  wait ([&] { return !passes ("web"); }, "the connection to go");
  wait ([&] { return passes ("web"); }, "the connection to come back");
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
}

TEST_F (Drift, OfAddressMtuGroupAndStateIsUndone)
{
  vsw_fake_kernel_foreign_set_mac (kernel, VSW_FAKE_HOME, "vsw-lab", VswMac{ { 2, 9, 9, 9, 9, 9 } });
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
  vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "vswp-host", VSW_ATTRIBUTE_MTU, 1280);
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
  vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "vswp-host", VSW_ATTRIBUTE_GROUP, 0);
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
  vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "vsw-lab", VSW_ATTRIBUTE_UP, 0);
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
}

TEST_F (Drift, ThatComesBackAgainAndAgainIsLeftAndSaid)
{
  for (int i = 0; i < 8; i++)
    {
      vsw_fake_kernel_foreign_set (kernel, VSW_FAKE_HOME, "vswp-host", VSW_ATTRIBUTE_MTU, 1280);
      settle ();
    }
  EXPECT_NE (kernel_shape (), shape);
  GPtrArray *warnings = vsw_engine_get_warnings (engine);
  ASSERT_EQ (warnings->len, 1u);
  VswWarning *warning = static_cast<VswWarning *> (g_ptr_array_index (warnings, 0));
  EXPECT_STREQ (warning->code, "drift-fight");
  EXPECT_NE (strstr (warning->text, "host"), nullptr);
  EXPECT_TRUE (has_changed ("manager"));
}

TEST_F (Drift, OfAStaticAddressIsUndone)
{
  VswMac mac = { { 2, 0, 0, 0, 0, 9 } };
  VswMac other = { { 2, 0, 0, 0, 0, 8 } };
  ASSERT_EQ (apply ({ vsw_change_add_address (id ("web").c_str (), mac) }), "");
  settle ();
  const std::string wished = kernel_shape ();

  ASSERT_TRUE (vsw_fake_kernel_foreign_set_address (kernel, "vswp-host", mac, FALSE));
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_address (kernel, "vswp-host", other, TRUE));
  ASSERT_NE (kernel_shape (), wished);
  wait ([&] { return kernel_shape () == wished; }, "the addresses to be put right");
}

TEST_F (Drift, OfOurOwnMakingIsNotLookedFor)
{
  settle ();
  vsw_fake_kernel_set_read_fault (kernel, 1, VSW_ERROR_KERNEL);
  guint struck = vsw_fake_kernel_get_struck (kernel);
  ASSERT_EQ (apply ({ vsw_change_add_address (id ("web").c_str (), VswMac{ { 2, 0, 0, 0, 0, 9 } }) }), "");
  settle ();
  EXPECT_EQ (vsw_fake_kernel_get_struck (kernel), struck) << "the forwarding table was read for a change of ours";
  vsw_fake_kernel_set_read_fault (kernel, 0, VSW_ERROR_KERNEL);
}

TEST_F (Drift, IsFoundByAListAfterAnOverrun)
{
  vsw_fake_kernel_set_deaf (kernel, TRUE);
  ASSERT_TRUE (vsw_fake_kernel_foreign_set_bridge (kernel, VSW_FAKE_HOME, "vswp-host", nullptr));
  settle ();
  EXPECT_NE (kernel_shape (), shape);
  vsw_fake_kernel_set_deaf (kernel, FALSE);
  settle ();
  EXPECT_EQ (kernel_shape (), shape);
  EXPECT_TRUE (passes ("web"));
}

/* --- namespaces --- */

class Placed : public EngineFixture
{
protected:
  void
  attach (VswLifetime lifetime, const char *holder = nullptr)
  {
    ASSERT_EQ (apply ({ new_switch ("lab") }), "");
    g_autoptr (VswNamespace) target = new_namespace (&space);
    ASSERT_NE (target, nullptr);
    ASSERT_EQ (apply ({ new_nic ("guest", VSW_NIC_SYNTHETIC, target, lifetime, holder),
                        new_port ("lab", "p", "id-guest", lifetime, holder), connect ("p", "guest") }),
               "");
    vsw_fake_kernel_foreign_set (kernel, space, "eth0", VSW_ATTRIBUTE_UP, 1);
    settle ();
    ASSERT_TRUE (passes ("p"));
  }

  void
  TearDown () override
  {
    close (space);
    EngineFixture::TearDown ();
  }

  int space = -1;
};

TEST_F (Placed, RuntimeNicGoesWithItsNamespace)
{
  attach (VSW_LIFETIME_RUNTIME);
  vsw_fake_kernel_kill_namespace (kernel, space);
  settle ();
  EXPECT_EQ (vsw_model_find_nic (vsw_engine_get_model (engine), "guest"), nullptr);
  EXPECT_EQ (vsw_model_get_port (vsw_engine_get_model (engine), "id-p"), nullptr);
}

TEST_F (Placed, PersistentNicComesHomeWhenItsNamespaceDies)
{
  attach (VSW_LIFETIME_PERSISTENT);
  vsw_fake_kernel_kill_namespace (kernel, space);
  settle ();
  VswNic *nic = vsw_model_find_nic (vsw_engine_get_model (engine), "guest");
  ASSERT_NE (nic, nullptr);
  EXPECT_STREQ (nic->placed_as, "");
  EXPECT_NE (device ("vswp-guest"), nullptr);
  EXPECT_NE (device ("vswg-guest"), nullptr);
  EXPECT_FALSE (passes ("p"));
}

TEST_F (Placed, NamespaceThatDiedWhileTheDaemonWasDeadIsNoticedAtStart)
{
  attach (VSW_LIFETIME_RUNTIME);
  stop ();
  vsw_fake_kernel_kill_namespace (kernel, space);
  start ();
  EXPECT_EQ (vsw_model_find_nic (vsw_engine_get_model (engine), "guest"), nullptr);
}

TEST_F (Placed, StaysWhereItIsAcrossARestart)
{
  attach (VSW_LIFETIME_RUNTIME);
  const std::string before = kernel_state ();
  restart ();
  settle ();
  EXPECT_EQ (kernel_state (), before);
  EXPECT_TRUE (passes ("p"));
}

TEST_F (Placed, HeldNicGoesWithItsHolder)
{
  attach (VSW_LIFETIME_CALLER, "guid :1.5");
  vsw_engine_release (engine, "guid :1.6");
  settle ();
  EXPECT_NE (vsw_model_find_nic (vsw_engine_get_model (engine), "guest"), nullptr);
  vsw_engine_release (engine, "guid :1.5");
  settle ();
  EXPECT_EQ (vsw_model_find_nic (vsw_engine_get_model (engine), "guest"), nullptr);
  EXPECT_EQ (device ("vswp-guest"), nullptr);
}

TEST_F (Placed, HolderWhoDeletesAndLeavesKeepsNothing)
{
  ASSERT_EQ (apply ({ new_nic ("one", VSW_NIC_SYNTHETIC, nullptr, VSW_LIFETIME_CALLER, "guid :1.5"),
                      new_nic ("two", VSW_NIC_SYNTHETIC, nullptr, VSW_LIFETIME_CALLER, "guid :1.5") }),
             "");
  vsw_fake_kernel_block (kernel);
  send ({ vsw_change_delete (VSW_KIND_NIC, id ("one").c_str (), FALSE) });
  vsw_engine_release (engine, "guid :1.5");
  ASSERT_TRUE (vsw_fake_kernel_wait_blocked (kernel));
  vsw_fake_kernel_release (kernel);
  gint64 began = g_get_monotonic_time ();
  wait ([&] { return device ("vswp-two") == nullptr; }, "the release");
  EXPECT_LT (g_get_monotonic_time () - began, G_USEC_PER_SEC);
}

/* --- external NICs --- */

TEST_F (Engine, FollowsANicThatComesIsRenamedAndGoes)
{
  VswLink fields = {};
  fields.name = "eth0";
  fields.link_kind = "";
  fields.alias = "";
  fields.driver = "e1000e";
  fields.bus_path = "0000:00:03.0";
  fields.speed = 1000000000;
  fields.mac = VswMac{ { 2, 0, 0, 0, 0, 5 } };
  guint index = vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields);
  std::string key = VSW_ENGINE_LINK_KEY + std::to_string (index);
  wait ([&] { return has_changed (key); }, "the NIC to be told");
  VswLink *link = vsw_links_get (vsw_engine_get_links (engine), index);
  ASSERT_NE (link, nullptr);
  wait ([&] { return vsw_links_get (vsw_engine_get_links (engine), index)->speed != 0; }, "its hardware details");
  link = vsw_links_get (vsw_engine_get_links (engine), index);
  EXPECT_STREQ (link->driver, "e1000e");

  changed.clear ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_rename (kernel, VSW_FAKE_HOME, "eth0", "wan0"));
  settle ();
  EXPECT_TRUE (has_changed (key));
  link = vsw_links_get (vsw_engine_get_links (engine), index);
  EXPECT_STREQ (link->name, "wan0");
  EXPECT_STREQ (link->driver, "e1000e") << "hardware details survive a notification";

  changed.clear ();
  ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, "wan0"));
  settle ();
  EXPECT_TRUE (has_changed (key));
  EXPECT_EQ (vsw_links_get (vsw_engine_get_links (engine), index), nullptr);
}

} // namespace
