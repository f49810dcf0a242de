/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bus/descriptors.h"

#define HANDOUTS "vsw-handouts"

/**
 * vsw_descriptors_print:
 * @request: a request that has been done
 *
 * Thread: main.
 *
 * Returns: (transfer floating): `ah`, an index for each descriptor that vsw_descriptors_pack() packs
 */
GVariant *
vsw_descriptors_print (VswRequest *request)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ah"));
  gint32 n = 0;

  for (guint i = 0; i < request->handouts->len; i++)
    for (guint j = 0; j < ((const VswHandout *)g_ptr_array_index (request->handouts, i))->n_fds; j++)
      g_variant_builder_add (&builder, "h", n++);

  return g_variant_builder_end (&builder);
}

static gboolean
append_handout (GUnixFDList *list, const VswHandout *handout, GError **error)
{
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < handout->n_fds; i++)
    if (g_unix_fd_list_append (list, handout->fds[i], &failure) < 0)
      {
        g_set_error (error, VSW_ERROR, VSW_ERROR_KERNEL, "cannot hand out a descriptor of %s: %s", handout->device,
                     failure->message);
        return FALSE;
      }

  return TRUE;
}

/**
 * vsw_descriptors_pack:
 * @request: a request that has been done
 * @ret_list: (out) (transfer full) (nullable): duplicates of the descriptors in its handouts; %NULL if there are none
 * @error: KERNEL, if there are no descriptors left in this process
 *
 * The list holds the handouts: when it goes, its duplicates are closed first (GUnixFDList closes them before an object lets go of its data),
 * then the handouts close theirs. Thread: main.
 *
 * Returns: %FALSE if it failed
 */
gboolean
vsw_descriptors_pack (VswRequest *request, GUnixFDList **ret_list, GError **error)
{
  g_autoptr (GUnixFDList) list = NULL;

  *ret_list = NULL;
  if (request->handouts->len == 0)
    return TRUE;

  list = g_unix_fd_list_new ();
  for (guint i = 0; i < request->handouts->len; i++)
    if (!append_handout (list, g_ptr_array_index (request->handouts, i), error))
      return FALSE;

  g_object_set_data_full (G_OBJECT (list), HANDOUTS, g_ptr_array_ref (request->handouts),
                          (GDestroyNotify)g_ptr_array_unref);
  *ret_list = g_steal_pointer (&list);
  return TRUE;
}
