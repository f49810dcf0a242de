/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a call would do, for somebody who decides whether it shall.
 *
 * Owes: every step, in order, numbered; nothing of a step is left out. */
#pragma once

#include "client/print.h"

G_BEGIN_DECLS

char *vsw_steps_print (const char *const *steps, const VswStyle *style);

G_END_DECLS
