/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what stands on the bus to what people type, and back: object paths and property names.
 *
 * Names of objects are found in their properties (client/tree.h); a path is taken apart here only to be shown. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VSW_BUS_NAME    "org.vmswitch1"
#define VSW_BUS_ROOT    "/org/vmswitch1"
#define VSW_BUS_MANAGER VSW_BUS_ROOT "/Manager"
#define VSW_BUS_PREFIX  VSW_BUS_NAME "."

/* make */
char *vsw_name_new_from_path (const char *path);
char *vsw_name_new_property (const char *key);
char *vsw_name_clean (const char *word);
const char *vsw_name_get_interface (const char *interface_name);

/* "lab/web" → "lab" and "web" */
gboolean vsw_name_split_port (const char *name, char **ret_switch, char **ret_port, GError **error);
gboolean vsw_name_split_setting (const char *name, char **ret_system, char **ret_nic, GError **error);

G_END_DECLS
