/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/encode.h"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <linux/if.h>
#include <netlink/attr.h>

#define BRIDGE_MAX_LEARNED 49  /* IFLA_BR_FDB_MAX_LEARNED since Linux 6.7, include/uapi/linux/if_link.h */
#define CLOCK_TICKS        100 /* USER_HZ a second */

/* --- pieces --- */

static struct nl_msg *
new_message (int type, int flags, const void *head, gsize size)
{
  struct nl_msg *message = nlmsg_alloc_simple (type, flags);
  int result;

  g_assert (message != NULL);
  result = nlmsg_append (message, (void *)head, size, NLMSG_ALIGNTO);
  g_assert (result == 0);

  return message;
}

/* A message is 4 KiB and the longest here a tenth of that: not fitting is a mistake in this file. */
static void
put (struct nl_msg *message, int type, const void *data, gsize size)
{
  int result = nla_put (message, type, (int)size, data);

  g_assert (result == 0);
}

static void
put_u8 (struct nl_msg *message, int type, guint8 value)
{
  put (message, type, &value, sizeof value);
}

static void
put_u32 (struct nl_msg *message, int type, guint32 value)
{
  put (message, type, &value, sizeof value);
}

static void
put_name (struct nl_msg *message, int type, const char *name)
{
  put (message, type, name, strlen (name) + 1);
}

static struct nlattr *
begin (struct nl_msg *message, int type)
{
  struct nlattr *nest = nla_nest_start (message, type);

  g_assert (nest != NULL);
  return nest;
}

/* An empty nest is kept: the kernel tells "nothing" from "not there". */
static void
end (struct nl_msg *message, struct nlattr *nest)
{
  nla_nest_end_keep_empty (message, nest);
}

/* A request about a link that is there. */
static struct nl_msg *
new_for_link (int type, VswDeviceRef device)
{
  struct ifinfomsg head = { .ifi_index = (int)device.index };
  struct nl_msg *message = new_message (type, 0, &head, sizeof head);

  if (device.index == 0)
    put_name (message, IFLA_IFNAME, device.name);
  return message;
}

static struct nl_msg *
new_for_index (int type, guint index)
{
  return new_for_link (type, (VswDeviceRef){ .index = index });
}

static void
put_address_generation (struct nl_msg *message, gboolean quiet)
{
  struct nlattr *families = begin (message, IFLA_AF_SPEC);
  struct nlattr *family = begin (message, AF_INET6);

  put_u8 (message, IFLA_INET6_ADDR_GEN_MODE, quiet ? IN6_ADDR_GEN_MODE_NONE : IN6_ADDR_GEN_MODE_EUI64);
  end (message, family);
  end (message, families);
}

/* --- create --- */

/**
 * vsw_encode_bridge_add:
 *
 * A bridge, down, in VSW_GROUP_OURS, with a forward delay of 0: a port forwards as soon as it is up, unless the spanning tree is on, for
 * which the kernel takes its least delay. Attributes of include/uapi/linux/if_link.h. Any thread.
 */
struct nl_msg *
vsw_encode_bridge_add (const char *name, VswMac mac, guint32 mtu, const VswBridgeSettings *settings)
{
  struct ifinfomsg head = { 0 };
  struct nl_msg *message = new_message (RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO, &head, sizeof head);
  struct nlattr *info;
  struct nlattr *data;

  put_name (message, IFLA_IFNAME, name);
  put (message, IFLA_ADDRESS, mac.octets, sizeof mac.octets);
  if (mtu != 0)
    put_u32 (message, IFLA_MTU, mtu);
  put_u32 (message, IFLA_GROUP, VSW_GROUP_OURS);

  info = begin (message, IFLA_LINKINFO);
  put_name (message, IFLA_INFO_KIND, "bridge");
  data = begin (message, IFLA_INFO_DATA);
  put_u32 (message, IFLA_BR_FORWARD_DELAY, 0);
  put_u32 (message, IFLA_BR_STP_STATE, settings->spanning_tree ? 1 : 0);
  put_u32 (message, IFLA_BR_AGEING_TIME, settings->ageing * CLOCK_TICKS);
  put_u8 (message, IFLA_BR_MCAST_SNOOPING, settings->multicast_snooping ? 1 : 0);
  if (settings->max_learned != 0)
    put_u32 (message, BRIDGE_MAX_LEARNED, settings->max_learned);
  end (message, data);
  end (message, info);

  return message;
}

static void
put_veth_end (struct nl_msg *message, const VswVethEnd *self)
{
  put_name (message, IFLA_IFNAME, self->name);
  put (message, IFLA_ADDRESS, self->mac.octets, sizeof self->mac.octets);
  if (self->mtu != 0)
    put_u32 (message, IFLA_MTU, self->mtu);
  if (self->group != 0)
    put_u32 (message, IFLA_GROUP, self->group);
  put_u32 (message, IFLA_NUM_TX_QUEUES, self->queues);
  put_u32 (message, IFLA_NUM_RX_QUEUES, self->queues);
}

/**
 * vsw_encode_veth_add:
 *
 * Both ends in one request, which the kernel does wholly or not at all. Alias, alternative names and the address generation mode are
 * silently ignored in it (measured on 6.18), so they are not here. drivers/net/veth.c. Any thread.
 */
struct nl_msg *
vsw_encode_veth_add (const VswVethEnd *near_end, const VswVethEnd *far_end)
{
  struct ifinfomsg head = { .ifi_flags = near_end->up ? IFF_UP : 0, .ifi_change = near_end->up ? IFF_UP : 0 };
  struct ifinfomsg far_head = { 0 };
  struct nl_msg *message = new_message (RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO, &head, sizeof head);
  struct nlattr *info;
  struct nlattr *data;
  struct nlattr *peer;
  int result;

  put_veth_end (message, near_end);
  if (near_end->bridge != 0)
    put_u32 (message, IFLA_MASTER, near_end->bridge);

  info = begin (message, IFLA_LINKINFO);
  put_name (message, IFLA_INFO_KIND, "veth");
  data = begin (message, IFLA_INFO_DATA);
  peer = begin (message, VETH_INFO_PEER);
  result = nlmsg_append (message, &far_head, sizeof far_head, NLMSG_ALIGNTO);
  g_assert (result == 0);
  put_veth_end (message, far_end);
  if (far_end->space >= 0)
    put_u32 (message, IFLA_NET_NS_FD, (guint32)far_end->space);
  end (message, peer);
  end (message, data);
  end (message, info);

  return message;
}

/* What a create request cannot carry. */
struct nl_msg *
vsw_encode_mark (guint index, const char *alias, gboolean quiet)
{
  struct nl_msg *message = new_for_index (RTM_SETLINK, index);

  put (message, IFLA_IFALIAS, alias, strlen (alias));
  if (quiet)
    put_address_generation (message, TRUE);

  return message;
}

/* What a device that was made without a message is to have from its first moment: its address, its MTU, our group and its alias. */
struct nl_msg *
vsw_encode_shape (guint index, VswMac mac, guint32 mtu, const char *alias)
{
  struct nl_msg *message = new_for_index (RTM_SETLINK, index);

  put (message, IFLA_ADDRESS, mac.octets, sizeof mac.octets);
  if (mtu != 0)
    put_u32 (message, IFLA_MTU, mtu);
  put_u32 (message, IFLA_GROUP, VSW_GROUP_OURS);
  put (message, IFLA_IFALIAS, alias, strlen (alias));

  return message;
}

/* --- change --- */

/* Settings of a bridge are changed by RTM_NEWLINK without NLM_F_CREATE; RTM_SETLINK leaves them out (net/core/rtnetlink.c). */
static struct nl_msg *
new_bridge_setting (VswDeviceRef device, int type, guint64 number)
{
  struct nl_msg *message = new_for_link (RTM_NEWLINK, device);
  struct nlattr *info = begin (message, IFLA_LINKINFO);
  struct nlattr *data;

  put_name (message, IFLA_INFO_KIND, "bridge");
  data = begin (message, IFLA_INFO_DATA);
  if (type == IFLA_BR_MCAST_SNOOPING || type == IFLA_BR_VLAN_FILTERING)
    put_u8 (message, type, number != 0);
  else
    put_u32 (message, type, (guint32)number);
  end (message, data);
  end (message, info);

  return message;
}

static struct nl_msg *
new_number (VswDeviceRef device, int type, guint64 number)
{
  struct nl_msg *message = new_for_link (RTM_SETLINK, device);

  put_u32 (message, type, (guint32)number);
  return message;
}

static struct nl_msg *
new_flag (VswDeviceRef device, guint flag, gboolean is_set)
{
  struct nl_msg *message = new_for_link (RTM_SETLINK, device);
  struct ifinfomsg *head = nlmsg_data (nlmsg_hdr (message));

  head->ifi_flags = is_set ? flag : 0;
  head->ifi_change = flag;
  return message;
}

static struct nl_msg *
new_address_generation (VswDeviceRef device, gboolean quiet)
{
  struct nl_msg *message = new_for_link (RTM_SETLINK, device);

  put_address_generation (message, quiet);
  return message;
}

/**
 * vsw_encode_set:
 * @attribute: one whose value is a number; of VSW_ATTRIBUTE_CONTROLLER: the index of the bridge
 *
 * One change. Any thread.
 */
struct nl_msg *
vsw_encode_set (VswDeviceRef device, VswAttribute attribute, guint64 number)
{
  switch (attribute)
    {
    case VSW_ATTRIBUTE_UP:
      return new_flag (device, IFF_UP, number != 0);
    case VSW_ATTRIBUTE_PROMISCUOUS:
      return new_flag (device, IFF_PROMISC, number != 0);
    case VSW_ATTRIBUTE_MTU:
      return new_number (device, IFLA_MTU, number);
    case VSW_ATTRIBUTE_GROUP:
      return new_number (device, IFLA_GROUP, number);
    case VSW_ATTRIBUTE_IPV6_QUIET:
      return new_address_generation (device, number != 0);
    case VSW_ATTRIBUTE_CONTROLLER:
      return new_number (device, IFLA_MASTER, number);
    case VSW_ATTRIBUTE_AGEING:
      return new_bridge_setting (device, IFLA_BR_AGEING_TIME, number * CLOCK_TICKS);
    case VSW_ATTRIBUTE_MAX_LEARNED:
      return new_bridge_setting (device, BRIDGE_MAX_LEARNED, number);
    case VSW_ATTRIBUTE_SPANNING_TREE:
      return new_bridge_setting (device, IFLA_BR_STP_STATE, number != 0);
    case VSW_ATTRIBUTE_MULTICAST_SNOOPING:
      return new_bridge_setting (device, IFLA_BR_MCAST_SNOOPING, number);
    case VSW_ATTRIBUTE_MAC:
    case VSW_ATTRIBUTE_NAME:
    case VSW_ATTRIBUTE_ALIAS:
      break;
    }
  g_assert_not_reached ();
}

struct nl_msg *
vsw_encode_set_mac (VswDeviceRef device, VswMac mac)
{
  struct nl_msg *message = new_for_link (RTM_SETLINK, device);

  put (message, IFLA_ADDRESS, mac.octets, sizeof mac.octets);
  return message;
}

struct nl_msg *
vsw_encode_set_name (guint index, const char *name)
{
  struct nl_msg *message = new_for_index (RTM_SETLINK, index);

  put_name (message, IFLA_IFNAME, name);
  return message;
}

/* An alias of no octets clears it. */
struct nl_msg *
vsw_encode_set_alias (VswDeviceRef device, const char *alias)
{
  struct nl_msg *message = new_for_link (RTM_SETLINK, device);

  put (message, IFLA_IFALIAS, alias, strlen (alias));
  return message;
}

/* Switches VLAN filtering of a bridge on. */
struct nl_msg *
vsw_encode_vlan_filtering (guint index)
{
  return new_bridge_setting ((VswDeviceRef){ .index = index }, IFLA_BR_VLAN_FILTERING, 1);
}

/**
 * vsw_encode_place:
 * @space: descriptor, of the sending thread's table
 *
 * Gives the link away under a new name, without our marks. Any thread.
 */
struct nl_msg *
vsw_encode_place (guint index, int space, const char *name)
{
  struct nl_msg *message = new_for_index (RTM_SETLINK, index);

  put_u32 (message, IFLA_NET_NS_FD, (guint32)space);
  put_name (message, IFLA_IFNAME, name);
  put_u32 (message, IFLA_GROUP, 0);
  put (message, IFLA_IFALIAS, "", 0);
  return message;
}

/* --- delete --- */

struct nl_msg *
vsw_encode_delete (guint index)
{
  return new_for_index (RTM_DELLINK, index);
}

struct nl_msg *
vsw_encode_delete_group (guint32 group)
{
  struct ifinfomsg head = { 0 };
  struct nl_msg *message = new_message (RTM_DELLINK, 0, &head, sizeof head);

  put_u32 (message, IFLA_GROUP, group);
  return message;
}

/* --- read --- */

struct nl_msg *
vsw_encode_get_link (VswDeviceRef device)
{
  struct nl_msg *message = new_for_link (RTM_GETLINK, device);

  put_u32 (message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  return message;
}

struct nl_msg *
vsw_encode_get_link_in (gint32 nsid, const char *name)
{
  struct ifinfomsg head = { 0 };
  struct nl_msg *message = new_message (RTM_GETLINK, 0, &head, sizeof head);

  put_name (message, IFLA_IFNAME, name);
  put_u32 (message, IFLA_TARGET_NETNSID, (guint32)nsid);
  return message;
}

struct nl_msg *
vsw_encode_list_links (void)
{
  struct ifinfomsg head = { 0 };
  struct nl_msg *message = new_message (RTM_GETLINK, NLM_F_DUMP, &head, sizeof head);

  put_u32 (message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  return message;
}

struct nl_msg *
vsw_encode_list_counters (void)
{
  struct if_stats_msg head = { .filter_mask = IFLA_STATS_FILTER_BIT (IFLA_STATS_LINK_64) };

  return new_message (RTM_GETSTATS, NLM_F_DUMP, &head, sizeof head);
}

static struct nl_msg *
new_nsid_request (int type, int space)
{
  struct rtgenmsg head = { .rtgen_family = AF_UNSPEC };
  struct nl_msg *message = new_message (type, 0, &head, sizeof head);

  put_u32 (message, NETNSA_FD, (guint32)space);
  return message;
}

struct nl_msg *
vsw_encode_get_nsid (int space)
{
  return new_nsid_request (RTM_GETNSID, space);
}

/* The kernel chooses the number, which lives as long as the namespace. */
struct nl_msg *
vsw_encode_new_nsid (int space)
{
  struct nl_msg *message = new_nsid_request (RTM_NEWNSID, space);

  put_u32 (message, NETNSA_NSID, (guint32)NETNSA_NSID_NOT_ASSIGNED);
  return message;
}

/* --- forwarding tables --- */

static struct nl_msg *
new_address_request (int type, int flags, guint port, guint16 state, VswMac mac)
{
  struct ndmsg head = {
    .ndm_family = AF_BRIDGE, .ndm_ifindex = (int)port, .ndm_state = state, .ndm_flags = NTF_MASTER
  };
  struct nl_msg *message = new_message (type, flags, &head, sizeof head);

  put (message, NDA_LLADDR, mac.octets, sizeof mac.octets);
  return message;
}

/* Static: never aged, moved by nobody but us (net/bridge/br_fdb.c, NUD_NOARP). */
struct nl_msg *
vsw_encode_address_add (guint port, VswMac mac, gboolean replace)
{
  return new_address_request (RTM_NEWNEIGH, NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), port, NUD_NOARP,
                              mac);
}

struct nl_msg *
vsw_encode_address_delete (guint port, VswMac mac)
{
  return new_address_request (RTM_DELNEIGH, 0, port, 0, mac);
}

struct nl_msg *
vsw_encode_get_address (guint port, VswMac mac)
{
  return new_address_request (RTM_GETNEIGH, 0, port, 0, mac);
}

struct nl_msg *
vsw_encode_list_addresses (guint bridge)
{
  struct ndmsg head = { .ndm_family = AF_BRIDGE };
  struct nl_msg *message = new_message (RTM_GETNEIGH, NLM_F_DUMP, &head, sizeof head);

  if (bridge != 0)
    put_u32 (message, NDA_MASTER, bridge);
  return message;
}
