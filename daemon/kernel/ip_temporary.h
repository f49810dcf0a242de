/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Temporary addresses of IPv6 (RFC 8981), which only the kernel makes. Never does I/O. */
#pragma once

#include "kernel/ip_set.h"

G_BEGIN_DECLS

/* Those that are about to be made on a link with the settings of `wish` live on for what is bound to them, and nothing new. */
void vsw_ip_retire_temporary (VswIpSet *items, const VswIpSet *wish);

G_END_DECLS
