/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel can do, found out by doing it to devices that are thrown away. Blocks for some milliseconds; leaves nothing behind. */
#pragma once

#include "kernel/guard.h"
#include "kernel/hardware.h"
#include "kernel/session.h"

G_BEGIN_DECLS

GStrv vsw_probe_run (VswSession *session, VswGuard *guard, VswHardware *hardware, GError **error);

G_END_DECLS
