/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines that an administrator looks for: the text, and fields by which a journal can be asked (`journalctl VSW_EVENT=drift`).
 *
 * Text goes through here with what is foreign in it escaped already. Other lines use GLib's macros, which are structured too
 * (G_LOG_USE_STRUCTURED) but carry no fields of ours. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VSW_EVENT_DRIFT "drift"       /* a device differed from the wish and is repaired */
#define VSW_EVENT_CONFLICT "conflict" /* something foreign is in the way */
#define VSW_EVENT_FIGHT "fight"       /* repairs are suspended */
#define VSW_EVENT_GUARD "guard"       /* the guard was removed and is put back */
#define VSW_EVENT_OVERRUN "overrun"   /* notifications were lost */
#define VSW_EVENT_CONDITION "condition" /* something on this host harms the switches */
#define VSW_EVENT_LOST "lost"         /* a NIC is no longer in its namespace */
#define VSW_EVENT_UPLINK "uplink"     /* one is missing, or back */
#define VSW_EVENT_CHECKPOINT "checkpoint" /* what was not confirmed is undone */
#define VSW_EVENT_CHANGE "change"     /* somebody's request has become true */

/* object: (nullable) "switch lab". Thread: any. */
void vsw_log (GLogLevelFlags level, const char *event, const char *object, const char *format, ...) G_GNUC_PRINTF (4, 5);

G_END_DECLS
