/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives the far end of a veth pair to another network namespace, or leaves everything as it was. Blocks. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_place_device (VswSession *session, const VswOp *op, GError **error);

G_END_DECLS
