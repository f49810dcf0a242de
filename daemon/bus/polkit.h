/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate that asks polkit, over the connection that the call came over.
 *
 * The subject is always the caller's bus name. No answer, a late, strange or failed one is no; a yes is never remembered.
 * libpolkit is not used: its authority is one a process and cannot be given another bus connection after the bus was lost. */
#pragma once

#include "bus/gate.h"

G_BEGIN_DECLS

#define VSW_POLKIT_TIMEOUT 10000    /* milliseconds that polkit has for an answer by itself */
#define VSW_POLKIT_PATIENCE 300000  /* milliseconds that it has when it may ask the user */

#define VSW_TYPE_POLKIT (vsw_polkit_get_type ())
G_DECLARE_FINAL_TYPE (VswPolkit, vsw_polkit, VSW, POLKIT, GObject)

VswGate *vsw_polkit_new (guint timeout, guint patience);

G_END_DECLS
