/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of VswModel: its indexes, and the one function that changes them. For model.c and the resolvers. */
#pragma once

#include "model/model.h"

G_BEGIN_DECLS

/* What is known of the ports of one switch, without asking each. */
typedef struct
{
  GHashTable *by_name;   /* (owned) name, of the port → (unowned) VswPort */
  GHashTable *addresses; /* (owned) (owned) gint64, a static address as a number → (unowned) VswPort */
  guint n_internal;      /* ports with an internal NIC plugged in */
  VswPort *uplink;       /* (unowned) (nullable) the port that a NIC of the host is plugged into */
  guint64 version;
} VswPortSet;

struct _VswModel
{
  const VswRules *rules;    /* (unowned) */
  GHashTable *switches;     /* (owned) id → (owned) VswSwitch */
  GHashTable *nics;         /* (owned) id → (owned) VswNic */
  GHashTable *ports;        /* (owned) id → (owned) VswPort */
  GHashTable *switch_names; /* (owned) name → (unowned) VswSwitch */
  GHashTable *nic_names;    /* (owned) name → (unowned) VswNic */
  GHashTable *port_sets;    /* (owned) (owned) id of a switch → (owned) VswPortSet */
  GHashTable *port_of_nic;  /* (owned) id of a NIC → (unowned) VswPort */
  GHashTable *made_for;     /* (owned) id of a NIC → (unowned) VswPort that was made for it */
  GHashTable *devices;      /* (owned) device name → (unowned) VswValue */
  GHashTable *uplinks;      /* (owned) id → (unowned) VswNic that is external */
  GHashTable *macs;         /* (owned) (owned) gint64, an address as a number → how many values have it */
  GHashTable *systems;      /* (owned) id → (owned) VswSystem */
  GHashTable *settings;     /* (owned) id → (owned) VswSetting */
  GHashTable *system_names; /* (owned) name → (unowned) VswSystem */
  GHashTable *setting_sets; /* (owned) (owned) id of a system → (owned) table: name, of the setting → (unowned) VswSetting */
  GHashTable *nic_of_setting; /* (owned) id of a setting → (unowned) VswNic */
  GHashTable *connections;  /* (owned) (owned) id of a switch or port → (owned) set of (unowned) VswSetting */
  GHashTable *checkpoints;  /* (owned) id → (owned) VswCheckpoint */
  GHashTable *checkpoint_names; /* (owned) name → (unowned) VswCheckpoint */
  guint64 last_checkpoint;  /* the highest number that one has had */
  GHashTable *owned;        /* (owned) (owned) gint64, uid and kind as a number → how many */
  GHashTable *held;         /* (owned) (owned) holder → (owned) set of (owned) ids */
  guint64 version;          /* the last one given to a VswPortSet */
};

void vsw_model_add_value (VswModel *self, VswValue *value);
void vsw_model_remove_value (VswModel *self, const char *id);
void vsw_model_settle (VswModel *self, gconstpointer before, gconstpointer after);
/* Puts @after in the place of @before, of the same id; either may be NULL, not both. For one step of a request. */
void vsw_model_replace (VswModel *self, gconstpointer before, gconstpointer after);

VswPortSet *vsw_model_get_port_set (VswModel *self, const char *switch_id);
VswPort *vsw_model_find_made_for (VswModel *self, const char *nic_id);
gboolean vsw_model_has_mac (VswModel *self, VswMac mac);
VswPort *vsw_port_set_find_address (VswPortSet *self, VswMac mac);

G_END_DECLS
