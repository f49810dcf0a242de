/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/question.h"

gboolean
vsw_questions_find (GPtrArray *changes, VswModel *model, VswLinks *links)
{
  gboolean is_any = FALSE;

  for (guint i = 0; i < changes->len; i++)
    {
      VswChange *change = g_ptr_array_index (changes, i);

      vsw_model_ask (model, links, change);
      is_any = is_any || change->ips != NULL;
    }

  return is_any;
}

static gboolean
ask_one (VswChange *change, VswKernel *kernel, GError **error)
{
  g_autoptr (GList) indexes = g_hash_table_get_keys (change->ips);

  for (GList *index = indexes; index != NULL; index = index->next)
    {
      g_autoptr (VswIpConfig) ip = vsw_kernel_get_ip (kernel, GPOINTER_TO_UINT (index->data), error);

      if (ip == NULL)
        return FALSE;
      vsw_change_answer (change, GPOINTER_TO_UINT (index->data), ip);
    }

  return TRUE;
}

gboolean
vsw_questions_ask (GPtrArray *changes, VswKernel *kernel, GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    {
      VswChange *change = g_ptr_array_index (changes, i);

      if (change->ips != NULL && !ask_one (change, kernel, error))
        return FALSE;
    }

  return TRUE;
}
