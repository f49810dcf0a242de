/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host, which we did not make and never delete: bound to a bridge, and made again what they were.
 *
 * In: what IP has on it is taken down, then it goes into the bridge as it is, up or not: to take a NIC down for a moment costs its link, which
 * takes seconds to come back. Out: out of the bridge, then everything as it was. What the host is reached by is moved, and not taken, by
 * SetupSwitch and back: plan/hosting.c. */
#include "plan/planner.h"

VswOp *
vsw_planner_new_ip_op (VswOpKind kind, VswDeviceRef device, const VswIpConfig *ip)
{
  VswOp *op = vsw_op_new (kind, device);
  op->ip = vsw_ip_config_ref (ip);
  return op;
}

/* While it is being bound it has no binding yet. */
VswLink *
vsw_planner_get_uplink (VswPlanner *self, const VswNic *value)
{
  VswLink *link = vsw_links_get_device (self->links, value->device);
  return link != NULL ? link : vsw_uplink_find (value->uplink, self->links);
}

void
vsw_planner_take_ip (VswPlanner *self, VswDeviceRef device, const VswIpConfig *ip)
{
  vsw_planner_push (self, vsw_planner_new_ip_op (VSW_OP_IP_TAKE, device, ip),
                    vsw_planner_new_ip_op (VSW_OP_IP_GIVE, device, ip));
}

void
vsw_planner_give_ip (VswPlanner *self, VswDeviceRef device, const VswIpConfig *ip)
{
  vsw_planner_push (self, vsw_planner_new_ip_op (VSW_OP_IP_GIVE, device, ip),
                    vsw_planner_new_ip_op (VSW_OP_IP_TAKE, device, ip));
}

/* What is not there is bound when it comes. */
void
vsw_planner_keep_uplink (VswPlanner *self, const VswNic *value, const VswPort *was, gboolean is_new, const VswIpConfig *ip)
{
  const VswLink *link = vsw_planner_get_uplink (self, value);
  if (link == NULL)
    return;
  g_hash_table_add (self->kept, GUINT_TO_POINTER (link->index));
  if (value->uplink->host_id != NULL)
    {
      vsw_planner_keep_hosting (self, value, link, was, is_new, ip);
      return;
    }
  if (is_new && ip != NULL)
    vsw_planner_take_ip (self, vsw_device_ref_by_link (link), ip);
  vsw_planner_plug (self, value, link, was, TRUE);
}

void
vsw_planner_restore (VswPlanner *self, const VswLink *link, VswAttribute attribute, guint64 now, guint64 was)
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
vsw_planner_take_out (VswPlanner *self, const VswNic *value, const VswLink *link)
{
  if (is_in_bridge_of_ours (self, link))
    vsw_planner_unplug (self, link);
  vsw_planner_restore (self, link, VSW_ATTRIBUTE_MTU, link->mtu, value->uplink->was_mtu);
  if (value->uplink->was_promiscuous >= 0)
    vsw_planner_restore (self, link, VSW_ATTRIBUTE_PROMISCUOUS, !!link->is_promiscuous, (guint)value->uplink->was_promiscuous);
}

/* Before it is given what it had: a NIC that is down can have no routes, and one that goes down loses its addresses of IPv6. */
void
vsw_planner_restore_up (VswPlanner *self, const VswNic *value, const VswLink *link)
{
  vsw_planner_restore (self, link, VSW_ATTRIBUTE_UP, !!link->is_up, !!value->uplink->was_up);
}

/* `value` has what comes back to it in its `ip`. */
void
vsw_planner_release_uplink (VswPlanner *self, const VswNic *value)
{
  const VswLink *link = vsw_planner_get_uplink (self, value);
  if (link == NULL)
    return;
  if (value->uplink->host_id != NULL)
    {
      vsw_planner_release_hosting (self, value, link);
      return;
    }
  vsw_planner_take_out (self, value, link);
  vsw_planner_restore_up (self, value, link);
  if (value->uplink->ip != NULL)
    vsw_planner_give_ip (self, vsw_device_ref_by_link (link), value->uplink->ip);
  else
    vsw_planner_restore (self, link, VSW_ATTRIBUTE_IPV6_QUIET, !!link->ipv6_quiet, 0);
}
