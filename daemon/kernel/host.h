/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's MAC address at a port of a bridge though the uplink, another port, has it itself. The bridge keeps every port's own address as a local entry
 * and takes frames for it for its own device, so that they would never reach the internal NIC. Worker. net/bridge/br_fdb.c. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_host_add (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_host_delete (VswSession *session, const VswOp *op, GError **error);

G_END_DECLS
