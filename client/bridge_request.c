/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/bridge_request.h"

#include "client/failure.h"
#include "client/name.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_STEM 30 /* of the name of a program */

static gboolean
decode_socket (const char *text, int *ret_socket, GError **error)
{
  guint64 number;
  int domain = -1;
  socklen_t size = sizeof (domain);

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &number, NULL))
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--fd: \"%s\" is not the number of a descriptor", text);
      return FALSE;
    }
  if (getsockopt ((int)number, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "--fd: descriptor %d is not a unix socket", (int)number);
      return FALSE;
    }
  *ret_socket = (int)number;
  return TRUE;
}

/**
 * vsw_bridge_request_decode:
 * @words: (array zero-terminated=1): the command line, the program first
 * @error: %VSW_FAILURE_USAGE
 *
 * Reads `[--use-vnet] --br=NAME --fd=N`. The socket is looked at before anything is asked of the service.
 *
 * Returns: (transfer full) (nullable): the request. Any thread.
 */
VswBridgeRequest *
vsw_bridge_request_decode (const char *const *words, GError **error)
{
  g_autoptr (VswBridgeRequest) self = g_new0 (VswBridgeRequest, 1);
  const char *socket_text = NULL;

  for (const char *const *word = words + 1; *word != NULL; word++)
    {
      if (g_str_equal (*word, "--use-vnet"))
        self->use_vnet = TRUE;
      else if (g_str_has_prefix (*word, "--fd="))
        socket_text = *word + strlen ("--fd=");
      else if (g_str_has_prefix (*word, "--br=") && g_utf8_validate (*word, -1, NULL))
        {
          g_free (self->switch_name);
          self->switch_name = g_strdup (*word + strlen ("--br="));
        }
      else
        {
          g_autofree char *shown = g_utf8_make_valid (*word, -1);

          g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "unknown argument \"%s\"", shown);
          return NULL;
        }
    }
  if (self->switch_name == NULL || socket_text == NULL)
    {
      g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "%s is missing", self->switch_name == NULL ? "--br" : "--fd");
      return NULL;
    }
  return decode_socket (socket_text, &self->socket, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * vsw_bridge_request_free:
 * @self: (transfer full): a request
 *
 * Forgets a request; the socket stays open. Any thread.
 */
void
vsw_bridge_request_free (VswBridgeRequest *self)
{
  g_free (self->switch_name);
  g_free (self);
}

/**
 * vsw_bridge_request_new_name:
 * @program: name of the program that asks, any bytes; may be empty
 * @process: number of its process
 *
 * Makes a name for a NIC. One process may ask for several, and numbers of processes come again, so the end is random.
 *
 * Returns: (transfer full): such as `qemu-system-x86-4711-0badcafe`. Any thread.
 */
char *
vsw_bridge_request_new_name (const char *program, int process)
{
  g_autofree char *stem = vsw_name_clean (program[0] != '\0' ? program : "qemu");

  return g_strdup_printf ("%.*s-%d-%08x", MAX_STEM, stem, process, g_random_int ());
}

/**
 * vsw_bridge_request_answer:
 * @self: a request
 * @fd: a descriptor
 * @error: %VSW_FAILURE_OTHER
 *
 * Sends the descriptor: one byte, and the descriptor beside it (unix(7), SCM_RIGHTS). Main thread.
 *
 * Returns: whether it is sent.
 */
gboolean
vsw_bridge_request_answer (const VswBridgeRequest *self, int fd, GError **error)
{
  union
  {
    struct cmsghdr header; /* for its alignment */
    char space[CMSG_SPACE (sizeof (int))];
  } control = { 0 };
  char byte = 0;
  struct iovec vector = { .iov_base = &byte, .iov_len = sizeof (byte) };
  struct msghdr message = {
    .msg_iov = &vector,
    .msg_iovlen = 1,
    .msg_control = control.space,
    .msg_controllen = sizeof (control.space),
  };
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);
  ssize_t sent;

  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN (sizeof (fd));
  memcpy (CMSG_DATA (header), &fd, sizeof (fd));
  do
    sent = sendmsg (self->socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent == 1)
    return TRUE;
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_OTHER, "cannot send the descriptor: %s", g_strerror (errno));
  return FALSE;
}
