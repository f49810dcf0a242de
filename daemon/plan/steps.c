/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan that is made: what is in it. */
#include "plan/plan.h"

/**
 * vsw_plan_is_empty:
 *
 * Whether there is nothing to do. Findings do not count: a conflict is one without an operation. Any thread.
 */
gboolean
vsw_plan_is_empty (const VswPlan *self)
{
  return self->ops->len == 0 && self->final->len == 0;
}

/**
 * vsw_plan_free:
 *
 * Frees a plan with its operations. Any thread.
 */
void
vsw_plan_free (VswPlan *self)
{
  g_ptr_array_unref (self->ops);
  g_ptr_array_unref (self->final);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

static void
print_ops (GPtrArray *ops, GString *text)
{
  for (guint i = 0; i < ops->len; i++)
    {
      g_autofree char *line = vsw_op_print (ops->pdata[i]);
      g_string_append_printf (text, "%s\n", line);
    }
}

/**
 * vsw_plan_print:
 *
 * The operations of a plan as text, a line each, a line "--" before the final ones if there are any. (transfer full) Any thread.
 */
char *
vsw_plan_print (const VswPlan *self)
{
  GString *text = g_string_new (NULL);
  print_ops (self->ops, text);
  if (self->final->len > 0)
    g_string_append (text, "--\n");
  print_ops (self->final, text);
  return g_string_free (text, FALSE);
}

/**
 * vsw_plan_list_steps:
 *
 * The operations of a plan, a line each, those that nothing can undo last. (transfer full) Any thread.
 */
GStrv
vsw_plan_list_steps (const VswPlan *self)
{
  GPtrArray *lists[] = { self->ops, self->final };
  g_autoptr (GPtrArray) steps = g_ptr_array_new ();
  for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; i < lists[l]->len; i++)
      g_ptr_array_add (steps, vsw_op_print (lists[l]->pdata[i]));
  g_ptr_array_add (steps, NULL);
  return (GStrv)g_ptr_array_free (g_steal_pointer (&steps), FALSE);
}
