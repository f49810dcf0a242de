/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/reaper.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct _VswErrand
{
  struct nl_msg *message; /* (owned) (nullable) until it is sent */
  int fd;                 /* (owned) eventfd; -1: none to be had */
  gint is_back;           /* atomic; `answer` is written before */
  VswAnswer answer;
};

struct _VswReaper
{
  GThreadPool *pool;    /* (owned) */
  GAsyncQueue *sockets; /* (owned) (element-type VswSocket) those not in use */
};

static void
clear_errand (gpointer data)
{
  VswErrand *self = data;

  g_clear_pointer (&self->message, nlmsg_free);
  if (self->fd >= 0)
    close (self->fd);
}

void
vsw_errand_unref (VswErrand *self)
{
  g_atomic_rc_box_release_full (self, clear_errand);
}

int
vsw_errand_get_fd (VswErrand *self)
{
  return self->fd;
}

/**
 * vsw_errand_is_back:
 * @ret_answer: set if it is
 *
 * Any thread.
 */
gboolean
vsw_errand_is_back (VswErrand *self, VswAnswer *ret_answer)
{
  if (!g_atomic_int_get (&self->is_back))
    return FALSE;

  *ret_answer = self->answer;
  return TRUE;
}

static void
run_errand (gpointer data, gpointer user_data)
{
  VswErrand *errand = data;
  VswReaper *self = user_data;
  VswSocket *socket = g_async_queue_pop (self->sockets);
  g_autoptr (GError) error = NULL;
  guint64 one = 1;

  if (!vsw_socket_request (socket, g_steal_pointer (&errand->message), &errand->answer, &error))
    {
      errand->answer.code = EIO;
      g_strlcpy (errand->answer.text, error->message, sizeof errand->answer.text);
    }
  g_async_queue_push (self->sockets, socket);

  g_atomic_int_set (&errand->is_back, TRUE);
  if (errand->fd >= 0 && write (errand->fd, &one, sizeof one) < 0)
    g_warning ("cannot tell that a delete request is back: %s", g_strerror (errno));
  vsw_errand_unref (errand);
}

/**
 * vsw_reaper_new:
 *
 * Opens its sockets in the network namespace of the calling thread. Errors: KERNEL.
 */
VswReaper *
vsw_reaper_new (GError **error)
{
  g_autoptr (VswReaper) self = g_new0 (VswReaper, 1);

  self->sockets = g_async_queue_new_full ((GDestroyNotify)vsw_socket_close);
  self->pool = g_thread_pool_new (run_errand, self, VSW_REAPERS, FALSE, NULL);
  for (guint i = 0; i < VSW_REAPERS; i++)
    {
      VswSocket *socket = vsw_socket_open (NETLINK_ROUTE, error);

      if (socket == NULL)
        return NULL;
      g_async_queue_push (self->sockets, socket);
    }

  return g_steal_pointer (&self);
}

void
vsw_reaper_free (VswReaper *self)
{
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_async_queue_unref (self->sockets);
  g_free (self);
}

/**
 * vsw_reaper_send:
 * @message: (transfer full): a request
 *
 * Returns at once. Any thread.
 */
VswErrand *
vsw_reaper_send (VswReaper *self, struct nl_msg *message)
{
  VswErrand *errand = g_atomic_rc_box_new0 (VswErrand);
  g_autoptr (GError) error = NULL;

  errand->message = message;
  errand->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (!g_thread_pool_push (self->pool, g_atomic_rc_box_acquire (errand), &error))
    g_warning ("delete request waits for a thread: %s", error->message);

  return errand;
}
