/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/holder.h"

#include <string.h>

typedef struct
{
  VswEngine *engine; /* (owned) */
  char *holder;      /* (owned) */
} Search;

static void
free_search (gpointer data)
{
  Search *search = data;

  g_object_unref (search->engine);
  g_free (search->holder);
  g_free (search);
}

static void
on_name_searched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Search *search = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  gboolean is_there = TRUE;

  if (reply != NULL)
    g_variant_get (reply, "(b)", &is_there);
  else
    g_debug ("cannot look for %s: %s", search->holder, error->message);

  if (!is_there)
    vsw_engine_release (search->engine, search->holder);
  free_search (search);
}

static void
search_name (VswEngine *engine, GDBusConnection *connection, const char *holder, const char *name,
             GCancellable *cancellable)
{
  Search *search = g_new0 (Search, 1);

  search->engine = g_object_ref (engine);
  search->holder = g_strdup (holder);
  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "NameHasOwner", g_variant_new ("(s)", name), G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE,
                          -1, cancellable, on_name_searched, search);
}

static void
add_holders (GHashTable *holders, GHashTable *values)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((VswValue *)value)->holder != NULL)
      g_hash_table_add (holders, g_strdup (((VswValue *)value)->holder));
}

/* What checkpoints would bring back must not be brought back for somebody who has gone. */
static void
add_logged_holders (GHashTable *holders, VswModel *model)
{
  g_autoptr (GPtrArray) checkpoints = vsw_model_list_checkpoints (model);

  for (guint i = 0; i < checkpoints->len; i++)
    {
      const VswCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);

      for (gsize j = 0; j < checkpoint->n_entries; j++)
        if (checkpoint->entries[j].before != NULL && checkpoint->entries[j].before->holder != NULL)
          g_hash_table_add (holders, g_strdup (checkpoint->entries[j].before->holder));
    }
}

/**
 * vsw_holder_release_absent:
 * @engine: whose objects are looked at
 * @connection: the bus that we have just come to
 * @cancellable: (nullable): we are leaving it
 *
 * Releases what is held by connections that are not on this bus. Does not wait. Thread: main.
 */
void
vsw_holder_release_absent (VswEngine *engine, GDBusConnection *connection, GCancellable *cancellable)
{
  VswModel *model = vsw_engine_get_model (engine);
  g_autoptr (GHashTable) holders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *guid = g_dbus_connection_get_guid (connection);
  GHashTableIter iter;
  gpointer holder;

  add_holders (holders, vsw_model_get_switches (model));
  add_holders (holders, vsw_model_get_ports (model));
  add_holders (holders, vsw_model_get_nics (model));
  add_holders (holders, vsw_model_get_systems (model));
  add_logged_holders (holders, model);

  g_hash_table_iter_init (&iter, holders);
  while (g_hash_table_iter_next (&iter, &holder, NULL))
    {
      const char *name = strchr (holder, ' ');

      if (name != NULL && g_str_has_prefix (holder, guid) && g_dbus_is_unique_name (name + 1))
        search_name (engine, connection, holder, name + 1, cancellable);
      else
        vsw_engine_release (engine, holder);
    }
}
