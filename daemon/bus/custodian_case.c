/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/custodian_state.h"

#include "bus/handover.h"
#include "bus/profile.h"
#include "model/links.h"

#define CODE     "network-manager"
#define PACE_MIN 1000   /* milliseconds from one attempt to the next, doubled each time … */
#define PACE_MAX 60000  /* … up to this */
#define CALM     120000 /* milliseconds in order, after which it is forgiven */

typedef struct
{
  VswCustodian *self;   /* (unowned) good while `life` is not cancelled */
  GCancellable *life;   /* (owned) */
  GCancellable *errand; /* (owned) (nullable) */
  char *id;             /* (owned) */
  VswHandoverWish wish;
} Errand;

static Errand *
new_errand (VswCustodian *self, const char *id)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->self = self;
  errand->life = g_object_ref (self->life);
  errand->id = g_strdup (id);
  return errand;
}

static void
free_errand (Errand *errand)
{
  g_object_unref (errand->life);
  g_clear_object (&errand->errand);
  g_free (errand->id);
  g_free (errand);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, free_errand)

void
vsw_case_stop (VswCase *self)
{
  if (self->errand != NULL)
    g_cancellable_cancel (self->errand);
  g_clear_object (&self->errand);
}

void
vsw_case_free (gpointer data)
{
  VswCase *self = data;

  vsw_case_stop (self);
  g_free (self);
}

VswCase *
vsw_custodian_get_case (VswCustodian *self, const char *id)
{
  VswCase *one = g_hash_table_lookup (self->cases, id);

  if (one == NULL)
    {
      one = g_new0 (VswCase, 1);
      one->is_due = TRUE;
      g_hash_table_insert (self->cases, g_strdup (id), one);
    }
  return one;
}

/* --- what is so --- */

/* (nullable) the value of that NIC among those: of the same id, or else another about the same NIC. */
static VswNic *
find_same (GHashTable *nics, const VswNic *nic)
{
  VswNic *found = g_hash_table_lookup (nics, nic->head.id);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, nics);
  while (found == NULL && g_hash_table_iter_next (&iter, NULL, &value))
    if (vsw_uplink_is_same (((VswNic *)value)->uplink, nic->uplink))
      found = value;
  return found;
}

VswNic *
vsw_custodian_find_loan (VswCustodian *self, const VswNic *nic)
{
  return find_same (vsw_engine_get_loans (self->engine), nic);
}

static gboolean
is_held (VswCustodian *self, const char *id)
{
  GHashTableIter iter;
  gpointer earlier;

  if (g_hash_table_contains (self->held, id))
    return TRUE;
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &earlier))
    if (g_strcmp0 (earlier, id) == 0)
      return TRUE;
  return FALSE;
}

gboolean
vsw_custodian_is_idle (VswCustodian *self)
{
  GHashTableIter iter;
  gpointer one;

  g_hash_table_iter_init (&iter, self->cases);
  while (g_hash_table_iter_next (&iter, NULL, &one))
    if (((VswCase *)one)->errand != NULL || ((VswCase *)one)->is_over)
      return FALSE;
  return g_hash_table_size (self->lent) == 0;
}

/* --- one loan --- */

static void
say (VswCustodian *self, const char *id, const char *text)
{
  vsw_engine_set_condition (self->engine, CODE, id, text);
}

/* The longer they disagree, the more rarely we insist. What was mended is looked at once more. */
static void
note_attempt (VswCase *one, gboolean is_in_order)
{
  if (!is_in_order)
    {
      one->is_due = TRUE;
      one->pace = one->pace == 0 ? PACE_MIN : MIN (one->pace * 2, PACE_MAX);
      one->acted = g_get_monotonic_time ();
      one->not_before = vsw_alarm_later (one->pace);
    }
  else if (g_get_monotonic_time () > one->acted + (gint64)CALM * 1000)
    one->pace = 0;
}

/* The same NIC may be bound again by now, under the same id. */
static void
on_repaid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_fine = vsw_engine_loan_finish (VSW_ENGINE (source), result, &error);
  VswCase *one =
      !g_cancellable_is_cancelled (errand->life) ? g_hash_table_lookup (errand->self->cases, errand->id) : NULL;

  if (one == NULL)
    return;

  one->is_over = FALSE;
  if (is_fine)
    g_hash_table_remove (errand->self->cases, errand->id);
  else
    {
      g_warning ("the store keeps a NIC that its manager has back: %s", error->message);
      note_attempt (one, FALSE);
    }
  vsw_custodian_go_on (errand->self);
}

static void
repay (VswCustodian *self, const char *id, VswCase *one)
{
  one->is_over = TRUE;
  vsw_engine_repay_async (self->engine, id, on_repaid, new_errand (self, id));
}

static void
on_handed_over (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  VswCustodian *self = errand->self;
  g_autoptr (GError) error = NULL;
  VswHandoverOutcome outcome;
  gboolean is_fine = vsw_handover_finish (result, &outcome, &error);
  VswCase *one = !g_cancellable_is_cancelled (errand->life) ? g_hash_table_lookup (self->cases, errand->id) : NULL;

  /* It was given up, and another may be under way. */
  if (one == NULL || one->errand != errand->errand)
    return;

  g_clear_object (&one->errand);
  note_attempt (one, is_fine && !outcome.has_acted);
  say (self, errand->id, is_fine ? NULL : error->message);
  if (is_fine && outcome.is_done && errand->wish == VSW_HANDOVER_GIVE_BACK)
    repay (self, errand->id, one);
  vsw_custodian_go_on (self);
}

static void
begin (VswCustodian *self, const VswNic *loan, VswCase *one, const VswHandover *wish)
{
  Errand *errand = new_errand (self, loan->head.id);

  one->errand = g_cancellable_new ();
  errand->errand = g_object_ref (one->errand);
  errand->wish = wish->wish;
  vsw_handover_async (self->connection, wish, VSW_HANDOVER_TIMEOUT, one->errand, on_handed_over, errand);
}

static void
keep (VswCustodian *self, const VswNic *loan, VswCase *one, const VswNic *bound)
{
  VswModel *model = vsw_engine_get_model (self->engine);
  VswLinks *links = vsw_engine_get_links (self->engine);
  const VswLink *link = vsw_links_get_device (links, bound->device);
  const VswNic *host = bound->uplink->host_id != NULL ? vsw_model_get_nic (model, bound->uplink->host_id) : NULL;
  const VswLink *internal = host != NULL ? vsw_facts_get_far_end (links, host) : NULL;
  const VswPort *port = vsw_model_find_port_of_nic (model, bound->head.id);
  const VswSwitch *home = port != NULL ? vsw_model_get_switch (model, port->switch_id) : NULL;
  const char *profile = loan->uplink->profile;
  g_autofree char *copy = profile != NULL ? vsw_profile_get_copy_uuid (profile, bound->head.id) : NULL;

  begin (self, loan, one,
         &(VswHandover){ .wish = VSW_HANDOVER_KEEP,
                         .nic = link != NULL ? link->name : NULL,
                         .profile = profile,
                         .internal = internal != NULL && copy != NULL ? internal->name : NULL,
                         .copy = copy,
                         .lease = loan->uplink->lease,
                         .home = home != NULL ? home->head.name : "" });
}

/* One that is not there is nobody's; when it comes, NetworkManager knows nothing of us. */
static void
give_back (VswCustodian *self, const VswNic *loan, VswCase *one)
{
  const VswLink *link = vsw_uplink_find (loan->uplink, vsw_engine_get_links (self->engine));

  if (link != NULL)
    {
      begin (self, loan, one,
             &(VswHandover){ .wish = VSW_HANDOVER_GIVE_BACK, .nic = link->name, .profile = loan->uplink->profile });
      return;
    }

  say (self, loan->head.id, NULL);
  repay (self, loan->head.id, one);
}

static void
attend_one (VswCustodian *self, const VswNic *loan, VswCase *one)
{
  const VswNic *bound = find_same (vsw_model_get_uplinks (vsw_engine_get_model (self->engine)), loan);

  if (!one->is_due || one->errand != NULL || one->is_over || !self->is_there || is_held (self, loan->head.id)
      || g_get_monotonic_time () < one->not_before)
    return;

  one->is_due = FALSE;
  if (bound != NULL)
    keep (self, loan, one, bound);
  else
    give_back (self, loan, one);
}

/* --- all of them --- */

static void
on_lent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  if (!vsw_engine_loan_finish (VSW_ENGINE (source), result, &error))
    g_warning ("it is not noted that a NIC is to be given back: %s", error->message);
  if (g_cancellable_is_cancelled (errand->life))
    return;

  g_hash_table_remove (errand->self->lent, errand->id);
  if (error == NULL)
    vsw_custodian_go_on (errand->self);
}

/* As after a rollback that binds again what had been given back; or it is known by another name now. */
static void
note_loans (VswCustodian *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, vsw_model_get_uplinks (vsw_engine_get_model (self->engine)));
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      VswNic *bound = value;

      const VswNic *loan = vsw_custodian_find_loan (self, bound);

      if (!bound->uplink->is_taken_over || (loan != NULL && vsw_uplink_is_same (loan->uplink, bound->uplink))
          || !g_hash_table_add (self->lent, g_strdup (bound->head.id)))
        continue;
      vsw_engine_lend_async (self->engine, bound, on_lent, new_errand (self, bound->head.id));
    }
}

static void
forget_absent (VswCustodian *self)
{
  GHashTable *loans = vsw_engine_get_loans (self->engine);
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->cases);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (loans, id))
      {
        say (self, id, NULL);
        g_hash_table_iter_remove (&iter);
      }
}

gint64
vsw_custodian_attend (VswCustodian *self)
{
  gint64 next = G_MAXINT64;
  GHashTableIter iter;
  gpointer loan;

  note_loans (self);
  forget_absent (self);
  g_hash_table_iter_init (&iter, vsw_engine_get_loans (self->engine));
  while (g_hash_table_iter_next (&iter, NULL, &loan))
    {
      VswCase *one = vsw_custodian_get_case (self, ((VswNic *)loan)->head.id);

      attend_one (self, loan, one);
      if (one->is_due && one->errand == NULL && !one->is_over && self->is_there)
        next = MIN (next, one->not_before);
    }
  return next;
}
