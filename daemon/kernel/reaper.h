/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends delete requests from threads of its own, because their sender sleeps long after the work is done.
 *
 * At most VSW_REAPERS errands at a time; more wait their turn. Each thread works on a socket that was opened where the reaper was made, so it does not matter
 * in which network namespace a thread was born. Never looks whether something may be deleted. */
#pragma once

#include "kernel/socket.h"

G_BEGIN_DECLS

#define VSW_REAPERS 8

typedef struct _VswReaper VswReaper;
typedef struct _VswErrand VswErrand;

VswReaper *vsw_reaper_new (GError **error);
/* Waits for the errands under way. */
void vsw_reaper_free (VswReaper *self);

/* Any thread. message: (transfer full) */
VswErrand *vsw_reaper_send (VswReaper *self, struct nl_msg *message);

/* Readable when the errand is back. */
int vsw_errand_get_fd (VswErrand *self);
gboolean vsw_errand_is_back (VswErrand *self, VswAnswer *ret_answer);
void vsw_errand_unref (VswErrand *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswErrand, vsw_errand_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswReaper, vsw_reaper_free)

G_END_DECLS
