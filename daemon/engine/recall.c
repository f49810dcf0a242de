/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs about which the wish has to follow the facts.
 *
 * Those whose guest has gone: the far end of a pair was given to another namespace and is there no longer: with its namespace it is gone, or it
 * has come home. A tap has gone with its last descriptor. What lived only as long as its guest goes, what is persistent waits at home for the
 * next one. And those of the host whose name is another now, or the address that they are known by. */
#include "engine/state.h"

/* The namespace died, or its owner deleted the far end: both ends are gone. Or he gave it back. Of a tap: nobody has it open any more. */
static gboolean
is_lost (VswEngine *engine, const VswNic *nic)
{
  gboolean is_away = nic->placed_as[0] != '\0' || !vsw_nic_is_kept (nic);

  return is_away && vsw_links_get_device (engine->links, nic->device) == NULL;
}

static gboolean
is_home_again (VswEngine *engine, const VswNic *nic)
{
  return nic->placed_as[0] != '\0' && vsw_links_get_device (engine->links, nic->peer) != NULL;
}

/* Of one with a permanent address it does not matter which other it has. */
static gboolean
has_other_address (const VswUplink *uplink, const VswLink *link)
{
  return vsw_mac_is_zero (uplink->permanent) && !vsw_mac_equal (uplink->mac, link->mac);
}

/* A NIC of the host that was renamed: its object follows, where it can. */
static gboolean
is_renamed (VswEngine *engine, const VswNic *nic)
{
  VswLink *link = nic->uplink != NULL ? vsw_links_get_device (engine->links, nic->device) : NULL;

  return link != NULL && (!g_str_equal (link->name, nic->uplink->last_name) || has_other_address (nic->uplink, link));
}

static VswNic *
rename_nic (VswEngine *engine, const VswNic *nic)
{
  VswLink *link = vsw_links_get_device (engine->links, nic->device);
  VswUplink uplink = *nic->uplink;
  VswNic fields = *nic;
  g_autoptr (VswUplink) renamed = NULL;

  uplink.last_name = link->name;
  if (has_other_address (nic->uplink, link))
    uplink.mac = link->mac;
  renamed = vsw_uplink_new (&uplink);
  fields.uplink = renamed;
  if (g_str_equal (link->name, nic->uplink->last_name))
    return vsw_nic_new (&fields);
  if (vsw_name_check (link->name, NULL) && vsw_model_find_nic (engine->model, link->name) == NULL)
    fields.head.name = link->name;
  vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_LOST, nic->head.name, "%s is called %s now", nic->head.name,
           fields.head.name);

  return vsw_nic_new (&fields);
}

static void
fold_delta (VswDelta *into, VswDelta *from)
{
  for (guint i = 0; i < vsw_delta_get_size (from); i++)
    {
      const VswPair *pair = vsw_delta_get (from, i);

      vsw_delta_put (into, pair->before, pair->after, NULL);
    }
}

static void
recall_nic (VswEngine *engine, VswNic *nic, VswDelta *delta, GPtrArray *deletions)
{
  g_autoptr (VswNic) home = NULL;

  if (is_lost (engine, nic) && nic->head.lifetime != VSW_LIFETIME_PERSISTENT)
    {
      vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_LOST, nic->head.name, "endpoint %s went with %s", nic->head.name,
               nic->backend == VSW_BACKEND_TAP ? "its last descriptor" : "the namespace that it was in");
      VswChange *deletion = vsw_change_delete (VSW_KIND_NIC, nic->head.id, TRUE);

      vsw_change_set_by_nature (deletion);
      g_ptr_array_add (deletions, deletion);
      return;
    }
  if (is_renamed (engine, nic))
    {
      home = rename_nic (engine, nic);
      vsw_delta_put (delta, nic, home, NULL);
      return;
    }
  if (!is_lost (engine, nic) && !is_home_again (engine, nic))
    return;

  VswNic fields = *nic;
  fields.placed_as[0] = '\0';
  home = vsw_nic_new (&fields);
  vsw_delta_put (delta, nic, home, NULL);
  vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_LOST, nic->head.name,
           "endpoint %s is no longer in the namespace that it was given to", nic->head.name);
}

VswDelta *
vsw_engine_recall_nics (VswEngine *engine, GPtrArray *ids)
{
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  g_autoptr (VswDelta) deleted = NULL;
  g_autoptr (GPtrArray) deletions = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    {
      VswNic *nic = vsw_model_get_nic (engine->model, g_ptr_array_index (ids, i));

      if (nic != NULL)
        recall_nic (engine, nic, delta, deletions);
    }
  if (ids == NULL)
    {
      GHashTableIter iter;
      gpointer nic;

      g_hash_table_iter_init (&iter, vsw_model_get_nics (engine->model));
      while (g_hash_table_iter_next (&iter, NULL, &nic))
        recall_nic (engine, nic, delta, deletions);
    }

  if (deletions->len > 0)
    {
      if (vsw_model_resolve (engine->model, engine->links, deletions, &deleted, &error))
        {
          vsw_model_revert (engine->model, deleted);
          fold_delta (delta, deleted);
        }
      else
        g_warning ("cannot release endpoints that are gone: %s", error->message);
    }

  return vsw_delta_get_size (delta) > 0 ? g_steal_pointer (&delta) : NULL;
}

gboolean
vsw_engine_is_astray (VswEngine *engine, const VswNic *nic)
{
  return is_lost (engine, nic) || is_home_again (engine, nic) || is_renamed (engine, nic);
}
