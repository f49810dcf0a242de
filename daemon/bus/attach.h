/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switch.Attach and Switch.AttachMany: a NIC, a port for it, and the one plugged into the other, once or many times in one request. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

gboolean vsw_attach_decode (VswRequest *request, const VswView *target, GError **error);
gboolean vsw_attach_decode_many (VswRequest *request, const VswView *target, GError **error);
GVariant *vsw_attach_reply (VswRequest *request, GArray *reading, GError **error);
GVariant *vsw_attach_reply_many (VswRequest *request, GArray *reading, GError **error);

G_END_DECLS
