/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations into bytes for rtnetlink. No I/O, no decisions; flags of the request and its number are vsw_socket's.
 *
 * Every function returns a new message (transfer full). A link is named by its index, or where that is 0 by its name. */
#pragma once

#include <netlink/msg.h>

#include "plan/op.h"

G_BEGIN_DECLS

/* What a veth pair is born with. */
typedef struct
{
  const char *name;
  VswMac mac;
  guint32 mtu;    /* octets; 0: the kernel's default */
  guint32 group;  /* 0: none */
  guint32 queues; /* each way */
  guint bridge;   /* index of the bridge it becomes a port of, 0 none; only of the near end */
  gboolean up;    /* only of the near end: a peer cannot be born up */
  int space;  /* descriptor of where it is born, -1: here; only of the far end */
} VswVethEnd;

/* create */
struct nl_msg *vsw_encode_bridge_add (const char *name, VswMac mac, guint32 mtu, const VswBridgeSettings *settings);
struct nl_msg *vsw_encode_veth_add (const VswVethEnd *near_end, const VswVethEnd *far_end);
struct nl_msg *vsw_encode_mark (guint index, const char *alias, gboolean quiet);
struct nl_msg *vsw_encode_shape (guint index, VswMac mac, guint32 mtu, const char *alias);

/* change */
struct nl_msg *vsw_encode_set (VswDeviceRef device, VswAttribute attribute, guint64 number);
struct nl_msg *vsw_encode_set_mac (VswDeviceRef device, VswMac mac);
struct nl_msg *vsw_encode_set_name (guint index, const char *name);
struct nl_msg *vsw_encode_set_alias (VswDeviceRef device, const char *alias);
struct nl_msg *vsw_encode_vlan_filtering (guint index);
struct nl_msg *vsw_encode_place (guint index, int space, const char *name);

/* delete */
struct nl_msg *vsw_encode_delete (guint index);
struct nl_msg *vsw_encode_delete_group (guint32 group);

/* read */
struct nl_msg *vsw_encode_get_link (VswDeviceRef device);
struct nl_msg *vsw_encode_get_link_in (gint32 nsid, const char *name);
struct nl_msg *vsw_encode_list_links (void);
struct nl_msg *vsw_encode_list_counters (void);
struct nl_msg *vsw_encode_get_nsid (int space);
struct nl_msg *vsw_encode_new_nsid (int space);

/* forwarding tables */
struct nl_msg *vsw_encode_address_add (guint port, VswMac mac, gboolean replace);
struct nl_msg *vsw_encode_address_delete (guint port, VswMac mac);
struct nl_msg *vsw_encode_get_address (guint port, VswMac mac);
struct nl_msg *vsw_encode_list_addresses (guint bridge);

G_END_DECLS
