/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/join.h"

#include <string.h>

/* @view: a switch, or a switch port. */
static void
join (VswRequest *request, const VswView *view)
{
  vsw_request_touch (request, vsw_view_get_value (view));
  vsw_request_note_detail (request, "switch", view->home->head.name);
  vsw_request_note_detail (request, "switch-kind", vsw_facts_switch_kind (view->model, view->links, view->home));
  if (view->kind == VSW_VIEW_PORT)
    vsw_request_note_detail (request, "port", view->port->head.name);
}

/**
 * vsw_join_decode:
 * @request: a request
 * @settings: what the caller gave for a setting
 * @ret_id: (out) (nullable): id of the connection; %NULL if the caller gave none, or `/`
 * @error: NOT_FOUND, naming the path
 *
 * Looks up key `Connection` and joins it. Thread: main.
 *
 * Returns: %FALSE if there is no such switch or switch port
 */
gboolean
vsw_join_decode (VswRequest *request, const VswSettings *settings, const char **ret_id, GError **error)
{
  VswView view;

  *ret_id = NULL;
  if (!vsw_settings_has (settings, VSW_KEY_CONNECTION) || strcmp (settings->connection, VSW_PATH_NONE) == 0)
    return TRUE;

  if (!vsw_view_find (request->scene, settings->connection, &view)
      || (view.kind != VSW_VIEW_SWITCH && view.kind != VSW_VIEW_PORT))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND,
                   "key 'Connection': there is no switch or switch port at '%.256s'", settings->connection);
      return FALSE;
    }

  join (request, &view);
  *ret_id = vsw_view_get_value (&view)->id;
  return TRUE;
}

/**
 * vsw_join_again:
 * @request: a request
 * @setting: a setting that shall be plugged in by itself from now on
 *
 * Notes for the gate what the setting names. Thread: main.
 */
void
vsw_join_again (VswRequest *request, const VswView *setting)
{
  const char *id = setting->setting->connection_id;
  VswView connection;

  if (id != NULL && vsw_view_get (request->scene, id, &connection))
    join (request, &connection);
}

static void
join_setting (const VswView *view, gpointer user_data)
{
  VswRequest *request = user_data;

  vsw_request_note_detail (request, "endpoint-kind", vsw_nic_kind_print (view->setting->nic_kind));
  if (view->setting->automatic)
    vsw_join_again (request, view);
}

/**
 * vsw_join_all:
 * @request: a request
 * @system: a virtual system
 *
 * Joins what the settings of a system are to be plugged into. Thread: main.
 */
void
vsw_join_all (VswRequest *request, const VswView *system)
{
  vsw_view_list_settings (system, join_setting, request);
}
