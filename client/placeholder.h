/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Placeholders in the command line of another program: `{fds}`, `{mac}`, `{queues}`, `{vectors}` and `{mtu}` of the first
 * NIC, `{fds2}` and so on of the second; `{{` is a brace.
 *
 * Owes: whatever else is in braces stays as it is, since hypervisors take JSON; bytes that are no text pass unchanged. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a command is told of one NIC. */
typedef struct
{
  char *fds; /* numbers of its descriptors, with colons between */
  char *mac;
  guint queues;
  guint mtu;
} VswPlaceholders;

gboolean vsw_placeholder_check (const char *const *command, guint n_nics, gboolean all_fds, GError **error);
char *vsw_placeholder_replace (const char *text, const VswPlaceholders *nics, guint n_nics, GError **error);

G_END_DECLS
