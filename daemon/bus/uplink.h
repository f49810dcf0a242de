/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Methods of a switch that are about a NIC of the host: bound to it, and let go. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

gboolean vsw_uplink_decode_bind (VswRequest *request, const VswView *target, GError **error);
gboolean vsw_uplink_decode_unbind (VswRequest *request, const VswView *target, GError **error);

/* what SetupSwitch shares */
gboolean vsw_uplink_get_external (VswRequest *request, gsize position, VswView *ret_view, GError **error);
gboolean vsw_uplink_check_unbound (const VswView *external, GError **error);
void vsw_uplink_claim (VswRequest *request, const VswView *external, gboolean takes_over);
VswNic *vsw_uplink_draft (VswRequest *request, const VswSwitch *home, const VswView *external);

G_END_DECLS
