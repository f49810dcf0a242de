/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of the kernel into values. No I/O.
 *
 * Owes its callers that it never reads past the end of a message, whatever is in it: a message that is too short for its kind is no value
 * (FALSE), an attribute that is too short is as if it were not there. Never keeps a pointer into the message. */
#pragma once

#include <linux/netlink.h>

#include "model/link.h"
#include "model/reading.h"

G_BEGIN_DECLS

/* An entry of a bridge's forwarding table, as rtnetlink tells it. */
typedef struct
{
  guint bridge;  /* index of the bridge (or other upper device) that holds it; 0: not a bridge's entry */
  guint16 state; /* NUD_* (linux/neighbour.h) */
  guint8 flags;  /* NTF_* */
  VswForwardingEntry entry;
} VswNeighbour;

/* What a message of nf_tables says to somebody who has one table (linux/netfilter/nf_tables.h). */
typedef enum
{
  VSW_RULES_OTHER,
  VSW_RULES_TOUCHED,   /* our table, or a chain of it, was added, changed or removed, or got a rule */
  VSW_RULES_COMMITTED, /* a transaction ended; its generation is told */
} VswRulesNews;

/* RTM_NEWLINK and RTM_DELLINK that tell of a link itself, not of a port. (transfer full) (nullable) */
VswLink *vsw_decode_link (const struct nlmsghdr *message);
/* The index that a link has in the namespace that it went to; 0: it did not go to one (RTM_DELLINK of one that is no more). */
guint vsw_decode_new_index (const struct nlmsghdr *message);
/* Whether a tap was made for several queues. */
gboolean vsw_decode_has_many_queues (const struct nlmsghdr *message);
/* Ports: RTM_NEWLINK of AF_BRIDGE. */
gboolean vsw_decode_port (const struct nlmsghdr *message, guint *ret_index, guint *ret_bridge, VswPortState *ret_state);
/* RTM_NEWNEIGH and RTM_DELNEIGH of AF_BRIDGE. */
gboolean vsw_decode_neighbour (const struct nlmsghdr *message, VswNeighbour *ret_neighbour);
gboolean vsw_neighbour_is_of_bridge (const VswNeighbour *self);
gboolean vsw_neighbour_is_learned (const VswNeighbour *self);
/* RTM_NEWSTATS. */
gboolean vsw_decode_counters (const struct nlmsghdr *message, VswCounters *ret_counters);
/* RTM_NEWNSID. FALSE: that namespace has no number here. */
gboolean vsw_decode_nsid (const struct nlmsghdr *message, gint32 *ret_nsid);
/* Any message of nf_tables, about the table of that name in family netdev. */
VswRulesNews vsw_decode_rules (const struct nlmsghdr *message, const char *table, guint32 *ret_generation);

G_END_DECLS
