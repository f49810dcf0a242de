/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that keep an address on a NIC by DHCP, looked for among the processes.
 *
 * The last resort, for clients that leave no other trace: one that has its lease may sleep until it is to be renewed, with no socket open, and
 * may have given its address no lifetime. It is known by the name of its program, and by its command line, which says for which NIC it runs.
 *
 * Only programs of the system in our own network namespace count, so that nobody else can pretend to be one: also one that has root's rights, as su and
 * sudo under a name of the caller's choice, is not of the system as long as its real user or group is a person's. Where groups of persons are
 * numbered as those of the system, sudo cannot be told from it. Where /proc hides other users' processes (hidepid=, ProtectProc=) none is found.
 * Blocks; changes nothing. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable) the program's name; NULL: no process is a client for that NIC. nic: raw bytes. is_heard: somebody listens there,
 * below IP. Worker. */
char *vsw_dhcp_find_client (const char *nic, gboolean is_heard, guint *ret_process);

/* Whether that program, begun so, is one for that NIC. comm: its name as the kernel has it. Pure. Any thread. */
gboolean vsw_dhcp_is_client (const char *comm, const char *const *arguments, const char *nic, gboolean is_heard);

/* Whether such a process is of the system, by its real and effective user and group. status: text of /proc/PID/status. Pure. Any thread. */
gboolean vsw_dhcp_is_of_system (const char *status);

G_END_DECLS
