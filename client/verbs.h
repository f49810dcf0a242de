/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of everything vmswitchctl does. Parsing, help, manual and completion follow it; tests hold them to it. */
#pragma once

#include "client/session.h"

G_BEGIN_DECLS

extern const VswOption vsw_global_options[];
extern const VswVerb vsw_verbs[]; /* ends with a NULL name */

/* client/command_NAME.c: one a file, or two that undo each other */
gboolean vsw_command_address (VswSession *session, GError **error);
gboolean vsw_command_attach (VswSession *session, GError **error);
gboolean vsw_command_capabilities (VswSession *session, GError **error);
gboolean vsw_command_checkpoint (VswSession *session, GError **error);
gboolean vsw_command_connect (VswSession *session, GError **error);
gboolean vsw_command_connect_internal (VswSession *session, GError **error);
gboolean vsw_command_create (VswSession *session, GError **error);
gboolean vsw_command_delete (VswSession *session, GError **error);
gboolean vsw_command_detach (VswSession *session, GError **error);
gboolean vsw_command_disconnect (VswSession *session, GError **error);
gboolean vsw_command_disconnect_internal (VswSession *session, GError **error);
gboolean vsw_command_doctor (VswSession *session, GError **error);
gboolean vsw_command_external_bind (VswSession *session, GError **error);
gboolean vsw_command_external_list (VswSession *session, GError **error);
gboolean vsw_command_external_unbind (VswSession *session, GError **error);
gboolean vsw_command_fdb (VswSession *session, GError **error);
gboolean vsw_command_help (VswSession *session, GError **error);
gboolean vsw_command_list (VswSession *session, GError **error);
gboolean vsw_command_monitor (VswSession *session, GError **error);
gboolean vsw_command_move (VswSession *session, GError **error);
gboolean vsw_command_place (VswSession *session, GError **error);
gboolean vsw_command_resolve (VswSession *session, GError **error);
gboolean vsw_command_run (VswSession *session, GError **error);
gboolean vsw_command_set (VswSession *session, GError **error);
gboolean vsw_command_setup (VswSession *session, GError **error);
gboolean vsw_command_show (VswSession *session, GError **error);
gboolean vsw_command_stats (VswSession *session, GError **error);
gboolean vsw_command_status (VswSession *session, GError **error);
gboolean vsw_command_system_add_nic (VswSession *session, GError **error);
gboolean vsw_command_system_define (VswSession *session, GError **error);
gboolean vsw_command_system_remove_nic (VswSession *session, GError **error);
gboolean vsw_command_system_set_nic (VswSession *session, GError **error);
gboolean vsw_command_system_state (VswSession *session, GError **error);
gboolean vsw_command_teardown (VswSession *session, GError **error);

G_END_DECLS
