/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A resource allocation setting: what one NIC of a virtual system shall be, whether the system runs or not. */
#pragma once

#include "model/nic.h"

G_BEGIN_DECLS

typedef struct
{
  VswValue head;             /* lifetime and owner are those of the system; no holder */
  const char *system_id;     /* (owned) */
  VswNicKind nic_kind;       /* synthetic or emulated */
  VswBackend backend;
  VswMac mac;                /* chosen with the setting and kept, so that the NIC has the same one each time */
  gboolean static_mac;       /* chosen by the caller, not from the pool */
  guint32 mtu;               /* octets; 0: that of the switch */
  guint32 queues;            /* 1 to VSW_QUEUES_MAX */
  gboolean automatic;        /* it is plugged in when the system is enabled */
  const char *connection_id; /* (owned) (nullable) a switch or a switch port */
} VswSetting;

VswSetting *vsw_setting_new (const VswSetting *fields);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSetting, vsw_value_unref)

G_END_DECLS
