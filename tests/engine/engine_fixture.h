/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An engine on the fake kernel and a real store, with requests as values: `apply` waits for the answer. */
#pragma once

#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "store/store.h"
#include "support/fake_kernel.h"

class EngineFixture : public ::testing::Test
{
protected:
  void
  SetUp () override
  {
    g_autofree char *name = g_dir_make_tmp ("vmswitch-engine-XXXXXX", nullptr);
    folder = name;
    context = g_main_context_new ();
    g_main_context_push_thread_default (context);
    kernel = vsw_fake_kernel_new ();
    rules = *vsw_rules_get_default ();
    start ();
  }

  void
  TearDown () override
  {
    stop ();
    g_object_unref (kernel);
    g_main_context_pop_thread_default (context);
    g_main_context_unref (context);
    remove_folder (folder + "/state");
    remove_folder (folder + "/run");
    g_rmdir (folder.c_str ());
  }

  static void
  remove_folder (const std::string &path)
  {
    g_autoptr (GDir) dir = g_dir_open (path.c_str (), 0, nullptr);
    const char *name;
    while (dir != nullptr && (name = g_dir_read_name (dir)) != nullptr)
      g_unlink ((path + "/" + name).c_str ());
    g_rmdir (path.c_str ());
  }

  /* The daemon starts, with what store and kernel hold. */
  void
  start ()
  {
    g_autoptr (GError) error = nullptr;
    bool has_started = try_start (&error);
    ASSERT_TRUE (has_started) << error->message;
  }

  bool
  try_start (GError **error)
  {
    store = vsw_store_open ((folder + "/state").c_str (), (folder + "/run").c_str (), error);
    if (store == nullptr)
      return false;
    engine = vsw_engine_new (kernel, store, &rules);
    g_signal_connect (engine, "changed", G_CALLBACK (on_changed), this);
    return vsw_engine_start (engine, error);
  }

  void
  stop ()
  {
    if (engine == nullptr)
      return;
    vsw_engine_stop (engine);
    g_clear_object (&engine);
    g_clear_pointer (&store, vsw_store_close);
    vsw_fake_kernel_unwatch (kernel);
  }

  void
  restart ()
  {
    stop ();
    start ();
  }

  /* While nobody is here, the times of all checkpoints are written anew. */
  void
  change_times_while_down (gint64 created, gint64 deadline)
  {
    stop ();
    g_autoptr (GError) error = nullptr;
    g_autoptr (VswStore) opened = vsw_store_open ((folder + "/state").c_str (), (folder + "/run").c_str (), &error);
    ASSERT_NE (opened, nullptr) << error->message;
    g_autoptr (VswDelta) all = vsw_store_load (opened, nullptr);
    g_autoptr (VswDelta) delta = vsw_delta_new ();
    for (guint i = 0; i < vsw_delta_get_size (all); i++)
      if (vsw_delta_get (all, i)->after->kind == VSW_KIND_CHECKPOINT)
        {
          VswCheckpoint fields = *reinterpret_cast<VswCheckpoint *> (vsw_delta_get (all, i)->after);
          fields.head.created = created;
          fields.deadline = deadline;
          g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&fields);
          vsw_delta_put (delta, vsw_delta_get (all, i)->after, value, nullptr);
        }
    ASSERT_GT (vsw_delta_get_size (delta), 0u);
    ASSERT_TRUE (vsw_store_begin (opened, nullptr) && vsw_store_write (opened, delta, nullptr)
                 && vsw_store_commit (opened, nullptr));
  }

  void
  let_the_deadline_pass_while_down ()
  {
    gint64 now = g_get_real_time ();
    change_times_while_down (now - 10 * G_USEC_PER_SEC, now - G_USEC_PER_SEC);
  }

  static void
  on_changed (VswEngine *, GPtrArray *keys, EngineFixture *self)
  {
    for (guint i = 0; i < keys->len; i++)
      self->changed.push_back (static_cast<const char *> (g_ptr_array_index (keys, i)));
  }

  void
  wait (const std::function<bool ()> &done, const char *what)
  {
    gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
    while (!done ())
      {
        if (g_get_monotonic_time () > deadline)
          FAIL () << "waited in vain for " << what;
        if (!g_main_context_iteration (context, FALSE))
          g_usleep (200);
      }
  }

  /* Lets everything that waits happen. */
  void
  settle ()
  {
    for (int quiet = 0; quiet < 140; quiet++)
      {
        while (g_main_context_iteration (context, FALSE))
          quiet = 0;
        g_usleep (500);
      }
  }

  static void
  on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
  {
    EngineFixture *self = static_cast<EngineFixture *> (user_data);
    g_autoptr (GError) error = nullptr;
    g_autoptr (VswDelta) delta = vsw_engine_apply_finish (VSW_ENGINE (source), result, &error);
    self->answered++;
    self->last_code = error != nullptr && error->domain == VSW_ERROR ? error->code : -1;
    self->last_error = error != nullptr ? error->message : "";
  }

  void
  send (const std::vector<VswChange *> &changes)
  {
    GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) vsw_change_free);
    for (VswChange *change : changes)
      g_ptr_array_add (list, change);
    vsw_engine_apply_async (engine, list, nullptr, on_applied, this);
  }

  /* "" if it has become true, else the error. */
  std::string
  apply (const std::vector<VswChange *> &changes)
  {
    int before = answered;
    send (changes);
    wait ([&] { return answered > before; }, "an answer");
    return last_error;
  }

  /* --- changes, by name --- */

  static VswValue
  head (VswKind kind, const std::string &name, VswLifetime lifetime, const char *holder)
  {
    return VswValue{ kind, g_intern_string (("id-" + name).c_str ()), g_intern_string (name.c_str ()), "", lifetime, holder, 0,
                     g_get_real_time () };
  }

  static std::string
  id (const std::string &name)
  {
    return "id-" + name;
  }

  VswChange *
  new_switch (const std::string &name, VswLifetime lifetime = VSW_LIFETIME_PERSISTENT, const char *holder = nullptr)
  {
    VswSwitch fields = {};
    fields.head = head (VSW_KIND_SWITCH, name, lifetime, holder);
    g_autoptr (VswSwitch) draft = vsw_switch_new (&fields);
    return vsw_change_create (draft, VSW_GIVEN_LIFETIME, nullptr, nullptr);
  }

  VswChange *
  new_port (const std::string &switch_name, const std::string &name, const char *made_for = nullptr,
            VswLifetime lifetime = VSW_LIFETIME_PERSISTENT, const char *holder = nullptr)
  {
    VswPort fields = {};
    std::string owner = id (switch_name);
    fields.head = head (VSW_KIND_PORT, name, lifetime, holder);
    fields.switch_id = owner.c_str ();
    fields.made_for = made_for;
    g_autoptr (VswPort) draft = vsw_port_new (&fields);
    return vsw_change_create (draft, VSW_GIVEN_LIFETIME, nullptr, nullptr);
  }

  VswChange *
  new_nic (const std::string &name, VswNicKind kind = VSW_NIC_INTERNAL, VswNamespace *target = nullptr,
           VswLifetime lifetime = VSW_LIFETIME_PERSISTENT, const char *holder = nullptr)
  {
    VswNic fields = {};
    fields.head = head (VSW_KIND_NIC, name, lifetime, holder);
    fields.nic_kind = kind;
    fields.queues = 1;
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    return vsw_change_create (draft, VSW_GIVEN_LIFETIME, target, target != nullptr ? "eth0" : nullptr);
  }

  /* A tap; with a handout its descriptors are wanted at once. */
  VswChange *
  new_tap (const std::string &name, VswHandout *handout = nullptr, VswLifetime lifetime = VSW_LIFETIME_DESCRIPTOR,
           guint32 queues = 1, guint32 owner = 0)
  {
    VswNic fields = {};
    fields.head = head (VSW_KIND_NIC, name, lifetime, nullptr);
    fields.head.owner = owner;
    fields.nic_kind = VSW_NIC_SYNTHETIC;
    fields.backend = VSW_BACKEND_TAP;
    fields.queues = queues;
    g_autoptr (VswNic) draft = vsw_nic_new (&fields);
    VswChange *change = vsw_change_create (draft, VSW_GIVEN_LIFETIME | VSW_GIVEN_QUEUES, nullptr, nullptr);
    if (handout != nullptr)
      vsw_change_hand_out (change, handout);
    return change;
  }

  VswChange *
  new_system (const std::string &name)
  {
    VswSystem fields = {};
    fields.head = head (VSW_KIND_SYSTEM, name, VSW_LIFETIME_PERSISTENT, nullptr);
    g_autoptr (VswSystem) draft = vsw_system_new (&fields);
    return vsw_change_create (draft, 0, nullptr, nullptr);
  }

  /* The setting `name` of a system, of id "id-SYSTEM-NAME", which is also the name of its NIC. */
  VswChange *
  new_setting (const std::string &system, const std::string &name, const std::string &connection)
  {
    VswSetting fields = {};
    std::string system_id = id (system), connection_id = id (connection);
    fields.head = head (VSW_KIND_SETTING, name, VSW_LIFETIME_PERSISTENT, nullptr);
    fields.head.id = g_intern_string ((system_id + "-" + name).c_str ());
    fields.system_id = system_id.c_str ();
    fields.nic_kind = VSW_NIC_SYNTHETIC;
    fields.connection_id = connection_id.c_str ();
    g_autoptr (VswSetting) draft = vsw_setting_new (&fields);
    return vsw_change_create (draft, VSW_GIVEN_CONNECTION, nullptr, nullptr);
  }

  /* The setting that such a one would be, with another connection. */
  VswChange *
  reconnect_setting (const std::string &system, const std::string &name, const std::string &connection)
  {
    VswSetting fields = {};
    std::string setting_id = id (system) + "-" + name, connection_id = id (connection);
    fields.head = head (VSW_KIND_SETTING, name, VSW_LIFETIME_PERSISTENT, nullptr);
    fields.head.id = setting_id.c_str ();
    fields.connection_id = connection_id.c_str ();
    g_autoptr (VswSetting) draft = vsw_setting_new (&fields);
    return vsw_change_modify (draft, VSW_GIVEN_CONNECTION);
  }

  VswChange *
  request_state (const std::string &system, VswSystemState state)
  {
    return vsw_change_state (id (system).c_str (), state);
  }

  VswChange *
  connect (const std::string &port, const std::string &nic)
  {
    return vsw_change_connect (id (port).c_str (), id (nic).c_str ());
  }

  /* A switch with a connected internal NIC: `lab`, port `web`, NIC `host`. */
  void
  make_lab ()
  {
    ASSERT_EQ (apply ({ new_switch ("lab") }), "");
    ASSERT_EQ (apply ({ new_port ("lab", "web"), new_nic ("host"), connect ("web", "host") }), "");
  }

  VswNamespace *
  new_namespace (int *ret_space, guint32 owner = 1000)
  {
    g_autoptr (GError) error = nullptr;
    int space = vsw_fake_kernel_make_namespace (kernel, owner);
    *ret_space = space;
    return vsw_engine_inspect (engine, dup (space), owner, &error);
  }

  /* --- what is --- */

  std::string
  kernel_state ()
  {
    g_autofree char *text = vsw_fake_kernel_print (kernel);
    return text;
  }

  /* The same without indexes, and without the carrier of bridges, which follows what their ports have been and is nobody's to restore. */
  std::string
  kernel_shape ()
  {
    g_autofree char *text = vsw_fake_kernel_print_shape (kernel);
    return std::regex_replace (std::string (text), std::regex ("( bridge mac [^\n]*) carrier"), "$1");
  }

  /* Every value of the model, as one comparable text. */
  std::string
  model_state ()
  {
    VswModel *model = vsw_engine_get_model (engine);
    std::vector<std::string> lines;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init (&iter, vsw_model_get_switches (model));
    while (g_hash_table_iter_next (&iter, nullptr, &value))
      {
        VswSwitch *s = static_cast<VswSwitch *> (value);
        lines.push_back (std::string ("switch ") + s->head.id + " " + s->device + " " + std::to_string (s->mtu) + " "
                         + std::to_string (s->ageing) + " " + s->head.description);
      }
    g_hash_table_iter_init (&iter, vsw_model_get_ports (model));
    while (g_hash_table_iter_next (&iter, nullptr, &value))
      {
        VswPort *p = static_cast<VswPort *> (value);
        lines.push_back (std::string ("port ") + p->head.id + " " + p->switch_id + " " + (p->nic_id ? p->nic_id : "-") + " "
                         + std::to_string (p->n_static_addresses));
      }
    g_hash_table_iter_init (&iter, vsw_model_get_nics (model));
    while (g_hash_table_iter_next (&iter, nullptr, &value))
      {
        VswNic *n = static_cast<VswNic *> (value);
        char mac[VSW_MAC_TEXT_SIZE];
        lines.push_back (std::string ("nic ") + n->head.id + " " + n->device + " " + n->peer + " at " + n->placed_as + " "
                         + vsw_mac_print (n->mac, mac) + " " + std::to_string (n->mtu) + (n->opened ? " opened" : ""));
      }
    g_hash_table_iter_init (&iter, vsw_model_get_systems (model));
    while (g_hash_table_iter_next (&iter, nullptr, &value))
      {
        VswSystem *s = static_cast<VswSystem *> (value);
        lines.push_back (std::string ("system ") + s->head.id + " " + vsw_system_state_print (s->state));
      }
    g_hash_table_iter_init (&iter, vsw_model_get_settings (model));
    while (g_hash_table_iter_next (&iter, nullptr, &value))
      {
        VswSetting *s = static_cast<VswSetting *> (value);
        char mac[VSW_MAC_TEXT_SIZE];
        lines.push_back (std::string ("setting ") + s->head.id + " " + (s->connection_id ? s->connection_id : "-") + " "
                         + vsw_mac_print (s->mac, mac));
      }
    std::sort (lines.begin (), lines.end ());
    std::string text;
    for (const std::string &line : lines)
      text += line + "\n";
    return text;
  }

  VswNic *
  nic (const std::string &name)
  {
    return vsw_model_find_nic (vsw_engine_get_model (engine), name.c_str ());
  }

  /* "disabled", "enabled", "saved". */
  std::string
  state_of (const std::string &system)
  {
    return vsw_system_state_print (vsw_model_find_system (vsw_engine_get_model (engine), system.c_str ())->state);
  }

  VswLink *
  device (const char *name)
  {
    return vsw_links_get_device (vsw_engine_get_links (engine), name);
  }

  bool
  passes (const std::string &port)
  {
    VswModel *model = vsw_engine_get_model (engine);
    return vsw_facts_get_connection (model, vsw_engine_get_links (engine), vsw_model_get_port (model, id (port).c_str ()))
           != nullptr;
  }

  bool
  has_changed (const std::string &key)
  {
    return std::find (changed.begin (), changed.end (), key) != changed.end ();
  }

  std::string folder;
  GMainContext *context = nullptr;
  VswKernel *kernel = nullptr;
  VswStore *store = nullptr;
  VswEngine *engine = nullptr;
  VswRules rules;
  std::vector<std::string> changed; /* keys, in order */
  int answered = 0;
  int last_code = -1;
  std::string last_error;
};
