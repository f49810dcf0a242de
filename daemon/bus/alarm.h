/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When something is to be done next: the soonest time that anybody has asked for. Main thread only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _VswAlarm VswAlarm;
typedef void (*VswAlarmFunc) (gpointer user_data);

/* ring: called at the time that was set, which is none by then */
VswAlarm *vsw_alarm_new (VswAlarmFunc ring, gpointer user_data);
void vsw_alarm_free (VswAlarm *self);
/* due: monotonic, microseconds. If it is set to something sooner it stays. */
void vsw_alarm_set (VswAlarm *self, gint64 due);

/* The time that is so many milliseconds from now: monotonic, microseconds. */
gint64 vsw_alarm_later (guint milliseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VswAlarm, vsw_alarm_free)

G_END_DECLS
