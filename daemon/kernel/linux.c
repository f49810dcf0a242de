/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/linux.h"

#include <linux/netlink.h>
#include <unistd.h>

#include "kernel/create.h"
#include "kernel/delete.h"
#include "kernel/divert.h"
#include "kernel/forwarding.h"
#include "kernel/guard.h"
#include "kernel/hardware.h"
#include "kernel/host.h"
#include "kernel/ip.h"
#include "kernel/known.h"
#include "kernel/monitor.h"
#include "kernel/namespace.h"
#include "kernel/place.h"
#include "kernel/probe.h"
#include "kernel/read.h"
#include "kernel/set.h"
#include "kernel/survey.h"
#include "kernel/tap.h"

#define MAX_READS 4 /* of a list that signals keep coming between */

struct _VswLinuxKernel
{
  GObject parent;

  VswSession session;
  VswKnown *known;       /* (owned) */
  VswGuard *guard;       /* (owned) */
  VswHardware *hardware; /* (owned) */
  VswMonitor *monitor;   /* (owned) (nullable) until `watch` */
  int home;              /* (owned) descriptor of our own network namespace */
};

static void vsw_linux_kernel_interface_init (VswKernelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VswLinuxKernel, vsw_linux_kernel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VSW_TYPE_KERNEL, vsw_linux_kernel_interface_init))

/* --- worker --- */

static gboolean
apply (VswKernel *kernel, const VswOp *op, GError **error)
{
  VswLinuxKernel *self = VSW_LINUX_KERNEL (kernel);
  VswSession *session = &self->session;

  switch (op->kind)
    {
    case VSW_OP_BRIDGE_ADD:
      return vsw_create_bridge (session, op, error);
    case VSW_OP_VETH_ADD:
      return vsw_create_veth (session, op, error);
    case VSW_OP_TAP_ADD:
      return vsw_tap_add (session, op, error);
    case VSW_OP_TAP_OPEN:
      return vsw_tap_open (session, op, error);
    case VSW_OP_TAP_CLOSE:
      return vsw_tap_close (session, op, error);
    case VSW_OP_TAP_RELEASE:
      return vsw_tap_release (session, op, error);
    case VSW_OP_TAP_CLAIM:
      return vsw_tap_claim (session, op, error);
    case VSW_OP_SET:
      return vsw_set_attribute (session, op, error);
    case VSW_OP_PLACE:
      return vsw_place_device (session, op, error);
    case VSW_OP_ADDRESS_ADD:
      return vsw_forwarding_add (session, op, error);
    case VSW_OP_ADDRESS_DELETE:
      return vsw_forwarding_delete (session, op, error);
    case VSW_OP_GUARD_ADD:
      return vsw_guard_add (self->guard, op->device.name, error);
    case VSW_OP_GUARD_DELETE:
      return vsw_guard_delete (self->guard, op->device.name, error);
    case VSW_OP_IP_PREPARE:
      return vsw_ip_prepare (session, op, error);
    case VSW_OP_IP_FORGET:
      return vsw_ip_forget (session, op, error);
    case VSW_OP_IP_MOVE:
      return vsw_ip_move (session, op, error);
    case VSW_OP_IP_TAKE:
      return vsw_ip_take (session, op, error);
    case VSW_OP_IP_GIVE:
      return vsw_ip_give (session, op, error);
    case VSW_OP_DIVERT_ADD:
      return vsw_divert_add (session, self->guard, op, error);
    case VSW_OP_DIVERT_DELETE:
      return vsw_divert_delete (session, self->guard, op, error);
    case VSW_OP_HOST_ADD:
      return vsw_host_add (session, op, error);
    case VSW_OP_HOST_DELETE:
      return vsw_host_delete (session, op, error);
    case VSW_OP_AWAIT:
      return TRUE; /* vsw_kernel_apply() */
    case VSW_OP_DELETE:
      return vsw_delete_devices (session, op->devices, error);
    }
  g_assert_not_reached ();
}

static VswLinks *
read_list (VswLinuxKernel *self, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (VswLinks) links = vsw_read_links (self->session.route, error);
      g_autoptr (GArray) neighbours = links != NULL ? vsw_read_neighbours (self->session.route, 0, error) : NULL;

      if (neighbours == NULL)
        return NULL;
      vsw_known_replace (self->known, links, neighbours);
      if (self->monitor == NULL || vsw_monitor_has_kept_silence (self->monitor) || i == MAX_READS)
        return g_steal_pointer (&links);
    }
}

static VswLinks *
list (VswKernel *kernel, GError **error)
{
  VswLinuxKernel *self = VSW_LINUX_KERNEL (kernel);
  VswLinks *links;

  if (self->monitor != NULL)
    vsw_monitor_hold (self->monitor);
  links = read_list (self, error);
  if (self->monitor != NULL)
    vsw_monitor_release (self->monitor);

  return links;
}

static gboolean
reset_guard (VswKernel *kernel, GPtrArray *bridges, GError **error)
{
  return vsw_guard_reset (VSW_LINUX_KERNEL (kernel)->guard, bridges, error);
}

/* The link as it is now, not as it was when the caller heard of it: a name may be another device's by now, an index never is. */
static VswLink *
describe (VswKernel *kernel, VswLink *link, GError **error)
{
  VswLinuxKernel *self = VSW_LINUX_KERNEL (kernel);
  VswDeviceRef device = { .index = link->index };
  g_autoptr (VswLink) now = vsw_read_link (self->session.route, device, error);

  return now != NULL ? vsw_hardware_describe (self->hardware, now) : NULL;
}

static VswIpConfig *
get_ip (VswKernel *kernel, guint index, GError **error)
{
  return vsw_ip_get (&VSW_LINUX_KERNEL (kernel)->session, index, error);
}

static GArray *
get_forwarding (VswKernel *kernel, guint bridge, GError **error)
{
  return vsw_forwarding_read (&VSW_LINUX_KERNEL (kernel)->session, bridge, error);
}

static GArray *
get_counters (VswKernel *kernel, GError **error)
{
  return vsw_read_counters (VSW_LINUX_KERNEL (kernel)->session.route, error);
}

static VswSurvey *
get_survey (VswKernel *kernel, GArray *indexes, GError **error)
{
  return vsw_survey_read (&VSW_LINUX_KERNEL (kernel)->session, indexes, error);
}

static GStrv
probe (VswKernel *kernel, GError **error)
{
  VswLinuxKernel *self = VSW_LINUX_KERNEL (kernel);

  return vsw_probe_run (&self->session, self->guard, self->hardware, error);
}

/* --- main --- */

static gboolean
watch (VswKernel *kernel, GMainContext *context, GError **error)
{
  VswLinuxKernel *self = VSW_LINUX_KERNEL (kernel);

  g_assert (self->monitor == NULL);
  self->monitor = vsw_monitor_new (kernel, self->guard, self->known, context, error);
  self->session.known = self->monitor != NULL ? self->known : NULL;
  return self->monitor != NULL;
}

static void
drain (VswKernel *kernel)
{
  VswLinuxKernel *self = VSW_LINUX_KERNEL (kernel);

  if (self->monitor != NULL)
    vsw_monitor_drain (self->monitor);
}

static VswNamespace *
inspect (VswKernel *kernel, int fd, guint32 caller, GError **error)
{
  return vsw_namespace_classify (fd, VSW_LINUX_KERNEL (kernel)->home, caller, error);
}

static void
vsw_linux_kernel_interface_init (VswKernelInterface *iface)
{
  iface->apply = apply;
  iface->list = list;
  iface->reset_guard = reset_guard;
  iface->describe = describe;
  iface->get_ip = get_ip;
  iface->get_forwarding = get_forwarding;
  iface->get_counters = get_counters;
  iface->get_survey = get_survey;
  iface->probe = probe;
  iface->watch = watch;
  iface->drain = drain;
  iface->inspect = inspect;
}

/* --- life --- */

static void
finalize (GObject *object)
{
  VswLinuxKernel *self = VSW_LINUX_KERNEL (object);

  g_clear_pointer (&self->monitor, vsw_monitor_free);
  g_clear_pointer (&self->guard, vsw_guard_close);
  g_clear_pointer (&self->hardware, vsw_hardware_close);
  g_clear_pointer (&self->session.reaper, vsw_reaper_free);
  g_clear_pointer (&self->session.witness, vsw_witness_close);
  g_clear_pointer (&self->session.route, vsw_socket_close);
  g_clear_pointer (&self->known, vsw_known_free);
  if (self->home >= 0)
    close (self->home);

  G_OBJECT_CLASS (vsw_linux_kernel_parent_class)->finalize (object);
}

static void
vsw_linux_kernel_class_init (VswLinuxKernelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
vsw_linux_kernel_init (VswLinuxKernel *self)
{
  self->home = -1;
  self->known = vsw_known_new ();
}

/**
 * vsw_linux_kernel_new:
 *
 * Opens everything in the network namespace of the calling thread. (transfer full) Main. Errors: KERNEL.
 */
VswKernel *
vsw_linux_kernel_new (GError **error)
{
  g_autoptr (VswLinuxKernel) self = g_object_new (VSW_TYPE_LINUX_KERNEL, NULL);

  self->home = vsw_namespace_open_home (error);
  if (self->home < 0)
    return NULL;
  self->session.route = vsw_socket_open (NETLINK_ROUTE, error);
  if (self->session.route == NULL)
    return NULL;
  self->session.witness = vsw_witness_open (error);
  if (self->session.witness == NULL)
    return NULL;
  self->session.reaper = vsw_reaper_new (error);
  if (self->session.reaper == NULL)
    return NULL;
  self->hardware = vsw_hardware_open (error);
  if (self->hardware == NULL)
    return NULL;
  self->guard = vsw_guard_open (error);
  if (self->guard == NULL)
    return NULL;

  return VSW_KERNEL (g_steal_pointer (&self));
}
