/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/request.h"

#include <string.h>

/* --- details for polkit's rules --- */

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

static void
set_detail (VswRequest *self, const char *name, const char *value)
{
  g_hash_table_replace (self->details, (gpointer)name, g_string_new (value));
}

/**
 * vsw_request_add_detail:
 * @self: a request
 * @name: name of a detail, a literal
 * @value: what is to be added to it
 *
 * Adds to what polkit's rules are told; several values are joined by commas, which no name contains. Thread: main.
 */
void
vsw_request_add_detail (VswRequest *self, const char *name, const char *value)
{
  GString *old = g_hash_table_lookup (self->details, name);

  if (old == NULL)
    set_detail (self, name, value);
  else
    g_string_append_printf (old, ",%s", value);
}

/**
 * vsw_request_note_detail:
 * @self: a request
 * @name: name of a detail, a literal
 * @value: what is to be part of it
 *
 * As vsw_request_add_detail(), but says the same only once: for what a batch may name again and again. Thread: main.
 */
void
vsw_request_note_detail (VswRequest *self, const char *name, const char *value)
{
  GString *old = g_hash_table_lookup (self->details, name);
  g_auto (GStrv) values = old != NULL ? g_strsplit (old->str, ",", -1) : NULL;

  if (values == NULL || !g_strv_contains ((const char *const *)values, value))
    vsw_request_add_detail (self, name, value);
}

/**
 * vsw_request_print_details:
 * @self: a request
 *
 * Thread: main.
 *
 * Returns: (transfer floating): all details, `a{ss}`
 */
GVariant *
vsw_request_print_details (VswRequest *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  g_hash_table_iter_init (&iter, self->details);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&builder, "{ss}", name, ((GString *)value)->str);

  return g_variant_builder_end (&builder);
}

static void
describe_target (VswRequest *self, const VswView *target)
{
  const VswValue *value = vsw_view_get_value (target);
  g_autofree char *uid = g_strdup_printf ("%u", self->uid);

  set_detail (self, "verb", self->verb);
  set_detail (self, "caller-uid", uid);

  if (target->home != NULL)
    {
      set_detail (self, "switch", target->home->head.name);
      set_detail (self, "switch-kind", vsw_facts_switch_kind (target->model, target->links, target->home));
    }
  if (target->system != NULL)
    set_detail (self, "system", target->system->head.name);
  if (target->port != NULL)
    set_detail (self, "port", target->port->head.name);
  if (target->nic != NULL)
    {
      set_detail (self, "endpoint", target->nic->head.name);
      set_detail (self, "endpoint-kind", vsw_nic_kind_print (target->nic->nic_kind));
    }
  if (value != NULL)
    {
      g_autofree char *owner = g_strdup_printf ("%u", value->owner);

      set_detail (self, "owner", owner);
      set_detail (self, "lifetime", vsw_lifetime_print (value->lifetime));
    }
}

/* --- making --- */

/**
 * vsw_request_new:
 * @target: the object that the method is called on
 * @verb: name of the method; must outlive the request
 * @parameters: its arguments
 * @fds: (nullable): the descriptors that came with it
 * @uid: who calls; %G_MAXUINT32 if that is not known
 * @holder: the bus connection that calls, "GUID UNIQUE-NAME"
 *
 * Begins to decode a method call. Thread: main.
 *
 * Returns: (transfer full): the request
 */
VswRequest *
vsw_request_new (const VswView *target, const char *verb, GVariant *parameters, GUnixFDList *fds, guint32 uid,
                 const char *holder)
{
  VswRequest *self = g_new0 (VswRequest, 1);

  self->scene = target->scene;
  self->verb = verb;
  self->parameters = g_variant_ref (parameters);
  /* In one piece: texts of arguments are then good as long as the request. */
  g_variant_get_data (self->parameters);
  self->fds = fds != NULL ? g_object_ref (fds) : NULL;
  self->uid = uid;
  self->holder = g_strdup (holder);
  self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_change_free);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->more_paths = g_ptr_array_new_with_free_func (g_free);
  self->touched = g_string_new (NULL);
  self->namespaces = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_namespace_unref);
  self->details = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_text);
  self->early_steps = g_ptr_array_new_with_free_func (g_free);
  self->late_steps = g_ptr_array_new_with_free_func (g_free);
  self->losses = g_ptr_array_new_with_free_func (g_free);
  self->handouts = g_ptr_array_new_with_free_func ((GDestroyNotify)vsw_handout_unref);
  self->inspected = g_hash_table_new (NULL, NULL);

  vsw_request_touch (self, vsw_view_get_value (target));
  describe_target (self, target);

  return self;
}

/**
 * vsw_request_free:
 * @self: (transfer full): a request
 *
 * Thread: main.
 */
void
vsw_request_free (VswRequest *self)
{
  g_hash_table_unref (self->inspected);
  g_hash_table_unref (self->details);
  g_ptr_array_unref (self->namespaces);
  free_text (self->touched);
  g_ptr_array_unref (self->handouts);
  g_ptr_array_unref (self->losses);
  g_ptr_array_unref (self->more_paths);
  g_ptr_array_unref (self->paths);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_strfreev (self->steps);
  g_ptr_array_unref (self->early_steps);
  g_ptr_array_unref (self->late_steps);
  g_free (self->custody.name);
  g_free (self->passage_id);
  g_free (self->checkpoint_id);
  g_free (self->id);
  g_free (self->holder);
  g_clear_object (&self->fds);
  g_variant_unref (self->parameters);
  g_free (self);
}

/* --- arguments --- */

/**
 * vsw_request_get_settings:
 * @self: a request
 * @position: which argument, a dictionary
 * @keys: which keys it may have
 * @ret_settings: (out): its values, good as long as the request
 * @error: INVALID_ARGUMENT
 *
 * Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_request_get_settings (VswRequest *self, gsize position, guint keys, VswSettings *ret_settings, GError **error)
{
  g_autoptr (GVariant) dictionary = g_variant_get_child_value (self->parameters, position);

  return vsw_settings_decode (dictionary, keys, ret_settings, error);
}

/**
 * vsw_request_get_options:
 * @self: a request
 * @keys: which options there are
 * @ret_options: (out) (optional): their values
 * @error: INVALID_ARGUMENT
 *
 * Decodes the last argument, and keeps `confirm-within` where the method takes it. Thread: main.
 *
 * Returns: %FALSE if anything in it is wrong
 */
gboolean
vsw_request_get_options (VswRequest *self, guint keys, VswSettings *ret_options, GError **error)
{
  VswSettings options;
  gsize last = g_variant_n_children (self->parameters) - 1;
  guint more = self->takes_confirm_within ? VSW_KEYS_CHANGE : VSW_KEYS_NONE;

  if (!vsw_request_get_settings (self, last, keys | more, &options, error))
    {
      g_prefix_error (error, "options: ");
      return FALSE;
    }

  self->has_confirm_within = vsw_settings_has (&options, VSW_KEY_CONFIRM_WITHIN);
  self->confirm_within = options.confirm_within;
  if (ret_options != NULL)
    *ret_options = options;
  return TRUE;
}

/**
 * vsw_request_get_text:
 * @self: a request
 * @position: which argument, a string or an object path
 *
 * Thread: main.
 *
 * Returns: (transfer none): the text, good as long as the request
 */
const char *
vsw_request_get_text (VswRequest *self, gsize position)
{
  g_autoptr (GVariant) text = g_variant_get_child_value (self->parameters, position);

  return g_variant_get_string (text, NULL);
}

/**
 * vsw_request_get_mac:
 * @self: a request
 * @position: which argument, a string
 * @ret_mac: (out): the address
 * @error: INVALID_ARGUMENT
 *
 * Thread: main.
 *
 * Returns: %FALSE if it is none
 */
gboolean
vsw_request_get_mac (VswRequest *self, gsize position, VswMac *ret_mac, GError **error)
{
  return vsw_mac_decode (vsw_request_get_text (self, position), ret_mac, error);
}

/**
 * vsw_request_get_object:
 * @self: a request
 * @position: which argument, an object path
 * @kind: what it must be
 * @what: the word for that, for the message
 * @ret_view: (out): the object
 * @error: NOT_FOUND, naming the path
 *
 * Looks up an object that an argument names, and notes for the gate that the call touches it. Thread: main.
 *
 * Returns: %FALSE if there is no such object
 */
gboolean
vsw_request_get_object (VswRequest *self, gsize position, VswViewKind kind, const char *what, VswView *ret_view,
                        GError **error)
{
  const char *path = vsw_request_get_text (self, position);
  VswView view;

  if (!vsw_view_find (self->scene, path, &view) || view.kind != kind)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_NOT_FOUND, "there is no %s at '%.256s'", what, path);
      return FALSE;
    }

  vsw_request_touch (self, vsw_view_get_value (&view));
  *ret_view = view;
  return TRUE;
}

/**
 * vsw_request_touch:
 * @self: a request
 * @value: (nullable): an object that the call acts on, names or joins; %NULL: one of the host's
 *
 * Notes for the gate whose objects a call touches. Thread: main.
 */
void
vsw_request_touch (VswRequest *self, const VswValue *value)
{
  g_string_append_printf (self->touched, "%s ", value != NULL ? value->id : "");
  if (value != NULL && value->owner == self->uid)
    return;

  if (value != NULL && value->kind == VSW_KIND_SWITCH && ((const VswSwitch *)value)->shared)
    self->touches_shared = TRUE;
  else
    self->touches_foreign = TRUE;
}

/* --- descriptors --- */

static VswNamespace *
inspect (VswRequest *self, gint32 handle, GError **error)
{
  int n = self->fds != NULL ? g_unix_fd_list_get_length (self->fds) : 0;
  g_autoptr (GError) failure = NULL;
  int fd;

  if (handle < 0 || handle >= n)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "descriptor %d is not among the %d of the message",
                   handle, n);
      return NULL;
    }

  fd = g_unix_fd_list_get (self->fds, handle, &failure);
  if (fd < 0)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "descriptor %d cannot be used: %s", handle,
                   failure->message);
      return NULL;
    }

  return vsw_engine_inspect (self->scene->engine, fd, self->uid, error);
}

/**
 * vsw_request_get_namespace:
 * @self: a request
 * @handle: a value of type `h`, as it came
 * @error: INVALID_ARGUMENT
 *
 * The network namespace that a descriptor of the message is. However often it is named, it is looked at once. Thread: main.
 *
 * Returns: (transfer none) (nullable): the namespace
 */
VswNamespace *
vsw_request_get_namespace (VswRequest *self, gint32 handle, GError **error)
{
  VswNamespace *found = g_hash_table_lookup (self->inspected, GINT_TO_POINTER (handle));

  if (found != NULL)
    return found;

  found = inspect (self, handle, error);
  if (found == NULL)
    return NULL;

  g_ptr_array_add (self->namespaces, found);
  g_hash_table_insert (self->inspected, GINT_TO_POINTER (handle), found);
  return found;
}

/* --- changes --- */

/**
 * vsw_request_take_change:
 * @self: a request
 * @change: (transfer full): one more step of it
 *
 * Thread: main.
 */
void
vsw_request_take_change (VswRequest *self, VswChange *change)
{
  g_ptr_array_add (self->changes, change);
}

/* What is made has a lifetime of its own, not that of the switch it is made on. */
static void
describe_lifetime (VswRequest *self, const char *lifetime)
{
  GString *old = g_hash_table_lookup (self->details, "lifetime");

  if (old == NULL || self->changes->len == 0)
    set_detail (self, "lifetime", lifetime);
  else if (strstr (old->str, lifetime) == NULL)
    g_string_append_printf (old, ",%s", lifetime);
}

/**
 * vsw_request_begin_draft:
 * @self: a request
 * @kind: what is to be made
 * @id: its id, new
 * @name: its name, checked
 * @settings: what the caller gave
 * @lifetime: how long it lives if the caller did not say
 *
 * The head of a draft, owned by the caller. Points to its arguments. Thread: main.
 *
 * Returns: the head
 */
VswValue
vsw_request_begin_draft (VswRequest *self, VswKind kind, const char *id, const char *name, const VswSettings *settings,
                         VswLifetime lifetime)
{
  VswValue head = { 0 };

  head.kind = kind;
  head.id = id;
  head.name = name;
  head.description = settings->description != NULL ? settings->description : "";
  head.lifetime = vsw_settings_has (settings, VSW_KEY_LIFETIME) ? settings->lifetime : lifetime;
  head.holder = head.lifetime == VSW_LIFETIME_CALLER ? self->holder : NULL;
  head.owner = self->uid;
  head.created = g_get_real_time ();
  describe_lifetime (self, vsw_lifetime_print (head.lifetime));

  return head;
}

/* --- replies --- */

/**
 * vsw_request_reply_path:
 * @self: a request
 * @reading: not used
 * @error: not used
 *
 * Returns: (transfer floating): `(o)`, the one object that was made
 */
GVariant *
vsw_request_reply_path (VswRequest *self, GArray *reading, GError **error)
{
  return g_variant_new ("(o)", g_ptr_array_index (self->paths, 0));
}

/**
 * vsw_request_reply_paths:
 * @self: a request
 * @reading: not used
 * @error: not used
 *
 * Returns: (transfer floating): `(ao)`, the objects that were made, in order
 */
GVariant *
vsw_request_reply_paths (VswRequest *self, GArray *reading, GError **error)
{
  return g_variant_new ("(@ao)", g_variant_new_objv ((const char *const *)self->paths->pdata, self->paths->len));
}
