/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One comparison for every device and every road: what the link is and should not be becomes one operation an attribute, undone by what was observed. */
#include "plan/planner.h"

/* What a number is in a wish and in a link. */
typedef struct
{
  VswAttribute attribute;
  const char *words;
  gboolean (*applies) (const VswPlanner *planner, const VswWish *wish, const VswLink *link);
  guint64 (*get_wished) (const VswWish *wish);
  guint64 (*get_observed) (const VswLink *link);
} Row;

static gboolean
on_quiet (const VswPlanner *planner, const VswWish *wish, const VswLink *link)
{
  return wish->is_quiet;
}

/* Below it the kernel takes IPv6 off a device, and with it what was said about silence; above it IPv6 is back as if the device were new
 * (NETDEV_CHANGEMTU in addrconf_notify(), net/ipv6/addrconf.c). */
#define IPV6_MTU_MIN 1280

static gboolean
crosses_ipv6 (const VswWish *wish, const VswLink *link)
{
  return wish->is_quiet && (wish->mtu < IPV6_MTU_MIN) != (link->mtu < IPV6_MTU_MIN);
}

/* What `cross` does is not done again. */
static gboolean
within_ipv6 (const VswPlanner *planner, const VswWish *wish, const VswLink *link)
{
  return !crosses_ipv6 (wish, link);
}

static gboolean
on_bridge (const VswPlanner *planner, const VswWish *wish, const VswLink *link)
{
  return wish->is_bridge && link->is_bridge;
}

/* What the spanning tree does for a while is nobody's drift (__br_set_topology_change(), net/bridge/br_stp.c). */
static gboolean
on_calm_bridge (const VswPlanner *planner, const VswWish *wish, const VswLink *link)
{
  return on_bridge (planner, wish, link) && !(link->topology_changes && planner->is_drift);
}

/* A kernel without the limit cannot say what it is. A caller who asks for one still has to be told that it cannot be. */
static gboolean
on_limited_bridge (const VswPlanner *planner, const VswWish *wish, const VswLink *link)
{
  return on_bridge (planner, wish, link)
         && (link->has_max_learned || (wish->bridge.max_learned != 0 && !planner->is_drift));
}

static guint64
wished_mtu (const VswWish *wish)
{
  return wish->mtu;
}

static guint64
observed_mtu (const VswLink *link)
{
  return link->mtu;
}

static guint64
wished_quiet (const VswWish *wish)
{
  return 1;
}

static guint64
observed_quiet (const VswLink *link)
{
  return !!link->ipv6_quiet;
}

static guint64
wished_ageing (const VswWish *wish)
{
  return wish->bridge.ageing;
}

static guint64
observed_ageing (const VswLink *link)
{
  return link->ageing;
}

static guint64
wished_max_learned (const VswWish *wish)
{
  return wish->bridge.max_learned;
}

static guint64
observed_max_learned (const VswLink *link)
{
  return link->max_learned;
}

static guint64
wished_spanning_tree (const VswWish *wish)
{
  return !!wish->bridge.spanning_tree;
}

static guint64
observed_spanning_tree (const VswLink *link)
{
  return !!link->spanning_tree;
}

static guint64
wished_snooping (const VswWish *wish)
{
  return !!wish->bridge.multicast_snooping;
}

static guint64
observed_snooping (const VswLink *link)
{
  return !!link->multicast_snooping;
}

static const Row rows[] = {
  { VSW_ATTRIBUTE_IPV6_QUIET, "silence in IPv6", on_quiet, wished_quiet, observed_quiet },
  { VSW_ATTRIBUTE_MTU, "MTU", within_ipv6, wished_mtu, observed_mtu },
  { VSW_ATTRIBUTE_AGEING, "ageing time", on_calm_bridge, wished_ageing, observed_ageing },
  { VSW_ATTRIBUTE_MAX_LEARNED, "limit of learned addresses", on_limited_bridge, wished_max_learned,
    observed_max_learned },
  { VSW_ATTRIBUTE_SPANNING_TREE, "spanning tree", on_bridge, wished_spanning_tree, observed_spanning_tree },
  { VSW_ATTRIBUTE_MULTICAST_SNOOPING, "multicast snooping", on_bridge, wished_snooping, observed_snooping },
};

static void
compare_numbers (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      if (!row->applies (self, wish, link))
        continue;
      guint64 wished = row->get_wished (wish), observed = row->get_observed (link);
      if (wished == observed)
        continue;
      vsw_planner_set (self, link, row->attribute, observed, wished);
      vsw_planner_find (self, wish, "had %s %" G_GUINT64_FORMAT " instead of %" G_GUINT64_FORMAT, row->words, observed,
                        wished);
    }
}

/* The spanning tree shortens the ageing time while the topology changes, without telling anybody, and puts it back itself only while it is on
 * (__br_set_topology_change(), net/bridge/br_stp.c). So whoever turns it off puts it back, whatever was last observed. */
static void
restore_ageing (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  if (on_bridge (self, wish, link) && link->spanning_tree && !wish->bridge.spanning_tree)
    vsw_planner_set (self, link, VSW_ATTRIBUTE_AGEING, wish->bridge.ageing, wish->bridge.ageing);
}

/* Down meanwhile, so that no address is born and asked for before there is silence, in doing as in undoing. */
static void
cross (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  if (!crosses_ipv6 (wish, link))
    return;
  if (link->is_up)
    vsw_planner_set (self, link, VSW_ATTRIBUTE_UP, 1, 0);
  if (wish->mtu < IPV6_MTU_MIN)
    vsw_planner_set (self, link, VSW_ATTRIBUTE_IPV6_QUIET, 1, 1);
  vsw_planner_set (self, link, VSW_ATTRIBUTE_MTU, link->mtu, wish->mtu);
  vsw_planner_find (self, wish, "had MTU %u instead of %u", link->mtu, wish->mtu);
  if (wish->mtu >= IPV6_MTU_MIN)
    vsw_planner_set (self, link, VSW_ATTRIBUTE_IPV6_QUIET, 1, 1);
  if (link->is_up)
    vsw_planner_set (self, link, VSW_ATTRIBUTE_UP, 0, 1);
}

static VswOp *
new_text_op (const VswLink *link, VswAttribute attribute, const char *text)
{
  VswOp *op = vsw_op_set_new (vsw_device_ref_by_link (link), attribute, 0);
  op->text = g_strdup (text);
  return op;
}

/* The mark first: operations of ours are for devices of ours. */
static void
compare_mark (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  if (link->group != VSW_GROUP_OURS)
    {
      vsw_planner_set (self, link, VSW_ATTRIBUTE_GROUP, link->group, VSW_GROUP_OURS);
      vsw_planner_find (self, wish, "was in link group 0x%x instead of 0x%x", link->group, VSW_GROUP_OURS);
    }
  g_autofree char *alias = vsw_link_alias_new (wish->device, wish->owner->id);
  if (!g_str_equal (link->alias, alias))
    {
      g_autofree char *escaped = vsw_text_escape (link->alias);
      vsw_planner_push (self, new_text_op (link, VSW_ATTRIBUTE_ALIAS, alias),
                        new_text_op (link, VSW_ATTRIBUTE_ALIAS, link->alias));
      vsw_planner_find (self, wish, "had the alias '%s' instead of '%s'", escaped, alias);
    }
}

static void
compare_name (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  if (g_str_equal (link->name, wish->device) || vsw_planner_is_taken (self, wish))
    return;
  g_autofree char *escaped = vsw_text_escape (link->name);
  vsw_planner_push (self, new_text_op (link, VSW_ATTRIBUTE_NAME, wish->device),
                    new_text_op (link, VSW_ATTRIBUTE_NAME, link->name));
  vsw_planner_find (self, wish, "was called %s instead of %s", escaped, wish->device);
}

static VswOp *
new_mac_op (const VswLink *link, VswMac mac)
{
  VswOp *op = vsw_op_set_new (vsw_device_ref_by_link (link), VSW_ATTRIBUTE_MAC, 0);
  op->mac = mac;
  return op;
}

static void
compare_mac (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  if (vsw_mac_equal (link->mac, wish->mac))
    return;
  char observed[VSW_MAC_TEXT_SIZE], wished[VSW_MAC_TEXT_SIZE];
  vsw_planner_push (self, new_mac_op (link, wish->mac), new_mac_op (link, link->mac));
  vsw_planner_find (self, wish, "had the MAC address %s instead of %s", vsw_mac_print (link->mac, observed),
                    vsw_mac_print (wish->mac, wished));
}

/* Everything but where it is plugged in and whether it is up: those have an order of their own. */
void
vsw_planner_compare (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  if (!wish->is_foreign)
    {
      compare_mark (self, wish, link);
      compare_name (self, wish, link);
      compare_mac (self, wish, link);
    }
  compare_numbers (self, wish, link);
  restore_ageing (self, wish, link);
  cross (self, wish, link);
}

void
vsw_planner_compare_up (VswPlanner *self, const VswWish *wish, const VswLink *link)
{
  if (!link->is_up == !wish->up)
    return;
  vsw_planner_set (self, link, VSW_ATTRIBUTE_UP, !!link->is_up, !!wish->up);
  vsw_planner_find (self, wish, "was %s instead of %s", link->is_up ? "up" : "down", wish->up ? "up" : "down");
}
