/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SetupSwitch and TeardownSwitch of the manager: the host goes over to a switch, and back. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

gboolean vsw_hosting_decode_setup (VswRequest *request, const VswView *target, GError **error);
gboolean vsw_hosting_decode_teardown (VswRequest *request, const VswView *target, GError **error);
GVariant *vsw_hosting_reply_setup (VswRequest *request, GArray *reading, GError **error);
GVariant *vsw_hosting_reply_teardown (VswRequest *request, GArray *reading, GError **error);

G_END_DECLS
