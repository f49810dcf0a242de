/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IP has on a link: taken down, taken off, given, and moved from one link to another while frames flow. Each wholly or not at all. Worker. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

VswIpConfig *vsw_ip_get (VswSession *session, guint index, GError **error);
gboolean vsw_ip_prepare (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_ip_forget (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_ip_move (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_ip_take (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_ip_give (VswSession *session, const VswOp *op, GError **error);

G_END_DECLS
