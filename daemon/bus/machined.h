/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual systems that follow a machine of systemd-machined: when the machine of an enabled one goes, it is disabled.
 *
 * Signals only say when to look; what is true is asked of machined, by name, and of the connection that owns its name now, until there is
 * an answer. The machine that was there when it was first seen is the one that is followed: another one of its name, later, means that it
 * has gone. A machine that was never seen since its system was enabled cannot go. Without machined nothing happens, and it is never
 * started. Main thread only. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct _VswMachined VswMachined;

VswMachined *vsw_machined_new (VswEngine *engine);
void vsw_machined_free (VswMachined *self);

/* The bus to look for machined on; NULL: there is none. */
void vsw_machined_set_connection (VswMachined *self, GDBusConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswMachined, vsw_machined_free)

G_END_DECLS
