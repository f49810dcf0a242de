/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.ResourceAllocationSetting */
#include "bus/draft.h"
#include "bus/join.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_SETTING;
}

/* --- properties --- */

static GVariant *
get_sub_type (const VswView *view)
{
  return g_variant_new_string (vsw_nic_kind_print (view->setting->nic_kind));
}

static GVariant *
get_backend (const VswView *view)
{
  return g_variant_new_string (vsw_backend_print (view->setting->backend));
}

static GVariant *
get_address (const VswView *view)
{
  return vsw_variant_new_mac (view->setting->mac);
}

static GVariant *
get_static_mac (const VswView *view)
{
  return g_variant_new_boolean (view->setting->static_mac);
}

static GVariant *
get_connection (const VswView *view)
{
  const char *id = view->setting->connection_id;
  VswView connection;
  g_autofree char *path = NULL;

  if (id != NULL && vsw_view_get (view->scene, id, &connection))
    path = vsw_view_get_path (&connection);

  return g_variant_new_object_path (path != NULL ? path : VSW_PATH_NONE);
}

static GVariant *
get_automatic (const VswView *view)
{
  return g_variant_new_boolean (view->setting->automatic);
}

static GVariant *
get_queues (const VswView *view)
{
  return g_variant_new_uint32 (view->setting->queues);
}

static GVariant *
get_mtu (const VswView *view)
{
  return g_variant_new_uint32 (view->setting->mtu);
}

static GVariant *
get_pending (const VswView *view)
{
  g_autoptr (GPtrArray) names = vsw_facts_list_pending (view->model, view->setting);

  return g_variant_new_strv ((const char *const *)names->pdata, names->len);
}

static GVariant *
get_system (const VswView *view)
{
  return vsw_variant_new_system (view->system);
}

static GVariant *
get_endpoint (const VswView *view)
{
  return vsw_variant_new_nic (view->nic);
}

static const VswPropertyRow properties[] = {
  { "Name", vsw_head_print_name, VSW_EMITS_CONST },
  { "Id", vsw_head_print_id, VSW_EMITS_CONST },
  { "Description", vsw_head_print_description },
  { "ResourceSubType", get_sub_type, VSW_EMITS_CONST },
  { "Backend", get_backend },
  { "Address", get_address },
  { "StaticMacAddress", get_static_mac },
  { "Connection", get_connection },
  { "AutomaticConnection", get_automatic },
  { "Queues", get_queues },
  { "Mtu", get_mtu },
  { "PendingChanges", get_pending },
  { "VirtualSystem", get_system, VSW_EMITS_CONST },
  { "EthernetPort", get_endpoint },
};
G_STATIC_ASSERT (G_N_ELEMENTS (properties) <= VSW_TABLE_MAX_PROPERTIES);

/* --- methods --- */

static gboolean
decode_modify (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings changes;
  const char *connection_id;

  if (!vsw_request_get_settings (request, 0, VSW_KEYS_SETTING_CHANGES, &changes, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error)
      || !vsw_join_decode (request, &changes, &connection_id, error))
    return FALSE;

  /* To be plugged in by itself again is to join what it names already. */
  if (changes.automatic && !vsw_settings_has (&changes, VSW_KEY_CONNECTION))
    vsw_join_again (request, target);

  VswSetting draft = vsw_draft_apply_setting (*target->setting, &changes, connection_id);
  g_autoptr (VswSetting) value = vsw_setting_new (&draft);
  vsw_request_take_change (request, vsw_change_modify (value, vsw_settings_get_given (&changes)));
  return TRUE;
}

static gboolean
decode_remove (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings options;

  if (!vsw_request_get_options (request, VSW_KEYS_DELETE, &options, error))
    return FALSE;

  vsw_request_take_change (request, vsw_change_delete (VSW_KIND_SETTING, target->setting->head.id, options.force));
  return TRUE;
}

static const VswMethodRow methods[] = {
  { "Modify", VSW_RUN_CHANGE, FALSE, decode_modify, NULL },
  { "Remove", VSW_RUN_CHANGE, FALSE, decode_remove, NULL },
};

const VswTable vsw_setting_table = {
  &org_vmswitch1_resource_allocation_setting_interface,
  is_present,
  properties,
  G_N_ELEMENTS (properties),
  methods,
  G_N_ELEMENTS (methods),
};
