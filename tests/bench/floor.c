/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel alone costs: the devices that vmswitchd makes, made and deleted by raw rtnetlink with nothing around it.
 *
 *   floor many N       N veth pairs in one bridge, 64 requests a send; then the whole group deleted by one request
 *   floor one N K      in a bridge of N ports: K times one pair made and deleted again
 *   floor dump         one RTM_GETLINK dump of the network namespace that it is started in
 *
 * Prints "NAME MICROSECONDS" lines. `many` and `one` work in two new network namespaces, one for the bridge and one for the far ends,
 * with IPv6 off in both. A pair is one message: names, MAC addresses, MTU, one queue, group, bridge, up, and the far end in the other
 * namespace. Sources: rtnetlink(7), linux/if_link.h, linux/veth.h. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#define GROUP           77
#define REQUESTS_A_SEND 64
#define PAUSE_MICROSECONDS                                                                                             \
  25000 /* between single operations: the kernel ends a deletion some 16 ms after its notification */
#define RECEIVE_BUFFER (32 << 20)

typedef struct
{
  char bytes[64 * 1024];
  size_t length;
  size_t last; /* where the last message begins */
} Messages;

static void
check (int fine, const char *what)
{
  if (fine)
    return;
  fprintf (stderr, "floor: %s: %s\n", what, strerror (errno));
  exit (1);
}

static int64_t
get_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C (1000000) + now.tv_nsec / 1000;
}

/* --- messages --- */

static struct ifinfomsg *
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

static struct rtattr *
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

static void
add_number (Messages *self, int type, uint32_t number)
{
  add (self, type, &number, sizeof number);
}

static void
add_text (Messages *self, int type, const char *text)
{
  add (self, type, text, strlen (text) + 1);
}

static void
end_nest (Messages *self, struct rtattr *nest)
{
  nest->rta_len = self->bytes + self->length - (char *)nest;
}

/* What both ends have. */
static void
add_end (Messages *self, const char *name, int number, uint8_t side)
{
  uint8_t mac[6] = { 2, side, 0, number >> 16, number >> 8, number };

  add_text (self, IFLA_IFNAME, name);
  add (self, IFLA_ADDRESS, mac, sizeof mac);
  add_number (self, IFLA_MTU, 1500);
  add_number (self, IFLA_NUM_TX_QUEUES, 1);
  add_number (self, IFLA_NUM_RX_QUEUES, 1);
}

static void
add_pair (Messages *self, int number, unsigned bridge, int guest)
{
  struct ifinfomsg *info = begin_message (self, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  struct ifinfomsg peer_info = { 0 };
  struct rtattr *link_info, *data, *peer;
  char name[IFNAMSIZ];

  info->ifi_flags = info->ifi_change = IFF_UP;
  snprintf (name, sizeof name, "near%d", number);
  add_end (self, name, number, 1);
  add_number (self, IFLA_GROUP, GROUP);
  add_number (self, IFLA_MASTER, bridge);
  link_info = add (self, IFLA_LINKINFO, NULL, 0);
  add_text (self, IFLA_INFO_KIND, "veth");
  data = add (self, IFLA_INFO_DATA, NULL, 0);
  peer = add (self, VETH_INFO_PEER, &peer_info, sizeof peer_info);
  snprintf (name, sizeof name, "e%d", number);
  add_end (self, name, number, 2);
  add_number (self, IFLA_NET_NS_FD, guest);
  end_nest (self, peer);
  end_nest (self, data);
  end_nest (self, link_info);
}

static void
add_delete (Messages *self, unsigned index)
{
  begin_message (self, RTM_DELLINK, NLM_F_ACK)->ifi_index = index;
}

/* --- the socket --- */

static int
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

static void
exchange (int fd, Messages *messages, int count)
{
  check (send (fd, messages->bytes, messages->length, 0) == (ssize_t)messages->length, "send");
  messages->length = 0;
  read_acknowledgements (fd, count);
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

/* Leaves this process in a new network namespace. Returns a descriptor of another new one. */
static int
enter_namespaces (void)
{
  int guest;

  check (unshare (CLONE_NEWNET) == 0, "unshare");
  turn_ipv6_off ();
  guest = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  check (guest >= 0, "open namespace");
  check (unshare (CLONE_NEWNET) == 0, "unshare");
  turn_ipv6_off ();
  return guest;
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
  return if_nametoindex ("bridge");
}

static void
make_pairs (int fd, Messages *messages, unsigned bridge, int guest, int count)
{
  for (int done = 0; done < count;)
    {
      int now = 0;

      for (; now < REQUESTS_A_SEND && done < count; now++, done++)
        add_pair (messages, done, bridge, guest);
      exchange (fd, messages, now);
    }
}

static void
delete_group (int fd, Messages *messages, unsigned bridge)
{
  begin_message (messages, RTM_DELLINK, NLM_F_ACK);
  add_number (messages, IFLA_GROUP, GROUP);
  exchange (fd, messages, 1);
  add_delete (messages, bridge);
  exchange (fd, messages, 1);
}

/* --- floor many --- */

static void
measure_many (int count)
{
  static Messages messages;
  int guest = enter_namespaces (), fd = open_socket (0);
  unsigned bridge = make_bridge (fd, &messages);
  int64_t begin = get_now (), made;

  make_pairs (fd, &messages, bridge, guest, count);
  made = get_now ();
  delete_group (fd, &messages, bridge);
  printf ("create %lld\ndelete %lld\n", (long long)(made - begin), (long long)(get_now () - made));
}

/* --- floor one --- */

static int
compare (const void *a, const void *b)
{
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

  return (left > right) - (left < right);
}

static void
print_median (const char *name, int64_t *times, int count)
{
  qsort (times, count, sizeof *times, compare);
  printf ("%s %lld\n", name, (long long)times[count / 2]);
}

typedef struct
{
  int fd;
  unsigned index;
  int64_t acknowledged;
} Deletion;

static void *
run_deletion (void *data)
{
  static Messages messages;
  Deletion *self = data;

  add_delete (&messages, self->index);
  exchange (self->fd, &messages, 1);
  self->acknowledged = get_now ();
  return NULL;
}

/* Reads the monitor until it says that the link is gone; a bridge port is first said to have left its bridge. */
static void
wait_gone (int monitor, unsigned index)
{
  char bytes[32768];

  for (;;)
    {
      ssize_t size = recv (monitor, bytes, sizeof bytes, 0);

      check (size > 0, "recv from the monitor");
      for (struct nlmsghdr *header = (void *)bytes; NLMSG_OK (header, size); header = NLMSG_NEXT (header, size))
        {
          struct ifinfomsg *info = NLMSG_DATA (header);

          if (header->nlmsg_type == RTM_DELLINK && info->ifi_family == AF_UNSPEC && (unsigned)info->ifi_index == index)
            return;
        }
    }
}

static void
measure_one (int count, int rounds)
{
  static Messages messages;
  int guest = enter_namespaces (), fd = open_socket (0), monitor = open_socket (RTMGRP_LINK);
  unsigned bridge = make_bridge (fd, &messages);
  int64_t *attach = calloc (rounds, sizeof *attach), *notified = calloc (rounds, sizeof *notified);
  int64_t *acknowledged = calloc (rounds, sizeof *acknowledged);
  char name[IFNAMSIZ];

  make_pairs (fd, &messages, bridge, guest, count);
  snprintf (name, sizeof name, "near%d", count);
  for (int i = 0; i < rounds; i++)
    {
      Deletion deletion = { .fd = fd };
      pthread_t thread;
      int64_t begin = get_now ();

      add_pair (&messages, count, bridge, guest);
      exchange (fd, &messages, 1);
      attach[i] = get_now () - begin;
      usleep (PAUSE_MICROSECONDS);

      deletion.index = if_nametoindex (name);
      begin = get_now ();
      check (pthread_create (&thread, NULL, run_deletion, &deletion) == 0, "thread");
      wait_gone (monitor, deletion.index);
      notified[i] = get_now () - begin;
      pthread_join (thread, NULL);
      acknowledged[i] = deletion.acknowledged - begin;
      usleep (PAUSE_MICROSECONDS);
    }
  print_median ("attach", attach, rounds);
  print_median ("detach-notified", notified, rounds);
  print_median ("detach-acknowledged", acknowledged, rounds);
  delete_group (fd, &messages, bridge);
}

/* --- floor dump --- */

static void
measure_dump (void)
{
  static Messages messages;
  static char bytes[1 << 18];
  int fd = open_socket (0), links = 0, done = 0;
  int64_t begin = get_now ();

  begin_message (&messages, RTM_GETLINK, NLM_F_DUMP);
  check (send (fd, messages.bytes, messages.length, 0) == (ssize_t)messages.length, "send");
  while (!done)
    {
      ssize_t size = recv (fd, bytes, sizeof bytes, 0);

      check (size > 0, "recv");
      for (struct nlmsghdr *header = (void *)bytes; NLMSG_OK (header, size); header = NLMSG_NEXT (header, size))
        {
          done |= header->nlmsg_type == NLMSG_DONE;
          links += header->nlmsg_type == RTM_NEWLINK;
        }
    }
  printf ("dump %lld\nlinks %d\n", (long long)(get_now () - begin), links);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "many") == 0)
    measure_many (atoi (argv[2]));
  else if (argc == 4 && strcmp (argv[1], "one") == 0)
    measure_one (atoi (argv[2]), atoi (argv[3]));
  else if (argc == 2 && strcmp (argv[1], "dump") == 0)
    measure_dump ();
  else
    {
      fprintf (stderr, "usage: floor many N | floor one N K | floor dump\n");
      return 2;
    }
  return 0;
}
