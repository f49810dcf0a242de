/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake kernel's signals: a queue, and a source that empties it on the context that watches. */
#include "support/fake_private.h"
#include "support/fake_tap.h"

#define LOOK_TIME 10     /* milliseconds until it is seen that an open tap was closed */
#define HOLD_TIME 100000 /* microseconds after a list, if nobody drains: as on Linux (kernel/monitor.c) */

typedef struct
{
  GSource source;
  VswFakeKernel *kernel;
} NewsSource;

/* What is counted in a list is not told again; and nothing is told unasked until the list was taken in. */
void
fake_hold_news (VswFakeKernel *self)
{
  FakeState *state = &self->state;
  GList *next;

  for (GList *l = state->news.head; l != NULL; l = next)
    {
      FakeNews *news = l->data;

      next = l->next;
      if (news->kind != FAKE_NEWS_LEARNED)
        continue;
      fake_news_free (news);
      g_queue_delete_link (&state->news, l);
    }
  self->held_until = g_get_monotonic_time () + HOLD_TIME;
}

static FakeNews *
take_news (VswFakeKernel *self)
{
  FakeNews *news;

  g_mutex_lock (&self->lock);
  self->held_until = 0;
  fake_tap_settle (&self->state);
  fake_flush (&self->state);
  news = g_queue_pop_head (&self->state.news);
  g_mutex_unlock (&self->lock);
  return news;
}

static void
emit_news (VswKernel *kernel, const FakeNews *news)
{
  switch (news->kind)
    {
    case FAKE_NEWS_LINK:
    case FAKE_NEWS_GONE:
      vsw_kernel_emit_link (kernel, news->link, news->kind == FAKE_NEWS_GONE);
      break;
    case FAKE_NEWS_LEARNED:
      vsw_kernel_emit_learned (kernel, news->bridge, news->change);
      break;
    case FAKE_NEWS_ADDRESS:
      vsw_kernel_emit_address (kernel, news->bridge);
      break;
    case FAKE_NEWS_IP:
      vsw_kernel_emit_ip (kernel, news->bridge);
      break;
    case FAKE_NEWS_OVERRUN:
      vsw_kernel_emit_overrun (kernel);
      break;
    case FAKE_NEWS_GUARD_LOST:
      vsw_kernel_emit_guard_lost (kernel);
      break;
    }
}

void
fake_drain (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeNews *news;

  if (self->thread != g_thread_self ())
    g_error ("the kernel is drained by another thread than the one that watches");
  while ((news = take_news (self)) != NULL)
    {
      emit_news (kernel, news);
      fake_news_free (news);
    }
}

/* *ret_timeout: milliseconds until it is worth asking again, -1: until somebody wakes the context. */
static gboolean
look_for_news (GSource *source, gint *ret_timeout)
{
  VswFakeKernel *self = ((NewsSource *)source)->kernel;
  gint64 hold;
  gboolean waits;
  gboolean is_any_open;

  g_mutex_lock (&self->lock);
  fake_tap_settle (&self->state);
  fake_flush (&self->state);
  is_any_open = fake_tap_is_any_open (&self->state);
  hold = self->held_until - g_get_monotonic_time ();
  waits = !g_queue_is_empty (&self->state.news);
  g_mutex_unlock (&self->lock);
  *ret_timeout = waits && hold > 0 ? (gint)(hold / 1000 + 1) : is_any_open ? LOOK_TIME : -1;
  return waits && hold <= 0;
}

static gboolean
prepare_news (GSource *source, gint *timeout)
{
  return look_for_news (source, timeout);
}

static gboolean
check_news (GSource *source)
{
  gint timeout;

  return look_for_news (source, &timeout);
}

static gboolean
dispatch_news (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (VswFakeKernel) self = g_object_ref (((NewsSource *)source)->kernel);

  fake_drain (VSW_KERNEL (self));
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs news_functions = { .prepare = prepare_news, .check = check_news, .dispatch = dispatch_news };

gboolean
fake_watch (VswKernel *kernel, GMainContext *context, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  GSource *source = g_source_new (&news_functions, sizeof (NewsSource));

  g_assert (self->source == NULL);
  ((NewsSource *)source)->kernel = self;
  g_mutex_lock (&self->lock);
  fake_flush (&self->state); /* what was there before is no news */
  self->state.is_watched = TRUE;
  self->context = context != NULL ? g_main_context_ref (context) : g_main_context_ref (g_main_context_default ());
  self->thread = g_thread_self ();
  self->source = source;
  g_mutex_unlock (&self->lock);
  g_source_attach (source, self->context);
  return TRUE;
}

void
vsw_fake_kernel_unwatch (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  if (self->source == NULL)
    return;

  g_source_destroy (self->source);
  g_mutex_lock (&self->lock);
  self->state.is_watched = FALSE;
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_unlock (&self->lock);
}
