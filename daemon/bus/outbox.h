/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything we say on the bus by ourselves, in order: signals of a change, then the reply that ends it.
 *
 * A batch makes thousands of signals at tens of microseconds each. They leave in slices, so that the main loop answers others in
 * between; nothing overtakes anything. Small work leaves at once. Main thread only. */
#pragma once

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

typedef struct _VswOutbox VswOutbox;

VswOutbox *vsw_outbox_new (void);
void vsw_outbox_free (VswOutbox *self);

/* The connection that signals go to; NULL: there is none, they are dropped. What waits is dropped too. */
void vsw_outbox_set_connection (VswOutbox *self, GDBusConnection *connection);
gboolean vsw_outbox_is_open (VswOutbox *self);
gboolean vsw_outbox_is_empty (VswOutbox *self);

/* `also`: a second object that says the same; NULL: none. `interface` and `member` are literals. */
/* Takes over (sinks) the body. */
void vsw_outbox_signal (VswOutbox *self, const char *path, const char *also, const char *interface, const char *member,
                        GVariant *body);
/* The body is made when the turn of the signal comes: (floating), or NULL: there is nothing to say any more. */
typedef GVariant *(*VswOutboxMake) (gpointer data);
void vsw_outbox_signal_later (VswOutbox *self, const char *path, const char *also, const char *interface,
                              const char *member, VswOutboxMake make, gpointer data, GDestroyNotify destroy);
/* All take the invocation; body may be NULL: no values. */
void vsw_outbox_reply (VswOutbox *self, GDBusMethodInvocation *invocation, GVariant *body);
/* fds: (transfer none) (nullable) what the handles in the body count. */
void vsw_outbox_reply_with_descriptors (VswOutbox *self, GDBusMethodInvocation *invocation, GVariant *body,
                                        GUnixFDList *fds);
/* gone: the caller had left before the reply came to the bus; FALSE also if nobody knows. */
typedef void (*VswOutboxTold) (gboolean gone, gpointer data);
/* The same; calls back once, some time after the reply has been sent. */
void vsw_outbox_reply_and_tell (VswOutbox *self, GDBusMethodInvocation *invocation, GVariant *body, GUnixFDList *fds,
                                VswOutboxTold told, gpointer data);
void vsw_outbox_reply_error (VswOutbox *self, GDBusMethodInvocation *invocation, const GError *error);
/* Everything that waits, now. */
void vsw_outbox_flush (VswOutbox *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswOutbox, vsw_outbox_free)

G_END_DECLS
