/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one currency: what a request amounts to, as a list of (old, new) pairs of values.
 *
 * plan, store and bus each read it and know nothing of one another. There is at most one pair an object: later changes
 * of a request fold into the earlier pair. Pairs stand in the order in which objects were first touched. */
#pragma once

#include "model/handout.h"
#include "model/ip_config.h"
#include "model/namespace.h"
#include "model/value.h"

G_BEGIN_DECLS

typedef struct
{
  VswValue *before;     /* (owned) (nullable) NULL: it is new */
  VswValue *after;      /* (owned) (nullable) NULL: it goes */
  VswNamespace *target; /* (owned) (nullable) where the far end of a NIC is to go */
  VswHandout *handout;  /* (owned) (nullable) where the descriptors of a tap are to go */
  VswIpConfig *ip;      /* (owned) (nullable) of a NIC of the host that is let go: what IP has now where it has it, to come back to the NIC;
                           of one that stays: what IP has on it, to go where the host has it */
} VswPair;

typedef struct _VswDelta VswDelta;

VswDelta *vsw_delta_new (void);
VswDelta *vsw_delta_ref (VswDelta *self);
void vsw_delta_unref (VswDelta *self);

/* Folds in. A pair that comes to (NULL, NULL) or (x, equal x) disappears. */
void vsw_delta_put (VswDelta *self, gconstpointer before, gconstpointer after, VswNamespace *target);
/* The same for a tap whose descriptors are handed out; such a pair stays, even if nothing else changes. */
void vsw_delta_put_handout (VswDelta *self, gconstpointer before, gconstpointer after, VswHandout *handout);
/* The same for a NIC of the host that is let go (after: NULL) and to which `ip` comes back, or that stays and loses it; such a pair stays, too. */
void vsw_delta_put_ip (VswDelta *self, gconstpointer before, gconstpointer after, const VswIpConfig *ip);
guint vsw_delta_get_size (VswDelta *self);
const VswPair *vsw_delta_get (VswDelta *self, guint position);
/* Whether that object is there before and not after. */
gboolean vsw_delta_removes (VswDelta *self, const char *id);
/* The other way round: what undoes it. (transfer full) */
VswDelta *vsw_delta_invert (VswDelta *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswDelta, vsw_delta_unref)

G_END_DECLS
