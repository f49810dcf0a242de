/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Methods of a switch that are about a NIC of the host: bound to it, and let go. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

gboolean vsw_uplink_decode_bind (VswRequest *request, const VswView *target, GError **error);
gboolean vsw_uplink_decode_unbind (VswRequest *request, const VswView *target, GError **error);

G_END_DECLS
