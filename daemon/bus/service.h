/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service on the bus: its connection, its name, its objects.
 *
 * Takes the name only when everything can be asked. When the bus is lost it comes back with the same objects as soon as
 * there is a bus again; the engine does not notice. Main thread only.
 *
 * Signals:
 *   ready ()                  the name is ours; again after each reconnection
 *   lost ()                   the bus is gone; we keep trying
 *   failed (const GError *)   it cannot work: a bad address, or the name is somebody else's. Nothing more happens */
#pragma once

#include "bus/gate.h"
#include "engine/engine.h"

G_BEGIN_DECLS

#define VSW_BUS_NAME "org.vmswitch1"

#define VSW_TYPE_SERVICE (vsw_service_get_type ())
G_DECLARE_FINAL_TYPE (VswService, vsw_service, VSW, SERVICE, GObject)

/* address: of the bus; NULL: the system bus, or what DBUS_SYSTEM_BUS_ADDRESS says. */
VswService *vsw_service_new (VswEngine *engine, const char *version, const char *address);
/* Who decides, instead of polkit. Before `start`. */
void vsw_service_set_gate (VswService *self, VswGate *gate);
void vsw_service_start (VswService *self);
/* Blocking: refuses what is new or still waits for permission, and sees what runs to its end. */
void vsw_service_stop (VswService *self);

G_END_DECLS
