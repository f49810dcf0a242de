/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/checkpoint.h"

#include "model/head.h"

#include <stdlib.h>
#include <string.h>

static void
clear_checkpoint (gpointer value)
{
  VswCheckpoint *self = value;
  for (gsize i = 0; i < self->n_scope; i++)
    g_free ((char *)self->scope[i]);
  for (gsize i = 0; i < self->n_entries; i++)
    {
      g_free ((char *)self->entries[i].id);
      if (self->entries[i].before != NULL)
        vsw_value_unref (self->entries[i].before);
    }
  g_free ((gpointer)self->scope);
  g_free ((gpointer)self->entries);
}

static gboolean
equal_scopes (const VswCheckpoint *a, const VswCheckpoint *b)
{
  if (a->n_scope != b->n_scope)
    return FALSE;
  for (gsize i = 0; i < a->n_scope; i++)
    if (!g_str_equal (a->scope[i], b->scope[i]))
      return FALSE;
  return TRUE;
}

static gboolean
equal_logs (const VswCheckpoint *a, const VswCheckpoint *b)
{
  if (a->n_entries != b->n_entries)
    return FALSE;
  for (gsize i = 0; i < a->n_entries; i++)
    if (!g_str_equal (a->entries[i].id, b->entries[i].id)
        || !vsw_value_equal (a->entries[i].before, b->entries[i].before))
      return FALSE;
  return TRUE;
}

static gboolean
equal_checkpoints (gconstpointer value_a, gconstpointer value_b)
{
  const VswCheckpoint *a = value_a, *b = value_b;
  return a->deadline == b->deadline && a->settling == b->settling && !a->has_parts == !b->has_parts
         && !a->privileged == !b->privileged && equal_scopes (a, b) && equal_logs (a, b);
}

const VswKindRow vsw_checkpoint_row = { "checkpoint", clear_checkpoint, equal_checkpoints };

/* Both lists hold structs whose first member is the id, or the id itself. */
static int
compare_ids (const void *a, const void *b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
copy_scope (VswCheckpoint *self, const VswCheckpoint *fields)
{
  const char **ids = g_new (const char *, fields->n_scope + 1);
  gsize n = 0;
  for (gsize i = 0; i < fields->n_scope; i++)
    ids[i] = fields->scope[i];
  if (fields->n_scope > 0)
    qsort (ids, fields->n_scope, sizeof *ids, compare_ids);
  for (gsize i = 0; i < fields->n_scope; i++)
    if (n == 0 || !g_str_equal (ids[n - 1], ids[i]))
      ids[n++] = ids[i];
  for (gsize i = 0; i < n; i++)
    ids[i] = g_strdup (ids[i]);
  self->scope = ids;
  self->n_scope = n;
}

static void
copy_log (VswCheckpoint *self, const VswCheckpoint *fields)
{
  VswCheckpointEntry *entries = g_new (VswCheckpointEntry, fields->n_entries + 1);
  for (gsize i = 0; i < fields->n_entries; i++)
    {
      entries[i].id = g_strdup (fields->entries[i].id);
      entries[i].before = fields->entries[i].before != NULL ? vsw_value_ref (fields->entries[i].before) : NULL;
    }
  if (fields->n_entries > 0)
    qsort (entries, fields->n_entries, sizeof *entries, compare_ids);
  self->entries = entries;
}

/**
 * vsw_checkpoint_new:
 * @fields: what it says; copied, head.kind is set, scope and log are put in order; no object is twice in the log
 *
 * Makes the value of a checkpoint. (transfer full) Any thread.
 */
VswCheckpoint *
vsw_checkpoint_new (const VswCheckpoint *fields)
{
  VswCheckpoint *self = vsw_head_new (fields, sizeof *fields, VSW_KIND_CHECKPOINT);
  copy_scope (self, fields);
  copy_log (self, fields);
  return self;
}

/**
 * vsw_checkpoint_names:
 *
 * Whether that object is in its scope by name. Any thread.
 */
gboolean
vsw_checkpoint_names (const VswCheckpoint *self, const char *id)
{
  return bsearch (&id, self->scope, self->n_scope, sizeof *self->scope, compare_ids) != NULL;
}

/**
 * vsw_checkpoint_find:
 *
 * What it has logged of that object. (transfer none) (nullable) Any thread.
 */
const VswCheckpointEntry *
vsw_checkpoint_find (const VswCheckpoint *self, const char *id)
{
  return bsearch (&id, self->entries, self->n_entries, sizeof *self->entries, compare_ids);
}

/**
 * vsw_checkpoint_get_number:
 *
 * Its name as a number; 0 if it is none. Any thread.
 */
guint64
vsw_checkpoint_get_number (const VswCheckpoint *self)
{
  guint64 number = 0;
  return g_ascii_string_to_unsigned (self->head.name, 10, 1, G_MAXINT64, &number, NULL) ? number : 0;
}
