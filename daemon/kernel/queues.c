/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/queues.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel/socket.h"

#define TUN_FILE         "/dev/net/tun"
#define VNET_HEADER_SIZE 12 /* octets: struct virtio_net_hdr_v1 of linux/virtio_net.h, as vhost and virtio 1 want it */

/* --- the file --- */

static int
open_file (GError **error)
{
  int fd = TEMP_FAILURE_RETRY (open (TUN_FILE, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  int code = errno;

  if (fd >= 0)
    return fd;

  if (code == ENOENT || code == EACCES || code == EPERM || code == ENODEV || code == ENXIO)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "no taps here: cannot open " TUN_FILE ": %s",
                 g_strerror (code));
  else
    vsw_errno_set_error (code, "open " TUN_FILE, NULL, error);
  return -1;
}

/**
 * vsw_queues_check:
 * @result: of an ioctl()
 *
 * Turns errno into an error. Worker. Errors: NOT_FOUND (the device is gone: EBADFD), INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_queues_check (int result, const char *step, GError **error)
{
  if (result == 0)
    return TRUE;

  vsw_errno_set_error (errno == EBADFD ? ENODEV : errno, step, NULL, error);
  return FALSE;
}

static void
set_attach_error (int code, const char *name, int flags, const char *step, GError **error)
{
  g_autofree char *escaped = vsw_text_escape (name);

  if (code == EBUSY && (flags & IFF_TUN_EXCL) != 0)
    g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "cannot %s: there is a device %s already", step, escaped);
  else if (code == EBUSY)
    g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "tap %s is open elsewhere", escaped);
  else
    vsw_errno_set_error (code, step, NULL, error);
}

/**
 * vsw_queues_attach:
 * @flags: as TUNSETIFF has them
 * @step: what is done, for the message
 *
 * Adds a queue of the tap of that name, which is made if there is none. Worker. Errors: EXISTS (with IFF_TUN_EXCL), IN_USE,
 * INVALID_ARGUMENT, NOT_SUPPORTED (no /dev/net/tun), KERNEL.
 */
gboolean
vsw_queues_attach (VswQueues *self, const char *name, int flags, const char *step, GError **error)
{
  struct ifreq request = { .ifr_flags = (short)flags };
  int fd = open_file (error);

  if (fd < 0)
    return FALSE;

  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  if (ioctl (fd, TUNSETIFF, &request) != 0)
    {
      set_attach_error (errno, name, flags, step, error);
      close (fd);
      return FALSE;
    }
  self->fds[self->n++] = fd;
  if (g_str_equal (request.ifr_name, name))
    return TRUE;

  /* "" and what has a '%' in it are patterns for it. */
  vsw_errno_set_error (EINVAL, step, NULL, error);
  return FALSE;
}

/**
 * vsw_queues_close:
 *
 * A tap that goes with its last descriptor is gone when this returns, and all notifications of it are sent. Worker.
 */
void
vsw_queues_close (VswQueues *self)
{
  for (guint i = 0; i < self->n; i++)
    close (self->fds[i]);
  self->n = 0;
}

/* --- what an opener may count on --- */

/* As much as this kernel does; nothing without a header that could say so. */
static guint32
set_offloads (int fd, gboolean vnet_header)
{
  static const struct
  {
    unsigned long flags;
    guint32 offloads;
  } sets[] = {
    { TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
      VSW_OFFLOAD_CHECKSUM | VSW_OFFLOAD_TSO4 | VSW_OFFLOAD_TSO6 | VSW_OFFLOAD_TSO_ECN },
    { TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6, VSW_OFFLOAD_CHECKSUM | VSW_OFFLOAD_TSO4 | VSW_OFFLOAD_TSO6 },
    { TUN_F_CSUM, VSW_OFFLOAD_CHECKSUM },
    { 0, 0 },
  };

  for (gsize i = vnet_header ? 0 : G_N_ELEMENTS (sets) - 1; i < G_N_ELEMENTS (sets); i++)
    if (ioctl (fd, TUNSETOFFLOAD, sets[i].flags) == 0)
      return sets[i].offloads;

  return 0;
}

/**
 * vsw_queues_prepare:
 *
 * Sets what an opener may count on, whatever another set before. Worker. Errors: NOT_FOUND, KERNEL.
 */
gboolean
vsw_queues_prepare (VswQueues *self, gboolean vnet_header, const char *step, GError **error)
{
  int size = VNET_HEADER_SIZE;

  if (vnet_header && !vsw_queues_check (ioctl (self->fds[0], TUNSETVNETHDRSZ, &size), step, error))
    return FALSE;

  self->offloads = set_offloads (self->fds[0], vnet_header);
  return TRUE;
}

/**
 * vsw_queues_hand_out:
 *
 * Moves everything into a handout. Worker.
 */
void
vsw_queues_hand_out (VswQueues *self, VswHandout *handout, const char *name, gboolean vnet_header)
{
  for (guint i = 0; i < self->n; i++)
    vsw_handout_add (handout, self->fds[i]);
  self->n = 0;
  handout->has_vnet_header = vnet_header;
  handout->vnet_header_size = vnet_header ? VNET_HEADER_SIZE : 0;
  handout->offloads = self->offloads;
  g_strlcpy (handout->device, name, sizeof handout->device);
}
