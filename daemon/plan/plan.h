/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel operations bring the devices of some objects from what is to what should be.
 *
 * One function serves every road. A change: the model already holds the wish, the delta names the objects. Drift and start: the delta is empty
 * and the objects are named (or all). It compares each device with the link bound to it, so a plan for a wish that is fulfilled is empty.
 * Pure: reads the model and the links, touches neither.
 *
 * Operations before the commit of the store can be undone, by their inverses in reverse. What cannot (deleting a device,
 * giving one away, letting a tap go with its descriptors) stands in `final` and runs after the commit; when one of those
 * fails the store is written back and a repair rebuilds what is missing. */
#pragma once

#include "model/model.h"
#include "plan/op.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *ops;      /* (owned) (element-type VswOp) in order, each with its inverse */
  GPtrArray *final;    /* (owned) (element-type VswOp) in order */
  GPtrArray *findings; /* (owned) (element-type utf8) drift: what was found, one sentence each: "port device vswp-web of endpoint web was taken out of vsw-lab" */
} VswPlan;

/* The change: model has the delta applied. Never fails; NULL is not returned. */
VswPlan *vsw_plan_new (VswModel *model, VswLinks *links, VswDelta *delta);
/* Repair: ids of switches and NICs (ports are those of their NICs), or NULL: everything, orphans included. */
VswPlan *vsw_plan_new_for_drift (VswModel *model, VswLinks *links, GPtrArray *ids);
/* The ports of these NICs (ids) go down, and nothing else changes. */
VswPlan *vsw_plan_new_for_quarantine (VswModel *model, VswLinks *links, GPtrArray *ids);
/* NICs of the host (element-type VswNic) that a change was about which came to no end. */
VswPlan *vsw_plan_new_for_rescue (VswModel *model, VswLinks *links, GPtrArray *nics);
gboolean vsw_plan_is_empty (const VswPlan *self);
void vsw_plan_free (VswPlan *self);
/* All operations, a line each, "--" before the final ones. (transfer full) */
char *vsw_plan_print (const VswPlan *self);

/* The same as lines, for people. (transfer full) */
GStrv vsw_plan_list_steps (const VswPlan *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswPlan, vsw_plan_free)

G_END_DECLS
