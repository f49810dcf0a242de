/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/forwarding.h"

#include <errno.h>

#include "kernel/encode.h"
#include "kernel/read.h"

/* Requests about addresses know no names. */
static gboolean
find_port (VswSession *session, VswDeviceRef device, guint *ret_index, GError **error)
{
  g_autoptr (VswLink) link = NULL;

  *ret_index = device.index;
  if (device.index != 0)
    return TRUE;

  link = vsw_read_link (session->route, device, error);
  if (link != NULL)
    *ret_index = link->index;
  return link != NULL;
}

static char *
print_step (const char *verb, const VswOp *op)
{
  g_autofree char *name = vsw_device_print (op->device);
  char mac[VSW_MAC_TEXT_SIZE];

  return g_strdup_printf ("%s address %s at port %s", verb, vsw_mac_print (op->mac, mac), name);
}

static void
keep_neighbour (const struct nlmsghdr *message, gpointer user_data)
{
  vsw_decode_neighbour (message, user_data);
}

/* The address is known to the bridge already. One that was learned becomes static; one that is there stays; others' are in the way. */
static gboolean
settle_existing (VswSession *session, const VswOp *op, guint port, const char *step, GError **error)
{
  VswNeighbour present = { 0 };
  VswAnswer answer;

  if (!vsw_socket_read (session->route, vsw_encode_get_address (port, op->mac), keep_neighbour, &present, &answer,
                        error))
    return FALSE;
  if (answer.code == 0 && present.entry.is_static && present.entry.port == port)
    return TRUE;
  if (answer.code == 0 && (present.entry.is_static || present.entry.is_local))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "cannot %s: the switch has it as %s of device %u", step,
                   present.entry.is_local ? "the address" : "a static address", present.entry.port);
      return FALSE;
    }

  if (!vsw_socket_request (session->route, vsw_encode_address_add (port, op->mac, TRUE), &answer, error))
    return FALSE;
  return vsw_answer_check (&answer, step, error);
}

/**
 * vsw_forwarding_add:
 *
 * VSW_OP_ADDRESS_ADD. Worker. Errors: NOT_FOUND, EXISTS (static elsewhere, or a device's own), INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_forwarding_add (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *step = print_step ("add", op);
  VswAnswer answer;
  guint port;

  if (!find_port (session, op->device, &port, error))
    return FALSE;
  if (!vsw_socket_request (session->route, vsw_encode_address_add (port, op->mac, FALSE), &answer, error))
    return FALSE;
  if (answer.code == EEXIST)
    return settle_existing (session, op, port, step, error);

  return vsw_answer_check (&answer, step, error);
}

/**
 * vsw_forwarding_delete:
 *
 * VSW_OP_ADDRESS_DELETE. A port that is gone, or is none any more, has no addresses. Worker. Errors: KERNEL.
 */
gboolean
vsw_forwarding_delete (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *step = print_step ("delete", op);
  g_autoptr (GError) local = NULL;
  VswAnswer answer;
  guint port;

  if (!find_port (session, op->device, &port, &local))
    {
      if (g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!vsw_socket_request (session->route, vsw_encode_address_delete (port, op->mac), &answer, error))
    return FALSE;

  return answer.code == ENOENT || answer.code == ENODEV || answer.code == EOPNOTSUPP || answer.code == EINVAL
         || vsw_answer_check (&answer, step, error);
}

static gboolean
is_in_table (const VswNeighbour *neighbour, guint bridge)
{
  return neighbour->bridge == bridge && vsw_neighbour_is_of_bridge (neighbour);
}

/* MAC address → entry of no VLAN: a table has at most one. The values are the array's. */
static GHashTable *
index_plain (GArray *neighbours, guint bridge)
{
  GHashTable *plain = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < neighbours->len; i++)
    {
      VswNeighbour *neighbour = &g_array_index (neighbours, VswNeighbour, i);

      if (!is_in_table (neighbour, bridge) || neighbour->entry.vlan != 0)
        continue;
      guint64 *number = g_new (guint64, 1);
      *number = vsw_mac_to_number (neighbour->entry.mac);
      g_hash_table_replace (plain, number, &neighbour->entry);
    }
  return plain;
}

/* What is said without a VLAN the kernel writes down for every VLAN of the port as well, of which there is one (1) unless somebody changed that:
 * br_fdb_add(), br_fdb_add_local(). */
static gboolean
is_copy (GHashTable *plain, const VswForwardingEntry *entry)
{
  guint64 number = vsw_mac_to_number (entry->mac);
  const VswForwardingEntry *original = entry->vlan != 0 ? g_hash_table_lookup (plain, &number) : NULL;

  return original != NULL && original->port == entry->port && !original->is_static == !entry->is_static
         && !original->is_local == !entry->is_local;
}

/**
 * vsw_forwarding_read:
 *
 * What the bridge knows: learned, static and its own addresses, each once. Worker. Errors: NOT_FOUND, KERNEL.
 */
GArray *
vsw_forwarding_read (VswSession *session, guint bridge, GError **error)
{
  g_autoptr (GArray) neighbours = vsw_read_neighbours (session->route, bridge, error);
  g_autoptr (GHashTable) plain = NULL;
  g_autoptr (GArray) entries = NULL;

  if (neighbours == NULL)
    return NULL;

  plain = index_plain (neighbours, bridge);
  entries = g_array_sized_new (FALSE, FALSE, sizeof (VswForwardingEntry), neighbours->len);
  for (guint i = 0; i < neighbours->len; i++)
    {
      const VswNeighbour *neighbour = &g_array_index (neighbours, VswNeighbour, i);

      if (is_in_table (neighbour, bridge) && !is_copy (plain, &neighbour->entry))
        g_array_append_val (entries, neighbour->entry);
    }

  return g_steal_pointer (&entries);
}
