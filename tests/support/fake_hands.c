/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreign hands on devices, as tests move them. */
#include <string.h>

#include "support/fake_private.h"
#include "support/fake_rules.h"
#include "support/fake_tap.h"

static FakeLink *
get_link (FakeState *state, int space, const char *name)
{
  FakeLink *link = fake_link_find (fake_named_space (state, space), name);

  if (link == NULL)
    g_error ("the test names a device that is not there: %s", name);
  return link;
}

guint
vsw_fake_kernel_foreign_add (VswKernel *kernel, int space, const VswLink *fields)
{
  FakeState *state = fake_enter (kernel);
  FakeSpace *there = fake_named_space (state, space);
  FakeLink *bridge = fields->bridge != 0 ? fake_link_get (there, fields->bridge) : NULL;
  guint index = 0;

  g_assert (g_strcmp0 (fields->link_kind, "veth") != 0);
  if (fake_check_name (there, fields->name, NULL) && (bridge == NULL || fake_check_join (NULL, bridge, NULL)))
    {
      const char *kind = fields->link_kind != NULL ? fields->link_kind : "";
      FakeLink *link = fields->is_tap ? fake_link_new_tap (state, there, fields->name, FALSE)
                                      : fake_link_new (state, there, fields->name, kind);

      link->is.is_loopback = fields->is_loopback;
      link->is.group = fields->group;
      link->is.mac = fields->mac;
      link->is.permanent = fields->permanent;
      link->is.speed = fields->speed;
      link->is.full_duplex = fields->full_duplex;
      link->is.is_wireless_station = fields->is_wireless_station;
      link->is.mtu = fields->mtu != 0 ? fields->mtu : link->is.mtu;
      link->is.hardware_type = fields->hardware_type != 0 ? fields->hardware_type : link->is.hardware_type;
      fake_link_set_text (&link->is.alias, fields->alias != NULL ? fields->alias : "");
      fake_link_set_text (&link->is.driver, fields->driver != NULL ? fields->driver : "");
      fake_link_set_text (&link->is.bus_path, fields->bus_path != NULL ? fields->bus_path : "");
      if (link->tap != NULL)
        {
          link->is.tap_owner = fields->tap_owner;
          link->is.tap_is_kept = fields->tap_is_kept;
        }
      else
        link->cable = link->is.is_bridge || fields->has_carrier;
      fake_set_bridge (state, link, bridge, NULL);
      fake_set_number (state, link, VSW_ATTRIBUTE_UP, fields->is_up, NULL);
      fake_touch (state, link);
      index = link->is.index;
    }
  fake_leave (kernel);
  return index;
}

static VswMac
make_mac (const FakeLink *link)
{
  guint index = link->is.index;

  return (VswMac){ { 0x1a, (guint8)(index >> 24), (guint8)(index >> 16), (guint8)(index >> 8), (guint8)index,
                     link->space->parent != NULL ? 2 : 1 } };
}

guint
vsw_fake_kernel_foreign_add_pair (VswKernel *kernel, int space, const char *name, int far_space, const char *far)
{
  FakeState *state = fake_enter (kernel);
  FakeSpace *here = fake_named_space (state, space), *there = fake_named_space (state, far_space);
  guint index = 0;

  if (fake_check_name (here, name, NULL) && fake_check_name (there, far, NULL)
      && (here != there || strcmp (name, far) != 0))
    {
      FakeLink *second = fake_link_new (state, there, far, "veth");
      FakeLink *first = fake_link_new (state, here, name, "veth");

      first->peer = second;
      second->peer = first;
      first->is.mac = make_mac (first);
      second->is.mac = make_mac (second);
      index = first->is.index;
    }
  fake_leave (kernel);
  return index;
}

gboolean
vsw_fake_kernel_foreign_delete (VswKernel *kernel, int space, const char *name)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_link (state, space, name);
  gboolean ok = !link->is.is_loopback;

  if (ok)
    fake_destroy (state, link);
  fake_leave (kernel);
  return ok;
}

/* netdev_state_change (net/core/dev.c): of a link that is down, nobody hears what RTM_SETLINK changed unless the change has an event of its own. */
static void
keep_quiet_if_down (FakeLink *link)
{
  if (!link->is.is_up)
    fake_keep_quiet (link);
}

gboolean
vsw_fake_kernel_foreign_set (VswKernel *kernel, int space, const char *name, VswAttribute attribute, guint64 number)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_link (state, space, name);
  gboolean ok = fake_set_number (state, link, attribute, number, NULL);

  if (attribute != VSW_ATTRIBUTE_UP && attribute != VSW_ATTRIBUTE_MTU && attribute != VSW_ATTRIBUTE_PROMISCUOUS)
    keep_quiet_if_down (link);
  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_foreign_set_mac (VswKernel *kernel, int space, const char *name, VswMac mac)
{
  FakeState *state = fake_enter (kernel);
  gboolean ok = fake_set_mac (state, get_link (state, space, name), mac, NULL);

  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_foreign_set_alias (VswKernel *kernel, int space, const char *name, const char *alias)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_link (state, space, name);

  fake_set_alias (state, link, alias);
  keep_quiet_if_down (link);
  fake_leave (kernel);
  return TRUE;
}

gboolean
vsw_fake_kernel_foreign_rename (VswKernel *kernel, int space, const char *name, const char *new_name)
{
  FakeState *state = fake_enter (kernel);
  gboolean ok = fake_set_name (state, get_link (state, space, name), new_name, NULL);

  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_foreign_set_bridge (VswKernel *kernel, int space, const char *name, const char *bridge)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *joined = bridge != NULL ? get_link (state, space, bridge) : NULL;
  gboolean ok = fake_set_bridge (state, get_link (state, space, name), joined, NULL);

  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_foreign_set_cable (VswKernel *kernel, const char *name, gboolean plugged)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_link (state, VSW_FAKE_HOME, name);
  gboolean ok = link->is.link_kind[0] == '\0';

  if (ok)
    fake_set_cable (state, link, plugged);
  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_foreign_move (VswKernel *kernel, int space, const char *name, int target, const char *new_name)
{
  FakeState *state = fake_enter (kernel);
  gboolean ok = fake_move (state, get_link (state, space, name), fake_named_space (state, target), new_name, NULL);

  fake_leave (kernel);
  return ok;
}

/* --- whoever has a tap open --- */

static FakeLink *
get_tap (FakeState *state, const char *name)
{
  FakeLink *link = get_link (state, VSW_FAKE_HOME, name);

  if (link->tap == NULL)
    g_error ("the test takes %s for a tap", name);
  return link;
}

/* tun_not_capable() of drivers/net/tun.c: anybody may while it has no owner. */
int
vsw_fake_kernel_foreign_open_tap (VswKernel *kernel, const char *name, guint32 uid)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_tap (state, name);
  guint32 owner = link->is.tap_owner;
  int fd = owner == VSW_TAP_OWNER_NONE || owner == uid || uid == 0 ? fake_tap_attach (state, link) : -1;

  keep_quiet_if_down (link);
  fake_leave (kernel);
  return fd;
}

gboolean
vsw_fake_kernel_foreign_keep_tap (VswKernel *kernel, const char *name, gboolean keeps)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_tap (state, name);
  gboolean ok = link->tap->ends->len > 0;

  if (ok)
    {
      link->is.tap_is_kept = keeps;
      fake_touch (state, link);
      keep_quiet_if_down (link);
    }
  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_foreign_own_tap (VswKernel *kernel, const char *name, guint32 owner)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_tap (state, name);
  gboolean ok = link->tap->ends->len > 0 && owner != VSW_TAP_OWNER_NONE;

  if (ok)
    {
      link->is.tap_owner = owner;
      fake_touch (state, link);
      keep_quiet_if_down (link);
    }
  fake_leave (kernel);
  return ok;
}

/* TUNSETGROUP of drivers/net/tun.c: once it has a group, it has one. */
gboolean
vsw_fake_kernel_foreign_group_tap (VswKernel *kernel, const char *name, guint32 group)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_tap (state, name);
  gboolean ok = link->tap->ends->len > 0 && group != VSW_TAP_GROUP_NONE;

  if (ok)
    {
      link->is.tap_group = group;
      fake_touch (state, link);
      keep_quiet_if_down (link);
    }
  fake_leave (kernel);
  return ok;
}

/* TUNSETLINK of drivers/net/tun.c, to which a bridge says no (br_device_event, net/bridge/br.c). */
gboolean
vsw_fake_kernel_foreign_set_tap_type (VswKernel *kernel, const char *name, guint16 type)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_tap (state, name);
  gboolean ok = link->tap->ends->len > 0 && !link->is.is_up && link->bridge == NULL;

  if (ok)
    {
      link->is.hardware_type = type;
      fake_touch (state, link);
    }
  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_foreign_set_tap_carrier (VswKernel *kernel, const char *name, gboolean has_carrier)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *link = get_tap (state, name);
  gboolean ok = link->tap->ends->len > 0;

  if (ok)
    fake_set_cable (state, link, has_carrier);
  fake_leave (kernel);
  return ok;
}

/* --- bridge ports --- */

static FakeLink *
get_port (FakeState *state, const char *name)
{
  FakeLink *port = get_link (state, VSW_FAKE_HOME, name);

  if (port->bridge == NULL || !port->bridge->is.is_bridge)
    g_error ("the test takes %s for a bridge port", name);
  return port;
}

gboolean
vsw_fake_kernel_foreign_set_address (VswKernel *kernel, const char *name, VswMac mac, gboolean present)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *port = get_port (state, name);
  gboolean ok = TRUE;

  if (present)
    fake_set_address (state, port, mac, TRUE);
  else
    ok = fake_drop_address (state, port, mac);
  fake_leave (kernel);
  return ok;
}

/* br_handle_frame_finish learns in learning and forwarding; fdb_max_learned bounds what is not static. */
gboolean
vsw_fake_kernel_learn (VswKernel *kernel, const char *name, VswMac mac)
{
  FakeState *state = fake_enter (kernel);
  FakeLink *port = get_port (state, name);
  gboolean listens = port->is.port_state == VSW_PORT_STATE_FORWARDING || port->is.port_state == VSW_PORT_STATE_LEARNING;
  guint limit = port->bridge->is.max_learned;
  gboolean ok = listens && (limit == 0 || fake_count_learned (port->bridge) < limit);

  if (ok)
    fake_set_address (state, port, mac, FALSE);
  fake_leave (kernel);
  return ok;
}

gboolean
vsw_fake_kernel_forget (VswKernel *kernel, const char *name, VswMac mac)
{
  FakeState *state = fake_enter (kernel);
  gboolean ok = fake_drop_address (state, get_port (state, name), mac);

  fake_leave (kernel);
  return ok;
}

void
vsw_fake_kernel_set_counters (VswKernel *kernel, const char *name, const VswCounters *counters)
{
  FakeState *state = fake_enter (kernel);

  get_link (state, VSW_FAKE_HOME, name)->counters = *counters;
  fake_leave (kernel);
}

void
vsw_fake_kernel_pass_forward_delay (VswKernel *kernel)
{
  FakeState *state = fake_enter (kernel);
  g_autoptr (GPtrArray) all = fake_space_list (state->home);

  for (guint i = 0; i < all->len; i++)
    {
      FakeLink *link = g_ptr_array_index (all, i);

      if (link->is.is_bridge)
        fake_pass_forward_delay (state, link);
    }
  fake_leave (kernel);
}
