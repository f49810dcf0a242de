/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real kernel, by netlink. Needs CAP_NET_ADMIN and the address families AF_UNIX and AF_NETLINK; no root, no setns, no /sys.
 *
 * Works in the network namespace of the thread that makes it, whatever threads call it later. */
#pragma once

#include "kernel/kernel.h"

G_BEGIN_DECLS

#define VSW_TYPE_LINUX_KERNEL (vsw_linux_kernel_get_type ())
G_DECLARE_FINAL_TYPE (VswLinuxKernel, vsw_linux_kernel, VSW, LINUX_KERNEL, GObject)

/* Main, before the first worker call. Errors: KERNEL. */
VswKernel *vsw_linux_kernel_new (GError **error);

G_END_DECLS
