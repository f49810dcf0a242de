/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who calls: the connections of the bus that have called us and are still there, with their uids.
 *
 * The bus alone is asked for the uid, and believed; an unknown one is G_MAXUINT32, never 0. A caller that leaves is forgotten at
 * once, and whatever waits on its behalf is cancelled. Main thread only. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _VswCaller VswCaller;
typedef struct _VswCallers VswCallers;

VswCallers *vsw_callers_new (void);
void vsw_callers_free (VswCallers *self);

/* Made if need be. (transfer full) */
VswCaller *vsw_callers_get (VswCallers *self, const char *name);
/* It has left the bus. */
void vsw_callers_forget (VswCallers *self, const char *name);
void vsw_callers_forget_all (VswCallers *self);

VswCaller *vsw_caller_ref (VswCaller *self);
void vsw_caller_unref (VswCaller *self);
guint32 vsw_caller_get_uid (VswCaller *self); /* G_MAXUINT32 while it is unknown */
gboolean vsw_caller_is_gone (VswCaller *self);
/* Cancelled when it leaves, unless it is unwatched before. */
void vsw_caller_watch (VswCaller *self, GCancellable *cancellable);
void vsw_caller_unwatch (VswCaller *self, GCancellable *cancellable);

/* Finds out the uid, then calls back, perhaps at once. */
typedef void (*VswCallerFunc) (VswCaller *caller, gpointer user_data);
void vsw_caller_identify (VswCaller *self, GDBusConnection *connection, VswCallerFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswCallers, vsw_callers_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswCaller, vsw_caller_unref)

G_END_DECLS
