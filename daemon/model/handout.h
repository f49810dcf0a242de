/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of a tap on their way to whoever asked for them: a box that the caller makes empty, the worker fills while it
 * does the work, and the bus empties into the reply.
 *
 * Whatever is still in it when the last reference goes is closed, on a thread of its own: a tap that is not persistent goes with
 * its last descriptor, and the kernel sleeps over that. Filled by one thread and then read by another, never by both at once. */
#pragma once

#include "model/name.h"
#include "model/nic.h"

G_BEGIN_DECLS

/* Work that the reader of a tap takes over from the sender, as TUNSETOFFLOAD has it (include/uapi/linux/if_tun.h). */
typedef enum
{
  VSW_OFFLOAD_CHECKSUM = 1 << 0,
  VSW_OFFLOAD_TSO4 = 1 << 1,
  VSW_OFFLOAD_TSO6 = 1 << 2,
  VSW_OFFLOAD_TSO_ECN = 1 << 3,
} VswOffload;

typedef struct
{
  guint wanted;                    /* queues asked for; 0: all that the NIC has */
  int fds[VSW_QUEUES_MAX];         /* (owned) one a queue */
  guint n_fds;
  gboolean has_vnet_header;        /* frames are preceded by a struct virtio_net_hdr */
  guint32 vnet_header_size;        /* octets; 0 without one */
  guint32 offloads;                /* VswOffload */
  char device[VSW_INTERFACE_SIZE]; /* the tap */
} VswHandout;

VswHandout *vsw_handout_new (guint wanted);
VswHandout *vsw_handout_ref (VswHandout *self);
void vsw_handout_unref (VswHandout *self);

/* Takes the descriptor. */
void vsw_handout_add (VswHandout *self, int fd);
/* Closes what is in it, now. */
void vsw_handout_close (VswHandout *self);
/* Empties it: the descriptors are the caller's now. (transfer full) (array length=ret_n) */
int *vsw_handout_steal (VswHandout *self, guint *ret_n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswHandout, vsw_handout_unref)

G_END_DECLS
