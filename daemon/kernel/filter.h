/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who drops frames that pass through a bridge, where bridge netfilter shows them to the packet filter of the host. Asks, and changes nothing.
 *
 * What it looks at are the chains of nf_tables (and so of iptables-nft) at the forward hook. A frame of ours is dropped if a chain has no
 * rule that lets everything of our bridges pass, and its policy, or a rule for all, drops. What iptables-legacy does is not seen. */
#pragma once

#include "kernel/socket.h"
#include "model/survey.h"

G_BEGIN_DECLS

/* Adds those chains to the survey: of IP for `frames` alone (VswFrames). Errors: KERNEL. */
gboolean vsw_filter_read (VswSocket *socket, guint frames, VswSurvey *survey, GError **error);
/* Names of the devices that our guard drops the incoming frames of. (transfer full) (element-type utf8) Errors: KERNEL. */
GHashTable *vsw_filter_read_guarded (VswSocket *socket, GError **error);

G_END_DECLS
