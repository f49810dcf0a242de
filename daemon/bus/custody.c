/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/custody.h"

#include "bus/handover.h"

typedef struct
{
  GDBusConnection *connection; /* (owned) */
  char *name;                  /* (owned) */
  gboolean takes_over;
  gboolean is_dry;
} Search;

static void
free_search (gpointer data)
{
  Search *search = data;

  g_object_unref (search->connection);
  g_free (search->name);
  g_free (search);
}

static void
on_let_go (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (vsw_handover_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* With the way out, if there is one. */
static GError *
new_error (const VswRival *rival, const char *name)
{
  GError *error = vsw_rival_new_error (rival, name);

  if (vsw_handover_is_possible (rival) && !rival->is_silent)
    {
      g_autofree char *text = g_steal_pointer (&error->message);

      error->message = g_strconcat (text, "; or use option take-over", NULL);
    }

  return error;
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  g_autoptr (VswRival) rival = NULL;
  GError *error = NULL;

  if (!vsw_rival_find_finish (result, &rival, &error))
    g_task_return_error (task, error);
  else if (rival == NULL)
    g_task_return_boolean (task, FALSE);
  else if (!search->takes_over || rival->is_silent || !vsw_handover_is_possible (rival))
    g_task_return_error (task, new_error (rival, search->name));
  else if (search->is_dry)
    g_task_return_boolean (task, FALSE);
  else
    vsw_handover_take_async (search->connection, rival, search->name, g_task_get_cancellable (task), on_let_go,
                             g_object_ref (task));
}

/**
 * vsw_custody_async:
 * @self: what is wanted
 * @is_dry: nobody is to do anything
 * @connection: the bus
 * @engine: what knows the NIC
 * @cancellable: (nullable): nobody waits any more
 * @callback: called with the answer: vsw_custody_finish()
 * @user_data: for @callback
 *
 * Finds out whether a NIC of the host can be had. Thread: main.
 */
void
vsw_custody_async (const VswCustody *self, gboolean is_dry, GDBusConnection *connection, VswEngine *engine,
                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (engine, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  g_task_set_source_tag (task, vsw_custody_async);
  search->connection = g_object_ref (connection);
  search->name = g_strdup (self->name);
  search->takes_over = self->takes_over;
  search->is_dry = is_dry;
  g_task_set_task_data (task, search, free_search);
  vsw_rival_find_async (connection, engine, self->index, self->name, VSW_RIVAL_TIMEOUT, cancellable, on_found, task);
}

gboolean
vsw_custody_finish (GAsyncResult *result, gboolean *ret_was_taken, GError **error)
{
  g_autoptr (GError) failure = NULL;

  *ret_was_taken = g_task_propagate_boolean (G_TASK (result), &failure);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static void
on_given_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *name = user_data;
  g_autofree char *escaped = vsw_text_escape (name);
  g_autoptr (GError) error = NULL;

  if (!vsw_handover_finish (result, &error))
    g_warning ("%s could not be given back: %s", escaped, error->message);
}

/**
 * vsw_custody_give_back:
 * @connection: the bus
 * @name: of a NIC that somebody let go of, as it is called now
 *
 * Thread: main.
 */
void
vsw_custody_give_back (GDBusConnection *connection, const char *name)
{
  vsw_handover_give_back_async (connection, name, NULL, on_given_back, g_strdup (name));
}

/**
 * vsw_custody_give_back_released:
 * @connection: the bus
 * @delta: what has become true
 *
 * Thread: main.
 */
void
vsw_custody_give_back_released (GDBusConnection *connection, VswDelta *delta)
{
  g_autoptr (GPtrArray) nics = vsw_uplinks_list (delta);

  for (guint i = 0; i < nics->len; i++)
    {
      const VswNic *nic = g_ptr_array_index (nics, i);

      if (nic->uplink->is_taken_over && vsw_delta_removes (delta, nic->head.id))
        vsw_custody_give_back (connection, nic->uplink->last_name);
    }
}
