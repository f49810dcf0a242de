/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/attach.h"

#include "bus/descriptors.h"
#include "bus/draft.h"

#define DEFAULT_INTERFACE "eth0"

static VswNicKind
get_kind (const VswSettings *nic)
{
  return vsw_settings_has (nic, VSW_KEY_KIND) ? nic->kind : VSW_NIC_SYNTHETIC;
}

/* Unless told: a container's pair of devices; imitated hardware is always a tap. */
static VswBackend
get_backend (const VswSettings *nic)
{
  if (vsw_settings_has (nic, VSW_KEY_BACKEND))
    return nic->backend;

  return get_kind (nic) == VSW_NIC_EMULATED ? VSW_BACKEND_TAP : VSW_BACKEND_VETH;
}

/* A tap has no far end that could be anywhere. */
static gboolean
check_not_placed (const VswSettings *nic, GError **error)
{
  static const VswKey keys[] = { VSW_KEY_NAMESPACE, VSW_KEY_INTERFACE_NAME };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (vsw_settings_has (nic, keys[i]))
      {
        g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                     "key '%s' is given for a tap, whose descriptors are handed out; only backend veth has a far end",
                     vsw_key_print (keys[i]));
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

  if (get_backend (nic) == VSW_BACKEND_TAP)
    return check_not_placed (nic, error);

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
    vsw_request_touch (request, &port->head);

  return port;
}

/* The NIC of an entry, as a change of the request. */
static const VswNic *
draft_nic (VswRequest *request, const VswSettings *nic, VswNamespace *place, const char *interface)
{
  VswBackend backend = get_backend (nic);
  VswLifetime lifetime = backend == VSW_BACKEND_TAP ? VSW_LIFETIME_DESCRIPTOR : VSW_LIFETIME_CALLER;
  const VswNic *draft = vsw_draft_guest_nic (request, get_kind (nic), backend, nic, lifetime, place, interface);
  g_autoptr (VswHandout) handout = NULL;

  if (backend != VSW_BACKEND_TAP)
    return draft;

  handout = vsw_handout_new (0);
  vsw_change_hand_out (g_ptr_array_index (request->changes, request->changes->len - 1), handout);
  g_ptr_array_add (request->handouts, g_steal_pointer (&handout));

  return draft;
}

static gboolean
decode_entry (VswRequest *request, const VswView *target, GVariant *entry, VswSettings *ret_nic, GError **error)
{
  VswNamespace *place;
  const char *interface;
  VswPort *port = NULL;
  const VswNic *draft;

  if (!vsw_settings_decode (entry, VSW_KEYS_ATTACH, ret_nic, error) || !vsw_draft_check_named (ret_nic, error)
      || !get_place (request, ret_nic, &place, &interface, error))
    return FALSE;
  if (vsw_settings_has (ret_nic, VSW_KEY_PORT) && (port = find_port (request, target, ret_nic->port, error)) == NULL)
    return FALSE;

  draft = draft_nic (request, ret_nic, place, interface);
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

/* A number of queues that no NIC can have is refused later, by itself. */
static guint
count_descriptors (const VswSettings *nic)
{
  if (get_backend (nic) != VSW_BACKEND_TAP)
    return 0;

  return vsw_settings_has (nic, VSW_KEY_QUEUES) ? MIN (nic->queues, VSW_QUEUES_MAX) : 1;
}

static gboolean
check_descriptors (guint n, GError **error)
{
  if (n <= VSW_DESCRIPTORS_MAX)
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "%u descriptors are more than one message may carry, limit %d: the bus lets 16 through, and two are left to those on "
               "the way; attach in several calls",
               n, VSW_DESCRIPTORS_MAX);
  return FALSE;
}

/**
 * vsw_attach_decode:
 * @request: a request with arguments `(a{sv}a{sv})`
 * @target: the switch
 * @error: INVALID_ARGUMENT, NOT_FOUND
 *
 * Decodes Switch.Attach. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_attach_decode (VswRequest *request, const VswView *target, GError **error)
{
  g_autoptr (GVariant) entry = g_variant_get_child_value (request->parameters, 0);
  VswSettings nic;

  return vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error)
         && decode_entry (request, target, entry, &nic, error);
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
  guint n_descriptors = 0;

  if (!vsw_draft_check_batch (request, n, error) || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);
      VswSettings nic;

      if (!decode_entry (request, target, entry, &nic, error))
        {
          vsw_draft_name_entry (i, n, error);
          return FALSE;
        }
      n_descriptors += count_descriptors (&nic);
    }

  return check_descriptors (n_descriptors, error);
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
                        vsw_descriptors_print (request));
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
                        vsw_descriptors_print (request));
}
