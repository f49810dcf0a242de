/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which NICs the command of `run` gets, found out before anything is done, and how it gets them.
 *
 * Owes: a system that was started for the command is put back into its state when the command cannot be run. */
#pragma once

#include "client/plug.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *plugs; /* (element-type VswPlug) */
  char *system;     /* (nullable) object path, if they are those of a system */
  char *state;      /* (nullable) that it is in, if it has to be started */
  gboolean started; /* it was, by us */
} VswRunPlan;

gboolean vsw_run_plan_count (const VswSession *session, guint *ret_n, GError **error);
VswRunPlan *vsw_run_plan_new (VswSession *session, GError **error);
void vsw_run_plan_free (VswRunPlan *self);
gboolean vsw_run_plan_obtain (VswRunPlan *self, VswSession *session, GError **error);
void vsw_run_plan_undo (VswRunPlan *self, VswSession *session, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswRunPlan, vsw_run_plan_free)

G_END_DECLS
