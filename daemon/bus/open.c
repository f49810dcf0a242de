/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/open.h"

#include "bus/descriptors.h"
#include "bus/table.h"

static gboolean
check_queues (const VswSettings *options, const VswNic *nic, GError **error)
{
  if (!vsw_settings_has (options, VSW_KEY_QUEUES_OPTION) || options->queues != 0)
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "options: key 'queues': 0 is outside 1 to %u",
               nic->queues);
  return FALSE;
}

/**
 * vsw_open_decode:
 * @request: a request with arguments `(a{sv})`
 * @target: the NIC
 * @error: INVALID_ARGUMENT
 *
 * Decodes Open. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_open_decode (VswRequest *request, const VswView *target, GError **error)
{
  g_autoptr (VswHandout) handout = NULL;
  VswSettings options;

  if (!vsw_request_get_options (request, VSW_KEYS_OPEN, &options, error)
      || !check_queues (&options, target->nic, error))
    return FALSE;

  handout = vsw_handout_new (options.queues);
  request->id = g_strdup (target->nic->head.id);
  g_ptr_array_add (request->handouts, vsw_handout_ref (handout));
  vsw_request_take_change (request, vsw_change_open (target->nic->head.id, handout));
  return TRUE;
}

/* --- the reply --- */

static GVariant *
print_offloads (guint offloads)
{
  static const struct
  {
    VswOffload bit;
    const char *name;
  } words[] = {
    { VSW_OFFLOAD_CHECKSUM, "checksum" },
    { VSW_OFFLOAD_TSO4, "tso4" },
    { VSW_OFFLOAD_TSO6, "tso6" },
    { VSW_OFFLOAD_TSO_ECN, "tso-ecn" },
  };
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if ((offloads & words[i].bit) != 0)
      g_variant_builder_add (&builder, "s", words[i].name);

  return g_variant_builder_end (&builder);
}

static GVariant *
print_info (const VswHandout *handout, const VswView *view)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&builder, "{sv}", "queues", g_variant_new_uint32 (handout->n_fds));
  g_variant_builder_add (&builder, "{sv}", "vnet-header", g_variant_new_boolean (handout->has_vnet_header));
  g_variant_builder_add (&builder, "{sv}", "vnet-header-size", g_variant_new_uint32 (handout->vnet_header_size));
  g_variant_builder_add (&builder, "{sv}", "offloads", print_offloads (handout->offloads));
  g_variant_builder_add (&builder, "{sv}", "interface-name", vsw_variant_new_bytes (handout->device));
  g_variant_builder_add (&builder, "{sv}", "mac-address", vsw_variant_new_mac (view->nic->mac));
  g_variant_builder_add (&builder, "{sv}", "mtu", g_variant_new_uint32 (vsw_facts_nic_mtu (view->model, view->nic)));

  return g_variant_builder_end (&builder);
}

/**
 * vsw_open_reply:
 * @request: a request that has been done
 * @reading: not used
 * @error: NOT_FOUND if the NIC has been deleted since
 *
 * Thread: main.
 *
 * Returns: (transfer floating): `(aha{sv})`: descriptors, and what was set on them
 */
GVariant *
vsw_open_reply (VswRequest *request, GArray *reading, GError **error)
{
  VswView view;

  if (!vsw_view_get (request->scene, request->id, &view))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "the endpoint was deleted while it was opened");
      return NULL;
    }

  return g_variant_new ("(@ah@a{sv})", vsw_descriptors_print (request),
                        print_info (g_ptr_array_index (request->handouts, 0), &view));
}
