/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open, of every Ethernet port that is a tap: its descriptors for whoever runs the guest, and what was set on them. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

gboolean vsw_open_decode (VswRequest *request, const VswView *target, GError **error);
GVariant *vsw_open_reply (VswRequest *request, GArray *reading, GError **error);

G_END_DECLS
