/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the store share: a pair of directories that go with the test, values with chosen and with random fields, and
 * the comparison of what a store holds with what it should. Random tests print their seed and take one from VSW_TEST_SEED. */
#pragma once

#include "model/checkpoint.h"
#include "model/nic.h"
#include "model/port.h"
#include "model/setting.h"
#include "model/switch.h"
#include "model/system.h"
#include "store/store.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

/* --- values --- */

struct Unref
{
  void
  operator() (gpointer value) const
  {
    vsw_value_unref (value);
  }
};

/* Owns a reference. */
using Value = std::unique_ptr<VswValue, Unref>;
/* By id: what a store should hold. */
using World = std::map<std::string, Value>;

Value copy (const Value &value);
/* A value with plain fields; its id is made of `number`, its name and devices too, unlike those of any other number. */
VswSwitch plain_switch (int number);
VswNic plain_nic (int number);
VswNic plain_tap (int number);
VswPort plain_port (int number, const VswSwitch &on);
VswSystem plain_system (int number);
VswSetting plain_setting (int number, const VswSystem &of);
/* Without scope and log; its number is `number`. */
VswCheckpoint plain_checkpoint (int number);
Value keep (const VswSwitch &fields);
Value keep (const VswNic &fields);
Value keep (const VswPort &fields);
Value keep (const VswSystem &fields);
Value keep (const VswSetting &fields);
Value keep (const VswCheckpoint &fields);
std::string id_of (VswKind kind, int number);

/* --- random --- */

class Random
{
public:
  Random ();
  guint below (guint limit);
  bool chance (guint percent);
  std::string text (guint max_characters);
  /* Every field that is free gets a random value. */
  Value any_switch (int number);
  VswUplink *any_uplink (const VswMac &address);
  Value any_external (int number);
  Value any_nic (int number, const VswSetting *of = nullptr);
  Value any_port (int number, const VswSwitch *on, const VswNic *plugged);
  Value any_system (int number);
  /* With old values of every kind, of objects that need not be there. */
  Value any_checkpoint (int number);
  Value any_setting (int number, const VswSystem *of, const VswValue *connection);

private:
  VswMac mac ();
  /* `n_lifetimes`: how many of them, from the longest, the kind may have. */
  void head (VswValue *head, int n_lifetimes);
  void make (VswNicKind *kind, VswBackend *backend, guint32 *queues);
  guint32 mtu ();
  guint64 number ();

  std::mt19937_64 engine;
  std::vector<std::string> texts; /* what the fields of the value in hand point to */
};

/* --- stores --- */

/* Two directories below a new one, which goes with this object. */
class Place
{
public:
  Place ();
  ~Place ();
  VswStore *open (GError **error = nullptr) const;
  std::string database () const;

  std::string root, state, runtime;
};

struct Close
{
  void
  operator() (VswStore *store) const
  {
    vsw_store_close (store);
  }
};
using Store = std::unique_ptr<VswStore, Close>;

/* Opens, or fails the test. */
Store open_store (const Place &place);
/* Opens, and expects the refusal: returns its message. */
std::string refuse_store (const Place &place, int code = VSW_ERROR_STORE);
/* Begin, write, commit. */
bool commit (VswStore *store, VswDelta *delta, GError **error = nullptr);
/* Commits values that are new. */
void add (VswStore *store, const std::vector<const Value *> &values);
/* Loads, and compares with what should be there. */
void expect_holds (VswStore *store, const World &world);
World load_world (VswStore *store);

std::string read_bytes (const std::string &path);
void write_bytes (const std::string &path, const std::string &bytes);

/* Runs `body` in a process of its own that is root in a private mount namespace; FALSE if that cannot be had. */
bool in_private_mounts (void (*body) (const Place &place), const Place &place);
