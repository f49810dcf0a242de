/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.VirtualSystem */
#include "bus/draft.h"
#include "bus/join.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_SYSTEM;
}

/* --- properties --- */

static GVariant *
get_enabled_state (const VswView *view)
{
  return g_variant_new_string (vsw_system_state_print (view->system->state));
}

static GVariant *
get_machine (const VswView *view)
{
  return g_variant_new_string (view->system->machine);
}

static GVariant *
get_settings (const VswView *view)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_OBJECT_PATH_ARRAY);

  vsw_view_list_settings (view, vsw_variant_append_path, &builder);

  return g_variant_builder_end (&builder);
}

static void
append_endpoint (const VswView *view, gpointer builder)
{
  g_autofree char *path = view->nic != NULL ? vsw_path_new_endpoint (view->nic->head.name) : NULL;

  if (path != NULL)
    g_variant_builder_add (builder, "o", path);
}

static GVariant *
get_endpoints (const VswView *view)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_OBJECT_PATH_ARRAY);

  vsw_view_list_settings (view, append_endpoint, &builder);

  return g_variant_builder_end (&builder);
}

static const VswPropertyRow properties[] = {
  { "Name", vsw_head_print_name, VSW_EMITS_CONST },
  { "Id", vsw_head_print_id, VSW_EMITS_CONST },
  { "Description", vsw_head_print_description },
  { "EnabledState", get_enabled_state },
  { "Machine", get_machine },
  { "ResourceSettings", get_settings },
  { "EthernetPorts", get_endpoints },
  { "Lifetime", vsw_head_print_lifetime, VSW_EMITS_CONST },
  { "OwnerUid", vsw_head_print_owner, VSW_EMITS_CONST },
  { "CreatedTimestamp", vsw_head_print_created, VSW_EMITS_CONST },
};
G_STATIC_ASSERT (G_N_ELEMENTS (properties) <= VSW_TABLE_MAX_PROPERTIES);

/* --- methods --- */

static gboolean
decode_add_setting (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings setting;
  const char *connection_id;

  if (!vsw_request_get_settings (request, 0, VSW_KEYS_SETTING, &setting, error)
      || !vsw_draft_check_named (&setting, error) || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error)
      || !vsw_join_decode (request, &setting, &connection_id, error))
    return FALSE;

  vsw_draft_setting (request, target->system, &setting, connection_id);
  return TRUE;
}

static gboolean
decode_state_change (VswRequest *request, const VswView *target, GError **error)
{
  VswSystemState state;

  if (!vsw_system_state_decode (vsw_request_get_text (request, 0), &state, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  if (state == VSW_SYSTEM_ENABLED)
    vsw_join_all (request, target);
  vsw_request_take_change (request, vsw_change_state (target->system->head.id, state));
  return TRUE;
}

static gboolean
decode_modify (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings changes;
  VswSystem draft = *target->system;

  if (!vsw_request_get_settings (request, 0, VSW_KEYS_SYSTEM_CHANGES, &changes, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  if (vsw_settings_has (&changes, VSW_KEY_DESCRIPTION))
    draft.head.description = changes.description;
  if (vsw_settings_has (&changes, VSW_KEY_MACHINE))
    draft.machine = changes.machine;

  g_autoptr (VswSystem) value = vsw_system_new (&draft);
  vsw_request_take_change (request, vsw_change_modify (value, vsw_settings_get_given (&changes)));
  return TRUE;
}

static gboolean
decode_delete (VswRequest *request, const VswView *target, GError **error)
{
  return vsw_draft_delete (request, VSW_KIND_SYSTEM, target->system->head.id, error);
}

static const VswMethodRow methods[] = {
  { "AddResourceSetting", VSW_RUN_CHANGE, FALSE, decode_add_setting, vsw_request_reply_path },
  { "RequestStateChange", VSW_RUN_CHANGE, FALSE, decode_state_change, NULL },
  { "Modify", VSW_RUN_CHANGE, FALSE, decode_modify, NULL },
  { "Delete", VSW_RUN_CHANGE, FALSE, decode_delete, NULL },
};

const VswTable vsw_system_table = {
  &org_vmswitch1_virtual_system_interface,
  is_present,
  properties,
  G_N_ELEMENTS (properties),
  methods,
  G_N_ELEMENTS (methods),
};
