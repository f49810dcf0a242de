/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.Switch */
#include "bus/attach.h"
#include "bus/draft.h"
#include "bus/forwarding.h"
#include "bus/table.h"
#include "bus/uplink.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_SWITCH;
}

/* --- properties --- */

static GVariant *
get_kind (const VswView *view)
{
  return g_variant_new_string (vsw_facts_switch_kind (view->model, view->links, view->home));
}

static GVariant *
get_host_access (const VswView *view)
{
  return g_variant_new_boolean (vsw_facts_has_host_access (view->model, view->home));
}

static GVariant *
get_interface_name (const VswView *view)
{
  return vsw_variant_new_bytes (view->link != NULL ? view->link->name : "");
}

static GVariant *
get_interface_index (const VswView *view)
{
  return g_variant_new_uint32 (view->link != NULL ? view->link->index : 0);
}

/* What the kernel has, while the bridge is there; else what was wished. */
static GVariant *
get_mac (const VswView *view)
{
  return vsw_variant_new_mac (view->link != NULL ? view->link->mac : view->home->mac);
}

static GVariant *
get_mtu (const VswView *view)
{
  return g_variant_new_uint32 (view->link != NULL ? view->link->mtu : view->home->mtu);
}

/* The kernel tells when the spanning tree shortens it and never when that is over. */
static GVariant *
get_ageing (const VswView *view)
{
  gboolean is_known = view->link != NULL && !view->link->topology_changes;

  return g_variant_new_uint32 (is_known ? view->link->ageing : view->home->ageing);
}

static GVariant *
get_max_learned (const VswView *view)
{
  gboolean is_known = view->link != NULL && view->link->has_max_learned;

  return g_variant_new_uint32 (is_known ? view->link->max_learned : view->home->max_learned);
}

static GVariant *
get_learned (const VswView *view)
{
  return g_variant_new_uint32 (view->link != NULL ? vsw_links_get_learned (view->links, view->link->index) : 0);
}

static GVariant *
get_spanning_tree (const VswView *view)
{
  return g_variant_new_boolean (view->link != NULL ? view->link->spanning_tree : view->home->spanning_tree);
}

static GVariant *
get_multicast_snooping (const VswView *view)
{
  return g_variant_new_boolean (view->link != NULL ? view->link->multicast_snooping : view->home->multicast_snooping);
}

static GVariant *
get_shared (const VswView *view)
{
  return g_variant_new_boolean (view->home->shared);
}

static GVariant *
get_state (const VswView *view)
{
  return g_variant_new_string (vsw_facts_switch_state (view->model, view->links, view->home));
}

static GVariant *
get_ports (const VswView *view)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_OBJECT_PATH_ARRAY);

  vsw_view_list_ports (view, vsw_variant_append_path, &builder);

  return g_variant_builder_end (&builder);
}

static guint64
get_ports_version (const VswView *view)
{
  return vsw_model_get_ports_version (view->model, view->home->head.id);
}

static GVariant *
get_external_port (const VswView *view)
{
  return vsw_variant_new_nic (vsw_model_find_uplink_of (view->model, view->home->head.id));
}

static const VswPropertyRow properties[] = {
  { "Name", vsw_head_print_name, VSW_EMITS_CONST },
  { "Id", vsw_head_print_id, VSW_EMITS_CONST },
  { "Description", vsw_head_print_description },
  { "Kind", get_kind },
  { "HostAccess", get_host_access },
  { "InterfaceName", get_interface_name },
  { "InterfaceIndex", get_interface_index },
  { "MacAddress", get_mac },
  { "Mtu", get_mtu },
  { "AgeingSeconds", get_ageing },
  { "MaxLearnedAddresses", get_max_learned },
  { "LearnedAddresses", get_learned, VSW_EMITS_NOTHING },
  { "SpanningTree", get_spanning_tree },
  { "MulticastSnooping", get_multicast_snooping },
  { "Shared", get_shared },
  { "State", get_state },
  { "Ports", get_ports, VSW_EMITS_INVALIDATES, get_ports_version },
  { "ExternalPort", get_external_port },
  { "Lifetime", vsw_head_print_lifetime, VSW_EMITS_CONST },
  { "OwnerUid", vsw_head_print_owner, VSW_EMITS_CONST },
  { "CreatedTimestamp", vsw_head_print_created, VSW_EMITS_CONST },
};
G_STATIC_ASSERT (G_N_ELEMENTS (properties) <= VSW_TABLE_MAX_PROPERTIES);

/* --- methods --- */

static gboolean
decode_create_port (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings settings;
  const char *name = vsw_request_get_text (request, 0);

  if (!vsw_name_check (name, error) || !vsw_request_get_settings (request, 1, VSW_KEYS_PORT, &settings, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  vsw_draft_port (request, target->home, name, &settings, VSW_LIFETIME_PERSISTENT);
  return TRUE;
}

static gboolean
decode_create_ports (VswRequest *request, const VswView *target, GError **error)
{
  g_autoptr (GVariant) entries = g_variant_get_child_value (request->parameters, 0);
  gsize n = g_variant_n_children (entries);

  if (!vsw_draft_check_batch (request, n, error) || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);
      VswSettings settings;

      if (!vsw_settings_decode (entry, VSW_KEYS_PORT_ENTRY, &settings, error)
          || !vsw_draft_check_named (&settings, error))
        {
          vsw_draft_name_entry (i, n, error);
          return FALSE;
        }
      vsw_draft_port (request, target->home, settings.name, &settings, VSW_LIFETIME_PERSISTENT);
    }

  return TRUE;
}

static gboolean
decode_connect_internal (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings settings;
  const char *name = vsw_request_get_text (request, 0);

  if (!vsw_name_check (name, error) || !vsw_request_get_settings (request, 1, VSW_KEYS_NIC, &settings, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  /* The host's NIC lives as long as the switch that it is for. */
  const VswNic *nic =
      vsw_draft_nic (request, VSW_NIC_INTERNAL, name, &settings, target->home->head.lifetime, request->more_paths);
  vsw_draft_plug (request, target->home, nic);
  return TRUE;
}

/* A port that was made with the NIC goes with it; one that somebody made on purpose stays. */
static gboolean
decode_disconnect_internal (VswRequest *request, const VswView *target, GError **error)
{
  const char *path = vsw_request_get_text (request, 0);
  VswView endpoint;

  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error)
      || !vsw_draft_get_nic (request, 0, &endpoint, error))
    return FALSE;

  if (endpoint.nic->nic_kind != VSW_NIC_INTERNAL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "'%s' is not an internal Ethernet port but %s", path,
                   vsw_nic_kind_print (endpoint.nic->nic_kind));
      return FALSE;
    }
  if (endpoint.home != target->home)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "endpoint %s is not connected to switch %s",
                   endpoint.nic->head.name, target->home->head.name);
      return FALSE;
    }

  vsw_request_take_change (request, vsw_change_delete (VSW_KIND_NIC, endpoint.nic->head.id, TRUE));
  return TRUE;
}

static gboolean
decode_get_forwarding (VswRequest *request, const VswView *target, GError **error)
{
  request->id = g_strdup (target->home->head.id);

  return vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error);
}

static gboolean
get_address (VswRequest *request, const VswView *target, VswMac *ret_mac, VswView *ret_port, GError **error)
{
  VswView port;

  if (!vsw_request_get_mac (request, 0, ret_mac, error)
      || !vsw_request_get_object (request, 1, VSW_VIEW_PORT, "switch port", &port, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  if (port.home != target->home)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "port %s is not one of switch %s but of %s",
                   port.port->head.name, target->home->head.name, port.home->head.name);
      return FALSE;
    }

  vsw_request_add_detail (request, "port", port.port->head.name);
  *ret_port = port;
  return TRUE;
}

static gboolean
decode_add_address (VswRequest *request, const VswView *target, GError **error)
{
  VswMac mac;
  VswView port;

  if (!get_address (request, target, &mac, &port, error))
    return FALSE;

  vsw_request_take_change (request, vsw_change_add_address (port.port->head.id, mac));
  return TRUE;
}

static gboolean
decode_remove_address (VswRequest *request, const VswView *target, GError **error)
{
  VswMac mac;
  VswView port;

  if (!get_address (request, target, &mac, &port, error))
    return FALSE;

  vsw_request_take_change (request, vsw_change_remove_address (port.port->head.id, mac));
  return TRUE;
}

static gboolean
decode_modify (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings changes;

  if (!vsw_request_get_settings (request, 0, VSW_KEYS_SWITCH_CHANGES, &changes, error)
      || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  VswSwitch draft = vsw_draft_apply_switch (*target->home, &changes);
  g_autoptr (VswSwitch) value = vsw_switch_new (&draft);
  vsw_request_take_change (request, vsw_change_modify (value, vsw_settings_get_given (&changes)));
  return TRUE;
}

static gboolean
decode_delete (VswRequest *request, const VswView *target, GError **error)
{
  return vsw_draft_delete (request, VSW_KIND_SWITCH, target->home->head.id, error);
}

static GVariant *
reply_port_and_endpoint (VswRequest *request, GArray *reading, GError **error)
{
  return g_variant_new ("(oo)", g_ptr_array_index (request->paths, 0), g_ptr_array_index (request->more_paths, 0));
}

static const VswMethodRow methods[] = {
  { "CreatePort", VSW_RUN_CHANGE, FALSE, decode_create_port, vsw_request_reply_path },
  { "CreatePorts", VSW_RUN_CHANGE, FALSE, decode_create_ports, vsw_request_reply_paths },
  { "ConnectInternal", VSW_RUN_CHANGE, FALSE, decode_connect_internal, reply_port_and_endpoint },
  { "DisconnectInternal", VSW_RUN_CHANGE, FALSE, decode_disconnect_internal, NULL },
  { "BindExternalEthernetPort", VSW_RUN_CHANGE, FALSE, vsw_uplink_decode_bind, vsw_request_reply_path },
  { "UnbindExternalEthernetPort", VSW_RUN_CHANGE, FALSE, vsw_uplink_decode_unbind, NULL },
  { "Attach", VSW_RUN_CHANGE, TRUE, vsw_attach_decode, vsw_attach_reply, TRUE },
  { "AttachMany", VSW_RUN_CHANGE, TRUE, vsw_attach_decode_many, vsw_attach_reply_many, TRUE },
  { "GetForwardingTable", VSW_RUN_FORWARDING, FALSE, decode_get_forwarding, vsw_forwarding_reply },
  { "AddStaticAddress", VSW_RUN_CHANGE, FALSE, decode_add_address, NULL },
  { "RemoveStaticAddress", VSW_RUN_CHANGE, FALSE, decode_remove_address, NULL },
  { "Modify", VSW_RUN_CHANGE, FALSE, decode_modify, NULL },
  { "Delete", VSW_RUN_CHANGE, FALSE, decode_delete, NULL },
};

const VswTable vsw_switch_table = {
  &org_vmswitch1_switch_interface, is_present, properties, G_N_ELEMENTS (properties), methods, G_N_ELEMENTS (methods),
};
