/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Static entries of forwarding tables, and what the tables hold. Blocks. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_forwarding_add (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_forwarding_delete (VswSession *session, const VswOp *op, GError **error);
/* (element-type VswForwardingEntry) */
GArray *vsw_forwarding_read (VswSession *session, guint bridge, GError **error);

G_END_DECLS
