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
  VswView view = begin_view (scene, value->uplink != NULL ? VSW_VIEW_EXTERNAL : VSW_VIEW_NIC);

  set_nic (&view, value);
  if (value->uplink != NULL)
    view.far = view.link;
  view.system = vsw_model_find_system_of_nic (view.model, value);
  view.port = vsw_model_find_port_of_nic (view.model, value->head.id);
  if (view.port != NULL)
    view.home = vsw_model_get_switch (view.model, view.port->switch_id);

  return view;
}

static VswView
view_system (const VswScene *scene, VswSystem *value)
{
  VswView view = begin_view (scene, VSW_VIEW_SYSTEM);

  view.system = value;

  return view;
}

static VswView
view_setting (const VswScene *scene, VswSetting *value)
{
  VswView view = begin_view (scene, VSW_VIEW_SETTING);

  view.setting = value;
  view.system = vsw_model_get_system (view.model, value->system_id);
  view.nic = vsw_model_find_nic_of_setting (view.model, value->head.id);

  return view;
}

static VswView
view_checkpoint (const VswScene *scene, VswCheckpoint *value)
{
  VswView view = begin_view (scene, VSW_VIEW_CHECKPOINT);

  view.checkpoint = value;

  return view;
}

/**
 * vsw_view_new:
 * @scene: what to look at
 * @value: a value of its model
 *
 * Thread: main.
 *
 * Returns: that object
 */
VswView
vsw_view_new (const VswScene *scene, VswValue *value)
{
  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      return view_switch (scene, (VswSwitch *)value);
    case VSW_KIND_PORT:
      return view_port (scene, (VswPort *)value);
    case VSW_KIND_NIC:
      return view_nic (scene, (VswNic *)value);
    case VSW_KIND_SYSTEM:
      return view_system (scene, (VswSystem *)value);
    case VSW_KIND_SETTING:
      return view_setting (scene, (VswSetting *)value);
    case VSW_KIND_CHECKPOINT:
      return view_checkpoint (scene, (VswCheckpoint *)value);
    }
  g_assert_not_reached ();
}

/* The value of a NIC of the host that is bound, by its link. (nullable) */
static VswNic *
get_uplink (const VswView *view, const VswLink *link)
{
  const char *device = vsw_links_get_bound (view->links, link->index);
  VswValue *value = device != NULL ? vsw_model_find_device (view->model, device) : NULL;

  return value != NULL && value->kind == VSW_KIND_NIC && ((VswNic *)value)->uplink != NULL ? (VswNic *)value : NULL;
}

static gboolean
view_external (const VswScene *scene, VswLink *link, VswView *ret_view)
{
  VswView view = begin_view (scene, VSW_VIEW_EXTERNAL);
  VswNic *uplink = get_uplink (&view, link);

  if (uplink != NULL)
    {
      *ret_view = view_nic (scene, uplink);
      return TRUE;
    }
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

/* A NIC of the host is one object whether it is bound or not, so its key is that of its link, as long as it has one. */
static gboolean
is_seen_by_its_link (const VswView *view)
{
  return view->kind == VSW_VIEW_EXTERNAL && view->link != NULL;
}

/**
 * vsw_view_get:
 * @scene: what to look at
 * @key: an id, or a key as the engine's signals have it
 * @ret_view: the object
 *
 * Looks an object up by its key; every object has one. Thread: main.
 *
 * Returns: %FALSE if there is none
 */
gboolean
vsw_view_get (const VswScene *scene, const char *key, VswView *ret_view)
{
  VswValue *value = vsw_model_get (vsw_engine_get_model (scene->engine), key);

  if (value != NULL)
    {
      *ret_view = vsw_view_new (scene, value);
      return !is_seen_by_its_link (ret_view);
    }
  if (strcmp (key, VSW_ENGINE_MANAGER_KEY) == 0)
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

/* The value that a path names, if it is one of ours and no endpoint. */
static gpointer
find_value (const VswScene *scene, const VswPath *path)
{
  VswModel *model = vsw_engine_get_model (scene->engine);
  VswSwitch *home = NULL;
  VswSystem *system = NULL;

  switch (path->kind)
    {
    case VSW_PATH_KIND_SWITCH:
      return vsw_model_find_switch (model, path->name);
    case VSW_PATH_KIND_PORT:
      home = vsw_model_find_switch (model, path->parent);
      return home != NULL ? vsw_model_find_port (model, home->head.id, path->name) : NULL;
    case VSW_PATH_KIND_SYSTEM:
      return vsw_model_find_system (model, path->name);
    case VSW_PATH_KIND_SETTING:
      system = vsw_model_find_system (model, path->parent);
      return system != NULL ? vsw_model_find_setting (model, system->head.id, path->name) : NULL;
    case VSW_PATH_KIND_CHECKPOINT:
      return vsw_model_find_checkpoint (model, path->name);
    case VSW_PATH_KIND_OTHER:
    case VSW_PATH_KIND_MANAGER:
    case VSW_PATH_KIND_ENDPOINT:
      return NULL;
    }
  g_assert_not_reached ();
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
  VswValue *value;

  if (decoded.kind == VSW_PATH_KIND_ENDPOINT)
    return find_endpoint (scene, decoded.name, ret_view);
  if (decoded.kind == VSW_PATH_KIND_MANAGER)
    {
      *ret_view = begin_view (scene, VSW_VIEW_MANAGER);
      return TRUE;
    }

  value = find_value (scene, &decoded);
  if (value == NULL)
    return FALSE;

  *ret_view = vsw_view_new (scene, value);
  return TRUE;
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

  *ret_view = vsw_view_new (scene, value);
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
    case VSW_VIEW_SYSTEM:
      return vsw_path_new_system (self->system->head.name);
    case VSW_VIEW_SETTING:
      return vsw_path_new_setting (self->system->head.name, self->setting->head.name);
    case VSW_VIEW_CHECKPOINT:
      return vsw_path_new_checkpoint (self->checkpoint->head.name);
    case VSW_VIEW_EXTERNAL:
      name = self->nic != NULL ? g_strdup (self->nic->head.name) : name_external (self->model, self->link);
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
    case VSW_VIEW_SYSTEM:
      return &self->system->head;
    case VSW_VIEW_SETTING:
      return &self->setting->head;
    case VSW_VIEW_CHECKPOINT:
      return &self->checkpoint->head;
    case VSW_VIEW_MANAGER:
    case VSW_VIEW_EXTERNAL:
      return NULL;
    }
  g_assert_not_reached ();
}
