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
  VswDelta *delta; /* (unowned) what has been resolved so far */
  GPtrArray *changes; /* (unowned) (element-type VswChange) the whole request */
} VswResolver;

/* One step: into the delta and the model. */
void vsw_resolver_put (VswResolver *self, gconstpointer before, gconstpointer after, VswNamespace *target);
/* The same for a tap whose descriptors are wanted. */
void vsw_resolver_hand_out (VswResolver *self, gconstpointer before, gconstpointer after, VswHandout *handout);
/* The same for a NIC of the host that has got something. */
void vsw_resolver_take_ip (VswResolver *self, gconstpointer before, gconstpointer after, const VswIpConfig *ip);
/* NOT_FOUND if there is none. */
VswSwitch *vsw_resolver_get_switch (VswResolver *self, const char *id, GError **error);
VswPort *vsw_resolver_get_port (VswResolver *self, const char *id, GError **error);
VswNic *vsw_resolver_get_nic (VswResolver *self, const char *id, GError **error);
VswSystem *vsw_resolver_get_system (VswResolver *self, const char *id, GError **error);
VswSetting *vsw_resolver_get_setting (VswResolver *self, const char *id, GError **error);

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
/* INVALID_ARGUMENT if a caller gave a lifetime that only taps have. */
gboolean vsw_resolve_lifetime_is_plain (VswLifetime lifetime, GError **error);
gboolean vsw_resolve_lifetimes_fit (VswLifetime port, const VswSwitch *target, GError **error);
/* EXISTS, QUOTA_EXCEEDED if there can be no port of that name and owner on it. */
gboolean vsw_resolve_has_room (VswResolver *self, const VswSwitch *target, const char *port_name, guint32 owner,
                               GError **error);
/* The made port of a NIC: on that switch, called and owned as the NIC, and the NIC plugged in. */
gboolean vsw_resolve_plug_new (VswResolver *self, const VswNic *nic, const VswSwitch *target, GError **error);
gboolean vsw_resolve_plug (VswResolver *self, const VswNic *nic, const VswPort *port, GError **error);
gboolean vsw_resolve_move_port (VswResolver *self, const VswPort *port, const VswSwitch *target, GError **error);
/* The port, and the NIC that it was made for if that is plugged in; another NIC is unplugged. */
void vsw_resolve_drop_port (VswResolver *self, VswPort *port);

/* resolve_quota.c: QUOTA_EXCEEDED with what is used apart from this request, what that wants if it is more than one, and the limit */
/* If that user, who is not root, may have no more of that kind. */
gboolean vsw_resolve_within_quota (VswResolver *self, VswKind kind, guint32 owner, guint32 limit, GError **error);
/* If there may be no more of that kind at all. */
gboolean vsw_resolve_within_limit (VswResolver *self, VswKind kind, guint used, guint limit, GError **error);
/* If there can be no more ports on that switch. */
gboolean vsw_resolve_within_switch (VswResolver *self, const VswSwitch *target, GError **error);
/* Whether it is of this request. */
gboolean vsw_resolver_has_made (VswResolver *self, const char *id);

/* resolve_connection.c */
gboolean vsw_resolve_connect (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_disconnect (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_move (VswResolver *self, const VswChange *change, GError **error);

/* resolve_nic.c */
gboolean vsw_resolve_create_nic (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_modify_nic (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_delete_nic (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_place (VswResolver *self, const VswChange *change, GError **error);
/* INVALID_ARGUMENT if a NIC of that kind cannot be made of that. */
gboolean vsw_resolve_backend_fits (VswNicKind kind, VswBackend backend, GError **error);
/* INVALID_ARGUMENT */
gboolean vsw_resolve_nic_numbers (guint32 mtu, guint32 queues, VswNicKind kind, GError **error);
/* EXISTS; setting_id: (nullable) the setting that asks for the name that it keeps. */
gboolean vsw_resolve_nic_name_is_free (VswResolver *self, const char *name, const char *setting_id, GError **error);
/* EXISTS, QUOTA_EXCEEDED if there can be no NIC of that name and owner. setting_id: (nullable) what it is made of. */
gboolean vsw_resolve_nic_has_room (VswResolver *self, const char *name, const char *setting_id, guint32 owner,
                                   GError **error);
/* Puts in what is new: `fields` with its devices chosen. */
void vsw_resolve_put_nic (VswResolver *self, VswNic *fields, VswNamespace *target, VswHandout *handout);
/* Puts in again what had gone, with its devices as they were called if that can be. */
void vsw_resolve_revive_nic (VswResolver *self, VswNic *fields);
/* The NIC goes, with the port that was made for it. */
void vsw_resolve_drop_nic (VswResolver *self, VswNic *nic);
/* It leaves the port that it is plugged into; one that was made for it goes, unless another NIC has come there. */
void vsw_resolve_leave_port (VswResolver *self, const char *nic_id);
/* INVALID_ARGUMENT if the NIC asks for a larger MTU than the switch has. */
gboolean vsw_resolve_mtu_fits (const VswNic *nic, guint32 mtu, const char *switch_name, GError **error);

/* resolve_uplink.c */
/* Below 1280 octets the kernel takes IPv6 off a device: INVALID_ARGUMENT if the host would lose addresses of SetupSwitch on that NIC. */
gboolean vsw_resolve_mtu_serves_host (VswResolver *self, const VswNic *nic, guint32 mtu, GError **error);
gboolean vsw_resolve_bind (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_unbind (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_setup (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_teardown (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_adopt (VswResolver *self, const VswChange *change, GError **error);
/* The NIC that was set up goes with its internal one, and what IP has on that by now comes back to it. */
void vsw_resolve_drop_hosting (VswResolver *self, const VswChange *change, VswNic *uplink, VswNic *host);
/* IN_USE if SetupSwitch made it what the host is reached through, whatever force is used. nic_id: (nullable) */
gboolean vsw_resolve_is_not_hosting (VswResolver *self, const char *nic_id, GError **error);
/* NOT_SUPPORTED of a NIC of the host. */
gboolean vsw_resolve_is_ours (VswResolver *self, const VswNic *nic, GError **error);

/* resolve_open.c */
gboolean vsw_resolve_open (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_queues_fit (const VswNic *nic, guint wanted, GError **error);

/* resolve_system.c */
gboolean vsw_resolve_create_system (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_modify_system (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_delete_system (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_state (VswResolver *self, const VswChange *change, GError **error);
/* A NIC of that system has gone, of that backend: with its last tap, or without any its last one, an enabled system is off. */
void vsw_resolve_settle_system (VswResolver *self, const char *system_id, VswBackend gone);

/* resolve_setting.c */
gboolean vsw_resolve_create_setting (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_modify_setting (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_delete_setting (VswResolver *self, const VswChange *change, GError **error);
/* IN_USE, naming one, if settings name that switch or port and `force` is not set; else they name nothing any more. */
gboolean vsw_resolve_leave_settings (VswResolver *self, const char *connection_id, gboolean force, GError **error);

/* resolve_allocation.c: what settings become while their system is enabled */
gboolean vsw_resolve_allocate (VswResolver *self, const VswSetting *setting, GError **error);
void vsw_resolve_free (VswResolver *self, const VswSetting *setting);
/* Its NIC, if there is one, follows `setting`, of which `given` has just been changed, where it can. */
gboolean vsw_resolve_follow (VswResolver *self, const VswSetting *setting, guint given, GError **error);
/* And its setting, if it has one, follows `nic`. */
void vsw_resolve_be_followed (VswResolver *self, const VswNic *nic, guint given);
/* The setting says where its NIC is now. */
void vsw_resolve_remember (VswResolver *self, const VswSetting *setting);

/* resolve_checkpoint.c */
gboolean vsw_resolve_create_checkpoint (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_extend_checkpoint (VswResolver *self, const VswChange *change, GError **error);
gboolean vsw_resolve_confirm_checkpoint (VswResolver *self, const VswChange *change, GError **error);
void vsw_resolve_forget_holder (VswResolver *self, const VswChange *change);
/* After all changes: into the logs of the checkpoints that cover what they touched, or into one of their own. */
gboolean vsw_resolve_log (VswResolver *self, GPtrArray *changes, GError **error);
VswCheckpoint *vsw_resolver_get_checkpoint (VswResolver *self, const char *id, GError **error);

/* resolve_rollback.c, resolve_restore.c */
gboolean vsw_resolve_rollback (VswResolver *self, const VswChange *change, GError **error);

/* coverage.c: what belongs to a checkpoint */
gboolean vsw_coverage_has (VswModel *model, const VswCheckpoint *checkpoint, const VswValue *value);
/* (transfer full) (element-type utf8) the ids of what a checkpoint with that scope covers now */
GPtrArray *vsw_coverage_list (VswModel *model, const VswCheckpoint *checkpoint);

/* pool.c: addresses */
gboolean vsw_pool_is_free (VswModel *model, VswLinks *links, VswMac mac);
gboolean vsw_pool_take (VswModel *model, VswLinks *links, const char *id, VswMac *ret_mac, GError **error);
gboolean vsw_pool_check_static (VswModel *model, VswLinks *links, VswMac mac, GError **error);
VswMac vsw_pool_derive (VswModel *model, VswLinks *links, const char *id);

/* devices.c: a free name of a device, `prefix` and `name` where that fits, else from a hash of the id */
void vsw_devices_choose (VswModel *model, VswLinks *links, const char *prefix, const char *name, const char *id,
                         char ret_device[VSW_INTERFACE_SIZE]);
/* The name that the device of a value had, or another if that is taken: what goes in the same transaction is still there. */
void vsw_devices_keep (VswModel *model, VswLinks *links, const char *prefix, const VswValue *value,
                       char device[VSW_INTERFACE_SIZE]);

G_END_DECLS
