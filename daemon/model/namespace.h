/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network namespace that a caller handed over as a descriptor, after kernel/ has looked at it.
 *
 * Owns the descriptor. Holding one keeps the namespace alive, so it lives only as long as the call that brought it. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

typedef struct
{
  int fd;             /* (owned) closed with the last reference, never on the main thread if that could block */
  guint64 inode;      /* nsfs inode: identity */
  guint32 owner;      /* uid owning its user namespace, or that of the nearest ancestor that is the caller's */
  gboolean is_own;    /* it is the daemon's own */
  gboolean is_initial; /* owned by the daemon's user namespace, that is by the host's root */
} VswNamespace;

VswNamespace *vsw_namespace_new (const VswNamespace *fields);
VswNamespace *vsw_namespace_ref (VswNamespace *self);
void vsw_namespace_unref (VswNamespace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswNamespace, vsw_namespace_unref)

G_END_DECLS
