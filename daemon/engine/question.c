/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/question.h"

static gboolean
is_open (const VswChange *change)
{
  return change->link != 0 && change->ip == NULL;
}

gboolean
vsw_questions_are_open (GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    if (is_open (g_ptr_array_index (changes, i)))
      return TRUE;
  return FALSE;
}

gboolean
vsw_questions_ask (GPtrArray *changes, VswKernel *kernel, GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    {
      VswChange *change = g_ptr_array_index (changes, i);

      if (!is_open (change))
        continue;
      g_autoptr (VswIpConfig) ip = vsw_kernel_get_ip (kernel, change->link, error);
      if (ip == NULL)
        return FALSE;
      vsw_change_set_ip (change, ip);
    }

  return TRUE;
}
