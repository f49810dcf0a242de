/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/attach.h"

#include "bus/draft.h"

#define DEFAULT_INTERFACE "eth0"

/* What may be attached: later kinds and backends join here. */
static gboolean
check_kind (const VswSettings *nic, GError **error)
{
  if (vsw_settings_has (nic, VSW_KEY_KIND) && g_strcmp0 (nic->kind, vsw_nic_kind_print (VSW_NIC_SYNTHETIC)) != 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "key 'Kind': '%.64s' cannot be attached, only '%s' can",
                   nic->kind, vsw_nic_kind_print (VSW_NIC_SYNTHETIC));
      return FALSE;
    }
  if (vsw_settings_has (nic, VSW_KEY_BACKEND) && g_strcmp0 (nic->backend, "veth") != 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "key 'Backend': there is no '%.64s', only 'veth'",
                   nic->backend);
      return FALSE;
    }

  return TRUE;
}

static gboolean
get_place (VswRequest *request, const VswSettings *nic, VswNamespace **ret_target, const char **ret_interface,
           GError **error)
{
  *ret_target = NULL;
  *ret_interface = NULL;

  if (!vsw_settings_has (nic, VSW_KEY_NAMESPACE))
    {
      if (!vsw_settings_has (nic, VSW_KEY_INTERFACE_NAME))
        return TRUE;
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "key 'InterfaceName' is given without 'Namespace'");
      return FALSE;
    }

  *ret_interface = vsw_settings_has (nic, VSW_KEY_INTERFACE_NAME) ? nic->interface_name : DEFAULT_INTERFACE;
  if (!vsw_interface_check (*ret_interface, error))
    {
      g_prefix_error (error, "key 'InterfaceName': ");
      return FALSE;
    }

  *ret_target = vsw_request_get_namespace (request, nic->handle, error);
  if (*ret_target == NULL)
    {
      g_prefix_error (error, "key 'Namespace': ");
      return FALSE;
    }

  return TRUE;
}

static VswPort *
find_port (VswRequest *request, const VswView *target, const char *name, GError **error)
{
  VswPort *port = vsw_model_find_port (target->model, target->home->head.id, name);

  if (port == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "key 'Port': switch %s has no port '%s'",
                 target->home->head.name, name);
  else
    vsw_request_pass (request, port->head.owner);

  return port;
}

static gboolean
decode_entry (VswRequest *request, const VswView *target, GVariant *entry, GError **error)
{
  VswSettings nic;
  VswNamespace *place;
  const char *interface;
  VswPort *port = NULL;
  const VswNic *draft;

  if (!vsw_settings_decode (entry, VSW_KEYS_ATTACH, &nic, error) || !vsw_draft_check_named (&nic, error)
      || !check_kind (&nic, error) || !get_place (request, &nic, &place, &interface, error))
    return FALSE;
  if (vsw_settings_has (&nic, VSW_KEY_PORT) && (port = find_port (request, target, nic.port, error)) == NULL)
    return FALSE;

  draft = vsw_draft_placed_nic (request, nic.name, &nic, VSW_LIFETIME_CALLER, request->more_paths, place, interface);
  if (port == NULL)
    {
      vsw_draft_plug (request, target->home, draft);
      return TRUE;
    }

  vsw_request_add_detail (request, "port", port->head.name);
  g_ptr_array_add (request->paths, vsw_path_new_port (target->home->head.name, port->head.name));
  vsw_request_take_change (request, vsw_change_connect (port->head.id, draft->head.id));
  return TRUE;
}

/**
 * vsw_attach_decode:
 * @request: a request with arguments `(a{sv}a{sv})`
 * @target: the switch
 * @error: INVALID_ARGUMENT, NOT_FOUND, NOT_SUPPORTED
 *
 * Decodes Switch.Attach. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_attach_decode (VswRequest *request, const VswView *target, GError **error)
{
  g_autoptr (GVariant) entry = g_variant_get_child_value (request->parameters, 0);

  return vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error) && decode_entry (request, target, entry, error);
}

/**
 * vsw_attach_decode_many:
 * @request: a request with arguments `(aa{sv}a{sv})`
 * @target: the switch
 * @error: as vsw_attach_decode(), and QUOTA_EXCEEDED
 *
 * Decodes Switch.AttachMany. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_attach_decode_many (VswRequest *request, const VswView *target, GError **error)
{
  g_autoptr (GVariant) entries = g_variant_get_child_value (request->parameters, 0);
  gsize n = g_variant_n_children (entries);

  if (!vsw_draft_check_batch (request, n, error) || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);

      if (!decode_entry (request, target, entry, error))
        {
          g_prefix_error (error, "entry %" G_GSIZE_FORMAT ": ", i);
          return FALSE;
        }
    }

  return TRUE;
}

/* A pair of devices has no descriptors to hand out. */
static GVariant *
new_descriptors (void)
{
  return g_variant_new_array (G_VARIANT_TYPE_HANDLE, NULL, 0);
}

/**
 * vsw_attach_reply:
 * @request: a request that has been done
 * @reading: not used
 * @error: not used
 *
 * Returns: (transfer floating): `(ooah)`: port, endpoint, descriptors
 */
GVariant *
vsw_attach_reply (VswRequest *request, GArray *reading, GError **error)
{
  return g_variant_new ("(oo@ah)", g_ptr_array_index (request->paths, 0), g_ptr_array_index (request->more_paths, 0),
                        new_descriptors ());
}

/**
 * vsw_attach_reply_many:
 * @request: a request that has been done
 * @reading: not used
 * @error: not used
 *
 * Returns: (transfer floating): `(aoaoah)`: ports and endpoints in the order asked for, descriptors
 */
GVariant *
vsw_attach_reply_many (VswRequest *request, GArray *reading, GError **error)
{
  return g_variant_new ("(@ao@ao@ah)",
                        g_variant_new_objv ((const char *const *)request->paths->pdata, request->paths->len),
                        g_variant_new_objv ((const char *const *)request->more_paths->pdata, request->more_paths->len),
                        new_descriptors ());
}
