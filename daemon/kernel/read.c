/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/read.h"

#include <errno.h>

#include "kernel/encode.h"

#define MAX_ATTEMPTS 16 /* a dump that changes while it is read is begun again */

/**
 * vsw_device_print:
 *
 * The name, escaped, or the index. Any thread.
 */
char *
vsw_device_print (VswDeviceRef device)
{
  return device.name[0] != '\0' ? vsw_text_escape (device.name) : g_strdup_printf ("with index %u", device.index);
}

static void
keep_link (const struct nlmsghdr *message, gpointer user_data)
{
  VswLink **link = user_data;

  if (*link == NULL)
    *link = vsw_decode_link (message);
}

/**
 * vsw_read_link:
 *
 * That link as it is now. Worker. Errors: NOT_FOUND, KERNEL.
 */
VswLink *
vsw_read_link (VswSocket *socket, VswDeviceRef device, GError **error)
{
  g_autoptr (VswLink) link = NULL;
  g_autofree char *name = vsw_device_print (device);
  g_autofree char *step = g_strdup_printf ("find device %s", name);
  VswAnswer answer;

  if (!vsw_socket_read (socket, vsw_encode_get_link (device), keep_link, &link, &answer, error))
    return NULL;
  if (!vsw_answer_check (&answer, step, error))
    return NULL;
  if (link == NULL)
    vsw_errno_set_error (ENODEV, step, NULL, error);

  return g_steal_pointer (&link);
}

/* --- dumps --- */

typedef struct nl_msg *(*MakeFunc) (guint argument);

static gboolean
dump (VswSocket *socket, MakeFunc make, guint argument, const char *step, VswReplyFunc reply, GFunc forget,
      gpointer user_data, GError **error)
{
  VswAnswer answer = { .code = EINTR };

  for (guint i = 0; i < MAX_ATTEMPTS && answer.code == EINTR; i++)
    {
      forget (user_data, NULL);
      if (!vsw_socket_read (socket, make (argument), reply, user_data, &answer, error))
        return FALSE;
    }

  return vsw_answer_check (&answer, step, error);
}

static struct nl_msg *
make_list_links (guint argument)
{
  return vsw_encode_list_links ();
}

static void
add_link (const struct nlmsghdr *message, gpointer user_data)
{
  VswLinks **links = user_data;
  g_autoptr (VswLink) link = vsw_decode_link (message);
  g_autoptr (VswLink) G_GNUC_UNUSED before = link != NULL ? vsw_links_put (*links, link) : NULL;
}

static void
forget_links (gpointer data, gpointer unused)
{
  VswLinks **links = data;

  g_clear_pointer (links, vsw_links_free);
  *links = vsw_links_new ();
}

/**
 * vsw_read_links:
 *
 * Every link of our namespace, without learned counts. Worker. Errors: KERNEL.
 */
VswLinks *
vsw_read_links (VswSocket *socket, GError **error)
{
  g_autoptr (VswLinks) links = NULL;

  if (!dump (socket, make_list_links, 0, "list the devices", add_link, forget_links, &links, error))
    return NULL;
  return g_steal_pointer (&links);
}

static void
add_neighbour (const struct nlmsghdr *message, gpointer user_data)
{
  VswNeighbour neighbour;

  if (vsw_decode_neighbour (message, &neighbour))
    g_array_append_val ((GArray *)user_data, neighbour);
}

static void
forget_array (gpointer data, gpointer unused)
{
  g_array_set_size (data, 0);
}

/**
 * vsw_read_neighbours:
 *
 * The forwarding entries of one bridge or of all. Worker. Errors: NOT_FOUND, KERNEL.
 */
GArray *
vsw_read_neighbours (VswSocket *socket, guint bridge, GError **error)
{
  g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (VswNeighbour));

  if (!dump (socket, vsw_encode_list_addresses, bridge, "read the forwarding table", add_neighbour, forget_array, array,
             error))
    return NULL;
  return g_steal_pointer (&array);
}

/**
 * vsw_read_static_addresses:
 * @port: as it was read
 *
 * What a port loses when it leaves its bridge. Worker. Errors: KERNEL.
 */
GArray *
vsw_read_static_addresses (VswSocket *socket, const VswLink *port, GError **error)
{
  g_autoptr (GArray) addresses = g_array_new (FALSE, FALSE, sizeof (VswMac));
  g_autoptr (GArray) neighbours = NULL;

  if (!port->is_port)
    return g_steal_pointer (&addresses);

  neighbours = vsw_read_neighbours (socket, port->bridge, error);
  if (neighbours == NULL)
    return NULL;
  for (guint i = 0; i < neighbours->len; i++)
    {
      const VswForwardingEntry *entry = &g_array_index (neighbours, VswNeighbour, i).entry;

      if (entry->is_static && entry->port == port->index)
        g_array_append_val (addresses, entry->mac);
    }

  return g_steal_pointer (&addresses);
}

static struct nl_msg *
make_list_counters (guint argument)
{
  return vsw_encode_list_counters ();
}

static void
add_counters (const struct nlmsghdr *message, gpointer user_data)
{
  VswCounters counters;

  if (vsw_decode_counters (message, &counters))
    g_array_append_val ((GArray *)user_data, counters);
}

/**
 * vsw_read_counters:
 *
 * The counters of every link; a tenth of the cost of listing the links. Worker. Errors: KERNEL.
 */
GArray *
vsw_read_counters (VswSocket *socket, GError **error)
{
  g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (VswCounters));

  if (!dump (socket, make_list_counters, 0, "read the counters", add_counters, forget_array, array, error))
    return NULL;
  return g_steal_pointer (&array);
}
