/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, printed from the table of verbs; as JSON the whole table, for whoever checks that nothing is missing elsewhere. */
#pragma once

#include "client/verbs.h"

G_BEGIN_DECLS

char *vsw_help_print (void);
char *vsw_help_print_verb (const char *name, const char *noun);
GVariant *vsw_help_export (void);

G_END_DECLS
