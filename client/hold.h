/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is made with lifetime `caller` is there as long as the connection that made it, so the command that did stays with it. */
#pragma once

#include "client/session.h"

G_BEGIN_DECLS

/* If --lifetime caller was given: blocks until the command is interrupted or the connection lost. */
void vsw_hold (VswSession *session);

G_END_DECLS
