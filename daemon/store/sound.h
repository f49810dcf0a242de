/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one field of a row demands of another: rules of model/ that no caller can have broken, so that a row which does is damage. */
#pragma once

#include "model/value.h"

G_BEGIN_DECLS

/* Errors: STORE, saying which fields do not go together. Any thread. */
gboolean vsw_sound_check (const VswValue *value, GError **error);
/* What the checks of the tables say of numbers, for old values, whose tables have none. */
gboolean vsw_sound_check_numbers (const VswValue *value, GError **error);

G_END_DECLS
