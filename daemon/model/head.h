/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part that all values share, for the types' own files: how the head is copied, compared and freed, and where the
 * rest of each type is. Not for others: they use model/value.h. */
#pragma once

#include "model/checkpoint.h"
#include "model/nic.h"
#include "model/port.h"
#include "model/setting.h"
#include "model/switch.h"
#include "model/system.h"

G_BEGIN_DECLS

/* What differs between kinds; one row a kind. */
typedef struct
{
  const char *name;
  void (*clear) (gpointer value);
  gboolean (*equal) (gconstpointer a, gconstpointer b); /* beyond the head */
} VswKindRow;

extern const VswKindRow vsw_switch_row;
extern const VswKindRow vsw_port_row;
extern const VswKindRow vsw_nic_row;
extern const VswKindRow vsw_system_row;
extern const VswKindRow vsw_setting_row;
extern const VswKindRow vsw_checkpoint_row;

gpointer vsw_head_new (gconstpointer fields, gsize size, VswKind kind);

G_END_DECLS
