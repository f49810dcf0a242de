/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/value.h"

#include "model/head.h"

static const VswKindRow *const rows[] = {
  [VSW_KIND_SWITCH] = &vsw_switch_row,   [VSW_KIND_PORT] = &vsw_port_row,
  [VSW_KIND_NIC] = &vsw_nic_row,         [VSW_KIND_SYSTEM] = &vsw_system_row,
  [VSW_KIND_SETTING] = &vsw_setting_row, [VSW_KIND_CHECKPOINT] = &vsw_checkpoint_row,
};
G_STATIC_ASSERT (G_N_ELEMENTS (rows) == VSW_N_KINDS);

static const char *const lifetimes[] = {
  [VSW_LIFETIME_PERSISTENT] = "persistent",
  [VSW_LIFETIME_RUNTIME] = "runtime",
  [VSW_LIFETIME_CALLER] = "caller",
  [VSW_LIFETIME_DESCRIPTOR] = "descriptor",
};
G_STATIC_ASSERT (G_N_ELEMENTS (lifetimes) == VSW_N_LIFETIMES);

/* A counted copy of @fields, bit by bit, with a head of its own. The type's `new` copies the rest. */
gpointer
vsw_head_new (gconstpointer fields, gsize size, VswKind kind)
{
  VswValue *self = g_atomic_rc_box_dup (size, (gpointer)fields);
  self->kind = kind;
  self->id = g_strdup (self->id);
  self->name = g_strdup (self->name);
  self->description = g_strdup (self->description != NULL ? self->description : "");
  self->holder = g_strdup (self->holder);
  return self;
}

static void
clear_value (gpointer value)
{
  VswValue *self = value;
  rows[self->kind]->clear (self);
  g_free ((char *)self->id);
  g_free ((char *)self->name);
  g_free ((char *)self->description);
  g_free ((char *)self->holder);
}

/**
 * vsw_value_ref:
 * @value: a value of any kind
 *
 * Takes a reference. Returns the same value. Any thread.
 */
gpointer
vsw_value_ref (gconstpointer value)
{
  return g_atomic_rc_box_acquire ((gpointer)value);
}

/**
 * vsw_value_unref:
 * @value: a value of any kind
 *
 * Drops a reference; the last one frees. Any thread.
 */
void
vsw_value_unref (gpointer value)
{
  g_atomic_rc_box_release_full (value, clear_value);
}

static gboolean
equal_heads (const VswValue *a, const VswValue *b)
{
  return a->kind == b->kind && g_str_equal (a->id, b->id) && g_str_equal (a->name, b->name)
         && g_str_equal (a->description, b->description) && a->lifetime == b->lifetime
         && g_strcmp0 (a->holder, b->holder) == 0 && a->owner == b->owner && a->created == b->created;
}

/**
 * vsw_value_equal:
 * @a: (nullable): a value of any kind
 * @b: (nullable): another
 *
 * Whether both say the same in every field. NULL equals only NULL. Any thread.
 */
gboolean
vsw_value_equal (gconstpointer a, gconstpointer b)
{
  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL || !equal_heads (a, b))
    return FALSE;
  return rows[((const VswValue *)a)->kind]->equal (a, b);
}

/**
 * vsw_lifetime_print:
 *
 * The word for a lifetime, as in the API. Any thread.
 */
const char *
vsw_lifetime_print (VswLifetime lifetime)
{
  g_return_val_if_fail ((guint)lifetime < VSW_N_LIFETIMES, "");
  return lifetimes[lifetime];
}

/**
 * vsw_lifetime_decode:
 * @ret_lifetime: (out): untouched on failure
 *
 * The inverse of vsw_lifetime_print(). Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_lifetime_decode (const char *text, VswLifetime *ret_lifetime, GError **error)
{
  for (guint i = 0; i < VSW_N_LIFETIMES; i++)
    if (g_str_equal (text, lifetimes[i]))
      {
        *ret_lifetime = i;
        return TRUE;
      }
  g_autofree char *escaped = vsw_text_excerpt (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "lifetime '%s' is none of persistent, runtime, caller, descriptor", escaped);
  return FALSE;
}

/**
 * vsw_kind_print:
 *
 * What messages call an object of that kind. Any thread.
 */
const char *
vsw_kind_print (VswKind kind)
{
  g_return_val_if_fail ((guint)kind < VSW_N_KINDS, "");
  return rows[kind]->name;
}
