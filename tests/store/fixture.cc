/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- values --- */

Value
copy (const Value &value)
{
  return Value (static_cast<VswValue *> (vsw_value_ref (value.get ())));
}

Value
keep (const VswSwitch &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_switch_new (&fields)));
}

Value
keep (const VswNic &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_nic_new (&fields)));
}

Value
keep (const VswPort &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_port_new (&fields)));
}

Value
keep (const VswSystem &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_system_new (&fields)));
}

Value
keep (const VswSetting &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_setting_new (&fields)));
}

Value
keep (const VswCheckpoint &fields)
{
  return Value (reinterpret_cast<VswValue *> (vsw_checkpoint_new (&fields)));
}

std::string
id_of (VswKind kind, int number)
{
  char text[37];

  g_snprintf (text, sizeof text, "%08x-0000-4000-8000-%012x", number, kind);
  return text;
}

/* Interned: the plain values below borrow their texts for good. */
static const char *
intern (const std::string &text)
{
  return g_intern_string (text.c_str ());
}

static void
set_head (VswValue *head, VswKind kind, int number)
{
  head->kind = kind;
  head->id = intern (id_of (kind, number));
  head->name = intern ("n" + std::to_string (number));
  head->description = "";
  head->lifetime = VSW_LIFETIME_PERSISTENT;
  head->created = 1;
}

VswSwitch
plain_switch (int number)
{
  VswSwitch fields = {};

  set_head (&fields.head, VSW_KIND_SWITCH, number);
  g_snprintf (fields.device, sizeof fields.device, "vsw-%x", number);
  fields.mac = { { 2, 0, 0, 0, 0, 1 } };
  fields.mtu = VSW_MTU_DEFAULT;
  fields.ageing = VSW_AGEING_DEFAULT;
  return fields;
}

VswNic
plain_nic (int number)
{
  VswNic fields = {};

  set_head (&fields.head, VSW_KIND_NIC, number);
  fields.nic_kind = VSW_NIC_SYNTHETIC;
  g_snprintf (fields.device, sizeof fields.device, "vswp-%x", number);
  g_snprintf (fields.peer, sizeof fields.peer, "vswg-%x", number);
  fields.mac = { { 2, 0, 0, 0, 0, 2 } };
  fields.queues = 1;
  return fields;
}

VswNic
plain_tap (int number)
{
  VswNic fields = plain_nic (number);

  fields.backend = VSW_BACKEND_TAP;
  fields.peer[0] = '\0';
  return fields;
}

VswPort
plain_port (int number, const VswSwitch &on)
{
  VswPort fields = {};

  set_head (&fields.head, VSW_KIND_PORT, number);
  fields.switch_id = on.head.id;
  return fields;
}

VswSystem
plain_system (int number)
{
  VswSystem fields = {};

  set_head (&fields.head, VSW_KIND_SYSTEM, number);
  fields.machine = "";
  return fields;
}

VswSetting
plain_setting (int number, const VswSystem &of)
{
  VswSetting fields = {};

  set_head (&fields.head, VSW_KIND_SETTING, number);
  fields.system_id = of.head.id;
  fields.nic_kind = VSW_NIC_SYNTHETIC;
  fields.backend = VSW_BACKEND_TAP;
  fields.mac = { { 2, 0, 0, 0, 0, 3 } };
  fields.queues = 1;
  return fields;
}

VswCheckpoint
plain_checkpoint (int number)
{
  VswCheckpoint fields = {};

  set_head (&fields.head, VSW_KIND_CHECKPOINT, number);
  fields.head.name = intern (std::to_string (number));
  fields.deadline = 2;
  return fields;
}

/* --- stores --- */

Place::Place ()
{
  g_autofree char *made = g_dir_make_tmp ("vsw-store-XXXXXX", nullptr);

  root = made;
  state = root + "/state";
  runtime = root + "/runtime";
}

Place::~Place ()
{
  std::error_code ignored;

  std::filesystem::remove_all (root, ignored);
}

VswStore *
Place::open (GError **error) const
{
  return vsw_store_open (state.c_str (), runtime.c_str (), error);
}

std::string
Place::database () const
{
  return state + "/store.db";
}

Store
open_store (const Place &place)
{
  g_autoptr (GError) error = nullptr;
  Store store (place.open (&error));

  EXPECT_NE (store, nullptr) << (error ? error->message : "no error either");
  return store;
}

std::string
refuse_store (const Place &place, int code)
{
  g_autoptr (GError) error = nullptr;
  Store store (place.open (&error));

  EXPECT_EQ (store, nullptr);
  EXPECT_TRUE (g_error_matches (error, VSW_ERROR, code)) << (error ? error->message : "no error");
  return error ? error->message : "";
}

bool
commit (VswStore *store, VswDelta *delta, GError **error)
{
  if (!vsw_store_begin (store, error))
    return false;
  if (vsw_store_write (store, delta, error))
    return vsw_store_commit (store, error);
  vsw_store_rollback (store);
  return false;
}

void
add (VswStore *store, const std::vector<const Value *> &values)
{
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (GError) error = nullptr;

  for (const Value *value : values)
    vsw_delta_put (delta, nullptr, value->get (), nullptr);
  ASSERT_TRUE (commit (store, delta, &error)) << error->message;
}

World
load_world (VswStore *store)
{
  g_autoptr (GError) error = nullptr;
  g_autoptr (VswDelta) all = vsw_store_load (store, &error);
  World world;

  EXPECT_NE (all, nullptr) << error->message;
  for (guint i = 0; all && i < vsw_delta_get_size (all); i++)
    {
      const VswPair *pair = vsw_delta_get (all, i);

      EXPECT_EQ (pair->before, nullptr);
      world[pair->after->id] = Value (static_cast<VswValue *> (vsw_value_ref (pair->after)));
    }
  return world;
}

void
expect_holds (VswStore *store, const World &world)
{
  World found = load_world (store);

  EXPECT_EQ (found.size (), world.size ());
  for (const auto &[id, value] : world)
    {
      auto other = found.find (id);

      ASSERT_NE (other, found.end ()) << vsw_kind_print (value->kind) << " " << id << " is lost";
      EXPECT_TRUE (vsw_value_equal (value.get (), other->second.get ())) << vsw_kind_print (value->kind) << " " << id;
    }
}

std::string
read_bytes (const std::string &path)
{
  std::ifstream file (path, std::ios::binary);

  return std::string (std::istreambuf_iterator<char> (file), {});
}

void
write_bytes (const std::string &path, const std::string &bytes)
{
  std::ofstream file (path, std::ios::binary | std::ios::trunc);

  file.write (bytes.data (), bytes.size ());
}

bool
in_private_mounts (void (*body) (const Place &place), const Place &place)
{
  constexpr int cannot = 77;
  pid_t child;
  int status;

  std::cout.flush ();
  child = fork ();
  if (child == 0)
    {
      if (geteuid () != 0 || unshare (CLONE_NEWNS) < 0
          || mount (nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        _exit (cannot);
      body (place);
      std::cout.flush ();
      fflush (stdout);
      _exit (testing::Test::HasFailure () ? 1 : 0);
    }
  EXPECT_EQ (waitpid (child, &status, 0), child);
  EXPECT_TRUE (WIFEXITED (status));
  EXPECT_TRUE (WEXITSTATUS (status) == 0 || WEXITSTATUS (status) == cannot) << "the child has failed, see above";
  return WEXITSTATUS (status) != cannot;
}
