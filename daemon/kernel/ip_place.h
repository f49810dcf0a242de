/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places among equals: routes to the same destination with the same metric, and rules of the same priority, are looked at in the order in which they stand. What
 * moves keeps its place among those of others, where the kernel lets it; what belongs to others is never touched. */
#pragma once

#include "kernel/ip_set.h"
#include "kernel/session.h"

G_BEGIN_DECLS

typedef enum
{
  VSW_IP_PLACE_LAST,  /* behind all others, or there are none */
  VSW_IP_PLACE_FIRST, /* before all others */
  VSW_IP_PLACE_LOST,  /* one that the kernel gives to nothing new */
} VswIpPlace;

typedef struct _VswIpPlaces VswIpPlaces;

/* Of what is on the link `from` and is going to the link `to`, whose own do not count. (transfer full) Errors: KERNEL. */
VswIpPlaces *vsw_ip_places_read (VswSession *session, VswIpLink from, VswIpLink to, GError **error);
void vsw_ip_places_free (VswIpPlaces *self);

/* It changed whenever it was read, so equals may be missing: what is said of a place may be wrong. */
gboolean vsw_ip_places_is_unsure (const VswIpPlaces *self);

VswIpPlace vsw_ip_places_get (const VswIpPlaces *self, const VswIpItem *item);
/* Those that are to stand first, one behind the other, are put there from the last. */
void vsw_ip_places_sort (const VswIpPlaces *self, VswIpSet *items);
/* Routes of IPv4 to networks of addresses, and their broadcast addresses, that do not come to stand by themselves where they stood. (transfer container) (element-type VswIpItem) */
GPtrArray *vsw_ip_places_list_networks (const VswIpPlaces *self);
/* (nullable): one of those items that loses its place; kind: VSW_IP_RULE, VSW_IP_ROUTE */
const VswIpItem *vsw_ip_places_find_lost (const VswIpPlaces *self, VswIpKind kind, const VswIpItem *after);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswIpPlaces, vsw_ip_places_free)

G_END_DECLS
