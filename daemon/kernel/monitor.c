/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/monitor.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "kernel/decode.h"
#include "kernel/decode_host.h"
#include "kernel/inquiry.h"
#include "kernel/socket.h"

#define BUFFER_SIZE  (32 * 1024 * 1024) /* octets; creating one port sends 16 KiB */
#define MESSAGE_SIZE (16 * 1024)        /* octets; one notification is one datagram of one or two KiB */
#define BATCH        8                  /* messages a system call */
#define PIECE        256                /* messages a dispatch, so that the main loop keeps answering */
#define ALL          65536              /* messages a drain: more than the buffers hold */
#define HOLD_TIME    100000             /* microseconds after a list, if nobody drains */
#define JUDGE_TIME   2000               /* microseconds until a judgement is asked for again */

typedef struct
{
  GSource source;
  VswMonitor *monitor; /* (unowned) */
} MonitorSource;

struct _VswMonitor
{
  VswKernel *kernel;   /* (unowned) */
  VswGuard *guard;     /* (unowned) */
  VswSocket *links;    /* (owned) links, forwarding entries and addresses of the host */
  VswSocket *rules;    /* (owned) nf_tables */
  VswInquiry *inquiry; /* (owned) */
  GSource *source;     /* (owned) */
  gpointer links_tag;
  gpointer rules_tag;
  gpointer inquiry_tag;
  VswKnown *known; /* (owned) */
  guint8 *buffer;  /* (owned) BATCH times MESSAGE_SIZE octets */

  gint is_listing;     /* atomic: the worker reads a list */
  gint has_emitted;    /* atomic: something was emitted since it began */
  gboolean is_overrun; /* lost some; told when this piece is read */
  gint is_told;        /* atomic: told of an overrun, and no list was read since */
  gboolean is_touched; /* the transaction being told changes our table */
  GArray *to_judge;    /* (owned) (element-type guint32) generations that changed our table */
};

/* --- taking in --- */

static void
emit_link (VswMonitor *self, VswLink *link, gboolean gone)
{
  g_atomic_int_set (&self->has_emitted, TRUE);
  vsw_kernel_emit_link (self->kernel, link, gone);
}

/* (transfer full) (nullable) */
static VswLink *
decode_link (VswMonitor *self, const struct nlmsghdr *message)
{
  g_autoptr (VswLink) link = vsw_decode_link (message);
  VswLink *corrected = NULL;
  gboolean is_doubtful;

  if (link == NULL)
    return NULL;

  corrected = vsw_known_correct_owner (self->known, link, &is_doubtful);
  if (is_doubtful && message->nlmsg_type == RTM_NEWLINK)
    vsw_inquiry_ask (self->inquiry, link->index);
  return corrected;
}

static void
take_link (VswMonitor *self, const struct nlmsghdr *message)
{
  g_autoptr (VswLink) link = NULL;
  g_autoptr (VswLink) partner = NULL;
  VswPortState state;
  guint index;
  guint bridge;

  if (vsw_decode_port (message, &index, &bridge, &state))
    {
      link = vsw_known_set_port (self->known, index, bridge, state);
      if (link != NULL)
        emit_link (self, link, FALSE);
      return;
    }

  link = decode_link (self, message);
  if (link == NULL)
    return;
  if (message->nlmsg_type == RTM_DELLINK)
    {
      vsw_known_drop (self->known, link, vsw_decode_new_index (message), &partner);
      emit_link (self, link, TRUE);
    }
  else if (vsw_known_put (self->known, link, &partner))
    emit_link (self, link, FALSE);
  if (partner != NULL)
    emit_link (self, partner, FALSE);
}

static void
take_neighbour (VswMonitor *self, const struct nlmsghdr *message)
{
  VswNeighbour neighbour;
  gint change;

  if (!vsw_decode_neighbour (message, &neighbour))
    return;
  change = vsw_known_note (self->known, &neighbour, message->nlmsg_type == RTM_DELNEIGH);
  if (change != 0)
    {
      g_atomic_int_set (&self->has_emitted, TRUE);
      vsw_kernel_emit_learned (self->kernel, neighbour.bridge, change);
    }
  if (vsw_neighbour_is_of_bridge (&neighbour) && neighbour.entry.is_static && !neighbour.entry.is_local)
    vsw_kernel_emit_address (self->kernel, neighbour.entry.port);
}

static void
take_address (VswMonitor *self, const struct nlmsghdr *message)
{
  VswHostAddress address;

  if (vsw_decode_host_address (message, &address) && address.text[0] != '\0')
    vsw_kernel_emit_ip (self->kernel, address.index);
}

static void
take_rules (VswMonitor *self, const struct nlmsghdr *message)
{
  guint32 generation;

  switch (vsw_decode_rules (message, VSW_GUARD_TABLE, &generation))
    {
    case VSW_RULES_OTHER:
      break;
    case VSW_RULES_TOUCHED:
      self->is_touched = TRUE;
      break;
    case VSW_RULES_COMMITTED:
      if (self->is_touched)
        g_array_append_val (self->to_judge, generation);
      self->is_touched = FALSE;
      break;
    }
}

static void
take_message (VswMonitor *self, VswSocket *socket, const struct nlmsghdr *message)
{
  if (socket == self->rules)
    take_rules (self, message);
  else if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK)
    take_link (self, message);
  else if (message->nlmsg_type == RTM_NEWNEIGH || message->nlmsg_type == RTM_DELNEIGH)
    take_neighbour (self, message);
  else if (message->nlmsg_type == RTM_NEWADDR)
    take_address (self, message);
}

/* Tells of the guard when a transaction that was not ours changed it. FALSE: that is not known yet. */
static gboolean
judge (VswMonitor *self)
{
  gboolean is_lost = FALSE;

  while (self->to_judge->len > 0)
    {
      VswJudgement judgement = vsw_guard_judge (self->guard, g_array_index (self->to_judge, guint32, 0));

      if (judgement == VSW_JUDGEMENT_LATER)
        break;
      is_lost |= judgement == VSW_JUDGEMENT_FOREIGN;
      g_array_remove_index (self->to_judge, 0);
    }
  if (is_lost)
    vsw_kernel_emit_guard_lost (self->kernel);

  return self->to_judge->len == 0;
}

/* --- reading --- */

/* Up to BATCH datagrams, one or more of which may be lost; how many there were, 0: none waits. */
static guint
read_batch (VswMonitor *self, VswSocket *socket)
{
  struct sockaddr_nl senders[BATCH] = { 0 };
  struct iovec iovs[BATCH];
  struct mmsghdr headers[BATCH] = { 0 };
  int n;

  for (guint i = 0; i < BATCH; i++)
    {
      iovs[i] = (struct iovec){ self->buffer + i * MESSAGE_SIZE, MESSAGE_SIZE };
      headers[i].msg_hdr = (struct msghdr){
        .msg_name = &senders[i], .msg_namelen = sizeof senders[i], .msg_iov = &iovs[i], .msg_iovlen = 1
      };
    }

  n = TEMP_FAILURE_RETRY (recvmmsg (vsw_socket_get_fd (socket), headers, BATCH, MSG_DONTWAIT, NULL));
  if (n < 0 && errno == ENOBUFS)
    {
      self->is_overrun = TRUE;
      return 1;
    }
  for (int i = 0; i < n; i++)
    {
      struct nlmsghdr *message = iovs[i].iov_base;
      int rest = (int)headers[i].msg_len;

      if (senders[i].nl_pid != 0)
        continue; /* any process may send to a netlink socket; only the kernel is believed */
      self->is_overrun |= (headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
      for (; nlmsg_ok (message, rest); message = nlmsg_next (message, &rest))
        take_message (self, socket, message);
    }

  return n < 0 ? 0 : (guint)n;
}

/* Whether nothing waits any more. */
static gboolean
read_socket (VswMonitor *self, VswSocket *socket, guint limit)
{
  guint n = 1;

  for (guint done = 0; done < limit && n > 0; done += n)
    n = read_batch (self, socket);
  return n == 0;
}

static void
read_all (VswMonitor *self, guint limit)
{
  vsw_inquiry_take (self->inquiry);
  vsw_known_ripen (self->known);
  if (read_socket (self, self->links, limit))
    {
      g_autoptr (GPtrArray) changed = vsw_known_settle (self->known);

      for (guint i = 0; i < changed->len; i++)
        emit_link (self, g_ptr_array_index (changed, i), FALSE);
    }
  read_socket (self, self->rules, limit);

  if (self->is_overrun)
    {
      self->is_overrun = FALSE;
      /* What was lost may have been about the guard: nobody is asked, it is put back. */
      if (g_atomic_int_compare_and_exchange (&self->is_told, FALSE, TRUE))
        {
          vsw_kernel_emit_overrun (self->kernel);
          vsw_kernel_emit_guard_lost (self->kernel);
        }
    }

  g_source_set_ready_time (self->source, judge (self) ? -1 : g_get_monotonic_time () + JUDGE_TIME);
}

static void
listen_to (VswMonitor *self, gboolean listens)
{
  GIOCondition condition = listens ? G_IO_IN : 0;

  g_source_modify_unix_fd (self->source, self->links_tag, condition);
  g_source_modify_unix_fd (self->source, self->rules_tag, condition);
  g_source_modify_unix_fd (self->source, self->inquiry_tag, condition);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  VswMonitor *self = ((MonitorSource *)source)->monitor;

  if (g_atomic_int_get (&self->is_listing))
    return G_SOURCE_CONTINUE;

  listen_to (self, TRUE);
  read_all (self, PIECE);
  return G_SOURCE_CONTINUE;
}

/**
 * vsw_monitor_drain:
 *
 * Emits everything that waits now. Main.
 */
void
vsw_monitor_drain (VswMonitor *self)
{
  if (!g_atomic_int_get (&self->is_listing))
    listen_to (self, TRUE);
  read_all (self, ALL);
}

/* --- lists --- */

/**
 * vsw_monitor_hold:
 *
 * A list is going to be read: nothing is emitted until it has been taken in. Worker.
 */
void
vsw_monitor_hold (VswMonitor *self)
{
  g_atomic_int_set (&self->is_listing, TRUE);
  g_atomic_int_set (&self->has_emitted, FALSE);
  listen_to (self, FALSE);
}

gboolean
vsw_monitor_has_kept_silence (VswMonitor *self)
{
  return !g_atomic_int_compare_and_exchange (&self->has_emitted, TRUE, FALSE);
}

/**
 * vsw_monitor_release:
 *
 * The list has been read; who asked for it drains when it has taken it in. Worker.
 */
void
vsw_monitor_release (VswMonitor *self)
{
  g_atomic_int_set (&self->is_told, FALSE);
  g_atomic_int_set (&self->is_listing, FALSE);
  g_source_set_ready_time (self->source, g_get_monotonic_time () + HOLD_TIME);
}

/* --- making --- */

static gboolean
join (VswSocket *socket, int group, GError **error)
{
  if (setsockopt (vsw_socket_get_fd (socket), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0)
    return TRUE;

  vsw_errno_set_error (errno, "listen to the kernel", NULL, error);
  return FALSE;
}

static gboolean
join_all (VswSocket *socket, GError **error)
{
  static const int groups[] = { RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR };

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (!join (socket, groups[i], error))
      return FALSE;
  return TRUE;
}

static VswSocket *
open_listener (int protocol, GError **error)
{
  VswSocket *socket = vsw_socket_open (protocol, error);
  int size = BUFFER_SIZE;

  if (socket != NULL && setsockopt (vsw_socket_get_fd (socket), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    g_warning ("the buffer for notifications of the kernel stays small: %s", g_strerror (errno));
  return socket;
}

static GSource *
new_source (VswMonitor *self, GMainContext *context)
{
  static const GSourceFuncs funcs = { .dispatch = dispatch };
  GSource *source = g_source_new ((GSourceFuncs *)&funcs, sizeof (MonitorSource));

  ((MonitorSource *)source)->monitor = self;
  g_source_set_static_name (source, "kernel monitor");
  self->links_tag = g_source_add_unix_fd (source, vsw_socket_get_fd (self->links), G_IO_IN);
  self->rules_tag = g_source_add_unix_fd (source, vsw_socket_get_fd (self->rules), G_IO_IN);
  self->inquiry_tag = g_source_add_unix_fd (source, vsw_inquiry_get_fd (self->inquiry), G_IO_IN);
  g_source_attach (source, context);
  return source;
}

/**
 * vsw_monitor_new:
 *
 * Main. Errors: KERNEL.
 */
VswMonitor *
vsw_monitor_new (VswKernel *kernel, VswGuard *guard, VswKnown *known, GMainContext *context, GError **error)
{
  g_autoptr (VswMonitor) self = g_new0 (VswMonitor, 1);

  self->kernel = kernel;
  self->guard = guard;
  self->known = known;
  self->buffer = g_malloc (BATCH * MESSAGE_SIZE);
  self->to_judge = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->links = open_listener (NETLINK_ROUTE, error);
  if (self->links == NULL || !join_all (self->links, error))
    return NULL;
  self->rules = open_listener (NETLINK_NETFILTER, error);
  if (self->rules == NULL || !join (self->rules, NFNLGRP_NFTABLES, error))
    return NULL;
  self->inquiry = vsw_inquiry_new (known, error);
  if (self->inquiry == NULL)
    return NULL;
  self->source = new_source (self, context);

  return g_steal_pointer (&self);
}

void
vsw_monitor_free (VswMonitor *self)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  g_clear_pointer (&self->inquiry, vsw_inquiry_free);
  g_clear_pointer (&self->links, vsw_socket_close);
  g_clear_pointer (&self->rules, vsw_socket_close);
  g_array_unref (self->to_judge);
  g_free (self->buffer);
  g_free (self);
}
