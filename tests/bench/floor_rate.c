/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many NICs a second several threads make and delete, each of them one after another.
 *
 * A NIC has gone when the kernel notifies of it. What the kernel still cleans up then, some 16 ms, is slept off on a thread a deletion, so that
 * nobody waits for it: without that one thread would make 60 NICs a second, however fast the rest is. One thread reads the monitor for all. */
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_THREADS     64
#define NUMBERS_A_THREAD 0x10000

typedef struct
{
  unsigned index; /* waited for; 0: none, or gone */
  pthread_cond_t gone;
} Slot;

typedef struct
{
  const Place *place;
  const Kind *kind;
  int64_t end;
  int monitor;
  pthread_mutex_t lock; /* of what follows */
  Slot slots[MOST_THREADS];
  int n_deletions; /* not yet cleaned up */
} Work;

typedef struct
{
  Work *work;
  int number;
  int done; /* NICs made and deleted */
  pthread_t thread;
} Worker;

typedef struct
{
  Work *work;
  Nic nic;
} Deletion;

static void
start (pthread_t *ret_thread, void *(*function) (void *), void *data)
{
  check (pthread_create (ret_thread, NULL, function, data) == 0, "thread");
}

static void *
run_watch (void *data)
{
  Work *self = data;

  for (;;)
    {
      unsigned index = read_deletion (self->monitor);

      pthread_mutex_lock (&self->lock);
      for (int i = 0; i < MOST_THREADS; i++)
        if (self->slots[i].index == index)
          {
            self->slots[i].index = 0;
            pthread_cond_signal (&self->slots[i].gone);
          }
      pthread_mutex_unlock (&self->lock);
    }
  return NULL;
}

static void *
run_deletion (void *data)
{
  Deletion *self = data;

  self->work->kind->unmake (self->nic);
  pthread_mutex_lock (&self->work->lock);
  self->work->n_deletions--;
  pthread_mutex_unlock (&self->work->lock);
  free (self);
  return NULL;
}

/* Returns when the kernel says that it has gone. */
static void
unmake (Work *work, Slot *slot, Nic nic)
{
  Deletion *deletion = malloc (sizeof *deletion);
  pthread_t thread;

  check (deletion != NULL, "memory");
  *deletion = (Deletion){ work, nic };
  pthread_mutex_lock (&work->lock);
  slot->index = nic.index;
  work->n_deletions++;
  start (&thread, run_deletion, deletion);
  pthread_detach (thread);
  while (slot->index != 0)
    pthread_cond_wait (&slot->gone, &work->lock);
  pthread_mutex_unlock (&work->lock);
}

static void *
run_worker (void *data)
{
  Worker *self = data;
  Work *work = self->work;
  Messages *messages = calloc (1, sizeof *messages);
  int fd = open_socket (0);

  check (messages != NULL, "memory");
  do
    {
      int number = (self->number + 1) * NUMBERS_A_THREAD + self->done % NUMBERS_A_THREAD;

      unmake (work, &work->slots[self->number], work->kind->make (work->place, fd, messages, number));
      self->done++;
    }
  while (get_now () < work->end);
  close (fd);
  free (messages);
  return NULL;
}

static void
wait_clean (Work *work)
{
  for (int left = 1; left > 0;)
    {
      pthread_mutex_lock (&work->lock);
      left = work->n_deletions;
      pthread_mutex_unlock (&work->lock);
      usleep (1000);
    }
}

void
measure_rate (const Kind *kind, int count, double seconds, int threads)
{
  static Messages messages;
  Place place = enter_place (count);
  Work work = {
    .place = &place, .kind = kind, .monitor = open_socket (RTMGRP_LINK), .lock = PTHREAD_MUTEX_INITIALIZER
  };
  Worker workers[MOST_THREADS];
  int64_t begin = get_now (), took;
  pthread_t watch;
  int done = 0;

  check (threads > 0 && threads <= MOST_THREADS, "number of threads");
  for (int i = 0; i < MOST_THREADS; i++)
    pthread_cond_init (&work.slots[i].gone, NULL);
  work.end = begin + (int64_t)(seconds * 1e6);
  start (&watch, run_watch, &work); /* ends with the program */
  for (int i = 0; i < threads; i++)
    {
      workers[i] = (Worker){ .work = &work, .number = i };
      start (&workers[i].thread, run_worker, &workers[i]);
    }
  for (int i = 0; i < threads; i++)
    {
      pthread_join (workers[i].thread, NULL);
      done += workers[i].done;
    }
  took = get_now () - begin;
  wait_clean (&work);
  delete_all (&place, &messages);
  printf ("cycle %lld\n", (long long)(took / done));
}
