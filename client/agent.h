/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for a password on the terminal when polkit wants one: a text agent for this process alone.
 *
 * Owes: a terminal that echoes again, however the process ends by a signal that a user sends.
 * Never asks without a terminal, and never for root, whom the service does not ask. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _VswAgent VswAgent;

gboolean vsw_agent_has_terminal (void);
VswAgent *vsw_agent_open (GError **error);
void vsw_agent_close (VswAgent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswAgent, vsw_agent_close)

G_END_DECLS
