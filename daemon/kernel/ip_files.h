/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of IP that are files: /proc/sys/net/ipv6/conf/NAME/, and what "all" and "default" say. Private to ip_settings.c. */
#pragma once

#include "kernel/ip_set.h"
#include "kernel/session.h"

G_BEGIN_DECLS

/* Adds what can be read; nothing if the files of that link are not to be seen. */
void vsw_ip_files_read (VswSession *session, VswIpLink link, VswIpSet *set);
void vsw_ip_files_read_defaults (VswIpSet *set);
/* family: "ipv4", "ipv6"; whose: "all", "default" */
gboolean vsw_ip_files_read_number (const char *family, const char *whose, const char *name, guint32 *ret_value);
/* Writes what `wish` has and `now` has otherwise. Errors: KERNEL, NOT_FOUND. */
gboolean
vsw_ip_files_write (VswSession *session, VswIpLink link, const VswIpSet *wish, const VswIpSet *now, GError **error);

G_END_DECLS
