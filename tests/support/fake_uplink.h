/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operations around an uplink that carries the host's addresses, on the fake kernel's memory. */
#pragma once

#include "support/fake_state.h"

G_BEGIN_DECLS

/* The IP_, DIVERT_ and HOST_ ones. link, far: what the operation names, NULL where that is not there. */
gboolean fake_uplink_apply (FakeState *self, const VswOp *op, FakeLink *link, FakeLink *far, GError **error);

G_END_DECLS
