/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One turn after another. A turn is resolved and planned when it begins, against what is true then; the model is put back before the
 * worker starts, and changes for good only when store and kernel have. */
#include "engine/state.h"

#include "engine/addresses.h"
#include "engine/question.h"
#include "engine/transaction.h"

typedef enum
{
  TURN_CHANGES,
  TURN_REPAIR,
  TURN_LIST,
  TURN_GUARD,
  TURN_ADDRESSES,
  TURN_LOAN,
} TurnKind;

struct _VswTurn
{
  TurnKind kind;
  VswEngine *engine; /* (owned) */

  gboolean is_dry;           /* its changes are only planned */
  gboolean is_asking;        /* its changes have something to ask first */
  GPtrArray *changes;        /* (owned) (nullable) (element-type VswChange) */
  GCancellable *cancellable; /* (owned) (nullable) */
  VswTurnEnd end;            /* (nullable) */
  gpointer end_data;         /* (unowned) */

  GPtrArray *ids;            /* (owned) (nullable) of a repair; NULL: all */
  GPtrArray *bridges;        /* (owned) (nullable) of the guard */
  gboolean is_quarantine;    /* a repair that only keeps harm away */
  gboolean is_wish;          /* a change of model and store alone */
  gboolean is_quiet;         /* a repair that was tried before */
  gboolean is_thorough;      /* a repair that looks at what links do not show, too */
  VswAddressWish *addresses; /* (owned) (nullable) of a thorough repair */
  VswLoanChange *loans;      /* (unowned) (nullable) good until the end is told */
  VswPlan *rescue;           /* (owned) (nullable) of a thorough repair: NICs of the host */

  VswDelta *delta;  /* (owned) (nullable) */
  VswPlan *plan;    /* (owned) (nullable) */
  VswLinks *listed; /* (owned) (nullable) */
  VswOutcome outcome;
  GError *error; /* (owned) (nullable) */
};

static void
free_turn (VswTurn *turn)
{
  g_clear_pointer (&turn->changes, g_ptr_array_unref);
  g_clear_object (&turn->cancellable);
  g_clear_pointer (&turn->ids, g_ptr_array_unref);
  g_clear_pointer (&turn->bridges, g_ptr_array_unref);
  g_clear_pointer (&turn->addresses, vsw_address_wish_free);
  g_clear_pointer (&turn->rescue, vsw_plan_free);
  g_clear_pointer (&turn->delta, vsw_delta_unref);
  g_clear_pointer (&turn->plan, vsw_plan_free);
  g_clear_pointer (&turn->listed, vsw_links_free);
  g_clear_error (&turn->error);
  g_object_unref (turn->engine);
  g_free (turn);
}

/* Says how it ended, once. */
static void
end_turn (VswEngine *engine, VswTurn *turn, VswDelta *delta)
{
  if (turn->end != NULL)
    turn->end (engine, delta, turn->plan, turn->error, turn->end_data);
  free_turn (turn);
}

static void
set_stopping (GError **error)
{
  g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_STATE, "the service is stopping");
}

/* --- on the worker --- */

/* Before anything else: the host may be cut off. */
static void
run_rescue (VswEngine *engine, VswTurn *turn)
{
  g_autoptr (GError) error = NULL;

  if (turn->rescue == NULL || vsw_transaction_repair (engine->kernel, turn->rescue, FALSE) > 0)
    return;
  if (!vsw_store_forget_rescue (engine->store, &error))
    g_warning ("the store keeps what has been put back: %s", error->message);
}

/* The error of the turn is that of the change that made the repair necessary, if there was one; its own are logged. */
static void
run_repair (VswEngine *engine, VswTurn *turn)
{
  g_autoptr (GError) error = NULL;

  run_rescue (engine, turn);
  if (turn->is_thorough)
    vsw_kernel_reset_guard (engine->kernel, turn->bridges, &error);
  if (turn->is_thorough && error == NULL)
    vsw_address_wish_fulfil (turn->addresses, engine->kernel);
  if (error != NULL)
    g_warning ("cannot put the guard back: %s", error->message);
  g_clear_error (&error);

  if (turn->delta == NULL)
    vsw_transaction_repair (engine->kernel, turn->plan, turn->is_quiet);
  else
    turn->outcome = vsw_transaction_run (engine->kernel, engine->store, turn->delta, turn->plan, &error);
  if (error != NULL)
    g_warning ("cannot repair: %s", error->message);
}

static void
run_turn (gpointer data)
{
  VswTurn *turn = data;
  VswEngine *engine = turn->engine;

  if (turn->is_asking)
    {
      vsw_questions_ask (turn->changes, engine->kernel, &turn->error);
      return;
    }

  switch (turn->kind)
    {
    case TURN_CHANGES:
      turn->outcome = vsw_transaction_run (engine->kernel, engine->store, turn->delta, turn->plan, &turn->error);
      break;
    case TURN_REPAIR:
      run_repair (engine, turn);
      break;
    case TURN_LIST:
      turn->listed = vsw_kernel_list (engine->kernel, &turn->error);
      break;
    case TURN_GUARD:
      vsw_kernel_reset_guard (engine->kernel, turn->bridges, &turn->error);
      break;
    case TURN_ADDRESSES:
      vsw_address_wish_fulfil (turn->addresses, engine->kernel);
      break;
    case TURN_LOAN:
      vsw_loan_change_write (turn->loans, engine->store, &turn->error);
      break;
    }
}

/* --- back on the main thread --- */

static gboolean prepare_turn (VswEngine *engine, VswTurn *turn);
static void give_to_worker (VswEngine *engine, VswTurn *turn);
static void add_repaired (VswEngine *engine, const VswTurn *turn, VswKeys *keys);
static void begin_next (VswEngine *engine);

/* A change that could not be undone wholly: what it left is repaired before its caller hears of it. That takes a repair of everything, because
 * what it created and could not delete is nobody's now. */
static gboolean
repair_broken (VswEngine *engine, VswTurn *turn)
{
  if (turn->kind != TURN_CHANGES || turn->outcome != VSW_OUTCOME_BROKEN)
    return FALSE;
  /* Nobody is left to do it; the next start does. */
  if (engine->is_stopped)
    return FALSE;

  g_autoptr (GPtrArray) uplinks = vsw_uplinks_list (turn->delta);

  g_clear_pointer (&turn->delta, vsw_delta_unref);
  g_clear_pointer (&turn->plan, vsw_plan_free);
  turn->rescue = uplinks->len > 0 ? vsw_plan_new_for_rescue (engine->model, engine->links, uplinks) : NULL;
  turn->kind = TURN_REPAIR;
  turn->is_thorough = TRUE;
  prepare_turn (engine, turn);
  turn->bridges = vsw_engine_list_bridges (engine);
  turn->addresses = vsw_address_wish_new (engine->model, engine->links);
  give_to_worker (engine, turn);

  return TRUE;
}

/* What was asked is answered: the request goes on where it would have begun. */
static void
go_on (VswEngine *engine, VswTurn *turn)
{
  turn->is_asking = FALSE;
  if (turn->error == NULL && engine->is_stopped)
    set_stopping (&turn->error);
  if (turn->error == NULL && prepare_turn (engine, turn))
    {
      give_to_worker (engine, turn);
      return;
    }

  end_turn (engine, turn, turn->error == NULL ? turn->delta : NULL);
  begin_next (engine);
}

static void
take_list (VswEngine *engine, const VswTurn *turn)
{
  engine->list_is_wanted = FALSE;
  if (turn->listed != NULL)
    vsw_engine_merge_list (engine, turn->listed);
  else
    g_warning ("cannot list the links: %s", turn->error->message);
}

static void
finish_turn (gpointer data)
{
  VswTurn *turn = data;
  VswEngine *engine = turn->engine;
  gboolean is_committed = turn->delta != NULL && turn->outcome == VSW_OUTCOME_COMMITTED;
  g_autoptr (VswDelta) delta = is_committed ? vsw_delta_ref (turn->delta) : NULL;
  g_autoptr (VswKeys) keys = vsw_keys_new ();
  gboolean is_wish = turn->is_wish && is_committed;

  /* A list goes before what was told since it was made. */
  if (turn->kind == TURN_LIST)
    take_list (engine, turn);
  vsw_kernel_drain (engine->kernel);
  engine->turn = NULL;
  g_clear_pointer (&engine->turn_keys, g_hash_table_unref);
  vsw_engine_let_go (engine);

  if (turn->kind == TURN_GUARD)
    {
      engine->guard_is_lost = FALSE;
      if (turn->error != NULL)
        g_critical ("cannot put the guard back; the host may reach its switches: %s", turn->error->message);
    }

  vsw_engine_settle (engine, delta);
  vsw_engine_note_diversions (engine, turn->delta, turn->rescue != NULL);
  if (turn->is_asking)
    {
      go_on (engine, turn);
      return;
    }
  if (repair_broken (engine, turn))
    return;

  /* Looked at again: the wish may have changed first (a lost far end was called home), or the repair did not help. So is what came while it ran. */
  if (turn->kind == TURN_REPAIR)
    add_repaired (engine, turn, keys);
  if (g_hash_table_size (keys) + g_hash_table_size (engine->suspects) > 0)
    vsw_engine_check_drift (engine, keys);

  vsw_engine_review_losses (engine);
  if (turn->changes != NULL && delta != NULL)
    vsw_engine_note_rollback (engine, turn->changes, turn->plan, delta);
  end_turn (engine, turn, delta);
  if (is_wish)
    vsw_engine_push_repair (engine, NULL);
  begin_next (engine);
}

/* --- beginning --- */

static void
add_all_ids (VswKeys *keys, GHashTable *values)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    vsw_keys_add (keys, id);
}

/* What a repair is about. */
static void
add_repaired (VswEngine *engine, const VswTurn *turn, VswKeys *keys)
{
  for (guint i = 0; turn->ids != NULL && i < turn->ids->len; i++)
    vsw_keys_add (keys, g_ptr_array_index (turn->ids, i));
  if (turn->ids != NULL)
    return;

  add_all_ids (keys, vsw_model_get_switches (engine->model));
  add_all_ids (keys, vsw_model_get_nics (engine->model));
}

static void
give_to_worker (VswEngine *engine, VswTurn *turn)
{
  engine->turn = turn;
  engine->turn_keys = vsw_keys_new ();
  if (turn->delta != NULL)
    vsw_keys_add_delta (engine->turn_keys, engine, turn->delta);
  if (turn->kind == TURN_REPAIR || turn->kind == TURN_ADDRESSES)
    add_repaired (engine, turn, engine->turn_keys);
  vsw_worker_push (engine->worker, run_turn, finish_turn, turn);
}

/* Returns FALSE if there is nothing to do for the worker. */
static gboolean
prepare_changes (VswEngine *engine, VswTurn *turn)
{
  g_autoptr (VswDelta) nothing = vsw_delta_new ();

  if (turn->cancellable != NULL && g_cancellable_set_error_if_cancelled (turn->cancellable, &turn->error))
    return FALSE;
  if (!vsw_model_resolve (engine->model, engine->links, turn->changes, &turn->delta, &turn->error))
    return FALSE;

  turn->plan = vsw_plan_new (engine->model, engine->links, turn->is_wish ? nothing : turn->delta);
  vsw_model_revert (engine->model, turn->delta);

  return !turn->is_dry && vsw_delta_get_size (turn->delta) > 0;
}

static gboolean
prepare_repair (VswEngine *engine, VswTurn *turn)
{
  if (!turn->is_quarantine)
    turn->delta = vsw_engine_recall_nics (engine, turn->ids);
  if (turn->is_quarantine)
    turn->plan = vsw_plan_new_for_quarantine (engine->model, engine->links, turn->ids);
  else if (turn->delta == NULL)
    turn->plan = vsw_plan_new_for_drift (engine->model, engine->links, turn->ids);
  else
    {
      vsw_model_apply (engine->model, turn->delta);
      turn->plan = vsw_plan_new (engine->model, engine->links, turn->delta);
      vsw_model_revert (engine->model, turn->delta);
    }
  if (!turn->is_quiet)
    vsw_engine_log_findings (turn->plan);

  return turn->delta != NULL || !vsw_plan_is_empty (turn->plan);
}

static gboolean
prepare_turn (VswEngine *engine, VswTurn *turn)
{
  switch (turn->kind)
    {
    case TURN_CHANGES:
      return prepare_changes (engine, turn);
    case TURN_REPAIR:
      return prepare_repair (engine, turn);
    case TURN_LIST:
    case TURN_LOAN:
      return TRUE;
    case TURN_GUARD:
      turn->bridges = vsw_engine_list_bridges (engine);
      return TRUE;
    case TURN_ADDRESSES:
      turn->addresses = vsw_address_wish_new (engine->model, engine->links);
      return TRUE;
    }
  g_assert_not_reached ();
}

/* A loop, not a recursion: a thousand requests that are refused at once must not pile up on the stack. */
static void
begin_next (VswEngine *engine)
{
  while (engine->turn == NULL && !engine->is_stopped && !g_queue_is_empty (&engine->turns))
    {
      VswTurn *turn = g_queue_pop_head (&engine->turns);

      turn->is_asking = turn->kind == TURN_CHANGES
                        && vsw_questions_find (turn->changes, engine->model, engine->links);
      if (turn->is_asking || prepare_turn (engine, turn))
        give_to_worker (engine, turn);
      else
        end_turn (engine, turn, turn->error == NULL ? turn->delta : NULL);
    }
}

static VswTurn *
new_turn (VswEngine *engine, TurnKind kind)
{
  VswTurn *turn = g_new0 (VswTurn, 1);

  turn->kind = kind;
  turn->engine = g_object_ref (engine);

  return turn;
}

static void
push_turn (VswEngine *engine, VswTurn *turn)
{
  g_queue_push_tail (&engine->turns, turn);
  begin_next (engine);
}

void
vsw_engine_push_changes (VswEngine *engine, GPtrArray *changes, gboolean is_dry, GCancellable *cancellable,
                         VswTurnEnd end, gpointer data)
{
  VswTurn *turn = new_turn (engine, TURN_CHANGES);

  turn->changes = changes;
  turn->is_dry = is_dry;
  turn->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  turn->end = end;
  turn->end_data = data;
  push_turn (engine, turn);
}

void
vsw_engine_push_wish (VswEngine *engine, GPtrArray *changes, VswTurnEnd end, gpointer data)
{
  VswTurn *turn = new_turn (engine, TURN_CHANGES);

  turn->changes = changes;
  turn->end = end;
  turn->end_data = data;
  turn->is_wish = TRUE;
  push_turn (engine, turn);
}

void
vsw_engine_push_repair (VswEngine *engine, GPtrArray *ids)
{
  VswTurn *turn = new_turn (engine, TURN_REPAIR);

  turn->ids = ids;
  push_turn (engine, turn);
}

static VswTurn *
new_repair_of_one (VswEngine *engine, const char *id)
{
  VswTurn *turn = new_turn (engine, TURN_REPAIR);

  turn->ids = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (turn->ids, g_strdup (id));

  return turn;
}

void
vsw_engine_push_quarantine (VswEngine *engine, const char *nic_id)
{
  VswTurn *turn = new_repair_of_one (engine, nic_id);

  turn->is_quarantine = TRUE;
  push_turn (engine, turn);
}

void
vsw_engine_push_claim (VswEngine *engine, const char *nic_id)
{
  VswTurn *turn = new_repair_of_one (engine, nic_id);

  turn->is_quiet = TRUE;
  push_turn (engine, turn);
}

void
vsw_engine_push_list (VswEngine *engine)
{
  push_turn (engine, new_turn (engine, TURN_LIST));
}

void
vsw_engine_push_addresses (VswEngine *engine)
{
  push_turn (engine, new_turn (engine, TURN_ADDRESSES));
}

void
vsw_engine_push_loans (VswEngine *engine, VswLoanChange *loans, VswTurnEnd end, gpointer data)
{
  VswTurn *turn = new_turn (engine, TURN_LOAN);

  turn->loans = loans;
  turn->end = end;
  turn->end_data = data;
  push_turn (engine, turn);
}

void
vsw_engine_push_guard (VswEngine *engine)
{
  push_turn (engine, new_turn (engine, TURN_GUARD));
}

/* Whoever still waits is told that the service stops. */
void
vsw_engine_clear_turns (VswEngine *engine)
{
  VswTurn *turn;

  while ((turn = g_queue_pop_head (&engine->turns)) != NULL)
    {
      set_stopping (&turn->error);
      end_turn (engine, turn, NULL);
    }
}
