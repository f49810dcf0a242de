/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deletes links of ours and returns when they are gone; never one that does not carry our mark. Blocks. */
#pragma once

#include "kernel/session.h"

G_BEGIN_DECLS

/* devices: (element-type VswDeviceRef) */
gboolean vsw_delete_devices (VswSession *session, GArray *devices, GError **error);

G_END_DECLS
