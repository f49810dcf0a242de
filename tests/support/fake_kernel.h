/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel in memory, for tests: it keeps the promises of kernel/kernel.h as the real one does, and lets a test be everybody else on the host.
 *
 * What it owes: the same refusals, the same side effects (carriers, port states, what goes with what) and the same notifications, with
 * their intermediate steps, as Linux 6.18; tests/kernel/contract_test.cc runs on both and holds it to that. Indexes are never used twice.
 * What it never does: let frames pass, age addresses, or tell anything about other namespaces than ours unasked.
 *
 * Every function here may be called from any thread; the functions of kernel.h keep their threads, which are checked. A foreign hand's
 * change is refused (FALSE) where the kernel would refuse it; a device that a test names and that is not there is a mistake of the test. */
#pragma once

#include "kernel/kernel.h"

G_BEGIN_DECLS

/* Our own namespace, where the functions below take one. Others are named by the descriptor that makes them. */
#define VSW_FAKE_HOME (-1)

#define VSW_TYPE_FAKE_KERNEL (vsw_fake_kernel_get_type ())
G_DECLARE_FINAL_TYPE (VswFakeKernel, vsw_fake_kernel, VSW, FAKE_KERNEL, GObject)

/* A namespace with a loopback device that is up, and nothing else. (transfer full) */
VswKernel *vsw_fake_kernel_new (void);

/* --- faults --- */

/* The k-th following apply (1: the next one) fails with this code before it does anything; 0: none does. Resets the count of applies. */
void vsw_fake_kernel_set_fault (VswKernel *self, guint k, VswError code);
/* The same, and so does every one after it. */
void vsw_fake_kernel_set_lasting_fault (VswKernel *self, guint k, VswError code);
/* The k-th following list, get_ip, get_forwarding, get_counters or reset_guard fails. */
void vsw_fake_kernel_set_read_fault (VswKernel *self, guint k, VswError code);
/* Applies since the last set_fault, failed ones included. */
guint vsw_fake_kernel_get_applied (VswKernel *self);
/* What has been applied since the last call, in the words of vsw_op_print(), a line each; it is kept from the first call on. (transfer full) */
char *vsw_fake_kernel_take_journal (VswKernel *self);
/* How often a fault struck since the kernel was made. */
guint vsw_fake_kernel_get_struck (VswKernel *self);

/* --- time --- */

/* The next worker call waits inside until `release`. */
void vsw_fake_kernel_block (VswKernel *self);
/* Waits until a worker call waits. FALSE: none came within five seconds. */
gboolean vsw_fake_kernel_wait_blocked (VswKernel *self);
void vsw_fake_kernel_release (VswKernel *self);
/* The spanning tree of every bridge of ours moves on by one forward delay: listening, learning, forwarding. */
void vsw_fake_kernel_pass_forward_delay (VswKernel *self);

/* --- foreign hands on devices --- */

/* A new device. Read of `fields`: name, link_kind ("" hardware, "bridge", any other but "veth"), is_up, has_carrier (of hardware: the cable),
 * mac, permanent, mtu (0: 1500), group, alias, bridge (index), hardware_type (0: Ethernet), is_loopback, is_tap, tap_owner, tap_is_kept (of a tap that is not kept: until the next call), and what `describe` tells. Returns the index, 0 if refused. */
guint vsw_fake_kernel_foreign_add (VswKernel *self, int space, const VswLink *fields);
/* A veth pair. Returns the index of the first end, 0 if refused. */
guint vsw_fake_kernel_foreign_add_pair (VswKernel *self, int space, const char *name, int far_space, const char *far);
gboolean vsw_fake_kernel_foreign_delete (VswKernel *self, int space, const char *name);
/* Attributes that are numbers: IPV6_QUIET, UP, MTU, GROUP, AGEING, … Of a link that is down, as on Linux, no notification tells any of them but
 * UP and MTU, nor the alias; the next notification of that link has it, and a list. */
gboolean
vsw_fake_kernel_foreign_set (VswKernel *self, int space, const char *name, VswAttribute attribute, guint64 number);
gboolean vsw_fake_kernel_foreign_set_mac (VswKernel *self, int space, const char *name, VswMac mac);
gboolean vsw_fake_kernel_foreign_set_alias (VswKernel *self, int space, const char *name, const char *alias);
gboolean vsw_fake_kernel_foreign_rename (VswKernel *self, int space, const char *name, const char *new_name);
/* bridge: its name; NULL: none. */
gboolean vsw_fake_kernel_foreign_set_bridge (VswKernel *self, int space, const char *name, const char *bridge);
/* Pulls or plugs the cable of hardware. */
gboolean vsw_fake_kernel_foreign_set_cable (VswKernel *self, const char *name, gboolean plugged);
gboolean vsw_fake_kernel_foreign_move (VswKernel *self, int space, const char *name, int target, const char *new_name);
/* A static entry of the forwarding table, made or deleted. */
gboolean vsw_fake_kernel_foreign_set_address (VswKernel *self, const char *port, VswMac mac, gboolean present);
/* IP has one more thing on that device, or one less (FALSE: it has no such thing): a sentence that begins with its kind, "address 192.0.2.5/24",
 * "link-local fe80::1/64", "route default via 192.0.2.1 table main", "next-hop …", "rule …", "neighbour …", "setting …". No signal tells it. */
void vsw_fake_kernel_foreign_add_ip (VswKernel *self, const char *name, const char *item);
gboolean vsw_fake_kernel_foreign_remove_ip (VswKernel *self, const char *name, const char *item);
/* Exactly these. (array zero-terminated=1) */
void vsw_fake_kernel_foreign_set_ip (VswKernel *self, const char *name, const char *const *items);
/* What IP has on that device, in the order in which it came. (transfer full) */
GStrv vsw_fake_kernel_list_ip (VswKernel *self, const char *name);
/* A bridge sees a frame from that address at that port: learns it if the port's state allows that and there is room. */
gboolean vsw_fake_kernel_learn (VswKernel *self, const char *port, VswMac mac);
/* A bridge forgets what it learned there. */
gboolean vsw_fake_kernel_forget (VswKernel *self, const char *port, VswMac mac);
/* What `get_counters` tells of that device; `index` is ignored. */
void vsw_fake_kernel_set_counters (VswKernel *self, const char *name, const VswCounters *counters);

/* --- whoever has a tap open: no capability is needed for any of this --- */

/* Attaches one more descriptor to a tap, as that user; -1: refused. The caller's to close. Those that a handout holds are sockets here; to close them is
 * all that can be done with them, and the fake sees it at the next call or within a hundredth of a second of the main loop. */
int vsw_fake_kernel_foreign_open_tap (VswKernel *self, const char *name, guint32 uid);
/* The holder makes it persistent, or not. FALSE: nobody holds it. Of a tap that is down no notification tells this, as on Linux. */
gboolean vsw_fake_kernel_foreign_keep_tap (VswKernel *self, const char *name, gboolean keeps);
/* The holder gives it to another user, under the same conditions. */
gboolean vsw_fake_kernel_foreign_own_tap (VswKernel *self, const char *name, guint32 owner);
/* Or to a group, which stays with it. */
gboolean vsw_fake_kernel_foreign_group_tap (VswKernel *self, const char *name, guint32 group);
/* The holder makes it carry something else than Ethernet (ARPHRD_*), or Ethernet again. FALSE: nobody holds it, it is up, or in a bridge. This is
 * told, and that it has no MAC address meanwhile. */
gboolean vsw_fake_kernel_foreign_set_tap_type (VswKernel *self, const char *name, guint16 type);
/* The holder switches the carrier (TUNSETCARRIER). His MAC address is foreign_set_mac(). */
gboolean vsw_fake_kernel_foreign_set_tap_carrier (VswKernel *self, const char *name, gboolean has_carrier);

/* --- namespaces --- */

/* A new namespace owned by that uid (0: by the host's root). The descriptor is the caller's to close; `inspect` wants a dup of it. */
int vsw_fake_kernel_make_namespace (VswKernel *self, guint32 owner);
/* One whose user namespace is a child of that of `parent`. */
int vsw_fake_kernel_make_nested_namespace (VswKernel *self, guint32 owner, int parent);
/* A descriptor of our own namespace. The caller's to close. */
int vsw_fake_kernel_open_own_namespace (VswKernel *self);
/* Its last process ends: every device in it goes, and the other ends of its pairs. The descriptor stays open, and names nothing. */
void vsw_fake_kernel_kill_namespace (VswKernel *self, int space);
/* Names of what is in there, sorted. (transfer full) */
GStrv vsw_fake_kernel_list_namespace (VswKernel *self, int space);

/* --- what a survey finds --- */

/* Bridge netfilter hands these frames (VswFrames) to the packet filter, of that bridge alone or (NULL) of every bridge. */
void vsw_fake_kernel_set_filtered (VswKernel *self, const char *bridge, guint frames);
/* The packet filter drops; frames that are not handed to it are as if it did not. */
void vsw_fake_kernel_add_drop (VswKernel *self, const VswDropChain *drop);
void vsw_fake_kernel_clear_drops (VswKernel *self);
/* A survey sees no guard, as if none could be put there. */
void vsw_fake_kernel_hide_guard (VswKernel *self, gboolean is_hidden);
void vsw_fake_kernel_set_advertisements (VswKernel *self, const char *name, gboolean takes);
/* An address of the host's, "192.0.2.5/24". */
void vsw_fake_kernel_add_address (VswKernel *self, const char *name, const char *address, gboolean is_lease);
void vsw_fake_kernel_clear_addresses (VswKernel *self, const char *name);
void vsw_fake_kernel_set_packet_socket (VswKernel *self, const char *name, gboolean is_there);
/* A process keeps an address there by DHCP. program: (nullable) NULL: none does any more */
void vsw_fake_kernel_set_client (VswKernel *self, const char *name, const char *program, guint process);
/* The k-th following survey fails, and so does every one after it; 0: none does. */
void vsw_fake_kernel_set_survey_fault (VswKernel *self, guint k, VswError code);
/* Surveys since that was called, failed ones included. */
guint vsw_fake_kernel_get_surveyed (VswKernel *self);

/* --- notifications and the guard --- */

/* Notifications are lost from now on (TRUE); lost no more, and `overrun` and `guard-lost` wait, as on Linux (FALSE). */
void vsw_fake_kernel_set_deaf (VswKernel *self, gboolean deaf);
/* Somebody flushes the rules: no bridge is guarded, `guard-lost` waits. */
void vsw_fake_kernel_lose_guard (VswKernel *self);
gboolean vsw_fake_kernel_is_guarded (VswKernel *self, const char *bridge);
/* Sorted names. (transfer full) */
GStrv vsw_fake_kernel_list_guarded (VswKernel *self);
/* What `probe` answers from now on. */
void vsw_fake_kernel_set_capabilities (VswKernel *self, const char *const *capabilities);
/* Bridges of this kernel have no limit of learned addresses (older than 6.7). */
void vsw_fake_kernel_set_without_max_learned (VswKernel *self);
/* There is no /dev/net/tun: taps are refused, and `probe` names none. */
void vsw_fake_kernel_set_without_taps (VswKernel *self);

/* The daemon died: nobody listens, what waits is lost, and the next one may `watch`. The devices stay. */
void vsw_fake_kernel_unwatch (VswKernel *self);

/* --- the whole --- */

/* Everything there is, as sorted lines, to compare before and after: namespaces, links with all attributes, forwarding tables, guards. (transfer full) */
char *vsw_fake_kernel_print (VswKernel *self);
/* The same without indexes, to compare with what was rebuilt. (transfer full) */
char *vsw_fake_kernel_print_shape (VswKernel *self);

G_END_DECLS
