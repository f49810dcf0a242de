/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Ethernet port that we made: one NIC with two ends. The far end is what its user sees; the near end
 * (the device) is what is plugged into a switch. External NICs are not values of ours: they are links (model/link.h). */
#pragma once

#include "model/mac.h"
#include "model/value.h"

G_BEGIN_DECLS

#define VSW_QUEUES_MAX 8

typedef enum
{
  VSW_NIC_INTERNAL,  /* the host's own NIC on the switch */
  VSW_NIC_SYNTHETIC, /* paravirtual: a container's veth (later a multi-queue tap) */
} VswNicKind;

#define VSW_N_NIC_KINDS (VSW_NIC_SYNTHETIC + 1)

typedef struct
{
  VswValue head;
  VswNicKind nic_kind;
  char device[VSW_INTERFACE_SIZE]; /* near end, in our namespace always */
  char peer[VSW_INTERFACE_SIZE];   /* far end, while it is in our namespace */
  char placed_as[VSW_INTERFACE_SIZE]; /* its name in the namespace that it was given to; "" while it is in ours */
  VswMac mac;                      /* of the far end */
  gboolean static_mac;             /* chosen by the caller, not from the pool */
  guint32 mtu;                     /* octets; 0: that of the switch */
  guint32 queues;                  /* 1 to VSW_QUEUES_MAX */
} VswNic;

VswNic *vsw_nic_new (const VswNic *fields);

/* kinds as text: "internal", "synthetic" */
const char *vsw_nic_kind_print (VswNicKind kind);
gboolean vsw_nic_kind_decode (const char *text, VswNicKind *ret_kind, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswNic, vsw_value_unref)

G_END_DECLS
