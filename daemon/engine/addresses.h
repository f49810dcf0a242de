/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Static addresses against the forwarding tables. The kernel does not tell of them with its links, so what a crash or a failed undo left
 * there is looked for apart: at start, and after a change that could not be undone wholly. */
#pragma once

#include "kernel/kernel.h"
#include "model/model.h"

G_BEGIN_DECLS

/* Which static addresses each port device should have: a value that may go to the worker. */
typedef struct _VswAddressWish VswAddressWish;

VswAddressWish *vsw_address_wish_new (VswModel *model, VswLinks *links);
void vsw_address_wish_free (VswAddressWish *self);

/* Adds what is missing and deletes what is too much, on devices of ours alone. Thread: worker; blocks. */
void vsw_address_wish_fulfil (VswAddressWish *self, VswKernel *kernel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswAddressWish, vsw_address_wish_free)

G_END_DECLS
