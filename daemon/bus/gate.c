/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/gate.h"

#include <string.h>

G_DEFINE_INTERFACE (VswGate, vsw_gate, G_TYPE_OBJECT)

static void
vsw_gate_default_init (VswGateInterface *interface)
{
}

static const char *
find_annotation (const GDBusMethodInfo *method, const char *name)
{
  return method != NULL ? g_dbus_annotation_info_lookup (method->annotations, name) : NULL;
}

/**
 * vsw_gate_is_open:
 * @method: (nullable): a method
 *
 * Thread: any.
 *
 * Returns: whether it only reads, so that nobody is asked and nobody needs to know who calls
 */
gboolean
vsw_gate_is_open (const GDBusMethodInfo *method)
{
  return g_strcmp0 (find_annotation (method, VSW_GATE_ACTION), VSW_GATE_OPEN) == 0;
}

/* Sets @further if there is one of the host's root among them. */
static gboolean
check_namespaces (VswRequest *request, const char **further, GError **error)
{
  for (guint i = 0; i < request->namespaces->len; i++)
    {
      const VswNamespace *place = g_ptr_array_index (request->namespaces, i);

      if (place->is_own)
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_INVALID_ARGUMENT, "the network namespace is the host's own");
          return FALSE;
        }
      if (request->uid == 0 || place->owner == request->uid)
        continue;
      if (!place->is_initial)
        {
          g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED,
                       "the network namespace belongs to uid %u, not to uid %u", place->owner, request->uid);
          return FALSE;
        }
      *further = VSW_GATE_FOREIGN_NAMESPACE;
    }

  return TRUE;
}

/* Whose things are touched decides, where the method makes a difference. */
static const char *
choose_action (const GDBusMethodInfo *method, const VswRequest *request, const char *action)
{
  const char *owner = find_annotation (method, VSW_GATE_ACTION_OWNER);
  const char *shared = find_annotation (method, VSW_GATE_ACTION_SHARED);

  if (request->touches_foreign)
    return action;
  if (request->touches_shared)
    return shared != NULL ? shared : action;

  return owner != NULL ? owner : action;
}

/**
 * vsw_gate_choose:
 * @method: (nullable): the method called, with its annotations
 * @request: the call, decoded
 * @ret_demand: what the caller needs; `open` if nobody is to be asked
 * @error: ACCESS_DENIED, INVALID_ARGUMENT
 *
 * Which polkit action decides on a call: that of the method; another if everything that the call touches is the caller's own; another if what
 * is not are nothing but switches that are shared. Network namespaces of the host's root need their own as well: who may use those may not
 * for that reason join any switch, nor move what is somebody else's.
 *
 * Pure. Thread: any.
 *
 * Returns: %FALSE if the answer is no
 */
gboolean
vsw_gate_choose (const GDBusMethodInfo *method, VswRequest *request, VswDemand *ret_demand, GError **error)
{
  const char *action = find_annotation (method, VSW_GATE_ACTION);

  ret_demand->action = VSW_GATE_OPEN;
  ret_demand->further = NULL;
  if (action == NULL)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "no polkit action is set for %s", request->verb);
      return FALSE;
    }
  if (strcmp (action, VSW_GATE_OPEN) == 0)
    return TRUE;
  if (request->uid == VSW_GATE_UNKNOWN_UID)
    {
      g_set_error (error, VSW_ERROR, VSW_ERROR_ACCESS_DENIED, "the bus does not tell who calls %s", request->verb);
      return FALSE;
    }
  if (!check_namespaces (request, &ret_demand->further, error))
    return FALSE;
  if (request->uid != 0)
    ret_demand->action = choose_action (method, request, action);

  return TRUE;
}

/**
 * vsw_gate_ask_async:
 * @self: a gate
 * @question: what to ask; need not outlive the call
 * @cancellable: (nullable): the caller has gone
 * @callback: called once with the answer
 * @user_data: for @callback
 *
 * Thread: main.
 */
void
vsw_gate_ask_async (VswGate *self, const VswQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  VSW_GATE_GET_IFACE (self)->ask_async (self, question, cancellable, callback, user_data);
}

/**
 * vsw_gate_ask_finish:
 * @self: a gate
 * @result: what the callback got
 * @error: ACCESS_DENIED, AUTHORIZATION_REQUIRED
 *
 * Thread: main.
 *
 * Returns: %TRUE if the answer was yes, and in no other case
 */
gboolean
vsw_gate_ask_finish (VswGate *self, GAsyncResult *result, GError **error)
{
  return VSW_GATE_GET_IFACE (self)->ask_finish (self, result, error);
}
