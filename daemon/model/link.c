/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/link.h"

#include <string.h>

static const char *
copy_text (const char *text)
{
  return g_strdup (text != NULL ? text : "");
}

/**
 * vsw_link_new:
 * @fields: what the kernel said; copied, NULL text counts as ""
 *
 * Makes the value of a network device. (transfer full) Any thread.
 */
VswLink *
vsw_link_new (const VswLink *fields)
{
  VswLink *self = g_atomic_rc_box_dup (sizeof *fields, (gpointer)fields);
  self->name = copy_text (fields->name);
  self->link_kind = copy_text (fields->link_kind);
  self->alias = copy_text (fields->alias);
  self->driver = copy_text (fields->driver);
  self->bus_path = copy_text (fields->bus_path);
  return self;
}

static void
clear_link (gpointer link)
{
  VswLink *self = link;
  g_free ((char *)self->name);
  g_free ((char *)self->link_kind);
  g_free ((char *)self->alias);
  g_free ((char *)self->driver);
  g_free ((char *)self->bus_path);
}

/**
 * vsw_link_ref:
 *
 * Takes a reference. Any thread.
 */
VswLink *
vsw_link_ref (const VswLink *self)
{
  return g_atomic_rc_box_acquire ((VswLink *)self);
}

/**
 * vsw_link_unref:
 *
 * Drops a reference; the last one frees. Any thread.
 */
void
vsw_link_unref (VswLink *self)
{
  g_atomic_rc_box_release_full (self, clear_link);
}

static gboolean
equal_hardware (const VswLink *a, const VswLink *b)
{
  return g_str_equal (a->driver, b->driver) && g_str_equal (a->bus_path, b->bus_path) && a->speed == b->speed
         && !a->full_duplex == !b->full_duplex && !a->is_wireless_station == !b->is_wireless_station;
}

static gboolean
equal_taps (const VswLink *a, const VswLink *b)
{
  return !a->is_tap == !b->is_tap && !a->tap_is_kept == !b->tap_is_kept && a->tap_owner == b->tap_owner
         && a->tap_group == b->tap_group && a->tap_queues == b->tap_queues;
}

static gboolean
equal_bridges (const VswLink *a, const VswLink *b)
{
  return !a->is_bridge == !b->is_bridge && a->ageing == b->ageing && !a->spanning_tree == !b->spanning_tree
         && !a->topology_changes == !b->topology_changes && !a->multicast_snooping == !b->multicast_snooping
         && !a->has_max_learned == !b->has_max_learned && a->max_learned == b->max_learned && !a->is_port == !b->is_port
         && a->port_state == b->port_state;
}

/**
 * vsw_link_equal:
 *
 * Whether both say the same in every field. Any thread.
 */
gboolean
vsw_link_equal (const VswLink *a, const VswLink *b)
{
  return a == b
         || (a->index == b->index && g_str_equal (a->name, b->name) && g_str_equal (a->link_kind, b->link_kind)
             && g_str_equal (a->alias, b->alias) && a->hardware_type == b->hardware_type
             && !a->is_loopback == !b->is_loopback && !a->is_up == !b->is_up && !a->has_carrier == !b->has_carrier
             && !a->is_promiscuous == !b->is_promiscuous && a->group == b->group && a->bridge == b->bridge
             && a->peer == b->peer && !a->peer_elsewhere == !b->peer_elsewhere && a->mtu == b->mtu
             && vsw_mac_equal (a->mac, b->mac) && vsw_mac_equal (a->permanent, b->permanent)
             && !a->ipv6_quiet == !b->ipv6_quiet && equal_bridges (a, b) && equal_taps (a, b) && equal_hardware (a, b));
}

/**
 * vsw_link_is_marked:
 *
 * Whether it carries our mark, the link group: of ours, or of ours being deleted. Any thread.
 */
gboolean
vsw_link_is_marked (const VswLink *self)
{
  return self->group == VSW_GROUP_OURS || self->group == VSW_GROUP_DOOMED;
}

/**
 * vsw_link_is_stacked:
 *
 * Whether it takes the frames of the device below it, which is here. Any thread.
 */
gboolean
vsw_link_is_stacked (const VswLink *self)
{
  static const char *const kinds[] = { "macvlan", "macvtap", "ipvlan", "ipvtap", NULL };
  return self->peer != 0 && !self->peer_elsewhere && g_strv_contains (kinds, self->link_kind);
}

/**
 * vsw_link_alias_new:
 * @device: device name in the model
 * @id: of the object that it belongs to
 *
 * The alias that a link of ours has. (transfer full) Any thread.
 */
char *
vsw_link_alias_new (const char *device, const char *id)
{
  return g_strconcat (VSW_ALIAS_PREFIX, device, ":", id, NULL);
}

/* The device that the alias names, if it is one of ours and says something. */
static gboolean
decode_alias (const char *alias, char device[VSW_INTERFACE_SIZE])
{
  if (!g_str_has_prefix (alias, VSW_ALIAS_PREFIX))
    return FALSE;
  const char *start = alias + strlen (VSW_ALIAS_PREFIX);
  const char *colon = strchr (start, ':');
  if (colon == NULL || colon == start || colon - start >= VSW_INTERFACE_SIZE)
    return FALSE;
  memcpy (device, start, colon - start);
  device[colon - start] = '\0';
  return TRUE;
}

/**
 * vsw_link_get_claim:
 * @link: a link that nothing is known of yet
 * @device: (out): room for the name
 *
 * Which device of the model a link claims to be: by its alias, else by its name. Only links that carry our mark may
 * claim anything. Returns @device, or NULL. Any thread.
 */
const char *
vsw_link_get_claim (const VswLink *link, char device[VSW_INTERFACE_SIZE])
{
  if (!vsw_link_is_marked (link))
    return NULL;
  if (!decode_alias (link->alias, device))
    g_strlcpy (device, link->name, VSW_INTERFACE_SIZE);
  return device;
}
