/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before a NIC of the host is bound: whoever else manages it is found, and named, or lets go of it if the caller wishes that; and gets it back
 * when it is let go. Main thread only. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

/* is_dry: nobody is to do anything. connection: the bus that other managers may be on. */
void vsw_custody_async (const VswCustody *self, gboolean is_dry, GDBusConnection *connection, VswEngine *engine, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data);
/* FALSE: CONFLICT, naming who has it. ret_was_taken: somebody has let go of it for this. */
gboolean vsw_custody_finish (GAsyncResult *result, gboolean *ret_was_taken, GError **error);

/* The NIC was not bound after all; or those that a delta lets go, if somebody let go of them before. */
void vsw_custody_give_back (GDBusConnection *connection, const char *name);
void vsw_custody_give_back_released (GDBusConnection *connection, VswDelta *delta);

G_END_DECLS
