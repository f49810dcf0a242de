/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start: the store is the wish, the kernel is what is, and the ordinary repair brings them together. Whatever a crash
 * left behind is drift like any other. Blocking, on the main thread, before anybody can call. */
#include "engine/state.h"

#include "engine/addresses.h"
#include "engine/question.h"
#include "engine/transaction.h"

static gboolean
load_model (VswEngine *engine, GError **error)
{
  g_autoptr (VswDelta) delta = vsw_store_load (engine->store, error);

  if (delta == NULL)
    return FALSE;

  vsw_model_apply (engine->model, delta);
  return vsw_engine_load_loans (engine, error);
}

/* Two passes: a device under its own name goes before a renamed one that only its alias gives away. */
static void
bind_all (VswEngine *engine)
{
  g_autoptr (GPtrArray) links = vsw_links_list (engine->links);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < links->len; i++)
      {
        VswLink *link = g_ptr_array_index (links, i);
        char claim[VSW_INTERFACE_SIZE];
        const char *device = vsw_link_get_claim (link, claim);

        if (device == NULL ? pass == 1 : pass == 1 || g_str_equal (device, link->name))
          vsw_engine_bind (engine, link);
      }
}

/* What is still missing then and is the only stranger in the bridge. Only now: later a NIC is known by its index. */
static void
bind_strangers (VswEngine *engine)
{
  g_autoptr (GPtrArray) links = vsw_links_list (engine->links);

  for (guint i = 0; i < links->len; i++)
    {
      VswLink *link = g_ptr_array_index (links, i);
      VswNic *nic = vsw_model_find_uplink_by_port (engine->model, engine->links, link);

      if (nic != NULL)
        vsw_links_bind (engine->links, nic->device, link->index);
    }
}

static gboolean
list_links (VswEngine *engine, GError **error)
{
  VswLinks *listed = vsw_kernel_list (engine->kernel, error);

  if (listed == NULL)
    return FALSE;

  vsw_links_free (engine->links);
  engine->links = listed;
  bind_all (engine);
  bind_strangers (engine);

  return TRUE;
}

/* NICs that went with their namespace while nobody watched. */
static gboolean
recall_nics (VswEngine *engine, GError **error)
{
  g_autoptr (VswDelta) delta = vsw_engine_recall_nics (engine, NULL);
  g_autoptr (VswPlan) plan = NULL;

  if (delta == NULL)
    return TRUE;

  vsw_model_apply (engine->model, delta);
  plan = vsw_plan_new (engine->model, engine->links, delta);
  if (vsw_transaction_run (engine->kernel, engine->store, delta, plan, error) == VSW_OUTCOME_COMMITTED)
    return list_links (engine, error);

  vsw_model_revert (engine->model, delta);
  return FALSE;
}

/* NICs of the host that a change was about when we died. First of all: the host may be cut off. */
static gboolean
rescue (VswEngine *engine, GError **error)
{
  g_autoptr (GPtrArray) nics = vsw_store_load_rescue (engine->store, error);
  g_autoptr (VswPlan) plan = NULL;

  if (nics == NULL)
    return FALSE;
  if (nics->len == 0)
    return TRUE;

  plan = vsw_plan_new_for_rescue (engine->model, engine->links, nics);
  for (guint i = 0; i < nics->len; i++)
    vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_DRIFT, ((VswValue *)g_ptr_array_index (nics, i))->name,
             "a change of %s was cut off; making it what it was before that",
             ((VswValue *)g_ptr_array_index (nics, i))->name);
  if (vsw_transaction_repair (engine->kernel, plan, FALSE) == 0 && !vsw_store_forget_rescue (engine->store, error))
    return FALSE;

  return list_links (engine, error);
}

/* A NIC of the host is not brought to its wish by the repair alone. */
static gboolean
run_rollback (VswEngine *engine, VswDelta *delta, const VswPlan *plan, GError **error)
{
  g_autoptr (GPtrArray) uplinks = vsw_uplinks_list (delta);

  if (uplinks->len == 0)
    {
      if (vsw_store_begin (engine->store, error) && vsw_store_write (engine->store, delta, error)
          && vsw_store_commit (engine->store, error))
        return TRUE;
      vsw_store_rollback (engine->store);
      return FALSE;
    }

  return vsw_transaction_run (engine->kernel, engine->store, delta, plan, error) == VSW_OUTCOME_COMMITTED
         && list_links (engine, error);
}

gboolean
vsw_engine_resolve_now (VswEngine *engine, GPtrArray *changes, VswDelta **ret_delta, GError **error)
{
  if (vsw_questions_find (changes, engine->model, engine->links)
      && !vsw_questions_ask (changes, engine->kernel, error))
    return FALSE;

  return vsw_model_resolve (engine->model, engine->links, changes, ret_delta, error);
}

static gboolean
go_back_to (VswEngine *engine, const char *id, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  g_autoptr (GPtrArray) losses = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (VswDelta) delta = NULL;
  g_autoptr (VswPlan) plan = NULL;

  g_ptr_array_add (changes, vsw_change_rollback (id, losses));
  if (!vsw_engine_resolve_now (engine, changes, &delta, error))
    return FALSE;
  plan = vsw_plan_new (engine->model, engine->links, delta);
  if (!run_rollback (engine, delta, plan, error))
    {
      vsw_model_revert (engine->model, delta);
      return FALSE;
    }

  vsw_engine_note_rollback (engine, changes, plan, delta);
  return TRUE;
}

/* What a start that was cut off has made is nobody's. It goes before anything is made anew: that would find its name taken, and choose another. */
static void
remove_orphans (VswEngine *engine)
{
  g_autoptr (VswPlan) plan = vsw_plan_new_for_drift (engine->model, engine->links, NULL);
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (plan->ops, 0);
  if (plan->final->len == 0)
    return;

  vsw_transaction_repair (engine->kernel, plan, FALSE);
  if (!list_links (engine, &error))
    g_warning ("cannot list the links: %s", error->message);
}

/* Checkpoints whose time has run out while nobody was here: the wish goes back, and the repair makes the kernel follow. One that cannot is
 * tried again later. */
static gboolean
expire_checkpoints (VswEngine *engine)
{
  g_autoptr (GPtrArray) checkpoints = vsw_model_list_checkpoints (engine->model);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < checkpoints->len; i++)
    if (vsw_engine_get_time_left (g_ptr_array_index (checkpoints, i)) == 0)
      g_ptr_array_add (ids, g_strdup (((const VswValue *)g_ptr_array_index (checkpoints, i))->id));

  if (ids->len > 0)
    remove_orphans (engine);
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!go_back_to (engine, g_ptr_array_index (ids, i), &error))
        g_warning ("cannot roll a checkpoint back: %s", error->message);
    }

  return ids->len > 0;
}

static gboolean
repair_all (VswEngine *engine, gboolean *ret_found, GError **error)
{
  g_autoptr (VswPlan) plan = vsw_plan_new_for_drift (engine->model, engine->links, NULL);

  *ret_found = *ret_found || plan->findings->len > 0;
  vsw_engine_log_findings (plan);
  if (vsw_plan_is_empty (plan))
    return TRUE;

  vsw_transaction_repair (engine->kernel, plan, FALSE);
  return list_links (engine, error);
}

/* What the repair could not mend stands in the warnings from the first moment on. */
static void
check_again (VswEngine *engine)
{
  GHashTable *const tables[] = { vsw_model_get_switches (engine->model), vsw_model_get_nics (engine->model) };
  g_autoptr (VswKeys) keys = vsw_keys_new ();

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      GHashTableIter iter;
      gpointer id;

      g_hash_table_iter_init (&iter, tables[i]);
      while (g_hash_table_iter_next (&iter, &id, NULL))
        vsw_keys_add (keys, id);
    }

  vsw_engine_check_drift_now (engine, keys);
}

static void
repair_addresses (VswEngine *engine)
{
  g_autoptr (VswAddressWish) wish = vsw_address_wish_new (engine->model, engine->links);

  vsw_address_wish_fulfil (wish, engine->kernel);
}

/* What was connected when we start has been since it was connected, as far as anybody knows. */
static void
note_connections (VswEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_ports (engine->model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswPort *port = value;

      if (vsw_facts_get_connection (engine->model, engine->links, port) == NULL)
        continue;

      gint64 *since = g_new (gint64, 1);
      *since = port->connected;
      g_hash_table_insert (engine->since, g_strdup (port->head.id), since);
    }
}

/* Hardware details of the host's NICs, before the first caller sees them. */
static void
describe_externals (VswEngine *engine)
{
  g_autoptr (GPtrArray) links = vsw_links_list (engine->links);

  for (guint i = 0; i < links->len; i++)
    {
      VswLink *link = g_ptr_array_index (links, i);

      if (!vsw_rules_is_external (vsw_model_get_rules (engine->model), link))
        continue;

      VswLink *described = vsw_kernel_describe (engine->kernel, link, NULL);
      if (described == NULL)
        continue;
      vsw_link_unref (vsw_links_put (engine->links, described));
      vsw_link_unref (described);
    }
}

/**
 * vsw_engine_start:
 * @self: the engine
 * @error: return location
 *
 * Loads the wish and brings the kernel to it. Blocks; called once, before the service is on the bus. Thread: main.
 *
 * Errors: STORE, KERNEL. Single devices that cannot be repaired are no errors: they are logged, and their objects are degraded.
 *
 * Returns: whether the service can be offered
 */
gboolean
vsw_engine_start (VswEngine *engine, GError **error)
{
  g_autoptr (GPtrArray) bridges = NULL;
  gboolean found = FALSE;

  engine->capabilities = vsw_kernel_probe (engine->kernel, error);
  if (engine->capabilities == NULL)
    return FALSE;

  /* Listening first: what changes after the list is told. */
  if (!load_model (engine, error) || !vsw_kernel_watch (engine->kernel, engine->context, error))
    return FALSE;
  if (!list_links (engine, error) || !rescue (engine, error) || !recall_nics (engine, error))
    return FALSE;

  found = expire_checkpoints (engine);
  if (found && !list_links (engine, error))
    return FALSE;

  /* The guard stands before any bridge is touched; bridges that the repair makes get theirs with them. */
  bridges = vsw_engine_list_bridges (engine);
  if (!vsw_kernel_reset_guard (engine->kernel, bridges, error))
    return FALSE;
  if (vsw_engine_adopt_all (engine) && !list_links (engine, error))
    return FALSE;
  if (!repair_all (engine, &found, error))
    return FALSE;

  repair_addresses (engine);
  describe_externals (engine);
  note_connections (engine);
  vsw_engine_observe (engine);
  vsw_engine_follow_absences (engine);
  vsw_engine_start_health (engine);
  vsw_engine_start_diversions (engine);
  /* From here on the kernel is the worker's: what is found may be repaired at once. */
  if (found)
    check_again (engine);
  vsw_engine_follow_checkpoints (engine);

  return TRUE;
}
