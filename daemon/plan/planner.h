/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of plan/: a plan being made. Reads the model and the links, changes neither.
 *
 * A wish says what one device should be like; `compare` turns the differences between it and the link into operations. */
#pragma once

#include "model/facts.h"
#include "plan/plan.h"

G_BEGIN_DECLS

typedef struct
{
  VswModel *model;      /* (unowned) */
  VswLinks *links;      /* (unowned) */
  VswPlan *plan;        /* (unowned) */
  gboolean is_drift;    /* what differs was not wished for: say so */
  GHashTable *planned;  /* (owned) set of (owned) names of bridges that this plan makes */
  GHashTable *kept;     /* (owned) set of indexes of links that belong to an object */
  GArray *doomed;       /* (owned) (element-type VswDeviceRef) what the one deletion takes */
  GPtrArray *unguarded; /* (owned) (element-type utf8) bridges whose guard goes after them */
  GHashTable *bound;    /* (owned) (unowned) id of a NIC of the host that the change binds, or takes IP off → (unowned) (nullable) that IP */
} VswPlanner;

/* What one device should be like. Text is borrowed from the value. */
typedef struct
{
  const char *what;      /* "bridge", "port device", "far end" */
  const VswValue *owner; /* the switch or NIC it belongs to */
  const char *device;
  VswMac mac;
  guint32 mtu;
  gboolean up;
  gboolean is_quiet; /* says no IPv6 of its own; FALSE: not asked about */
  gboolean is_foreign; /* a NIC of the host: name, mark and address are not ours to choose */
  gboolean is_bridge;
  VswBridgeSettings bridge;
} VswWish;

/* wish.c */
VswWish vsw_wish_of_bridge (const VswSwitch *value);
VswWish vsw_wish_of_near_end (VswModel *model, const VswNic *value);
VswWish vsw_wish_of_far_end (VswModel *model, const VswNic *value);

/* planner.c: inverse is taken over */
void vsw_planner_push (VswPlanner *self, VswOp *op, VswOp *inverse);
void vsw_planner_set (VswPlanner *self, const VswLink *link, VswAttribute attribute, guint64 from, guint64 to);
void vsw_planner_doom (VswPlanner *self, const VswLink *link);
void vsw_planner_find (VswPlanner *self, const VswWish *wish, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean vsw_planner_is_taken (VswPlanner *self, const VswWish *wish);

/* compare.c */
void vsw_planner_compare (VswPlanner *self, const VswWish *wish, const VswLink *link);
void vsw_planner_compare_up (VswPlanner *self, const VswWish *wish, const VswLink *link);

/* bridge.c */
void vsw_planner_keep_switch (VswPlanner *self, const VswSwitch *value);
void vsw_planner_remove_switch (VswPlanner *self, const VswSwitch *value);

/* pair.c, tap.c, plug.c. `was`: (nullable) the port that it was plugged into, as the kernel still has it */
VswLink *vsw_planner_get_near_end (VswPlanner *self, const VswNic *value);
VswLink *vsw_planner_get_far_end (VswPlanner *self, const VswNic *value);
void vsw_planner_keep_nic (VswPlanner *self, const VswNic *value, const VswPort *was, VswNamespace *target);
void vsw_planner_keep_tap (VswPlanner *self, const VswNic *value, const VswPort *was, VswHandout *handout);
/* uplink.c. is_new: it is bound by this change, or by one that was cut off, or has been given IP since; ip: (nullable) what may be on it then, all of
 * it or half, and goes */
void vsw_planner_keep_uplink (VswPlanner *self, const VswNic *value, const VswPort *was, gboolean is_new,
                              const VswIpConfig *ip);
void vsw_planner_release_uplink (VswPlanner *self, const VswNic *value);
VswLink *vsw_planner_get_uplink (VswPlanner *self, const VswNic *value);
void vsw_planner_take_out (VswPlanner *self, const VswNic *value, const VswLink *link);
void vsw_planner_restore (VswPlanner *self, const VswLink *link, VswAttribute attribute, guint64 now, guint64 was);
void vsw_planner_restore_up (VswPlanner *self, const VswNic *value, const VswLink *link);
void vsw_planner_take_ip (VswPlanner *self, VswDeviceRef device, const VswIpConfig *ip);
void vsw_planner_give_ip (VswPlanner *self, VswDeviceRef device, const VswIpConfig *ip);
VswOp *vsw_planner_new_ip_op (VswOpKind kind, VswDeviceRef device, const VswIpConfig *ip);
/* hosting.c: of a NIC whose IP an internal one has */
void vsw_planner_keep_hosting (VswPlanner *self, const VswNic *value, const VswLink *link, const VswPort *was,
                               gboolean is_new, const VswIpConfig *ip);
void vsw_planner_release_hosting (VswPlanner *self, const VswNic *value, const VswLink *link);
/* far: its far end, which is up then */
void vsw_planner_give_to_host (VswPlanner *self, const VswNic *value, VswDeviceRef far);
void vsw_planner_quarantine (VswPlanner *self, const VswNic *value);
void vsw_planner_remove_nic (VswPlanner *self, const VswNic *value);
/* is_trusted: its port may be up; FALSE: it is down whatever is plugged in. */
void vsw_planner_plug (VswPlanner *self, const VswNic *value, const VswLink *near, const VswPort *was,
                       gboolean is_trusted);
void vsw_planner_unplug (VswPlanner *self, const VswLink *near);
gboolean vsw_planner_get_controller (VswPlanner *self, const VswPort *port, VswDeviceRef *ret_bridge);
void vsw_planner_add_addresses (VswPlanner *self, VswDeviceRef device, const VswPort *port, const VswPort *except,
                                gboolean is_new);
/* Those that the near end has and will not have: before anything else, for another port may want them. */
void vsw_planner_delete_addresses (VswPlanner *self, const VswLink *near, const VswPort *was, const VswPort *port);

/* orphans.c */
void vsw_planner_remove_orphans (VswPlanner *self);

G_END_DECLS
