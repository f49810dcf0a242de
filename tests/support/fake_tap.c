/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_tap.h"

#include <linux/if_arp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/fake_rules.h"

#define ALL_OFFLOADS (VSW_OFFLOAD_CHECKSUM | VSW_OFFLOAD_TSO4 | VSW_OFFLOAD_TSO6 | VSW_OFFLOAD_TSO_ECN)
#define MTU_MAX      (FAKE_MTU_MAX - 14) /* tun_net_init, drivers/net/tun.c: less a header */
#define VNET_HEADER  12                  /* octets */

/* --- who has it open --- */

int
fake_tap_attach (FakeState *self, FakeLink *link)
{
  int ends[2];

  if (!link->tap->has_many_queues && link->tap->ends->len > 0)
    return -1;
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return -1;

  g_array_append_val (link->tap->ends, ends[0]);
  fake_set_cable (self, link, TRUE);
  return ends[1];
}

static gboolean
is_let_go (int end)
{
  struct pollfd one = { .fd = end, .events = 0 };

  return poll (&one, 1, 0) == 1 && (one.revents & POLLHUP) != 0;
}

/* __tun_detach, drivers/net/tun.c: the last one takes the carrier with it, and the device unless it is kept. */
static void
let_go (FakeState *self, FakeLink *link, gboolean is_told)
{
  GArray *ends = link->tap->ends;
  guint before = ends->len;

  for (guint i = ends->len; i > 0; i--)
    if (is_let_go (g_array_index (ends, int, i - 1)))
      g_array_remove_index (ends, i - 1);
  if (ends->len == before)
    return;

  fake_touch (self, link);
  if (ends->len == 0)
    fake_set_cable (self, link, FALSE);
  if (!is_told && !link->is.is_up)
    fake_keep_quiet (link);
  if (ends->len == 0 && !link->is.tap_is_kept)
    fake_destroy (self, link);
}

static void
settle (FakeState *self, gboolean is_told)
{
  for (guint i = self->taps->len; i > 0; i--)
    let_go (self, g_ptr_array_index (self->taps, i - 1), is_told);
}

/* netdev_state_change, net/core/dev.c: of one that is down nobody hears how many have it open. */
void
fake_tap_settle (FakeState *self)
{
  settle (self, FALSE);
}

gboolean
fake_tap_is_any_open (const FakeState *self)
{
  for (guint i = 0; i < self->taps->len; i++)
    if (((FakeLink *)g_ptr_array_index (self->taps, i))->tap->ends->len > 0)
      return TRUE;
  return FALSE;
}

/* --- operations --- */

static gboolean
hand_out (FakeState *self, FakeLink *link, const VswOp *op, guint n, GError **error)
{
  VswHandout *handout = op->handout;

  for (guint i = 0; i < n; i++)
    {
      int fd = fake_tap_attach (self, link);

      if (fd < 0)
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "no descriptors");
          vsw_handout_close (handout);
          fake_tap_settle (self);
          return FALSE;
        }
      vsw_handout_add (handout, fd);
    }
  link->tap->has_vnet_header = op->vnet_header;
  link->tap->offloads = op->vnet_header ? ALL_OFFLOADS : 0;
  handout->has_vnet_header = op->vnet_header;
  handout->vnet_header_size = op->vnet_header ? VNET_HEADER : 0;
  handout->offloads = link->tap->offloads;
  g_strlcpy (handout->device, link->is.name, sizeof handout->device);
  return TRUE;
}

/* Who has no /dev/net/tun cannot open one that is there either. */
static gboolean
check_taps (const FakeState *self, GError **error)
{
  if (self->knows_taps)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "no taps here: cannot open /dev/net/tun");
  return FALSE;
}

/* As Linux tells it: first it is anybody's, then it gets all that makes it ours, and only then it is up. */
gboolean
fake_tap_add (FakeState *self, const VswOp *op, FakeLink *bridge, GError **error)
{
  g_autofree char *alias = vsw_link_alias_new (op->device.name, op->id != NULL ? op->id : "");
  FakeLink *link;

  g_assert (op->keeps || op->handout != NULL);
  if (!check_taps (self, error) || !fake_check_name (self->home, op->device.name, error)
      || !fake_check_mtu (op->mtu, error) || !fake_check_mac (op->mac, error)
      || (bridge != NULL && !fake_check_join (NULL, bridge, error)))
    return FALSE;
  if (op->mtu > MTU_MAX)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "mtu greater than device maximum");
      return FALSE;
    }

  link = fake_link_new_tap (self, self->home, op->device.name, op->queues > 1);
  link->queues = op->queues;
  link->is.mac = (VswMac){ { 0x06, 0, 0, 0, 0, (guint8)link->is.index } };
  fake_flush (self);
  link->is.tap_owner = op->owner;
  link->tap->has_vnet_header = op->vnet_header;
  link->tap->offloads = op->vnet_header ? ALL_OFFLOADS : 0;
  fake_set_mac (self, link, op->mac, NULL);
  fake_set_number (self, link, VSW_ATTRIBUTE_MTU, op->mtu, NULL);
  fake_flush (self);
  if (op->handout != NULL
      && !hand_out (self, link, op, op->handout->wanted > 0 ? op->handout->wanted : op->queues, error))
    return FALSE;
  fake_set_number (self, link, VSW_ATTRIBUTE_GROUP, VSW_GROUP_OURS, NULL);
  fake_set_number (self, link, VSW_ATTRIBUTE_IPV6_QUIET, 1, NULL);
  fake_set_alias (self, link, alias);
  fake_set_bridge (self, link, bridge, NULL);
  link->is.tap_is_kept = op->keeps;
  fake_flush (self);
  fake_set_number (self, link, VSW_ATTRIBUTE_UP, op->up, NULL);
  return TRUE;
}

static gboolean
check_closed (const FakeState *self, const FakeLink *link, GError **error)
{
  if (!check_taps (self, error))
    return FALSE;
  if (link->tap == NULL || (link->is.group != VSW_GROUP_OURS && link->is.group != VSW_GROUP_DOOMED))
    g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT, "%s is no tap of ours", link->is.name);
  else if (link->tap->ends->len > 0)
    g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "tap %s is open elsewhere", link->is.name);
  else
    return TRUE;
  return FALSE;
}

gboolean
fake_tap_open (FakeState *self, const VswOp *op, FakeLink *link, GError **error)
{
  if (!check_closed (self, link, error))
    return FALSE;
  if (op->queues > 1 && !link->tap->has_many_queues)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%s has one queue", link->is.name);
      return FALSE;
    }
  return hand_out (self, link, op, MAX (op->queues, 1), error);
}

void
fake_tap_close (FakeState *self, const VswOp *op)
{
  vsw_handout_close (op->handout);
  settle (self, TRUE);
}

gboolean
fake_tap_release (FakeState *self, const VswOp *op, FakeLink *link, GError **error)
{
  if (op->handout->n_fds == 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "nobody is to have %s", link->is.name);
      return FALSE;
    }
  link->is.tap_is_kept = FALSE;
  fake_touch (self, link);
  return TRUE;
}

gboolean
fake_tap_claim (FakeState *self, const VswOp *op, FakeLink *link, GError **error)
{
  if (!check_closed (self, link, error))
    return FALSE;

  link->is.hardware_type = ARPHRD_ETHER;
  link->is.tap_owner = op->owner;
  link->is.tap_is_kept = op->keeps && link->is.tap_group == VSW_TAP_GROUP_NONE;
  link->tap->has_vnet_header = op->vnet_header;
  fake_touch (self, link);
  if (!link->is.tap_is_kept)
    fake_destroy (self, link);
  return TRUE;
}
