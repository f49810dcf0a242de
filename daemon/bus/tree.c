/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/tree.h"

#include "bus/publish.h"
#include "bus/table.h"
#include "bus/turnstile.h"

#include <string.h>

struct _VswTree
{
  const VswScene *scene;       /* (unowned) */
  VswCalls *calls;             /* (unowned) */
  VswOutbox *outbox;           /* (unowned) */
  GDBusNodeInfo *standard;     /* (owned) ObjectManager */
  GDBusConnection *connection; /* (owned) (nullable) */
  GArray *objects;             /* (owned) (element-type guint) registrations of objects */
  GArray *subtrees;            /* (owned) (element-type guint) registrations of the fixed subtrees */
  VswTurnstile *lists;         /* (owned) of GetManagedObjects */
  GHashTable *parts;           /* (owned) id of a switch or system → registration of the subtree of its parts */
  gulong changed;
};

/* Not part of the installed XML: everybody knows it. */
static const char standard_xml[] = "<node>"
                                   "  <interface name='" VSW_OBJECT_MANAGER_INTERFACE "'>"
                                   "    <method name='GetManagedObjects'>"
                                   "      <arg name='objects' type='a{oa{sa{sv}}}' direction='out'/>"
                                   "    </method>"
                                   "    <signal name='InterfacesAdded'>"
                                   "      <arg name='object' type='o'/>"
                                   "      <arg name='interfaces' type='a{sa{sv}}'/>"
                                   "    </signal>"
                                   "    <signal name='InterfacesRemoved'>"
                                   "      <arg name='object' type='o'/>"
                                   "      <arg name='interfaces' type='as'/>"
                                   "    </signal>"
                                   "  </interface>"
                                   "</node>";

static GDBusInterfaceInfo *
get_object_manager_info (VswTree *self)
{
  return self->standard->interfaces[0];
}

/* --- GetManagedObjects --- */

static void
append_object (const VswView *view, gpointer builder)
{
  g_autofree char *path = vsw_view_get_path (view);

  g_variant_builder_add (builder, "{o@a{sa{sv}}}", path, vsw_table_print_all (view));
}

/* One that waits for its turn. */
typedef struct
{
  VswTree *tree;                     /* (unowned) */
  GDBusMethodInvocation *invocation; /* (owned) */
} Wanted;

/* The bus knows by itself that the service has gone. */
static void
drop_wanted (gpointer data)
{
  Wanted *wanted = data;

  g_clear_object (&wanted->invocation);
  g_free (wanted);
}

static void
list_objects (gpointer data)
{
  Wanted *wanted = data;
  VswTree *self = wanted->tree;
  g_autoptr (GDBusConnection) connection =
      g_object_ref (g_dbus_method_invocation_get_connection (wanted->invocation));
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  const char *path = g_dbus_method_invocation_get_object_path (wanted->invocation);
  VswView view;

  if (strcmp (path, VSW_PATH_ROOT) == 0)
    vsw_view_list (self->scene, append_object, &builder);
  else if (vsw_view_find (self->scene, path, &view) && view.kind == VSW_VIEW_SWITCH)
    vsw_view_list_ports (&view, append_object, &builder);

  vsw_outbox_reply (self->outbox, g_steal_pointer (&wanted->invocation),
                    g_variant_new ("(a{oa{sa{sv}}})", &builder));
  drop_wanted (wanted);
  vsw_turnstile_leave_after (self->lists, connection);
}

static void
want_list (VswTree *self, GDBusMethodInvocation *invocation)
{
  Wanted *wanted = g_new0 (Wanted, 1);

  wanted->tree = self;
  wanted->invocation = invocation;
  vsw_turnstile_enter (self->lists, g_dbus_method_invocation_get_sender (invocation), list_objects, wanted);
}

/* --- what GDBus asks for --- */

static void
on_method_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  VswTree *self = user_data;

  if (strcmp (interface, VSW_OBJECT_MANAGER_INTERFACE) == 0)
    want_list (self, invocation);
  else
    vsw_calls_take (self->calls, invocation);
}

static GVariant *
on_get_property (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                 const char *property, GError **error, gpointer user_data)
{
  VswTree *self = user_data;
  const VswTable *table = vsw_table_find (interface);
  const VswPropertyRow *row = table != NULL ? vsw_table_find_property (table, property) : NULL;
  VswView view;

  if (row != NULL && vsw_view_find (self->scene, path, &view) && table->is_present (&view))
    return row->get (&view);

  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT, "there is no object at '%.256s' any more", path);
  return NULL;
}

static const GDBusInterfaceVTable object_vtable = { on_method_call, on_get_property, NULL, { NULL } };

static void
append_name (const VswView *view, gpointer elements)
{
  g_autofree char *path = vsw_view_get_path (view);

  g_ptr_array_add (elements, g_strdup (strrchr (path, '/') + 1));
}

/* GDBus says "path" for the root of a subtree in some of its calls and for the object in others; so each subtree knows its own. */
typedef struct
{
  VswTree *tree; /* (unowned) */
  char *root;    /* (owned) */
} Subtree;

static void
free_subtree (gpointer data)
{
  Subtree *subtree = data;

  g_free (subtree->root);
  g_free (subtree);
}

/* Switches and systems are not named: GDBus lists them by the subtrees of their parts. */
static char **
on_enumerate (GDBusConnection *connection, const char *sender, const char *path, gpointer user_data)
{
  const Subtree *subtree = user_data;
  const VswScene *scene = subtree->tree->scene;
  GPtrArray *elements = g_ptr_array_new ();
  g_autofree char *parent = g_path_get_dirname (subtree->root);
  VswView view;
  gboolean has_whole = vsw_view_find (scene, parent, &view);

  if (strcmp (subtree->root, VSW_PATH_ENDPOINTS) == 0)
    vsw_view_list_endpoints (scene, append_name, elements);
  else if (strcmp (subtree->root, VSW_PATH_CHECKPOINTS) == 0)
    vsw_view_list_checkpoints (scene, append_name, elements);
  else if (has_whole && view.kind == VSW_VIEW_SWITCH)
    vsw_view_list_ports (&view, append_name, elements);
  else if (has_whole && view.kind == VSW_VIEW_SYSTEM)
    vsw_view_list_settings (&view, append_name, elements);

  g_ptr_array_add (elements, NULL);
  return (char **)g_ptr_array_free (elements, FALSE);
}

static GDBusInterfaceInfo **
on_introspect (GDBusConnection *connection, const char *sender, const char *path, const char *node, gpointer user_data)
{
  const Subtree *subtree = user_data;
  GPtrArray *interfaces;
  g_autofree char *object = node != NULL ? g_strconcat (subtree->root, "/", node, NULL) : NULL;
  VswView view;

  if (object == NULL || !vsw_view_find (subtree->tree->scene, object, &view))
    return NULL;

  interfaces = g_ptr_array_new ();
  for (guint i = 0; i < VSW_N_TABLES; i++)
    if (vsw_table_get (i)->is_present (&view))
      g_ptr_array_add (interfaces, g_dbus_interface_info_ref ((GDBusInterfaceInfo *)vsw_table_get (i)->info));
  if (view.kind == VSW_VIEW_SWITCH)
    g_ptr_array_add (interfaces, g_dbus_interface_info_ref (get_object_manager_info (subtree->tree)));
  g_ptr_array_add (interfaces, NULL);

  return (GDBusInterfaceInfo **)g_ptr_array_free (interfaces, FALSE);
}

static const GDBusInterfaceVTable *
on_dispatch (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *node,
             gpointer *ret_user_data, gpointer user_data)
{
  const Subtree *subtree = user_data;

  *ret_user_data = subtree->tree;
  return &object_vtable;
}

static const GDBusSubtreeVTable subtree_vtable = { on_enumerate, on_introspect, on_dispatch, { NULL } };

/* --- registrations --- */

static gboolean
register_object (VswTree *self, const char *path, const GDBusInterfaceInfo *info, GError **error)
{
  guint registration = g_dbus_connection_register_object (self->connection, path, (GDBusInterfaceInfo *)info,
                                                          &object_vtable, self, NULL, error);

  if (registration == 0)
    return FALSE;

  g_array_append_val (self->objects, registration);
  return TRUE;
}

/* Without the flag GDBus would list all objects at every call. */
static guint
register_subtree (VswTree *self, const char *path, GError **error)
{
  Subtree *subtree = g_new0 (Subtree, 1);
  guint registration;

  subtree->tree = self;
  subtree->root = g_strdup (path);
  registration = g_dbus_connection_register_subtree (self->connection, path, &subtree_vtable,
                                                     G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES, subtree,
                                                     free_subtree, error);
  if (registration == 0)
    free_subtree (subtree);

  return registration;
}

static gboolean
register_fixed_subtree (VswTree *self, const char *path, GError **error)
{
  guint registration = register_subtree (self, path, error);

  if (registration == 0)
    return FALSE;

  g_array_append_val (self->subtrees, registration);
  return TRUE;
}

/* A switch has ports, a system has settings. (transfer full) (nullable) */
static char *
new_path_of_parts (const VswValue *value)
{
  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      return vsw_path_new_ports (value->name);
    case VSW_KIND_SYSTEM:
      return vsw_path_new_settings (value->name);
    case VSW_KIND_PORT:
    case VSW_KIND_NIC:
    case VSW_KIND_SETTING:
    case VSW_KIND_CHECKPOINT:
      return NULL;
    }
  g_assert_not_reached ();
}

static gboolean
register_parts (VswTree *self, const VswValue *value, GError **error)
{
  g_autofree char *path = new_path_of_parts (value);
  guint registration = path != NULL ? register_subtree (self, path, error) : 0;

  if (path == NULL)
    return TRUE;
  if (registration == 0)
    return FALSE;

  g_hash_table_insert (self->parts, g_strdup (value->id), GUINT_TO_POINTER (registration));
  return TRUE;
}

static gboolean
register_parts_of_all (VswTree *self, GHashTable *values, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!register_parts (self, value, error))
      return FALSE;

  return TRUE;
}

static void
unregister_parts (VswTree *self, const char *id)
{
  gpointer registration = g_hash_table_lookup (self->parts, id);

  if (registration == NULL)
    return;

  g_dbus_connection_unregister_subtree (self->connection, GPOINTER_TO_UINT (registration));
  g_hash_table_remove (self->parts, id);
}

/* What comes under the name of something that goes takes over its path: first what goes. */
static void
on_changed (VswEngine *engine, GPtrArray *touched, VswTree *self)
{
  VswModel *model = vsw_engine_get_model (engine);

  if (self->connection == NULL)
    return;

  for (guint i = 0; i < touched->len; i++)
    if (vsw_model_get (model, g_ptr_array_index (touched, i)) == NULL)
      unregister_parts (self, g_ptr_array_index (touched, i));

  for (guint i = 0; i < touched->len; i++)
    {
      const VswValue *value = vsw_model_get (model, g_ptr_array_index (touched, i));
      g_autoptr (GError) error = NULL;

      if (value != NULL && !g_hash_table_contains (self->parts, value->id) && !register_parts (self, value, &error))
        g_critical ("parts of %s %s cannot be shown: %s", vsw_kind_print (value->kind), value->name, error->message);
    }
}

/**
 * vsw_tree_new:
 * @scene: what is shown; must outlive the tree
 * @calls: who answers calls; must outlive the tree
 * @outbox: where lists go; must outlive the tree
 *
 * Thread: main.
 *
 * Returns: (transfer full): a tree that nobody sees yet
 */
VswTree *
vsw_tree_new (const VswScene *scene, VswCalls *calls, VswOutbox *outbox)
{
  VswTree *self = g_new0 (VswTree, 1);
  g_autoptr (GError) error = NULL;

  self->scene = scene;
  self->calls = calls;
  self->outbox = outbox;
  self->standard = g_dbus_node_info_new_for_xml (standard_xml, &error);
  g_assert_no_error (error);
  self->objects = g_array_new (FALSE, FALSE, sizeof (guint));
  self->subtrees = g_array_new (FALSE, FALSE, sizeof (guint));
  self->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->lists = vsw_turnstile_new (drop_wanted);
  self->changed = g_signal_connect (scene->engine, "changed", G_CALLBACK (on_changed), self);

  return self;
}

/**
 * vsw_tree_free:
 * @self: (transfer full): a tree
 *
 * Thread: main.
 */
void
vsw_tree_free (VswTree *self)
{
  vsw_tree_unregister (self);
  g_signal_handler_disconnect (self->scene->engine, self->changed);
  vsw_turnstile_free (self->lists);
  g_hash_table_unref (self->parts);
  g_array_unref (self->subtrees);
  g_array_unref (self->objects);
  g_dbus_node_info_unref (self->standard);
  g_free (self);
}

/**
 * vsw_tree_register:
 * @self: a tree
 * @connection: where it is to be seen
 * @error: of GIO; then nothing is registered
 *
 * Thread: main.
 *
 * Returns: whether everything is there now
 */
gboolean
vsw_tree_register (VswTree *self, GDBusConnection *connection, GError **error)
{
  VswModel *model = vsw_engine_get_model (self->scene->engine);

  vsw_tree_unregister (self);

  self->connection = g_object_ref (connection);
  if (register_object (self, VSW_PATH_ROOT, get_object_manager_info (self), error)
      && register_object (self, VSW_PATH_MANAGER, vsw_manager_table.info, error)
      && register_fixed_subtree (self, VSW_PATH_SWITCHES, error)
      && register_fixed_subtree (self, VSW_PATH_ENDPOINTS, error)
      && register_fixed_subtree (self, VSW_PATH_SYSTEMS, error)
      && register_fixed_subtree (self, VSW_PATH_CHECKPOINTS, error)
      && register_parts_of_all (self, vsw_model_get_switches (model), error)
      && register_parts_of_all (self, vsw_model_get_systems (model), error))
    return TRUE;

  vsw_tree_unregister (self);
  return FALSE;
}

/**
 * vsw_tree_unregister:
 * @self: a tree
 *
 * Thread: main.
 */
void
vsw_tree_unregister (VswTree *self)
{
  GHashTableIter iter;
  gpointer registration;

  if (self->connection == NULL)
    return;

  for (guint i = 0; i < self->objects->len; i++)
    g_dbus_connection_unregister_object (self->connection, g_array_index (self->objects, guint, i));
  for (guint i = 0; i < self->subtrees->len; i++)
    g_dbus_connection_unregister_subtree (self->connection, g_array_index (self->subtrees, guint, i));
  g_hash_table_iter_init (&iter, self->parts);
  while (g_hash_table_iter_next (&iter, NULL, &registration))
    g_dbus_connection_unregister_subtree (self->connection, GPOINTER_TO_UINT (registration));

  g_array_set_size (self->objects, 0);
  g_array_set_size (self->subtrees, 0);
  g_hash_table_remove_all (self->parts);
  g_clear_object (&self->connection);
}
