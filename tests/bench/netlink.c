/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <net/if.h>

#define GROUP          77
#define RECEIVE_BUFFER (32 << 20)

void
check (int fine, const char *what)
{
  if (fine)
    return;
  fprintf (stderr, "floor: %s: %s\n", what, strerror (errno));
  exit (1);
}

int64_t
get_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C (1000000) + now.tv_nsec / 1000;
}

static int
compare (const void *a, const void *b)
{
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

  return (left > right) - (left < right);
}

void
print_median (const char *name, int64_t *times, int count)
{
  qsort (times, count, sizeof *times, compare);
  printf ("%s %lld\n", name, (long long)times[count / 2]);
}

/* --- messages --- */

struct ifinfomsg *
begin_message (Messages *self, int type, int flags)
{
  struct nlmsghdr *header = (struct nlmsghdr *)(self->bytes + self->length);

  self->last = self->length;
  memset (header, 0, NLMSG_SPACE (sizeof (struct ifinfomsg)));
  header->nlmsg_len = NLMSG_SPACE (sizeof (struct ifinfomsg));
  header->nlmsg_type = type;
  header->nlmsg_flags = NLM_F_REQUEST | flags;
  self->length += header->nlmsg_len;
  return NLMSG_DATA (header);
}

struct rtattr *
add (Messages *self, int type, const void *data, size_t size)
{
  struct rtattr *attribute = (struct rtattr *)(self->bytes + self->length);

  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH (size);
  if (size > 0)
    memcpy (RTA_DATA (attribute), data, size);
  self->length += RTA_SPACE (size);
  ((struct nlmsghdr *)(self->bytes + self->last))->nlmsg_len = self->length - self->last;
  return attribute;
}

void
add_number (Messages *self, int type, uint32_t number)
{
  add (self, type, &number, sizeof number);
}

void
add_text (Messages *self, int type, const char *text)
{
  add (self, type, text, strlen (text) + 1);
}

void
end_nest (Messages *self, struct rtattr *nest)
{
  nest->rta_len = self->bytes + self->length - (char *)nest;
}

void
add_device (Messages *self, const char *name, int number, uint8_t side)
{
  uint8_t mac[6] = { 2, side, 0, number >> 16, number >> 8, number };

  add_text (self, IFLA_IFNAME, name);
  add (self, IFLA_ADDRESS, mac, sizeof mac);
  add_number (self, IFLA_MTU, 1500);
}

void
add_plug (Messages *self, unsigned bridge)
{
  add_number (self, IFLA_GROUP, GROUP);
  add_number (self, IFLA_MASTER, bridge);
}

/* --- sockets --- */

int
open_socket (unsigned groups)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), size = RECEIVE_BUFFER;

  check (fd >= 0, "socket");
  check (setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0, "SO_RCVBUFFORCE");
  check (bind (fd, (struct sockaddr *)&address, sizeof address) == 0, "bind");
  return fd;
}

static void
read_acknowledgements (int fd, int count)
{
  char bytes[32768];

  while (count > 0)
    {
      ssize_t size = recv (fd, bytes, sizeof bytes, 0);

      check (size > 0, "recv");
      for (struct nlmsghdr *header = (void *)bytes; NLMSG_OK (header, size); header = NLMSG_NEXT (header, size))
        {
          struct nlmsgerr *answer = NLMSG_DATA (header);

          errno = -answer->error;
          check (header->nlmsg_type == NLMSG_ERROR && answer->error == 0, "request");
          count--;
        }
    }
}

void
exchange (int fd, Messages *messages, int count)
{
  check (send (fd, messages->bytes, messages->length, 0) == (ssize_t)messages->length, "send");
  messages->length = 0;
  read_acknowledgements (fd, count);
}

unsigned
find_index (int fd, const char *name)
{
  struct ifreq request = { 0 };

  snprintf (request.ifr_name, sizeof request.ifr_name, "%s", name);
  check (ioctl (fd, SIOCGIFINDEX, &request) == 0, "SIOCGIFINDEX");
  return request.ifr_ifindex;
}

unsigned
read_deletion (int monitor)
{
  char bytes[32768];

  /* each notification is a datagram of its own */
  for (;;)
    {
      ssize_t size = recv (monitor, bytes, sizeof bytes, 0);
      struct nlmsghdr *header = (void *)bytes;
      struct ifinfomsg *info = NLMSG_DATA (header);

      check (size >= (ssize_t)NLMSG_SPACE (sizeof *info), "recv from the monitor");
      if (header->nlmsg_type == RTM_DELLINK && info->ifi_family == AF_UNSPEC)
        return info->ifi_index;
    }
}

/* --- the place --- */

static void
turn_ipv6_off (void)
{
  int fd = open ("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return; /* a kernel without IPv6 */
  check (write (fd, "1", 1) == 1, "disable_ipv6");
  close (fd);
}

static unsigned
make_bridge (int fd, Messages *messages)
{
  struct ifinfomsg *info = begin_message (messages, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  struct rtattr *link_info, *data;
  uint8_t off = 0;

  info->ifi_flags = info->ifi_change = IFF_UP;
  add_text (messages, IFLA_IFNAME, "bridge");
  link_info = add (messages, IFLA_LINKINFO, NULL, 0);
  add_text (messages, IFLA_INFO_KIND, "bridge");
  data = add (messages, IFLA_INFO_DATA, NULL, 0);
  add (messages, IFLA_BR_MCAST_SNOOPING, &off, sizeof off);
  end_nest (messages, data);
  end_nest (messages, link_info);
  exchange (fd, messages, 1);
  return find_index (fd, "bridge");
}

Place
enter_place (int count)
{
  static Messages messages;
  Place place;

  check (unshare (CLONE_NEWNET) == 0, "unshare");
  turn_ipv6_off ();
  place.guest = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  check (place.guest >= 0, "open namespace");
  check (unshare (CLONE_NEWNET) == 0, "unshare");
  turn_ipv6_off ();
  place.fd = open_socket (0);
  place.bridge = make_bridge (place.fd, &messages);
  make_pairs (&place, &messages, count);
  return place;
}

void
delete_all (const Place *place, Messages *messages)
{
  begin_message (messages, RTM_DELLINK, NLM_F_ACK);
  add_number (messages, IFLA_GROUP, GROUP);
  exchange (place->fd, messages, 1);
  begin_message (messages, RTM_DELLINK, NLM_F_ACK)->ifi_index = place->bridge;
  exchange (place->fd, messages, 1);
}
