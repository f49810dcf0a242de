/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel answers only when asked, because it changes too often to be told: plain values. */
#pragma once

#include "model/mac.h"

G_BEGIN_DECLS

/* One entry of a bridge's forwarding table. */
typedef struct
{
  VswMac mac;
  guint port;         /* index of the bridge port; 0: the bridge itself */
  gboolean is_static; /* made by hand, never aged */
  gboolean is_local;  /* an address of the bridge or of one of its ports */
  guint32 used;       /* seconds since a frame last came from it */
  guint16 vlan;       /* 0 none */
} VswForwardingEntry;

/* Counters of one link, since it was made (linux/if_link.h, struct rtnl_link_stats64). Octets and frames. */
typedef struct
{
  guint index;
  guint64 rx_bytes, tx_bytes;
  guint64 rx_packets, tx_packets;
  guint64 rx_errors, tx_errors;
  guint64 rx_dropped, tx_dropped;
  guint64 multicast;
} VswCounters;

G_END_DECLS
