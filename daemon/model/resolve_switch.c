/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/resolve.h"

#define HOLDERS_NAMED 3 /* in the message; the rest is counted */

static gboolean
check_numbers (const VswSwitch *value, GError **error)
{
  if (value->mtu < VSW_MTU_MIN || value->mtu > VSW_MTU_MAX)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "MTU %u is outside %d to %d octets", value->mtu,
                   VSW_MTU_MIN, VSW_MTU_MAX);
      return FALSE;
    }
  if (value->ageing < VSW_AGEING_MIN || value->ageing > VSW_AGEING_MAX)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "ageing time %u is outside %d to %d seconds",
                   value->ageing, VSW_AGEING_MIN, VSW_AGEING_MAX);
      return FALSE;
    }
  return TRUE;
}

static void
take_given (VswSwitch *value, const VswSwitch *draft, guint given)
{
  if (given & VSW_GIVEN_DESCRIPTION)
    value->head.description = draft->head.description;
  if (given & VSW_GIVEN_MTU)
    value->mtu = draft->mtu;
  if (given & VSW_GIVEN_AGEING)
    value->ageing = draft->ageing;
  if (given & VSW_GIVEN_MAX_LEARNED)
    value->max_learned = draft->max_learned;
  if (given & VSW_GIVEN_SPANNING_TREE)
    value->spanning_tree = !!draft->spanning_tree;
  if (given & VSW_GIVEN_MULTICAST_SNOOPING)
    value->multicast_snooping = !!draft->multicast_snooping;
  if (given & VSW_GIVEN_SHARED)
    value->shared = !!draft->shared;
}

static gboolean
check_room (VswResolver *self, const char *name, guint32 owner, GError **error)
{
  guint used = g_hash_table_size (self->model->switches), limit = self->model->rules->max_switches;
  if (vsw_model_find_switch (self->model, name) != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "there is a switch called %s already", name);
      return FALSE;
    }
  if (used >= limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED, "too many switches: %u used, limit %u", used, limit);
      return FALSE;
    }
  return vsw_resolve_within_quota (self, VSW_KIND_SWITCH, owner, self->model->rules->max_switches_per_user, error);
}

gboolean
vsw_resolve_create_switch (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSwitch *draft = (const VswSwitch *)change->draft;
  VswSwitch value = { .head = draft->head, .mtu = VSW_MTU_DEFAULT, .ageing = VSW_AGEING_DEFAULT };
  value.head.description = "";
  take_given (&value, draft, change->given);
  if (!vsw_resolve_lifetime_is_plain (value.head.lifetime, error)
      || !check_room (self, value.head.name, value.head.owner, error) || !check_numbers (&value, error))
    return FALSE;
  if (change->given & VSW_GIVEN_MAC)
    {
      if (!vsw_pool_check_static (self->model, self->links, draft->mac, error))
        return FALSE;
      value.mac = draft->mac;
    }
  else
    value.mac = vsw_pool_derive (self->model, self->links, value.head.id);
  vsw_devices_choose (self->model, self->links, VSW_DEVICE_PREFIX "-", value.head.name, value.head.id, value.device);
  g_autoptr (VswSwitch) new = vsw_switch_new (&value);
  vsw_resolver_put (self, NULL, new, NULL);
  return TRUE;
}

/* A NIC that asks for more than the switch will have would stay behind with frames that nobody forwards. */
static gboolean
check_connected (VswResolver *self, const VswSwitch *value, GError **error)
{
  GHashTableIter iter;
  gpointer port;
  g_hash_table_iter_init (&iter, vsw_model_get_ports_of (self->model, value->head.id));
  while (g_hash_table_iter_next (&iter, NULL, &port))
    {
      const char *nic_id = ((const VswPort *)port)->nic_id;
      const VswNic *nic = nic_id != NULL ? vsw_model_get_nic (self->model, nic_id) : NULL;
      if (nic != NULL
          && (!vsw_resolve_mtu_fits (nic, value->mtu, value->head.name, error)
              || !vsw_resolve_mtu_serves_host (self, nic, nic->mtu != 0 ? nic->mtu : value->mtu, error)))
        return FALSE;
    }
  return TRUE;
}

gboolean
vsw_resolve_modify_switch (VswResolver *self, const VswChange *change, GError **error)
{
  const VswSwitch *old = vsw_resolver_get_switch (self, change->id, error);
  if (old == NULL)
    return FALSE;
  if (change->given & (VSW_GIVEN_MAC | VSW_GIVEN_LIFETIME | VSW_GIVEN_QUEUES))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "%s of a switch cannot be changed",
                   change->given & VSW_GIVEN_MAC        ? "MAC address"
                   : change->given & VSW_GIVEN_LIFETIME ? "lifetime"
                                                        : "number of queues");
      return FALSE;
    }
  VswSwitch value = *old;
  take_given (&value, (const VswSwitch *)change->draft, change->given);
  if (!check_numbers (&value, error) || (value.mtu < old->mtu && !check_connected (self, &value, error)))
    return FALSE;
  g_autoptr (VswSwitch) new = vsw_switch_new (&value);
  vsw_resolver_put (self, old, new, NULL);
  return TRUE;
}

static int
compare_ports (gconstpointer a, gconstpointer b)
{
  const VswPort *one = *(const VswPort *const *)a, *other = *(const VswPort *const *)b;
  return g_strcmp0 (one->head.name, other->head.name);
}

/* (transfer full) (element-type VswPort), by name */
static GPtrArray *
list_ports (VswResolver *self, const char *switch_id)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (vsw_value_unref);
  GHashTableIter iter;
  gpointer port;
  g_hash_table_iter_init (&iter, vsw_model_get_ports_of (self->model, switch_id));
  while (g_hash_table_iter_next (&iter, NULL, &port))
    g_ptr_array_add (list, vsw_value_ref (port));
  g_ptr_array_sort (list, compare_ports);
  return list;
}

static void
set_in_use (const VswSwitch *value, GPtrArray *ports, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < ports->len && i < HOLDERS_NAMED; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", ((const VswPort *)ports->pdata[i])->head.name);
  if (ports->len > HOLDERS_NAMED)
    g_string_append_printf (names, " and %u more", ports->len - HOLDERS_NAMED);
  g_set_error (error, VSW_ERROR, VSW_ERROR_IN_USE, "switch %s has %u port%s: %s", value->head.name, ports->len,
               ports->len == 1 ? "" : "s", names->str);
}

gboolean
vsw_resolve_delete_switch (VswResolver *self, const VswChange *change, GError **error)
{
  VswSwitch *found = vsw_resolver_get_switch (self, change->id, error);
  if (found == NULL)
    return FALSE;
  g_autoptr (VswSwitch) value = vsw_value_ref (found);
  g_autoptr (GPtrArray) ports = list_ports (self, value->head.id);
  if (ports->len > 0 && !change->force)
    {
      set_in_use (value, ports, error);
      return FALSE;
    }
  const VswNic *uplink = vsw_model_find_uplink_of (self->model, value->head.id);
  if (uplink != NULL && !vsw_resolve_is_not_hosting (self, uplink->head.id, error))
    return FALSE;
  if (!vsw_resolve_leave_settings (self, value->head.id, change->force, error))
    return FALSE;
  for (guint i = 0; i < ports->len; i++)
    {
      const char *id = ((const VswPort *)ports->pdata[i])->head.id;
      vsw_resolve_leave_settings (self, id, TRUE, NULL);
      /* With the NIC of an earlier one it may have gone. */
      if (vsw_model_get_port (self->model, id) != NULL)
        vsw_resolve_drop_port (self, vsw_model_get_port (self->model, id));
    }
  vsw_resolver_put (self, value, NULL, NULL);
  return TRUE;
}
