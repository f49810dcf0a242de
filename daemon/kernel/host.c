/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/host.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "kernel/read.h"

static char *
print_step (const char *verb, const VswOp *op)
{
  g_autofree char *name = vsw_device_print (op->device);
  char mac[VSW_MAC_TEXT_SIZE];

  return g_strdup_printf ("%s the host's address %s at port %s", verb, vsw_mac_print (op->mac, mac), name);
}

/* self: the bridge's own entry, on the bridge device itself */
static struct nl_msg *
encode (int type, guint index, gboolean self, guint16 state, VswMac mac, guint16 vlan)
{
  struct ndmsg head = {
    .ndm_family = AF_BRIDGE, .ndm_ifindex = (int)index, .ndm_state = state, .ndm_flags = self ? NTF_SELF : NTF_MASTER
  };
  struct nl_msg *message = nlmsg_alloc_simple (type, type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_REPLACE : 0);
  int result;

  g_assert (message != NULL);
  result = nlmsg_append (message, &head, sizeof head, NLMSG_ALIGNTO);
  g_assert (result == 0);
  result = nla_put (message, NDA_LLADDR, sizeof mac.octets, mac.octets);
  g_assert (result == 0);
  if (vlan != 0)
    nla_put_u16 (message, NDA_VLAN, vlan);
  return message;
}

static gboolean
send_all (VswSession *session, GPtrArray *messages, const char *step, GError **error)
{
  VswAnswer answers[VSW_SOCKET_BATCH];
  guint n = MIN (messages->len, VSW_SOCKET_BATCH);

  if (!vsw_socket_exchange (session->route, (struct nl_msg **)messages->pdata, n, answers, NULL, NULL, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (answers[i].code != ENOENT && !vsw_answer_check (&answers[i], step, error))
      return FALSE;
  return TRUE;
}

static void
free_message (gpointer message)
{
  nlmsg_free (message);
}

/**
 * vsw_host_add:
 *
 * VSW_OP_HOST_ADD. A static entry takes the place of the local one (of each VLAN) in one step: fdb_add_entry() changes holder and kind of one that is
 * there under the lock of the table. A port that joins with that address, or gets it, takes the entry back (fdb_add_local()): again after that. Worker.
 * Errors: NOT_FOUND, NOT_SUPPORTED, INVALID_ARGUMENT, KERNEL.
 */
gboolean
vsw_host_add (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *step = print_step ("put", op);
  g_autoptr (VswLink) link = vsw_read_link (session->route, op->device, error);
  g_autoptr (GArray) neighbours = NULL;
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (free_message);

  if (link == NULL)
    return FALSE;
  if (!link->is_port)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "cannot %s: it is no port of a bridge", step);
      return FALSE;
    }
  neighbours = vsw_read_neighbours (session->route, link->bridge, error);
  if (neighbours == NULL)
    return FALSE;

  g_ptr_array_add (messages, encode (RTM_NEWNEIGH, link->index, FALSE, NUD_NOARP, op->mac, 0));
  for (guint i = 0; i < neighbours->len; i++)
    {
      const VswNeighbour *neighbour = &g_array_index (neighbours, VswNeighbour, i);

      if (neighbour->bridge == link->bridge && vsw_neighbour_is_of_bridge (neighbour) && neighbour->entry.is_local
          && neighbour->entry.vlan != 0 && vsw_mac_equal (neighbour->entry.mac, op->mac))
        g_ptr_array_add (messages,
                         encode (RTM_NEWNEIGH, link->index, FALSE, NUD_NOARP, op->mac, neighbour->entry.vlan));
    }
  return send_all (session, messages, step, error);
}

/* --- delete --- */

/* The port, or the bridge itself, whose own address that is; 0: nobody's. */
static guint
find_owner (VswLinks *links, guint bridge, VswMac mac)
{
  g_autoptr (GPtrArray) all = vsw_links_list (links);
  guint owner = 0;

  for (guint i = 0; i < all->len; i++)
    {
      const VswLink *link = g_ptr_array_index (all, i);

      if (vsw_mac_equal (link->mac, mac) && (link->index == bridge || (link->is_port && link->bridge == bridge)))
        owner = link->index;
    }
  return owner;
}

static gboolean
remove_static (VswSession *session, const VswOp *op, const VswLink *link, const char *step, GError **error)
{
  g_autoptr (GArray) neighbours = vsw_read_neighbours (session->route, link->bridge, error);
  g_autoptr (VswLinks) links = neighbours != NULL ? vsw_read_links (session->route, error) : NULL;
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (free_message);
  guint owner;

  if (links == NULL)
    return FALSE;
  owner = find_owner (links, link->bridge, op->mac);
  for (guint i = 0; i < neighbours->len; i++)
    {
      const VswForwardingEntry *entry = &g_array_index (neighbours, VswNeighbour, i).entry;

      if (!entry->is_static || entry->port != link->index || !vsw_mac_equal (entry->mac, op->mac))
        continue;
      g_ptr_array_add (messages, encode (RTM_DELNEIGH, link->index, FALSE, 0, op->mac, entry->vlan));
      if (owner != 0)
        g_ptr_array_add (messages,
                         encode (RTM_NEWNEIGH, owner, owner == link->bridge, NUD_PERMANENT, op->mac, entry->vlan));
    }
  return messages->len == 0 || send_all (session, messages, step, error);
}

/**
 * vsw_host_delete:
 *
 * VSW_OP_HOST_DELETE. If a port of the bridge, or the bridge itself, has that address, it gets its local entry back in the same send; one that says it was
 * made by hand, which is the only trace, and goes when the port leaves. Worker. Errors: KERNEL.
 */
gboolean
vsw_host_delete (VswSession *session, const VswOp *op, GError **error)
{
  g_autofree char *step = print_step ("remove", op);
  g_autoptr (GError) local = NULL;
  g_autoptr (VswLink) link = vsw_read_link (session->route, op->device, &local);

  if (link == NULL && g_error_matches (local, VSW_ERROR, VSW_ERROR_NOT_FOUND))
    return TRUE;
  if (link == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return !link->is_port || remove_static (session, op, link, step, error);
}
