/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/system.h"

#include <string.h>

#include "model/head.h"

static const char *const states[] = {
  [VSW_SYSTEM_DISABLED] = "disabled",
  [VSW_SYSTEM_ENABLED] = "enabled",
  [VSW_SYSTEM_SAVED] = "saved",
};
G_STATIC_ASSERT (G_N_ELEMENTS (states) == VSW_N_SYSTEM_STATES);

static void
clear_system (gpointer value)
{
  VswSystem *self = value;
  g_free ((char *)self->machine);
}

static gboolean
equal_systems (gconstpointer value_a, gconstpointer value_b)
{
  const VswSystem *a = value_a, *b = value_b;
  return a->state == b->state && g_str_equal (a->machine, b->machine) && a->machine_since == b->machine_since;
}

const VswKindRow vsw_system_row = { "system", clear_system, equal_systems };

/**
 * vsw_system_new:
 * @fields: what it says; copied, head.kind is set
 *
 * Makes the value of a virtual system. (transfer full) Any thread.
 */
VswSystem *
vsw_system_new (const VswSystem *fields)
{
  VswSystem *self = vsw_head_new (fields, sizeof *fields, VSW_KIND_SYSTEM);
  self->machine = g_strdup (self->machine != NULL ? self->machine : "");
  return self;
}

/**
 * vsw_system_state_print:
 *
 * The word for a state, as in the API. Any thread.
 */
const char *
vsw_system_state_print (VswSystemState state)
{
  g_return_val_if_fail ((guint)state < VSW_N_SYSTEM_STATES, "");
  return states[state];
}

/**
 * vsw_system_state_decode:
 * @ret_state: (out): untouched on failure
 *
 * The inverse of vsw_system_state_print(). Any thread. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_system_state_decode (const char *text, VswSystemState *ret_state, GError **error)
{
  for (guint i = 0; i < VSW_N_SYSTEM_STATES; i++)
    if (g_str_equal (text, states[i]))
      {
        *ret_state = i;
        return TRUE;
      }
  g_autofree char *escaped = vsw_text_excerpt (text);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "state '%s' is none of disabled, enabled, saved", escaped);
  return FALSE;
}

/**
 * vsw_machine_check:
 *
 * Whether systemd-machined could have a machine of that name; "" means none. Any thread. Source: hostname_is_valid() of
 * systemd, which machine names have to pass. Errors: INVALID_ARGUMENT.
 */
gboolean
vsw_machine_check (const char *name, GError **error)
{
  gsize length = strlen (name);
  gboolean is_fine = length <= VSW_MACHINE_MAX && name[0] != '.' && name[0] != '-';

  for (gsize i = 0; is_fine && i < length; i++)
    is_fine = g_ascii_isalnum (name[i]) || strchr ("._-", name[i]) != NULL;
  if (is_fine)
    return TRUE;

  g_autofree char *escaped = vsw_text_excerpt (name);
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT,
               "machine '%s' is no name of a machine: up to %d of A-Z a-z 0-9 . _ -, beginning with none of . -",
               escaped, VSW_MACHINE_MAX);
  return FALSE;
}
