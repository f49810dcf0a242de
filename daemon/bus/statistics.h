/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager.GetStatistics: counters of links as counters of objects.
 *
 * Of an endpoint "rx" is what the endpoint received; of a switch port and of a switch, what the switch received. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

gboolean vsw_statistics_decode (VswRequest *request, const VswView *target, GError **error);
GVariant *vsw_statistics_reply (VswRequest *request, GArray *reading, GError **error);

G_END_DECLS
