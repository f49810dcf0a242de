/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_state.h"

#include <net/if_arp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
free_space (gpointer data)
{
  FakeSpace *space = data;

  g_hash_table_unref (space->links);
  if (space->fd >= 0)
    close (space->fd);
  g_free (space);
}

void
fake_state_init (FakeState *self)
{
  self->spaces = g_ptr_array_new_with_free_func (free_space);
  self->guards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->taps = g_ptr_array_new ();
  self->touched = g_ptr_array_new ();
  g_queue_init (&self->news);
  self->knows_max_learned = self->knows_taps = TRUE;
  self->home = fake_space_new (self, 0, NULL);
}

void
fake_state_clear (FakeState *self)
{
  for (guint i = 0; i < self->spaces->len; i++)
    {
      FakeSpace *space = g_ptr_array_index (self->spaces, i);
      g_autoptr (GPtrArray) links = fake_space_list (space);

      for (guint j = 0; j < links->len; j++)
        fake_link_free (self, g_ptr_array_index (links, j));
    }
  g_ptr_array_unref (self->spaces);
  g_hash_table_unref (self->guards);
  g_ptr_array_unref (self->taps);
  g_ptr_array_unref (self->touched);
  g_queue_clear_full (&self->news, (GDestroyNotify)fake_news_free);
}

FakeSpace *
fake_space_new (FakeState *self, guint32 owner, FakeSpace *parent)
{
  FakeSpace *space = g_new0 (FakeSpace, 1);
  FakeLink *lo;
  struct stat st;

  space->fd = memfd_create ("vmswitch-fake-namespace", MFD_CLOEXEC);
  g_assert (space->fd >= 0);
  g_assert (fstat (space->fd, &st) == 0);
  space->inode = st.st_ino;
  space->owner = owner;
  space->parent = parent;
  space->next_index = 1;
  space->links = g_hash_table_new (NULL, NULL);
  g_ptr_array_add (self->spaces, space);

  lo = fake_link_new (self, space, "lo", "");
  lo->is.is_loopback = lo->is.is_up = TRUE;
  lo->is.hardware_type = ARPHRD_LOOPBACK;
  lo->is.mtu = 65536;
  return space;
}

FakeSpace *
fake_space_find (FakeState *self, int fd)
{
  struct stat st;

  if (fd < 0)
    return self->home;
  return fstat (fd, &st) == 0 ? fake_space_find_inode (self, st.st_ino) : NULL;
}

FakeSpace *
fake_space_find_inode (FakeState *self, guint64 inode)
{
  for (guint i = 0; i < self->spaces->len; i++)
    {
      FakeSpace *space = g_ptr_array_index (self->spaces, i);

      if (space->inode == inode && !space->is_dead)
        return space;
    }
  return NULL;
}

void
fake_link_set_text (const char **slot, const char *text)
{
  g_autofree char *old = (char *)*slot;

  *slot = g_strdup (text);
}

FakeLink *
fake_link_new (FakeState *self, FakeSpace *space, const char *name, const char *link_kind)
{
  FakeLink *link = g_new0 (FakeLink, 1);

  link->is.name = g_strdup (name);
  link->is.link_kind = g_strdup (link_kind);
  link->is.alias = g_strdup ("");
  link->is.driver = g_strdup ("");
  link->is.bus_path = g_strdup ("");
  link->is.hardware_type = ARPHRD_ETHER;
  link->is.mtu = 1500;
  link->cable = TRUE;
  link->queues = 1;
  link->ip = g_ptr_array_new_with_free_func (g_free);
  if (strcmp (link_kind, "bridge") == 0)
    {
      link->is.is_bridge = TRUE;
      link->is.ageing = 300;
      link->is.multicast_snooping = TRUE;
      link->is.has_max_learned = self->knows_max_learned;
      link->ports = g_ptr_array_new ();
      link->addresses = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
    }
  fake_link_set_space (link, space);
  fake_touch (self, link);
  return link;
}

void
fake_link_set_space (FakeLink *link, FakeSpace *space)
{
  if (link->space != NULL)
    g_hash_table_remove (link->space->links, GUINT_TO_POINTER (link->is.index));
  /* As __dev_change_net_namespace (net/core/dev.c) does: the index is kept where it is free. */
  if (link->is.index == 0 || fake_link_get (space, link->is.index) != NULL)
    link->is.index = space->next_index;
  space->next_index = MAX (space->next_index, link->is.index + 1);
  link->space = space;
  g_hash_table_insert (space->links, GUINT_TO_POINTER (link->is.index), link);
}

/* Whoever holds a descriptor of it holds one of nothing. */
static void
free_tap (FakeTap *tap)
{
  g_array_unref (tap->ends);
  g_free (tap);
}

static void
close_end (gpointer end)
{
  close (*(int *)end);
}

FakeLink *
fake_link_new_tap (FakeState *self, FakeSpace *space, const char *name, gboolean has_many_queues)
{
  FakeLink *link = fake_link_new (self, space, name, "tun");

  link->is.is_tap = TRUE;
  link->is.tap_owner = VSW_TAP_OWNER_NONE;
  link->is.tap_group = VSW_TAP_GROUP_NONE;
  link->cable = FALSE;
  link->tap = g_new0 (FakeTap, 1);
  link->tap->has_many_queues = has_many_queues;
  link->tap->ends = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_set_clear_func (link->tap->ends, close_end);
  g_ptr_array_add (self->taps, link);
  return link;
}

void
fake_link_free (FakeState *self, FakeLink *link)
{
  g_hash_table_remove (link->space->links, GUINT_TO_POINTER (link->is.index));
  g_ptr_array_remove (self->touched, link);
  g_ptr_array_remove (self->taps, link);
  g_clear_pointer (&link->tap, free_tap);
  g_clear_pointer (&link->ports, g_ptr_array_unref);
  g_clear_pointer (&link->addresses, g_hash_table_unref);
  g_clear_pointer (&link->told, vsw_link_unref);
  g_clear_pointer (&link->ip, g_ptr_array_unref);
  g_free ((char *)link->diverted);
  g_free ((char *)link->is.name);
  g_free ((char *)link->is.link_kind);
  g_free ((char *)link->is.alias);
  g_free ((char *)link->is.driver);
  g_free ((char *)link->is.bus_path);
  g_free (link);
}

FakeLink *
fake_link_get (FakeSpace *space, guint index)
{
  return g_hash_table_lookup (space->links, GUINT_TO_POINTER (index));
}

FakeLink *
fake_link_find (FakeSpace *space, const char *name)
{
  GHashTableIter iter;
  gpointer link;

  g_hash_table_iter_init (&iter, space->links);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    if (strcmp (((FakeLink *)link)->is.name, name) == 0)
      return link;
  return NULL;
}

static int
compare_index (gconstpointer a, gconstpointer b)
{
  const FakeLink *const *left = a, *const *right = b;

  return (*left)->is.index < (*right)->is.index ? -1 : 1;
}

GPtrArray *
fake_space_list (FakeSpace *space)
{
  GPtrArray *links = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer link;

  g_hash_table_iter_init (&iter, space->links);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    g_ptr_array_add (links, link);
  g_ptr_array_sort (links, compare_index);
  return links;
}

/* IFF_LOWER_UP of a link that is down is not set, whatever its cable (dev_get_flags, net/core/dev.c). */
gboolean
fake_link_has_carrier (const FakeLink *link)
{
  if (!link->is.is_up)
    return FALSE;
  return strcmp (link->is.link_kind, "veth") == 0 ? link->peer != NULL && link->peer->is.is_up : link->cable;
}

VswLink *
fake_snapshot (const FakeLink *link)
{
  VswLink fields = link->is;

  fields.has_carrier = fake_link_has_carrier (link);
  fields.bridge = link->bridge != NULL ? link->bridge->is.index : 0;
  fields.is_port = link->bridge != NULL && link->bridge->is.is_bridge;
  fields.port_state = fields.is_port ? link->is.port_state : VSW_PORT_STATE_DISABLED;
  fields.peer = link->peer != NULL ? link->peer->is.index : 0;
  fields.tap_queues = link->tap != NULL && link->tap->has_many_queues ? link->tap->ends->len : 0;
  fields.peer_elsewhere = link->peer != NULL && link->peer->space != link->space;
  /* It keeps its octets, but another number of them is told (tun_get_addr_len, drivers/net/tun.c). */
  if (link->tap != NULL && link->is.hardware_type != ARPHRD_ETHER)
    memset (&fields.mac, 0, sizeof fields.mac);
  fields.driver = ""; /* asked for apart; where it sits comes with every report (IFLA_PARENT_DEV_NAME) */
  fields.speed = 0;
  fields.full_duplex = fields.is_wireless_station = FALSE;
  return vsw_link_new (&fields);
}

void
fake_touch (FakeState *self, FakeLink *link)
{
  if (link->is_touched)
    return;
  link->is_touched = TRUE;
  g_ptr_array_add (self->touched, link);
}

void
fake_flush (FakeState *self)
{
  for (guint i = 0; i < self->touched->len; i++)
    {
      FakeLink *link = g_ptr_array_index (self->touched, i);
      g_autoptr (VswLink) now = link->space == self->home ? fake_snapshot (link) : NULL;

      link->is_touched = FALSE;
      if (now == NULL || (link->told != NULL && vsw_link_equal (link->told, now)))
        continue;
      g_clear_pointer (&link->told, vsw_link_unref);
      link->told = vsw_link_ref (now);
      fake_tell (self, FAKE_NEWS_LINK, now, 0, 0);
    }
  g_ptr_array_set_size (self->touched, 0);
}

void
fake_keep_quiet (FakeLink *link)
{
  g_clear_pointer (&link->told, vsw_link_unref);
  link->told = fake_snapshot (link);
}

void
fake_tell (FakeState *self, FakeNewsKind kind, VswLink *link, guint bridge, gint change)
{
  FakeNews *news;

  if (!self->is_watched || self->is_deaf)
    return;
  news = g_new0 (FakeNews, 1);
  news->kind = kind;
  news->link = link != NULL ? vsw_link_ref (link) : NULL;
  news->bridge = bridge;
  news->change = change;
  g_queue_push_tail (&self->news, news);
}

void
fake_news_free (FakeNews *news)
{
  g_clear_pointer (&news->link, vsw_link_unref);
  g_free (news);
}
