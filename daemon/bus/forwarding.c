/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/forwarding.h"

#include "bus/table.h"
#include "model/reading.h"

static void
add_entry (GVariantBuilder *builder, const char *name, GVariant *value)
{
  g_variant_builder_add (builder, "{sv}", name, value);
}

/* The switch port whose device that is, or "/": the bridge itself, or what somebody else put there. */
static GVariant *
new_port (VswRequest *request, const VswForwardingEntry *entry)
{
  VswView view;

  if (entry->port != 0 && vsw_view_find_link (request->scene, entry->port, &view) && view.nic != NULL)
    return vsw_variant_new_port (&view);

  return g_variant_new_object_path (VSW_PATH_NONE);
}

static VswLink *
get_device (VswRequest *request, const VswForwardingEntry *entry)
{
  VswView view;

  if (entry->port != 0)
    return vsw_links_get (vsw_engine_get_links (request->scene->engine), entry->port);

  return vsw_view_get (request->scene, request->id, &view) ? view.link : NULL;
}

static GVariant *
print_entry (VswRequest *request, const VswForwardingEntry *entry)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  const VswLink *device = get_device (request, entry);
  gboolean ages = !entry->is_static && !entry->is_local;

  add_entry (&builder, "MacAddress", vsw_variant_new_mac (entry->mac));
  add_entry (&builder, "Port", new_port (request, entry));
  add_entry (&builder, "InterfaceName", vsw_variant_new_bytes (device != NULL ? device->name : ""));
  add_entry (&builder, "Static", g_variant_new_boolean (entry->is_static));
  add_entry (&builder, "Local", g_variant_new_boolean (entry->is_local));
  add_entry (&builder, "AgeSeconds", g_variant_new_uint32 (ages ? entry->used : 0));
  if (entry->vlan != 0)
    add_entry (&builder, "Vlan", g_variant_new_uint16 (entry->vlan));

  return g_variant_builder_end (&builder);
}

/**
 * vsw_forwarding_reply:
 * @request: a request that named a switch by `id`
 * @reading: (element-type VswForwardingEntry): its forwarding table
 * @error: not used
 *
 * Thread: main.
 *
 * Returns: (transfer floating): `(aa{sv})`
 */
GVariant *
vsw_forwarding_reply (VswRequest *request, GArray *reading, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < reading->len; i++)
    g_variant_builder_add_value (&builder, print_entry (request, &g_array_index (reading, VswForwardingEntry, i)));

  return g_variant_new ("(aa{sv})", &builder);
}
