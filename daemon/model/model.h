/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the network should be: every switch, port, NIC and virtual system, indexed, with the rules that hold between them.
 *
 * Main thread only. `resolve` is the one place where rules are enforced; it changes the model as it goes, so that a later change
 * of a request sees an earlier one, and leaves it changed: the caller plans, then calls `revert`, and `apply` once it has
 * become true. Nothing here knows a bus, a kernel, a file or a main loop. */
#pragma once

#include "model/change.h"
#include "model/delta.h"
#include "model/link.h"
#include "model/rules.h"

G_BEGIN_DECLS

typedef struct _VswModel VswModel;

VswModel *vsw_model_new (const VswRules *rules);
void vsw_model_free (VswModel *self);
const VswRules *vsw_model_get_rules (VswModel *self);

/* change */
/* Notes in a change what has to be known before it is resolved and links do not tell: its `ips`. */
void vsw_model_ask (VswModel *self, VswLinks *links, VswChange *change);
gboolean vsw_model_resolve (VswModel *self, VswLinks *links, GPtrArray *changes, VswDelta **ret_delta, GError **error);
void vsw_model_apply (VswModel *self, VswDelta *delta);
void vsw_model_revert (VswModel *self, VswDelta *delta);

/* find: NULL if there is none */
VswValue *vsw_model_get (VswModel *self, const char *id);
VswSwitch *vsw_model_get_switch (VswModel *self, const char *id);
VswPort *vsw_model_get_port (VswModel *self, const char *id);
VswNic *vsw_model_get_nic (VswModel *self, const char *id);
VswSwitch *vsw_model_find_switch (VswModel *self, const char *name);
VswPort *vsw_model_find_port (VswModel *self, const char *switch_id, const char *name);
VswNic *vsw_model_find_nic (VswModel *self, const char *name);
VswPort *vsw_model_find_port_of_nic (VswModel *self, const char *nic_id);
VswSystem *vsw_model_get_system (VswModel *self, const char *id);
VswSetting *vsw_model_get_setting (VswModel *self, const char *id);
VswSystem *vsw_model_find_system (VswModel *self, const char *name);
VswSetting *vsw_model_find_setting (VswModel *self, const char *system_id, const char *name);
/* The setting whose NIC has that name, or will have it. */
VswSetting *vsw_model_find_setting_by_nic_name (VswModel *self, const char *name);
/* What a setting has become, while its system is enabled. */
VswNic *vsw_model_find_nic_of_setting (VswModel *self, const char *setting_id);
/* The system that a NIC was made for. */
VswSystem *vsw_model_find_system_of_nic (VswModel *self, const VswNic *nic);
VswCheckpoint *vsw_model_get_checkpoint (VswModel *self, const char *id);
VswCheckpoint *vsw_model_find_checkpoint (VswModel *self, const char *name);
/* The value a kernel device belongs to: a switch, or a NIC for either of its ends. */
VswValue *vsw_model_find_device (VswModel *self, const char *device);

/* The NIC of the host that is bound to a switch. */
VswNic *vsw_model_find_uplink_of (VswModel *self, const char *switch_id);
/* The one whose IP that internal NIC has since SetupSwitch. */
VswNic *vsw_model_find_uplink_for (VswModel *self, const char *host_id);
/* Whether going back to that checkpoint is about NICs of the host. */
gboolean vsw_model_has_uplinks (VswModel *self, const VswCheckpoint *checkpoint);
/* The bound one without a link that this link is. */
VswNic *vsw_model_find_missing_uplink (VswModel *self, VswLinks *links, const VswLink *link);
VswNic *vsw_model_find_uplink_by_port (VswModel *self, VswLinks *links, const VswLink *link);

/* Those that a delta is about, as they were bound, or else as they are to be: either says what they were before. (transfer full)
 * (element-type VswNic) Any thread. */
GPtrArray *vsw_uplinks_list (VswDelta *delta);

/* list: (transfer none), in no order; valid until the next change of the model */
GHashTable *vsw_model_get_switches (VswModel *self);                     /* id → VswSwitch */
GHashTable *vsw_model_get_nics (VswModel *self);                         /* id → VswNic */
GHashTable *vsw_model_get_uplinks (VswModel *self);                      /* id → VswNic, external ones */
GHashTable *vsw_model_get_ports (VswModel *self);                        /* id → VswPort */
GHashTable *vsw_model_get_ports_of (VswModel *self, const char *switch_id); /* name → VswPort; NULL if no such switch */
/* Grows whenever the set of ports of that switch changes: tells whether two lists would differ without listing. */
guint64 vsw_model_get_ports_version (VswModel *self, const char *switch_id);
GHashTable *vsw_model_get_systems (VswModel *self);                      /* id → VswSystem */
GHashTable *vsw_model_get_settings (VswModel *self);                     /* id → VswSetting */
GHashTable *vsw_model_get_settings_of (VswModel *self, const char *system_id); /* name → VswSetting; NULL if no such system */
/* The settings whose connection is that switch or port, by id. (transfer container) (element-type VswSetting) */
GPtrArray *vsw_model_list_settings_on (VswModel *self, const char *connection_id);
/* Every open checkpoint, by number. (transfer container) (element-type VswCheckpoint) */
GPtrArray *vsw_model_list_checkpoints (VswModel *self);
/* Whether a checkpoint would bring back something that went with that bus connection. */
gboolean vsw_model_has_logged (VswModel *self, const char *holder);
/* How many objects of that kind a user owns. */
guint vsw_model_count_owned (VswModel *self, VswKind kind, guint32 owner);
/* ids of everything whose holder is that connection. (transfer full) (element-type utf8) */
GPtrArray *vsw_model_list_held (VswModel *self, const char *holder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswModel, vsw_model_free)

G_END_DECLS
