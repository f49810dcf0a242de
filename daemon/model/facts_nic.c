/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/facts.h"

#define HARDWARE_ETHERNET 1 /* ARPHRD_ETHER, include/uapi/linux/if_arp.h */

/**
 * vsw_facts_get_far_end:
 *
 * The far end, while it is in our namespace and there. (transfer none) (nullable) Main thread.
 */
VswLink *
vsw_facts_get_far_end (VswLinks *links, const VswNic *value)
{
  return value->placed_as[0] == '\0' ? vsw_links_get_device (links, value->peer) : NULL;
}

/**
 * vsw_facts_is_ethernet:
 *
 * Whether it carries Ethernet frames, as all that a bridge takes. Any thread.
 */
gboolean
vsw_facts_is_ethernet (const VswLink *link)
{
  return link->hardware_type == HARDWARE_ETHERNET;
}

/**
 * vsw_facts_tap_is_tampered:
 * @link: its device
 *
 * Whether the owner or group of a tap, its link type, or whether it stays when it is closed, is not as wished. Only whoever has it open can
 * have done that, and needs no permission for it (TUNSETOWNER, TUNSETGROUP, TUNSETLINK and TUNSETPERSIST, drivers/net/tun.c). Any thread.
 */
gboolean
vsw_facts_tap_is_tampered (const VswNic *value, const VswLink *link)
{
  return value->backend == VSW_BACKEND_TAP && link->is_tap
         && (link->tap_owner != value->head.owner || link->tap_group != VSW_TAP_GROUP_NONE
             || !vsw_facts_is_ethernet (link) || !link->tap_is_kept != !vsw_nic_is_kept (value));
}

static G_GNUC_PRINTF (2, 3) void
add_reason (GString *text, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append_vprintf (text, format, arguments);
  va_end (arguments);
}

/**
 * vsw_facts_tap_print_tampering:
 * @link: its device
 *
 * What was found on a tap that is tampered with, to follow its name; "" on any other. (transfer full) Any thread.
 */
char *
vsw_facts_tap_print_tampering (const VswNic *value, const VswLink *link)
{
  GString *text = g_string_new (NULL);
  if (!vsw_facts_tap_is_tampered (value, link))
    return g_string_free (text, FALSE);
  if (link->tap_owner != value->head.owner)
    add_reason (text, "belonged to uid %u instead of %u", link->tap_owner, value->head.owner);
  if (link->tap_group != VSW_TAP_GROUP_NONE)
    add_reason (text, "belonged to group %u instead of none", link->tap_group);
  if (!vsw_facts_is_ethernet (link))
    add_reason (text, "had link type %u instead of %u", link->hardware_type, HARDWARE_ETHERNET);
  if (!link->tap_is_kept != !vsw_nic_is_kept (value))
    add_reason (text, link->tap_is_kept ? "would have stayed without its descriptors"
                                        : "would have gone with its descriptors");
  return g_string_free (text, FALSE);
}

static const char *
state_of_uplink (const VswLink *link)
{
  if (!link->is_up)
    return "down";
  return link->has_carrier ? "ok" : "no-carrier";
}

/* One that is plugged in is down only if it is cut off. */
static const char *
state_of_tap (VswModel *model, const VswNic *value, const VswLink *near)
{
  gboolean is_cut_off = !near->is_up && vsw_model_find_port_of_nic (model, value->head.id) != NULL;
  if (!near->is_tap || is_cut_off || vsw_facts_tap_is_tampered (value, near))
    return "degraded";
  if (!near->has_carrier)
    return "down";
  return near->is_up ? "ok" : "no-carrier";
}

/* Of a far end that we cannot see the carrier of the near end tells whether it is up, if that itself is up. */
static const char *
state_of_placed (const VswLink *near)
{
  if (!near->is_up)
    return "no-carrier";
  return near->has_carrier ? "ok" : "down";
}

/**
 * vsw_facts_nic_state:
 *
 * The state of a NIC as its user sees it: "ok" (up, with a carrier), "no-carrier", "down" (nobody has set it up), or "degraded" when one
 * of its ends is missing or, of a tap, its holder has tampered with it or it is cut off from its switch. A tap is down while nobody has it
 * open. A NIC of the host that is not there is "missing". (transfer none) Main thread.
 */
const char *
vsw_facts_nic_state (VswModel *model, VswLinks *links, const VswNic *value)
{
  const VswLink *near = vsw_links_get_device (links, value->device);
  if (near == NULL)
    return value->backend == VSW_BACKEND_HARDWARE ? "missing" : "degraded";
  if (value->backend == VSW_BACKEND_HARDWARE)
    return state_of_uplink (near);
  if (value->backend == VSW_BACKEND_TAP)
    return state_of_tap (model, value, near);
  if (value->placed_as[0] != '\0')
    return near->peer_elsewhere ? state_of_placed (near) : "degraded";
  const VswLink *far = vsw_facts_get_far_end (links, value);
  if (far == NULL)
    return "degraded";
  if (!far->is_up)
    return "down";
  return far->has_carrier ? "ok" : "no-carrier";
}

/**
 * vsw_facts_nic_mtu:
 *
 * The MTU that the NIC has or would get, octets: its own, else that of the switch, else the default. Main thread.
 */
guint32
vsw_facts_nic_mtu (VswModel *model, const VswNic *value)
{
  if (value->mtu != 0)
    return value->mtu;
  const VswPort *port = vsw_model_find_port_of_nic (model, value->head.id);
  const VswSwitch *parent = port != NULL ? vsw_model_get_switch (model, port->switch_id) : NULL;
  return parent != NULL ? parent->mtu : VSW_MTU_DEFAULT;
}

static char *
describe_controller (VswLinks *links, guint index)
{
  const VswLink *controller = vsw_links_get (links, index);
  if (controller == NULL)
    return g_strdup_printf ("port of device %u already", index);
  g_autofree char *name = vsw_text_escape (controller->name);
  return g_strdup_printf ("port of %s already", name);
}

static char *
describe_binding (VswModel *model, const VswValue *nic)
{
  const VswPort *port = vsw_model_find_port_of_nic (model, nic->id);
  const VswSwitch *parent = vsw_model_get_switch (model, port->switch_id);
  return g_strdup_printf ("bound to switch %s already", parent->head.name);
}

/* Those devices take what arrives at the one below them, and a bridge would as well: the kernel lets only one (netdev_rx_handler_register(),
 * net/core/dev.c). */
static const VswLink *
find_above (VswLinks *links, const VswLink *link)
{
  g_autoptr (GPtrArray) list = vsw_links_list (links);
  for (guint i = 0; i < list->len; i++)
    {
      const VswLink *other = list->pdata[i];
      if (vsw_link_is_stacked (other) && other->peer == link->index)
        return vsw_links_get (links, other->index);
    }
  return NULL;
}

static char *
describe_above (const VswLink *above)
{
  g_autofree char *name = vsw_text_escape (above->name);
  return g_strdup_printf ("%s takes its frames already (%s)", name, above->link_kind);
}

/**
 * vsw_facts_print_binding:
 * @nic: a NIC of the host that is bound
 *
 * Says to which switch, and how that is undone. (transfer full) Main thread.
 */
char *
vsw_facts_print_binding (VswModel *model, const VswNic *nic)
{
  const VswPort *port = vsw_model_find_port_of_nic (model, nic->head.id);
  const VswSwitch *parent = port != NULL ? vsw_model_get_switch (model, port->switch_id) : NULL;
  const char *home = parent != NULL ? parent->head.name : "";
  if (nic->uplink->host_id != NULL)
    return g_strdup_printf ("%s is the uplink of switch %s, and the host is reached through it: vmswitchctl teardown %s "
                            "undoes that",
                            nic->head.name, home, home);
  return g_strdup_printf ("%s is the uplink of switch %s: vmswitchctl external unbind %s undoes that", nic->head.name,
                          home, nic->head.name);
}

/**
 * vsw_facts_not_bridgeable:
 *
 * Why a NIC of the host cannot become a port; "" if it can. (transfer full) Main thread.
 */
char *
vsw_facts_not_bridgeable (VswModel *model, VswLinks *links, const VswLink *link)
{
  const char *device = vsw_links_get_bound (links, link->index);
  const VswValue *value = device != NULL ? vsw_model_find_device (model, device) : NULL;
  if (value != NULL && value->kind == VSW_KIND_NIC && ((const VswNic *)value)->uplink != NULL)
    return describe_binding (model, value);
  if (link->is_loopback)
    return g_strdup ("loopback device");
  if (vsw_link_is_marked (link) || device != NULL)
    return g_strdup ("device of vmswitch itself");
  if (link->is_wireless_station)
    return g_strdup ("Wi-Fi station: the access point takes frames from its own address only");
  if (!vsw_facts_is_ethernet (link))
    return g_strdup ("not an Ethernet device");
  if (link->bridge != 0)
    return describe_controller (links, link->bridge);
  const VswLink *above = find_above (links, link);
  if (above != NULL)
    return describe_above (above);
  if (!vsw_name_check (link->name, NULL))
    return g_strdup ("its name has characters that no object here may have: rename it");
  return g_strdup ("");
}
