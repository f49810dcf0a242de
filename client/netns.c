/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/netns.h"

#include "client/failure.h"
#include "client/name.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static gboolean
is_number (const char *name)
{
  return name[0] != '\0' && strspn (name, "0123456789") == strlen (name);
}

static char *
new_path (const char *name)
{
  if (strchr (name, '/') != NULL)
    return g_strdup (name);
  if (is_number (name))
    return g_strdup_printf ("/proc/%s/ns/net", name);
  return g_strdup_printf ("/run/netns/%s", name);
}

static VswFailure
get_failure (int code)
{
  if (code == ENOENT || code == ESRCH || code == ENOTDIR)
    return VSW_FAILURE_NOT_FOUND;
  return code == EACCES || code == EPERM ? VSW_FAILURE_REFUSED : VSW_FAILURE_OTHER;
}

/**
 * vsw_netns_open:
 * @name: a name of ip-netns(8), the number of a process, or a path (with a slash)
 * @error: %VSW_FAILURE_NOT_FOUND, %VSW_FAILURE_REFUSED, %VSW_FAILURE_INVALID (it is something else), %VSW_FAILURE_OTHER
 *
 * Opens a network namespace. What the kernel calls one is told by ioctl_ns(2), NS_GET_NSTYPE.
 *
 * Returns: a descriptor that the caller closes, or -1. Any thread.
 */
int
vsw_netns_open (const char *name, GError **error)
{
  g_autofree char *path = new_path (name);
  /* Not blocking, so that a pipe in the way cannot hang us. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

  if (fd < 0)
    {
      int code = errno;

      g_set_error (error, VSW_FAILURE, (int)get_failure (code), "cannot open the network namespace %s: %s", path,
                   g_strerror (code));
      return -1;
    }
  if (ioctl (fd, NS_GET_NSTYPE) != CLONE_NEWNET)
    {
      close (fd);
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_INVALID, "%s is not a network namespace", path);
      return -1;
    }
  return fd;
}

/**
 * vsw_netns_print:
 * @name: what vsw_netns_open() takes
 *
 * Makes a short word for a namespace that can be part of an object's name: its own name, `pidNUMBER`, or the last part of its
 * path, with what no name may hold replaced by `-`.
 *
 * Returns: (transfer full): the word. Any thread.
 */
char *
vsw_netns_print (const char *name)
{
  g_autofree char *last = g_path_get_basename (name);
  g_autofree char *word = is_number (name) ? g_strdup_printf ("pid%s", name) : g_steal_pointer (&last);

  return vsw_name_clean (word);
}
