/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors that come in with messages, wanted or not.
 *
 * Closing one may block for as long as its sender likes (a file of a FUSE file system of his, a socket that lingers). GDBus closes them wherever it
 * frees the message; here that is moved to a thread of its own, for every message, whatever becomes of it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* From now on, for every message that comes in over the connection. Main thread. */
void vsw_received_watch (GDBusConnection *connection);

G_END_DECLS
