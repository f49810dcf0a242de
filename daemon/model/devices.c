/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/resolve.h"

#include <string.h>

#define HASH_DIGITS 8

static gboolean
is_free (VswModel *model, VswLinks *links, const char *device)
{
  return vsw_model_find_device (model, device) == NULL && vsw_links_find_name (links, device) == NULL;
}

/* Readable where it can be: a name that fits and is free is taken as it is. Otherwise a hash of the id, salted until free. */
void
vsw_devices_choose (VswModel *model, VswLinks *links, const char *prefix, const char *name, const char *id,
                    char ret_device[VSW_INTERFACE_SIZE])
{
  gsize length = g_strlcpy (ret_device, prefix, VSW_INTERFACE_SIZE);
  g_assert (length + HASH_DIGITS < VSW_INTERFACE_SIZE);
  if (length + strlen (name) < VSW_INTERFACE_SIZE)
    {
      g_strlcat (ret_device, name, VSW_INTERFACE_SIZE);
      if (is_free (model, links, ret_device))
        return;
    }
  for (guint salt = 0;; salt++)
    {
      g_autofree char *seed = g_strdup_printf ("%s/%u", id, salt);
      g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, seed, -1);
      g_snprintf (ret_device, VSW_INTERFACE_SIZE, "%s%.*s", prefix, HASH_DIGITS, hash);
      if (is_free (model, links, ret_device))
        return;
    }
}

void
vsw_devices_keep (VswModel *model, VswLinks *links, const char *prefix, const VswValue *value,
                  char device[VSW_INTERFACE_SIZE])
{
  if (!is_free (model, links, device))
    vsw_devices_choose (model, links, prefix, value->name, value->id, device);
}
