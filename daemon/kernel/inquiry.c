/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/inquiry.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel/read.h"

struct _VswInquiry
{
  VswKnown *known;   /* (unowned) */
  VswSocket *socket; /* (owned) the thread's */
  GThread *thread;   /* (owned) (nullable) */
  int fd;            /* (owned) eventfd */

  GMutex lock; /* guards what follows */
  GCond asked;
  GHashTable *waiting; /* (owned) set of indexes */
  gboolean is_over;
};

/* The next question; FALSE: there will be none. */
static gboolean
wait_for_question (VswInquiry *self, guint *ret_index)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  GHashTableIter iter;
  gpointer index;

  while (!self->is_over && g_hash_table_size (self->waiting) == 0)
    g_cond_wait (&self->asked, &self->lock);
  if (self->is_over)
    return FALSE;

  g_hash_table_iter_init (&iter, self->waiting);
  g_hash_table_iter_next (&iter, &index, NULL);
  g_hash_table_iter_remove (&iter);
  *ret_index = GPOINTER_TO_UINT (index);
  return TRUE;
}

static gpointer
work (gpointer data)
{
  VswInquiry *self = data;
  guint index;

  while (wait_for_question (self, &index))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (VswLink) link = vsw_read_link (self->socket, (VswDeviceRef){ .index = index }, &error);
      guint64 one = 1;

      if (link == NULL && !g_error_matches (error, VSW_ERROR, VSW_ERROR_NOT_FOUND))
        g_warning ("cannot ask whose tap with index %u is: %s", index, error->message);
      if (link == NULL || !link->is_tap)
        continue;
      vsw_known_tell_owner (self->known, link);
      if (write (self->fd, &one, sizeof one) < 0)
        g_warning ("cannot tell whose tap with index %u is: %s", index, g_strerror (errno));
    }

  return NULL;
}

/**
 * vsw_inquiry_new:
 *
 * Opens its socket in the network namespace of the calling thread. Main. Errors: KERNEL.
 */
VswInquiry *
vsw_inquiry_new (VswKnown *known, GError **error)
{
  g_autoptr (VswInquiry) self = g_new0 (VswInquiry, 1);

  self->known = known;
  g_mutex_init (&self->lock);
  g_cond_init (&self->asked);
  self->waiting = g_hash_table_new (NULL, NULL);
  self->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->fd < 0)
    {
      vsw_errno_set_error (errno, "make an eventfd", NULL, error);
      return NULL;
    }
  self->socket = vsw_socket_open (NETLINK_ROUTE, error);
  if (self->socket == NULL)
    return NULL;
  self->thread = g_thread_new ("inquiry", work, self);

  return g_steal_pointer (&self);
}

void
vsw_inquiry_free (VswInquiry *self)
{
  g_mutex_lock (&self->lock);
  self->is_over = TRUE;
  g_cond_signal (&self->asked);
  g_mutex_unlock (&self->lock);

  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_clear_pointer (&self->socket, vsw_socket_close);
  if (self->fd >= 0)
    close (self->fd);
  g_hash_table_unref (self->waiting);
  g_cond_clear (&self->asked);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
vsw_inquiry_ask (VswInquiry *self, guint index)
{
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->waiting, GUINT_TO_POINTER (index));
  g_cond_signal (&self->asked);
  g_mutex_unlock (&self->lock);
}

int
vsw_inquiry_get_fd (VswInquiry *self)
{
  return self->fd;
}

void
vsw_inquiry_take (VswInquiry *self)
{
  guint64 count;

  if (read (self->fd, &count, sizeof count) < 0 && errno != EAGAIN)
    g_warning ("cannot take answers: %s", g_strerror (errno));
}
