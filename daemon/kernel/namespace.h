/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says what a descriptor from a caller is, before anything is done with it.
 *
 * Owes its callers never to block, whatever the descriptor is: one of a FUSE file system lets its server hold ioctl and close for as long as it likes. So nothing is asked of
 * a descriptor before its kind is certain, and one that is unwanted is closed on a thread of its own. */
#pragma once

#include "model/namespace.h"

G_BEGIN_DECLS

/* Main. Takes the descriptor, also on failure. home: descriptor of our own network namespace. */
VswNamespace *vsw_namespace_classify (int fd, int home, guint32 caller, GError **error);
/* Our own network namespace, that of the calling thread; -1 with an error. */
int vsw_namespace_open_home (GError **error);

G_END_DECLS
