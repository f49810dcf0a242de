/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/outbox.h"

#include "bus/error.h"

#include <malloc.h>

#define SLICE_MICROSECONDS 4000
#define LARGE_REPLY_OCTETS (1024 * 1024)
#define MANY_SIGNALS       500 /* a thousand of them leave as much behind as a large reply */
#define TRIM_MILLISECONDS  500 /* time for GDBus's thread to have written the reply */

typedef struct
{
  /* a signal */
  char *path;             /* (owned) */
  char *also;             /* (owned) (nullable) */
  const char *interface;  /* (unowned) a literal */
  const char *member;     /* (unowned) a literal */
  VswOutboxMake make;     /* (nullable) makes the body */
  gpointer data;          /* (owned) for make */
  GDestroyNotify destroy; /* (nullable) */
  /* a reply */
  GDBusMethodInvocation *invocation; /* (owned) */
  GError *error;                     /* (owned) (nullable) */
  GUnixFDList *fds;                  /* (owned) (nullable) */
  VswOutboxTold told;                /* (nullable) */
  gpointer told_data;                /* (unowned) for told */
  /* of both */
  GVariant *body; /* (owned) (nullable) */
} Item;

struct _VswOutbox
{
  GMainContext *context;       /* (owned) */
  GDBusConnection *connection; /* (owned) (nullable) */
  GQueue items;                /* (element-type Item) (owned) */
  GSource *slice_source;       /* (owned) (nullable) begins the next slice */
  gint64 slice_end;            /* monotonic; while there is a source */
  GSource *trim_source;        /* (owned) (nullable) */
  guint n_signals;             /* since the heap was trimmed */
};

static void
free_item (gpointer data)
{
  Item *item = data;

  if (item->destroy != NULL)
    item->destroy (item->data);
  if (item->told != NULL)
    item->told (FALSE, item->told_data);
  g_free (item->path);
  g_free (item->also);
  g_clear_object (&item->invocation);
  g_clear_object (&item->fds);
  g_clear_error (&item->error);
  g_clear_pointer (&item->body, g_variant_unref);
  g_free (item);
}

/**
 * vsw_outbox_new:
 *
 * Sends from the thread-default main context of the caller. Thread: main.
 *
 * Returns: (transfer full): an outbox without a connection
 */
VswOutbox *
vsw_outbox_new (void)
{
  VswOutbox *self = g_new0 (VswOutbox, 1);

  self->context = g_main_context_ref_thread_default ();
  g_queue_init (&self->items);

  return self;
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/**
 * vsw_outbox_free:
 * @self: (transfer full): an outbox
 *
 * What waits is dropped. Thread: main.
 */
void
vsw_outbox_free (VswOutbox *self)
{
  vsw_outbox_set_connection (self, NULL);
  clear_source (&self->slice_source);
  clear_source (&self->trim_source);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * vsw_outbox_set_connection:
 * @self: an outbox
 * @connection: (nullable): where signals go from now on
 *
 * What waits was meant for the old connection and is dropped. Thread: main.
 */
void
vsw_outbox_set_connection (VswOutbox *self, GDBusConnection *connection)
{
  g_queue_clear_full (&self->items, free_item);
  g_set_object (&self->connection, connection);
}

gboolean
vsw_outbox_is_open (VswOutbox *self)
{
  return self->connection != NULL;
}

gboolean
vsw_outbox_is_empty (VswOutbox *self)
{
  return g_queue_is_empty (&self->items);
}

/* --- memory after large replies --- */

static gboolean
trim_memory (gpointer user_data)
{
  VswOutbox *self = user_data;

  clear_source (&self->trim_source);
  self->n_signals = 0;
  malloc_trim (0);

  return G_SOURCE_REMOVE;
}

/* GDBus builds a message three times over, and glibc keeps what was once needed. */
static void
plan_trim (VswOutbox *self)
{
  clear_source (&self->trim_source);
  self->trim_source = g_timeout_source_new (TRIM_MILLISECONDS);
  g_source_set_callback (self->trim_source, trim_memory, self, NULL);
  g_source_attach (self->trim_source, self->context);
}

/* --- sending --- */

static void
emit_from (VswOutbox *self, const char *path, const Item *item)
{
  g_autoptr (GError) error = NULL;

  if (!g_dbus_connection_emit_signal (self->connection, NULL, path, item->interface, item->member, item->body, &error))
    g_debug ("signal %s of %s was not sent: %s", item->member, path, error->message);
}

static void
send_signal (VswOutbox *self, Item *item)
{
  if (self->connection == NULL)
    return;

  if (item->make != NULL)
    {
      GVariant *body = item->make (item->data);

      if (body == NULL)
        return;
      item->body = g_variant_ref_sink (body);
    }

  emit_from (self, item->path, item);
  if (item->also != NULL)
    emit_from (self, item->also, item);

  if (++self->n_signals == MANY_SIGNALS)
    plan_trim (self);
}

typedef struct
{
  VswOutboxTold told;
  gpointer data;
} Inquiry;

static void
on_owner (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Inquiry *inquiry = user_data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  gboolean has_owner = TRUE;

  if (answer != NULL)
    g_variant_get (answer, "(b)", &has_owner);
  inquiry->told (!has_owner, inquiry->data);
}

/* The bus says nothing of a reply that it can deliver to nobody. But it reads what we send in order: whoever is not there for a question that
 * comes right before the reply does not get that either, and whoever is may well have left, content, when we hear of it. */
static void
ask_for_caller (Item *item)
{
  Inquiry *inquiry = g_new (Inquiry, 1);

  inquiry->told = g_steal_pointer (&item->told);
  inquiry->data = item->told_data;
  g_dbus_connection_call (g_dbus_method_invocation_get_connection (item->invocation), "org.freedesktop.DBus",
                          "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                          g_variant_new ("(s)", g_dbus_method_invocation_get_sender (item->invocation)),
                          G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_owner, inquiry);
}

static void
send_reply (VswOutbox *self, Item *item)
{
  if (item->told != NULL)
    ask_for_caller (item);

  GDBusMethodInvocation *invocation = g_steal_pointer (&item->invocation);

  if (item->error != NULL)
    {
      g_autofree char *text = NULL;
      g_autofree char *name = vsw_error_print_reply (item->error, &text);

      g_dbus_method_invocation_return_dbus_error (invocation, name, text);
      return;
    }

  if (item->body != NULL && g_variant_get_size (item->body) > LARGE_REPLY_OCTETS)
    plan_trim (self);
  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, item->body, item->fds);
}

static void
send_item (VswOutbox *self, Item *item)
{
  if (item->invocation != NULL)
    send_reply (self, item);
  else
    send_signal (self, item);
  free_item (item);
}

static void begin_slice (VswOutbox *self);

static void
send_slice (VswOutbox *self)
{
  begin_slice (self);
  while (!g_queue_is_empty (&self->items) && g_get_monotonic_time () < self->slice_end)
    send_item (self, g_queue_pop_head (&self->items));
}

static gboolean
on_next_slice (gpointer user_data)
{
  VswOutbox *self = user_data;

  clear_source (&self->slice_source);
  if (!g_queue_is_empty (&self->items))
    send_slice (self);

  return G_SOURCE_REMOVE;
}

/* A slice ends with the iteration of the main loop that it began in. */
static void
begin_slice (VswOutbox *self)
{
  if (self->slice_source != NULL)
    return;

  self->slice_end = g_get_monotonic_time () + SLICE_MICROSECONDS;
  self->slice_source = g_idle_source_new ();
  g_source_set_priority (self->slice_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->slice_source, on_next_slice, self, NULL);
  g_source_attach (self->slice_source, self->context);
}

static void
take_item (VswOutbox *self, Item *item)
{
  if (item->invocation == NULL && self->connection == NULL)
    {
      free_item (item);
      return;
    }

  begin_slice (self);
  if (g_queue_is_empty (&self->items) && g_get_monotonic_time () < self->slice_end)
    send_item (self, item);
  else
    g_queue_push_tail (&self->items, item);
}

static Item *
new_signal (const char *path, const char *also, const char *interface, const char *member)
{
  Item *item = g_new0 (Item, 1);

  item->path = g_strdup (path);
  item->also = g_strdup (also);
  item->interface = interface;
  item->member = member;

  return item;
}

static Item *
new_reply (GDBusMethodInvocation *invocation, GVariant *body, GUnixFDList *fds)
{
  Item *item = g_new0 (Item, 1);

  item->invocation = invocation;
  item->body = body != NULL ? g_variant_ref_sink (body) : NULL;
  item->fds = fds != NULL ? g_object_ref (fds) : NULL;

  return item;
}

/**
 * vsw_outbox_signal:
 * @self: an outbox
 * @path: object that it comes from
 * @also: (nullable): another one that says the same
 * @interface: a literal
 * @member: a literal
 * @body: (transfer floating): its arguments
 *
 * Sends a signal, after everything that was said before. Thread: main.
 */
void
vsw_outbox_signal (VswOutbox *self, const char *path, const char *also, const char *interface, const char *member,
                   GVariant *body)
{
  Item *item = new_signal (path, also, interface, member);

  item->body = g_variant_ref_sink (body);
  take_item (self, item);
}

/**
 * vsw_outbox_signal_later:
 * @self: an outbox
 * @path: object that it comes from
 * @also: (nullable): another one that says the same
 * @interface: a literal
 * @member: a literal
 * @make: makes its arguments when its turn comes, or %NULL
 * @data: (transfer full): for @make
 * @destroy: frees @data, also if @make is never called
 *
 * Sends a signal, after everything that was said before. Thread: main.
 */
void
vsw_outbox_signal_later (VswOutbox *self, const char *path, const char *also, const char *interface, const char *member,
                         VswOutboxMake make, gpointer data, GDestroyNotify destroy)
{
  Item *item = new_signal (path, also, interface, member);

  item->make = make;
  item->data = data;
  item->destroy = destroy;
  take_item (self, item);
}

/**
 * vsw_outbox_reply:
 * @self: an outbox
 * @invocation: (transfer full): a call
 * @body: (transfer floating) (nullable): the values of its reply
 *
 * Answers a call, after everything that was said before. Thread: main.
 */
void
vsw_outbox_reply (VswOutbox *self, GDBusMethodInvocation *invocation, GVariant *body)
{
  vsw_outbox_reply_with_descriptors (self, invocation, body, NULL);
}

/**
 * vsw_outbox_reply_with_descriptors:
 * @self: an outbox
 * @invocation: (transfer full): a call
 * @body: (transfer floating) (nullable): the values of its reply
 * @fds: (transfer none) (nullable): the descriptors that go with them; let go of when they are on their way
 *
 * Answers a call, after everything that was said before. Thread: main.
 */
void
vsw_outbox_reply_with_descriptors (VswOutbox *self, GDBusMethodInvocation *invocation, GVariant *body,
                                   GUnixFDList *fds)
{
  take_item (self, new_reply (invocation, body, fds));
}

/**
 * vsw_outbox_reply_and_tell:
 * @self: an outbox
 * @invocation: (transfer full): a call
 * @body: (transfer floating) (nullable): the values of its reply
 * @fds: (transfer none) (nullable): the descriptors that go with them; let go of when they are on their way
 * @told: called once, when the bus has said whether the caller was there to get the reply
 * @data: (unowned): for @told
 *
 * Answers a call, after everything that was said before. Thread: main.
 */
void
vsw_outbox_reply_and_tell (VswOutbox *self, GDBusMethodInvocation *invocation, GVariant *body, GUnixFDList *fds,
                           VswOutboxTold told, gpointer data)
{
  Item *item = new_reply (invocation, body, fds);

  item->told = told;
  item->told_data = data;
  take_item (self, item);
}

/**
 * vsw_outbox_reply_error:
 * @self: an outbox
 * @invocation: (transfer full): a call
 * @error: why it failed
 *
 * Answers a call, after everything that was said before. Thread: main.
 */
void
vsw_outbox_reply_error (VswOutbox *self, GDBusMethodInvocation *invocation, const GError *error)
{
  Item *item = g_new0 (Item, 1);

  item->invocation = invocation;
  item->error = g_error_copy (error);
  take_item (self, item);
}

/**
 * vsw_outbox_flush:
 * @self: an outbox
 *
 * Sends everything that waits, however long that takes. Thread: main.
 */
void
vsw_outbox_flush (VswOutbox *self)
{
  while (!g_queue_is_empty (&self->items))
    send_item (self, g_queue_pop_head (&self->items));
}
