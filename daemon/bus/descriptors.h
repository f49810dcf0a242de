/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of taps that go out with a reply: those in the handouts of a request, in order.
 *
 * The message gets duplicates; the handouts stay with it until they are closed. So our last descriptor of a tap is always closed on a
 * thread of the handout's own, whatever becomes of the message: the kernel sleeps over a tap that goes. Main thread only. */
#pragma once

#include "bus/request.h"

G_BEGIN_DECLS

/* What one message carries: a bus lets 16 through by default, and whoever is on the way may add some. */
#define VSW_DESCRIPTORS_MAX 14

/* (floating) `ah` */
GVariant *vsw_descriptors_print (VswRequest *request);
/* For the message. (transfer full) (nullable) NULL: there are none. */
gboolean vsw_descriptors_pack (VswRequest *request, GUnixFDList **ret_list, GError **error);

G_END_DECLS
