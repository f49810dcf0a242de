/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.vmswitch1.Checkpoint */
#include "bus/checkpoint.h"

#include "bus/gate.h"
#include "bus/table.h"
#include "introspection/interfaces.h"

static gboolean
is_present (const VswView *view)
{
  return view->kind == VSW_VIEW_CHECKPOINT;
}

/* --- properties --- */

/* The name of the whole that something is part of: it may have gone with it. (nullable) */
static const char *
find_name (const VswView *view, const char *id)
{
  const VswValue *value = vsw_model_get (view->model, id);
  const VswCheckpointEntry *entry = vsw_checkpoint_find (view->checkpoint, id);

  if (value == NULL && entry != NULL)
    value = entry->before;

  return value != NULL ? value->name : NULL;
}

/* Of an object that has gone: the path that it had. (transfer full) (nullable) */
static char *
print_old_path (const VswView *view, const VswValue *old)
{
  const char *whole = NULL;

  switch (old->kind)
    {
    case VSW_KIND_SWITCH:
      return vsw_path_new_switch (old->name);
    case VSW_KIND_NIC:
      return vsw_path_new_endpoint (old->name);
    case VSW_KIND_SYSTEM:
      return vsw_path_new_system (old->name);
    case VSW_KIND_PORT:
      whole = find_name (view, ((const VswPort *)old)->switch_id);
      return whole != NULL ? vsw_path_new_port (whole, old->name) : NULL;
    case VSW_KIND_SETTING:
      whole = find_name (view, ((const VswSetting *)old)->system_id);
      return whole != NULL ? vsw_path_new_setting (whole, old->name) : NULL;
    case VSW_KIND_CHECKPOINT:
      return NULL;
    }
  g_assert_not_reached ();
}

static char *
print_path (const VswView *view, const char *id)
{
  const VswCheckpointEntry *entry = vsw_checkpoint_find (view->checkpoint, id);
  VswValue *value = vsw_model_get (view->model, id);

  if (value != NULL)
    {
      VswView object = vsw_view_new (view->scene, value);

      return vsw_view_get_path (&object);
    }

  return entry != NULL && entry->before != NULL ? print_old_path (view, entry->before) : NULL;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

static GVariant *
get_scope (const VswView *view)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < view->checkpoint->n_scope; i++)
    {
      char *path = print_path (view, view->checkpoint->scope[i]);

      if (path != NULL)
        g_ptr_array_add (paths, path);
    }
  g_ptr_array_sort (paths, compare_texts);

  return g_variant_new_objv ((const char *const *)paths->pdata, paths->len);
}

static GVariant *
get_changed (const VswView *view)
{
  return g_variant_new_uint32 (view->checkpoint->n_entries);
}

static GVariant *
get_deadline (const VswView *view)
{
  return g_variant_new_uint64 ((guint64)view->checkpoint->deadline);
}

static const VswPropertyRow properties[] = {
  { "Id", vsw_head_print_id, VSW_EMITS_CONST },
  { "Scope", get_scope },
  { "ChangedObjects", get_changed },
  { "DeadlineTimestamp", get_deadline },
  { "OwnerUid", vsw_head_print_owner, VSW_EMITS_CONST },
  { "CreatedTimestamp", vsw_head_print_created, VSW_EMITS_CONST },
};
G_STATIC_ASSERT (G_N_ELEMENTS (properties) <= VSW_TABLE_MAX_PROPERTIES);

/* --- methods --- */

/* The rules of polkit are told of everything in the scope, as of anything that a call is about. */
static void
describe (VswRequest *request, const VswView *view)
{
  if (view->home != NULL)
    vsw_request_note_detail (request, "switch", view->home->head.name);
  if (view->kind == VSW_VIEW_PORT)
    vsw_request_note_detail (request, "port", view->port->head.name);
  if (view->kind == VSW_VIEW_NIC)
    vsw_request_note_detail (request, "endpoint", view->nic->head.name);
  if (view->system != NULL)
    vsw_request_note_detail (request, "system", view->system->head.name);
}

static void
describe_scope (VswRequest *request, const VswView *target)
{
  for (gsize i = 0; i < target->checkpoint->n_scope; i++)
    {
      VswView view;

      if (vsw_view_get (request->scene, target->checkpoint->scope[i], &view))
        describe (request, &view);
    }
}

static gboolean
decode_confirm (VswRequest *request, const VswView *target, GError **error)
{
  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  describe_scope (request, target);
  vsw_request_take_change (request, vsw_change_delete (VSW_KIND_CHECKPOINT, target->checkpoint->head.id, FALSE));
  return TRUE;
}

static gboolean
decode_rollback (VswRequest *request, const VswView *target, GError **error)
{
  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  describe_scope (request, target);
  vsw_request_take_change (request, vsw_change_rollback (target->checkpoint->head.id, request->losses));
  return TRUE;
}

static GVariant *
reply_rollback (VswRequest *request, GArray *reading, GError **error)
{
  return g_variant_new ("(@as)",
                        g_variant_new_strv ((const char *const *)request->losses->pdata, request->losses->len));
}

static guint32
get_seconds (VswRequest *request, gsize position)
{
  g_autoptr (GVariant) seconds = g_variant_get_child_value (request->parameters, position);

  return g_variant_get_uint32 (seconds);
}

static gboolean
decode_extend (VswRequest *request, const VswView *target, GError **error)
{
  if (!vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  describe_scope (request, target);
  vsw_request_take_change (request, vsw_change_extend (target->checkpoint->head.id,
                                                       get_seconds (request, 0) * (gint64)G_USEC_PER_SEC, FALSE));
  return TRUE;
}

static const VswMethodRow methods[] = {
  { "Confirm", VSW_RUN_CHANGE, FALSE, decode_confirm, NULL },
  { "Rollback", VSW_RUN_CHANGE, FALSE, decode_rollback, reply_rollback },
  { "Extend", VSW_RUN_CHANGE, FALSE, decode_extend, NULL },
};

const VswTable vsw_checkpoint_table = {
  &org_vmswitch1_checkpoint_interface, is_present, properties,
  G_N_ELEMENTS (properties),           methods,    G_N_ELEMENTS (methods),
};

/* --- making one --- */

/* (transfer none): its id; NULL: it cannot be in a scope */
static const char *
take_object (VswRequest *request, const char *path, GError **error)
{
  VswView view;

  if (!vsw_view_find (request->scene, path, &view))
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no object at '%.256s'", path);
      return NULL;
    }
  if (vsw_view_get_value (&view) == NULL || view.kind == VSW_VIEW_CHECKPOINT)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
                   "'%.256s' is no switch, switch port, endpoint of ours, system or setting", path);
      return NULL;
    }

  vsw_request_touch (request, vsw_view_get_value (&view));
  describe (request, &view);
  return vsw_view_get_value (&view)->id;
}

static gboolean
take_scope (VswRequest *request, GPtrArray *ids, GError **error)
{
  g_autoptr (GVariant) scope = g_variant_get_child_value (request->parameters, 0);
  guint32 limit = vsw_model_get_rules (vsw_engine_get_model (request->scene->engine))->max_batch;
  gsize n = g_variant_n_children (scope);

  if (n > limit)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_QUOTA_EXCEEDED,
                   "%" G_GSIZE_FORMAT " objects in one scope, the limit is %u", n, limit);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      const char *path;
      const char *id;

      g_variant_get_child (scope, i, "&o", &path);
      id = take_object (request, path, error);
      if (id == NULL)
        return FALSE;
      g_ptr_array_add (ids, (gpointer)id);
    }

  return TRUE;
}

static VswCheckpoint
begin_draft (VswRequest *request, const char *id)
{
  VswCheckpoint draft = { .head = { .kind = VSW_KIND_CHECKPOINT,
                                    .id = id,
                                    .name = "0", /* the model gives it its number */
                                    .lifetime = VSW_LIFETIME_PERSISTENT,
                                    .owner = request->uid,
                                    .created = g_get_real_time () } };

  /* The gate asks for no administrator if all that is touched is the caller's own or shared. */
  draft.privileged = request->uid == 0 || request->touches_foreign;
  return draft;
}

/**
 * vsw_checkpoint_decode:
 * @request: a call of CreateCheckpoint
 * @target: the manager
 * @error: INVALID_ARGUMENT, NOT_FOUND, QUOTA_EXCEEDED
 *
 * Thread: main.
 *
 * Returns: %FALSE if it cannot be
 */
gboolean
vsw_checkpoint_decode (VswRequest *request, const VswView *target, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  /* The manager is nobody's: it counts whose the objects of the scope are. */
  request->touches_foreign = FALSE;
  if (!take_scope (request, ids, error) || !vsw_request_get_options (request, VSW_KEYS_NONE, NULL, error))
    return FALSE;

  request->checkpoint_id = vsw_id_new ();
  VswCheckpoint draft = begin_draft (request, request->checkpoint_id);
  draft.scope = (const char *const *)ids->pdata;
  draft.n_scope = ids->len;
  g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&draft);
  VswChange *change = vsw_change_create (value, 0, NULL, NULL);
  vsw_change_set_duration (change, get_seconds (request, 1) * (gint64)G_USEC_PER_SEC);
  vsw_request_take_change (request, change);
  return TRUE;
}

/**
 * vsw_checkpoint_get_path:
 * @request: a call that has been done
 *
 * The checkpoint that it has made. Thread: main.
 *
 * Returns: (transfer full): its path; `/` if it made none, or that has ended already
 */
char *
vsw_checkpoint_get_path (VswRequest *request)
{
  VswView view;

  if (request->checkpoint_id == NULL || !vsw_view_get (request->scene, request->checkpoint_id, &view))
    return g_strdup (VSW_PATH_NONE);

  return vsw_view_get_path (&view);
}

/**
 * vsw_checkpoint_reply:
 * @request: a call of CreateCheckpoint
 * @reading: not used
 * @error: not used
 *
 * Returns: (transfer floating): `(o)`, the checkpoint
 */
GVariant *
vsw_checkpoint_reply (VswRequest *request, GArray *reading, GError **error)
{
  g_autofree char *path = vsw_checkpoint_get_path (request);

  return g_variant_new ("(o)", path);
}

/* --- confirm-within --- */

/**
 * vsw_checkpoint_goes_with:
 * @method: a method
 *
 * Thread: any.
 *
 * Returns: whether it takes the option `confirm-within`: what asks nobody changes nothing
 */
gboolean
vsw_checkpoint_goes_with (const GDBusMethodInfo *method)
{
  return !vsw_gate_is_open (method)
         && g_strcmp0 (g_dbus_annotation_info_lookup (method->annotations, VSW_CHECKPOINT_ANNOTATION), "false") != 0;
}

/**
 * vsw_checkpoint_expect:
 * @request: a call that is about to be decoded
 * @invocation: that call
 *
 * Lets the option `confirm-within` be given where the method takes it. Thread: main.
 */
void
vsw_checkpoint_expect (VswRequest *request, GDBusMethodInvocation *invocation)
{
  request->takes_confirm_within = vsw_checkpoint_goes_with (g_dbus_method_invocation_get_method_info (invocation));
}

/**
 * vsw_checkpoint_want:
 * @request: a call that is being decoded, after its options
 * @seconds: until what it changes is undone
 *
 * For methods that make a checkpoint by themselves: as if the caller had given `confirm-within`; what he did give counts. Thread: main.
 */
void
vsw_checkpoint_want (VswRequest *request, guint32 seconds)
{
  if (request->has_confirm_within)
    return;

  request->has_confirm_within = TRUE;
  request->confirm_within = seconds;
}

/**
 * vsw_checkpoint_guard:
 * @request: a call that is allowed
 *
 * Adds to the changes what its option `confirm-within` asks for, if it was given. Thread: main.
 */
void
vsw_checkpoint_guard (VswRequest *request)
{
  if (!request->has_confirm_within)
    return;

  request->checkpoint_id = vsw_id_new ();
  VswCheckpoint draft = begin_draft (request, request->checkpoint_id);
  g_autoptr (VswCheckpoint) value = vsw_checkpoint_new (&draft);
  vsw_request_take_change (request,
                           vsw_change_confirm_within (value, request->confirm_within * (gint64)G_USEC_PER_SEC));
}
