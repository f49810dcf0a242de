/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A switch port: a record on a switch that a NIC can be plugged into. It has a kernel device only while connected:
 * the switch-side end of that NIC. */
#pragma once

#include "model/mac.h"
#include "model/value.h"

G_BEGIN_DECLS

typedef struct
{
  VswValue head;
  const char *switch_id;      /* (owned) */
  const char *nic_id;         /* (owned) (nullable) what is plugged in */
  const char *made_for;       /* (owned) (nullable) id of the NIC it was made for by ConnectInternal or Attach, and goes with */
  gint64 connected;           /* microseconds since the epoch; 0 while nothing is plugged in */
  const VswMac *static_addresses; /* (owned) (array length=n_static_addresses) ascending, no doubles */
  gsize n_static_addresses;
} VswPort;

VswPort *vsw_port_new (const VswPort *fields);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswPort, vsw_value_unref)

G_END_DECLS
