/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How checkpoints are made: by CreateCheckpoint, and beside other changes by the option `confirm-within`, which every method that asks
 * polkit takes unless its annotation org.vmswitch1.ConfirmWithin says `false`. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

#define VSW_CHECKPOINT_ANNOTATION "org.vmswitch1.ConfirmWithin"

gboolean vsw_checkpoint_goes_with (const GDBusMethodInfo *method);
void vsw_checkpoint_expect (VswRequest *request, GDBusMethodInvocation *invocation);
gboolean vsw_checkpoint_decode (VswRequest *request, const VswView *target, GError **error);
GVariant *vsw_checkpoint_reply (VswRequest *request, GArray *reading, GError **error);
/* For a method that makes one by itself, such as one that takes the host's own NIC: while it is decoded, and for its reply. */
void vsw_checkpoint_want (VswRequest *request, guint32 seconds);
char *vsw_checkpoint_get_path (VswRequest *request);
void vsw_checkpoint_guard (VswRequest *request);

G_END_DECLS
