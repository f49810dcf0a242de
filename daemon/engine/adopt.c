/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host that have been given IP while nobody watched. At boot, whoever configures the host does so by the name of the NIC, wherever the host
 * had its addresses before: ifupdown knows nothing of switches. If such a NIC just went into its bridge, the host would be cut off. So what is on it moves
 * as SetupSwitch moves it, and the host has what it has been given last.
 *
 * What comes while the service runs is asked for by whoever knows who manages the NIC (bus/uplinks.c). */
#include "engine/state.h"

#include "engine/transaction.h"

static gboolean
is_in_its_bridge (VswEngine *engine, const VswNic *nic, const VswLink *link)
{
  const VswPort *port = vsw_model_find_port_of_nic (engine->model, nic->head.id);
  const VswSwitch *home = port != NULL ? vsw_model_get_switch (engine->model, port->switch_id) : NULL;
  const VswLink *bridge = home != NULL ? vsw_links_get_device (engine->links, home->device) : NULL;

  return bridge != NULL && link->bridge == bridge->index;
}

/* (transfer full) (element-type utf8) ids of those that are there and about to be put into their bridge */
static GPtrArray *
list_returning (VswEngine *engine)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_uplinks (engine->model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const VswNic *nic = value;
      const VswLink *link = vsw_links_get_device (engine->links, nic->device);

      if (link != NULL && !is_in_its_bridge (engine, nic, link))
        g_ptr_array_add (ids, g_strdup (nic->head.id));
    }

  return ids;
}

/* Whether anything was done. */
static gboolean
adopt (VswEngine *engine, const char *id, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_autoptr (VswDelta) delta = NULL;
  g_autoptr (VswPlan) plan = NULL;

  g_ptr_array_add (changes, vsw_change_adopt (id));
  if (!vsw_engine_resolve_now (engine, changes, &delta, error) || vsw_delta_get_size (delta) == 0)
    return FALSE;

  vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_DRIFT, vsw_model_get (engine->model, id)->name,
           "%s has been given addresses while the service was away: they go where its switch has them",
           vsw_model_get (engine->model, id)->name);
  plan = vsw_plan_new (engine->model, engine->links, delta);
  if (vsw_transaction_run (engine->kernel, engine->store, delta, plan, error) == VSW_OUTCOME_COMMITTED)
    return TRUE;

  vsw_model_revert (engine->model, delta);
  return FALSE;
}

/**
 * vsw_engine_adopt_all:
 * @engine: the engine, at its start
 *
 * Moves what NICs have been given that are about to go back into their bridges. One that cannot be is logged, and goes there nevertheless: whoever looks
 * after uplinks tries again. Blocks. Thread: main.
 *
 * Returns: whether anything was done, so that the links are to be listed again
 */
gboolean
vsw_engine_adopt_all (VswEngine *engine)
{
  g_autoptr (GPtrArray) ids = list_returning (engine);
  gboolean is_any = FALSE;

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (GError) error = NULL;

      is_any = adopt (engine, g_ptr_array_index (ids, i), &error) || is_any;
      if (error == NULL)
        continue;
      g_warning ("%s keeps what it has been given: %s",
                 vsw_model_get (engine->model, g_ptr_array_index (ids, i))->name, error->message);
      is_any = TRUE;
    }

  return is_any;
}
