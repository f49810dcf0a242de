/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taps of the fake kernel. A descriptor that is handed out is one end of a socket pair; the other tells when nobody holds it any more. */
#pragma once

#include "support/fake_state.h"

G_BEGIN_DECLS

/* operations, as plan/op.h has them */
gboolean fake_tap_add (FakeState *self, const VswOp *op, FakeLink *bridge, GError **error);
gboolean fake_tap_open (FakeState *self, const VswOp *op, FakeLink *link, GError **error);
void fake_tap_close (FakeState *self, const VswOp *op);
gboolean fake_tap_release (FakeState *self, const VswOp *op, FakeLink *link, GError **error);
gboolean fake_tap_claim (FakeState *self, const VswOp *op, FakeLink *link, GError **error);

/* One queue more for whoever may; -1: refused. */
int fake_tap_attach (FakeState *self, FakeLink *link);
/* Lets go of every descriptor that nobody holds any more, and of the taps that go with their last one. */
void fake_tap_settle (FakeState *self);
/* Whether somebody has a tap open, so that it is worth looking again. */
gboolean fake_tap_is_any_open (const FakeState *self);

G_END_DECLS
