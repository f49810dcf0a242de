/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `KEY=VALUE` of the commands that set something.
 *
 * Owes: every property that the object has now, with the type that it has; so a newer service needs no newer client. Besides the name
 * of its property, `mac` names an address. */
#pragma once

#include "client/tree.h"

G_BEGIN_DECLS

GVariant *vsw_changes_decode (const VswTree *tree, const VswNode *node, char **words, GError **error);

G_END_DECLS
