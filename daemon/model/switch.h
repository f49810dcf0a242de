/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual switch: what an administrator wished for. What the kernel makes of it is a VswLink. */
#pragma once

#include "model/mac.h"
#include "model/value.h"

G_BEGIN_DECLS

#define VSW_MTU_MIN 68      /* octets; RFC 791, and the kernel's ETH_MIN_MTU */
#define VSW_MTU_MAX 65535   /* octets; ETH_MAX_MTU */
#define VSW_MTU_DEFAULT 1500
#define VSW_AGEING_MIN 1         /* seconds */
#define VSW_AGEING_MAX 1000000   /* seconds; IEEE 802.1Q-2018 table 8-6 */
#define VSW_AGEING_DEFAULT 300

typedef struct
{
  VswValue head;
  char device[VSW_INTERFACE_SIZE]; /* the bridge */
  VswMac mac;                      /* of the bridge; fixed, so that it does not follow its ports */
  guint32 mtu;                     /* octets */
  guint32 ageing;                  /* seconds */
  guint32 max_learned;             /* addresses; 0: no limit */
  gboolean spanning_tree;
  gboolean multicast_snooping;
  gboolean shared;                 /* active local users may attach */
} VswSwitch;

VswSwitch *vsw_switch_new (const VswSwitch *fields);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSwitch, vsw_value_unref)

G_END_DECLS
