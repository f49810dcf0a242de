/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

G_DEFINE_INTERFACE (VswKernel, vsw_kernel, G_TYPE_OBJECT)

enum
{
  SIGNAL_LINK,
  SIGNAL_LEARNED,
  SIGNAL_ADDRESS,
  SIGNAL_IP,
  SIGNAL_OVERRUN,
  SIGNAL_GUARD_LOST,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
vsw_kernel_default_init (VswKernelInterface *iface)
{
  signals[SIGNAL_LINK] = g_signal_new ("link", VSW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                       G_TYPE_POINTER, G_TYPE_BOOLEAN);
  signals[SIGNAL_LEARNED] = g_signal_new ("learned", VSW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_INT);
  signals[SIGNAL_ADDRESS] =
      g_signal_new ("address", VSW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_IP] =
      g_signal_new ("ip", VSW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_OVERRUN] =
      g_signal_new ("overrun", VSW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_GUARD_LOST] =
      g_signal_new ("guard-lost", VSW_TYPE_KERNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/* --- others who configure devices: no matter of a kernel --- */

typedef struct
{
  VswKernelAwaitFunc func;
  gpointer user_data;
} Await;

static GQuark
get_await_quark (void)
{
  return g_quark_from_static_string ("vsw-kernel-await");
}

void
vsw_kernel_set_await (VswKernel *self, VswKernelAwaitFunc func, gpointer user_data)
{
  Await *await = func != NULL ? g_new (Await, 1) : NULL;

  if (await != NULL)
    *await = (Await){ func, user_data };
  g_object_set_qdata_full (G_OBJECT (self), get_await_quark (), await, g_free);
}

static gboolean
await_others (VswKernel *self, const VswOp *op)
{
  const Await *await = g_object_get_qdata (G_OBJECT (self), get_await_quark ());

  if (await != NULL)
    await->func (op->device.name, await->user_data);
  return TRUE;
}

/* --- calls --- */

gboolean
vsw_kernel_apply (VswKernel *self, const VswOp *op, GError **error)
{
  if (op->kind == VSW_OP_AWAIT)
    return await_others (self, op);
  return VSW_KERNEL_GET_IFACE (self)->apply (self, op, error);
}

VswLinks *
vsw_kernel_list (VswKernel *self, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->list (self, error);
}

gboolean
vsw_kernel_reset_guard (VswKernel *self, GPtrArray *bridges, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->reset_guard (self, bridges, error);
}

VswLink *
vsw_kernel_describe (VswKernel *self, VswLink *link, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->describe (self, link, error);
}

VswIpConfig *
vsw_kernel_get_ip (VswKernel *self, guint index, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->get_ip (self, index, error);
}

GArray *
vsw_kernel_get_forwarding (VswKernel *self, guint bridge, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->get_forwarding (self, bridge, error);
}

GArray *
vsw_kernel_get_counters (VswKernel *self, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->get_counters (self, error);
}

VswSurvey *
vsw_kernel_get_survey (VswKernel *self, GArray *indexes, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->get_survey (self, indexes, error);
}

GStrv
vsw_kernel_probe (VswKernel *self, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->probe (self, error);
}

gboolean
vsw_kernel_watch (VswKernel *self, GMainContext *context, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->watch (self, context, error);
}

void
vsw_kernel_drain (VswKernel *self)
{
  VSW_KERNEL_GET_IFACE (self)->drain (self);
}

VswNamespace *
vsw_kernel_inspect (VswKernel *self, int fd, guint32 caller, GError **error)
{
  return VSW_KERNEL_GET_IFACE (self)->inspect (self, fd, caller, error);
}

void
vsw_kernel_emit_link (VswKernel *self, VswLink *link, gboolean gone)
{
  g_signal_emit (self, signals[SIGNAL_LINK], 0, link, gone);
}

void
vsw_kernel_emit_learned (VswKernel *self, guint bridge, gint change)
{
  g_signal_emit (self, signals[SIGNAL_LEARNED], 0, bridge, change);
}

void
vsw_kernel_emit_address (VswKernel *self, guint port)
{
  g_signal_emit (self, signals[SIGNAL_ADDRESS], 0, port);
}

void
vsw_kernel_emit_ip (VswKernel *self, guint link)
{
  g_signal_emit (self, signals[SIGNAL_IP], 0, link);
}

void
vsw_kernel_emit_overrun (VswKernel *self)
{
  g_signal_emit (self, signals[SIGNAL_OVERRUN], 0);
}

void
vsw_kernel_emit_guard_lost (VswKernel *self)
{
  g_signal_emit (self, signals[SIGNAL_GUARD_LOST], 0);
}
