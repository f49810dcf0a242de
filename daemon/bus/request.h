/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One method call, decoded: what it asks for, of what, by whom. A copy of everything, made before anybody is asked whether it may happen;
 * what is done afterwards is exactly this.
 *
 * The decoders of the interfaces fill it in. It names objects by id. It never asks, changes or replies anything itself. */
#pragma once

#include "bus/settings.h"
#include "bus/view.h"

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/* What a method wants of a NIC of the host (bus/custody.h). */
typedef struct
{
  guint index;         /* of its link; 0: it wants none */
  char *name;          /* (owned) (nullable) raw bytes */
  gboolean takes_over; /* whoever manages it is to let go */
} VswCustody;

typedef struct
{
  /* what came in */
  const VswScene *scene;
  const char *verb;       /* (unowned) name of the method */
  GVariant *parameters;   /* (owned) */
  GUnixFDList *fds;       /* (owned) (nullable) */
  guint32 uid;            /* of the caller; G_MAXUINT32: unknown */
  char *holder;           /* (owned) "GUID UNIQUE-NAME" */

  /* what it comes to */
  GPtrArray *changes;     /* (owned) (element-type VswChange) in order */
  GPtrArray *paths;       /* (owned) (element-type utf8) of what is made or was asked about, for the reply */
  GPtrArray *more_paths;  /* (owned) (element-type utf8) a second list, of endpoints */
  GPtrArray *handouts;    /* (owned) (element-type VswHandout) where descriptors of taps go, in the order of the reply */
  gboolean is_dry;        /* nothing is to be done, only said */
  VswCustody custody;         /* the NIC of the host that is to be bound */
  char *passage_id;       /* (owned) (nullable) of the switch that a firewall must let the host's frames through */
  GStrv steps;            /* (owned) (nullable) what would be done, for the reply */
  GPtrArray *early_steps; /* (owned) (element-type utf8) what somebody else would do before that */
  GPtrArray *late_steps;  /* (owned) (element-type utf8) and after it */
  char *id;               /* (owned) (nullable) of the object to read from, or to tell of */
  char *checkpoint_id;    /* (owned) (nullable) of the checkpoint that it makes */
  GPtrArray *losses;      /* (owned) (element-type utf8) what a rollback could not bring back */
  gboolean takes_confirm_within; /* that option may be given */
  gboolean has_confirm_within;   /* it was: */
  guint32 confirm_within;        /* seconds */

  /* what the gate looks at: of everything that the call touches */
  gboolean touches_shared;  /* there is a switch that is not the caller's but shared */
  gboolean touches_foreign; /* there is something else that is not the caller's */
  GString *touched;         /* (owned) ids of all that, a space after each */
  GPtrArray *namespaces;  /* (owned) (element-type VswNamespace) each descriptor once */
  GHashTable *details;    /* (owned) literal → GString, for polkit's rules */

  GHashTable *inspected;  /* (owned) descriptor index → VswNamespace (unowned) */
} VswRequest;

/* Decoded so far: nothing but what every method shares. `fds`, `holder`: copied or referenced. */
VswRequest *vsw_request_new (const VswView *target, const char *verb, GVariant *parameters, GUnixFDList *fds, guint32 uid,
                             const char *holder);
void vsw_request_free (VswRequest *self);

/* for decoders */
gboolean vsw_request_get_settings (VswRequest *self, gsize position, guint keys, VswSettings *ret_settings, GError **error);
gboolean vsw_request_get_options (VswRequest *self, guint keys, VswSettings *ret_options, GError **error);
const char *vsw_request_get_text (VswRequest *self, gsize position);
gboolean vsw_request_get_mac (VswRequest *self, gsize position, VswMac *ret_mac, GError **error);
/* The object that an argument names; it must be of that kind (`what`, for the message, says of which). */
gboolean vsw_request_get_object (VswRequest *self, gsize position, VswViewKind kind, const char *what, VswView *ret_view,
                                 GError **error);
VswNamespace *vsw_request_get_namespace (VswRequest *self, gint32 handle, GError **error); /* (transfer none) */
/* value: (nullable) the host's. */
void vsw_request_touch (VswRequest *self, const VswValue *value);
/* Adds to a detail; several values are joined by commas. `note`: unless it is there already. */
void vsw_request_add_detail (VswRequest *self, const char *name, const char *value);
void vsw_request_note_detail (VswRequest *self, const char *name, const char *value);
GVariant *vsw_request_print_details (VswRequest *self); /* (floating) a{ss} */
void vsw_request_take_change (VswRequest *self, VswChange *change);
/* Head of a draft: a new id, this caller as owner, now. Strings are not copied. */
VswValue vsw_request_begin_draft (VswRequest *self, VswKind kind, const char *id, const char *name,
                                  const VswSettings *settings, VswLifetime lifetime);

/* for replies: (floating) */
GVariant *vsw_request_reply_path (VswRequest *self, GArray *reading, GError **error);   /* (o) */
GVariant *vsw_request_reply_paths (VswRequest *self, GArray *reading, GError **error);  /* (ao) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswRequest, vsw_request_free)

G_END_DECLS
