/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request has to know of the kernel before it can be resolved, and links do not tell: what IP has on a NIC that is to be bound, or to have it back. Asked
 * on the worker in the request's own turn, so that no other change comes between question and answer. */
#pragma once

#include "kernel/kernel.h"
#include "model/model.h"

G_BEGIN_DECLS

/* Main: notes what these (element-type VswChange) have to ask; whether there is anything. */
gboolean vsw_questions_find (GPtrArray *changes, VswModel *model, VswLinks *links);
/* Worker: asks, and puts the answers into the changes. Errors: those of the kernel. */
gboolean vsw_questions_ask (GPtrArray *changes, VswKernel *kernel, GError **error);

G_END_DECLS
