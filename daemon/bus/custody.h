/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before a NIC of the host is bound: whoever else manages it is found, and named, or lets go of it if the caller wishes that and nothing is lost
 * by it. That it is to have it back is in the store before it lets go (bus/custodian.h). Main thread only. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

/* request: one that wants a NIC of the host; it outlives this. connection: the bus that other managers may be on. */
void vsw_custody_async (VswRequest *request, GDBusConnection *connection, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data);
/* FALSE: CONFLICT, naming who has it, or STORE; nobody has let go of anything, or has it back soon. *ret_loan: (transfer full) (nullable) somebody
 * has let go of it for this, and the custodian holds the loan until it is released. */
gboolean vsw_custody_finish (GAsyncResult *result, VswNic **ret_loan, GError **error);

G_END_DECLS
