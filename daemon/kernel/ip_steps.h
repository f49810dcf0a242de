/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operations of ip.h have in common: reading what they need, and the steps that they are made of. Private to ip.c and ip_move.c. */
#pragma once

#include "kernel/ip_change.h"

G_BEGIN_DECLS

/* The link, what is to be on it, and what is. */
typedef struct
{
  VswLink *device; /* (owned) */
  VswIpLink link;
  VswIpSet *now;  /* (owned) */
  VswIpSet *wish; /* (owned) as of now: what is over is not in it */
  gboolean keeps;    /* the link has settings of its own, which stay */
  GPtrArray *losses; /* (unowned) (nullable) (element-type utf8) what it does not get back, and why */
} VswIpWork;

VswIpWork *vsw_ip_work_new (VswSession *session, VswDeviceRef device, const VswIpConfig *ip, GError **error);
void vsw_ip_work_free (VswIpWork *self);
/* Tells whoever asked, and those who read the log. */
void vsw_ip_work_lose (const VswIpWork *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Beside settings and what it gave itself, the link has nothing that is not wished. Errors: CONFLICT, naming it. */
gboolean vsw_ip_work_check_no_more (const VswIpWork *self, GError **error);
/* What is wished is there (present), or nothing of it is; of `only`, if that is not NULL. A setting that is not as it was is a loss. Errors: KERNEL, naming what is
 * not so. */
gboolean vsw_ip_work_check_done (const VswIpWork *self, VswSession *session, const VswIpSet *only, gboolean present,
                                 GError **error);

/* An item as it is to be on that link: usually itself. (transfer full) */
VswIpItem *vsw_ip_work_aim (const VswIpWork *self, const VswIpItem *item);
gboolean vsw_ip_route_is_direct (const VswIpItem *route);
/* Whether the link can have it now: routes and next hops want one that is up. */
gboolean vsw_ip_work_can_have (const VswIpWork *self, const VswIpItem *item);

/* Steps; items: those to do it with. */
gboolean vsw_ip_add_addresses (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, GError **error);
gboolean vsw_ip_delete_addresses (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, GError **error);
gboolean
vsw_ip_delete_kind (const VswIpWork *self, VswIpChange *change, const VswIpSet *items, VswIpKind kind, GError **error);

/* Routes to networks of addresses of IPv6 that have left. */
void vsw_ip_delete_networks (const VswIpWork *self, VswSession *session);

/* Until the host takes frames for those of IPv6, a second at most: a help, not a duty. */
void vsw_ip_wait_for_addresses (const VswIpWork *self, VswSession *session, const VswIpSet *items);
/* Neighbours that the kernel found itself, so that nobody has to be asked for his MAC address first: a help, not a duty. One that is being asked for in
 * vain at `link`, which sent before anything could come back, is overruled. */
void vsw_ip_copy_found (VswIpChange *change, VswIpLink far, VswIpLink link);
void vsw_ip_delete_found (VswSession *session, VswIpLink link);

/* Tries the items until no further one succeeds: a gateway may be behind the route of another. */
typedef gboolean (*VswIpItemFunc) (const VswIpItem *item, gpointer user_data, GError **error);
gboolean vsw_ip_for_each_route (const VswIpSet *items, gboolean direct, VswIpItemFunc function, gpointer user_data,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswIpWork, vsw_ip_work_free)

G_END_DECLS
