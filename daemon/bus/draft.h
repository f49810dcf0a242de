/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of a caller as drafts of what is to be made, and as changes of a request. Used by the decoders of several interfaces.
 *
 * A draft carries what was given; the defaults of everything else are the model's. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

/* What was given put over what is. Points to both. */
VswSwitch vsw_draft_apply_switch (VswSwitch fields, const VswSettings *settings);
VswNic vsw_draft_apply_nic (VswNic fields, const VswSettings *settings);
VswSetting vsw_draft_apply_setting (VswSetting fields, const VswSettings *settings, const char *connection_id);

/* One more change of the request that makes such an object; its path is added to the paths of the reply. (transfer none), as long as the request */
void vsw_draft_switch (VswRequest *request, const char *name, const VswSettings *settings);
const VswPort *vsw_draft_port (VswRequest *request, const VswSwitch *home, const char *name, const VswSettings *settings,
                               VswLifetime lifetime);
const VswNic *vsw_draft_nic (VswRequest *request, VswNicKind kind, const char *name, const VswSettings *settings,
                             VswLifetime lifetime, GPtrArray *paths);
/* The same for a NIC for a guest, called as the settings say; `target`, `interface`: where its far end is born. Its path is added to `more_paths`. */
const VswNic *vsw_draft_guest_nic (VswRequest *request, VswNicKind kind, VswBackend backend, const VswSettings *settings,
                                   VswLifetime lifetime, VswNamespace *target, const char *interface);
/* A port that is called as the NIC and goes with it, and the NIC plugged into it. */
void vsw_draft_plug (VswRequest *request, const VswSwitch *home, const VswNic *nic);

/* `machine`: (nullable) in systemd-machined. */
void vsw_draft_system (VswRequest *request, const char *name, const VswSettings *settings, const char *machine);
/* `connection_id`: (nullable) a switch or a switch port. */
void vsw_draft_setting (VswRequest *request, const VswSystem *system, const VswSettings *settings,
                        const char *connection_id);

/* What every Delete takes: options, and the change that removes the object. */
gboolean vsw_draft_delete (VswRequest *request, VswKind kind, const char *id, GError **error);

/* checks that several methods share */
gboolean vsw_draft_check_batch (VswRequest *request, gsize n, GError **error);
/* Says in the error which of several entries was wrong. */
void vsw_draft_name_entry (gsize position, gsize n, GError **error);
gboolean vsw_draft_check_named (const VswSettings *settings, GError **error);
/* The NIC of ours that an argument names. */
gboolean vsw_draft_get_nic (VswRequest *request, gsize position, VswView *ret_view, GError **error);

G_END_DECLS
