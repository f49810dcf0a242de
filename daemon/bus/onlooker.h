/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NetworkManager looks at every device that appears. This finds out whether it has, for the engine, which gives a new NIC of the host nothing before
 * (plan/hosting.c). Changes nothing. Main thread only. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct _VswOnlooker VswOnlooker;

VswOnlooker *vsw_onlooker_new (VswEngine *engine);
void vsw_onlooker_free (VswOnlooker *self);

/* The bus that it may be on; NULL: there is none. */
void vsw_onlooker_set_connection (VswOnlooker *self, GDBusConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswOnlooker, vsw_onlooker_free)

G_END_DECLS
