/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/tree.h"

#include "client/failure.h"
#include "client/name.h"

#include <string.h>

#define MAX_CHOICES 10 /* in an error message */

static const struct
{
  const char *interface_name; /* the one that makes an object what it is */
  const char *text;
} kinds[] = {
  [VSW_NODE_MANAGER] = { "Manager", "manager" },
  [VSW_NODE_SWITCH] = { "Switch", "switch" },
  [VSW_NODE_PORT] = { "SwitchPort", "port" },
  [VSW_NODE_ENDPOINT] = { "EthernetPort", "endpoint" },
  [VSW_NODE_SYSTEM] = { "VirtualSystem", "system" },
  [VSW_NODE_SETTING] = { "ResourceAllocationSetting", "setting" },
  [VSW_NODE_CHECKPOINT] = { "Checkpoint", "checkpoint" },
  [VSW_NODE_OTHER] = { NULL, "object" },
};

/**
 * vsw_node_kind_print:
 * @kind: a kind
 *
 * Returns: (transfer none): its noun, as in commands. Any thread.
 */
const char *
vsw_node_kind_print (VswNodeKind kind)
{
  return kinds[kind].text;
}

/**
 * vsw_node_kind_decode:
 * @noun: "switch", "port", "endpoint", "system", as in commands
 *
 * Returns: the kind that it means. Any thread.
 */
VswNodeKind
vsw_node_kind_decode (const char *noun)
{
  for (int kind = 0; kind < VSW_NODE_OTHER; kind++)
    if (g_str_equal (kinds[kind].text, noun))
      return (VswNodeKind)kind;
  g_assert_not_reached ();
}

/**
 * vsw_node_get_main:
 * @self: an object
 *
 * Returns: (transfer none) (nullable): the short name of the interface that makes it what it is; %NULL for what we do not know.
 * Any thread.
 */
const char *
vsw_node_get_main (const VswNode *self)
{
  return kinds[self->kind].interface_name;
}

static GVariant *
find_interface (const VswNode *self, const char *interface_name)
{
  g_autofree char *full = g_strconcat (VSW_BUS_PREFIX, interface_name, NULL);

  return g_variant_lookup_value (self->interfaces, full, G_VARIANT_TYPE_VARDICT);
}

/**
 * vsw_node_has:
 * @self: an object
 * @interface_name: short name
 *
 * Returns: whether the object has the interface. Any thread.
 */
gboolean
vsw_node_has (const VswNode *self, const char *interface_name)
{
  g_autoptr (GVariant) properties = find_interface (self, interface_name);

  return properties != NULL;
}

/**
 * vsw_node_get:
 * @self: an object
 * @interface_name: short name
 * @property: name of a property
 *
 * Returns: (transfer full) (nullable): its value, or %NULL if the object has none. Any thread.
 */
GVariant *
vsw_node_get (const VswNode *self, const char *interface_name, const char *property)
{
  g_autoptr (GVariant) properties = find_interface (self, interface_name);

  return properties != NULL ? g_variant_lookup_value (properties, property, NULL) : NULL;
}

/**
 * vsw_node_get_string:
 * @self: an object
 * @interface_name: short name
 * @property: name of a property, a string or an object path
 *
 * Returns: (transfer full): its value, "" if the object has none. Any thread.
 */
char *
vsw_node_get_string (const VswNode *self, const char *interface_name, const char *property)
{
  g_autoptr (GVariant) value = vsw_node_get (self, interface_name, property);

  if (value == NULL
      || !(g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
           || g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH)))
    return g_strdup ("");
  return g_variant_dup_string (value, NULL);
}

/**
 * vsw_node_is:
 * @self: an object
 * @interface_name: short name
 * @property: name of a boolean property
 *
 * Returns: its value, %FALSE if the object has none. Any thread.
 */
gboolean
vsw_node_is (const VswNode *self, const char *interface_name, const char *property)
{
  g_autoptr (GVariant) value = vsw_node_get (self, interface_name, property);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);
}

/**
 * vsw_node_export:
 * @self: an object
 *
 * Shapes an object for JSON: `Path` and the properties of its main interface, then each further interface of ours as a
 * dictionary under its short name (`ActiveConnection`).
 *
 * Returns: (transfer floating): an `a{sv}`. Any thread.
 */
GVariant *
vsw_node_export (const VswNode *self)
{
  const char *main_name = vsw_node_get_main (self);
  GVariantBuilder builder;
  GVariantIter iter;
  GVariantIter properties_iter;
  const char *name;
  GVariant *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Path", g_variant_new_object_path (self->path));
  if (main_name != NULL)
    {
      g_autoptr (GVariant) properties = find_interface (self, main_name);

      g_variant_iter_init (&properties_iter, properties);
      while (g_variant_iter_loop (&properties_iter, "{&sv}", &name, &value))
        g_variant_builder_add (&builder, "{sv}", name, value);
    }
  g_variant_iter_init (&iter, self->interfaces);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &name, &value))
    {
      if (g_str_has_prefix (name, VSW_BUS_PREFIX) && g_strcmp0 (vsw_name_get_interface (name), main_name) != 0)
        g_variant_builder_add (&builder, "{sv}", vsw_name_get_interface (name), value);
    }
  return g_variant_builder_end (&builder);
}

static void
free_node (VswNode *node)
{
  g_free (node->path);
  g_free (node->name);
  g_free (node->key);
  g_variant_unref (node->interfaces);
  g_free (node);
}

static VswNode *
new_node (const char *path, GVariant *interfaces)
{
  VswNode *node = g_new0 (VswNode, 1);

  node->path = g_strdup (path);
  node->interfaces = g_variant_ref (interfaces);
  node->kind = VSW_NODE_OTHER;
  for (int kind = 0; kind < VSW_NODE_OTHER && node->kind == VSW_NODE_OTHER; kind++)
    if (vsw_node_has (node, kinds[kind].interface_name))
      node->kind = (VswNodeKind)kind;
  return node;
}

/* What is named with another object: by which property, and what that is. */
static const struct
{
  const char *property;
  const char *parent;
} parents[] = {
  [VSW_NODE_PORT] = { "Switch", "Switch" },
  [VSW_NODE_SETTING] = { "VirtualSystem", "VirtualSystem" },
  [VSW_NODE_OTHER] = { NULL },
};

/* A port is named with its switch and a setting with its system, so those must be known. */
static void
name_node (const VswTree *self, VswNode *node)
{
  const char *main_name = vsw_node_get_main (node);
  g_autofree char *name = NULL;
  g_autofree char *parent_path = NULL;
  g_autofree char *parent_name = NULL;
  VswNode *parent;

  if (node->kind == VSW_NODE_MANAGER || node->kind == VSW_NODE_OTHER)
    {
      node->name = node->kind == VSW_NODE_MANAGER ? g_strdup ("manager") : g_strdup (node->path);
      return;
    }
  /* A checkpoint has no name but its number. */
  if (node->kind == VSW_NODE_CHECKPOINT)
    {
      node->name = g_strdup (strrchr (node->path, '/') + 1);
      return;
    }
  name = vsw_node_get_string (node, main_name, "Name");
  if (parents[node->kind].property == NULL)
    {
      node->name = g_steal_pointer (&name);
      return;
    }
  parent_path = vsw_node_get_string (node, main_name, parents[node->kind].property);
  parent = vsw_tree_get (self, parent_path);
  parent_name = parent != NULL ? vsw_node_get_string (parent, parents[node->kind].parent, "Name") : g_strdup ("?");
  node->name = g_strconcat (parent_name, "/", name, NULL);
}

static int
compare_nodes (gconstpointer a, gconstpointer b)
{
  const VswNode *one = *(VswNode *const *)a;
  const VswNode *two = *(VswNode *const *)b;
  int order;

  if (one->kind != two->kind)
    return one->kind < two->kind ? -1 : 1;
  order = strverscmp (one->key, two->key);
  return order != 0 ? order : strcmp (one->path, two->path);
}

/**
 * vsw_tree_new:
 * @objects: an `a{oa{sa{sv}}}`, from GetManagedObjects
 *
 * Makes the model of what the service has.
 *
 * Returns: (transfer full): the tree. Any thread.
 */
VswTree *
vsw_tree_new (GVariant *objects)
{
  VswTree *self = g_new0 (VswTree, 1);
  GVariantIter iter;
  const char *path;
  GVariant *interfaces;

  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)free_node);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      VswNode *node = new_node (path, interfaces);

      g_ptr_array_add (self->nodes, node);
      g_hash_table_insert (self->by_path, node->path, node);
    }
  for (guint i = 0; i < self->nodes->len; i++)
    {
      VswNode *node = self->nodes->pdata[i];

      name_node (self, node);
      /* Below every character of a name, so that lab/x stands before lab-2/x, as lab before lab-2. */
      node->key = g_strdelimit (g_strdup (node->name), "/", '\1');
    }
  g_ptr_array_sort (self->nodes, compare_nodes);
  return self;
}

/**
 * vsw_tree_free:
 * @self: (transfer full): a tree
 *
 * Forgets a tree and its objects. Any thread.
 */
void
vsw_tree_free (VswTree *self)
{
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->nodes);
  g_free (self);
}

/**
 * vsw_tree_get:
 * @self: a tree
 * @path: an object path
 *
 * Returns: (transfer none) (nullable): the object, or %NULL. Any thread.
 */
VswNode *
vsw_tree_get (const VswTree *self, const char *path)
{
  return g_hash_table_lookup (self->by_path, path);
}

/**
 * vsw_tree_find:
 * @self: a tree
 * @kind: what it must be
 * @name: its name, or its object path
 * @error: %VSW_FAILURE_NOT_FOUND; %VSW_FAILURE_USAGE if it is a path of another kind of object, or not the name of a port
 *
 * Finds the object that a user means.
 *
 * Returns: (transfer none): the object. Any thread.
 */
VswNode *
vsw_tree_find (const VswTree *self, VswNodeKind kind, const char *name, GError **error)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (name[0] == '/')
    {
      VswNode *node = vsw_tree_get (self, name);

      if (node != NULL && node->kind == kind)
        return node;
      if (node != NULL)
        g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "%s is not a %s: it is %s %s", name,
                     vsw_node_kind_print (kind), vsw_node_kind_print (node->kind), node->name);
      else
        g_set_error (error, VSW_FAILURE, VSW_FAILURE_NOT_FOUND, "there is no object %s", name);
      return NULL;
    }
  if (kind == VSW_NODE_PORT && !vsw_name_split_port (name, &first, &second, error))
    return NULL;
  if (kind == VSW_NODE_SETTING && !vsw_name_split_setting (name, &first, &second, error))
    return NULL;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      VswNode *node = self->nodes->pdata[i];

      if (node->kind == kind && g_str_equal (node->name, name))
        return node;
    }
  g_set_error (error, VSW_FAILURE, VSW_FAILURE_NOT_FOUND, "there is no %s \"%s\"", vsw_node_kind_print (kind), name);
  return NULL;
}

/**
 * vsw_tree_find_connection:
 * @self: a tree
 * @text: `SWITCH`, `SWITCH/PORT`, an object path of either, or `none`
 * @error: as vsw_tree_find() says
 *
 * Finds what a setting can be connected to.
 *
 * Returns: (transfer none): an object path, `/` for none. Any thread.
 */
const char *
vsw_tree_find_connection (const VswTree *self, const char *text, GError **error)
{
  VswNode *node = text[0] == '/' ? vsw_tree_get (self, text) : NULL;
  gboolean is_port = node != NULL ? node->kind == VSW_NODE_PORT : text[0] != '/' && strchr (text, '/') != NULL;

  if (g_str_equal (text, "none") || g_str_equal (text, "/"))
    return "/";
  node = vsw_tree_find (self, is_port ? VSW_NODE_PORT : VSW_NODE_SWITCH, text, error);
  return node != NULL ? node->path : NULL;
}

/* The number of a checkpoint is no name: a switch may be called 1. */
static gboolean
has_name (const VswNode *node, const char *name)
{
  return (node->kind != VSW_NODE_CHECKPOINT && g_str_equal (node->name, name)) || g_str_equal (node->path, name);
}

static gboolean
has_bare_name (const VswNode *node, const char *name)
{
  const char *slash = parents[node->kind].property != NULL ? strchr (node->name, '/') : NULL;

  return slash != NULL && g_str_equal (slash + 1, name);
}

/* (transfer container) (element-type VswNode) */
static GPtrArray *
find_all (const VswTree *self, gboolean (*fits) (const VswNode *node, const char *name), const char *name)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < self->nodes->len; i++)
    if (fits (self->nodes->pdata[i], name))
      g_ptr_array_add (found, self->nodes->pdata[i]);
  return found;
}

/* Kind and name, or what tells it from another that has both. */
static void
append_choice (GString *text, const GPtrArray *found, const VswNode *node)
{
  guint n = 0;

  for (guint i = 0; i < found->len; i++)
    {
      const VswNode *other = found->pdata[i];

      if (other->kind == node->kind && g_str_equal (other->name, node->name))
        n++;
    }
  g_string_append_printf (text, "%s %s", vsw_node_kind_print (node->kind), n > 1 ? node->path : node->name);
}

static char *
print_choices (const GPtrArray *found)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (found->len, MAX_CHOICES); i++)
    {
      g_string_append (text, i > 0 ? ", " : "");
      append_choice (text, found, found->pdata[i]);
    }
  if (found->len > MAX_CHOICES)
    g_string_append (text, ", ...");
  return g_string_free (text, FALSE);
}

/**
 * vsw_tree_find_any:
 * @self: a tree
 * @name: a name of any kind, or an object path
 * @error: %VSW_FAILURE_NOT_FOUND; %VSW_FAILURE_USAGE if several objects have the name: they are listed
 *
 * Finds the one object that a user can mean by a name alone. Whole names go first; a port may do without its switch, and a setting
 * without its system, where nothing else has that name, so that a NIC and the port that was made for it do not get in each other's
 * way.
 *
 * Returns: (transfer none): the object. Any thread.
 */
VswNode *
vsw_tree_find_any (const VswTree *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) whole = find_all (self, has_name, name);
  g_autoptr (GPtrArray) bare = find_all (self, has_bare_name, name);
  const GPtrArray *found = whole->len > 0 ? whole : bare;
  g_autofree char *choices = NULL;

  if (found->len == 1)
    return found->pdata[0];
  choices = print_choices (found);
  if (found->len == 0)
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_NOT_FOUND, "there is no switch, port, endpoint or system \"%s\"",
                 name);
  else
    g_set_error (error, VSW_FAILURE, VSW_FAILURE_USAGE, "\"%s\" can be any of: %s", name, choices);
  return NULL;
}
