/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model and the links under it, and short words for requests. Ids follow from names: switch "lab" has the id "s-lab", port "web" of it
 * "p-lab-web", endpoint "web" "n-web", system "web" "y-web", setting "lan" of it "t-web-lan". */
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

#include "model/facts.h"
#include "model/model.h"

struct Answer
{
  bool good = false;
  int code = -1;       /* VswError, of a refusal */
  std::string message; /* of a refusal */
  std::shared_ptr<VswDelta> delta;
};

inline VswMac
mac_of (const char *text)
{
  VswMac mac = {};
  EXPECT_TRUE (vsw_mac_decode (text, &mac, nullptr)) << text;
  return mac;
}

inline std::string
text_of (VswMac mac)
{
  char text[VSW_MAC_TEXT_SIZE];
  return vsw_mac_print (mac, text);
}

class Network
{
public:
  VswRules rules = *vsw_rules_get_default ();
  VswModel *model;
  VswLinks *links;

  Network () : model (vsw_model_new (&rules)), links (vsw_links_new ())
  {
  }
  ~Network ()
  {
    vsw_model_free (model);
    vsw_links_free (links);
  }
  Network (const Network &) = delete;

  /* --- words for changes; `fill` sets what `given` names --- */

  static VswChange *
  add_switch (const std::string &name, guint given = 0, std::function<void (VswSwitch &)> fill = nullptr)
  {
    std::string id = "s-" + name;
    VswSwitch draft = {};
    draft.head.id = id.c_str ();
    draft.head.name = name.c_str ();
    if (fill)
      fill (draft);
    g_autoptr (VswSwitch) value = vsw_switch_new (&draft);
    return vsw_change_create (value, given, nullptr, nullptr);
  }

  static VswChange *
  add_port (const std::string &parent, const std::string &name, guint given = 0,
            std::function<void (VswPort &)> fill = nullptr)
  {
    std::string id = "p-" + parent + "-" + name, switch_id = "s-" + parent;
    VswPort draft = {};
    draft.head.id = id.c_str ();
    draft.head.name = name.c_str ();
    draft.switch_id = switch_id.c_str ();
    if (fill)
      fill (draft);
    g_autoptr (VswPort) value = vsw_port_new (&draft);
    return vsw_change_create (value, given, nullptr, nullptr);
  }

  static VswChange *
  add_nic (const std::string &name, VswNicKind kind = VSW_NIC_SYNTHETIC, guint given = 0,
           std::function<void (VswNic &)> fill = nullptr, VswNamespace *target = nullptr,
           const char *interface = nullptr)
  {
    std::string id = "n-" + name;
    VswNic draft = {};
    draft.head.id = id.c_str ();
    draft.head.name = name.c_str ();
    draft.nic_kind = kind;
    if (fill)
      fill (draft);
    g_autoptr (VswNic) value = vsw_nic_new (&draft);
    return vsw_change_create (value, given, target, interface);
  }

  static VswChange *
  add_tap (const std::string &name, VswLifetime lifetime = VSW_LIFETIME_PERSISTENT, VswHandout *handout = nullptr,
           guint given = 0, std::function<void (VswNic &)> fill = nullptr)
  {
    VswChange *change = add_nic (name, VSW_NIC_SYNTHETIC, given | VSW_GIVEN_LIFETIME, [&] (VswNic &n) {
      n.backend = VSW_BACKEND_TAP;
      n.head.lifetime = lifetime;
      if (fill)
        fill (n);
    });
    if (handout != nullptr)
      vsw_change_hand_out (change, handout);
    return change;
  }

  static VswChange *
  add_system (const std::string &name, guint given = 0, std::function<void (VswSystem &)> fill = nullptr)
  {
    std::string id = "y-" + name;
    VswSystem draft = {};
    draft.head.id = id.c_str ();
    draft.head.name = name.c_str ();
    if (fill)
      fill (draft);
    g_autoptr (VswSystem) value = vsw_system_new (&draft);
    return vsw_change_create (value, given, nullptr, nullptr);
  }

  /* Synthetic, if `fill` says nothing else. */
  static VswChange *
  add_setting (const std::string &system, const std::string &name, guint given = 0,
               std::function<void (VswSetting &)> fill = nullptr)
  {
    std::string id = "t-" + system + "-" + name, system_id = "y-" + system;
    VswSetting draft = {};
    draft.head.id = id.c_str ();
    draft.head.name = name.c_str ();
    draft.system_id = system_id.c_str ();
    draft.nic_kind = VSW_NIC_SYNTHETIC;
    if (fill)
      fill (draft);
    g_autoptr (VswSetting) value = vsw_setting_new (&draft);
    return vsw_change_create (value, given, nullptr, nullptr);
  }

  /* Of a switch or port, by its id. */
  static VswChange *
  add_connected (const std::string &system, const std::string &name, const std::string &connection_id)
  {
    return add_setting (system, name, VSW_GIVEN_CONNECTION,
                        [&] (VswSetting &s) { s.connection_id = connection_id.c_str (); });
  }

  VswChange *
  modify_setting (const std::string &system, const std::string &name, guint given,
                  std::function<void (VswSetting &)> edit)
  {
    VswSetting fields = *get_setting (system, name);
    edit (fields);
    g_autoptr (VswSetting) draft = vsw_setting_new (&fields);
    return vsw_change_modify (draft, given);
  }

  VswChange *
  modify_nic (const VswNic *nic, guint given, std::function<void (VswNic &)> edit)
  {
    VswNic fields = *nic;
    edit (fields);
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    return vsw_change_modify (draft, given);
  }

  static VswChange *
  lead (const std::string &system, VswSystemState state)
  {
    return vsw_change_state (("y-" + system).c_str (), state);
  }

  /* A port made for the NIC of the same name. */
  static VswChange *
  add_automatic_port (const std::string &parent, const std::string &name)
  {
    std::string nic = "n-" + name;
    return add_port (parent, name, 0, [&] (VswPort &p) { p.made_for = nic.c_str (); });
  }

  static VswChange *
  connect (const std::string &parent, const std::string &port, const std::string &nic)
  {
    return vsw_change_connect (("p-" + parent + "-" + port).c_str (), ("n-" + nic).c_str ());
  }

  /* --- requests --- */

  Answer
  ask (std::initializer_list<VswChange *> changes)
  {
    g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
    for (VswChange *change : changes)
      g_ptr_array_add (list, change);
    return ask (list);
  }

  Answer
  ask (GPtrArray *list)
  {
    Answer answer;
    VswDelta *delta = nullptr;
    g_autoptr (GError) error = nullptr;
    answer.good = vsw_model_resolve (model, links, list, &delta, &error);
    EXPECT_EQ (answer.good, error == nullptr);
    EXPECT_EQ (answer.good, delta != nullptr);
    if (delta != nullptr)
      answer.delta = std::shared_ptr<VswDelta> (delta, vsw_delta_unref);
    if (error != nullptr)
      {
        EXPECT_EQ (error->domain, VSW_ERROR);
        answer.code = error->code;
        answer.message = error->message;
      }
    return answer;
  }

  /* Must be allowed. */
  std::shared_ptr<VswDelta>
  must (std::initializer_list<VswChange *> changes)
  {
    Answer answer = ask (changes);
    EXPECT_TRUE (answer.good) << answer.message;
    return answer.delta;
  }

  /* A switch with endpoints of that name, each in an automatic port. */
  void
  furnish (const std::string &parent, std::initializer_list<const char *> nics, VswNicKind kind = VSW_NIC_SYNTHETIC)
  {
    must ({ add_switch (parent) });
    for (const char *nic : nics)
      must ({ add_nic (nic, kind), add_automatic_port (parent, nic), connect (parent, nic, nic) });
  }

  VswSwitch *
  get_switch (const std::string &name)
  {
    return vsw_model_get_switch (model, ("s-" + name).c_str ());
  }
  VswPort *
  get_port (const std::string &parent, const std::string &name)
  {
    return vsw_model_get_port (model, ("p-" + parent + "-" + name).c_str ());
  }
  VswNic *
  get_nic (const std::string &name)
  {
    return vsw_model_get_nic (model, ("n-" + name).c_str ());
  }

  VswSystem *
  get_system (const std::string &name)
  {
    return vsw_model_get_system (model, ("y-" + name).c_str ());
  }
  VswSetting *
  get_setting (const std::string &system, const std::string &name)
  {
    return vsw_model_get_setting (model, ("t-" + system + "-" + name).c_str ());
  }
  /* What a setting has become, and the port that it is plugged into. */
  VswNic *
  nic_of (const std::string &system, const std::string &setting)
  {
    return vsw_model_find_nic_of_setting (model, ("t-" + system + "-" + setting).c_str ());
  }
  VswPort *
  port_of (const std::string &system, const std::string &setting)
  {
    VswNic *nic = nic_of (system, setting);
    return nic != nullptr ? vsw_model_find_port_of_nic (model, nic->head.id) : nullptr;
  }

  /* --- links --- */

  void
  put (const VswLink &fields)
  {
    g_autoptr (VswLink) link = vsw_link_new (&fields);
    g_autoptr (VswLink) old = vsw_links_put (links, link);
  }

  /* Changes one link in place. */
  void
  alter (guint index, std::function<void (VswLink &)> how)
  {
    g_autoptr (VswLink) held = vsw_link_ref (vsw_links_get (links, index));
    VswLink fields = *held;
    how (fields);
    put (fields);
  }
};

/* Everything that the model answers, as text: to compare before and after. */
std::string describe (VswModel *model);

/* Of a refusal: its code, and what its message has to say. */
inline void
expect_refused (int code, const std::string &part, const Answer &answer)
{
  EXPECT_FALSE (answer.good);
  EXPECT_EQ (answer.code, code) << answer.message;
  EXPECT_NE (answer.message.find (part), std::string::npos) << answer.message;
}

struct UnrefHandout
{
  void
  operator() (VswHandout *handout) const
  {
    vsw_handout_unref (handout);
  }
};
using Handout = std::unique_ptr<VswHandout, UnrefHandout>;

inline Handout
make_handout (guint wanted = 0)
{
  return Handout (vsw_handout_new (wanted));
}

/* A namespace without a descriptor. */
inline std::shared_ptr<VswNamespace>
make_namespace (guint64 inode)
{
  VswNamespace fields = {};
  fields.fd = -1;
  fields.inode = inode;
  return std::shared_ptr<VswNamespace> (vsw_namespace_new (&fields), vsw_namespace_unref);
}
