/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drift: another hand changed a device of ours. The properties already show the truth; here the truth is brought back to
 * the wish, with a log line that says what was found.
 *
 * Two managers that undo each other would do so for ever. So an object is repaired at most FIGHT_ROUNDS times in FIGHT_WINDOW; then it is
 * left as it is for FIGHT_PAUSE, and Manager.Warnings says so. A tap is not left as it is: its holder needs no permission to change its address
 * as often as he likes, to that of another guest for one, so its port is down meanwhile. */
#include "engine/state.h"

#define ADDRESS_PAUSE 1000 /* milliseconds between two looks at static addresses */
#define MAX_LINES     10   /* of one repair in the log */
#define QUIET_TIME    50   /* milliseconds from the first sign of drift to the look at it */
#define FIGHT_ROUNDS  5
#define FIGHT_WINDOW  (10 * G_USEC_PER_SEC)
#define FIGHT_PAUSE   30 /* seconds */

typedef struct
{
  gint64 began;     /* monotonic, microseconds */
  guint rounds;     /* repairs since */
  GSource *pause;   /* (owned) (nullable) given up until it fires */
  char *conflict;   /* (owned) (nullable) what cannot be repaired, as last said */
  char *warning;    /* (owned) (nullable) text in `warnings` that is about this object */
  gboolean is_gone; /* what the fight was about is no more: since then it is about the object that is left */
} Fight;

typedef struct
{
  VswEngine *engine; /* (unowned) outlives its sources */
  char *id;          /* (owned) */
} Resumption;

static void
free_fight (gpointer data)
{
  Fight *fight = data;

  if (fight->pause != NULL)
    {
      g_source_destroy (fight->pause);
      g_source_unref (fight->pause);
    }
  g_free (fight->conflict);
  g_free (fight->warning);
  g_free (fight);
}

static void
clear_suspects (VswEngine *engine)
{
  if (engine->suspect_source == NULL)
    return;

  g_source_destroy (engine->suspect_source);
  g_clear_pointer (&engine->suspect_source, g_source_unref);
}

void
vsw_engine_init_repair (VswEngine *engine)
{
  engine->suspects = vsw_keys_new ();
  engine->fights = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_fight);
  engine->warnings = vsw_engine_new_warnings ();
  engine->sieges = vsw_engine_new_sieges ();
}

void
vsw_engine_clear_repair (VswEngine *engine)
{
  if (engine->address_source != NULL)
    g_source_destroy (engine->address_source);
  g_clear_pointer (&engine->address_source, g_source_unref);
  clear_suspects (engine);
  g_clear_pointer (&engine->suspects, g_hash_table_unref);
  g_clear_pointer (&engine->fights, g_hash_table_unref);
  g_clear_pointer (&engine->sieges, g_hash_table_unref);
  g_clear_pointer (&engine->warnings, g_ptr_array_unref);
}

void
vsw_engine_log_findings (const VswPlan *plan)
{
  for (guint i = 0; i < MIN (plan->findings->len, MAX_LINES); i++)
    vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_DRIFT, NULL, "%s", (const char *)g_ptr_array_index (plan->findings, i));

  if (plan->findings->len > MAX_LINES)
    vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_DRIFT, NULL, "… and %u more devices", plan->findings->len - MAX_LINES);
}

/* --- finding drift --- */

static Fight *
get_fight (VswEngine *engine, const char *id)
{
  Fight *fight = g_hash_table_lookup (engine->fights, id);

  if (fight == NULL)
    {
      fight = g_new0 (Fight, 1);
      fight->began = g_get_monotonic_time ();
      g_hash_table_insert (engine->fights, g_strdup (id), fight);
    }

  return fight;
}

static void
end_fight (VswEngine *engine, const char *id)
{
  Fight *fight = g_hash_table_lookup (engine->fights, id);

  if (fight == NULL)
    return;

  /* Rounds are counted until the window is over, or two managers could go on by taking turns. */
  vsw_engine_set_warning (engine, &fight->warning, NULL, NULL);
  g_clear_pointer (&fight->conflict, g_free);
  if (fight->pause == NULL && g_get_monotonic_time () - fight->began > FIGHT_WINDOW)
    g_hash_table_remove (engine->fights, id);
}

static void
free_resumption (gpointer data)
{
  Resumption *resumption = data;

  g_free (resumption->id);
  g_free (resumption);
}

static gboolean
resume_repairs (gpointer user_data)
{
  Resumption *resumption = user_data;
  VswEngine *engine = resumption->engine;
  Fight *fight = g_hash_table_lookup (engine->fights, resumption->id);
  g_autoptr (VswKeys) keys = vsw_keys_new ();

  vsw_keys_add (keys, resumption->id);
  if (fight != NULL)
    vsw_engine_set_warning (engine, &fight->warning, NULL, NULL);
  g_hash_table_remove (engine->fights, resumption->id); /* destroys this source */
  vsw_engine_check_drift (engine, keys);

  return G_SOURCE_REMOVE;
}

/* The warning that repairs are suspended. (transfer full) */
static char *
print_suspension (VswEngine *engine, VswValue *value, const VswPlan *plan)
{
  const char *finding = plan->findings->len > 0 ? g_ptr_array_index (plan->findings, 0) : "";
  VswNic *nic = vsw_model_get_nic (engine->model, value->id);

  if (nic != NULL && nic->backend == VSW_BACKEND_TAP)
    return g_strdup_printf (
        "%s %s: whoever has its tap open keeps changing it (%s), so its port is down; looking again in "
        "%d seconds. End that program, or delete the endpoint.",
        vsw_kind_print (value->kind), value->name, finding, FIGHT_PAUSE);

  return g_strdup_printf (
      "%s %s: another hand keeps undoing what we repair (%s); repairs are suspended for %d seconds. "
      "Tell that manager to leave devices whose name begins with " VSW_DEVICE_PREFIX " alone.",
      vsw_kind_print (value->kind), value->name, finding, FIGHT_PAUSE);
}

static void
pause_repairs (VswEngine *engine, Fight *fight, const char *id, const VswPlan *plan)
{
  VswValue *value = vsw_model_get (engine->model, id);
  VswNic *nic = vsw_model_get_nic (engine->model, id);
  Resumption *resumption = g_new (Resumption, 1);
  g_autofree char *text = print_suspension (engine, value, plan);

  vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_FIGHT, value->name, "%s", text);
  vsw_engine_set_warning (engine, &fight->warning, "drift-fight", text);
  if (nic != NULL && nic->backend == VSW_BACKEND_TAP)
    vsw_engine_push_quarantine (engine, id);

  resumption->engine = engine;
  resumption->id = g_strdup (id);
  fight->pause = g_timeout_source_new_seconds (FIGHT_PAUSE);
  g_source_set_callback (fight->pause, resume_repairs, resumption, free_resumption);
  g_source_attach (fight->pause, engine->context);
}

/* Something foreign is in the way: said once, and again when it is something else. */
static void
note_conflict (VswEngine *engine, const char *id, const VswPlan *plan)
{
  Fight *fight = get_fight (engine, id);
  const char *text = g_ptr_array_index (plan->findings, 0);

  if (g_strcmp0 (fight->conflict, text) == 0)
    return;

  vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_CONFLICT, vsw_model_get (engine->model, id)->name, "%s", text);
  g_free (fight->conflict);
  fight->conflict = g_strdup (text);
  vsw_engine_set_warning (engine, &fight->warning, "device-conflict", text);
}

/* Whether a repair of this object may be tried now. */
static gboolean
begin_round (VswEngine *engine, const char *id, const VswPlan *plan)
{
  Fight *fight = get_fight (engine, id);
  gint64 now = g_get_monotonic_time ();

  if (fight->pause != NULL)
    return FALSE;
  if (now - fight->began > FIGHT_WINDOW)
    {
      fight->began = now;
      fight->rounds = 0;
    }
  if (++fight->rounds <= FIGHT_ROUNDS)
    return TRUE;

  pause_repairs (engine, fight, id, plan);
  return FALSE;
}

/* A device that its user has thrown away, or brought home, is not fought about, whatever came before. */
static void
begin_again (VswEngine *engine, const char *id)
{
  Fight *fight = g_hash_table_lookup (engine->fights, id);

  vsw_engine_end_siege (engine, id);
  if (fight != NULL && fight->is_gone)
    return;
  if (fight != NULL)
    vsw_engine_set_warning (engine, &fight->warning, NULL, NULL);
  g_hash_table_remove (engine->fights, id);
  get_fight (engine, id)->is_gone = TRUE;
}

static gboolean
needs_repair (VswEngine *engine, const char *id)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (VswPlan) plan = NULL;
  VswNic *nic = vsw_model_get_nic (engine->model, id);
  VswLink *link = nic != NULL ? vsw_links_get_device (engine->links, nic->device) : NULL;

  g_ptr_array_add (ids, (gpointer)id);
  plan = vsw_plan_new_for_drift (engine->model, engine->links, ids);

  if (nic != NULL && vsw_engine_is_astray (engine, nic))
    {
      begin_again (engine, id);
      return begin_round (engine, id, plan);
    }
  if (link != NULL && vsw_facts_tap_is_tampered (nic, link))
    return vsw_engine_besiege (engine, nic, link);
  if (vsw_engine_is_besieged (engine, id))
    return FALSE;
  vsw_engine_end_siege (engine, id);
  if (!vsw_plan_is_empty (plan))
    return begin_round (engine, id, plan);
  if (plan->findings->len > 0)
    note_conflict (engine, id, plan);
  else
    end_fight (engine, id);

  return FALSE;
}

/* What was in their way may be gone, whatever it was that changed. */
static void
add_conflicts (VswEngine *engine, VswKeys *keys)
{
  GHashTableIter iter;
  gpointer id;
  gpointer fight;

  g_hash_table_iter_init (&iter, engine->fights);
  while (g_hash_table_iter_next (&iter, &id, &fight))
    if (((Fight *)fight)->conflict != NULL)
      vsw_keys_add (keys, id);
}

/* Nobody fights about what is no more. */
static void
forget_fights (VswEngine *engine, VswKeys *keys)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      Fight *fight = g_hash_table_lookup (engine->fights, id);

      if (vsw_model_get (engine->model, id) != NULL)
        continue;
      vsw_engine_end_siege (engine, id);
      if (fight == NULL)
        continue;
      vsw_engine_set_warning (engine, &fight->warning, NULL, NULL);
      g_hash_table_remove (engine->fights, id);
    }
}

/* The switch that the NIC is plugged into, if its bridge is missing. */
static const char *
find_missing_home (VswEngine *engine, const char *id)
{
  VswPort *port = vsw_model_find_port_of_nic (engine->model, id);
  VswSwitch *home = port != NULL ? vsw_model_get_switch (engine->model, port->switch_id) : NULL;

  return home != NULL && vsw_links_get_device (engine->links, home->device) == NULL ? home->head.id : NULL;
}

/* With a bridge everything that is plugged into it is made anew, in one repair: to ask for each of its NICs whether it needs one would plan the whole
 * switch each time. */
static void
put_switches_first (VswEngine *engine, VswKeys *keys)
{
  g_autoptr (VswKeys) homes = vsw_keys_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const char *home = find_missing_home (engine, key);

      if (home == NULL)
        continue;
      vsw_keys_add (homes, home);
      g_hash_table_iter_remove (&iter);
    }

  g_hash_table_iter_init (&iter, homes);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    vsw_keys_add (keys, key);
}

static void
look_at_suspects (VswEngine *engine)
{
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (GPtrArray) drifted = g_ptr_array_new_with_free_func (g_free);

  forget_fights (engine, engine->suspects);
  add_conflicts (engine, engine->suspects);
  put_switches_first (engine, engine->suspects);
  ids = vsw_keys_list_repairable (engine->suspects, engine->model);
  g_hash_table_remove_all (engine->suspects);

  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);

      /* The running turn changes it right now: it is looked at when that ends. */
      if (engine->turn_keys != NULL && g_hash_table_contains (engine->turn_keys, id))
        vsw_keys_add (engine->suspects, id);
      else if (needs_repair (engine, id))
        g_ptr_array_add (drifted, g_strdup (id));
    }

  if (drifted->len > 0)
    vsw_engine_push_repair (engine, g_steal_pointer (&drifted));
}

static gboolean
look_for_drift (gpointer user_data)
{
  VswEngine *engine = user_data;

  /* What the kernel has told by now belongs to the picture; it may add suspects, but no further delay. */
  if (!engine->is_stopped)
    {
      vsw_kernel_drain (engine->kernel);
      vsw_engine_settle (engine, NULL);
    }
  clear_suspects (engine);
  if (!engine->is_stopped)
    look_at_suspects (engine);

  return G_SOURCE_REMOVE;
}

/* What cannot wait: the kernel takes the guard off a bridge that is renamed, until it has its name back. What need not: with a tap that has gone
 * there is nothing to mend, and its name and its place are wanted. */
static gboolean
is_urgent (VswEngine *engine, const char *id)
{
  VswNic *nic = vsw_model_get_nic (engine->model, id);
  VswSwitch *value = vsw_model_get_switch (engine->model, id);
  VswLink *bridge = value != NULL ? vsw_links_get_device (engine->links, value->device) : NULL;

  if (nic != NULL && !vsw_nic_is_kept (nic))
    return vsw_engine_is_astray (engine, nic);
  return bridge != NULL && !g_str_equal (bridge->name, value->device);
}

/* Who deletes a bridge also frees its ports, each with notifications of its own: a repair in between would mend what is about to go. */
void
vsw_engine_check_drift (VswEngine *engine, VswKeys *keys)
{
  guint delay = QUIET_TIME;
  GHashTableIter iter;
  gpointer key;

  if (engine->is_stopped)
    return;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      vsw_keys_add (engine->suspects, key);
      delay = is_urgent (engine, key) ? 0 : delay;
    }
  if (engine->suspect_source != NULL && delay > 0)
    return;

  clear_suspects (engine);
  engine->suspect_source = g_timeout_source_new (delay);
  g_source_set_callback (engine->suspect_source, look_for_drift, engine, NULL);
  g_source_attach (engine->suspect_source, engine->context);
}

static gboolean
look_at_addresses (gpointer user_data)
{
  VswEngine *engine = user_data;

  g_clear_pointer (&engine->address_source, g_source_unref);
  engine->addresses_seen = g_get_monotonic_time ();
  if (!engine->is_stopped)
    vsw_engine_push_addresses (engine);

  return G_SOURCE_REMOVE;
}

void
vsw_engine_suspect_addresses (VswEngine *engine)
{
  gint64 since = (g_get_monotonic_time () - engine->addresses_seen) / 1000;

  if (engine->address_source != NULL || engine->is_stopped)
    return;

  engine->address_source = g_timeout_source_new (since < ADDRESS_PAUSE ? (guint)(ADDRESS_PAUSE - since) : QUIET_TIME);
  g_source_set_callback (engine->address_source, look_at_addresses, engine, NULL);
  g_source_attach (engine->address_source, engine->context);
}

void
vsw_engine_check_drift_now (VswEngine *engine, VswKeys *keys)
{
  vsw_engine_check_drift (engine, keys);
  clear_suspects (engine);
  look_at_suspects (engine);
}

/* Names of the bridges of ours as they are now. (transfer full) (element-type utf8) */
GPtrArray *
vsw_engine_list_bridges (VswEngine *engine)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_switches (engine->model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswLink *link = vsw_links_get_device (engine->links, ((VswSwitch *)value)->device);

      if (link != NULL)
        g_ptr_array_add (names, g_strdup (link->name));
    }

  return names;
}
