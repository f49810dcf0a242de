/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the host and the bridge devices apart: no frame passes between a guarded bridge device and the host, in either direction, while frames
 * between ports pass as before.
 *
 * What it cannot hold: since Linux 6.16 a chain hangs on a name, so while somebody has renamed the bridge device nothing guards it; it is guarded again
 * the moment it has its name back.
 *
 * One nf_tables table of family netdev, whose chains hang on exactly the bridge device, so that what ports do, BPDUs included, is not touched. Never reads or
 * changes any other table. One thread at a time; `judge` from any. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

typedef struct _VswGuard VswGuard;

#define VSW_GUARD_TABLE "vmswitch"

typedef enum
{
  VSW_JUDGEMENT_OURS, /* that transaction was ours */
  VSW_JUDGEMENT_FOREIGN,
  VSW_JUDGEMENT_LATER, /* one of ours is under way: ask again soon */
} VswJudgement;

VswGuard *vsw_guard_open (GError **error);
void vsw_guard_close (VswGuard *self);

/* No error if it is there already, or gone already. */
gboolean vsw_guard_add (VswGuard *self, const char *bridge, GError **error);
gboolean vsw_guard_delete (VswGuard *self, const char *bridge, GError **error);
/* Exactly these, in one transaction. bridges: (element-type utf8) */
gboolean vsw_guard_reset (VswGuard *self, GPtrArray *bridges, GError **error);
/* Whether this kernel can guard that device; leaves nothing behind. */
gboolean vsw_guard_try (VswGuard *self, const char *device);

/* For whoever else speaks with nf_tables: in a table of his own. */
gboolean vsw_guard_run (VswGuard *self, const char *commands, const char *step, GError **error);

VswJudgement vsw_guard_judge (VswGuard *self, guint32 generation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswGuard, vsw_guard_close)

G_END_DECLS
