/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/survey.h"

static void
free_drop (gpointer data)
{
  VswDropChain *drop = data;

  g_free ((char *)drop->family);
  g_free ((char *)drop->table);
  g_free ((char *)drop->chain);
  g_free (drop);
}

static void
free_link (gpointer data)
{
  VswLinkSurvey *link = data;

  g_free ((char *)link->client);
  g_strfreev ((GStrv)link->addresses);
  g_free (link);
}

/**
 * vsw_survey_new:
 *
 * (transfer full) Any thread.
 */
VswSurvey *
vsw_survey_new (void)
{
  VswSurvey *self = g_atomic_rc_box_new0 (VswSurvey);

  self->drops = g_ptr_array_new_with_free_func (free_drop);
  self->links = g_ptr_array_new_with_free_func (free_link);
  return self;
}

VswSurvey *
vsw_survey_ref (VswSurvey *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_survey (gpointer data)
{
  VswSurvey *self = data;

  g_ptr_array_unref (self->drops);
  g_ptr_array_unref (self->links);
}

void
vsw_survey_unref (VswSurvey *self)
{
  g_atomic_rc_box_release_full (self, clear_survey);
}

/**
 * vsw_survey_add_drop:
 * @drop: is copied
 *
 * Any thread, before others see the survey.
 */
void
vsw_survey_add_drop (VswSurvey *self, const VswDropChain *drop)
{
  VswDropChain *copy = g_new (VswDropChain, 1);

  *copy = *drop;
  copy->family = g_strdup (drop->family);
  copy->table = g_strdup (drop->table);
  copy->chain = g_strdup (drop->chain);
  g_ptr_array_add (self->drops, copy);
}

/**
 * vsw_survey_add_link:
 * @link: is copied; `addresses` may be %NULL: none
 *
 * Any thread, before others see the survey.
 */
void
vsw_survey_add_link (VswSurvey *self, const VswLinkSurvey *link)
{
  VswLinkSurvey *copy = g_new (VswLinkSurvey, 1);

  *copy = *link;
  copy->client = g_strdup (link->client);
  copy->addresses =
      (const char *const *)(link->addresses != NULL ? g_strdupv ((GStrv)link->addresses) : g_new0 (char *, 1));
  g_ptr_array_add (self->links, copy);
}

/**
 * vsw_survey_find_link:
 *
 * (transfer none) (nullable) what is known of that link. Any thread.
 */
const VswLinkSurvey *
vsw_survey_find_link (const VswSurvey *self, guint index)
{
  for (guint i = 0; i < self->links->len; i++)
    {
      const VswLinkSurvey *link = g_ptr_array_index (self->links, i);

      if (link->index == index)
        return link;
    }
  return NULL;
}
