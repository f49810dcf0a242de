/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of the kernel about the rest of the host, for a survey: its packet filter, what IP does on a link. No I/O.
 *
 * Owes its callers that it never reads past the end of a message, whatever is in it, as kernel/decode.h does. Never keeps a pointer into the
 * message but where that is said. */
#pragma once

#include <linux/netlink.h>

#include "model/survey.h"

G_BEGIN_DECLS

/* Families of nf_tables (NFPROTO_* of linux/netfilter.h, which netinet/in.h does not bear). */
#define VSW_FILTER_INET   1
#define VSW_FILTER_IPV4   2
#define VSW_FILTER_ARP    3
#define VSW_FILTER_NETDEV 5
#define VSW_FILTER_IPV6   10

#define VSW_FILTER_NAME_SIZE 256 /* NFT_NAME_MAXLEN, linux/netfilter/nf_tables.h */

/* A base chain. */
typedef struct
{
  guint8 family;
  guint32 hook;
  gboolean drops; /* its policy */
  char table[VSW_FILTER_NAME_SIZE];
  char chain[VSW_FILTER_NAME_SIZE];
  char device[16]; /* of family netdev: the first that it hangs on, "" none */
} VswBaseChain;

/* What a rule means to a frame that goes from one port of a switch of ours to another. */
typedef enum
{
  VSW_RULE_OTHER,  /* it depends on more than we look at */
  VSW_RULE_PASSES, /* accepts it, as it does all frames, or all of our bridges */
  VSW_RULE_DROPS,  /* drops or rejects it, as it does all frames */
  VSW_RULE_JUMPS,  /* looks into another chain, and comes back */
  VSW_RULE_LEAVES, /* looks into another chain, and does not come back */
  VSW_RULE_RETURNS,
} VswRuleEffect;

/* NFT_MSG_NEWCHAIN. FALSE: it hangs on no hook. */
gboolean vsw_decode_base_chain (const struct nlmsghdr *message, VswBaseChain *ret_chain);
/* NFT_MSG_NEWRULE of that chain. FALSE: of another one. ret_target: "" unless it goes to another chain. */
gboolean vsw_decode_rule (const struct nlmsghdr *message, const char *table, const char *chain,
                          VswRuleEffect *ret_effect, char ret_target[VSW_FILTER_NAME_SIZE]);

/* RTM_NEWLINK: `filtered` and `takes_advertisements`. */
void vsw_decode_link_survey (const struct nlmsghdr *message, VswLinkSurvey *link);

/* RTM_NEWADDR. FALSE: it is none of IPv4 or IPv6. */
typedef struct
{
  guint index;
  gboolean is_lease; /* IPv4, and its lifetime is finite */
  char text[64];     /* "192.0.2.5/24"; "": the link gave it to itself */
} VswHostAddress;
gboolean vsw_decode_host_address (const struct nlmsghdr *message, VswHostAddress *ret_address);
/* A line of packet(7)'s /proc/net/packet: the link that somebody listens on alone, for IPv4 or for everything; 0: none. */
guint vsw_decode_packet_socket (const char *line, gboolean *ret_is_for_all);

G_END_DECLS
