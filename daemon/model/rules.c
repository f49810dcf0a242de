/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/rules.h"

#define HARDWARE_ETHERNET 1 /* ARPHRD_ETHER, include/uapi/linux/if_arp.h */

static const VswRules defaults = {
  .max_switches = 1024,
  .max_ports = VSW_PORTS_CEILING,
  .max_endpoints = 20000,
  .max_static_addresses = 64,
  .max_batch = 1000,
  .max_systems = 4096,
  .max_settings = 16,
  .max_checkpoints = 64,
  .max_switches_per_user = 64,
  .max_ports_per_user = 256,
  .max_endpoints_per_user = 256,
  .max_systems_per_user = 64,
  .max_checkpoints_per_user = 8,
  .max_calls_per_user = 64,
  .mac_range = { .first = { { 0x52, 0x76, 0x73, 0x00, 0x00, 0x00 } },
                 .last = { { 0x52, 0x76, 0x73, 0xff, 0xff, 0xff } } },
};

/**
 * vsw_rules_get_default:
 *
 * What holds where vmswitch.conf says nothing. (transfer none) Any thread.
 */
const VswRules *
vsw_rules_get_default (void)
{
  return &defaults;
}

static gboolean
matches_any (const char *const *globs, const char *name)
{
  for (gsize i = 0; globs != NULL && globs[i] != NULL; i++)
    {
      g_autoptr (GPatternSpec) glob = g_pattern_spec_new (globs[i]);
      if (g_pattern_spec_match_string (glob, name))
        return TRUE;
    }
  return FALSE;
}

/* Devices of the network stack that stand for NICs below them, and the type that they are called by. */
static const struct
{
  const char *link_kind;
  const char *type;
} aggregates[] = { { "bond", "bond" }, { "team", "bond" }, { "vlan", "vlan" } };

/**
 * vsw_rules_get_uplink_type:
 *
 * The one rule of what counts as a NIC of the host that a switch may have as its uplink: Ethernet, not the loopback, not ours, and either
 * hardware (it sits on a bus, or no driver of the network stack made it), or a bond, team or VLAN device, or called as the installation
 * says. (transfer none) "physical", "bond", "vlan", "other"; "": it is none. Any thread.
 */
const char *
vsw_rules_get_uplink_type (const VswRules *self, const VswLink *link)
{
  if (link->hardware_type != HARDWARE_ETHERNET || link->is_loopback || vsw_link_is_marked (link))
    return "";
  for (gsize i = 0; i < G_N_ELEMENTS (aggregates); i++)
    if (g_str_equal (link->link_kind, aggregates[i].link_kind))
      return aggregates[i].type;
  if (link->bus_path[0] != '\0' || link->link_kind[0] == '\0')
    return "physical";
  return matches_any (self->external_interfaces, link->name) ? "other" : "";
}

/**
 * vsw_rules_is_external:
 *
 * Whether it counts as a NIC of the host by that rule. Any thread.
 */
gboolean
vsw_rules_is_external (const VswRules *self, const VswLink *link)
{
  return vsw_rules_get_uplink_type (self, link)[0] != '\0';
}
