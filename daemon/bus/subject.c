/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/subject.h"

#define MAX_NAMED 3 /* objects of one call by name; the others are counted */

struct _VswSubject
{
  GPtrArray *values; /* (owned) (element-type VswValue) each once */
  char *whole;       /* (owned) (nullable) what the first is part of: "switch lab" */
};

static gboolean
has (VswSubject *self, const char *id)
{
  for (guint i = 0; i < self->values->len; i++)
    if (g_str_equal (((VswValue *)g_ptr_array_index (self->values, i))->id, id))
      return TRUE;
  return FALSE;
}

static void
add (VswSubject *self, const VswValue *value)
{
  if (value != NULL && self->values->len < MAX_NAMED && !has (self, value->id))
    g_ptr_array_add (self->values, vsw_value_ref ((gpointer)value));
}

/* What it names comes before what it makes: the switch, then the NIC that is to be on it. */
static void
add_change (VswSubject *self, VswModel *model, const VswChange *change)
{
  if (change->kind == VSW_CHANGE_CONFIRM_WITHIN || change->kind == VSW_CHANGE_FORGET_HOLDER)
    return;
  if (change->kind == VSW_CHANGE_BIND || change->kind == VSW_CHANGE_SETUP)
    add (self, vsw_model_get (model, change->other_id));
  add (self, change->draft != NULL ? change->draft : vsw_model_get (model, change->id));
  if (change->other_id != NULL)
    add (self, vsw_model_get (model, change->other_id));
  add (self, change->host);
}

static char *
print_whole (const VswView *target)
{
  if (target->kind == VSW_VIEW_PORT)
    return g_strdup_printf ("switch %s", target->home->head.name);
  if (target->kind == VSW_VIEW_SETTING)
    return g_strdup_printf ("system %s", target->system->head.name);
  return NULL;
}

/**
 * vsw_subject_new:
 * @model: before the change
 * @target: (nullable): the object that a method is called on, if it is still there
 * @changes: (element-type VswChange): what the call asks for
 *
 * Thread: main.
 *
 * Returns: (transfer full): what the call is about
 */
VswSubject *
vsw_subject_new (VswModel *model, const VswView *target, GPtrArray *changes)
{
  VswSubject *self = g_new0 (VswSubject, 1);

  self->values = g_ptr_array_new_with_free_func (vsw_value_unref);
  if (target != NULL)
    {
      self->whole = print_whole (target);
      add (self, vsw_view_get_value (target));
    }
  for (guint i = 0; i < changes->len; i++)
    add_change (self, model, g_ptr_array_index (changes, i));

  return self;
}

void
vsw_subject_free (VswSubject *self)
{
  g_ptr_array_unref (self->values);
  g_free (self->whole);
  g_free (self);
}

/* A draft may have got its name only when it was resolved. */
static const VswValue *
find_settled (VswDelta *delta, const VswValue *value)
{
  for (guint i = 0; i < vsw_delta_get_size (delta); i++)
    {
      const VswPair *pair = vsw_delta_get (delta, i);
      const VswValue *settled = pair->after != NULL ? pair->after : pair->before;

      if (g_str_equal (settled->id, value->id))
        return settled;
    }
  return NULL;
}

/**
 * vsw_subject_print:
 * @self: what a call is about
 * @delta: what has become true by it
 * @ret_name: (out) (transfer full): the name of the first object
 *
 * Thread: main.
 *
 * Returns: (transfer full) (nullable): those objects, and how many more were changed; %NULL if nothing was
 */
char *
vsw_subject_print (VswSubject *self, VswDelta *delta, char **ret_name)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint more = vsw_delta_get_size (delta);

  if (more == 0 || self->values->len == 0)
    return NULL;

  for (guint i = 0; i < self->values->len; i++)
    {
      const VswValue *value = g_ptr_array_index (self->values, i);
      const VswValue *settled = find_settled (delta, value);

      more -= settled != NULL;
      value = settled != NULL ? settled : value;
      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", vsw_kind_print (value->kind), value->name);
      if (i == 0 && self->whole != NULL)
        g_string_append_printf (text, " of %s", self->whole);
      if (i == 0)
        *ret_name = g_strdup (value->name);
    }
  if (more > 0)
    g_string_append_printf (text, " and %u more", more);

  return g_string_free (g_steal_pointer (&text), FALSE);
}
