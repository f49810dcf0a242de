/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a survey finds, as a test has put it. Facts of a link go with the link. */
#include "support/fake_private.h"

typedef struct
{
  VswLinkSurvey is;     /* but the addresses */
  GPtrArray *addresses; /* (owned) (element-type utf8) */
} FakeSurvey;

static void
free_survey (gpointer data)
{
  FakeSurvey *survey = data;

  g_free ((char *)survey->is.client);
  g_ptr_array_unref (survey->addresses);
  g_free (survey);
}

static void
free_drop (gpointer data)
{
  VswDropChain *drop = data;

  g_free ((char *)drop->family);
  g_free ((char *)drop->table);
  g_free ((char *)drop->chain);
  g_free (drop);
}

void
fake_survey_init (FakeState *state)
{
  state->surveys = g_hash_table_new_full (NULL, NULL, NULL, free_survey);
  state->drops = g_ptr_array_new_with_free_func (free_drop);
}

void
fake_survey_clear (FakeState *state)
{
  g_clear_pointer (&state->surveys, g_hash_table_unref);
  g_clear_pointer (&state->drops, g_ptr_array_unref);
}

static FakeSurvey *
get_survey (FakeState *state, guint index)
{
  FakeSurvey *survey = g_hash_table_lookup (state->surveys, GUINT_TO_POINTER (index));

  if (survey == NULL)
    {
      survey = g_new0 (FakeSurvey, 1);
      survey->is.index = index;
      survey->addresses = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (state->surveys, GUINT_TO_POINTER (index), survey);
    }
  return survey;
}

/* --- the port --- */

static guint
add_link (FakeState *state, VswSurvey *result, FakeLink *link)
{
  FakeSurvey *survey = get_survey (state, link->is.index);

  survey->is.is_guarded = !state->hides_guard && g_hash_table_contains (state->guards, link->is.name);
  g_ptr_array_add (survey->addresses, NULL);
  survey->is.addresses = (const char *const *)survey->addresses->pdata;

  VswLinkSurvey is = survey->is;
  if (link->bridge != NULL && survey->addresses->len == 1 && !is.has_packet_socket)
    is.client = NULL;
  vsw_survey_add_link (result, &is);
  g_ptr_array_set_size (survey->addresses, (gint)survey->addresses->len - 1);
  return survey->is.filtered;
}

VswSurvey *
fake_survey_new (FakeState *state, GArray *indexes)
{
  VswSurvey *result = vsw_survey_new ();
  guint frames = state->filtered;

  result->has_filter = TRUE;
  result->filtered = state->filtered;
  for (guint i = 0; i < indexes->len; i++)
    {
      FakeLink *link = fake_link_get (state->home, g_array_index (indexes, guint, i));

      if (link != NULL)
        frames |= add_link (state, result, link);
    }
  for (guint i = 0; i < state->drops->len; i++)
    {
      VswDropChain drop = *(VswDropChain *)g_ptr_array_index (state->drops, i);

      drop.frames &= frames;
      if (drop.frames != 0)
        vsw_survey_add_drop (result, &drop);
    }
  return result;
}

/* --- hands --- */

static FakeSurvey *
find (FakeState *state, const char *name)
{
  FakeLink *link = fake_link_find (state->home, name);

  g_assert (link != NULL);
  return get_survey (state, link->is.index);
}

void
vsw_fake_kernel_set_filtered (VswKernel *self, const char *bridge, guint frames)
{
  FakeState *state = fake_enter (self);

  if (bridge != NULL)
    find (state, bridge)->is.filtered = frames;
  else
    state->filtered = frames;
  fake_leave (self);
}

void
vsw_fake_kernel_add_drop (VswKernel *self, const VswDropChain *drop)
{
  FakeState *state = fake_enter (self);
  VswDropChain *copy = g_new (VswDropChain, 1);

  *copy = *drop;
  copy->family = g_strdup (drop->family);
  copy->table = g_strdup (drop->table);
  copy->chain = g_strdup (drop->chain);
  g_ptr_array_add (state->drops, copy);
  fake_leave (self);
}

void
vsw_fake_kernel_clear_drops (VswKernel *self)
{
  g_ptr_array_set_size (fake_enter (self)->drops, 0);
  fake_leave (self);
}

void
vsw_fake_kernel_hide_guard (VswKernel *self, gboolean is_hidden)
{
  fake_enter (self)->hides_guard = is_hidden;
  fake_leave (self);
}

void
vsw_fake_kernel_set_advertisements (VswKernel *self, const char *name, gboolean takes)
{
  find (fake_enter (self), name)->is.takes_advertisements = takes;
  fake_leave (self);
}

void
vsw_fake_kernel_add_address (VswKernel *self, const char *name, const char *address, gboolean is_lease)
{
  FakeSurvey *survey = find (fake_enter (self), name);

  survey->is.has_lease = survey->is.has_lease || is_lease;
  g_ptr_array_add (survey->addresses, g_strdup (address));
  fake_leave (self);
}

void
vsw_fake_kernel_clear_addresses (VswKernel *self, const char *name)
{
  FakeSurvey *survey = find (fake_enter (self), name);

  survey->is.has_lease = FALSE;
  g_ptr_array_set_size (survey->addresses, 0);
  fake_leave (self);
}

void
vsw_fake_kernel_set_packet_socket (VswKernel *self, const char *name, gboolean is_there)
{
  find (fake_enter (self), name)->is.has_packet_socket = is_there;
  fake_leave (self);
}

void
vsw_fake_kernel_set_client (VswKernel *self, const char *name, const char *program, guint process)
{
  FakeSurvey *survey = find (fake_enter (self), name);

  g_free ((char *)survey->is.client);
  survey->is.client = g_strdup (program);
  survey->is.client_process = process;
  fake_leave (self);
}

void
vsw_fake_kernel_set_survey_fault (VswKernel *self, guint k, VswError code)
{
  fake_enter (self);
  VSW_FAKE_KERNEL (self)->survey_fault = (FakeFault){ .at = k, .is_lasting = TRUE, .code = code };
  VSW_FAKE_KERNEL (self)->surveys = 0;
  fake_leave (self);
}

guint
vsw_fake_kernel_get_surveyed (VswKernel *self)
{
  guint surveyed;

  fake_enter (self);
  surveyed = VSW_FAKE_KERNEL (self)->surveys;
  fake_leave (self);
  return surveyed;
}
