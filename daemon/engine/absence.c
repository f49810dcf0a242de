/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uplinks that are not there: their switch has no network, and perhaps the host neither. Said when one goes and when it comes back, and in the
 * warnings until then, or until it is bound no more. */
#include "engine/state.h"

#define CODE "uplink-missing"

typedef struct
{
  char *home;    /* (owned) name of the switch */
  char *warning; /* (owned) (nullable) text in `warnings` */
} Absence;

static void
free_absence (gpointer data)
{
  Absence *absence = data;

  g_free (absence->home);
  g_free (absence->warning);
  g_free (absence);
}

GHashTable *
vsw_engine_new_absences (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_absence);
}

/* home: name of the switch. (transfer full) */
static char *
print_absence (VswEngine *engine, const VswNic *nic, const char *home)
{
  const char *host_id = nic->uplink->host_id;
  const VswNic *host = host_id != NULL ? vsw_model_get_nic (engine->model, host_id) : NULL;

  if (host != NULL)
    return g_strdup_printf ("uplink %s of switch %s is missing, and the host has its addresses on endpoint %s of this switch, "
                            "which reaches nobody but guests. Plug it in again; if it is gone for good: vmswitchctl teardown %s "
                            "--drop-addresses.",
                            nic->head.name, home, host->head.name, home);
  return g_strdup_printf ("uplink %s of switch %s is missing, and guests reach nobody but each other. Plug it in again; if it "
                          "is gone for good: vmswitchctl external unbind %s.",
                          nic->head.name, home, nic->head.name);
}

static void
begin (VswEngine *engine, const VswNic *nic)
{
  const VswPort *port = vsw_model_find_port_of_nic (engine->model, nic->head.id);
  const VswSwitch *home = port != NULL ? vsw_model_get_switch (engine->model, port->switch_id) : NULL;
  g_autofree char *text = NULL;
  Absence *absence;

  if (home == NULL)
    return;

  absence = g_new0 (Absence, 1);
  absence->home = g_strdup (home->head.name);
  g_hash_table_insert (engine->absences, g_strdup (nic->head.id), absence);
  text = print_absence (engine, nic, home->head.name);
  vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_UPLINK, nic->head.name, "%s", text);
  vsw_engine_set_warning (engine, &absence->warning, CODE, text);
}

/* nic: (nullable) it is bound no more, and nothing is to be said. */
static void
end (VswEngine *engine, const VswNic *nic, Absence *absence)
{
  const VswLink *link = nic != NULL ? vsw_links_get_device (engine->links, nic->device) : NULL;
  g_autofree char *name = link != NULL ? vsw_text_escape (link->name) : NULL;

  if (name != NULL)
    vsw_log (G_LOG_LEVEL_MESSAGE, VSW_EVENT_UPLINK, nic->head.name, "uplink %s of switch %s is back as %s",
             nic->head.name, absence->home, name);
  vsw_engine_set_warning (engine, &absence->warning, NULL, NULL);
}

static gboolean
is_missing (VswEngine *engine, const VswNic *nic)
{
  return nic != NULL && nic->uplink != NULL && vsw_links_get_device (engine->links, nic->device) == NULL;
}

static void
end_all (VswEngine *engine)
{
  GHashTableIter iter;
  gpointer id;
  gpointer absence;

  g_hash_table_iter_init (&iter, engine->absences);
  while (g_hash_table_iter_next (&iter, &id, &absence))
    {
      const VswNic *nic = vsw_model_get_nic (engine->model, id);

      if (is_missing (engine, nic))
        continue;
      end (engine, nic, absence);
      g_hash_table_iter_remove (&iter);
    }
}

/* Model or links have changed. */
void
vsw_engine_follow_absences (VswEngine *engine)
{
  GHashTableIter iter;
  gpointer id;
  gpointer nic;

  end_all (engine);
  g_hash_table_iter_init (&iter, vsw_model_get_uplinks (engine->model));
  while (g_hash_table_iter_next (&iter, &id, &nic))
    if (is_missing (engine, nic) && !g_hash_table_contains (engine->absences, id))
      begin (engine, nic);
}
