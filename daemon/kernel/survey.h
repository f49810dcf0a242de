/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks around on the host, for what could harm the switches. Blocks; changes nothing. */
#pragma once

#include "kernel/session.h"
#include "model/survey.h"

G_BEGIN_DECLS

/* indexes: (element-type guint) the links that are asked about. Errors: KERNEL. */
VswSurvey *vsw_survey_read (VswSession *session, GArray *indexes, GError **error);

G_END_DECLS
