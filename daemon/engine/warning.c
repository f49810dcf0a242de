/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Manager.Warnings says. */
#include "engine/state.h"

static void
free_warning (gpointer data)
{
  VswWarning *warning = data;

  g_free ((char *)warning->code);
  g_free ((char *)warning->text);
  g_free (warning);
}

GPtrArray *
vsw_engine_new_warnings (void)
{
  return g_ptr_array_new_with_free_func (free_warning);
}

static void
replace_text (VswEngine *engine, const char *before, const char *code, const char *after)
{
  for (guint i = 0; before != NULL && i < engine->warnings->len; i++)
    if (g_str_equal (((VswWarning *)g_ptr_array_index (engine->warnings, i))->text, before))
      {
        g_ptr_array_remove_index (engine->warnings, i);
        break;
      }
  if (after == NULL)
    return;

  VswWarning *warning = g_new (VswWarning, 1);

  warning->code = g_strdup (code);
  warning->text = g_strdup (after);
  g_ptr_array_add (engine->warnings, warning);
}

void
vsw_engine_set_warning (VswEngine *engine, char **current, const char *code, const char *text)
{
  g_autoptr (VswKeys) keys = NULL;

  if (g_strcmp0 (*current, text) == 0)
    return;

  keys = vsw_keys_new ();
  vsw_keys_add (keys, VSW_ENGINE_MANAGER_KEY);
  vsw_engine_emit_changing (engine, keys);
  replace_text (engine, *current, code, text);
  g_free (*current);
  *current = g_strdup (text);
  vsw_engine_emit_changed (engine, keys);
}
