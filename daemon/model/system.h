/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual system: the networking side of a virtual machine. It owns settings, each of which becomes a NIC while the
 * system is enabled. What runs the machine is somebody else's. */
#pragma once

#include "model/value.h"

G_BEGIN_DECLS

#define VSW_MACHINE_MAX 64 /* characters: names of systemd-machined are host names, HOST_NAME_MAX */

/* When a machine came is monotonic, microseconds: if there is none any more, or one that came at another time, it has gone. This one was
 * seen, nobody knows when it came: none is there a microsecond after the kernel. */
#define VSW_MACHINE_SINCE_UNKNOWN 1

typedef enum
{
  VSW_SYSTEM_DISABLED, /* off: no NICs */
  VSW_SYSTEM_ENABLED,  /* running: a NIC for each setting */
  VSW_SYSTEM_SAVED,    /* suspended to disk: no NICs, the same ones come back */
} VswSystemState;

#define VSW_N_SYSTEM_STATES (VSW_SYSTEM_SAVED + 1)

typedef struct
{
  VswValue head;
  VswSystemState state;
  const char *machine;  /* (owned) name in systemd-machined that it follows, "" if none */
  gint64 machine_since; /* while enabled: when the machine that was seen there had come, 0: none was seen */
} VswSystem;

VswSystem *vsw_system_new (const VswSystem *fields);

/* states as text: "disabled", "enabled", "saved" */
const char *vsw_system_state_print (VswSystemState state);
gboolean vsw_system_state_decode (const char *text, VswSystemState *ret_state, GError **error);
/* 1 to VSW_MACHINE_MAX of A-Z a-z 0-9 . _ -, or "". Errors: INVALID_ARGUMENT. */
gboolean vsw_machine_check (const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSystem, vsw_value_unref)

G_END_DECLS
