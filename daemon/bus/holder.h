/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of lifetime "caller": releases those whose bus connection has left while we could not see it. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

/* After each connection to a bus. Whoever held something on another bus is gone; whoever did on this one is looked for. */
void vsw_holder_release_absent (VswEngine *engine, GDBusConnection *connection, GCancellable *cancellable);

G_END_DECLS
