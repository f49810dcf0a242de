/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any GVariant as JSON (RFC 8259), on one line. Keys and values stay as they are on the bus.
 *
 * Never prints a raw control character, nor one that turns the direction of text, so that output is safe on a terminal too. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *vsw_json_print (GVariant *value);

G_END_DECLS
