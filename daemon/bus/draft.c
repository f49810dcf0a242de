/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/draft.h"

/**
 * vsw_draft_apply_switch:
 * @fields: a switch, or nothing but a head
 * @settings: what a caller gave
 *
 * Thread: any.
 *
 * Returns: @fields with what was given; points to both
 */
VswSwitch
vsw_draft_apply_switch (VswSwitch fields, const VswSettings *settings)
{
  if (vsw_settings_has (settings, VSW_KEY_DESCRIPTION))
    fields.head.description = settings->description;
  if (vsw_settings_has (settings, VSW_KEY_MAC))
    fields.mac = settings->mac;
  if (vsw_settings_has (settings, VSW_KEY_MTU))
    fields.mtu = settings->mtu;
  if (vsw_settings_has (settings, VSW_KEY_AGEING))
    fields.ageing = settings->ageing;
  if (vsw_settings_has (settings, VSW_KEY_MAX_LEARNED))
    fields.max_learned = settings->max_learned;
  if (vsw_settings_has (settings, VSW_KEY_SPANNING_TREE))
    fields.spanning_tree = settings->spanning_tree;
  if (vsw_settings_has (settings, VSW_KEY_MULTICAST_SNOOPING))
    fields.multicast_snooping = settings->multicast_snooping;
  if (vsw_settings_has (settings, VSW_KEY_SHARED))
    fields.shared = settings->shared;

  return fields;
}

/**
 * vsw_draft_apply_nic:
 * @fields: a NIC, or nothing but a head
 * @settings: what a caller gave
 *
 * Thread: any.
 *
 * Returns: @fields with what was given; points to both
 */
VswNic
vsw_draft_apply_nic (VswNic fields, const VswSettings *settings)
{
  if (vsw_settings_has (settings, VSW_KEY_DESCRIPTION))
    fields.head.description = settings->description;
  if (vsw_settings_has (settings, VSW_KEY_MTU))
    fields.mtu = settings->mtu;
  if (vsw_settings_has (settings, VSW_KEY_QUEUES))
    fields.queues = settings->queues;
  if (vsw_settings_has (settings, VSW_KEY_MAC))
    {
      fields.mac = settings->mac;
      fields.static_mac = TRUE;
    }

  return fields;
}

/**
 * vsw_draft_apply_setting:
 * @fields: a setting, or nothing but a head
 * @settings: what a caller gave
 * @connection_id: (nullable): id of the connection that the caller gave
 *
 * Thread: any.
 *
 * Returns: @fields with what was given; points to all of them
 */
VswSetting
vsw_draft_apply_setting (VswSetting fields, const VswSettings *settings, const char *connection_id)
{
  if (vsw_settings_has (settings, VSW_KEY_DESCRIPTION))
    fields.head.description = settings->description;
  if (vsw_settings_has (settings, VSW_KEY_ADDRESS))
    fields.mac = settings->mac;
  if (vsw_settings_has (settings, VSW_KEY_CONNECTION))
    fields.connection_id = connection_id;
  if (vsw_settings_has (settings, VSW_KEY_AUTOMATIC))
    fields.automatic = settings->automatic;
  if (vsw_settings_has (settings, VSW_KEY_BACKEND))
    fields.backend = settings->backend;
  if (vsw_settings_has (settings, VSW_KEY_QUEUES))
    fields.queues = settings->queues;
  if (vsw_settings_has (settings, VSW_KEY_MTU))
    fields.mtu = settings->mtu;

  return fields;
}

/* Takes the draft. A lifetime that the caller did not give is only a proposal: the model shortens it to that of the switch. */
static void
take_draft (VswRequest *request, VswValue *draft, const VswSettings *settings, VswNamespace *target,
            const char *interface)
{
  guint given = settings != NULL ? vsw_settings_get_given (settings) : 0;

  vsw_request_take_change (request, vsw_change_create (draft, given, target, interface));
  vsw_value_unref (draft);
}

/**
 * vsw_draft_switch:
 * @request: a request
 * @name: name of the switch, checked
 * @settings: what the caller gave
 *
 * Adds the change that makes a switch. Thread: main.
 */
void
vsw_draft_switch (VswRequest *request, const char *name, const VswSettings *settings)
{
  g_autofree char *id = vsw_id_new ();
  VswSwitch fields = { 0 };

  fields.head = vsw_request_begin_draft (request, VSW_KIND_SWITCH, id, name, settings, VSW_LIFETIME_PERSISTENT);
  fields = vsw_draft_apply_switch (fields, settings);

  vsw_request_add_detail (request, "switch", name);
  g_ptr_array_add (request->paths, vsw_path_new_switch (name));
  take_draft (request, (VswValue *)vsw_switch_new (&fields), settings, NULL, NULL);
}

static const VswPort *
take_port (VswRequest *request, const VswSwitch *home, VswPort *fields, const VswSettings *settings)
{
  VswPort *draft;

  fields->switch_id = home->head.id;
  draft = vsw_port_new (fields);

  vsw_request_add_detail (request, "port", fields->head.name);
  g_ptr_array_add (request->paths, vsw_path_new_port (home->head.name, fields->head.name));
  take_draft (request, (VswValue *)draft, settings, NULL, NULL);

  return draft; /* the change holds it */
}

/**
 * vsw_draft_port:
 * @request: a request
 * @home: the switch
 * @name: name of the port, checked
 * @settings: what the caller gave
 * @lifetime: unless the caller gave one
 *
 * Adds the change that makes a switch port. Thread: main.
 *
 * Returns: (transfer none): the draft, as long as the request
 */
const VswPort *
vsw_draft_port (VswRequest *request, const VswSwitch *home, const char *name, const VswSettings *settings,
                VswLifetime lifetime)
{
  g_autofree char *id = vsw_id_new ();
  VswPort fields = { 0 };

  fields.head = vsw_request_begin_draft (request, VSW_KIND_PORT, id, name, settings, lifetime);

  return take_port (request, home, &fields, settings);
}

/* `fields`: kind and backend. */
static const VswNic *
take_nic (VswRequest *request, VswNic fields, const char *name, const VswSettings *settings, VswLifetime lifetime,
          GPtrArray *paths, VswNamespace *target, const char *interface)
{
  g_autofree char *id = vsw_id_new ();
  VswNic *draft;

  fields.head = vsw_request_begin_draft (request, VSW_KIND_NIC, id, name, settings, lifetime);
  fields = vsw_draft_apply_nic (fields, settings);
  draft = vsw_nic_new (&fields);

  vsw_request_add_detail (request, "endpoint", name);
  vsw_request_note_detail (request, "endpoint-kind", vsw_nic_kind_print (fields.nic_kind));
  g_ptr_array_add (paths, vsw_path_new_endpoint (name));
  take_draft (request, (VswValue *)draft, settings, target, interface);

  return draft; /* the change holds it */
}

/**
 * vsw_draft_nic:
 * @request: a request
 * @kind: which kind of NIC
 * @name: its name, checked
 * @settings: what the caller gave
 * @lifetime: unless the caller gave one
 * @paths: (element-type utf8): where its path is added
 *
 * Adds the change that makes a NIC. Thread: main.
 *
 * Returns: (transfer none): the draft, as long as the request
 */
const VswNic *
vsw_draft_nic (VswRequest *request, VswNicKind kind, const char *name, const VswSettings *settings,
               VswLifetime lifetime, GPtrArray *paths)
{
  VswNic fields = { .nic_kind = kind, .backend = VSW_BACKEND_VETH };

  return take_nic (request, fields, name, settings, lifetime, paths, NULL, NULL);
}

/**
 * vsw_draft_guest_nic:
 * @request: a request
 * @kind: which kind of NIC
 * @backend: what it is made of
 * @settings: what the caller gave, its name among it
 * @lifetime: unless the caller gave one
 * @target: (nullable): the network namespace that the far end is born in; %NULL: ours
 * @interface: (nullable): its name there
 *
 * Adds the change that makes a NIC for a guest. Thread: main.
 *
 * Returns: (transfer none): the draft, as long as the request
 */
const VswNic *
vsw_draft_guest_nic (VswRequest *request, VswNicKind kind, VswBackend backend, const VswSettings *settings,
                     VswLifetime lifetime, VswNamespace *target, const char *interface)
{
  VswNic fields = { .nic_kind = kind, .backend = backend };

  return take_nic (request, fields, settings->name, settings, lifetime, request->more_paths, target, interface);
}

/**
 * vsw_draft_plug:
 * @request: a request
 * @home: the switch
 * @nic: the draft of a NIC of this request
 *
 * Adds the changes that make a port for the NIC, of the same name and lifetime, and plug the one into the other. Thread: main.
 */
void
vsw_draft_plug (VswRequest *request, const VswSwitch *home, const VswNic *nic)
{
  g_autofree char *id = vsw_id_new ();
  VswPort fields = { 0 };

  fields.head = nic->head;
  fields.head.kind = VSW_KIND_PORT;
  fields.head.id = id;
  fields.head.description = "";
  fields.made_for = nic->head.id;
  take_port (request, home, &fields, NULL);

  vsw_request_take_change (request, vsw_change_connect (id, nic->head.id));
}

/**
 * vsw_draft_system:
 * @request: a request
 * @name: name of the virtual system, checked
 * @settings: what the caller gave
 * @machine: (nullable): name of its machine in systemd-machined
 *
 * Adds the change that makes a virtual system. Thread: main.
 */
void
vsw_draft_system (VswRequest *request, const char *name, const VswSettings *settings, const char *machine)
{
  g_autofree char *id = vsw_id_new ();
  guint given = vsw_settings_get_given (settings) | (machine != NULL ? VSW_GIVEN_MACHINE : 0);
  VswSystem fields = { .machine = machine };

  fields.head = vsw_request_begin_draft (request, VSW_KIND_SYSTEM, id, name, settings, VSW_LIFETIME_PERSISTENT);

  vsw_request_add_detail (request, "system", name);
  g_ptr_array_add (request->paths, vsw_path_new_system (name));
  g_autoptr (VswSystem) draft = vsw_system_new (&fields);
  vsw_request_take_change (request, vsw_change_create (draft, given, NULL, NULL));
}

/**
 * vsw_draft_setting:
 * @request: a request
 * @system: the virtual system
 * @settings: what the caller gave, its name among it
 * @connection_id: (nullable): id of the switch or switch port that the caller gave
 *
 * Adds the change that makes a setting of a system. Thread: main.
 */
void
vsw_draft_setting (VswRequest *request, const VswSystem *system, const VswSettings *settings, const char *connection_id)
{
  g_autofree char *id = vsw_id_new ();
  g_autofree char *endpoint = g_strdup_printf ("%s-%s", system->head.name, settings->name);
  VswSetting fields = { .system_id = system->head.id, .nic_kind = VSW_NIC_SYNTHETIC };

  fields.head =
      vsw_request_begin_draft (request, VSW_KIND_SETTING, id, settings->name, settings, system->head.lifetime);
  if (vsw_settings_has (settings, VSW_KEY_SUB_TYPE))
    fields.nic_kind = settings->kind;
  fields = vsw_draft_apply_setting (fields, settings, connection_id);

  vsw_request_add_detail (request, "endpoint", endpoint);
  vsw_request_note_detail (request, "endpoint-kind", vsw_nic_kind_print (fields.nic_kind));
  g_ptr_array_add (request->paths, vsw_path_new_setting (system->head.name, settings->name));
  take_draft (request, (VswValue *)vsw_setting_new (&fields), settings, NULL, NULL);
}

/**
 * vsw_draft_delete:
 * @request: a call of Delete
 * @kind: of the object
 * @id: of the object
 * @error: INVALID_ARGUMENT
 *
 * Makes the removal of the object, with the options of the call, the change of the request. Thread: any.
 *
 * Returns: %FALSE if the options are wrong
 */
gboolean
vsw_draft_delete (VswRequest *request, VswKind kind, const char *id, GError **error)
{
  VswSettings options;

  if (!vsw_request_get_options (request, VSW_KEYS_DELETE, &options, error))
    return FALSE;

  vsw_request_take_change (request, vsw_change_delete (kind, id, options.force));
  return TRUE;
}

/* --- checks --- */

/**
 * vsw_draft_check_batch:
 * @request: a request
 * @n: entries that the caller gave
 * @error: INVALID_ARGUMENT for none, QUOTA_EXCEEDED for too many
 *
 * Thread: main.
 *
 * Returns: whether one call may make so many
 */
gboolean
vsw_draft_check_batch (VswRequest *request, gsize n, GError **error)
{
  guint32 limit = vsw_model_get_rules (vsw_engine_get_model (request->scene->engine))->max_batch;

  if (n == 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the list is empty");
      return FALSE;
    }
  if (n > limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED,
                   "%" G_GSIZE_FORMAT " entries in one call, the limit is %u", n, limit);
      return FALSE;
    }

  return TRUE;
}

/**
 * vsw_draft_name_entry:
 * @position: of the entry, from 0
 * @n: how many there are
 * @error: why it was refused
 *
 * Thread: any.
 */
void
vsw_draft_name_entry (gsize position, gsize n, GError **error)
{
  if (n > 1)
    g_prefix_error (error, "entry %" G_GSIZE_FORMAT ": ", position);
}

/**
 * vsw_draft_check_named:
 * @settings: what a caller gave for something that needs a name
 * @error: INVALID_ARGUMENT
 *
 * Thread: any.
 *
 * Returns: whether there is one
 */
gboolean
vsw_draft_check_named (const VswSettings *settings, GError **error)
{
  if (vsw_settings_has (settings, VSW_KEY_NAME))
    return TRUE;

  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "key '%s' is missing", vsw_key_print (VSW_KEY_NAME));
  return FALSE;
}

/**
 * vsw_draft_get_nic:
 * @request: a request
 * @position: which argument, an object path
 * @ret_view: (out): the NIC
 * @error: NOT_FOUND; INVALID_ARGUMENT for one of the host's
 *
 * The NIC of ours that an argument names. Thread: main.
 *
 * Returns: %FALSE if it names none
 */
gboolean
vsw_draft_get_nic (VswRequest *request, gsize position, VswView *ret_view, GError **error)
{
  const char *path = vsw_request_get_text (request, position);

  if (vsw_view_find (request->scene, path, ret_view) && ret_view->kind == VSW_VIEW_EXTERNAL)
    {
      g_autofree char *name =
          ret_view->nic != NULL ? g_strdup (ret_view->nic->head.name) : vsw_text_escape (ret_view->link->name);

      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "%s is an external Ethernet port: it belongs to the host, and vmswitchctl external bind and unbind "
                   "are for it",
                   name);
      return FALSE;
    }

  return vsw_request_get_object (request, position, VSW_VIEW_NIC, "endpoint", ret_view, error);
}
