/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A NIC of the host that is bound to a switch: what it is known by, however it is called when it comes back, and what it was before,
 * so that it can be that again.
 *
 * By its permanent address, if it has one: with it a NIC is found again under any name and in any slot, and another one in its slot or
 * under its name is not taken for it. Without one (as virtual devices are), by its address together with its name or its slot. */
#pragma once

#include "model/ip_config.h"
#include "model/link.h"

G_BEGIN_DECLS

typedef struct
{
  VswMac permanent;     /* zero: it has none */
  VswMac mac;           /* when it was bound */
  const char *bus_path; /* (owned) "" if it sits on no bus */
  const char *last_name; /* (owned) raw bytes */
  gboolean was_up;
  guint32 was_mtu;  /* octets */
  gint was_promiscuous; /* 0 or 1; -1: nobody noted it, and it stays as it is */
  VswIpConfig *ip;  /* (owned) (nullable) what was taken off it */
  gboolean is_taken_over; /* another manager has let go of it for us, and gets it back */
  const char *profile; /* (owned) (nullable) UUID of the profile that it had active on it then */
  const char *lease;   /* (owned) (nullable) what of that profile the network knows the host by (bus/profile.h) */
  const char *host_id; /* (owned) (nullable) of the internal NIC that has `ip` since; NULL: nobody has it */
} VswUplink;

VswUplink *vsw_uplink_new (const VswUplink *fields);
VswUplink *vsw_uplink_new_of_link (const VswLink *link, const VswIpConfig *ip, const char *host_id);
VswUplink *vsw_uplink_ref (const VswUplink *self);
void vsw_uplink_unref (VswUplink *self);
/* The same with another configuration. (transfer full) */
VswUplink *vsw_uplink_with_ip (const VswUplink *self, const VswIpConfig *ip);
/* The same, that another manager has let go of. (transfer full) */
VswUplink *vsw_uplink_with_loan (const VswUplink *self, const char *profile, const char *lease);
gboolean vsw_uplink_equal (const VswUplink *a, const VswUplink *b);

/* Whether both are the same NIC. */
gboolean vsw_uplink_is_same (const VswUplink *a, const VswUplink *b);
/* Whether that link is this NIC. */
gboolean vsw_uplink_is (const VswUplink *self, const VswLink *link);
/* The link that is this NIC, among those that are no device of the model yet. (transfer none) (nullable) */
VswLink *vsw_uplink_find (const VswUplink *self, VswLinks *links);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswUplink, vsw_uplink_unref)

G_END_DECLS
