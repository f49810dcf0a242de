/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One change, wholly or not at all: store and kernel together, straight down the page. Worker thread. */
#pragma once

#include "kernel/kernel.h"
#include "model/delta.h"
#include "plan/plan.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef enum
{
  VSW_OUTCOME_COMMITTED, /* the delta is true in store and kernel */
  VSW_OUTCOME_UNDONE,    /* store and kernel are as before */
  VSW_OUTCOME_BROKEN,    /* the store is as before, but the kernel is not: a repair must follow */
} VswOutcome;

VswOutcome
vsw_transaction_run (VswKernel *kernel, VswStore *store, VswDelta *delta, const VswPlan *plan, GError **error);
guint vsw_transaction_repair (VswKernel *kernel, const VswPlan *plan, gboolean is_quiet);

G_END_DECLS
