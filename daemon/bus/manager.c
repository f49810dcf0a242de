/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.Manager */
#include "bus/checkpoint.h"
#include "bus/draft.h"
#include "bus/hosting.h"
#include "bus/statistics.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_MANAGER;
}

/* --- properties --- */

static GVariant *
get_version (const VswView *view)
{
  return g_variant_new_string (view->scene->version);
}

static GVariant *
get_capabilities (const VswView *view)
{
  return g_variant_new_strv (vsw_engine_get_capabilities (view->scene->engine), -1);
}

static GVariant *
get_warnings (const VswView *view)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));
  GPtrArray *warnings = vsw_engine_get_warnings (view->scene->engine);

  for (guint i = 0; i < warnings->len; i++)
    {
      const VswWarning *warning = g_ptr_array_index (warnings, i);

      g_variant_builder_add (&builder, "(ss)", warning->code, warning->text);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
get_mac_range (const VswView *view)
{
  VswMacRange range = vsw_model_get_rules (view->model)->mac_range;
  char first[VSW_MAC_TEXT_SIZE];
  char last[VSW_MAC_TEXT_SIZE];

  return g_variant_new ("(ss)", vsw_mac_print (range.first, first), vsw_mac_print (range.last, last));
}

/* Called as the keys of vmswitch.conf are. */
static GVariant *
get_limits (const VswView *view)
{
  const VswRules *rules = vsw_model_get_rules (view->model);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{su}"));

  const struct
  {
    const char *name;
    guint32 limit;
  } rows[] = {
    { "MaxSwitches", rules->max_switches },
    { "MaxPortsPerSwitch", rules->max_ports },
    { "MaxEndpoints", rules->max_endpoints },
    { "MaxSystems", rules->max_systems },
    { "MaxSettingsPerSystem", rules->max_settings },
    { "MaxStaticAddressesPerPort", rules->max_static_addresses },
    { "MaxCheckpoints", rules->max_checkpoints },
    { "MaxBatch", rules->max_batch },
    { "MaxSwitchesPerUser", rules->max_switches_per_user },
    { "MaxPortsPerUser", rules->max_ports_per_user },
    { "MaxEndpointsPerUser", rules->max_endpoints_per_user },
    { "MaxSystemsPerUser", rules->max_systems_per_user },
    { "MaxCheckpointsPerUser", rules->max_checkpoints_per_user },
    { "MaxCallsPerUser", rules->max_calls_per_user },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_variant_builder_add (&builder, "{su}", rows[i].name, rows[i].limit);

  return g_variant_builder_end (&builder);
}

static const VswPropertyRow properties[] = {
  { "Version", get_version, VSW_EMITS_CONST },
  { "Capabilities", get_capabilities, VSW_EMITS_CONST },
  { "Warnings", get_warnings },
  { "DynamicMacRange", get_mac_range, VSW_EMITS_CONST },
  { "Limits", get_limits, VSW_EMITS_CONST },
};

/* --- methods --- */

static gboolean
decode_create_switch (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings settings;
  const char *name = vsw_request_get_text (request, 0);

  if (!vsw_name_check (name, error) || !vsw_request_get_settings (request, 1, VSW_KEYS_SWITCH, &settings, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  vsw_draft_switch (request, name, &settings);
  return TRUE;
}

static gboolean
decode_create_internal (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings settings;
  const char *name = vsw_request_get_text (request, 0);

  if (!vsw_name_check (name, error) || !vsw_request_get_settings (request, 1, VSW_KEYS_NIC, &settings, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  vsw_draft_nic (request, VSW_NIC_INTERNAL, name, &settings, VSW_LIFETIME_PERSISTENT, request->paths);
  return TRUE;
}

static gboolean
decode_define_system (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings settings;
  VswSettings options;
  const char *name = vsw_request_get_text (request, 0);

  if (!vsw_name_check (name, error) || !vsw_request_get_settings (request, 1, VSW_KEYS_SYSTEM, &settings, error)
      || !vsw_request_get_options (request, VSW_KEYS_SYSTEM_OPTIONS, &options, error))
    return FALSE;

  vsw_draft_system (request, name, &settings, options.machine);
  return TRUE;
}

/* --- ResolveDevice --- */

typedef struct
{
  VswMac mac;
  char *path; /* (owned) (nullable) the first that has it */
} Search;

static void
match_mac (const VswView *view, gpointer user_data)
{
  Search *search = user_data;
  gboolean matches = view->link != NULL && vsw_mac_equal (view->link->mac, search->mac);

  /* What is plugged into a port, or what a setting is now, is an object of its own. */
  if (search->path != NULL || view->kind == VSW_VIEW_PORT || view->kind == VSW_VIEW_SETTING)
    return;
  if (view->far != NULL)
    matches = matches || vsw_mac_equal (view->far->mac, search->mac);
  if (view->kind == VSW_VIEW_NIC)
    matches = matches || vsw_mac_equal (view->nic->mac, search->mac);
  if (view->kind == VSW_VIEW_SWITCH)
    matches = matches || vsw_mac_equal (view->home->mac, search->mac);

  if (matches)
    search->path = vsw_view_get_path (view);
}

static char *
find_by_mac (VswRequest *request, VswMac mac)
{
  Search search = { mac, NULL };

  vsw_view_list (request->scene, match_mac, &search);

  return search.path;
}

static char *
find_by_index (VswRequest *request, guint index)
{
  VswView view;

  return vsw_view_find_link (request->scene, index, &view) ? vsw_view_get_path (&view) : NULL;
}

static char *
find_by_name (VswRequest *request, const char *name)
{
  VswLink *link = vsw_links_find_name (vsw_engine_get_links (request->scene->engine), name);

  return link != NULL ? find_by_index (request, link->index) : NULL;
}

static gboolean
decode_resolve_device (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings by;
  char *path;

  if (!vsw_request_get_settings (request, 0, VSW_KEYS_RESOLVE, &by, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  switch (by.keys)
    {
    case VSW_KEY_BIT (VSW_KEY_INTERFACE_NAME):
      path = find_by_name (request, by.interface_name);
      break;
    case VSW_KEY_BIT (VSW_KEY_INTERFACE_INDEX):
      path = find_by_index (request, by.interface_index);
      break;
    case VSW_KEY_BIT (VSW_KEY_MAC):
      path = find_by_mac (request, by.mac);
      break;
    default:
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "exactly one of 'InterfaceName', 'InterfaceIndex' and 'MacAddress' is needed");
      return FALSE;
    }

  if (path == NULL)
    {
      g_autoptr (GVariant) dictionary = g_variant_get_child_value (request->parameters, 0);
      g_autoptr (GVariant) value = NULL;
      const char *key;

      g_variant_get_child (dictionary, 0, "{&sv}", &key, &value);
      g_autofree char *whole = g_variant_print (value, FALSE);
      g_autofree char *text = vsw_text_excerpt (whole);
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "no switch or endpoint has a device with %s %s", key, text);
      return FALSE;
    }

  g_ptr_array_add (request->paths, path);
  return TRUE;
}

static const VswMethodRow methods[] = {
  { "CreateSwitch", VSW_RUN_CHANGE, FALSE, decode_create_switch, vsw_request_reply_path },
  { "CreateInternalEthernetPort", VSW_RUN_CHANGE, FALSE, decode_create_internal, vsw_request_reply_path },
  { "DefineSystem", VSW_RUN_CHANGE, FALSE, decode_define_system, vsw_request_reply_path },
  { "SetupSwitch", VSW_RUN_CHANGE, FALSE, vsw_hosting_decode_setup, vsw_hosting_reply_setup },
  { "TeardownSwitch", VSW_RUN_CHANGE, FALSE, vsw_hosting_decode_teardown, vsw_hosting_reply_teardown },
  { "CreateCheckpoint", VSW_RUN_CHANGE, FALSE, vsw_checkpoint_decode, vsw_checkpoint_reply },
  { "GetStatistics", VSW_RUN_COUNTERS, FALSE, vsw_statistics_decode, vsw_statistics_reply },
  { "ResolveDevice", VSW_RUN_NOTHING, FALSE, decode_resolve_device, vsw_request_reply_path },
};

const VswTable vsw_manager_table = {
  &org_vmswitch1_manager_interface, is_present, properties, G_N_ELEMENTS (properties), methods, G_N_ELEMENTS (methods),
};
