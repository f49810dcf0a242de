/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a rollback, for resolve_rollback.c and resolve_restore.c.
 *
 * Each function brings back what it can and notes what it cannot, with the reason: one object that the world outside has moved on from
 * keeps none of the others from going back. */
#pragma once

#include "model/resolve.h"

G_BEGIN_DECLS

typedef struct
{
  VswResolver *resolver;           /* (unowned) */
  const VswChange *change;         /* (unowned) */
  const VswCheckpoint *checkpoint; /* (unowned) no longer in the model */
  GHashTable *taken;               /* (owned) id → (owned) VswValue as it was a moment ago, out of the model now */
  GPtrArray *losses;               /* (unowned) (element-type utf8) */
} VswRollback;

void vsw_rollback_lose (VswRollback *self, const VswValue *value, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* Without the rights of an administrator it plugs nothing into switches of others that is not there anyway. */
gboolean vsw_rollback_may_join (const VswRollback *self, const VswSwitch *target);

/* resolve_restore.c: puts back what the log says of an object; failing that, what was taken. */
void vsw_rollback_restore_switch (VswRollback *self, const VswSwitch *target);
void vsw_rollback_restore_system (VswRollback *self, const VswSystem *target);
void vsw_rollback_restore_setting (VswRollback *self, const VswSetting *target);
void vsw_rollback_restore_nic (VswRollback *self, const VswNic *target);
/* resolve_recover.c: NICs of the host. What the host is reached by moves back first of all. */
void vsw_rollback_release_hosts (VswRollback *self, GPtrArray *entries);
void vsw_rollback_restore_uplink (VswRollback *self, const VswNic *target);
/* Whether an uplink comes back whose IP that internal NIC had. */
gboolean vsw_rollback_has_uplink_for (const VswRollback *self, const char *host_id);
/* resolve_replug.c */
void vsw_rollback_restore_port (VswRollback *self, const VswPort *target);
/* When everything else is back. */
void vsw_rollback_settle_setting (VswRollback *self, const char *id);
void vsw_rollback_settle_system (VswRollback *self, const char *id);

G_END_DECLS
