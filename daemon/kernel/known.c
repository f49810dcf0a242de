/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/known.h"

struct _VswKnown
{
  GMutex lock;
  GHashTable *links;   /* (owned) index → VswLink */
  GHashTable *learned; /* (owned) set of Address */
};

/* A learned address; which port it was learned at may change without being news. */
typedef struct
{
  guint bridge;
  guint16 vlan;
  VswMac mac;
} Address;

static guint
hash_address (gconstpointer value)
{
  const Address *address = value;
  guint64 number = vsw_mac_to_number (address->mac) ^ ((guint64)address->vlan << 48);

  return g_int64_hash (&number) ^ address->bridge * 2654435761u;
}

static gboolean
is_same_address (gconstpointer a, gconstpointer b)
{
  const Address *left = a;
  const Address *right = b;

  return left->bridge == right->bridge && left->vlan == right->vlan && vsw_mac_equal (left->mac, right->mac);
}

static GHashTable *
new_links (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)vsw_link_unref);
}

static GHashTable *
new_learned (void)
{
  return g_hash_table_new_full (hash_address, is_same_address, g_free, NULL);
}

VswKnown *
vsw_known_new (void)
{
  VswKnown *self = g_new0 (VswKnown, 1);

  g_mutex_init (&self->lock);
  self->links = new_links ();
  self->learned = new_learned ();
  return self;
}

void
vsw_known_free (VswKnown *self)
{
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->learned);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
vsw_known_put (VswKnown *self, VswLink *link)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  VswLink *before = g_hash_table_lookup (self->links, GUINT_TO_POINTER (link->index));

  if (before != NULL && vsw_link_equal (before, link))
    return FALSE;

  g_hash_table_insert (self->links, GUINT_TO_POINTER (link->index), vsw_link_ref (link));
  return TRUE;
}

/* A link that was never told of is news too: it may be in a list that was read before it went. */
gboolean
vsw_known_drop (VswKnown *self, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_hash_table_remove (self->links, GUINT_TO_POINTER (index));
  return TRUE;
}

/**
 * vsw_known_set_port:
 *
 * Of a link that was never told of nothing is known that could be told now; the list or the message that tells of it has the state. Any thread.
 */
VswLink *
vsw_known_set_port (VswKnown *self, guint index, guint bridge, VswPortState state)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  VswLink *before = g_hash_table_lookup (self->links, GUINT_TO_POINTER (index));
  VswLink fields;
  VswLink *link;

  if (before == NULL || (before->is_port && before->bridge == bridge && before->port_state == state))
    return NULL;

  fields = *before;
  fields.is_port = TRUE;
  fields.bridge = bridge;
  fields.port_state = state;
  link = vsw_link_new (&fields);
  g_hash_table_insert (self->links, GUINT_TO_POINTER (index), vsw_link_ref (link));
  return link;
}

static gint
note (GHashTable *learned, const VswNeighbour *neighbour, gboolean gone)
{
  Address address = { .bridge = neighbour->bridge, .vlan = neighbour->entry.vlan, .mac = neighbour->entry.mac };

  if (!vsw_neighbour_is_of_bridge (neighbour))
    return 0;
  /* A learned address that is made static is told as new. */
  if (gone || !vsw_neighbour_is_learned (neighbour))
    return g_hash_table_remove (learned, &address) ? -1 : 0;
  if (g_hash_table_contains (learned, &address))
    return 0;

  g_hash_table_add (learned, g_memdup2 (&address, sizeof address));
  return 1;
}

gint
vsw_known_note (VswKnown *self, const VswNeighbour *neighbour, gboolean gone)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return note (self->learned, neighbour, gone);
}

static void
count_learned (GHashTable *learned, VswLinks *links)
{
  GHashTableIter iter;
  gpointer address;

  g_hash_table_iter_init (&iter, learned);
  while (g_hash_table_iter_next (&iter, &address, NULL))
    {
      guint bridge = ((Address *)address)->bridge;

      vsw_links_set_learned (links, bridge, vsw_links_get_learned (links, bridge) + 1);
    }
}

/**
 * vsw_known_replace:
 * @links: gets the learned counts of its bridges
 * @neighbours: (element-type VswNeighbour)
 *
 * Any thread.
 */
void
vsw_known_replace (VswKnown *self, VswLinks *links, GArray *neighbours)
{
  g_autoptr (GPtrArray) list = vsw_links_list (links);
  g_autoptr (GHashTable) by_index = new_links ();
  g_autoptr (GHashTable) learned = new_learned ();

  for (guint i = 0; i < list->len; i++)
    {
      VswLink *link = g_ptr_array_index (list, i);

      g_hash_table_insert (by_index, GUINT_TO_POINTER (link->index), vsw_link_ref (link));
    }
  for (guint i = 0; i < neighbours->len; i++)
    note (learned, &g_array_index (neighbours, VswNeighbour, i), FALSE);
  count_learned (learned, links);

  g_mutex_lock (&self->lock);
  g_hash_table_unref (g_steal_pointer (&self->links));
  g_hash_table_unref (g_steal_pointer (&self->learned));
  self->links = g_steal_pointer (&by_index);
  self->learned = g_steal_pointer (&learned);
  g_mutex_unlock (&self->lock);
}
