/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel reports: one network device (VswLink, an immutable value), and all of them (VswLinks).
 *
 * Ours are told from others' by their link group, which rides in the create request. Which device of the model a
 * link is (`bind`) is decided when it is first seen, by group and then alias or name; from then on by its index alone,
 * until it is deleted: whoever renames or re-addresses it cannot make it foreign, and whoever makes a look-alike cannot
 * make it ours. */
#pragma once

#include "model/mac.h"
#include "model/name.h"

G_BEGIN_DECLS

#define VSW_GROUP_OURS 0x76737731u    /* "vsw1": the mark of ownership; IFLA_GROUP */
#define VSW_GROUP_DOOMED 0x76737732u  /* "vsw2": ours, being deleted */
#define VSW_ALIAS_PREFIX "vmswitch:"  /* alias of a link of ours: prefix, device name of the model, ':' and the object's id */

#define VSW_TAP_OWNER_NONE G_MAXUINT32
#define VSW_TAP_GROUP_NONE G_MAXUINT32

/* States of a bridge port, as IFLA_BRPORT_STATE has them (linux/if_bridge.h). */
typedef enum
{
  VSW_PORT_STATE_DISABLED,
  VSW_PORT_STATE_LISTENING,
  VSW_PORT_STATE_LEARNING,
  VSW_PORT_STATE_FORWARDING,
  VSW_PORT_STATE_BLOCKING,
} VswPortState;

typedef struct
{
  guint index;
  const char *name;        /* (owned) raw bytes: escape before printing */
  const char *link_kind;   /* (owned) IFLA_INFO_KIND, "" for hardware */
  const char *alias;       /* (owned) raw bytes, "" if none */
  guint16 hardware_type;   /* ARPHRD_* */
  gboolean is_loopback;
  gboolean is_up;          /* IFF_UP */
  gboolean has_carrier;    /* IFF_LOWER_UP */
  gboolean is_promiscuous; /* IFF_PROMISC: somebody has set it so; that bridges and sockets want it so does not count */
  guint32 group;
  guint bridge;            /* index of the bridge (or bond) it is a port of; 0 none */
  guint peer;              /* IFLA_LINK: index of the other end; 0 unknown */
  gboolean peer_elsewhere; /* the other end is in another namespace */
  guint32 mtu;             /* octets */
  VswMac mac;
  VswMac permanent;        /* IFLA_PERM_ADDRESS, zero if the kernel names none */
  gboolean ipv6_quiet;     /* address generation mode "none" */
  /* of a bridge */
  gboolean is_bridge;
  guint32 ageing;          /* seconds */
  gboolean spanning_tree;
  gboolean topology_changes; /* the spanning tree has shortened `ageing` for a while */
  gboolean multicast_snooping;
  gboolean has_max_learned; /* the kernel knows the limit (6.7) */
  guint32 max_learned;
  /* of a bridge port */
  gboolean is_port;
  VswPortState port_state;
  /* of a tap */
  gboolean is_tap;
  gboolean tap_is_kept;    /* it stays when nobody has it open (IFLA_TUN_PERSIST) */
  guint32 tap_owner;       /* uid that may open it; VSW_TAP_OWNER_NONE: anybody may */
  guint32 tap_group;       /* gid that he must be in as well; VSW_TAP_GROUP_NONE: any will do */
  guint tap_queues;        /* of one that may have several: how many are open, disabled ones included; else 0 */
  /* of hardware: kernel/ asks for it apart (ethtool), "" and 0 while unknown */
  const char *driver;   /* (owned) */
  const char *bus_path; /* (owned) IFLA_PARENT_DEV_NAME, "" if it sits on no bus */
  guint64 speed;        /* bit/s */
  gboolean full_duplex;
  gboolean is_wireless_station;
} VswLink;

VswLink *vsw_link_new (const VswLink *fields);
VswLink *vsw_link_ref (const VswLink *self);
void vsw_link_unref (VswLink *self);
gboolean vsw_link_equal (const VswLink *a, const VswLink *b);
gboolean vsw_link_is_marked (const VswLink *self);
/* A macvlan or one of its kind, whose `peer` is the device below it. */
gboolean vsw_link_is_stacked (const VswLink *self);
char *vsw_link_alias_new (const char *device, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswLink, vsw_link_unref)

/* --- all of them --- */

typedef struct _VswLinks VswLinks;

VswLinks *vsw_links_new (void);
VswLinks *vsw_links_copy (VswLinks *self);
void vsw_links_free (VswLinks *self);

/* The old link is returned (transfer full), or NULL. `put` replaces by index. */
VswLink *vsw_links_put (VswLinks *self, VswLink *link);
VswLink *vsw_links_drop (VswLinks *self, guint index);

VswLink *vsw_links_get (VswLinks *self, guint index);
VswLink *vsw_links_find_name (VswLinks *self, const char *name);
gboolean vsw_links_has_mac (VswLinks *self, VswMac mac);
VswLink *vsw_links_find_foreign_mac (VswLinks *self, VswMac mac);
GPtrArray *vsw_links_list (VswLinks *self);

/* bindings: which link is the model's device of that name */
void vsw_links_bind (VswLinks *self, const char *device, guint index);
void vsw_links_unbind (VswLinks *self, const char *device);
VswLink *vsw_links_get_device (VswLinks *self, const char *device);
const char *vsw_links_get_bound (VswLinks *self, guint index);
/* The device of the model that an unbound, marked link claims to be by its alias, else by its name. */
const char *vsw_link_get_claim (const VswLink *link, char device[VSW_INTERFACE_SIZE]);

/* learned addresses, counted by kernel/ from forwarding table events; index is the bridge's */
void vsw_links_set_learned (VswLinks *self, guint bridge, guint count);
guint vsw_links_get_learned (VswLinks *self, guint bridge);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswLinks, vsw_links_free)

G_END_DECLS
