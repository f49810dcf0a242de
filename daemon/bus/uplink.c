/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/uplink.h"

/**
 * vsw_uplink_get_external:
 * @request: a request
 * @position: which argument, an object path
 * @ret_view: (out): the NIC
 * @error: NOT_FOUND
 *
 * The NIC of the host that an argument names; polkit's rules are told its name. Thread: main.
 *
 * Returns: %FALSE if it names none
 */
gboolean
vsw_uplink_get_external (VswRequest *request, gsize position, VswView *ret_view, GError **error)
{
  if (!vsw_request_get_object (request, position, VSW_VIEW_EXTERNAL, "external Ethernet port", ret_view, error))
    return FALSE;

  g_autofree char *name = ret_view->nic != NULL ? g_strdup (ret_view->nic->head.name)
                                                : vsw_text_escape (ret_view->link->name);
  vsw_request_add_detail (request, "external", name);
  return TRUE;
}

/**
 * vsw_uplink_check_unbound:
 * @external: a NIC of the host
 * @error: IN_USE
 *
 * Thread: main.
 *
 * Returns: %FALSE if it is bound to a switch already, be it there or missing
 */
gboolean
vsw_uplink_check_unbound (const VswView *external, GError **error)
{
  g_autofree char *binding = NULL;

  if (external->nic == NULL)
    return TRUE;

  binding = vsw_facts_print_binding (external->model, external->nic);
  g_set_error_literal (error, VSW_ERROR, VSW_ERROR_IN_USE, binding);
  return FALSE;
}

/**
 * vsw_uplink_claim:
 * @request: a request
 * @external: a NIC of the host that is there
 * @takes_over: whoever manages it is to let go of it
 *
 * Notes that the call wants it for us. Thread: main.
 */
void
vsw_uplink_claim (VswRequest *request, const VswView *external, gboolean takes_over)
{
  request->custody.index = external->link->index;
  request->custody.name = g_strdup (external->link->name);
  request->custody.takes_over = takes_over;
}

/**
 * vsw_uplink_draft:
 * @request: a request
 * @home: the switch that it is bound to
 * @external: a NIC of the host that is there
 *
 * What the NIC will be while it is bound; that lives as long as the switch. Thread: main.
 *
 * Returns: (transfer full): the draft
 */
VswNic *
vsw_uplink_draft (VswRequest *request, const VswSwitch *home, const VswView *external)
{
  g_autofree char *id = vsw_id_new ();
  VswSettings none = { 0 };
  VswNic draft = { .nic_kind = VSW_NIC_EXTERNAL, .backend = VSW_BACKEND_HARDWARE };

  draft.head = vsw_request_begin_draft (request, VSW_KIND_NIC, id, external->link->name, &none, home->head.lifetime);
  draft.head.holder = home->head.holder;

  return vsw_nic_new (&draft);
}

/**
 * vsw_uplink_decode_bind:
 * @request: a request
 * @target: the switch
 * @error: INVALID_ARGUMENT, NOT_FOUND, IN_USE
 *
 * Decodes `BindExternalEthernetPort`. The binding lives as long as the switch. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_uplink_decode_bind (VswRequest *request, const VswView *target, GError **error)
{
  VswSettings options;
  VswView external;

  if (!vsw_request_get_options (request, VSW_KEYS_BIND, &options, error)
      || !vsw_uplink_get_external (request, 0, &external, error) || !vsw_uplink_check_unbound (&external, error))
    return FALSE;

  vsw_uplink_claim (request, &external, options.take_over);
  g_autoptr (VswNic) value = vsw_uplink_draft (request, target->home, &external);
  vsw_request_take_change (request, vsw_change_bind (value, target->home->head.id, external.link->index,
                                                     options.drop_addresses));
  g_ptr_array_add (request->paths, vsw_path_new_port (target->home->head.name, external.link->name));
  return TRUE;
}

/**
 * vsw_uplink_decode_unbind:
 * @request: a request
 * @target: the switch
 * @error: INVALID_ARGUMENT, NOT_FOUND, INVALID_STATE
 *
 * Decodes `UnbindExternalEthernetPort`. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_uplink_decode_unbind (VswRequest *request, const VswView *target, GError **error)
{
  VswView external;

  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error) || !vsw_uplink_get_external (request, 0, &external, error))
    return FALSE;
  if (external.nic == NULL)
    {
      g_autofree char *name = vsw_text_escape (external.link->name);

      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "%s is not bound to switch %s", name,
                   target->home->head.name);
      return FALSE;
    }

  vsw_request_take_change (request, vsw_change_unbind (external.nic->head.id, target->home->head.id));
  return TRUE;
}
