/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/turnstile.h"

typedef struct
{
  VswTurnstileFunc go;
  gpointer data; /* (unowned) */
} Entry;

/* What one caller waits for. */
typedef struct
{
  char *caller;  /* (owned) */
  GQueue entries; /* (element-type Entry) (owned) */
} Line;

struct _VswTurnstile
{
  guint n_holders;       /* whoever made it, and each wait for the connection */
  gboolean is_closed;
  VswTurnstileFunc drop; /* (nullable) */
  GMainContext *context; /* (owned) */
  GQueue lines;          /* (element-type Line) (owned) whose turn comes first stands first */
  GHashTable *by_caller; /* (owned) (unowned) caller → (unowned) Line */
  gint64 entered;        /* monotonic, microseconds; 0: nobody is inside */
  GSource *pause;        /* (owned) (nullable) */
};

/**
 * vsw_turnstile_new:
 * @drop: (nullable): frees what is still waiting at the end
 *
 * Works in the thread-default main context of the caller. (transfer full) Thread: main.
 */
VswTurnstile *
vsw_turnstile_new (VswTurnstileFunc drop)
{
  VswTurnstile *self = g_new0 (VswTurnstile, 1);

  self->n_holders = 1;
  self->drop = drop;
  self->context = g_main_context_ref_thread_default ();
  g_queue_init (&self->lines);
  self->by_caller = g_hash_table_new (g_str_hash, g_str_equal);

  return self;
}

static void
free_line (Line *line)
{
  g_free (line->caller);
  g_free (line);
}

static void
clear_pause (VswTurnstile *self)
{
  if (self->pause == NULL)
    return;

  g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
}

static void
release (VswTurnstile *self)
{
  if (--self->n_holders > 0)
    return;

  g_hash_table_unref (self->by_caller);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * vsw_turnstile_free:
 * @self: (transfer full): a turnstile
 *
 * Drops who waits. Thread: main.
 */
void
vsw_turnstile_free (VswTurnstile *self)
{
  Line *line;

  self->is_closed = TRUE;
  clear_pause (self);
  while ((line = g_queue_pop_head (&self->lines)) != NULL)
    {
      Entry *entry;

      while ((entry = g_queue_pop_head (&line->entries)) != NULL)
        {
          if (self->drop != NULL)
            self->drop (entry->data);
          g_free (entry);
        }
      g_hash_table_remove (self->by_caller, line->caller);
      free_line (line);
    }
  release (self);
}

/* The first of the first line goes in; its line stands last from then on. */
static void
let_in (VswTurnstile *self)
{
  Line *line = g_queue_pop_head (&self->lines);
  g_autofree Entry *entry = g_queue_pop_head (&line->entries);

  if (g_queue_is_empty (&line->entries))
    {
      g_hash_table_remove (self->by_caller, line->caller);
      free_line (line);
    }
  else
    g_queue_push_tail (&self->lines, line);

  self->entered = g_get_monotonic_time ();
  entry->go (entry->data);
}

static gboolean
end_pause (gpointer user_data)
{
  VswTurnstile *self = user_data;

  clear_pause (self);
  let_in (self);

  return G_SOURCE_REMOVE;
}

/**
 * vsw_turnstile_enter:
 * @self: a turnstile
 * @caller: who asks
 * @go: called when it is inside
 * @data: (unowned): for @go
 *
 * Thread: main.
 */
void
vsw_turnstile_enter (VswTurnstile *self, const char *caller, VswTurnstileFunc go, gpointer data)
{
  Line *line = g_hash_table_lookup (self->by_caller, caller);
  Entry *entry = g_new0 (Entry, 1);

  entry->go = go;
  entry->data = data;
  if (line == NULL)
    {
      line = g_new0 (Line, 1);
      line->caller = g_strdup (caller);
      g_queue_init (&line->entries);
      g_hash_table_insert (self->by_caller, line->caller, line);
      g_queue_push_tail (&self->lines, line);
    }
  g_queue_push_tail (&line->entries, entry);

  if (self->entered == 0 && self->pause == NULL)
    let_in (self);
}

/**
 * vsw_turnstile_leave:
 * @self: a turnstile that somebody is inside of
 *
 * Makes room for the next. Thread: main.
 */
void
vsw_turnstile_leave (VswTurnstile *self)
{
  gint64 spent = g_get_monotonic_time () - self->entered;

  self->entered = 0;
  if (g_queue_is_empty (&self->lines))
    return;

  self->pause = g_timeout_source_new ((guint)((spent + 999) / 1000));
  g_source_set_callback (self->pause, end_pause, self, NULL);
  g_source_attach (self->pause, self->context);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VswTurnstile *self = user_data;

  /* A connection that is lost takes nothing any more, which is as good. */
  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, NULL);
  if (!self->is_closed)
    vsw_turnstile_leave (self);
  release (self);
}

/**
 * vsw_turnstile_leave_after:
 * @self: a turnstile that somebody is inside of
 * @connection: where his answer goes
 *
 * Thread: main.
 */
void
vsw_turnstile_leave_after (VswTurnstile *self, GDBusConnection *connection)
{
  self->n_holders++;
  g_dbus_connection_flush (connection, NULL, on_written, self);
}
