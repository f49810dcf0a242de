/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/delta.h"

struct _VswDelta
{
  GPtrArray *pairs;  /* (owned) (element-type VswPair) in the order of first touch */
  GHashTable *by_id; /* (owned) id, of a value of the pair → (unowned) VswPair */
};

static void
free_pair (gpointer pair)
{
  VswPair *self = pair;
  g_clear_pointer (&self->before, vsw_value_unref);
  g_clear_pointer (&self->after, vsw_value_unref);
  g_clear_pointer (&self->target, vsw_namespace_unref);
  g_clear_pointer (&self->handout, vsw_handout_unref);
  g_clear_pointer (&self->ip, vsw_ip_config_unref);
  g_free (self);
}

static void
clear_delta (gpointer delta)
{
  VswDelta *self = delta;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->pairs);
}

/**
 * vsw_delta_new:
 *
 * Makes a delta that says nothing yet. (transfer full) Any thread.
 */
VswDelta *
vsw_delta_new (void)
{
  VswDelta *self = g_atomic_rc_box_new0 (VswDelta);
  self->pairs = g_ptr_array_new_with_free_func (free_pair);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/**
 * vsw_delta_ref:
 *
 * Takes a reference. Any thread; but who holds the only one may put.
 */
VswDelta *
vsw_delta_ref (VswDelta *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * vsw_delta_unref:
 *
 * Drops a reference; the last one frees. Any thread.
 */
void
vsw_delta_unref (VswDelta *self)
{
  g_atomic_rc_box_release_full (self, clear_delta);
}

static gpointer
ref_or_null (gconstpointer value)
{
  return value != NULL ? vsw_value_ref (value) : NULL;
}

/* The pair of that object, with its new end. */
static VswPair *
fold (VswDelta *self, gconstpointer before, gconstpointer after)
{
  const VswValue *one = after != NULL ? after : before;
  VswPair *pair = g_hash_table_lookup (self->by_id, one->id);
  if (pair == NULL)
    {
      pair = g_new0 (VswPair, 1);
      pair->before = ref_or_null (before);
      g_ptr_array_add (self->pairs, pair);
      g_hash_table_insert (self->by_id, g_strdup (one->id), pair);
    }
  VswValue *replaced = pair->after;
  pair->after = ref_or_null (after);
  g_clear_pointer (&replaced, vsw_value_unref);
  return pair;
}

static void
set_target (VswPair *pair, VswNamespace *target)
{
  g_clear_pointer (&pair->target, vsw_namespace_unref);
  pair->target = target != NULL ? vsw_namespace_ref (target) : NULL;
}

static void
set_handout (VswPair *pair, VswHandout *handout)
{
  g_clear_pointer (&pair->handout, vsw_handout_unref);
  pair->handout = handout != NULL ? vsw_handout_ref (handout) : NULL;
}

/**
 * vsw_delta_put:
 * @before: (nullable): the value as it was just now; NULL: the object is new
 * @after: (nullable): the value as it is to be; NULL: the object goes
 * @target: (nullable): where the far end of the NIC is to go
 *
 * Adds a step, folding it into the earlier ones of the same object: of those @before counts no more. A pair that comes to
 * nothing disappears. Any thread, while nobody else holds the delta.
 */
void
vsw_delta_put (VswDelta *self, gconstpointer before, gconstpointer after, VswNamespace *target)
{
  g_return_if_fail (before != NULL || after != NULL);
  g_autofree char *id = g_strdup (((const VswValue *)(after != NULL ? after : before))->id);
  VswPair *pair = fold (self, before, after);
  if (target != NULL || after == NULL)
    set_target (pair, after != NULL ? target : NULL);
  if (after == NULL)
    set_handout (pair, NULL);
  if (pair->handout != NULL || pair->ip != NULL || !vsw_value_equal (pair->before, pair->after))
    return;
  g_hash_table_remove (self->by_id, id);
  g_ptr_array_remove (self->pairs, pair);
}

/**
 * vsw_delta_put_handout:
 * @before: (nullable): the NIC as it was just now
 * @after: the NIC as it is to be
 * @handout: where its descriptors are to go
 *
 * Adds a step that hands out the descriptors of a tap. Its pair stays even if before and after are equal. Any thread, while nobody
 * else holds the delta.
 */
void
vsw_delta_put_handout (VswDelta *self, gconstpointer before, gconstpointer after, VswHandout *handout)
{
  set_handout (fold (self, before, after), handout);
}

/**
 * vsw_delta_put_ip:
 * @before: the NIC as it was just now
 * @after: (nullable): the NIC as it is to be; NULL: it goes
 * @ip: what IP has where it has it now
 *
 * Adds the step that lets a NIC of the host go, or takes off one that stays what it has been given. Its pair stays even if before and after are
 * equal. Any thread, while nobody else holds the delta.
 */
void
vsw_delta_put_ip (VswDelta *self, gconstpointer before, gconstpointer after, const VswIpConfig *ip)
{
  VswPair *pair = fold (self, before, after);
  g_clear_pointer (&pair->ip, vsw_ip_config_unref);
  pair->ip = vsw_ip_config_ref (ip);
}

/**
 * vsw_delta_get_size:
 *
 * How many objects it touches. Any thread.
 */
guint
vsw_delta_get_size (VswDelta *self)
{
  return self->pairs->len;
}

/**
 * vsw_delta_get:
 * @position: below vsw_delta_get_size()
 *
 * One pair. (transfer none) Any thread.
 */
const VswPair *
vsw_delta_get (VswDelta *self, guint position)
{
  g_return_val_if_fail (position < self->pairs->len, NULL);
  return self->pairs->pdata[position];
}

/**
 * vsw_delta_removes:
 * @id: of an object
 *
 * Whether it goes with this delta. Any thread.
 */
gboolean
vsw_delta_removes (VswDelta *self, const char *id)
{
  const VswPair *pair = g_hash_table_lookup (self->by_id, id);
  return pair != NULL && pair->after == NULL;
}

/**
 * vsw_delta_invert:
 *
 * What undoes it: old and new exchanged, last first. Targets and handouts are left out, for
 * what was given away does not come back. (transfer full) Any thread.
 */
VswDelta *
vsw_delta_invert (VswDelta *self)
{
  VswDelta *inverse = vsw_delta_new ();
  for (guint i = self->pairs->len; i > 0; i--)
    {
      const VswPair *pair = self->pairs->pdata[i - 1];
      vsw_delta_put (inverse, pair->after, pair->before, NULL);
    }
  return inverse;
}
