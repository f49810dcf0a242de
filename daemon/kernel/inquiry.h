/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks whose a tap is when a notification cannot say it.
 *
 * The kernel writes owner and group into a notification in the numbers of the user namespace of whoever caused it, be it a guest in
 * a container of an ordinary user or a kernel thread (from_kuid_munged (current_user_ns ()) in tun_fill_info(), drivers/net/tun.c).
 * Only the answer to a question of our own is in ours. The main thread must not wait for one, so a thread asks, and says the answer
 * in kernel/known.h. */
#pragma once

#include "kernel/known.h"

G_BEGIN_DECLS

typedef struct _VswInquiry VswInquiry;

VswInquiry *vsw_inquiry_new (VswKnown *known, GError **error);
/* Waits for the question under way. */
void vsw_inquiry_free (VswInquiry *self);

/* Main. Never blocks. One that waits already is asked once. */
void vsw_inquiry_ask (VswInquiry *self, guint index);
/* Readable when an answer was said since the last `take`. */
int vsw_inquiry_get_fd (VswInquiry *self);
void vsw_inquiry_take (VswInquiry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswInquiry, vsw_inquiry_free)

G_END_DECLS
