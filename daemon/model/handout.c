/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/handout.h"

#include <string.h>
#include <unistd.h>

/**
 * vsw_handout_new:
 * @wanted: queues asked for; 0: all
 *
 * Makes an empty box. (transfer full) Any thread.
 */
VswHandout *
vsw_handout_new (guint wanted)
{
  VswHandout *self = g_atomic_rc_box_new0 (VswHandout);
  self->wanted = wanted;
  return self;
}

/**
 * vsw_handout_ref:
 *
 * Takes a reference. Any thread.
 */
VswHandout *
vsw_handout_ref (VswHandout *self)
{
  return g_atomic_rc_box_acquire (self);
}

static gpointer
close_all (gpointer data)
{
  VswHandout *rest = data;
  vsw_handout_close (rest);
  g_free (rest);
  return NULL;
}

/* A thread that cannot be made leaves only the other way. */
static void
clear_handout (gpointer data)
{
  VswHandout *self = data;
  if (self->n_fds == 0)
    return;
  VswHandout *rest = g_memdup2 (self, sizeof *self);
  GThread *thread = g_thread_try_new ("close", close_all, rest, NULL);
  if (thread == NULL)
    close_all (rest);
  else
    g_thread_unref (thread);
}

/**
 * vsw_handout_unref:
 *
 * Drops a reference; with the last one what is still in it is closed, on a thread of its own. Any thread.
 */
void
vsw_handout_unref (VswHandout *self)
{
  g_atomic_rc_box_release_full (self, clear_handout);
}

/**
 * vsw_handout_add:
 * @fd: taken over; at most VSW_QUEUES_MAX go in
 *
 * Puts a descriptor in. Worker.
 */
void
vsw_handout_add (VswHandout *self, int fd)
{
  g_assert (self->n_fds < G_N_ELEMENTS (self->fds));
  self->fds[self->n_fds++] = fd;
}

/**
 * vsw_handout_close:
 *
 * Closes what is in it. Blocks for as long as the kernel takes to delete a tap. Worker.
 */
void
vsw_handout_close (VswHandout *self)
{
  for (guint i = 0; i < self->n_fds; i++)
    close (self->fds[i]);
  self->n_fds = 0;
}

/**
 * vsw_handout_steal:
 * @ret_n: (out): how many
 *
 * Takes everything out. (transfer full) Main thread.
 */
int *
vsw_handout_steal (VswHandout *self, guint *ret_n)
{
  int *fds = g_memdup2 (self->fds, sizeof self->fds);
  *ret_n = self->n_fds;
  self->n_fds = 0;
  return fds;
}
