/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_FILE        "lock"
#define SESSION_FILE     "session"
#define SESSION_FILE_NEW "session.new"
#define SESSION_LENGTH   36

void
vsw_fd_close (VswFd fd)
{
  if (fd >= 0)
    close (fd);
}

G_GNUC_PRINTF (3, 4)
static gboolean
fail (GError **error, int code, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (code != 0)
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "%s: %s", text, g_strerror (code));
  else
    g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "%s", text);
  return FALSE;
}

static gboolean
check_directory (int fd, const char *path, GError **error)
{
  struct stat facts;

  if (fstat (fd, &facts) < 0)
    return fail (error, errno, "cannot look at directory %s", path);
  if (facts.st_uid != geteuid ())
    return fail (error, 0, "directory %s belongs to uid %u, not to uid %u that the daemon runs as", path, facts.st_uid,
                 geteuid ());
  if (facts.st_mode & (S_IWGRP | S_IWOTH))
    return fail (error, 0, "directory %s has mode 0%o: others than its owner may write to it", path,
                 facts.st_mode & 07777);
  return TRUE;
}

/**
 * vsw_directory_open:
 * @path: a state or runtime directory
 *
 * Opens a directory that is ours alone; makes it, with mode 0700, if only its last component is missing.
 *
 * Errors: STORE, when it is a symbolic link, no directory, of another user, or writable by others. Thread: any.
 *
 * Returns: a descriptor of it, or -1
 */
int
vsw_directory_open (const char *path, GError **error)
{
  /* open ("link/") would follow the link. */
  g_autofree char *plain = g_canonicalize_filename (path, NULL);
  g_auto (VswFd) fd = -1;
  struct stat facts;
  int result;

  if (mkdir (plain, 0700) < 0 && errno != EEXIST)
    {
      fail (error, errno, "cannot make directory %s", path);
      return -1;
    }
  fd = open (plain, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    {
      int code = errno;

      if (lstat (plain, &facts) == 0 && S_ISLNK (facts.st_mode))
        fail (error, 0, "%s is a symbolic link, not a directory", path);
      else
        fail (error, code, "cannot open directory %s", path);
      return -1;
    }
  if (!check_directory (fd, path, error))
    return -1;
  result = fd;
  fd = -1;
  return result;
}

/* Opens a file of ours in that directory, and nothing that only looks like one. */
static int
open_plain (int directory, const char *path, const char *name, int flags, GError **error)
{
  g_auto (VswFd) fd = openat (directory, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
  struct stat facts;
  int result;

  if (fd < 0)
    {
      if (errno == ELOOP)
        fail (error, 0, "%s/%s is a symbolic link", path, name);
      else
        fail (error, errno, "cannot open %s/%s", path, name);
      return -1;
    }
  if (fstat (fd, &facts) < 0 || !S_ISREG (facts.st_mode))
    {
      fail (error, 0, "%s/%s is not a plain file", path, name);
      return -1;
    }
  result = fd;
  fd = -1;
  return result;
}

/**
 * vsw_directory_lock:
 * @directory: the state directory
 * @path: its path, for messages
 *
 * Takes the directory for this process, until the returned descriptor is closed or the process ends, however it ends.
 * The file stays; it holds the pid of whoever took it last.
 *
 * Errors: CONFLICT when another process has it; STORE. Thread: any. Source: flock(2).
 *
 * Returns: a descriptor to keep, or -1
 */
int
vsw_directory_lock (int directory, const char *path, GError **error)
{
  g_auto (VswFd) fd = open_plain (directory, path, LOCK_FILE, O_RDWR | O_CREAT, error);
  g_autofree char *pid = g_strdup_printf ("%d\n", (int)getpid ());
  int result;

  if (fd < 0)
    return -1;
  if (flock (fd, LOCK_EX | LOCK_NB) < 0)
    {
      char holder[16] = "";

      if (errno != EWOULDBLOCK)
        {
          fail (error, errno, "cannot lock %s/" LOCK_FILE, path);
          return -1;
        }
      if (pread (fd, holder, sizeof holder - 1, 0) < 0)
        holder[0] = '\0';
      g_set_error (error, VSW_ERROR, VSW_ERROR_CONFLICT,
                   "state directory %s is in use by another daemon, pid %" G_GINT64_FORMAT, path,
                   g_ascii_strtoll (holder, NULL, 10));
      return -1;
    }
  if (ftruncate (fd, 0) < 0 || pwrite (fd, pid, strlen (pid), 0) != (ssize_t)strlen (pid))
    {
      fail (error, errno, "cannot write %s/" LOCK_FILE, path);
      return -1;
    }
  result = fd;
  fd = -1;
  return result;
}

static gboolean
make_session (int directory, const char *path, GError **error)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *line = g_strconcat (id, "\n", NULL);
  g_auto (VswFd) fd = -1;

  /* Whole or not at all: a reader never finds half a name. */
  if (unlinkat (directory, SESSION_FILE_NEW, 0) < 0 && errno != ENOENT)
    return fail (error, errno, "cannot remove %s/" SESSION_FILE_NEW, path);
  fd = open_plain (directory, path, SESSION_FILE_NEW, O_WRONLY | O_CREAT | O_EXCL, error);
  if (fd < 0)
    return FALSE;
  if (write (fd, line, strlen (line)) != (ssize_t)strlen (line))
    return fail (error, errno, "cannot write %s/" SESSION_FILE_NEW, path);
  if (renameat (directory, SESSION_FILE_NEW, directory, SESSION_FILE) < 0)
    return fail (error, errno, "cannot make %s/" SESSION_FILE, path);
  return TRUE;
}

/**
 * vsw_directory_get_session:
 * @directory: the runtime directory, which a reboot empties
 * @path: its path, for messages
 *
 * Reads the name of this boot session; the first to ask after a boot makes it.
 *
 * Errors: STORE. Thread: any.
 *
 * Returns: (transfer full): a UUID
 */
char *
vsw_directory_get_session (int directory, const char *path, GError **error)
{
  g_auto (VswFd) fd = -1;
  char text[SESSION_LENGTH + 2] = "";

  if (faccessat (directory, SESSION_FILE, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT
      && !make_session (directory, path, error))
    return NULL;
  fd = open_plain (directory, path, SESSION_FILE, O_RDONLY, error);
  if (fd < 0)
    return NULL;
  if (read (fd, text, sizeof text - 1) < 0)
    {
      fail (error, errno, "cannot read %s/" SESSION_FILE, path);
      return NULL;
    }
  g_strchomp (text);
  if (!g_uuid_string_is_valid (text))
    {
      fail (error, 0, "%s/" SESSION_FILE " does not hold the name of a session", path);
      return NULL;
    }
  return g_strdup (text);
}
