/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that the host's IP has hung on one link, taken down at one moment: addresses with their flags and lifetimes, routes of every
 * table and next hops that leave by it, rules that name it, neighbours made by hand, and the link's own settings of IPv4 and IPv6.
 *
 * A value: immutable, atomically counted, may cross threads and lie in the store. Only kernel/ makes it and reads what is in `bytes`; it names
 * the link nowhere, so that it can be given to another. Everybody else sees the sentences. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GBytes *bytes;                /* (owned) as kernel/ wrote it, its own version first */
  const char *const *addresses; /* (owned) the host's addresses, "192.0.2.5/24"; not those that a link gives itself (link-local) */
  const char *const *items;     /* (owned) all of it, a line each: "address 192.0.2.5/24", "route default via 192.0.2.1 table main" */
} VswIpConfig;

VswIpConfig *vsw_ip_config_new (GBytes *bytes, const char *const *addresses, const char *const *items);
VswIpConfig *vsw_ip_config_ref (const VswIpConfig *self);
void vsw_ip_config_unref (VswIpConfig *self);
gboolean vsw_ip_config_equal (const VswIpConfig *a, const VswIpConfig *b);
/* Whether the host is reached by it. */
gboolean vsw_ip_config_has_addresses (const VswIpConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswIpConfig, vsw_ip_config_unref)

G_END_DECLS
