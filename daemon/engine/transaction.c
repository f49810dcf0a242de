/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Order, and why:
 *
 *   store prepare rescue    what a NIC of the host was is on disk before anything is done to it
 *   store begin, write      a full disk is found before the kernel is touched
 *   operations              each with an inverse; the first failure undoes those before it, in reverse
 *   store commit            the point of no return
 *   final operations        deletions and hand-overs, which nothing can undo
 *
 * Killed before the commit, the next start finds devices that no object stands for, or that differ from the wish, and
 * removes or mends them. Killed after it, the next start finishes what the final operations would have done. So recovery is the ordinary
 * start. A final operation that fails leaves the one case that needs more: the store is written back, and the engine
 * repairs the devices that are already gone. */
#include "engine/transaction.h"

static gboolean
undo_operation (VswKernel *kernel, const VswOp *inverse)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (vsw_kernel_apply (kernel, inverse, &error))
    return TRUE;

  text = vsw_op_print (inverse);
  g_warning ("cannot undo a failed change: %s: %s", text, error->message);
  return FALSE;
}

/* Inverses of the first `count` operations, last first. What has to be deleted goes at the end and together: one by one a thousand ports take
 * seconds. Returns whether all went well. */
static gboolean
undo_operations (VswKernel *kernel, GPtrArray *ops, guint count)
{
  g_autoptr (VswOp) deletion = vsw_op_new (VSW_OP_DELETE, vsw_device_ref_by_name (""));
  gboolean is_clean = TRUE;

  for (guint i = count; i > 0; i--)
    {
      const VswOp *inverse = ((const VswOp *)g_ptr_array_index (ops, i - 1))->inverse;

      if (inverse == NULL)
        continue;
      if (inverse->kind == VSW_OP_DELETE)
        g_array_append_vals (deletion->devices, inverse->devices->data, inverse->devices->len);
      else if (!undo_operation (kernel, inverse))
        is_clean = FALSE;
    }

  if (deletion->devices->len > 0 && !undo_operation (kernel, deletion))
    is_clean = FALSE;

  return is_clean;
}

/* What could not be undone is still to be rescued. */
static VswOutcome
give_up (VswStore *store, gboolean is_clean)
{
  g_autoptr (GError) error = NULL;

  if (is_clean && !vsw_store_forget_rescue (store, &error))
    g_warning ("the store keeps what has been put back: %s", error->message);

  return is_clean ? VSW_OUTCOME_UNDONE : VSW_OUTCOME_BROKEN;
}

static gboolean
write_delta (VswStore *store, VswDelta *delta, GError **error)
{
  return vsw_store_begin (store, error) && vsw_store_write (store, delta, error);
}

static gboolean
write_back (VswStore *store, VswDelta *delta)
{
  g_autoptr (VswDelta) inverse = vsw_delta_invert (delta);
  g_autoptr (GError) error = NULL;

  if (write_delta (store, inverse, &error) && vsw_store_commit (store, &error))
    return TRUE;

  vsw_store_rollback (store);
  g_critical ("the store keeps a change that the kernel refused: %s", error->message);
  return FALSE;
}

/**
 * vsw_transaction_run:
 * @kernel: the kernel
 * @store: the store
 * @delta: what is to become true
 * @plan: how
 * @error: return location
 *
 * Makes a change. Thread: worker.
 *
 * Errors: those of the store and of the kernel.
 *
 * Returns: what became of it; @error is set unless it was committed
 */
VswOutcome
vsw_transaction_run (VswKernel *kernel, VswStore *store, VswDelta *delta, const VswPlan *plan, GError **error)
{
  if (!vsw_store_prepare_rescue (store, delta, error))
    return VSW_OUTCOME_UNDONE;
  if (!write_delta (store, delta, error))
    {
      vsw_store_rollback (store);
      return give_up (store, TRUE);
    }

  for (guint i = 0; i < plan->ops->len; i++)
    {
      if (vsw_kernel_apply (kernel, g_ptr_array_index (plan->ops, i), error))
        continue;

      vsw_store_rollback (store);
      return give_up (store, undo_operations (kernel, plan->ops, i));
    }

  if (!vsw_store_commit (store, error))
    {
      vsw_store_rollback (store);
      return give_up (store, undo_operations (kernel, plan->ops, plan->ops->len));
    }

  for (guint i = 0; i < plan->final->len; i++)
    {
      if (vsw_kernel_apply (kernel, g_ptr_array_index (plan->final, i), error))
        continue;

      /* If even the store refuses, memory and disk disagree until the next start, which believes the disk. */
      if (write_back (store, delta))
        vsw_store_prepare_rescue (store, delta, NULL);
      undo_operations (kernel, plan->ops, plan->ops->len);
      return VSW_OUTCOME_BROKEN;
    }

  return VSW_OUTCOME_COMMITTED;
}

/**
 * vsw_transaction_repair:
 * @kernel: the kernel
 * @plan: operations of a repair
 * @is_quiet: nothing is logged
 *
 * Does what it can: one failure does not stop the others, because each mends something. Thread: worker.
 *
 * Returns: how many operations failed
 */
guint
vsw_transaction_repair (VswKernel *kernel, const VswPlan *plan, gboolean is_quiet)
{
  GPtrArray *lists[] = { plan->ops, plan->final };
  guint n_failed = 0;

  for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; i < lists[l]->len; i++)
      {
        const VswOp *op = g_ptr_array_index (lists[l], i);
        g_autoptr (GError) error = NULL;

        if (vsw_kernel_apply (kernel, op, &error))
          continue;

        g_autofree char *text = vsw_op_print (op);
        if (!is_quiet)
          g_warning ("cannot repair: %s: %s", text, error->message);
        n_failed++;
      }

  return n_failed;
}
