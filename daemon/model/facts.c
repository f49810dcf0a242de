/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/facts.h"

#include "model/index.h"
#include "model/links.h"

static const char *const port_states[] = {
  [VSW_PORT_STATE_DISABLED] = "disabled", [VSW_PORT_STATE_LISTENING] = "listening",
  [VSW_PORT_STATE_LEARNING] = "learning", [VSW_PORT_STATE_FORWARDING] = "forwarding",
  [VSW_PORT_STATE_BLOCKING] = "blocking",
};

/* --- switches --- */

static gboolean
has_uplink (VswModel *model, VswLinks *links, const VswSwitch *value)
{
  if (vsw_model_find_uplink_of (model, value->head.id) != NULL)
    return TRUE;
  const VswLink *bridge = vsw_links_get_device (links, value->device);
  GHashTable *ports = bridge != NULL ? vsw_links_get_foreign_ports (links, bridge->index) : NULL;
  if (ports == NULL)
    return FALSE;
  GHashTableIter iter;
  gpointer link;
  g_hash_table_iter_init (&iter, ports);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    if (vsw_rules_is_external (model->rules, link))
      return TRUE;
  return FALSE;
}

/**
 * vsw_facts_has_host_access:
 *
 * Whether the host has a NIC of its own on the switch, by the wish. Main thread.
 */
gboolean
vsw_facts_has_host_access (VswModel *model, const VswSwitch *value)
{
  VswPortSet *set = vsw_model_get_port_set (model, value->head.id);
  return set != NULL && set->n_internal > 0;
}

/**
 * vsw_facts_switch_kind:
 *
 * "external" if a NIC of the host is bound to it, or is a port of its bridge by another hand; else "internal" if the host has a NIC of its own on it, else
 * "private". Takes no longer for a switch with many ports. (transfer none) Main thread.
 */
const char *
vsw_facts_switch_kind (VswModel *model, VswLinks *links, const VswSwitch *value)
{
  if (has_uplink (model, links, value))
    return "external";
  return vsw_facts_has_host_access (model, value) ? "internal" : "private";
}

/**
 * vsw_facts_switch_state:
 *
 * "degraded" unless its bridge is there and up; else "uplink-missing" if the NIC that is bound to it is not there; else "ok". (transfer none)
 * Main thread.
 */
const char *
vsw_facts_switch_state (VswModel *model, VswLinks *links, const VswSwitch *value)
{
  const VswLink *bridge = vsw_links_get_device (links, value->device);
  if (bridge == NULL || !bridge->is_bridge || !bridge->is_up)
    return "degraded";
  const VswNic *uplink = vsw_model_find_uplink_of (model, value->head.id);
  return uplink != NULL && vsw_links_get_device (links, uplink->device) == NULL ? "uplink-missing" : "ok";
}

/* --- connections --- */

/* The near end of what is plugged in, if it is a port of the right bridge and both are up. */
static VswLink *
get_working_device (VswModel *model, VswLinks *links, const VswPort *value)
{
  const VswNic *nic = value->nic_id != NULL ? vsw_model_get_nic (model, value->nic_id) : NULL;
  const VswSwitch *parent = vsw_model_get_switch (model, value->switch_id);
  VswLink *device = nic != NULL ? vsw_links_get_device (links, nic->device) : NULL;
  const VswLink *bridge = parent != NULL ? vsw_links_get_device (links, parent->device) : NULL;
  if (device == NULL || bridge == NULL || !device->is_port || device->bridge != bridge->index)
    return NULL;
  return device->is_up && bridge->is_up ? device : NULL;
}

/**
 * vsw_facts_get_connection:
 *
 * The bridge port through which frames can pass between the switch port and its endpoint now: it is in the bridge of the
 * port's switch, both are up, it has a carrier, and the bridge forwards on it. (transfer none) (nullable) Main thread.
 */
VswLink *
vsw_facts_get_connection (VswModel *model, VswLinks *links, const VswPort *value)
{
  VswLink *device = get_working_device (model, links, value);
  if (device == NULL || !device->has_carrier || device->port_state != VSW_PORT_STATE_FORWARDING)
    return NULL;
  return device;
}

/**
 * vsw_facts_port_state:
 *
 * The state of a switch port in one word: "disconnected", "no-carrier", "listening", "learning", "blocking", "forwarding", or "degraded" when
 * the kernel is not as it should be. (transfer none) Main thread.
 */
const char *
vsw_facts_port_state (VswModel *model, VswLinks *links, const VswPort *value)
{
  if (value->nic_id == NULL)
    return "disconnected";
  const VswLink *device = get_working_device (model, links, value);
  if (device == NULL)
    return "degraded";
  /* A bridge enables a port when it hears of the carrier, which may be a moment after the device has it. */
  if (!device->has_carrier || device->port_state == VSW_PORT_STATE_DISABLED)
    return "no-carrier";
  return vsw_port_state_print (device->port_state);
}

/**
 * vsw_port_state_print:
 *
 * The word for a state of a bridge port; "" for one that this program does not know. (transfer none) Any thread.
 */
const char *
vsw_port_state_print (VswPortState state)
{
  return (guint)state < G_N_ELEMENTS (port_states) ? port_states[state] : "";
}

/**
 * vsw_facts_port_settles:
 *
 * Whether the port is about to pass frames: the spanning tree listens or learns on it, or its NIC, which is none of a guest's, is up and
 * waits for its carrier. Main thread.
 */
gboolean
vsw_facts_port_settles (VswModel *model, VswLinks *links, const VswPort *value)
{
  const VswNic *nic = value->nic_id != NULL ? vsw_model_get_nic (model, value->nic_id) : NULL;
  const VswLink *link = nic != NULL ? vsw_links_get_device (links, nic->device) : NULL;
  if (link == NULL || !link->is_up)
    return FALSE;
  if (!link->has_carrier)
    return nic->nic_kind != VSW_NIC_SYNTHETIC && nic->nic_kind != VSW_NIC_EMULATED;
  return link->is_port && (link->port_state == VSW_PORT_STATE_LISTENING || link->port_state == VSW_PORT_STATE_LEARNING);
}
