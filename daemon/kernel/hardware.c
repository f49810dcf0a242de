/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ethtool is an ioctl of any socket, so it works on a netlink one and needs no address family more. */
#include "kernel/hardware.h"

#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nl80211.h>
#include <linux/sockios.h>
#include <linux/if.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <sys/ioctl.h>

#define MEGABIT 1000000u /* bit/s */

struct _VswHardware
{
  VswSocket *socket; /* (owned) NETLINK_GENERIC */
};

/**
 * vsw_hardware_open:
 *
 * Opens its socket in the network namespace of the calling thread. Errors: KERNEL.
 */
VswHardware *
vsw_hardware_open (GError **error)
{
  VswSocket *socket = vsw_socket_open (NETLINK_GENERIC, error);
  VswHardware *self;

  if (socket == NULL)
    return NULL;

  self = g_new0 (VswHardware, 1);
  self->socket = socket;
  return self;
}

void
vsw_hardware_close (VswHardware *self)
{
  vsw_socket_close (self->socket);
  g_free (self);
}

/* --- ethtool --- */

static gboolean
ask_ethtool (VswHardware *self, const char *name, gpointer command)
{
  struct ifreq request = { 0 };

  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  request.ifr_data = command;
  return ioctl (vsw_socket_get_fd (self->socket), SIOCETHTOOL, &request) == 0;
}

/* (transfer full) "" if it has no name for it */
static char *
read_driver (VswHardware *self, const char *name)
{
  struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

  if (!ask_ethtool (self, name, &info))
    return g_strdup ("");
  return g_strndup (info.driver, sizeof info.driver);
}

/* The kernel first says how many words its link mode masks have (negative), then wants to be asked with that many. linux/ethtool.h. */
static void
read_speed (VswHardware *self, const char *name, VswLink *fields)
{
  union
  {
    struct ethtool_link_settings settings;
    guint8 bytes[sizeof (struct ethtool_link_settings) + 3 * G_MAXINT8 * sizeof (guint32)];
  } command = { .settings = { .cmd = ETHTOOL_GLINKSETTINGS } };

  if (!ask_ethtool (self, name, &command))
    return;
  if (command.settings.link_mode_masks_nwords < 0)
    {
      command.settings.link_mode_masks_nwords = (__s8)-command.settings.link_mode_masks_nwords;
      command.settings.cmd = ETHTOOL_GLINKSETTINGS;
      if (!ask_ethtool (self, name, &command))
        return;
    }

  if (command.settings.speed != (guint32)SPEED_UNKNOWN)
    fields->speed = (guint64)command.settings.speed * MEGABIT;
  fields->full_duplex = command.settings.duplex == DUPLEX_FULL;
}

/* --- nl80211 --- */

typedef struct
{
  guint16 family;
  gboolean is_station;
  gboolean passes_addresses;
} Wireless;

static struct nlattr *
find_attribute (const struct nlmsghdr *message, int type, int size)
{
  struct nlattr *attribute = nlmsg_find_attr ((struct nlmsghdr *)message, GENL_HDRLEN, type);

  return attribute != NULL && nla_len (attribute) >= size ? attribute : NULL;
}

static void
keep_family (const struct nlmsghdr *message, gpointer user_data)
{
  struct nlattr *id = find_attribute (message, CTRL_ATTR_FAMILY_ID, sizeof (guint16));

  if (id != NULL)
    ((Wireless *)user_data)->family = nla_get_u16 (id);
}

static void
keep_interface (const struct nlmsghdr *message, gpointer user_data)
{
  Wireless *wireless = user_data;
  struct nlattr *type = find_attribute (message, NL80211_ATTR_IFTYPE, sizeof (guint32));
  struct nlattr *four = find_attribute (message, NL80211_ATTR_4ADDR, 1);

  wireless->is_station = type != NULL && nla_get_u32 (type) == NL80211_IFTYPE_STATION;
  wireless->passes_addresses = four != NULL && nla_get_u8 (four) != 0;
}

static struct nl_msg *
new_generic (int family, guint8 command)
{
  struct genlmsghdr head = { .cmd = command, .version = 1 };
  struct nl_msg *message = nlmsg_alloc_simple (family, 0);

  g_assert (message != NULL);
  nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  return message;
}

static gboolean
find_family (VswHardware *self, Wireless *wireless)
{
  struct nl_msg *message = new_generic (GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
  VswAnswer answer;

  nla_put_string (message, CTRL_ATTR_FAMILY_NAME, NL80211_GENL_NAME);
  return vsw_socket_read (self->socket, message, keep_family, wireless, &answer, NULL) && answer.code == 0
         && wireless->family != 0;
}

/* A station that uses four addresses (WDS) can be bridged as any other NIC; the kernel makes the same difference (net/wireless/core.c,
 * IFF_DONT_BRIDGE). */
static gboolean
is_station (VswHardware *self, guint index)
{
  Wireless wireless = { 0 };
  struct nl_msg *message;
  VswAnswer answer;

  if (!find_family (self, &wireless))
    return FALSE;

  message = new_generic (wireless.family, NL80211_CMD_GET_INTERFACE);
  nla_put_u32 (message, NL80211_ATTR_IFINDEX, index);
  return vsw_socket_read (self->socket, message, keep_interface, &wireless, &answer, NULL) && wireless.is_station
         && !wireless.passes_addresses;
}

gboolean
vsw_hardware_knows_wireless (VswHardware *self)
{
  Wireless wireless = { 0 };

  return find_family (self, &wireless);
}

/**
 * vsw_hardware_describe:
 *
 * Worker.
 */
VswLink *
vsw_hardware_describe (VswHardware *self, const VswLink *link)
{
  VswLink fields = *link;
  g_autofree char *driver = read_driver (self, link->name);

  fields.driver = driver;
  fields.speed = 0;
  fields.full_duplex = FALSE;
  read_speed (self, link->name, &fields);
  fields.is_wireless_station = is_station (self, link->index);

  return vsw_link_new (&fields);
}
