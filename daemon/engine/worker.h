/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one worker thread: jobs run one after another, in the order in which they were pushed.
 *
 * A job's `run` happens on the worker and may block; its `done` happens afterwards on the main context. What they share is
 * the job's data, which nobody else may touch in between: no lock is needed and none is taken. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _VswWorker VswWorker;
typedef void (*VswJobFunc) (gpointer data);

VswWorker *vsw_worker_new (GMainContext *context);
void vsw_worker_push (VswWorker *self, VswJobFunc run, VswJobFunc done, gpointer data);
void vsw_worker_free (VswWorker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswWorker, vsw_worker_free)

G_END_DECLS
