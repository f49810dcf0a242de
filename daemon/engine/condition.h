/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a survey of the host means for the switches: standing conditions that harm them, each in words with its cause and its cure. Pure. */
#pragma once

#include "model/facts.h"
#include "model/survey.h"

G_BEGIN_DECLS

typedef struct
{
  const char *code; /* (unowned) a literal, as in Manager.Warnings */
  char *subject;    /* (owned) whom it is about; one condition for each code and subject */
  char *text;       /* (owned) */
} VswCondition;

/* Indexes of the links that the survey must be about. (transfer full) (element-type guint) */
GArray *vsw_condition_list_links (VswModel *model, VswLinks *links);
/* survey: (nullable) there is none yet. (transfer full) (element-type VswCondition) in no order */
GPtrArray *vsw_condition_find_all (VswModel *model, VswLinks *links, const VswSurvey *survey);
/* The host is to be reached through that switch. survey: of its bridge. FALSE: a firewall drops what passes there, CONFLICT */
gboolean vsw_condition_check_passage (VswModel *model, VswLinks *links, const VswSurvey *survey, const VswSwitch *home,
                                      GError **error);

G_END_DECLS
