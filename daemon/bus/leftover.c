/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/leftover.h"

struct _VswLeftover
{
  VswEngine *engine; /* (owned) */
  GPtrArray *ids;    /* (owned) (element-type utf8) NICs */
  VswLeftoverFunc func;
  gpointer data;
};

/**
 * vsw_leftover_free:
 * @self: (transfer full): what stays
 *
 * Thread: main.
 */
void
vsw_leftover_free (VswLeftover *self)
{
  g_object_unref (self->engine);
  g_ptr_array_unref (self->ids);
  g_free (self);
}

static void
end (VswLeftover *leftover)
{
  leftover->func (leftover->data);
  vsw_leftover_free (leftover);
}

/* Those that are still there. */
static GPtrArray *
list_deletions (const VswLeftover *leftover)
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

static void delete_all (VswLeftover *leftover);

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswLeftover *leftover = user_data;
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
delete_all (VswLeftover *leftover)
{
  g_autoptr (GPtrArray) changes = list_deletions (leftover);

  if (changes->len == 0)
    end (leftover);
  else
    vsw_engine_apply_async (leftover->engine, g_steal_pointer (&changes), NULL, on_deleted, leftover);
}

/**
 * vsw_leftover_new:
 * @engine: the engine
 * @delta: what has become true
 * @holder: the caller, as in VswValue
 *
 * Thread: main.
 *
 * Returns: (transfer full) (nullable): what the caller would leave behind
 */
VswLeftover *
vsw_leftover_new (VswEngine *engine, VswDelta *delta, const char *holder)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  VswLeftover *self;

  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);

      if (pair->before == NULL && pair->after->kind == VSW_KIND_NIC && g_strcmp0 (pair->after->holder, holder) != 0)
        g_ptr_array_add (ids, g_strdup (pair->after->id));
    }
  if (ids->len == 0)
    return NULL;

  self = g_new0 (VswLeftover, 1);
  self->engine = g_object_ref (engine);
  self->ids = g_steal_pointer (&ids);
  return self;
}

/**
 * vsw_leftover_delete:
 * @self: (transfer full): what a caller that has left leaves behind
 * @func: called once, when it is over
 * @data: for @func
 *
 * Thread: main.
 */
void
vsw_leftover_delete (VswLeftover *self, VswLeftoverFunc func, gpointer data)
{
  self->func = func;
  self->data = data;
  delete_all (self);
}
