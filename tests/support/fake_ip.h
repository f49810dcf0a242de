/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IP has on the links of the fake kernel: sentences as Linux's items are, and what the operations do to them. Each begins with its kind, one of
 * "address", "link-local", "route", "next-hop", "rule", "neighbour", "setting"; what the fake never does is read on, but that a route to "nowhere" can be had
 * no more. A rule, which on Linux outlives its
 * device, goes with it here. */
#pragma once

#include "support/fake_state.h"

G_BEGIN_DECLS

gboolean fake_ip_has (const FakeLink *link, const char *item);
/* Of an address it is told. */
void fake_ip_add (FakeState *self, FakeLink *link, const char *item);
/* FALSE: it was not there. */
gboolean fake_ip_remove (FakeLink *link, const char *item);
/* fib_disable_ip() and addrconf_ifdown(): a link that goes down keeps its addresses of IPv4, its rules and its settings. */
void fake_ip_go_down (FakeLink *link);
/* (transfer full) */
VswIpConfig *fake_ip_get (const FakeLink *link);

gboolean fake_ip_prepare (FakeState *self, FakeLink *link, const VswIpConfig *ip, GError **error);
/* link: (nullable) */
gboolean fake_ip_forget (FakeLink *link, const VswIpConfig *ip, GError **error);
/* far: (nullable) */
gboolean fake_ip_move (FakeState *self, FakeLink *link, FakeLink *far, const VswOp *op, GError **error);
gboolean fake_ip_take (FakeState *self, FakeLink *link, const VswIpConfig *ip, GError **error);
gboolean fake_ip_give (FakeState *self, FakeLink *link, const VswOp *op, GError **error);

G_END_DECLS
