/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows from the wish and from what the kernel reports, taken together. Pure questions, asked anew each time; nothing
 * here is stored, so nothing here can be stale. */
#pragma once

#include "model/model.h"

G_BEGIN_DECLS

/* "private", "internal" or "external": derived from what is connected, never stored. */
const char *vsw_facts_switch_kind (VswModel *model, VswLinks *links, const VswSwitch *value);
gboolean vsw_facts_has_host_access (VswModel *model, const VswSwitch *value);
/* "ok", "degraded" or "uplink-missing". */
const char *vsw_facts_switch_state (VswModel *model, VswLinks *links, const VswSwitch *value);

/* The bridge port, if frames can pass between the switch port and its endpoint now; else NULL. */
VswLink *vsw_facts_get_connection (VswModel *model, VswLinks *links, const VswPort *value);
/* "disconnected", "no-carrier", "listening", "learning", "blocking", "forwarding", "degraded". */
const char *vsw_facts_port_state (VswModel *model, VswLinks *links, const VswPort *value);
/* What is plugged in will pass frames by itself in a moment: the spanning tree listens, or a carrier comes that is no guest's matter. */
gboolean vsw_facts_port_settles (VswModel *model, VswLinks *links, const VswPort *value);
const char *vsw_port_state_print (VswPortState state);

gboolean vsw_facts_is_ethernet (const VswLink *link);
/* Whether whoever has the tap open changed its owner, group or link type, or what becomes of it when it is closed. FALSE of what is no tap. */
gboolean vsw_facts_tap_is_tampered (const VswNic *value, const VswLink *link);
/* What of these, in words. (transfer full) */
char *vsw_facts_tap_print_tampering (const VswNic *value, const VswLink *link);
/* The switch or the port that the NIC is plugged into, as a setting names it; NULL: none. */
const char *vsw_facts_get_place (VswModel *model, const VswNic *value);
/* Names of the properties whose values the NIC of the setting does not have yet. Static strings. (transfer container) */
GPtrArray *vsw_facts_list_pending (VswModel *model, const VswSetting *value);
/* "ok", "no-carrier", "down", "degraded"; of a NIC of the host "missing" while it is not there. */
const char *vsw_facts_nic_state (VswModel *model, VswLinks *links, const VswNic *value);
/* The MTU that the NIC has or would get, octets. */
guint32 vsw_facts_nic_mtu (VswModel *model, const VswNic *value);
/* The far end, while it is in our namespace and there; else NULL. */
VswLink *vsw_facts_get_far_end (VswLinks *links, const VswNic *value);

/* Of a NIC of the host that is bound: to which switch, and how that is undone. (transfer full) */
char *vsw_facts_print_binding (VswModel *model, const VswNic *nic);
/* Why a NIC of the host cannot become a port; "" if it can. (transfer full) */
char *vsw_facts_not_bridgeable (VswModel *model, VswLinks *links, const VswLink *link);

G_END_DECLS
