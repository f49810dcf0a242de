/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the floor program share: rtnetlink requests, a place to work in, one device of either kind.
 *
 * Any failure ends the program: a figure of something that did not happen is worth nothing. Sources: rtnetlink(7), linux/if_link.h,
 * linux/veth.h, linux/if_tun.h. */
#pragma once

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#define PAUSE_MICROSECONDS                                                                                             \
  25000 /* between single operations: the kernel ends a deletion some 16 ms after its notification */

typedef struct
{
  char bytes[64 * 1024];
  size_t length;
  size_t last; /* where the last message begins */
} Messages;

/* Two new network namespaces: this process is in that of the bridge. */
typedef struct
{
  int guest; /* descriptor of the one of the far ends */
  unsigned bridge;
  int fd; /* for requests */
} Place;

/* A NIC whose near end, or whose only one, is in the bridge. */
typedef struct
{
  unsigned index;
  int fd; /* of a tap; of a veth pair -1 */
} Nic;

/* Several threads may make and delete at the same time, each with messages and a socket of its own. */
typedef struct
{
  Nic (*make) (const Place *place, int fd, Messages *messages, int number);
  void (*unmake) (Nic nic); /* sleeps until the kernel has cleaned up, long after it notified of the deletion */
} Kind;

extern const Kind veth_kind;
extern const Kind tap_kind;

void check (int fine, const char *what);
int64_t get_now (void); /* microseconds */
void print_median (const char *name, int64_t *times, int count);

struct ifinfomsg *begin_message (Messages *self, int type, int flags);
struct rtattr *add (Messages *self, int type, const void *data, size_t size);
void add_number (Messages *self, int type, uint32_t number);
void add_text (Messages *self, int type, const char *text);
void end_nest (Messages *self, struct rtattr *nest);
/* What every device of ours has; side tells the MAC addresses of a pair apart. */
void add_device (Messages *self, const char *name, int number, uint8_t side);
void add_plug (Messages *self, unsigned bridge);

int open_socket (unsigned groups);
void exchange (int fd, Messages *messages, int count);
unsigned find_index (int fd, const char *name);
/* Next deletion of a link that the monitor tells of; a bridge port is first said to have left its bridge, which does not count. */
unsigned read_deletion (int monitor);

/* With that many pairs in the bridge. */
Place enter_place (int count);
void make_pairs (const Place *place, Messages *messages, int count);
/* Everything in the bridge by one request, then the bridge. */
void delete_all (const Place *place, Messages *messages);

void measure_rate (const Kind *kind, int count, double seconds, int threads);
