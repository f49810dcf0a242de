/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What arrives at a NIC leaves by another device, before anything else sees it: the ingress hook of traffic control runs before a bridge gets hold of a
 * frame (__netif_receive_skb_core() of net/core/dev.c), so reception goes over at one moment, and stays so while the NIC joins or leaves a bridge.
 * Without it, frames are lost between these moments; so a kernel that lacks it, and another hand's queueing discipline in its place, are no error. Worker. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_divert_add (VswSession *session, const VswOp *op, GError **error);
gboolean vsw_divert_delete (VswSession *session, const VswOp *op, GError **error);

G_END_DECLS
