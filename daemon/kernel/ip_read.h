/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the kernel what IP has on one link. Blocks; changes nothing. */
#pragma once

#include "kernel/ip_set.h"
#include "kernel/session.h"

G_BEGIN_DECLS

/* Everything but what the kernel makes of itself when it has the rest: table local, groups, and the routes to the addresses' own networks.
 * Errors: KERNEL. */
VswIpSet *vsw_ip_read (VswSession *session, VswIpLink link, GError **error);
/* Neighbours that the kernel found itself. */
VswIpSet *vsw_ip_read_found (VswSession *session, VswIpLink link, GError **error);
/* Whether it is a route to the own network of one of these addresses, or to one of them, as the kernel makes it. */
gboolean vsw_ip_follows_from_any (const VswIpItem *route, const GPtrArray *items);
/* Links that routes leave by as well are known by their names: their indexes of now. */
void vsw_ip_find_other_links (VswSession *session, VswIpSet *set);

G_END_DECLS
