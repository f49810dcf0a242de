/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/decode_host.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "model/name.h"

#define VERDICT_DROP   0 /* NF_DROP, NF_ACCEPT: linux/netfilter.h, which netinet/in.h does not bear */
#define VERDICT_ACCEPT 1
#define FOREVER        G_MAXUINT32           /* INFINITY_LIFE_TIME, net/addrconf.h */
#define BRIDGES        VSW_DEVICE_PREFIX "-" /* what names of our bridges begin with */
#define SPEAKS_AS_HOST 1 /* accept_ra: unless we forward; 2: always. Documentation/networking/ip-sysctl.rst */
#define ALWAYS         2

/* --- attributes --- */

static struct nlattr *
find_in (const struct nlattr *parent, int type)
{
  return parent != NULL ? nla_find (nla_data (parent), nla_len (parent), type) : NULL;
}

static struct nlattr *
find_in_message (const struct nlmsghdr *message, gsize fixed, int type)
{
  if (message->nlmsg_len < NLMSG_LENGTH (fixed))
    return NULL;
  return nla_find (nlmsg_attrdata (message, (int)fixed), nlmsg_attrlen (message, (int)fixed), type);
}

static gboolean
read_be32 (const struct nlattr *attribute, guint32 *ret_value)
{
  guint32 value;

  if (attribute == NULL || nla_len (attribute) < (int)sizeof value)
    return FALSE;
  memcpy (&value, nla_data (attribute), sizeof value);
  *ret_value = GUINT32_FROM_BE (value);
  return TRUE;
}

static gboolean
is_on (const struct nlattr *attribute)
{
  return attribute != NULL && nla_len (attribute) >= 1 && *(const guint8 *)nla_data (attribute) != 0;
}

/* Cut where there is no room, ended in any case. */
static void
read_text (const struct nlattr *attribute, char *ret_text, gsize size)
{
  gsize length = attribute != NULL ? strnlen (nla_data (attribute), (gsize)nla_len (attribute)) : 0;

  length = MIN (length, size - 1);
  if (length > 0)
    memcpy (ret_text, nla_data (attribute), length);
  ret_text[length] = '\0';
}

static gboolean
text_equal (const struct nlattr *attribute, const char *text)
{
  char value[VSW_FILTER_NAME_SIZE];

  read_text (attribute, value, sizeof value);
  return attribute != NULL && strcmp (value, text) == 0;
}

/* --- the packet filter --- */

/* Of one device since it knows several; the first of them is told apart (NFTA_HOOK_DEV) only if there is one. */
static void
read_device (const struct nlattr *hook, char *ret_device, gsize size)
{
  struct nlattr *one = find_in (hook, NFTA_HOOK_DEV);

  read_text (one != NULL ? one : find_in (find_in (hook, NFTA_HOOK_DEVS), NFTA_DEVICE_NAME), ret_device, size);
}

/**
 * vsw_decode_base_chain:
 *
 * linux/netfilter/nf_tables.h. Any thread.
 */
gboolean
vsw_decode_base_chain (const struct nlmsghdr *message, VswBaseChain *ret_chain)
{
  gsize fixed = sizeof (struct nfgenmsg);
  struct nlattr *hook = find_in_message (message, fixed, NFTA_CHAIN_HOOK);
  guint32 policy = VERDICT_ACCEPT;
  VswBaseChain chain = { 0 };

  if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN) || hook == NULL
      || !read_be32 (find_in (hook, NFTA_HOOK_HOOKNUM), &chain.hook))
    return FALSE;

  chain.family = ((const struct nfgenmsg *)nlmsg_data (message))->nfgen_family;
  read_be32 (find_in_message (message, fixed, NFTA_CHAIN_POLICY), &policy);
  chain.drops = policy == VERDICT_DROP;
  read_text (find_in_message (message, fixed, NFTA_CHAIN_TABLE), chain.table, sizeof chain.table);
  read_text (find_in_message (message, fixed, NFTA_CHAIN_NAME), chain.chain, sizeof chain.chain);
  read_device (hook, chain.device, sizeof chain.device);
  *ret_chain = chain;
  return TRUE;
}

/* What has been seen of a rule, from left to right. */
typedef struct
{
  gboolean is_conditional; /* on something that we do not know */
  gboolean is_of_ours;     /* on the name of a bridge, and ours have it */
  gboolean loads_name;     /* the last expression has loaded a device's name, to be compared with */
  VswRuleEffect effect;
  char *target;
} Reading;

static void
read_verdict (const struct nlattr *data, Reading *reading)
{
  struct nlattr *verdict = find_in (find_in (data, NFTA_IMMEDIATE_DATA), NFTA_DATA_VERDICT);
  guint32 destination = NFT_REG_VERDICT;
  guint32 code;

  read_be32 (find_in (data, NFTA_IMMEDIATE_DREG), &destination);
  if (destination != NFT_REG_VERDICT || !read_be32 (find_in (verdict, NFTA_VERDICT_CODE), &code))
    return;

  switch ((gint32)code)
    {
    case VERDICT_DROP:
      reading->effect = VSW_RULE_DROPS;
      break;
    case VERDICT_ACCEPT:
      reading->effect = VSW_RULE_PASSES;
      break;
    case NFT_RETURN:
      reading->effect = VSW_RULE_RETURNS;
      break;
    case NFT_JUMP:
    case NFT_GOTO:
      reading->effect = (gint32)code == NFT_JUMP ? VSW_RULE_JUMPS : VSW_RULE_LEAVES;
      read_text (find_in (verdict, NFTA_VERDICT_CHAIN), reading->target, VSW_FILTER_NAME_SIZE);
      break;
    default:
      reading->is_conditional = TRUE;
    }
}

/* "iifname "vsw-*"" loads the name and compares as many octets as there are before the star. */
static void
read_comparison (const struct nlattr *data, Reading *reading)
{
  struct nlattr *value = find_in (find_in (data, NFTA_CMP_DATA), NFTA_DATA_VALUE);
  gsize size = value != NULL ? (gsize)nla_len (value) : 0;
  guint32 operation = NFT_CMP_NEQ;

  read_be32 (find_in (data, NFTA_CMP_OP), &operation);
  if (reading->loads_name && operation == NFT_CMP_EQ && size > 0 && size <= strlen (BRIDGES)
      && memcmp (nla_data (value), BRIDGES, size) == 0)
    reading->is_of_ours = TRUE;
  else
    reading->is_conditional = TRUE;
  reading->loads_name = FALSE;
}

static void
read_expression (const struct nlattr *expression, Reading *reading)
{
  struct nlattr *name = find_in (expression, NFTA_EXPR_NAME);
  struct nlattr *data = find_in (expression, NFTA_EXPR_DATA);
  guint32 key = 0;

  if (text_equal (name, "counter") || text_equal (name, "log"))
    return;
  if (text_equal (name, "immediate"))
    read_verdict (data, reading);
  else if (text_equal (name, "reject")
           || (text_equal (name, "target") && text_equal (find_in (data, NFTA_TARGET_NAME), "REJECT")))
    reading->effect = VSW_RULE_DROPS;
  else if (text_equal (name, "meta") && read_be32 (find_in (data, NFTA_META_KEY), &key)
           && (key == NFT_META_IIFNAME || key == NFT_META_OIFNAME))
    reading->loads_name = TRUE;
  else if (text_equal (name, "cmp"))
    read_comparison (data, reading);
  else
    reading->is_conditional = TRUE;
}

/**
 * vsw_decode_rule:
 *
 * linux/netfilter/nf_tables.h. A frame on its way through a bridge comes in from that bridge and leaves by it, for the packet
 * filter (net/bridge/br_netfilter_hooks.c). Any thread.
 */
gboolean
vsw_decode_rule (const struct nlmsghdr *message, const char *table, const char *chain, VswRuleEffect *ret_effect,
                 char ret_target[VSW_FILTER_NAME_SIZE])
{
  gsize fixed = sizeof (struct nfgenmsg);
  struct nlattr *expressions = find_in_message (message, fixed, NFTA_RULE_EXPRESSIONS);
  Reading reading = { .effect = VSW_RULE_OTHER, .target = ret_target };
  struct nlattr *expression;
  int rest;

  if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE)
      || !text_equal (find_in_message (message, fixed, NFTA_RULE_TABLE), table)
      || !text_equal (find_in_message (message, fixed, NFTA_RULE_CHAIN), chain))
    return FALSE;

  ret_target[0] = '\0';
  if (expressions != NULL)
    nla_for_each_nested (expression, expressions, rest) read_expression (expression, &reading);
  if (reading.is_conditional || (reading.is_of_ours && reading.effect != VSW_RULE_PASSES))
    reading.effect = VSW_RULE_OTHER;
  *ret_effect = reading.effect;
  return TRUE;
}

/* --- links --- */

static guint
read_filtered (const struct nlmsghdr *message)
{
  struct nlattr *info = find_in_message (message, sizeof (struct ifinfomsg), IFLA_LINKINFO);
  struct nlattr *data = text_equal (find_in (info, IFLA_INFO_KIND), "bridge") ? find_in (info, IFLA_INFO_DATA) : NULL;

  return (is_on (find_in (data, IFLA_BR_NF_CALL_IPTABLES)) ? VSW_FRAMES_IPV4 : 0)
         | (is_on (find_in (data, IFLA_BR_NF_CALL_IP6TABLES)) ? VSW_FRAMES_IPV6 : 0)
         | (is_on (find_in (data, IFLA_BR_NF_CALL_ARPTABLES)) ? VSW_FRAMES_ARP : 0);
}

/* linux/ipv6.h, DEVCONF_*: numbers of the machine, one after another. */
static gint32
read_setting (const struct nlattr *settings, int setting)
{
  gint32 value = 0;

  if (settings != NULL && nla_len (settings) >= (setting + 1) * (int)sizeof value)
    memcpy (&value, (const guint8 *)nla_data (settings) + (gsize)setting * sizeof value, sizeof value);
  return value;
}

/**
 * vsw_decode_link_survey:
 *
 * linux/if_link.h; whether advertisements count, as ipv6_accept_ra() of include/net/ipv6.h has it. Any thread.
 */
void
vsw_decode_link_survey (const struct nlmsghdr *message, VswLinkSurvey *link)
{
  struct nlattr *families = find_in_message (message, sizeof (struct ifinfomsg), IFLA_AF_SPEC);
  struct nlattr *settings = find_in (find_in (families, AF_INET6), IFLA_INET6_CONF);
  gint32 accepts = read_setting (settings, DEVCONF_ACCEPT_RA);
  gboolean is_host = read_setting (settings, DEVCONF_FORWARDING) == 0;

  if (message->nlmsg_len < NLMSG_LENGTH (sizeof (struct ifinfomsg)))
    return;

  link->filtered = read_filtered (message);
  link->takes_advertisements = (((const struct ifinfomsg *)nlmsg_data (message))->ifi_flags & IFF_UP) != 0
                               && read_setting (settings, DEVCONF_DISABLE_IPV6) == 0
                               && (accepts == ALWAYS || (accepts == SPEAKS_AS_HOST && is_host));
}

/**
 * vsw_decode_host_address:
 *
 * RTM_NEWADDR, rtnetlink(7). Any thread.
 */
gboolean
vsw_decode_host_address (const struct nlmsghdr *message, VswHostAddress *ret_address)
{
  gsize fixed = sizeof (struct ifaddrmsg);
  struct nlattr *local = find_in_message (message, fixed, IFA_LOCAL);
  struct nlattr *cache = find_in_message (message, fixed, IFA_CACHEINFO);
  const struct ifaddrmsg *head = nlmsg_data (message);
  struct ifa_cacheinfo lifetimes = { .ifa_valid = FOREVER };
  char text[INET6_ADDRSTRLEN];
  int size;

  if (message->nlmsg_type != RTM_NEWADDR || message->nlmsg_len < NLMSG_LENGTH (fixed))
    return FALSE;
  /* The address of a point-to-point link is the other end's, IPv6 tells its own there. */
  local = local != NULL ? local : find_in_message (message, fixed, IFA_ADDRESS);
  size = head->ifa_family == AF_INET ? (int)sizeof (struct in_addr) : (int)sizeof (struct in6_addr);
  if ((head->ifa_family != AF_INET && head->ifa_family != AF_INET6) || local == NULL || nla_len (local) < size)
    return FALSE;

  if (cache != NULL && nla_len (cache) >= (int)sizeof lifetimes)
    memcpy (&lifetimes, nla_data (cache), sizeof lifetimes);
  ret_address->index = head->ifa_index;
  ret_address->is_lease = head->ifa_family == AF_INET && lifetimes.ifa_valid != FOREVER;
  ret_address->text[0] = '\0';
  if ((head->ifa_family == AF_INET || head->ifa_scope != RT_SCOPE_LINK)
      && inet_ntop (head->ifa_family, nla_data (local), text, sizeof text) != NULL)
    g_snprintf (ret_address->text, sizeof ret_address->text, "%s/%u", text, head->ifa_prefixlen);
  return TRUE;
}

/**
 * vsw_decode_packet_socket:
 * @ret_is_for_all: (out): whether it is not only for IPv4; untouched if there is no link
 *
 * "sk RefCnt Type Proto Iface R Rmem User Inode", net/packet/af_packet.c, packet_seq_show(). Any thread.
 */
guint
vsw_decode_packet_socket (const char *line, gboolean *ret_is_for_all)
{
  guint protocol;
  guint index;

  if (sscanf (line, "%*s %*d %*d %4x %9u", &protocol, &index) != 2 || (protocol != ETH_P_IP && protocol != ETH_P_ALL))
    return 0;
  *ret_is_for_all = protocol == ETH_P_ALL;
  return index;
}
