/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Others who configure devices of the host, NetworkManager above all (plan/hosting.c says why). The worker waits here for them, while the main loop finds out
 * whether they have looked at a device. A start does not: it is on the main thread, and nobody is on the bus yet. */
#include "engine/state.h"

#define PATIENCE (6 * G_USEC_PER_SEC)

struct _VswOnlookers
{
  VswEngine *engine; /* (unowned) */
  VswEngineLookFunc look;
  gpointer user_data;

  GMutex lock; /* for what follows */
  GCond cond;
  char *device; /* (owned) (nullable) that the worker waits for */
  guint number; /* of that question */
  gboolean is_over;
  gboolean is_stopped;
};

static void
end_question (VswOnlookers *self, guint number)
{
  g_mutex_lock (&self->lock);
  if (self->number == number)
    {
      self->is_over = TRUE;
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->lock);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  end_question (VSW_ENGINE (source)->onlookers, GPOINTER_TO_UINT (user_data));
}

static gboolean
ask (gpointer user_data)
{
  VswEngine *engine = user_data;
  VswOnlookers *self = engine->onlookers;
  g_autofree char *device = NULL;
  guint number;

  g_mutex_lock (&self->lock);
  device = g_strdup (self->device);
  number = self->number;
  g_mutex_unlock (&self->lock);

  if (self->look != NULL)
    self->look (engine, device, g_task_new (engine, NULL, on_looked, GUINT_TO_POINTER (number)), self->user_data);
  else
    end_question (self, number);
  return G_SOURCE_REMOVE;
}

static void
push_question (VswEngine *engine)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, ask, g_object_ref (engine), g_object_unref);
  g_source_attach (source, engine->context);
}

/* Worker. */
static void
await (const char *device, gpointer user_data)
{
  VswOnlookers *self = user_data;
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  if (g_main_context_is_owner (self->engine->context))
    return;

  g_mutex_lock (&self->lock);
  g_free (self->device);
  self->device = g_strdup (device);
  self->number++;
  self->is_over = FALSE;
  if (!self->is_stopped)
    push_question (self->engine);
  while (!self->is_over && !self->is_stopped)
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
      {
        g_info ("nobody has said in time whether others have looked at %s", device);
        break;
      }
  g_mutex_unlock (&self->lock);
}

void
vsw_engine_init_onlookers (VswEngine *engine)
{
  VswOnlookers *self = g_new0 (VswOnlookers, 1);

  self->engine = engine;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  engine->onlookers = self;
  vsw_kernel_set_await (engine->kernel, await, self);
}

void
vsw_engine_stop_onlookers (VswEngine *engine)
{
  VswOnlookers *self = engine->onlookers;

  g_mutex_lock (&self->lock);
  self->is_stopped = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
vsw_engine_clear_onlookers (VswEngine *engine)
{
  VswOnlookers *self = engine->onlookers;

  g_free (self->device);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_clear_pointer (&engine->onlookers, g_free);
}

/**
 * vsw_engine_set_onlookers:
 * @self: the engine
 * @look: (nullable): who finds out whether others have looked at a device; %NULL: there are none
 * @user_data: for @look
 *
 * Thread: main.
 */
void
vsw_engine_set_onlookers (VswEngine *self, VswEngineLookFunc look, gpointer user_data)
{
  self->onlookers->look = look;
  self->onlookers->user_data = user_data;
}
