/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link's own settings of IPv4 and IPv6: which of them travel, read and set.
 *
 * Those of IPv4 and the address generation of IPv6 by netlink; the others of IPv6 can be set by files in /proc/sys alone, where CAP_NET_ADMIN in the
 * namespace is enough (net_ctl_permissions() of net/sysctl_net.c). Owes its callers that no file of another device is ever written. Blocks. */
#pragma once

#include "kernel/ip_set.h"
#include "kernel/session.h"

G_BEGIN_DECLS

/* NULL: no such, or one that stays. */
const char *vsw_ip_setting4_get_name (guint32 number);
gboolean vsw_ip_settings_is_setting (const VswIpItem *item);
/* Whether they are about the same, whatever its value. Not of a token, which is refused where it has no effect. */
gboolean vsw_ip_settings_is_same (const VswIpItem *a, const VswIpItem *b);
/* The value of one of IPv6 in the set, -1: it is not there. */
gint64 vsw_ip_settings_get_number6 (const VswIpSet *set, const char *name);
/* Adds them to the set. */
gboolean vsw_ip_settings_read (VswSession *session, VswIpLink link, VswIpSet *set, GError **error);
/* What links have of which nobody has said anything; what cannot be read is not in it. (transfer full) */
VswIpSet *vsw_ip_settings_read_defaults (void);

typedef enum
{
  VSW_IP_SETTINGS_FIRST, /* before anything is moved: all but address generation, and the check of source addresses only loosened */
  VSW_IP_SETTINGS_ALL,
} VswIpSettingsStage;

/* Those that `wish` has, where they differ. */
gboolean vsw_ip_settings_apply (VswSession *session, VswIpLink link, const VswIpSet *wish, VswIpSettingsStage stage,
                                GError **error);
/* Frames are taken though answers to them leave by another link (rp_filter 2). */
gboolean vsw_ip_settings_loosen (VswSession *session, VswIpLink link, GError **error);
gboolean vsw_ip_settings_tighten (VswSession *session, VswIpLink link, GError **error);
/* No address of IPv6 comes of itself any more. FALSE: error; a link without IPv6 is as quiet. */
gboolean vsw_ip_settings_set_generation (VswSession *session, guint index, guint8 mode, GError **error);

G_END_DECLS
