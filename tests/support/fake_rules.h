/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux allows, and what follows from it: the rules that operations of ours and foreign hands are both under. A refusal changes nothing. */
#pragma once

#include "support/fake_state.h"

G_BEGIN_DECLS

#define FAKE_MTU_MIN      68       /* ETH_MIN_MTU, linux/if_ether.h */
#define FAKE_MTU_MAX      65535    /* ETH_MAX_MTU */
#define FAKE_BRIDGE_PORTS 1023     /* BR_MAX_PORTS less one, net/bridge/br_private.h */
#define FAKE_AGEING_MAX   21474836 /* seconds: 2^31 - 1 hundredths */

/* verdicts: nothing is changed by asking */
gboolean fake_check_name (FakeSpace *space, const char *name, GError **error);
gboolean fake_check_mtu (guint64 mtu, GError **error);
gboolean fake_check_mac (VswMac mac, GError **error);
gboolean fake_check_join (const FakeLink *link, const FakeLink *bridge, GError **error);

/* changes of one link */
gboolean fake_set_number (FakeState *self, FakeLink *link, VswAttribute attribute, guint64 number, GError **error);
gboolean fake_set_mac (FakeState *self, FakeLink *link, VswMac mac, GError **error);
gboolean fake_set_name (FakeState *self, FakeLink *link, const char *name, GError **error);
void fake_set_alias (FakeState *self, FakeLink *link, const char *alias);
/* bridge: (nullable) */
gboolean fake_set_bridge (FakeState *self, FakeLink *link, FakeLink *bridge, GError **error);
void fake_set_cable (FakeState *self, FakeLink *link, gboolean plugged);
/* name: (nullable) its name there. It arrives down and in no bridge. */
gboolean fake_move (FakeState *self, FakeLink *link, FakeSpace *target, const char *name, GError **error);
/* The other end of a pair goes with it. */
void fake_destroy (FakeState *self, FakeLink *link);

/* forwarding tables */
void fake_set_address (FakeState *self, FakeLink *port, VswMac mac, gboolean is_static);
gboolean fake_drop_address (FakeState *self, FakeLink *port, VswMac mac);
FakeAddress *fake_find_address (const FakeLink *bridge, VswMac mac);
/* What was learned at that port, and the static ones if asked. */
void fake_flush_addresses (FakeState *self, FakeLink *port, gboolean static_too);
guint fake_count_learned (const FakeLink *bridge);
void fake_pass_forward_delay (FakeState *self, FakeLink *bridge);

G_END_DECLS
