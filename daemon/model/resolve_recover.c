/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going back to a checkpoint, for NICs of the host: bound ones are let go, and what the host is reached by moves back first; those that were
 * bound are bound again. */
#include "model/rollback.h"

/* NULL: it is none of the host's, or what the host is reached by is not on an internal NIC. */
static VswNic *
get_hosting (VswModel *model, const VswCheckpointEntry *entry)
{
  VswNic *now = entry->before == NULL ? vsw_model_get_nic (model, entry->id) : NULL;
  return now != NULL && now->uplink != NULL && now->uplink->host_id != NULL ? now : NULL;
}

void
vsw_rollback_release_hosts (VswRollback *self, GPtrArray *entries)
{
  VswModel *model = self->resolver->model;
  for (guint i = 0; i < entries->len; i++)
    {
      VswNic *uplink = get_hosting (model, entries->pdata[i]);
      VswNic *host = uplink != NULL ? vsw_model_get_nic (model, uplink->uplink->host_id) : NULL;
      if (host != NULL && vsw_links_get_device (self->resolver->links, uplink->device) != NULL)
        vsw_resolve_drop_hosting (self->resolver, self->change, uplink, host);
    }
}

gboolean
vsw_rollback_has_uplink_for (const VswRollback *self, const char *host_id)
{
  for (gsize i = 0; i < self->checkpoint->n_entries; i++)
    {
      const VswValue *before = self->checkpoint->entries[i].before;
      if (before != NULL && before->kind == VSW_KIND_NIC && ((const VswNic *)before)->uplink != NULL
          && g_strcmp0 (((const VswNic *)before)->uplink->host_id, host_id) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
check_uplink (VswRollback *self, const VswNic *target, const VswLink *link)
{
  VswModel *model = self->resolver->model;
  const char *host_id = target->uplink->host_id;
  if (vsw_model_find_nic (model, target->head.name) != NULL)
    vsw_rollback_lose (self, &target->head, "there is another of that name now");
  else if (link != NULL && link->bridge != 0)
    vsw_rollback_lose (self, &target->head, "it is the port of another bridge now");
  else if (host_id != NULL && vsw_model_get_nic (model, host_id) == NULL)
    vsw_rollback_lose (self, &target->head, "the internal endpoint that had its addresses could not come back");
  else
    return TRUE;
  return FALSE;
}

/* What it was before it is bound again is what it is now. One that is not there is bound when it comes, and what IP had where the host had it is with the
 * internal NIC that is made anew. */
void
vsw_rollback_restore_uplink (VswRollback *self, const VswNic *target)
{
  VswLinks *links = self->resolver->links;
  const VswLink *link = vsw_uplink_find (target->uplink, links);
  const VswNic *taken = g_hash_table_lookup (self->taken, target->head.id);
  if (taken != NULL)
    {
      vsw_resolver_put (self->resolver, NULL, taken, NULL);
      return;
    }
  if (!check_uplink (self, target, link))
    return;
  g_autoptr (VswUplink) found =
      link != NULL
          ? vsw_uplink_new_of_link (link, vsw_change_get_ip (self->change, link->index), target->uplink->host_id)
          : vsw_uplink_ref (target->uplink);
  VswNic value = *target;
  g_autoptr (VswUplink) uplink = target->uplink->is_taken_over
                                     ? vsw_uplink_with_loan (found, target->uplink->profile, target->uplink->lease)
                                     : vsw_uplink_ref (found);
  value.uplink = uplink;
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_put (self->resolver, NULL, new, NULL);
}
