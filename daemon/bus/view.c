/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/view.h"

#include <string.h>

static VswView
begin_view (const VswScene *scene, VswViewKind kind)
{
  VswView view = { 0 };

  view.kind = kind;
  view.scene = scene;
  view.model = vsw_engine_get_model (scene->engine);
  view.links = vsw_engine_get_links (scene->engine);

  return view;
}

static void
set_nic (VswView *view, VswNic *nic)
{
  view->nic = nic;
  view->link = vsw_links_get_device (view->links, nic->device);
  view->far = vsw_facts_get_far_end (view->links, nic);
}

static VswView
view_switch (const VswScene *scene, VswSwitch *value)
{
  VswView view = begin_view (scene, VSW_VIEW_SWITCH);

  view.home = value;
  view.link = vsw_links_get_device (view.links, value->device);

  return view;
}

static VswView
view_port (const VswScene *scene, VswPort *value)
{
  VswView view = begin_view (scene, VSW_VIEW_PORT);
  VswNic *nic = value->nic_id != NULL ? vsw_model_get_nic (view.model, value->nic_id) : NULL;

  view.port = value;
  view.home = vsw_model_get_switch (view.model, value->switch_id);
  if (nic != NULL)
    set_nic (&view, nic);

  return view;
}

static VswView
view_nic (const VswScene *scene, VswNic *value)
{
  VswView view = begin_view (scene, VSW_VIEW_NIC);

  set_nic (&view, value);
  view.port = vsw_model_find_port_of_nic (view.model, value->head.id);
  if (view.port != NULL)
    view.home = vsw_model_get_switch (view.model, view.port->switch_id);

  return view;
}

static VswView
view_value (const VswScene *scene, VswValue *value)
{
  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      return view_switch (scene, (VswSwitch *)value);
    case VSW_KIND_PORT:
      return view_port (scene, (VswPort *)value);
    case VSW_KIND_NIC:
      return view_nic (scene, (VswNic *)value);
    }
  g_assert_not_reached ();
}

static gboolean
view_external (const VswScene *scene, VswLink *link, VswView *ret_view)
{
  VswView view = begin_view (scene, VSW_VIEW_EXTERNAL);

  if (vsw_links_get_bound (view.links, link->index) != NULL
      || !vsw_rules_is_external (vsw_model_get_rules (view.model), link))
    return FALSE;

  view.link = link;
  view.far = link;
  if (link->bridge != 0)
    {
      const char *device = vsw_links_get_bound (view.links, link->bridge);
      VswValue *value = device != NULL ? vsw_model_find_device (view.model, device) : NULL;

      if (value != NULL && value->kind == VSW_KIND_SWITCH)
        view.home = (VswSwitch *)value;
    }

  *ret_view = view;
  return TRUE;
}

/**
 * vsw_view_get:
 * @scene: what to look at
 * @key: an id, or a key as the engine's signals have it
 * @ret_view: the object
 *
 * Looks an object up by its key. Thread: main.
 *
 * Returns: %FALSE if there is none
 */
gboolean
vsw_view_get (const VswScene *scene, const char *key, VswView *ret_view)
{
  VswValue *value = vsw_model_get (vsw_engine_get_model (scene->engine), key);

  if (value != NULL)
    *ret_view = view_value (scene, value);
  else if (strcmp (key, VSW_ENGINE_MANAGER_KEY) == 0)
    *ret_view = begin_view (scene, VSW_VIEW_MANAGER);
  else if (g_str_has_prefix (key, VSW_ENGINE_LINK_KEY))
    {
      guint64 index = g_ascii_strtoull (key + strlen (VSW_ENGINE_LINK_KEY), NULL, 10);
      VswLink *link = vsw_links_get (vsw_engine_get_links (scene->engine), (guint)index);

      return link != NULL && view_external (scene, link, ret_view);
    }
  else
    return FALSE;

  return TRUE;
}

/* --- names of the host's NICs --- */

/* One of the host's NICs gives way to one of ours. A device that somebody calls "…~external" gets the suffix too, so that
 * no two NICs ever have one path. */
static char *
name_external (VswModel *model, const VswLink *link)
{
  if (vsw_model_find_nic (model, link->name) != NULL || g_str_has_suffix (link->name, VSW_PATH_EXTERNAL_SUFFIX))
    return g_strconcat (link->name, VSW_PATH_EXTERNAL_SUFFIX, NULL);

  return g_strdup (link->name);
}

static gboolean
find_external (const VswScene *scene, const char *name, VswView *ret_view)
{
  g_autofree char *device = g_strdup (name);
  g_autofree char *is_called = NULL;

  if (g_str_has_suffix (name, VSW_PATH_EXTERNAL_SUFFIX))
    device[strlen (name) - strlen (VSW_PATH_EXTERNAL_SUFFIX)] = '\0';

  VswLink *link = vsw_links_find_name (vsw_engine_get_links (scene->engine), device);
  if (link == NULL || !view_external (scene, link, ret_view))
    return FALSE;

  is_called = name_external (ret_view->model, link);
  return strcmp (is_called, name) == 0;
}

static gboolean
find_endpoint (const VswScene *scene, const char *name, VswView *ret_view)
{
  VswNic *nic = vsw_model_find_nic (vsw_engine_get_model (scene->engine), name);

  if (nic == NULL)
    return find_external (scene, name, ret_view);

  *ret_view = view_nic (scene, nic);
  return TRUE;
}

static gboolean
find_port (const VswScene *scene, const VswPath *path, VswView *ret_view)
{
  VswModel *model = vsw_engine_get_model (scene->engine);
  VswSwitch *home = vsw_model_find_switch (model, path->switch_name);
  VswPort *port = home != NULL ? vsw_model_find_port (model, home->head.id, path->name) : NULL;

  if (port == NULL)
    return FALSE;

  *ret_view = view_port (scene, port);
  return TRUE;
}

static gboolean
find_switch (const VswScene *scene, const char *name, VswView *ret_view)
{
  VswSwitch *value = vsw_model_find_switch (vsw_engine_get_model (scene->engine), name);

  if (value == NULL)
    return FALSE;

  *ret_view = view_switch (scene, value);
  return TRUE;
}

/**
 * vsw_view_find:
 * @scene: what to look at
 * @path: an object path, any
 * @ret_view: the object
 *
 * Looks an object up by its path. Thread: main.
 *
 * Returns: %FALSE if there is none
 */
gboolean
vsw_view_find (const VswScene *scene, const char *path, VswView *ret_view)
{
  g_auto (VswPath) decoded = vsw_path_decode (path);

  switch (decoded.kind)
    {
    case VSW_PATH_KIND_OTHER:
      return FALSE;
    case VSW_PATH_KIND_MANAGER:
      *ret_view = begin_view (scene, VSW_VIEW_MANAGER);
      return TRUE;
    case VSW_PATH_KIND_SWITCH:
      return find_switch (scene, decoded.name, ret_view);
    case VSW_PATH_KIND_PORT:
      return find_port (scene, &decoded, ret_view);
    case VSW_PATH_KIND_ENDPOINT:
      return find_endpoint (scene, decoded.name, ret_view);
    }
  g_assert_not_reached ();
}

/**
 * vsw_view_find_device:
 * @scene: what to look at
 * @device: device name as the model has it
 * @ret_view: the switch or NIC
 *
 * The object that a device of ours belongs to. Thread: main.
 *
 * Returns: %FALSE if it is none of ours
 */
gboolean
vsw_view_find_device (const VswScene *scene, const char *device, VswView *ret_view)
{
  VswValue *value = vsw_model_find_device (vsw_engine_get_model (scene->engine), device);

  if (value == NULL)
    return FALSE;

  *ret_view = view_value (scene, value);
  return TRUE;
}

/**
 * vsw_view_find_link:
 * @scene: what to look at
 * @index: index of a network device
 * @ret_view: the switch, NIC or external NIC
 *
 * The object that a kernel device belongs to. Thread: main.
 *
 * Returns: %FALSE if there is none
 */
gboolean
vsw_view_find_link (const VswScene *scene, guint index, VswView *ret_view)
{
  VswLinks *links = vsw_engine_get_links (scene->engine);
  VswLink *link = vsw_links_get (links, index);
  const char *device = vsw_links_get_bound (links, index);

  if (device != NULL)
    return vsw_view_find_device (scene, device, ret_view);

  return link != NULL && view_external (scene, link, ret_view);
}

/* --- all of them --- */

/**
 * vsw_view_list_ports:
 * @of_switch: a switch
 * @func: called with each of its ports
 * @user_data: for @func
 *
 * Lists the ports of a switch. Thread: main.
 */
void
vsw_view_list_ports (const VswView *of_switch, VswViewFunc func, gpointer user_data)
{
  GHashTable *ports = vsw_model_get_ports_of (of_switch->model, of_switch->home->head.id);
  GHashTableIter iter;
  gpointer port;

  if (ports == NULL)
    return;

  g_hash_table_iter_init (&iter, ports);
  while (g_hash_table_iter_next (&iter, NULL, &port))
    {
      VswView view = view_port (of_switch->scene, port);

      func (&view, user_data);
    }
}

/**
 * vsw_view_list_endpoints:
 * @scene: what to look at
 * @func: called with each endpoint, ours and the host's
 * @user_data: for @func
 *
 * Lists the endpoints. Thread: main.
 */
void
vsw_view_list_endpoints (const VswScene *scene, VswViewFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) links = vsw_links_list (vsw_engine_get_links (scene->engine));
  VswView view;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_nics (vsw_engine_get_model (scene->engine)));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      view = view_nic (scene, value);
      func (&view, user_data);
    }

  for (guint i = 0; i < links->len; i++)
    if (view_external (scene, g_ptr_array_index (links, i), &view))
      func (&view, user_data);
}

/**
 * vsw_view_list:
 * @scene: what to look at
 * @func: called with each object
 * @user_data: for @func
 *
 * Lists every object of the bus: the manager, switches with their ports, endpoints. Thread: main.
 */
void
vsw_view_list (const VswScene *scene, VswViewFunc func, gpointer user_data)
{
  VswView view = begin_view (scene, VSW_VIEW_MANAGER);
  GHashTableIter iter;
  gpointer value;

  func (&view, user_data);

  g_hash_table_iter_init (&iter, vsw_model_get_switches (view.model));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      view = view_switch (scene, value);
      func (&view, user_data);
      vsw_view_list_ports (&view, func, user_data);
    }

  vsw_view_list_endpoints (scene, func, user_data);
}

/* --- questions --- */

/**
 * vsw_view_get_path:
 * @self: an object
 *
 * Its object path. Thread: main.
 *
 * Returns: (transfer full): the path
 */
char *
vsw_view_get_path (const VswView *self)
{
  g_autofree char *name = NULL;

  switch (self->kind)
    {
    case VSW_VIEW_MANAGER:
      return g_strdup (VSW_PATH_MANAGER);
    case VSW_VIEW_SWITCH:
      return vsw_path_new_switch (self->home->head.name);
    case VSW_VIEW_PORT:
      return vsw_path_new_port (self->home->head.name, self->port->head.name);
    case VSW_VIEW_NIC:
      return vsw_path_new_endpoint (self->nic->head.name);
    case VSW_VIEW_EXTERNAL:
      name = name_external (self->model, self->link);
      return vsw_path_new_endpoint (name);
    }
  g_assert_not_reached ();
}

/**
 * vsw_view_get_value:
 * @self: an object
 *
 * The value of the model that it stands for. Thread: main.
 *
 * Returns: (transfer none) (nullable): %NULL for the manager and for NICs of the host
 */
const VswValue *
vsw_view_get_value (const VswView *self)
{
  switch (self->kind)
    {
    case VSW_VIEW_SWITCH:
      return &self->home->head;
    case VSW_VIEW_PORT:
      return &self->port->head;
    case VSW_VIEW_NIC:
      return &self->nic->head;
    case VSW_VIEW_MANAGER:
    case VSW_VIEW_EXTERNAL:
      return NULL;
    }
  g_assert_not_reached ();
}
