/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A checkpoint: what is undone unless somebody confirms in time.
 *
 * It is a value like any other, so the store, the revert after a failure and the signals have no road of their own for it. Its log is
 * written as things change: an object that was not touched costs nothing. Its name is its number, which the model gives. */
#pragma once

#include "model/value.h"

G_BEGIN_DECLS

#define VSW_CHECKPOINT_SECONDS_MIN  1
#define VSW_CHECKPOINT_SECONDS_MAX  86400
#define VSW_CHECKPOINT_SETTLING_MAX (60 * G_USEC_PER_SEC) /* microseconds for which its clock may stand still, in all */

/* One object that has changed since. */
typedef struct
{
  const char *id;   /* (owned) */
  VswValue *before; /* (owned) (nullable) as it was; NULL: it did not exist */
} VswCheckpointEntry;

typedef struct
{
  VswValue head;            /* lifetime persistent, no holder */
  gint64 deadline;          /* microseconds since the epoch */
  gint64 settling;          /* microseconds for which its clock has stood still */
  gboolean has_parts;       /* of a switch or system in its scope it covers what is on it, too */
  gboolean privileged;      /* whoever made it may do as an administrator; else it acts on what is its owner's alone */
  const char *const *scope; /* (owned) (array length=n_scope) ids, ascending, no doubles */
  gsize n_scope;
  const VswCheckpointEntry *entries; /* (owned) (array length=n_entries) by id, ascending, no doubles */
  gsize n_entries;
} VswCheckpoint;

VswCheckpoint *vsw_checkpoint_new (const VswCheckpoint *fields);

gboolean vsw_checkpoint_names (const VswCheckpoint *self, const char *id);
/* (nullable) what is logged of that object */
const VswCheckpointEntry *vsw_checkpoint_find (const VswCheckpoint *self, const char *id);
guint64 vsw_checkpoint_get_number (const VswCheckpoint *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswCheckpoint, vsw_value_unref)

G_END_DECLS
