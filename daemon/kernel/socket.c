/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#define RECEIVE_SIZE (64 * 1024)       /* octets; dumps come in pieces of up to 32 KiB */
#define BUFFER_SIZE  (4 * 1024 * 1024) /* octets of unread answers */

struct _VswSocket
{
  struct nl_sock *sock; /* (owned) */
  int fd;
  guint32 sequence;
  guint8 *buffer; /* (owned) RECEIVE_SIZE octets */
};

/* --- errors --- */

static VswError
translate_errno (int code)
{
  switch (code)
    {
    case EEXIST:
      return VSW_ERROR_EXISTS;
    case ENODEV:
    case ENOENT:
      return VSW_ERROR_NOT_FOUND;
    case EOPNOTSUPP:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
      return VSW_ERROR_NOT_SUPPORTED;
    case ERANGE:
    case EADDRNOTAVAIL:
    case EINVAL:
      return VSW_ERROR_INVALID_ARGUMENT;
    default:
      return VSW_ERROR_KERNEL;
    }
}

/**
 * vsw_errno_set_error:
 * @code: errno, positive
 * @step: what was tried, a clause with the value: "create bridge vsw-lab"
 * @text: (nullable): the kernel's own words
 *
 * Any thread. netlink(7), errno(3).
 */
void
vsw_errno_set_error (int code, const char *step, const char *text, GError **error)
{
  gboolean has_text = text != NULL && text[0] != '\0';

  g_set_error (error, VSW_ERROR, translate_errno (code), "cannot %s: %s%s%s%s", step, g_strerror (code),
               has_text ? " (" : "", has_text ? text : "", has_text ? ")" : "");
}

/**
 * vsw_answer_check:
 * @step: what was tried, for the message
 *
 * The verdict of the kernel as a GError: EXISTS, NOT_FOUND, NOT_SUPPORTED, INVALID_ARGUMENT, else KERNEL. Any thread.
 */
gboolean
vsw_answer_check (const VswAnswer *self, const char *step, GError **error)
{
  if (self->code == 0)
    return TRUE;

  vsw_errno_set_error (self->code, step, self->text, error);
  return FALSE;
}

/* --- open and close --- */

/* Options that old kernels lack are asked for and not insisted on: without them there is less text, and filters are looser. */
static void
set_options (int fd)
{
  int yes = 1;
  int size = BUFFER_SIZE;

  setsockopt (fd, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof yes);
  setsockopt (fd, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof yes);
  setsockopt (fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &yes, sizeof yes);
  if (setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

/**
 * vsw_socket_open:
 * @protocol: NETLINK_ROUTE, NETLINK_GENERIC or NETLINK_NETFILTER
 *
 * Opens it in the network namespace of the calling thread. Errors: KERNEL.
 */
VswSocket *
vsw_socket_open (int protocol, GError **error)
{
  VswSocket *self = g_new0 (VswSocket, 1);
  int result;

  self->sock = nl_socket_alloc ();
  g_assert (self->sock != NULL);
  result = nl_connect (self->sock, protocol);
  if (result < 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "cannot open a netlink socket: %s", nl_geterror (result));
      nl_socket_free (self->sock);
      g_free (self);
      return NULL;
    }

  self->fd = nl_socket_get_fd (self->sock);
  self->buffer = g_malloc (RECEIVE_SIZE);
  set_options (self->fd);

  return self;
}

void
vsw_socket_close (VswSocket *self)
{
  nl_socket_free (self->sock);
  g_free (self->buffer);
  g_free (self);
}

int
vsw_socket_get_fd (VswSocket *self)
{
  return self->fd;
}

/* --- asking --- */

static gboolean
send_messages (VswSocket *self, struct nl_msg **messages, guint n, GError **error)
{
  struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
  struct iovec iov[VSW_SOCKET_BATCH];
  struct msghdr header = { .msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = iov, .msg_iovlen = n };

  for (guint i = 0; i < n; i++)
    {
      struct nlmsghdr *message = nlmsg_hdr (messages[i]);

      message->nlmsg_seq = self->sequence + i;
      message->nlmsg_pid = nl_socket_get_local_port (self->sock);
      message->nlmsg_flags |= NLM_F_REQUEST;
      if ((message->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
        message->nlmsg_flags |= NLM_F_ACK;
      iov[i] = (struct iovec){ message, NLMSG_ALIGN (message->nlmsg_len) };
    }

  if (TEMP_FAILURE_RETRY (sendmsg (self->fd, &header, 0)) >= 0)
    return TRUE;

  vsw_errno_set_error (errno, "send to the kernel", NULL, error);
  return FALSE;
}

/* The words of the kernel, on one line: NLMSGERR_ATTR_MSG of an extended ack (linux/netlink.h). */
static void
read_text (const struct nlmsghdr *message, VswAnswer *answer)
{
  const struct nlmsgerr *body = nlmsg_data (message);
  int length = (int)message->nlmsg_len - NLMSG_HDRLEN - (int)sizeof *body;
  struct nlattr *attribute = (struct nlattr *)(body + 1);
  int rest;

  if ((message->nlmsg_flags & NLM_F_ACK_TLVS) == 0)
    return;
  if ((message->nlmsg_flags & NLM_F_CAPPED) == 0)
    {
      int echoed = (int)NLMSG_ALIGN (body->msg.nlmsg_len) - (int)sizeof body->msg;

      if (echoed < 0 || echoed > length)
        return;
      attribute = (struct nlattr *)((char *)attribute + echoed);
      length -= echoed;
    }

  nla_for_each_attr (attribute, attribute, length,
                     rest) if (nla_type (attribute) == NLMSGERR_ATTR_MSG && nla_len (attribute) > 0)
      g_strlcpy (answer->text, nla_data (attribute), MIN (sizeof answer->text, (gsize)nla_len (attribute)));
  g_strdelimit (answer->text, "\r\n", ' ');
}

/* Both NLMSG_ERROR and NLMSG_DONE begin with an errno, negative. */
static void
read_verdict (const struct nlmsghdr *message, VswAnswer *answer)
{
  if (message->nlmsg_type == NLMSG_ERROR && message->nlmsg_len >= NLMSG_LENGTH (sizeof (struct nlmsgerr)))
    {
      answer->code = -((const struct nlmsgerr *)nlmsg_data (message))->error;
      read_text (message, answer);
    }
  else if (message->nlmsg_len >= NLMSG_LENGTH (sizeof (int)))
    answer->code = -*(const int *)nlmsg_data (message);
}

/* Files what one datagram holds; returns how many messages got their last answer by it. */
static guint
file_answers (VswSocket *self, gsize size, guint n, VswAnswer *answers, VswReplyFunc reply, gpointer user_data)
{
  struct nlmsghdr *message = (struct nlmsghdr *)self->buffer;
  int rest = (int)size;
  guint done = 0;

  for (; nlmsg_ok (message, rest); message = nlmsg_next (message, &rest))
    {
      guint i = message->nlmsg_seq - self->sequence;

      if (i >= n)
        continue; /* the answer to something given up earlier */
      if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
        answers[i].code = EINTR;
      if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE)
        {
          if (answers[i].code == 0)
            read_verdict (message, &answers[i]);
          done++;
        }
      else if (reply != NULL)
        reply (message, user_data);
    }

  return done;
}

/**
 * vsw_socket_exchange:
 * @messages: (transfer none): requests or one dump, sent in their order by one system call
 * @n: 1 to VSW_SOCKET_BATCH
 * @ret_answers: one for each, filled on success
 * @reply: (nullable): called for every message that is data, not a verdict
 *
 * Returns when each has been answered; what the kernel refuses is in the answers, not an error. A dump that changed while it was read is
 * answered EINTR. Errors: KERNEL, when the socket itself fails. netlink(7).
 */
gboolean
vsw_socket_exchange (VswSocket *self, struct nl_msg **messages, guint n, VswAnswer *ret_answers, VswReplyFunc reply,
                     gpointer user_data, GError **error)
{
  gboolean sent;

  g_assert (n > 0 && n <= VSW_SOCKET_BATCH);
  memset (ret_answers, 0, n * sizeof *ret_answers);
  sent = send_messages (self, messages, n, error);

  for (guint done = 0; sent && done < n;)
    {
      struct sockaddr_nl sender = { 0 };
      struct iovec iov = { self->buffer, RECEIVE_SIZE };
      struct msghdr header = { .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &iov, .msg_iovlen = 1 };
      gssize size = TEMP_FAILURE_RETRY (recvmsg (self->fd, &header, 0));

      if (size < 0 || (header.msg_flags & MSG_TRUNC) != 0)
        {
          vsw_errno_set_error (size < 0 ? errno : EMSGSIZE, "hear the kernel's answer", NULL, error);
          sent = FALSE;
        }
      else if (sender.nl_pid == 0)
        done += file_answers (self, (gsize)size, n, ret_answers, reply, user_data);
    }

  self->sequence += n;
  return sent;
}

/**
 * vsw_socket_request:
 * @message: (transfer full): one request
 *
 * One request, one verdict. Errors: KERNEL, when the socket itself fails.
 */
gboolean
vsw_socket_request (VswSocket *self, struct nl_msg *message, VswAnswer *ret_answer, GError **error)
{
  return vsw_socket_read (self, message, NULL, NULL, ret_answer, error);
}

/**
 * vsw_socket_read:
 * @message: (transfer full): a request or a dump
 * @reply: (nullable): called for every message that is data
 *
 * Asks and hands out what comes. Errors: KERNEL, when the socket itself fails.
 */
gboolean
vsw_socket_read (VswSocket *self, struct nl_msg *message, VswReplyFunc reply, gpointer user_data, VswAnswer *ret_answer,
                 GError **error)
{
  gboolean sent = vsw_socket_exchange (self, &message, 1, ret_answer, reply, user_data, error);

  nlmsg_free (message);
  return sent;
}
