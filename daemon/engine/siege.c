/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taps whose holders have changed whom they belong to, their link type, or that they stay when they are closed. The port of such a tap is down,
 * and of a device that is down the kernel tells next to nothing: neither that its holder has put it back nor that he has gone. So it is claimed
 * back once a second, which says either, and without a word in the log after the first time: the holder can do this as often as he likes.
 *
 * Of link types it does tell, so a holder who goes to and fro is looked at no more than once a second either. */
#include "engine/state.h"

#define CLAIM_PAUSE 1000 /* milliseconds between two tries */

typedef struct
{
  VswEngine *engine; /* (unowned) outlives its sources */
  char *id;          /* (owned) */
  GSource *pause;    /* (owned) (nullable) it was tried a moment ago */
  char *warning;     /* (owned) (nullable) text in `warnings` */
} Siege;

static void
clear_pause (Siege *siege)
{
  if (siege->pause == NULL)
    return;

  g_source_destroy (siege->pause);
  g_clear_pointer (&siege->pause, g_source_unref);
}

static void
free_siege (gpointer data)
{
  Siege *siege = data;

  clear_pause (siege);
  g_free (siege->id);
  g_free (siege->warning);
  g_free (siege);
}

GHashTable *
vsw_engine_new_sieges (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_siege);
}

static gboolean
try_again (gpointer user_data)
{
  Siege *siege = user_data;
  g_autoptr (VswKeys) keys = vsw_keys_new ();

  vsw_keys_add (keys, siege->id);
  clear_pause (siege);
  vsw_engine_check_drift (siege->engine, keys);

  return G_SOURCE_REMOVE;
}

/* (transfer full) */
static char *
print_warning (const VswNic *nic, const VswLink *link)
{
  g_autofree char *found = vsw_facts_tap_print_tampering (nic, link);

  return g_strdup_printf ("endpoint %s: whoever has its tap open changed it (it %s), so its port is down until that is "
                          "undone. End that program, or delete the endpoint.",
                          nic->head.name, found);
}

static Siege *
begin (VswEngine *engine, const VswNic *nic, const char *text)
{
  Siege *siege = g_new0 (Siege, 1);

  siege->engine = engine;
  siege->id = g_strdup (nic->head.id);
  g_hash_table_insert (engine->sieges, siege->id, siege);
  vsw_log (G_LOG_LEVEL_WARNING, VSW_EVENT_FIGHT, nic->head.name, "%s", text);

  return siege;
}

gboolean
vsw_engine_besiege (VswEngine *engine, const VswNic *nic, const VswLink *link)
{
  Siege *siege = g_hash_table_lookup (engine->sieges, nic->head.id);
  gboolean is_new = siege == NULL;
  g_autofree char *text = NULL;

  if (!is_new && siege->pause != NULL)
    return FALSE;

  text = print_warning (nic, link);
  if (is_new)
    siege = begin (engine, nic, text);
  vsw_engine_set_warning (engine, &siege->warning, "tap-tampered", text);

  siege->pause = g_timeout_source_new (CLAIM_PAUSE);
  g_source_set_callback (siege->pause, try_again, siege, NULL);
  g_source_attach (siege->pause, engine->context);
  if (!is_new)
    vsw_engine_push_claim (engine, nic->head.id);

  return is_new;
}

gboolean
vsw_engine_is_besieged (VswEngine *engine, const char *id)
{
  Siege *siege = g_hash_table_lookup (engine->sieges, id);

  return siege != NULL && siege->pause != NULL;
}

void
vsw_engine_end_siege (VswEngine *engine, const char *id)
{
  Siege *siege = g_hash_table_lookup (engine->sieges, id);

  if (siege == NULL)
    return;

  vsw_engine_set_warning (engine, &siege->warning, NULL, NULL);
  g_hash_table_remove (engine->sieges, id);
}
