/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call to the service, and what it means that it failed.
 *
 * Owes: every error is of domain VSW_FAILURE. That an object is gone is told as that, whatever the bus says of it. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

GVariant *vsw_call_service (GDBusConnection *connection, const char *path, const char *interface_name,
                            const char *method, GVariant *arguments, const char *reply, GUnixFDList *fds,
                            GUnixFDList **ret_fds, GDBusCallFlags flags, int timeout, GError **error);

G_END_DECLS
