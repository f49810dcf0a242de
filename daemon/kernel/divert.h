/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What arrives at a NIC leaves by another device, before a bridge gets hold of it, so that reception goes over at one moment, and stays so while the NIC joins
 * or leaves a bridge. What bridges say to each other is not diverted: a bridge that the NIC is a port of hears the spanning tree. Without it frames are lost between these moments, and nothing else: so a kernel that lacks it is no error. Worker.
 *
 * By nf_tables' ingress hook, which __netif_receive_skb_core() of net/core/dev.c runs between traffic control and a bridge. Not by a queueing discipline for what arrives: adding
 * or removing one stops the device from sending meanwhile (qdisc_graft() of net/sched/sch_api.c deactivates all of it; one frame in a millisecond was lost each
 * time, measured on 6.18), and only one of them can be on a device. */
#pragma once

#include "kernel/guard.h"
#include "kernel/session.h"

G_BEGIN_DECLS

gboolean vsw_divert_add (VswSession *session, VswGuard *guard, const VswOp *op, GError **error);
gboolean vsw_divert_delete (VswSession *session, VswGuard *guard, const VswOp *op, GError **error);

G_END_DECLS
