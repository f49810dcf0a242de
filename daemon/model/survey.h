/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What on this host could harm the switches, as the kernel had it at one moment: whom it gives bridged frames to, who drops them, and what
 * IP does on links where it has no business.
 *
 * Facts, no verdict: what is harm is said elsewhere. A value: immutable, atomically counted, may cross threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Kinds of frames, as bits. */
typedef enum
{
  VSW_FRAMES_IPV4 = 1 << 0,
  VSW_FRAMES_IPV6 = 1 << 1,
  VSW_FRAMES_ARP = 1 << 2,
} VswFrames;

#define VSW_FRAMES_ALL (VSW_FRAMES_IPV4 | VSW_FRAMES_IPV6 | VSW_FRAMES_ARP)

/* A chain of the host's packet filter at the forward hook that ends in dropping frames of our switches. */
typedef struct
{
  guint frames;       /* VswFrames that it sees */
  const char *family; /* (owned) "ip", "ip6", "inet", "arp" as nft has it */
  const char *table;  /* (owned) raw bytes */
  const char *chain;  /* (owned) raw bytes */
  gboolean by_rule;   /* a rule drops whatever reaches it; else the policy does */
} VswDropChain;

/* One link. */
typedef struct
{
  guint index;
  guint filtered;                /* VswFrames that this bridge alone hands to the packet filter (IFLA_BR_NF_CALL_*) */
  gboolean is_guarded;           /* our guard drops what would come in to the host there */
  gboolean takes_advertisements; /* IPv6 would configure itself from router advertisements that arrive there */
  gboolean has_lease;            /* an IPv4 address whose lifetime is finite */
  gboolean has_packet_socket;    /* a program listens for IPv4 below IP on this link alone, as DHCP clients do */
  const char *client;            /* (owned) (nullable) a process that keeps an address there by DHCP: name of its program; of a bridge's port
                                    only while there is an address or somebody listens */
  guint client_process;          /* its number */
  const char *const *addresses;  /* (owned) the host's, "192.0.2.5/24"; without those that a link gives itself */
} VswLinkSurvey;

typedef struct
{
  gboolean has_filter; /* bridge netfilter is there at all */
  guint filtered;      /* VswFrames that every bridge hands to the packet filter (net.bridge.bridge-nf-call-*) */
  GPtrArray *drops;    /* (owned) (element-type VswDropChain) looked for only if frames are handed to anybody */
  GPtrArray *links;    /* (owned) (element-type VswLinkSurvey) those that were asked about and are there */
} VswSurvey;

/* Empty, for its maker to fill in before anybody else sees it. */
VswSurvey *vsw_survey_new (void);
VswSurvey *vsw_survey_ref (VswSurvey *self);
void vsw_survey_unref (VswSurvey *self);
/* For makers: strings and lists are copied. */
void vsw_survey_add_drop (VswSurvey *self, const VswDropChain *drop);
void vsw_survey_add_link (VswSurvey *self, const VswLinkSurvey *link);
/* (transfer none) (nullable) */
const VswLinkSurvey *vsw_survey_find_link (const VswSurvey *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswSurvey, vsw_survey_unref)

G_END_DECLS
