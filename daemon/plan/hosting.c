/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SetupSwitch and TeardownSwitch: the host is reached through an internal NIC of a switch as it was through the NIC that becomes its uplink,
 * and back, with as few frames lost as can be.
 *
 * There:                                               back:
 *   addresses also on the internal NIC                   addresses also on the NIC
 *   both are wired to each other                          the same
 *   the NIC becomes a port                                the NIC is no port any more
 *   frames for its address go to the internal NIC         what arrives is the NIC's own
 *   routes and addresses leave the NIC                   routes and addresses leave the internal NIC
 *   they are wired through the bridge                    the internal NIC is not wired to it any more
 *
 * So at every moment what arrives finds the host, and what the host sends has a way out, whatever time a bridge takes to learn a new port. What
 * was measured is said in kernel/ip.h. With a spanning tree that time is too long for a change, and outlasts it: they stay wired to each other when it has
 * become true, until the tree lets frames pass (engine/diversion.c).
 *
 * Before all this whoever else configures devices of the host has looked at the internal NIC, which is new.
 *
 * By a NIC that was down nobody reached the host, and down it is again afterwards. So there is nothing to lose: what it has is taken off before it
 * goes up and given when it is down again, for going down costs it its addresses of IPv6. */
#include "plan/planner.h"

/* The two ends of the internal NIC, there or about to be. */
typedef struct
{
  VswDeviceRef near, far;
  gboolean has_far;
} Host;

static VswDeviceRef
refer (VswPlanner *self, const char *device)
{
  const VswLink *link = vsw_links_get_device (self->links, device);
  return link != NULL ? vsw_device_ref_by_link (link) : vsw_device_ref_by_name (device);
}

/* A device of that object that the model no longer, or never, knew: its alias says whose it is. */
static const VswLink *
find_orphan (VswPlanner *self, const char *id, const char *prefix)
{
  g_autoptr (GPtrArray) links = vsw_links_list (self->links);
  for (guint i = 0; i < links->len; i++)
    {
      const VswLink *link = links->pdata[i];
      char device[VSW_INTERFACE_SIZE];
      const char *claim = vsw_link_is_marked (link) ? vsw_link_get_claim (link, device) : NULL;
      if (claim != NULL && g_str_has_prefix (claim, prefix) && g_str_has_suffix (link->alias, id))
        return vsw_links_get (self->links, link->index);
    }
  return NULL;
}

static Host
get_host (VswPlanner *self, const VswNic *uplink)
{
  const VswNic *nic = vsw_model_get_nic (self->model, uplink->uplink->host_id);
  Host host = { .has_far = TRUE };
  if (nic != NULL)
    {
      host.near = refer (self, nic->device);
      host.far = refer (self, nic->peer);
      return host;
    }
  const VswLink *far = find_orphan (self, uplink->uplink->host_id, VSW_DEVICE_PREFIX "i-");
  const VswLink *near = find_orphan (self, uplink->uplink->host_id, VSW_DEVICE_PREFIX "p-");
  host.has_far = far != NULL;
  if (far != NULL)
    host.far = vsw_device_ref_by_link (far);
  if (near != NULL)
    host.near = vsw_device_ref_by_link (near);
  return host;
}

static VswOp *
new_op (VswOpKind kind, VswDeviceRef device, VswDeviceRef far, const VswIpConfig *ip)
{
  VswOp *op = vsw_planner_new_ip_op (kind, device, ip);
  op->far = far;
  return op;
}

static void
prepare (VswPlanner *self, VswDeviceRef to, VswDeviceRef from, const VswIpConfig *ip)
{
  vsw_planner_push (self, new_op (VSW_OP_IP_PREPARE, to, from, ip), vsw_planner_new_ip_op (VSW_OP_IP_FORGET, to, ip));
}

/* What the NIC has got since follows what the host has had on the internal one for long. There it is right, whatever fails afterwards. */
static void
move_late (VswPlanner *self, VswDeviceRef to, VswDeviceRef from, const VswIpConfig *ip)
{
  VswOp *op = new_op (VSW_OP_IP_MOVE, to, from, ip);
  op->keeps = TRUE;
  vsw_planner_push (self, op, NULL);
}

static void
move (VswPlanner *self, VswDeviceRef to, VswDeviceRef from, const VswIpConfig *ip)
{
  vsw_planner_push (self, new_op (VSW_OP_IP_MOVE, to, from, ip), new_op (VSW_OP_IP_MOVE, from, to, ip));
}

/* Frames pass at a new port of its switch only when the spanning tree has listened and learned. */
static gboolean
has_spanning_tree (VswPlanner *self, const VswNic *value)
{
  const VswPort *port = vsw_model_find_port_of_nic (self->model, value->head.id);
  const VswSwitch *home = port != NULL ? vsw_model_get_switch (self->model, port->switch_id) : NULL;
  return home != NULL && home->spanning_tree;
}

/* What arrives at one leaves by the other. stays: also when this is undone: by then the NIC is a port again, and a new one */
static void
divert (VswPlanner *self, VswDeviceRef from, VswDeviceRef to, gboolean stays)
{
  VswOp *op = vsw_op_new (VSW_OP_DIVERT_ADD, from);
  op->far = to;
  vsw_planner_push (self, op, stays ? NULL : vsw_op_new (VSW_OP_DIVERT_DELETE, from));
}

static void
undivert (VswPlanner *self, VswDeviceRef from, VswDeviceRef to)
{
  VswOp *back = vsw_op_new (VSW_OP_DIVERT_ADD, from);
  back->far = to;
  vsw_planner_push (self, vsw_op_new (VSW_OP_DIVERT_DELETE, from), back);
}

static VswOp *
new_address_op (VswOpKind kind, VswDeviceRef near, const VswNic *value)
{
  VswOp *op = vsw_op_new (kind, near);
  op->mac = value->mac;
  return op;
}

/* A bridge keeps what is for the address of one of its ports to itself. */
static void
claim_address (VswPlanner *self, VswDeviceRef near, const VswNic *value)
{
  vsw_planner_push (self, new_address_op (VSW_OP_HOST_ADD, near, value),
                    new_address_op (VSW_OP_HOST_DELETE, near, value));
}

static void
disclaim_address (VswPlanner *self, VswDeviceRef near, const VswNic *value)
{
  vsw_planner_push (self, new_address_op (VSW_OP_HOST_DELETE, near, value),
                    new_address_op (VSW_OP_HOST_ADD, near, value));
}

static void
take_for (VswPlanner *self, VswDeviceRef to, VswDeviceRef from, const VswIpConfig *ip)
{
  vsw_planner_push (self, new_op (VSW_OP_IP_TAKE, from, to, ip), vsw_planner_new_ip_op (VSW_OP_IP_GIVE, from, ip));
}

/* NetworkManager takes a device that is up and has no address for one that nobody uses, and when it comes to that conclusion, cleans it of all that it has by
 * then (nm_device_generate_connection() of src/core/devices/nm-device.c). So it has none before that. */
static void
await (VswPlanner *self, VswDeviceRef far)
{
  vsw_planner_push (self, vsw_op_new (VSW_OP_AWAIT, far), NULL);
}

/* Before the NIC becomes a port, and after it. */
static void
begin_hosting (VswPlanner *self, const VswNic *value, const Host *host, VswDeviceRef nic, const VswIpConfig *ip)
{
  if (host->far.index == 0)
    await (self, host->far);
  if (!value->uplink->was_up)
    {
      take_for (self, host->far, nic, ip);
      return;
    }
  prepare (self, host->far, nic, ip);
  divert (self, host->near, nic, FALSE);
  divert (self, nic, host->near, FALSE);
}

static void
end_hosting (VswPlanner *self, const VswNic *value, const Host *host, VswDeviceRef nic, const VswIpConfig *ip)
{
  if (!value->uplink->was_up)
    {
      vsw_planner_give_ip (self, host->far, ip);
      return;
    }
  move (self, host->far, nic, ip);
  if (has_spanning_tree (self, value))
    return;
  undivert (self, nic, host->near);
  undivert (self, host->near, nic);
}

void
vsw_planner_keep_hosting (VswPlanner *self, const VswNic *value, const VswLink *link, const VswPort *was,
                          gboolean is_new, const VswIpConfig *ip)
{
  VswDeviceRef nic = vsw_device_ref_by_link (link);
  Host host = get_host (self, value);
  guint before = self->plan->ops->len;
  gboolean is_late = is_new && ip != value->uplink->ip;
  if (is_late)
    {
      move_late (self, host.far, nic, ip);
      is_new = FALSE;
    }
  gboolean takes_over = is_new && ip != NULL;
  if (takes_over)
    begin_hosting (self, value, &host, nic, ip);
  vsw_planner_plug (self, value, link, was, TRUE);
  if (is_new || self->plan->ops->len > before || host.near.index == 0)
    claim_address (self, host.near, value);
  if (takes_over)
    end_hosting (self, value, &host, nic, ip);
}

/* A NIC that was down, which it will be again: nobody is reached by it. */
static void
release_down (VswPlanner *self, const VswNic *value, const VswLink *link, const Host *host)
{
  const VswIpConfig *ip = value->uplink->ip;
  vsw_planner_take_ip (self, host->far, ip);
  disclaim_address (self, host->near, value);
  vsw_planner_take_out (self, value, link);
  vsw_planner_restore_up (self, value, link);
  vsw_planner_give_ip (self, vsw_device_ref_by_link (link), ip);
}

/* With nothing to move. */
static void
release_alone (VswPlanner *self, const VswNic *value, const VswLink *link)
{
  VswDeviceRef nic = vsw_device_ref_by_link (link);
  vsw_planner_take_out (self, value, link);
  vsw_planner_restore_up (self, value, link);
  if (value->uplink->ip != NULL)
    vsw_planner_push (self, vsw_planner_new_ip_op (VSW_OP_IP_GIVE, nic, value->uplink->ip), NULL);
  vsw_planner_push (self, vsw_op_new (VSW_OP_DIVERT_DELETE, nic), NULL);
}

void
vsw_planner_release_hosting (VswPlanner *self, const VswNic *value, const VswLink *link)
{
  const VswIpConfig *ip = value->uplink->ip;
  VswDeviceRef nic = vsw_device_ref_by_link (link);
  Host host = get_host (self, value);
  if (ip == NULL || !host.has_far)
    {
      release_alone (self, value, link);
      return;
    }
  if (!value->uplink->was_up)
    {
      release_down (self, value, link, &host);
      return;
    }
  const VswLink *bridge = vsw_links_get (self->links, link->bridge);
  gboolean stays = bridge != NULL && bridge->spanning_tree;
  vsw_planner_restore_up (self, value, link);
  prepare (self, nic, host.far, ip);
  divert (self, host.near, nic, stays);
  divert (self, nic, host.near, stays);
  disclaim_address (self, host.near, value);
  vsw_planner_take_out (self, value, link);
  undivert (self, nic, host.near);
  move (self, nic, host.far, ip);
  undivert (self, host.near, nic);
}

/* What the NIC has moves to the internal one. */
static gboolean
is_about_to_give (VswPlanner *self, const VswNic *uplink)
{
  return g_hash_table_contains (self->bound, uplink->head.id) && vsw_planner_get_uplink (self, uplink) != NULL;
}

/* An internal NIC that has just been made anew or set up again, and has what it lost. */
void
vsw_planner_give_to_host (VswPlanner *self, const VswNic *value, VswDeviceRef far)
{
  const VswNic *uplink = vsw_model_find_uplink_for (self->model, value->head.id);
  const VswIpConfig *ip = uplink != NULL ? uplink->uplink->ip : NULL;
  if (ip == NULL || is_about_to_give (self, uplink))
    return;
  await (self, far);
  vsw_planner_push (self, vsw_planner_new_ip_op (VSW_OP_IP_GIVE, far, ip), NULL);
}
