/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes, as signals of the bus: InterfacesAdded, InterfacesRemoved, PropertiesChanged.
 *
 * Each object that the engine says is about to change is described before and compared after, interface by interface and
 * property by property; what looks the same is not told. New objects are not described before, so a batch costs what its signals cost. */
#pragma once

#include "bus/outbox.h"
#include "bus/view.h"

G_BEGIN_DECLS

#define VSW_OBJECT_MANAGER_INTERFACE "org.freedesktop.DBus.ObjectManager"
#define VSW_PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"

typedef struct _VswPublisher VswPublisher;

/* Listens to the engine from now on; says something while the outbox is open. Both must outlive it. */
VswPublisher *vsw_publisher_new (const VswScene *scene, VswOutbox *outbox);
void vsw_publisher_free (VswPublisher *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswPublisher, vsw_publisher_free)

G_END_DECLS
