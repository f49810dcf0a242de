/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NICs of the host that another manager has let go of for us: what the store knows of them, and a turn for each change. */
#include "engine/state.h"

static GHashTable *
new_loans (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, vsw_value_unref);
}

static void
put_loan (GHashTable *loans, VswNic *loan)
{
  g_hash_table_replace (loans, (gpointer)loan->head.id, vsw_value_ref (loan));
}

void
vsw_engine_init_loans (VswEngine *engine)
{
  engine->loans = new_loans ();
}

void
vsw_engine_clear_loans (VswEngine *engine)
{
  g_clear_pointer (&engine->loans, g_hash_table_unref);
}

/* Before the worker runs. */
gboolean
vsw_engine_load_loans (VswEngine *engine, GError **error)
{
  g_autoptr (GPtrArray) loans = vsw_store_load_loans (engine->store, error);

  for (guint i = 0; loans != NULL && i < loans->len; i++)
    put_loan (engine->loans, g_ptr_array_index (loans, i));
  return loans != NULL;
}

/* The earlier loans of the same NIC. (transfer full) (element-type VswNic) */
static GPtrArray *
list_superseded (VswEngine *engine, const VswNic *loan)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (vsw_value_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->loans);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (vsw_uplink_is_same (((VswNic *)value)->uplink, loan->uplink))
      g_ptr_array_add (list, vsw_value_ref (value));
  return list;
}

/* --- a change --- */

struct _VswLoanChange
{
  GPtrArray *gone; /* (owned) (element-type VswNic) those that end */
  VswNic *begun;   /* (owned) (nullable) */
};

static void
free_change (gpointer data)
{
  VswLoanChange *change = data;

  g_ptr_array_unref (change->gone);
  g_clear_pointer (&change->begun, vsw_value_unref);
  g_free (change);
}

gboolean
vsw_loan_change_write (const VswLoanChange *self, VswStore *store, GError **error)
{
  return vsw_store_change_loans (store, self->gone, self->begun, error);
}

/* It is on disk, or never will be. */
static void
end_change (VswEngine *engine, VswDelta *delta, const VswPlan *plan, const GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;
  const VswLoanChange *change = g_task_get_task_data (task);

  if (error != NULL)
    {
      g_task_return_error (task, g_error_copy (error));
      return;
    }

  for (guint i = 0; i < change->gone->len; i++)
    g_hash_table_remove (engine->loans, ((VswValue *)g_ptr_array_index (change->gone, i))->id);
  if (change->begun != NULL)
    put_loan (engine->loans, change->begun);
  g_task_return_boolean (task, TRUE);
}

/* gone: (transfer full); begun: (nullable) */
static void
begin_change (VswEngine *engine, GPtrArray *gone, VswNic *begun, gpointer tag, GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (engine, NULL, callback, user_data);
  VswLoanChange *change = g_new (VswLoanChange, 1);

  change->gone = gone;
  change->begun = begun != NULL ? vsw_value_ref (begun) : NULL;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, change, free_change);
  vsw_engine_push_loans (engine, change, end_change, task);
}

/* --- public --- */

/**
 * vsw_engine_lend_async:
 * @self: the engine
 * @loan: an external NIC as it is bound, or is about to be
 * @callback: called when it is on disk: vsw_engine_loan_finish()
 * @user_data: for @callback
 *
 * Notes that another manager is about to let go of a NIC, in place of what was noted of the same NIC before. Thread: main.
 */
void
vsw_engine_lend_async (VswEngine *self, VswNic *loan, GAsyncReadyCallback callback, gpointer user_data)
{
  begin_change (self, list_superseded (self, loan), loan, vsw_engine_lend_async, callback, user_data);
}

/**
 * vsw_engine_repay_async:
 * @self: the engine
 * @id: of a loan
 * @callback: called when it is forgotten: vsw_engine_loan_finish()
 * @user_data: for @callback
 *
 * The other manager has the NIC back. Thread: main.
 */
void
vsw_engine_repay_async (VswEngine *self, const char *id, GAsyncReadyCallback callback, gpointer user_data)
{
  VswNic *loan = g_hash_table_lookup (self->loans, id);
  GPtrArray *gone = g_ptr_array_new_with_free_func (vsw_value_unref);

  if (loan != NULL)
    g_ptr_array_add (gone, vsw_value_ref (loan));
  begin_change (self, gone, NULL, vsw_engine_repay_async, callback, user_data);
}

/**
 * vsw_engine_loan_finish:
 * @self: the engine
 * @result: of vsw_engine_lend_async() or vsw_engine_repay_async()
 * @error: return location
 *
 * Errors: STORE; INVALID_STATE: the service is stopping. Thread: main.
 *
 * Returns: whether it is on disk
 */
gboolean
vsw_engine_loan_finish (VswEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * vsw_engine_get_loans:
 * @self: the engine
 *
 * Thread: main.
 *
 * Returns: (transfer none) (element-type utf8 VswNic): by id, what another manager has let go of and is to have back
 */
GHashTable *
vsw_engine_get_loans (VswEngine *self)
{
  return self->loans;
}
