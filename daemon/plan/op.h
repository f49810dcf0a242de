/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One kernel operation and its inverse, as a value that can be printed.
 *
 * Every operation happens wholly or not at all; where the kernel does not promise that, kernel/ reads back and restores.
 * Operations on a link that exists name it by index, which cannot be taken over; those on a link that an earlier operation
 * of the same plan creates name it by name. */
#pragma once

#include "model/handout.h"
#include "model/ip_config.h"
#include "model/link.h"
#include "model/namespace.h"

G_BEGIN_DECLS

/* A device: by index if that is not 0, else by name. The name is always filled in, for messages. */
typedef struct
{
  guint index;
  char name[VSW_INTERFACE_SIZE];
} VswDeviceRef;

typedef enum
{
  VSW_OP_BRIDGE_ADD,     /* device (name), id, mac, mtu, bridge: born down, in VSW_GROUP_OURS, marked (alias), IPv6 quiet, forward delay 0 */
  VSW_OP_VETH_ADD,       /* device, id, mac, mtu, queues, controller, up; far, far_mac, target: both born in VSW_GROUP_OURS
                            (the far end in no group when it goes to a target), near end IPv6 quiet, each end of ours marked */
  VSW_OP_TAP_ADD,        /* device, id, mac, mtu, queues, owner, vnet_header, keeps, controller, up; handout: (nullable) gets the descriptors: in
                            VSW_GROUP_OURS before it is kept, so that one that is not marked goes with the process; IPv6 quiet, marked */
  VSW_OP_TAP_OPEN,       /* device: a tap that nobody has open, else IN_USE; queues, vnet_header; handout */
  VSW_OP_TAP_CLOSE,      /* device; handout: what it holds is closed; what undoes TAP_OPEN */
  VSW_OP_TAP_RELEASE,    /* device; handout: from now on the tap goes with its last descriptor */
  VSW_OP_TAP_CLAIM,      /* device, owner, vnet_header, queues, keeps: ownership and keeping as wished, if it can be opened for that, else IN_USE; one
                            that is not to be kept and that nobody has open is gone when this returns */
  VSW_OP_SET,            /* device, attribute and its value: one change of one link */
  VSW_OP_PLACE,          /* device: a far end in our namespace; target, far.name: its name there; ends up in no group, unmarked */
  VSW_OP_ADDRESS_ADD,    /* device: a bridge port; mac: static forwarding entry; no error if it is there already */
  VSW_OP_ADDRESS_DELETE, /* device, mac; no error if it is gone already */
  VSW_OP_GUARD_ADD,      /* device: a bridge: no frame between it and the host; no error if it is there already */
  VSW_OP_GUARD_DELETE,   /* device (name); no error if it is gone already */
  VSW_OP_IP_PREPARE,     /* device, far, ip: `device` gets addresses and neighbours as well, so that frames find the host there too (settings follow with
                            IP_MOVE); nothing leaves by it yet, and `far`, which has ip, keeps it */
  VSW_OP_IP_FORGET,      /* device, ip: what IP_PREPARE gave is taken off again; no error if the device is gone */
  VSW_OP_IP_MOVE,        /* device, far, ip: what is on `far` of it passes to `device`: routes, next hops and rules change in their place, then
                            the addresses leave `far`, which is quiet in IPv6 then. What `device` has already stays; an absent `far` is no error;
                            CONFLICT if `far` has more than that by now */
  VSW_OP_IP_TAKE,        /* device, ip: all of it leaves the device, which is quiet in IPv6 then; CONFLICT if the device has more than that by now.
                            far: (may be unset) where IP_GIVE is to put it; CONFLICT if a rule of a NIC could not have its place there */
  VSW_OP_IP_GIVE,        /* device, ip: what is missing of it is put there; addresses whose lifetime is over are not, nor routes and next hops to a
                            device that is down, which are told */
  VSW_OP_DIVERT_ADD,     /* device: a NIC; far: a port device: what arrives at the NIC leaves by `far`, whatever else is done to the NIC
                            meanwhile; a kernel that cannot is no error: then some frames are lost. Also the other way, device: a port device;
                            far: a NIC, for what comes from the port's other end */
  VSW_OP_DIVERT_DELETE,  /* device; no error if nothing is diverted */
  VSW_OP_HOST_ADD,       /* device: a bridge port; mac: frames for it go there, though another port of the bridge has that address itself;
                            no error if that is so already */
  VSW_OP_HOST_DELETE,    /* device, mac; no error if it is gone already */
  VSW_OP_AWAIT,          /* device: new, up and without addresses: returns when whoever else configures devices has looked at it, or after a time */
  VSW_OP_DELETE,         /* devices: links of ours, near ends and bridges; returns when they are gone; absent ones are no error */
} VswOpKind;

typedef enum
{
  VSW_ATTRIBUTE_UP,                 /* number: 0 or 1 */
  VSW_ATTRIBUTE_MTU,                /* number: octets */
  VSW_ATTRIBUTE_PROMISCUOUS,        /* number: 0 or 1, beside what bridges and sockets want */
  VSW_ATTRIBUTE_MAC,                /* mac */
  VSW_ATTRIBUTE_NAME,               /* text */
  VSW_ATTRIBUTE_GROUP,              /* number */
  VSW_ATTRIBUTE_ALIAS,              /* text */
  VSW_ATTRIBUTE_IPV6_QUIET,         /* number: 1: address generation "none", 0: the kernel's default (EUI-64) */
  VSW_ATTRIBUTE_CONTROLLER,         /* controller: the bridge; index 0 and empty name: none */
  VSW_ATTRIBUTE_AGEING,             /* number: seconds */
  VSW_ATTRIBUTE_MAX_LEARNED,        /* number */
  VSW_ATTRIBUTE_SPANNING_TREE,      /* number: 0 or 1 */
  VSW_ATTRIBUTE_MULTICAST_SNOOPING, /* number: 0 or 1 */
} VswAttribute;

#define VSW_N_ATTRIBUTES (VSW_ATTRIBUTE_MULTICAST_SNOOPING + 1)

/* The settings of a bridge, in one create request. */
typedef struct
{
  guint32 ageing; /* seconds */
  guint32 max_learned; /* 0: not sent, so that kernels without it are content */
  gboolean spanning_tree;
  gboolean multicast_snooping;
} VswBridgeSettings;

typedef struct _VswOp VswOp;

struct _VswOp
{
  VswOpKind kind;
  VswDeviceRef device;
  const char *id; /* (owned) (nullable) id of the object, for the alias */
  VswMac mac;
  guint32 mtu;
  VswBridgeSettings bridge;
  guint32 queues; /* of a tap: how many it may have; on TAP_OPEN: how many to open */
  guint32 owner;  /* uid of a tap's */
  gboolean vnet_header;
  gboolean keeps; /* the tap stays when nobody has it open; on IP_MOVE: the device has settings of its own, which stay */
  VswHandout *handout; /* (owned) (nullable) */
  gboolean up;
  VswDeviceRef controller;
  VswDeviceRef far;
  VswMac far_mac;
  VswNamespace *target; /* (owned) (nullable) */
  VswIpConfig *ip;      /* (owned) (nullable) */
  GPtrArray *losses;    /* (owned) (nullable) (element-type utf8) of IP_MOVE and IP_GIVE, which say here what could not come along, and why */
  VswAttribute attribute;
  guint64 number;
  const char *text; /* (owned) (nullable) */
  GArray *devices;  /* (owned) (nullable) (element-type VswDeviceRef) */

  VswOp *inverse; /* (owned) (nullable) what undoes it; NULL: nothing to undo, or it cannot be undone */
};

VswDeviceRef vsw_device_ref_by_name (const char *name);
VswDeviceRef vsw_device_ref_by_link (const VswLink *link);

VswOp *vsw_op_new (VswOpKind kind, VswDeviceRef device);
VswOp *vsw_op_set_new (VswDeviceRef device, VswAttribute attribute, guint64 number);
VswOp *vsw_op_delete_new (VswDeviceRef device);
void vsw_op_free (VswOp *self);
/* One line, as in golden plans: "veth-add vswp-web mac … mtu 1500 bridge vsw-lab up; far vswg-web mac …". (transfer full) */
char *vsw_op_print (const VswOp *self);
const char *vsw_attribute_print (VswAttribute attribute);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswOp, vsw_op_free)

G_END_DECLS
