/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel makes a tap by an ioctl() that can carry no mark, no address and no bridge (tun_set_iff(), drivers/net/tun.c). So
 * it is not persistent until it is marked: if we die before, it goes with us. All that follows goes to its index, and it is up
 * last of all, when its bridge and its silence are settled.
 *
 * Whoever has a tap open may do to it what he likes (TUNSETOWNER, TUNSETGROUP, TUNSETPERSIST, TUNSETVNETHDRSZ, TUNSETOFFLOAD,
 * TUNSETCARRIER, and TUNSETLINK while it is down and in no bridge);
 * so whatever an opener may count on is set anew for him. While it has no owner anybody may attach himself, which a tap with many
 * queues does not refuse: who did that in the moment before it has one is found out, and the tap is taken apart. */
#include "kernel/tap.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include "kernel/create.h"
#include "kernel/encode.h"
#include "kernel/queues.h"
#include "kernel/read.h"

#define NO_CARRIER 0x0040 /* IFF_NO_CARRIER since Linux 6.1; older kernels look past it */

/* --- which device it is --- */

static int
get_flags (const VswOp *op, gboolean has_many_queues)
{
  return IFF_TAP | IFF_NO_PI | (op->vnet_header ? IFF_VNET_HDR : 0) | (has_many_queues ? IFF_MULTI_QUEUE : 0);
}

/* The device of all these descriptors, as it is now; it must have that index, unless that is 0. */
static VswLink *
identify (VswSession *session, const VswQueues *self, guint index, const char *step, GError **error)
{
  g_autoptr (VswLink) link = NULL;
  struct ifreq first = { 0 };

  if (!vsw_queues_check (ioctl (self->fds[0], TUNGETIFF, &first), step, error))
    return NULL;
  link = vsw_read_link (session->route, vsw_device_ref_by_name (first.ifr_name), error);
  if (link == NULL)
    return NULL;

  for (guint i = 0; i < self->n; i++)
    {
      struct ifreq request = { 0 };

      if (!vsw_queues_check (ioctl (self->fds[i], TUNGETIFF, &request), step, error))
        return NULL;
      if (g_str_equal (request.ifr_name, link->name) && (index == 0 || link->index == index))
        continue;
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "cannot %s: another device took its name meanwhile", step);
      return NULL;
    }

  return g_steal_pointer (&link);
}

/* Of a tap with many queues; that with one has one. */
static gboolean
check_alone (const VswLink *link, guint n, GError **error)
{
  g_autofree char *name = NULL;

  if (link->tap_queues <= n)
    return TRUE;

  name = vsw_text_escape (link->name);
  g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "tap %s is open elsewhere: it has %u queues more", name,
               link->tap_queues - n);
  return FALSE;
}

/* Of a link that is down the kernel does not tell whose it is, whether it stays, or its marks. */
static void
tell (VswSession *session, guint index)
{
  g_autoptr (VswLink) link = NULL;

  if (session->known == NULL)
    return;
  link = vsw_read_link (session->route, (VswDeviceRef){ .index = index }, NULL);
  if (link != NULL)
    vsw_known_tell_tap (session->known, link);
}

/* --- making --- */

/* The first queue, which makes it; its owner comes before its other queues. */
static gboolean
make_device (VswQueues *self, const VswOp *op, const char *step, GError **error)
{
  int flags = get_flags (op, op->queues > 1) | IFF_TUN_EXCL | (op->handout == NULL ? NO_CARRIER : 0);

  return vsw_queues_attach (self, op->device.name, flags, step, error)
         && vsw_queues_check (ioctl (self->fds[0], TUNSETOWNER, (unsigned long)op->owner), step, error)
         && vsw_queues_prepare (self, op->vnet_header, step, error);
}

/* All queues that are handed out. Returns the device (transfer full), which nobody else has open. */
static VswLink *
add_queues (VswSession *session, const VswOp *op, VswQueues *queues, guint index, const char *step, GError **error)
{
  guint wanted = op->handout != NULL && op->handout->wanted > 0 ? op->handout->wanted : MAX (op->queues, 1);
  guint n = op->handout != NULL ? wanted : 1;
  g_autoptr (VswLink) link = NULL;

  g_assert (n <= VSW_QUEUES_MAX);
  while (queues->n < n)
    if (!vsw_queues_attach (queues, op->device.name, get_flags (op, op->queues > 1), step, error))
      return NULL;
  link = identify (session, queues, index, step, error);
  if (link == NULL || !check_alone (link, n, error))
    return NULL;

  return g_steal_pointer (&link);
}

/* Before it is up, and in messages of their own: do_setlink() of net/core/rtnetlink.c has IFF_UP before IFLA_MASTER and
 * IFLA_AF_SPEC. */
static gboolean
set_rules (VswSession *session, const VswLink *link, guint bridge, const char *step, GError **error)
{
  VswDeviceRef device = { .index = link->index };
  struct nl_msg *messages[2];
  guint n = 0;

  if (!link->ipv6_quiet)
    messages[n++] = vsw_encode_set (device, VSW_ATTRIBUTE_IPV6_QUIET, 1);
  if (bridge != 0)
    messages[n++] = vsw_encode_set (device, VSW_ATTRIBUTE_CONTROLLER, bridge);

  return n == 0 || vsw_create_send_all (session, messages, n, step, error);
}

/* From a device that is nobody's to one of ours. */
static gboolean
build (VswSession *session, const VswOp *op, VswQueues *queues, guint index, guint bridge, const char *step,
       GError **error)
{
  g_autofree char *alias = vsw_link_alias_new (op->device.name, op->id != NULL ? op->id : "");
  struct nl_msg *shape = vsw_encode_shape (index, op->mac, op->mtu, alias);
  g_autoptr (VswLink) link = NULL;
  struct nl_msg *up = NULL;

  if (!vsw_create_send_all (session, &shape, 1, step, error))
    return FALSE;
  link = add_queues (session, op, queues, index, step, error);
  if (link == NULL || !set_rules (session, link, bridge, step, error))
    return FALSE;
  if (op->keeps && !vsw_queues_check (ioctl (queues->fds[0], TUNSETPERSIST, 1UL), step, error))
    return FALSE;
  if (!op->up)
    return TRUE;

  up = vsw_encode_set ((VswDeviceRef){ .index = index }, VSW_ATTRIBUTE_UP, 1);
  return vsw_create_send_all (session, &up, 1, step, error);
}

/* The kernel calls an index that is no device's an invalid argument (do_set_master(), net/core/rtnetlink.c). */
static void
say_if_bridge_is_gone (VswSession *session, guint bridge, const char *step, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (VswLink) link = NULL;

  if (bridge == 0)
    return;
  link = vsw_read_link (session->route, (VswDeviceRef){ .index = bridge }, &local);
  if (link != NULL || !g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    return;

  g_clear_error (error);
  g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "cannot %s: its bridge (index %u) is gone", step, bridge);
}

/**
 * vsw_tap_add:
 *
 * VSW_OP_TAP_ADD. Worker. Errors: EXISTS, NOT_FOUND (the bridge), IN_USE (somebody attached himself), INVALID_ARGUMENT,
 * NOT_SUPPORTED (no /dev/net/tun, or it cannot be opened), KERNEL.
 */
gboolean
vsw_tap_add (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *step = g_strdup_printf ("create tap %s", op->device.name);
  g_auto (VswQueues) queues = { 0 };
  g_autoptr (VswLink) link = NULL;
  guint bridge = 0;

  g_assert (op->keeps || op->handout != NULL);
  if (!vsw_find_bridge (session, op->controller, &bridge, error) || !make_device (&queues, op, step, error))
    return FALSE;
  link = identify (session, &queues, 0, step, error);
  if (link == NULL)
    return FALSE;
  if (!build (session, op, &queues, link->index, bridge, step, error))
    {
      session->last_bridge = (VswDeviceRef){ 0 };
      vsw_create_delete_again (session, link->index);
      say_if_bridge_is_gone (session, bridge, step, error);
      return FALSE;
    }

  if (op->handout != NULL)
    vsw_queues_hand_out (&queues, op->handout, link->name, op->vnet_header);
  else
    vsw_queues_close (&queues);
  tell (session, link->index);
  return TRUE;
}

/* --- one that is there --- */

typedef struct
{
  VswLink *link; /* (owned) (nullable) */
  gboolean has_many_queues;
} Found;

static void
keep_found (const struct nlmsghdr *message, gpointer user_data)
{
  Found *found = user_data;

  if (found->link != NULL)
    return;
  found->link = vsw_decode_link (message);
  found->has_many_queues = vsw_decode_has_many_queues (message);
}

/* (transfer full) */
static VswLink *
find_tap (VswSession *session, VswDeviceRef device, gboolean *ret_has_many_queues, const char *step, GError **error)
{
  Found found = { 0 };
  VswAnswer answer;
  gboolean read = vsw_socket_read (session->route, vsw_encode_get_link (device), keep_found, &found, &answer, error)
                  && vsw_answer_check (&answer, step, error);
  g_autoptr (VswLink) link = found.link;

  if (!read)
    return NULL;
  if (link == NULL)
    vsw_errno_set_error (ENODEV, step, NULL, error);
  else if (!link->is_tap || !vsw_link_is_marked (link))
    g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "cannot %s: device with index %u is no tap of ours", step,
                 link->index);
  else
    {
      *ret_has_many_queues = found.has_many_queues;
      return g_steal_pointer (&link);
    }

  return NULL;
}

/* Attaches that many queues, more: further flags. Returns the device (transfer full), which nobody else has open. */
static VswLink *
reopen (VswSession *session, const VswOp *op, guint n, int more, VswQueues *queues, const char *step, GError **error)
{
  gboolean has_many_queues = FALSE;
  g_autoptr (VswLink) link = find_tap (session, op->device, &has_many_queues, step, error);
  g_autoptr (VswLink) now = NULL;

  if (link == NULL || !check_alone (link, 0, error))
    return NULL;
  g_assert (n <= VSW_QUEUES_MAX);
  if (n > 1 && !has_many_queues)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "cannot %s: it has one queue, not %u", step, n);
      return NULL;
    }

  while (queues->n < n)
    if (!vsw_queues_attach (queues, link->name, get_flags (op, has_many_queues) | more, step, error))
      return NULL;
  now = identify (session, queues, link->index, step, error);
  if (now == NULL || !check_alone (now, n, error))
    return NULL;

  return g_steal_pointer (&now);
}

/**
 * vsw_tap_open:
 *
 * VSW_OP_TAP_OPEN. Worker. Errors: IN_USE, NOT_FOUND, CONFLICT (not ours), INVALID_ARGUMENT, NOT_SUPPORTED, KERNEL.
 */
gboolean
vsw_tap_open (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *name = vsw_device_print (op->device);
  g_autofree char *step = g_strdup_printf ("open tap %s", name);
  g_auto (VswQueues) queues = { 0 };
  g_autoptr (VswLink) link = reopen (session, op, MAX (op->queues, 1), 0, &queues, step, error);

  if (link == NULL || !vsw_queues_prepare (&queues, op->vnet_header, step, error))
    return FALSE;

  tell (session, link->index);
  vsw_queues_hand_out (&queues, op->handout, link->name, op->vnet_header);
  return TRUE;
}

/**
 * vsw_tap_close:
 *
 * VSW_OP_TAP_CLOSE. Worker. Never fails.
 */
gboolean
vsw_tap_close (VswSession *session, const VswOp *op, GError **error)
{
  vsw_handout_close (op->handout);
  tell (session, op->device.index);

  return TRUE;
}

/**
 * vsw_tap_release:
 *
 * VSW_OP_TAP_RELEASE. Worker. Errors: NOT_FOUND (it is gone), INVALID_ARGUMENT (the handout is empty), KERNEL.
 */
gboolean
vsw_tap_release (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *name = vsw_device_print (op->device);
  g_autofree char *step = g_strdup_printf ("let go of tap %s", name);

  if (op->handout->n_fds == 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "cannot %s: nobody is to have it", step);
      return FALSE;
    }
  if (!vsw_queues_check (ioctl (op->handout->fds[0], TUNSETPERSIST, 0UL), step, error))
    return FALSE;

  tell (session, op->device.index);
  return TRUE;
}

/* The link type, too, is set through a descriptor only. One that has a group keeps it for good (gid_valid() in __tun_chr_ioctl(),
 * drivers/net/tun.c), so it goes when it is closed. */
static gboolean
restore (const VswQueues *self, const VswOp *op, const VswLink *link, const char *step, GError **error)
{
  int fd = self->fds[0];
  gboolean keeps = op->keeps && link->tap_group == VSW_TAP_GROUP_NONE;

  if (link->hardware_type != ARPHRD_ETHER
      && !vsw_queues_check (ioctl (fd, TUNSETLINK, (unsigned long)ARPHRD_ETHER), step, error))
    return FALSE;
  return vsw_queues_check (ioctl (fd, TUNSETOWNER, (unsigned long)op->owner), step, error)
         && vsw_queues_check (ioctl (fd, TUNSETPERSIST, keeps ? 1UL : 0UL), step, error);
}

/**
 * vsw_tap_claim:
 *
 * VSW_OP_TAP_CLAIM. Nobody has it open, so it has no carrier and is left without. Worker. Errors: IN_USE, NOT_FOUND, CONFLICT
 * (not ours), INVALID_ARGUMENT, NOT_SUPPORTED, KERNEL.
 */
gboolean
vsw_tap_claim (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *name = vsw_device_print (op->device);
  g_autofree char *step = g_strdup_printf ("claim tap %s", name);
  g_auto (VswQueues) queues = { 0 };
  g_autoptr (VswLink) link = reopen (session, op, 1, NO_CARRIER, &queues, step, error);

  if (link == NULL || !restore (&queues, op, link, step, error))
    {
      tell (session, op->device.index); /* its holder may have put it back */
      return FALSE;
    }

  vsw_queues_close (&queues);
  tell (session, link->index);
  return TRUE;
}
