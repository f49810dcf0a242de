/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which NICs of the host are bound, and where. */
#include "model/index.h"
#include "model/links.h"

/**
 * vsw_model_get_uplinks:
 *
 * Every NIC of the host that is bound to a switch, by id. (transfer none) Main thread; valid until the next change of the model.
 */
GHashTable *
vsw_model_get_uplinks (VswModel *self)
{
  return self->uplinks;
}

/**
 * vsw_model_find_uplink_of:
 * @switch_id: of a switch
 *
 * The NIC of the host that is bound to it. (transfer none) (nullable) Main thread.
 */
VswNic *
vsw_model_find_uplink_of (VswModel *self, const char *switch_id)
{
  VswPortSet *set = vsw_model_get_port_set (self, switch_id);
  return set != NULL && set->uplink != NULL ? vsw_model_get_nic (self, set->uplink->nic_id) : NULL;
}

/**
 * vsw_model_find_uplink_for:
 * @host_id: of an internal NIC
 *
 * The NIC of the host whose IP that one has. (transfer none) (nullable) Main thread.
 */
VswNic *
vsw_model_find_uplink_for (VswModel *self, const char *host_id)
{
  GHashTableIter iter;
  gpointer nic;
  g_hash_table_iter_init (&iter, self->uplinks);
  while (g_hash_table_iter_next (&iter, NULL, &nic))
    if (g_strcmp0 (((VswNic *)nic)->uplink->host_id, host_id) == 0)
      return nic;
  return NULL;
}

/* The far end of the internal NIC that has the IP of that uplink. (nullable) */
static VswLink *
get_host_end (VswModel *self, VswLinks *links, const VswNic *uplink)
{
  const VswNic *host =
      uplink != NULL && uplink->uplink->host_id != NULL ? vsw_model_get_nic (self, uplink->uplink->host_id) : NULL;
  return host != NULL ? vsw_links_get_device (links, host->peer) : NULL;
}

static VswLink *
get_link_of (VswModel *self, VswLinks *links, const char *nic_id)
{
  const VswNic *nic = vsw_model_get_nic (self, nic_id);
  return nic != NULL ? vsw_links_get_device (links, nic->device) : NULL;
}

/* Those that it lets go give back what an internal NIC has by now; those that it binds again give what they have. */
static void
ask_for_rollback (VswModel *self, VswLinks *links, VswChange *change)
{
  const VswCheckpoint *checkpoint = vsw_model_get_checkpoint (self, change->id);
  for (gsize i = 0; checkpoint != NULL && i < checkpoint->n_entries; i++)
    {
      const VswCheckpointEntry *entry = &checkpoint->entries[i];
      const VswNic *now = vsw_model_get_nic (self, entry->id);
      const VswNic *before = entry->before != NULL && entry->before->kind == VSW_KIND_NIC ? (const VswNic *)entry->before
                                                                                         : NULL;
      const VswLink *link = NULL;
      if (now != NULL && before == NULL && now->uplink != NULL)
        link = get_host_end (self, links, now);
      else if (now == NULL && before != NULL && before->uplink != NULL)
        link = vsw_uplink_find (before->uplink, links);
      if (link != NULL)
        vsw_change_ask (change, link->index);
    }
}

/**
 * vsw_model_ask:
 * @links: what there is
 * @change: a change that is about to be resolved
 *
 * Notes in it of which links it has to be known what IP has on them. Main thread.
 */
void
vsw_model_ask (VswModel *self, VswLinks *links, VswChange *change)
{
  const VswLink *link = NULL;
  if (change->kind == VSW_CHANGE_BIND || change->kind == VSW_CHANGE_SETUP)
    link = vsw_links_get (links, change->link);
  else if (change->kind == VSW_CHANGE_TEARDOWN)
    link = get_host_end (self, links, vsw_model_find_uplink_of (self, change->id));
  else if (change->kind == VSW_CHANGE_ADOPT)
    link = get_link_of (self, links, change->id);
  else if (change->kind == VSW_CHANGE_ROLLBACK)
    ask_for_rollback (self, links, change);
  if (link != NULL)
    vsw_change_ask (change, link->index);
}

/**
 * vsw_model_find_missing_uplink:
 * @links: what there is
 * @link: one of them, or one that is about to be
 *
 * The NIC that is bound, has no link now, and is this one. (transfer none) (nullable) Main thread.
 */
VswNic *
vsw_model_find_missing_uplink (VswModel *self, VswLinks *links, const VswLink *link)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->uplinks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswNic *nic = value;
      if (vsw_uplink_is (nic->uplink, link) && vsw_links_get_device (links, nic->device) == NULL)
        return nic;
    }
  return NULL;
}

static gboolean
is_only_foreign_port (VswLinks *links, const VswLink *link)
{
  GHashTable *ports = vsw_links_get_foreign_ports (links, link->bridge);
  return ports != NULL && g_hash_table_size (ports) == 1;
}

/**
 * vsw_model_find_uplink_by_port:
 * @links: what there is
 * @link: one of them
 *
 * The NIC that is missing and that this one must be, for it is where that one was put: the only port of the bridge of its switch that is not ours. It has been
 * given another name or address while nobody looked. Of NICs with a permanent address that is never asked. (transfer none) (nullable) Main thread.
 */
VswNic *
vsw_model_find_uplink_by_port (VswModel *self, VswLinks *links, const VswLink *link)
{
  const char *device = link->bridge != 0 ? vsw_links_get_bound (links, link->bridge) : NULL;
  const VswValue *parent = device != NULL ? vsw_model_find_device (self, device) : NULL;
  VswNic *nic = parent != NULL && parent->kind == VSW_KIND_SWITCH ? vsw_model_find_uplink_of (self, parent->id) : NULL;
  if (nic == NULL || vsw_link_is_marked (link) || link->is_loopback || vsw_links_get_bound (links, link->index) != NULL
      || !vsw_mac_is_zero (link->permanent) || !vsw_mac_is_zero (nic->uplink->permanent)
      || vsw_links_get_device (links, nic->device) != NULL || vsw_uplink_find (nic->uplink, links) != NULL
      || !is_only_foreign_port (links, link))
    return NULL;
  return nic;
}

/**
 * vsw_uplinks_list:
 *
 * The NICs of the host that a delta is about. Of one that is bound by it, or stays: as it will be; of one that is let go: with what comes back to it. Any
 * thread.
 */
GPtrArray *
vsw_uplinks_list (VswDelta *delta)
{
  GPtrArray *nics = g_ptr_array_new_with_free_func (vsw_value_unref);
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      const VswValue *value = pair->after != NULL ? pair->after : pair->before;
      const VswNic *nic = value->kind == VSW_KIND_NIC ? (const VswNic *)value : NULL;
      if (nic != NULL && nic->uplink != NULL)
        g_ptr_array_add (nics, pair->ip != NULL && pair->after == NULL ? vsw_nic_with_ip (nic, pair->ip) : vsw_value_ref (nic));
    }
  return nics;
}

/**
 * vsw_model_has_uplinks:
 * @checkpoint: a checkpoint
 *
 * Whether going back to it binds NICs of the host, or lets some go. Main thread.
 */
gboolean
vsw_model_has_uplinks (VswModel *self, const VswCheckpoint *checkpoint)
{
  for (gsize i = 0; i < checkpoint->n_entries; i++)
    {
      const VswValue *before = checkpoint->entries[i].before;
      const VswNic *now = vsw_model_get_nic (self, checkpoint->entries[i].id);
      if ((now != NULL && now->uplink != NULL)
          || (before != NULL && before->kind == VSW_KIND_NIC && ((const VswNic *)before)->uplink != NULL))
        return TRUE;
    }
  return FALSE;
}
