/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Object paths of the bus: names in, names out.
 *
 * A name becomes one element of a path, escaped as systemd does it ("vm1-net0" is "vm1_2dnet0"), so that `busctl tree` reads like the
 * network. Names of foreign NICs may hold any bytes; they pass unharmed. Knows nothing of what exists. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VSW_PATH_ROOT "/org/vmswitch1"
#define VSW_PATH_MANAGER VSW_PATH_ROOT "/Manager"
#define VSW_PATH_SWITCHES VSW_PATH_ROOT "/switch"
#define VSW_PATH_ENDPOINTS VSW_PATH_ROOT "/endpoint"
#define VSW_PATH_SYSTEMS VSW_PATH_ROOT "/system"
#define VSW_PATH_CHECKPOINTS VSW_PATH_ROOT "/checkpoint"
#define VSW_PATH_NONE "/" /* "no object" */

/* What a NIC of the host is called beside one of ours that has its name. */
#define VSW_PATH_EXTERNAL_SUFFIX "~external"

/* elements; (transfer full); decode: NULL if no name is escaped like this */
char *vsw_path_escape (const char *name);
char *vsw_path_unescape (const char *element);

/* paths; (transfer full) */
char *vsw_path_new_switch (const char *name);
char *vsw_path_new_ports (const char *switch_name);
char *vsw_path_new_port (const char *switch_name, const char *name);
char *vsw_path_new_endpoint (const char *name);
char *vsw_path_new_checkpoint (const char *number);
char *vsw_path_new_system (const char *name);
char *vsw_path_new_settings (const char *system_name);
char *vsw_path_new_setting (const char *system_name, const char *name);

/* What a path could name, by its shape. */
typedef enum
{
  VSW_PATH_KIND_OTHER,
  VSW_PATH_KIND_MANAGER,
  VSW_PATH_KIND_SWITCH,   /* name */
  VSW_PATH_KIND_PORT,     /* parent, name */
  VSW_PATH_KIND_ENDPOINT, /* name */
  VSW_PATH_KIND_SYSTEM,   /* name */
  VSW_PATH_KIND_SETTING,  /* parent, name */
  VSW_PATH_KIND_CHECKPOINT, /* name: a number */
} VswPathKind;

typedef struct
{
  VswPathKind kind;
  char *parent; /* (owned) (nullable) name of the switch or system that it is part of */
  char *name;   /* (owned) (nullable) */
} VswPath;

VswPath vsw_path_decode (const char *path);
void vsw_path_clear (VswPath *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VswPath, vsw_path_clear)

G_END_DECLS
