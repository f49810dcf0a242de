/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes one attribute of one link, and puts back what a refused request changed all the same. Blocks. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_set_attribute (VswSession *session, const VswOp *op, GError **error);

G_END_DECLS
