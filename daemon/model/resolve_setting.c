/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/resolve.h"

#include <string.h>

/* What may be changed; kind of NIC and name are what a setting is. */
#define CHANGEABLE                                                                                                     \
  (VSW_GIVEN_DESCRIPTION | VSW_GIVEN_MAC | VSW_GIVEN_DYNAMIC_MAC | VSW_GIVEN_MTU | VSW_GIVEN_QUEUES                    \
   | VSW_GIVEN_BACKEND | VSW_GIVEN_CONNECTION | VSW_GIVEN_AUTOMATIC)

/* --- checks --- */

static gboolean
check_room (VswResolver *self, const VswSystem *system, const char *name, GError **error)
{
  GHashTable *siblings = vsw_model_get_settings_of (self->model, system->head.id);
  guint used = g_hash_table_size (siblings), limit = self->model->rules->max_settings;
  g_autofree char *nic_name = g_strdup_printf ("%s-%s", system->head.name, name);
  gsize length = strlen (nic_name);
  if (g_hash_table_contains (siblings, name))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "system %s has a setting called %s already", system->head.name,
                   name);
      return FALSE;
    }
  if (used >= limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "system %s has too many settings: %u used, limit %u",
                   system->head.name, used, limit);
      return FALSE;
    }
  if (length > VSW_NAME_MAX)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "its endpoint would be called %s, which has %" G_GSIZE_FORMAT " characters, limit %d", nic_name,
                   length, VSW_NAME_MAX);
      return FALSE;
    }
  return vsw_resolve_nic_name_is_free (self, nic_name, NULL, error);
}

/* A port that goes with some other NIC is no place to come back to. */
static gboolean
check_connection (VswResolver *self, const char *id, GError **error)
{
  const VswPort *port = id != NULL ? vsw_model_get_port (self->model, id) : NULL;
  if (port != NULL && port->made_for != NULL)
    {
      g_set_error (
          error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
          "port %s goes with the endpoint that is plugged into it; name the switch, or a port that was made to stay",
          port->head.name);
      return FALSE;
    }
  if (id == NULL || port != NULL || vsw_model_get_switch (self->model, id) != NULL)
    return TRUE;
  g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no switch or port with the id %s", id);
  return FALSE;
}

static gboolean
check_values (VswResolver *self, const VswSetting *value, GError **error)
{
  if (value->nic_kind == VSW_NIC_INTERNAL)
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                           "a setting is of kind synthetic or emulated, an internal endpoint is the host's");
      return FALSE;
    }
  return vsw_resolve_backend_fits (value->nic_kind, value->backend, error)
         && vsw_resolve_nic_numbers (value->mtu, value->queues, value->nic_kind, error)
         && check_connection (self, value->connection_id, error);
}

static gboolean
choose_mac (VswResolver *self, VswSetting *value, const VswSetting *draft, guint given, GError **error)
{
  const VswNic *nic = vsw_model_find_nic_of_setting (self->model, value->head.id);
  if (!(given & VSW_GIVEN_MAC))
    {
      value->static_mac = FALSE;
      return vsw_pool_take (self->model, self->links, value->head.id, &value->mac, error);
    }
  /* Its own NIC may still have the one that it shall have again. */
  if ((nic == NULL || !vsw_mac_equal (draft->mac, nic->mac))
      && !vsw_pool_check_static (self->model, self->links, draft->mac, error))
    return FALSE;
  value->mac = draft->mac;
  value->static_mac = TRUE;
  return TRUE;
}

static void
take_given (VswSetting *value, const VswSetting *draft, guint given)
{
  if (given & VSW_GIVEN_DESCRIPTION)
    value->head.description = draft->head.description;
  if (given & VSW_GIVEN_MTU)
    value->mtu = draft->mtu;
  if (given & VSW_GIVEN_QUEUES)
    value->queues = draft->queues;
  if (given & VSW_GIVEN_BACKEND)
    value->backend = draft->backend;
  if (given & VSW_GIVEN_CONNECTION)
    value->connection_id = draft->connection_id;
  if (given & VSW_GIVEN_AUTOMATIC)
    value->automatic = !!draft->automatic;
}

/* --- changes --- */

/* With a running system the NIC comes at once, so that it can be plugged into the machine. */
gboolean
vsw_resolve_create_setting (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSetting *draft = (const VswSetting *)change->draft;
  const VswSystem *system = vsw_resolver_get_system (self, draft->system_id, error);
  if (system == NULL || !check_room (self, system, draft->head.name, error))
    return FALSE;
  VswSetting value = { .head = draft->head,
                       .system_id = draft->system_id,
                       .nic_kind = draft->nic_kind,
                       .backend = VSW_BACKEND_TAP,
                       .queues = 1,
                       .automatic = TRUE };
  value.head.description = "";
  value.head.lifetime = system->head.lifetime;
  value.head.owner = system->head.owner;
  value.head.holder = NULL;
  take_given (&value, draft, change->given);
  if (!check_values (self, &value, error) || !choose_mac (self, &value, draft, change->given, error))
    return FALSE;
  gboolean is_running = system->state == VSW_SYSTEM_ENABLED;
  g_autoptr (VswSetting) new = vsw_setting_new (&value);
  vsw_resolver_put (self, NULL, new, NULL);
  return !is_running || vsw_resolve_allocate (self, new, error);
}

gboolean
vsw_resolve_modify_setting (VswResolver *self, const VswChange *change, GError **error)
{
  VswSetting *found = vsw_resolver_get_setting (self, change->id, error);
  if (found == NULL)
    return FALSE;
  if (change->given & ~CHANGEABLE)
    {
      g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                           "name and kind of a setting cannot be changed");
      return FALSE;
    }
  g_autoptr (VswSetting) old = vsw_value_ref (found);
  const VswSetting *draft = (const VswSetting *)change->draft;
  VswSetting value = *old;
  take_given (&value, draft, change->given);
  gboolean wants_other_mac = (change->given & VSW_GIVEN_DYNAMIC_MAC && old->static_mac)
                             || (change->given & VSW_GIVEN_MAC && !vsw_mac_equal (draft->mac, old->mac));
  if (change->given & VSW_GIVEN_MAC)
    value.static_mac = TRUE; /* said so, even of the one that it has */
  if (!check_values (self, &value, error)
      || (wants_other_mac && !choose_mac (self, &value, draft, change->given, error)))
    return FALSE;
  g_autoptr (VswSetting) new = vsw_setting_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  return vsw_resolve_follow (self, new, change->given, error);
}

gboolean
vsw_resolve_delete_setting (VswResolver *self, const VswChange *change, GError **error)
{
  VswSetting *found = vsw_resolver_get_setting (self, change->id, error);
  if (found == NULL)
    return FALSE;
  const VswNic *nic = vsw_model_find_nic_of_setting (self->model, change->id);
  if (nic != NULL && !change->force)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "setting %s is endpoint %s of a running system",
                   found->head.name, nic->head.name);
      return FALSE;
    }
  g_autoptr (VswSetting) setting = vsw_value_ref (found);
  vsw_resolve_free (self, setting);
  vsw_resolver_put (self, setting, NULL, NULL);
  return TRUE;
}

gboolean
vsw_resolve_leave_settings (VswResolver *self, const char *connection_id, gboolean force, GError **error)
{
  g_autoptr (GPtrArray) settings = vsw_model_list_settings_on (self->model, connection_id);
  if (settings->len > 0 && !force)
    {
      const VswSetting *first = settings->pdata[0];
      const VswSystem *system = vsw_model_get_system (self->model, first->system_id);
      const VswValue *connection = vsw_model_get (self->model, connection_id);
      g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "%s %s is the connection of setting %s of system %s%s",
                   vsw_kind_print (connection->kind), connection->name, first->head.name, system->head.name,
                   settings->len > 1 ? ", and of others" : "");
      return FALSE;
    }
  for (guint i = 0; i < settings->len; i++)
    {
      const VswSetting *old = settings->pdata[i];
      VswSetting value = *old;
      value.connection_id = NULL;
      g_autoptr (VswSetting) new = vsw_setting_new (&value);
      vsw_resolver_put (self, old, new, NULL);
    }
  return TRUE;
}
