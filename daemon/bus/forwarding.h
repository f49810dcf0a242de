/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switch.GetForwardingTable: what the kernel read, in the words of the bus. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

GVariant *vsw_forwarding_reply (VswRequest *request, GArray *reading, GError **error);

G_END_DECLS
