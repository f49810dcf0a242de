/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Ethernet port that we made: one NIC with two ends. The near end (the device) is what is plugged into a switch. The far end is
 * what its user sees: of a veth the other device of the pair, of a tap the descriptors that whoever runs the guest holds.
 * A NIC of the host is a link and no value of ours (model/link.h), but while it is bound to a switch: then it is one of kind external, whose
 * near end is the NIC itself, and which has no far end. */
#pragma once

#include "model/mac.h"
#include "model/uplink.h"
#include "model/value.h"

G_BEGIN_DECLS

#define VSW_QUEUES_MAX 8

typedef enum
{
  VSW_NIC_INTERNAL,  /* the host's own NIC on the switch */
  VSW_NIC_SYNTHETIC, /* paravirtual: a container's veth, or a tap with queues, virtio-net header and offloads */
  VSW_NIC_EMULATED,  /* a plain tap with one queue: whoever runs the guest imitates some hardware */
  VSW_NIC_EXTERNAL,  /* one of the host's, bound to a switch */
} VswNicKind;

#define VSW_N_NIC_KINDS (VSW_NIC_EXTERNAL + 1)

typedef enum
{
  VSW_BACKEND_VETH, /* two devices; the far one may live in another network namespace */
  VSW_BACKEND_TAP,  /* one device; its descriptors are handed out */
  VSW_BACKEND_HARDWARE, /* a device that we did not make and never delete */
} VswBackend;

#define VSW_N_BACKENDS (VSW_BACKEND_HARDWARE + 1)

typedef struct
{
  VswValue head;
  VswNicKind nic_kind;
  VswBackend backend;
  gboolean opened;                 /* of a tap: its descriptors have been handed out */
  const char *setting_id;          /* (owned) (nullable) of a virtual system: what it was made from */
  char device[VSW_INTERFACE_SIZE]; /* near end, in our namespace always; of an external one a name that no link has */
  char peer[VSW_INTERFACE_SIZE];   /* far end, while it is in our namespace; "" of all but veth */
  char placed_as[VSW_INTERFACE_SIZE]; /* its name in the namespace that it was given to; "" while it is in ours */
  VswMac mac;                      /* of the far end; of an external one its own */
  gboolean static_mac;             /* chosen by the caller, not from the pool */
  guint32 mtu;                     /* octets; 0: that of the switch */
  guint32 queues;                  /* 1 to VSW_QUEUES_MAX */
  VswUplink *uplink;               /* (owned) (nullable) of an external one: which NIC it is, and what it was */
} VswNic;

VswNic *vsw_nic_new (const VswNic *fields);
/* A NIC of the host as it is bound, with another configuration in its uplink. (transfer full) */
VswNic *vsw_nic_with_ip (const VswNic *self, const VswIpConfig *ip);
/* One of the host's, called as it is called now. device: a name that no link has */
VswNic *vsw_nic_new_external (const VswValue *head, const VswUplink *uplink, const char *device);

/* Whether the device outlives its descriptors: a tap that was handed out is not to. TRUE of every veth. */
gboolean vsw_nic_is_kept (const VswNic *self);
/* A tap whose frames come with a virtio-net header, and which may have several queues. */
gboolean vsw_nic_has_vnet_header (const VswNic *self);

/* backends as text: "veth", "tap", "hardware" */
const char *vsw_backend_print (VswBackend backend);
gboolean vsw_backend_decode (const char *text, VswBackend *ret_backend, GError **error);

/* kinds as text: "internal", "synthetic", "emulated", "external" */
const char *vsw_nic_kind_print (VswNicKind kind);
gboolean vsw_nic_kind_decode (const char *text, VswNicKind *ret_kind, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswNic, vsw_value_unref)

G_END_DECLS
