/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a setting becomes: a NIC called SYSTEM-SETTING, in the port that the setting names, or in one made for it on the switch
 * that it names. Each follows the other: the NIC what of the setting can be changed while it is there, the setting what is done to the
 * NIC and is to be the same when it comes back. */
#include "model/facts.h"
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

/* It was free when the setting got it, but a device that is not ours may have come with it since. */
static gboolean
check_mac (VswResolver *self, const VswSetting *setting, GError **error)
{
  const VswLink *other = vsw_links_find_foreign_mac (self->links, setting->mac);
  char text[VSW_MAC_TEXT_SIZE];
  if (other == NULL)
    return TRUE;
  g_autofree char *name = vsw_text_escape (other->name);
  g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "MAC address %s is by now that of device %s",
               vsw_mac_print (setting->mac, text), name);
  return FALSE;
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
  if (!vsw_resolve_nic_has_room (self, name, setting->head.id, value.head.owner, error)
      || !check_mac (self, setting, error))
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

/* Its NIC goes, to come back as it is now: where somebody has plugged it in meanwhile, or not at all. */
void
vsw_resolve_remember (VswResolver *self, const VswSetting *setting)
{
  const VswNic *nic = vsw_model_find_nic_of_setting (self->model, setting->head.id);
  const char *place = nic != NULL ? vsw_facts_get_place (self->model, nic) : NULL;
  VswSetting value = *setting;
  if (nic == NULL)
    return;
  value.automatic = place != NULL || (setting->automatic && setting->connection_id == NULL);
  if (place != NULL)
    value.connection_id = place;
  g_autoptr (VswSetting) new = vsw_setting_new (&value);
  vsw_resolver_put (self, setting, new, NULL);
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
  value.head.description = setting->head.description;
  value.mtu = setting->mtu;
  if (vsw_mac_equal (nic->mac, setting->mac))
    value.static_mac = setting->static_mac;
  if (parent != NULL && !vsw_resolve_mtu_fits (&value, parent->mtu, parent->head.name, error))
    return FALSE;
  g_autoptr (VswNic) new = vsw_nic_new (&value);
  vsw_resolver_put (self, nic, new, NULL);
  return TRUE;
}

/* Whoever says where it is to be, or that it is to be plugged in there, means the NIC as well, wherever that is and whatever the setting said
 * before. */
static gboolean
has_to_move (VswResolver *self, const VswNic *nic, const VswSetting *setting, guint given)
{
  gboolean is_said = (given & VSW_GIVEN_CONNECTION) != 0
                     || ((given & VSW_GIVEN_AUTOMATIC) != 0 && setting->connection_id != NULL);
  return is_said && setting->automatic
         && g_strcmp0 (vsw_facts_get_place (self->model, nic), setting->connection_id) != 0;
}

/* Where it is plugged in, its description, and its MTU: the one that it has meanwhile has to fit there too, so a smaller one comes first and a
 * larger one last. The rest waits until the system is enabled again. */
gboolean
vsw_resolve_follow (VswResolver *self, const VswSetting *setting, guint given, GError **error)
{
  const VswNic *nic = vsw_model_find_nic_of_setting (self->model, setting->head.id);
  if (nic == NULL)
    return TRUE;
  g_autofree char *nic_id = g_strdup (nic->head.id);
  gboolean shrinks = setting->mtu < nic->mtu;
  gboolean moves = has_to_move (self, nic, setting, given);
  return (!shrinks || follow_values (self, nic_id, setting, error))
         && (!moves || reconnect (self, nic_id, setting, error)) && follow_values (self, nic_id, setting, error);
}

/* What somebody has changed of the NIC itself it has when it comes back, too. */
void
vsw_resolve_be_followed (VswResolver *self, const VswNic *nic, guint given)
{
  const VswSetting *setting = nic->setting_id != NULL ? vsw_model_get_setting (self->model, nic->setting_id) : NULL;
  if (setting == NULL)
    return;
  VswSetting value = *setting;
  if (given & VSW_GIVEN_DESCRIPTION)
    value.head.description = nic->head.description;
  if (given & VSW_GIVEN_MTU)
    value.mtu = nic->mtu;
  if (given & VSW_GIVEN_MAC)
    {
      value.mac = nic->mac;
      value.static_mac = nic->static_mac;
    }
  g_autoptr (VswSetting) new = vsw_setting_new (&value);
  vsw_resolver_put (self, setting, new, NULL);
}
