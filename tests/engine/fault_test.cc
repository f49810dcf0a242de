/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fail the 1st, 2nd, 3rd … step of every kind of request until none fails: afterwards kernel, store and model are as before, and
 * the same request then succeeds. Kernel steps and store steps each. */
#include <algorithm>

#include "engine/uplink_fixture.h"

namespace
{

struct Kind
{
  const char *name;
  std::function<std::vector<VswChange *> (class Fault *)> request;
};

class Fault : public UplinkFixture, public ::testing::WithParamInterface<Kind>
{
public:
  /* The same starting point for every kind: `lab` with port `web` and internal NIC `host` on it, an empty switch `spare`, a free port
   * `free` on lab, an unplugged NIC `guest`, a tap `tap` that waits on lab to be opened, a system `off` with two settings on lab and one on
   * `free2` that is disabled, a system `on` with two settings on lab that is enabled, a namespace, a NIC of the host `eth0` that carries its
   * addresses, another, `eth1`, that is bound to the switch `out` and did so before, and a third, `eth2`, whose place the internal NIC of
   * the switch `own` has taken. */
  void
  SetUp () override
  {
    UplinkFixture::SetUp ();
    ASSERT_EQ (apply ({ new_switch ("spare"), new_port ("lab", "free"), new_nic ("guest", VSW_NIC_SYNTHETIC),
                        vsw_change_add_address (id ("web").c_str (), mac (1)) }),
               "");
    ASSERT_EQ (apply ({ new_tap ("tap"), new_port ("lab", "tap-port", "id-tap"), connect ("tap-port", "tap"),
                        new_port ("lab", "free2"), new_system ("off"), new_setting ("off", "net0", "lab"),
                        new_setting ("off", "net1", "free2"), new_setting ("off", "net2", "lab"), new_system ("on"),
                        new_setting ("on", "net0", "lab"), new_setting ("on", "net1", "lab"),
                        request_state ("on", VSW_SYSTEM_ENABLED) }),
               "");
    plug ("eth1", second_mac, second_mac, "");
    settle ();
    set_ip ("eth0", { "address 192.0.2.5/24", "route default via 192.0.2.1" });
    set_ip ("eth1", { "address 198.51.100.5/24", "link-local fe80::1/64" });
    ASSERT_EQ (apply ({ new_switch ("out"), bind ("out", "eth1", TRUE) }), "");
    plug ("eth2", third_mac, third_mac, "");
    settle ();
    set_ip ("eth2", { "address 203.0.113.5/24", "route default via 203.0.113.1 metric 9" });
    ASSERT_EQ (apply ({ new_switch ("own"), setup ("own", "eth2") }), "");
    target = new_namespace (&space);
    ASSERT_NE (target, nullptr);
  }

  void
  TearDown () override
  {
    drop_handouts ();
    g_clear_pointer (&target, vsw_namespace_unref);
    close (space);
    EngineFixture::TearDown ();
  }

  static VswMac
  mac (guint8 last)
  {
    return VswMac{ { 2, 0, 0, 0, 0, last } };
  }

  VswChange *
  modify_switch ()
  {
    VswSwitch fields = {};
    fields.head = head (VSW_KIND_SWITCH, "lab", VSW_LIFETIME_PERSISTENT, nullptr);
    fields.head.description = "changed";
    fields.mtu = 1400;
    fields.ageing = 77;
    fields.spanning_tree = TRUE;
    fields.multicast_snooping = TRUE;
    fields.max_learned = 9;
    g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
    return vsw_change_modify (draft, VSW_GIVEN_DESCRIPTION | VSW_GIVEN_MTU | VSW_GIVEN_AGEING | VSW_GIVEN_SPANNING_TREE
                                         | VSW_GIVEN_MULTICAST_SNOOPING | VSW_GIVEN_MAX_LEARNED);
  }

  VswChange *
  modify_nic ()
  {
    VswNic fields = {};
    fields.head = head (VSW_KIND_NIC, "host", VSW_LIFETIME_PERSISTENT, nullptr);
    fields.mtu = 1300;
    fields.mac = mac (7);
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    return vsw_change_modify (draft, VSW_GIVEN_MTU | VSW_GIVEN_MAC);
  }

  std::string
  stored_state ()
  {
    restart ();
    return model_state ();
  }

  VswChange *
  open_tap ()
  {
    return vsw_change_open ("id-tap", new_handout ());
  }

  /* Held until the end: with its last descriptor a tap would go, and its objects with it. */
  VswHandout *
  new_handout ()
  {
    handouts.push_back (vsw_handout_new (0));
    return handouts.back ();
  }

  /* Who is refused has no descriptors, and lets go of what he brought for them. */
  std::string
  attempt ()
  {
    std::string error = apply (GetParam ().request (this));
    if (!error.empty ())
      drop_handouts ();
    return error;
  }

  void
  drop_handouts ()
  {
    for (VswHandout *handout : handouts)
      vsw_handout_unref (handout);
    handouts.clear ();
  }

  std::vector<VswChange *>
  attach_tap ()
  {
    VswHandout *handout = new_handout ();
    return { new_tap ("new", handout, VSW_LIFETIME_DESCRIPTOR, 4), new_port ("lab", "newport", "id-new"),
             connect ("newport", "new") };
  }

  VswNamespace *target = nullptr;
  int space = -1;
  std::vector<VswHandout *> handouts;

  using EngineFixture::connect;
  using EngineFixture::id;
  using EngineFixture::new_nic;
  using EngineFixture::new_port;
  using EngineFixture::new_setting;
  using EngineFixture::new_switch;
  using EngineFixture::reconnect_setting;
  using EngineFixture::request_state;
  using UplinkFixture::bind;
  using UplinkFixture::setup;
  using UplinkFixture::teardown;
  using UplinkFixture::unbind;
};

TEST_P (Fault, OfAnyKernelStepLeavesEverythingAsItWas)
{
  const std::string kernel_before = kernel_shape ();
  const std::string model_before = model_state ();
  guint k = 1;

  for (;; k++)
    {
      ASSERT_LT (k, 90u) << "a request of more steps than there can be";
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      std::string error = attempt ();
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      settle ();
      if (vsw_fake_kernel_get_struck (kernel) == struck)
        {
          EXPECT_EQ (error, "");
          break;
        }
      ASSERT_NE (error, "") << "step " << k << " failed and the request did not";
      ASSERT_EQ (kernel_shape (), kernel_before) << "after step " << k;
      ASSERT_EQ (model_state (), model_before) << "after step " << k;
    }

  EXPECT_GT (k, 1u) << "this request has no kernel step: the test proves nothing";
  EXPECT_NE (model_state (), model_before);
}

TEST_P (Fault, OfAnyKernelStepLeavesTheStoreAsItWas)
{
  const std::string model_before = stored_state ();

  vsw_fake_kernel_set_fault (kernel, 1, VSW_ERROR_KERNEL);
  ASSERT_NE (attempt (), "");
  vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
  settle ();
  EXPECT_EQ (stored_state (), model_before);
}

TEST_P (Fault, OfAnyStoreStepLeavesEverythingAsItWas)
{
  const std::string kernel_before = kernel_shape ();
  const std::string model_before = model_state ();
  guint k = 1;

  for (;; k++)
    {
      ASSERT_LT (k, 60u);
      vsw_store_set_fault (store, k);
      std::string error = attempt ();
      vsw_store_set_fault (store, 0);
      settle ();
      if (error.empty ())
        break;
      EXPECT_EQ (last_code, VSW_ERROR_STORE) << error;
      ASSERT_EQ (kernel_shape (), kernel_before) << "after step " << k;
      ASSERT_EQ (model_state (), model_before) << "after step " << k;
    }

  EXPECT_GT (k, 2u) << "a write and a commit at least";
  EXPECT_NE (model_state (), model_before);
}

TEST_P (Fault, OfTheUndoIsRepairedBeforeTheAnswer)
{
  const std::string kernel_before = kernel_shape ();
  const std::string model_before = model_state ();

  guint k = 1;

  /* The commit fails, and on the way back an inverse does too. */
  for (;; k++)
    {
      ASSERT_LT (k, 60u);
      guint struck = vsw_fake_kernel_get_struck (kernel);
      vsw_store_set_fault (store, 2);
      vsw_fake_kernel_set_fault (kernel, k, VSW_ERROR_KERNEL);
      std::string error = attempt ();
      bool was_hit = vsw_fake_kernel_get_struck (kernel) > struck;
      vsw_fake_kernel_set_fault (kernel, 0, VSW_ERROR_KERNEL);
      vsw_store_set_fault (store, 0);
      settle ();
      ASSERT_NE (error, "");
      ASSERT_EQ (kernel_shape (), kernel_before) << "after step " << k;
      ASSERT_EQ (model_state (), model_before) << "after step " << k;
      if (!was_hit)
        break;
    }
}

INSTANTIATE_TEST_SUITE_P (
    Requests, Fault,
    ::testing::Values (
        Kind{ "CreateSwitch", [] (Fault *t) { return std::vector<VswChange *>{ t->new_switch ("new") }; } },
        Kind{ "ModifySwitch", [] (Fault *t) { return std::vector<VswChange *>{ t->modify_switch () }; } },
        Kind{ "DeleteSwitch",
              [] (Fault *) { return std::vector<VswChange *>{ vsw_change_delete (VSW_KIND_SWITCH, "id-spare", FALSE) }; } },
        Kind{ "DeleteSwitchByForce",
              [] (Fault *) { return std::vector<VswChange *>{ vsw_change_delete (VSW_KIND_SWITCH, "id-lab", TRUE) }; } },
        Kind{ "ConnectInternal",
              [] (Fault *t) {
                return std::vector<VswChange *>{ t->new_nic ("new"), t->new_port ("lab", "newport", "id-new"),
                                                 t->connect ("newport", "new") };
              } },
        Kind{ "AttachIntoANamespace",
              [] (Fault *t) {
                return std::vector<VswChange *>{ t->new_nic ("new", VSW_NIC_SYNTHETIC, t->target),
                                                 t->new_port ("lab", "newport", "id-new"), t->connect ("newport", "new") };
              } },
        Kind{ "Batch",
              [] (Fault *t) {
                std::vector<VswChange *> changes;
                for (int i = 0; i < 4; i++)
                  {
                    std::string n = "n" + std::to_string (i);
                    changes.push_back (t->new_nic (n));
                    changes.push_back (t->new_port ("spare", "p" + n));
                    changes.push_back (t->connect ("p" + n, n));
                  }
                return changes;
              } },
        Kind{ "Connect", [] (Fault *t) { return std::vector<VswChange *>{ t->connect ("free", "guest") }; } },
        Kind{ "Disconnect", [] (Fault *) { return std::vector<VswChange *>{ vsw_change_disconnect ("id-web") }; } },
        Kind{ "Move", [] (Fault *) { return std::vector<VswChange *>{ vsw_change_move ("id-web", "id-spare") }; } },
        Kind{ "Place", [] (Fault *t) { return std::vector<VswChange *>{ vsw_change_place ("id-guest", t->target, "eth0") }; } },
        Kind{ "AddAddress",
              [] (Fault *t) { return std::vector<VswChange *>{ vsw_change_add_address ("id-web", t->mac (9)) }; } },
        Kind{ "RemoveAddress",
              [] (Fault *t) { return std::vector<VswChange *>{ vsw_change_remove_address ("id-web", t->mac (1)) }; } },
        Kind{ "ModifyNic", [] (Fault *t) { return std::vector<VswChange *>{ t->modify_nic () }; } },
        Kind{ "AttachATap", [] (Fault *t) { return t->attach_tap (); } },
        Kind{ "Open", [] (Fault *t) { return std::vector<VswChange *>{ t->open_tap () }; } },
        Kind{ "Enable",
              [] (Fault *t) { return std::vector<VswChange *>{ t->request_state ("off", VSW_SYSTEM_ENABLED) }; } },
        Kind{ "Save", [] (Fault *t) { return std::vector<VswChange *>{ t->request_state ("on", VSW_SYSTEM_SAVED) }; } },
        Kind{ "Disable",
              [] (Fault *t) { return std::vector<VswChange *>{ t->request_state ("on", VSW_SYSTEM_DISABLED) }; } },
        Kind{ "AddASettingToARunningSystem",
              [] (Fault *t) { return std::vector<VswChange *>{ t->new_setting ("on", "net2", "free") }; } },
        Kind{ "ReconnectASettingOfARunningSystem",
              [] (Fault *t) { return std::vector<VswChange *>{ t->reconnect_setting ("on", "net0", "spare") }; } },
        Kind{ "DeleteSystemByForce",
              [] (Fault *) { return std::vector<VswChange *>{ vsw_change_delete (VSW_KIND_SYSTEM, "id-on", TRUE) }; } },
        Kind{ "Bind", [] (Fault *t) { return std::vector<VswChange *>{ t->bind ("lab", "eth0", TRUE) }; } },
        Kind{ "Setup", [] (Fault *t) { return std::vector<VswChange *>{ t->setup ("lab", "eth0") }; } },
        Kind{ "Teardown", [] (Fault *t) { return std::vector<VswChange *>{ t->teardown ("own") }; } },
        Kind{ "Unbind", [] (Fault *t) { return std::vector<VswChange *>{ t->unbind ("out", "eth1") }; } },
        Kind{ "DeleteSwitchWithItsUplink",
              [] (Fault *) { return std::vector<VswChange *>{ vsw_change_delete (VSW_KIND_SWITCH, "id-out", TRUE) }; } },
        Kind{ "DeletePortByForce",
              [] (Fault *) { return std::vector<VswChange *>{ vsw_change_delete (VSW_KIND_PORT, "id-web", TRUE) }; } },
        Kind{ "DeleteNicByForce",
              [] (Fault *) { return std::vector<VswChange *>{ vsw_change_delete (VSW_KIND_NIC, "id-host", TRUE) }; } }),
    [] (const ::testing::TestParamInfo<Kind> &info) { return std::string (info.param.name); });

} // namespace
