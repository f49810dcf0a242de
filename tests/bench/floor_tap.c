/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tap is four calls on its descriptor, for device, header and owner, and one message: MAC address, MTU, group, bridge, up. It goes with its
 * last descriptor. Source: drivers/net/tun.c. */
#include "floor.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <net/if.h>

#define NODE        "/dev/net/tun"
#define HEADER_SIZE 12 /* struct virtio_net_hdr_mrg_rxbuf */
#define OWNER       1000

static int
open_tap (const char *name)
{
  struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL };
  int fd = open (NODE, O_RDWR | O_CLOEXEC | O_NONBLOCK), size = HEADER_SIZE;

  check (fd >= 0, NODE " (a character device 10:200, and a kernel with taps)");
  snprintf (request.ifr_name, sizeof request.ifr_name, "%s", name);
  check (ioctl (fd, TUNSETIFF, &request) == 0, "TUNSETIFF");
  check (ioctl (fd, TUNSETVNETHDRSZ, &size) == 0, "TUNSETVNETHDRSZ");
  check (ioctl (fd, TUNSETOWNER, OWNER) == 0, "TUNSETOWNER");
  return fd;
}

static Nic
make_tap (const Place *place, int fd, Messages *messages, int number)
{
  struct ifinfomsg *info;
  char name[IFNAMSIZ];
  Nic nic;

  snprintf (name, sizeof name, "tap%d", number);
  nic.fd = open_tap (name);
  nic.index = find_index (fd, name);
  info = begin_message (messages, RTM_NEWLINK, NLM_F_ACK);
  info->ifi_index = nic.index;
  info->ifi_flags = info->ifi_change = IFF_UP;
  add_device (messages, name, number, 1);
  add_plug (messages, place->bridge);
  exchange (fd, messages, 1);
  return nic;
}

static void
unmake_tap (Nic nic)
{
  close (nic.fd);
}

const Kind tap_kind = { make_tap, unmake_tap };
