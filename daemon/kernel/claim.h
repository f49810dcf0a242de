/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One daemon a network namespace.
 *
 * A start deletes marked devices that no object stands for. A second daemon with another store would so take the first one's network down. So
 * each holds an abstract socket, which belongs to the network namespace (unix(7)) and goes with the process, however it ends. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

typedef struct _VswClaim VswClaim;

VswClaim *vsw_claim_new (GError **error);
void vsw_claim_free (VswClaim *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswClaim, vsw_claim_free)

G_END_DECLS
