/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No property is writable: whoever tries is told which method to call instead. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void vsw_refusal_install (GDBusConnection *connection);

G_END_DECLS
