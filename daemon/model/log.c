/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/log.h"

void
vsw_log (GLogLevelFlags level, const char *event, const char *object, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_log_structured (G_LOG_DOMAIN, level, "VSW_EVENT", event, "VSW_OBJECT", object != NULL ? object : "", "MESSAGE",
                    "%s", text);
}
