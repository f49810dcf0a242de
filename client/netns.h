/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the network namespace that a user names. The service takes only descriptors, so that it never has to trust a path
 * or a process id of somebody else's. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int vsw_netns_open (const char *name, GError **error);
char *vsw_netns_print (const char *name);

G_END_DECLS
