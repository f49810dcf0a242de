/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rtnetlink does not tell of a device: its driver, its speed, whether it is a Wi-Fi station.
 *
 * What a device does not know is "" and 0, never an error. Blocks, for as long as the kernel's big lock and a driver take. */
#pragma once

#include "kernel/socket.h"
#include "model/link.h"

G_BEGIN_DECLS

typedef struct _VswHardware VswHardware;

VswHardware *vsw_hardware_open (GError **error);
void vsw_hardware_close (VswHardware *self);

/* A copy with the details filled in. (transfer full) */
VswLink *vsw_hardware_describe (VswHardware *self, const VswLink *link);
/* Whether this kernel can tell what a Wi-Fi device does. */
gboolean vsw_hardware_knows_wireless (VswHardware *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswHardware, vsw_hardware_close)

G_END_DECLS
