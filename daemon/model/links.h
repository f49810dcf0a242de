/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rest of model/ asks all links beyond model/link.h. Not for others. */
#pragma once

#include "model/link.h"

G_BEGIN_DECLS

/* The ports of a bridge that do not carry our mark. (nullable) (transfer none) index → VswLink */
GHashTable *vsw_links_get_foreign_ports (VswLinks *self, guint bridge);

G_END_DECLS
