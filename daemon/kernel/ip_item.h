/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thing that IP has on a link, as the kernel told it in a message, without the link: its index is 0 in it, its name is "" (in the label of an address
 * "%"). Owes its callers that an item can be asked to be made and unmade with the bytes that it has; never does I/O. */
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "model/link.h"

G_BEGIN_DECLS

/* Numbers of the store: none may change its meaning. In the order in which they are made. */
typedef enum
{
  VSW_IP_SETTING4 = 1,    /* VswIpNumber: IPV4_DEVCONF_* of linux/ip.h */
  VSW_IP_SETTING6 = 2,    /* text "name value", of /proc/sys/net/ipv6/conf */
  VSW_IP_ADDRESS = 3,     /* struct ifaddrmsg and attributes */
  VSW_IP_NEIGHBOUR = 4,   /* struct ndmsg */
  VSW_IP_NEXT_HOP = 5,    /* struct nhmsg */
  VSW_IP_GROUP = 6,       /* struct nhmsg: a group that a next hop of this link is in */
  VSW_IP_ROUTE = 7,       /* struct rtmsg */
  VSW_IP_RULE = 8,        /* struct fib_rule_hdr */
  VSW_IP_TOKEN = 9,       /* struct in6_addr */
  VSW_IP_GENERATION = 10, /* guint8: IN6_ADDR_GEN_MODE_* */
  VSW_IP_OTHER_LINK = 11, /* guint32 index, then the name: a link that a route leaves by as well */
} VswIpKind;

#define VSW_IP_N_KINDS (VSW_IP_OTHER_LINK + 1)

typedef struct
{
  guint32 number;
  guint32 value;
} VswIpNumber;

typedef struct
{
  VswIpKind kind;
  guint32 size;
  guint8 body[] __attribute__ ((aligned (8)));
} VswIpItem;

/* Of several paths of a route: RTNH_OK of linux/rtnetlink.h, which reads the length before it knows that it is there. */
static inline gboolean
vsw_ip_path_is_ok (const struct rtnexthop *path, int rest)
{
  return rest >= (int)sizeof *path && path->rtnh_len >= sizeof *path && path->rtnh_len <= rest;
}

/* Which link it is about. */
typedef struct
{
  guint index;
  const char *name;
} VswIpLink;

VswIpItem *vsw_ip_item_new (VswIpKind kind, gconstpointer body, gsize size);
/* Whether it has what its kind begins with, so that the functions below may be called. */
gboolean vsw_ip_item_is_whole (const VswIpItem *self);
gsize vsw_ip_item_get_head_size (VswIpKind kind);
/* (nullable) */
struct nlattr *vsw_ip_item_find (const VswIpItem *self, int type);
guint32 vsw_ip_item_get_u32 (const VswIpItem *self, int type);
/* Two addresses, or one and a network: whether they begin with the same so many bits. (nullable) both */
gboolean vsw_ip_is_within (const struct nlattr *a, const struct nlattr *b, guint length);
/* The same thing, however long it may still live. */
gboolean vsw_ip_item_equal (const VswIpItem *a, const VswIpItem *b);
/* (transfer full) (nullable): as it is that much later; NULL: it is over. */
VswIpItem *vsw_ip_item_age (const VswIpItem *self, guint64 seconds);

#define VSW_IP_METRIC6 256 /* IP6_RT_PRIO_ADDRCONF, include/uapi/linux/ipv6_route.h: of a route that comes with an address which says none */

/* Flag of a struct rtmsg, which no dump has: see ip_router.h. */
#define VSW_IP_FROM_ROUTER RTM_F_PREFIX
gboolean vsw_ip_item_is_from_router (const VswIpItem *self);

/* Of an address. */
guint32 vsw_ip_item_get_flags (const VswIpItem *self);
/* A link-local one that the kernel gave the link, which has that MAC address. */
gboolean vsw_ip_item_is_own_link_local (const VswIpItem *self, VswMac mac);

/* (transfer full) (nullable): NULL: it is not on that link, or not what a configuration has. */
VswIpItem *vsw_ip_item_from_address (const struct nlmsghdr *message, VswIpLink link);
VswIpItem *vsw_ip_item_from_neighbour (const struct nlmsghdr *message, VswIpLink link, gboolean dynamic);
VswIpItem *vsw_ip_item_from_next_hop (const struct nlmsghdr *message, VswIpLink link);
VswIpItem *vsw_ip_item_from_group (const struct nlmsghdr *message);
VswIpItem *vsw_ip_item_from_route (const struct nlmsghdr *message, VswIpLink link);
VswIpItem *vsw_ip_item_from_placed (const struct nlmsghdr *message, VswIpLink link);
VswIpItem *vsw_ip_item_from_rule (const struct nlmsghdr *message, VswIpLink link);

G_END_DECLS
