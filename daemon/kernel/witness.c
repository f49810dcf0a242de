/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/witness.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <poll.h>
#include <sys/socket.h>

#include "kernel/encode.h"
#include "model/link.h"

#define BUFFER_SIZE  (16 * 1024 * 1024) /* octets: a chunk of deletes sends 6 KiB a link */
#define RECEIVE_SIZE (32 * 1024)        /* octets; one notification is one datagram of one or two KiB */

struct _VswWitness
{
  VswSocket *listener; /* (owned) hears RTNLGRP_LINK between begin and end */
  VswSocket *asker;    /* (owned) */
  guint8 *buffer;      /* (owned) RECEIVE_SIZE octets */
};

/**
 * vsw_witness_open:
 *
 * Opens its sockets in the network namespace of the calling thread. Errors: KERNEL.
 */
VswWitness *
vsw_witness_open (GError **error)
{
  g_autoptr (VswWitness) self = g_new0 (VswWitness, 1);
  int size = BUFFER_SIZE;

  self->buffer = g_malloc (RECEIVE_SIZE);
  self->listener = vsw_socket_open (NETLINK_ROUTE, error);
  if (self->listener == NULL)
    return NULL;
  self->asker = vsw_socket_open (NETLINK_ROUTE, error);
  if (self->asker == NULL)
    return NULL;
  setsockopt (vsw_socket_get_fd (self->listener), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);

  return g_steal_pointer (&self);
}

void
vsw_witness_close (VswWitness *self)
{
  g_clear_pointer (&self->listener, vsw_socket_close);
  g_clear_pointer (&self->asker, vsw_socket_close);
  g_free (self->buffer);
  g_free (self);
}

/**
 * vsw_witness_begin:
 *
 * Listens from now on. Worker. Errors: KERNEL.
 */
gboolean
vsw_witness_begin (VswWitness *self, GError **error)
{
  int group = RTNLGRP_LINK;

  if (setsockopt (vsw_socket_get_fd (self->listener), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0)
    return TRUE;

  vsw_errno_set_error (errno, "listen to the kernel", NULL, error);
  return FALSE;
}

/* One datagram, if there is one; its size, 0 if there is none or some were lost. Only the kernel is listened to. */
static gssize
receive (VswWitness *self)
{
  int fd = vsw_socket_get_fd (self->listener);

  for (;;)
    {
      struct sockaddr_nl sender = { 0 };
      struct iovec iov = { self->buffer, RECEIVE_SIZE };
      struct msghdr header = { .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &iov, .msg_iovlen = 1 };
      gssize size = TEMP_FAILURE_RETRY (recvmsg (fd, &header, MSG_DONTWAIT));

      if (size < 0 && errno == ENOBUFS)
        continue; /* what was lost is asked for when the errand is back */
      if (size <= 0)
        return 0;
      if (sender.nl_pid == 0 && (header.msg_flags & MSG_TRUNC) == 0)
        return size;
    }
}

/**
 * vsw_witness_end:
 *
 * Listens no more and forgets what it heard. Worker.
 */
void
vsw_witness_end (VswWitness *self)
{
  int group = RTNLGRP_LINK;

  setsockopt (vsw_socket_get_fd (self->listener), SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof group);
  while (receive (self) > 0)
    ;
}

static guint32
read_group (const struct nlmsghdr *message)
{
  struct nlattr *group = nlmsg_find_attr ((struct nlmsghdr *)message, sizeof (struct ifinfomsg), IFLA_GROUP);

  return group != NULL && nla_len (group) >= (int)sizeof (guint32) ? nla_get_u32 (group) : 0;
}

/* A port that leaves its bridge is told as RTM_DELLINK too, but of AF_BRIDGE: the device is still there. */
static void
take_in (const struct nlmsghdr *message, GHashTable *waiting, guint *stranger)
{
  const struct ifinfomsg *head = nlmsg_data (message);

  if (message->nlmsg_len < NLMSG_LENGTH (sizeof *head) || head->ifi_family == AF_BRIDGE)
    return;
  if (message->nlmsg_type == RTM_DELLINK)
    g_hash_table_remove (waiting, GINT_TO_POINTER (head->ifi_index));
  else if (message->nlmsg_type == RTM_NEWLINK && read_group (message) == VSW_GROUP_DOOMED
           && !g_hash_table_contains (waiting, GINT_TO_POINTER (head->ifi_index)))
    *stranger = (guint)head->ifi_index;
}

gboolean
vsw_witness_look (VswWitness *self, GHashTable *waiting, guint *ret_stranger)
{
  guint stranger = 0;
  gssize size;

  while ((size = receive (self)) > 0)
    {
      struct nlmsghdr *message = (struct nlmsghdr *)self->buffer;
      int rest = (int)size;

      for (; nlmsg_ok (message, rest); message = nlmsg_next (message, &rest))
        take_in (message, waiting, &stranger);
    }

  *ret_stranger = stranger;
  return stranger == 0;
}

/* Reading a link takes the lock under which links go, so who is answered knows that whoever held it has let go: every notification of what
 * went has been sent to everybody. Returns whether the link is still there. */
static gboolean
ask (VswWitness *self, guint index)
{
  VswAnswer answer;

  if (!vsw_socket_request (self->asker, vsw_encode_get_link ((VswDeviceRef){ .index = index }), &answer, NULL))
    return TRUE;
  return answer.code != ENODEV;
}

static void
ask_about_all (VswWitness *self, GHashTable *waiting)
{
  GHashTableIter iter;
  gpointer index;

  g_hash_table_iter_init (&iter, waiting);
  while (g_hash_table_iter_next (&iter, &index, NULL))
    if (!ask (self, GPOINTER_TO_UINT (index)))
      g_hash_table_iter_remove (&iter);
}

/* What the kernel refused the first errand with; 0 if it refused none. Links that went by another hand are gone all the same. */
static VswAnswer
find_refusal (GPtrArray *errands)
{
  VswAnswer answer = { 0 };

  for (guint i = 0; i < errands->len; i++)
    if (vsw_errand_is_back (g_ptr_array_index (errands, i), &answer) && answer.code != 0 && answer.code != ENODEV)
      return answer;

  return (VswAnswer){ 0 };
}

/* The errands are back and some are still not known to be gone. */
static gboolean
check_rest (VswWitness *self, GHashTable *waiting, GPtrArray *errands, const char *step, GError **error)
{
  VswAnswer answer = find_refusal (errands);
  guint stranger;

  vsw_witness_look (self, waiting, &stranger);
  ask_about_all (self, waiting);
  if (g_hash_table_size (waiting) == 0)
    return TRUE;
  if (!vsw_answer_check (&answer, step, error))
    return FALSE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "cannot %s: the kernel says done, but %u devices are still there",
               step, g_hash_table_size (waiting));
  return FALSE;
}

/* Sleeps until something was heard or another errand is back; FALSE: all are. */
static gboolean
sleep_once (VswWitness *self, GPtrArray *errands)
{
  struct pollfd fds[1 + VSW_REAPERS] = { { .fd = vsw_socket_get_fd (self->listener), .events = POLLIN } };
  gboolean is_blind = FALSE;
  guint n = 1;

  g_assert (errands->len <= VSW_REAPERS);
  for (guint i = 0; i < errands->len; i++)
    {
      VswErrand *errand = g_ptr_array_index (errands, i);
      VswAnswer answer;

      if (vsw_errand_is_back (errand, &answer))
        continue;
      fds[n++] = (struct pollfd){ .fd = vsw_errand_get_fd (errand), .events = POLLIN };
      is_blind |= vsw_errand_get_fd (errand) < 0;
    }
  if (n == 1)
    return FALSE;

  /* Without an eventfd (descriptors are short) look every millisecond. */
  poll (fds, n, is_blind ? 1 : -1);
  return TRUE;
}

static guint
get_any (GHashTable *set)
{
  GHashTableIter iter;
  gpointer index = NULL;

  g_hash_table_iter_init (&iter, set);
  g_hash_table_iter_next (&iter, &index, NULL);
  return GPOINTER_TO_UINT (index);
}

/**
 * vsw_witness_wait:
 * @waiting: set of indexes; empty on success
 * @errands: (element-type VswErrand): up to VSW_REAPERS requests that make them go
 * @step: what was tried, for the message
 *
 * Worker. Errors: what the kernel refused with, see vsw_answer_check().
 */
gboolean
vsw_witness_wait (VswWitness *self, GHashTable *waiting, GPtrArray *errands, const char *step, GError **error)
{
  guint some = get_any (waiting);
  guint stranger;

  while (g_hash_table_size (waiting) > 0)
    {
      if (!sleep_once (self, errands))
        return check_rest (self, waiting, errands, step, error);
      vsw_witness_look (self, waiting, &stranger);
    }
  if (some != 0)
    ask (self, some);

  return TRUE;
}
