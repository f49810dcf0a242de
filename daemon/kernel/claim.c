/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/claim.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "org.vmswitch1.network"

struct _VswClaim
{
  int fd; /* (owned) -1: somebody else has the name, who is no daemon */
};

static socklen_t
make_address (struct sockaddr_un *address)
{
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy (address->sun_path + 1, NAME, strlen (NAME));

  return (socklen_t)(offsetof (struct sockaddr_un, sun_path) + 1 + strlen (NAME));
}

/* Who listens there. Any user may take an abstract name; only one of our uid, or root, can be a daemon of ours. */
static gboolean
find_holder (struct ucred *ret_holder)
{
  struct sockaddr_un address;
  socklen_t size = make_address (&address);
  socklen_t length = sizeof *ret_holder;
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean found = fd >= 0 && connect (fd, (struct sockaddr *)&address, size) == 0
                   && getsockopt (fd, SOL_SOCKET, SO_PEERCRED, ret_holder, &length) == 0;

  if (fd >= 0)
    close (fd);

  return found && (ret_holder->uid == getuid () || ret_holder->uid == 0);
}

/**
 * vsw_claim_new:
 * @error: return location
 *
 * Claims the network namespace of this process. Thread: main. Errors: CONFLICT, naming the process that has it; KERNEL.
 *
 * Returns: (transfer full): held until it is freed
 */
VswClaim *
vsw_claim_new (GError **error)
{
  g_autoptr (VswClaim) self = g_new0 (VswClaim, 1);
  struct sockaddr_un address;
  socklen_t size = make_address (&address);
  struct ucred holder;

  self->fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (self->fd >= 0 && bind (self->fd, (struct sockaddr *)&address, size) == 0 && listen (self->fd, 8) == 0)
    return g_steal_pointer (&self);

  if (errno != EADDRINUSE)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "cannot claim this network namespace: %s", g_strerror (errno));
      return NULL;
    }
  if (find_holder (&holder))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT,
                   "another vmswitchd, process %d, serves the switches of this network namespace as org.vmswitch1",
                   holder.pid);
      return NULL;
    }

  g_warning ("an ordinary user holds the socket @" NAME ": a second vmswitchd could not be told from us");
  close (self->fd);
  self->fd = -1;

  return g_steal_pointer (&self);
}

void
vsw_claim_free (VswClaim *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}
