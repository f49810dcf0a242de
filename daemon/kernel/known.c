/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/known.h"

struct _VswKnown
{
  GMutex lock;
  GHashTable *links;   /* (owned) index → VswLink */
  GHashTable *learned; /* (owned) set of Address */
  GPtrArray *said;     /* (owned) (element-type Saying) */
  GPtrArray *ripe;     /* (owned) (element-type Saying) */
};

typedef enum
{
  SAYING_ATTRIBUTE, /* attribute, number, text */
  SAYING_TAP,       /* tap */
  SAYING_OWNER,     /* tap */
} SayingKind;

/* What was set by us, or read. */
typedef struct
{
  SayingKind kind;
  guint index;
  VswAttribute attribute;
  guint64 number;
  char *text;   /* (owned) (nullable) */
  VswLink *tap; /* (owned) (nullable) */
} Saying;

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

static void
free_saying (gpointer data)
{
  Saying *saying = data;

  g_free (saying->text);
  g_clear_pointer (&saying->tap, vsw_link_unref);
  g_free (saying);
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
  self->said = g_ptr_array_new_with_free_func (free_saying);
  self->ripe = g_ptr_array_new_with_free_func (free_saying);
  return self;
}

void
vsw_known_free (VswKnown *self)
{
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->learned);
  g_ptr_array_unref (self->said);
  g_ptr_array_unref (self->ripe);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- links --- */

static VswLink *
find (VswKnown *self, guint index)
{
  return g_hash_table_lookup (self->links, GUINT_TO_POINTER (index));
}

/* Another value of a link that is known. (transfer full) NULL: it is no other. */
static VswLink *
change (VswKnown *self, const VswLink *before, const VswLink *fields)
{
  g_autoptr (VswLink) link = vsw_link_new (fields);

  if (vsw_link_equal (before, link))
    return NULL;
  g_hash_table_insert (self->links, GUINT_TO_POINTER (link->index), vsw_link_ref (link));
  return g_steal_pointer (&link);
}

/* What follows for the other end of a pair. (transfer full) (nullable) */
static VswLink *
change_partner (VswKnown *self, const VswLink *link, guint peer, gboolean elsewhere)
{
  VswLink *partner = link->peer != 0 && !link->peer_elsewhere ? find (self, link->peer) : NULL;
  VswLink fields;

  if (partner == NULL || !g_str_equal (link->link_kind, "veth") || !g_str_equal (partner->link_kind, "veth"))
    return NULL;

  fields = *partner;
  fields.peer = peer;
  fields.peer_elsewhere = elsewhere;
  return change (self, partner, &fields);
}

gboolean
vsw_known_put (VswKnown *self, VswLink *link, VswLink **ret_partner)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  VswLink *before = find (self, link->index);
  gboolean is_news = before == NULL || !vsw_link_equal (before, link);

  if (is_news)
    g_hash_table_insert (self->links, GUINT_TO_POINTER (link->index), vsw_link_ref (link));
  *ret_partner = change_partner (self, link, link->index, FALSE);
  return is_news;
}

/**
 * vsw_known_correct_owner:
 *
 * Even one that is told to be the same may be another: the same number in another user namespace. Then nothing else is news in that
 * message, for every one that gives a tap away has its own (TUNSETOWNER and TUNSETGROUP, drivers/net/tun.c).
 */
VswLink *
vsw_known_correct_owner (VswKnown *self, VswLink *link, gboolean *ret_is_doubtful)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  VswLink *before = find (self, link->index);
  VswLink fields = *link;
  VswLink *corrected = NULL;

  *ret_is_doubtful = FALSE;
  if (!link->is_tap)
    return vsw_link_ref (link);

  fields.tap_owner = before != NULL && before->is_tap ? before->tap_owner : VSW_TAP_OWNER_NONE;
  fields.tap_group = before != NULL && before->is_tap ? before->tap_group : VSW_TAP_GROUP_NONE;
  corrected = vsw_link_new (&fields);
  *ret_is_doubtful = link->tap_owner != corrected->tap_owner || link->tap_group != corrected->tap_group
                     || (before != NULL && vsw_link_is_marked (link) && vsw_link_equal (before, corrected));
  return corrected;
}

void
vsw_known_drop (VswKnown *self, const VswLink *link, guint moved_to, VswLink **ret_partner)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  g_hash_table_remove (self->links, GUINT_TO_POINTER (link->index));
  *ret_partner = moved_to != 0 ? change_partner (self, link, moved_to, TRUE) : NULL;
}

/**
 * vsw_known_set_port:
 *
 * Of a link that was never told of nothing is known that could be told now; the list or the message that tells of it has the state. Any thread.
 */
VswLink *
vsw_known_set_port (VswKnown *self, guint index, guint bridge, VswPortState state)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  VswLink *before = find (self, index);
  VswLink fields;

  if (before == NULL)
    return NULL;

  fields = *before;
  fields.is_port = TRUE;
  fields.bridge = bridge;
  fields.port_state = state;
  return change (self, before, &fields);
}

/* --- what the kernel does not tell --- */

static void
say (VswKnown *self, Saying saying)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->said, g_memdup2 (&saying, sizeof saying));
  g_mutex_unlock (&self->lock);
}

void
vsw_known_tell (VswKnown *self, guint index, VswAttribute attribute, guint64 number, const char *text)
{
  say (self, (Saying){ .index = index, .attribute = attribute, .number = number, .text = g_strdup (text) });
}

void
vsw_known_tell_tap (VswKnown *self, const VswLink *link)
{
  say (self, (Saying){ .kind = SAYING_TAP, .index = link->index, .tap = vsw_link_ref (link) });
}

void
vsw_known_tell_owner (VswKnown *self, const VswLink *link)
{
  say (self, (Saying){ .kind = SAYING_OWNER, .index = link->index, .tap = vsw_link_ref (link) });
}

static void
steal_all (GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, g_ptr_array_index (from, i));
  g_ptr_array_set_free_func (from, NULL);
  g_ptr_array_set_size (from, 0);
  g_ptr_array_set_free_func (from, free_saying);
}

void
vsw_known_ripen (VswKnown *self)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

  steal_all (self->said, self->ripe);
}

/* Only what the kernel keeps to itself: all else it may have told anew since. */
static void
write_tap (const VswLink *tap, VswLink *fields)
{
  fields->group = tap->group;
  fields->alias = tap->alias;
  fields->ipv6_quiet = tap->ipv6_quiet;
  fields->tap_is_kept = tap->tap_is_kept;
  fields->tap_queues = tap->tap_queues;
}

/* Writes what was set into the fields. The text stays the saying's. */
static void
write_attribute (const Saying *saying, VswLink *fields)
{
  switch (saying->attribute)
    {
    case VSW_ATTRIBUTE_GROUP:
      fields->group = (guint32)saying->number;
      break;
    case VSW_ATTRIBUTE_ALIAS:
      fields->alias = saying->text != NULL ? saying->text : "";
      break;
    case VSW_ATTRIBUTE_IPV6_QUIET:
      fields->ipv6_quiet = saying->number != 0;
      break;
    case VSW_ATTRIBUTE_AGEING:
      fields->ageing = (guint32)saying->number;
      break;
    case VSW_ATTRIBUTE_MAX_LEARNED:
      fields->max_learned = (guint32)saying->number;
      break;
    case VSW_ATTRIBUTE_SPANNING_TREE:
      fields->spanning_tree = saying->number != 0;
      break;
    case VSW_ATTRIBUTE_MULTICAST_SNOOPING:
      fields->multicast_snooping = saying->number != 0;
      break;
    case VSW_ATTRIBUTE_UP:
    case VSW_ATTRIBUTE_MTU:
    case VSW_ATTRIBUTE_PROMISCUOUS:
    case VSW_ATTRIBUTE_MAC:
    case VSW_ATTRIBUTE_NAME:
    case VSW_ATTRIBUTE_CONTROLLER:
      break; /* the kernel tells these of links that are down, too */
    }
}

/* Of links that are up the kernel tells everything but whose a tap is, and in the right order with what others do. */
static void
write_saying (const Saying *saying, VswLink *fields)
{
  if (saying->tap != NULL)
    {
      fields->tap_owner = saying->tap->tap_owner;
      fields->tap_group = saying->tap->tap_group;
    }
  if (fields->is_up)
    return;

  if (saying->kind == SAYING_TAP)
    write_tap (saying->tap, fields);
  else if (saying->kind == SAYING_ATTRIBUTE)
    write_attribute (saying, fields);
}

/**
 * vsw_known_settle:
 *
 * Main.
 */
GPtrArray *
vsw_known_settle (VswKnown *self)
{
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);
  GPtrArray *changed = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_link_unref);

  for (guint i = 0; i < self->ripe->len; i++)
    {
      const Saying *saying = g_ptr_array_index (self->ripe, i);
      VswLink *before = find (self, saying->index);
      VswLink *link = NULL;
      VswLink fields;

      if (before == NULL)
        continue;
      fields = *before;
      write_saying (saying, &fields);
      link = change (self, before, &fields);
      if (link != NULL)
        g_ptr_array_add (changed, link);
    }
  g_ptr_array_set_size (self->ripe, 0);

  return changed;
}

/* --- forwarding tables --- */

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
  g_autoptr (GMutexLocker) G_GNUC_UNUSED locker = g_mutex_locker_new (&self->lock);

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
  /* What was said before is in the list. */
  g_ptr_array_set_size (self->said, 0);
  g_ptr_array_set_size (self->ripe, 0);
  g_mutex_unlock (&self->lock);
}
