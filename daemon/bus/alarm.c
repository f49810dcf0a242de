/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/alarm.h"

struct _VswAlarm
{
  GMainContext *context; /* (owned) */
  GSource *source;       /* (owned) (nullable) NULL: it is not set */
  gint64 due;            /* monotonic, microseconds */
  VswAlarmFunc ring;
  gpointer user_data;
};

static void
clear (VswAlarm *self)
{
  if (self->source == NULL)
    return;

  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static gboolean
on_due (gpointer user_data)
{
  VswAlarm *self = user_data;

  clear (self);
  self->ring (self->user_data);
  return G_SOURCE_REMOVE;
}

/**
 * vsw_alarm_new:
 * @ring: called each time that it is due
 * @user_data: for @ring
 *
 * Thread: main; it rings in the default context of the thread.
 *
 * Returns: (transfer full): an alarm that is not set
 */
VswAlarm *
vsw_alarm_new (VswAlarmFunc ring, gpointer user_data)
{
  VswAlarm *self = g_new0 (VswAlarm, 1);

  self->context = g_main_context_ref_thread_default ();
  self->ring = ring;
  self->user_data = user_data;
  return self;
}

/**
 * vsw_alarm_free:
 * @self: (transfer full): an alarm, which does not ring any more
 *
 * Thread: main.
 */
void
vsw_alarm_free (VswAlarm *self)
{
  clear (self);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * vsw_alarm_set:
 * @self: an alarm
 * @due: when it is to ring: monotonic, microseconds
 *
 * One that is set to something sooner stays so. Thread: main.
 */
void
vsw_alarm_set (VswAlarm *self, gint64 due)
{
  gint64 left = due - g_get_monotonic_time ();

  if (self->source != NULL && self->due <= due)
    return;

  clear (self);
  self->due = due;
  self->source = g_timeout_source_new (left > 0 ? (guint)(left / 1000) + 1 : 0);
  g_source_set_callback (self->source, on_due, self, NULL);
  g_source_attach (self->source, self->context);
}

gint64
vsw_alarm_later (guint milliseconds)
{
  return g_get_monotonic_time () + (gint64)milliseconds * 1000;
}
