/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a caller asks for. Names objects by id, never by pointer: what it says is looked up when its turn comes, so nothing
 * can be swapped under it while polkit or the queue makes it wait.
 *
 * A request is a list of changes, in order, all or nothing; a later one may name what an earlier one creates, because
 * the decoder chooses the ids. */
#pragma once

#include "model/checkpoint.h"
#include "model/handout.h"
#include "model/namespace.h"
#include "model/nic.h"
#include "model/port.h"
#include "model/setting.h"
#include "model/switch.h"
#include "model/system.h"

G_BEGIN_DECLS

typedef enum
{
  VSW_CHANGE_CREATE,         /* draft, given */
  VSW_CHANGE_MODIFY,         /* draft (its id says of what), given */
  VSW_CHANGE_DELETE,         /* object_kind, id, force */
  VSW_CHANGE_CONNECT,        /* id: a port; other_id: a NIC */
  VSW_CHANGE_DISCONNECT,     /* id: a port */
  VSW_CHANGE_MOVE,           /* id: a port; other_id: a switch */
  VSW_CHANGE_PLACE,          /* id: a NIC; namespace, interface */
  VSW_CHANGE_ADD_ADDRESS,    /* id: a port; mac */
  VSW_CHANGE_REMOVE_ADDRESS, /* id: a port; mac */
  VSW_CHANGE_OPEN,           /* id: a NIC, a tap; handout */
  VSW_CHANGE_STATE,          /* id: a system; state */
  VSW_CHANGE_BIND,           /* draft: a NIC; other_id: a switch; link, force */
  VSW_CHANGE_UNBIND,         /* id: a NIC; other_id: a switch */
  VSW_CHANGE_SETUP,          /* draft: a NIC; other_id: a switch; link; host: an internal NIC, given: what IP has on the link passes to it */
  VSW_CHANGE_TEARDOWN,       /* id: a switch; force */
  VSW_CHANGE_ADOPT,          /* id: a NIC that is bound: what somebody has given it meanwhile goes where the host has it, or off */
  VSW_CHANGE_CONFIRM_WITHIN, /* draft: a checkpoint without scope; duration: all that the request changes is undone unless confirmed */
  VSW_CHANGE_ROLLBACK,       /* id: a checkpoint; losses */
  VSW_CHANGE_FORGET_HOLDER,  /* id: a holder, as in VswValue: no checkpoint brings back what it held */
} VswChangeKind;

/* Which fields of a draft the caller gave; the others keep their default or their old value. */
typedef enum
{
  VSW_GIVEN_DESCRIPTION = 1 << 0,
  VSW_GIVEN_MTU = 1 << 1,
  VSW_GIVEN_MAC = 1 << 2,
  VSW_GIVEN_AGEING = 1 << 3,
  VSW_GIVEN_MAX_LEARNED = 1 << 4,
  VSW_GIVEN_SPANNING_TREE = 1 << 5,
  VSW_GIVEN_MULTICAST_SNOOPING = 1 << 6,
  VSW_GIVEN_SHARED = 1 << 7,
  VSW_GIVEN_LIFETIME = 1 << 8,
  VSW_GIVEN_QUEUES = 1 << 9,
  VSW_GIVEN_MACHINE = 1 << 10,
  VSW_GIVEN_MACHINE_SINCE = 1 << 11,
  VSW_GIVEN_BACKEND = 1 << 12,
  VSW_GIVEN_CONNECTION = 1 << 13,
  VSW_GIVEN_AUTOMATIC = 1 << 14,
  VSW_GIVEN_DYNAMIC_MAC = 1 << 15, /* of a setting: one of the pool again */
} VswGiven;

typedef struct
{
  VswChangeKind kind;
  VswKind object_kind;
  const char *id;          /* (owned) */
  const char *other_id;    /* (owned) (nullable) */
  VswValue *draft;         /* (owned) (nullable) on create: id, name, owner, holder, created and what was given */
  guint given;             /* VswGiven */
  gboolean force;          /* on delete: what depends on it goes too; on bind: the host's addresses are taken off; on teardown: they
                              may be lost, if the NIC is missing */
  VswMac mac;
  VswNamespace *target;    /* (owned) (nullable) on create of a NIC and on place: where the far end goes */
  const char *interface;   /* (owned) (nullable) name of the far end there */
  VswHandout *handout;     /* (owned) (nullable) on create of a tap and on open: where its descriptors go */
  VswSystemState state;    /* on state */
  gint64 duration;         /* microseconds: of a checkpoint that is made or extended */
  gboolean settles;        /* on modify of a checkpoint: its clock has stood still */
  GPtrArray *losses;       /* (owned) (nullable) (element-type utf8) on rollback: resolve says here what could not come back, and why */
  gboolean by_nature;      /* nobody's wish: a guest has ended, a caller has left. No checkpoint undoes it */
  gboolean expects;        /* on move: what is plugged in must still be `expected_nic` */
  const char *expected_nic; /* (owned) (nullable) NULL: nothing */
  guint link;              /* on bind and setup: index of a NIC of the host */
  VswUplink *loan;         /* (owned) (nullable) on bind and setup: another manager has let go of the NIC for it; what it had there */
  VswValue *host;          /* (owned) (nullable) on setup: id, name, owner, holder, created and what was given */
  GHashTable *ips;         /* (owned) index of a link → (owned) (nullable) VswIpConfig: what the change has to know (vsw_model_ask()) */
} VswChange;

/* All take copies (strings) or references (draft, target, handout). */
VswChange *vsw_change_create (gconstpointer draft, guint given, VswNamespace *target, const char *interface);
VswChange *vsw_change_modify (gconstpointer draft, guint given);
VswChange *vsw_change_delete (VswKind kind, const char *id, gboolean force);
VswChange *vsw_change_connect (const char *port_id, const char *nic_id);
VswChange *vsw_change_disconnect (const char *port_id);
VswChange *vsw_change_move (const char *port_id, const char *switch_id);
VswChange *vsw_change_place (const char *nic_id, VswNamespace *target, const char *interface);
VswChange *vsw_change_add_address (const char *port_id, VswMac mac);
VswChange *vsw_change_remove_address (const char *port_id, VswMac mac);
VswChange *vsw_change_open (const char *nic_id, VswHandout *handout);
VswChange *vsw_change_state (const char *system_id, VswSystemState state);
VswChange *vsw_change_bind (gconstpointer draft, const char *switch_id, guint link, gboolean drops_addresses);
VswChange *vsw_change_unbind (const char *nic_id, const char *switch_id);
VswChange *vsw_change_setup (gconstpointer draft, gconstpointer host, guint given, const char *switch_id, guint link);
VswChange *vsw_change_teardown (const char *switch_id, gboolean force);
VswChange *vsw_change_adopt (const char *nic_id);
/* What IP has on a link: that it has to be known before the change can be resolved, and the answer. Takes a reference. */
void vsw_change_ask (VswChange *self, guint link);
void vsw_change_answer (VswChange *self, guint link, const VswIpConfig *ip);
/* (transfer none) (nullable) */
VswIpConfig *vsw_change_get_ip (const VswChange *self, guint link);
/* A checkpoint is made by vsw_change_create(), with this beside its draft; and confirmed by vsw_change_delete(). */
void vsw_change_set_duration (VswChange *self, gint64 duration);
VswChange *vsw_change_confirm_within (const VswCheckpoint *draft, gint64 duration);
VswChange *vsw_change_extend (const char *checkpoint_id, gint64 duration, gboolean settles);
VswChange *vsw_change_rollback (const char *checkpoint_id, GPtrArray *losses);
VswChange *vsw_change_forget_holder (const char *holder);
void vsw_change_set_by_nature (VswChange *self);
/* Of a change that creates a tap: its descriptors are wanted at once. */
void vsw_change_hand_out (VswChange *self, VswHandout *handout);
/* What was plugged into the port when its change was allowed; another then is INVALID_STATE. nic_id: (nullable) nothing. */
void vsw_change_expect (VswChange *self, const char *nic_id);
void vsw_change_free (VswChange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswChange, vsw_change_free)

G_END_DECLS
