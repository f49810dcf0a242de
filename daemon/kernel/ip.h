/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IP has on a link: taken down, taken off, given, and moved from one link to another while frames flow. Each wholly or not at all, except that a host
 * which is given back what it had does without routes that the kernel no longer takes. Worker.
 *
 * The orders in which no frame is lost between the host and what is directly attached (tests/kernel/uplink_test.cc; measured on 6.18: none of 1,300 pings of
 * IPv4 and IPv6 to and from a router and what is behind it, one a millisecond). The host's NIC is `nic`, its MAC address M, the pair `near` and `far`:
 *
 *   set up                                            tear down
 *     VETH_ADD near, in the bridge, up; far, MAC M      IP_PREPARE nic, far: far, ip of far, as it is now
 *     SET far IPV6_QUIET 1                              DIVERT_ADD near to nic
 *     SET far UP 1                                      DIVERT_ADD nic to near
 *     AWAIT far                                         SET nic CONTROLLER none
 *     IP_PREPARE far, far: nic, ip of nic               DIVERT_DELETE nic
 *     DIVERT_ADD near to nic                            IP_MOVE nic, far: far, ip
 *     DIVERT_ADD nic to near                            DIVERT_DELETE near
 *     SET nic CONTROLLER bridge                         HOST_DELETE near, M
 *     HOST_ADD near, M                                  DELETE near
 *     IP_MOVE far, far: nic, ip
 *     DIVERT_DELETE nic
 *     DIVERT_DELETE near
 *
 * With both diversions `far` is wired to the NIC whatever becomes of the bridge between them, so what the bridge needs to learn a new port may take its time.
 * Where a spanning tree holds new ports back the last two steps of set up wait for it, long after the others (engine/diversion.c).
 * Addresses come before reception goes over, and reception comes back before they leave: where sources of frames are checked (rp_filter), a link without
 * addresses takes nothing. HOST_ADD comes after the NIC has joined, which brings its address along. `far` must be up and have a carrier before IP_PREPARE. */
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
