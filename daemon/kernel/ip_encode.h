/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items into requests about one link. No I/O.
 *
 * Every function returns a new message (transfer full). */
#pragma once

#include <netlink/msg.h>

#include "kernel/ip_item.h"

G_BEGIN_DECLS

/* Anything with an index of that family: AF_UNSPEC for next hops. */
struct nl_msg *vsw_ip_encode_list (VswIpKind kind, int family, guint index, gboolean proxies);
/* The kernel's own settings of both families with the link's others. */
struct nl_msg *vsw_ip_encode_get_settings (guint index);

/* flags: NLM_F_CREATE and its companions. */
struct nl_msg *vsw_ip_encode_add (const VswIpItem *item, VswIpLink link, int flags);
struct nl_msg *vsw_ip_encode_delete (const VswIpItem *item, VswIpLink link);
/* The route to the network of an address of IPv6 that the link had. */
struct nl_msg *vsw_ip_encode_delete_network (const VswIpItem *address, VswIpLink link);
/* The same address while it is on another link as well: in use at once (IPv6 asks nobody whether it is taken). */
struct nl_msg *vsw_ip_encode_add_at_once (const VswIpItem *address, VswIpLink link);
/* An address that is there, with these flags (IFA_F_*) in place of those it was added with. */
struct nl_msg *vsw_ip_encode_settle (const VswIpItem *address, guint32 flags, VswIpLink link);
/* A route without the paths that leave by that link (ours: FALSE), or with no others. NULL: there are none. */
VswIpItem *vsw_ip_item_part (const VswIpItem *route, gboolean ours);

struct nl_msg *vsw_ip_encode_setting4 (guint index, const VswIpNumber *settings, guint n);
struct nl_msg *vsw_ip_encode_generation (guint index, guint8 mode);
struct nl_msg *vsw_ip_encode_token (guint index, const guint8 *token);

G_END_DECLS
