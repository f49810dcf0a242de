/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the custodian share and nobody else sees: custodian.c says when to look, custodian_case.c what is to be so. */
#pragma once

#include "bus/alarm.h"
#include "bus/custodian.h"

G_BEGIN_DECLS

struct _VswCustodian
{
  VswEngine *engine;  /* (owned) */
  GCancellable *life; /* (owned) cancelled when we go */
  gulong changed;
  GHashTable *cases; /* (owned) id of a loan → (owned) VswCase */
  GHashTable *held; /* (owned) id of a loan that a request is at → (owned) (nullable) id of the one that it replaces */
  GHashTable *lent;   /* (owned) a set: ids of NICs of which the store is being told */
  GPtrArray *waiting; /* (owned) (element-type GTask) for NetworkManager to have followed */
  VswAlarm *alarm;    /* (owned) the next look */

  GDBusConnection *connection; /* (owned) (nullable) */
  gboolean is_there;           /* NetworkManager is on it */
  guint watch;                 /* of its name */
  guint devices;               /* subscription to what it says of its devices */
  guint added;                 /* subscription to devices that come */
};

/* One loan. */
typedef struct
{
  GCancellable *errand; /* (owned) (nullable) under way */
  gboolean is_due;      /* it is to be looked at, when its time has come */
  gboolean is_over;     /* NetworkManager has it back; the store is being told */
  gint64 not_before;    /* monotonic, microseconds */
  gint64 acted;         /* the same: when something was last not as it should be */
  guint pace;           /* milliseconds */
} VswCase;

void vsw_case_free (gpointer self);
void vsw_case_stop (VswCase *self);
/* Of that id, made if there is none. (transfer none) */
VswCase *vsw_custodian_get_case (VswCustodian *self, const char *id);
/* (transfer none) (nullable) */
VswNic *vsw_custodian_find_loan (VswCustodian *self, const VswNic *nic);

/* Begins with every loan that is due and whose time has come. Returns when the next one's comes: monotonic, microseconds. */
gint64 vsw_custodian_attend (VswCustodian *self);
/* Whether nothing is under way. */
gboolean vsw_custodian_is_idle (VswCustodian *self);

/* custodian.c: something is under way no more. */
void vsw_custodian_go_on (VswCustodian *self);

G_END_DECLS
