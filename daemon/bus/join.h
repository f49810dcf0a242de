/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the settings of a virtual system are plugged into: a switch, or a switch port. Whoever names one, or enables a system that does,
 * joins it; the gate and polkit's rules are told. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

/* The switch or switch port that key `Connection` names, joined. ret_id: (transfer none) (nullable) NULL: none was given, or "/". */
gboolean vsw_join_decode (VswRequest *request, const VswSettings *settings, const char **ret_id, GError **error);
/* What a setting names that shall be plugged in by itself from now on. */
void vsw_join_again (VswRequest *request, const VswView *setting);
/* Everything that enabling the system would join. */
void vsw_join_all (VswRequest *request, const VswView *system);

G_END_DECLS
