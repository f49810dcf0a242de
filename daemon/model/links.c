/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/links.h"

struct _VswLinks
{
  GHashTable *by_index;      /* (owned) index → (owned) VswLink */
  GHashTable *by_name;       /* (owned) name, of the link → (unowned) VswLink */
  GHashTable *macs;          /* (owned) (owned) gint64, the address as a number → how many links have it */
  GHashTable *device_index;  /* (owned) (owned) device → index */
  GHashTable *index_device;  /* (owned) index → (owned) device */
  GHashTable *foreign_ports; /* (owned) index of a bridge → (owned) GHashTable: index → (unowned) VswLink */
  GHashTable *learned;       /* (owned) index of a bridge → count */
};

/**
 * vsw_links_new:
 *
 * Makes an empty set of links. (transfer full) Any thread; one at a time.
 */
VswLinks *
vsw_links_new (void)
{
  VswLinks *self = g_new0 (VswLinks, 1);
  self->by_index = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)vsw_link_unref);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->macs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->device_index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->index_device = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->foreign_ports = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
  self->learned = g_hash_table_new (NULL, NULL);
  return self;
}

/**
 * vsw_links_free:
 *
 * Frees the set. Any thread.
 */
void
vsw_links_free (VswLinks *self)
{
  g_hash_table_unref (self->foreign_ports);
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->by_index);
  g_hash_table_unref (self->macs);
  g_hash_table_unref (self->device_index);
  g_hash_table_unref (self->index_device);
  g_hash_table_unref (self->learned);
  g_free (self);
}

/**
 * vsw_links_copy:
 *
 * Another set with the same links, bindings and learned counts. (transfer full) Any thread; one at a time.
 */
VswLinks *
vsw_links_copy (VswLinks *self)
{
  VswLinks *copy = vsw_links_new ();
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, self->by_index);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    vsw_links_put (copy, value);
  g_hash_table_iter_init (&iter, self->index_device);
  while (g_hash_table_iter_next (&iter, &key, &value))
    vsw_links_bind (copy, value, GPOINTER_TO_UINT (key));
  g_hash_table_iter_init (&iter, self->learned);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy->learned, key, value);
  return copy;
}

static void
count_mac (VswLinks *self, VswMac mac, int step)
{
  gint64 number = vsw_mac_to_number (mac);
  if (number == 0)
    return;
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->macs, &number)) + step;
  if (count == 0)
    g_hash_table_remove (self->macs, &number);
  else
    g_hash_table_insert (self->macs, g_memdup2 (&number, sizeof number), GUINT_TO_POINTER (count));
}

static void
index_link (VswLinks *self, VswLink *link)
{
  g_hash_table_replace (self->by_name, (gpointer)link->name, link);
  count_mac (self, link->mac, 1);
  if (link->bridge == 0 || vsw_link_is_marked (link))
    return;
  GHashTable *ports = g_hash_table_lookup (self->foreign_ports, GUINT_TO_POINTER (link->bridge));
  if (ports == NULL)
    {
      ports = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (self->foreign_ports, GUINT_TO_POINTER (link->bridge), ports);
    }
  g_hash_table_insert (ports, GUINT_TO_POINTER (link->index), link);
}

static void
unindex_link (VswLinks *self, VswLink *link)
{
  /* While the kernel renames two links, both may have had the name for a moment: it is the later one's. */
  if (g_hash_table_lookup (self->by_name, link->name) == link)
    g_hash_table_remove (self->by_name, link->name);
  count_mac (self, link->mac, -1);
  GHashTable *ports = g_hash_table_lookup (self->foreign_ports, GUINT_TO_POINTER (link->bridge));
  if (ports == NULL)
    return;
  g_hash_table_remove (ports, GUINT_TO_POINTER (link->index));
  if (g_hash_table_size (ports) == 0)
    g_hash_table_remove (self->foreign_ports, GUINT_TO_POINTER (link->bridge));
}

static VswLink *
take_out (VswLinks *self, guint index)
{
  gpointer key, value;
  if (!g_hash_table_steal_extended (self->by_index, GUINT_TO_POINTER (index), &key, &value))
    return NULL;
  unindex_link (self, value);
  return value;
}

/**
 * vsw_links_put:
 * @link: what is now true of the link of that index; a reference is taken
 *
 * Adds a link, or replaces the one of the same index, whose binding stays. Returns the old one. (transfer full) (nullable)
 */
VswLink *
vsw_links_put (VswLinks *self, VswLink *link)
{
  VswLink *old = take_out (self, link->index);
  g_hash_table_insert (self->by_index, GUINT_TO_POINTER (link->index), vsw_link_ref (link));
  index_link (self, link);
  return old;
}

/**
 * vsw_links_drop:
 *
 * Takes a link out that is gone, with its binding and learned count. Returns it. (transfer full) (nullable)
 */
VswLink *
vsw_links_drop (VswLinks *self, guint index)
{
  const char *device = vsw_links_get_bound (self, index);
  if (device != NULL)
    vsw_links_unbind (self, device);
  g_hash_table_remove (self->learned, GUINT_TO_POINTER (index));
  return take_out (self, index);
}

/**
 * vsw_links_get:
 *
 * The link of that index. (transfer none) (nullable)
 */
VswLink *
vsw_links_get (VswLinks *self, guint index)
{
  return g_hash_table_lookup (self->by_index, GUINT_TO_POINTER (index));
}

/**
 * vsw_links_find_name:
 * @name: raw bytes
 *
 * The link that is called so now. (transfer none) (nullable)
 */
VswLink *
vsw_links_find_name (VswLinks *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

/**
 * vsw_links_has_mac:
 *
 * Whether any link has that address now.
 */
gboolean
vsw_links_has_mac (VswLinks *self, VswMac mac)
{
  gint64 number = vsw_mac_to_number (mac);
  return g_hash_table_contains (self->macs, &number);
}

/**
 * vsw_links_find_foreign_mac:
 *
 * The link with that address that we did not make. O(links). (transfer none) (nullable) Main thread.
 */
VswLink *
vsw_links_find_foreign_mac (VswLinks *self, VswMac mac)
{
  GHashTableIter iter;
  gpointer value;
  if (!vsw_links_has_mac (self, mac))
    return NULL;
  g_hash_table_iter_init (&iter, self->by_index);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswLink *link = value;
      if (vsw_mac_equal (link->mac, mac) && !vsw_link_is_marked (link))
        return link;
    }
  return NULL;
}

static int
compare_indexes (gconstpointer a, gconstpointer b)
{
  guint one = (*(VswLink *const *)a)->index, other = (*(VswLink *const *)b)->index;
  return one < other ? -1 : one > other;
}

/**
 * vsw_links_list:
 *
 * Every link, by ascending index. (transfer full) (element-type VswLink)
 */
GPtrArray *
vsw_links_list (VswLinks *self)
{
  GPtrArray *list = g_ptr_array_new_full (g_hash_table_size (self->by_index), (GDestroyNotify)vsw_link_unref);
  GHashTableIter iter;
  gpointer link;
  g_hash_table_iter_init (&iter, self->by_index);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    g_ptr_array_add (list, vsw_link_ref (link));
  g_ptr_array_sort (list, compare_indexes);
  return list;
}

/**
 * vsw_links_bind:
 * @device: device name in the model
 *
 * Says which link that device is. What either was bound to before is forgotten.
 */
void
vsw_links_bind (VswLinks *self, const char *device, guint index)
{
  const char *bound = vsw_links_get_bound (self, index);
  if (g_strcmp0 (bound, device) == 0)
    return;
  if (bound != NULL)
    vsw_links_unbind (self, bound);
  vsw_links_unbind (self, device);
  g_hash_table_insert (self->device_index, g_strdup (device), GUINT_TO_POINTER (index));
  g_hash_table_insert (self->index_device, GUINT_TO_POINTER (index), g_strdup (device));
}

/**
 * vsw_links_unbind:
 *
 * Forgets which link that device is. Nothing bound is no fault.
 */
void
vsw_links_unbind (VswLinks *self, const char *device)
{
  gpointer index;
  if (!g_hash_table_lookup_extended (self->device_index, device, NULL, &index))
    return;
  g_hash_table_remove (self->device_index, device);
  g_hash_table_remove (self->index_device, index); /* last: @device may live there */
}

/**
 * vsw_links_get_device:
 *
 * The link that is that device of the model. (transfer none) (nullable)
 */
VswLink *
vsw_links_get_device (VswLinks *self, const char *device)
{
  gpointer index;
  if (!g_hash_table_lookup_extended (self->device_index, device, NULL, &index))
    return NULL;
  return g_hash_table_lookup (self->by_index, index);
}

/**
 * vsw_links_get_bound:
 *
 * The device of the model that the link of that index is. (transfer none) (nullable)
 */
const char *
vsw_links_get_bound (VswLinks *self, guint index)
{
  return g_hash_table_lookup (self->index_device, GUINT_TO_POINTER (index));
}

/**
 * vsw_links_set_learned:
 * @bridge: index
 *
 * Notes how many addresses a bridge has learned.
 */
void
vsw_links_set_learned (VswLinks *self, guint bridge, guint count)
{
  if (count == 0)
    g_hash_table_remove (self->learned, GUINT_TO_POINTER (bridge));
  else
    g_hash_table_insert (self->learned, GUINT_TO_POINTER (bridge), GUINT_TO_POINTER (count));
}

/**
 * vsw_links_get_learned:
 * @bridge: index
 *
 * How many addresses a bridge has learned; 0 if nothing is known.
 */
guint
vsw_links_get_learned (VswLinks *self, guint bridge)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->learned, GUINT_TO_POINTER (bridge)));
}

GHashTable *
vsw_links_get_foreign_ports (VswLinks *self, guint bridge)
{
  return g_hash_table_lookup (self->foreign_ports, GUINT_TO_POINTER (bridge));
}
