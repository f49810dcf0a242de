/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which NICs of the host are bound, and where. */
#include "model/index.h"

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

/**
 * vsw_uplinks_list:
 *
 * The NICs of the host that a delta is about. Of one that is bound by it: as it will be. Any thread.
 */
GPtrArray *
vsw_uplinks_list (VswDelta *delta)
{
  GPtrArray *nics = g_ptr_array_new_with_free_func (vsw_value_unref);
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      const VswValue *value = pair->before != NULL ? pair->before : pair->after;
      if (value->kind == VSW_KIND_NIC && ((const VswNic *)value)->uplink != NULL)
        g_ptr_array_add (nics, vsw_value_ref (value));
    }
  return nics;
}
