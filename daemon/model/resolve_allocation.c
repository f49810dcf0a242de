/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a setting becomes: a NIC called SYSTEM-SETTING, in the port that the setting names, or in one made for it on the switch
 * that it names. */
#include "model/resolve.h"

static gboolean
connect (VswResolver *self, const VswNic *nic, const VswSetting *setting, GError **error)
{
  if (setting->connection_id == NULL || !setting->automatic)
    return TRUE;
  const VswPort *port = vsw_model_get_port (self->model, setting->connection_id);
  if (port != NULL)
    return vsw_resolve_plug (self, nic, port, error);
  return vsw_resolve_plug_new (self, nic, vsw_model_get_switch (self->model, setting->connection_id), error);
}

/* A tap waits until it is opened, and goes with its last descriptor; a pair of devices stays until the system is off. */
gboolean
vsw_resolve_allocate (VswResolver *self, const VswSetting *setting, GError **error)
{
  const VswSystem *system = vsw_model_get_system (self->model, setting->system_id);
  g_autofree char *name = g_strdup_printf ("%s-%s", system->head.name, setting->head.name);
  g_autofree char *id = vsw_id_new ();
  VswNic value = { .head = { .kind = VSW_KIND_NIC,
                             .id = id,
                             .name = name,
                             .description = setting->head.description,
                             .owner = system->head.owner,
                             .created = g_get_real_time () },
                   .nic_kind = setting->nic_kind,
                   .backend = setting->backend,
                   .setting_id = setting->head.id,
                   .mac = setting->mac,
                   .static_mac = setting->static_mac,
                   .mtu = setting->mtu,
                   .queues = setting->queues };
  value.head.lifetime = setting->backend == VSW_BACKEND_TAP ? VSW_LIFETIME_DESCRIPTOR : VSW_LIFETIME_RUNTIME;
  if (!vsw_resolve_nic_has_room (self, name, value.head.owner, error))
    return FALSE;
  vsw_resolve_put_nic (self, &value, NULL, NULL);
  return connect (self, vsw_model_get_nic (self->model, id), setting, error);
}

void
vsw_resolve_free (VswResolver *self, const VswSetting *setting)
{
  VswNic *nic = vsw_model_find_nic_of_setting (self->model, setting->head.id);
  if (nic != NULL)
    vsw_resolve_drop_nic (self, nic);
}

/* A port that was made for the NIC moves along, so that it stays the same object. */
static gboolean
reconnect (VswResolver *self, const char *nic_id, const VswSetting *setting, GError **error)
{
  const VswSwitch *target =
      setting->connection_id != NULL ? vsw_model_get_switch (self->model, setting->connection_id) : NULL;
  const VswPort *port = vsw_model_find_port_of_nic (self->model, nic_id);
  gboolean is_own = port != NULL && g_strcmp0 (port->made_for, nic_id) == 0;
  if (is_own && target != NULL)
    return g_str_equal (port->switch_id, target->head.id) || vsw_resolve_move_port (self, port, target, error);
  vsw_resolve_leave_port (self, nic_id);
  return connect (self, vsw_model_get_nic (self->model, nic_id), setting, error);
}

/* What is no matter of how it was made. */
static gboolean
follow_values (VswResolver *self, const char *nic_id, const VswSetting *setting, GError **error)
{
  const VswNic *nic = vsw_model_get_nic (self->model, nic_id);
  const VswPort *port = vsw_model_find_port_of_nic (self->model, nic_id);
  const VswSwitch *parent = port != NULL ? vsw_model_get_switch (self->model, port->switch_id) : NULL;
  VswNic value = *nic;
  value.mtu = setting->mtu;
  if (vsw_mac_equal (nic->mac, setting->mac))
    value.static_mac = setting->static_mac;
  if (parent != NULL && !vsw_resolve_mtu_fits (&value, parent->mtu, parent->head.name, error))
    return FALSE;
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_put (self, nic, new, NULL);
  return TRUE;
}

/* Where it is plugged in, and its MTU: the one that it has meanwhile has to fit there too, so a smaller one comes first and a larger one last.
 * The rest waits until the system is enabled again. */
gboolean
vsw_resolve_follow (VswResolver *self, const VswSetting *before, const VswSetting *setting, GError **error)
{
  const VswNic *nic = vsw_model_find_nic_of_setting (self->model, setting->head.id);
  if (nic == NULL)
    return TRUE;
  g_autofree char *nic_id = g_strdup (nic->head.id);
  gboolean shrinks = setting->mtu < nic->mtu;
  gboolean moves = setting->automatic && g_strcmp0 (before->connection_id, setting->connection_id) != 0;
  return (!shrinks || follow_values (self, nic_id, setting, error))
         && (!moves || reconnect (self, nic_id, setting, error)) && follow_values (self, nic_id, setting, error);
}
