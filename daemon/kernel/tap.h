/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taps: makes, opens, closes, lets go and claims back. Blocks.
 *
 * Owes its callers that a descriptor it hands out is one of the device that was meant, whatever was renamed meanwhile. Each
 * operation happens wholly or not at all. Never changes a tap that somebody else has open. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_tap_add (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_tap_open (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_tap_close (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_tap_release (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_tap_claim (VswSession *session, const VswOp *op, GError **error);

G_END_DECLS
