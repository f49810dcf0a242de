/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file: a key file with its drop-ins, read once at start, into the rules of this installation.
 *
 * A value that makes no sense stops the start, with file, key, value and limit in the message; a key that nobody knows is only
 * warned about, so that a file written for a newer version can be used. A file that is not there is an empty one. */
#pragma once

#include "model/rules.h"

G_BEGIN_DECLS

typedef struct
{
  VswRules rules;
  GStrv external_interfaces; /* (owned) what `rules` points to */
} VswConfig;

/* Reads @path, then every *.conf of the folder @path.d in the order of their names; a later value wins.
 * Errors: INVALID_ARGUMENT. */
VswConfig *vsw_config_new (const char *path, GError **error);
void vsw_config_free (VswConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswConfig, vsw_config_free)

G_END_DECLS
