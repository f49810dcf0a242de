/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One method call on its way, for the files that share it and nobody else: call.c begins it and asks whether it may, call_run.c does it,
 * call_end.c answers it. */
#pragma once

#include "bus/call.h"
#include "bus/leftover.h"
#include "bus/share.h"
#include "bus/subject.h"
#include "bus/table.h"
#include "bus/turnstile.h"

G_BEGIN_DECLS

struct _VswCalls
{
  const VswScene *scene; /* (unowned) */
  VswGate *gate;         /* (owned) */
  VswCallers *callers;   /* (unowned) */
  VswOutbox *outbox;     /* (unowned) */
  GHashTable *running;   /* (owned) (element-type VswCall) (unowned) */
  VswShares *shares;     /* (owned) of those that change something */
  VswTurnstile *reads;   /* (owned) of those that ask the kernel */
  gboolean is_stopping;
};

typedef struct
{
  VswCalls *calls;                   /* (unowned) it lists us */
  GDBusMethodInvocation *invocation; /* (owned) until the answer */
  const VswTable *table;
  const VswMethodRow *row;
  VswCaller *caller;         /* (owned) */
  GCancellable *cancellable; /* (owned) nobody waits for us any more */
  VswRequest *request;       /* (owned) (nullable) once decoded */
  GUnixFDList *fds;          /* (owned) (nullable) what the answer brings along */
  GError *error;             /* (owned) (nullable) why there will be no other answer */
  gboolean is_counted;       /* among the shares of its caller */
  guint32 uid;               /* of whom it is counted; a caller that has left has none */
  VswDemand demand;          /* what is asked for */
  VswNic *loan;        /* (owned) (nullable) that another manager has made us for this; the custodian waits for us */
  VswSubject *subject; /* (owned) (nullable) what it is about, once it is begun */
  VswDelta *delta;     /* (owned) (nullable) what has become true */
  VswLeftover *leftover; /* (owned) (nullable) what nobody wants if the caller does not get the answer */
  gboolean is_allowed; /* and so it runs to its end */
} VswCall;

/* call_run.c: it is decoded and allowed */
void vsw_call_run (VswCall *self);

/* call_end.c: each ends it, once */
void vsw_call_answer (VswCall *self, GArray *reading);
void vsw_call_refuse (VswCall *self, const GError *error);
GError *vsw_call_new_stopping_error (void);
/* ACCESS_DENIED if the caller has left. */
gboolean vsw_call_check_present (VswCall *self, GError **error);

G_END_DECLS
