/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An engine with the switch `lab` of EngineFixture, and a NIC of the host, eth0, that is up and has a cable. */
#pragma once

#include "engine/engine_fixture.h"
#include "plan/plan.h"

class UplinkFixture : public EngineFixture
{
protected:
  static constexpr VswMac first_mac = { { 0, 0x1b, 0x21, 0, 0, 1 } };
  static constexpr VswMac second_mac = { { 0, 0x1b, 0x21, 0, 0, 2 } };
  static constexpr VswMac third_mac = { { 0, 0x1b, 0x21, 0, 0, 3 } };

  void
  SetUp () override
  {
    EngineFixture::SetUp ();
    make_lab ();
    plug ("eth0", first_mac, first_mac, "0000:00:03.0");
    settle ();
  }

  /* permanent: zero: it has none; bus_path "": a driver of the network stack made it */
  void
  plug (const char *name, VswMac permanent, VswMac mac, const char *bus_path)
  {
    VswLink fields = {};
    fields.name = name;
    fields.link_kind = "";
    fields.is_up = fields.has_carrier = TRUE;
    fields.mac = mac;
    fields.permanent = permanent;
    fields.bus_path = bus_path;
    ASSERT_NE (vsw_fake_kernel_foreign_add (kernel, VSW_FAKE_HOME, &fields), 0u);
  }

  void
  unplug (const char *name)
  {
    ASSERT_TRUE (vsw_fake_kernel_foreign_delete (kernel, VSW_FAKE_HOME, name));
  }

  void
  set_ip (const char *name, std::vector<const char *> items)
  {
    items.push_back (nullptr);
    vsw_fake_kernel_foreign_set_ip (kernel, name, items.data ());
  }

  std::string
  list_ip (const char *name)
  {
    g_auto (GStrv) items = vsw_fake_kernel_list_ip (kernel, name);
    g_autofree char *text = g_strjoinv ("\n", items);
    return text;
  }

  VswLink *
  link (const char *name)
  {
    return vsw_links_find_name (vsw_engine_get_links (engine), name);
  }

  VswChange *
  bind (const std::string &switch_name, const char *name, gboolean drops_addresses = FALSE)
  {
    VswNic fields = {};
    fields.head = head (VSW_KIND_NIC, name, VSW_LIFETIME_PERSISTENT, nullptr);
    fields.nic_kind = VSW_NIC_EXTERNAL;
    fields.backend = VSW_BACKEND_HARDWARE;
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    return vsw_change_bind (draft, id (switch_name).c_str (), link (name)->index, drops_addresses);
  }

  VswChange *
  unbind (const std::string &switch_name, const std::string &name)
  {
    return vsw_change_unbind (id (name).c_str (), id (switch_name).c_str ());
  }

  /* The internal NIC is called as the switch. */
  VswChange *
  setup (const std::string &switch_name, const char *name)
  {
    VswNic fields = {}, host = {};
    fields.head = head (VSW_KIND_NIC, name, VSW_LIFETIME_PERSISTENT, nullptr);
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    host.head = head (VSW_KIND_NIC, switch_name + "-host", VSW_LIFETIME_PERSISTENT, nullptr);
    g_autoptr (VswNic) host_draft = vsw_nic_new (&host);
    return vsw_change_setup (draft, host_draft, 0, id (switch_name).c_str (), link (name)->index);
  }

  /* Applied together with what it is to undo. */
  VswChange *
  confirm_within (int seconds)
  {
    VswCheckpoint fields = {};
    fields.head = head (VSW_KIND_CHECKPOINT, "checkpoint", VSW_LIFETIME_PERSISTENT, nullptr);
    fields.head.name = "0";
    fields.privileged = TRUE;
    g_autoptr (VswCheckpoint) draft = vsw_checkpoint_new (&fields);
    return vsw_change_confirm_within (draft, seconds * G_USEC_PER_SEC);
  }

  VswChange *
  teardown (const std::string &switch_name, gboolean force = FALSE)
  {
    return vsw_change_teardown (id (switch_name).c_str (), force);
  }

  VswSwitch *
  switch_called (const std::string &name)
  {
    return vsw_model_find_switch (vsw_engine_get_model (engine), name.c_str ());
  }

  std::string
  kind_of (const std::string &name)
  {
    return vsw_facts_switch_kind (vsw_engine_get_model (engine), vsw_engine_get_links (engine), switch_called (name));
  }

  std::string
  state_of_switch (const std::string &name)
  {
    return vsw_facts_switch_state (vsw_engine_get_model (engine), vsw_engine_get_links (engine), switch_called (name));
  }

  /* What Manager.Warnings says of uplinks that are missing: a text a line. */
  std::string
  missed ()
  {
    GPtrArray *warnings = vsw_engine_get_warnings (engine);
    std::string text;
    for (guint i = 0; i < warnings->len; i++)
      if (g_str_equal (static_cast<VswWarning *> (warnings->pdata[i])->code, "uplink-missing"))
        text += static_cast<VswWarning *> (warnings->pdata[i])->text + std::string ("\n");
    return text;
  }

  /* Frames pass between lab and its uplink. */
  bool
  passes_uplink ()
  {
    VswModel *model = vsw_engine_get_model (engine);
    VswNic *uplink = vsw_model_find_uplink_of (model, "id-lab");
    VswPort *port = uplink != nullptr ? vsw_model_find_port_of_nic (model, uplink->head.id) : nullptr;
    return port != nullptr && vsw_facts_get_connection (model, vsw_engine_get_links (engine), port) != nullptr;
  }

  /* What a repair of everything would do. */
  std::string
  drift ()
  {
    g_autoptr (VswPlan) plan =
        vsw_plan_new_for_drift (vsw_engine_get_model (engine), vsw_engine_get_links (engine), nullptr);
    g_autofree char *text = vsw_plan_print (plan);
    return text;
  }
};
