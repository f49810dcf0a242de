/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile of NetworkManager that was active on a NIC which it lets go of for a switch.
 *
 * What the kernel has of it moves with the host to the internal NIC. What somebody has to do again and again, as to renew a lease, and what
 * else it knows, as name servers, NetworkManager goes on with there, by a copy of the profile. The network knows the host by the same MAC
 * address, and by what is noted of the lease: what NetworkManager would make of its name or its UUID is said outright in the copy. Pure; any
 * thread. */
#pragma once

#include "model/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* settings: a{sa{sv}}, as GetSettings has them. */
const char *vsw_profile_get_id (GVariant *settings);
/* Whether NetworkManager has something to do for it that the kernel does not keep. */
gboolean vsw_profile_needs_copy (GVariant *settings);
/* Whether NetworkManager can let go of the NIC. is_host: what it has there is to be the host's, on the switch. CONFLICT. */
gboolean vsw_profile_check (GVariant *settings, const char *nic, gboolean is_host, GError **error);

/* What the network knows the host by, as text, for later; NULL: nothing but the MAC address. dhcp4, dhcp6: a{sv} Options; ip6: aa{sv} AddressData;
 * (nullable) each. */
char *vsw_profile_print_lease (GVariant *settings, GVariant *dhcp4, GVariant *dhcp6, GVariant *ip6);

/* What a copy for that switch is called. */
char *vsw_profile_print_copy_id (GVariant *settings, const char *home);
/* The same for the same profile and NIC. */
char *vsw_profile_get_copy_uuid (const char *uuid, const char *nic_id);
/* (floating) a{sa{sv}}. lease: (nullable). home: name of the switch. */
GVariant *
vsw_profile_new_copy (GVariant *settings, const char *uuid, const char *lease, const char *home, const char *internal);

G_END_DECLS
