/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits and choices of this installation: defaults, overridden by vmswitch.conf. One immutable value, made at start. */
#pragma once

#include "model/link.h"

G_BEGIN_DECLS

#define VSW_PORTS_CEILING 1000 /* per switch; the kernel's own is 1,023 (BR_MAX_PORTS, net/bridge/br_private.h) */

typedef struct
{
  guint32 max_switches;
  guint32 max_ports;            /* per switch, at most VSW_PORTS_CEILING */
  guint32 max_endpoints;
  guint32 max_static_addresses; /* per port */
  guint32 max_batch;            /* entries in one CreatePorts or AttachMany */
  guint32 max_systems;
  guint32 max_settings;         /* per system */
  guint32 max_checkpoints;      /* open at once */
  /* what one user may have, if he is not root */
  guint32 max_switches_per_user;
  guint32 max_ports_per_user;
  guint32 max_endpoints_per_user;
  guint32 max_systems_per_user;
  guint32 max_checkpoints_per_user;
  guint32 max_calls_per_user; /* that wait for their answer */
  VswMacRange mac_range;        /* of dynamic addresses */
  const char *const *external_interfaces; /* (owned) (nullable) globs of links that count as external besides hardware */
} VswRules;

/* The defaults. A static value: no ownership. */
const VswRules *vsw_rules_get_default (void);

/* What kind of a NIC of the host it is: "physical", "bond", "vlan", "other"; "": none. */
const char *vsw_rules_get_uplink_type (const VswRules *self, const VswLink *link);
/* Whether it is one. A link of ours never is. */
gboolean vsw_rules_is_external (const VswRules *self, const VswLink *link);

G_END_DECLS
