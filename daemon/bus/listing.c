/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All the objects of the bus, one after another. */
#include "bus/view.h"

#include <string.h>

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
      VswView view = vsw_view_new (of_switch->scene, port);

      func (&view, user_data);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const VswValue *const *)a)->name, (*(const VswValue *const *)b)->name);
}

/* (transfer container) by name */
static GPtrArray *
sort_values (GHashTable *values)
{
  GPtrArray *sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  if (values == NULL)
    return sorted;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (sorted, value);
  g_ptr_array_sort (sorted, compare_names);

  return sorted;
}

/**
 * vsw_view_list_settings:
 * @of_system: a virtual system
 * @func: called with each of its settings
 * @user_data: for @func
 *
 * Lists the settings of a system, by name. Thread: main.
 */
void
vsw_view_list_settings (const VswView *of_system, VswViewFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) settings =
      sort_values (vsw_model_get_settings_of (of_system->model, of_system->system->head.id));

  for (guint i = 0; i < settings->len; i++)
    {
      VswView view = vsw_view_new (of_system->scene, g_ptr_array_index (settings, i));

      func (&view, user_data);
    }
}

/**
 * vsw_view_list_systems:
 * @scene: what to look at
 * @func: called with each virtual system
 * @user_data: for @func
 *
 * Lists the virtual systems, by name. Thread: main.
 */
void
vsw_view_list_systems (const VswScene *scene, VswViewFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) systems = sort_values (vsw_model_get_systems (vsw_engine_get_model (scene->engine)));

  for (guint i = 0; i < systems->len; i++)
    {
      VswView view = vsw_view_new (scene, g_ptr_array_index (systems, i));

      func (&view, user_data);
    }
}

/**
 * vsw_view_list_checkpoints:
 * @scene: what to look at
 * @func: called with each open checkpoint
 * @user_data: for @func
 *
 * Lists the open checkpoints, by number. Thread: main.
 */
void
vsw_view_list_checkpoints (const VswScene *scene, VswViewFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) checkpoints = vsw_model_list_checkpoints (vsw_engine_get_model (scene->engine));

  for (guint i = 0; i < checkpoints->len; i++)
    {
      VswView view = vsw_view_new (scene, g_ptr_array_index (checkpoints, i));

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
      view = vsw_view_new (scene, value);
      func (&view, user_data);
    }

  for (guint i = 0; i < links->len; i++)
    if (vsw_view_find_link (scene, ((const VswLink *)g_ptr_array_index (links, i))->index, &view)
        && view.kind == VSW_VIEW_EXTERNAL && view.nic == NULL)
      func (&view, user_data);
}

typedef struct
{
  VswViewFunc func;
  gpointer user_data;
} Listing;

static void
list_whole_system (const VswView *view, gpointer user_data)
{
  const Listing *listing = user_data;

  listing->func (view, listing->user_data);
  vsw_view_list_settings (view, listing->func, listing->user_data);
}

/**
 * vsw_view_list:
 * @scene: what to look at
 * @func: called with each object
 * @user_data: for @func
 *
 * Lists every object of the bus: the manager, switches with their ports, systems with their settings, endpoints, checkpoints. Thread: main.
 */
void
vsw_view_list (const VswScene *scene, VswViewFunc func, gpointer user_data)
{
  VswView view;
  Listing listing = { func, user_data };
  GHashTableIter iter;
  gpointer value;

  if (vsw_view_get (scene, VSW_ENGINE_MANAGER_KEY, &view))
    func (&view, user_data);

  g_hash_table_iter_init (&iter, vsw_model_get_switches (vsw_engine_get_model (scene->engine)));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      view = vsw_view_new (scene, value);
      func (&view, user_data);
      vsw_view_list_ports (&view, func, user_data);
    }

  vsw_view_list_systems (scene, list_whole_system, &listing);
  vsw_view_list_endpoints (scene, func, user_data);
  vsw_view_list_checkpoints (scene, func, user_data);
}
