/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a call may happen: one gate for every method, deny by default.
 *
 * `choose` reads the action from the method's annotations and the ownership rules, and never asks anybody. What is then to be
 * asked goes to a VswGate: polkit in the service, something obedient in tests. A method without an annotation is refused. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

#define VSW_GATE_ACTION "org.vmswitch1.Action"
#define VSW_GATE_ACTION_OWNER "org.vmswitch1.Action.Owner"
#define VSW_GATE_ACTION_SHARED "org.vmswitch1.Action.Shared"
#define VSW_GATE_OPEN "open" /* the action of methods that only read */
#define VSW_GATE_FOREIGN_NAMESPACE "org.vmswitch1.attach-foreign-namespace"
#define VSW_GATE_UNKNOWN_UID G_MAXUINT32

/* What a caller needs: each of these actions, asked for in this order. Literals. */
typedef struct
{
  const char *action;  /* "open": nobody is asked */
  const char *further; /* (nullable) */
} VswDemand;

/* FALSE: it may not happen, whatever anybody says. Errors: ACCESS_DENIED, INVALID_ARGUMENT. */
gboolean vsw_gate_choose (const GDBusMethodInfo *method, VswRequest *request, VswDemand *ret_demand, GError **error);
gboolean vsw_gate_is_open (const GDBusMethodInfo *method);

typedef struct
{
  GDBusConnection *connection; /* (unowned) that the call came over */
  const char *sender;          /* (unowned) unique name of the caller */
  const char *action;          /* (unowned) */
  GVariant *details;           /* (unowned) a{ss} */
  gboolean may_interact;       /* the caller allows that the user is asked */
} VswQuestion;

#define VSW_TYPE_GATE (vsw_gate_get_type ())
G_DECLARE_INTERFACE (VswGate, vsw_gate, VSW, GATE, GObject)

struct _VswGateInterface
{
  GTypeInterface parent;

  void (*ask_async) (VswGate *self, const VswQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data);
  gboolean (*ask_finish) (VswGate *self, GAsyncResult *result, GError **error);
};

/* TRUE: yes. Everything else is no: ACCESS_DENIED, AUTHORIZATION_REQUIRED. */
void vsw_gate_ask_async (VswGate *self, const VswQuestion *question, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
gboolean vsw_gate_ask_finish (VswGate *self, GAsyncResult *result, GError **error);

G_END_DECLS
