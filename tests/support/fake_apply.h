/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations of ours on the fake kernel's memory: wholly, or refused and nothing changed. */
#pragma once

#include "support/fake_rules.h"

G_BEGIN_DECLS

gboolean fake_apply (FakeState *self, const VswOp *op, GError **error);

G_END_DECLS
