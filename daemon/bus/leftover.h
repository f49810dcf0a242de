/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a call has made for its caller: if he has left before the answer it goes again, whatever its lifetime. Main thread only. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

typedef struct _VswLeftover VswLeftover;
typedef void (*VswLeftoverFunc) (gpointer data);

/* The NICs that a delta made, with the ports made for them; but not what `holder` holds: the engine releases that. NULL: there are none. */
VswLeftover *vsw_leftover_new (VswEngine *engine, VswDelta *delta, const char *holder);
void vsw_leftover_free (VswLeftover *self);
/* Takes it, and calls back once, also if it failed, which is logged. */
void vsw_leftover_delete (VswLeftover *self, VswLeftoverFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswLeftover, vsw_leftover_free)

G_END_DECLS
