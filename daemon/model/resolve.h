/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of vsw_model_resolve(): one request being turned into a delta, change by change. For the resolvers alone.
 *
 * Every function checks first and changes after, so that a failed one has changed nothing; what earlier changes of the request did is undone
 * by resolve.c. All on the main thread. Values passed in are of the model and may be gone on return. */
#pragma once

#include "model/index.h"

G_BEGIN_DECLS

typedef struct
{
  VswModel *model; /* (unowned) */
  VswLinks *links; /* (unowned) */
  VswDelta *delta; /* (unowned) */
} VswResolver;

/* One step: into the delta and the model. */
void vsw_resolver_put (VswResolver *self, gconstpointer before, gconstpointer after, VswNamespace *target);
/* NOT_FOUND if there is none. */
VswSwitch *vsw_resolver_get_switch (VswResolver *self, const char *id, GError **error);
VswPort *vsw_resolver_get_port (VswResolver *self, const char *id, GError **error);
VswNic *vsw_resolver_get_nic (VswResolver *self, const char *id, GError **error);

/* resolve_switch.c */
gboolean vsw_resolve_create_switch (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_modify_switch (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_delete_switch (VswResolver *self, const VswChange *change, GError **error);

/* resolve_port.c */
gboolean vsw_resolve_create_port (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_modify_port (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_delete_port (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_add_address (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_remove_address (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_addresses_fit (VswResolver *self, const VswPort *port, const VswSwitch *target, GError **error);
gboolean vsw_resolve_lifetimes_fit (VswLifetime port, const VswSwitch *target, GError **error);
gboolean vsw_resolve_has_room (VswResolver *self, const VswSwitch *target, const char *port_name, GError **error);
/* The port, and the NIC that it was made for if that is plugged in; another NIC is unplugged. */
void vsw_resolve_drop_port (VswResolver *self, VswPort *port);

/* resolve_connection.c */
gboolean vsw_resolve_connect (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_disconnect (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_move (VswResolver *self, const VswChange *change, GError **error);

/* resolve_nic.c */
gboolean vsw_resolve_create_nic (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_modify_nic (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_delete_nic (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_place (VswResolver *self, const VswChange *change, GError **error);
/* INVALID_ARGUMENT if the NIC asks for a larger MTU than the switch has. */
gboolean vsw_resolve_mtu_fits (const VswNic *nic, guint32 mtu, const char *switch_name, GError **error);

/* pool.c: addresses */
gboolean vsw_pool_is_free (VswModel *model, VswLinks *links, VswMac mac);
gboolean vsw_pool_take (VswModel *model, VswLinks *links, const char *id, VswMac *ret_mac, GError **error);
gboolean vsw_pool_check_static (VswModel *model, VswLinks *links, VswMac mac, GError **error);
VswMac vsw_pool_derive (VswModel *model, VswLinks *links, const char *id);

/* devices.c: a free name of a device, `prefix` and `name` where that fits, else from a hash of the id */
void vsw_devices_choose (VswModel *model, VswLinks *links, const char *prefix, const char *name, const char *id,
                         char ret_device[VSW_INTERFACE_SIZE]);

G_END_DECLS
