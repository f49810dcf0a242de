/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the kernel what there is. Blocks; changes nothing. */
#pragma once

#include "kernel/decode.h"
#include "kernel/socket.h"
#include "model/link.h"
#include "plan/op.h"

G_BEGIN_DECLS

VswLink *vsw_read_link (VswSocket *socket, VswDeviceRef device, GError **error);
VswLinks *vsw_read_links (VswSocket *socket, GError **error);
/* (element-type VswNeighbour); bridge: index, 0: of all */
GArray *vsw_read_neighbours (VswSocket *socket, guint bridge, GError **error);
/* Static entries at that port, none if it is no port. (element-type VswMac) */
GArray *vsw_read_static_addresses (VswSocket *socket, const VswLink *port, GError **error);
/* (element-type VswCounters) */
GArray *vsw_read_counters (VswSocket *socket, GError **error);

/* "vsw-lab", or what the index was called for whoever has only that. For messages. (transfer full) */
char *vsw_device_print (VswDeviceRef device);

G_END_DECLS
