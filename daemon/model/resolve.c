/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/resolve.h"

void
vsw_resolver_put (VswResolver *self, gconstpointer before, gconstpointer after, VswNamespace *target)
{
  g_autoptr (VswValue) old = before != NULL ? vsw_value_ref (before) : NULL;
  vsw_delta_put (self->delta, old, after, target);
  vsw_model_replace (self->model, old, after);
}

void
vsw_resolver_hand_out (VswResolver *self, gconstpointer before, gconstpointer after, VswHandout *handout)
{
  g_autoptr (VswValue) old = before != NULL ? vsw_value_ref (before) : NULL;
  vsw_delta_put_handout (self->delta, old, after, handout);
  vsw_model_replace (self->model, old, after);
}

void
vsw_resolver_take_ip (VswResolver *self, gconstpointer before, gconstpointer after, const VswIpConfig *ip)
{
  g_autoptr (VswValue) old = vsw_value_ref (before);
  vsw_delta_put_ip (self->delta, old, after, ip);
  vsw_model_replace (self->model, old, after);
}

VswSwitch *
vsw_resolver_get_switch (VswResolver *self, const char *id, GError **error)
{
  VswSwitch *value = vsw_model_get_switch (self->model, id);
  if (value == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no switch with the id %s", id);
  return value;
}

VswPort *
vsw_resolver_get_port (VswResolver *self, const char *id, GError **error)
{
  VswPort *value = vsw_model_get_port (self->model, id);
  if (value == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no port with the id %s", id);
  return value;
}

VswNic *
vsw_resolver_get_nic (VswResolver *self, const char *id, GError **error)
{
  VswNic *value = vsw_model_get_nic (self->model, id);
  if (value == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no endpoint with the id %s", id);
  return value;
}

VswSystem *
vsw_resolver_get_system (VswResolver *self, const char *id, GError **error)
{
  VswSystem *value = vsw_model_get_system (self->model, id);
  if (value == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no system with the id %s", id);
  return value;
}

VswSetting *
vsw_resolver_get_setting (VswResolver *self, const char *id, GError **error)
{
  VswSetting *value = vsw_model_get_setting (self->model, id);
  if (value == NULL)
    g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no setting with the id %s", id);
  return value;
}

gboolean
vsw_resolve_lifetime_is_plain (VswLifetime lifetime, GError **error)
{
  if (lifetime != VSW_LIFETIME_DESCRIPTOR)
    return TRUE;
  g_set_error_literal (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                       "lifetime descriptor is only that of endpoints with backend tap");
  return FALSE;
}

typedef gboolean (*Resolve) (VswResolver *self, const VswChange *change, GError **error);

/* One row a kind of object, for the changes that every kind knows. */
static const struct
{
  Resolve create, modify, delete;
} rows[] = {
  [VSW_KIND_SWITCH] = { vsw_resolve_create_switch, vsw_resolve_modify_switch, vsw_resolve_delete_switch },
  [VSW_KIND_PORT] = { vsw_resolve_create_port, vsw_resolve_modify_port, vsw_resolve_delete_port },
  [VSW_KIND_NIC] = { vsw_resolve_create_nic, vsw_resolve_modify_nic, vsw_resolve_delete_nic },
  [VSW_KIND_SYSTEM] = { vsw_resolve_create_system, vsw_resolve_modify_system, vsw_resolve_delete_system },
  [VSW_KIND_SETTING] = { vsw_resolve_create_setting, vsw_resolve_modify_setting, vsw_resolve_delete_setting },
  [VSW_KIND_CHECKPOINT] = { vsw_resolve_create_checkpoint, vsw_resolve_extend_checkpoint,
                            vsw_resolve_confirm_checkpoint },
};
G_STATIC_ASSERT (G_N_ELEMENTS (rows) == VSW_N_KINDS);

static gboolean
create (VswResolver *self, const VswChange *change, GError **error)
{
  if (vsw_model_get (self->model, change->id) != NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_EXISTS, "the id %s is taken", change->id);
      return FALSE;
    }
  return rows[change->object_kind].create (self, change, error);
}

/* Whether an earlier change of this request has deleted it: the switch took its ports along, and now comes the port's own turn. */
static gboolean
is_deleted_already (VswResolver *self, const char *id)
{
  for (guint i = 0; i < vsw_delta_get_size (self->delta); i++)
    {
      const VswPair *pair = vsw_delta_get (self->delta, i);
      if (pair->after == NULL && g_str_equal (pair->before->id, id))
        return TRUE;
    }
  return FALSE;
}

static gboolean delete (VswResolver *self, const VswChange *change, GError **error)
{
  if (vsw_model_get (self->model, change->id) == NULL && is_deleted_already (self, change->id))
    return TRUE;
  return rows[change->object_kind].delete(self, change, error);
}

static gboolean
resolve_one (VswResolver *self, const VswChange *change, GError **error)
{
  switch (change->kind)
    {
    case VSW_CHANGE_CREATE:
      return create (self, change, error);
    case VSW_CHANGE_MODIFY:
      return rows[change->object_kind].modify (self, change, error);
    case VSW_CHANGE_DELETE:
      return delete (self, change, error);
    case VSW_CHANGE_CONNECT:
      return vsw_resolve_connect (self, change, error);
    case VSW_CHANGE_DISCONNECT:
      return vsw_resolve_disconnect (self, change, error);
    case VSW_CHANGE_MOVE:
      return vsw_resolve_move (self, change, error);
    case VSW_CHANGE_PLACE:
      return vsw_resolve_place (self, change, error);
    case VSW_CHANGE_ADD_ADDRESS:
      return vsw_resolve_add_address (self, change, error);
    case VSW_CHANGE_REMOVE_ADDRESS:
      return vsw_resolve_remove_address (self, change, error);
    case VSW_CHANGE_OPEN:
      return vsw_resolve_open (self, change, error);
    case VSW_CHANGE_STATE:
      return vsw_resolve_state (self, change, error);
    case VSW_CHANGE_BIND:
      return vsw_resolve_bind (self, change, error);
    case VSW_CHANGE_UNBIND:
      return vsw_resolve_unbind (self, change, error);
    case VSW_CHANGE_SETUP:
      return vsw_resolve_setup (self, change, error);
    case VSW_CHANGE_TEARDOWN:
      return vsw_resolve_teardown (self, change, error);
    case VSW_CHANGE_ADOPT:
      return vsw_resolve_adopt (self, change, error);
    case VSW_CHANGE_CONFIRM_WITHIN:
      return TRUE; /* at the end: vsw_resolve_log() */
    case VSW_CHANGE_ROLLBACK:
      return vsw_resolve_rollback (self, change, error);
    case VSW_CHANGE_FORGET_HOLDER:
      vsw_resolve_forget_holder (self, change);
      return TRUE;
    }
  g_return_val_if_reached (FALSE);
}

static guint
count_kind (GPtrArray *changes, const VswChange *like)
{
  guint n = 0;
  for (guint i = 0; i < changes->len; i++)
    {
      const VswChange *change = changes->pdata[i];
      n += change->kind == like->kind && change->object_kind == like->object_kind;
    }
  return n;
}

/* In a batch the caller has to be told which entry it was. */
static void
name_entry (VswModel *model, GPtrArray *changes, const VswChange *change, GError **error)
{
  if (count_kind (changes, change) < 2)
    return;
  const VswValue *value =
      change->draft != NULL && change->kind == VSW_CHANGE_CREATE ? change->draft : vsw_model_get (model, change->id);
  g_prefix_error (error, "%s %s: ", vsw_kind_print (change->object_kind), value != NULL ? value->name : change->id);
}

static gboolean
check_batch (VswModel *self, GPtrArray *changes, GError **error)
{
  guint created[VSW_N_KINDS] = { 0 };
  for (guint i = 0; i < changes->len; i++)
    {
      const VswChange *change = changes->pdata[i];
      if (change->kind == VSW_CHANGE_CREATE && ++created[change->object_kind] > self->rules->max_batch)
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED,
                       "request creates more objects than one may: limit %u", self->rules->max_batch);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * vsw_model_resolve:
 * @links: what the kernel reports: device names and addresses that are taken
 * @changes: (element-type VswChange): one request, in order
 * @ret_delta: (out) (transfer full): what it amounts to; untouched on failure
 *
 * Enforces every rule and turns a request into a delta, all or nothing. The model is left changed by it (vsw_model_revert() undoes that);
 * after a failure it is as before. Where several changes are of one kind the message begins with the name of the one that failed.
 * Deleting what an earlier change of the same request took along is no fault. The time of a connection is read from the clock here.
 *
 * Main thread. Errors: INVALID_ARGUMENT, NOT_FOUND, EXISTS, IN_USE, INVALID_STATE, NOT_SUPPORTED, QUOTA_EXCEEDED; CONFLICT where two
 * checkpoints would cover one object.
 */
gboolean
vsw_model_resolve (VswModel *self, VswLinks *links, GPtrArray *changes, VswDelta **ret_delta, GError **error)
{
  if (!check_batch (self, changes, error))
    return FALSE;
  g_autoptr (VswDelta) delta = vsw_delta_new ();
  VswResolver resolver = { .model = self, .links = links, .delta = delta, .changes = changes };
  for (guint i = 0; i < changes->len; i++)
    {
      const VswChange *change = changes->pdata[i];
      if (resolve_one (&resolver, change, error))
        continue;
      name_entry (self, changes, change, error);
      vsw_model_revert (self, delta);
      return FALSE;
    }
  if (!vsw_resolve_log (&resolver, changes, error))
    {
      vsw_model_revert (self, delta);
      return FALSE;
    }
  *ret_delta = g_steal_pointer (&delta);
  return TRUE;
}
