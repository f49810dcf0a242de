/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/decode.h"

#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netfilter/nf_tables.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#define BRIDGE_MAX_LEARNED 49  /* IFLA_BR_FDB_MAX_LEARNED since Linux 6.7, include/uapi/linux/if_link.h */
#define CLOCK_TICKS        100 /* USER_HZ a second: ageing times and ages of entries */
#define FAMILY_NETDEV      5   /* NFPROTO_NETDEV of linux/netfilter.h, which netinet/in.h does not bear */

/* --- attributes --- */

/* Files the attributes by type; later ones win, as in the kernel. `attributes` has max + 1 places. */
static void
file_attributes (const void *data, int size, struct nlattr **attributes, int max)
{
  struct nlattr *attribute;
  int rest;

  memset (attributes, 0, sizeof (struct nlattr *) * (gsize)(max + 1));
  nla_for_each_attr (attribute, (struct nlattr *)data, size, rest) if (nla_type (attribute) <= max)
      attributes[nla_type (attribute)] = attribute;
}

static void
file_nested (const struct nlattr *parent, struct nlattr **attributes, int max)
{
  file_attributes (parent != NULL ? nla_data (parent) : NULL, parent != NULL ? nla_len (parent) : 0, attributes, max);
}

/* Attributes behind the fixed part of a message. FALSE: not even that is there. */
static gboolean
file_message (const struct nlmsghdr *message, gsize fixed, struct nlattr **attributes, int max)
{
  if (message->nlmsg_len < NLMSG_LENGTH (fixed))
    return FALSE;

  file_attributes (nlmsg_attrdata (message, (int)fixed), nlmsg_attrlen (message, (int)fixed), attributes, max);
  return TRUE;
}

static guint8
read_u8 (const struct nlattr *attribute)
{
  return attribute != NULL && nla_len (attribute) >= 1 ? *(const guint8 *)nla_data (attribute) : 0;
}

static guint16
read_u16 (const struct nlattr *attribute)
{
  guint16 value = 0;

  if (attribute != NULL && nla_len (attribute) >= (int)sizeof value)
    memcpy (&value, nla_data (attribute), sizeof value);
  return value;
}

static guint32
read_u32 (const struct nlattr *attribute)
{
  guint32 value = 0;

  if (attribute != NULL && nla_len (attribute) >= (int)sizeof value)
    memcpy (&value, nla_data (attribute), sizeof value);
  return value;
}

static VswMac
read_mac (const struct nlattr *attribute)
{
  VswMac mac = { { 0 } };

  if (attribute != NULL && nla_len (attribute) == (int)sizeof mac.octets)
    memcpy (mac.octets, nla_data (attribute), sizeof mac.octets);
  return mac;
}

/* (transfer full) Any bytes up to a zero, "" without the attribute. */
static char *
read_text (const struct nlattr *attribute)
{
  if (attribute == NULL)
    return g_strdup ("");
  return g_strndup (nla_data (attribute), (gsize)nla_len (attribute));
}

static gboolean
is_text (const struct nlattr *attribute, const char *text)
{
  gsize size = strlen (text);

  return attribute != NULL && (gsize)nla_len (attribute) >= size && memcmp (nla_data (attribute), text, size) == 0
         && ((gsize)nla_len (attribute) == size || ((const char *)nla_data (attribute))[size] == '\0');
}

static VswPortState
read_port_state (const struct nlattr *attribute)
{
  guint8 state = read_u8 (attribute);

  return state <= VSW_PORT_STATE_BLOCKING ? (VswPortState)state : VSW_PORT_STATE_DISABLED;
}

/* --- links --- */

static void
fill_bridge (const struct nlattr *info, VswLink *fields)
{
  struct nlattr *attributes[BRIDGE_MAX_LEARNED + 1];

  file_nested (info, attributes, BRIDGE_MAX_LEARNED);
  fields->is_bridge = TRUE;
  fields->ageing = read_u32 (attributes[IFLA_BR_AGEING_TIME]) / CLOCK_TICKS;
  fields->spanning_tree = read_u32 (attributes[IFLA_BR_STP_STATE]) != 0;
  fields->topology_changes = fields->spanning_tree && read_u8 (attributes[IFLA_BR_TOPOLOGY_CHANGE]) != 0;
  fields->multicast_snooping = read_u8 (attributes[IFLA_BR_MCAST_SNOOPING]) != 0;
  fields->has_max_learned = attributes[BRIDGE_MAX_LEARNED] != NULL;
  fields->max_learned = read_u32 (attributes[BRIDGE_MAX_LEARNED]);
}

static void
fill_port (const struct nlattr *info, VswLink *fields)
{
  struct nlattr *attributes[IFLA_BRPORT_STATE + 1];

  file_nested (info, attributes, IFLA_BRPORT_STATE);
  fields->is_port = TRUE;
  fields->port_state = read_port_state (attributes[IFLA_BRPORT_STATE]);
}

/* IFLA_TUN_OWNER and IFLA_TUN_GROUP are there if it has one, the numbers of queues if it was made for several (tun_fill_info(), drivers/net/tun.c). */
static void
fill_tap (const struct nlattr *info, VswLink *fields)
{
  struct nlattr *attributes[IFLA_TUN_NUM_DISABLED_QUEUES + 1];

  file_nested (info, attributes, IFLA_TUN_NUM_DISABLED_QUEUES);
  if (read_u8 (attributes[IFLA_TUN_TYPE]) != IFF_TAP)
    return;

  fields->is_tap = TRUE;
  fields->tap_is_kept = read_u8 (attributes[IFLA_TUN_PERSIST]) != 0;
  fields->tap_owner = attributes[IFLA_TUN_OWNER] != NULL ? read_u32 (attributes[IFLA_TUN_OWNER]) : VSW_TAP_OWNER_NONE;
  fields->tap_group = attributes[IFLA_TUN_GROUP] != NULL ? read_u32 (attributes[IFLA_TUN_GROUP]) : VSW_TAP_GROUP_NONE;
  fields->tap_queues =
      read_u32 (attributes[IFLA_TUN_NUM_QUEUES]) + read_u32 (attributes[IFLA_TUN_NUM_DISABLED_QUEUES]);
}

/* A device without IPv6 at all (not built, or an MTU below 1280) makes itself no address either. */
static gboolean
is_ipv6_quiet (const struct nlattr *families)
{
  struct nlattr *family[AF_INET6 + 1];
  struct nlattr *attributes[IFLA_INET6_ADDR_GEN_MODE + 1];

  file_nested (families, family, AF_INET6);
  if (family[AF_INET6] == NULL)
    return TRUE;

  file_nested (family[AF_INET6], attributes, IFLA_INET6_ADDR_GEN_MODE);
  return attributes[IFLA_INET6_ADDR_GEN_MODE] != NULL
         && read_u8 (attributes[IFLA_INET6_ADDR_GEN_MODE]) == IN6_ADDR_GEN_MODE_NONE;
}

static void
fill_attributes (struct nlattr **attributes, VswLink *fields)
{
  fields->group = read_u32 (attributes[IFLA_GROUP]);
  fields->bridge = read_u32 (attributes[IFLA_MASTER]);
  fields->peer = read_u32 (attributes[IFLA_LINK]);
  fields->peer_elsewhere = attributes[IFLA_LINK_NETNSID] != NULL;
  fields->mtu = read_u32 (attributes[IFLA_MTU]);
  fields->mac = read_mac (attributes[IFLA_ADDRESS]);
  fields->permanent = read_mac (attributes[IFLA_PERM_ADDRESS]);
  fields->ipv6_quiet = is_ipv6_quiet (attributes[IFLA_AF_SPEC]);
}

/**
 * vsw_decode_link:
 * @message: RTM_NEWLINK or RTM_DELLINK; NULL is returned for one of a family (AF_BRIDGE), for any other type and for one that does not describe the link
 *
 * Attributes of include/uapi/linux/if_link.h. Driver, speed, duplex and wireless are left unknown. Any thread.
 */
VswLink *
vsw_decode_link (const struct nlmsghdr *message)
{
  struct nlattr *attributes[IFLA_PARENT_DEV_BUS_NAME + 1];
  struct nlattr *info[IFLA_INFO_MAX + 1];
  const struct ifinfomsg *head = nlmsg_data (message);
  VswLink fields = { 0 };

  if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
    return NULL;
  if (!file_message (message, sizeof *head, attributes, IFLA_PARENT_DEV_BUS_NAME) || head->ifi_family != AF_UNSPEC)
    return NULL;
  /* Events of old wireless drivers are messages of this type with a name and hardly more; all others have an MTU. */
  if (head->ifi_index <= 0 || attributes[IFLA_IFNAME] == NULL || attributes[IFLA_MTU] == NULL)
    return NULL;

  file_nested (attributes[IFLA_LINKINFO], info, IFLA_INFO_MAX);
  g_autofree char *name = read_text (attributes[IFLA_IFNAME]);
  g_autofree char *kind = read_text (info[IFLA_INFO_KIND]);
  g_autofree char *alias = read_text (attributes[IFLA_IFALIAS]);
  g_autofree char *bus_path = read_text (attributes[IFLA_PARENT_DEV_NAME]);

  fields.index = (guint)head->ifi_index;
  fields.name = name;
  fields.link_kind = kind;
  fields.alias = alias;
  fields.driver = "";
  fields.bus_path = bus_path;
  fields.hardware_type = head->ifi_type;
  fields.is_loopback = (head->ifi_flags & IFF_LOOPBACK) != 0;
  fields.is_up = (head->ifi_flags & IFF_UP) != 0;
  fields.has_carrier = (head->ifi_flags & IFF_LOWER_UP) != 0;
  /* Not what IFLA_PROMISCUITY counts: dev_get_flags() of net/core/dev.c has here what was set by hand. */
  fields.is_promiscuous = (head->ifi_flags & IFF_PROMISC) != 0;
  fill_attributes (attributes, &fields);
  if (is_text (info[IFLA_INFO_KIND], "bridge"))
    fill_bridge (info[IFLA_INFO_DATA], &fields);
  if (is_text (info[IFLA_INFO_KIND], "tun"))
    fill_tap (info[IFLA_INFO_DATA], &fields);
  if (is_text (info[IFLA_INFO_SLAVE_KIND], "bridge"))
    fill_port (info[IFLA_INFO_SLAVE_DATA], &fields);

  return vsw_link_new (&fields);
}

guint
vsw_decode_new_index (const struct nlmsghdr *message)
{
  struct nlattr *attributes[IFLA_NEW_IFINDEX + 1];

  if (!file_message (message, sizeof (struct ifinfomsg), attributes, IFLA_NEW_IFINDEX))
    return 0;
  return attributes[IFLA_NEW_NETNSID] != NULL ? read_u32 (attributes[IFLA_NEW_IFINDEX]) : 0;
}

/**
 * vsw_decode_has_many_queues:
 *
 * FALSE of whatever is no RTM_NEWLINK of a tap. Any thread.
 */
gboolean
vsw_decode_has_many_queues (const struct nlmsghdr *message)
{
  struct nlattr *attributes[IFLA_LINKINFO + 1];
  struct nlattr *info[IFLA_INFO_DATA + 1];
  struct nlattr *data[IFLA_TUN_MULTI_QUEUE + 1];

  if (message->nlmsg_type != RTM_NEWLINK
      || !file_message (message, sizeof (struct ifinfomsg), attributes, IFLA_LINKINFO))
    return FALSE;
  file_nested (attributes[IFLA_LINKINFO], info, IFLA_INFO_DATA);
  if (!is_text (info[IFLA_INFO_KIND], "tun"))
    return FALSE;

  file_nested (info[IFLA_INFO_DATA], data, IFLA_TUN_MULTI_QUEUE);
  return read_u8 (data[IFLA_TUN_MULTI_QUEUE]) != 0;
}

/**
 * vsw_decode_port:
 *
 * What a bridge tells of one of its ports: only these messages come when a spanning tree moves a port on. FALSE if this is
 * not such a message. net/bridge/br_netlink.c. Any thread.
 */
gboolean
vsw_decode_port (const struct nlmsghdr *message, guint *ret_index, guint *ret_bridge, VswPortState *ret_state)
{
  struct nlattr *attributes[IFLA_PROTINFO + 1];
  struct nlattr *port[IFLA_BRPORT_STATE + 1];
  const struct ifinfomsg *head = nlmsg_data (message);

  if (message->nlmsg_type != RTM_NEWLINK || !file_message (message, sizeof *head, attributes, IFLA_PROTINFO))
    return FALSE;
  if (head->ifi_family != AF_BRIDGE || head->ifi_index <= 0 || attributes[IFLA_PROTINFO] == NULL)
    return FALSE;
  file_nested (attributes[IFLA_PROTINFO], port, IFLA_BRPORT_STATE);
  if (port[IFLA_BRPORT_STATE] == NULL)
    return FALSE;

  *ret_index = (guint)head->ifi_index;
  *ret_bridge = read_u32 (attributes[IFLA_MASTER]);
  *ret_state = read_port_state (port[IFLA_BRPORT_STATE]);
  return TRUE;
}

/* --- forwarding tables --- */

/**
 * vsw_decode_neighbour:
 *
 * FALSE if this is no forwarding entry of six octets. net/bridge/br_fdb.c, fdb_fill_info. Any thread.
 */
gboolean
vsw_decode_neighbour (const struct nlmsghdr *message, VswNeighbour *ret_neighbour)
{
  struct nlattr *attributes[NDA_MASTER + 1];
  const struct ndmsg *head = nlmsg_data (message);
  struct nda_cacheinfo ages = { 0 };
  VswNeighbour value = { 0 };

  if (message->nlmsg_type != RTM_NEWNEIGH && message->nlmsg_type != RTM_DELNEIGH)
    return FALSE;
  if (!file_message (message, sizeof *head, attributes, NDA_MASTER) || head->ndm_family != AF_BRIDGE)
    return FALSE;
  if (attributes[NDA_LLADDR] == NULL || nla_len (attributes[NDA_LLADDR]) != (int)sizeof value.entry.mac.octets)
    return FALSE;
  if (attributes[NDA_CACHEINFO] != NULL && nla_len (attributes[NDA_CACHEINFO]) >= (int)sizeof ages)
    memcpy (&ages, nla_data (attributes[NDA_CACHEINFO]), sizeof ages);

  value.bridge = read_u32 (attributes[NDA_MASTER]);
  value.state = head->ndm_state;
  value.flags = head->ndm_flags;
  value.entry.mac = read_mac (attributes[NDA_LLADDR]);
  value.entry.vlan = read_u16 (attributes[NDA_VLAN]);
  value.entry.is_local = (head->ndm_state & NUD_PERMANENT) != 0;
  value.entry.is_static = (head->ndm_state & NUD_NOARP) != 0;
  /* "updated" is when a frame last came from it; "used" is when one last went there. */
  value.entry.used = value.entry.is_local || value.entry.is_static ? 0 : ages.ndm_updated / CLOCK_TICKS;
  /* An address of the bridge itself is told on the bridge, with or without naming it as the holder. */
  if (value.bridge == 0 && value.entry.is_local)
    value.bridge = (guint)head->ndm_ifindex;
  value.entry.port = (guint)head->ndm_ifindex == value.bridge ? 0 : (guint)head->ndm_ifindex;

  *ret_neighbour = value;
  return TRUE;
}

/* Whether a bridge holds it, not a device for itself (what its driver filters for). */
gboolean
vsw_neighbour_is_of_bridge (const VswNeighbour *self)
{
  return self->bridge != 0 && (self->flags & NTF_SELF) == 0;
}

/* Whether a bridge learned it from a frame, so that it ages and counts. */
gboolean
vsw_neighbour_is_learned (const VswNeighbour *self)
{
  return vsw_neighbour_is_of_bridge (self) && !self->entry.is_local && !self->entry.is_static
         && (self->flags & NTF_EXT_LEARNED) == 0;
}

/* --- counters --- */

/**
 * vsw_decode_counters:
 *
 * IFLA_STATS_LINK_64 of include/uapi/linux/if_link.h; a newer, longer struct is read as far as it is known here. Any thread.
 */
gboolean
vsw_decode_counters (const struct nlmsghdr *message, VswCounters *ret_counters)
{
  struct nlattr *attributes[IFLA_STATS_LINK_64 + 1];
  const struct if_stats_msg *head = nlmsg_data (message);
  struct rtnl_link_stats64 stats = { 0 };

  if (message->nlmsg_type != RTM_NEWSTATS || !file_message (message, sizeof *head, attributes, IFLA_STATS_LINK_64))
    return FALSE;
  if (attributes[IFLA_STATS_LINK_64] == NULL || head->ifindex == 0)
    return FALSE;

  memcpy (&stats, nla_data (attributes[IFLA_STATS_LINK_64]),
          MIN (sizeof stats, (gsize)nla_len (attributes[IFLA_STATS_LINK_64])));
  *ret_counters = (VswCounters){ .index = head->ifindex,
                                 .rx_bytes = stats.rx_bytes,
                                 .tx_bytes = stats.tx_bytes,
                                 .rx_packets = stats.rx_packets,
                                 .tx_packets = stats.tx_packets,
                                 .rx_errors = stats.rx_errors,
                                 .tx_errors = stats.tx_errors,
                                 .rx_dropped = stats.rx_dropped,
                                 .tx_dropped = stats.tx_dropped,
                                 .multicast = stats.multicast };
  return TRUE;
}

/* --- namespaces --- */

gboolean
vsw_decode_nsid (const struct nlmsghdr *message, gint32 *ret_nsid)
{
  struct nlattr *attributes[NETNSA_NSID + 1];
  gint32 nsid;

  if (message->nlmsg_type != RTM_NEWNSID
      || !file_message (message, NLMSG_ALIGN (sizeof (struct rtgenmsg)), attributes, NETNSA_NSID))
    return FALSE;
  if (attributes[NETNSA_NSID] == NULL)
    return FALSE;

  nsid = (gint32)read_u32 (attributes[NETNSA_NSID]);
  if (nsid == NETNSA_NSID_NOT_ASSIGNED)
    return FALSE;

  *ret_nsid = nsid;
  return TRUE;
}

/* --- rules --- */

static VswRulesNews
decode_generation (const struct nlmsghdr *message, guint32 *ret_generation)
{
  struct nlattr *attributes[NFTA_GEN_ID + 1];

  if (!file_message (message, sizeof (struct nfgenmsg), attributes, NFTA_GEN_ID) || attributes[NFTA_GEN_ID] == NULL)
    return VSW_RULES_OTHER;

  *ret_generation = GUINT32_FROM_BE (read_u32 (attributes[NFTA_GEN_ID]));
  return VSW_RULES_COMMITTED;
}

/**
 * vsw_decode_rules:
 * @table: name of our table
 * @ret_generation: set for VSW_RULES_COMMITTED
 *
 * The notifications of a transaction come first, then its generation. include/uapi/linux/netfilter/nf_tables.h. Any thread.
 */
VswRulesNews
vsw_decode_rules (const struct nlmsghdr *message, const char *table, guint32 *ret_generation)
{
  struct nlattr *attributes[NFTA_CHAIN_TABLE + 1];
  const struct nfgenmsg *head = nlmsg_data (message);
  guint kind = message->nlmsg_type & 0xff;

  G_STATIC_ASSERT ((int)NFTA_CHAIN_TABLE == (int)NFTA_TABLE_NAME);
  G_STATIC_ASSERT ((int)NFTA_RULE_TABLE == (int)NFTA_TABLE_NAME);

  if (message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
    return VSW_RULES_OTHER;
  if (kind == NFT_MSG_NEWGEN)
    return decode_generation (message, ret_generation);
  if (kind != NFT_MSG_DELTABLE && kind != NFT_MSG_DELCHAIN && kind != NFT_MSG_NEWRULE && kind != NFT_MSG_NEWCHAIN
      && kind != NFT_MSG_NEWTABLE)
    return VSW_RULES_OTHER;
  if (!file_message (message, sizeof *head, attributes, NFTA_CHAIN_TABLE) || head->nfgen_family != FAMILY_NETDEV)
    return VSW_RULES_OTHER;

  return is_text (attributes[NFTA_CHAIN_TABLE], table) ? VSW_RULES_TOUCHED : VSW_RULES_OTHER;
}
