/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_rules.h"

#include <linux/if_arp.h>
#include <string.h>

#include "support/fake_ip.h"

/* dev_valid_name, net/core/dev.c; a '%' makes it a template. */
gboolean
fake_check_name (FakeSpace *space, const char *name, GError **error)
{
  if (*name == '\0' || strlen (name) >= VSW_INTERFACE_SIZE || strcmp (name, ".") == 0 || strcmp (name, "..") == 0
      || strpbrk (name, "/: \t\n\v\f\r%") != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "no device can be called that");
      return FALSE;
    }
  if (fake_link_find (space, name) != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "a device of that name is there already");
      return FALSE;
    }
  return TRUE;
}

gboolean
fake_check_mtu (guint64 mtu, GError **error)
{
  if (mtu >= FAKE_MTU_MIN && mtu <= FAKE_MTU_MAX)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "mtu %" G_GUINT64_FORMAT " is not within %d and %d", mtu,
               FAKE_MTU_MIN, FAKE_MTU_MAX);
  return FALSE;
}

gboolean
fake_check_mac (VswMac mac, GError **error)
{
  static const VswMac zero;

  if ((mac.octets[0] & 1) == 0 && memcmp (&mac, &zero, sizeof mac) != 0)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "a device cannot have that address");
  return FALSE;
}

/* br_add_if, net/bridge/br_if.c. `link` may be NULL: one that is going to be made. */
gboolean
fake_check_join (const FakeLink *link, const FakeLink *bridge, GError **error)
{
  if (!bridge->is.is_bridge)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "%s is no bridge", bridge->is.name);
  else if (link != NULL && link->is.is_bridge)
    g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "can not enslave a bridge to a bridge");
  else if (link != NULL && (link->is.hardware_type != ARPHRD_ETHER || link->space != bridge->space))
    g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%s can be no port", link->is.name);
  else if ((link == NULL || link->bridge != bridge) && bridge->ports->len >= FAKE_BRIDGE_PORTS)
    g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "exchange full: %s has %u ports", bridge->is.name,
                 bridge->ports->len);
  else
    return TRUE;
  return FALSE;
}

/* br_stp_enable_port, br_stp_disable_port, br_make_forwarding: net/bridge/br_stp.c, with forward delay 0 unless there is a spanning tree. */
static void
settle_port (FakeState *self, FakeLink *port)
{
  gboolean is_live = port->bridge->is.is_up && fake_link_has_carrier (port);

  fake_touch (self, port);
  if (!is_live && port->is.port_state != VSW_PORT_STATE_DISABLED)
    {
      port->is.port_state = VSW_PORT_STATE_DISABLED;
      fake_flush_addresses (self, port, FALSE);
    }
  else if (is_live && port->is.port_state == VSW_PORT_STATE_DISABLED)
    port->is.port_state = port->bridge->is.spanning_tree ? VSW_PORT_STATE_LISTENING : VSW_PORT_STATE_FORWARDING;
}

/* A bridge has carrier while a port forwards; one that never had a port has it too (br_port_state_selection). */
static void
settle_bridge (FakeState *self, FakeLink *bridge)
{
  bridge->cable = FALSE;
  for (guint i = 0; i < bridge->ports->len && !bridge->cable; i++)
    {
      FakeLink *port = g_ptr_array_index (bridge->ports, i);

      bridge->cable = port->is.port_state == VSW_PORT_STATE_FORWARDING;
    }
  fake_touch (self, bridge);
}

static void
settle_end (FakeState *self, FakeLink *link)
{
  fake_touch (self, link);
  if (link->bridge == NULL || !link->bridge->is.is_bridge)
    return;
  settle_port (self, link);
  settle_bridge (self, link->bridge);
}

/* After `link` went up or down, or its cable was pulled. */
static void
settle (FakeState *self, FakeLink *link)
{
  settle_end (self, link);
  if (link->peer != NULL)
    settle_end (self, link->peer);
  if (!link->is.is_bridge || link->ports->len == 0)
    return;
  for (guint i = 0; i < link->ports->len; i++)
    settle_port (self, g_ptr_array_index (link->ports, i));
  settle_bridge (self, link);
}

static void
set_up (FakeState *self, FakeLink *link, gboolean is_up)
{
  if (link->is.is_up && !is_up)
    fake_ip_go_down (link);
  link->is.is_up = is_up;
  settle (self, link);
}

static void
leave (FakeState *self, FakeLink *link)
{
  FakeLink *bridge = link->bridge;

  if (bridge == NULL)
    return;
  fake_flush_addresses (self, link, TRUE);
  g_ptr_array_remove (bridge->ports, link);
  link->bridge = NULL;
  link->is.port_state = VSW_PORT_STATE_DISABLED;
  fake_touch (self, link);
  settle_bridge (self, bridge);
}

/* fdb_add_local (net/bridge/br_fdb.c): what a port comes with is its own, whatever the table had. */
static void
own_address (FakeState *self, FakeLink *port)
{
  FakeAddress *present = fake_find_address (port->bridge, port->is.mac);

  if (present != NULL)
    fake_drop_address (self, present->port, present->mac);
}

gboolean
fake_set_bridge (FakeState *self, FakeLink *link, FakeLink *bridge, GError **error)
{
  if (bridge != NULL && !fake_check_join (link, bridge, error))
    return FALSE;
  if (link->bridge == bridge)
    return TRUE;
  leave (self, link);
  if (bridge == NULL)
    return TRUE;
  /* Enslaving to another bridge never says EBUSY: it leaves the first, silently. */
  link->bridge = bridge;
  g_ptr_array_add (bridge->ports, link);
  own_address (self, link);
  settle_end (self, link);
  return TRUE;
}

static gboolean
set_bridge_number (FakeLink *link, VswAttribute attribute, guint64 number, GError **error)
{
  gboolean is_flag = attribute == VSW_ATTRIBUTE_SPANNING_TREE || attribute == VSW_ATTRIBUTE_MULTICAST_SNOOPING;

  if (!link->is.is_bridge)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "%s is no bridge", link->is.name);
      return FALSE;
    }
  if (attribute == VSW_ATTRIBUTE_MAX_LEARNED && !link->is.has_max_learned)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "this kernel has no limit of learned addresses");
      return FALSE;
    }
  if ((is_flag && number > 1) || (attribute == VSW_ATTRIBUTE_AGEING && number > FAKE_AGEING_MAX))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%" G_GUINT64_FORMAT " is out of range", number);
      return FALSE;
    }
  if (attribute == VSW_ATTRIBUTE_AGEING)
    link->is.ageing = number;
  else if (attribute == VSW_ATTRIBUTE_MAX_LEARNED)
    link->is.max_learned = number;
  else if (attribute == VSW_ATTRIBUTE_SPANNING_TREE)
    link->is.spanning_tree = number != 0;
  else
    link->is.multicast_snooping = number != 0;
  return TRUE;
}

gboolean
fake_set_number (FakeState *self, FakeLink *link, VswAttribute attribute, guint64 number, GError **error)
{
  fake_touch (self, link);
  switch (attribute)
    {
    case VSW_ATTRIBUTE_UP:
      set_up (self, link, number != 0);
      return TRUE;
    case VSW_ATTRIBUTE_MTU:
      if (!fake_check_mtu (number, error))
        return FALSE;
      /* IPv6 goes below 1280 octets and comes back as if the device were new (addrconf_notify(), net/ipv6/addrconf.c). */
      if (number < 1280)
        link->is.ipv6_quiet = TRUE;
      else if (link->is.mtu < 1280)
        link->is.ipv6_quiet = FALSE;
      link->is.mtu = number;
      return TRUE;
    case VSW_ATTRIBUTE_PROMISCUOUS:
      link->is.is_promiscuous = number != 0;
      return TRUE;
    case VSW_ATTRIBUTE_GROUP:
      link->is.group = number;
      return TRUE;
    case VSW_ATTRIBUTE_IPV6_QUIET:
      link->is.ipv6_quiet = number != 0 || link->is.mtu < 1280;
      return TRUE;
    case VSW_ATTRIBUTE_AGEING:
    case VSW_ATTRIBUTE_MAX_LEARNED:
    case VSW_ATTRIBUTE_SPANNING_TREE:
    case VSW_ATTRIBUTE_MULTICAST_SNOOPING:
      return set_bridge_number (link, attribute, number, error);
    case VSW_ATTRIBUTE_MAC:
    case VSW_ATTRIBUTE_NAME:
    case VSW_ATTRIBUTE_ALIAS:
    case VSW_ATTRIBUTE_CONTROLLER:
      break;
    }
  g_return_val_if_reached (FALSE);
}

gboolean
fake_set_mac (FakeState *self, FakeLink *link, VswMac mac, GError **error)
{
  if (!fake_check_mac (mac, error))
    return FALSE;
  link->is.mac = mac;
  if (link->bridge != NULL && link->bridge->is.is_bridge)
    own_address (self, link);
  fake_touch (self, link);
  return TRUE;
}

gboolean
fake_set_name (FakeState *self, FakeLink *link, const char *name, GError **error)
{
  if (strcmp (link->is.name, name) == 0)
    return TRUE;
  if (!fake_check_name (link->space, name, error))
    return FALSE;
  fake_link_set_text (&link->is.name, name);
  fake_touch (self, link);
  return TRUE;
}

void
fake_set_alias (FakeState *self, FakeLink *link, const char *alias)
{
  fake_link_set_text (&link->is.alias, alias);
  fake_touch (self, link);
}

void
fake_set_cable (FakeState *self, FakeLink *link, gboolean plugged)
{
  link->cable = plugged;
  settle (self, link);
}

gboolean
fake_move (FakeState *self, FakeLink *link, FakeSpace *target, const char *name, GError **error)
{
  if (link->is.is_bridge || link->is.is_loopback)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%s is bound to its namespace", link->is.name);
      return FALSE;
    }
  if (link->space == target)
    return name == NULL || fake_set_name (self, link, name, error);
  if (!fake_check_name (target, name != NULL ? name : link->is.name, error))
    return FALSE;
  leave (self, link);
  set_up (self, link, FALSE);
  fake_flush (self);
  if (link->space == self->home && link->told != NULL)
    fake_tell (self, FAKE_NEWS_GONE, link->told, 0, 0);
  g_clear_pointer (&link->told, vsw_link_unref);
  fake_link_set_space (link, target);
  if (name != NULL)
    fake_link_set_text (&link->is.name, name);
  link->is.ipv6_quiet = FALSE;
  g_ptr_array_set_size (link->ip, 0);
  fake_touch (self, link);
  if (link->peer != NULL)
    fake_touch (self, link->peer);
  return TRUE;
}

/* As the monitor sees it: first down and out of its bridge, then gone; near end and far end one after the other. */
void
fake_destroy (FakeState *self, FakeLink *link)
{
  FakeLink *ends[] = { link, link->peer };

  if (link->is.is_bridge)
    while (link->ports->len > 0)
      leave (self, g_ptr_array_index (link->ports, 0));
  for (guint i = 0; i < G_N_ELEMENTS (ends) && ends[i] != NULL; i++)
    {
      set_up (self, ends[i], FALSE);
      leave (self, ends[i]);
    }
  fake_flush (self);
  for (guint i = 0; i < G_N_ELEMENTS (ends) && ends[i] != NULL; i++)
    {
      if (ends[i]->space == self->home && ends[i]->told != NULL)
        fake_tell (self, FAKE_NEWS_GONE, ends[i]->told, 0, 0);
      fake_link_free (self, ends[i]);
    }
}

void
fake_pass_forward_delay (FakeState *self, FakeLink *bridge)
{
  for (guint i = 0; i < bridge->ports->len; i++)
    {
      FakeLink *port = g_ptr_array_index (bridge->ports, i);

      if (port->is.port_state == VSW_PORT_STATE_LISTENING)
        port->is.port_state = VSW_PORT_STATE_LEARNING;
      else if (port->is.port_state == VSW_PORT_STATE_LEARNING)
        port->is.port_state = VSW_PORT_STATE_FORWARDING;
      fake_touch (self, port);
    }
  if (bridge->ports->len > 0)
    settle_bridge (self, bridge);
}
