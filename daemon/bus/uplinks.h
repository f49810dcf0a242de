/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches over the uplinks of switches: says in Manager.Warnings (uplink-managed) when somebody else manages one, or the host has addresses on it.
 *
 * Looks when uplinks come and change, when there is a bus, and every half minute while there are any. Changes nothing. Main thread only. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct _VswUplinks VswUplinks;

VswUplinks *vsw_uplinks_new (VswEngine *engine);
void vsw_uplinks_free (VswUplinks *self);

/* The bus that other managers may be on; NULL: there is none. */
void vsw_uplinks_set_connection (VswUplinks *self, GDBusConnection *connection);
/* Milliseconds from one look to the next while nothing happens; half a minute unless told. */
void vsw_uplinks_set_interval (VswUplinks *self, guint milliseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswUplinks, vsw_uplinks_free)

G_END_DECLS
