/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of qemu-system(1) for a NIC whose descriptors it inherits, with placeholders (client/placeholder.h) in them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char **vsw_qemu_new_options (const char *kind, guint queues, guint number);

G_END_DECLS
