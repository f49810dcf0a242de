/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of lifetime `caller`: they go with the bus connection that made them. */
#include "engine/state.h"

#define RETRY_SECONDS 2

typedef struct
{
  VswEngine *engine; /* (owned) */
  char *holder;      /* (owned) */
} Release;

static void
free_release (gpointer data)
{
  Release *release = data;

  g_object_unref (release->engine);
  g_free (release->holder);
  g_free (release);
}

static gboolean
release_again (gpointer user_data)
{
  Release *release = user_data;

  vsw_engine_release (release->engine, release->holder);
  return G_SOURCE_REMOVE;
}

static void
end_release (VswEngine *engine, VswDelta *delta, const VswPlan *plan, const GError *error, gpointer data)
{
  Release *release = data;

  if (error == NULL || engine->is_stopped)
    {
      free_release (release);
      return;
    }

  /* An object that somebody deleted meanwhile makes the whole request fail; the next one, at once, does not name it. */
  g_autoptr (GSource) source = NULL;
  if (g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    source = g_idle_source_new ();
  else
    {
      g_message ("cannot release what %s held: %s; trying again", release->holder, error->message);
      source = g_timeout_source_new_seconds (RETRY_SECONDS);
    }
  g_source_set_callback (source, release_again, release, free_release);
  g_source_attach (source, engine->context);
}

static gboolean
is_held (VswModel *model, const char *id, const char *holder)
{
  VswValue *value = id != NULL ? vsw_model_get (model, id) : NULL;

  return value != NULL && g_strcmp0 (value->holder, holder) == 0;
}

/* Whether it goes anyway, with something else that is held. */
static gboolean
goes_with_another (VswModel *model, const VswValue *value, const char *holder)
{
  const VswPort *port = (const VswPort *)value;
  VswPort *own_port;

  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      return FALSE;
    case VSW_KIND_PORT:
      return is_held (model, port->switch_id, holder) || is_held (model, port->made_for, holder);
    case VSW_KIND_NIC:
      own_port = vsw_model_find_port_of_nic (model, value->id);
      return own_port != NULL && g_strcmp0 (own_port->made_for, value->id) == 0
             && is_held (model, own_port->switch_id, holder);
    case VSW_KIND_SYSTEM:
    case VSW_KIND_CHECKPOINT:
      return FALSE;
    case VSW_KIND_SETTING:
      return is_held (model, ((const VswSetting *)value)->system_id, holder);
    }
  g_assert_not_reached ();
}

static void
add_deletion (GPtrArray *changes, const VswValue *value)
{
  VswChange *deletion = vsw_change_delete (value->kind, value->id, TRUE);

  vsw_change_set_by_nature (deletion);
  g_ptr_array_add (changes, deletion);
}

/**
 * vsw_engine_release:
 * @self: the engine
 * @holder: a bus connection, as in VswValue
 *
 * Deletes everything that connection held, in one request, so that no checkpoint brings it back. Tries again if it cannot. Thread: main.
 */
void
vsw_engine_release (VswEngine *self, const char *holder)
{
  g_autoptr (GPtrArray) ids = vsw_model_list_held (self->model, holder);
  gboolean is_logged = vsw_model_has_logged (self->model, holder);
  GPtrArray *changes;
  Release *release;

  if ((ids->len == 0 && !is_logged) || self->is_stopped)
    return;

  changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  for (guint i = 0; i < ids->len; i++)
    {
      VswValue *value = vsw_model_get (self->model, g_ptr_array_index (ids, i));

      if (!goes_with_another (self->model, value, holder))
        add_deletion (changes, value);
    }

  if (is_logged)
    g_ptr_array_add (changes, vsw_change_forget_holder (holder));

  release = g_new (Release, 1);
  release->engine = g_object_ref (self);
  release->holder = g_strdup (holder);
  vsw_engine_push_changes (self, changes, FALSE, NULL, end_release, release);
}
