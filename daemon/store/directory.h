/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two directories of the daemon, and what lies in them besides the database: the lock and the name of the boot session.
 *
 * A directory is ours alone or it is refused: nothing in it can then be swapped under us. Never repairs what somebody else set up. */
#pragma once

#include "model/error.h"

G_BEGIN_DECLS

/* A file descriptor that closes itself: g_auto (VswFd). */
typedef int VswFd;
void vsw_fd_close (VswFd fd);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (VswFd, vsw_fd_close, -1)

int vsw_directory_open (const char *path, GError **error);
int vsw_directory_lock (int directory, const char *path, GError **error);
char *vsw_directory_get_session (int directory, const char *path, GError **error);

G_END_DECLS
