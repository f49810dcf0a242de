/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/leftover.h"

typedef struct
{
  VswEngine *engine; /* (owned) */
  GPtrArray *ids;    /* (owned) (element-type utf8) NICs */
  VswLeftoverFunc func;
  gpointer data;
} Leftover;

static void
end (Leftover *leftover)
{
  leftover->func (leftover->data);
  g_object_unref (leftover->engine);
  g_ptr_array_unref (leftover->ids);
  g_free (leftover);
}

/* Those that are still there. */
static GPtrArray *
list_deletions (const Leftover *leftover)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);

  for (guint i = 0; i < leftover->ids->len; i++)
    {
      const char *id = g_ptr_array_index (leftover->ids, i);

      if (vsw_model_get_nic (vsw_engine_get_model (leftover->engine), id) != NULL)
        g_ptr_array_add (changes, vsw_change_delete (VSW_KIND_NIC, id, TRUE));
    }

  return changes;
}

static void delete_all (Leftover *leftover);

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Leftover *leftover = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (VswDelta) delta = vsw_engine_apply_finish (VSW_ENGINE (source), result, &error);

  /* One that somebody deleted meanwhile makes the whole request fail; the next one does not name it. */
  if (delta == NULL && g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    {
      delete_all (leftover);
      return;
    }

  if (delta == NULL)
    g_warning ("cannot take back what was attached for a caller that has left: %s", error->message);
  end (leftover);
}

static void
delete_all (Leftover *leftover)
{
  g_autoptr (GPtrArray) changes = list_deletions (leftover);

  if (changes->len == 0)
    end (leftover);
  else
    vsw_engine_apply_async (leftover->engine, g_steal_pointer (&changes), NULL, on_deleted, leftover);
}

/**
 * vsw_leftover_delete:
 * @engine: the engine
 * @delta: what has become true for a caller that has left
 * @holder: that caller, as in VswValue
 * @func: called once, when it is over
 * @data: for @func
 *
 * Thread: main.
 */
void
vsw_leftover_delete (VswEngine *engine, VswDelta *delta, const char *holder, VswLeftoverFunc func, gpointer data)
{
  Leftover *leftover = g_new0 (Leftover, 1);

  leftover->engine = g_object_ref (engine);
  leftover->ids = g_ptr_array_new_with_free_func (g_free);
  leftover->func = func;
  leftover->data = data;

  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);

      if (pair->before == NULL && pair->after->kind == VSW_KIND_NIC && g_strcmp0 (pair->after->holder, holder) != 0)
        g_ptr_array_add (leftover->ids, g_strdup (pair->after->id));
    }

  delete_all (leftover);
}
