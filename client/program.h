/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Becoming another program, with exit statuses as env(1) has them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean vsw_program_check (const char *name, GError **error);
void vsw_program_execute (char **words, gboolean pipe_ignored, GError **error);

G_END_DECLS
