// SPDX-License-Identifier: GPL-2.0-or-later
/* Taps beside a bridge that is up, and what is done to them. */
#pragma once

#include "kernel/contract_fixture.h"

class Taps : public KernelContract
{
protected:
  void
  SetUp () override
  {
    std::string reason;

    KernelContract::SetUp ();
    if (IsSkipped () || HasFatalFailure ())
      return;
    if (!world->has_taps (&reason))
      GTEST_SKIP () << reason;
    owner = world->tap_owner ();
    apply (Op::bridge ("vsw-lab"));
    apply (Op::set (by_name ("vsw-lab"), VSW_ATTRIBUTE_UP, 1));
  }

  void
  apply_with (VswOpKind kind, const std::string &name, Op &like)
  {
    apply (Op::with_tap (kind, by_index (get (name)), like));
  }

  int
  refuse_with (VswOpKind kind, const std::string &name, Op &like)
  {
    Op op = Op::with_tap (kind, by_index (get (name)), like);
    int code = refuse (op);

    EXPECT_TRUE (kind != VSW_OP_TAP_OPEN || op.handout->n_fds == 0) << "refused, and yet something is handed out";
    return code;
  }

  /* Waits: carriers come in their own time. */
  bool
  has_carrier (const std::string &name, bool wanted)
  {
    return is_told (name, [wanted] (const VswLink *link) { return !link->has_carrier == !wanted; });
  }

  /* The holder does his worst, and goes. */
  void
  tamper_and_leave (const Op &held, const std::string &name)
  {
    world->keep_tap (held.handout->fds[0], name, true);
    world->own_tap (held.handout->fds[0], name, owner + (owner != 0 ? 1 : 0));
    close_all (held);
  }

  guint32 owner = 0;
};
