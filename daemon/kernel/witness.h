/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sees links go. A delete request answers its sender some 16 ms after the device has gone for everybody else (it waits in rcu_barrier);
 * who listens knows it after one.
 *
 * Owes its callers that a link it calls gone is gone, and that all notifications of its going have been sent. Listens only between `begin` and `end`. */
#pragma once

#include "kernel/reaper.h"
#include "kernel/socket.h"

G_BEGIN_DECLS

typedef struct _VswWitness VswWitness;

VswWitness *vsw_witness_open (GError **error);
void vsw_witness_close (VswWitness *self);

gboolean vsw_witness_begin (VswWitness *self, GError **error);
void vsw_witness_end (VswWitness *self);

/* Takes in what has happened: removes from `waiting` (a set of indexes) those that are gone. FALSE: some link that is not in `waiting`
 * has come into VSW_GROUP_DOOMED since `begin`; *ret_stranger is its index. */
gboolean vsw_witness_look (VswWitness *self, GHashTable *waiting, guint *ret_stranger);
/* Until all of them are gone, or all errands (element-type VswErrand) are back and some are not; then the refusal is the error. */
gboolean vsw_witness_wait (VswWitness *self, GHashTable *waiting, GPtrArray *errands, const char *step, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswWitness, vsw_witness_close)

G_END_DECLS
