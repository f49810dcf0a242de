/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MAX_DEPTH 33 /* user namespaces nest 32 deep, user_namespaces(7) */

/* What a namespace is told apart by. */
typedef struct
{
  dev_t device;
  ino_t inode;
} Identity;

/**
 * vsw_namespace_open_home:
 *
 * Any thread. Errors: KERNEL.
 */
int
vsw_namespace_open_home (GError **error)
{
  int fd = open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    fd = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "cannot open our own network namespace: %s", g_strerror (errno));
  return fd;
}

/* --- what it is --- */

static gboolean
refuse (GError **error, const char *reason)
{
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "that descriptor is no network namespace: %s", reason);
  return FALSE;
}

/* Where it comes from, without asking whoever serves the file: he could hold the answer back for ever (FUSE). A name would not
 * do: a namespace that ip-netns(8) keeps is called as the file it is mounted on. statx(2), AT_STATX_DONT_SYNC. */
static gboolean
read_device (int fd, dev_t *ret_device)
{
  struct statx status;

  if (statx (fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &status) < 0)
    return FALSE;

  *ret_device = makedev (status.stx_dev_major, status.stx_dev_minor);
  return TRUE;
}

/* All namespaces, and nothing else, are on the one device that our own is on (nsfs). */
static gboolean
check_kind (int fd, int home, GError **error)
{
  int flags = fcntl (fd, F_GETFL);
  dev_t theirs;
  dev_t ours;

  if (flags < 0)
    return refuse (error, "it is not open");
  if ((flags & O_PATH) != 0)
    return refuse (error, "it was opened with O_PATH");
  if (!read_device (fd, &theirs) || !read_device (home, &ours))
    return refuse (error, "where it comes from cannot be seen");
  if (theirs != ours)
    return refuse (error, "it is something else");
  if (ioctl (fd, NS_GET_NSTYPE) != CLONE_NEWNET)
    return refuse (error, "it is a namespace of another type");

  return TRUE;
}

static gboolean
identify (int fd, Identity *ret_identity)
{
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0)
    return FALSE;

  *ret_identity = (Identity){ status.st_dev, status.st_ino };
  return TRUE;
}

static gboolean
is_same (Identity a, Identity b)
{
  return a.device == b.device && a.inode == b.inode;
}

/* --- whose it is --- */

static void
close_one (int *fd)
{
  if (*fd >= 0)
    close (*fd);
}

typedef int Descriptor;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Descriptor, close_one)

/* The uid that owns a user namespace, as our own user namespace sees it. */
static gboolean
read_owner (int space, guint32 *ret_owner)
{
  uid_t owner;

  if (ioctl (space, NS_GET_OWNER_UID, &owner) < 0)
    return FALSE;

  *ret_owner = owner;
  return TRUE;
}

/* From the user namespace that owns it up to ours: the owner is the caller if any of them is his. What is above or beside ours cannot be seen (EPERM) and counts for nobody. */
static void
find_caller (int space, Identity ours, guint32 caller, guint32 *owner)
{
  g_auto (Descriptor) current = fcntl (space, F_DUPFD_CLOEXEC, 0);
  Identity identity;

  for (guint depth = 0; depth < MAX_DEPTH && *owner != caller; depth++)
    {
      int parent = ioctl (current, NS_GET_PARENT);
      guint32 uid;

      if (parent < 0)
        return;
      close_one (&current);
      current = parent;
      if (!identify (current, &identity) || is_same (identity, ours))
        return;
      if (read_owner (current, &uid) && uid == caller)
        *owner = caller;
    }
}

static gboolean
find_owner (int fd, int home, guint32 caller, VswNamespace *fields, GError **error)
{
  g_auto (Descriptor) space = ioctl (fd, NS_GET_USERNS);
  g_auto (Descriptor) home_space = ioctl (home, NS_GET_USERNS);
  Identity theirs;
  Identity ours;

  if (space < 0 || !identify (space, &theirs) || !read_owner (space, &fields->owner))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "the owner of that network namespace cannot be seen: %s", g_strerror (errno));
      return FALSE;
    }
  /* A daemon in a user namespace below that of its network namespace could not do its work anyway. */
  if (!identify (home_space, &ours))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "the owner of our own network namespace cannot be seen: %s",
                   g_strerror (errno));
      return FALSE;
    }

  fields->is_initial = is_same (theirs, ours);
  if (!fields->is_initial)
    find_caller (space, ours, caller, &fields->owner);
  return TRUE;
}

static gboolean
classify (int fd, int home, guint32 caller, VswNamespace *fields, GError **error)
{
  Identity theirs;
  Identity ours;

  if (!check_kind (fd, home, error))
    return FALSE;
  if (!identify (fd, &theirs) || !identify (home, &ours))
    return refuse (error, g_strerror (errno));

  fields->inode = theirs.inode;
  if (is_same (theirs, ours))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the network namespace is the host's own");
      return FALSE;
    }

  return find_owner (fd, home, caller, fields, error);
}

/**
 * vsw_namespace_classify:
 * @fd: from a caller; taken over
 * @home: our own network namespace
 * @caller: uid whose namespaces, and those below his, count as his
 *
 * ioctl_ns(2), user_namespaces(7). Main. Errors: INVALID_ARGUMENT with the reason, KERNEL.
 */
VswNamespace *
vsw_namespace_classify (int fd, int home, guint32 caller, GError **error)
{
  VswNamespace fields = { .fd = fd };
  g_autoptr (VswNamespace) value = NULL;

  /* The value closes it, when it goes, on a thread of its own. */
  if (!classify (fd, home, caller, &fields, error))
    {
      value = vsw_namespace_new (&fields);
      return NULL;
    }

  return vsw_namespace_new (&fields);
}
