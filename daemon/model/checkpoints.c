/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The open checkpoints, of the model's questions. */
#include "model/index.h"

/**
 * vsw_model_get_checkpoint:
 *
 * The open checkpoint of that id. (transfer none) (nullable) Main thread.
 */
VswCheckpoint *
vsw_model_get_checkpoint (VswModel *self, const char *id)
{
  return g_hash_table_lookup (self->checkpoints, id);
}

/**
 * vsw_model_find_checkpoint:
 *
 * The open checkpoint of that number. (transfer none) (nullable) Main thread.
 */
VswCheckpoint *
vsw_model_find_checkpoint (VswModel *self, const char *name)
{
  return g_hash_table_lookup (self->checkpoint_names, name);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint64 one = vsw_checkpoint_get_number (*(const VswCheckpoint *const *)a);
  guint64 other = vsw_checkpoint_get_number (*(const VswCheckpoint *const *)b);
  return (one > other) - (one < other);
}

/**
 * vsw_model_list_checkpoints:
 *
 * Every open checkpoint, by number. (transfer container) (element-type VswCheckpoint) Main thread; the values are good until the next
 * change of the model.
 */
GPtrArray *
vsw_model_list_checkpoints (VswModel *self)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->checkpoints);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);
  g_ptr_array_sort (list, compare_numbers);
  return list;
}

/**
 * vsw_model_has_logged:
 * @holder: as in #VswValue
 *
 * Whether an open checkpoint has logged something that was held by that bus connection. Main thread.
 */
gboolean
vsw_model_has_logged (VswModel *self, const char *holder)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->checkpoints);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const VswCheckpoint *checkpoint = value;
      for (gsize i = 0; i < checkpoint->n_entries; i++)
        if (checkpoint->entries[i].before != NULL && g_strcmp0 (checkpoint->entries[i].before->holder, holder) == 0)
          return TRUE;
    }
  return FALSE;
}
