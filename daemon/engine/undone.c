/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rollbacks could not bring back, said as long as there is something to it.
 *
 * An object that is not what it was is mended when it becomes that, or when nothing of it is there any more. So is all that could not go because a NIC of
 * the host was missing, when that is back: the host is on the network then, by a switch. What is lost for good, as one whose name another has by
 * now, or a route that the kernel did not take, nothing tells of: that stays, of the newest few. */
#include "engine/state.h"

#include <string.h>

#define MAX_WARNINGS 4 /* rollbacks */
#define MAX_REASONS  3 /* in one warning; all are in the log */
#define MAX_NAMED    8 /* objects of one reason */

typedef struct
{
  char *object; /* (owned) "endpoint ext0" */
  char *reason; /* (owned) */
  char *
      id; /* (owned) (nullable) of what is still there and should not, or should be otherwise; NULL: it is lost for good */
  VswValue *wish; /* (owned) (nullable) what it should be; NULL: gone */
  char *missing;  /* (owned) (nullable) device of the NIC without which it cannot go */
} Loss;

typedef struct
{
  char *number;      /* (owned) of the checkpoint */
  GPtrArray *losses; /* (owned) (element-type Loss) */
  char *warning;     /* (owned) (nullable) text in `warnings` */
} Undone;

static void
free_loss (gpointer data)
{
  Loss *loss = data;

  g_free (loss->object);
  g_free (loss->reason);
  g_free (loss->id);
  g_free (loss->missing);
  g_clear_pointer (&loss->wish, vsw_value_unref);
  g_free (loss);
}

static void
free_undone (gpointer data)
{
  Undone *undone = data;

  g_free (undone->number);
  g_ptr_array_unref (undone->losses);
  g_free (undone->warning);
  g_free (undone);
}

GPtrArray *
vsw_engine_new_undone (void)
{
  return g_ptr_array_new_with_free_func (free_undone);
}

/* --- what is said --- */

/* The objects that share that reason, from `first` on. */
static void
append_reason (GString *text, GPtrArray *losses, guint first)
{
  const char *reason = ((Loss *)g_ptr_array_index (losses, first))->reason;
  guint n = 0;

  for (guint i = first; i < losses->len; i++)
    {
      const Loss *loss = g_ptr_array_index (losses, i);

      if (!g_str_equal (loss->reason, reason))
        continue;
      if (n++ < MAX_NAMED)
        g_string_append_printf (text, "%s%s", n > 1 ? ", " : "", loss->object);
    }
  if (n > MAX_NAMED)
    g_string_append_printf (text, " and %u more", n - MAX_NAMED);
  g_string_append_printf (text, ": %s", reason);
}

static void
say (VswEngine *engine, Undone *undone)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GHashTable) said = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = 0;

  g_string_printf (text, "checkpoint %s was rolled back, but not all could be brought back: ", undone->number);
  for (guint i = 0; i < undone->losses->len; i++)
    {
      if (!g_hash_table_add (said, ((Loss *)g_ptr_array_index (undone->losses, i))->reason))
        continue;
      if (n++ >= MAX_REASONS)
        continue;
      g_string_append (text, n > 1 ? "; " : "");
      append_reason (text, undone->losses, i);
    }
  if (n > MAX_REASONS)
    g_string_append (text, "; and more (see the log)");
  vsw_engine_set_warning (engine, &undone->warning, "rollback-incomplete", undone->losses->len > 0 ? text->str : NULL);
}

static void
forget (VswEngine *engine, guint at)
{
  Undone *undone = g_ptr_array_index (engine->undone, at);

  vsw_engine_set_warning (engine, &undone->warning, NULL, NULL);
  g_ptr_array_remove_index (engine->undone, at);
}

/* --- what it is about --- */

/* What is logged, by the objects as they are called now: of those that are there. There may be tens of thousands, and as many losses.
 * (transfer full) (element-type utf8 VswCheckpointEntry) */
static GHashTable *
list_entries (VswEngine *engine, const VswCheckpoint *ended)
{
  GHashTable *entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  /* The first of two of one name counts. */
  for (gsize i = ended->n_entries; i-- > 0;)
    {
      const VswCheckpointEntry *entry = &ended->entries[i];
      const VswValue *now = vsw_model_get (engine->model, entry->id);

      if (now != NULL)
        g_hash_table_replace (entries, g_strdup_printf ("%s %s", vsw_kind_print (now->kind), now->name),
                              (gpointer)entry);
    }
  return entries;
}

/* A NIC of the host that is not there and was bound since. (nullable) its device */
static const char *
find_missing (VswEngine *engine, const VswCheckpoint *ended)
{
  for (gsize i = 0; i < ended->n_entries; i++)
    {
      const VswCheckpointEntry *entry = &ended->entries[i];
      const VswNic *now = entry->before == NULL ? vsw_model_get_nic (engine->model, entry->id) : NULL;

      if (now != NULL && now->uplink != NULL && vsw_links_get_device (engine->links, now->device) == NULL)
        return now->device;
    }
  return NULL;
}

/* missing: (nullable) device of such a NIC */
static Loss *
new_loss (GHashTable *entries, const char *missing, const char *text)
{
  const char *colon = strstr (text, ": ");
  Loss *loss = g_new0 (Loss, 1);
  const VswCheckpointEntry *entry;

  loss->object = colon != NULL ? g_strndup (text, (gsize)(colon - text)) : g_strdup (text);
  loss->reason = g_strdup (colon != NULL ? colon + 2 : "");
  entry = g_hash_table_lookup (entries, loss->object);
  if (entry != NULL)
    {
      loss->id = g_strdup (entry->id);
      loss->wish = entry->before != NULL ? vsw_value_ref ((VswValue *)entry->before) : NULL;
      loss->missing = entry->before == NULL ? g_strdup (missing) : NULL;
    }
  return loss;
}

static gboolean
is_over (VswEngine *engine, const Loss *loss)
{
  const VswValue *now = loss->id != NULL ? vsw_model_get (engine->model, loss->id) : NULL;

  if (loss->id == NULL)
    return FALSE;
  return now == NULL || (loss->wish != NULL && vsw_value_equal (now, loss->wish))
         || (loss->missing != NULL && vsw_links_get_device (engine->links, loss->missing) != NULL);
}

void
vsw_engine_note_losses (VswEngine *engine, const VswCheckpoint *ended, GPtrArray *losses)
{
  Undone *undone = g_new0 (Undone, 1);
  g_autoptr (GHashTable) entries = list_entries (engine, ended);
  const char *missing = find_missing (engine, ended);

  undone->number = g_strdup (ended->head.name);
  undone->losses = g_ptr_array_new_with_free_func (free_loss);
  for (guint i = 0; i < losses->len; i++)
    {
      const char *loss = g_ptr_array_index (losses, i);

      vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_CHECKPOINT, NULL, "checkpoint %s could not bring back %s", undone->number,
               loss);
      g_ptr_array_add (undone->losses, new_loss (entries, missing, loss));
    }
  if (engine->undone->len >= MAX_WARNINGS)
    forget (engine, 0);
  g_ptr_array_add (engine->undone, undone);
  say (engine, undone);
}

void
vsw_engine_review_losses (VswEngine *engine)
{
  for (guint i = engine->undone->len; i-- > 0;)
    {
      Undone *undone = g_ptr_array_index (engine->undone, i);
      guint before = undone->losses->len;

      for (guint j = before; j-- > 0;)
        if (is_over (engine, g_ptr_array_index (undone->losses, j)))
          g_ptr_array_remove_index (undone->losses, j);
      if (undone->losses->len == 0)
        forget (engine, i);
      else if (undone->losses->len < before)
        say (engine, undone);
    }
}
