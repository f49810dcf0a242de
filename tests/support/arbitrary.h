/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random values that are allowed, from a seed: printed with each failure's test, taken from VSW_TEST_SEED to see it again. */
#pragma once

#include <random>
#include <set>
#include <string>
#include <vector>

#include "model/model.h"

class Arbitrary
{
public:
  /* Prints the seed. Every object of a process takes the next one from the first, so that two of them differ. */
  Arbitrary ();
  explicit Arbitrary (guint64 seed);

  /* first and last inclusive */
  guint64 number (guint64 first, guint64 last);
  bool chance (guint percent);
  template <typename T>
  const T &
  pick (const std::vector<T> &from)
  {
    return from[number (0, from.size () - 1)];
  }

  /* A legal name of an object that this one has not given before. */
  std::string name ();
  /* A legal name of a device in a caller's namespace. */
  std::string interface_name ();
  /* UTF-8, up to 256 characters, of several alphabets. */
  std::string description ();
  /* Unicast, locally administered, not given before. */
  VswMac mac ();
  guint32 mtu ();

  /* One change that a caller might ask for, of objects that the model has (NULL: of none). Most are legal at that moment, some are not: `resolve` is the judge.
   * (transfer full) */
  VswChange *change (VswModel *model, guint32 owner = 0);
  /* Up to `most` of them for one request; the later ones know nothing of the earlier. (transfer full) (element-type VswChange) */
  GPtrArray *changes (VswModel *model, guint most, guint32 owner = 0);

  const guint64 seed;

private:
  VswValue head (VswKind kind);
  std::string machine ();
  VswChange *create_switch (guint32 owner);
  VswChange *create_port (const std::string &switch_id, guint32 owner);
  VswChange *create_nic (guint32 owner);
  /* Mostly of a tap. */
  VswChange *open (VswModel *model, const std::vector<std::string> &nics);
  VswChange *create_system (guint32 owner);
  VswChange *create_setting (const std::string &system_id, const std::vector<std::string> &connections);
  /* Of virtual systems. */
  VswChange *change_system (VswModel *model, guint32 owner, const std::vector<std::string> &connections);
  VswChange *modify_setting (const VswSetting *old, const std::vector<std::string> &connections);
  VswChange *modify (gconstpointer value);
  std::string id ();

  std::mt19937_64 engine;
  std::set<std::string> names;
  std::set<guint64> macs;
  std::vector<std::string> kept; /* what the fields of the value in hand point to */
};
