/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps NetworkManager to what was agreed about NICs that it has let go of for switches.
 *
 * Every such NIC is a loan in the store from before it is let go until NetworkManager has it back. What has to be so is read off the model, whatever
 * has happened meanwhile, to us or to NetworkManager: one that is bound is left alone, and what its profile has to do for ever is done on the
 * internal NIC; one that is not bound, whoever let go of it and why, is NetworkManager's again, with the profile that was active on it. It
 * looks when there is a bus, when NetworkManager comes, when it says something of its devices and when the model changes; it tries again
 * with growing patience, and says in Manager.Warnings (network-manager) what NetworkManager does not do. Main thread only. */
#pragma once

#include "engine/engine.h"

G_BEGIN_DECLS

/* Milliseconds that an answer is held up so that NetworkManager is done before it. */
#define VSW_CUSTODIAN_PATIENCE 10000

typedef struct _VswCustodian VswCustodian;

VswCustodian *vsw_custodian_new (VswEngine *engine);
void vsw_custodian_free (VswCustodian *self);

/* The bus that NetworkManager may be on; NULL: there is none. */
void vsw_custodian_set_connection (VswCustodian *self, GDBusConnection *connection);

/* A loan that a request is about to begin: it is left alone until `release`, when the NIC is bound, or never will be. loan: one of kind external */
void vsw_custodian_hold (VswCustodian *self, const VswNic *loan);
void vsw_custodian_release (VswCustodian *self, const char *id);
/* Something that NICs of the host are part of has become true: calls back when NetworkManager has followed, or is not going to soon. */
void vsw_custodian_settle_async (VswCustodian *self, GAsyncReadyCallback callback, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswCustodian, vsw_custodian_free)

G_END_DECLS
