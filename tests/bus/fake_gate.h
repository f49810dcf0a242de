/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gate that answers as the test says, and writes down what it was asked. */
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bus/gate.h"

enum class Verdict
{
  yes,
  no,
  challenge,
  hold, /* no answer until `release` or until the caller goes */
};

struct Question
{
  std::string sender;
  std::string action;
  std::map<std::string, std::string> details;
  bool may_interact;
};

class FakeGate
{
public:
  FakeGate ();
  ~FakeGate ();
  FakeGate (const FakeGate &) = delete;
  FakeGate &operator= (const FakeGate &) = delete;

  /* Answers one held question. */
  void release (Verdict with);

  Verdict verdict = Verdict::yes;
  std::string denied; /* an action that is answered with no, whatever the verdict */
  std::vector<Question> questions;
  guint cancelled = 0;       /* questions that were given up */
  std::vector<GTask *> held; /* (owned) */
  VswGate *gate;             /* (owned) */
};
