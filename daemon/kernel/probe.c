/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Old kernels ignore attributes that they do not know, so what counts is not that a request is accepted but what is read back. */
#include "kernel/probe.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <unistd.h>

#include "kernel/create.h"
#include "kernel/delete.h"
#include "kernel/encode.h"
#include "kernel/read.h"
#include "kernel/tap.h"

#define SOME_LIMIT   7          /* of learned addresses: any number but 0 */
#define NO_NAMESPACE 0x7ffffffe /* a number that no namespace has here */

typedef struct
{
  VswSession *session;
  GPtrArray *found; /* (element-type utf8) static strings */
  GArray *devices;  /* (element-type VswDeviceRef) to be thrown away */
  VswDeviceRef bridge;
} Probe;

static void
report (Probe *self, const char *name, gboolean is_there)
{
  if (is_there)
    g_ptr_array_add (self->found, (gpointer)name);
}

/* A name that is free, or as good as; others keep off it as they do off all devices of ours (data/). */
static VswDeviceRef
new_name (const char *kind)
{
  g_autofree char *name = g_strdup_printf (VSW_DEVICE_PREFIX "%s%08x", kind, g_random_int ());

  return vsw_device_ref_by_name (name);
}

/* By index: what is thrown away must be what was made. */
static VswLink *
read_new (Probe *self, VswDeviceRef *device)
{
  VswLink *link = vsw_read_link (self->session->route, *device, NULL);

  if (link == NULL)
    return NULL;
  *device = vsw_device_ref_by_link (link);
  g_array_append_val (self->devices, *device);
  return link;
}

static void
try_bridge (Probe *self)
{
  VswOp op = { .kind = VSW_OP_BRIDGE_ADD,
               .device = new_name ("-"),
               .mac = { { 0x02, 0, 0, 0, 0, 1 } },
               .bridge = { .ageing = 300, .max_learned = SOME_LIMIT } };
  g_autoptr (VswLink) link = NULL;

  if (!vsw_create_bridge (self->session, &op, NULL))
    return;
  self->bridge = op.device;
  link = read_new (self, &self->bridge);

  report (self, "bridge", link != NULL && link->is_bridge);
  report (self, "fdb-limit", link != NULL && link->has_max_learned && link->max_learned == SOME_LIMIT);
  report (self, "ipv6-address-generation", link != NULL && link->ipv6_quiet);
}

static void
try_veth (Probe *self)
{
  VswOp op = { .kind = VSW_OP_VETH_ADD,
               .device = new_name ("p-"),
               .mac = { { 0xfe, 0, 0, 0, 0, 2 } },
               .controller = self->bridge,
               .far = new_name ("g-"),
               .far_mac = { { 0x02, 0, 0, 0, 0, 2 } } };
  g_autoptr (VswLink) link = NULL;

  if (!vsw_create_veth (self->session, &op, NULL))
    return;
  link = read_new (self, &op.device);
  report (self, "veth", link != NULL && link->bridge == self->bridge.index);
}

/* Whatever is left when this returns is deleted with the rest; its descriptors then name nothing. */
static gboolean
try_queues (Probe *self, guint queues)
{
  g_autoptr (VswHandout) handout = vsw_handout_new (0);
  VswOp op = { .kind = VSW_OP_TAP_ADD,
               .device = new_name ("p-"),
               .mac = { { 0xfe, 0, 0, 0, 0, 3 } },
               .queues = queues,
               .owner = getuid (),
               .vnet_header = TRUE,
               .controller = self->bridge,
               .handout = handout };
  g_autoptr (VswLink) link = NULL;
  g_autoptr (GError) error = NULL;

  if (!vsw_tap_add (self->session, &op, &error))
    {
      g_debug ("tried a tap with %u queues: %s", queues, error->message);
      return FALSE;
    }
  link = read_new (self, &op.device);
  return link != NULL && link->is_tap && link->bridge == self->bridge.index && handout->n_fds == queues;
}

static void
try_tap (Probe *self)
{
  gboolean has_queues = try_queues (self, 2);

  report (self, "tap", has_queues || try_queues (self, 1));
  report (self, "tap-queues", has_queues);
}

/* --- bridge VLAN filtering --- */

static void
keep_vlan_filtering (const struct nlmsghdr *message, gpointer user_data)
{
  struct nlattr *info = nlmsg_find_attr ((struct nlmsghdr *)message, sizeof (struct ifinfomsg), IFLA_LINKINFO);
  struct nlattr *data = info != NULL ? nla_find (nla_data (info), nla_len (info), IFLA_INFO_DATA) : NULL;
  struct nlattr *on = data != NULL ? nla_find (nla_data (data), nla_len (data), IFLA_BR_VLAN_FILTERING) : NULL;

  *(gboolean *)user_data = on != NULL && nla_len (on) >= 1 && nla_get_u8 (on) != 0;
}

static void
try_vlan_filtering (Probe *self)
{
  VswSocket *route = self->session->route;
  gboolean is_on = FALSE;
  VswAnswer answer;

  if (self->bridge.index == 0)
    return;
  if (vsw_socket_request (route, vsw_encode_vlan_filtering (self->bridge.index), &answer, NULL) && answer.code == 0)
    vsw_socket_read (route, vsw_encode_get_link (self->bridge), keep_vlan_filtering, &is_on, &answer, NULL);
  report (self, "bridge-vlan-filtering", is_on);
}

/* A kernel that can look into other namespaces refuses a number that stands for none; others do not see it and find the loopback device. */
static void
try_namespace_query (Probe *self)
{
  VswAnswer answer;

  report (self, "namespace-query",
          vsw_socket_request (self->session->route, vsw_encode_get_link_in (NO_NAMESPACE, "lo"), &answer, NULL)
              && answer.code == EINVAL);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static GStrv
sort_names (GPtrArray *found)
{
  GStrv names = g_new0 (char *, found->len + 1);

  g_ptr_array_sort (found, compare_names);
  for (guint i = 0; i < found->len; i++)
    names[i] = g_strdup (g_ptr_array_index (found, i));
  return names;
}

/**
 * vsw_probe_run:
 *
 * Names as in Manager.Capabilities, sorted. Worker. Errors: KERNEL, when the devices that were tried cannot be deleted.
 */
GStrv
vsw_probe_run (VswSession *session, VswGuard *guard, VswHardware *hardware, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autoptr (GArray) devices = g_array_new (FALSE, FALSE, sizeof (VswDeviceRef));
  Probe self = { .session = session, .found = found, .devices = devices };

  try_bridge (&self);
  if (self.bridge.index != 0)
    {
      try_veth (&self);
      try_tap (&self);
      try_vlan_filtering (&self);
      report (&self, "netdev-guard", vsw_guard_try (guard, self.bridge.name));
    }
  try_namespace_query (&self);
  report (&self, "wireless-detection", vsw_hardware_knows_wireless (hardware));

  if (devices->len > 0 && !vsw_delete_devices (session, devices, error))
    return NULL;
  return sort_names (found);
}
