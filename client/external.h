/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host that a switch may have as its uplink, as a user names them.
 *
 * Owes: only those; a NIC of ours with the same name is never taken for one, nor one that is missing for the device that has its name. */
#pragma once

#include "client/session.h"

G_BEGIN_DECLS

VswNode *vsw_external_find (VswSession *session, const char *name, GError **error);
VswNode *vsw_external_find_bound (VswSession *session, const char *name, GError **error);
char *vsw_external_print_name (const VswTree *tree, const VswNode *self, const VswStyle *style);
char *vsw_external_get_switch (const VswNode *self);

G_END_DECLS
