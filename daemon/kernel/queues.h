/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of one tap that are not yet anybody's. Whoever leaves them here closes them.
 *
 * The only one that opens /dev/net/tun: in the network namespace of the calling thread, which must be ours. Blocks. Knows
 * nothing of marks, and never looks which device a name is. */
#pragma once

#include "model/handout.h"

G_BEGIN_DECLS

typedef struct
{
  int fds[VSW_QUEUES_MAX]; /* (owned) */
  guint n;
  guint32 offloads; /* VswOffload: what `prepare` could set */
} VswQueues;

gboolean vsw_queues_attach (VswQueues *self, const char *name, int flags, const char *step, GError **error);
gboolean vsw_queues_prepare (VswQueues *self, gboolean vnet_header, const char *step, GError **error);
void vsw_queues_hand_out (VswQueues *self, VswHandout *handout, const char *name, gboolean vnet_header);
void vsw_queues_close (VswQueues *self);
/* The verdict of an ioctl() on one of them. */
gboolean vsw_queues_check (int result, const char *step, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VswQueues, vsw_queues_close)

G_END_DECLS
