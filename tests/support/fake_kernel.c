/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "support/fake_apply.h"
#include "support/fake_private.h"

static void vsw_fake_kernel_init_interface (VswKernelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VswFakeKernel, vsw_fake_kernel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VSW_TYPE_KERNEL, vsw_fake_kernel_init_interface))

/* As vsw_kernel_probe names them on Linux 6.18 without bridge VLAN filtering. */
static const char *const default_capabilities[] = { "guard",         "learned-limit", "multicast-snooping",
                                                    "spanning-tree", "veth",          NULL };

#define HOLD_TIME 100000 /* microseconds after a list, if nobody drains: as on Linux (kernel/monitor.c) */

typedef struct
{
  GSource source;
  VswFakeKernel *kernel;
} NewsSource;

FakeState *
fake_enter (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  g_mutex_lock (&self->lock);
  return &self->state;
}

void
fake_leave (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  fake_flush (&self->state);
  if (self->context != NULL && !g_queue_is_empty (&self->state.news))
    g_main_context_wakeup (self->context);
  g_mutex_unlock (&self->lock);
}

/* A call of the worker: one at a time, as kernel.h demands of its users. */
static FakeState *
enter_as_worker (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = fake_enter (kernel);

  if (self->is_busy)
    g_error ("two threads are in worker calls of the kernel at once");
  self->is_busy = TRUE;
  if (self->wants_block)
    {
      self->wants_block = FALSE;
      self->is_blocked = TRUE;
      g_cond_broadcast (&self->turned);
      while (self->is_blocked)
        g_cond_wait (&self->turned, &self->lock);
    }
  return state;
}

static void
leave_as_worker (VswKernel *kernel)
{
  VSW_FAKE_KERNEL (kernel)->is_busy = FALSE;
  fake_leave (kernel);
}

static gboolean
strike (VswFakeKernel *self, const FakeFault *fault, guint count, GError **error)
{
  if (fault->at == 0 || count < fault->at || (count > fault->at && !fault->is_lasting))
    return FALSE;
  self->struck++;
  g_set_error (error, VSW_ERROR, (gint)fault->code, "fault at step %u", count);
  return TRUE;
}

static gboolean
apply_op (VswKernel *kernel, const VswOp *op, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = enter_as_worker (kernel);
  gboolean ok = !strike (self, &self->fault, ++self->applied, error) && fake_apply (state, op, error);

  leave_as_worker (kernel);
  return ok;
}

/* What is counted in a list is not told again. */
static void
forget_learned (FakeState *state)
{
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
}

static VswLinks *
list_links (VswKernel *kernel, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = enter_as_worker (kernel);
  g_autoptr (GPtrArray) all = fake_space_list (state->home);
  VswLinks *links = NULL;

  if (!strike (self, &self->read_fault, ++self->reads, error))
    {
      links = vsw_links_new ();
      for (guint i = 0; i < all->len; i++)
        {
          FakeLink *link = g_ptr_array_index (all, i);
          g_autoptr (VswLink) now = fake_snapshot (link);
          g_autoptr (VswLink) old = vsw_links_put (links, now);

          if (link->is.is_bridge)
            vsw_links_set_learned (links, link->is.index, fake_count_learned (link));
        }
      forget_learned (state);
      self->held_until = g_get_monotonic_time () + HOLD_TIME;
    }
  leave_as_worker (kernel);
  return links;
}

static gboolean
reset_guard (VswKernel *kernel, GPtrArray *bridges, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = enter_as_worker (kernel);
  gboolean ok = !strike (self, &self->read_fault, ++self->reads, error);

  if (ok)
    {
      g_hash_table_remove_all (state->guards);
      for (guint i = 0; i < bridges->len; i++)
        g_hash_table_add (state->guards, g_strdup (g_ptr_array_index (bridges, i)));
    }
  leave_as_worker (kernel);
  return ok;
}

static VswLink *
describe (VswKernel *kernel, VswLink *link, GError **error)
{
  FakeState *state = enter_as_worker (kernel);
  FakeLink *there = fake_link_get (state->home, link->index);
  VswLink *described = NULL;

  if (there != NULL)
    {
      g_autoptr (VswLink) now = fake_snapshot (there);
      VswLink fields = *now;
      gboolean is_veth = g_str_equal (there->is.link_kind, "veth");

      fields.driver =
          there->is.driver[0] == '\0' && there->is.link_kind[0] != '\0' ? there->is.link_kind : there->is.driver;
      fields.bus_path = there->is.bus_path;
      fields.speed = is_veth ? G_GUINT64_CONSTANT (10000000000) : there->is.speed; /* drivers/net/veth.c */
      fields.full_duplex = is_veth || there->is.full_duplex;
      fields.is_wireless_station = there->is.is_wireless_station;
      described = vsw_link_new (&fields);
    }
  else
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "no device with index %u", link->index);
  leave_as_worker (kernel);
  return described;
}

static void
add_entry (GArray *entries, VswMac mac, guint port, gboolean is_static, gboolean is_local)
{
  VswForwardingEntry entry = { .mac = mac, .port = port, .is_static = is_static, .is_local = is_local };

  g_array_append_val (entries, entry);
}

static void
collect_entries (FakeLink *bridge, GArray *entries)
{
  GHashTableIter iter;
  gpointer value;

  add_entry (entries, bridge->is.mac, 0, FALSE, TRUE);
  for (guint i = 0; i < bridge->ports->len; i++)
    {
      FakeLink *port = g_ptr_array_index (bridge->ports, i);

      add_entry (entries, port->is.mac, port->is.index, FALSE, TRUE);
    }
  g_hash_table_iter_init (&iter, bridge->addresses);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FakeAddress *address = value;

      add_entry (entries, address->mac, address->port->is.index, address->is_static, FALSE);
    }
}

static GArray *
get_forwarding (VswKernel *kernel, guint index, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = enter_as_worker (kernel);
  GArray *entries = NULL;

  if (!strike (self, &self->read_fault, ++self->reads, error))
    {
      FakeLink *bridge = fake_link_get (state->home, index);

      if (bridge != NULL && bridge->is.is_bridge)
        {
          entries = g_array_new (FALSE, TRUE, sizeof (VswForwardingEntry));
          collect_entries (bridge, entries);
        }
      else
        g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "no bridge with index %u", index);
    }
  leave_as_worker (kernel);
  return entries;
}

static GArray *
get_counters (VswKernel *kernel, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = enter_as_worker (kernel);
  g_autoptr (GPtrArray) all = fake_space_list (state->home);
  GArray *counters = NULL;

  if (!strike (self, &self->read_fault, ++self->reads, error))
    {
      counters = g_array_new (FALSE, TRUE, sizeof (VswCounters));
      for (guint i = 0; i < all->len; i++)
        {
          FakeLink *link = g_ptr_array_index (all, i);
          VswCounters one = link->counters;

          one.index = link->is.index;
          g_array_append_val (counters, one);
        }
    }
  leave_as_worker (kernel);
  return counters;
}

static GStrv
probe (VswKernel *kernel, GError **error)
{
  GStrv capabilities;

  enter_as_worker (kernel);
  capabilities = g_strdupv (VSW_FAKE_KERNEL (kernel)->capabilities);
  leave_as_worker (kernel);
  return capabilities;
}

static FakeNews *
take_news (VswFakeKernel *self)
{
  FakeNews *news;

  g_mutex_lock (&self->lock);
  self->held_until = 0;
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
    case FAKE_NEWS_OVERRUN:
      vsw_kernel_emit_overrun (kernel);
      break;
    case FAKE_NEWS_GUARD_LOST:
      vsw_kernel_emit_guard_lost (kernel);
      break;
    }
}

static void
drain (VswKernel *kernel)
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

  g_mutex_lock (&self->lock);
  hold = self->held_until - g_get_monotonic_time ();
  waits = !g_queue_is_empty (&self->state.news);
  g_mutex_unlock (&self->lock);
  *ret_timeout = waits && hold > 0 ? (gint)(hold / 1000 + 1) : -1;
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

  drain (VSW_KERNEL (self));
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs news_functions = { .prepare = prepare_news, .check = check_news, .dispatch = dispatch_news };

static gboolean
watch (VswKernel *kernel, GMainContext *context, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  GSource *source = g_source_new (&news_functions, sizeof (NewsSource));

  g_assert (self->source == NULL);
  ((NewsSource *)source)->kernel = self;
  g_mutex_lock (&self->lock);
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

/* The same order of questions as the real one, and the same answers; here a namespace is a memfd the kernel has made itself. */
static VswNamespace *
inspect (VswKernel *kernel, int fd, guint32 caller, GError **error)
{
  FakeState *state = fake_enter (kernel);
  int flags = fcntl (fd, F_GETFL);
  FakeSpace *space = flags < 0 || (flags & O_PATH) != 0 ? NULL : fake_space_find (state, fd);
  VswNamespace *found = NULL;

  if (flags < 0 || (flags & O_PATH) != 0)
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the descriptor cannot be used: %s",
                 flags < 0 ? g_strerror (errno) : "it was opened with O_PATH");
  else if (space == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the descriptor is no network namespace");
  else if (space == state->home)
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the namespace is the host's own");
  else
    {
      FakeSpace *owned = space;

      while (owned != NULL && owned->owner != caller)
        owned = owned->parent;
      found = vsw_namespace_new (&(VswNamespace){ .fd = fd,
                                                  .inode = space->inode,
                                                  .owner = owned != NULL ? owned->owner : space->owner,
                                                  .is_initial = space->owner == 0 && space->parent == NULL });
    }
  if (found == NULL && fd >= 0)
    close (fd);
  fake_leave (kernel);
  return found;
}

static void
vsw_fake_kernel_init (VswFakeKernel *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->turned);
  fake_state_init (&self->state);
  self->capabilities = g_strdupv ((GStrv)default_capabilities);
}

static void
vsw_fake_kernel_finalize (GObject *object)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (object);

  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  g_clear_pointer (&self->context, g_main_context_unref);
  g_strfreev (self->capabilities);
  fake_state_clear (&self->state);
  g_cond_clear (&self->turned);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (vsw_fake_kernel_parent_class)->finalize (object);
}

static void
vsw_fake_kernel_class_init (VswFakeKernelClass *class)
{
  G_OBJECT_CLASS (class)->finalize = vsw_fake_kernel_finalize;
}

static void
vsw_fake_kernel_init_interface (VswKernelInterface *iface)
{
  iface->apply = apply_op;
  iface->list = list_links;
  iface->reset_guard = reset_guard;
  iface->describe = describe;
  iface->get_forwarding = get_forwarding;
  iface->get_counters = get_counters;
  iface->probe = probe;
  iface->watch = watch;
  iface->drain = drain;
  iface->inspect = inspect;
}

VswKernel *
vsw_fake_kernel_new (void)
{
  return g_object_new (VSW_TYPE_FAKE_KERNEL, NULL);
}
