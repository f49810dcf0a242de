/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake_uplink.h"

#include "support/fake_ip.h"
#include "support/fake_rules.h"

static gboolean
add_divert (FakeLink *link, FakeLink *far, const VswOp *op, GError **error)
{
  if (far == NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "no device %s (index %u)", op->far.name, op->far.index);
      return FALSE;
    }
  fake_link_set_text (&link->diverted, far->is.name);
  return TRUE;
}

static gboolean
add_host (FakeState *self, FakeLink *link, const VswOp *op, GError **error)
{
  const FakeAddress *present;

  if (link->bridge == NULL || !link->bridge->is.is_bridge)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_SUPPORTED, "%s is no bridge port", link->is.name);
      return FALSE;
    }
  if (!fake_check_mac (op->mac, error))
    return FALSE;
  present = fake_find_address (link->bridge, op->mac);
  if (present == NULL || !present->is_static || present->port != link)
    fake_set_address (self, link, op->mac, TRUE);
  return TRUE;
}

static void
delete_host (FakeState *self, FakeLink *link, const VswOp *op)
{
  const FakeAddress *present = NULL;

  if (link != NULL && link->bridge != NULL && link->bridge->is.is_bridge)
    present = fake_find_address (link->bridge, op->mac);
  if (present != NULL && present->is_static && present->port == link)
    fake_drop_address (self, link, op->mac);
}

static gboolean
apply_to_link (FakeState *self, const VswOp *op, FakeLink *link, FakeLink *far, GError **error)
{
  switch ((int)op->kind)
    {
    case VSW_OP_IP_PREPARE:
      return fake_ip_prepare (self, link, op->ip, error);
    case VSW_OP_IP_MOVE:
      return fake_ip_move (self, link, far, op, error);
    case VSW_OP_IP_TAKE:
      return fake_ip_take (self, link, op->ip, error);
    case VSW_OP_IP_GIVE:
      return fake_ip_give (self, link, op, error);
    case VSW_OP_DIVERT_ADD:
      return add_divert (link, far, op, error);
    case VSW_OP_HOST_ADD:
      return add_host (self, link, op, error);
    }
  g_return_val_if_reached (FALSE);
}

gboolean
fake_uplink_apply (FakeState *self, const VswOp *op, FakeLink *link, FakeLink *far, GError **error)
{
  /* what undoes is content with nothing to undo */
  if (op->kind == VSW_OP_IP_FORGET)
    return fake_ip_forget (link, op->ip, error);
  if (op->kind == VSW_OP_HOST_DELETE)
    {
      delete_host (self, link, op);
      return TRUE;
    }
  if (op->kind == VSW_OP_DIVERT_DELETE)
    {
      if (link != NULL)
        fake_link_set_text (&link->diverted, NULL);
      return TRUE;
    }

  if (link != NULL)
    return apply_to_link (self, op, link, far, error);
  g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "no device %s (index %u)", op->device.name, op->device.index);
  return FALSE;
}
