/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object between fake_kernel.c (the port) and everybody else: one memory under one lock. */
#pragma once

#include "support/fake_kernel.h"
#include "support/fake_state.h"

G_BEGIN_DECLS

typedef struct
{
  guint at; /* 0: no fault */
  gboolean is_lasting;
  VswError code;
} FakeFault;

struct _VswFakeKernel
{
  GObject parent;

  GMutex lock; /* guards all that follows */
  GCond turned;
  FakeState state;
  GStrv capabilities; /* (owned) */
  FakeFault fault;
  guint applied;
  GString *journal; /* (owned) (nullable) operations, a line each; NULL: nobody wants it */
  FakeFault read_fault;
  guint reads;
  FakeFault survey_fault;
  guint surveys;
  guint struck;
  gboolean wants_block;
  gboolean is_blocked;
  gboolean is_busy;      /* a worker call is inside */
  gint64 held_until;     /* monotonic: nothing is emitted unasked before, because a list was read; 0: not held */
  GMainContext *context; /* (owned) (nullable) */
  GSource *source;       /* (owned) (nullable) */
  GThread *thread;       /* (unowned) that may drain */
};

/* Takes the lock, and hands out the memory. */
FakeState *fake_enter (VswKernel *self);
/* Queues what was touched, wakes the main loop, gives the lock back. */
void fake_leave (VswKernel *self);
/* The namespace that a test names by a descriptor; it must be there. */
FakeSpace *fake_named_space (FakeState *state, int fd);

/* the signals, as kernel.h has them */
gboolean fake_watch (VswKernel *self, GMainContext *context, GError **error);
void fake_drain (VswKernel *self);
/* As kernel.h has it; under the lock. */
VswSurvey *fake_survey_new (FakeState *state, GArray *indexes);
void fake_survey_init (FakeState *state);
void fake_survey_clear (FakeState *state);
/* Under the lock: a list is being handed out. */
void fake_hold_news (VswFakeKernel *self);

G_END_DECLS
