/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the worker's side of the kernel holds between operations. Private to kernel/. */
#pragma once

#include "kernel/reaper.h"
#include "kernel/socket.h"
#include "kernel/witness.h"
#include "plan/op.h"

G_BEGIN_DECLS

typedef struct
{
  VswSocket *route;         /* (owned) NETLINK_ROUTE */
  VswWitness *witness;      /* (owned) */
  VswReaper *reaper;        /* (owned) */
  VswDeviceRef last_bridge; /* the bridge that a plan named last: a batch of ports would ask a thousand times */
} VswSession;

G_END_DECLS
