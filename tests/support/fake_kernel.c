/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "support/fake_apply.h"
#include "support/fake_ip.h"
#include "support/fake_private.h"
#include "support/fake_tap.h"

static void vsw_fake_kernel_init_interface (VswKernelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VswFakeKernel, vsw_fake_kernel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VSW_TYPE_KERNEL, vsw_fake_kernel_init_interface))

/* As vsw_kernel_probe names them on Linux 6.18 without bridge VLAN filtering. */
static const char *const default_capabilities[] = {
  "guard", "learned-limit", "multicast-snooping", "spanning-tree", "tap", "tap-queues", "veth", NULL
};

FakeState *
fake_enter (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  g_mutex_lock (&self->lock);
  fake_tap_settle (&self->state);
  return &self->state;
}

void
fake_leave (VswKernel *kernel)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);

  fake_flush (&self->state);
  if (self->context != NULL && (!g_queue_is_empty (&self->state.news) || fake_tap_is_any_open (&self->state)))
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

  if (ok && self->journal != NULL)
    {
      g_autofree char *text = vsw_op_print (op);

      g_string_append_printf (self->journal, "%s\n", text);
    }
  leave_as_worker (kernel);
  return ok;
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
      fake_hold_news (self);
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

/* A device's own address, unless VSW_OP_HOST_ADD has put it elsewhere. */
static void
add_local (GArray *entries, const FakeLink *bridge, const FakeLink *link)
{
  if (fake_find_address (bridge, link->is.mac) == NULL)
    add_entry (entries, link->is.mac, link == bridge ? 0 : link->is.index, FALSE, TRUE);
}

static void
collect_entries (FakeLink *bridge, GArray *entries)
{
  GHashTableIter iter;
  gpointer value;

  add_local (entries, bridge, bridge);
  for (guint i = 0; i < bridge->ports->len; i++)
    add_local (entries, bridge, g_ptr_array_index (bridge->ports, i));
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

static VswIpConfig *
get_ip (VswKernel *kernel, guint index, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = enter_as_worker (kernel);
  FakeLink *link = fake_link_get (state->home, index);
  VswIpConfig *ip = NULL;

  if (!strike (self, &self->read_fault, ++self->reads, error))
    {
      if (link != NULL)
        ip = fake_ip_get (link);
      else
        g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "no device with index %u", index);
    }
  leave_as_worker (kernel);
  return ip;
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

/* Comes unasked, so it is no call that a test waits for: `block` lets it pass. */
static VswSurvey *
get_survey (VswKernel *kernel, GArray *indexes, GError **error)
{
  VswFakeKernel *self = VSW_FAKE_KERNEL (kernel);
  FakeState *state = fake_enter (kernel);
  VswSurvey *survey = NULL;

  if (self->is_busy)
    g_error ("two threads are in worker calls of the kernel at once");
  if (!strike (self, &self->survey_fault, ++self->surveys, error))
    survey = fake_survey_new (state, indexes);
  fake_leave (kernel);
  return survey;
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
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the network namespace is the host's own");
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
  fake_survey_init (&self->state);
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
  if (self->journal != NULL)
    g_string_free (self->journal, TRUE);
  fake_survey_clear (&self->state);
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
  iface->get_ip = get_ip;
  iface->get_forwarding = get_forwarding;
  iface->get_counters = get_counters;
  iface->get_survey = get_survey;
  iface->probe = probe;
  iface->watch = fake_watch;
  iface->drain = fake_drain;
  iface->inspect = inspect;
}

VswKernel *
vsw_fake_kernel_new (void)
{
  return g_object_new (VSW_TYPE_FAKE_KERNEL, NULL);
}
