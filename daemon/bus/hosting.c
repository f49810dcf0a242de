/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/hosting.h"

#include "bus/checkpoint.h"
#include "bus/uplink.h"

#define TIME_TO_CONFIRM 60 /* seconds, unless the caller says how many */

/* The switch that an argument names, whose name polkit's rules are told. */
static gboolean
get_switch (VswRequest *request, gsize position, VswView *ret_view, GError **error)
{
  if (!vsw_request_get_object (request, position, VSW_VIEW_SWITCH, "switch", ret_view, error))
    return FALSE;

  vsw_request_add_detail (request, "switch", ret_view->home->head.name);
  vsw_request_add_detail (request, "switch-kind",
                          vsw_facts_switch_kind (ret_view->model, ret_view->links, ret_view->home));
  return TRUE;
}

static const char *
choose_name (const VswSettings *settings, const VswSwitch *home)
{
  return vsw_settings_has (settings, VSW_KEY_NAME) ? settings->name : home->head.name;
}

static void
take_setup (VswRequest *request, const VswSwitch *home, const VswView *external, const VswSettings *settings)
{
  g_autofree char *host_id = vsw_id_new ();
  VswNic host = { .nic_kind = VSW_NIC_INTERNAL, .mtu = settings->mtu, .queues = settings->queues };
  g_autoptr (VswNic) draft = vsw_uplink_draft (request, home, external);

  host.head = vsw_request_begin_draft (request, VSW_KIND_NIC, host_id, choose_name (settings, home), settings,
                                       home->head.lifetime);
  host.head.holder = home->head.holder;
  g_autoptr (VswNic) host_draft = vsw_nic_new (&host);
  vsw_request_take_change (request, vsw_change_setup (draft, host_draft, vsw_settings_get_given (settings),
                                                      home->head.id, external->link->index));
  g_ptr_array_add (request->paths, vsw_path_new_endpoint (host.head.name));
}

/**
 * vsw_hosting_decode_setup:
 * @request: a request
 * @target: the manager
 * @error: INVALID_ARGUMENT, NOT_FOUND, IN_USE
 *
 * Decodes `SetupSwitch`. Whether the host's frames would get through the switch is asked later. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_hosting_decode_setup (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings settings;
  VswSettings options;
  VswView home;
  VswView external;

  if (!vsw_request_get_settings (request, 2, VSW_KEYS_HOST, &settings, error)
      || !vsw_request_get_options (request, VSW_KEYS_SETUP, &options, error)
      || !get_switch (request, 0, &home, error) || !vsw_uplink_get_external (request, 1, &external, error)
      || !vsw_uplink_check_unbound (&external, error))
    return FALSE;

  request->is_dry = options.dry_run;
  if (!request->is_dry)
    vsw_checkpoint_want (request, TIME_TO_CONFIRM);
  if (!options.ignore_firewall)
    request->passage_id = g_strdup (home.home->head.id);
  vsw_uplink_claim (request, &external, options.take_over);
  take_setup (request, home.home, &external, &settings);
  return TRUE;
}

/* NetworkManager has it back when it is bound no more: bus/custodian.c. One that is missing is nobody's. */
static void
say_return (VswRequest *request, const VswView *home, const VswNic *uplink)
{
  const VswLink *link = vsw_links_get_device (home->links, uplink->device);
  const char *profile = uplink->uplink->profile;

  if (!uplink->uplink->is_taken_over || link == NULL)
    return;

  g_autofree char *nic = vsw_text_escape (link->name);
  g_ptr_array_add (request->late_steps,
                   g_strdup_printf ("return %s to NetworkManager%s%s", nic, profile != NULL ? " with profile " : "",
                                    profile != NULL ? profile : ""));
}

/**
 * vsw_hosting_decode_teardown:
 * @request: a request
 * @target: the manager
 * @error: INVALID_ARGUMENT, NOT_FOUND
 *
 * Decodes `TeardownSwitch`. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_hosting_decode_teardown (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings options;
  VswView home;

  if (!vsw_request_get_options (request, VSW_KEYS_TEARDOWN, &options, error) || !get_switch (request, 0, &home, error))
    return FALSE;

  VswNic *uplink = vsw_model_find_uplink_of (home.model, home.home->head.id);
  if (uplink != NULL)
    vsw_request_add_detail (request, "external", uplink->head.name);
  request->is_dry = options.dry_run;
  if (!request->is_dry)
    vsw_checkpoint_want (request, TIME_TO_CONFIRM);
  else if (uplink != NULL)
    say_return (request, &home, uplink);
  vsw_request_take_change (request, vsw_change_teardown (home.home->head.id, options.drop_addresses));
  return TRUE;
}

static void
add_steps (GVariantBuilder *builder, GPtrArray *steps)
{
  for (guint i = 0; i < steps->len; i++)
    g_variant_builder_add (builder, "s", g_ptr_array_index (steps, i));
}

static GVariant *
print_steps (VswRequest *request)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  if (request->is_dry)
    {
      add_steps (&builder, request->early_steps);
      for (char **step = request->steps; *step != NULL; step++)
        g_variant_builder_add (&builder, "s", *step);
      add_steps (&builder, request->late_steps);
    }
  return g_variant_builder_end (&builder);
}

GVariant *
vsw_hosting_reply_setup (VswRequest *request, GArray *reading, GError **error)
{
  const char *internal = request->is_dry ? VSW_PATH_NONE : g_ptr_array_index (request->paths, 0);

  g_autofree char *checkpoint = vsw_checkpoint_get_path (request);

  return g_variant_new ("(oo@as)", internal, checkpoint, print_steps (request));
}

GVariant *
vsw_hosting_reply_teardown (VswRequest *request, GArray *reading, GError **error)
{
  g_autofree char *checkpoint = vsw_checkpoint_get_path (request);

  return g_variant_new ("(o@as)", checkpoint, print_steps (request));
}
