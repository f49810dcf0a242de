/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host, which we did not make and never delete: bound to a bridge, and made again what they were.
 *
 * In: what IP has on it is taken down, then it goes into the bridge as it is, up or not: to take a NIC down for a moment costs its link, which
 * takes seconds to come back. Out: out of the bridge, then everything as it was. */
#include "plan/planner.h"

static VswOp *
new_ip_op (VswOpKind kind, const VswLink *link, const VswNic *value)
{
  VswOp *op = vsw_op_new (kind, vsw_device_ref_by_link (link));
  op->ip = vsw_ip_config_ref (value->uplink->ip);
  return op;
}

/* While it is being bound it has no binding yet. */
static VswLink *
get_link (VswPlanner *self, const VswNic *value)
{
  VswLink *link = vsw_links_get_device (self->links, value->device);
  return link != NULL ? link : vsw_uplink_find (value->uplink, self->links);
}

/* What is not there is bound when it comes. `is_new`: it may still have what is to be taken off it. */
void
vsw_planner_keep_uplink (VswPlanner *self, const VswNic *value, const VswPort *was, gboolean is_new)
{
  const VswLink *link = get_link (self, value);
  if (link == NULL)
    return;
  g_hash_table_add (self->kept, GUINT_TO_POINTER (link->index));
  if (is_new && value->uplink->ip != NULL)
    vsw_planner_push (self, new_ip_op (VSW_OP_IP_TAKE, link, value), new_ip_op (VSW_OP_IP_GIVE, link, value));
  vsw_planner_plug (self, value, link, was, TRUE);
}

static void
restore (VswPlanner *self, const VswLink *link, VswAttribute attribute, guint64 now, guint64 was)
{
  if (now != was)
    vsw_planner_set (self, link, attribute, now, was);
}

static gboolean
is_in_bridge_of_ours (VswPlanner *self, const VswLink *link)
{
  const VswLink *bridge = vsw_links_get (self->links, link->bridge);
  return bridge != NULL && (vsw_link_is_marked (bridge) || vsw_links_get_bound (self->links, bridge->index) != NULL);
}

/* Where another hand has put it meanwhile it is left. */
void
vsw_planner_release_uplink (VswPlanner *self, const VswNic *value)
{
  const VswLink *link = get_link (self, value);
  if (link == NULL)
    return;
  if (is_in_bridge_of_ours (self, link))
    vsw_planner_unplug (self, link);
  restore (self, link, VSW_ATTRIBUTE_MTU, link->mtu, value->uplink->was_mtu);
  if (value->uplink->ip != NULL)
    vsw_planner_push (self, new_ip_op (VSW_OP_IP_GIVE, link, value), new_ip_op (VSW_OP_IP_TAKE, link, value));
  else
    restore (self, link, VSW_ATTRIBUTE_IPV6_QUIET, !!link->ipv6_quiet, 0);
  restore (self, link, VSW_ATTRIBUTE_UP, !!link->is_up, !!value->uplink->was_up);
}
