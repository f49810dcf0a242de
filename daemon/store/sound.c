/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/sound.h"

#include "model/nic.h"
#include "model/setting.h"
#include "model/switch.h"
#include "model/system.h"

static gboolean
refuse (GError **error, const char *reason)
{
  g_set_error_literal (error, VSW_ERROR, VSW_ERROR_STORE, reason);
  return FALSE;
}

/* Of NICs and settings alike. */
static gboolean
check_make (VswNicKind kind, VswBackend backend, guint32 queues, GError **error)
{
  if ((kind == VSW_NIC_EXTERNAL) != (backend == VSW_BACKEND_HARDWARE)
      || (kind == VSW_NIC_INTERNAL && backend != VSW_BACKEND_VETH)
      || (kind == VSW_NIC_EMULATED && backend != VSW_BACKEND_TAP))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_STORE, "kind %s with backend %s", vsw_nic_kind_print (kind),
                   vsw_backend_print (backend));
      return FALSE;
    }
  if (kind == VSW_NIC_EMULATED && queues != 1)
    return refuse (error, "kind emulated with more than one queue");
  return TRUE;
}

static gboolean
check_external (const VswNic *self, GError **error)
{
  if (self->peer[0] != '\0' || self->placed_as[0] != '\0')
    return refuse (error, "external endpoint with a far end");
  if (self->opened || self->head.lifetime == VSW_LIFETIME_DESCRIPTOR)
    return refuse (error, "external endpoint with descriptors");
  if (self->setting_id != NULL || self->queues != 1)
    return refuse (error, "external endpoint of a virtual system, or with queues");
  return TRUE;
}

static gboolean
check_nic (const VswNic *self, GError **error)
{
  gboolean is_tap = self->backend == VSW_BACKEND_TAP;

  if (!check_make (self->nic_kind, self->backend, self->queues, error))
    return FALSE;
  if ((self->nic_kind == VSW_NIC_EXTERNAL) != (self->uplink != NULL))
    return refuse (error, "endpoint that is external and is known by nothing, or the other way round");
  if (self->nic_kind == VSW_NIC_EXTERNAL)
    return check_external (self, error);
  if (is_tap != (self->peer[0] == '\0'))
    return refuse (error, is_tap ? "tap with a peer" : "veth without a peer");
  if (is_tap && self->placed_as[0] != '\0')
    return refuse (error, "tap in another namespace");
  if (!is_tap && self->opened)
    return refuse (error, "veth whose descriptors were handed out");
  if (!is_tap && self->head.lifetime == VSW_LIFETIME_DESCRIPTOR)
    return refuse (error, "veth of lifetime descriptor");
  if (self->setting_id && self->nic_kind == VSW_NIC_INTERNAL)
    return refuse (error, "internal endpoint of a virtual system");
  return TRUE;
}

static gboolean
check_system (const VswSystem *self, GError **error)
{
  if (self->machine_since != 0 && (self->state != VSW_SYSTEM_ENABLED || self->machine[0] == '\0'))
    return refuse (error, "machine seen of a system that is off, or that follows none");
  return TRUE;
}

static gboolean
check_setting (const VswSetting *self, GError **error)
{
  if (self->nic_kind == VSW_NIC_INTERNAL || self->nic_kind == VSW_NIC_EXTERNAL)
    return refuse (error, "setting of kind internal or external");
  return check_make (self->nic_kind, self->backend, self->queues, error);
}

gboolean
vsw_sound_check (const VswValue *value, GError **error)
{
  switch (value->kind)
    {
    case VSW_KIND_NIC:
      return check_nic ((const VswNic *)value, error);
    case VSW_KIND_SYSTEM:
      return check_system ((const VswSystem *)value, error);
    case VSW_KIND_SETTING:
      return check_setting ((const VswSetting *)value, error);
    case VSW_KIND_SWITCH:
    case VSW_KIND_PORT:
    case VSW_KIND_CHECKPOINT:
      break;
    }
  return TRUE;
}

static gboolean
check_mtu (guint32 mtu, gboolean may_be_none, GError **error)
{
  return (may_be_none && mtu == 0) || (mtu >= VSW_MTU_MIN && mtu <= VSW_MTU_MAX) || refuse (error, "MTU out of range");
}

static gboolean
check_queues (guint32 queues, GError **error)
{
  return (queues >= 1 && queues <= VSW_QUEUES_MAX) || refuse (error, "queues out of range");
}

gboolean
vsw_sound_check_numbers (const VswValue *value, GError **error)
{
  const VswSwitch *on = (const VswSwitch *)value;
  const VswNic *nic = (const VswNic *)value;
  const VswSetting *setting = (const VswSetting *)value;

  switch (value->kind)
    {
    case VSW_KIND_SWITCH:
      return check_mtu (on->mtu, FALSE, error)
             && ((on->ageing >= VSW_AGEING_MIN && on->ageing <= VSW_AGEING_MAX)
                 || refuse (error, "ageing time out of range"));
    case VSW_KIND_NIC:
      return check_mtu (nic->mtu, TRUE, error) && check_queues (nic->queues, error);
    case VSW_KIND_SETTING:
      return check_mtu (setting->mtu, TRUE, error) && check_queues (setting->queues, error);
    case VSW_KIND_PORT:
    case VSW_KIND_SYSTEM:
    case VSW_KIND_CHECKPOINT:
      break;
    }
  return TRUE;
}
