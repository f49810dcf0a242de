/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the worker's side of the kernel holds between operations. Private to kernel/. */
#pragma once

#include "kernel/known.h"
#include "kernel/reaper.h"
#include "kernel/socket.h"
#include "kernel/witness.h"
#include "plan/op.h"

G_BEGIN_DECLS

typedef struct
{
  VswSocket *route;    /* (owned) NETLINK_ROUTE */
  VswWitness *witness; /* (owned) */
  VswReaper *reaper;   /* (owned) */
  VswKnown *known;     /* (unowned) (nullable) who must be told what the kernel does not tell; NULL: nobody listens */
  VswDeviceRef last_bridge; /* the bridge that a plan named last: a batch of ports would ask a thousand times */
} VswSession;

/* We set that: see kernel/known.h. */
static inline void
vsw_session_tell (VswSession *self, guint index, VswAttribute attribute, guint64 number, const char *text)
{
  if (self->known != NULL)
    vsw_known_tell (self->known, index, attribute, number, text);
}

G_END_DECLS
