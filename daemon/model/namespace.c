/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/namespace.h"

#include <unistd.h>

static gpointer
close_descriptor (gpointer fd)
{
  close (GPOINTER_TO_INT (fd));
  return NULL;
}

/* Closing may block for as long as a caller likes (a descriptor of a FUSE file system of his), so it is nobody's thread that
 * closes. A thread that cannot be made leaves only the other way. */
static void
clear_namespace (gpointer value)
{
  VswNamespace *self = value;
  if (self->fd < 0)
    return;
  GThread *thread = g_thread_try_new ("close", close_descriptor, GINT_TO_POINTER (self->fd), NULL);
  if (thread == NULL)
    close (self->fd);
  else
    g_thread_unref (thread);
}

/**
 * vsw_namespace_new:
 * @fields: what kernel/ found out; the descriptor is taken over (-1: none)
 *
 * Makes the value of a namespace. (transfer full) Any thread.
 */
VswNamespace *
vsw_namespace_new (const VswNamespace *fields)
{
  return g_atomic_rc_box_dup (sizeof *fields, (gpointer) fields);
}

/**
 * vsw_namespace_ref:
 *
 * Takes a reference. Returns the same value. Any thread.
 */
VswNamespace *
vsw_namespace_ref (VswNamespace *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * vsw_namespace_unref:
 *
 * Drops a reference; with the last one the descriptor is closed, on a thread of its own. Any thread.
 */
void
vsw_namespace_unref (VswNamespace *self)
{
  g_atomic_rc_box_release_full (self, clear_namespace);
}
