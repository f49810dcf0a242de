/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/publish.h"

#include "bus/snapshot.h"

struct _VswPublisher
{
  const VswScene *scene; /* (unowned) */
  VswOutbox *outbox;     /* (unowned) */
  GHashTable *before;    /* (owned) key → VswSnapshot: between `changing` and `changed` */
  gulong changing;
  gulong changed;
};

/* One touched object: how it was and how it is. */
typedef struct
{
  const char *key;     /* (unowned) */
  VswSnapshot *before; /* (unowned) (nullable) it is new */
  VswView view;        /* if it still exists */
  gboolean exists;
  gboolean has_moved; /* it has another path: an object goes and another comes */
} Change;

/* --- one signal --- */

static void
tell_removed (VswPublisher *self, const VswSnapshot *before, guint interfaces)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (guint i = 0; i < VSW_N_TABLES; i++)
    if ((interfaces & (1u << i)) != 0)
      g_variant_builder_add (&builder, "s", vsw_table_get (i)->info->name);

  vsw_outbox_signal (self->outbox, VSW_PATH_ROOT, before->manager, VSW_OBJECT_MANAGER_INTERFACE, "InterfacesRemoved",
                     g_variant_new ("(oas)", before->path, &builder));
}

static GVariant *
print_added (const VswView *view, const char *path, guint interfaces)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));

  for (guint i = 0; i < VSW_N_TABLES; i++)
    if ((interfaces & (1u << i)) != 0)
      g_variant_builder_add (&builder, "{s@a{sv}}", vsw_table_get (i)->info->name,
                             vsw_table_print (vsw_table_get (i), view));

  return g_variant_new ("(oa{sa{sv}})", path, &builder);
}

/* Interfaces that an object has gained. */
static void
tell_added (VswPublisher *self, const VswView *view, guint interfaces)
{
  g_autofree char *path = vsw_view_get_path (view);
  g_autofree char *manager = vsw_snapshot_get_manager (view);

  vsw_outbox_signal (self->outbox, VSW_PATH_ROOT, manager, VSW_OBJECT_MANAGER_INTERFACE, "InterfacesAdded",
                     print_added (view, path, interfaces));
}

/* A new object is described when the turn of its signal comes: a batch makes thousands at once. What it is by then is as
 * true; if it has gone, or is another, there is nothing to tell. */
typedef struct
{
  const VswScene *scene; /* (unowned) */
  char *key;             /* (owned) */
  char *path;            /* (owned) */
} NewObject;

static void
free_new_object (gpointer data)
{
  NewObject *object = data;

  g_free (object->key);
  g_free (object->path);
  g_free (object);
}

static GVariant *
print_new_object (gpointer data)
{
  const NewObject *object = data;
  g_autofree char *path = NULL;
  VswView view;

  if (!vsw_view_get (object->scene, object->key, &view))
    return NULL;

  path = vsw_view_get_path (&view);
  return g_strcmp0 (path, object->path) == 0 ? print_added (&view, path, vsw_snapshot_list_interfaces (&view)) : NULL;
}

static void
tell_new_object (VswPublisher *self, const char *key, const VswView *view)
{
  NewObject *object = g_new0 (NewObject, 1);
  g_autofree char *manager = vsw_snapshot_get_manager (view);

  object->scene = self->scene;
  object->key = g_strdup (key);
  object->path = vsw_view_get_path (view);
  vsw_outbox_signal_later (self->outbox, VSW_PATH_ROOT, manager, VSW_OBJECT_MANAGER_INTERFACE, "InterfacesAdded",
                           print_new_object, object, free_new_object);
}

static void
tell_properties (VswPublisher *self, const char *path, const VswTable *table, const VswView *view, GVariant **before)
{
  g_auto (GVariantBuilder) changed = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_auto (GVariantBuilder) invalidated = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  gboolean is_changed = FALSE;

  for (gsize i = 0; i < table->n_properties; i++)
    {
      const VswPropertyRow *row = &table->properties[i];
      g_autoptr (GVariant) now = vsw_snapshot_read (row, view);

      if (now == NULL || g_variant_equal (before[i], now))
        continue;

      is_changed = TRUE;
      if (row->emits == VSW_EMITS_INVALIDATES)
        g_variant_builder_add (&invalidated, "s", row->name);
      else
        g_variant_builder_add (&changed, "{sv}", row->name, now);
    }

  if (is_changed)
    vsw_outbox_signal (self->outbox, path, NULL, VSW_PROPERTIES_INTERFACE, "PropertiesChanged",
                       g_variant_new ("(sa{sv}as)", table->info->name, &changed, &invalidated));
}

/* --- one object --- */

/* An object that stays: what it has lost, gained, and what is different. */
static void
tell_difference (VswPublisher *self, const Change *change)
{
  const VswSnapshot *before = change->before;
  guint interfaces = vsw_snapshot_list_interfaces (&change->view);
  guint removed = before->interfaces & ~interfaces;
  guint added = interfaces & ~before->interfaces;
  gsize n = 0;

  if (removed != 0)
    tell_removed (self, before, removed);

  for (guint i = 0; i < VSW_N_TABLES; i++)
    {
      const VswTable *table = vsw_table_get (i);

      if ((before->interfaces & interfaces & (1u << i)) != 0)
        tell_properties (self, before->path, table, &change->view, before->values + n);
      if ((before->interfaces & (1u << i)) != 0)
        n += table->n_properties;
    }

  if (added != 0)
    tell_added (self, &change->view, added);
}

static gboolean
goes (const Change *change)
{
  return change->before != NULL && (!change->exists || change->has_moved);
}

static gboolean
comes (const Change *change)
{
  return change->exists && (change->before == NULL || change->has_moved);
}

static Change
compare (VswPublisher *self, const char *key)
{
  Change change = { 0 };

  change.key = key;
  change.before = g_hash_table_lookup (self->before, key);
  change.exists = vsw_view_get (self->scene, key, &change.view);
  if (change.before != NULL && change.exists)
    {
      g_autofree char *path = vsw_view_get_path (&change.view);

      change.has_moved = g_strcmp0 (path, change.before->path) != 0;
    }

  return change;
}

/* --- all of them --- */

/* What goes, goes before what comes, in case it had the same path; parts before the whole. */
static void
tell_all_removed (VswPublisher *self, GArray *changes)
{
  static const VswViewKind order[] = { VSW_VIEW_PORT,   VSW_VIEW_NIC,    VSW_VIEW_EXTERNAL,   VSW_VIEW_SETTING,
                                       VSW_VIEW_SYSTEM, VSW_VIEW_SWITCH, VSW_VIEW_CHECKPOINT, VSW_VIEW_MANAGER };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < changes->len; j++)
      {
        const Change *change = &g_array_index (changes, Change, j);

        if (goes (change) && change->before->kind == order[i])
          tell_removed (self, change->before, change->before->interfaces);
      }
}

/* The whole before its parts. */
static void
tell_all_added (VswPublisher *self, GArray *changes)
{
  static const VswViewKind order[] = { VSW_VIEW_MANAGER,  VSW_VIEW_SWITCH, VSW_VIEW_SYSTEM, VSW_VIEW_SETTING,
                                       VSW_VIEW_EXTERNAL, VSW_VIEW_NIC,    VSW_VIEW_PORT,   VSW_VIEW_CHECKPOINT };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < changes->len; j++)
      {
        const Change *change = &g_array_index (changes, Change, j);

        if (comes (change) && change->view.kind == order[i])
          tell_new_object (self, change->key, &change->view);
      }
}

static void
tell_all_differences (VswPublisher *self, GArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);

      if (change->before != NULL && change->exists && !change->has_moved)
        tell_difference (self, change);
    }
}

static void
on_changing (VswEngine *engine, GPtrArray *touched, VswPublisher *self)
{
  VswView view;

  g_hash_table_remove_all (self->before);
  if (!vsw_outbox_is_open (self->outbox))
    return;

  for (guint i = 0; i < touched->len; i++)
    {
      const char *key = g_ptr_array_index (touched, i);

      if (vsw_view_get (self->scene, key, &view))
        g_hash_table_insert (self->before, g_strdup (key), vsw_snapshot_new (&view));
    }
}

static void
on_changed (VswEngine *engine, GPtrArray *touched, VswPublisher *self)
{
  g_autoptr (GArray) changes = NULL;

  if (!vsw_outbox_is_open (self->outbox))
    return;

  changes = g_array_sized_new (FALSE, FALSE, sizeof (Change), touched->len);
  for (guint i = 0; i < touched->len; i++)
    {
      Change change = compare (self, g_ptr_array_index (touched, i));

      if (change.before != NULL || change.exists)
        g_array_append_val (changes, change);
    }

  tell_all_removed (self, changes);
  tell_all_added (self, changes);
  tell_all_differences (self, changes);
  g_hash_table_remove_all (self->before);
}

/**
 * vsw_publisher_new:
 * @scene: what to tell of; must outlive the publisher
 * @outbox: where to; must outlive the publisher
 *
 * Tells the bus what changes from now on. Thread: main.
 *
 * Returns: (transfer full): the publisher
 */
VswPublisher *
vsw_publisher_new (const VswScene *scene, VswOutbox *outbox)
{
  VswPublisher *self = g_new0 (VswPublisher, 1);

  self->scene = scene;
  self->outbox = outbox;
  self->before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)vsw_snapshot_free);
  self->changing = g_signal_connect (scene->engine, "changing", G_CALLBACK (on_changing), self);
  self->changed = g_signal_connect (scene->engine, "changed", G_CALLBACK (on_changed), self);

  return self;
}

/**
 * vsw_publisher_free:
 * @self: (transfer full): a publisher
 *
 * Thread: main.
 */
void
vsw_publisher_free (VswPublisher *self)
{
  g_signal_handler_disconnect (self->scene->engine, self->changing);
  g_signal_handler_disconnect (self->scene->engine, self->changed);
  g_hash_table_unref (self->before);
  g_free (self);
}
