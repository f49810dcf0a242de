/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A netlink socket that asks and waits: every message sent gets its own answer, with the kernel's own words for a refusal.
 *
 * Owes its callers that an answer belongs to the message it is filed under, and that nobody but the kernel is listened to. Blocks, so it
 * belongs to one thread that may. The one place where errno becomes a GError. Never retries, never decides. */
#pragma once

#include <netlink/msg.h>

#include "model/error.h"

G_BEGIN_DECLS

typedef struct _VswSocket VswSocket;

#define VSW_SOCKET_BATCH 64 /* messages a send, so that the acks fit the receive buffer */

/* What the kernel said to one message. */
typedef struct
{
  int code;       /* errno, positive; 0: done */
  char text[160]; /* extended-ack text, "" if it gave none */
} VswAnswer;

typedef void (*VswReplyFunc) (const struct nlmsghdr *message, gpointer user_data);

VswSocket *vsw_socket_open (int protocol, GError **error);
void vsw_socket_close (VswSocket *self);
int vsw_socket_get_fd (VswSocket *self);

gboolean vsw_socket_exchange (VswSocket *self, struct nl_msg **messages, guint n, VswAnswer *ret_answers,
                              VswReplyFunc reply, gpointer user_data, GError **error);
gboolean vsw_socket_request (VswSocket *self, struct nl_msg *message, VswAnswer *ret_answer, GError **error);
gboolean vsw_socket_read (VswSocket *self, struct nl_msg *message, VswReplyFunc reply, gpointer user_data,
                          VswAnswer *ret_answer, GError **error);

gboolean vsw_answer_check (const VswAnswer *self, const char *step, GError **error);
void vsw_errno_set_error (int code, const char *step, const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSocket, vsw_socket_close)

G_END_DECLS
