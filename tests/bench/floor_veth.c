/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pair is one message: names, MAC addresses, MTU, one queue, group, bridge, up, and the far end in the other namespace. */
#include "floor.h"

#include <stdio.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>

#define REQUESTS_A_SEND 64

static void
add_end (Messages *self, const char *name, int number, uint8_t side)
{
  add_device (self, name, number, side);
  add_number (self, IFLA_NUM_TX_QUEUES, 1);
  add_number (self, IFLA_NUM_RX_QUEUES, 1);
}

static void
print_near_end (char *name, int number)
{
  snprintf (name, IFNAMSIZ, "near%d", number);
}

static void
add_pair (const Place *place, Messages *self, int number)
{
  struct ifinfomsg *info = begin_message (self, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  struct ifinfomsg peer_info = { 0 };
  struct rtattr *link_info, *data, *peer;
  char name[IFNAMSIZ];

  info->ifi_flags = info->ifi_change = IFF_UP;
  print_near_end (name, number);
  add_end (self, name, number, 1);
  add_plug (self, place->bridge);
  link_info = add (self, IFLA_LINKINFO, NULL, 0);
  add_text (self, IFLA_INFO_KIND, "veth");
  data = add (self, IFLA_INFO_DATA, NULL, 0);
  peer = add (self, VETH_INFO_PEER, &peer_info, sizeof peer_info);
  snprintf (name, sizeof name, "e%d", number);
  add_end (self, name, number, 2);
  add_number (self, IFLA_NET_NS_FD, place->guest);
  end_nest (self, peer);
  end_nest (self, data);
  end_nest (self, link_info);
}

void
make_pairs (const Place *place, Messages *messages, int count)
{
  for (int done = 0; done < count;)
    {
      int now = 0;

      for (; now < REQUESTS_A_SEND && done < count; now++, done++)
        add_pair (place, messages, done);
      exchange (place->fd, messages, now);
    }
}

static Nic
make_veth (const Place *place, int fd, Messages *messages, int number)
{
  char name[IFNAMSIZ];

  add_pair (place, messages, number);
  exchange (fd, messages, 1);
  print_near_end (name, number);
  return (Nic){ .index = find_index (fd, name), .fd = -1 };
}

static void
unmake_veth (Nic nic)
{
  Messages messages = { .length = 0 };
  int fd = open_socket (0);

  begin_message (&messages, RTM_DELLINK, NLM_F_ACK)->ifi_index = nic.index;
  exchange (fd, &messages, 1);
  close (fd);
}

const Kind veth_kind = { make_veth, unmake_veth };
