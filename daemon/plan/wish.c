/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/planner.h"

VswWish
vsw_wish_of_bridge (const VswSwitch *value)
{
  return (VswWish){
    .what = "bridge",
    .owner = &value->head,
    .device = value->device,
    .mac = value->mac,
    .mtu = value->mtu,
    .up = TRUE,
    .is_quiet = TRUE,
    .is_bridge = TRUE,
    .bridge = { .ageing = value->ageing,
                .max_learned = value->max_learned,
                .spanning_tree = value->spanning_tree,
                .multicast_snooping = value->multicast_snooping },
  };
}

static VswWish
wish_of_uplink (VswModel *model, const VswNic *value)
{
  return (VswWish){
    .what = "uplink",
    .owner = &value->head,
    .device = value->uplink->last_name,
    .mtu = vsw_facts_nic_mtu (model, value),
    .up = TRUE,
    .is_quiet = TRUE,
    .is_foreign = TRUE,
  };
}

/* The switch-side end: up exactly while it is plugged in. */
VswWish
vsw_wish_of_near_end (VswModel *model, const VswNic *value)
{
  if (value->uplink != NULL)
    return wish_of_uplink (model, value);
  return (VswWish){
    .what = "port device",
    .owner = &value->head,
    .device = value->device,
    .mac = vsw_mac_switch_side (value->mac),
    .mtu = vsw_facts_nic_mtu (model, value),
    .up = vsw_model_find_port_of_nic (model, value->head.id) != NULL,
    .is_quiet = TRUE,
  };
}

/* The user's end, at home. An internal one is the host's NIC and speaks for the host; a synthetic one waits, down, to be given away. */
VswWish
vsw_wish_of_far_end (VswModel *model, const VswNic *value)
{
  return (VswWish){
    .what = "far end",
    .owner = &value->head,
    .device = value->peer,
    .mac = value->mac,
    .mtu = vsw_facts_nic_mtu (model, value),
    .up = value->nic_kind == VSW_NIC_INTERNAL,
  };
}
