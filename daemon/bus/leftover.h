/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a call has made for a caller that has left before the answer: it goes again, whatever its lifetime. Main thread only. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef void (*VswLeftoverFunc) (gpointer data);

/* Deletes the NICs that a delta made, with the ports made for them; but not what `holder` holds: the engine releases that. Calls
 * back once, also if it failed, which is logged. */
void vsw_leftover_delete (VswEngine *engine, VswDelta *delta, const char *holder, VswLeftoverFunc func, gpointer data);

G_END_DECLS
