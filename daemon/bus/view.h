/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object of the bus as it is now: what its properties are read from.
 *
 * A view is looked up anew for each question, on the stack, and points into the engine's model and links: it is
 * good until the main loop runs again and owns nothing. */
#pragma once

#include "bus/custodian.h"
#include "bus/path.h"
#include "engine/engine.h"

G_BEGIN_DECLS

/* What every view is taken of. */
typedef struct
{
  VswEngine *engine;   /* (unowned) */
  const char *version; /* (unowned) of the service */
  VswCustodian *custodian; /* (unowned) (nullable) of NICs that NetworkManager lets go of */
} VswScene;

typedef enum
{
  VSW_VIEW_MANAGER,
  VSW_VIEW_SWITCH,
  VSW_VIEW_PORT,
  VSW_VIEW_NIC,      /* one of ours */
  VSW_VIEW_EXTERNAL, /* one of the host's, bound to a switch or not */
  VSW_VIEW_SYSTEM,
  VSW_VIEW_SETTING,
  VSW_VIEW_CHECKPOINT,
} VswViewKind;

typedef struct
{
  VswViewKind kind;
  const VswScene *scene;
  VswModel *model;
  VswLinks *links;
  VswSwitch *home;           /* (nullable) the switch itself; of a port; that a NIC is plugged into */
  VswPort *port;             /* (nullable) the port itself; that a NIC is plugged into */
  VswNic *nic;               /* (nullable) the NIC itself; that is plugged into a port; that a setting is now; of an external one: it is bound */
  VswSystem *system;         /* (nullable) the system itself; of a setting; that a NIC is part of */
  VswSetting *setting;       /* (nullable) the setting itself */
  VswCheckpoint *checkpoint; /* (nullable) the checkpoint itself */
  VswLink *link; /* (nullable) bridge of a switch, near end of a port's or its own NIC, the external NIC itself (NULL: it is bound, and missing) */
  VswLink *far;  /* (nullable) far end of a NIC while it is in our namespace; the external NIC itself */
} VswView;

VswView vsw_view_new (const VswScene *scene, VswValue *value);
/* look up; FALSE: there is no such object */
gboolean vsw_view_get (const VswScene *scene, const char *key, VswView *ret_view);
gboolean vsw_view_find (const VswScene *scene, const char *path, VswView *ret_view);
gboolean vsw_view_find_device (const VswScene *scene, const char *device, VswView *ret_view);
gboolean vsw_view_find_link (const VswScene *scene, guint index, VswView *ret_view);

/* Everything (listing.c): calls back with each object, the whole before its parts. */
typedef void (*VswViewFunc) (const VswView *view, gpointer user_data);
void vsw_view_list (const VswScene *scene, VswViewFunc func, gpointer user_data);
void vsw_view_list_ports (const VswView *of_switch, VswViewFunc func, gpointer user_data);
/* By name. */
void vsw_view_list_settings (const VswView *of_system, VswViewFunc func, gpointer user_data);
void vsw_view_list_systems (const VswScene *scene, VswViewFunc func, gpointer user_data);
/* By number. */
void vsw_view_list_checkpoints (const VswScene *scene, VswViewFunc func, gpointer user_data);
void vsw_view_list_endpoints (const VswScene *scene, VswViewFunc func, gpointer user_data);

/* questions; (transfer full) */
char *vsw_view_get_path (const VswView *self);
const VswValue *vsw_view_get_value (const VswView *self);

G_END_DECLS
