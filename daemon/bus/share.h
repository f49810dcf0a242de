/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many calls of each user are under way: the engine takes one request after another, so nobody may fill its queue alone. root is not
 * counted. Main thread only. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

typedef struct _VswShares VswShares;

VswShares *vsw_shares_new (void);
void vsw_shares_free (VswShares *self);

/* One more. Errors: QUOTA_EXCEEDED. */
gboolean vsw_shares_take (VswShares *self, guint32 uid, guint limit, GError **error);
/* One that was taken has ended. */
void vsw_shares_give_back (VswShares *self, guint32 uid);

G_END_DECLS
