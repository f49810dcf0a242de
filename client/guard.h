/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --confirm-within: what was changed stays only if its user says so in time.
 *
 * The service keeps the time and undoes the change, whatever becomes of us. On a terminal the user is asked while the time runs; without
 * one he is told how to confirm. Never confirms what nobody said he keeps. */
#pragma once

#include "client/session.h"

G_BEGIN_DECLS

/* Whether a verb can have the option. */
gboolean vsw_guard_fits (const VswVerb *verb);
/* The path of the checkpoint that the change has made, found once; NULL: none was asked for, or nothing has changed. (transfer none) */
const char *vsw_guard_find (VswSession *session);
void vsw_guard_take (VswSession *session, const char *checkpoint);
gboolean vsw_guard_keep (VswSession *session, GError **error);
gboolean vsw_guard_end (VswSession *session, GError **error);

G_END_DECLS
