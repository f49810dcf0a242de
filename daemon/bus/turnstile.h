/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may read, one at a time and callers in turn.
 *
 * Reading is open to everybody, so whoever likes can ask without end. However many wait, one is inside; the next of the same caller comes
 * after one of each other caller; and while others wait the place stays empty as long as it was taken. An answer has left for the bus before
 * the next is made, for what else we say stands in line behind it. So what changes something is not kept waiting. Who is alone waits
 * for nobody. Main thread only. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _VswTurnstile VswTurnstile;
typedef void (*VswTurnstileFunc) (gpointer data);

/* drop: (nullable) frees what is still waiting when the turnstile is freed. */
VswTurnstile *vsw_turnstile_new (VswTurnstileFunc drop);
void vsw_turnstile_free (VswTurnstile *self);

/* `go` is called when its turn has come, perhaps at once; from then on `leave` is owed. data: (unowned) */
void vsw_turnstile_enter (VswTurnstile *self, const char *caller, VswTurnstileFunc go, gpointer data);
void vsw_turnstile_leave (VswTurnstile *self);
/* The same when everything that was said over the connection has been written. */
void vsw_turnstile_leave_after (VswTurnstile *self, GDBusConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswTurnstile, vsw_turnstile_free)

G_END_DECLS
