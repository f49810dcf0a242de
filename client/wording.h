/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the service names what helps, it names methods and options of the bus; a person types commands.
 *
 * Owes: the same sentence with the commands in it. Never changes any other word. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *vsw_wording_new (const char *message);

G_END_DECLS
