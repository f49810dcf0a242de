/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel alone costs: the devices that vmswitchd makes, made and deleted by raw rtnetlink and /dev/net/tun with nothing around it.
 *
 *   floor many N                       N veth pairs in one bridge, 64 requests a send; then the whole group deleted by one request
 *   floor one KIND N K                 in a bridge of N ports: K times one NIC made and deleted again
 *   floor rate KIND N SECONDS THREADS  in a bridge of N ports: that many threads make and delete NICs as fast as they can
 *   floor dump                         one RTM_GETLINK dump of the network namespace that it is started in
 *
 * KIND is `veth` or `tap`. Prints "NAME MICROSECONDS" lines; of a rate those from one NIC made and deleted to the next, whichever thread had it.
 * All but `dump` work in two new network namespaces, one for the bridge and one for the far ends, with IPv6 off in both. */
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- floor many --- */

static void
measure_many (int count)
{
  static Messages messages;
  Place place = enter_place (0);
  int64_t begin = get_now (), made;

  make_pairs (&place, &messages, count);
  made = get_now ();
  delete_all (&place, &messages);
  printf ("create %lld\ndelete %lld\n", (long long)(made - begin), (long long)(get_now () - made));
}

/* --- floor one --- */

typedef struct
{
  const Kind *kind;
  Nic nic;
  int64_t cleaned;
} Deletion;

static void *
run_deletion (void *data)
{
  Deletion *self = data;

  self->kind->unmake (self->nic);
  self->cleaned = get_now ();
  return NULL;
}

static void
measure_one (const Kind *kind, int count, int rounds)
{
  static Messages messages;
  Place place = enter_place (count);
  int monitor = open_socket (RTMGRP_LINK);
  int64_t *attach = calloc (rounds, sizeof *attach), *notified = calloc (rounds, sizeof *notified);
  int64_t *cleaned = calloc (rounds, sizeof *cleaned);

  for (int i = 0; i < rounds; i++)
    {
      Deletion deletion = { .kind = kind };
      pthread_t thread;
      int64_t begin = get_now ();

      deletion.nic = kind->make (&place, place.fd, &messages, count);
      attach[i] = get_now () - begin;
      usleep (PAUSE_MICROSECONDS);

      begin = get_now ();
      check (pthread_create (&thread, NULL, run_deletion, &deletion) == 0, "thread");
      while (read_deletion (monitor) != deletion.nic.index)
        ;
      notified[i] = get_now () - begin;
      pthread_join (thread, NULL);
      cleaned[i] = deletion.cleaned - begin;
      usleep (PAUSE_MICROSECONDS);
    }
  print_median ("attach", attach, rounds);
  print_median ("detach-notified", notified, rounds);
  print_median ("detach-cleaned", cleaned, rounds);
  delete_all (&place, &messages);
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

/* --- --- */

static const Kind *
find_kind (const char *name)
{
  if (strcmp (name, "veth") == 0)
    return &veth_kind;
  return strcmp (name, "tap") == 0 ? &tap_kind : NULL;
}

int
main (int argc, char **argv)
{
  const Kind *kind = argc > 2 ? find_kind (argv[2]) : NULL;

  if (argc == 3 && strcmp (argv[1], "many") == 0)
    measure_many (atoi (argv[2]));
  else if (kind && argc == 5 && strcmp (argv[1], "one") == 0)
    measure_one (kind, atoi (argv[3]), atoi (argv[4]));
  else if (kind && argc == 6 && strcmp (argv[1], "rate") == 0)
    measure_rate (kind, atoi (argv[3]), atof (argv[4]), atoi (argv[5]));
  else if (argc == 2 && strcmp (argv[1], "dump") == 0)
    measure_dump ();
  else
    {
      fprintf (stderr, "usage: floor many N | floor one KIND N K | floor rate KIND N SECONDS THREADS | floor dump\n");
      return 2;
    }
  return 0;
}
