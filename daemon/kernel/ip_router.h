/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Default routes of IPv6 that the kernel has from what routers say, and looks after itself: the next word of the router renews or withdraws them. Blocks. */
#pragma once

#include "kernel/ip_set.h"

G_BEGIN_DECLS

/* Marks those among the routes of that link from `first` on. */
void vsw_ip_router_mark (GPtrArray *items, guint first, VswIpLink link);
/* As it can be made on a link with these settings. (transfer full) */
VswIpItem *vsw_ip_router_aim (const VswIpItem *route, gint64 metric);
/* errno; EEXIST: the link has one by that router. */
int vsw_ip_router_add (const VswIpItem *route, VswIpLink link);

G_END_DECLS
