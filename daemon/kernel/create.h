/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes bridges and veth pairs, wholly or not at all. Blocks. */
#pragma once

#include <netlink/msg.h>

#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_create_bridge (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_create_veth (VswSession *session, const VswOp *op, GError **error);
/* The index of the bridge that is meant; 0 for "none" with *ret_index set to 0. */
gboolean vsw_find_bridge (VswSession *session, VswDeviceRef bridge, guint *ret_index, GError **error);

/* for whoever makes other devices */
gboolean vsw_create_send_all (VswSession *session, struct nl_msg **messages, guint n, const char *step, GError **error);
void vsw_create_delete_again (VswSession *session, guint index);

G_END_DECLS
