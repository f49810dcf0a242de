/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that IP has on one link at one moment, and its bytes in the store.
 *
 * The bytes: a head (version, byte order, time), then the items, each with its kind and size. Decoding owes its callers that it never reads past the
 * end, whatever the bytes are, and that every item that comes out is whole. Never does I/O. */
#pragma once

#include "kernel/ip_item.h"
#include "model/ip_config.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 taken;     /* seconds since 1970 */
  GPtrArray *items; /* (owned) (element-type VswIpItem) in the order in which they are made */
} VswIpSet;

VswIpSet *vsw_ip_set_new (void);
void vsw_ip_set_free (VswIpSet *self);
/* item: (transfer full) */
void vsw_ip_set_add (VswIpSet *self, VswIpItem *item);
/* (nullable) */
VswIpItem *vsw_ip_set_find (const VswIpSet *self, const VswIpItem *item);
/* Addresses lose what of them is over by that time, and what is over altogether goes. */
void vsw_ip_set_age (VswIpSet *self, gint64 now);

GBytes *vsw_ip_set_encode (const VswIpSet *self);
/* (transfer full) Errors: INVALID_ARGUMENT. */
VswIpSet *vsw_ip_set_decode (GBytes *bytes, GError **error);

/* One line; (transfer full) (nullable): NULL: not worth one. */
char *vsw_ip_item_print (const VswIpItem *self, VswMac mac);
/* The value that people see. defaults: (nullable) settings that go without saying. (transfer full) */
VswIpConfig *vsw_ip_set_describe (const VswIpSet *self, VswMac mac, const VswIpSet *defaults);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswIpSet, vsw_ip_set_free)

G_END_DECLS
