/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request has to know of the kernel before it can be resolved, and links do not tell: what IP has on the NIC that is to be bound. Asked
 * on the worker in the request's own turn, so that no other change comes between question and answer. */
#pragma once

#include "kernel/kernel.h"
#include "model/change.h"

G_BEGIN_DECLS

/* Main: whether one of these (element-type VswChange) has something to ask. */
gboolean vsw_questions_are_open (GPtrArray *changes);
/* Worker: asks, and puts the answers into the changes. Errors: those of the kernel. */
gboolean vsw_questions_ask (GPtrArray *changes, VswKernel *kernel, GError **error);

G_END_DECLS
